"""Los archivos de evidencia: entran acotados, se comprueban por su contenido y se guardan enteros o nada.

Cada archivo vive fuera de la base con su sha256 por nombre. Primero se escribe
en un temporal de la misma carpeta, se sincroniza y se renombra; sólo entonces se
registra. Si el proceso muere antes, queda un temporal que nadie cita.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import BinaryIO
from uuid import uuid4

import filetype  # type: ignore[import-untyped]  # no trae tipos

from modelos import disco
from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado, SinEspacio

TROZO = 1 << 20
ADMITIDOS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "application/zip": (".zip",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "text/plain": (".txt", ".csv"),
}
"""Tipos que se aceptan, con las extensiones que deben traer."""

_OFICINA = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx"}
_TIPO_DE = {extension: tipo for tipo, extensiones in ADMITIDOS.items() for extension in extensiones}
_RESERVADO = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_INVISIBLES = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
LARGO_NOMBRE = 120


@dataclass(frozen=True)
class Guardado:
    """Un archivo ya a salvo; tamano en bytes."""

    id: str
    nombre: str
    tipo: str
    tamano: int
    sha256: str


def guardar(carpeta: Path, nombre: str, flujo: BinaryIO, maximo: int) -> Guardado:
    """Guarda un archivo y dice qué es de verdad.

    maximo: bytes, inclusive.

    Lanza:
        ArchivoDemasiadoGrande: pasa del máximo.
        ArchivoRechazado: está vacío, su tipo no se admite o no corresponde a su extensión.
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
        tipo = tipo_real(temporal, limpio)
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
    """El nombre sin ruta, sin caracteres de control ni reservados, y corto; conserva la extensión."""
    base = PurePosixPath(unicodedata.normalize("NFC", nombre).replace("\\", "/")).name
    base = _INVISIBLES.sub("", base.encode("utf-8", "ignore").decode())
    base = " ".join(_RESERVADO.sub(" ", base).split()).strip(". ") or "archivo"
    tallo, punto, extension = base.rpartition(".")
    if punto and len(base) > LARGO_NOMBRE:
        return f"{tallo[: LARGO_NOMBRE - len(extension) - 1]}.{extension[:10]}"
    return base[:LARGO_NOMBRE]


def tipo_real(archivo: Path, nombre: str) -> str:
    """El tipo según el contenido, que debe ser el de la extensión.

    Lanza:
        ArchivoRechazado: no se admite, o el contenido es otra cosa.
    """
    extension = Path(nombre).suffix.lower()
    if extension not in _TIPO_DE:
        admitidas = ", ".join(e.lstrip(".") for e in _TIPO_DE)
        raise ArchivoRechazado(nombre, f"ese tipo de archivo no se admite; use: {admitidas}")
    tipo = _por_contenido(archivo, extension)
    if tipo is None or extension not in ADMITIDOS.get(tipo, ()):
        motivo = f"su contenido no es el de un {extension} sano y sin macros; ábralo y guárdelo de nuevo en ese formato"
        raise ArchivoRechazado(nombre, motivo)
    return tipo


def _por_contenido(archivo: Path, extension: str) -> str | None:
    """El tipo de verdad, o None si no se reconoce o está dañado."""
    if extension in ADMITIDOS["text/plain"]:
        return "text/plain" if _es_texto(archivo) else None
    with archivo.open("rb") as abierto:
        principio = abierto.read(4)
    # Por su principio y no con `is_zipfile`, que mira el final: un PDF puede traer un zip adentro.
    if principio[:2] == b"PK":
        return _tipo_de_zip(archivo)
    encontrado = filetype.guess(str(archivo))
    return str(encontrado.mime) if encontrado else None


def _tipo_de_zip(archivo: Path) -> str | None:
    try:
        with zipfile.ZipFile(archivo) as paquete:
            nombres = paquete.namelist()
            if nombres and nombres[0] == "mimetype":
                # Sólo el principio: la entrada puede decir que pesa lo que quiera al descomprimirse.
                with paquete.open("mimetype") as entrada:
                    return entrada.read(100).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return None
    if any(n.endswith("vbaProject.bin") for n in nombres):
        return None  # un documento con macros es un programa
    for carpeta, extension in _OFICINA.items():
        if "[Content_Types].xml" in nombres and any(n.startswith(carpeta) for n in nombres):
            return _TIPO_DE[extension]
    return "application/zip"


def _es_texto(archivo: Path) -> bool:
    """Si se lee como texto: UTF-8, o la codificación con que Excel guarda los CSV en Windows."""
    crudo = archivo.read_bytes()
    for codificacion in ("utf-8", "cp1252"):
        try:
            texto = crudo.decode(codificacion)
        except UnicodeDecodeError:
            continue
        return not any(c < " " and c not in "\t\r\n\f" for c in texto)
    return False


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
