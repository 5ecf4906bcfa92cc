"""Cómo se escribe una fecha, y qué es «un mes después»."""

from __future__ import annotations

from datetime import date

DIAS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
MESES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
NOMBRES_MESES = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)


def fecha_corta(dia: date) -> str:
    """«mar 16 mar 2027»: con día de la semana, para que quien lee pueda cotejarla."""
    return f"{DIAS[dia.weekday()]} {dia.day} {MESES[dia.month - 1]} {dia.year}"


def fecha_breve(dia: date, hoy: date) -> str:
    """«15 dic», o «15 ene 2028» si no es de este año: lo que cabe en el asunto de un mensaje."""
    return f"{dia.day} {MESES[dia.month - 1]}" + (f" {dia.year}" if dia.year != hoy.year else "")


def fecha_larga(dia: date) -> str:
    """«20 de noviembre de 2026»: como se escribe en un oficio, sin cero a la izquierda."""
    return f"{dia.day} de {NOMBRES_MESES[dia.month - 1]} de {dia.year}"


def unidos(*textos: str) -> str:
    """Lo que dicen los textos, sin repetir y en su orden, separado por punto y coma."""
    return "; ".join(dict.fromkeys(parte for texto in textos for parte in texto.split("; ") if parte))


def sumar_meses(dia: date, meses: int) -> date:
    """El mismo número de día, meses después; si ese mes no lo tiene, el primero del siguiente (LFPA art. 29)."""
    corridos = dia.year * 12 + dia.month - 1 + meses
    try:
        return _dia_uno(corridos).replace(day=dia.day)
    except ValueError:
        return _dia_uno(corridos + 1)


def _dia_uno(corridos: int) -> date:
    return date(corridos // 12, corridos % 12 + 1, 1)
