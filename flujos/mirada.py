"""Lo que el motor ve en Prefect, para que `/salud` lo diga sin preguntarle.

Se pregunta por efectos: que haya un obrero en línea, que de cada horario haya corridas futuras que programó
Prefect, y que ninguna debiera haber empezado ya.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType, WorkerStatus
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from flujos.despliegues import COLA, SISTEMA, despliegues
from modelos.motor import latido

ATRASO = timedelta(minutes=2)
"""Un obrero toma lo programado en segundos."""
_PROGRAMADA = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))


async def mirar(cliente: PrefectClient) -> dict[str, Any]:
    """`{obrero, sin_programar, programadas, atrasadas}`, según Prefect ahora mismo."""
    registrados = await _registrados(cliente)
    ahora = datetime.fromtimestamp(latido.pulso(), UTC)
    sin_programar, programadas, atrasadas = [], 0, 0
    for nombre in (d.flujo.name for d in despliegues() if d.horarios):
        futuras = 0
        if suyo := registrados.get(nombre):
            cual = FlowRunFilterDeploymentId(any_=[suyo.id])
            futuras = await _cuenta(cliente, cual, {"after_": ahora})
            atrasadas += await _cuenta(cliente, cual, {"before_": ahora - ATRASO})
        programadas += futuras
        if suyo is None or not futuras or _en_pausa(suyo):
            sin_programar.append(nombre)
    return {
        "obrero": await _hay_obrero(cliente),
        "sin_programar": sin_programar,
        "programadas": programadas,
        "atrasadas": atrasadas,
    }


def _en_pausa(despliegue: DeploymentResponse) -> bool:
    return despliegue.paused or not all(horario.active for horario in despliegue.schedules)


async def _cuenta(cliente: PrefectClient, cuales: FlowRunFilterDeploymentId, cuando: dict[str, datetime]) -> int:
    tramo = FlowRunFilterNextScheduledStartTime.model_validate(cuando)
    filtro = FlowRunFilter(deployment_id=cuales, state=_PROGRAMADA, next_scheduled_start_time=tramo)
    return await cliente.count_flow_runs(flow_run_filter=filtro)


async def _registrados(cliente: PrefectClient) -> dict[str, DeploymentResponse]:
    """Los despliegues del sistema que Prefect tiene, por el nombre de su flujo."""
    filtro = DeploymentFilter(tags=DeploymentFilterTags(all_=[SISTEMA]))
    hallados = await cliente.read_deployments(deployment_filter=filtro, limit=50)
    return {(d.entrypoint or "").rpartition(":")[2]: d for d in hallados if d.work_pool_name == COLA}


async def _hay_obrero(cliente: PrefectClient) -> bool:
    try:
        obreros = await cliente.read_workers_for_work_pool(COLA, limit=200)
    except (ObjectNotFound, PrefectHTTPStatusError) as error:
        if isinstance(error, PrefectHTTPStatusError) and error.response.status_code != HTTPStatus.NOT_FOUND:
            raise
        return False  # ni siquiera existe la cola: según la ruta, Prefect lo dice con una clase u otra
    return any(obrero.status == WorkerStatus.ONLINE for obrero in obreros)
