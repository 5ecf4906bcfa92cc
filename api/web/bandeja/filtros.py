"""Las búsquedas guardadas: guardarlas desde una lista, y la página donde se les cambia el nombre o se quitan."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencias import Entrada, Puerta
from api.web.piezas.formularios import Formulario
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos.actos.comodidades import filtros
from modelos.errores import FormularioIncompleto

ruta = APIRouter()
PAGINAS = {"/bandeja": "Lo que le toca", "/expedientes": "Expedientes", "/plazos": "Plazos", "/oficios": "Oficios"}
HECHOS = {"renombrar": "Quedó con su nuevo nombre.", "quitar": "Se quitó la búsqueda."}


@ruta.get("/filtros")
def listar(request: Request, puerta: Entrada, hecho: str = "") -> HTMLResponse:
    """Las que guardó quien entró."""
    return _mostrar(request, puerta, hecho=HECHOS.get(hecho, ""))


@ruta.post("/filtros")
def guardar(request: Request, puerta: Entrada, captura: Formulario) -> Response:
    """Guarda la búsqueda que está a la vista y vuelve a ella."""
    intento = Intento(captura, vuelve=(FormularioIncompleto,))
    with intento, puerta.acto() as ctx:
        nuevo = filtros.guardar(ctx, captura.texto("camino"), captura.texto("nombre"), captura.texto("consulta"))
        destino = f"{nuevo.camino}?{nuevo.consulta}"
    if intento.rechazo:
        return _mostrar(request, puerta, intento.rechazo)
    return RedirectResponse(destino, 303)


@ruta.post("/filtros/{id}/renombrar")
def renombrar(request: Request, id: int, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002 - nombre del contrato
    """Le pone otro nombre."""
    intento = Intento(captura, vuelve=(FormularioIncompleto,))
    with intento, puerta.acto() as ctx:
        filtros.renombrar(ctx, id, captura.texto("nombre"))
    if intento.rechazo:
        return _mostrar(request, puerta, intento.rechazo, de=id)
    return RedirectResponse(f"/filtros?{urlencode({'hecho': 'renombrar'})}", 303)


@ruta.post("/filtros/{id}/quitar")
def quitar(id: int, puerta: Entrada) -> Response:  # noqa: A002
    """La quita."""
    with puerta.acto() as ctx:
        filtros.quitar(ctx, id)
    return RedirectResponse("/filtros?hecho=quitar", 303)


@ruta.get("/filtros/{_id}/{_acto}")
def volver(_id: str, _acto: str) -> Response:
    """Quien recarga la dirección de un acto que no procedió vuelve a la lista."""
    return RedirectResponse("/filtros", 303)


def _mostrar(
    request: Request, puerta: Puerta, rechazo: Rechazo | None = None, *, de: int = 0, hecho: str = ""
) -> HTMLResponse:
    """La página. de: la búsqueda que se quería renombrar; 0, si se quería guardar otra."""
    with puerta.lectura() as (s, quien):
        guardados = filtros.propios(s, quien)
    escrito: Mapping[str, str] = rechazo.textos if rechazo else {}
    nueva = rechazo is not None and not de
    return mostrar(
        request,
        "bandeja/filtros.html",
        quien,
        rechazo,
        guardados=guardados,
        paginas=PAGINAS,
        errores=rechazo.campos if rechazo else {},
        escrito=escrito,
        de=de,
        nueva=nueva and escrito.get("camino") in PAGINAS,
        hecho=hecho,
        largo=filtros.LARGO_NOMBRE,
    )
