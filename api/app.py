"""La aplicación: puertas y nada más. Ninguna regla vive aquí, y nunca se importa Prefect."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from api import manejadores, web
from api.descripcion import Descrita
from api.encabezados import ErroresPropios, SinCuerpo
from api.guardia import Guardia
from api.porteria import Porteria
from api.v1 import rutas as rutas_v1
from modelos.ajustes import VERSION, Ajustes, ajustes

ESTATICO = Path(__file__).parent / "web" / "estatico"


def crear(con: Ajustes | None = None) -> FastAPI:
    """Arma la aplicación con esos ajustes, o con los del entorno."""
    usados = con or ajustes()
    app = Descrita(
        title="Procedimientos de la DSTC",
        version=VERSION,
        description=(
            "Conduce los expedientes de los procedimientos de la Dirección de Servicios Tecnológicos y de "
            "Capacitación del CONALEP. Los errores llegan como `application/problem+json`, con `detail` en "
            "español que dice qué hacer. Las listas traen `elementos`, `total` y `siguiente`, que se pasa "
            "como `cursor` para pedir el tramo que sigue."
        ),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # las páginas de documentación que trae FastAPI cargan programas de otro sitio
        redoc_url=None,
        redirect_slashes=False,  # la redirección repite el `Host` que trajo la petición
    )
    app.state.ajustes = usados
    app.state.porteria = Porteria(usados.entradas_en_fila)
    app.router.routes.extend(_puertas().routes)
    app.mount("/estatico", StaticFiles(directory=ESTATICO, check_dir=False), name="estatico")
    manejadores.instalar(app)
    app.add_middleware(ErroresPropios, forma=manejadores.de_http)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(Guardia, ajustes=usados)
    app.add_middleware(SinCuerpo)  # el último: ve cada petición antes que los demás
    return app


@cache
def _puertas() -> APIRouter:
    """Las de cualquier aplicación: FastAPI las resuelve con la primera petición, en medio segundo, y así una vez."""
    todas = APIRouter()
    todas.include_router(rutas_v1.ruta, prefix="/api/v1")
    todas.include_router(web.ruta, include_in_schema=False)
    return todas
