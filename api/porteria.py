"""La portería: comprobar contraseñas en hilos propios, con una fila corta que rechaza pronto.

Cada comprobación ocupa un núcleo un cuarto de segundo y 64 MiB. En los hilos comunes,
sesenta personas entrando a la vez dejaban a las demás sin quien les contestara; aquí
esperan sin gastar ningún hilo, y ceden el paso: el núcleo atiende primero a lo demás.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from math import ceil
from typing import TypeVar

from api.errores_de_entrada import PorteriaLlena
from modelos.organizacion.claves import A_LA_VEZ

R = TypeVar("R")
VECES_SI_SE_CONOCE = 3
"""Cuánta más fila se admite a quien ya entró desde ese equipo, o ya está dentro."""
DURA_S = 0.5
"""Lo que se calcula que ocupa cada comprobación, para decir cuánto esperar."""
CORTESIA = 10


class Porteria:
    """Los hilos y la fila de una aplicación."""

    def __init__(self, cupo: int) -> None:
        """Recibe cuántas entradas se admiten a la vez, entre atendidas y formadas, de quien no se conoce."""
        self._cupo, self._dentro, self._candado = cupo, 0, threading.Lock()
        self._hilos = ThreadPoolExecutor(A_LA_VEZ, "porteria", initializer=_ceder_el_paso)

    async def atender(self, hacer: Callable[[], R], *, se_conoce: bool) -> R:
        """Lo hace en su turno.

        Lanza:
            PorteriaLlena: ya no cabe en la fila; dice en cuánto volver. Además, lo que lance `hacer`.
        """
        with self._candado:
            if self._dentro >= self._cupo * (VECES_SI_SE_CONOCE if se_conoce else 1):
                raise PorteriaLlena(max(1, ceil(self._dentro * DURA_S / A_LA_VEZ)))
            self._dentro += 1
        hecho = self._hilos.submit(hacer)
        # Del hilo, y no de quien espera: si éste se va, el hilo sigue ocupado y su lugar también.
        hecho.add_done_callback(self._sale)
        return await asyncio.wrap_future(hecho)

    def _sale(self, _hecho: Future[R]) -> None:
        with self._candado:
            self._dentro -= 1


def _ceder_el_paso() -> None:
    """Sólo este hilo y los que él abra; en otros sistemas la cortesía sería de todo el proceso."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), CORTESIA)
