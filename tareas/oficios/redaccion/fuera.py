"""Redactar sin tener la base tomada: con una plantilla que alguien editó, puede durar lo que dura el corte.

Un acto que redacta se envuelve en `sin_tomar_la_base`. La primera vez lee, y al llegar a una plantilla editada se
deshace sin haber escrito; se redacta aparte, y el acto se repite entero: vuelve a leer, a comprobar y, si la plantilla
y los datos son los mismos, escribe con lo ya redactado. Así hay una sola transacción que escribe y ninguna que espera.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from modelos.errores import ActoNoProcede
from tareas.oficios.redaccion import taller
from tareas.oficios.redaccion.plantilla import Borrador

VECES = 4
"""Lo más que se repite un acto: más, es que sus datos cambian mientras se redacta."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Trabajo:
    """Todo lo que decide lo que se redacta, menos las citas, que se ponen después."""

    texto: str
    nombre: str
    editadas: Mapping[str, str]
    variables: Mapping[str, Any]

    @cached_property
    def huella(self) -> str:
        """Dos trabajos iguales dan la misma: no cambió ni la plantilla ni el expediente."""
        todo = json.dumps([self.texto, self.nombre, self.editadas, self.variables], sort_keys=True, default=str)
        return hashlib.sha256(todo.encode()).hexdigest()

    def hacer(self) -> Borrador:
        """Lanza PlantillaRota, TallerSinTerminar."""
        return taller.taller().bosquejar(self.texto, self.variables, editadas=self.editadas, nombre=self.nombre)


class PorRedactar(Exception):
    """No es una falla: el acto se detuvo para redactar sin la base. Sólo la ve `sin_tomar_la_base`."""

    def __init__(self, trabajo: Trabajo) -> None:
        super().__init__(trabajo.nombre)
        self.trabajo = trabajo


_hechos: ContextVar[dict[str, Borrador] | None] = ContextVar("redactados", default=None)


def sin_tomar_la_base(acto: Callable[[], _T]) -> _T:
    """Lo que el acto devuelva.

    acto: abre y cierra su propia transacción, y puede repetirse: lo que haga antes de redactar se deshace con ella.

    Lanza:
        PlantillaRota, TallerSinTerminar, y lo que lance el acto.
        ActoNoProcede: los datos cambiaban cada vez.
    """
    hechos: dict[str, Borrador] = {}
    ficha = _hechos.set(hechos)
    try:
        for _ in range(VECES):
            try:
                return acto()
            except PorRedactar as pide:
                trabajo = pide.trabajo
            hechos[trabajo.huella] = trabajo.hacer()
    finally:
        _hechos.reset(ficha)
    raise ActoNoProcede("redactar el oficio", "el expediente cambia mientras se redacta", "Espere un poco y repita.")


def bosquejo(trabajo: Trabajo) -> Borrador:
    """Lo redactado. Fuera de `sin_tomar_la_base` se redacta en el acto: es una vista previa, o nadie espera la base."""
    hechos = _hechos.get()
    if hechos is None:
        return trabajo.hacer()
    if trabajo.huella not in hechos:
        raise PorRedactar(trabajo)
    return hechos[trabajo.huella]
