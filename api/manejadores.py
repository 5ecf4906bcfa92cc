"""Quién responde cuando algo sale mal: JSON a un programa, una página a una persona, siempre en español."""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.dependencias import token_de
from api.errores import codigo, problema, responder
from api.web import errores as paginas
from modelos import disco
from modelos import errores as e
from modelos.ajustes import Ajustes
from modelos.organizacion import acceso, errores
from modelos.sesion import lectura
from modelos.tabla.formularios import mensajes

registro = logging.getLogger(__name__)

_HTTP = {
    400: ("No se entendió la solicitud", "Está mal armada o incompleta; revísela y vuelva a enviarla."),
    404: ("No se encontró", "Esa dirección no existe. Revise que esté completa o vuelva al inicio."),
    405: ("Método no admitido", "Esa dirección no admite este método; consulte /api/v1/openapi.json."),
    413: ("Solicitud demasiado grande", "Lo que envió pasa del tamaño permitido. Envíe un archivo más pequeño."),
    416: ("No hay esa parte", "El archivo no tiene el tramo que pidió en «Range»; pídalo entero."),
}
_METODOS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_OTRO = ("No se pudo", "La solicitud no se pudo atender. Revísela y vuelva a intentar.")


def para(request: Request, error: e.ErrorGestion) -> Response:
    """La respuesta de un error propio: problema a un programa, página a una persona."""
    return responder(error) if es_api(request) else paginas.responder(request, error)


def imprevisto(request: Request, error: Exception) -> Response:
    """La respuesta a lo que nadie previó; al registro va dónde pasó, no lo que decía."""
    if disco.esta_lleno(error):
        registro.error("disco lleno al atender %s", request.method)
        return para(request, e.DiscoLleno())
    # Sin el mensaje: el de una base de datos trae valores de personas.
    donde = "".join(traceback.format_tb(error.__traceback__))
    registro.error("error imprevisto: %s\n%s", type(error).__name__, donde)
    titulo = "Falló el sistema"
    leia = request.method in ("GET", "HEAD")
    que = "no se pudo mostrar lo que pidió" if leia else "su acto no se registró"
    detalle = f"Ocurrió un error que no esperábamos y {que}. Avise a quien administra el sistema."
    return problema(500, titulo, detalle) if es_api(request) else paginas.pagina(request, 500, titulo, detalle)


def de_http(request: Request, error: Exception) -> Response:
    """La respuesta a lo que no llegó a ninguna ruta, o que una biblioteca rechazó por su cuenta."""
    if not isinstance(error, HTTPException):
        raise error
    titulo, detalle = _HTTP.get(error.status_code, _OTRO)
    if es_api(request):
        respuesta: Response = problema(error.status_code, titulo, detalle)
    else:
        respuesta = paginas.pagina(request, error.status_code, titulo, detalle)
    respuesta.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        respuesta.headers["Allow"] = ", ".join(_admitidos(request))
    return respuesta


def instalar(app: FastAPI) -> None:
    """Pone los manejadores en la aplicación; los de las páginas los decide `api.web.errores`."""

    def propio(request: Request, error: Exception) -> Response:
        if not isinstance(error, e.ErrorGestion):
            raise error
        if codigo(error) >= 500 and not isinstance(error, e.BaseInaccesible | e.BaseSinPreparar | e.SinEspacio):
            registro.error("error propio sin remedio de quien usa", exc_info=error)
        return para(request, error)

    def invalida(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        return propio(request, _sin_sesion(request) or _de_validacion(error))

    app.add_exception_handler(e.ErrorGestion, propio)
    app.add_exception_handler(RequestValidationError, invalida)
    app.add_exception_handler(HTTPException, de_http)


def es_api(request: Request) -> bool:
    """Si quien pide es un programa (JSON) y no una página; lo que la página guarda sola también lo pide uno."""
    return request.url.path.startswith("/api/") or request.url.path.endswith("/captura")


def _sin_sesion(request: Request) -> e.ErrorGestion | None:
    """El error de quien no ha entrado, si la llamada lo pide: a él no se le dice qué venía mal.

    Se pregunta sólo cuando algo vino mal; lo que viene bien lo pregunta la propia llamada.
    """
    agrega: dict[str, Any] = getattr(request.scope.get("route"), "openapi_extra", None) or {}
    if not request.url.path.startswith("/api/") or not agrega.get("security", True):
        return None
    ajustes: Ajustes = request.app.state.ajustes
    try:
        with lectura(ajustes.url_base) as s:
            return None if acceso.es_de_alguien(s, token_de(request, ajustes)) else errores.SinSesion()
    except e.BaseInaccesible as error:
        return error


def _admitidos(request: Request) -> list[str]:
    """Los métodos que sí admite esa dirección: Starlette sólo nombra los de la primera ruta que coincide."""
    suyos = [
        metodo
        for metodo in _METODOS
        if any(r.matches({**request.scope, "method": metodo})[0] is Match.FULL for r in request.app.routes)
    ]
    return ["HEAD", *suyos] if "GET" in suyos else suyos


def _de_validacion(error: RequestValidationError) -> e.ErrorGestion:
    faltas = error.errors()
    if any(falta["type"] == "json_invalid" for falta in faltas):
        return e.FormularioIncompleto({"cuerpo": "no es JSON válido; revise comas, comillas y llaves"})
    # La primera parte de `loc` dice de dónde venía (cuerpo, ruta, consulta): a quien corrige no le importa.
    sin_origen = [{**f, "loc": tuple(f["loc"][1:]) or ("cuerpo",)} for f in faltas]
    return e.FormularioIncompleto(mensajes(sin_origen))
