"""La página pública donde cualquiera comprueba un oficio con el código que trae impreso. No pide sesión."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencias import Entrada, Puerta
from api.errores import decir_espera
from api.v1.oficios.verificacion import de_donde
from api.web.piezas.formularios import Formulario, LoEscrito
from api.web.piezas.pagina import pagina
from api.web.piezas.rechazo import Intento, Rechazo
from modelos.errores import ArchivoDemasiadoGrande
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


def _mostrar(request: Request, puerta: Puerta, codigo: str, captura: LoEscrito | None = None) -> HTMLResponse:
    with Intento(vuelve=(CodigoDesconocido, DemasiadosIntentos)) as busqueda:
        dada = publica.constancia(puerta.ajustes, codigo, de_donde(request))
    if busqueda.rechazo:
        return _pagina(request, rechazo=busqueda.rechazo)
    return _comparacion(request, dada, captura) if captura else _pagina(request, dada)


def _comparacion(request: Request, dada: publica.Constancia, captura: LoEscrito) -> HTMLResponse:
    """Si lo que se subió o se pegó es lo que se emitió."""
    archivo, sello = captura.archivos.get("archivo"), captura.texto("sello").strip()
    if archivo is None and sello:
        return _pagina(request, dada, coincide=publica.es_su_sello(dada, sello), sello=sello)
    if archivo is None:
        return _pagina(request, dada, problema="Elija el archivo PDF que quiere comparar, o pegue el sello impreso.")
    with Intento(captura, vuelve=(ArchivoDemasiadoGrande,)) as intento:
        igual = publica.es_identico(dada, archivo.filename or "", archivo.file)
    if mal := intento.rechazo:
        return _pagina(request, dada, rechazo=mal, problema=mal.frase)
    return _pagina(request, dada, identico=igual, archivo=archivo.filename or "")


def _pagina(
    request: Request,
    dada: publica.Constancia | None = None,
    *,
    rechazo: Rechazo | None = None,
    problema: str = "",
    identico: bool | None = None,
    coincide: bool | None = None,
    archivo: str = "",
    sello: str = "",
) -> HTMLResponse:
    respuesta = pagina(
        request,
        "oficios/verificacion.html",
        status=rechazo.status if rechazo else 422 if problema else 200,
        constancia=dada,
        error=rechazo.error if rechazo else None,
        problema=problema,
        identico=identico,
        coincide=coincide,
        sello=sello,
        archivo=archivo,
        maximo=publica.MAXIMO,
    )
    respuesta.headers["X-Robots-Tag"] = "noindex"
    if rechazo and rechazo.error:
        decir_espera(respuesta, rechazo.error)
    return respuesta
