"""Un motor de verdad al que le muere una tarea de fondo: sale con el código con que saldría `dstc motor`.

Uso: `python -m tests.accesorios.procesos.motor_herido CUAL`, con los ajustes de la instancia en el entorno. Aparte
porque el motor termina el proceso.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

from prefect.exceptions import Pause

from flujos import motor, ronda

MALES: dict[str, BaseException] = {
    "pause": Pause("suspendida"),
    "grupo": BaseExceptionGroup("varias", [Pause("suspendida"), ValueError("otra")]),
    "cancelada": asyncio.CancelledError(),
}


class Herida(ronda.Ronda):
    """Reparte mensajes una vez y entonces le pasa lo pedido; y otra tarea suya no se deja cancelar.

    Así son a veces las de Prefect: quien espera a que terminen para salir no sale nunca.
    """

    async def _anotar_salud(self) -> None:
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)

    async def _repartir_mensajes(self) -> None:
        await super()._repartir_mensajes()
        raise MALES[sys.argv[1]]


if __name__ == "__main__":
    ronda.Ronda = Herida  # type: ignore[misc]
    motor.main()
