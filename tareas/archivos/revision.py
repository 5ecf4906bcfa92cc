"""Qué revisor le toca a cada extensión. Corre en el proceso que se puede matar; lo llama `tareas.archivos`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from modelos.errores import ArchivoRechazado
from modelos.escritura import descifrar
from modelos.expedientes.anexos import TIPO_DE, extension_de
from tareas.archivos import cfdi, imagenes, oficina, outlook, paquetes, pdf
from tareas.archivos.insano import Insano

HONDO = 2
"""Paquetes dentro de paquetes: un zip con un correo con su adjunto."""


def revisar(ruta: Path, nombre: str) -> str:
    """Como `tareas.archivos.revisar`, en este mismo proceso. Lanza ArchivoRechazado."""
    extension = extension_de(nombre)
    if extension not in TIPO_DE:
        admitidas = ", ".join(e.lstrip(".") for e in TIPO_DE)
        raise ArchivoRechazado(nombre, f"ese tipo de archivo no se admite; use: {admitidas}")
    try:
        with ruta.open("rb") as flujo:
            _revisar(flujo, extension, HONDO)
    except Insano as error:
        raise ArchivoRechazado(nombre, error.motivo) from None
    return TIPO_DE[extension]


def preparar() -> None:
    """Para el proceso que sólo revisa: importa las bibliotecas antes de que se cuente la memoria."""
    import PIL.Image  # noqa: F401


def _revisar(flujo: BinaryIO, extension: str, hondo: int) -> None:
    """Lanza Insano."""
    if extension not in _CONTENEDORES:
        _REVISORES[extension](flujo, extension)
        return
    if hondo == 0:
        raise Insano("trae paquetes dentro de paquetes; suba aparte cada documento")
    for nombre, contenido in _CONTENEDORES[extension](flujo):
        _revisar_dentro(nombre, contenido, hondo - 1)


def _revisar_dentro(nombre: str, contenido: BinaryIO, hondo: int) -> None:
    """Como si llegara solo: un paquete no es una puerta más laxa."""
    suya = extension_de(nombre)
    if suya not in TIPO_DE:
        raise Insano(f"dentro trae «{nombre}», que no se admite; quítelo y vuelva a guardarlo, o suba aparte lo que sí")
    try:
        _revisar(contenido, suya, hondo)
    except Insano as error:
        raise Insano(f"dentro trae «{nombre}», que {error.motivo}") from None


def _texto(flujo: BinaryIO, extension: str) -> None:
    if descifrar(flujo.read()) is None:
        raise Insano(f"no es texto; ábralo y guárdelo de nuevo como {extension.lstrip('.')}")


_REVISORES: dict[str, Callable[[BinaryIO, str], None]] = {
    ".pdf": pdf.revisar,
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp"), imagenes.revisar),
    **dict.fromkeys((".heic", ".heif"), imagenes.revisar_heic),
    **dict.fromkeys((".docx", ".xlsx", ".pptx"), oficina.revisar),
    **dict.fromkeys((".odt", ".ods"), oficina.revisar_odf),
    ".xml": cfdi.revisar,
    **dict.fromkeys((".txt", ".csv"), _texto),
}
_CONTENEDORES: dict[str, Callable[[BinaryIO], Iterator[tuple[str, BinaryIO]]]] = {
    ".zip": paquetes.contenidos,
    ".msg": outlook.contenidos,
}
