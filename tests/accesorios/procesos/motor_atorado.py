"""Un motor cuyas conducciones no terminan nunca; sale con 1 cuando él mismo lo nota.

Uso: `python -m tests.accesorios.procesos.motor_atorado FOLIO`, con los ajustes de la instancia en el entorno.
"""

from __future__ import annotations

import asyncio
import os

# Antes de importar: los ajustes se leen una vez.
os.environ["DSTC_MOTOR_SIN_AVANCE_S"] = "4"

from flujos import conductor, motor


class Atorado(conductor.Conductor):
    """Espera para siempre, como quien habla con un servidor que no contesta."""

    async def _conducir(self, folio: str) -> None:  # noqa: ARG002 - firma de Conductor
        await asyncio.Event().wait()


if __name__ == "__main__":
    conductor.Conductor = Atorado  # type: ignore[misc]
    motor.main()
