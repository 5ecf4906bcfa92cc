"""Nada que haga Prefect deja al motor latiendo sin conducir: las señales se capturan, y lo que muere se nota."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect import states

from flujos.conductor import Conductor
from flujos.vigia import MotorDetenido, Vigia
from modelos.motor import latido, reservas
from modelos.motor.reservas import Reserva
from modelos.sesion import lectura, transaccion
from tests.accesorios.postgres import base_nueva, servidor_postgres
from tests.accesorios.prefect_local import CREDENCIAL, RAIZ, InstanciaConMotor, ServidorPrefect

pytestmark = pytest.mark.prefect
EN_MOVIMIENTO = {"Scheduled", "Pending", "Running", "Late", "Resuming"}


@pytest.fixture
def viva(tmp_path: Path, prefect: ServidorPrefect) -> InstanciaConMotor:
    return InstanciaConMotor(tmp_path, prefect.url)


def ejecutar_aparte(viva: InstanciaConMotor, prefect_url: str, modulo: str, *argumentos: str) -> tuple[int, str]:
    # Lo que da `dstc motor` antes de levantar el suyo: con quién habla y con qué credencial.
    de_prefect = {"PREFECT_API_URL": prefect_url, "PREFECT_API_AUTH_STRING": CREDENCIAL}
    entorno = {**os.environ, **viva.entorno, **de_prefect, "PYTHONPATH": str(RAIZ)}
    orden = [sys.executable, "-m", f"tests.accesorios.procesos.{modulo}", *argumentos]
    hecho = subprocess.run(orden, cwd=RAIZ, env=entorno, capture_output=True, text=True, timeout=900, check=False)
    return hecho.returncode, hecho.stderr


@pytest.mark.parametrize("mal", ["pause", "grupo", "cancelada"])
def test_una_tarea_de_fondo_que_muere_hace_salir_al_motor(tmp_path: Path, mal: str) -> None:
    """Antes la tarea moría sin que nadie la mirara y el motor seguía latiendo: parecía vivo y no repartía nada."""
    viva = InstanciaConMotor(tmp_path, "http://127.0.0.1:9/api")
    codigo, registro = ejecutar_aparte(viva, "http://127.0.0.1:9/api", "motor_herido", mal)
    assert codigo == 1, registro[-2000:]
    assert "el motor se detuvo" in registro
    assert "terminó la tarea «mensajes»" in registro


def test_un_obrero_al_que_se_entrega_una_corrida_ya_suspendida_sigue_vivo(
    prefect: ServidorPrefect, viva: InstanciaConMotor
) -> None:
    with viva.motor():
        folio = viva.iniciar("normatividad")
        viva.esperar_al_dia(folio)
    corrida = viva.expediente(folio).corrida or ""
    assert prefect.corrida(corrida).state_name == "Suspended"
    despliegue = prefect.preguntar(lambda c: c.read_deployment_by_name("recordatorios/sistema"))
    sistema = prefect.preguntar(lambda c: c.create_flow_run_from_deployment(despliegue.id))
    codigo, registro = ejecutar_aparte(viva, prefect.url, "obrero_con_suspendida", corrida, str(sistema.id))
    assert codigo == 0, registro[-3000:]
    assert prefect.corrida(corrida).state_name == "Suspended"


def test_lo_reservado_que_nadie_lleva_se_suelta_con_el_latido(viva: InstanciaConMotor) -> None:
    """A media conducción se canceló la tarea: antes la reserva quedaba de un motor vivo, y nadie la retomaba."""
    folio = viva.iniciar("normatividad")

    async def cancelada() -> tuple[list[str], list[str]]:
        conductor = Conductor(viva.url)
        await conductor.escribir(lambda s: latido.latir(s, conductor.id, prefect=True))
        assert await conductor.reservar([folio]) == [folio]
        conductor._conducir = lambda _folio: asyncio.sleep(3600)  # type: ignore[method-assign,assignment]
        tarea = asyncio.create_task(conductor.conducir(folio))
        await asyncio.sleep(0.1)
        await conductor.escribir(conductor._anotar_latido)
        mientras = await conductor.leer(lambda s: reservas.de_motor(s, conductor.id))
        tarea.cancel()
        with pytest.raises(asyncio.CancelledError):
            await tarea
        await conductor.escribir(conductor._anotar_latido)
        return mientras, await conductor.leer(lambda s: reservas.de_motor(s, conductor.id))

    assert asyncio.run(cancelada()) == ([folio], [])
    with lectura(viva.url) as s:
        assert s.get_one(Reserva, folio).motor == reservas.NADIE  # sigue pendiente de que alguien la lleve


def test_el_vigia_dice_que_tarea_termino_y_por_que() -> None:
    async def morir(error: BaseException | None) -> None:
        if error is not None:
            raise error

    async def vigilar(error: BaseException | None, *, sin_fin: bool) -> None:
        vigia, detener = Vigia(), asyncio.Event()
        vigia.lanzar("una", morir(error), sin_fin=sin_fin)
        asyncio.get_running_loop().call_later(0.2, detener.set)
        try:
            await vigia.hasta(detener)
        finally:
            await vigia.terminar(5)

    causa = ValueError("se acabó")
    with pytest.raises(MotorDetenido, match="«una»: ValueError") as visto:
        asyncio.run(vigilar(causa, sin_fin=False))
    assert visto.value.__cause__ is causa
    with pytest.raises(MotorDetenido, match="«una»: sin error"):
        asyncio.run(vigilar(None, sin_fin=True))
    asyncio.run(vigilar(None, sin_fin=False))


def test_un_motor_que_no_avanza_con_trabajo_pendiente_sale(prefect: ServidorPrefect, viva: InstanciaConMotor) -> None:
    """Un servidor que responde a la sonda pero nunca a lo demás: se queda esperando y lo nota solo."""
    with viva.motor():
        viva.esperar_al_dia(viva.iniciar("normatividad"))
    codigo, registro = ejecutar_aparte(viva, prefect.url, "motor_atorado", viva.iniciar("normatividad"))
    assert codigo == 1, registro[-3000:]
    assert "no se terminó ninguno" in registro


def test_una_corrida_a_medio_correr_o_a_medio_cancelar_se_retoma(
    prefect: ServidorPrefect, viva: InstanciaConMotor
) -> None:
    """Como la deja un motor muerto, o alguien que pulsó *Cancel*: de donde esté llega a donde debe."""
    with viva.motor():
        folios = [viva.iniciar("normatividad") for _ in range(4)]
        viva.esperar_al_dia(*folios)
    estados = ("running", "cancelling", "crashed", "pending")
    for folio, nombre in zip(folios, estados, strict=True):
        _dejar(prefect, viva.expediente(folio).corrida or "", nombre)
    with transaccion(viva.url) as s:
        reservas.pedir(s, folios)
    with viva.motor():
        viva.esperar_al_dia(*folios)
    assert {_estado(prefect, viva, f) for f in folios} == {"Suspended"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def en_cada_base(
    request: pytest.FixtureRequest, tmp_path: Path, prefect: ServidorPrefect
) -> Iterator[InstanciaConMotor]:
    if request.param == "sqlite":
        yield InstanciaConMotor(tmp_path, prefect.url)
        return
    with servidor_postgres(rapido=True) as servidor:
        yield InstanciaConMotor(tmp_path, prefect.url, base_nueva(servidor))


def test_una_rafaga_con_la_cola_consultada_cada_segundo_termina(
    prefect: ServidorPrefect, en_cada_base: InstanciaConMotor
) -> None:
    """Cuanto más se mira la cola, más veces coincidían el obrero y el conductor: con 60 moría casi siempre."""
    viva = en_cada_base
    viva.entorno["PREFECT_WORKER_QUERY_SECONDS"] = "1"
    folios = [viva.iniciar("registro_reporte_st") for _ in range(30)]
    with viva.motor() as motores:
        for _ in range(2):
            for folio in folios:
                viva.avanzar(folio, 1)
        viva.esperar_al_dia(*folios)
        assert motores[0].vive(), motores[0].final()
        assert "Pause" not in motores[0].final()
    for folio in folios:
        assert "Scheduled" not in prefect.estados(viva.expediente(folio).corrida or ""), "pasó por la cola"


def _estado(prefect: ServidorPrefect, viva: InstanciaConMotor, folio: str) -> str:
    return str(prefect.corrida(viva.expediente(folio).corrida or "").state_name)


def _dejar(prefect: ServidorPrefect, corrida: str, nombre: str) -> None:
    estados: dict[str, Any] = {
        "running": states.Running(),
        "cancelling": states.Cancelling(),
        "crashed": states.Crashed(),
        "pending": states.Pending(),
    }
    estado = estados[nombre]
    prefect.preguntar(lambda c: c.set_flow_run_state(UUID(corrida), estado, force=True))
