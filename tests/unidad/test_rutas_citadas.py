"""Lo que se cita entre comillas invertidas existe: una ruta de archivo o el nombre de un módulo nuestro.

Al mover un módulo, quien lo nombraba en un docstring o en un documento se queda mandando a un lugar vacío, y ninguna
otra prueba lo nota. Alcanza a las decisiones (`docs/decisiones/`): dónde vive lo que dicen se pone al día al moverlo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

RAIZ = Path(__file__).parents[2]
CARPETAS = ("api", "docs", "flujos", "modelos", "plantillas_oficio", "tareas", "tests")
EXTENSIONES = (".py", ".md", ".typ", ".toml", ".html", ".css", ".js", ".yaml")
_RUTA = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|typ|toml|html|css|js|yaml|j2))(?:::?\w+)*`")
"""`papel/sello.py`, entera o desde cualquier carpeta; `oficios/test_oficio.py::test_y`, sin lo que sigue."""
_MODULO = re.compile(r"`((?:api|flujos|modelos|tareas|tests)(?:\.\w+)+)")
"""`tareas.avisos.junta`, o algo de dentro: `tareas.avisos.junta.juntar`."""


@cache
def archivos() -> tuple[Path, ...]:
    """Los del repositorio que se escriben a mano."""
    de_carpetas = (a for carpeta in CARPETAS for a in (RAIZ / carpeta).rglob("*") if a.suffix in EXTENSIONES)
    de_la_raiz = (a for a in RAIZ.iterdir() if a.is_file() and a.suffix in EXTENSIONES)
    return tuple(sorted(a for a in (*de_carpetas, *de_la_raiz) if "__pycache__" not in a.parts))


@cache
def existentes() -> frozenset[str]:
    """Cada archivo, por todas las rutas con que se le puede nombrar: entera y sin sus primeras carpetas."""
    de_carpetas = (a for carpeta in CARPETAS for a in (RAIZ / carpeta).rglob("*.*"))
    partes = [a.relative_to(RAIZ).parts for a in (*de_carpetas, *RAIZ.iterdir()) if a.is_file()]
    return frozenset("/".join(p[i:]) for p in partes for i in range(len(p)))


def existe_el_modulo(nombre: str) -> bool:
    """Si es un módulo, una carpeta, o algo que su módulo nombra."""
    partes = nombre.split(".")
    for hasta in range(len(partes), 1, -1):
        donde = RAIZ.joinpath(*partes[:hasta])
        modulo = donde / "__init__.py" if donde.is_dir() else donde.with_suffix(".py")
        if modulo.exists():
            return hasta == len(partes) or re.search(rf"\b{partes[hasta]}\b", modulo.read_text("utf-8")) is not None
    return False


def perdidas(texto: str) -> Iterator[str]:
    """Cada cita de algo que no existe, con su renglón."""
    for numero, renglon in enumerate(texto.splitlines(), 1):
        for ruta in _RUTA.findall(renglon):
            if ruta not in existentes():
                yield f"{numero}: {ruta}"
        for modulo in _MODULO.findall(renglon):
            if not (modulo.endswith(".py") or existe_el_modulo(modulo)):
                yield f"{numero}: {modulo}"


def test_lo_que_se_cita_existe() -> None:
    faltan = [f"{a.relative_to(RAIZ)}:{cita}" for a in archivos() for cita in perdidas(a.read_text("utf-8"))]
    assert not faltan, "se citan lugares que ya no existen; póngalos al día:\n" + "\n".join(faltan)


@pytest.mark.parametrize(
    ("dicho", "perdida"),
    [
        ("lo arma `{}/oficios/papel/hoja.py`", False),
        ("lo arma `papel/hoja.py`", False),
        ("lo arma `{}/oficios/hoja.py`", True),
        ("lo cuida `{}/../tests/nada.py::test_algo`", True),
        ("es de `{}.avisos.junta`", False),
        ("lo hace `{}.avisos.junta.juntar`", False),
        ("lo hace `{}.avisos.mensajes.juntar`", True),
        ("lo hace `{}.avisos.junta.repartir_todo`", True),
    ],
)
def test_se_nota_lo_que_no_existe(dicho: str, perdida: bool) -> None:  # noqa: FBT001 - caso de la tabla
    assert bool(list(perdidas(dicho.format("tareas")))) == perdida
