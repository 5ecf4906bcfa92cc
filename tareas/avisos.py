"""Avisar: «tiene un turno nuevo», en la bandeja de cada persona que puede atenderlo."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from modelos.actos.mover import Contexto
from modelos.expediente import ABIERTOS, Aviso, Encargo, Turno
from modelos.organizacion import responsables
from modelos.sesion import insertar


def avisar(ctx: Contexto, encargo: Encargo) -> str:
    """Deja un aviso por persona y turno; nada a quien ya no debe. Repetirlo no añade ninguno."""
    abiertos = select(Turno).where(col(Turno.id).in_(encargo.datos["turnos"]), col(Turno.estado).in_(ABIERTOS))
    turnos = ctx.s.scalars(abiertos).all()
    filas = [
        {"persona_id": persona, "turno_id": turno.id, "creado": ctx.ahora}
        for turno in turnos
        for persona in responsables(ctx.s, turno.unidad)
    ]
    if filas:
        ctx.s.execute(insertar(ctx.s, Aviso).on_conflict_do_nothing(), filas)
    return f"{len(filas)} avisos en {len(turnos)} turnos"
