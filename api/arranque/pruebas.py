"""Lo que corre `./dstc probar` y `./dstc revisar`: lo mismo aquí y en la integración continua.

La revisión no se detiene en la primera falta: las dice todas. Las pruebas se
pasan siempre, y su línea de resumen es lo último que se imprime; si la revisión
falló, se repite ahí mismo para que nadie la pase por alto.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

RAIZ = Path(__file__).resolve().parents[2]
PAQUETES = ("api", "flujos", "tareas", "modelos", "tests")
NAVEGADORES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AVISO_REVISION = "DSTC_REVISION_FALLAS"
INSTALACION_MAX_S = 900


def probar(argumentos: Sequence[str]) -> int:
    """Sin argumentos: revisión y todas las pruebas. Con ellos: sólo `pytest` con ellos."""
    codigo = 0 if argumentos else revisar()
    entorno = {
        **os.environ,
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(RAIZ / ".dstc" / "prefect-pruebas"),
        # Hay entornos que no dejan guardar lo compilado, y cada proceso que lanza una prueba tardaba el doble.
        "PYTHONPYCACHEPREFIX": str(RAIZ / ".dstc" / "compilado"),
    }
    entorno.pop("PYTHONDONTWRITEBYTECODE", None)
    navegador = preparar_navegador()
    if navegador:
        entorno["DSTC_NAVEGADOR"] = navegador
    if codigo:
        entorno[AVISO_REVISION] = "1"
    orden = [sys.executable, "-m", "pytest", "-p", "api.arranque.pruebas"]
    if argumentos:
        return subprocess.run([*orden, *argumentos], cwd=RAIZ, env=entorno, check=False).returncode
    # Casi todo lo que tarda es espera (procesos que se matan, Prefect, navegador): caben más que núcleos.
    orden += ["-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist", "worksteal"]
    return subprocess.run(orden, cwd=RAIZ, env=entorno, check=False).returncode or codigo


def revisar() -> int:
    """Pasa las comprobaciones que no ejecutan el sistema y devuelve 1 si alguna falló."""
    paquetes = [p for p in PAQUETES if any((RAIZ / p).rglob("*.py"))]
    python = sys.executable
    comprobaciones = {
        "formato (ruff format)": [python, "-m", "ruff", "format", "--check", "."],
        "estilo (ruff check)": [python, "-m", "ruff", "check", "."],
        "tipos (mypy --strict)": [python, "-m", "mypy", *paquetes, "dstc"],
        "capas (lint-imports)": [
            python,
            "-c",
            "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())",
        ],
        "complejidad (radon)": [python, "-m", "api.arranque.complejidad"],
        "tablas (dstc tablas)": [python, "-m", "api.cli", "tablas"],
        "migraciones (alembic check)": [
            python,
            "-c",
            "from modelos.migraciones import migrar; migrar.comprobar_desde_cero()",
        ],
    }
    fallas = [nombre for nombre, orden in comprobaciones.items() if not _pasa(nombre, orden)]
    if fallas:
        print(f"La revisión falló en: {', '.join(fallas)}.\n", flush=True)
    return 1 if fallas else 0


def preparar_navegador() -> str:
    """La ruta de un Chromium que funcione; lo instala si se puede. Vacía si no hay."""
    pedido = os.environ.get("DSTC_NAVEGADOR")
    if pedido:
        ruta = shutil.which(pedido)
        if not ruta:
            print(f"DSTC_NAVEGADOR={pedido} no existe o no se puede ejecutar; busco otro.", flush=True)
        elif _navega(ruta):
            return ruta
    hallado = _navegador_instalado()
    apt = shutil.which("apt-get")
    if not hallado and apt and os.geteuid() == 0:
        print("No hay Chromium: lo instalo con apt-get (puede tardar unos minutos)…", flush=True)
        _instalar_chromium(apt)
        hallado = _navegador_instalado()
    if not hallado:
        print(
            "AVISO: no hay Chromium y las pruebas con navegador SE OMITIRÁN. Instálelo "
            "(en Debian: apt-get install chromium) o dé su ruta en DSTC_NAVEGADOR.",
            flush=True,
        )
    return hallado


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Repite en el resumen de pytest que la revisión previa falló."""
    if os.environ.get(AVISO_REVISION):
        terminalreporter.write_sep("=", "la revisión previa FALLÓ: vea arriba", red=True)


def _pasa(nombre: str, orden: Sequence[str]) -> bool:
    inicio = time.monotonic()
    hecho = subprocess.run(orden, cwd=RAIZ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    bien = hecho.returncode == 0
    print(f"{'bien ' if bien else 'FALLA'} {nombre}, {time.monotonic() - inicio:.1f} s", flush=True)
    if not bien:
        print(hecho.stdout, flush=True)
    return bien


def _navegador_instalado() -> str:
    candidatos = (shutil.which(n) for n in NAVEGADORES)
    return next((ruta for ruta in candidatos if ruta and _navega(ruta)), "")


def _navega(ruta: str) -> bool:
    """Lo ejecuta de verdad: en Ubuntu `chromium-browser` puede ser un mensaje que remite a snap."""
    try:
        return subprocess.run([ruta, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _instalar_chromium(apt: str) -> None:
    entorno = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for orden in ([apt, "update"], [apt, "install", "-y", "--no-install-recommends", "chromium"]):
        try:
            hecho = subprocess.run(orden, env=entorno, timeout=INSTALACION_MAX_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"No se pudo: {error}", flush=True)
            return
        if hecho.returncode:
            print(f"«{' '.join(orden)}» terminó con código {hecho.returncode}.", flush=True)
