"""La gemela de `vigencia` para la base: la misma regla, como condición de una consulta.

Está aparte porque aquélla es pura; una prueba compara las dos día por día. Se escribe sin `NOT`: así la usan los
índices por fecha. El día puede ser un parámetro: hay consultas que se arman una sola vez.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, or_
from sqlalchemy.orm import Mapped

Dia = date | BindParameter[date]


def rige(desde: Mapped[date], hasta: Mapped[date] | Mapped[date | None], dia: Dia) -> ColumnElement[bool]:
    """Que rija ese día."""
    return (desde <= dia) & no_ha_acabado(hasta, dia)


def no_ha_acabado(hasta: Mapped[date] | Mapped[date | None], dia: Dia) -> ColumnElement[bool]:
    """Que su último día no sea anterior a ése; también lo que todavía no empieza."""
    return or_(hasta.is_(None), hasta >= dia)
