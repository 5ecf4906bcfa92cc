"""Qué forma puede tener un JSON: se mira antes de decodificarlo, porque decodificar detiene a todos los demás."""

from __future__ import annotations

import re

from modelos.errores import FormularioIncompleto

HONDURA_MAXIMA = 32
VALORES_MAXIMOS = 50_000
_SIGNOS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
"""Un texto entero, o un signo que abre o cierra. Sin vuelta atrás: cuesta lo mismo venga lo que venga."""


def exigir_json_llano(cuerpo: bytes) -> None:
    """Rechaza el que trae demasiados valores, demasiado anidados o no está en UTF-8.

    Lanza:
        FormularioIncompleto: dice qué y cuánto se admite.
    """
    if b"\0" in cuerpo:
        raise FormularioIncompleto({"cuerpo": "no es JSON en UTF-8"})
    abren = cuerpo.count(b"[") + cuerpo.count(b"{")
    if abren + cuerpo.count(b",") > VALORES_MAXIMOS:
        raise FormularioIncompleto({"cuerpo": f"trae más de {VALORES_MAXIMOS} valores; envíelo en partes"})
    if abren > HONDURA_MAXIMA and _hondura(cuerpo) > HONDURA_MAXIMA:
        raise FormularioIncompleto({"cuerpo": f"está anidado en más de {HONDURA_MAXIMA} niveles"})


def _hondura(cuerpo: bytes) -> int:
    """Cuántos niveles llega a tener abiertos; deja de contar al pasar del máximo."""
    nivel = mayor = 0
    for hallado in _SIGNOS.finditer(cuerpo):
        signo = cuerpo[hallado.start()]
        nivel += (signo in b"[{") - (signo in b"]}")
        mayor = max(mayor, nivel)
        if mayor > HONDURA_MAXIMA:
            break
    return mayor
