"""Comprobar un oficio con el código que trae impreso, sin sesión."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Query, Request, Response, UploadFile

from api.dependencias import Entrada
from api.v1.esquemas.oficios import Comparacion, Verificacion
from api.v1.respuestas import SIN_SESION, errores
from api.vistas import oficios
from modelos.oficios import verificacion_publica as publica

ruta = APIRouter(tags=["Verificación"])


@ruta.get(
    "/verificacion/{codigo}",
    response_model=Verificacion,
    responses=errores(404, 422, 429),
    openapi_extra=SIN_SESION,
    summary="Verificar un oficio",
)
def verificar(
    codigo: str,
    puerta: Entrada,
    request: Request,
    respuesta: Response,
    sello: Annotated[
        str | None, Query(max_length=500, description="El que se leyó en el papel, para cotejarlo.")
    ] = None,
) -> Verificacion:
    """Lo mínimo para saber si un oficio se emitió y sigue vigente; del código no importan guiones ni minúsculas."""
    respuesta.headers["X-Robots-Tag"] = "noindex"
    dada = publica.constancia(puerta.ajustes, codigo, de_donde(request))
    cotejo = None if sello is None else publica.es_su_sello(dada, sello)
    return oficios.constancia(dada, cotejo)


@ruta.post(
    "/verificacion/{codigo}",
    response_model=Comparacion,
    responses=errores(404, 413, 422, 429),
    openapi_extra=SIN_SESION,
    summary="Comparar un PDF con el que se emitió",
)
def comparar(
    codigo: str,
    puerta: Entrada,
    request: Request,
    archivo: Annotated[UploadFile, File(description="El PDF que se recibió, de 20 MB o menos; no se guarda.")],
) -> Comparacion:
    """Dice si el archivo es, byte por byte, el que se emitió con ese código."""
    dada = publica.constancia(puerta.ajustes, codigo, de_donde(request))
    igual = publica.es_identico(dada, archivo.filename or "", archivo.file)
    return Comparacion(**dict(oficios.constancia(dada, None)), identico=igual)


def de_donde(request: Request) -> str:
    """La dirección de red de quien pregunta; vacía si no se sabe."""
    return request.client.host if request.client else ""
