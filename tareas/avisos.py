"""Avisar: «tiene un turno nuevo», en la bandeja de cada persona que puede atenderlo, y por correo."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from modelos import hitos, reloj
from modelos.actos.mover import Contexto
from modelos.expediente import ABIERTOS, Aviso, Encargo, Turno
from modelos.notificaciones import Clase
from modelos.organizacion import responsables
from modelos.sesion import insertar


def avisar(ctx: Contexto, encargo: Encargo) -> str:
    """Deja un aviso por persona y turno; nada a quien ya no debe. Repetirlo no añade ninguno.

    El aviso es lo que se ve en la bandeja; la notificación, lo que saldrá en su correo o su canal.
    """
    abiertos = select(Turno).where(col(Turno.id).in_(encargo.datos["turnos"]), col(Turno.estado).in_(ABIERTOS))
    turnos = ctx.s.scalars(abiertos).all()
    pares = [(turno, persona) for turno in turnos for persona in responsables(ctx.s, turno.unidad)]
    filas = [{"persona_id": persona, "turno_id": turno.id, "creado": ctx.ahora} for turno, persona in pares]
    if filas:
        ctx.s.execute(insertar(ctx.s, Aviso).on_conflict_do_nothing(), filas)
    nuevas = [
        hitos.notificacion(
            persona,
            f"turno:{turno.id}",
            Clase.TURNO,
            turno.folio,
            turno=turno.id,
            plazo=None,
            datos={"para": turno.unidad, "sube": False},
        )
        for turno, persona in pares
    ]
    hitos.notificar(ctx.s, nuevas, ctx.ahora, reloj.local(ctx.ahora).date())
    return f"{len(filas)} avisos en {len(turnos)} turnos"
