"""Abrir el subprocedimiento que pide una actividad y, al terminar, despertar a quien lo esperaba."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from modelos import reloj
from modelos.actos.conduccion import conducir, suspension
from modelos.actos.turnos import apertura, atender
from modelos.actos.turnos.mover import Contexto, bloquear
from modelos.expedientes.expediente import ABIERTOS, Encargo, EstadoExpediente, Expediente, Turno


def abrir(ctx: Contexto, encargo: Encargo) -> str:
    """Abre el subexpediente del turno, si nadie lo ha abierto y todavía se espera."""
    padre, _ = bloquear(ctx, encargo.folio)
    turno = ctx.s.get_one(Turno, encargo.datos["turno"])
    abierto = ctx.s.scalar(select(col(Expediente.folio)).where(col(Expediente.padre_turno) == turno.id))
    if abierto is not None:
        return f"ya estaba abierto: {abierto}"
    if turno.estado not in ABIERTOS:
        return "ya no se espera"
    tabla = ctx.tablas.vigente(encargo.datos["procedimiento"], reloj.local(ctx.ahora).date())
    hijo = apertura.abrir(ctx, tabla, padre.asunto, {}, padre=turno)
    if padre.estado == EstadoExpediente.SUSPENDIDO and suspension.detiene_a_sus_hijos(ctx.s, padre.folio):
        motivo = f"{padre.folio} ya estaba suspendido cuando se abrió."
        suspension.suspender(ctx, hijo, motivo, None, con_hijos=True, con=padre.folio)
    return f"abrió {hijo.folio}"


def despertar_padre(ctx: Contexto, encargo: Encargo) -> str:
    """Cierra en el padre el turno que esperaba a este subexpediente, o lo pasa a decidirse a mano si se canceló."""
    hijo = ctx.s.get_one(Expediente, encargo.datos.get("hijo", encargo.folio))
    if hijo.padre_turno is None:
        return "no tiene padre"
    turno = ctx.s.get_one(Turno, hijo.padre_turno)
    if hijo.estado == EstadoExpediente.CANCELADO:
        conducir.asentar_subcancelacion(ctx, turno.id, hijo)
        return f"{turno.folio}: la {turno.actividad} queda para decidirse a mano"
    atendido = atender.concluir_subprocedimiento(ctx, turno, hijo)
    return f"{turno.folio}: {'se cerró la ' + turno.actividad if atendido else 'ya no se esperaba'}"
