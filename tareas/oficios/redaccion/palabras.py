"""Lo que una plantilla puede decir con palabras: fechas, cantidades, días y enumeraciones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from modelos.calendario import fecha_larga
from tareas.oficios.redaccion.faltante import Faltante


def fecha(valor: object) -> str:
    """De «2026-11-20» a «20 de noviembre de 2026», sin la hora si la trae; lo que no es fecha queda como está."""
    try:
        return fecha_larga(date.fromisoformat(str(valor)[:10]))
    except ValueError:
        return str(valor)


def pesos(valor: object) -> str:
    """De 1500 a «$1,500.00»; lo que no es una cantidad queda como está."""
    try:
        return f"${Decimal(str(valor)).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    except InvalidOperation:
        return str(valor)


def dias(cuantos: int | Faltante, que: str = "hábiles") -> str | Faltante:
    """De 10 a «10 (diez) días hábiles»; `dias(30, "naturales")`, los otros."""
    if isinstance(cuantos, Faltante):
        return cuantos
    numero = int(cuantos)
    if numero == 1:
        return f"1 (un) día {que.removesuffix('es')}"
    return f"{numero} ({en_letra(numero)}) días {que}"


def enumera(cosas: Iterable[object] | Faltante) -> str | Faltante:
    """«a, b y c»; «e» cuando la última suena con i."""
    if isinstance(cosas, Faltante):
        return cosas
    partes = list(cosas)
    falta = next((p for p in partes if isinstance(p, Faltante)), None)
    if falta is not None or not partes:
        return falta if falta is not None else Faltante.en("lista", vacio=True)
    textos = [str(p) for p in partes]
    if len(textos) == 1:
        return textos[0]
    con_i = re.match(r"(?i)h?[ií](?![aeoáéó])|(?i:y)\b", textos[-1]) is not None
    return f"{', '.join(textos[:-1])} {'e' if con_i else 'y'} {textos[-1]}"


_HASTA_29 = (
    *("cero", "un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"),
    *("trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiún"),
    *("veintidós", "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho"),
    "veintinueve",
)
_DECENAS = ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_CIENTOS = (
    *("ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos"),
    *("ochocientos", "novecientos"),
)


def en_letra(numero: int) -> str:
    """El número en letra, como adjetivo («veintiún días»); de 0 a 999, y fuera de ahí en cifras."""
    if not 0 <= numero <= 999:
        return str(numero)
    if numero < 30:
        return _HASTA_29[numero]
    if numero < 100:
        decena, unidad = divmod(numero, 10)
        return _DECENAS[decena - 3] + (f" y {_HASTA_29[unidad]}" if unidad else "")
    if numero == 100:
        return "cien"
    centena, resto = divmod(numero, 100)
    return _CIENTOS[centena - 1] + (f" {en_letra(resto)}" if resto else "")
