"""Los parámetros que piden muchas llamadas, y cómo se dice en el contrato lo que su tipo no dice."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from modelos.listas import LIMITE_MAXIMO

Limite = Annotated[int, Query(ge=1, le=LIMITE_MAXIMO)]
Cursor = Annotated[str | None, Query(max_length=400, description="El `siguiente` del tramo anterior.")]


def uno_de(*valores: str) -> dict[str, Any]:
    """`json_schema_extra` de un texto que sólo admite esos valores; quien lo revisa es la consulta."""
    return {"enum": list(valores)}


EXPEDIENTE = uno_de("en_curso", "suspendido", "concluido", "cancelado")
TURNO = uno_de("pendiente", "tomado", "atendido", "cancelado")
PLAZO = uno_de("abierto", "suspendido", "sin_calcular", "cumplido", "cancelado", "vencido")
OFICIO = uno_de("", "borrador", "firmado", "enviado", "cancelado", "sustituido", "descartado")
PUBLICACION = uno_de("", "propuesta", "aprobada", "descartada")
ENTREGA = uno_de("pendiente", "enviada", "fallida", "descartada")
FECHA: dict[str, Any] = {"format": "date"}
PERFIL = uno_de("A", "B", "C", "F")
