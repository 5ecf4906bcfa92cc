"""En qué columna y en qué fila va cada bloque: columnas por camino más largo, una o más filas por carril."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from modelos.bpmn.grafo import Grafo


@dataclass(frozen=True)
class Lugares:
    """Columna y fila de cada bloque; carril_de: el carril de cada fila."""

    columna: dict[str, int]
    fila: dict[str, int]
    carril_de: tuple[str, ...]

    @property
    def columnas(self) -> int:
        """Cuántas columnas."""
        return max(self.columna.values()) + 1

    @property
    def filas(self) -> int:
        """Cuántas filas, de todos los carriles."""
        return len(self.carril_de)

    def libre(self, fila: int, desde: int, hasta: int) -> bool:
        """Si no hay bloques en esa fila entre dos columnas, sin contarlas."""
        return not any(f == fila and desde < self.columna[c] < hasta for c, f in self.fila.items())


def lugares(g: Grafo) -> Lugares:
    """El lugar de cada bloque."""
    columna = _columnas(g)
    filas: dict[str, list[dict[int, str]]] = {carril: [{}] for carril in g.carriles}
    previo = _previos(g, columna)
    devueltas = _solo_devueltas(g)
    # Lo que sólo se hace si algo se devuelve cede la fila a lo que sigue; lo demás, en el orden de la tabla.
    for clave in sorted(g.bloques, key=lambda c: (columna[c], c in devueltas)):
        suyas = filas[g.bloques[clave].carril]
        libres = [i for i, fila in enumerate(suyas) if columna[clave] not in fila]
        # En la fila de donde viene, para que la flecha sea recta; si no, en la primera donde quepa.
        deseada = next((i for i in libres for p in previo[clave] if p in suyas[i].values()), None)
        elegida = deseada if deseada is not None else (libres[0] if libres else len(suyas))
        if elegida == len(suyas):
            suyas.append({})
        suyas[elegida][columna[clave]] = clave
    fila: dict[str, int] = {}
    carril_de: list[str] = []
    for carril in g.carriles:
        for ocupada in filas[carril]:
            fila |= dict.fromkeys(ocupada.values(), len(carril_de))
            carril_de.append(carril)
    return Lugares(columna, fila, tuple(carril_de))


def _columnas(g: Grafo) -> dict[str, int]:
    """El camino más largo desde el inicio, sin contar las flechas que cierran un ciclo."""
    de_regreso: set[tuple[str, str]] = set()
    orden: list[str] = []
    _recorrer(g, next(iter(g.bloques)), set(), set(), de_regreso, orden)
    columna = dict.fromkeys(g.bloques, 0)
    for clave in reversed(orden):
        for sigue in g.bloques[clave].sigue:
            if (clave, sigue) not in de_regreso:
                columna[sigue] = max(columna[sigue], columna[clave] + 1)
    return columna


def _recorrer(
    g: Grafo, clave: str, en_camino: set[str], vistos: set[str], de_regreso: set[tuple[str, str]], orden: list[str]
) -> None:
    vistos.add(clave)
    en_camino.add(clave)
    for sigue in g.bloques[clave].sigue:
        if sigue in en_camino:
            de_regreso.add((clave, sigue))
        elif sigue not in vistos:
            _recorrer(g, sigue, en_camino, vistos, de_regreso, orden)
    en_camino.discard(clave)
    orden.append(clave)


def _previos(g: Grafo, columna: Mapping[str, int]) -> dict[str, list[str]]:
    previo: dict[str, list[str]] = defaultdict(list)
    for clave, bloque in g.bloques.items():
        for sigue in bloque.sigue:
            if columna[clave] < columna[sigue]:
                previo[sigue].append(clave)
    return previo


def _solo_devueltas(g: Grafo) -> set[str]:
    """Los bloques a los que sólo se llega devolviendo el trabajo."""
    de_frente = {a for flujo, _, a in g.entre if not flujo.regresa}
    return {a for flujo, _, a in g.entre if flujo.regresa} - de_frente
