"""Una imagen: se decodifica entera, que es como se nota la cortada; la HEIC, sólo por sus cajas."""

from __future__ import annotations

import os
import struct
import warnings
from typing import BinaryIO

from tareas.archivos.insano import Insano

MAXIMO_PIXELES = 120_000_000
"""Lo que toma el mejor teléfono; inflada no cabe en la memoria de quien la revisa."""
CORTADA = "está cortada o dañada; ábrala, guárdela de nuevo y súbala"
_FORMATOS = {".jpg": ("JPEG", "MPO"), ".jpeg": ("JPEG", "MPO"), ".png": ("PNG",), ".webp": ("WEBP",)}
_MARCAS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"MiHE"}


def revisar(flujo: BinaryIO, extension: str) -> None:
    """Una JPEG, PNG o WebP. Lanza Insano."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # el tope es el nuestro, antes de decodificar
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # de metadatos raros: no dicen nada de la imagen
            with Image.open(flujo, formats=("JPEG", "PNG", "WEBP")) as imagen:
                if imagen.format not in _FORMATOS[extension]:
                    raise Insano(f"no es una imagen {extension.lstrip('.')}, sino {imagen.format}; corríjale el nombre")
                if imagen.width * imagen.height > MAXIMO_PIXELES:
                    raise Insano(f"mide {imagen.width}x{imagen.height}, que es demasiado; guárdela más pequeña")
                # A la octava parte se lee completa igual, con la memoria de una pequeña; sólo JPEG sabe.
                imagen.draft(imagen.mode, (max(1, imagen.width // 8), max(1, imagen.height // 8)))
                imagen.load()
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError, struct.error) as error:
        raise Insano(CORTADA) from error


def revisar_heic(flujo: BinaryIO, _extension: str) -> None:
    """Una HEIC: sus cajas, de la primera a la última, y que ninguna pase del final. Lanza Insano."""
    fin = flujo.seek(0, os.SEEK_END)
    halladas: list[bytes] = []
    donde = 0
    while donde < fin:
        largo, tipo = _caja(flujo, donde, fin)
        if not halladas and (tipo != b"ftyp" or not _MARCAS & _marcas(flujo, donde, largo)):
            raise Insano("no es una foto HEIC; ábrala y guárdela como JPG")
        halladas.append(tipo)
        donde += largo
    if not {b"meta", b"mdat"} <= set(halladas):
        raise Insano(CORTADA)


def _caja(flujo: BinaryIO, donde: int, fin: int) -> tuple[int, bytes]:
    """Cuánto ocupa y de qué tipo es la caja que empieza ahí. Lanza Insano: pasa del final."""
    flujo.seek(donde)
    cabeza = flujo.read(16)
    if len(cabeza) < 8:
        raise Insano(CORTADA)
    largo, tipo = struct.unpack(">I4s", cabeza[:8])
    if largo == 1 and len(cabeza) == 16:
        largo = struct.unpack(">Q", cabeza[8:])[0]
    largo = largo or fin - donde
    if largo < 8 or donde + largo > fin:
        raise Insano(CORTADA)
    return largo, tipo


def _marcas(flujo: BinaryIO, donde: int, largo: int) -> set[bytes]:
    """Las marcas que declara la caja `ftyp`: la principal y las compatibles."""
    flujo.seek(donde + 8)
    dichas = flujo.read(min(largo - 8, 400))
    return {dichas[:4], *(dichas[i : i + 4] for i in range(8, len(dichas), 4))}
