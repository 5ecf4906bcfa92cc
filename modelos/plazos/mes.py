"""Lo que vence entre dos fechas, día por día: cuántos de lo que le concierne a quien mira, y los primeros de cada uno.

Se cuenta y se recorta en la base: un día puede tener miles y la página enseña unos cuantos.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.visibles import conciernen
from modelos.listas import LIMITE
from modelos.organizacion.permisos import Quien
from modelos.plazos.plazo import Plazo

POR_DIA = 4


@dataclass(frozen=True)
class Vence:
    """Un plazo en un día del calendario."""

    id: str
    folio: str
    turno_id: str | None
    que: str
    unidad: str
    asunto: str
    vence: date | None


def cuentas(s: Session, quien: Quien, desde: date, hasta: date, unidad: str = "") -> dict[date, int]:
    """Cuántos plazos por cumplir vencen cada día, de `desde` a `hasta` incluidos; sin los días en que ninguno.

    unidad: sólo los que debe ésa.
    """
    consulta = (
        select(col(Plazo.vence), func.count())
        .join(Expediente, col(Expediente.folio) == Plazo.folio)
        .where(*_entre(quien, desde, hasta, unidad))
        .group_by(col(Plazo.vence))
    )
    return {dia: cuantos for dia, cuantos in s.execute(consulta) if dia is not None}


def primeros(s: Session, quien: Quien, desde: date, hasta: date, unidad: str = "") -> dict[date, list[Vence]]:
    """Los primeros `POR_DIA` de cada día."""
    lugar = func.row_number().over(partition_by=col(Plazo.vence), order_by=col(Plazo.id)).label("lugar")
    numerados = (
        select(
            col(Plazo.id),
            col(Plazo.folio),
            col(Plazo.turno_id),
            col(Plazo.que),
            col(Plazo.unidad),
            col(Expediente.asunto),
            col(Plazo.vence),
            lugar,
        )
        .join(Expediente, col(Expediente.folio) == Plazo.folio)
        .where(*_entre(quien, desde, hasta, unidad))
        .subquery()
    )
    de: dict[date, list[Vence]] = {}
    consulta = select(numerados).where(numerados.c.lugar <= POR_DIA)
    for fila in s.execute(consulta.order_by(numerados.c.vence, numerados.c.lugar)):
        de.setdefault(fila.vence, []).append(Vence(*fila[:-1]))
    return de


def del_dia(
    s: Session, quien: Quien, dia: date, *, unidad: str = "", despues: str = "", limite: int = LIMITE
) -> tuple[list[Vence], str]:
    """Los que vencen ese día a partir del que sigue a `despues`, y con qué pedir los demás (vacío: no hay)."""
    consulta = (
        select(
            col(Plazo.id),
            col(Plazo.folio),
            col(Plazo.turno_id),
            col(Plazo.que),
            col(Plazo.unidad),
            col(Expediente.asunto),
            col(Plazo.vence),
        )
        .join(Expediente, col(Expediente.folio) == Plazo.folio)
        .where(*_entre(quien, dia, dia, unidad), col(Plazo.id) > limpiar_texto("despues", despues))
    )
    filas = [Vence(*fila) for fila in s.execute(consulta.order_by(col(Plazo.id)).limit(limite + 1))]
    return filas[:limite], filas[limite - 1].id if len(filas) > limite else ""


def _entre(quien: Quien, desde: date, hasta: date, unidad: str) -> list[ColumnElement[bool]]:
    # El estado va escrito, y no como valor, para que la base reconozca la condición de sus índices parciales.
    por_cumplir: ColumnElement[bool] = literal_column("plazo.estado IN ('abierto', 'suspendido', 'sin_calcular')")
    condiciones = [por_cumplir, col(Plazo.vence) >= desde, col(Plazo.vence) <= hasta, *conciernen(quien)]
    return [*condiciones, col(Plazo.unidad) == unidad] if unidad else condiciones
