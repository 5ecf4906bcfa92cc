"""Suspender una corrida diciendo qué espera, y ponerle las etiquetas con que se busca en Prefect."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Abort, Pause
from prefect.states import Suspended
from prefect.utilities.engine import propose_state

from modelos.ajustes import ajustes
from modelos.motor import espera
from modelos.motor.espera import Espera
from modelos.sesion import transaccion

ETIQUETA = "expediente"
"""La que llevan las corridas de los expedientes, y ninguna otra."""


class PausaIgnorada(RuntimeError):
    """Prefect no suspendió la corrida; se reintenta para no darla por concluida."""


async def suspender(corrida: FlowRun, folio: str, clave: str, que: Espera) -> None:
    """Deja la corrida suspendida y sale de ella; `prefect.flow_runs.suspend_flow_run` no admite mensaje.

    Lanza:
        Pause: quedó suspendida; es como Prefect sale de una corrida así.
        PausaIgnorada: Prefect no la suspendió.
    """
    async with get_client() as cliente:
        await etiquetar(cliente, corrida, que.etiquetas)
        try:
            pedido: State[None] = Suspended(pause_key=clave, message=que.texto)
            estado = await propose_state(cliente, pedido, flow_run_id=corrida.id)
        except Abort as error:
            raise PausaIgnorada(folio) from error
    if not estado.is_paused():
        raise PausaIgnorada(folio)
    await asyncio.to_thread(_anotar, folio, que.asientos)
    raise Pause(state=estado)


async def etiquetar(cliente: PrefectClient, corrida: FlowRun, etiquetas: Sequence[str]) -> None:
    """Le pone esas etiquetas, si no las tiene ya."""
    debidas = {*etiquetas, ETIQUETA}
    if set(corrida.tags) != debidas:
        await cliente.update_flow_run(corrida.id, tags=sorted(debidas))


async def enlazar(cliente: PrefectClient, corrida: FlowRun, folio: str) -> None:
    """Deja en la página de la corrida, en sus artefactos, el enlace a su expediente."""
    enlace = f"{ajustes().url_publica}/expedientes/{folio}"
    contenido = f"[Abrir el expediente {folio}]({enlace})"
    await cliente.create_artifact(
        ArtifactCreate(type="markdown", description=f"Expediente {folio}", data=contenido, flow_run_id=corrida.id)
    )


def _anotar(folio: str, asientos: int) -> None:
    with transaccion(ajustes().url_base) as s:
        espera.anotar(s, folio, asientos)
