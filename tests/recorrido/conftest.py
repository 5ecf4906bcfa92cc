"""La aplicación servida, para las pruebas de páginas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fabricas import Instancia, servida


@pytest.fixture
def web(instancia_sqlite: Instancia) -> Iterator[str]:
    with servida(instancia_sqlite) as direccion:
        yield direccion
