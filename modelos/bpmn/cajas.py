"""Las medidas del dibujo: rectángulos, letreros y la disposición entera, en puntos."""

from __future__ import annotations

from dataclasses import dataclass, field

from modelos.bpmn.grafo import Clase, Grafo
from modelos.bpmn.trazo import Punto

ANCHO_TAREA, ALTO_TAREA = 190, 100
LADO = {Clase.INICIO: 36, Clase.FIN: 36, Clase.DECIDE: 44, Clase.DIVIDE: 44, Clase.UNE: 44, Clase.MEZCLA: 36}
ENTRE = 26
"""Entre un elemento y otro del mismo bloque."""
CHICA = 11
"""Tamaño de letra de los rótulos."""
RENGLON = 13
ANCHO_FINAL = 104
TITULO, MARGEN_CARRIL = 34, 74
"""El ancho de la banda con el nombre del procedimiento, y de la que nombra cada carril."""
ANCHO_ROTULO, ANCHO_PREGUNTA = 96, 118
ALTO_NOTA = 20
_PLAZO, _AVISO = 30, 18


@dataclass(frozen=True)
class Caja:
    """Un rectángulo; x, y: su esquina superior izquierda."""

    x: float
    y: float
    w: float
    h: float

    @property
    def cx(self) -> float:
        """El centro, a lo ancho."""
        return self.x + self.w / 2

    @property
    def cy(self) -> float:
        """El centro, a lo alto."""
        return self.y + self.h / 2

    def toca(self, otra: Caja) -> bool:
        """Si se enciman; compartir un borde no es encimarse."""
        return (
            self.x < otra.x + otra.w
            and otra.x < self.x + self.w
            and self.y < otra.y + otra.h
            and otra.y < self.y + self.h
        )


@dataclass(frozen=True)
class Rotulo:
    """Un texto fuera de su elemento; de: el elemento o la flecha que rotula."""

    de: str
    caja: Caja
    lineas: tuple[str, ...]
    al_centro: bool = True
    cuerpo: float = CHICA


@dataclass(frozen=True)
class Nota:
    """Una anotación unida a una actividad; entero: todo lo que no cabe en ella."""

    id: str
    de: str
    caja: Caja
    texto: str
    entero: str


@dataclass
class Disposicion:
    """Todo, con sus medidas.

    flechas: los puntos por los que pasa cada una. columnas: dónde empieza cada columna; cortes: dónde, el corredor de
    antes, por donde se puede partir el dibujo sin cortar ningún elemento.
    """

    grafo: Grafo
    ancho: float = 0
    alto: float = 0
    carriles: dict[str, Caja] = field(default_factory=dict)
    cajas: dict[str, Caja] = field(default_factory=dict)
    flechas: dict[str, tuple[Punto, ...]] = field(default_factory=dict)
    rotulos: list[Rotulo] = field(default_factory=list)
    notas: list[Nota] = field(default_factory=list)
    columnas: list[float] = field(default_factory=list)
    cortes: list[float] = field(default_factory=list)
