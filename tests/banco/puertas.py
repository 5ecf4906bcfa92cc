"""Banco de las puertas: lo que cuesta quien no ha entrado a quienes ya están dentro. Imprime; no prueba.

Uso: `python -m tests.banco.puertas`. Levanta la web como en una instancia (`./dstc api`), sobre SQLite, y mientras
una persona sigue pidiendo su bandeja mide tres cosas: dos JSON de 24 MB a la vez y sin sesión, sesenta personas que
entran a la vez, y doscientas conexiones que no terminan de pedir nada.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from modelos import sesion
from modelos.administracion import demo
from modelos.ajustes import Ajustes
from tests.accesorios.fabricas import Instancia, puerto_libre, sembrada
from tests.banco.__main__ import RAIZ, percentiles

CUERPO_MB = 24
ENTRADAS = 60
LENTAS = 200
LENTAS_S = 40
JSON = {"Content-Type": "application/json"}


@contextmanager
def web(datos: Path) -> Iterator[tuple[int, int]]:
    """La web de una instancia de demostración, en su propio proceso; da (puerto, pid)."""
    puerto = puerto_libre()
    (datos / ".demo").touch()
    entorno = {**os.environ, "DSTC_DATOS": str(datos), "DSTC_DEMO": "1", "DSTC_PUERTO": str(puerto)}
    entorno |= {"PYTHONPATH": str(RAIZ)}
    with (datos / "api.log").open("wb") as registro:
        orden = [sys.executable, "-m", "api.cli", "api"]
        proceso = subprocess.Popen(orden, env=entorno, cwd=RAIZ, stdout=registro, stderr=registro)
    try:
        while proceso.poll() is None:
            with suppress(OSError):
                pedir(puerto, "GET", "/api/v1/salud")
                break
            time.sleep(0.05)
        yield puerto, proceso.pid
    finally:
        proceso.terminate()
        proceso.wait(20)


def pedir(
    puerto: int, metodo: str, ruta: str, cuerpo: bytes | None = None, encabezados: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Una petición en su conexión; da (código, contenido)."""
    conexion = http.client.HTTPConnection("127.0.0.1", puerto, timeout=120)
    try:
        conexion.request(metodo, ruta, cuerpo, encabezados or {})
        respuesta = conexion.getresponse()
        return respuesta.status, respuesta.read()
    finally:
        conexion.close()


def entrar(puerto: int, alias: str) -> tuple[int, bytes]:
    """Intenta abrir una sesión de la demostración."""
    credenciales = json.dumps({"correo": f"{alias}@{demo.DOMINIO}", "clave": demo.CLAVE}).encode()
    return pedir(puerto, "POST", "/api/v1/sesiones", credenciales, JSON)


def _entrar(puerto: int, alias: str) -> str:
    return str(entrar(puerto, alias)[0])


def pico_mb(pid: int) -> float:
    """La mayor memoria residente desde la última vez que se borró la marca, en MiB."""
    estado = Path(f"/proc/{pid}/status").read_text("utf-8")
    return round(int(estado.split("VmHWM:")[1].split()[0]) / 1024, 1)


def medida(puerto: int, pid: int, ficha: str, carga: Callable[[], Counter[str]]) -> dict[str, Any]:
    """Lo que espera quien pide su bandeja mientras dura la carga, y la memoria que llega a ocupar la web."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", "utf-8")
    antes, esperas, termino = pico_mb(pid), [0.0], threading.Event()

    def persona() -> None:
        while not termino.is_set():
            desde = time.perf_counter()
            codigo, _ = pedir(puerto, "GET", "/bandeja", None, {"Authorization": f"Bearer {ficha}"})
            esperas.append((time.perf_counter() - desde) * 1000)
            if codigo != 200:
                raise RuntimeError(f"la bandeja respondió {codigo}")
            termino.wait(0.05)

    hilo = threading.Thread(target=persona)
    hilo.start()
    desde = time.perf_counter()
    codigos = carga()
    duro = time.perf_counter() - desde
    termino.set()
    hilo.join()
    return {
        "respuestas": dict(codigos),
        "duro_s": round(duro, 1),
        "memoria_antes_mb": antes,
        "memoria_pico_mb": pico_mb(pid),
        "otra_persona": {**percentiles(esperas[1:] * 2), "peor_ms": round(max(esperas)), "paginas": len(esperas) - 1},
    }


def a_la_vez(tareas: Sequence[Callable[[], str]]) -> Counter[str]:
    """Corre todas juntas y cuenta lo que dijo cada una."""
    cuenta: Counter[str] = Counter()
    candado = threading.Lock()

    def una(tarea: Callable[[], str]) -> None:
        try:
            dicho = tarea()
        except OSError as error:
            dicho = type(error).__name__
        with candado:
            cuenta[dicho] += 1

    hilos = [threading.Thread(target=una, args=(tarea,)) for tarea in tareas]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    return cuenta


def lentas(puerto: int) -> Counter[str]:
    """Conexiones que mandan un encabezado cada cinco segundos y nunca acaban; cuenta las que siguen abiertas."""
    with ExitStack() as pila:
        abiertas = [pila.enter_context(socket.create_connection(("127.0.0.1", puerto), 5)) for _ in range(LENTAS)]
        for una in abiertas:
            una.sendall(b"POST /api/v1/sesiones HTTP/1.1\r\nHost: x\r\n")
        for vuelta in range(LENTAS_S // 5):
            time.sleep(5)
            for una in abiertas:
                with suppress(OSError):
                    una.sendall(f"X-{vuelta}: x\r\n".encode())
        return Counter("abierta" if _sigue(una) else "cortada" for una in abiertas)


def _sigue(una: socket.socket) -> bool:
    una.setblocking(False)
    try:
        return bool(una.recv(1))
    except BlockingIOError:
        return True
    except OSError:
        return False


def main() -> None:
    """Las tres cargas, una tras otra."""
    relleno = b"{}," * (CUERPO_MB * 1024 * 1024 // 3)
    grande = b'{"procedimiento": "x", "asunto": "x", "datos": {"a": [' + relleno + b"{}]}}"
    with TemporaryDirectory() as carpeta:
        instancia = Instancia(Ajustes(datos=Path(carpeta), demo=True))
        sembrada(instancia.url)
        with instancia.leer() as s:
            alias = [
                correo.partition("@")[0]
                for correo in s.connection().exec_driver_sql("SELECT correo FROM persona").scalars()
            ]
        sesion.motor(instancia.url).dispose()
        with web(Path(carpeta)) as (puerto, pid):
            ficha = json.loads(entrar(puerto, "cst")[1])["token"]

            def imprimir(titulo: str, carga: Callable[[], Counter[str]]) -> None:
                print(titulo, json.dumps(medida(puerto, pid, ficha, carga), ensure_ascii=False), flush=True)

            def enviar() -> str:
                return str(pedir(puerto, "POST", "/api/v1/expedientes", grande, JSON)[0])

            def esperar() -> str:
                time.sleep(3)
                return "nada"

            imprimir("nadie más", lambda: a_la_vez([esperar]))
            imprimir(f"dos JSON de {CUERPO_MB} MB sin sesión", lambda: a_la_vez([enviar] * 2))
            todos = (alias * ENTRADAS)[:ENTRADAS]
            entradas = [partial(_entrar, puerto, a) for a in todos]
            imprimir(f"{ENTRADAS} entradas", lambda: a_la_vez(entradas))
            imprimir(f"{LENTAS} conexiones lentas, {LENTAS_S} s", lambda: lentas(puerto))


if __name__ == "__main__":
    main()
