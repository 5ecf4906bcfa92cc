"""En qué orden van los tramos que comparten un corredor, y en cuántos rieles caben.

Sirve igual para lo vertical que para lo horizontal: un tramo ocupa un intervalo a lo largo del corredor y en cada
punta se conecta hacia un lado (-1 o 1). Encimarse cuesta mucho más que cruzarse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ENCIMA = 1000.0
_CERCA = 6.0
Llave = tuple[str, int]


@dataclass(frozen=True)
class Conexion:
    """Una punta: en qué lugar del corredor, hacia qué lado sale, y si ahí la línea no se puede correr."""

    en: float
    hacia: int
    fija: bool


@dataclass(frozen=True)
class Riel:
    """Un tramo. a: el elemento adonde va su flecha: las que llegan al mismo pueden juntarse."""

    llave: Llave
    a: str
    desde: float
    hasta: float
    conexiones: tuple[Conexion, Conexion]


def ordenar(rieles: list[Riel]) -> list[Riel]:
    """Inserta cada tramo donde menos estorbe, y lo repite: con los pocos que hay, basta."""
    orden: list[Riel] = []
    for riel in rieles:
        orden.insert(_mejor_lugar(orden, riel), riel)
    for riel in rieles:
        orden.remove(riel)
        orden.insert(_mejor_lugar(orden, riel), riel)
    return orden


def enredados(orden: list[Riel]) -> Iterator[Riel]:
    """Los tramos cuyas puntas se enciman con las de otro, aun en el mejor orden: cada uno entra donde el otro sale."""
    for n, riel in enumerate(orden):
        if any(_encimadas(previo, riel) for previo in orden[:n]):
            yield riel


def niveles(orden: list[Riel], margen: float) -> dict[Llave, int]:
    """El riel de cada tramo ya ordenado, desde 0. margen: lo que deben separarse dos para compartirlo."""
    hechos: dict[Llave, int] = {}
    for n, riel in enumerate(orden):
        previos = [hechos[p.llave] for p in orden[:n] if _se_estorban(p, riel, margen)]
        hechos[riel.llave] = max(previos, default=-1) + 1
    return hechos


def _mejor_lugar(orden: list[Riel], riel: Riel) -> int:
    costos = [
        sum(_costo(otro, riel) for otro in orden[:n]) + sum(_costo(riel, otro) for otro in orden[n:])
        for n in range(len(orden) + 1)
    ]
    return costos.index(min(costos))


def _costo(uno: Riel, otro: Riel) -> float:
    """Lo que cuesta que `uno` vaya antes (a la izquierda, o arriba) que `otro`."""
    total = 0.0
    if uno.llave[0] == otro.llave[0] and uno.llave[1] > otro.llave[1]:
        total += 2 * ENCIMA  # los dos tramos de una misma flecha, al revés
    for c in uno.conexiones:
        if c.hacia > 0 and otro.desde < c.en < otro.hasta:
            total += 1
    for c in otro.conexiones:
        if c.hacia < 0 and uno.desde < c.en < uno.hasta:
            total += 1
    return total + ENCIMA * _encimadas(uno, otro)


def _encimadas(uno: Riel, otro: Riel) -> int:
    """Cuántas puntas se enciman si `uno` va antes que `otro`."""
    return sum(
        c.fija and d.fija and c.hacia > 0 > d.hacia and abs(c.en - d.en) < _CERCA
        for c in uno.conexiones
        for d in otro.conexiones
    )


def _se_estorban(uno: Riel, otro: Riel, margen: float) -> bool:
    return uno.desde <= otro.hasta + margen and otro.desde <= uno.hasta + margen
