"""Un zip, y lo que por dentro es un zip: medido antes de inflarlo y leído entero, que es como se nota el dañado."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from tareas.archivos.insano import Insano

MAXIMO_INFLADO = 250 * 1024 * 1024
MAXIMO_PARTES = 5000
_HOLGADO = 20 * 1024 * 1024
_RAZON = 100
"""Cuántas veces su tamaño puede ocupar al abrirse, si pasa de lo holgado: un documento anda por diez."""
DANADO = "está cortado o dañado; ábralo, guárdelo de nuevo y súbalo"
_DEL_SISTEMA = (".ds_store", "thumbs.db", "desktop.ini")
_FALLAS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


class Paquete:
    """Un zip abierto y ya medido; `leer` da una parte entera, comprobada con su suma."""

    def __init__(self, flujo: BinaryIO) -> None:
        """Lanza Insano: no es un zip, está dañado, tiene contraseña o se infla demasiado."""
        self._zip, tamano = _abierto(flujo)
        partes = [parte for parte in self._zip.infolist() if not parte.is_dir()]
        _exigir_medida(partes, tamano)
        if any(parte.flag_bits & 1 for parte in partes):
            raise Insano("tiene contraseña; quítesela y vuelva a subirlo")
        self.partes = {parte.filename: parte for parte in partes}
        if len({nombre.casefold() for nombre in self.partes}) < len(partes):
            raise Insano(f"trae dos partes con el mismo nombre: {DANADO}")

    def leer(self, nombre: str) -> bytes:
        """Lanza Insano: no está, o no coincide con su suma."""
        try:
            return self._zip.read(self.partes[nombre])
        except (KeyError, *_FALLAS) as error:
            raise Insano(DANADO) from error


def contenidos(flujo: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """Los archivos de un `.zip`, uno a la vez; lo que deja el sistema operativo no cuenta.

    Lanza:
        Insano: no es un zip sano, o es un documento con otro nombre.
    """
    paquete = Paquete(flujo)
    if "[Content_Types].xml" in paquete.partes or "META-INF/manifest.xml" in paquete.partes:
        raise Insano("es un documento o un programa y no un zip; súbalo con su propia extensión")
    for nombre in paquete.partes:
        contenido = paquete.leer(nombre)
        llano = nombre.replace("\\", "/")
        if llano.startswith("/") or ".." in llano.split("/") or ":" in llano:
            raise Insano("trae rutas que salen de su carpeta; vuelva a comprimirlo")
        if not _lo_dejo_el_sistema(llano.casefold().split("/")):
            yield llano.rpartition("/")[2], io.BytesIO(contenido)


def _abierto(flujo: BinaryIO) -> tuple[zipfile.ZipFile, int]:
    """El zip y cuántos bytes ocupa cerrado. Lanza Insano."""
    if flujo.read(2) != b"PK":  # `zipfile` mira el final: otra cosa puede traer un zip pegado atrás
        raise Insano(f"no es lo que dice su nombre, o {DANADO}")
    tamano = flujo.seek(0, io.SEEK_END)
    flujo.seek(0)
    try:
        return zipfile.ZipFile(flujo), tamano
    except _FALLAS as error:
        raise Insano(DANADO) from error


def _exigir_medida(partes: Sequence[zipfile.ZipInfo], tamano: int) -> None:
    """Que no se infle demasiado, por lo que él mismo declara. Lanza Insano."""
    inflado = sum(parte.file_size for parte in partes)
    if len(partes) > MAXIMO_PARTES or inflado > MAXIMO_INFLADO or inflado > max(_HOLGADO, tamano * _RAZON):
        raise Insano("ocupa demasiado al abrirse; súbalo en partes")


def _lo_dejo_el_sistema(ruta: Sequence[str]) -> bool:
    """Si es de los que macOS y Windows ponen solos; por su nombre entero, que «thumbs.db.exe» no lo es."""
    return ruta[-1] in _DEL_SISTEMA or ("__macosx" in ruta[:-1] and ruta[-1].startswith("._"))
