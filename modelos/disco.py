"""Cuando el disco no admite una escritura: cómo se reconoce, cómo se dice y cómo se prueba antes de necesitarla."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from tempfile import TemporaryFile

LLENO = (errno.ENOSPC, errno.EDQUOT)
SIN_LUGAR = (*LLENO, errno.EFBIG, errno.EROFS, errno.EIO)
"""Lo que no arregla quien usa el sistema: el disco está lleno, protegido o dañado."""
_DICHOS = {
    **dict.fromkeys(LLENO, "disco lleno"),
    errno.EFBIG: "el disco no admite un archivo de ese tamaño",
    errno.EROFS: "el disco está protegido contra escritura",
    errno.EIO: "el disco está dañado",
    errno.EACCES: "no hay permiso de escribir ahí",
}
PRUEBA_BYTES = 1 << 20


def esta_lleno(error: BaseException | None) -> bool:
    """Si lo que falló, o lo que lo causó, fue escribir en un disco lleno."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in LLENO:
            return True
        error = error.__cause__ or error.__context__
    return False


def motivo(error: OSError) -> str:
    """Qué pasó, en español y en pocas palabras; sin rutas."""
    return _DICHOS.get(error.errno or 0) or os.strerror(error.errno or 0)


def probar(carpeta: Path) -> str:
    """Intenta escribir un mega en la carpeta, si existe; por qué no se pudo, o vacío si se pudo. No deja nada."""
    if not carpeta.is_dir():
        return ""
    try:
        with TemporaryFile(dir=carpeta, prefix=".prueba-") as archivo:
            os.posix_fallocate(archivo.fileno(), 0, PRUEBA_BYTES)
            archivo.write(b"prueba")
            archivo.flush()
            os.fsync(archivo.fileno())
    except OSError as error:
        return motivo(error)
    return ""


def identidad(archivo: Path) -> tuple[int, int] | None:
    """Cuál es, aunque otro tome su nombre; None si no está."""
    try:
        visto = archivo.stat()
    except OSError:
        return None
    return visto.st_dev, visto.st_ino
