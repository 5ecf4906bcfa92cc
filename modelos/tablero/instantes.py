"""De un instante a su día en el centro de México, dicho en SQL: lo mismo en SQLite que en PostgreSQL.

Un día es su número desde el 1 de enero de 1970: así las cuentas de días hábiles son restas de
una tabla que ya está en memoria, y la base no vuelve a consultarse por cada turno.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Integer,
    LargeBinary,
    bindparam,
    case,
    cast,
    func,
    null,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from modelos import reloj
from modelos.calendario import Calendario

Columna = ColumnElement[Any] | Mapped[Any]
EPOCA = date(1970, 1, 1).toordinal()
_EPOCA_JULIANA = 2440587.5
_ANCHO = 4
"""Cifras con que se escribe cada casilla de la tabla que se le da a SQLite."""


class DiaLocal(FunctionElement[int]):
    """El número del día local de una columna `Instante`; nulo si ella lo es."""

    name = "dia_local"
    inherit_cache = True
    type = Integer()


class DiaFecha(FunctionElement[int]):
    """El número de día de una columna de fecha; nulo si ella lo es."""

    name = "dia_fecha"
    inherit_cache = True
    type = Integer()


class Casilla(FunctionElement[int]):
    """El elemento de un arreglo de PostgreSQL en ese lugar, desde 1; nulo si no lo hay."""

    name = "casilla"
    inherit_cache = True
    type = Integer()


@compiles(Casilla, "postgresql")
def _casilla_postgresql(elemento: Casilla, compilador: SQLCompiler, **opciones: Any) -> str:  # noqa: ANN401 - de SQLAlchemy
    arreglo, lugar = (compilador.process(parte, **opciones) for parte in elemento.clauses)
    return f"({arreglo})[{lugar}]"


@compiles(DiaLocal, "postgresql")
def _local_postgresql(elemento: DiaLocal, compilador: SQLCompiler, **opciones: Any) -> str:  # noqa: ANN401 - de SQLAlchemy
    columna = compilador.process(elemento.clauses, **opciones)
    # Sin AT TIME ZONE, que cuesta el doble: buscaría el huso en cada renglón.
    return f"floor((date_part('epoch', {columna}) + ({desfase_s()})) / 86400)::int"


@compiles(DiaLocal, "sqlite")
def _local_sqlite(elemento: DiaLocal, compilador: SQLCompiler, **opciones: Any) -> str:  # noqa: ANN401 - de SQLAlchemy
    columna = compilador.process(elemento.clauses, **opciones)
    return f"CAST(julianday({columna}) - {_EPOCA_JULIANA} + ({desfase_s()} / 86400.0) AS INTEGER)"


@compiles(DiaFecha, "postgresql")
def _fecha_postgresql(elemento: DiaFecha, compilador: SQLCompiler, **opciones: Any) -> str:  # noqa: ANN401 - de SQLAlchemy
    return f"({compilador.process(elemento.clauses, **opciones)} - DATE '1970-01-01')"


@compiles(DiaFecha, "sqlite")
def _fecha_sqlite(elemento: DiaFecha, compilador: SQLCompiler, **opciones: Any) -> str:  # noqa: ANN401 - de SQLAlchemy
    return f"CAST(julianday({compilador.process(elemento.clauses, **opciones)}) - {_EPOCA_JULIANA} AS INTEGER)"


@lru_cache(maxsize=1)
def desfase_s() -> int:
    """Segundos del centro de México respecto de UTC; negativos.

    Es el mismo todo el año desde octubre de 2022, antes del primero publicado; si vuelve el horario de verano, lo dice
    una prueba. SQLite no sabe de husos, y PostgreSQL tarda el doble en preguntarlo.
    """
    diferencia = reloj.ZONA.utcoffset(datetime(2026, 1, 1, 12))  # noqa: DTZ001 - hora local, sin zona, a propósito
    return int((diferencia or timedelta()).total_seconds())


def numero_de_dia(dia: date) -> int:
    """El número con que la base nombra ese día."""
    return dia.toordinal() - EPOCA


def fecha_de(numero: int) -> date:
    """El día de ese número."""
    return date.fromordinal(numero + EPOCA)


def inicio_del_dia(dia: date) -> datetime:
    """El primer instante de ese día en el centro de México."""
    return datetime.combine(dia, time(), reloj.ZONA).astimezone(UTC)


class DiasAcumulados:
    """Cuántos días hábiles van hasta cada día de los años publicados: contar entre dos es restar."""

    def __init__(self, calendario: Calendario, anios: range) -> None:
        """Recibe el calendario y los años que cubre."""
        primero, ultimo = date(anios[0], 1, 1), date(anios[-1], 12, 31)
        self._base = numero_de_dia(primero)
        dias = range((ultimo - primero).days + 1)
        self._van = [calendario.contar(primero, primero + timedelta(n)) for n in dias]
        self._escrita = "".join(f"{van:0{_ANCHO}d}" for van in self._van).encode()

    def entre(self, desde: int, hasta: int) -> int | None:
        """Hábiles después de `desde` y hasta `hasta`, nunca menos de 0; None si alguno no está publicado."""
        i, j = desde - self._base, hasta - self._base
        if i < 0 or j < 0 or i >= len(self._van) or j >= len(self._van):
            return None
        return max(0, self._van[j] - self._van[i])

    def en_sql(self, dialecto: str, desde: Columna, hasta: Columna) -> ColumnElement[Any]:
        """Lo mismo entre dos columnas `Instante`: la tabla viaja como un parámetro y la base sólo resta.

        `hasta` no debe ser anterior a `desde`.
        """
        if dialecto == "postgresql":
            van = bindparam("van", self._van, ARRAY(Integer))
            return Casilla(van, DiaLocal(hasta) - (self._base - 1)) - Casilla(van, DiaLocal(desde) - (self._base - 1))
        escrita = bindparam("van", self._escrita, LargeBinary)
        return self._casilla(escrita, hasta) - self._casilla(escrita, desde)

    def _casilla(self, escrita: BindParameter[bytes], instante: Columna) -> ColumnElement[Any]:
        lugar = DiaLocal(instante) - self._base
        # Bytes y no texto: así la base llega a la casilla sin contar letras desde el principio.
        leida = cast(func.substr(escrita, lugar * _ANCHO + 1, _ANCHO), Integer)
        return case((lugar.between(0, len(self._van) - 1), leida), else_=null())


@lru_cache(maxsize=8)
def acumulados(calendario: Calendario, primero: int, ultimo: int) -> DiasAcumulados:
    """La tabla de ese calendario, de un año a otro inclusive; se arma una vez por proceso."""
    return DiasAcumulados(calendario, range(primero, ultimo + 1))
