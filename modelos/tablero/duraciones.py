"""Cuánto suele durar cada procedimiento: la mediana de los últimos concluidos, en días hábiles.

La mediana y no el promedio: uno que se quedó detenido un año no dice cuánto dura lo habitual.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.calendario import POR_DEFECTO, Calendario
from modelos.calendario.errores import CalendarioSinPublicar
from modelos.ciclos.previstas import nacional
from modelos.columnas import de_los
from modelos.expedientes.expediente import EstadoExpediente, Expediente

ULTIMOS = 100
"""De cuántos concluidos se saca: lo de hace años ya no dice cuánto dura hoy."""


@dataclass(frozen=True)
class Duracion:
    """dias: hábiles, del día en que se abrió al día en que concluyó; cuantos: de cuántos expedientes sale."""

    dias: int
    cuantos: int


def habituales(s: Session, procedimientos: Iterable[str]) -> dict[str, Duracion]:
    """La de cada uno de esos que tenga alguno concluido. Un año sin calendario publicado no se cuenta."""
    calendario = nacional(s)[POR_DEFECTO]
    habitual: dict[str, Duracion] = {}
    for clave in procedimientos:
        suyos = [
            d for abierto, cerrado in s.execute(_ultimos(clave)) if (d := _dias(calendario, abierto, cerrado)) >= 0
        ]
        if suyos:
            habitual[clave] = Duracion(round(median(suyos)), len(suyos))
    return habitual


def _ultimos(procedimiento: str) -> Select[Any]:
    """Los últimos concluidos de uno; una consulta por procedimiento, que así se lee del final de su índice."""
    concluido = de_los(col(Expediente.estado), (EstadoExpediente.CONCLUIDO.value,))
    consulta = select(col(Expediente.abierto), col(Expediente.cerrado)).where(
        concluido, col(Expediente.procedimiento) == procedimiento, col(Expediente.cerrado).is_not(None)
    )
    return cast("Select[Any]", consulta.order_by(col(Expediente.cerrado).desc()).limit(ULTIMOS))


def _dias(calendario: Calendario, abierto: datetime, cerrado: datetime) -> int:
    """Los hábiles entre los dos; -1 si pasan por un año sin calendario."""
    try:
        return calendario.contar(reloj.local(abierto).date(), reloj.local(cerrado).date())
    except CalendarioSinPublicar:
        return -1
