"""Cuántas funciones son difíciles de seguir: `python -m api.arranque.complejidad`, que `./dstc revisar` exige.

Difícil es un bloque de complejidad C o más (11 caminos) según radon. Los mejores del ramo tienen de 0.7 a 1.7 %.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from radon.complexity import cc_visit  # type: ignore[import-untyped]

from api.arranque.instancia import RAIZ

PISOS = ("modelos", "tareas", "flujos", "api")
MAXIMO = 0.02
DIFICIL = 11


def bloques() -> Iterator[tuple[str, int]]:
    """Cada función, método y clase del programa, con su complejidad."""
    for piso in PISOS:
        for archivo in sorted((RAIZ / piso).rglob("*.py")):
            for bloque in cc_visit(archivo.read_text("utf-8")):
                yield f"{archivo.relative_to(RAIZ)}:{bloque.lineno} {bloque.fullname}", bloque.complexity


def main() -> int:
    """Imprime la cuenta y las más difíciles; 1 si son más de las que se admiten."""
    todos = list(bloques())
    dificiles = sorted(((c, donde) for donde, c in todos if c >= DIFICIL), reverse=True)
    parte = len(dificiles) / len(todos)
    print(f"{len(dificiles)} de {len(todos)} bloques son difíciles de seguir: {parte:.2%}, y se admite {MAXIMO:.0%}.")
    for complejidad, donde in dificiles:
        print(f"  {complejidad}  {donde}")
    if parte <= MAXIMO:
        return 0
    print("Parta las de arriba en piezas que digan una idea cada una.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
