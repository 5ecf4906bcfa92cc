"""La aplicación servida y un navegador, para las pruebas de páginas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.accesorios.fabricas import Instancia, servida
from tests.accesorios.paginas.navegador import Sala, abrir_navegador, ruta_navegador


@pytest.fixture
def web(instancia_sqlite: Instancia) -> Iterator[str]:
    with servida(instancia_sqlite) as direccion:
        yield direccion


@pytest.fixture(scope="module")  # no más: mientras está abierto, en ese hilo no puede correr otro bucle de asyncio
def navegador() -> Iterator[Browser]:
    if ruta_navegador() is None:
        pytest.skip("no hay Chromium; dé su ruta en DSTC_NAVEGADOR")
    with abrir_navegador() as abierto:
        yield abierto


@pytest.fixture
def sala(navegador: Browser, web: str) -> Iterator[Sala]:
    abierta = Sala(navegador, web)
    yield abierta
    abierta.cerrar()
    assert not abierta.quejas, "la política de contenido bloqueó algo de nuestras páginas"
