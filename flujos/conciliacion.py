"""Conciliación: que Prefect diga de cada expediente lo mismo que la base, y que nada se pierda de vista.

Lo que queda a medias al morir un motor lo retoma otro por su reserva, sin pasar
por aquí. Aquí se repara lo que la base no puede saber: una corrida que alguien
borró o canceló en Prefect, un servidor restaurado de un respaldo, una corrida
tomada de la cola por un obrero que murió antes de reservarla. Reparar es pedir
que un motor la conduzca; nada se corrige desde aquí.

La pide Prefect a su hora. Si no la termina, la hace un motor por su cuenta; nunca dos a la vez: quien la hace
tiene la exclusiva, y si muere se libera sola.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import NamedTuple, TypeVar
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
from sqlalchemy.orm import Session
from sqlmodel import col

from flujos.corridas import SIN_RESULTADOS, con_fecha
from flujos.suspension import ETIQUETA
from modelos import reloj
from modelos.ajustes import Ajustes, ajustes
from modelos.expedientes.expediente import EN_TRAMITE, EstadoExpediente, Expediente
from modelos.motor import exclusivas, latido, reservas, senales, vigilancia
from modelos.sesion import lectura, transaccion

registro = logging.getLogger(__name__)

T = TypeVar("T")
EXCLUSIVA = "conciliacion"
EXCLUSIVA_S = 120.0
"""Lo que puede tardar una página de doscientas antes de darla por abandonada."""
LOTE = 200
REPOSO_S = 60.0
"""Una corrida que lleva menos que esto en movimiento puede estarla llevando alguien."""
RECIENTE = timedelta(days=2)
TRAMO = 1000
"""Cuántos de los que siguen en trámite mira cada conciliación, además de los recientes."""
EN_MOVIMIENTO = (StateType.RUNNING, StateType.PENDING, StateType.SCHEDULED, StateType.CANCELLING)
DEBIDO = {
    EstadoExpediente.EN_CURSO.value: (StateType.PAUSED, StateType.FAILED),
    EstadoExpediente.SUSPENDIDO.value: (StateType.PAUSED, StateType.FAILED),
    EstadoExpediente.CONCLUIDO.value: (StateType.COMPLETED, StateType.FAILED),
    EstadoExpediente.CANCELADO.value: (StateType.CANCELLED, StateType.FAILED),
}
"""Dónde puede reposar la corrida de cada expediente; fallida: espera a que alguien reintente un incidente."""


@flow(name="conciliacion", flow_run_name=con_fecha("Conciliación"), **SIN_RESULTADOS)
async def conciliacion() -> State[None]:
    """Repara lo que no cuadra y deja el informe como artefacto en Prefect."""
    async with get_client() as cliente:
        hallazgos = await conciliar(cliente, ajustes().url_base, senales.CONCILIACION_PREFECT)
    if hallazgos is None:
        return Completed(message="ya la está haciendo un motor; ésta no hizo nada")
    await acreate_table_artifact(table=hallazgos, key="conciliacion", description="Lo que no cuadraba.")
    return Completed(message=f"{len(hallazgos)} hallazgos")


class _PorRevisar(NamedTuple):
    """Un expediente por revisar: cómo está aquí y el id de su corrida en Prefect."""

    folio: str
    estado: str
    corrida: str


async def conciliar_si_falta(cliente: PrefectClient, propios: Ajustes, desde: float) -> bool:
    """La hace sin esperar a Prefect si él no la ha terminado en el doble de su intervalo; devuelve si la hizo.

    desde: cuándo empezó este motor; antes de eso no se le echa de menos.
    """

    def ultima() -> float:
        with lectura(propios.url_base) as s:
            vista = senales.ultimas(s).get(senales.CONCILIACION)
            return vista.visto if vista else desde

    if latido.pulso() - await asyncio.to_thread(ultima) < propios.conciliacion_paciencia_s:
        return False
    registro.warning("Prefect no ha terminado ninguna conciliación a tiempo; la hace el motor")
    return await conciliar(cliente, propios.url_base, senales.CONCILIACION) is not None


async def conciliar(cliente: PrefectClient, url: str, senal: str) -> list[dict[str, str]] | None:
    """Repara lo que no cuadra y devuelve qué era; None si otro la está haciendo. senal: la que se anota al terminar.

    Mira lo que se abrió o cerró hace poco y un tramo de los que siguen en trámite, cada vez el siguiente: así les toca
    a todos, por viejos que sean y haga quien haga la conciliación. Una vuelta tarda un intervalo por cada tramo.
    """
    quien = secrets.token_hex(8)
    if not await asyncio.to_thread(_escribir, url, lambda s: exclusivas.tomar(s, EXCLUSIVA, quien, EXCLUSIVA_S)):
        return None
    try:
        reparar = await _detenidas(cliente, url)
        por_revisar = await asyncio.to_thread(_escribir, url, _por_revisar)
        for pagina in (por_revisar[i : i + LOTE] for i in range(0, len(por_revisar), LOTE)):
            reparar |= await _fuera_de_lugar(cliente, pagina)
            if not await asyncio.to_thread(
                _escribir, url, lambda s: exclusivas.renovar(s, EXCLUSIVA, quien, EXCLUSIVA_S)
            ):
                return None  # se nos pasó el tiempo y ya la hace otro
        hallazgos = [{"hallazgo": "corrida por reparar", "cual": folio} for folio in sorted(reparar)]
        hallazgos += await asyncio.to_thread(_perdidos_de_vista, url)
        await asyncio.to_thread(_escribir, url, lambda s: _terminar(s, sorted(reparar), senal, len(hallazgos)))
    finally:
        await asyncio.to_thread(_escribir, url, lambda s: exclusivas.soltar(s, EXCLUSIVA, quien))
    for hallazgo in hallazgos:
        registro.warning("conciliación: %(hallazgo)s: %(cual)s", hallazgo)
    return hallazgos


async def _detenidas(cliente: PrefectClient, url: str) -> set[str]:
    """Folios con una corrida nuestra que dice estar en movimiento desde hace rato y nadie mueve."""
    filtro = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[ETIQUETA]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(EN_MOVIMIENTO))),
    )
    corridas = await cliente.read_flow_runs(flow_run_filter=filtro, limit=LOTE)
    hace_rato = {str(c.id) for c in corridas if _quieta(c)}
    return await asyncio.to_thread(_folios_de, url, hace_rato)


def _quieta(corrida: FlowRun) -> bool:
    desde = corrida.state.timestamp if corrida.state else None
    return desde is not None and desde.astimezone(UTC).timestamp() < latido.pulso() - REPOSO_S


async def _fuera_de_lugar(cliente: PrefectClient, pagina: list[_PorRevisar]) -> set[str]:
    """Folios cuya corrida se borró o reposa donde no debe. Si es que aún no le tocaba, repararla no estorba."""
    filtro = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(uno.corrida) for uno in pagina]))
    corridas = {str(c.id): c for c in await cliente.read_flow_runs(flow_run_filter=filtro, limit=LOTE)}
    mal = set()
    for uno in pagina:
        corrida = corridas.get(uno.corrida)
        if corrida is None or corrida.state_type not in (*DEBIDO[uno.estado], *EN_MOVIMIENTO):
            mal.add(uno.folio)
    return mal


def _por_revisar(s: Session) -> list[_PorRevisar]:
    """Los que toca. Deja anotado hasta dónde llegó el tramo, aunque luego falle."""
    desde = reloj.ahora() - RECIENTE
    columnas = select(col(Expediente.folio), col(Expediente.estado), col(Expediente.corrida)).where(
        col(Expediente.corrida).is_not(None)
    )
    recientes = s.execute(columnas.where((col(Expediente.abierto) >= desde) | (col(Expediente.cerrado) >= desde)))
    vista = senales.ultimas(s).get(senales.TRAMO_CONCILIADO)
    siguen = columnas.where(
        col(Expediente.estado).in_(EN_TRAMITE), col(Expediente.folio) > (vista.datos["hasta"] if vista else "")
    )
    tramo = s.execute(siguen.order_by(col(Expediente.folio)).limit(TRAMO)).all()
    senales.anotar(s, senales.TRAMO_CONCILIADO, hasta=tramo[-1][0] if len(tramo) == TRAMO else "")
    return sorted({_PorRevisar(*fila) for fila in (*recientes, *tramo)})


def _folios_de(url: str, corridas: set[str]) -> set[str]:
    with lectura(url) as s:
        libre = ~reservas.ajena(col(Expediente.folio))
        consulta = select(col(Expediente.folio)).where(col(Expediente.corrida).in_(corridas), libre)
        return set(s.scalars(consulta))


def _terminar(s: Session, folios: list[str], senal: str, hallazgos: int) -> None:
    reservas.pedir(s, folios)
    for clave in {senal, senales.CONCILIACION}:
        senales.anotar(s, clave, hallazgos=hallazgos)


def _escribir(url: str, que: Callable[[Session], T]) -> T:
    with transaccion(url) as s:
        return que(s)


def _perdidos_de_vista(url: str) -> list[dict[str, str]]:
    with lectura(url) as s:
        sin_rumbo = [{"hallazgo": "expediente sin rumbo", "cual": folio} for folio in vigilancia.sin_rumbo(s)]
        return sin_rumbo + [
            {"hallazgo": f"turno sin responsable en {unidad}", "cual": id_}
            for id_, unidad in vigilancia.sin_responsable(s)
        ]
