"""El aviso diario de lo que espera firma: a quien firma, una vez al día hábil, y sólo lo que sigue esperando."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.conduccion import conducir
from modelos.avisos.a_quien import Organigrama
from modelos.avisos.entrega import Entrega, EstadoEntrega
from modelos.avisos.firmas import por_avisar
from modelos.expedientes.notificacion import ClaseDeNotificacion, Notificacion
from modelos.oficios import titulares
from modelos.oficios.titulares import Titularidad
from modelos.organizacion.organigrama import Adscripcion, Persona
from tareas import jornada
from tareas.oficios import firmas
from tests.accesorios.correo import Buzon, buzon, partes
from tests.accesorios.fabricas import Instancia
from tests.accesorios.oficina import firmar, leer, por_encargo, repartir, suelto

LUNES = date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    _poner(monkeypatch, LUNES)


@pytest.fixture
def smtp() -> Iterator[Buzon]:
    with buzon() as uno:
        yield uno


def _poner(monkeypatch: pytest.MonkeyPatch, dia: date) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{dia}T09:00:00-06:00")


def _avisados(instancia: Instancia) -> list[tuple[str, str]]:
    """(alias de la persona, clave) de cada aviso."""
    with instancia.leer() as s:
        consulta = select(col(Persona.correo), col(Notificacion.clave)).join(
            Persona, col(Persona.id) == Notificacion.persona_id
        )
        consulta = consulta.where(col(Notificacion.clase) == ClaseDeNotificacion.FIRMA.value).order_by(
            col(Notificacion.id)
        )
        return [(correo.partition("@")[0], clave) for correo, clave in s.execute(consulta)]


def test_quien_firma_recibe_al_dia_un_aviso_con_lo_que_espera(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    primero, segundo = por_encargo(instancia, "Uno"), por_encargo(instancia, "Dos")
    suelto(instancia, folio=primero.folio)  # nadie lo pidió: no se debe
    with instancia.como(None) as ctx:
        ctx.s.execute(delete(Notificacion))
    for _ in range(2):
        hechos = jornada.trabajar(instancia.url, CATALOGO, reloj.ahora(), 7)
        assert hechos[jornada.FIRMAS].resultado == "1 persona tiene oficios por firmar."
        repartir(instancia, smtp.url, terminado=True)
    assert _avisados(instancia) == [("dstc", "firma:2027-03-01")]
    (mensaje,) = smtp.de("dstc@demo.local")
    assert mensaje["Subject"].endswith("2 oficios esperan su firma")
    texto, html = partes(mensaje)
    for oficio in (primero, segundo):
        assert f"Firmar OF-01: {oficio.asunto}" in texto
        assert f"https://dstc.example/oficios/{oficio.id}" in texto
        assert oficio.folio in html

    _poner(monkeypatch, date(2027, 3, 2))
    firmar(instancia, primero)
    instancia.cumplir_encargos()
    jornada.trabajar(instancia.url, CATALOGO, reloj.ahora(), 7)
    repartir(instancia, smtp.url, terminado=True)
    hoy = [m for m in smtp.de("dstc@demo.local") if "firma" in m["Subject"]][-1]
    assert hoy["Subject"] == f"Espera su firma OF-01: {segundo.asunto} ({segundo.folio})"
    assert primero.id not in partes(hoy)[0]


def test_lo_que_se_firmo_antes_de_que_salga_el_mensaje_no_se_dice(instancia_sqlite: Instancia, smtp: Buzon) -> None:
    oficio = por_encargo(instancia_sqlite)
    with instancia_sqlite.como(None) as ctx:
        ctx.s.execute(delete(Notificacion))
    firmas.avisar(instancia_sqlite.url, LUNES)
    firmar(instancia_sqlite, oficio)
    repartir(instancia_sqlite, smtp.url, terminado=True)
    assert smtp.recibidos == []
    with instancia_sqlite.leer() as s:
        assert [e.estado for e in s.scalars(select(Entrega))] == [EstadoEntrega.DESCARTADA]


@pytest.mark.parametrize("dia", [date(2027, 3, 6), date(2027, 3, 15)], ids=["sabado", "feriado"])
def test_en_dia_inhabil_no_se_avisa(instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch, dia: date) -> None:
    por_encargo(instancia_sqlite)
    _poner(monkeypatch, dia)
    assert firmas.avisar(instancia_sqlite.url, dia) == 0
    assert _avisados(instancia_sqlite) == []


def test_si_nadie_tiene_el_cargo_lo_saben_quienes_atienden_la_unidad(instancia_sqlite: Instancia) -> None:
    por_encargo(instancia_sqlite)
    with instancia_sqlite.como(None) as ctx:
        ctx.s.execute(delete(Titularidad).where(col(Titularidad.unidad) == "DSTC"))
    firmas.avisar(instancia_sqlite.url, LUNES)
    assert ("dstc", "firma:2027-03-01") in _avisados(instancia_sqlite)


def test_quien_suple_lo_sabe_y_de_un_expediente_suspendido_o_cancelado_no_se_avisa(instancia_sqlite: Instancia) -> None:
    uno, otro = por_encargo(instancia_sqlite), por_encargo(instancia_sqlite)
    with instancia_sqlite.como(None) as ctx:
        titulares.suplir(
            ctx.s,
            "DSTC",
            "dcaj@demo.local",
            cargo="Directora",
            precepto="el artículo 1",
            desde=LUNES,
            hasta=date(2027, 3, 31),
            procedimientos=["normatividad"],
        )
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.suspender(ctx, uno.folio, "Se espera.")
        conducir.cancelar(ctx, otro.folio, "Ya no.")
    assert firmas.avisar(instancia_sqlite.url, LUNES) == 0
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.reanudar(ctx, uno.folio, "Llegó.")
    assert firmas.avisar(instancia_sqlite.url, LUNES) == 2
    assert sorted(quien for quien, _ in _avisados(instancia_sqlite)) == ["dcaj", "dstc"]
    assert leer(instancia_sqlite, otro.id).estado == "descartado"


def test_si_en_la_unidad_no_hay_quien_firme_ni_nadie_se_dice_arriba(instancia: Instancia) -> None:
    por_encargo(instancia)
    with instancia.como(None) as ctx:
        ctx.s.execute(delete(Titularidad).where(col(Titularidad.unidad) == "DSTC"))
        gente = select(col(Adscripcion.persona_id)).where(col(Adscripcion.unidad) == "DSTC")
        ctx.s.execute(update(Persona).where(col(Persona.id).in_(gente)).values(activa=False))
    with instancia.leer() as s:
        avisados = {fila["persona_id"] for fila in por_avisar(s, LUNES)}
        arriba = {i.persona for i in Organigrama(s).toca("DSTC", None)}
    assert avisados == arriba
    assert arriba
