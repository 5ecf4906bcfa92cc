"""Cuánto tarda cada actividad y cada unidad, en días hábiles. Puro: recibe renglones y devuelve medidas."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from modelos.tablero.instantes import DiasAcumulados


@dataclass(frozen=True, slots=True)
class Atendidos:
    """Los turnos ya atendidos de una actividad en una unidad.

    duraciones: en días hábiles, cuántos de cada una; sólo de los que se pueden contar.
    """

    procedimiento: str
    actividad: str
    unidad: str
    cuantos: int
    repetidos: int
    vuelta_mayor: int
    duraciones: Counter[int]


@dataclass(frozen=True, slots=True)
class Esperando:
    """Un turno que sigue abierto; abierto: número de día."""

    procedimiento: str
    actividad: str
    unidad: str
    vuelta: int
    abierto: int


@dataclass(frozen=True)
class Medida:
    """Lo que tardan unos turnos. mediana y p90, en días hábiles, sólo de los atendidos; None si no hay.

    dias: los que acumulan todos, también los que siguen esperando. repetidos: los de segunda vuelta o más.
    sin_contar: turnos con alguna fecha en un año sin calendario publicado; no entran en las demás cuentas de días.
    """

    atendidos: int = 0
    esperan: int = 0
    mediana: float | None = None
    p90: int | None = None
    dias: int = 0
    repetidos: int = 0
    vuelta_mayor: int = 0
    sin_contar: int = 0

    @property
    def turnos(self) -> int:
        """Atendidos y esperando."""
        return self.atendidos + self.esperan


@dataclass(frozen=True)
class Tiempos:
    """Las medidas por actividad de cada procedimiento, por unidad y en total."""

    por_actividad: dict[tuple[str, str], Medida]
    por_unidad: dict[str, Medida]
    todo: Medida


@dataclass(slots=True)
class _Suma:
    duraciones: Counter[int] = field(default_factory=Counter)
    atendidos: int = 0
    esperan: int = 0
    dias: int = 0
    repetidos: int = 0
    vuelta_mayor: int = 0
    sin_contar: int = 0

    def juntar(self, otra: _Suma) -> None:
        self.duraciones.update(otra.duraciones)
        self.atendidos += otra.atendidos
        self.esperan += otra.esperan
        self.dias += otra.dias
        self.repetidos += otra.repetidos
        self.vuelta_mayor = max(self.vuelta_mayor, otra.vuelta_mayor)
        self.sin_contar += otra.sin_contar

    def medida(self) -> Medida:
        return Medida(
            self.atendidos,
            self.esperan,
            mediana(self.duraciones),
            percentil(self.duraciones, 90),
            self.dias,
            self.repetidos,
            self.vuelta_mayor,
            self.sin_contar,
        )


def medir(atendidos: Iterable[Atendidos], esperando: Iterable[Esperando], dias: DiasAcumulados, hoy: int) -> Tiempos:
    """Las medidas de todos; lo que sigue abierto cuenta hasta `hoy` (número de día)."""
    celdas: defaultdict[tuple[str, str, str], _Suma] = defaultdict(_Suma)
    for a in atendidos:
        suma = celdas[a.procedimiento, a.actividad, a.unidad]
        suma.duraciones.update(a.duraciones)
        suma.atendidos += a.cuantos
        suma.sin_contar += a.cuantos - a.duraciones.total()
        suma.dias += sum(duracion * n for duracion, n in a.duraciones.items())
        suma.repetidos += a.repetidos
        suma.vuelta_mayor = max(suma.vuelta_mayor, a.vuelta_mayor)
    for e in esperando:
        suma = celdas[e.procedimiento, e.actividad, e.unidad]
        suma.esperan += 1
        habiles = dias.entre(e.abierto, hoy)
        suma.dias += habiles or 0
        suma.sin_contar += habiles is None
        suma.repetidos += e.vuelta > 1
        suma.vuelta_mayor = max(suma.vuelta_mayor, e.vuelta)
    por_actividad: defaultdict[tuple[str, str], _Suma] = defaultdict(_Suma)
    por_unidad: defaultdict[str, _Suma] = defaultdict(_Suma)
    todo = _Suma()
    for (procedimiento, actividad, unidad), suma in celdas.items():
        por_actividad[procedimiento, actividad].juntar(suma)
        por_unidad[unidad].juntar(suma)
        todo.juntar(suma)
    return Tiempos(
        {clave: suma.medida() for clave, suma in por_actividad.items()},
        {clave: suma.medida() for clave, suma in por_unidad.items()},
        todo.medida(),
    )


def mediana(cuantos: Counter[int]) -> float | None:
    """La de un conteo de valores; si son pares, el medio de los dos centrales. None si no hay."""
    total = cuantos.total()
    if not total:
        return None
    bajo, alto = _lugar(cuantos, (total - 1) // 2), _lugar(cuantos, total // 2)
    return (bajo + alto) / 2


def percentil(cuantos: Counter[int], p: int) -> int | None:
    """El menor valor que no rebasan p de cada cien. None si no hay."""
    total = cuantos.total()
    return _lugar(cuantos, max(0, -(-total * p // 100) - 1)) if total else None


def _lugar(cuantos: Counter[int], lugar: int) -> int:
    van = 0
    for valor in sorted(cuantos):
        van += cuantos[valor]
        if van > lugar:
            return valor
    raise IndexError(lugar)
