"""Cuánto lugar pide cada bloque: su núcleo, lo que lo reúne y lo reparte, y los letreros de alrededor."""

from __future__ import annotations

from dataclasses import dataclass, field

from modelos.bpmn import palabras
from modelos.bpmn.cajas import (
    ALTO_NOTA,
    ALTO_TAREA,
    ANCHO_FINAL,
    ANCHO_PREGUNTA,
    ANCHO_ROTULO,
    ANCHO_TAREA,
    CHICA,
    ENTRE,
    LADO,
    RENGLON,
)
from modelos.bpmn.grafo import Bloque, Clase, Grafo, Nodo
from modelos.bpmn.letras import ancho, renglones
from modelos.bpmn.planes import ABAJO, ARRIBA, DERECHA, Plan


@dataclass
class Espacio:
    """Un bloque y lo que se escribe a su alrededor.

    pregunta: renglones sobre el rombo. rotulos: los de cada salida, por flecha. salen: por qué lado sale cada una.
    arriba y abajo: las anotaciones de la actividad; vacías si no lleva.
    """

    bloque: Bloque
    decide: Nodo | None = None
    pregunta: list[str] = field(default_factory=list)
    rotulos: dict[str, list[str]] = field(default_factory=dict)
    salen: dict[str, str] = field(default_factory=dict)
    arriba: str = ""
    abajo: str = ""

    @property
    def antes(self) -> float:
        """El ancho de lo que va antes del núcleo."""
        return sum(LADO[n.clase] + ENTRE for n in self.bloque.antes)

    @property
    def resto(self) -> float:
        """El ancho del núcleo y de lo que va después, con los rótulos de sus salidas."""
        if self.bloque.nucleo.clase is Clase.FIN:
            return ANCHO_FINAL
        despues = (ENTRE + LADO[n.clase] + self._hueco(n) for n in self.bloque.despues)
        return ANCHO_TAREA + sum(despues)

    def centros(self, x: float) -> dict[str, float]:
        """El centro, a lo ancho, de cada elemento; x: dónde empieza el núcleo."""
        centros, izquierda = {}, x
        for nodo in reversed(self.bloque.antes):
            izquierda -= ENTRE + LADO[nodo.clase]
            centros[nodo.id] = izquierda + LADO[nodo.clase] / 2
        nucleo = self.bloque.nucleo
        centros[nucleo.id] = x + (ANCHO_FINAL if nucleo.clase is Clase.FIN else ANCHO_TAREA) / 2
        derecha = x + ANCHO_TAREA
        for nodo in self.bloque.despues:
            derecha += ENTRE
            centros[nodo.id] = derecha + LADO[nodo.clase] / 2
            derecha += LADO[nodo.clase] + self._hueco(nodo)
        return centros

    @property
    def alto(self) -> tuple[float, float]:
        """Lo que ocupa arriba y abajo del centro de su fila."""
        if self.bloque.nucleo.clase is Clase.FIN:
            return 22.0, 24.0 + RENGLON * len(renglones(self.bloque.nucleo.nombre, ANCHO_FINAL, CHICA, 3))
        medio, rombo = ALTO_TAREA / 2, LADO[Clase.DECIDE] / 2
        arriba = [medio + 14, medio + ALTO_NOTA + 16 if self.arriba else 0]
        abajo = [medio + 12, medio + 46 if self.bloque.plazo else 0]
        if self.abajo:
            abajo.append(abajo[1] + ALTO_NOTA + 6 if self.bloque.plazo else medio + ALTO_NOTA + 16)
        pregunta = rombo + 4 + RENGLON * len(self.pregunta)
        arriba.append(pregunta + self.alto_de(ARRIBA) + 8)
        abajo.append(rombo + 14 + self.alto_de(ABAJO) + self.alto_de(DERECHA))
        return max(arriba), max(abajo)

    def alto_de(self, lado: str) -> float:
        """El de los rótulos de ese lado, uno sobre otro."""
        return float(sum(RENGLON * len(t) for f, t in self.rotulos.items() if self.salen[f] == lado))

    def _hueco(self, nodo: Nodo) -> float:
        """Lo que ocupan, a la derecha de la decisión, la pregunta y los rótulos de sus salidas."""
        if nodo is not self.decide:
            return 0.0
        pide = [ancho(linea, CHICA) + 10 for rotulo in self.rotulos.values() for linea in rotulo]
        pregunta = max((ancho(linea, CHICA) for linea in self.pregunta), default=0)
        # La pregunta va centrada sobre el rombo; si una flecha sube por ahí, a su derecha.
        sube = ARRIBA in self.salen.values()
        izquierda = 0 if sube else min(pregunta / 2, LADO[Clase.DECIDE] / 2 + ENTRE - 3)
        pide.append(pregunta - izquierda - (0 if sube else LADO[Clase.DECIDE] / 2) + 12)
        return max([24.0, *pide])


def espacios(g: Grafo, planes: dict[str, Plan]) -> dict[str, Espacio]:
    """El de cada bloque, por su clave."""
    return {clave: _espacio(g, bloque, planes) for clave, bloque in g.bloques.items()}


def _espacio(g: Grafo, bloque: Bloque, planes: dict[str, Plan]) -> Espacio:
    act = bloque.nucleo.actividad
    hecho = Espacio(bloque, next((n for n in bloque.despues if n.clase is Clase.DECIDE), None))
    if hecho.decide:
        hecho.pregunta = renglones(hecho.decide.nombre, ANCHO_PREGUNTA, CHICA, 4)
        for flujo in g.flujos:
            if flujo.de == hecho.decide.id:
                hecho.rotulos[flujo.id] = renglones(flujo.rotulo, ANCHO_ROTULO, CHICA)
                hecho.salen[flujo.id] = planes[flujo.id].sale if flujo.id in planes else DERECHA
    if act:
        hecho.arriba = "Inferido" if act.todo_lo_inferido else ""
        hecho.abajo = palabras.tramos(g.tabla, act)
    return hecho
