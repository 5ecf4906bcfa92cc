"""Cómo se sirve la web: lo mismo en `./dstc api`, en las pruebas y en el banco."""

from __future__ import annotations

import resource
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.app import crear
from api.conexion import Conexion
from modelos.ajustes import Ajustes

ARCHIVOS_ABIERTOS = 8192
"""Los que se piden al sistema: cada conexión es uno, y lo habitual son 1024 para todo el proceso."""
ENCABEZADOS_MAXIMOS = 32 << 10


def configuracion(ajustes: Ajustes, app: ASGIApp | None = None, **mas: Any) -> uvicorn.Config:  # noqa: ANN401 - lo de uvicorn
    """La de uvicorn. app: la que se sirve, si no es la de siempre. mas: lo que cambie quien llama, como el puerto."""
    opciones: dict[str, Any] = {
        "host": ajustes.escucha,
        "port": ajustes.puerto,
        "http": Conexion,
        "ws": "none",
        "h11_max_incomplete_event_size": ENCABEZADOS_MAXIMOS,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(ajustes.proxies),
        "forwarded_allow_ips": ajustes.proxies,
        "timeout_graceful_shutdown": 5,
    }
    return uvicorn.Config(app or crear(ajustes), **{**opciones, **mas})


def admitir_conexiones() -> None:
    """Sube cuántos archivos puede tener abiertos el proceso, hasta donde deje el sistema."""
    blando, duro = resource.getrlimit(resource.RLIMIT_NOFILE)
    pedido = ARCHIVOS_ABIERTOS if duro == resource.RLIM_INFINITY else min(ARCHIVOS_ABIERTOS, duro)
    if blando != resource.RLIM_INFINITY and blando < pedido:
        resource.setrlimit(resource.RLIMIT_NOFILE, (pedido, duro))
