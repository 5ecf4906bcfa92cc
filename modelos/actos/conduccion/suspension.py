"""Detener un expediente y volverlo a poner en curso, con los que haya abierto y así hasta el último.

Cada uno lleva su asiento; el de un hijo dice con quién se detuvo (`con`), y el del padre qué fue de los suyos
(`hijos`: los que se movieron con él; `hijos_siguen`: los que alguien decidió dejar como estaban).
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.actos.plazos import plazos
from modelos.actos.turnos import tenencia
from modelos.actos.turnos.mover import Contexto, EncargoPedido, bloquear, encargar
from modelos.expedientes import bitacora
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import ABIERTOS, TERMINADOS, EstadoExpediente, Expediente, Turno
from modelos.plazos.plazo import EstadoPlazo, Plazo


def suspender(
    ctx: Contexto, expediente: Expediente, motivo: str, desde: date | None, *, con_hijos: bool, con: str = ""
) -> None:
    """Detiene uno en curso, ya bloqueado. con: el folio con el que se detiene, si no se pidió por él."""
    suyos = hijos_por_suspender(ctx.s, expediente.folio)
    detenidos = plazos.detener(ctx.s, expediente, motivo, ctx.ahora, desde)
    asentado = {"motivo": motivo, **_hijos(suyos, con_hijos=con_hijos), **({"con": con} if con else {})}
    if detenidos:
        asentado["plazos"] = detenidos
    _asentar(ctx, expediente, "suspension", asentado)
    expediente.estado = EstadoExpediente.SUSPENDIDO.value
    ctx.s.flush()
    for folio in suyos if con_hijos else ():
        hijo, _ = bloquear(ctx, folio)
        if hijo.estado == EstadoExpediente.EN_CURSO:
            por = f"Se suspendió {expediente.folio}: {motivo}"
            suspender(ctx, hijo, por, desde, con_hijos=True, con=expediente.folio)


def reanudar(
    ctx: Contexto, expediente: Expediente, motivo: str, contestado: date | None, *, con_hijos: bool, con: str = ""
) -> None:
    """Pone en curso uno suspendido, ya bloqueado. con: el folio con el que se reanuda, si no se pidió por él."""
    suyos = hijos_por_reanudar(ctx.s, expediente.folio)
    asentado: dict[str, Any] = {"motivo": motivo, **_hijos(suyos, con_hijos=con_hijos), **({"con": con} if con else {})}
    if recontados := plazos.continuar(ctx.s, expediente, ctx.ahora, contestado):
        asentado["plazos"] = recontados
    orden = _asentar(ctx, expediente, "reanudacion", asentado)
    expediente.estado = EstadoExpediente.EN_CURSO.value
    _despertar(ctx, expediente, orden)
    ctx.s.flush()
    for folio in suyos if con_hijos else ():
        hijo, _ = bloquear(ctx, folio)
        if hijo.estado == EstadoExpediente.SUSPENDIDO:
            por = f"Se reanudó {expediente.folio}: {motivo}"
            reanudar(ctx, hijo, por, _no_antes(ctx.s, folio, contestado), con_hijos=True, con=expediente.folio)


def hijos_por_suspender(s: Session, folio: str) -> list[str]:
    """Los expedientes en curso que abrió, que se detendrían con él."""
    return _de(s, folio, EstadoExpediente.EN_CURSO)


def hijos_por_reanudar(s: Session, folio: str) -> list[str]:
    """Los que se detuvieron con él y siguen así."""
    return [hijo for hijo in _de(s, folio, EstadoExpediente.SUSPENDIDO) if detenido_con(s, hijo) == folio]


def detenido_con(s: Session, folio: str) -> str:
    """Con qué expediente se detuvo éste la última vez; vacío si se le suspendió por sí mismo."""
    return str(_ultima(s, folio).get("con", ""))


def detiene_a_sus_hijos(s: Session, folio: str) -> bool:
    """Si al suspenderlo la última vez se decidió detener también los que abre."""
    return "hijos_siguen" not in _ultima(s, folio)


# --- piezas ------------------------------------------------------------------


def _de(s: Session, padre: str, estado: EstadoExpediente) -> list[str]:
    suyos = select(col(Expediente.folio)).where(col(Expediente.padre) == padre, col(Expediente.estado) == estado.value)
    return list(s.scalars(suyos.order_by(col(Expediente.folio))))


def _ultima(s: Session, folio: str) -> dict[str, Any]:
    """Lo asentado en su última suspensión."""
    suyas = select(col(Asiento.datos)).where(col(Asiento.folio) == folio, col(Asiento.tipo) == "suspension")
    datos: dict[str, Any] = json.loads(s.scalar(suyas.order_by(col(Asiento.orden).desc()).limit(1)) or "{}")
    return datos


def _hijos(suyos: list[str], *, con_hijos: bool) -> dict[str, Any]:
    """La decisión de dejarlos seguir consta aunque todavía no haya ninguno: también alcanza a los que se abran."""
    if not con_hijos:
        return {"hijos_siguen": suyos}
    return {"hijos": suyos} if suyos else {}


def _no_antes(s: Session, folio: str, contestado: date | None) -> date | None:
    """El día en que se contestó o, si el hijo se detuvo después, ese día: lo suyo no pudo correr antes."""
    if contestado is None:
        return None
    suspendidos = select(Plazo).where(col(Plazo.folio) == folio, col(Plazo.estado) == EstadoPlazo.SUSPENDIDO.value)
    desde = [x["desde"] for plazo in s.scalars(suspendidos) for x in plazo.suspensiones if not x["hasta"]]
    return max([contestado, *map(date.fromisoformat, desde)])


def _despertar(ctx: Contexto, expediente: Expediente, orden: int) -> None:
    """Encarga lo que no se hizo mientras estuvo detenido: sus avisos, y atender lo que sus hijos concluyeron."""
    terminados = (
        select(col(Expediente.folio))
        .join(Turno, col(Turno.id) == Expediente.padre_turno)
        .where(
            col(Expediente.padre) == expediente.folio,
            col(Expediente.estado).in_(TERMINADOS),
            col(Turno.estado).in_(ABIERTOS),
        )
        .order_by(col(Expediente.folio))
    )
    hijos = ctx.s.scalars(terminados).all()
    atender = [EncargoPedido(f"hijo:{hijo}", f"Atiende lo que concluyó {hijo}", {"hijo": hijo}) for hijo in hijos]
    encargar(ctx, expediente, orden, atender)
    pendientes = select(Turno).where(
        col(Turno.folio) == expediente.folio, col(Turno.estado).in_(ABIERTOS), col(Turno.a_mano).is_(True)
    )
    if turnos := list(ctx.s.scalars(pendientes.order_by(col(Turno.id)))):
        tenencia.avisar_de_nuevo(ctx, expediente, orden, turnos)


def _asentar(ctx: Contexto, expediente: Expediente, tipo: str, datos: dict[str, Any]) -> int:
    return bitacora.asentar(ctx.s, expediente, tipo, ctx.actor, expediente.duena, datos, ctx.ahora)
