"""Un motor al que se le cierra su cliente de Prefect: sale con 0 si abre otro. Aparte: Prefect deja hilos al terminar.

Uso: `python -m tests.accesorios.procesos.cerrar_cliente CARPETA URL_DE_LA_BASE URL_DE_PREFECT`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from pydantic import SecretStr

from flujos.conductor import Conductor
from flujos.ronda import Ronda
from modelos.ajustes import Ajustes
from tests.accesorios.prefect_local import CREDENCIAL


async def correr(carpeta: Path, base: str, prefect_url: str) -> None:
    """Espera a que responda Prefect, cierra el cliente y espera a que haya otro abierto."""
    propios = Ajustes(
        datos=carpeta, base=base, jornada_hora=24, prefect_url=prefect_url, prefect_credencial=SecretStr(CREDENCIAL)
    )
    detener = asyncio.Event()
    ronda = Ronda(propios, Conductor(base), detener)
    vueltas = asyncio.create_task(ronda.dar_vueltas())
    await _hasta(lambda: ronda.conductor.hay_prefect)
    primero = ronda.conductor.cliente
    await primero._client.aclose()
    await _hasta(lambda: ronda.conductor.cliente is not primero and not ronda.conductor.cliente._client.is_closed)
    detener.set()
    await asyncio.wait_for(vueltas, 600)


async def _hasta(condicion: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condicion():
            return
        await asyncio.sleep(0.2)
    raise AssertionError("no se cumplió en 600 s")


if __name__ == "__main__":
    with temporary_settings({PREFECT_API_URL: sys.argv[3], PREFECT_API_AUTH_STRING: CREDENCIAL}):
        asyncio.run(correr(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
