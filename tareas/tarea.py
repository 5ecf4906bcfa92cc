"""El efecto como tarea de Prefect: delgada a propósito, lo que hace está en `tareas.efectos`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.task_engine import run_task_async

from modelos.ajustes import ajustes
from modelos.encargos import id_tarea
from modelos.expediente import Encargo
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
        reintentos = 0 if encargo.hecho else max(0, ajustes().encargos_intentos - encargo.intentos - 1)
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
