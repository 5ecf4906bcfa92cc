"""Lo que se busca en una bandeja, dicho como condiciones sobre los turnos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.bandeja.por_vencer import Condicion, Corte, ligera
from modelos.columnas import de_los
from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import ABIERTOS, EstadoExpediente, EstadoTurno, Expediente, Turno, plegar
from modelos.organizacion.permisos import Quien
from modelos.plazos.vencimientos import vence_antes_de

POCOS = 300
"""Hasta cuántos se leen todos y se ordenan aquí: sale más barato que buscarlos por el índice de las fechas."""
TIENE = ("yo", "nadie", "otra")


@dataclass(frozen=True)
class PedidoDeBandeja:
    """Lo que se busca; lo vacío no filtra.

    unidad: una de las suyas, o cualquiera si ve todo. estado: del expediente, `en_curso` o `suspendido`.
    turno: el estado del turno; sin él, los abiertos. antes: el plazo que lo rige vence antes de ese día, corra o no.
    tiene: quién lo tomó, uno de `TIENE`. corte: vence de la primera fecha (inclusive) a la segunda (exclusive),
    con un plazo que corre. por_vencer: primero lo que antes vence y no lo más antiguo.
    """

    texto: str = ""
    procedimiento: str = ""
    actividad: str = ""
    unidad: str = ""
    estado: str = ""
    tiene: str = ""
    corte: Corte | None = None
    por_vencer: bool = False
    turno: str = ""
    antes: date | None = None

    @property
    def abiertos(self) -> bool:
        """Si sólo se buscan turnos abiertos: son los que están en el índice."""
        return not self.turno or self.turno in ABIERTOS


def condiciones(
    s: Session, quien: Quien, pedido: PedidoDeBandeja, *, por_fecha: bool = False
) -> tuple[list[Condicion], bool]:
    """Lo que se pide del turno, además de ser suyo; y si es de tan pocos expedientes que se busque por ellos.

    por_fecha: se leerá en el orden de las fechas, y no conviene que la base busque por el procedimiento.
    """
    donde = [
        *_de_que_paso(s, pedido, por_fecha=por_fecha),
        *_en_que_va(pedido),
        *_quien_lo_tiene(s, quien, pedido.tiene),
    ]
    de_expediente = _de_que_expediente(pedido)
    if not de_expediente:
        return donde, False
    hallados = select(col(Expediente.folio)).where(*de_expediente)
    folios = list(s.scalars(hallados.limit(POCOS + 1)))
    por_folio = len(folios) <= POCOS
    de_ellos = col(Turno.folio).in_(folios) if por_folio else ligera(s, col(Turno.folio)).in_(hallados)
    return [*donde, de_ellos], por_folio


def _de_que_paso(s: Session, pedido: PedidoDeBandeja, *, por_fecha: bool) -> list[Condicion]:
    donde: list[Condicion] = []
    if pedido.procedimiento:
        del_turno = ligera(s, col(Turno.procedimiento)) if por_fecha else col(Turno.procedimiento)
        donde.append(del_turno == limpiar_texto("procedimiento", pedido.procedimiento))
    if pedido.actividad:
        donde.append(col(Turno.actividad) == limpiar_texto("actividad", pedido.actividad))
    return donde


def _en_que_va(pedido: PedidoDeBandeja) -> list[Condicion]:
    donde: list[Condicion] = []
    if pedido.turno:
        if pedido.turno not in set(EstadoTurno):
            raise FormularioIncompleto({"estado": f"use uno de: {', '.join(EstadoTurno)}"})
        donde.append(col(Turno.estado) == pedido.turno)
    if pedido.antes:
        donde.append(vence_antes_de(pedido.antes))
    if pedido.estado == EstadoExpediente.EN_CURSO:
        # Un turno abierto es de un expediente en trámite: si no está suspendido, está en curso.
        donde.append(col(Turno.folio).not_in(select(col(Expediente.folio)).where(_suspendido())))
    return donde


def _quien_lo_tiene(s: Session, quien: Quien, tiene: str) -> list[Condicion]:
    if not tiene:
        return []
    if tiene == "nadie":
        return [de_los(col(Turno.estado), (EstadoTurno.PENDIENTE.value,))]
    tomado = de_los(col(Turno.estado), (EstadoTurno.TOMADO.value,))
    quienes = [quien.persona] if tiene == "yo" else _otras(s, quien, tomado)
    return [tomado, col(Turno.persona_id).in_(quienes)]


def _de_que_expediente(pedido: PedidoDeBandeja) -> list[Condicion]:
    donde = [_suspendido()] if pedido.estado == EstadoExpediente.SUSPENDIDO else []
    if buscado := plegar(limpiar_texto("texto", pedido.texto)).strip():
        donde.append(col(Expediente.busqueda).contains(buscado, autoescape=True))
    return donde


def _suspendido() -> Condicion:
    return col(Expediente.estado) == EstadoExpediente.SUSPENDIDO.value


def _otras(s: Session, quien: Quien, tomado: Condicion) -> list[int]:
    """Quienes tienen algo tomado, menos quien pregunta: nombrarlas deja usar el índice de lo tomado."""
    consulta = select(col(Turno.persona_id)).where(tomado, col(Turno.persona_id) != quien.persona).distinct()
    return [persona for persona in s.scalars(consulta) if persona is not None]
