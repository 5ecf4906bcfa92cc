"""Una fecha escrita: se lee igual y se rechaza con las mismas palabras en todas las puertas.

Puro. Qué fechas sirven (futuras, de un año publicado…) lo decide cada regla; aquí sólo si se entiende.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from modelos.errores import FormularioIncompleto
from modelos.escritura import sin_estorbos

COMO_FECHA = "escriba una fecha que exista, sin hora, como 2026-12-21 o 21/12/2026"
MAL_ESCRITA = "fecha_mal_escrita"
"""El tipo de la falta en los modelos de pydantic (`modelos.tabla.formularios.mensajes`)."""
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_LOCAL = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)


def leer(texto: str) -> date:
    """La fecha escrita `AAAA-MM-DD` o `DD/MM/AAAA` (también con guiones); sin hora.

    Lanza:
        ValueError: no es una fecha; el mensaje es `COMO_FECHA`.
    """
    limpio = sin_estorbos(texto).strip()
    if partes := _ISO.fullmatch(limpio):
        anio, mes, dia = partes.groups()
    elif partes := _LOCAL.fullmatch(limpio):
        dia, mes, anio = partes.groups()
    else:
        raise ValueError(COMO_FECHA)
    try:
        return date(int(anio), int(mes), int(dia))
    except ValueError:
        raise ValueError(COMO_FECHA) from None


def de_campo(campo: str, texto: str) -> date | None:
    """La fecha de ese campo; vacío, None. Lanza FormularioIncompleto."""
    if not texto.strip():
        return None
    try:
        return leer(texto)
    except ValueError:
        raise FormularioIncompleto({campo: COMO_FECHA}) from None


def obligatoria(campo: str, texto: str) -> date:
    """La fecha de un campo que no puede quedar vacío. Lanza FormularioIncompleto."""
    escrita = de_campo(campo, texto)
    if escrita is None:
        raise FormularioIncompleto({campo: COMO_FECHA})
    return escrita


def _leida(valor: object) -> object:
    """Sólo texto o una fecha: pydantic tomaría un número por segundos desde 1970 y un instante por su día."""
    if isinstance(valor, str):
        try:
            return leer(valor)
        except ValueError:
            pass
    elif valor is None or (isinstance(valor, date) and not isinstance(valor, datetime)):
        return valor
    raise PydanticCustomError(MAL_ESCRITA, "{como}", {"como": COMO_FECHA})


Fecha = Annotated[date, BeforeValidator(_leida)]
"""El tipo de toda fecha que entra: cuerpos y consultas de la API y campos de los formularios."""
