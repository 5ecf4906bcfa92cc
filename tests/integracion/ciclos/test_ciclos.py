"""Los ciclos se abren solos, una vez por periodo y unidad, pase lo que pase con los motores."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.conduccion import ciclos
from modelos.actos.turnos import apertura
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import demo
from modelos.calendario import Ambito, TipoDia
from modelos.ciclos.ciclo import Apertura, marcar
from modelos.ciclos.previstas import EstadoPrevisto, por_venir
from modelos.comprobacion.verificacion import verificar
from modelos.dias.dia import DiaInhabil, Publicacion
from modelos.errores import ActoNoProcede, ErrorGestion, FaltaConfirmar, FormularioIncompleto, NoLeCorresponde
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Expediente, Serie, Turno
from modelos.organizacion.organigrama import Unidad, crear_cast, por_correo, quien_es
from modelos.plazos.plazo import Plazo
from modelos.sesion import transaccion
from modelos.tabla import Catalogo
from modelos.tabla.errores import ProcedimientoDesconocido
from tests.accesorios.ciclos_de_prueba import PODA, RIEGO, TABLAS
from tests.accesorios.fabricas import Instancia

RAIZ = Path(__file__).parents[3]
CASTS = [clave for clave, _, _ in demo.CASTS]
SOLO_PODA, SOLO_RIEGO = Catalogo((PODA,)), Catalogo((RIEGO,))
SE_ABRE = date(2027, 4, 1)
"""Un jueves hábil: se abre la poda 2028."""


@pytest.fixture(autouse=True)
def _dia(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    # Después de sembrar: las adscripciones rigen desde el día en que se siembran.
    request.getfixturevalue("instancia" if "instancia" in request.fixturenames else "instancia_sqlite")
    poner(monkeypatch, SE_ABRE)


def poner(monkeypatch: pytest.MonkeyPatch, dia: date) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{dia.isoformat()}T09:00:00-06:00")


@contextmanager
def como(instancia: Instancia, alias: str, tablas: Catalogo = TABLAS) -> Iterator[Contexto]:
    with transaccion(instancia.url) as s:
        persona = por_correo(s, f"{alias}@{demo.DOMINIO}")
        assert persona
        yield Contexto(s, tablas, quien_es(s, persona), reloj.ahora())


def abrir(instancia: Instancia, hoy: date = SE_ABRE, tablas: Catalogo = SOLO_PODA) -> ciclos.Abiertas:
    return ciclos.abrir_pendientes(instancia.url, tablas, hoy)


def terminar_jornada(instancia: Instancia, dia: date) -> None:
    with transaccion(instancia.url) as s:
        marcar(s, ciclos.AL_CORRIENTE, dia, reloj.ahora(), "")


def aperturas(instancia: Instancia) -> list[Apertura]:
    with instancia.leer() as s:
        orden = (col(Apertura.procedimiento), col(Apertura.periodo), col(Apertura.unidad))
        return list(s.scalars(select(Apertura).order_by(*orden)))


def expedientes(instancia: Instancia) -> list[Expediente]:
    with instancia.leer() as s:
        return list(s.scalars(select(Expediente).order_by(col(Expediente.folio))))


def exigir_uno_por_unidad(instancia: Instancia, unidades: list[str]) -> None:
    """Una apertura y un expediente íntegro por unidad, y ni un folio gastado de más."""
    hechas, casos = aperturas(instancia), expedientes(instancia)
    assert Counter((a.periodo, a.unidad) for a in hechas) == Counter(("2028", u) for u in unidades)
    assert {(c.datos["cast"], c.folio) for c in casos} == {(a.unidad, a.folio) for a in hechas}
    assert len(casos) == len(unidades)
    with instancia.leer() as s:
        informe = verificar(s, TABLAS)
        assert not informe.fallas
        assert s.get_one(Serie, "PODA-2027").ultimo == len(unidades)


# --- se abren solos ---------------------------------------------------------------


def test_el_dia_que_toca_se_abre_uno_por_unidad_y_repetirlo_no_abre_otro(instancia: Instancia) -> None:
    assert abrir(instancia, date(2027, 3, 31)).folios == ()
    assert len(abrir(instancia).folios) == len(CASTS)
    assert abrir(instancia).folios == ()
    exigir_uno_por_unidad(instancia, CASTS)
    caso = expedientes(instancia)[0]
    assert caso.asunto == "Poda anual 2028 · CAST de demostración 01"
    with instancia.leer() as s:
        asiento = s.get_one(Asiento, (caso.folio, 1)).contenido()
        assert (asiento["tipo"], asiento["actor"]) == ("apertura", "sistema")
        (turno,) = s.scalars(select(Turno).where(col(Turno.folio) == caso.folio))
        assert (turno.actividad, turno.unidad) == ("1", caso.datos["cast"])
        (plazo,) = s.scalars(select(Plazo).where(col(Plazo.folio) == caso.folio))
        assert plazo.vence == date(2027, 6, 30)
    primera = aperturas(instancia)[0]
    assert (primera.prevista, primera.persona_id, primera.motivo) == (SE_ABRE, None, "")


def test_lo_que_es_uno_para_todos_se_abre_una_vez_por_periodo(instancia: Instancia) -> None:
    assert len(abrir(instancia, SE_ABRE, SOLO_RIEGO).folios) == 1
    assert abrir(instancia, date(2027, 4, 2), SOLO_RIEGO).folios == ()
    assert [(a.periodo, a.unidad) for a in aperturas(instancia)] == [("2027-04", "")]
    assert expedientes(instancia)[0].asunto == "Riego, abril de 2027"


@pytest.mark.parametrize("hoy", [date(2027, 4, 2), date(2027, 7, 31)], ids=["al-dia-siguiente", "ultimo-dia"])
def test_si_el_motor_estaba_apagado_se_abre_al_volver_dentro_de_la_ventana(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch, hoy: date
) -> None:
    poner(monkeypatch, hoy)
    abrir(instancia, hoy)
    exigir_uno_por_unidad(instancia, CASTS)


def test_pasada_la_ventana_no_se_abre_lo_que_a_nadie_le_toco_barrer(instancia: Instancia) -> None:
    assert abrir(instancia, date(2027, 8, 1)).folios == ()


def test_apagado_toda_la_ventana_se_abre_al_volver_si_antes_se_barria(instancia: Instancia) -> None:
    terminar_jornada(instancia, date(2027, 3, 31))
    assert len(abrir(instancia, date(2027, 9, 15)).folios) == len(CASTS)
    terminar_jornada(instancia, date(2027, 9, 15))
    assert abrir(instancia, date(2027, 9, 16)).folios == ()
    exigir_uno_por_unidad(instancia, CASTS)


def test_apagado_varios_meses_se_abren_todos_los_periodos_que_tocaron(instancia: Instancia) -> None:
    terminar_jornada(instancia, date(2027, 1, 10))
    assert len(abrir(instancia, SE_ABRE, SOLO_RIEGO).folios) == 3
    assert [a.periodo for a in aperturas(instancia)] == ["2027-02", "2027-03", "2027-04"]


def test_un_cast_dado_de_alta_a_media_ventana_tiene_el_suyo_y_el_de_baja_no(instancia: Instancia) -> None:
    with transaccion(instancia.url) as s:
        s.get_one(Unidad, CASTS[2]).activa = False
    terminar_jornada(instancia, date(2027, 3, 31))
    assert len(abrir(instancia).folios) == 2
    terminar_jornada(instancia, SE_ABRE)
    with transaccion(instancia.url) as s:
        crear_cast(s, clave="CAST-NUEVO", nombre="CAST nuevo", depende_de="CE-15")
    assert len(abrir(instancia, date(2027, 5, 10)).folios) == 1
    exigir_uno_por_unidad(instancia, [*CASTS[:2], "CAST-NUEVO"])


def test_lo_que_falla_en_una_unidad_no_deja_sin_abrir_a_las_demas(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    de_verdad = apertura.abrir

    def falla_en_una(ctx: Contexto, tabla: Any, asunto: str, datos: dict[str, Any]) -> Expediente:
        expediente = de_verdad(ctx, tabla, asunto, datos)
        if datos["cast"] == CASTS[1]:
            raise ActoNoProcede("abrirlo", "se cayó a la mitad", "Espere.")
        return expediente

    with monkeypatch.context() as parche:
        parche.setattr(apertura, "abrir", falla_en_una)
        hecho = abrir(instancia)
    assert (len(hecho.folios), [f.unidad for f in hecho.fallas]) == (2, [CASTS[1]])
    assert "se cayó a la mitad" in str(hecho)
    assert CASTS[1] in caplog.text
    assert len(expedientes(instancia)) == 2
    assert len(abrir(instancia, date(2027, 4, 2)).folios) == 1
    exigir_uno_por_unidad(instancia, CASTS)


def test_sin_calendario_publicado_se_dice_y_no_se_abre(instancia: Instancia) -> None:
    hecho = abrir(instancia, date(2099, 4, 2))
    assert hecho.folios == ()
    assert hecho.fallas
    assert "2099" in hecho.fallas[0].motivo


def test_un_lote_abre_hasta_ahi_y_dice_cuantas_quedan(instancia: Instancia) -> None:
    hecho = ciclos.abrir_pendientes(instancia.url, SOLO_PODA, SE_ABRE, lote=2)
    assert (len(hecho.folios), hecho.quedan) == (2, 1)
    assert len(ciclos.abrir_pendientes(instancia.url, SOLO_PODA, SE_ABRE, lote=2).folios) == 1
    exigir_uno_por_unidad(instancia, CASTS)


def test_un_dia_institucional_publicado_corre_la_apertura(instancia: Instancia) -> None:
    with transaccion(instancia.url) as s:
        persona = por_correo(s, f"administracion@{demo.DOMINIO}")
        assert persona
        ahora = reloj.ahora()
        quien = persona.id or 0
        publicacion = Publicacion(
            estado="aprobada",
            orden=1,
            motivo="Prueba",
            propuesta=ahora,
            propuesta_por=quien,
            resuelta=ahora,
            resuelta_por=quien,
            terminada=True,
        )
        s.add(publicacion)
        s.flush()
        s.add(
            DiaInhabil(
                inicio=SE_ABRE,
                fin=date(2027, 4, 2),
                tipo=TipoDia.SUSPENSION.value,
                ambito=Ambito.NACIONAL.value,
                motivo="Prueba",
                fuente="Prueba",
                alta=publicacion.id or 0,
            )
        )
    assert abrir(instancia).folios == ()
    with instancia.leer() as s:
        (prevista,) = [p for p in por_venir(s, SOLO_PODA, SE_ABRE, date(2027, 4, 30)) if p.periodo == "2028"]
    assert prevista.abre == date(2027, 4, 5)
    assert len(abrir(instancia, date(2027, 4, 5)).folios) == len(CASTS)


# --- varios motores, y motores que mueren ----------------------------------------


def proceso(instancia: Instancia, *mas: str) -> subprocess.Popen[str]:
    orden = [sys.executable, "-m", "tests.accesorios.ciclos_de_prueba", instancia.url, SE_ABRE.isoformat(), *mas]
    return subprocess.Popen(
        orden, cwd=RAIZ, env={**os.environ, "PYTHONPATH": str(RAIZ)}, stdout=subprocess.PIPE, text=True
    )


def mas_casts(instancia: Instancia, cuantos: int) -> list[str]:
    with transaccion(instancia.url) as s:
        nuevas = [
            crear_cast(s, clave=f"CAST-{n:02}", nombre=f"CAST {n:02}", depende_de="CE-15").clave for n in range(cuantos)
        ]
    return CASTS + nuevas


def test_tres_motores_a_la_vez_abren_uno_de_cada_uno(instancia: Instancia) -> None:
    unidades = mas_casts(instancia, 20)
    procesos = [proceso(instancia) for _ in range(3)]
    abiertos = [folio for p in procesos for folio in p.communicate(timeout=600)[0].split()]
    assert all(p.returncode == 0 for p in procesos)
    assert len(abiertos) == len(set(abiertos)) == len(unidades) + 1  # el riego de abril
    casos = Counter((e.procedimiento, e.datos.get("cast", "")) for e in expedientes(instancia))
    assert casos == Counter([("poda", u) for u in unidades] + [("riego", "")])
    assert {a.folio for a in aperturas(instancia)} == set(abiertos)
    with instancia.leer() as s:
        assert not verificar(s, TABLAS).fallas


def test_morir_entre_abrirlo_y_confirmarlo_no_deja_nada_a_medias(instancia: Instancia) -> None:
    unidades = mas_casts(instancia, 5)
    muerto = proceso(instancia, "4")
    muerto.communicate(timeout=600)
    assert muerto.returncode == -signal.SIGKILL
    assert len(expedientes(instancia)) == len(aperturas(instancia)) == 3
    assert len(abrir(instancia).folios) == len(unidades) - 3
    exigir_uno_por_unidad(instancia, unidades)


def test_adelantar_iniciar_y_abrirse_solo_a_la_vez_no_se_traban_ni_repiten(instancia: Instancia) -> None:
    unidades = mas_casts(instancia, 12)
    salida = Barrier(3)
    resultados: dict[str, object] = {}

    def hacer(que: str, accion: Callable[[], object]) -> None:
        salida.wait()
        try:
            resultados[que] = accion()
        except ErrorGestion as error:
            resultados[que] = error

    def adelantar() -> int:
        with como(instancia, "coordinacion") as ctx:
            return len(ciclos.adelantar(ctx, "poda", "2028", None, "Ya."))

    def iniciar() -> str:
        with como(instancia, "coordinacion") as ctx:
            return apertura.iniciar(ctx, "poda", "A mano", {"periodo": "2028", "cast": unidades[-1]}).folio

    acciones = {"solo": lambda: abrir(instancia), "adelantar": adelantar, "iniciar": iniciar}
    hilos = [Thread(target=hacer, args=par) for par in acciones.items()]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join(60)
    # A quien adelantaba se le pudieron adelantar, y a quien iniciaba se le dice el que ya hay: lo demás procede.
    assert not isinstance(resultados["solo"], ErrorGestion)
    assert isinstance(resultados["adelantar"], int | ActoNoProcede), resultados
    assert isinstance(resultados["iniciar"], str | FaltaConfirmar), resultados
    abrir(instancia)
    hechas = aperturas(instancia)
    assert Counter(a.unidad for a in hechas) == Counter(unidades)
    assert None not in {a.folio for a in hechas}
    with instancia.leer() as s:
        assert not verificar(s, TABLAS).fallas


# --- lo que viene ------------------------------------------------------------------


def test_lo_que_viene_se_ve_con_un_anio_de_anticipacion(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    poner(monkeypatch, date(2027, 3, 1))
    with instancia.leer() as s:
        previstas = por_venir(s, TABLAS, date(2027, 3, 1), date(2028, 2, 29))
    (poda,) = [p for p in previstas if p.procedimiento == "poda"]
    assert (poda.periodo, poda.titulo, poda.abre, poda.limite) == ("2028", "2028", SE_ABRE, date(2027, 7, 31))
    assert (poda.estado, poda.cuantas, poda.unidades) == (EstadoPrevisto.POR_VENIR, 3, tuple(CASTS))
    assert (poda.fundamento, poda.inferido) == ("Inventado, art. 1", "Todo es inventado.")
    plazos = {p.clave: p.vence for p in poda.plazos}
    # El de la ventana se sabe ya; el que corre desde que se llegue a la 2, todavía no.
    assert plazos == {"PL-P1": date(2027, 6, 30), "PL-P2": None}
    riegos = [p for p in previstas if p.procedimiento == "riego"]
    assert [p.periodo for p in riegos] == [f"2027-{m:02}" for m in range(3, 13)] + ["2028-01", "2028-02"]
    assert riegos[0].plazos[0].vence == date(2027, 3, 4)
    assert previstas == sorted(previstas, key=lambda p: p.abre or p.natural)


def test_lo_ya_abierto_y_lo_que_no_se_pudo_se_ven_con_su_estado(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folios = abrir(instancia).folios
    with instancia.leer() as s:
        (poda,) = por_venir(s, SOLO_PODA, SE_ABRE, date(2027, 12, 31))
        assert (poda.estado, poda.folios, poda.faltan) == (EstadoPrevisto.ABIERTA, folios, ())
        (suya,) = por_venir(s, SOLO_PODA, SE_ABRE, date(2027, 12, 31), [CASTS[1]])
        assert (suya.unidades, suya.folios) == ((CASTS[1],), (folios[1],))
        assert por_venir(s, SOLO_PODA, SE_ABRE, date(2027, 12, 31), ["CST"]) == []
    poner(monkeypatch, date(2027, 8, 2))
    with instancia.leer() as s:
        assert [p.periodo for p in por_venir(s, SOLO_PODA, date(2027, 8, 2), date(2028, 5, 1))] == ["2029"]
    with transaccion(instancia.url) as s:
        crear_cast(s, clave="CAST-TARDE", nombre="CAST tarde", depende_de="CE-15")
    with instancia.leer() as s:
        (vista,) = por_venir(s, SOLO_PODA, SE_ABRE, date(2027, 12, 31))
        assert (vista.estado, vista.faltan) == (EstadoPrevisto.SIN_ABRIR, ("CAST-TARDE",))


def test_sin_calendario_lo_que_viene_sale_sin_fecha(instancia: Instancia) -> None:
    with instancia.leer() as s:
        (poda,) = por_venir(s, SOLO_PODA, date(2099, 4, 1), date(2099, 4, 30))
    assert (poda.abre, poda.natural, poda.plazos[0].vence) == (None, date(2099, 4, 1), None)


# --- adelantar y dispensar ---------------------------------------------------------


def test_adelantar_abre_ya_con_quien_y_por_que_y_su_dia_no_abre_otro(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    poner(monkeypatch, date(2027, 2, 15))
    with como(instancia, "coordinacion") as ctx:
        ((fila, caso),) = ciclos.adelantar(ctx, "poda", "2028", CASTS[0], " Lo pidió el centro. ")
        assert ctx.quien
        assert (fila.folio, fila.persona_id, fila.motivo) == (caso.folio, ctx.quien.persona, "Lo pidió el centro.")
        assert fila.prevista == SE_ABRE
        assert reloj.local(fila.hecha).date() == date(2027, 2, 15)
    poner(monkeypatch, SE_ABRE)
    assert len(abrir(instancia).folios) == 2
    exigir_uno_por_unidad(instancia, CASTS)


def test_adelantar_sin_decir_unidad_abre_las_que_falten(instancia: Instancia) -> None:
    with como(instancia, "coordinacion") as ctx:
        ciclos.dispensar(ctx, "poda", "2028", CASTS[1], "Cierra.")
    with como(instancia, "coordinacion") as ctx:
        abiertas = ciclos.adelantar(ctx, "poda", "2028", None, "Se adelanta todo.")
        assert [fila.unidad for fila, _ in abiertas] == [CASTS[0], CASTS[2]]
    with como(instancia, "coordinacion") as ctx, pytest.raises(ActoNoProcede, match="todas las unidades"):
        ciclos.adelantar(ctx, "poda", "2028", None, "Otra vez.")


def test_lo_dispensado_ya_no_se_abre_y_se_ve_quien_lo_dijo(instancia: Instancia) -> None:
    with como(instancia, "coordinacion") as ctx:
        ciclos.dispensar(ctx, "poda", "2028", CASTS[0], "Está en obra todo el año.")
    assert len(abrir(instancia).folios) == 2
    with instancia.leer() as s:
        (poda,) = por_venir(s, SOLO_PODA, SE_ABRE, date(2027, 12, 31))
    (dispensa,) = poda.dispensadas
    assert (dispensa.unidad, dispensa.motivo) == (CASTS[0], "Está en obra todo el año.")
    assert dispensa.persona_id
    assert dispensa.folio is None
    with como(instancia, "coordinacion") as ctx, pytest.raises(ActoNoProcede, match="se dispensó"):
        ciclos.adelantar(ctx, "poda", "2028", CASTS[0], "Siempre sí.")
    with como(instancia, "coordinacion") as ctx, pytest.raises(ActoNoProcede, match="se dispensó"):
        ciclos.dispensar(ctx, "poda", "2028", CASTS[0], "Otra vez.")


def test_lo_ya_abierto_no_se_dispensa_y_se_dice_el_folio(instancia: Instancia) -> None:
    folio = abrir(instancia).folios[0]
    for acto in (ciclos.dispensar, ciclos.adelantar):
        with como(instancia, "coordinacion") as ctx, pytest.raises(ActoNoProcede, match=folio):
            acto(ctx, "poda", "2028", CASTS[0], "Ya no.")


def test_un_periodo_que_se_paso_sin_abrirse_se_abre_a_mano(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    poner(monkeypatch, date(2027, 9, 1))
    with pytest.raises(FaltaConfirmar, match="30 jun 2027") as falta, como(instancia, "coordinacion") as ctx:
        ciclos.adelantar(ctx, "poda", "2028", None, "Se olvidó.")
    assert not aperturas(instancia)
    with como(instancia, "coordinacion") as ctx:
        abiertas = ciclos.adelantar(ctx, "poda", "2028", None, "Se olvidó.", falta.value.confirmar)
        assert len(abiertas) == len(CASTS)


@pytest.mark.parametrize("alias", ["cast-demo-01", "cst", "direccion", "administracion"])
def test_solo_quien_conduce_adelanta_o_dispensa(instancia_sqlite: Instancia, alias: str) -> None:
    for acto in (ciclos.adelantar, ciclos.dispensar):
        with como(instancia_sqlite, alias) as ctx, pytest.raises(NoLeCorresponde, match="coordinación de la CST"):
            acto(ctx, "poda", "2028", CASTS[0], "Porque sí.")
    assert aperturas(instancia_sqlite) == []


@pytest.mark.parametrize(
    ("procedimiento", "periodo", "unidad", "motivo", "campo"),
    [
        pytest.param("poda", "2028", CASTS[0], "  ", "motivo", id="sin-motivo"),
        pytest.param("poda", "2028", CASTS[0], "x" * 2001, "motivo", id="motivo-larguisimo"),
        pytest.param("poda", "2028-T1", CASTS[0], "m", "periodo", id="de-otro-ciclo"),
        pytest.param("poda", "veintiocho", CASTS[0], "m", "periodo", id="no-es-periodo"),
        pytest.param("poda", "2082", CASTS[0], "m", "periodo", id="a-mas-de-un-anio"),
        pytest.param("poda", "2020", CASTS[0], "m", "periodo", id="de-hace-anios"),
        pytest.param("poda", "2028", "CE-15", "m", "unidad", id="unidad-de-otro-grupo"),
        pytest.param("poda", "2028", "CAST-NADIE", "m", "unidad", id="unidad-que-no-existe"),
        pytest.param("poda", "2028", "", "m", "unidad", id="unidad-vacia"),
        pytest.param("riego", "2027-05", CASTS[0], "m", "unidad", id="unidad-donde-no-lleva"),
    ],
)
def test_lo_que_no_se_puede_adelantar_ni_dispensar_dice_por_que(
    instancia_sqlite: Instancia, procedimiento: str, periodo: str, unidad: str, motivo: str, campo: str
) -> None:
    for acto in (ciclos.adelantar, ciclos.dispensar):
        with como(instancia_sqlite, "coordinacion") as ctx, pytest.raises(FormularioIncompleto) as error:
            acto(ctx, procedimiento, periodo, unidad, motivo)
        assert set(error.value.campos) == {campo}
    assert aperturas(instancia_sqlite) == []


def test_lo_que_no_existe_o_no_es_ciclico_se_dice(instancia_sqlite: Instancia) -> None:
    with como(instancia_sqlite, "coordinacion") as ctx, pytest.raises(ProcedimientoDesconocido):
        ciclos.adelantar(ctx, "nada", "2028", None, "m")
    with (
        como(instancia_sqlite, "coordinacion", CATALOGO) as ctx,
        pytest.raises(FormularioIncompleto, match="no se abre"),
    ):
        ciclos.adelantar(ctx, "concertacion", "2028", None, "m")


def test_iniciarlo_a_mano_cuenta_como_abierto(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    poner(monkeypatch, date(2027, 3, 15))
    with como(instancia, "coordinacion") as ctx:
        datos = {"periodo": "2028", "cast": CASTS[2]}
        folio = apertura.iniciar(ctx, "poda", "La inicié yo", datos).folio
    poner(monkeypatch, SE_ABRE)
    assert len(abrir(instancia).folios) == 2
    exigir_uno_por_unidad(instancia, CASTS)
    assert aperturas(instancia)[2].folio == folio
