"""El primer arranque: nunca da por buena una instalación a medias ni depende de dónde se baje."""

import ast
import fcntl
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

RAIZ = Path(__file__).resolve().parents[3]
CANDADOS = ("dstc", "requirements.lock", "tests/requirements.lock", "package.json", "package-lock.json")


class Version(NamedTuple):
    major: int
    minor: int


@pytest.fixture
def dstc(tmp_path: Path) -> ModuleType:
    """El programa `dstc`, cargado como módulo sobre una raíz de prueba sin nada instalado."""
    cargador = importlib.machinery.SourceFileLoader("dstc_probado", str(RAIZ / "dstc"))
    especificacion = importlib.util.spec_from_loader(cargador.name, cargador)
    assert especificacion is not None
    modulo: Any = importlib.util.module_from_spec(especificacion)
    sin_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # `dstcc` junto al programa, no
    try:
        cargador.exec_module(modulo)
    finally:
        sys.dont_write_bytecode = sin_bytecode
    (tmp_path / "tests").mkdir()
    for nombre in CANDADOS:
        (tmp_path / nombre).write_text(nombre)
    modulo.RAIZ = tmp_path
    modulo.ENTORNO = tmp_path / ".dstc"
    modulo.VENV = modulo.ENTORNO / "venv"
    modulo.PYTHON = modulo.VENV / "bin" / "python"
    modulo.MARCA = modulo.ENTORNO / "instalado"
    modulo.A_MEDIAS = modulo.ENTORNO / "a-medias"
    modulo.TERCEROS = tmp_path / "terceros"
    modulo.CARPETA_TIPOGRAFIAS = tmp_path / "tipografias"
    modulo.ENTORNO.mkdir()
    return modulo  # type: ignore[no-any-return]


def simular_instalacion(dstc: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Sustituye lo que sale a la red por archivos vacíos y devuelve las órdenes que se dieron."""
    ordenes: list[list[str]] = []

    def correr(orden: list[str], _entorno: dict[str, str], _que_hacer: str, _carpeta: Path = RAIZ) -> None:
        ordenes.append(orden)
        dstc.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        dstc.PYTHON.touch()

    def preparar_estaticos(_uv: str, _entorno: dict[str, str]) -> None:
        for _origen, archivo in dstc.publicados():
            archivo.parent.mkdir(exist_ok=True)
            archivo.touch()

    monkeypatch.setattr(dstc, "correr", correr)
    monkeypatch.setattr(dstc, "preparar_uv", lambda _entorno: "uv")
    monkeypatch.setattr(dstc, "preparar_estaticos", preparar_estaticos)
    return ordenes


def test_un_python_viejo_entiende_el_archivo_y_recibe_una_frase(monkeypatch: pytest.MonkeyPatch) -> None:
    fuente = (RAIZ / "dstc").read_text("utf-8")
    ast.parse(fuente, feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", Version(3, 8))
    with pytest.raises(SystemExit, match=r"Se necesita Python 3\.11 o posterior .* usó 3\.8\. Ejecute python3\."):
        exec(compile(fuente, "dstc", "exec"), {"__name__": "dstc"})  # noqa: S102 — es nuestro propio archivo


def test_queda_al_dia_hasta_que_cambia_un_candado(dstc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    simular_instalacion(dstc, monkeypatch)
    assert not dstc.esta_al_dia("base")
    dstc.instalar("base")
    assert dstc.esta_al_dia("base")
    assert not dstc.esta_al_dia("pruebas")
    (dstc.RAIZ / "requirements.lock").write_text("otra cosa")
    assert not dstc.esta_al_dia("base")


def test_si_borran_las_hojas_de_estilo_se_reponen(dstc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    simular_instalacion(dstc, monkeypatch)
    dstc.instalar("base")
    (dstc.TERCEROS / "bootstrap.min.css").unlink()
    assert not dstc.esta_al_dia("base")


def test_lo_de_pruebas_no_se_quita_al_correr_otra_orden(dstc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ordenes = simular_instalacion(dstc, monkeypatch)
    dstc.instalar("pruebas")
    assert dstc.esta_al_dia("base")
    (dstc.RAIZ / "requirements.lock").write_text("otra cosa")
    dstc.instalar("base")
    assert ordenes[-1][-1] == str(dstc.RAIZ / "tests/requirements.lock")


def test_una_instalacion_a_medias_no_se_da_por_buena(dstc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    simular_instalacion(dstc, monkeypatch)
    dstc.instalar("base")
    (dstc.RAIZ / "requirements.lock").write_text("otra cosa")
    resto = dstc.VENV / "a-medio-escribir"

    def se_corta(*_: object) -> None:
        resto.touch()
        raise dstc.ErrorInstalacion("se fue la red")

    with monkeypatch.context() as roto:
        roto.setattr(dstc, "correr", se_corta)
        with pytest.raises(dstc.ErrorInstalacion):
            dstc.instalar("base")
    (dstc.RAIZ / "requirements.lock").write_text("requirements.lock")  # ni volviendo al candado de antes
    assert not dstc.esta_al_dia("base")
    dstc.instalar("base")
    assert dstc.esta_al_dia("base")
    assert not resto.exists()


def test_dos_ordenes_a_la_vez_instalan_una_tras_otra(tmp_path: Path) -> None:
    entorno = tmp_path / ".dstc"
    entorno.mkdir()
    programa = (
        "import importlib.machinery, importlib.util, sys; from pathlib import Path; sys.dont_write_bytecode = True\n"
        f"c = importlib.machinery.SourceFileLoader('d', {str(RAIZ / 'dstc')!r})\n"
        "d = importlib.util.module_from_spec(importlib.util.spec_from_loader('d', c)); c.exec_module(d)\n"
        f"d.ENTORNO = Path({str(entorno)!r})\n"
        "with d.turno_de_instalar(): print('me tocó', flush=True)\n"
    )
    with (entorno / "candado").open("w") as candado:
        fcntl.flock(candado, fcntl.LOCK_EX)
        segunda = subprocess.Popen(
            [sys.executable, "-c", programa], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert segunda.stderr is not None
        assert "Otra orden está instalando" in segunda.stderr.readline()
        time.sleep(0.2)
        assert segunda.poll() is None
    salida, _ = segunda.communicate(timeout=300)
    assert "me tocó" in salida


def test_los_candados_no_dicen_de_donde_se_baja() -> None:
    paquetes = json.loads((RAIZ / "package-lock.json").read_text())["packages"]
    terceros = {nombre: datos for nombre, datos in paquetes.items() if nombre}
    assert terceros
    assert all("resolved" not in datos and "integrity" in datos for datos in terceros.values())
    anfitriones = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com")
    for nombre in (*CANDADOS, "pyproject.toml"):
        texto = (RAIZ / nombre).read_text("utf-8")
        assert not [a for a in anfitriones if a in texto], nombre


def test_cada_biblioteca_va_con_su_huella() -> None:
    for nombre in ("requirements.lock", "tests/requirements.lock"):
        lineas = (RAIZ / nombre).read_text("utf-8").splitlines()
        fijadas = [i for i, linea in enumerate(lineas) if "==" in linea and not linea.startswith((" ", "#"))]
        assert fijadas
        assert [lineas[i] for i in fijadas if "--hash=sha256:" not in lineas[i + 1]] == []


def test_las_ordenes_no_cargan_lo_que_no_usan() -> None:
    programa = (
        "import sys, api.cli.__main__, api.arranque.instancia, api.arranque.preparacion, api.arranque.procesos; "
        "print(*sys.modules)"
    )
    cargados = subprocess.run(
        [sys.executable, "-c", programa],
        env={**os.environ, "PYTHONPATH": str(RAIZ)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"prefect", "sqlalchemy", "sqlmodel", "fastapi", "uvicorn", "alembic"} & set(cargados)
