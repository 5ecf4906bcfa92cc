"""Lo que el README promete, hecho como lo haría quien llega: con `./dstc` y nada más."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.accesorios.fabricas import Cliente, puerto_libre

RAIZ = Path(__file__).parents[2]
DSTC = str(RAIZ / "dstc")


def _entorno(datos: Path, **mas: str) -> dict[str, str]:
    limpio = {k: v for k, v in os.environ.items() if not k.startswith(("DSTC_", "PREFECT_", "VIRTUAL_ENV", "PYTHON"))}
    return {**limpio, "DSTC_DATOS": str(datos), **mas}


def _orden(datos: Path, *argumentos: str, **mas: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DSTC, *argumentos], env=_entorno(datos, **mas), capture_output=True, text=True, timeout=900, check=False
    )


def test_la_integracion_continua_pasa_lo_que_el_readme_dice() -> None:
    readme = (RAIZ / "README.md").read_text("utf-8")
    assert re.search(r"^ +\./dstc probar +#", readme, re.MULTILINE)
    assert "exec ./dstc probar\n" in (RAIZ / ".ci" / "run").read_text("utf-8")


def test_cada_orden_que_el_readme_nombra_existe(tmp_path: Path) -> None:
    readme = (RAIZ / "README.md").read_text("utf-8")
    nombradas = {m.split("|")[0] for m in re.findall(r"\./dstc ([a-z]+(?: [a-z]+)?)", readme)}
    for orden in sorted(nombradas - {"demo", "probar", "banco", "servir", "revisar"}):
        palabras = orden.split() if orden.split()[0] in ("persona", "cast", "bitacora") else orden.split()[:1]
        ayuda = _orden(tmp_path, *palabras, "--help")
        assert ayuda.returncode == 0, orden


def test_la_demostracion_se_levanta_se_usa_y_no_deja_procesos(tmp_path: Path) -> None:
    puerto = puerto_libre()
    entorno = _entorno(tmp_path, DSTC_PUERTO=str(puerto), DSTC_PUERTO_PREFECT=str(puerto_libre()))
    with (tmp_path / "salida.log").open("wb") as salida:
        demo = subprocess.Popen([DSTC, "demo"], env=entorno, stdout=salida, stderr=salida, start_new_session=True)
    direccion = f"http://127.0.0.1:{puerto}"
    try:
        for _ in range(3000):
            try:
                if httpx.get(f"{direccion}/api/v1/salud", timeout=2).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        with Cliente(direccion, "coordinacion") as cliente:
            assert cliente.get("/procedimientos").json()["total"] == 11
        assert httpx.get(direccion, follow_redirects=True).status_code == 200
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(300)
    assert f"Listo: {direccion}" in (tmp_path / "salida.log").read_text("utf-8")
    # Cada hijo lleva la carpeta de datos en su entorno: ninguno debe seguir vivo.
    assert _vivos_con(str(tmp_path)) == []


def _vivos_con(texto: str) -> list[str]:
    vivos = []
    for proceso in Path("/proc").glob("[0-9]*"):
        try:
            if texto.encode() in (proceso / "environ").read_bytes() and proceso.name != str(os.getpid()):
                vivos.append((proceso / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return vivos


def test_una_instancia_de_verdad_se_prepara_y_se_administra(tmp_path: Path) -> None:
    sin_base = _orden(tmp_path, "bitacora", "verificar")
    assert (sin_base.returncode, "./dstc migrar" in sin_base.stderr) == (2, True)
    assert _orden(tmp_path, "migrar").returncode == 0
    alta = ("persona", "crear", "ana@ejemplo.mx", "--nombre", "Ana", "--unidad", "DSTC", "--rol", "coordinacion")
    assert _orden(tmp_path, *alta, DSTC_CLAVE="corta").returncode == 1
    assert _orden(tmp_path, *alta, DSTC_CLAVE="una contraseña larga").returncode == 0
    repetida = _orden(tmp_path, *alta, DSTC_CLAVE="una contraseña larga")
    assert "Ya existe" in repetida.stderr
    cast = ("cast", "crear", "CAST-01", "--nombre", "Centro de prueba", "--depende-de", "CE-15")
    assert _orden(tmp_path, *cast).returncode == 0
    verificada = _orden(tmp_path, "bitacora", "verificar")
    assert (verificada.returncode, "0 expedientes" in verificada.stdout) == (0, True)


@pytest.mark.parametrize(
    ("ajuste", "valor", "dice"),
    [
        ("DSTC_PUERTO", "abc", "debe ser un número entero"),
        ("DSTC_PUERTO", "70000", "debe ser 65535 o menos"),
        ("DSTC_BASE", "basura", "postgresql+psycopg://"),
        ("DSTC_BASE", "postgresql+psycopg://x@127.0.0.1:1/b", "no responde"),
        ("DSTC_RELOJ", "mañana", "2026-05-15T09:00:00-06:00"),
        ("DSTC_DATOS", "/proc/version", "Elija otra con DSTC_DATOS"),
    ],
)
def test_un_ajuste_malo_se_dice_en_una_frase(tmp_path: Path, ajuste: str, valor: str, dice: str) -> None:
    resultado = _orden(tmp_path, "migrar", **{ajuste: valor})
    assert resultado.returncode in (1, 2)
    assert dice in resultado.stderr
    assert "Traceback" not in resultado.stderr
