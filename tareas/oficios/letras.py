"""Qué signos sabe dibujar una tipografía, y dónde se puede partir una palabra que no cabe.

Un PDF archivable no admite un signo sin dibujo: antes de componer se cambia por «�», para que se note.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from tareas.oficios.texto import SALTO

CORTE = "\u200b"
"""Un lugar donde se puede cambiar de renglón sin que se vea nada."""
REEMPLAZO = "�"
_PALABRA = 30


def partible(texto: str, cada: int = _PALABRA) -> str:
    """El texto con cortes en las palabras de más de `cada` letras: una dirección o una clave larga no se desborda."""
    if not any(len(palabra) > cada for palabra in texto.split()):
        return texto
    return re.sub(rf"\S{{{cada + 1},}}", lambda larga: CORTE.join(larga[0]), texto)


def dibujable(texto: str, signos: frozenset[int]) -> str:
    """El texto con lo que no se puede dibujar cambiado por «�»; los tabuladores, por espacios."""
    texto = texto.replace("\t", " ").replace(SALTO, "\n")
    return "".join(c if ord(c) in signos or c == "\n" else REEMPLAZO for c in texto)


def signos(ttf: bytes) -> frozenset[int]:
    """Los que dibuja un archivo TrueType, según su tabla `cmap` (formatos 4 y 12)."""
    cmap = next(
        desde
        for etiqueta, _, desde, _ in struct.iter_unpack(
            ">4sIII", ttf[12 : 12 + 16 * struct.unpack_from(">H", ttf, 4)[0]]
        )
        if etiqueta == b"cmap"
    )
    hallados: set[int] = set()
    for i in range(struct.unpack_from(">H", ttf, cmap + 2)[0]):
        desde = cmap + struct.unpack_from(">I", ttf, cmap + 4 + 8 * i + 4)[0]
        formato = struct.unpack_from(">H", ttf, desde)[0]
        hallados.update(_formato_4(ttf, desde) if formato == 4 else _formato_12(ttf, desde) if formato == 12 else ())
    return frozenset(hallados)


def _formato_4(ttf: bytes, desde: int) -> Iterator[int]:
    tramos = struct.unpack_from(">H", ttf, desde + 6)[0] // 2

    def columna(cual: int, clase: str) -> tuple[int, ...]:
        return struct.unpack_from(f">{tramos}{clase}", ttf, desde + 14 + 2 * tramos * cual + (2 if cual else 0))

    fin, inicio, delta, rango = columna(0, "H"), columna(1, "H"), columna(2, "h"), columna(3, "H")
    for i in range(tramos):
        for c in range(inicio[i], min(fin[i], 0xFFFE) + 1):
            if rango[i] == 0:
                dibujo = (c + delta[i]) & 0xFFFF
            else:
                donde = desde + 16 + 6 * tramos + 2 * i + rango[i] + 2 * (c - inicio[i])
                dibujo = struct.unpack_from(">H", ttf, donde)[0]
            if dibujo:
                yield c


def _formato_12(ttf: bytes, desde: int) -> Iterator[int]:
    cuantos = struct.unpack_from(">I", ttf, desde + 12)[0]
    for primero, ultimo, dibujo in struct.iter_unpack(">III", ttf[desde + 16 : desde + 16 + 12 * cuantos]):
        yield from range(primero if dibujo else primero + 1, ultimo + 1)
