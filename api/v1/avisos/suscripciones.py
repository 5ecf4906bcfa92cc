"""Los vencimientos en el calendario de cada quien: el enlace y lo que entrega."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.archivos import ics
from api.dependencias import Entrada
from api.v1.esquemas.comunes import Lista
from api.v1.esquemas.plazos import Suscripcion, SuscripcionCreada, SuscripcionNueva
from api.v1.respuestas import SIN_SESION, errores
from modelos.actos.comodidades import suscripciones
from modelos.ajustes import Ajustes
from modelos.avisos.feed import reunir
from modelos.avisos.suscripcion import Suscripcion as Fila
from modelos.reloj import iso
from modelos.sesion import lectura

ruta = APIRouter(tags=["Calendario"])
TIPO = "text/calendar; charset=utf-8"


@ruta.post(
    "/calendario/suscripciones",
    status_code=201,
    response_model=SuscripcionCreada,
    responses=errores(401, 403, 422),
    summary="Pedir un enlace de calendario",
)
def crear(puerta: Entrada, cuerpo: SuscripcionNueva | None = None) -> dict[str, Any]:
    """Da el enlace de lo de todas sus unidades o de una, y revoca el anterior que tuviera para lo mismo."""
    with puerta.acto() as ctx:
        nueva = suscripciones.crear(ctx, cuerpo.unidad if cuerpo else None)
        return {**_ver(nueva.suscripcion), "enlace": enlace(puerta.ajustes, nueva.secreto)}


@ruta.get(
    "/calendario/suscripciones",
    response_model=Lista[Suscripcion],
    responses=errores(401),
    summary="Mis enlaces de calendario",
)
def listar(puerta: Entrada) -> dict[str, Any]:
    """Los enlaces propios que sirven hoy; el secreto no se vuelve a mostrar."""
    with puerta.lectura() as (s, quien):
        elementos = [_ver(fila) for fila in suscripciones.propias(s, quien)]
    return {"elementos": elementos, "total": len(elementos), "siguiente": None}


@ruta.delete(
    "/calendario/suscripciones/{id}",
    response_model=Suscripcion,
    responses=errores(401, 403, 404),
    summary="Revocar un enlace de calendario",
)
def revocar(id: int, puerta: Entrada) -> dict[str, Any]:  # noqa: A002 - nombre del contrato
    """Deja sin efecto un enlace propio; quien lo tuviera recibe 404."""
    with puerta.acto() as ctx:
        return _ver(suscripciones.revocar(ctx, id))


@ruta.get(
    "/calendario/feed/{token}.ics",
    response_class=Response,
    responses={
        200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "No ha cambiado."},
        **errores(404, 409),
    },
    openapi_extra=SIN_SESION,
    summary="Los vencimientos como calendario",
)
def feed(request: Request, puerta: Entrada, token: str) -> Response:
    """Los plazos por cumplir como iCalendar, sin sesión: el enlace es la llave. Con `If-None-Match`, 304."""
    with lectura(puerta.ajustes.url_base) as s:
        fila, quien = suscripciones.de_secreto(s, token)
        cuerpo = ics.armar(puerta.tablas, reunir(s, puerta.tablas, fila, quien), puerta.ajustes.url_publica)
    etiqueta = f'"{hashlib.sha256(cuerpo).hexdigest()[:32]}"'
    encabezados = {
        "ETag": etiqueta,
        # Sólo en el programa de quien lo pidió, y preguntando cada vez: el enlace puede revocarse.
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    pedidas = {e.strip().removeprefix("W/") for e in request.headers.get("if-none-match", "").split(",")}
    if pedidas & {etiqueta, "*"}:
        return Response(status_code=304, headers=encabezados)
    encabezados["Content-Disposition"] = 'inline; filename="plazos.ics"'
    return Response(cuerpo, media_type=TIPO, headers=encabezados)


def enlace(ajustes: Ajustes, secreto: str) -> str:
    """La dirección completa de un enlace de calendario."""
    return f"{ajustes.url_publica}/api/v1/calendario/feed/{secreto}.ics"


def _ver(fila: Fila) -> dict[str, Any]:
    return {
        "id": fila.id,
        "unidad": fila.unidad,
        "creada": iso(fila.creada),
        "revocada": iso(fila.revocada) if fila.revocada else None,
    }
