"""La bandeja: los turnos que alguien puede atender, buscados, filtrados y en el orden que pida.

Se lee del índice que ya trae ese orden y se para al llenar el tramo, de modo que cuesta lo mismo con cien
turnos que con cien mil; por vencimiento, vea `modelos.bandeja.por_vencer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.bandeja.pedido import POCOS, PedidoDeBandeja, condiciones
from modelos.bandeja.por_vencer import (
    Fila,
    Lugar,
    antiguos,
    con_fecha,
    esperan,
    ligera,
    pocos,
    por_vencer,
)
from modelos.errores import NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import Turno
from modelos.listas import Cursor, Instante, Texto, acotar, contar, cortar
from modelos.organizacion.permisos import Quien, atiende, ve_bandeja

TOPE = 1000
"""Hasta dónde se cuenta: pasado de ahí basta con saber que son más."""
_CURSOR = Cursor(TypeAdapter(tuple[date | None, Instante, Texto]))


@dataclass(frozen=True)
class TramoDeBandeja:
    """Un pedazo de la bandeja. total: cuántos hay, o `TOPE` si `son_mas`."""

    turnos: Sequence[Turno]
    total: int
    son_mas: bool
    siguiente: str | None


def listar(
    s: Session,
    quien: Quien,
    pedido: PedidoDeBandeja,
    *,
    cursor: str | None = None,
    limite: int = 30,
    entera: bool = False,
) -> TramoDeBandeja:
    """Los turnos que puede atender quien pregunta, o los de la unidad pedida si ve todo.

    entera: se cuentan todos, aunque pasen de `TOPE`.

    Lanza:
        NoLeCorresponde: la unidad pedida no es suya. FormularioIncompleto: el cursor o el texto no sirven.
    """
    cabe = acotar(limite)
    bases = _por_unidad(s, quien, pedido)
    desde = _CURSOR.leer(cursor) if cursor else None
    total = _contar_todas(s, bases) if entera else contar_hasta(s, bases)
    if not total:
        return TramoDeBandeja((), 0, son_mas=False, siguiente=None)
    if not (pedido.por_vencer or pedido.corte):
        filas = antiguos(s, bases, desde[1:] if desde else None, cabe + 1)
    else:
        filas, total = _por_vencimiento(s, quien, pedido, bases, total, desde, cabe + 1)
    son_mas = total > TOPE and not entera
    tramo = cortar(filas, cabe, TOPE if son_mas else total, _CURSOR, _lugar_de)
    return TramoDeBandeja([turno for turno, _ in tramo.elementos], tramo.total, son_mas, tramo.siguiente)


def _por_unidad(s: Session, quien: Quien, pedido: PedidoDeBandeja) -> list[Select[Any]]:
    """Lo pedido, una consulta por unidad: sobre varias a la vez, ningún índice trae el orden."""
    unidades = unidades_de(quien, pedido.unidad)
    donde, por_folio = condiciones(s, quien, pedido)
    columna = ligera(s, col(Turno.unidad)) if por_folio else None
    return [select(Turno).where(*esperan(u, columna, abiertos=pedido.abiertos), *donde) for u in unidades]


def _por_vencimiento(
    s: Session,
    quien: Quien,
    pedido: PedidoDeBandeja,
    bases: Sequence[Select[Any]],
    total: int,
    desde: Lugar | None,
    cuantos: int,
) -> tuple[list[Fila], int]:
    """Un tramo en el orden en que vencen; y cuántos son con ese corte. total: cuántos sin él."""
    unidades, corte = unidades_de(quien, pedido.unidad), pedido.corte
    if total <= POCOS:
        return pocos(s, bases, corte, desde)
    donde, _ = condiciones(s, quien, pedido, por_fecha=True)
    filas = por_vencer(s, unidades, donde, corte, desde, cuantos)
    if corte:
        total = contar_hasta(s, [consulta for consulta, _ in con_fecha(s, unidades, donde, corte)])
    return filas, total


def unidades_de(quien: Quien, unidad: str = "") -> list[str]:
    """Las que atiende, o sólo la pedida. Lanza NoLeCorresponde si no es suya y no ve todo."""
    if not unidad:
        return sorted(atiende(quien))
    if not ve_bandeja(quien, unidad):
        raise NoLeCorresponde(f"ver la bandeja de {unidad}", f"quien está adscrito a {unidad}")
    return [limpiar_texto("unidad", unidad)]


# --- cuántos son, y dónde se quedó la lista --------------------------------------


def contar_hasta(s: Session, consultas: Iterable[Select[Any]], tope: int = TOPE) -> int:
    """Cuántas filas dan entre todas, sin contar más allá de `tope + 1`."""
    total = 0
    for consulta in consultas:
        if total <= tope:
            cabe = consulta.with_only_columns(col(Turno.id)).order_by(None).limit(tope + 1 - total)
            total += s.scalar(select(func.count()).select_from(cabe.subquery())) or 0
    return total


def _contar_todas(s: Session, consultas: Iterable[Select[Any]]) -> int:
    return sum(contar(s, consulta) for consulta in consultas)


def _lugar_de(fila: Fila) -> Lugar:
    turno, vence = fila
    return vence, turno.abierto, turno.id
