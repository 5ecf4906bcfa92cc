"""Qué errores puede dar cada ruta, para que OpenAPI los anuncie; los de cualquiera los agrega `api.descripcion`."""

from __future__ import annotations

from typing import Any

PROBLEMA = "Problema"
SIN_SESION: dict[str, Any] = {"security": []}
"""`openapi_extra` de una ruta que se atiende sin haber entrado."""

_TEXTOS = {
    400: "El cuerpo está mal armado: no se pudo leer.",
    401: "No hay sesión, venció o se cerró.",
    403: "A su unidad o a su rol no le corresponde, o la petición salió de otro sitio.",
    404: "No existe.",
    409: "Otra persona se adelantó, el turno o su tabla cambió, o el expediente no lo admite ahora.",
    413: "Lo que se envió pasa del máximo.",
    416: "El archivo no tiene ese tramo.",
    422: "Lo capturado no cumple; `campos` dice qué corregir.",
    429: "Demasiados intentos; espere.",
    500: "El sistema está mal configurado o falló; no se registró nada.",
    501: "Falta instalar una biblioteca opcional.",
    503: "La base de datos no responde; no se registró nada.",
    507: "Disco lleno; no se registró nada.",
}


def errores(*codigos: int) -> dict[int | str, dict[str, Any]]:
    """La parte `responses` de una ruta."""
    forma = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{PROBLEMA}"}}}
    return {codigo: {"description": _TEXTOS[codigo], "content": forma} for codigo in {*codigos, 422}}


def archivo(tipo: str, descripcion: str, codigo: int = 200) -> dict[int | str, dict[str, Any]]:
    """La parte `responses` de una respuesta que es un archivo. tipo: el suyo, o `*/*` si depende de cuál."""
    contenido = {tipo: {"schema": {"type": "string", "format": "binary"}}}
    return {codigo: {"description": descripcion, "content": contenido}}
