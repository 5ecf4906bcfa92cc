"""Lo que alguien escribe o pega, limpio igual en todas las puertas: páginas, API, Excel, CSV, consola.

Lo pegado de Word o de una página trae signos que no se ven: hacen distinto lo que se lee igual, y nadie puede hallarlos
para borrarlos. Se quitan o se cambian por el que se quiso poner; lo que no se puede adivinar se nombra y se ubica.
Puro, y repetirlo no cambia nada.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from unicodedata import category, normalize

from modelos.errores import FormularioIncompleto

MARCAS_SEGUIDAS = 8
"""Acentos y marcas que puede llevar una letra; el idioma que más encima usa cuatro o cinco."""
_ALREDEDOR = 20
_LLANO = re.compile("[\t\n -~\xa1-\xac\xae-\u02ff]*")
"""Lo de todos los días, ya compuesto: no hay nada que limpiarle."""
# Word y algunas páginas cortan así los renglones; en un texto, todos son un salto.
_SALTOS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_ESPACIOS = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Guion suave, ancho cero, dirección de escritura, marca de orden de bytes, variantes de dibujo, rellenos y etiquetas.
_INVISIBLES = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Las viñetas de Word son letras de una tipografía suya (Symbol, Wingdings): sin ella no se ve nada.
_DE_WORD = str.maketrans({"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf0e0": "→", "\uf06f": "o"})
_DE_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TAL_VEZ_ENCIMADOS = re.compile(f"[^\\x00-\u02ff]{{{MARCAS_SEGUIDAS + 1},}}")
_CODIFICACIONES = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def sin_estorbos(texto: str) -> str:
    """El texto como se quiso escribir: compuesto (NFC), con espacios y saltos de siempre, y sin lo que no se ve."""
    if _LLANO.fullmatch(texto):
        return texto
    limpio = _ESPACIOS.sub(" ", _SALTOS.sub("\n", texto)).translate(_DE_WORD)
    return normalize("NFC", _INVISIBLES.sub("", limpio))


def estorbo(texto: str) -> str:
    """Qué signo impide guardar un texto ya limpio, y dónde está; vacío si ninguno.

    Los de control y las mitades sueltas de un carácter no los guarda igual una base que otra; los encimados sin fin
    traban a quien los dibuje.
    """
    if hallado := _DE_CONTROL.search(texto):
        return f"trae un carácter de control (U+{ord(hallado[0]):04X}) {_donde(texto, hallado.start())}; bórrelo"
    if (encimado := donde_encimados(texto)) is not None:
        return f"trae signos encimados (U+{ord(texto[encimado]):04X}) {_donde(texto, encimado)}; bórrelos"
    return ""


def donde_encimados(texto: str) -> int | None:
    """Dónde empieza la primera corrida de más de `MARCAS_SEGUIDAS` marcas sobre una misma letra; None si no hay."""
    for tramo in _TAL_VEZ_ENCIMADOS.finditer(texto):
        seguidas = 0
        for i, c in enumerate(tramo[0], tramo.start()):
            seguidas = seguidas + 1 if category(c) in {"Mn", "Me"} else 0
            if seguidas > MARCAS_SEGUIDAS:
                return i - MARCAS_SEGUIDAS
    return None


def descifrar(contenido: bytes) -> str | None:
    """El texto de un archivo, sin limpiar: UTF-8 o UTF-16 con su marca, o como lo guarda Excel en Windows (cp1252).

    None si no es texto. La marca de orden de bytes no forma parte de él.
    """
    seguro = _CODIFICACIONES.get(contenido[:2])
    for codificacion in (seguro,) if seguro else ("utf-8-sig", "cp1252"):
        try:
            texto = contenido.decode(codificacion)
        except UnicodeDecodeError:
            continue
        return None if _DE_CONTROL.search(_SALTOS.sub("\n", texto)) else texto
    return None


def _donde(texto: str, i: int) -> str:
    """«en el renglón 3, después de «…»»."""
    antes = texto[:i]
    renglon = antes.count("\n") + 1
    lugar = f"en el renglón {renglon}, " if "\n" in texto else ""
    previo = antes.rpartition("\n")[2].strip()[-_ALREDEDOR:]
    return lugar + (f"después de «{previo}»" if previo else "al principio")


def limpiar_texto(campo: str, texto: str) -> str:
    """El texto como se quiso escribir (`modelos.escritura.sin_estorbos`).

    Lanza:
        FormularioIncompleto: trae un signo que no se puede guardar; dice cuál y dónde.
    """
    limpio = sin_estorbos(texto)
    if falta := estorbo(limpio):
        raise FormularioIncompleto({campo: falta})
    return limpio


def en_un_renglon(campo: str, texto: str) -> str:
    """Lo mismo, sin saltos ni espacios de más. Lanza FormularioIncompleto."""
    return " ".join(limpiar_texto(campo, texto).split())


def faltas_de_largo(escritos: Mapping[str, str], largos: Mapping[str, int]) -> dict[str, str]:
    """De los que no caben, por campo, en cuánto deben escribirse."""
    return {c: f"escríbalo en {largos[c]} caracteres o menos" for c, v in escritos.items() if len(v) > largos[c]}
