"""El servidor de Prefect de la instancia, con una puerta más: de qué instancia es y qué le ha fallado.

Prefect sólo dice en su registro que el programador falla en cada vuelta; aquí se cuentan sus errores para
que `/salud` los diga. Y lleva la marca de su instancia: en su puerto puede estar respondiendo otro.

Si el archivo de su base se borra o se cambia por otro en marcha, Prefect respondería con errores para siempre: termina,
lo reponen y rehace sus tablas; los motores vuelven a registrar lo suyo, que está en la base de la instancia.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from sqlalchemy.engine import make_url
from starlette.routing import Mount

from modelos.disco import identidad
from modelos.motor.latido import pulso

if TYPE_CHECKING:
    import uvicorn
    from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

registro = logging.getLogger(__name__)

RUTA = "/dstc"
"""Bajo `/api`: pide la misma credencial que lo demás de Prefect."""
HORA_S = 3600.0
MIRAR_S = 3.0
"""Cada cuánto se mira que el archivo de la base sea el mismo."""
SEGUIDAS = 2
"""Veces seguidas que debe faltar: una sola puede ser un tropiezo del disco."""
_PERDIDA = threading.Event()
TERMINAR_S = 15.0
"""Lo que se le da para terminar bien; después sale como esté."""
MAXIMO = 5000


class Contador(logging.Handler):
    """Los errores de la última hora, por quién los dijo y su clase; nunca su texto, que puede traer datos."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._vistos: deque[tuple[float, str, str]] = deque(maxlen=MAXIMO)

    def emit(self, record: logging.LogRecord) -> None:
        """Cuenta uno."""
        causa = record.exc_info[0] if record.exc_info else None
        self._vistos.append((pulso(), record.name, causa.__name__ if causa else record.levelname.lower()))

    def enganchar(self) -> None:
        """Se pone donde pasa todo; repetirlo no lo duplica. Prefect y uvicorn, al armar sus registros, lo quitan."""
        for nombre in ("", "uvicorn"):
            logging.getLogger(nombre).addHandler(self)

    def recientes(self) -> list[dict[str, Any]]:
        """`{donde, clase, veces}`, del más repetido al menos."""
        desde = pulso() - HORA_S
        cuenta = Counter((donde, clase) for cuando, donde, clase in list(self._vistos) if cuando >= desde)
        return [{"donde": donde, "clase": clase, "veces": n} for (donde, clase), n in cuenta.most_common(20)]


def servir(puerto: int, marca: str) -> None:
    """Lo sirve en este proceso hasta que se le pida terminar."""
    import prefect.main  # noqa: F401 - lo importa después él mismo, y entonces vuelve a armar los registros
    import uvicorn
    from prefect.server.api.server import create_app

    escribir_sin_carreras()
    # En este proceso y no con `prefect server start`: un solo proceso que vigilar y terminar.
    app = create_app(final=True)
    contador = Contador()
    agregar_puerta(app, contador, marca)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=puerto, log_level="warning", access_log=False, timeout_graceful_shutdown=5
    )
    contador.enganchar()
    servidor = uvicorn.Server(config)
    if archivo := _archivo_de_la_base():
        threading.Thread(target=_salir_si_cambia, args=(servidor, archivo), daemon=True).start()
    servidor.run()
    if _PERDIDA.is_set():
        raise SystemExit(1)


def escribir_sin_carreras() -> None:
    """Con SQLite, las transacciones con que Prefect escribe piden su turno al empezar.

    Las suyas leen y después escriben: si otra confirma en medio, SQLite las rechaza sin esperar, el servidor responde
    503 y su cliente no insiste hasta dos segundos después. Crear una corrida fallaba así una de cada dos veces.
    """
    from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
    from prefect.server.database.dependencies import MODELS_DEPENDENCIES, provide_database_interface

    class PideElTurno(AioSqliteConfiguration):
        @asynccontextmanager
        async def begin_transaction(
            self,
            session: AsyncSession,
            with_for_update: bool = False,  # noqa: FBT001, FBT002 - la firma de Prefect
        ) -> AsyncGenerator[AsyncSessionTransaction, None]:
            async with super().begin_transaction(session, with_for_update=True) as transaccion:
                if with_for_update:
                    yield transaccion
                    return
                await session.connection()
                # Ya lo tiene: lo que lea entre tanto en otra sesión no debe pedirlo, o se esperarían una a otra.
                antes = SQLITE_BEGIN_MODE.set("DEFERRED")
                try:
                    yield transaccion
                finally:
                    SQLITE_BEGIN_MODE.reset(antes)

    suya = provide_database_interface().database_config
    if isinstance(suya, AioSqliteConfiguration):
        MODELS_DEPENDENCIES["database_config"] = PideElTurno(connection_url=suya.connection_url)


def _archivo_de_la_base() -> Path | None:
    """Dónde guarda Prefect lo suyo; None si no es un archivo nuestro."""
    from prefect.settings import get_current_settings

    dicha = get_current_settings().server.database.connection_url
    url = make_url(dicha.get_secret_value()) if dicha else None
    de_archivo = url is not None and url.get_backend_name() == "sqlite" and url.database
    return Path(url.database) if url and de_archivo and url.database else None


def _salir_si_cambia(servidor: uvicorn.Server, archivo: Path) -> None:
    """Termina el servidor cuando el archivo deja de ser el que tenía al arrancar."""
    suyo, distintas = None, 0
    while distintas < SEGUIDAS:
        ahora = identidad(archivo)
        suyo = suyo or ahora
        distintas = 0 if ahora == suyo else distintas + 1
        time.sleep(MIRAR_S)
    _PERDIDA.set()
    registro.error("se borró o se cambió %s con el servidor en marcha; termina para rehacerlo", archivo)
    servidor.should_exit = True
    time.sleep(TERMINAR_S)
    os._exit(1)


def agregar_puerta(app: FastAPI, contador: Contador, marca: str) -> None:
    """Agrega la puerta a la API de Prefect, detrás de su credencial."""
    api = next(ruta.app for ruta in app.routes if isinstance(ruta, Mount) and isinstance(ruta.app, FastAPI))

    def de_la_instancia() -> dict[str, Any]:
        contador.enganchar()
        return {"marca": marca, "errores": contador.recientes()}

    api.add_api_route(RUTA, de_la_instancia, include_in_schema=False)
