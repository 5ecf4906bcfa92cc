"""Qué cambió entre dos textos, palabra por palabra: lo que se quitó, lo que se agregó y lo que sigue igual."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_PALABRA = re.compile(r"\S+\s*|\s+")
MUCHAS = 1500
"""Con más piezas que éstas en un mismo tramo no se busca palabra por palabra: se muestra entero."""
CONTEXTO = 400
"""De lo que sigue igual, cuántas letras se dejan a cada lado de un cambio."""


@dataclass(frozen=True)
class Trozo:
    """Un pedazo del texto. clase: `igual`, `quitado` o `agregado`."""

    clase: str
    texto: str


def comparar(antes: str, despues: str) -> list[Trozo]:
    """Los trozos en orden; vacía si son iguales, salvo espacios."""
    hallados: list[Trozo] = []
    renglones = (f"{texto}\n".splitlines(keepends=True) for texto in (antes, despues))
    for trozo in _por_renglones(*renglones):
        if hallados and hallados[-1].clase == trozo.clase:
            trozo = Trozo(trozo.clase, hallados.pop().texto + trozo.texto)  # noqa: PLW2901 - se junta con el anterior
        hallados.append(trozo)
    if all(trozo.clase == "igual" for trozo in hallados):
        return []
    return [_recortado(t, i, len(hallados)) for i, t in enumerate(hallados)]


def _por_renglones(antes: list[str], despues: list[str]) -> Iterator[Trozo]:
    for que, a, b, c, d in _pasos(antes, despues):
        if que == "equal":
            yield Trozo("igual", "".join(despues[c:d]))
        else:
            yield from _por_palabras("".join(antes[a:b]), "".join(despues[c:d]))


def _por_palabras(antes: str, despues: str) -> Iterator[Trozo]:
    de, a = _PALABRA.findall(antes), _PALABRA.findall(despues)
    for que, i, j, k, m in _pasos(de, a):
        if que == "equal":
            yield Trozo("igual", "".join(a[k:m]))
            continue
        if i < j:
            yield Trozo("quitado", "".join(de[i:j]))
        if k < m:
            yield Trozo("agregado", "".join(a[k:m]))


def _pasos(antes: list[str], despues: list[str]) -> list[tuple[str, int, int, int, int]]:
    if max(len(antes), len(despues)) > MUCHAS:
        return [("replace", 0, len(antes), 0, len(despues))]
    # Cuántos espacios siguen a una palabra no se compara; si cierra el renglón, sí.
    de, a = ([(pieza.strip(), "\n" in pieza) for pieza in piezas] for piezas in (antes, despues))
    # Con `autojunk`: sin él, un texto que repite mil veces la misma palabra tarda medio minuto.
    return list(SequenceMatcher(None, de, a).get_opcodes())


def _recortado(trozo: Trozo, lugar: int, cuantos: int) -> Trozo:
    """Lo igual y largo se abrevia: del principio queda su final, y al revés."""
    texto = trozo.texto
    principio = "" if lugar == 0 else texto[:CONTEXTO]
    final = "" if lugar == cuantos - 1 else texto[-CONTEXTO:]
    if trozo.clase != "igual" or len(texto) <= len(principio) + len(final) + CONTEXTO:
        return trozo
    return Trozo("igual", f"{principio} […] {final}")
