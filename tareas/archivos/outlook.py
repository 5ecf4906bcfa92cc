"""Un mensaje de Outlook (`.msg`): entero, y con sus adjuntos revisados como si llegaran solos."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from modelos.expedientes.anexos import extension_de
from tareas.archivos.insano import Insano

if TYPE_CHECKING:
    from olefile import OleFileIO  # type: ignore[import-untyped]  # no trae tipos

DANADO = "no es un mensaje de Outlook sano; ábralo y guárdelo de nuevo como .msg, o imprímalo a PDF"
_DATOS = "__substg1.0_37010102"
_NOMBRES = (("3707001f", "utf-16-le"), ("3704001f", "utf-16-le"), ("3707001e", "cp1252"), ("3704001e", "cp1252"))
_ACOMPANAN = frozenset({".gif", ".bmp", ".ics", ".vcf", ".p7s"})
"""Lo que un mensaje lleva sin que nadie lo adjunte: la firma, la cita, la tarjeta."""


def contenidos(flujo: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """Sus adjuntos, también los de los mensajes que reenvía. Lanza Insano."""
    import olefile

    if not olefile.isOleFile(flujo.read(olefile.MINIMAL_OLEFILE_SIZE)):
        raise Insano(DANADO)
    flujo.seek(0)
    try:
        with olefile.OleFileIO(flujo, raise_defects=olefile.DEFECT_INCORRECT) as ole:
            hallados = _adjuntos(ole)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Insano(DANADO) from error
    yield from hallados


def _adjuntos(ole: OleFileIO) -> list[tuple[str, BinaryIO]]:
    if not (ole.exists("__properties_version1.0") and ole.exists("__nameid_version1.0")):
        raise Insano(DANADO)
    hallados: list[tuple[str, BinaryIO]] = []
    for ruta in ole.listdir():
        contenido = ole.openstream(ruta).read()  # todas: así se nota el cortado
        final = ruta[-1].lower()
        if final in {"\x01ole10native", "_vba_project"}:
            raise Insano("trae un objeto incrustado o macros; quíteselo, o imprímalo a PDF y suba ese")
        if final == _DATOS:
            nombre = _nombre(ole, ruta[:-1])
            if extension_de(nombre) not in _ACOMPANAN:
                hallados.append((nombre, io.BytesIO(contenido)))
    return hallados


def _nombre(ole: OleFileIO, carpeta: list[str]) -> str:
    """Cómo se llama el adjunto de esa carpeta: el nombre largo, o el corto de los viejos."""
    for cual, codificacion in _NOMBRES:
        ruta = [*carpeta, f"__substg1.0_{cual.upper()}"]
        if ole.exists(ruta):
            nombre: str = ole.openstream(ruta).read().decode(codificacion, "replace").strip("\x00")
            return nombre
    return "un adjunto sin nombre"
