"""Que la corrida de cada expediente siga diciendo en Prefect lo que espera cuando cambia sin que haya qué correr.

Al suspenderse lo dice la propia corrida. Una reasignación, una prórroga o un día inhábil que mueve sus plazos no
traen efectos que conducir: aquí se dice sin volver a correrla.
"""

from __future__ import annotations

from uuid import UUID

from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Suspended
from sqlalchemy.orm import Session

from flujos.catalogo import CATALOGO
from flujos.conductor import Conductor
from flujos.suspension import etiquetar
from modelos.expedientes.expediente import Expediente
from modelos.motor import espera

LOTE = 20


async def decir_lo_que_cambio(conductor: Conductor) -> None:
    """Pone al día unas cuantas corridas; con la reserva de cada una, para no estorbar a quien la conduzca."""
    for folio in await conductor.leer(lambda s: espera.por_decir(s, LOTE)):
        if await conductor.reservar([folio]):
            try:
                await _decir(conductor, folio)
            finally:
                await conductor.soltar(folio)


async def _decir(conductor: Conductor, folio: str) -> None:
    def leer(s: Session) -> tuple[str | None, espera.Espera]:
        expediente = s.get_one(Expediente, folio)
        return expediente.corrida, espera.de(s, expediente, CATALOGO)

    id_, que = await conductor.leer(leer)
    try:
        corrida = await conductor.cliente.read_flow_run(UUID(id_))
    except ObjectNotFound:
        corrida = None  # alguien la borró: la conciliación la repone, y al suspenderse lo dirá
    if corrida and corrida.state and corrida.state.is_paused() and que.texto:
        if corrida.state.message != que.texto:
            dicho: State[None] = Suspended(message=que.texto, pause_key=corrida.state.state_details.pause_key)
            await conductor.cliente.set_flow_run_state(corrida.id, dicho, force=True)
        await etiquetar(conductor.cliente, corrida, que.etiquetas)
    await conductor.escribir(lambda s: espera.anotar(s, folio, que.asientos))
