"""`./dstc tablas` y `./dstc prefect-yaml`: lo que dicen a quien agrega un procedimiento."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy2, copytree, ignore_patterns

import pytest

from api.arranque.instancia import RAIZ


@pytest.fixture
def copia(tmp_path: Path) -> Path:
    """El programa, que se puede echar a perder."""
    for carpeta in ("api", "flujos", "modelos", "plantillas_oficio", "tareas"):
        copytree(RAIZ / carpeta, tmp_path / carpeta, ignore=ignore_patterns("terceros"))
    copy2(RAIZ / "prefect.yaml", tmp_path)
    return tmp_path


def _dstc(copia: Path, orden: str) -> subprocess.CompletedProcess[str]:
    entorno = {**os.environ, "PYTHONPATH": str(copia), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, "-m", "api.cli", orden],
        cwd=copia,
        env=entorno,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _cambiar(archivo: Path, viejo: str, nuevo: str) -> None:
    texto = archivo.read_text("utf-8")
    assert viejo in texto
    archivo.write_text(texto.replace(viejo, nuevo, 1), "utf-8")


def test_dice_cuales_hay_y_que_sigue(copia: Path) -> None:
    dicho = _dstc(copia, "tablas")
    assert dicho.returncode == 0, dicho.stderr
    assert "seguimiento  2025-11-20  Seguimiento (9 actividades, 3 oficios)" in dicho.stdout
    assert "Sigue: ./dstc probar" in dicho.stdout


def test_dice_todas_las_faltas_de_las_plantillas_y_lo_que_hay_que_correr(copia: Path) -> None:
    (copia / "plantillas_oficio/seguimiento/of_13.md.j2").unlink()
    _cambiar(copia / "plantillas_oficio/concertacion/of_16.md.j2", '"M-C-6"', '"M-S-3"')
    _cambiar(copia / "prefect.yaml", "flow_name: seguimiento", "flow_name: otro")
    dicho = _dstc(copia, "tablas")
    assert dicho.returncode == 1
    assert "escriba plantillas_oficio/seguimiento/of_13.md.j2" in dicho.stderr
    assert "M-S-3, que es de otro procedimiento" in dicho.stderr
    assert "corra ./dstc prefect-yaml" in dicho.stderr
    assert _dstc(copia, "prefect-yaml").returncode == 0
    assert "prefect-yaml" not in _dstc(copia, "tablas").stderr


def test_una_tabla_mal_hecha_dice_todo_sin_rastro_de_programa(copia: Path) -> None:
    _cambiar(copia / "flujos/manual_dstc/seguimiento.py", 'nombre="Seguimiento"', 'nombre=""')
    _cambiar(copia / "flujos/manual_dstc/concertacion.py", '"M-C-2"', '"M-S-2"')
    dicho = _dstc(copia, "tablas")
    assert dicho.returncode == 1
    assert "«seguimiento» del 2025-11-20: le falta nombre" in dicho.stderr
    assert "M-S-2, que es de otro procedimiento" in dicho.stderr
    assert "Traceback" not in dicho.stderr
