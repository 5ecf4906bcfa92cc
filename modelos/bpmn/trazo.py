"""Los corredores entre columnas y entre filas, y en ellos el riel de cada flecha.

Los rieles se ordenan para cruzar lo menos posible y para que ninguna flecha corra encima de otra; sólo comparten
tramo, al final, las que llegan al mismo elemento.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from modelos.bpmn.lugares import Lugares
from modelos.bpmn.planes import Plan
from modelos.bpmn.rieles import Conexion, Llave, Riel, enredados, niveles, ordenar

Punto = tuple[float, float]
PASO = 11
"""Entre un riel y otro."""


class Corredores:
    """Los rieles de cada corredor, y lo que miden; las x y las y se saben cuando `disposicion` las va fijando."""

    def __init__(self, lugares: Lugares, planes: dict[str, Plan]) -> None:
        """Reparte los rieles de los corredores verticales; los horizontales esperan a saber las x.

        enredados: las flechas que ningún orden separa de otra; hay que darles otro plan.
        """
        self._filas, self._planes = lugares.filas, planes
        self.y_corredor: list[float] = []
        self._verticales: dict[int, dict[Llave, int]] = {}
        self._horizontales: dict[int, dict[Llave, int]] = {}
        self._x: dict[Llave, float] = {}
        self.enredados: list[str] = []
        for corredor in range(lugares.columnas + 1):
            orden = ordenar(list(self._rieles_verticales(corredor)))
            self.enredados += [riel.llave[0] for riel in enredados(orden)]
            self._verticales[corredor] = niveles(orden, 0)

    def ancho_corredor(self, columna: int) -> float:
        """El del corredor a la izquierda de esa columna."""
        return 22 + PASO * _cuantos(self._verticales[columna])

    def alto_corredor(self, fila: int) -> float:
        """El del corredor arriba de esa fila."""
        cuantos = _cuantos(self._horizontales[fila])
        return 8 + PASO * cuantos if cuantos else 0

    def medir_x(self, x_columna: list[float]) -> None:
        """Recibe dónde empieza cada columna, y dónde acaba el último corredor."""
        for corredor, suyos in self._verticales.items():
            inicio = x_columna[corredor] - self.ancho_corredor(corredor)
            for llave, nivel in suyos.items():
                self._x[llave] = inicio + 14 + PASO * nivel

    def tender(self, puertos: Mapping[str, tuple[float, float]]) -> None:
        """Reparte los rieles horizontales. puertos: de cada flecha, la x de su salida y la de su llegada."""
        for corredor in range(self._filas + 1):
            self._horizontales[corredor] = niveles(ordenar(list(self._rieles_horizontales(corredor, puertos))), 8)

    def puntos(self, plan: Plan, desde: Punto, hasta: Punto) -> tuple[Punto, ...]:
        """Los puntos de una flecha, ya con todo medido."""
        hechos = [desde]
        for orden, (sentido, corredor) in enumerate(plan.pasos):
            x, y = hechos[-1]
            if sentido == "V":
                hechos.append((self._x[plan.flujo, orden], y))
            else:
                nivel = self._horizontales[corredor][plan.flujo, orden]
                hechos.append((x, self.y_corredor[corredor] + 8 + PASO * nivel))
        if plan.pasos:
            x, y = hechos[-1]
            hechos.append((x, hasta[1]) if plan.pasos[-1][0] == "V" else (hasta[0], y))
        return _simple([*hechos, hasta])

    def _rieles_verticales(self, corredor: int) -> Iterator[Riel]:
        for plan in self._planes.values():
            for orden, paso in enumerate(plan.pasos):
                if paso != ("V", corredor):
                    continue
                antes, despues = self._alturas(plan, orden)
                conexiones = (
                    Conexion(antes, self._viene_de(plan, orden, corredor), orden == 0),
                    Conexion(despues, self._va_a(plan, orden, corredor), orden == len(plan.pasos) - 1),
                )
                yield Riel((plan.flujo, orden), plan.a, min(antes, despues), max(antes, despues), conexiones)

    def _alturas(self, plan: Plan, orden: int) -> tuple[float, float]:
        """De dónde viene y adónde va un tramo vertical; todavía sin medidas, sólo importa el orden."""
        antes = _medio(plan.de[1]) if orden == 0 else _arriba(plan.pasos[orden - 1][1])
        ultimo = orden == len(plan.pasos) - 1
        return antes, _medio(plan.hasta[1]) if ultimo else _arriba(plan.pasos[orden + 1][1])

    def _viene_de(self, plan: Plan, orden: int, corredor: int) -> int:
        """-1 si el tramo anterior llega por la izquierda; 1, por la derecha."""
        if orden < 2:
            return -1 if plan.de[0] < corredor else 1
        return -1 if plan.pasos[orden - 2][1] <= corredor else 1

    def _va_a(self, plan: Plan, orden: int, corredor: int) -> int:
        if orden + 2 < len(plan.pasos):
            return -1 if plan.pasos[orden + 2][1] < corredor else 1
        return 1 if plan.hasta[0] >= corredor else -1

    def _rieles_horizontales(self, corredor: int, puertos: Mapping[str, tuple[float, float]]) -> Iterator[Riel]:
        for plan in self._planes.values():
            for orden, paso in enumerate(plan.pasos):
                if paso != ("H", corredor):
                    continue
                sale, llega = puertos[plan.flujo]
                uno = sale if orden == 0 else self._x[plan.flujo, orden - 1]
                ultimo = orden == len(plan.pasos) - 1
                otro = llega if ultimo else self._x[plan.flujo, orden + 1]
                aqui = _arriba(corredor)
                antes = _medio(plan.de[1]) if orden == 0 else self._alturas(plan, orden - 1)[0]
                despues = _medio(plan.hasta[1]) if ultimo else self._alturas(plan, orden + 1)[1]
                conexiones = (
                    Conexion(uno, -1 if antes < aqui else 1, fija=True),
                    Conexion(otro, -1 if despues < aqui else 1, fija=True),
                )
                yield Riel((plan.flujo, orden), plan.a, min(uno, otro), max(uno, otro), conexiones)


def _arriba(fila: int) -> float:
    return 200.0 * fila


def _medio(fila: int) -> float:
    return 200.0 * fila + 100


def _cuantos(suyos: Mapping[Llave, int]) -> int:
    return max(suyos.values(), default=-1) + 1


def _simple(puntos: list[Punto]) -> tuple[Punto, ...]:
    """Sin puntos repetidos ni a media recta."""
    limpios: list[Punto] = []
    for punto in puntos:
        if limpios and limpios[-1] == punto:
            continue
        if len(limpios) > 1 and any(limpios[-2][eje] == limpios[-1][eje] == punto[eje] for eje in (0, 1)):
            limpios.pop()
        limpios.append(punto)
    return tuple(limpios)
