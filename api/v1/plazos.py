"""Lo que vence y por qué esa fecha."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencias import Entrada
from api.v1.esquemas.comunes import Lista
from api.v1.esquemas.plazos import Plazo
from api.v1.parametros import PLAZO, Cursor, Limite
from api.v1.respuestas import errores
from api.vistas import plazos
from api.vistas.comunes import lista as de_pagina
from modelos import listas, reloj
from modelos.fechas import Fecha
from modelos.plazos import lista

ruta = APIRouter(tags=["Plazos"])


@ruta.get("/plazos", response_model=Lista[Plazo], responses=errores(401, 422), summary="Lo que vence")
def listar(
    puerta: Entrada,
    vence_antes: Annotated[Fecha | None, Query(description="Sólo los que vencen antes de ese día.")] = None,
    estado: Annotated[
        str | None,
        Query(
            description="abierto, suspendido, sin_calcular, cumplido, cancelado; o vencido: abierto y ya pasó su día. "
            "Por defecto, los por cumplir: los tres primeros.",
            json_schema_extra=PLAZO,
        ),
    ] = None,
    unidad: Annotated[str | None, Query(description="La que lo debe.")] = None,
    procedimiento: str | None = None,
    cursor: Cursor = None,
    limite: Limite = listas.LIMITE,
) -> Lista[Plazo]:
    """Los plazos de los expedientes que conciernen a quien pregunta; el que antes vence primero, sin fecha al final."""
    hoy = reloj.hoy()
    with puerta.lectura() as (s, quien):
        pagina = lista.plazos(
            s,
            quien,
            hoy,
            estado=estado,
            vence_antes=vence_antes,
            unidad=unidad,
            procedimiento=procedimiento,
            cursor=cursor,
            limite=limite,
        )
        return de_pagina(pagina, plazos.plazos(s, pagina.elementos, hoy))
