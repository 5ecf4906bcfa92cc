"""De cada situación con nombre, a un código HTTP y a un `application/problem+json`.

Una prueba recorre las clases de `modelos.errores` y falla si a una le falta su código.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from modelos import errores as e
from modelos.calendario import errores as dias
from modelos.formularios import mensajes

registro = logging.getLogger(__name__)
TIPO = "application/problem+json"

CODIGOS: dict[type[e.ErrorGestion], int] = {
    e.TablaInvalida: 500,
    e.BitacoraIncongruente: 500,
    e.ProcedimientoDesconocido: 404,
    e.SalidaInexistente: 422,
    e.TopeDeVueltas: 409,
    e.NoExiste: 404,
    e.NoLeCorresponde: 403,
    e.ActividadYaAtendida: 409,
    e.VersionVieja: 409,
    e.TurnoTomado: 409,
    e.ActoNoProcede: 409,
    e.SinDestinatarios: 409,
    e.FormularioIncompleto: 422,
    e.EvidenciaFaltante: 422,
    e.ArchivoRechazado: 422,
    e.ArchivoDemasiadoGrande: 413,
    e.SolicitudDemasiadoGrande: 413,
    e.SinEspacio: 507,
    e.BaseInaccesible: 503,
    e.BaseSinPreparar: 503,
    e.ClaveRepetida: 409,
    e.DatoRepetido: 409,
    e.SinSesion: 401,
    e.CredencialesInvalidas: 401,
    e.DemasiadosIntentos: 429,
    e.OrigenAjeno: 403,
    dias.CalendarioSinPublicar: 422,
    dias.CalendarioIlegible: 500,
    dias.PerfilDesconocido: 422,
    dias.PlazoInvalido: 422,
    dias.AmpliacionExcesiva: 422,
    dias.DiasInstitucionalesInvalidos: 422,
}

_HTTP = {
    400: ("No se entendió la solicitud", "Está mal armada o incompleta; revísela y vuelva a enviarla."),
    404: ("No se encontró", "Esa dirección no existe. Revise que esté completa o vuelva al inicio."),
    405: ("Método no admitido", "Esa dirección no admite este método; consulte /api/v1/openapi.json."),
    413: ("Solicitud demasiado grande", "Lo que envió pasa del tamaño permitido. Envíe un archivo más pequeño."),
}


def codigo(error: e.ErrorGestion) -> int:
    """El código HTTP de esa situación; 500 si nadie se lo dio."""
    return CODIGOS.get(type(error), 500)


def problema(status: int, titulo: str, detalle: str, tipo: str = "about:blank", **extra: object) -> JSONResponse:
    """La respuesta de error del contrato: `type`, `title`, `status`, `detail`, y lo que ayude a corregir."""
    cuerpo = {"type": tipo, "title": titulo, "status": status, "detail": detalle, **extra}
    return JSONResponse(cuerpo, status, media_type=TIPO)


def responder(error: e.ErrorGestion) -> JSONResponse:
    """La respuesta JSON de un error propio."""
    nombre = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    extra: dict[str, Any] = {}
    if isinstance(error, e.FormularioIncompleto):
        extra["campos"] = error.campos
    respuesta = problema(codigo(error), error.titulo, str(error), f"urn:dstc:error:{nombre}", **extra)
    if isinstance(error, e.DemasiadosIntentos):
        respuesta.headers["Retry-After"] = str(max(1, error.espera_s))
    if isinstance(error, e.SinSesion):
        respuesta.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, e.BaseInaccesible):
        respuesta.headers["Retry-After"] = "30"
    return respuesta


def para(request: Request, error: e.ErrorGestion) -> Response:
    """La respuesta de un error propio: problema a un programa, página a una persona."""
    from api.web import errores as paginas

    return responder(error) if es_api(request) else paginas.responder(request, error)


def imprevisto(request: Request, error: Exception) -> Response:
    """La respuesta a lo que nadie previó; al registro va dónde pasó, no lo que decía."""
    from api.web import errores as paginas

    # Sin el mensaje: el de una base de datos trae valores de personas.
    donde = "".join(traceback.format_tb(error.__traceback__))
    registro.error("error imprevisto: %s\n%s", type(error).__name__, donde)
    titulo = "Falló el sistema"
    detalle = "Ocurrió un error que no esperábamos y su acto no se registró. Avise a quien administra el sistema."
    return problema(500, titulo, detalle) if es_api(request) else paginas.pagina(request, 500, titulo, detalle)


def instalar(app: FastAPI) -> None:
    """Pone los manejadores en la aplicación; los de las páginas los decide `api.web.errores`."""
    from api.web import errores as paginas

    def propio(request: Request, error: Exception) -> Response:
        if not isinstance(error, e.ErrorGestion):
            raise error
        if codigo(error) >= 500 and not isinstance(error, e.BaseInaccesible | e.SinEspacio):
            registro.error("error propio sin remedio de quien usa", exc_info=error)
        return para(request, error)

    def invalida(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        return propio(request, _de_validacion(error))

    def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        titulo, detalle = _HTTP.get(error.status_code, ("No se pudo", str(error.detail)))
        if es_api(request):
            return problema(error.status_code, titulo, detalle)
        return paginas.pagina(request, error.status_code, titulo, detalle)

    app.add_exception_handler(e.ErrorGestion, propio)
    app.add_exception_handler(RequestValidationError, invalida)
    app.add_exception_handler(HTTPException, http)


def es_api(request: Request) -> bool:
    """Si quien pide es un programa (JSON) y no una página."""
    return request.url.path.startswith("/api/")


def _de_validacion(error: RequestValidationError) -> e.ErrorGestion:
    faltas = error.errors()
    if any(falta["type"] == "json_invalid" for falta in faltas):
        return e.FormularioIncompleto({"cuerpo": "no es JSON válido; revise comas, comillas y llaves"})
    # La primera parte de `loc` dice de dónde venía (cuerpo, ruta, consulta): a quien corrige no le importa.
    sin_origen = [{**f, "loc": tuple(f["loc"][1:]) or ("cuerpo",)} for f in faltas]
    return e.FormularioIncompleto(mensajes(sin_origen))
