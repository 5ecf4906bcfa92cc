"""Redactar con las plantillas que edita administración, en un proceso que se puede matar.

Una plantilla es un programa, y la que alguien escribió desde una pantalla puede no terminar o pedir toda la memoria.
El proceso se levanta la primera vez (menos de un segundo) y se queda; si se pasa del tiempo se mata y se repone. Se
va solo cuando su dueño muere. Las plantillas del repositorio no pasan por aquí: `plantilla.redactar`.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tareas.oficios.errores import TallerSinTerminar
from tareas.oficios.redaccion import plantilla
from tareas.oficios.redaccion.entorno import NOMBRE
from tareas.oficios.redaccion.plantilla import Borrador, Citar, Redactado
from tareas.oficios.redaccion.procesos import AYUDANTES, Aparte, SeCorto

SEGUNDOS = 5.0
MEMORIA_MB = 256


class Taller:
    """Un grupo pequeño de procesos. Varios hilos pueden pedirle a la vez; lo que no cabe espera su turno.

    segundos: lo más que dura una redacción, sin contar la espera. memoria_mb: la que puede pedir de más cada proceso.
    """

    def __init__(self, segundos: float = SEGUNDOS, memoria_mb: int = MEMORIA_MB, ayudantes: int = AYUDANTES) -> None:
        self._procesos = Aparte(segundos, memoria_mb, ayudantes)

    def bosquejar(
        self,
        texto: str,
        contexto: Mapping[str, Any],
        *,
        editadas: Mapping[str, str] | None = None,
        nombre: str = NOMBRE,
    ) -> Borrador:
        """Lo mismo que `plantilla.bosquejar`. Lanza TallerSinTerminar, PlantillaRota."""
        return self._pedir(
            partial(plantilla.bosquejar, texto, dict(contexto), editadas=_copia(editadas), nombre=nombre), nombre
        )

    def redactar(
        self,
        texto: str,
        contexto: Mapping[str, Any],
        citar: Citar,
        *,
        editadas: Mapping[str, str] | None = None,
        nombre: str = NOMBRE,
    ) -> Redactado:
        """Lo mismo que `plantilla.redactar`; `citar` corre en este proceso.

        Lanza:
            TallerSinTerminar: se cortó por tiempo o por memoria. PlantillaRota: como siempre.
        """
        borrador = self.bosquejar(texto, contexto, editadas=editadas, nombre=nombre)
        return plantilla.terminar(texto, borrador, citar, nombre)

    def revisar(
        self,
        texto: str,
        ejemplo: Mapping[str, Any],
        citar: Citar | None = None,
        *,
        editadas: Mapping[str, str] | None = None,
        nombre: str = NOMBRE,
    ) -> None:
        """Lo mismo que `plantilla.revisar`."""
        pedido = partial(plantilla.ensayar, texto, dict(ejemplo), editadas=_copia(editadas), nombre=nombre)
        borrador = self._pedir(pedido, nombre)
        plantilla.terminar(texto, borrador, citar or ", ".join, nombre)

    def cerrar(self) -> None:
        """Mata los procesos; el taller ya no sirve."""
        self._procesos.cerrar()

    def _pedir(self, pedido: Callable[[], Borrador], nombre: str) -> Borrador:
        try:
            return self._procesos.pedir(pedido)
        except SeCorto as error:
            raise TallerSinTerminar(nombre, error.motivo) from error


_candado = threading.Lock()
_taller: Taller | None = None


def taller() -> Taller:
    """El del proceso; se levanta al pedirlo por primera vez y se cierra al salir."""
    global _taller  # noqa: PLW0603 - uno por proceso, y sólo si hace falta
    with _candado:
        if _taller is None:
            _taller = Taller()
            atexit.register(_taller.cerrar)
        return _taller


def redactar(
    texto: str,
    contexto: Mapping[str, Any],
    citar: Citar,
    *,
    editadas: Mapping[str, str] | None = None,
    nombre: str = NOMBRE,
) -> Redactado:
    """`Taller.redactar` con el taller del proceso: se usa igual que `plantilla.redactar`."""
    return taller().redactar(texto, contexto, citar, editadas=editadas, nombre=nombre)


def revisar(
    texto: str,
    ejemplo: Mapping[str, Any],
    citar: Citar | None = None,
    *,
    editadas: Mapping[str, str] | None = None,
    nombre: str = NOMBRE,
) -> None:
    """`Taller.revisar` con el taller del proceso: se usa igual que `plantilla.revisar`."""
    taller().revisar(texto, ejemplo, citar, editadas=editadas, nombre=nombre)


def _copia(editadas: Mapping[str, str] | None) -> dict[str, str]:
    return dict(editadas or {})
