"""Por qué lado sale y llega cada flecha, y qué corredores toma: el camino que menos cuesta leer.

Una flecha sale de su elemento por la derecha, arriba o abajo, y llega por la izquierda, arriba o abajo; entre
ambos toma corredores alternados, verticales y horizontales.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations

from modelos.bpmn.grafo import Clase, Flujo, Grafo
from modelos.bpmn.lugares import Lugares

DERECHA, IZQUIERDA, ARRIBA, ABAJO = "derecha", "izquierda", "arriba", "abajo"
Paso = tuple[str, int]
_RETIENEN = (Clase.UNE, Clase.MEZCLA)


@dataclass(frozen=True)
class Plan:
    """Por qué lado sale y llega una flecha, y qué corredores toma: `("V", columna)` o `("H", fila)`.

    Un corredor vertical está a la izquierda de su columna; uno horizontal, arriba de su fila.
    corre: lo que ocupa a media fila, como (fila, corredor vertical que atraviesa).
    """

    flujo: str
    a: str
    de: tuple[int, int]
    hasta: tuple[int, int]
    sale: str
    llega: str
    pasos: tuple[tuple[str, int], ...] = ()
    corre: tuple[tuple[int, int], ...] = ()
    costo: float = 0

    def en_dos(self) -> Plan | None:
        """El mismo viaje con el tramo vertical partido en dos; nulo si ya no se puede."""
        if len(self.pasos) != 1 or self.pasos[0][0] != "V":
            return None
        (paso,), q = self.pasos, self.hasta[1]
        return replace(self, pasos=(paso, ("H", q if q > self.de[1] else q + 1), paso))


def planear(g: Grafo, lugares: Lugares) -> dict[str, Plan]:
    """El plan de cada flecha entre bloques, en el orden en que el grafo las da."""
    salen: dict[str, list[tuple[Flujo, str, str]]] = {}
    for flujo, de, a in g.entre:
        salen.setdefault(flujo.de, []).append((flujo, de, a))
    ocupado: dict[tuple[int, int], str] = {}
    planes: dict[str, Plan] = {}
    for nodo, suyos in salen.items():
        lados = _lados(g, nodo)
        viajes = [_viaje(g, lugares, *uno) for uno in suyos]
        opciones = [[p for lado in lados for p in viaje.planes(lado)] for viaje in viajes]
        for plan in _elegir(opciones, ocupado, lados):
            planes[plan.flujo] = plan
            ocupado |= dict.fromkeys(plan.corre, plan.a)
    return {flujo.id: planes[flujo.id] for flujo, _, _ in g.entre}


def _lados(g: Grafo, nodo: str) -> tuple[str, ...]:
    """Por dónde puede salir algo de un elemento: de un rombo, por tres lados; de lo demás, por la derecha."""
    if nodo.startswith(f"{Clase.TAREA.value}_"):
        return (DERECHA,)
    tomado = any(f.de == nodo for f in g.dentro)
    return (ABAJO, ARRIBA) if tomado else (DERECHA, ABAJO, ARRIBA)


def _elegir(opciones: list[list[Plan]], ocupado: Mapping[tuple[int, int], str], lados: tuple[str, ...]) -> list[Plan]:
    """Un plan por flecha, cada una por su lado; si hay más flechas que lados, las que sobren comparten el primero."""
    posibles = [[p for p in suyas if all(ocupado.get(celda, p.a) == p.a for celda in p.corre)] for suyas in opciones]
    cuantas = len(posibles)
    repartos = (
        permutations(lados, cuantas)
        if cuantas <= len(lados)
        else ((*reparto, *[lados[0]] * (cuantas - len(lados))) for reparto in permutations(lados))
    )
    mejor: tuple[float, list[Plan]] | None = None
    for reparto in repartos:
        por_lado = [
            min((p for p in suyas if p.sale == lado), key=lambda p: p.costo, default=None)
            for suyas, lado in zip(posibles, reparto, strict=True)
        ]
        elegidos = [p for p in por_lado if p is not None]
        total = sum(p.costo for p in elegidos)
        if len(elegidos) == cuantas and (mejor is None or total < mejor[0]):
            mejor = (total, elegidos)
    if mejor is None:
        raise AssertionError("toda salida tiene al menos un camino por corredores")
    return mejor[1]


@dataclass(frozen=True)
class _Viaje:
    """Una flecha por trazar: de qué celda a cuál.

    rombo: llega a una compuerta. arranca: esa compuerta tiene a su izquierda el inicio.
    """

    lugares: Lugares
    flujo: Flujo
    de: tuple[int, int]
    hasta: tuple[int, int]
    rombo: bool
    arranca: bool

    def planes(self, sale: str) -> Iterator[Plan]:
        """Los caminos posibles saliendo por un lado, con lo que cuesta leerlos."""
        if sale != DERECHA:
            yield from self._de_lado(sale)
        elif self.hasta[0] > self.de[0]:
            yield from self._de_frente()
        elif self.rombo:
            r, q = self.de[1], self.hasta[1]
            lado, corredor = (ARRIBA, q) if q > r else (ABAJO, q + 1)
            yield self._plan(4, sale, lado, ("V", self.de[0] + 1), ("H", corredor))

    def _de_frente(self) -> Iterator[Plan]:
        """Por la derecha: recta, con un solo quiebre, o rodeando por un corredor horizontal."""
        (i, r), (j, q) = self.de, self.hasta
        if q == r:
            if self.lugares.libre(r, i, j):
                yield self._plan(0, DERECHA, IZQUIERDA, corre=tuple((r, g) for g in range(i + 1, j + 1)))
            yield self._plan(3, DERECHA, IZQUIERDA, ("V", i + 1), ("H", r + 1), ("V", j))
            return
        if self.lugares.libre(q, i, j):
            yield self._plan(1, DERECHA, IZQUIERDA, ("V", i + 1), corre=tuple((q, g) for g in range(i + 2, j + 1)))
        if self.lugares.libre(r, i, j):
            yield self._plan(1.1, DERECHA, IZQUIERDA, ("V", j), corre=tuple((r, g) for g in range(i + 1, j)))
        yield self._plan(2.5, DERECHA, IZQUIERDA, ("V", i + 1), ("H", q if q > r else q + 1), ("V", j))

    def _de_lado(self, sale: str) -> Iterator[Plan]:
        """Por arriba o por abajo, al corredor de junto."""
        r, (j, q) = self.de[1], self.hasta
        corredor = r + 1 if sale == ABAJO else r
        costo = self._costo(sale)
        for lado, suyo in ((ABAJO, q + 1), (ARRIBA, q)) if self.rombo else ():
            if suyo == corredor:
                yield self._plan(costo, sale, lado, ("H", corredor))
            elif self.arranca:
                yield self._plan(costo + 1, sale, lado, ("H", corredor), ("V", j), ("H", suyo))
        if not self.arranca:
            yield self._plan(costo + 0.3, sale, IZQUIERDA, ("H", corredor), ("V", j))

    def _costo(self, sale: str) -> float:
        (i, r), (j, q) = self.de, self.hasta
        pregunta = 0.8 if sale == ARRIBA else 0.0  # ahí va la pregunta
        if q == r:
            return pregunta + (2.5 if j > i else 0.0)
        hacia = q > r if sale == ABAJO else q < r
        return pregunta + (4.5 if not hacia else 1.5 if j > i else 0.5)

    def _plan(self, costo: float, sale: str, llega: str, *pasos: Paso, corre: tuple[tuple[int, int], ...] = ()) -> Plan:
        return Plan(self.flujo.id, self.flujo.a, self.de, self.hasta, sale, llega, pasos, corre, costo)


def _viaje(g: Grafo, lugares: Lugares, flujo: Flujo, de: str, a: str) -> _Viaje:
    bloque = g.bloques[a]
    return _Viaje(
        lugares,
        flujo,
        (lugares.columna[de], lugares.fila[de]),
        (lugares.columna[a], lugares.fila[a]),
        bloque.entrada.clase in _RETIENEN,
        any(n.clase is Clase.INICIO for n in bloque.antes),
    )
