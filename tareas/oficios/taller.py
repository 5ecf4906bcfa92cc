"""Redactar con las plantillas que edita administración, en un proceso que se puede matar.

Una plantilla es un programa, y la que alguien escribió desde una pantalla puede no terminar o pedir toda la memoria.
El proceso se levanta la primera vez (menos de un segundo) y se queda; si se pasa del tiempo se mata y se repone. Se
va solo cuando su dueño muere. Las plantillas del repositorio no pasan por aquí: `plantilla.redactar`.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as Tardo
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from tareas.oficios import plantilla
from tareas.oficios.entorno import NOMBRE
from tareas.oficios.errores import TallerSinTerminar
from tareas.oficios.plantilla import Borrador, Citar, Redactado

SEGUNDOS = 5.0
MEMORIA_MB = 256
AYUDANTES = 2
_ARRANQUE_S = 60.0
_T = TypeVar("_T")


class Taller:
    """Un grupo pequeño de procesos. Varios hilos pueden pedirle a la vez; lo que no cabe espera su turno.

    segundos: lo más que dura una redacción, sin contar la espera. memoria_mb: la que puede pedir de más cada proceso.
    """

    def __init__(self, segundos: float = SEGUNDOS, memoria_mb: int = MEMORIA_MB, ayudantes: int = AYUDANTES) -> None:
        self.segundos = segundos
        self._procesos = ProcessPool(
            max_workers=ayudantes,
            context=multiprocessing.get_context("spawn"),
            initializer=_preparar,
            initargs=(memoria_mb,),
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
        pedido = partial(plantilla.bosquejar, texto, dict(contexto), editadas=_copia(editadas), nombre=nombre)
        borrador: Borrador = self._pedir(pedido, nombre)
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
        borrador: Borrador = self._pedir(pedido, nombre)
        plantilla.terminar(texto, borrador, citar or ", ".join, nombre)

    def cerrar(self) -> None:
        """Mata los procesos; el taller ya no sirve."""
        self._procesos.stop()  # type: ignore[no-untyped-call]
        self._procesos.join()

    def _pedir(self, pedido: Callable[[], _T], nombre: str) -> _T:
        tarea = self._procesos.schedule(pedido, timeout=self.segundos)
        try:
            resultado: _T = tarea.result()
        except Tardo as error:
            raise TallerSinTerminar(nombre, f"no terminó en {self.segundos:g} segundos") from error
        except (ProcessExpired, MemoryError) as error:
            raise TallerSinTerminar(nombre, "pidió demasiada memoria o se murió su proceso") from error
        except CancelledError as error:
            raise TallerSinTerminar(nombre, "el sistema se estaba deteniendo") from error
        return resultado


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


def _preparar(memoria_mb: int) -> None:
    """En el hijo: acota la memoria y se va si el dueño muere, aunque lo maten con `kill -9`."""
    ocupada = int(Path("/proc/self/statm").read_text("utf-8").split()[0]) * resource.getpagesize()
    tope = ocupada + memoria_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (tope, tope))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_irse_con_el_dueno, daemon=True).start()


def _irse_con_el_dueno() -> None:
    dueno = multiprocessing.parent_process()
    if dueno is not None:
        dueno.join()
        os._exit(1)
