"""Cerrar solo lo que se pidió a muchas unidades y ya venció: se sigue con lo que llegó, y queda asentado.

Si nadie respondió no se cierra: no habría con qué seguir, y se sigue insistiendo (ADR 0024).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.conduccion.conducir import cerrar_reunido
from modelos.actos.turnos.mover import Contexto, bloquear
from modelos.calendario import fecha_corta
from modelos.errores import BaseInaccesible, BaseSinPreparar, ErrorGestion
from modelos.expedientes.expediente import ABIERTOS, EstadoExpediente, Expediente, Turno
from modelos.plazos.plazo import EstadoPlazo, Plazo
from modelos.sesion import lectura, transaccion
from modelos.tabla import Actividad, Catalogo
from modelos.tabla.avance import Situacion

registro = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cerradas:
    """Lo que dejó un barrido de esperas vencidas."""

    folios: tuple[str, ...]
    fallas: tuple[str, ...]

    def __str__(self) -> str:
        cuantas = len(self.folios)
        cerradas = "1 espera vencida se cerró" if cuantas == 1 else f"{cuantas} esperas vencidas se cerraron"
        return f"{cerradas}." if not self.fallas else f"{cerradas}; {len(self.fallas)} no se pudieron cerrar."


def cerrar_vencidas(url: str, tablas: Catalogo, hoy: date) -> Cerradas:
    """Cierra los abanicos `al_vencer` con respuestas cuyo plazo legal pasó; una transacción cada uno. Es idempotente.

    Lanza:
        BaseInaccesible, BaseSinPreparar: lo ya cerrado queda cerrado.
    """
    actividades = {
        (tabla.clave, act.clave)
        for tabla in tablas
        for act in tabla.actividades
        if act.plazo and _cierra_al_vencer(act)
    }
    if not actividades:
        return Cerradas((), ())
    with lectura(url) as s:
        candidatas = _vencidas(s, actividades, hoy)
    folios, fallas = [], []
    for folio, actividad in candidatas:
        try:
            with transaccion(url) as s:
                if _cerrar(Contexto(s, tablas, None, reloj.ahora()), folio, actividad, hoy):
                    folios.append(folio)
        except (BaseInaccesible, BaseSinPreparar):
            raise
        except ErrorGestion as error:
            fallas.append(folio)
            registro.warning("esperas: no se cerró la %s de %s: %s", actividad, folio, error)
    return Cerradas(tuple(folios), tuple(fallas))


def _vencidas(s: Session, actividades: set[tuple[str, str]], hoy: date) -> list[tuple[str, str]]:
    """(folio, actividad) con algún turno abierto que ya venció; si toca cerrarla se decide con ella bloqueada."""
    consulta = (
        select(col(Turno.folio), col(Turno.actividad), col(Turno.procedimiento))
        .join(Plazo, col(Plazo.turno_id) == Turno.id)
        .join(Expediente, col(Expediente.folio) == Turno.folio)
        .where(
            col(Plazo.estado) == EstadoPlazo.ABIERTO,
            col(Plazo.vence) < hoy,
            col(Turno.estado).in_(ABIERTOS),
            col(Turno.actividad).in_({actividad for _, actividad in actividades}),
            col(Expediente.estado) == EstadoExpediente.EN_CURSO,
        )
        .distinct()
        .order_by(col(Turno.folio), col(Turno.actividad))
    )
    return [(folio, act) for folio, act, procedimiento in s.execute(consulta) if (procedimiento, act) in actividades]


def _cerrar(ctx: Contexto, folio: str, actividad: str, hoy: date) -> bool:
    expediente, tabla = bloquear(ctx, folio)
    al_vencer = actividad in tabla and _cierra_al_vencer(tabla[actividad])
    if expediente.estado != EstadoExpediente.EN_CURSO or not al_vencer:
        return False
    vencio = _vencieron_todos(ctx.s, folio, actividad, hoy)
    if vencio is None or not Situacion.de_json(expediente.situacion).hechas.get(actividad, 0):
        return False
    cerrar_reunido(ctx, expediente, tabla, actividad, f"Venció el plazo el {fecha_corta(vencio)}.")
    return True


def _cierra_al_vencer(actividad: Actividad) -> bool:
    return actividad.por_cada is not None and actividad.por_cada.union == "al_vencer"


def _vencieron_todos(s: Session, folio: str, actividad: str, hoy: date) -> date | None:
    """El último vencimiento de los turnos que se esperan, si ya pasaron todos; None si alguno aún puede responder."""
    esperan = (
        select(col(Plazo.estado), col(Plazo.vence))
        .select_from(Turno)
        .join(Plazo, col(Plazo.turno_id) == Turno.id, isouter=True)
        .where(col(Turno.folio) == folio, col(Turno.actividad) == actividad, col(Turno.estado).in_(ABIERTOS))
    )
    turnos = s.execute(esperan).all()
    pasados = [vence for estado, vence in turnos if estado == EstadoPlazo.ABIERTO and vence and vence < hoy]
    return max(pasados) if pasados and len(pasados) == len(turnos) else None
