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
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

RAIZ = Path(__file__).resolve().parent.parent
PAQUETES = ("api", "flujos", "tareas", "modelos", "tests")
NAVEGADORES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AVISO_REVISION = "DSTC_REVISION_FALLAS"
INSTALACION_MAX_S = 900
CAIDA = "tests/caida"
CAIDA_MAX_S = 1500
SALIDA_CAIDA, PROCESO_CAIDA = "DSTC_SALIDA_CAIDA", "DSTC_PROCESO_CAIDA"


def probar(argumentos: Sequence[str]) -> int:
    """Sin argumentos: revisión y todas las pruebas. Con ellos: sólo `pytest` con ellos."""
    codigo = 0 if argumentos else revisar()
    entorno = {
        **os.environ,
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(RAIZ / ".dstc" / "prefect-pruebas"),
    }
    navegador = preparar_navegador()
    if navegador:
        entorno["DSTC_NAVEGADOR"] = navegador
    if codigo:
        entorno[AVISO_REVISION] = "1"
    orden = [sys.executable, "-m", "pytest", "-p", "api.pruebas"]
    if argumentos:
        return subprocess.run([*orden, *argumentos], cwd=RAIZ, env=entorno, check=False).returncode
    return _todas(orden, entorno) or codigo


def _todas(orden: Sequence[str], entorno: Mapping[str, str]) -> int:
    """Todas las pruebas, en dos corridas a la vez: las de caída matan procesos y sobre todo esperan.

    Lo que imprimen las de caída se lee al final de las demás, antes del resumen.
    """
    with TemporaryDirectory() as carpeta:
        salida = Path(carpeta) / "caida"
        with salida.open("wb") as destino:
            aparte = subprocess.Popen(
                [*orden, CAIDA], cwd=RAIZ, env=dict(entorno), stdout=destino, stderr=subprocess.STDOUT
            )
        try:
            con_aviso = {**entorno, SALIDA_CAIDA: str(salida), PROCESO_CAIDA: str(aparte.pid)}
            demas = [*orden, f"--ignore={CAIDA}"]
            codigo = subprocess.run(demas, cwd=RAIZ, env=con_aviso, check=False).returncode
            return codigo or aparte.wait()
        finally:
            aparte.kill()
            aparte.wait()


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
        "migraciones (alembic check)": [
            python,
            "-c",
            "from modelos import migrar; migrar.comprobar_desde_cero()",
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
    if salida := os.environ.get(SALIDA_CAIDA):
        _esperar_a(int(os.environ[PROCESO_CAIDA]))
        terminalreporter.write_sep("=", "las de caída, que corrieron aparte")
        terminalreporter.write(Path(salida).read_text("utf-8", "replace"))
    if os.environ.get(AVISO_REVISION):
        terminalreporter.write_sep("=", "la revisión previa FALLÓ: vea arriba", red=True)


def _esperar_a(proceso: int) -> None:
    """Hasta que termine un proceso que es hijo de otro: su estado se lee en /proc, o con una señal vacía."""
    hasta = time.monotonic() + CAIDA_MAX_S
    while time.monotonic() < hasta and _corre(proceso):
        time.sleep(0.5)


def _corre(proceso: int) -> bool:
    try:
        os.kill(proceso, 0)
        estado = Path(f"/proc/{proceso}/stat")
        # Terminado y sin recoger por su padre: ya no corre.
        return not estado.exists() or estado.read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except (OSError, ValueError):
        return False


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
