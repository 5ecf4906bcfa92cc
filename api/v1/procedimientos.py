"""Las tablas publicadas."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.archivos.diagramas import XML, entregar_bpmn
from api.dependencias import Entrada
from api.v1.esquemas.comunes import Lista, Procedimiento
from api.v1.respuestas import archivo, errores
from api.vistas.comunes import entera
from api.vistas.procedimientos import procedimiento
from modelos import reloj

ruta = APIRouter(tags=["Procedimientos"])


@ruta.get(
    "/procedimientos", response_model=Lista[Procedimiento], responses=errores(401), summary="Procedimientos vigentes"
)
def listar(puerta: Entrada) -> Lista[Procedimiento]:
    """Cada procedimiento en su versión vigente, con su tabla completa."""
    with puerta.lectura():
        tablas = puerta.tablas.vigentes(reloj.hoy())
    return entera([procedimiento(tabla) for tabla in tablas])


@ruta.get(
    "/procedimientos/{clave}", response_model=Procedimiento, responses=errores(401, 404), summary="Un procedimiento"
)
def ver(clave: str, puerta: Entrada, version: str | None = None) -> Procedimiento:
    """La tabla vigente, o la de `version` (`AAAA-MM-DD`): los expedientes conservan la suya."""
    with puerta.lectura():
        tabla = puerta.tablas.version(clave, version) if version else puerta.tablas.vigente(clave, reloj.hoy())
    return procedimiento(tabla)


@ruta.get(
    "/procedimientos/{clave}/bpmn",
    response_class=Response,
    responses={**archivo(XML, "El diagrama."), **errores(401, 404)},
    summary="Un procedimiento, como diagrama BPMN 2.0",
)
def diagrama(clave: str, puerta: Entrada, version: str | None = None) -> Response:
    """El diagrama de la tabla vigente, o de la de `version`, con un carril por unidad y la posición de cada elemento.

    Cada actividad es el elemento `a_<clave>`, y lo sigue siendo en las versiones siguientes.
    """
    with puerta.lectura():
        tabla = puerta.tablas.version(clave, version) if version else puerta.tablas.vigente(clave, reloj.hoy())
    return entregar_bpmn(tabla)
