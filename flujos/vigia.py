"""Lo que puede lanzar el código de Prefect, y las tareas de fondo que nadie debe perder de vista.

Prefect avisa con señales (`Pause`, `Abort`, `TerminationSignal`) que heredan de `BaseException`: un `except
Exception` no las ve, y una sola deshace el grupo de tareas en que aparezca y mata al obrero. Donde se llama a
Prefect se captura `FALLAS`; lo que aun así se escape no se esconde: detiene al motor, y lo reponen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from prefect.exceptions import ExternalSignal, PrefectSignal

FALLAS: tuple[type[BaseException], ...] = (Exception, PrefectSignal, ExternalSignal)
"""Lo que Prefect lanza. No incluye que se cancele la tarea ni que se pida salir: eso no es una falla."""


class MotorDetenido(RuntimeError):
    """El motor no puede seguir y debe salir para que lo repongan."""


class Vigia:
    """Lanza tareas de fondo y se entera de cómo acaba cada una.

    Una tarea de asyncio que muere sin que nadie la espere no se nota: el motor seguiría latiendo sin conducir.
    """

    def __init__(self) -> None:
        self._tareas: set[asyncio.Task[None]] = set()
        self._fallo: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._terminando = False

    def lanzar(self, nombre: str, que: Coroutine[Any, Any, None], *, sin_fin: bool = True) -> asyncio.Task[None]:
        """La tarea, vigilada. sin_fin: que termine, aunque sea bien, también es una falla."""
        tarea = asyncio.create_task(que, name=nombre)
        self._tareas.add(tarea)
        tarea.add_done_callback(lambda hecha: self._al_terminar(hecha, sin_fin=sin_fin))
        return tarea

    def _al_terminar(self, tarea: asyncio.Task[None], *, sin_fin: bool) -> None:
        self._tareas.discard(tarea)
        causa = asyncio.CancelledError() if tarea.cancelled() else tarea.exception()
        por_su_pie = causa is None or isinstance(causa, asyncio.CancelledError)
        if self._terminando or self._fallo.done() or (por_su_pie and not sin_fin):
            return
        fallo = MotorDetenido(
            f"terminó la tarea «{tarea.get_name()}»: {type(causa).__name__ if causa else 'sin error'}"
        )
        fallo.__cause__ = causa
        self._fallo.set_exception(fallo)

    async def hasta(self, detener: asyncio.Event) -> None:
        """Espera a que se pida detener.

        Lanza:
            MotorDetenido: antes terminó una tarea de fondo; su causa es lo que la mató.
        """
        pedido: asyncio.Future[bool] = asyncio.ensure_future(detener.wait())
        espera: set[asyncio.Future[Any]] = {pedido, self._fallo}
        await asyncio.wait(espera, return_when=asyncio.FIRST_COMPLETED)
        pedido.cancel()
        if not detener.is_set():
            await self._fallo

    async def terminar(self, segundos: float) -> None:
        """Cancela las que queden y espera a que acaben, pero no más que eso: alguna puede no dejarse cancelar."""
        self._terminando = True
        for tarea in (quedan := list(self._tareas)):
            tarea.cancel()
        if quedan:
            await asyncio.wait(quedan, timeout=segundos)
        if self._fallo.done():
            self._fallo.exception()  # ya se dijo, o ya no importa: que asyncio no la reclame
