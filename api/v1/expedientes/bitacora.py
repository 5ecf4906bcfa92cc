"""La historia de un expediente, lista para verificarse."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencias import Entrada
from api.v1.esquemas.comunes import Asiento, Lista
from api.v1.parametros import Limite
from api.v1.respuestas import errores
from modelos import listas
from modelos.comprobacion import verificacion
from modelos.expedientes import visibles

ruta = APIRouter(tags=["Expedientes"])


@ruta.get(
    "/expedientes/{folio}/bitacora",
    response_model=Lista[Asiento],
    responses=errores(401, 403, 404, 422),
    summary="Bitácora",
)
def bitacora(
    folio: str,
    puerta: Entrada,
    cursor: Annotated[str | None, Query(description="El `siguiente` del tramo anterior.")] = None,
    limite: Limite = listas.LIMITE_MAXIMO,
) -> dict[str, Any]:
    """Los asientos en orden.

    `hash` es el sha256 hexadecimal del JSON canónico (claves ordenadas, sin espacios, UTF-8 sin escapes)
    del asiento sin su campo `hash`; `hash_anterior` es el del asiento previo, o 64 ceros en el primero.
    """
    desde = listas.DE_NUMERO.leer(cursor) if cursor is not None else 0
    with puerta.lectura() as (s, quien):
        expediente = visibles.expediente_visible(s, quien, folio)
        asientos = verificacion.publicados(s, folio, desde, limite)
    ultimo = asientos[-1]["orden"] if asientos else expediente.asientos
    siguiente = listas.DE_NUMERO.escribir(ultimo) if ultimo < expediente.asientos else None
    return {"elementos": asientos, "total": expediente.asientos, "siguiente": siguiente}
