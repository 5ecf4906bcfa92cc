"""Entrar y salir."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.dependencias import Entrada
from api.porteria import Porteria
from api.v1.esquemas.comunes import CambioDeClave, Credenciales, Persona, SesionNueva
from api.v1.respuestas import SIN_SESION, errores
from api.vistas import expedientes
from modelos.actos.comodidades import cuenta
from modelos.organizacion import acceso
from modelos.reloj import iso

ruta = APIRouter(tags=["Sesiones"])


@ruta.post(
    "/sesiones",
    status_code=201,
    response_model=SesionNueva,
    responses=errores(401, 429),
    openapi_extra=SIN_SESION,
    summary="Entrar",
)
async def entrar(cuerpo: Credenciales, puerta: Entrada, request: Request) -> SesionNueva:
    """Abre una sesión. El `token` va después en `Authorization: Bearer`.

    Con `clave_provisional` sólo sirve para cambiar la contraseña: `POST /sesiones/actual/clave`.
    """
    porteria: Porteria = request.app.state.porteria
    nueva = await porteria.atender(
        lambda: acceso.entrar(puerta.ajustes, cuerpo.correo, cuerpo.clave, puerta.direccion), se_conoce=False
    )
    return _abierta(nueva)


@ruta.post(
    "/sesiones/actual/clave",
    status_code=201,
    response_model=SesionNueva,
    responses=errores(404, 409, 429),
    summary="Cambiar su contraseña",
)
async def cambiar_clave(cuerpo: CambioDeClave, puerta: Entrada, request: Request) -> SesionNueva:
    """Cambia la de quien pregunta, cierra todas sus sesiones y le abre otra."""
    porteria: Porteria = request.app.state.porteria
    nueva = await porteria.atender(
        lambda: cuenta.cambiar_clave(puerta.ajustes, puerta.token, puerta.direccion, cuerpo.actual, cuerpo.nueva),
        se_conoce=True,
    )
    return _abierta(nueva)


@ruta.get("/sesiones/actual", response_model=Persona, responses=errores(401), summary="Quién soy")
def actual(puerta: Entrada) -> Persona:
    """La persona de la sesión con que se pregunta y sus adscripciones vigentes."""
    with puerta.lectura(provisional=True) as (_, quien):
        return expedientes.persona(quien)


@ruta.delete("/sesiones/actual", status_code=204, responses=errores(401), summary="Salir")
def salir(puerta: Entrada) -> Response:
    """Revoca la sesión con que se pide."""
    with puerta.acto(provisional=True) as ctx:
        acceso.salir(ctx.s, puerta.token or "")
    return Response(status_code=204)


def _abierta(nueva: acceso.Entrada) -> SesionNueva:
    return SesionNueva(
        token=nueva.token,
        vence=iso(nueva.vence),
        persona=expedientes.persona(nueva.quien),
        clave_provisional=nueva.provisional,
    )
