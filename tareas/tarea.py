"""El efecto como tarea de Prefect: delgada a propósito, lo que hace está en `tareas.efectos`.

Por hacer, corre como tarea; lo ya hecho sólo se deja dicho, en una petición: volver a correrlo no enseñaría nada y,
con Prefect atrasado, cada repetición lo atrasaría más (ADR 0010).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import State, StateType
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Completed
from prefect.task_engine import run_task_async

from modelos import reloj
from modelos.ajustes import ajustes
from modelos.expedientes.expediente import Encargo
from modelos.motor import encargos
from modelos.motor.encargos import id_tarea
from modelos.sesion import transaccion
from modelos.tabla import Catalogo
from tareas.efectos import intentar


def corredor(tablas: Catalogo) -> Callable[[UUID, Encargo], Awaitable[None]]:
    """Da la función que corre un encargo como tarea de la corrida en curso.

    La tarea lleva siempre el mismo identificador: repetirla no añade otra al historial.
    """

    @task(task_run_name="{nombre}", cache_policy=NO_CACHE, persist_result=False)
    async def efecto(nombre: str, folio: str, asiento: int, clave: str) -> str:  # noqa: ARG001 - nombra a la tarea
        propios = ajustes()
        return await asyncio.to_thread(
            intentar, propios.url_base, tablas, (folio, asiento, clave), propios.encargos_intentos, mostrado=True
        )

    async def correr(corrida: UUID, encargo: Encargo) -> None:
        """Lanza EfectoFallido si agotó sus intentos."""
        if encargo.hecho is not None:
            async with get_client() as cliente:
                await _dejar_dicho(cliente, efecto, corrida, encargo)
            await asyncio.to_thread(_registrar, encargo)
            return
        reintentos = max(0, ajustes().encargos_intentos - encargo.intentos - 1)
        esperas = [2.0 ** (encargo.intentos + 1 + i) for i in range(reintentos)]
        tarea = efecto.with_options(retries=reintentos, retry_delay_seconds=esperas) if reintentos else efecto
        parametros = {
            "nombre": encargo.nombre,
            "folio": encargo.folio,
            "asiento": encargo.asiento,
            "clave": encargo.efecto,
        }
        await run_task_async(tarea, task_run_id=id_tarea(corrida, encargo), parameters=parametros)

    return correr


async def _dejar_dicho(cliente: PrefectClient, tarea: Task[..., Any], corrida: UUID, encargo: Encargo) -> None:
    """Deja en Prefect la tarea terminada, exista o no; al volver, ya se ve."""
    id_ = id_tarea(corrida, encargo)
    hecho = f" el {reloj.local(encargo.hecho):%d/%m/%Y a las %H:%M:%S}" if encargo.hecho else ""
    terminada: State[Any] = Completed(message=f"Se cumplió{hecho}, sin esperar a Prefect.")
    try:
        dicha = await cliente.create_task_run(
            tarea, corrida, dynamic_key=str(id_), id=id_, name=encargo.nombre, state=terminada
        )
        quedo = dicha.state_type == StateType.COMPLETED
    except PrefectHTTPStatusError as error:
        if error.response.status_code != HTTPStatus.CONFLICT:
            raise
        quedo = False  # empezó a correr y no se supo más: la tarea existe con otra clave
    if not quedo:
        await cliente.set_task_run_state(id_, terminada, force=True)


def _registrar(encargo: Encargo) -> None:
    with transaccion(ajustes().url_base) as s:
        encargos.registrar_propio(s, encargo, reloj.ahora())
