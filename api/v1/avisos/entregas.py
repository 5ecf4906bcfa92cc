"""Los mensajes que salieron y los que no: administración y dirección."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.dependencias import Entrada
from api.v1.esquemas.avisos import Entrega, EntregaReintentada
from api.v1.esquemas.comunes import Lista
from api.v1.parametros import ENTREGA, Cursor, Limite
from api.v1.respuestas import errores
from modelos import listas
from modelos.avisos import cola
from modelos.reloj import iso

ruta = APIRouter(tags=["Avisos"])


@ruta.get("/entregas", response_model=Lista[Entrega], responses=errores(401, 403, 422), summary="Los mensajes")
def listar(
    puerta: Entrada,
    estado: Annotated[str | None, Query(json_schema_extra=ENTREGA)] = None,
    cursor: Cursor = None,
    limite: Limite = listas.LIMITE,
) -> dict[str, Any]:
    """A quién se le envió qué y por qué no ha salido lo demás, lo más reciente primero; sin lo que dicen."""
    with puerta.lectura() as (s, quien):
        pagina = cola.listar(s, quien, estado=estado, cursor=cursor, limite=limite)
    elementos = [
        {
            "id": f.id,
            "destinatario": f.destinatario,
            "medio": f.medio,
            "estado": f.estado,
            "asunto": f.asunto,
            "creada": iso(f.creada),
            "intentos": f.intentos,
            "enviada": iso(f.enviada) if f.enviada else None,
            "motivo": f.error,
        }
        for f in pagina.elementos
    ]
    return {"elementos": elementos, "total": pagina.total, "siguiente": pagina.siguiente}


@ruta.post(
    "/entregas/{id}/reintentar",
    response_model=EntregaReintentada,
    responses=errores(401, 403, 404, 409),
    summary="Reintentar un mensaje",
)
def reintentar(id: Annotated[str, Path(max_length=36)], puerta: Entrada) -> dict[str, Any]:  # noqa: A002 - nombre del contrato
    """Devuelve a la cola uno fallido o descartado; sale con lo que aún se deba."""
    with puerta.acto() as ctx:
        cola.reintentar(ctx.s, cola.quien_mira(ctx.quien), id)
    return {"id": id, "estado": "pendiente"}
