"""El efecto como tarea de Prefect: delgada a propósito, lo que hace está en `tareas.efectos`.

Por hacer, corre como tarea; lo ya hecho sólo se deja dicho, en una petición: volver a correrlo no enseñaría nada y,
con Prefect atrasado, cada repetición lo atrasaría más (ADR 0010).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import State, StateType, TaskRun
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Completed
from prefect.task_engine import run_task_async

from modelos import reloj
from modelos.ajustes import ajustes
from modelos.expedientes.expediente import Encargo
from modelos.motor import encargos
from modelos.motor.encargos import id_tarea
from modelos.sesion import transaccion
from modelos.tabla import Catalogo
from tareas.efectos import Cual, intentar


def corredor(tablas: Catalogo) -> Callable[[UUID, Encargo], Awaitable[None]]:
    """Da la función que corre un encargo como tarea de la corrida en curso.

    La tarea lleva siempre el mismo identificador: repetirla no añade otra al historial.
    """

    @task(task_run_name="{nombre}", cache_policy=NO_CACHE, persist_result=False)
    async def efecto(nombre: str, folio: str, asiento: int, clave: str) -> str:  # noqa: ARG001 - nombra a la tarea
        propios = ajustes()
        return await asyncio.to_thread(
            intentar, propios.url_base, tablas, Cual(folio, asiento, clave), propios.encargos_intentos, mostrado=True
        )

    async def correr(corrida: UUID, encargo: Encargo) -> None:
        """Lanza EfectoFallido si agotó sus intentos."""
        if encargo.hecho is not None:
            async with get_client() as cliente:
                await _dejar_dicho(cliente, efecto, corrida, encargo, encargo.hecho)
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


async def _dejar_dicho(
    cliente: PrefectClient, tarea: Task[..., Any], corrida: UUID, encargo: Encargo, hecho: datetime
) -> None:
    """Deja en Prefect la tarea terminada, exista o no; al volver, ya se ve. hecho: cuándo se cumplió el efecto."""
    id_ = id_tarea(corrida, encargo)
    # Si se mostró, su tarea suele existir y crearla sería un error que el servidor de Prefect anota como suyo.
    vista = await _vista(cliente, id_) if encargo.mostrado is not None else None
    como = "y Prefect no alcanzó a verlo" if encargo.mostrado is not None else "sin esperar a Prefect"
    terminada: State[Any] = Completed(
        message=f"Se cumplió el {reloj.local(hecho):%d/%m/%Y a las %H:%M:%S}, {como}.",
    )
    if vista is None:
        try:
            vista = await cliente.create_task_run(
                tarea, corrida, dynamic_key=str(id_), id=id_, name=encargo.nombre, state=terminada
            )
        except PrefectHTTPStatusError as error:
            if error.response.status_code != HTTPStatus.CONFLICT:
                raise
            vista = await _vista(cliente, id_)  # empezó a correr y el motor murió antes de anotarlo
    if vista is None or vista.state_type != StateType.COMPLETED:
        await cliente.set_task_run_state(id_, terminada, force=True)


async def _vista(cliente: PrefectClient, id_: UUID) -> TaskRun | None:
    """La tarea, si Prefect la tiene."""
    try:
        return await cliente.read_task_run(id_)
    except ObjectNotFound:
        return None


def _registrar(encargo: Encargo) -> None:
    with transaccion(ajustes().url_base) as s:
        encargos.registrar_propio(s, encargo, reloj.ahora())
