"""El esquema: desde cero, dos veces, de ida y vuelta, y con varios procesos a la vez."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect

from modelos import sesion
from modelos.migraciones import migrar
from tests.accesorios.fabricas import Plantillas, sembrada
from tests.accesorios.postgres import base_nueva

RAIZ = Path(__file__).parents[3]
MIGRA = (
    "import sys; import tests.accesorios.fabricas; from modelos.migraciones import migrar; migrar.migrar(sys.argv[1])"
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def vacia(request: pytest.FixtureRequest, plantillas: Plantillas, tmp_path: Path) -> Iterator[str]:
    """La URL de una base recién creada, sin tablas."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/vacia.sqlite3"
    else:
        assert plantillas.servidor is not None
        url = base_nueva(plantillas.servidor)
    yield url
    sesion.motor(url).dispose()


def test_desde_cero_queda_como_dicen_las_tablas_y_repetir_no_cambia_nada(vacia: str) -> None:
    for _ in range(2):
        sembrada(vacia)
        migrar.comprobar(vacia)


def test_se_puede_deshacer_y_rehacer(vacia: str) -> None:
    sembrada(vacia)
    motor = create_engine(vacia)
    with motor.connect() as conexion:
        config = migrar.configuracion()
        config.attributes["connection"] = conexion
        command.downgrade(config, "base")
        conexion.commit()
    assert inspect(motor).get_table_names() == ["alembic_version"]
    motor.dispose()
    sembrada(vacia)
    migrar.comprobar(vacia)


def test_varios_procesos_migran_a_la_vez(vacia: str) -> None:
    orden = [sys.executable, "-c", MIGRA, vacia]
    procesos = [subprocess.Popen(orden, cwd=RAIZ, stderr=subprocess.PIPE) for _ in range(4)]
    salidas = [proceso.communicate(timeout=600)[1].decode() for proceso in procesos]
    assert [p.returncode for p in procesos] == [0] * 4, salidas
    migrar.comprobar(vacia)
