"""Conciliación: que Prefect diga de cada expediente lo mismo que la base, y que nada se pierda de vista.

Lo que queda a medias al morir un motor lo retoma otro por su reserva, sin pasar
por aquí. Aquí se repara lo que la base no puede saber: una corrida que alguien
borró o canceló en Prefect, un servidor restaurado de un respaldo, una corrida
tomada de la cola por un obrero que murió antes de reservarla. Reparar es pedir
que un motor la conduzca; nada se corrige desde aquí.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, timedelta
from uuid import UUID

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Completed
from sqlalchemy import select
from sqlmodel import col

from flujos.corridas import ETIQUETA, SIN_RESULTADOS
from modelos import latido, reloj, reservas, vigilancia
from modelos.ajustes import ajustes
from modelos.expediente import EN_TRAMITE, EstadoExpediente, Expediente
from modelos.sesion import lectura, transaccion

registro = logging.getLogger(__name__)

LOTE = 200
REPOSO_S = 60.0
"""Una corrida que lleva menos que esto en movimiento puede estarla llevando alguien."""
RECIENTE = timedelta(days=2)
EN_MOVIMIENTO = (StateType.RUNNING, StateType.PENDING, StateType.SCHEDULED, StateType.CANCELLING)
DEBIDO = {
    EstadoExpediente.EN_CURSO.value: (StateType.PAUSED, StateType.FAILED),
    EstadoExpediente.SUSPENDIDO.value: (StateType.PAUSED, StateType.FAILED),
    EstadoExpediente.CONCLUIDO.value: (StateType.COMPLETED, StateType.FAILED),
    EstadoExpediente.CANCELADO.value: (StateType.CANCELLED, StateType.FAILED),
}
"""Dónde puede reposar la corrida de cada expediente; fallida: espera a que alguien reintente un incidente."""


@flow(name="conciliacion", **SIN_RESULTADOS)
async def conciliacion(a_fondo: bool = False) -> State[None]:  # noqa: FBT001, FBT002 - los parámetros de un flujo van por nombre
    """Repara lo que no cuadra y deja el informe como artefacto en Prefect.

    a_fondo: revisa la corrida de cada expediente abierto, no sólo las que se movieron o cerraron hace poco.
    """
    async with get_client() as cliente:
        reparar = await _detenidas(cliente)
        for pagina in await asyncio.to_thread(lambda: list(_paginas(a_fondo=a_fondo))):
            reparar |= await _fuera_de_lugar(cliente, pagina)
    await asyncio.to_thread(_pedir, sorted(reparar))
    hallazgos = [{"hallazgo": "corrida por reparar", "cual": folio} for folio in sorted(reparar)]
    hallazgos += await asyncio.to_thread(_perdidos_de_vista)
    for hallazgo in hallazgos:
        registro.warning("conciliación: %(hallazgo)s: %(cual)s", hallazgo)
    await acreate_table_artifact(table=hallazgos, key="conciliacion", description="Lo que no cuadraba.")
    return Completed(message=f"{len(hallazgos)} hallazgos")


async def _detenidas(cliente: PrefectClient) -> set[str]:
    """Folios con una corrida nuestra que dice estar en movimiento desde hace rato y nadie mueve."""
    filtro = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[ETIQUETA]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(EN_MOVIMIENTO))),
    )
    corridas = await cliente.read_flow_runs(flow_run_filter=filtro, limit=LOTE)
    hace_rato = {str(c.id) for c in corridas if _quieta(c)}
    return await asyncio.to_thread(_folios_de, hace_rato)


def _quieta(corrida: FlowRun) -> bool:
    desde = corrida.state.timestamp if corrida.state else None
    return desde is not None and desde.astimezone(UTC).timestamp() < latido.pulso() - REPOSO_S


async def _fuera_de_lugar(cliente: PrefectClient, pagina: list[tuple[str, str, str]]) -> set[str]:
    """Folios cuya corrida se borró o reposa donde no debe. Si es que aún no le tocaba, repararla no estorba."""
    filtro = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(corrida) for _, _, corrida in pagina]))
    corridas = {str(c.id): c for c in await cliente.read_flow_runs(flow_run_filter=filtro, limit=LOTE)}
    mal = set()
    for folio, estado, id_ in pagina:
        corrida = corridas.get(id_)
        if corrida is None or corrida.state_type not in (*DEBIDO[estado], *EN_MOVIMIENTO):
            mal.add(folio)
    return mal


def _paginas(*, a_fondo: bool) -> Iterator[list[tuple[str, str, str]]]:
    """(folio, estado, corrida) de los expedientes por revisar, de doscientos en doscientos."""
    desde = reloj.ahora() - RECIENTE
    cuales = (col(Expediente.abierto) >= desde) | (col(Expediente.cerrado) >= desde)
    if a_fondo:
        cuales |= col(Expediente.estado).in_(EN_TRAMITE)
    consulta = select(col(Expediente.folio), col(Expediente.estado), col(Expediente.corrida)).where(
        col(Expediente.corrida).is_not(None), cuales
    )
    ultimo = ""
    while True:
        with lectura(ajustes().url_base) as s:
            filas = s.execute(
                consulta.where(col(Expediente.folio) > ultimo).order_by(col(Expediente.folio)).limit(LOTE)
            ).all()
        if not filas:
            return
        ultimo = filas[-1][0]
        yield [(folio, estado, corrida) for folio, estado, corrida in filas if corrida]


def _folios_de(corridas: set[str]) -> set[str]:
    with lectura(ajustes().url_base) as s:
        libre = ~reservas.ajena(col(Expediente.folio))
        consulta = select(col(Expediente.folio)).where(col(Expediente.corrida).in_(corridas), libre)
        return set(s.scalars(consulta))


def _pedir(folios: list[str]) -> None:
    with transaccion(ajustes().url_base) as s:
        reservas.pedir(s, folios)


def _perdidos_de_vista() -> list[dict[str, str]]:
    with lectura(ajustes().url_base) as s:
        sin_rumbo = [{"hallazgo": "expediente sin rumbo", "cual": folio} for folio in vigilancia.sin_rumbo(s)]
        return sin_rumbo + [
            {"hallazgo": f"turno sin responsable en {unidad}", "cual": id_}
            for id_, unidad in vigilancia.sin_responsable(s)
        ]
