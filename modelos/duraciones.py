"""Cuánto suele durar cada procedimiento: la mediana de los últimos concluidos, en días hábiles.

La mediana y no el promedio: uno que se quedó detenido un año no dice cuánto dura lo habitual.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.calendario import POR_DEFECTO
from modelos.calendario.errores import CalendarioSinPublicar
from modelos.consultas_ciclos import nacional
from modelos.expediente import EstadoExpediente, Expediente

ULTIMOS = 100
"""De cuántos concluidos se saca: lo de hace años ya no dice cuánto dura hoy."""


@dataclass(frozen=True)
class Duracion:
    """dias: hábiles, del día en que se abrió al día en que concluyó; cuantos: de cuántos expedientes sale."""

    dias: int
    cuantos: int


def habituales(s: Session, procedimiento: str | None = None) -> dict[str, Duracion]:
    """La de cada procedimiento con alguno concluido, o la de uno. Un año sin calendario publicado no se cuenta."""
    lugar = func.row_number().over(partition_by=col(Expediente.procedimiento), order_by=col(Expediente.cerrado).desc())
    columnas = (col(Expediente.procedimiento), col(Expediente.abierto), col(Expediente.cerrado))
    concluidos = select(*columnas, lugar.label("lugar")).where(
        col(Expediente.estado) == EstadoExpediente.CONCLUIDO.value, col(Expediente.cerrado).is_not(None)
    )
    if procedimiento is not None:
        concluidos = concluidos.where(col(Expediente.procedimiento) == procedimiento)
    ultimos = concluidos.subquery()
    calendario = nacional(s)[POR_DEFECTO]
    dias: dict[str, list[int]] = {}
    consulta = select(ultimos.c.procedimiento, ultimos.c.abierto, ultimos.c.cerrado).where(ultimos.c.lugar <= ULTIMOS)
    for clave, abierto, cerrado in s.execute(consulta):
        try:
            corridos = calendario.contar(reloj.local(abierto).date(), reloj.local(cerrado).date())
        except CalendarioSinPublicar:
            continue
        dias.setdefault(clave, []).append(corridos)
    return {clave: Duracion(round(median(suyos)), len(suyos)) for clave, suyos in dias.items()}
