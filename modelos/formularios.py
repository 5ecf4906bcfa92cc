"""Validar lo capturado contra su formulario y decir, campo por campo, qué corregir."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast
from unicodedata import category

from pydantic import ValidationError

from modelos.actividad import Formulario
from modelos.calendario import fecha_corta, publicados
from modelos.errores import FormularioIncompleto

HONDURA_MAXIMA = 10
MARCAS_SEGUIDAS = 8
"""Acentos y marcas que puede llevar una letra; el idioma que más encima usa cuatro o cinco."""
LARGO_MOTIVO = 2000
_DE_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
_INVISIBLES = re.compile("[\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff]")
_TAL_VEZ_ENCIMADOS = re.compile(f"[^\\x00-\u02ff]{{{MARCAS_SEGUIDAS + 1},}}")
_MENSAJES = {
    "missing": "es obligatorio",
    "extra_forbidden": "no es un campo de este formulario; quítelo",
    "string_type": "debe ser texto",
    "string_too_short": "es obligatorio",
    "string_pattern_mismatch": "no tiene la forma esperada; escríbalo como en el ejemplo",
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
    "correo_desconocido": "debe ser mailto://…, mailtos://…, carpeta o nada",
    "direccion_publica": "debe ser una dirección como https://dstc.ejemplo.mx",
    "base_desconocida": "debe ser postgresql+psycopg://… o sqlite:////ruta/absoluta",
    "value_error": "no tiene una forma que se conozca",
    "path_type": "debe ser una ruta",
    "float_parsing": "debe ser un número",
    "greater_than": "debe ser mayor que {gt}",
    "model_type": "debe ser un objeto con los campos del formulario",
}


def limpiar_texto(campo: str, texto: str) -> str:
    """El texto sin caracteres invisibles (ancho cero, cambios de dirección de escritura).

    Lanza:
        FormularioIncompleto: trae caracteres de control o mitades sueltas de un carácter, que ninguna base
            guarda igual que otra; o signos encimados sin fin, que traban a quien los dibuje.
    """
    if _DE_CONTROL.search(texto):
        raise FormularioIncompleto({campo: "trae caracteres de control; bórrelos y vuelva a escribirlo"})
    limpio = _INVISIBLES.sub("", texto)
    if donde_encimados(limpio) is not None:
        raise FormularioIncompleto({campo: "trae signos encimados; bórrelos y vuelva a escribirlo"})
    return limpio


def donde_encimados(texto: str) -> int | None:
    """Dónde empieza la primera corrida de más de `MARCAS_SEGUIDAS` marcas sobre una misma letra; None si no hay."""
    for tramo in _TAL_VEZ_ENCIMADOS.finditer(texto):
        seguidas = 0
        for i, c in enumerate(tramo[0], tramo.start()):
            seguidas = seguidas + 1 if category(c) in {"Mn", "Me"} else 0
            if seguidas > MARCAS_SEGUIDAS:
                return i - MARCAS_SEGUIDAS
    return None


def exigir_motivo(motivo: str) -> str:
    """El motivo de un acto, limpio. Lanza FormularioIncompleto si falta o no cabe."""
    limpio = limpiar_texto("motivo", motivo).strip()
    if not 1 <= len(limpio) <= LARGO_MOTIVO:
        raise FormularioIncompleto({"motivo": f"escriba el motivo, en {LARGO_MOTIVO} caracteres o menos"})
    return limpio


def limpiar(campo: str, valor: object, hondura: int = 0) -> object:
    """Lo mismo, para todo lo que haya dentro de un valor de JSON. Lanza FormularioIncompleto."""
    if hondura > HONDURA_MAXIMA:
        raise FormularioIncompleto({campo: "está demasiado anidado"})
    if isinstance(valor, str):
        return limpiar_texto(campo, valor)
    if isinstance(valor, dict):
        return {limpiar_texto(campo, str(k)): limpiar(str(k), dentro, hondura + 1) for k, dentro in valor.items()}
    if isinstance(valor, list):
        return [limpiar(campo, dentro, hondura + 1) for dentro in valor]
    return valor


def validar(modelo: type[Formulario] | None, datos: dict[str, Any]) -> dict[str, Any]:
    """Los datos ya validados, como tipos de JSON y con los valores por defecto puestos.

    Los tipos son estrictos: `"5"` no es un entero ni `1` es un sí.

    Lanza:
        FormularioIncompleto: con lo que falta o está mal en cada campo.
    """
    datos = cast("dict[str, Any]", limpiar("datos", datos))
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


def exigir_pasadas(modelo: type[Formulario], datos: Mapping[str, Any], hoy: date) -> None:
    """Rechaza una fecha imposible en los campos que cuentan un hecho ya ocurrido (`x-pasada`): de ellas corren plazos.

    Ni futura, ni de un año del que no hay calendario: casi siempre es un año mal escrito.

    Lanza:
        FormularioIncompleto: dice qué campo.
    """
    primero = date(publicados().anios[0], 1, 1)
    for campo, info in modelo.model_fields.items():
        extra = info.json_schema_extra
        if not (isinstance(extra, dict) and extra.get("x-pasada") and datos[campo]):
            continue
        if datos[campo] > hoy.isoformat():
            raise FormularioIncompleto({campo: f"ya ocurrió: no puede ser posterior a hoy, {fecha_corta(hoy)}"})
        if datos[campo] < primero.isoformat():
            raise FormularioIncompleto({campo: f"revise el año: no puede ser anterior al {fecha_corta(primero)}"})


def mensajes(faltas: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Cada campo con su falta en español, de las que da `errors()`; «datos» si es del conjunto."""
    campos: dict[str, str] = {}
    for falta in faltas:
        campo = ".".join(str(parte) for parte in falta["loc"]) or "datos"
        plantilla = _MENSAJES.get(falta["type"], "no tiene la forma esperada")
        campos[campo] = plantilla.format_map({k: str(v) for k, v in falta.get("ctx", {}).items()})
    return campos
