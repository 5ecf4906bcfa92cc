"""Un texto tal como se compone: dónde se puede partir una palabra que no cabe, y qué se ve de lo que no tiene letra."""

from __future__ import annotations

import re

from modelos.oficios import letras
from tareas.oficios.redaccion.texto import SALTO

CORTE = "\u200b"
"""Un lugar donde se puede cambiar de renglón. Es una seña para la composición: al papel no llega ningún signo."""
Pieza = str | dict[str, str]
_PIEZAS = re.compile(
    rf"(?P<corte>{CORTE})"
    r"|(?P<junto>(?<![^\W_])[^\W_]{1,16}(?:-[^\W_]{1,16}){1,4}(?![^\W_]))"
    r"|(?P<respaldo>[≠≮≯])"
    r"|(?P<entero>[ṅṢṣẸẹỊịỌọ])"
)
"""junto: «NORM-2026-0001» no se parte en su guión: los visores quitan, al copiar, el que acaba un renglón.
respaldo, entero: los que la letra dibujaría por partes (la raya sobre el igual) y por eso se copiarían dobles."""
_PALABRA = 30


def en_tramos(texto: str, largo: int = 8) -> str:
    """El texto, que puede cambiar de renglón cada tantas letras: una dirección o un sello, que no son palabras."""
    return _sin_cortar_guiones(CORTE.join(texto[i : i + largo] for i in range(0, len(texto), largo)))


def partible(texto: str, cada: int = _PALABRA) -> str:
    """El texto con cortes en las palabras de más de `cada` letras: una dirección o una clave larga no se desborda."""
    if not any(len(palabra) > cada for palabra in texto.split()):
        return texto
    return re.sub(rf"\S{{{cada + 1},}}", lambda larga: _cortada(larga[0]), texto)


def _cortada(palabra: str) -> str:
    return _sin_cortar_guiones(CORTE.join(letras.con_sus_marcas(palabra)))


def _sin_cortar_guiones(partida: str) -> str:
    """Ningún corte junto a un guión: al copiar se perdería el que acabara un renglón."""
    return re.sub(f"{CORTE}?-{CORTE}?", "-", partida)


def dibujable(texto: str) -> str:
    """El texto con lo que no se puede dibujar cambiado por «�»; los tabuladores, por espacios. Lanza SinTipografias."""
    texto = texto.replace("\t", " ").replace(SALTO, "\n")
    trozos, hasta = [], 0
    for desde, signo in letras.ajenos(texto):
        trozos += [texto[hasta:desde], letras.REEMPLAZO]
        hasta = desde + len(signo)
    return "".join([*trozos, texto[hasta:]])


def piezas(texto: str) -> str | list[Pieza]:
    """El texto como lo escribe la composición (`_letra.typ`): tal cual, o en piezas si algo pide un trato aparte."""
    halladas: list[Pieza] = []
    hasta = 0
    for pieza in _PIEZAS.finditer(texto):
        halladas += [texto[hasta : pieza.start()]] if hasta < pieza.start() else []
        halladas.append({"como": str(pieza.lastgroup), "v": pieza[0]})
        hasta = pieza.end()
    if not halladas:
        return texto
    return [*halladas, texto[hasta:]]
