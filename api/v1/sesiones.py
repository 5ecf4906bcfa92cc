"""Entrar y salir."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api import vistas
from api.dependencias import Entrada
from api.v1.esquemas import Credenciales, Persona, SesionNueva
from api.v1.respuestas import SIN_SESION, errores
from modelos import acceso
from modelos.reloj import iso

ruta = APIRouter(tags=["Sesiones"])


@ruta.post(
    "/sesiones",
    status_code=201,
    response_model=SesionNueva,
    responses=errores(401, 422, 429),
    openapi_extra=SIN_SESION,
    summary="Entrar",
)
def entrar(cuerpo: Credenciales, puerta: Entrada, request: Request) -> dict[str, Any]:
    """Abre una sesión. El `token` va después en `Authorization: Bearer`."""
    direccion = request.client.host if request.client else ""
    nueva = acceso.entrar(puerta.ajustes, cuerpo.correo, cuerpo.clave, direccion)
    return {"token": nueva.token, "vence": iso(nueva.vence), "persona": vistas.persona(nueva.quien)}


@ruta.get("/sesiones/actual", response_model=Persona, responses=errores(401), summary="Quién soy")
def actual(puerta: Entrada) -> dict[str, Any]:
    """La persona de la sesión con que se pregunta y sus adscripciones vigentes."""
    with puerta.lectura() as (_, quien):
        return vistas.persona(quien)


@ruta.delete("/sesiones/actual", status_code=204, responses=errores(401), summary="Salir")
def salir(puerta: Entrada) -> Response:
    """Revoca la sesión con que se pide."""
    with puerta.acto() as ctx:
        acceso.salir(ctx.s, puerta.token or "")
    return Response(status_code=204)
