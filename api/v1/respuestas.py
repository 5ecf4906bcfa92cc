"""Qué errores puede dar cada ruta, para que OpenAPI los anuncie."""

from __future__ import annotations

from typing import Any

from api.v1.esquemas import Problema

_TEXTOS = {
    401: "No hay sesión, venció o se cerró.",
    403: "A su unidad o a su rol no le corresponde.",
    404: "No existe.",
    409: "Otra persona se adelantó, el turno cambió o el expediente no lo admite ahora.",
    413: "El archivo pasa del máximo.",
    422: "Lo capturado no cumple; `campos` dice qué corregir.",
    429: "Demasiados intentos; espere.",
    500: "El sistema está mal configurado o falló; no se registró nada.",
    501: "Falta instalar una biblioteca opcional.",
    503: "La base de datos no responde; no se registró nada.",
    507: "No hay espacio para guardar el archivo; no se registró nada.",
}


def errores(*codigos: int) -> dict[int | str, dict[str, Any]]:
    """La parte `responses` de una ruta."""
    forma = {"application/problem+json": {"schema": Problema.model_json_schema()}}
    return {codigo: {"description": _TEXTOS[codigo], "content": forma} for codigo in {*codigos, 422, 503}}
