"""La página pública donde cualquiera comprueba un oficio con el código que trae impreso. No pide sesión."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencias import Entrada, Puerta
from api.errores import codigo as de_http
from api.errores import decir_espera
from api.v1.oficios.verificacion import de_donde
from api.web.piezas.formularios import Captura, Formulario
from api.web.piezas.pagina import pagina
from modelos.errores import ArchivoDemasiadoGrande, ErrorGestion
from modelos.oficios import verificacion_publica as publica
from modelos.oficios.errores import CodigoDesconocido
from modelos.organizacion.errores import DemasiadosIntentos

ruta = APIRouter()


@ruta.get("/verificacion")
def pedir(request: Request, puerta: Entrada, codigo: str = "") -> HTMLResponse:
    """Dónde teclear el código; con él, lo que se sabe del oficio."""
    return _mostrar(request, puerta, codigo) if codigo.strip() else _pagina(request)


@ruta.get("/v/{codigo}")
def ver(request: Request, codigo: str, puerta: Entrada) -> HTMLResponse:
    """A donde lleva el QR del oficio."""
    return _mostrar(request, puerta, codigo)


@ruta.post("/v/{codigo}")
def comparar(request: Request, codigo: str, puerta: Entrada, captura: Formulario) -> HTMLResponse:
    """Lo mismo, y si el PDF que se subió, o el sello que se pegó, es el que se emitió."""
    return _mostrar(request, puerta, codigo, captura)


def _mostrar(request: Request, puerta: Puerta, codigo: str, captura: Captura | None = None) -> HTMLResponse:
    try:
        dada = publica.constancia(puerta.ajustes, codigo, de_donde(request))
    except (CodigoDesconocido, DemasiadosIntentos) as error:
        return _pagina(request, error=error)
    archivo = captura.archivos.get("archivo") if captura else None
    sello = captura.texto("sello").strip() if captura else ""
    if archivo is None and sello:
        return _pagina(request, dada, coincide=publica.es_su_sello(dada, sello), sello=sello)
    if archivo is None:
        falta = "Elija el archivo PDF que quiere comparar, o pegue el sello impreso." if captura else ""
        return _pagina(request, dada, problema=falta)
    try:
        igual = publica.es_identico(dada, archivo.filename or "", archivo.file)
    except ArchivoDemasiadoGrande as error:
        return _pagina(request, dada, error=error, problema=str(error))
    return _pagina(request, dada, identico=igual, archivo=archivo.filename or "")


def _pagina(
    request: Request,
    dada: publica.Constancia | None = None,
    *,
    error: ErrorGestion | None = None,
    problema: str = "",
    identico: bool | None = None,
    coincide: bool | None = None,
    archivo: str = "",
    sello: str = "",
) -> HTMLResponse:
    respuesta = pagina(
        request,
        "oficios/verificacion.html",
        status=de_http(error) if error else 422 if problema else 200,
        constancia=dada,
        error=error,
        problema=problema,
        identico=identico,
        coincide=coincide,
        sello=sello,
        archivo=archivo,
        maximo=publica.MAXIMO,
    )
    respuesta.headers["X-Robots-Tag"] = "noindex"
    if error:
        decir_espera(respuesta, error)
    return respuesta
