"""Qué columnas lleva cada hoja y cómo se lee cada dato: en palabras, no en claves. Sin nombres de personas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from modelos import reloj
from modelos.tabla import Catalogo
from modelos.tabla.actividad import texto_salida
from modelos.tablero import conjuntos as c
from modelos.tablero.conjuntos import Conjunto
from modelos.tablero.filtro import Filtro
from modelos.tablero.instantes import DiasAcumulados, numero_de_dia
from modelos.tablero.nombres import nombre_actividad, tablas_por_clave
from tareas.hojas.excel import Celda, Hoja

TITULOS = {c.EXPEDIENTES: "Expedientes", c.TURNOS: "Turnos", c.PLAZOS: "Plazos"}
COLUMNAS: dict[str, Sequence[tuple[str, int]]] = {
    c.EXPEDIENTES: (
        ("Folio", 18),
        ("Procedimiento", 30),
        ("Versión de la tabla", 12),
        ("Asunto", 60),
        ("Estado", 12),
        ("Desenlace", 18),
        ("Abierto", 17),
        ("Cerrado", 17),
        ("Días hábiles", 12),
        ("Expediente que lo pidió", 18),
    ),
    c.TURNOS: (
        ("Folio", 18),
        ("Procedimiento", 30),
        ("Actividad", 50),
        ("Unidad", 16),
        ("Vuelta", 8),
        ("Estado", 12),
        ("Respuesta", 20),
        ("Abierto", 17),
        ("Cerrado", 17),
        ("Días hábiles", 12),
    ),
    c.PLAZOS: (
        ("Folio", 18),
        ("Qué vence", 45),
        ("Lo debe", 16),
        ("Estado", 14),
        ("Vence", 12),
        ("Por prudencia", 12),
        ("Empezó a correr", 17),
        ("Se cerró", 17),
        ("Resultado", 22),
        ("Fundamento", 50),
    ),
}
Renglon = Sequence[Any]


@dataclass(frozen=True)
class Traductor:
    """Lo que hace falta para leer un renglón: las tablas, el calendario y qué día es hoy."""

    tablas: Catalogo
    dias: DiasAcumulados
    filtro: Filtro
    _dichos: dict[tuple[str, str], str] = field(default_factory=dict)

    def hoja(self, que: Conjunto, renglones: Iterable[Renglon], nombre: str = "") -> Hoja:
        """La hoja de ese conjunto con esos renglones, de `listas.renglones`."""
        leer: Mapping[str, Callable[[Renglon], list[Celda]]] = {
            c.EXPEDIENTES: self._expediente,
            c.TURNOS: self._turno,
            c.PLAZOS: self._plazo,
        }
        suyo = leer[que.clase]
        return Hoja(nombre or TITULOS[que.clase], COLUMNAS[que.clase], (suyo(r) for r in renglones))

    def fuente(self, de: str, para: str) -> Hoja:
        """La hoja que dice de dónde sale lo demás. de: qué filtro; para: quién lo pidió, sólo sus unidades."""
        filas: Iterator[Sequence[Celda]] = iter(
            (
                ("Qué es", de),
                ("Generado", reloj.ahora()),
                ("Lo que ve", para),
                ("Días hábiles", "Calendario publicado, perfil por defecto; el día en que empieza no cuenta."),
                ("Fuente", "Sistema de procedimientos de la DSTC"),
            )
        )
        return Hoja("Fuente", (("Dato", 16), ("Valor", 90)), filas)

    def _expediente(self, r: Renglon) -> list[Celda]:
        folio, clave, version, asunto, estado, desenlace, abierto, cerrado, padre = r
        habiles = self._habiles(abierto, cerrado)
        procedimiento, palabra = self._procedimiento(clave), _palabra(estado)
        return [folio, procedimiento, version, asunto, palabra, _palabra(desenlace), abierto, cerrado, habiles, padre]

    def _turno(self, r: Renglon) -> list[Celda]:
        folio, clave, actividad, unidad, vuelta, estado, salida, abierto, cerrado = r
        nombre = self._actividad(clave, actividad)
        respuesta = texto_salida(salida) if salida else ""
        habiles = self._habiles(abierto, cerrado)
        procedimiento = self._procedimiento(clave)
        return [folio, procedimiento, nombre, unidad, vuelta, _palabra(estado), respuesta, abierto, cerrado, habiles]

    def _plazo(self, r: Renglon) -> list[Celda]:
        folio, que, unidad, estado, vence, conservador, abierto, cerrado, fundamento = r
        resultado = ""
        if vence is not None and estado == "cumplido" and cerrado is not None:
            resultado = "A tiempo" if reloj.local(cerrado).date() <= vence else "Tarde"
        elif vence is not None and estado == "abierto":
            resultado = "Vencido" if vence < self.filtro.hoy else "Corre"
        elif vence is None and estado != "cancelado":
            resultado = "Sin calcular"
        return [folio, que, unidad, _palabra(estado), vence, conservador, abierto, cerrado, resultado, fundamento]

    def _actividad(self, procedimiento: str, clave: str) -> str:
        dicha = procedimiento, clave
        if dicha not in self._dichos:
            self._dichos[dicha] = nombre_actividad(self.tablas, self.filtro.hoy, procedimiento, clave)
        return self._dichos[dicha]

    def _procedimiento(self, clave: str) -> str:
        if (clave, "") not in self._dichos:
            tabla = tablas_por_clave(self.tablas, self.filtro.hoy).get(clave)
            self._dichos[clave, ""] = tabla.nombre if tabla else clave
        return self._dichos[clave, ""]

    def _habiles(self, abierto: datetime, cerrado: datetime | None) -> int | None:
        hasta = reloj.local(cerrado).date() if cerrado else self.filtro.hoy
        return self.dias.entre(numero_de_dia(reloj.local(abierto).date()), numero_de_dia(hasta))


def _palabra(clave: str | None) -> str:
    return (clave or "").replace("_", " ").capitalize()
