"""Un flujo de Prefect por procedimiento publicado: `flujos.corridas:<clave>`.

Todos hacen lo mismo: mostrar como tareas los encargos del expediente y, según
cómo quedó, suspenderse a esperar a una persona o terminar. Al reanudarse, el
flujo vuelve a empezar desde arriba; por eso aquí no se recuerda nada y lo hecho
se lee siempre de nuestra base.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from prefect import Flow, flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.states import Cancelled, Completed, Failed

from flujos.catalogo import CATALOGO
from flujos.suspension import etiquetar, suspender
from modelos import reloj
from modelos.ajustes import ajustes
from modelos.calendario.fechas import MESES
from modelos.expedientes.expediente import Encargo, EstadoExpediente, Expediente
from modelos.motor import encargos, espera
from modelos.motor.espera import Espera
from modelos.motor.latido import pulso
from modelos.sesion import lectura
from tareas.efectos import EfectoFallido
from tareas.tarea import corredor

SIN_RESULTADOS: dict[str, Any] = {
    "persist_result": False,
    "validate_parameters": False,
    # Nada se guarda ahí; pero sin una ruta Prefect pregunta al servidor cuál usar en cada corrida, y detiene el bucle.
    "result_storage": Path(gettempdir()),
}
"""Cómo se declara cualquier flujo nuestro: lo que recuerda está en la base y no en resultados de Prefect."""


def con_fecha(que: str) -> Callable[[], str]:
    """Da el nombre de cada corrida de un flujo del sistema: «Ciclos del 30 nov 2026, 07:00»."""

    def nombre() -> str:
        local = reloj.local(datetime.fromtimestamp(pulso(), UTC))
        return f"{que} del {local.day} {MESES[local.month - 1]} {local.year}, {local:%H:%M}"

    return nombre


INCIDENTE = "Incidente"
"""Nombre del estado fallido que sí es del expediente: un efecto agotó sus intentos y alguien debe verlo."""
_correr = corredor(CATALOGO)


async def conducir(folio: str) -> State[None]:
    """Cumple y muestra lo pendiente; devuelve el estado final de la corrida, o la suspende."""
    corrida = _corrida()
    if fallidos := await _mostrar(corrida, folio):
        return Failed(name=INCIDENTE, message=f"Sin cumplir: {'; '.join(fallidos)}. Reintente desde el expediente.")
    expediente, que = await asyncio.to_thread(_expediente, folio)
    if que.texto:
        await suspender(corrida, folio, _clave_de_pausa(corrida, expediente.asientos), que)
    async with get_client() as cliente:
        await etiquetar(cliente, corrida, que.etiquetas)
    if expediente.estado == EstadoExpediente.CANCELADO:
        return Cancelled(message="El expediente se canceló.")
    return Completed(message=expediente.desenlace)


async def _mostrar(corrida: FlowRun, folio: str) -> list[str]:
    """Cumple y muestra cada encargo, también los que aparezcan entre tanto; devuelve los que ya no se intentan."""
    vistos: set[tuple[int, str]] = set()
    fallidos: list[str] = []
    while pendientes := [e for e in await asyncio.to_thread(_por_mostrar, folio) if _clave(e) not in vistos]:
        for encargo in pendientes:
            vistos.add(_clave(encargo))
            if encargo.hecho is None and encargo.intentos >= ajustes().encargos_intentos:
                fallidos.append(encargo.nombre)
                continue
            try:
                await _correr(corrida.id, encargo)
            except EfectoFallido as error:
                fallidos.append(error.nombre)
    return fallidos


def _corrida() -> FlowRun:
    contexto = FlowRunContext.get()
    if contexto is None or contexto.flow_run is None:
        raise RuntimeError("Un expediente sólo se conduce dentro de su corrida de Prefect.")
    return contexto.flow_run


def _clave_de_pausa(corrida: FlowRun, orden: int) -> str:
    """`asiento-<orden>`; con sufijo si esa pausa ya se usó (alguien pulsó *Resume*): Prefect no repite una."""
    usadas = corrida.empirical_policy.pause_keys or set()
    clave = f"asiento-{orden}"
    vez = 1
    while clave in usadas:
        vez += 1
        clave = f"asiento-{orden}-{vez}"
    return clave


def _clave(encargo: Encargo) -> tuple[int, str]:
    return encargo.asiento, encargo.efecto


def _por_mostrar(folio: str) -> list[Encargo]:
    with lectura(ajustes().url_base) as s:
        return encargos.por_mostrar(s, folio)


def _expediente(folio: str) -> tuple[Expediente, Espera]:
    with lectura(ajustes().url_base) as s:
        expediente = s.get_one(Expediente, folio)
        return expediente, espera.de(s, expediente, CATALOGO)


def _flujo(clave: str, nombre: str) -> Flow[[str], Any]:
    @flow(name=clave, description=nombre, **SIN_RESULTADOS)
    async def corrida(folio: str) -> State[None]:
        return await conducir(folio)

    return corrida


FLUJOS: dict[str, Flow[[str], Any]] = {tabla.clave: _flujo(tabla.clave, tabla.nombre) for tabla in CATALOGO}
# Cada flujo es también un nombre del módulo: es lo que dicen las entradas de los despliegues.
globals().update(FLUJOS)
