"""Fechas escritas con su día de la semana, que se comprueba: una prueba mal copiada no pasa callada."""

from __future__ import annotations

from datetime import date

DIAS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")


def fecha(escrita: str) -> date:
    """La fecha de «vie 2026-11-20»; falla si ese día no es el de esa fecha."""
    semana, _, iso = escrita.strip().partition(" ")
    dia = date.fromisoformat(iso)
    assert DIAS[dia.weekday()] == semana, f"«{escrita}» está mal escrita: ese día es {DIAS[dia.weekday()]}"
    return dia


def filas(tabla: str) -> list[list[str]]:
    """Las filas de una tabla escrita con `|`, como en la fuente."""
    return [[celda.strip() for celda in renglon.split("|")] for renglon in tabla.strip().splitlines()]
