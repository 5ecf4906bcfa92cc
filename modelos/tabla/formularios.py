"""Validar lo capturado contra su formulario y decir, campo por campo, qué corregir."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from pydantic import ValidationError

from modelos.calendario import fecha_corta, publicados
from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto
from modelos.fechas import COMO_FECHA, MAL_ESCRITA
from modelos.tabla.actividad import Formulario

HONDURA_MAXIMA = 10
LARGO_MOTIVO = 2000
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
    MAL_ESCRITA: COMO_FECHA,
    "date_type": COMO_FECHA,
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
