"""Una prueba por tabla que dice todas sus faltas juntas: quien transcribe corrige una vez."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

Caso = TypeVar("Caso")
Prueba = Callable[[Caso], None]


def por_tabla(
    casos: Iterable[Caso], tabla: Callable[[Caso], str], nombre: Callable[[Caso], str]
) -> Callable[[Prueba[Caso]], Callable[[str], None]]:
    """Un decorador: la prueba recibe un caso, y pytest ve una por tabla que los corre todos.

    tabla y nombre: de qué tabla es un caso y cómo se dice en la falta.
    """
    grupos: dict[str, list[Caso]] = {}
    for caso in casos:
        grupos.setdefault(tabla(caso), []).append(caso)

    assert grupos, "no hay ningún caso: una prueba que no corre no prueba nada"

    def decorar(prueba: Prueba[Caso]) -> Callable[[str], None]:
        def todas(de_la_tabla: str) -> None:
            faltas = []
            for caso in grupos[de_la_tabla]:
                try:
                    prueba(caso)
                except Exception as error:  # noqa: BLE001 - todas las faltas, sean como sean
                    faltas.append(f"{nombre(caso)}: {type(error).__name__} {error}")
            assert not faltas, "\n\n".join(faltas)

        todas.__name__, todas.__doc__, todas.__module__ = prueba.__name__, prueba.__doc__, prueba.__module__
        marcada: Any = pytest.mark.parametrize("de_la_tabla", list(grupos))(todas)
        return marcada  # type: ignore[no-any-return]

    return decorar
