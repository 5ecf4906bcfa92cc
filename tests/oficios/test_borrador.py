"""¿Se redacta a quien es hoy, citando lo que sí es antecedente, y sin que nadie espere a la plantilla de otro?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from modelos import reloj
from modelos.actos.oficios import tramite
from modelos.errores import ActoNoProcede, FormularioIncompleto
from modelos.expedientes.expediente import Encargo
from modelos.oficios import contexto as contexto_oficio
from modelos.oficios import titulares
from modelos.oficios.oficio import Oficio
from modelos.sesion import transaccion
from tareas.efectos import Cual, cumplir
from tareas.oficios.errores import TallerSinTerminar
from tareas.oficios.redaccion import borrador, fuera
from tests.accesorios.fabricas import Instancia
from tests.accesorios.oficina import COMPLETA, del_folio, destinatarios, firmar, leer, por_encargo, suelto
from tests.accesorios.oficios_de_muestra import contexto
from tests.integracion.oficios.test_plantillas import BUENA, CUERPO, SIN_FIN, editar, hasta_el_oficio

SEGUNDA = '{% if oficios["OF-08"] %}Ya dicho en {{ oficios["OF-08"].numero }}.{% endif %}'


def rehacer(i: Instancia, oficio: Oficio) -> Oficio:
    with i.como("dstc") as ctx:
        return borrador.rehacer(ctx, oficio.id, leer(i, oficio.id).version)


# --- a quién --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("para", "externos", "campo"),
    [
        (("DSTC",), (), "para"),
        ((), (), "para"),
        (("CST",), ({"nombre": " ", "cargo": "", "institucion": "Talleres"},), "externos"),
        ((), ({"institucion": "Talleres"},), "externos"),
        (("CST",), ({"nombre": "Ana" + "\u0301" * 40, "cargo": ""},), "externos"),
    ],
)
def test_un_oficio_va_a_alguien_que_no_es_quien_lo_emite_ni_esta_en_blanco(
    instancia_sqlite: Instancia, para: tuple[str, ...], externos: tuple[dict[str, str], ...], campo: str
) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with pytest.raises(FormularioIncompleto) as error:
        suelto(instancia_sqlite, folio=folio, para=para, externos=externos)
    assert set(error.value.campos) == {campo}
    assert del_folio(instancia_sqlite, folio) == []


def test_a_si_misma_no_pero_a_alguien_de_fuera_si(instancia_sqlite: Instancia) -> None:
    oficio = suelto(instancia_sqlite, para=("DSTC",), externos=({"nombre": "", "cargo": "Persona usuaria"},))
    assert [(d.unidad, d.cargo) for d in destinatarios(instancia_sqlite, oficio.id)] == [(None, "Persona usuaria")]


def test_volver_a_redactar_lo_dirige_a_quien_hoy_tiene_el_cargo(instancia: Instancia) -> None:
    externo = {"nombre": "Ana Ruiz", "cargo": "Persona usuaria", "institucion": "Talleres"}
    oficio = suelto(instancia, para=("DCAJ",), ccp=("SSI",), externos=(externo,))
    with transaccion(instancia.url) as s:
        titulares.nombrar(s, "DCAJ", "direccion@demo.local", "Persona encargada de la DCAJ", desde=reloj.hoy())
        nueva = titulares.titular(s, "DCAJ", reloj.hoy())
    assert nueva is not None
    antes = destinatarios(instancia, oficio.id)
    rehacer(instancia, oficio)
    dcaj, *otros = destinatarios(instancia, oficio.id)
    assert antes[0].nombre != dcaj.nombre
    assert (dcaj.nombre, dcaj.cargo) == (nueva[1].nombre, "Persona encargada de la DCAJ")
    assert [(d.nombre, d.cargo, d.institucion) for d in otros] == [
        (d.nombre, d.cargo, d.institucion) for d in antes[1:]
    ]


# --- a qué oficio se refiere -----------------------------------------------------


def test_el_que_sustituye_no_cita_al_que_reemplaza_como_antecedente(instancia_sqlite: Instancia) -> None:
    i = instancia_sqlite
    editar(i, CUERPO % SEGUNDA + "\n", clave=COMPLETA)
    primero = firmar(i, suelto(i))
    segundo = suelto(i, folio=primero.folio)
    assert f"Ya dicho en {primero.numero}." in segundo.cuerpo
    with i.como("dstc") as ctx:
        sustituto = tramite.sustituir(ctx, primero.id)
    assert "Ya dicho" not in rehacer(i, sustituto).cuerpo


def test_se_sabe_que_oficio_se_firmo_despues_de_redactar_el_que_lo_citaria(instancia_sqlite: Instancia) -> None:
    i = instancia_sqlite
    primero = suelto(i)
    segundo = suelto(i, folio=primero.folio)
    numero = firmar(i, primero).numero

    def pendientes() -> list[str]:
        with i.leer() as s:
            return contexto_oficio.por_citar(s, s.get_one(Oficio, segundo.id), SEGUNDA)

    assert pendientes() == [numero]
    editar(i, CUERPO % SEGUNDA, clave=COMPLETA)
    assert str(numero) in rehacer(i, segundo).cuerpo
    assert pendientes() == []


# --- sin tomar la base -----------------------------------------------------------


def test_quien_redacta_con_una_plantilla_que_no_termina_no_hace_esperar_a_nadie(instancia_sqlite: Instancia) -> None:
    i = instancia_sqlite
    oficio = por_encargo(i)
    trampa = "{% if expediente.asunto != 'Asunto de ejemplo' %}" + SIN_FIN + "{% endif %}"
    editar(i, CUERPO % trampa)
    fallas: list[BaseException] = []

    def lento() -> None:
        try:
            fuera.sin_tomar_la_base(lambda: rehacer(i, oficio))
        except TallerSinTerminar as error:
            fallas.append(error)

    hilo = threading.Thread(target=lento)
    hilo.start()
    time.sleep(1)  # ya leyó, y está redactando
    i.iniciar("normatividad", "Otro acto")
    assert hilo.is_alive(), "el otro acto esperó a que se cortara la plantilla"
    hilo.join()
    assert len(fallas) == 1
    assert leer(i, oficio.id).cuerpo == oficio.cuerpo


def test_lo_redactado_fuera_se_escribe_en_una_sola_transaccion_y_el_encargo_se_cumple_una_vez(
    instancia: Instancia,
) -> None:
    editar(instancia, BUENA)
    folio, encargo = hasta_el_oficio(instancia)

    def cumplido() -> str:
        return fuera.sin_tomar_la_base(
            lambda: cumplir(instancia.url, instancia.tablas, Cual(folio, encargo.asiento, encargo.efecto))
        )

    assert cumplido() == "borrador de OF-01: Asunto propio"
    assert cumplido() == "ya estaba hecho"
    with instancia.leer() as s:
        assert s.scalar(select(func.count()).where(col(Oficio.folio) == folio)) == 1
        assert s.get_one(Encargo, (folio, encargo.asiento, encargo.efecto)).intentos == 0
    instancia.exigir_integra()


def test_si_la_plantilla_cambia_mientras_se_redacta_sale_con_la_nueva(instancia_sqlite: Instancia) -> None:
    i = instancia_sqlite
    editar(i, BUENA)
    oficio = por_encargo(i)
    vueltas: list[int] = []

    def acto() -> Oficio:
        if len(vueltas) == 1:
            editar(i, BUENA.replace("propio", "corregido"), version=1)
        vueltas.append(1)
        return rehacer(i, oficio)

    assert fuera.sin_tomar_la_base(acto).asunto == "Asunto corregido"
    assert len(vueltas) == 3
    assert leer(i, oficio.id).version == oficio.version + 1


def test_quien_lo_corrigio_mientras_se_redactaba_no_pierde_lo_suyo(instancia_sqlite: Instancia) -> None:
    i = instancia_sqlite
    editar(i, BUENA)
    oficio = por_encargo(i)
    vueltas: list[int] = []

    def acto() -> Oficio:
        if len(vueltas) == 1:
            with i.como("dstc") as ctx:
                tramite.editar(ctx, oficio.id, oficio.version, {"asunto": "A mano", "cuerpo": "Escrito a mano."})
        vueltas.append(1)
        with i.como("dstc") as ctx:
            return borrador.rehacer(ctx, oficio.id, oficio.version)

    with pytest.raises(Exception, match="cambi"):
        fuera.sin_tomar_la_base(acto)
    assert leer(i, oficio.id).asunto == "A mano"


def test_lo_que_cambia_cada_vez_no_se_intenta_sin_fin() -> None:
    intentos: list[int] = []

    def trabajo() -> fuera.Trabajo:
        intentos.append(1)
        texto = "{% block asunto %}A{% endblock %}{{ comentario }}"
        return fuera.Trabajo(texto, "x.md.j2", {}, {**contexto(), "comentario": str(len(intentos))})

    pide: Callable[[], object] = lambda: fuera.bosquejo(trabajo())  # noqa: E731
    with pytest.raises(ActoNoProcede, match="cambia mientras se redacta"):
        fuera.sin_tomar_la_base(pide)
    assert len(intentos) == fuera.VECES
    assert fuera.bosquejo(trabajo()).asunto == "A", "fuera de un acto se redacta ahí mismo"
