"""El logotipo que la institución configure, como lo admite la composición: siempre un SVG."""

from __future__ import annotations

import struct
from base64 import b64encode
from functools import lru_cache
from pathlib import Path

from tareas.oficios.errores import SinLogotipo

MAXIMO = 2 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_HASTA_SU_TAMANO = 24
"""Bytes de un PNG hasta donde dice cuánto mide."""


def como_svg(ruta: str) -> str:
    """El archivo como SVG; un PNG va dentro de uno de su tamaño.

    Lanza:
        SinLogotipo: no está, no se puede leer, pasa de 2 MB, está cortado, o no es PNG ni SVG.
    """
    archivo = Path(ruta)
    try:
        estado = archivo.stat()
    except OSError as error:
        raise SinLogotipo(ruta, "no se puede leer") from error
    if estado.st_size > MAXIMO:
        raise SinLogotipo(ruta, "pasa de 2 MB")
    return _leido(ruta, estado.st_mtime_ns)


@lru_cache(maxsize=8)
def _leido(ruta: str, _cambio: int) -> str:
    try:
        crudo = Path(ruta).read_bytes()
    except OSError as error:
        raise SinLogotipo(ruta, "no se puede leer") from error
    if crudo.startswith(_PNG):
        if len(crudo) < _HASTA_SU_TAMANO:
            raise SinLogotipo(ruta, "está cortado o dañado")
        ancho, alto = struct.unpack(">II", crudo[16:24])
        imagen = f'<image width="{ancho}" height="{alto}" href="data:image/png;base64,{b64encode(crudo).decode()}"/>'
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {ancho} {alto}">{imagen}</svg>'
    texto = crudo.decode("utf-8", "replace")
    if "<svg" not in texto[:2000]:
        raise SinLogotipo(ruta, "no es un archivo PNG ni SVG")
    return texto
