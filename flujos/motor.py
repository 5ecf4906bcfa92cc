"""El motor: `dstc motor`. Conduce los expedientes con Prefect, y sin él lo que se pueda.

Sus vueltas corren en un hilo y las señales se atienden en el principal, porque
el motor de flujos de Prefect pone su propio manejador de SIGTERM si corre ahí y
daría por caída la corrida en curso. Terminar a la fuerza es igual de seguro que
terminar bien: sólo tarda más en retomarse lo que quedó a medias.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading

from modelos.ajustes import Ajustes, ajustes

registro = logging.getLogger(__name__)

ENTORNO = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    # Con INFO, cada paso manda al servidor media docena de líneas que no dicen nada nuevo.
    "PREFECT_LOGGING_LEVEL": "WARNING",
    # Si el servidor no responde, que se sepa en segundos: mientras, los efectos se cumplen sin él.
    "PREFECT_CLIENT_MAX_RETRIES": "3",
    "PREFECT_WORKER_QUERY_SECONDS": "5",
}
CIERRE_S = 8.0


def main() -> None:
    """Corre hasta recibir SIGTERM o SIGINT."""
    propios = ajustes()
    # Antes de importar Prefect: lee su configuración una sola vez, al importarse.
    for nombre, valor in {**ENTORNO, "PREFECT_API_URL": propios.url_prefect}.items():
        os.environ.setdefault(nombre, valor)
    terminar = threading.Event()
    for senal in (signal.SIGTERM, signal.SIGINT):
        signal.signal(senal, lambda *_: terminar.set())
    acabo = threading.Event()
    hilo = threading.Thread(target=_en_hilo, args=(propios, terminar, acabo), name="ronda", daemon=True)
    hilo.start()
    while not terminar.wait(0.5) and not acabo.is_set() and hilo.is_alive():
        pass
    murio_sola = not terminar.is_set()
    hilo.join(CIERRE_S)
    logging.shutdown()
    sys.stdout.flush()
    # Sin esperar a los hilos de Prefect, que reintentan enviar sus eventos aunque no haya servidor.
    os._exit(1 if murio_sola else 0)


def _en_hilo(propios: Ajustes, terminar: threading.Event, acabo: threading.Event) -> None:
    async def hasta_acabar() -> None:
        try:
            await correr(propios, terminar)
        except BaseException:  # noqa: BLE001 - también las señales de Prefect: que lo último que se lea sea la causa
            registro.exception("el motor se detuvo; el supervisor levanta otro")
        finally:
            # Antes de que asyncio cierre: espera sin plazo a lo que no se deja cancelar, y el motor no saldría.
            acabo.set()

    asyncio.run(hasta_acabar())


async def correr(propios: Ajustes, terminar: threading.Event) -> None:
    """Da vueltas hasta que se pida terminar."""
    from flujos.conductor import Conductor
    from flujos.ronda import Ronda

    # Sin servidor, cada evento perdido llena una pantalla. Que no responde ya lo dice la ronda, una vez.
    for nombre in ("prefect.events.clients", "prefect._internal.concurrency"):
        logging.getLogger(nombre).setLevel(logging.CRITICAL)
    # Suspenderse es lo normal; Prefect lo anota como error, y en cada paso de cada expediente.
    logging.getLogger("prefect.flow_runs").addFilter(lambda linea: "in state Suspended" not in linea.getMessage())
    registro.warning("motor en marcha; Prefect en %s", propios.url_prefect)
    detener = asyncio.Event()
    ronda = Ronda(propios, Conductor(propios.url_base), detener)
    vueltas = asyncio.create_task(ronda.dar_vueltas())
    while not vueltas.done():
        if terminar.is_set():
            detener.set()
        await asyncio.wait([vueltas], timeout=0.2)
    await vueltas
