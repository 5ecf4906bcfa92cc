"""Las instancias que comparten las pruebas; todo lo demás está en `tests.accesorios.fabricas`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from modelos import reloj, sesion
from modelos.ajustes import Ajustes
from modelos.organizacion import claves
from tests.accesorios.fabricas import Cliente, Instancia, Plantillas, servida, sin_esperar_al_disco
from tests.accesorios.postgres import servidor_postgres

# Una máquina lenta no es una falta: ninguna prueba se cae por tardar.
settings.register_profile("sin_reloj", deadline=None)
settings.load_profile("sin_reloj")


LARGAS = (
    (
        "tests/recorrido/ciclos/test_anio.py",
        "tests/recorrido/paginas/test_tres_mananas.py",
        "tests/recorrido/paginas/test_navegador.py",
    ),
    ("tests/caida/",),
    ("tests/integracion/motor/test_prefect_",),
)
"""Cada grupo, entero, a un trabajador: el año se simula una vez y el servidor de Prefect se comparte."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lo más largo, primero y repartido: si no, alguien se queda con ello cuando los demás ya acabaron.

    `worksteal` da a cada trabajador un tramo seguido de la lista, y luego quita del final de quien más tenga.
    """
    cuantos = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    tramos: list[list[pytest.Item]] = [[] for _ in range(cuantos)]
    cortas: list[pytest.Item] = []
    for prueba in items:
        grupo = next((n for n, inicios in enumerate(LARGAS) if prueba.nodeid.startswith(inicios)), None)
        (cortas if grupo is None else tramos[grupo % cuantos]).append(prueba)
    quedan = iter(cortas)
    for n, tramo in enumerate(tramos):
        caben = (len(items) * (n + 1)) // cuantos - (len(items) * n) // cuantos
        tramo.extend(islice(quedan, max(0, caben - len(tramo))))
    items[:] = [*chain.from_iterable(tramos), *quedan]


@pytest.fixture(scope="session", autouse=True)
def _contrasenas_baratas() -> Iterator[None]:
    """Entrar cuesta 0.2 s de procesador y aquí se entra miles de veces; lo que cuesta lo cuida `test_claves`."""
    with pytest.MonkeyPatch.context() as entorno:
        barata = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=256, parallelism=1),))
        entorno.setattr(claves, "_argon2", barata)
        yield


_de_todos = ExitStack()
_servidor: list[str] = []


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Un solo PostgreSQL para todos los trabajadores: lo levanta quien les reparte."""
    if not _servidor:
        _servidor.append(_de_todos.enter_context(servidor_postgres(rapido=True)))
    node.workerinput["postgres"] = _servidor[0]


def pytest_unconfigure() -> None:
    """Lo apaga cuando todos terminaron."""
    _de_todos.close()


@pytest.fixture(scope="session")
def plantillas(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _contrasenas_baratas: None
) -> Iterator[Plantillas]:
    """Las bases sembradas de que se copia cada prueba, en los dos motores."""
    de_quien_reparte: dict[str, str] | None = getattr(request.config, "workerinput", None)
    if de_quien_reparte is None:
        with servidor_postgres(rapido=True) as servidor:
            yield Plantillas(tmp_path_factory.mktemp("plantilla"), servidor)
        return
    comun = tmp_path_factory.getbasetemp().parent / "plantilla"
    comun.mkdir(exist_ok=True)
    yield Plantillas(comun, de_quien_reparte["postgres"], de_quien_reparte["workerid"])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def instancia(request: pytest.FixtureRequest, plantillas: Plantillas, tmp_path: Path) -> Iterator[Instancia]:
    """Una instancia propia de la prueba; la prueba corre dos veces, una por motor de base."""
    ajustes = Ajustes(datos=tmp_path, base=plantillas.copia(request.param, tmp_path), demo=True)
    sin_esperar_al_disco(ajustes.url_base)
    yield Instancia(ajustes)
    sesion.motor(ajustes.url_base).dispose()


@pytest.fixture
def instancia_sqlite(plantillas: Plantillas, tmp_path: Path) -> Iterator[Instancia]:
    """Una instancia sobre SQLite, para lo que no depende del motor de base."""
    ajustes = Ajustes(datos=tmp_path, base=plantillas.copia("sqlite", tmp_path), demo=True)
    sin_esperar_al_disco(ajustes.url_base)
    yield Instancia(ajustes)
    sesion.motor(ajustes.url_base).dispose()


@pytest.fixture(autouse=True)
def _clientes_cerrados() -> Iterator[None]:
    """Un enchufe sin cerrar se reclama en la prueba que esté corriendo cuando lo nota el recolector: en otra.

    Los que ya estaban abiertos son de su módulo, y él los cierra.
    """
    ya = len(Cliente.abiertos)
    yield
    while len(Cliente.abiertos) > ya:
        Cliente.abiertos.pop().close()


@pytest.fixture
def reloj_detenido(monkeypatch: pytest.MonkeyPatch) -> None:
    """Para lo que depende de cuánto hace que pasó algo: así no depende de cuánto tarda la prueba."""
    monkeypatch.setenv("DSTC_RELOJ", reloj.ahora().isoformat())


@pytest.fixture
def direccion(instancia: Instancia) -> Iterator[str]:
    """La aplicación de la instancia, servida de verdad."""
    with servida(instancia) as url:
        yield url
