"""Libros de Excel escritos renglón por renglón: la memoria no crece con ellos.

Todo texto se escribe como texto. Un asunto que empiece con «=» o parezca una dirección no se vuelve
fórmula ni enlace en la máquina de quien abre el archivo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from modelos import reloj

Celda = str | int | float | date | datetime | None
_SEGURO = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True)
class Hoja:
    """Una hoja: su nombre, sus columnas (título y ancho en letras) y sus renglones, que se piden de uno en uno."""

    nombre: str
    columnas: Sequence[tuple[str, int]]
    renglones: Iterable[Sequence[Celda]]


def escribir(destino: Path, titulo: str, hojas: Iterable[Hoja]) -> int:
    """Escribe el libro y devuelve cuántos renglones lleva, sin los encabezados.

    titulo: el del documento. Los instantes se escriben en hora del centro de México.
    """
    libro = xlsxwriter.Workbook(str(destino), _SEGURO)
    libro.set_properties({"title": titulo, "created": reloj.local(reloj.ahora()).replace(tzinfo=None)})
    encabezado = libro.add_format({"bold": True, "bg_color": "#611232", "font_color": "#FFFFFF", "text_wrap": True})
    formatos = _Formatos(
        libro.add_format({"num_format": "yyyy-mm-dd"}), libro.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    )
    total = 0
    try:
        for hoja in hojas:
            total += _hoja(libro.add_worksheet(hoja.nombre), hoja, encabezado, formatos)
    finally:
        libro.close()
    return total


@dataclass(frozen=True)
class _Formatos:
    fecha: Format
    instante: Format


def _hoja(escrita: Worksheet, hoja: Hoja, encabezado: Format, formatos: _Formatos) -> int:
    for columna, (titulo, ancho) in enumerate(hoja.columnas):
        escrita.set_column(columna, columna, ancho)
        escrita.write_string(0, columna, titulo, encabezado)
    escrita.freeze_panes(1, 0)
    ultimo = 0
    for ultimo, renglon in enumerate(hoja.renglones, 1):
        for columna, celda in enumerate(renglon):
            _celda(escrita, ultimo, columna, celda, formatos)
    if ultimo:
        escrita.autofilter(0, 0, ultimo, len(hoja.columnas) - 1)
    return ultimo


def _celda(escrita: Worksheet, fila: int, columna: int, celda: Celda, formatos: _Formatos) -> None:
    if isinstance(celda, str):
        if celda:
            escrita.write_string(fila, columna, celda)
    elif isinstance(celda, datetime):
        escrita.write_datetime(fila, columna, reloj.local(celda).replace(tzinfo=None), formatos.instante)
    elif isinstance(celda, date):
        escrita.write_datetime(fila, columna, celda, formatos.fecha)
    elif celda is not None:
        escrita.write_number(fila, columna, celda)
