"""Los canales de Apprise: sólo administración."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.dependencias import PuertaDeAdministracion, administracion
from api.v1.esquemas.avisos import Canal, CanalNuevo, CanalProbado
from api.v1.esquemas.comunes import ENTERO_MAXIMO, Lista
from api.v1.expedientes.expedientes import ClaveIdempotencia
from api.v1.parametros import Cursor, Limite
from api.v1.respuestas import errores
from modelos import listas
from modelos.actos import idempotencia
from modelos.avisos import canales
from modelos.organizacion.permisos import exigir_administracion
from modelos.reloj import iso
from tareas.avisos.cartero import Cartero

ruta = APIRouter(tags=["Avisos"])
Administracion = Annotated[PuertaDeAdministracion, administracion(canales.VER_O_CAMBIAR)]
Id = Annotated[int, Path(ge=1, le=ENTERO_MAXIMO)]


@ruta.get("/canales", response_model=Lista[Canal], responses=errores(401, 403, 422), summary="Los canales de aviso")
def listar(puerta: Administracion, cursor: Cursor = None, limite: Limite = listas.LIMITE) -> dict[str, Any]:
    """Los canales de personas y unidades, también los desactivados, el más reciente primero."""
    with puerta.lectura() as (s, _):
        pagina = canales.listar(s, cursor=cursor, limite=limite)
    elementos = [_ver(ficha) for ficha in pagina.elementos]
    return {"elementos": elementos, "total": pagina.total, "siguiente": pagina.siguiente}


@ruta.post(
    "/canales",
    status_code=201,
    response_model=Canal,
    responses=errores(401, 403, 404, 409, 422),
    summary="Agregar un canal",
)
def crear(cuerpo: CanalNuevo, puerta: Administracion, clave: ClaveIdempotencia = None) -> dict[str, Any]:
    """Da de alta un canal; desde entonces recibe lo mismo que el correo de su persona, o lo de su unidad."""
    with puerta.acto() as ctx:
        exigir_administracion(ctx.quien, canales.VER_O_CAMBIAR)  # antes de mirar si esa solicitud ya se había hecho
        if clave is not None:
            previo = idempotencia.reservar(ctx, clave, ["canales", cuerpo.model_dump(mode="json")])
            if previo is not None:
                return _ver(canales.ver(ctx.s, int(previo)))
        canal = canales.agregar(
            ctx.s,
            nombre=cuerpo.nombre,
            direccion=cuerpo.direccion,
            correo=cuerpo.correo,
            unidad=cuerpo.unidad,
            por=ctx.quien,
        )
        if clave is not None:
            idempotencia.cumplir(ctx, clave, str(canal.id))
        return _ver(canales.ver(ctx.s, canal.id or 0))


@ruta.delete("/canales/{id}", response_model=Canal, responses=errores(401, 403, 404), summary="Desactivar un canal")
def quitar(id: Id, puerta: Administracion) -> dict[str, Any]:  # noqa: A002 - nombre del contrato
    """Deja de usarlo; lo que estaba por salir por él se descarta."""
    with puerta.acto() as ctx:
        return _ver(canales.quitar(ctx.s, id, ctx.quien))


@ruta.post(
    "/canales/{id}/probar",
    response_model=CanalProbado,
    responses=errores(401, 403, 404),
    summary="Probar un canal",
)
def probar(id: Id, puerta: Administracion) -> dict[str, Any]:  # noqa: A002
    """Le manda un mensaje de prueba en este momento y dice si lo aceptó."""
    with puerta.lectura() as (s, _):
        direccion = canales.leer(s, id).direccion
    motivo = Cartero(puerta.ajustes).probar(direccion)
    return {"entregado": not motivo, "motivo": motivo}


def _ver(ficha: canales.FichaDeCanal) -> dict[str, Any]:
    return {
        "id": ficha.id,
        "nombre": ficha.nombre,
        "de": ficha.de,
        "es_unidad": ficha.es_unidad,
        "direccion": ficha.direccion,
        "activo": ficha.activo,
        "creado": iso(ficha.creado),
    }
