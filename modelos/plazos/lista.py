"""Lo que vence: los plazos que a uno le conciernen, y su bandeja en el orden en que vence.

Todo se pagina por dónde se quedó la lista: la fecha en que vence y el id, con lo que no tiene fecha al final.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.visibles import conciernen
from modelos.listas import LIMITE, Cursor, Pagina, Texto, acotar, contar, cortar
from modelos.organizacion.permisos import Quien
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo, Recordatorio

MUEVEN = ("suspension", "reanudacion", "prorroga", "rectificacion", "recuento")
"""Los asientos que pueden cambiar la fecha de un plazo que ya corría."""
VENCIDO = "vencido"
ESTADOS = (*(estado.value for estado in EstadoPlazo), VENCIDO)
"""Los de un plazo y además `vencido`: corre y ya pasó su fecha."""
_CURSOR = Cursor(TypeAdapter(tuple[date | None, Texto]))


def plazos(
    s: Session,
    quien: Quien,
    hoy: date,
    *,
    estado: str | None = None,
    vence_antes: date | None = None,
    unidad: str | None = None,
    procedimiento: str | None = None,
    cursor: str | None = None,
    limite: int = LIMITE,
) -> Pagina[Plazo]:
    """Los plazos de los expedientes que le conciernen, el que antes vence primero.

    estado: por defecto, los por cumplir. vence_antes: exclusive. unidad: la que lo debe.
    """
    condiciones = [*conciernen(quien), *_en_estado(estado, hoy)]
    if vence_antes is not None:
        condiciones.append(col(Plazo.vence) < vence_antes)
    if unidad:
        condiciones.append(col(Plazo.unidad) == limpiar_texto("unidad", unidad))
    if procedimiento:
        condiciones.append(col(Expediente.procedimiento) == limpiar_texto("procedimiento", procedimiento))
    base = select(Plazo).join(Expediente, col(Expediente.folio) == Plazo.folio).where(*condiciones)
    tope, total = acotar(limite), contar(s, base)
    pagina = base.order_by(col(Plazo.vence).asc().nulls_last(), col(Plazo.id))
    if cursor:
        pagina = pagina.where(_despues(*_CURSOR.leer(cursor)))
    return cortar(s.scalars(pagina.limit(tope + 1)).all(), tope, total, _CURSOR, lambda p: (p.vence, p.id))


def por_cumplir_de(s: Session, unidades: Iterable[str], limite: int) -> list[Plazo]:
    """Los plazos con fecha que esas unidades deben, el que antes vence primero."""
    consulta = select(Plazo).where(
        col(Plazo.unidad).in_(list(unidades)), col(Plazo.estado).in_(POR_CUMPLIR), col(Plazo.vence).is_not(None)
    )
    return list(s.scalars(consulta.order_by(col(Plazo.vence), col(Plazo.id)).limit(limite)))


def sin_fecha_de(s: Session, unidades: Iterable[str]) -> int:
    """Cuántos plazos que esas unidades deben no se pudieron calcular."""
    consulta = select(func.count()).where(
        col(Plazo.unidad).in_(list(unidades)), col(Plazo.estado) == EstadoPlazo.SIN_CALCULAR.value
    )
    return s.scalar(consulta) or 0


def movimientos(s: Session, folios: Iterable[str]) -> dict[str, tuple[datetime, int]]:
    """De cada expediente cuyos plazos se movieron: cuándo fue la última vez y cuántas van."""
    consulta = (
        select(col(Asiento.folio), func.max(col(Asiento.fecha)), func.count())
        .where(col(Asiento.folio).in_(set(folios)), col(Asiento.tipo).in_(MUEVEN))
        .group_by(col(Asiento.folio))
    )
    return {folio: (datetime.fromisoformat(ultimo), veces) for folio, ultimo, veces in s.execute(consulta)}


def recordados(s: Session, ids: Iterable[str]) -> dict[str, list[Recordatorio]]:
    """Los hitos ya vistos de cada plazo, en el orden en que tocaban."""
    de: dict[str, list[Recordatorio]] = {id_: [] for id_ in ids}
    consulta = select(Recordatorio).where(col(Recordatorio.plazo_id).in_(list(de)))
    for visto in s.scalars(consulta.order_by(col(Recordatorio.toca), col(Recordatorio.hito))) if de else ():
        de[visto.plazo_id].append(visto)
    return de


def _en_estado(estado: str | None, hoy: date) -> list[ColumnElement[bool]]:
    if not estado:
        return [col(Plazo.estado).in_(POR_CUMPLIR)]
    if estado not in ESTADOS:
        raise FormularioIncompleto({"estado": f"use uno de: {', '.join(ESTADOS)}"})
    if estado == VENCIDO:
        return [col(Plazo.estado) == EstadoPlazo.ABIERTO.value, col(Plazo.vence) < hoy]
    pedido: list[ColumnElement[bool]] = [col(Plazo.estado) == estado]
    if estado in POR_CUMPLIR:
        pedido.append(col(Plazo.estado).in_(POR_CUMPLIR))  # se repite: es la condición de los índices parciales
    return pedido


def _despues(fecha: date | None, ultimo: str) -> ColumnElement[bool]:
    """Lo que sigue de esa fecha y ese id, con lo que no tiene fecha al final."""
    vence, siguen = col(Plazo.vence), col(Plazo.id) > ultimo
    if fecha is None:
        return and_(vence.is_(None), siguen)
    return or_(vence > fecha, and_(vence == fecha, siguen), vence.is_(None))
