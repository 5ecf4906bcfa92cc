"""La bandeja en el orden en que vence, sin recorrerla entera.

Son tres listas una tras otra, cada una leída del índice que ya trae su orden: los turnos que vencen con su propio
plazo y los que vencen con un tramo del expediente, mezclados por fecha, y al final los que no vencen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, tuple_
from sqlalchemy.orm import Mapped, Session, aliased
from sqlmodel import col

from modelos.columnas import de_los
from modelos.expedientes.expediente import ABIERTOS, Turno
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo
from modelos.plazos.vencimientos import FechasDePlazo, fechas_de

Condicion = ColumnElement[bool]
Corte = tuple[date | None, date | None]
"""De la primera fecha (inclusive) a la segunda (exclusive); nulo: sin ese límite."""
Fila = tuple[Turno, date | None]
"""Un turno y la fecha por la que se ordena."""
Lugar = tuple[date | None, datetime, str]
"""Dónde se quedó la lista: vence, abierto e id del último turno."""


def esperan(
    unidad: str,
    columna: Any = None,  # noqa: ANN401 - la columna, o una expresión
    *,
    abiertos: bool = True,
) -> list[Condicion]:
    """Los turnos que una persona de esa unidad puede atender, como los entiende su índice.

    columna: con qué se compara la unidad, si no debe buscarse por ella (`ligera`). abiertos: sin los ya cerrados.
    """
    de_unidad = col(Turno.unidad) if columna is None else columna
    suyos = [de_unidad == unidad, col(Turno.a_mano).is_(True)]
    return [*suyos, de_los(col(Turno.estado), ABIERTOS)] if abiertos else suyos


def ligera(s: Session, columna: Mapped[str]) -> Any:  # noqa: ANN401 - la columna, o una expresión
    """La columna, sin que SQLite crea que conviene buscar por ella: no lleva estadísticas y lo cree de todas."""
    return columna.concat("") if s.get_bind().dialect.name == "sqlite" else columna


def antiguos(s: Session, bases: Iterable[Select[Any]], desde: tuple[datetime, str] | None, cuantos: int) -> list[Fila]:
    """Lo más antiguo primero. Una consulta por unidad: sobre varias a la vez, ningún índice trae el orden."""
    orden = (col(Turno.abierto), col(Turno.id))
    filas: list[Turno] = []
    for base in bases:
        consulta = base.order_by(*orden).limit(cuantos)
        filas += s.scalars(consulta.where(tuple_(*orden) > desde) if desde else consulta)
    return [(turno, None) for turno in sorted(filas, key=lambda t: (t.abierto, t.id))[:cuantos]]


def pocos(s: Session, bases: Iterable[Select[Any]], corte: Corte | None, desde: Lugar | None) -> tuple[list[Fila], int]:
    """Todos, ordenados aquí, desde donde se quedó la lista; y cuántos son."""
    turnos = [turno for base in bases for turno in s.scalars(base)]
    fechas = fechas_de(s, turnos)
    caben = turnos if corte is None else [turno for turno in turnos if _cae(fechas.get(turno.id), corte)]
    filas = sorted((_con_su_fecha(turno, fechas) for turno in caben), key=_lugar_de)
    quedan = filas if desde is None else [fila for fila in filas if _lugar_de(fila) > _lugar(*desde)]
    return quedan, len(filas)


def _con_su_fecha(turno: Turno, fechas: Mapping[str, FechasDePlazo]) -> Fila:
    rige = fechas.get(turno.id)
    return turno, rige.vence if rige else None


def _cae(rige: FechasDePlazo | None, corte: Corte) -> bool:
    """Si un plazo corre y vence entre esas fechas."""
    if rige is None or rige.vence is None or rige.estado != EstadoPlazo.ABIERTO:
        return False
    desde, antes = corte
    return (desde is None or rige.vence >= desde) and (antes is None or rige.vence < antes)


def _lugar_de(fila: Fila) -> tuple[object, ...]:
    turno, vence = fila
    return _lugar(vence, turno.abierto, turno.id)


def _lugar(vence: date | None, abierto: datetime, id_: str) -> tuple[object, ...]:
    """Dónde va en la lista por vencer: por fecha; lo que no vence, al final y lo más antiguo primero."""
    return (0, vence, id_) if vence else (1, abierto, id_)


def por_vencer(
    s: Session,
    unidades: Iterable[str],
    donde: Sequence[Condicion],
    corte: Corte | None,
    desde: Lugar | None,
    cuantos: int,
) -> list[Fila]:
    """Los que antes vencen primero y los que no vencen al final; con `corte`, sólo los que vencen ahí."""
    ya_sin_fecha = desde is not None and desde[0] is None
    filas = [] if ya_sin_fecha else _los_que_vencen(s, con_fecha(s, unidades, donde, corte), desde, cuantos)
    if len(filas) == cuantos or corte:
        return filas
    # Si el tramo anterior todavía era de los que vencen, los que no vencen se leen desde el principio.
    sigue = desde[1:] if desde is not None and ya_sin_fecha else None
    sin_fecha = [select(Turno).where(*esperan(u), *donde, ~_tiene_fecha()) for u in unidades]
    return filas + antiguos(s, sin_fecha, sigue, cuantos - len(filas))


def _los_que_vencen(
    s: Session,
    consultas: Iterable[tuple[Select[Any], ColumnElement[Any]]],
    desde: Lugar | None,
    cuantos: int,
) -> list[Fila]:
    filas: list[Fila] = []
    for consulta, vence in consultas:
        tramo = consulta.order_by(vence, col(Turno.id)).limit(cuantos)
        if desde is not None:
            # La primera condición sobra, pero es la que el índice entiende.
            tramo = tramo.where(vence >= desde[0], or_(vence > desde[0], col(Turno.id) > desde[2]))
        filas += [(turno, fecha) for turno, fecha in s.execute(tramo)]
    return sorted(filas, key=_lugar_de)[:cuantos]


def con_fecha(
    s: Session, unidades: Iterable[str], donde: Sequence[Condicion], corte: Corte | None
) -> Iterator[tuple[Select[Any], ColumnElement[Any]]]:
    """Por unidad, los que vencen con su plazo y los que vencen con un tramo; cada uno con su columna de fecha."""
    for unidad in unidades:
        propio, tramo = aliased(Plazo), aliased(Plazo)
        vence: Any = col(propio.vence)
        suyos = select(Turno, vence).join(propio, col(propio.id) == Turno.id)
        # El plazo de un turno lo debe su unidad; decirlo deja usar el índice que ya viene por fecha.
        de_unidad = [col(propio.unidad) == unidad, *_que_corre(propio, corte)]
        yield suyos.where(*esperan(unidad, ligera(s, col(Turno.unidad))), *donde, *de_unidad), vence
        vence = col(tramo.vence)
        del_tramo = select(Turno, vence).join(tramo, col(tramo.folio) == Turno.folio)
        rige = [*_que_rige(tramo), *_que_corre(tramo, corte), ~_con_plazo_propio(), ~_otro_antes(tramo)]
        yield del_tramo.where(*esperan(unidad, ligera(s, col(Turno.unidad))), *donde, *rige), vence


def _que_corre(plazo: Any, corte: Corte | None) -> list[Condicion]:  # noqa: ANN401 - un alias no tiene tipo propio
    """Por cumplir y con fecha; con `corte`, que además corra y venza ahí."""
    vence = col(plazo.vence)
    donde = [de_los(col(plazo.estado), POR_CUMPLIR), vence.is_not(None)]  # lo primero: la condición de los índices
    if corte is None:
        return donde
    desde, antes = corte
    donde.append(de_los(col(plazo.estado), (EstadoPlazo.ABIERTO.value,)))
    return [*donde, *([vence >= desde] if desde else []), *([vence < antes] if antes else [])]


def _con_plazo_propio() -> Condicion:
    otro = aliased(Plazo)
    return exists().where(col(otro.id) == Turno.id, de_los(col(otro.estado), POR_CUMPLIR))


def _otro_antes(tramo: Any) -> Condicion:  # noqa: ANN401 - un alias no tiene tipo propio
    """Rige el tramo que antes vence: éste no, si hay otro antes."""
    otro = aliased(Plazo)
    antes = or_(col(otro.vence) < tramo.vence, and_(col(otro.vence) == tramo.vence, col(otro.id) < tramo.id))
    suyos = (col(otro.folio) == tramo.folio, *_que_rige(otro), de_los(col(otro.estado), POR_CUMPLIR))
    return exists().where(*suyos, antes)


def _que_rige(tramo: Any) -> list[Condicion]:  # noqa: ANN401 - un alias no tiene tipo propio
    """De un tramo: que todavía lo deba quien tiene el turno, y no sólo quien firma."""
    return [col(tramo.turno_id).is_(None), col(tramo.atendido).is_(None)]


def _tiene_fecha() -> Condicion:
    propio, tramo = aliased(Plazo), aliased(Plazo)
    suya = exists().where(
        col(propio.id) == Turno.id, de_los(col(propio.estado), POR_CUMPLIR), col(propio.vence).is_not(None)
    )
    del_tramo = exists().where(
        col(tramo.folio) == Turno.folio,
        *_que_rige(tramo),
        de_los(col(tramo.estado), POR_CUMPLIR),
        col(tramo.vence).is_not(None),
    )
    return or_(suya, and_(~_con_plazo_propio(), del_tramo))
