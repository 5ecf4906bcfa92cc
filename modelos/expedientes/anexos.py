"""Los archivos de evidencia: entran acotados, se revisan y se guardan enteros o nada.

Cada archivo vive fuera de la base con su sha256 por nombre. Primero se escribe
en un temporal de la misma carpeta, se sincroniza y se renombra; sólo entonces se
registra. Si el proceso muere antes, queda un temporal que nadie cita.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO
from uuid import uuid4

from modelos import disco
from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado, SinEspacio
from modelos.escritura import sin_estorbos

TROZO = 1 << 20
ADMITIDOS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "application/zip": (".zip",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "text/plain": (".txt", ".csv"),
    "application/xml": (".xml",),
    "application/vnd.ms-outlook": (".msg",),
}
"""Tipos que se aceptan, con las extensiones que deben traer. El `.xml`, sólo si es un CFDI."""
TIPO_DE = {extension: tipo for tipo, extensiones in ADMITIDOS.items() for extension in extensiones}
_RESERVADO = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
# Windows los toma por aparatos aunque lleven extensión: el archivo no se puede abrir, ni borrar.
_APARATO = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?=\.|$)", re.IGNORECASE)
LARGO_NOMBRE = 120
BYTES_NOMBRE = 200
"""Con lo que se le agrega al descargarlo, ningún sistema de archivos pasa de 255."""
_LARGO_EXTENSION = 10


@dataclass(frozen=True)
class Guardado:
    """Un archivo ya a salvo; tamano en bytes."""

    id: str
    nombre: str
    tipo: str
    tamano: int
    sha256: str


def guardar(carpeta: Path, nombre: str, flujo: BinaryIO, maximo: int, revisar: Callable[[Path, str], str]) -> Guardado:
    """Guarda un archivo y dice qué es de verdad.

    maximo: bytes, inclusive. revisar: `tareas.archivos.revisar`, que da el tipo o lo rechaza.

    Lanza:
        ArchivoDemasiadoGrande: pasa del máximo.
        ArchivoRechazado: está vacío, o lo rechaza `revisar`.
        SinEspacio: el disco no lo admitió; nada quedó a medias.
    """
    limpio = sanear(nombre)
    temporal: Path | None = None
    try:
        carpeta.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=carpeta, prefix=".subiendo-", delete=False) as destino:
            temporal = Path(destino.name)
            resumen, tamano = _copiar(flujo, destino, limpio, maximo)
            destino.flush()
            os.fsync(destino.fileno())
        tipo = revisar(temporal, limpio)
        final = ruta(carpeta, resumen)
        final.parent.mkdir(exist_ok=True)
        temporal.replace(final)
        _sincronizar(final.parent)
    except OSError as error:
        if error.errno in disco.SIN_LUGAR:
            raise SinEspacio(limpio, disco.motivo(error)) from error
        raise
    finally:
        if temporal is not None:
            temporal.unlink(missing_ok=True)
    return Guardado(str(uuid4()), limpio, tipo, tamano, resumen)


def ruta(carpeta: Path, sha256: str) -> Path:
    """Dónde está el archivo con ese resumen."""
    return carpeta / sha256[:2] / sha256


def sanear(nombre: str) -> str:
    """Un nombre con el que cualquier sistema guarda y abre el archivo; conserva la extensión.

    Sin ruta, sin lo que no se ve (una orden de dirección hace leer `exe.pdf` donde dice otra cosa), sin caracteres
    reservados, sin puntos ni espacios en las orillas, corto, y que no sea el de un aparato (`CON.pdf`).
    """
    base = sin_estorbos(nombre.encode("utf-8", "ignore").decode()).replace("\\", "/").rpartition("/")[2]
    base = " ".join(_RESERVADO.sub(" ", base).split()).rstrip(". ").lstrip()
    tallo, punto, extension = base.rpartition(".")
    if not punto or len(extension) > _LARGO_EXTENSION:
        tallo, extension = base, ""
    extension = f".{extension}" if extension else ""
    tallo = tallo.strip(". ") or "archivo"
    if _APARATO.match(tallo):
        tallo = f"_{tallo}"
    tallo = tallo[: LARGO_NOMBRE - len(extension)]
    while len(f"{tallo}{extension}".encode()) > BYTES_NOMBRE:
        tallo = tallo[:-1]
    return f"{tallo.rstrip('. ')}{extension}"


def renombrado(nombre: str) -> str:
    """Cómo quedó guardado, si no fue con el nombre que traía; vacío si fue con el mismo. La ruta no cuenta."""
    limpio = sanear(nombre)
    return "" if limpio == nombre.replace("\\", "/").rpartition("/")[2] else limpio


def extension_de(nombre: str) -> str:
    """La extensión, con su punto y en minúsculas; vacía si no tiene."""
    tallo, punto, extension = nombre.rpartition(".")
    return f".{extension.lower()}" if tallo and punto else ""


def _copiar(flujo: BinaryIO, destino: object, nombre: str, maximo: int) -> tuple[str, int]:
    resumen, tamano = hashlib.sha256(), 0
    while trozo := flujo.read(TROZO):
        tamano += len(trozo)
        if tamano > maximo:
            raise ArchivoDemasiadoGrande(nombre, f"pasa de {maximo / 1024 / 1024:.0f} MB, que es el máximo")
        resumen.update(trozo)
        destino.write(trozo)  # type: ignore[attr-defined]
    if tamano == 0:
        raise ArchivoRechazado(nombre, "está vacío")
    return resumen.hexdigest(), tamano


def _sincronizar(carpeta: Path) -> None:
    """Que el renombrado también sobreviva a un apagón."""
    descriptor = os.open(carpeta, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
