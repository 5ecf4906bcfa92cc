"""La frase con que una corrida dice qué espera: actividad, unidad y vencimiento, al día con cada acto."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from modelos import sesion
from modelos.actos.conduccion import conducir
from modelos.actos.turnos import asignacion
from modelos.expedientes.expediente import Encargo, Expediente, Turno
from modelos.motor import espera
from modelos.motor.espera import Espera
from modelos.motor.reservas import pedir
from modelos.organizacion.organigrama import Unidad
from modelos.plazos.plazo import Plazo
from tests.accesorios.fabricas import Instancia

LUNES = "2026-05-11T09:00:00-06:00"


@pytest.fixture
def folio(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> str:
    """Uno recién iniciado, con lo encargado ya visto en Prefect."""
    monkeypatch.setenv("DSTC_RELOJ", LUNES)
    abierto = instancia.iniciar("seguimiento")
    instancia.cumplir_encargos()
    return abierto


def que_espera(instancia: Instancia, folio: str) -> Espera:
    with instancia.leer() as s:
        return espera.de(s, s.get_one(Expediente, folio), instancia.tablas)


def test_dice_actividad_y_unidad(instancia: Instancia, folio: str) -> None:
    (turno,) = instancia.abiertos(folio)
    dicha = que_espera(instancia, folio)
    assert dicha.texto.startswith(f"espera: {instancia.actividad(turno).numero_impreso} {turno.unidad}")
    assert f"espera:{turno.unidad}" in dicha.etiquetas
    assert "seguimiento" in dicha.etiquetas


def test_dice_cuando_vence_y_lo_cambia_si_se_mueve(instancia: Instancia, folio: str) -> None:
    (turno,) = instancia.abiertos(folio)
    with sesion.transaccion(instancia.url) as s:
        s.add(_plazo(folio, turno, date(2026, 12, 15)))
    dicha = que_espera(instancia, folio)
    assert dicha.texto.endswith(" · vence 15 dic")
    assert "vence:2026-12-15" in dicha.etiquetas
    with sesion.transaccion(instancia.url) as s:
        s.execute(update(Plazo).where(col(Plazo.id) == turno.id).values(vence=date(2027, 1, 8)))
    assert que_espera(instancia, folio).texto.endswith(" · vence 8 ene 2027")


def _plazo(folio: str, turno: Turno, vence: date) -> Plazo:
    return Plazo(
        id=turno.id,
        folio=folio,
        turno_id=turno.id,
        clave="x",
        que="x",
        unidad=turno.unidad,
        estado="abierto",
        fundamento="x",
        perfil="F",
        regla={},
        vence=vence,
        conservador=vence,
        computo={},
        suspensiones=[],
        ampliaciones=[],
        hitos=[],
        abierto=turno.abierto,
    )


def test_tomado_suspendido_y_reanudado(instancia: Instancia, folio: str) -> None:
    (turno,) = instancia.abiertos(folio)
    with instancia.como(turno.unidad.lower()) as ctx:
        asignacion.tomar(ctx, turno.id)
    assert "(ya lo tomaron)" in que_espera(instancia, folio).texto
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "falta un dato")
    suspendido = que_espera(instancia, folio)
    assert (suspendido.texto, "suspendido" in suspendido.etiquetas) == ("suspendido: espera a que se reanude", True)
    with instancia.como("coordinacion") as ctx:
        conducir.reanudar(ctx, folio, "llegó")
    assert que_espera(instancia, folio).texto.startswith("espera: ")
    with instancia.como("coordinacion") as ctx:
        conducir.cancelar(ctx, folio, "ya no hace falta")
    assert que_espera(instancia, folio).texto == ""


def test_muchas_unidades_se_cuentan(instancia: Instancia, folio: str) -> None:
    (turno,) = instancia.abiertos(folio)
    with sesion.transaccion(instancia.url) as s:
        otras = s.scalars(select(col(Unidad.clave)).where(col(Unidad.clave) != turno.unidad).limit(4))
        for i, unidad in enumerate(otras.all()):
            copia = Turno.model_validate({**turno.model_dump(), "id": f"{turno.id}{i}", "unidad": unidad})
            s.add(copia)
    dicha = que_espera(instancia, folio)
    assert "en 5 unidades" in dicha.texto
    assert "espera:varias" in dicha.etiquetas


def test_por_decir_es_lo_que_cambio_y_nadie_lleva(instancia: Instancia, folio: str) -> None:
    def por_decir() -> list[str]:
        with instancia.leer() as s:
            return espera.por_decir(s, 10)

    assert por_decir() == []  # todavía no tiene corrida
    with sesion.transaccion(instancia.url) as s:
        s.execute(update(Expediente).values(corrida="00000000-0000-0000-0000-000000000001"))
    assert por_decir() == []  # lo dirá al suspenderse: le falta registrar encargos
    with sesion.transaccion(instancia.url) as s:
        s.execute(update(Encargo).values(registrado=s.get_one(Expediente, folio).abierto))
    assert por_decir() == [folio]
    with sesion.transaccion(instancia.url) as s:
        espera.anotar(s, folio, s.get_one(Expediente, folio).asientos)
    assert por_decir() == []
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "falta un dato")
    assert por_decir() == [folio]
    with sesion.transaccion(instancia.url) as s:
        pedir(s, [folio])
    assert por_decir() == []
