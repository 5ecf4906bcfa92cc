"""Qué elementos BPMN hacen falta para decir una tabla, y cómo se siguen unos a otros.

Cada actividad es un bloque: lo que la reúne (unión o mezcla), ella, y lo que la reparte (decisión, división).
Todo lo que BPMN deja implícito aquí se dice: dos caminos que llegan a un paso pasan por una compuerta.
Los identificadores salen de las claves de la tabla (`a_6a`), así que sobreviven a una versión nueva.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from modelos.bpmn import palabras
from modelos.tabla import Tabla
from modelos.tabla.actividad import Actividad, es_final


class Clase(StrEnum):
    """Qué es un elemento; el valor es la letra con que empieza su identificador."""

    INICIO = "inicio"
    TAREA = "a"
    DECIDE = "d"
    DIVIDE = "s"
    UNE = "u"
    MEZCLA = "m"
    FIN = "fin"
    PLAZO = "t"
    AVISO = "ta"


@dataclass(frozen=True)
class Nodo:
    """Un elemento. actividad: la suya, o de la que depende; nombre: vacío si no lleva rótulo."""

    id: str
    clase: Clase
    nombre: str = ""
    actividad: Actividad | None = None
    destino: str = ""


@dataclass(frozen=True)
class Flujo:
    """Una flecha. rotulo: la salida, si hay más de una; regresa: devuelve el trabajo, así lo dice la tabla."""

    id: str
    de: str
    a: str
    rotulo: str = ""
    salida: str = ""
    regresa: bool = False
    inferido: str = ""


@dataclass
class Bloque:
    """Lo que se coloca junto. antes y despues: de izquierda a derecha; sigue: claves de los bloques que lo siguen."""

    clave: str
    carril: str
    nucleo: Nodo
    antes: list[Nodo] = field(default_factory=list)
    despues: list[Nodo] = field(default_factory=list)
    plazo: tuple[Nodo, Nodo] | None = None
    sigue: list[str] = field(default_factory=list)

    @property
    def entrada(self) -> Nodo:
        """Por dónde se llega a él."""
        return next((n for n in self.antes if n.clase is not Clase.INICIO), self.nucleo)

    @property
    def nodos(self) -> list[Nodo]:
        """Todos, en el orden en que se siguen."""
        return [*self.antes, self.nucleo, *self.despues, *(self.plazo or ())]


@dataclass
class Grafo:
    """Los bloques en el orden de la tabla, cada final tras la actividad que llega a él.

    dentro: flechas entre elementos del mismo bloque; entre: las demás, con las claves de sus bloques.
    """

    tabla: Tabla
    carriles: tuple[str, ...]
    bloques: dict[str, Bloque]
    dentro: list[Flujo]
    entre: list[tuple[Flujo, str, str]]

    @property
    def nodos(self) -> list[Nodo]:
        """Todos los elementos."""
        return [nodo for bloque in self.bloques.values() for nodo in bloque.nodos]

    @property
    def flujos(self) -> list[Flujo]:
        """Todas las flechas."""
        return [*self.dentro, *(flujo for flujo, _, _ in self.entre)]


def grafo(tabla: Tabla) -> Grafo:
    """Los elementos de la tabla."""
    llegan = Counter(d for act in tabla.actividades for r in act.salidas.values() for d in r.destinos)
    llegan[tabla.inicio.clave] += 1
    hecho = Grafo(tabla, tuple(dict.fromkeys(a.unidad.value for a in tabla.actividades)), {}, [], [])
    for act in tabla.actividades:
        hecho.bloques[act.clave] = _bloque(tabla, act, llegan[act.clave])
        for etiqueta, ruta in act.salidas.items():
            for destino in filter(es_final, ruta.destinos):
                nodo = Nodo(_id(Clase.FIN, act.clave, etiqueta), Clase.FIN, palabras.final(destino), None, destino)
                hecho.bloques[nodo.id] = Bloque(nodo.id, act.unidad.value, nodo)
    for act in tabla.actividades:
        _enlazar(hecho, act)
    return hecho


def id_de_final(actividad: str, salida: str) -> str:
    """El identificador del final al que esa actividad llega por esa salida."""
    return _id(Clase.FIN, actividad, salida)


def id_de(actividad: str) -> str:
    """El identificador de una actividad."""
    return _id(Clase.TAREA, actividad)


def _id(clase: Clase, *partes: str) -> str:
    return "_".join((clase.value, *(re.sub(r"[^0-9A-Za-z_]", "_", p) for p in partes)))


def _bloque(tabla: Tabla, act: Actividad, llegan: int) -> Bloque:
    bloque = Bloque(act.clave, act.unidad.value, Nodo(id_de(act.clave), Clase.TAREA, palabras.nombre(act), act))
    if act is tabla.inicio:
        bloque.antes.append(Nodo(_id(Clase.INICIO), Clase.INICIO, "Inicio", act))
    if act.une:
        bloque.antes.append(Nodo(_id(Clase.UNE, act.clave), Clase.UNE, "", act))
    elif llegan > 1:
        bloque.antes.append(Nodo(_id(Clase.MEZCLA, act.clave), Clase.MEZCLA, "", act))
    if len(act.salidas) > 1:
        bloque.despues.append(Nodo(_id(Clase.DECIDE, act.clave), Clase.DECIDE, palabras.pregunta(act), act))
    for etiqueta, ruta in act.salidas.items():
        if len(ruta.destinos) > 1:
            bloque.despues.append(Nodo(_id(Clase.DIVIDE, act.clave, etiqueta), Clase.DIVIDE, "", act, etiqueta))
    if act.plazo:
        rotulo = palabras.plazo(tabla, act.plazo)
        bloque.plazo = (
            Nodo(_id(Clase.PLAZO, act.clave), Clase.PLAZO, rotulo, act),
            Nodo(_id(Clase.AVISO, act.clave), Clase.AVISO, "Se recuerda", act),
        )
    return bloque


def _enlazar(hecho: Grafo, act: Actividad) -> None:
    """Las flechas de un bloque: las de dentro y las que salen."""
    bloque = hecho.bloques[act.clave]
    en_fila = [*bloque.antes, bloque.nucleo]
    for uno, otro in pairwise(en_fila):
        hecho.dentro.append(Flujo(f"i_{uno.id}", uno.id, otro.id))
    decide = next((n for n in bloque.despues if n.clase is Clase.DECIDE), None)
    if decide:
        hecho.dentro.append(Flujo(f"i_{bloque.nucleo.id}", bloque.nucleo.id, decide.id))
    for etiqueta, ruta in act.salidas.items():
        origen = decide or bloque.nucleo
        rotulo = palabras.salida(etiqueta) if decide else ""
        divide = next((n for n in bloque.despues if n.clase is Clase.DIVIDE and n.destino == etiqueta), None)
        if divide:
            id_ = _id_de_flujo(act.clave, etiqueta, "varias")
            hecho.dentro.append(Flujo(id_, origen.id, divide.id, rotulo, etiqueta, inferido=ruta.inferida))
            origen, rotulo = divide, ""
        for destino in ruta.destinos:
            hasta = id_de_final(act.clave, etiqueta) if es_final(destino) else destino
            flujo = Flujo(
                _id_de_flujo(act.clave, etiqueta, destino),
                origen.id,
                hecho.bloques[hasta].entrada.id,
                rotulo,
                etiqueta,
                ruta.devuelve,
                "" if divide else ruta.inferida,
            )
            hecho.entre.append((flujo, act.clave, hasta))
            bloque.sigue.append(hasta)
    if bloque.plazo:
        uno, otro = bloque.plazo
        hecho.dentro.append(Flujo(f"i_{uno.id}", uno.id, otro.id))


def _id_de_flujo(*partes: str) -> str:
    return "_".join(("f", *(re.sub(r"[^0-9A-Za-z_]", "_", p) for p in partes)))
