"""Cuánto ocupa un texto, sin abrir ninguna tipografía: basta para partir renglones que quepan.

Las medidas son de Noto Sans, la más ancha de las que se usan: lo que cabe con ella cabe con Arial.
"""

from __future__ import annotations

_ANGOSTAS = frozenset("iíjlI.,;:'|!¡·()[] ftr-/")
_ANCHAS = frozenset("mwMWÑOQGDHNUCÓÚ%@—…«»")


def ancho(texto: str, cuerpo: float) -> float:
    """Puntos que ocupa el texto en un renglón; cuerpo: tamaño de letra."""
    return cuerpo * sum(_de(c) for c in texto)


def _de(letra: str) -> float:
    if letra in _ANGOSTAS:
        return 0.36
    if letra in _ANCHAS:
        return 0.84
    return 0.68 if letra.isupper() else 0.6


def renglones(texto: str, cabe: float, cuerpo: float, maximo: int = 99) -> list[str]:
    """El texto partido entre palabras; lo que pase de `maximo` renglones se corta con «…».

    Una palabra más ancha que el renglón queda entera en el suyo: partirla la haría ilegible.
    """
    hechos: list[str] = []
    for palabra in texto.split():
        junto = f"{hechos[-1]} {palabra}" if hechos else palabra
        if hechos and ancho(junto, cuerpo) <= cabe:
            hechos[-1] = junto
        else:
            hechos.append(palabra)
    if len(hechos) <= maximo:
        return hechos
    ultimo = hechos[maximo - 1]
    while ultimo and ancho(f"{ultimo}…", cuerpo) > cabe:
        ultimo = ultimo[:-1]
    return [*hechos[: maximo - 1], f"{ultimo.rstrip()}…"]
