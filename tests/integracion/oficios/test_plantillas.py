"""Cambiar una plantilla: lo roto no entra, nada se borra, y lo que falle después es un incidente con su línea."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlmodel import col

from modelos import reloj
from modelos.actos.oficios import plantillas as actos
from modelos.actos.turnos.mover import Contexto
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.expedientes.expediente import Encargo
from modelos.motor import encargos
from modelos.oficios.oficio import Molde, Oficio
from tareas.efectos import Cual, EfectoFallido, cumplir, intentar
from tareas.oficios.redaccion import borrador, edicion
from tests.accesorios.fabricas import Instancia

CLAVE = "normatividad/of_01"
CUERPO = """{%% extends "_base.md.j2" %%}
{%% block asunto %%}Asunto propio{%% endblock %%}
{%% block cuerpo %%}
%s
{%% endblock %%}
"""
BUENA = CUERPO % '{{ fundamento("M-N-2") }}, se comunica «{{ expediente.asunto }}».'
SIN_FIN = "{% for a in range(99999) %}{% for b in range(99999) %}{% set x = a %}{% endfor %}{% endfor %}"


def editar(i: Instancia, texto: str, *, clave: str = CLAVE, version: int = 0, alias: str = "administracion") -> int:
    with i.como(alias) as ctx:
        revisada = edicion.revisada(ctx, clave, texto)
    with i.como(alias) as ctx:
        return actos.editar_plantilla(ctx, revisada, "Se precisa el texto", version).version


def volver(i: Instancia, a: int, leida: int, clave: str = CLAVE) -> int:
    with i.como("administracion") as ctx:
        revisada = edicion.revisada(ctx, clave, actos.texto_de(actos.versiones(ctx, clave), clave, a))
    with i.como("administracion") as ctx:
        return actos.volver(ctx, revisada, a, "No convino", leida).version


def rige(i: Instancia, clave: str = CLAVE) -> borrador.Texto:
    with i.como("administracion") as ctx:
        return borrador.vigente(ctx, clave)


def hasta_el_oficio(i: Instancia) -> tuple[str, Encargo]:
    """Un expediente que llegó al paso que pide el OF-01, y el encargo de redactarlo."""
    folio = i.iniciar("normatividad", "Lineamientos de prueba")
    i.atender(i.abiertos(folio)[0])
    with i.leer() as s:
        pedidos = select(Encargo).where(col(Encargo.folio) == folio, col(Encargo.efecto).startswith("oficio:OF-01"))
        encargo = s.scalars(pedidos).one()
        s.expunge(encargo)
    return folio, encargo


def redactado(i: Instancia) -> tuple[str, Oficio]:
    folio, encargo = hasta_el_oficio(i)
    cumplir(i.url, i.tablas, Cual(folio, encargo.asiento, encargo.efecto))
    with i.leer() as s:
        oficio = s.scalars(select(Oficio).where(col(Oficio.folio) == folio)).one()
        s.expunge(oficio)
    return folio, oficio


def test_lo_editado_rige_para_lo_que_se_redacta_despues_y_se_guarda_con_que_se_redacto(instancia: Instancia) -> None:
    assert editar(instancia, BUENA) == 1
    _, oficio = redactado(instancia)
    assert oficio.asunto == "Asunto propio"
    assert "se comunica «Lineamientos de prueba»" in oficio.cuerpo
    assert oficio.cuerpo.endswith("reciba un cordial saludo.\n")
    assert editar(instancia, BUENA.replace("propio", "otro"), version=1) == 2
    with instancia.leer() as s:
        molde = s.get_one(Molde, oficio.molde)
        assert molde.texto.startswith(BUENA)
        assert "{#- _base.md.j2 -#}" in molde.texto
        assert "cordial saludo" in molde.texto
        assert s.get_one(Oficio, oficio.id).asunto == "Asunto propio"


@pytest.mark.parametrize(
    ("texto", "dice"),
    [
        (CUERPO % "{{ datos.regsitro }}", "línea 4 («{{ datos.regsitro }}»): «datos.regsitro» no existe en los datos"),
        (CUERPO % "{% if %}", "línea 4"),
        (CUERPO % "{{ datos.origen|safe }}", "no se admite el filtro «safe»"),
        (CUERPO % "{{ ''.__class__.__mro__ }}", "línea 4"),
        (CUERPO % "{{ fundamento.__globals__ }}", "línea 4"),
        (CUERPO % "{% include '../pyproject.toml' %}", "no existe o no se admite"),
        (CUERPO % '{{ fundamento("Z-1") }}', "línea 4"),
        (CUERPO % "x" * 1 + "{% block curpo %}se pierde{% endblock %}", "el bloque «curpo» no saldría"),
        ("{% block cuerpo %}x{% endblock %}", "le falta el bloque «asunto»"),
        (CUERPO % SIN_FIN, "no terminó en 5 segundos"),
        ("   ", "escríbala"),
        (CUERPO % "x\x07", "carácter de control (U+0007)"),
    ],
    ids=lambda v: v[:40] if v.startswith(("línea", "no", "el", "le", "esc", "car")) else "",
)
def test_una_plantilla_rota_no_se_guarda_y_se_dice_la_linea(instancia_sqlite: Instancia, texto: str, dice: str) -> None:
    with pytest.raises(FormularioIncompleto) as error:
        editar(instancia_sqlite, texto)
    assert dice in error.value.campos["texto"]
    assert "Traceback" not in error.value.campos["texto"]
    assert not rige(instancia_sqlite).editada


def test_toda_plantilla_del_sistema_pasa_la_revision_con_que_se_guardan(instancia_sqlite: Instancia) -> None:
    with instancia_sqlite.como("administracion") as ctx:
        for clave in (*borrador.comunes(), *borrador.del_sistema()):
            assert edicion.revisada(ctx, clave, borrador.del_archivo(clave)).clave == clave


def test_solo_la_administracion_las_cambia(instancia_sqlite: Instancia) -> None:
    for alias in ("coordinacion", "dstc", "direccion"):
        with pytest.raises(NoLeCorresponde):
            editar(instancia_sqlite, BUENA, alias=alias)
    with instancia_sqlite.como("administracion") as ctx:
        revisada = edicion.revisada(ctx, CLAVE, BUENA)
    with instancia_sqlite.como("dstc") as ctx, pytest.raises(NoLeCorresponde):
        actos.editar_plantilla(ctx, revisada, "Sin permiso", 0)


def test_quien_llega_tarde_no_pisa_lo_de_otra_persona(instancia: Instancia) -> None:
    editar(instancia, BUENA)
    with pytest.raises(ActoNoProcede, match=r"Administración.*la cambió mientras.*versión 1"):
        editar(instancia, BUENA.replace("propio", "tardío"))
    with pytest.raises(ActoNoProcede):
        volver(instancia, 0, leida=0)
    assert rige(instancia).texto == BUENA


def test_se_vuelve_atras_sin_borrar_nada(instancia: Instancia) -> None:
    otra = BUENA.replace("propio", "segundo")
    editar(instancia, BUENA)
    editar(instancia, otra, version=1)
    assert volver(instancia, 1, leida=2) == 3
    assert (rige(instancia).texto, rige(instancia).version) == (BUENA, 3)
    assert volver(instancia, 0, leida=3) == 4
    assert (rige(instancia).editada, rige(instancia).texto) == (False, borrador.del_archivo(CLAVE))
    with pytest.raises(ActoNoProcede, match="es la que rige"):
        volver(instancia, 0, leida=4)
    with pytest.raises(NoExiste):
        volver(instancia, 9, leida=4)
    with instancia.como("administracion") as ctx:
        versiones = actos.versiones(ctx, CLAVE)
        assert [(v.version, v.texto) for v in versiones] == [(4, None), (3, BUENA), (2, otra), (1, BUENA)]
        assert {v.motivo for v in versiones} == {"Se precisa el texto", "No convino"}
        assert edicion.ficha(ctx, CLAVE).rige_editada is False


def test_guardar_lo_mismo_no_hace_otra_version(instancia_sqlite: Instancia) -> None:
    with pytest.raises(FormularioIncompleto, match="igual a la que ya rige"):
        editar(instancia_sqlite, borrador.del_archivo(CLAVE).replace("\n", "\r\n"))
    editar(instancia_sqlite, BUENA)
    with pytest.raises(FormularioIncompleto, match="igual a la que ya rige"):
        editar(instancia_sqlite, BUENA, version=1)


def test_se_sabe_cual_cambio_en_el_sistema_despues_de_editarse(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    editar(instancia_sqlite, BUENA)
    del_archivo = borrador.del_archivo
    with instancia_sqlite.como("administracion") as ctx:
        assert edicion.ficha(ctx, CLAVE).atrasada is False
        monkeypatch.setattr(borrador, "del_archivo", lambda clave: del_archivo(clave) + "\n" * (clave == CLAVE))
        assert edicion.ficha(ctx, CLAVE).atrasada is True
        assert [f.clave for _, fichas in edicion.fichas(ctx) for f in fichas if f.atrasada] == [CLAVE]


# --- la común -------------------------------------------------------------------


def test_la_comun_editada_llega_a_todos_los_oficios_y_queda_en_el_molde(instancia: Instancia) -> None:
    base = borrador.del_archivo("_base").replace("un cordial saludo", "un saludo afectuoso")
    assert editar(instancia, base, clave="_base") == 1
    _, oficio = redactado(instancia)
    assert oficio.cuerpo.endswith("reciba un saludo afectuoso.\n")
    with instancia.leer() as s:
        assert "saludo afectuoso" in s.get_one(Molde, oficio.molde).texto


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        (("{% block cuerpo %}", "{% block texto %}"), "le falta el bloque «cuerpo»"),
        (("Sin otro particular", "{{ nada }}"), "«nada» no existe"),
        (("Sin otro particular", "{{ datos.x }}{% if %}"), "no se entiende"),
        (("Sin otro particular", SIN_FIN), "no terminó"),
    ],
)
def test_una_comun_que_perderia_texto_o_esta_rota_no_se_guarda(
    instancia_sqlite: Instancia, cambio: tuple[str, str], dice: str
) -> None:
    with pytest.raises(FormularioIncompleto) as error:
        editar(instancia_sqlite, borrador.del_archivo("_base").replace(*cambio), clave="_base")
    assert dice in error.value.campos["texto"]
    assert not rige(instancia_sqlite, "_base").editada


# --- lo que se rompe después ------------------------------------------------------


def test_lo_que_un_dato_rompe_es_un_incidente_con_su_linea_y_al_corregirla_sale(instancia: Instancia) -> None:
    # Con el ejemplo no pasa por ahí; con este expediente quiere contar días con un asunto.
    editar(
        instancia,
        CUERPO % "{% if expediente.asunto != 'Asunto de ejemplo' %}\n{{ dias(expediente.asunto) }}\n{% endif %}",
    )
    folio, encargo = hasta_el_oficio(instancia)
    for _ in range(2):
        with pytest.raises(EfectoFallido, match="línea 5"):
            intentar(instancia.url, instancia.tablas, Cual(folio, encargo.asiento, encargo.efecto), 2)
    with instancia.leer() as s:
        (incidente,) = encargos.incidentes(s, folio, 2)
        assert "línea 5: un valor no es de los que se admiten ahí" in str(incidente.error)
        assert s.scalar(select(Oficio)) is None
    editar(instancia, BUENA, version=1)
    assert cumplir(instancia.url, instancia.tablas, Cual(folio, encargo.asiento, encargo.efecto)).startswith("borrador")
    instancia.exigir_integra()


def test_la_que_deja_de_terminar_con_datos_de_verdad_se_corta_y_no_estorba_a_lo_demas(
    instancia_sqlite: Instancia,
) -> None:
    trampa = "{% if expediente.asunto != 'Asunto de ejemplo' %}" + SIN_FIN + "{% endif %}"
    editar(instancia_sqlite, CUERPO % trampa)
    folio, encargo = hasta_el_oficio(instancia_sqlite)
    with pytest.raises(EfectoFallido, match="no terminó en 5 segundos"):
        intentar(instancia_sqlite.url, instancia_sqlite.tablas, Cual(folio, encargo.asiento, encargo.efecto), 1)
    with instancia_sqlite.leer() as s:
        assert len(encargos.incidentes(s, folio, 1)) == 1
    volver(instancia_sqlite, 0, leida=1)
    cumplir(instancia_sqlite.url, instancia_sqlite.tablas, Cual(folio, encargo.asiento, encargo.efecto))


def test_la_vista_previa_usa_un_expediente_de_verdad_y_no_guarda_nada(instancia_sqlite: Instancia) -> None:
    folio, oficio = redactado(instancia_sqlite)
    with instancia_sqlite.leer() as s:
        ctx = Contexto(s, instancia_sqlite.tablas, None, reloj.ahora())
        muestra = edicion.muestra(ctx, folio, CLAVE, BUENA, "https://dstc.ejemplo.mx")
        assert muestra.redactado.asunto == "Asunto propio"
        assert (muestra.contenido["estado"], muestra.contenido["numero"]) == ("borrador", "")
        base = borrador.del_archivo("_base").replace("un cordial saludo", "un saludo afectuoso")
        comun = edicion.muestra(ctx, folio, "_base", base, "https://dstc.ejemplo.mx")
        assert comun.redactado.asunto == oficio.asunto
        assert comun.redactado.cuerpo.endswith("un saludo afectuoso.\n")
        for clave in borrador.del_sistema():
            if clave.startswith("normatividad/"):
                edicion.muestra(ctx, folio, clave, borrador.del_archivo(clave), "https://dstc.ejemplo.mx")
        assert [o.id for o in s.scalars(select(Oficio))] == [oficio.id]
        with pytest.raises(NoExiste):
            edicion.muestra(ctx, "NADA-2026-0001", CLAVE, BUENA, "")
