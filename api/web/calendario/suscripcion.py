"""«Suscribirme»: el enlace para ver los vencimientos en el calendario de cada quien."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencias import Entrada, Puerta
from api.v1.avisos.suscripciones import enlace
from api.web.piezas.formularios import Formulario
from api.web.piezas.pagina import pagina
from modelos.actos.comodidades import suscripciones
from modelos.expedientes import visibles

ruta = APIRouter()
CAMINO = "/calendario/suscripcion"


@ruta.get(CAMINO)
def ver(request: Request, puerta: Entrada) -> HTMLResponse:
    """Los enlaces que sirven hoy y cómo pedir otro; el secreto no se vuelve a mostrar."""
    return _mostrar(request, puerta)


@ruta.post(CAMINO)
def crear(request: Request, puerta: Entrada, captura: Formulario) -> HTMLResponse:
    """Da un enlace y lo muestra en esta respuesta, y sólo en ella."""
    if captura.recupera:
        return _mostrar(request, puerta)
    with puerta.acto() as ctx:
        nueva = suscripciones.crear(ctx, captura.texto("unidad") or None)
    return _mostrar(request, puerta, enlace(puerta.ajustes, nueva.secreto))


@ruta.post(CAMINO + "/{id}/revocar")
def revocar(id: int, puerta: Entrada) -> Response:  # noqa: A002 - nombre del contrato
    """Deja sin efecto un enlace propio."""
    with puerta.acto() as ctx:
        suscripciones.revocar(ctx, id)
    return RedirectResponse(CAMINO, 303)


def _mostrar(request: Request, puerta: Puerta, nuevo: str = "") -> HTMLResponse:
    with puerta.lectura() as (s, quien):
        activas, unidades = suscripciones.propias(s, quien), visibles.unidades(s)
    return pagina(
        request,
        "calendario/suscripcion.html",
        quien,
        nuevo=nuevo,
        activas=activas,
        mias=[(clave, unidades.get(clave, clave)) for clave in sorted(quien.unidades)],
        unidades=unidades,
    )
