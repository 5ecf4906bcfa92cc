"""`/salud` con un Prefect de verdad: se rompe lo que vigila y lo dice. Y la conciliación que hace el motor solo."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Cancelled
from sqlalchemy import update
from sqlmodel import col

from api.v1 import salud
from flujos import conciliacion, mirada
from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.expedientes.expediente import EstadoExpediente, Expediente
from modelos.motor import exclusivas, latido, senales
from modelos.motor.latido import Latido
from modelos.motor.senales import Senal
from modelos.sesion import lectura, transaccion
from tests.accesorios.fabricas import Instancia
from tests.accesorios.prefect_local import RAIZ, InstanciaConMotor, Proceso, ServidorPrefect, esperar

pytestmark = pytest.mark.prefect
PRISA = {"PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2"}


@pytest.fixture
def propio(tmp_path: Path) -> Iterator[ServidorPrefect]:
    """Un servidor de esta prueba, que se va a romper, con la credencial que se genera sola."""
    servidor = ServidorPrefect(tmp_path)
    del servidor.proceso.entorno["DSTC_PREFECT_CREDENCIAL"]
    servidor.proceso.entorno |= PRISA
    try:
        servidor.levantar()
        yield servidor
    finally:
        servidor.proceso.terminar()


def test_cada_cosa_que_se_rompe_en_prefect_se_dice_en_salud(propio: ServidorPrefect, tmp_path: Path) -> None:
    ajustes = Ajustes(datos=tmp_path, puerto_prefect=propio.puerto, jornada_hora=24)
    viva = InstanciaConMotor(tmp_path, propio.url, ajustes.url_base)
    del viva.entorno["DSTC_PREFECT_URL"], viva.entorno["DSTC_PREFECT_CREDENCIAL"]
    viva.entorno["DSTC_PUERTO_PREFECT"] = str(propio.puerto)

    def causas() -> dict[str, str]:
        return {c["vigilado"]: c["que"] for c in salud.mirar(ajustes)["causas"]}

    def dice(vigilado: str, texto: str) -> None:
        esperar(f"{vigilado}: {texto}", lambda: texto in causas().get(vigilado, ""))

    with viva.motor() as (motor,):
        esperar("el motor ve todo", lambda: _visto(viva).get("programadas", 0) > 0 and _visto(viva)["obrero"])
        with transaccion(viva.url) as s:  # como si llevara un rato: recién llegado no se le reclama
            s.execute(update(Latido).values(desde=latido.pulso() - 300))
        esperar("todo bien", lambda: salud.mirar(ajustes)["estado"] == "bien")

        with closing(sqlite3.connect(tmp_path / "prefect" / "prefect.db", timeout=30)) as base:
            base.execute(
                "CREATE TRIGGER roto BEFORE INSERT ON flow_run WHEN NEW.auto_scheduled = 1 "
                "BEGIN SELECT RAISE(ABORT, 'el programador falla en cada vuelta'); END"
            )
            base.execute("DELETE FROM flow_run WHERE auto_scheduled = 1")
            base.commit()
        dice("programacion", "conciliacion, ciclos, recordatorios")
        dice("errores_prefect", "veces en la última hora")

        motor.matar()
        dice("motor", "No hay ningún motor en marcha")
    with viva.motor():
        esperar("otro motor", lambda: "motor" not in causas())
        propio.proceso.matar()
        dice("prefect", "Prefect no responde")
        ocupa = Proceso("prefect", {**propio.proceso.entorno, "DSTC_DATOS": str(tmp_path / "otra")}, tmp_path / "o.log")
        ocupa.levantar()
        try:
            dice("prefect", "no acepta la credencial de esta instancia")
        finally:
            ocupa.terminar()


def test_los_horarios_de_prefect_dan_fechas_en_nuestra_zona() -> None:
    """Con Python 3.11 y whenever 0.10, Prefect 3.9.1 falla en cada horario `cron` y no programa nada."""
    programa = (
        "import asyncio; "
        "from prefect.server.schemas.schedules import CronSchedule; "
        "h = CronSchedule(cron='0 7 * * *', timezone='America/Mexico_City'); "
        "print([f'{d:%H:%M %z}' for d in asyncio.run(h.get_dates(2))])"
    )
    orden = [sys.executable, "-c", programa]
    hecho = subprocess.run(orden, cwd=RAIZ, capture_output=True, text=True, check=False)
    assert hecho.stdout.strip() == "['07:00 -0600', '07:00 -0600']", hecho.stderr[-2000:]


def _visto(viva: InstanciaConMotor) -> dict[str, Any]:
    with lectura(viva.url) as s:
        senal = s.get(Senal, senales.PREFECT)
        return senal.datos if senal else {}


def test_un_obrero_callado_y_un_horario_en_pausa_se_ven(prefect: ServidorPrefect, tmp_path: Path) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)
    with viva.motor():
        esperar("hay obrero", lambda: prefect.preguntar(mirada.mirar)["obrero"])
        despliegue = prefect.preguntar(lambda c: c.read_deployment_by_name("ciclos/sistema"))
        prefect.preguntar(lambda c: c.pause_deployment(despliegue.id))
        try:
            assert "ciclos" in prefect.preguntar(mirada.mirar)["sin_programar"]
        finally:
            prefect.preguntar(lambda c: c.resume_deployment(despliegue.id))
    with closing(sqlite3.connect(prefect.carpeta / "prefect" / "prefect.db", timeout=30)) as base:
        base.execute("UPDATE worker SET last_heartbeat_time = '2020-01-01 00:00:00.000000', status = 'OFFLINE'")
        base.commit()
    assert prefect.preguntar(mirada.mirar)["obrero"] is False


def test_el_motor_concilia_si_prefect_no_lo_hace(prefect: ServidorPrefect, tmp_path: Path) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)
    with viva.motor():
        folio = viva.iniciar("seguimiento")
        viva.esperar_al_dia(folio)
    corrida = viva.expediente(folio).corrida or ""
    prefect.preguntar(lambda c: c.set_flow_run_state(UUID(corrida), Cancelled(), force=True))
    hace_mucho = latido.pulso() - 4 * 3600
    with transaccion(viva.url) as s:
        senales.anotar(s, senales.CONCILIACION)
        s.execute(update(Senal).where(col(Senal.clave) == senales.CONCILIACION).values(visto=hace_mucho))
        # Abierto hace meses: ni se abrió ni se cerró hace poco, y también lo ve.
        s.execute(update(Expediente).values(abierto=reloj.ahora() - timedelta(days=90)))
    with viva.motor() as (motor,):
        esperar("la repara", lambda: prefect.corrida(corrida).state_name == "Suspended")
        assert "la hace el motor" in motor.final()
    with lectura(viva.url) as s:
        assert s.get_one(Senal, senales.CONCILIACION).visto > hace_mucho


def test_a_todos_los_que_siguen_en_tramite_les_toca(
    prefect: ServidorPrefect, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Por viejos que sean, tramo por tramo y dando la vuelta; lo cerrado hace mucho ya no se mira."""
    monkeypatch.setattr(conciliacion, "TRAMO", 2)
    url = instancia_sqlite.url
    folios = [instancia_sqlite.iniciar("seguimiento") for _ in range(6)]
    with transaccion(url) as s:  # ninguna de estas corridas existe en Prefect
        for folio in folios:
            s.execute(update(Expediente).where(col(Expediente.folio) == folio).values(corrida=str(uuid4())))
        s.execute(update(Expediente).values(abierto=reloj.ahora() - timedelta(days=90)))
        cerrado = {"estado": EstadoExpediente.CANCELADO.value, "cerrado": reloj.ahora() - timedelta(days=80)}
        s.execute(update(Expediente).where(col(Expediente.folio) == folios[5]).values(**cerrado))

    async def conciliar() -> list[str]:
        async with get_client() as cliente:
            hallazgos = await conciliacion.conciliar(cliente, url, senales.CONCILIACION) or []
            return [h["cual"] for h in hallazgos if h["hallazgo"] == "corrida por reparar"]

    with prefect.como_cliente():
        vistos = [asyncio.run(conciliar()) for _ in range(4)]
    assert vistos == [folios[0:2], folios[2:4], folios[4:5], folios[0:2]]


def test_nunca_concilian_dos_a_la_vez(prefect: ServidorPrefect, tmp_path: Path) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)

    async def conciliar() -> list[dict[str, str]] | None:
        async with get_client() as cliente:
            return await conciliacion.conciliar(cliente, viva.url, senales.CONCILIACION)

    with transaccion(viva.url) as s:
        assert exclusivas.tomar(s, conciliacion.EXCLUSIVA, "otro", 600)
    with prefect.como_cliente():
        assert asyncio.run(conciliar()) is None
        with lectura(viva.url) as s:
            assert s.get(Senal, senales.CONCILIACION) is None
        with transaccion(viva.url) as s:  # el otro murió: se le pasó el tiempo
            assert exclusivas.renovar(s, conciliacion.EXCLUSIVA, "otro", -1)
        assert asyncio.run(conciliar()) == []
    with transaccion(viva.url) as s:  # y al terminar la suelta
        assert exclusivas.tomar(s, conciliacion.EXCLUSIVA, "tercero", 1)
