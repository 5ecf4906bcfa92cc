"""Con qué fecha vence cada turno, y los plazos de cada expediente; siempre una consulta para todos.

Un turno vence con su propio plazo. Si no tiene, mientras está abierto vence con el tramo por cumplir de su
expediente que antes venza: quien lo tiene carga con ese plazo aunque abarque varias actividades. El tramo que ya se
atendió y sólo espera su oficio no es de quien tiene el turno que sigue: lo debe quien firma.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from modelos.expedientes.expediente import ABIERTOS, Turno
from modelos.plazos.plazo import POR_CUMPLIR, Plazo


class ConFecha(Protocol):
    """Lo que hace falta de un plazo para saber cuál rige un turno."""

    @property
    def id(self) -> str:
        """El del turno, si es suyo."""

    @property
    def turno_id(self) -> str | None:
        """Nulo en un tramo."""

    @property
    def folio(self) -> str:
        """De qué expediente."""

    @property
    def estado(self) -> str:
        """En qué va."""

    @property
    def vence(self) -> date | None:
        """Vencimiento legal; nulo si no se pudo calcular."""

    @property
    def conservador(self) -> date | None:
        """El menor de los perfiles."""

    @property
    def atendido(self) -> datetime | None:
        """Desde cuándo sólo espera su oficio."""


P = TypeVar("P", bound=ConFecha)


class FechasDePlazo(NamedTuple):
    """Lo indispensable de un plazo, para las listas: sin su cómputo."""

    id: str
    turno_id: str | None
    folio: str
    estado: str
    vence: date | None
    conservador: date | None
    atendido: datetime | None = None


def rigen(turnos: Iterable[Turno], plazos: Sequence[P]) -> dict[str, P]:
    """El plazo que rige cada turno, por id de turno; sin entrada, el turno no vence.

    plazos: de los expedientes de esos turnos; los que no vengan al caso se ignoran.
    """
    propios = {plazo.id: plazo for plazo in plazos if plazo.turno_id}
    tramos: dict[str, P] = {}
    for plazo in sorted(filter(_es_tramo_que_corre, plazos), key=_primero_el_que_vence):
        tramos.setdefault(plazo.folio, plazo)
    rige: dict[str, P] = {}
    for turno in turnos:
        plazo_ = propios.get(turno.id) or (tramos.get(turno.folio) if turno.estado in ABIERTOS else None)
        if plazo_ is not None:
            rige[turno.id] = plazo_
    return rige


def _es_tramo_que_corre(plazo: ConFecha) -> bool:
    return plazo.turno_id is None and plazo.estado in POR_CUMPLIR and plazo.atendido is None


def _primero_el_que_vence(plazo: ConFecha) -> tuple[bool, date, str]:
    return plazo.vence is None, plazo.vence or date.max, plazo.id


def fechas_de(s: Session, turnos: Sequence[Turno]) -> dict[str, FechasDePlazo]:
    """La fecha que rige cada turno, por id; una consulta."""
    if not turnos:
        return {}
    columnas = (col(Plazo.id), col(Plazo.turno_id), col(Plazo.folio), col(Plazo.estado))
    filas = s.execute(select(*columnas, col(Plazo.vence), col(Plazo.conservador)).where(_de(turnos))).all()
    return rigen(turnos, [FechasDePlazo(*fila) for fila in filas])


def plazos_de(s: Session, turnos: Sequence[Turno]) -> dict[str, Plazo]:
    """El plazo entero que rige cada turno, por id; una consulta."""
    if not turnos:
        return {}
    return rigen(turnos, list(s.scalars(_frescos(_de(turnos)))))


def de_expedientes(s: Session, folios: Iterable[str]) -> dict[str, list[Plazo]]:
    """Los plazos de cada expediente, los por cumplir primero y de ellos el que antes vence. Una consulta."""
    de: dict[str, list[Plazo]] = {folio: [] for folio in folios}
    if de:
        plazos = list(s.scalars(_frescos(col(Plazo.folio).in_(list(de)))))
        for plazo in sorted(plazos, key=_por_cumplir_primero):
            de[plazo.folio].append(plazo)
    return de


def vence_antes_de(fecha: date) -> ColumnElement[bool]:
    """Condición sobre `Turno`: el plazo que lo rige vence antes de esa fecha."""
    propio, otro, tramo = aliased(Plazo), aliased(Plazo), aliased(Plazo)
    # Sin mirar su estado, para que un turno ya atendido se encuentre también por su fecha.
    suyo = exists().where(col(propio.id) == Turno.id, col(propio.vence) < fecha)
    sin_propio = ~exists().where(col(otro.id) == Turno.id)
    del_tramo = exists().where(
        col(tramo.folio) == Turno.folio,
        col(tramo.turno_id).is_(None),
        col(tramo.atendido).is_(None),
        col(tramo.estado).in_(POR_CUMPLIR),
        col(tramo.vence) < fecha,
    )
    return or_(suyo, sin_propio & col(Turno.estado).in_(ABIERTOS) & del_tramo)


def _de(turnos: Sequence[Turno]) -> ColumnElement[bool]:
    tramos = (
        col(Plazo.folio).in_({turno.folio for turno in turnos})
        & col(Plazo.turno_id).is_(None)
        & col(Plazo.atendido).is_(None)
        & col(Plazo.estado).in_(POR_CUMPLIR)
    )
    return or_(col(Plazo.id).in_([turno.id for turno in turnos]), tramos)


def _frescos(donde: ColumnElement[bool]) -> Select[Plazo]:
    # Los actos cierran plazos con UPDATE: lo que la sesión ya tuviera de ellos puede ser de antes.
    return select(Plazo).where(donde).execution_options(populate_existing=True)


def _por_cumplir_primero(plazo: Plazo) -> tuple[object, ...]:
    return (plazo.estado not in POR_CUMPLIR, plazo.vence is None, plazo.vence or date.max, plazo.id)
