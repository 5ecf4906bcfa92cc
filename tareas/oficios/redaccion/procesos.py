"""Trabajo ajeno en procesos que se pueden matar: por tiempo, por memoria, o porque su dueño murió.

Los procesos se levantan al primer pedido (cerca de un segundo) y se quedan; al que se pasa se le mata y se repone.
"""

from __future__ import annotations

import atexit
import math
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as Tardo
from functools import partial
from pathlib import Path
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

AYUDANTES = 2
_T = TypeVar("_T")


class SeCorto(Exception):
    """No se terminó; motivo: por qué, en palabras. Quien pidió lo cuenta con su propio error."""

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo


class Aparte:
    """Un grupo pequeño de procesos. Varios hilos pueden pedirle a la vez; lo que no cabe espera su turno.

    segundos: lo más que dura un trabajo, sin contar la espera. memoria_mb: la que puede pedir de más cada proceso.
    al_empezar: lo que cada proceso hace antes de su primer trabajo.
    """

    def __init__(
        self,
        segundos: float,
        memoria_mb: int,
        ayudantes: int = AYUDANTES,
        al_empezar: Callable[[], object] | None = None,
    ) -> None:
        self.segundos = segundos
        self._procesos = ProcessPool(
            max_workers=ayudantes,
            context=multiprocessing.get_context("spawn"),
            initializer=_preparar,
            initargs=(memoria_mb, al_empezar),
        )

    def pedir(self, trabajo: Callable[[], _T], espera: float | None = None) -> _T:
        """Lo que el trabajo devuelva, o el error que lance.

        espera: los segundos que se aguarda en total, con la fila y el arranque; sin ella, lo que haga falta.

        Lanza:
            SeCorto: pasó de su tiempo o de su memoria, o se murió su proceso.
        """
        tarea = self._procesos.schedule(trabajo, timeout=self.segundos)
        try:
            resultado: _T = tarea.result(espera)
        except Tardo as error:
            tarea.cancel()  # type: ignore[no-untyped-call]
            raise SeCorto(f"no terminó en {self.segundos:g} segundos") from error
        except (ProcessExpired, MemoryError) as error:
            raise SeCorto("pidió demasiada memoria o se murió su proceso") from error
        except CancelledError as error:
            raise SeCorto("el sistema se estaba deteniendo") from error
        return resultado

    def cerrar(self) -> None:
        """Mata los procesos; ya no sirve."""
        self._procesos.stop()  # type: ignore[no-untyped-call]
        self._procesos.join()


class PorPedido:
    """Un `Aparte` que se levanta con el primer trabajo y se cierra al salir; los parámetros son los suyos.

    cpu_s: lo más que un trabajo puede ocupar el procesador; a diferencia del tiempo, no depende de qué tan ocupada
    esté la máquina. Sin él, no se cuenta.
    """

    def __init__(
        self,
        segundos: float,
        memoria_mb: int,
        ayudantes: int = AYUDANTES,
        al_empezar: Callable[[], object] | None = None,
        cpu_s: int = 0,
    ) -> None:
        self._con = segundos, memoria_mb, ayudantes, al_empezar
        self._cpu_s = cpu_s
        self._candado = threading.Lock()
        self._aparte: Aparte | None = None

    def pedir(self, trabajo: Callable[[], _T]) -> _T:
        """Lo que el trabajo devuelva, o el error que lance. Lanza SeCorto."""
        with self._candado:
            if self._aparte is None:
                self._aparte = Aparte(*self._con)
                atexit.register(self._aparte.cerrar)
            aparte = self._aparte
        return aparte.pedir(partial(_con_tope_de_cpu, self._cpu_s, trabajo) if self._cpu_s else trabajo)


def _con_tope_de_cpu(cpu_s: int, trabajo: Callable[[], _T]) -> _T:
    """En el hijo: si se pasa, el núcleo lo mata y su dueño lo repone."""
    usados = resource.getrusage(resource.RUSAGE_SELF)
    tope = math.ceil(usados.ru_utime + usados.ru_stime) + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (tope, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return trabajo()


def _preparar(memoria_mb: int, al_empezar: Callable[[], object] | None) -> None:
    """En el hijo: acota la memoria y se va si el dueño muere, aunque lo maten con `kill -9`."""
    threading.Thread(target=_irse_con_el_dueno, daemon=True).start()
    if al_empezar is not None:
        al_empezar()
    ocupada = int(Path("/proc/self/statm").read_text("utf-8").split()[0]) * resource.getpagesize()
    tope = ocupada + memoria_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (tope, tope))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _irse_con_el_dueno() -> None:
    dueno = multiprocessing.parent_process()
    if dueno is not None:
        dueno.join()
        os._exit(1)
