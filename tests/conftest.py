"""Las instancias que comparten las pruebas; todo lo demás está en `tests.fabricas`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from modelos import claves, reloj, sesion
from modelos.ajustes import Ajustes
from tests.fabricas import Cliente, Instancia, Plantillas, servida
from tests.postgres import servidor_postgres

# Una máquina lenta no es una falta: ninguna prueba se cae por tardar.
settings.register_profile("sin_reloj", deadline=None)
settings.load_profile("sin_reloj")


@pytest.fixture(scope="session", autouse=True)
def _contrasenas_baratas() -> Iterator[None]:
    """Entrar cuesta 0.2 s de procesador y aquí se entra miles de veces; lo que cuesta lo cuida `test_claves`."""
    with pytest.MonkeyPatch.context() as entorno:
        barata = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=256, parallelism=1),))
        entorno.setattr(claves, "_argon2", barata)
        yield


@pytest.fixture(scope="session")
def plantillas(tmp_path_factory: pytest.TempPathFactory, _contrasenas_baratas: None) -> Iterator[Plantillas]:
    """Las bases sembradas de que se copia cada prueba, en los dos motores."""
    with servidor_postgres(rapido=True) as servidor:
        yield Plantillas(tmp_path_factory.mktemp("plantilla"), servidor)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def instancia(request: pytest.FixtureRequest, plantillas: Plantillas, tmp_path: Path) -> Iterator[Instancia]:
    """Una instancia propia de la prueba; la prueba corre dos veces, una por motor de base."""
    ajustes = Ajustes(datos=tmp_path, base=plantillas.copia(request.param, tmp_path), demo=True)
    yield Instancia(ajustes)
    sesion.motor(ajustes.url_base).dispose()


@pytest.fixture
def instancia_sqlite(plantillas: Plantillas, tmp_path: Path) -> Iterator[Instancia]:
    """Una instancia sobre SQLite, para lo que no depende del motor de base."""
    ajustes = Ajustes(datos=tmp_path, base=plantillas.copia("sqlite", tmp_path), demo=True)
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
