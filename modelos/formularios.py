"""Validar lo capturado contra su formulario y decir, campo por campo, qué corregir."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from modelos.actividad import Formulario
from modelos.errores import FormularioIncompleto

_MENSAJES = {
    "missing": "es obligatorio",
    "extra_forbidden": "no es un campo de este formulario; quítelo",
    "string_type": "debe ser texto",
    "string_too_short": "es obligatorio",
    "string_too_long": "es demasiado largo (máximo {max_length} caracteres)",
    "int_type": "debe ser un número entero",
    "int_parsing": "debe ser un número entero",
    "int_from_float": "debe ser un número entero",
    "bool_type": "debe ser sí o no",
    "bool_parsing": "debe ser sí o no",
    "decimal_type": "debe ser un número",
    "decimal_parsing": "debe ser un número, como 1500.00",
    "decimal_max_places": "lleva a lo más {decimal_places} decimales",
    "decimal_max_digits": "es un número demasiado grande",
    "greater_than_equal": "debe ser {ge} o más",
    "less_than_equal": "debe ser {le} o menos",
    "literal_error": "debe ser uno de: {expected}",
    "date_type": "debe ser una fecha como 2026-05-15",
    "date_parsing": "debe ser una fecha como 2026-05-15",
    "date_from_datetime_parsing": "debe ser una fecha como 2026-05-15",
    "model_attributes_type": "debe ser un objeto JSON, con Content-Type: application/json",
    "dict_type": "debe ser un objeto con los campos del formulario",
    "list_type": "debe ser una lista",
    "model_type": "debe ser un objeto con los campos del formulario",
}


def exigir_texto(campo: str, texto: str) -> str:
    """El mismo texto, si se puede guardar.

    Lanza:
        FormularioIncompleto: trae caracteres nulos o mitades sueltas de un carácter, que ninguna base acepta igual.
    """
    if "\x00" in texto or any("\ud800" <= c <= "\udfff" for c in texto):
        raise FormularioIncompleto({campo: "trae caracteres que no se pueden guardar; bórrelos y vuelva a escribirlo"})
    return texto


def exigir_textos(campo: str, valor: object) -> None:
    """Lo mismo, para todo lo que haya dentro de un valor de JSON. Lanza FormularioIncompleto."""
    if isinstance(valor, str):
        exigir_texto(campo, valor)
    elif isinstance(valor, dict):
        for clave, dentro in valor.items():
            exigir_texto(campo, str(clave))
            exigir_textos(str(clave), dentro)
    elif isinstance(valor, list):
        for dentro in valor:
            exigir_textos(campo, dentro)


def validar(modelo: type[Formulario] | None, datos: dict[str, Any]) -> dict[str, Any]:
    """Los datos ya validados, como tipos de JSON y con los valores por defecto puestos.

    Los tipos son estrictos: `"5"` no es un entero ni `1` es un sí.

    Lanza:
        FormularioIncompleto: con lo que falta o está mal en cada campo.
    """
    exigir_textos("datos", datos)
    if modelo is None:
        if datos:
            raise FormularioIncompleto(dict.fromkeys(datos, "esta actividad no captura datos; quítelo"))
        return {}
    try:
        capturado = modelo.model_validate_json(json.dumps(datos), strict=True)
    except ValidationError as error:
        raise FormularioIncompleto(mensajes(error.errors())) from error
    limpio: dict[str, Any] = capturado.model_dump(mode="json")
    return limpio


def mensajes(faltas: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Cada campo con su falta en español, de las que da `errors()`; «datos» si es del conjunto."""
    campos: dict[str, str] = {}
    for falta in faltas:
        campo = ".".join(str(parte) for parte in falta["loc"]) or "datos"
        plantilla = _MENSAJES.get(falta["type"], "no tiene la forma esperada")
        campos[campo] = plantilla.format_map({k: str(v) for k, v in falta.get("ctx", {}).items()})
    return campos
