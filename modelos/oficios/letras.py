"""Qué signos sabe dibujar la letra de los oficios, y cuáles de un texto no.

Son varias tipografías: la del texto y las que la respaldan con los signos que la normativa y las lenguas de México usan
y ella no trae (≥, →, ☑, ①…). Lo que ninguna dibuja no se cambia ni se omite: impide firmar, y se dice cuál es.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from modelos.oficios.errores import SinTipografias

TIPOGRAFIAS = Path(__file__).parents[2] / ".dstc" / "tipografias"
TEXTO = "Noto Sans"
ESTILOS = tuple(f"NotoSans-{estilo}.ttf" for estilo in ("Regular", "Italic", "Bold", "BoldItalic"))
RESPALDOS = {
    "Noto Sans Math": "NotoSansMath-Regular.ttf",
    "Noto Sans Symbols": "NotoSansSymbols-Regular.ttf",
    "Noto Sans Symbols 2": "NotoSansSymbols2-Regular.ttf",
}
"""Familia y archivo, en el orden en que la composición los busca. Tienen un solo estilo: su negrita es la misma."""
Familias = tuple[frozenset[int], ...]
REEMPLAZO = "�"
"""Lo que un borrador muestra en lugar de un signo sin letra. Nadie lo escribe: si viene en un texto, se perdió algo."""
_AL_REVES = frozenset({"R", "AL"})
_VACIOS = frozenset({0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0})
"""Ocupan lugar y no se ven."""
_QUE_NO_SE_VEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"})
_SE_VEN = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")
_SELECTORES = re.compile("[\u034f\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_NO_SON_SIGNOS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
"""Los que nunca serán de nadie: sirven de señas entre módulos (`plantilla.py`), así que en un dato no pueden quedar."""
_A_LA_VISTA = 3
_SIGNOS_DE_WORD = range(0xF020, 0xF100)
"""Donde Word guarda los signos de sus letras Symbol y Wingdings: sin esas letras no dicen nada."""


def ajenos(texto: str) -> list[tuple[int, str]]:
    """Dónde está cada signo que ninguna letra dibuja, y cuál es: una letra con las marcas que lleve encima.

    El renglón nuevo y el tabulador no son signos. Lanza SinTipografias.
    """
    base = familias()[0]
    if all(ord(c) in base for c in set(texto) - {"\n", "\t"}):
        return []
    hallados, desde = [], 0
    for signo in con_sus_marcas(texto):
        if not _se_dibuja(signo):
            hallados.append((desde, signo))
        desde += len(signo)
    return hallados


def con_sus_marcas(texto: str) -> list[str]:
    """Cada letra con las marcas que lleve encima: se dibuja entera con una misma tipografía, o no se dibuja."""
    signos: list[str] = []
    for c in texto:
        if signos and unicodedata.category(c) in {"Mn", "Me", "Mc"} and signos[-1] not in {"\n", "\t"}:
            signos[-1] += c
        else:
            signos.append(c)
    return signos


def falta(texto: str) -> str:
    """Por qué un renglón no se puede imprimir en un oficio; vacío si se puede. Lanza SinTipografias."""
    visible = "".join(c for c in unicodedata.normalize("NFC", texto) if not invisible(c))
    hallados = list(dict.fromkeys(signo for _, signo in ajenos(visible)))
    if not hallados:
        return ""
    cuales = ", ".join(nombre(signo) for signo in hallados[:_A_LA_VISTA])
    return f"lleva {cuales}, que la letra de los oficios no tiene; escríbalo de otro modo"


def faltas(escritos: Mapping[str, str]) -> dict[str, str]:
    """De los que no se pueden imprimir, por campo, por qué. Lanza SinTipografias."""
    return {campo: motivo for campo, texto in escritos.items() if (motivo := falta(texto))}


@cache
def invisible(c: str) -> bool:
    """Si no se ve ni en pantalla ni en papel: control, anchos cero, guiones suaves, selectores de dibujo."""
    clase = unicodedata.category(c)
    if clase in {"Cc", "Cf"}:
        return not _SE_VEN.match(c)
    return bool(_SELECTORES.match(c) or _NO_SON_SIGNOS.match(c))


def nombre(signo: str) -> str:
    """Cómo se le llama en un aviso: `«漢» (U+6F22)`; el que no se ve, sólo por su número."""
    numero = " ".join(f"U+{ord(c):04X}" for c in signo)
    if ord(signo[0]) in _SIGNOS_DE_WORD:
        return f"un signo de las letras Symbol o Wingdings de Word ({numero})"
    if unicodedata.category(signo[0]) in _QUE_NO_SE_VEN or ord(signo[0]) in _VACIOS:
        return f"un signo sin dibujo ({numero})"
    return f"«{signo}» ({numero})"


@cache
def familias() -> Familias:
    """Los signos de cada familia; de la del texto, los que tienen sus cuatro estilos. Lanza SinTipografias."""
    del_texto = frozenset.intersection(*(signos(archivo) for archivo in _leidos(ESTILOS))) - {ord(REEMPLAZO)}
    # Los que se escriben de derecha a izquierda cambiarían de orden lo que los rodea.
    respaldos = (
        frozenset(c for c in signos(archivo) if unicodedata.bidirectional(chr(c)) not in _AL_REVES) - _VACIOS
        for archivo in _leidos(RESPALDOS.values())
    )
    return (del_texto, *respaldos)


def _leidos(archivos: Iterable[str]) -> Iterator[bytes]:
    for archivo in archivos:
        try:
            yield (TIPOGRAFIAS / archivo).read_bytes()
        except OSError as error:
            raise SinTipografias(str(TIPOGRAFIAS)) from error


def _se_dibuja(signo: str) -> bool:
    return signo in {"\n", "\t"} or any(all(ord(c) in familia for c in signo) for familia in familias())


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
