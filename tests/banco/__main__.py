"""Banco de la decisión: latencia, caudal y memoria contra el piso, en SQLite y en PostgreSQL.

Uso: `./dstc banco`, que instala lo que haga falta. Deja un JSON en `informes/`.
No hay límites de tiempo: imprime cifras y razones, y cada quien las lee.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import col

from api.arranque import pruebas
from modelos import sesion
from modelos.actos.conduccion import conducir
from modelos.actos.turnos import apertura
from modelos.ajustes import Ajustes
from modelos.expedientes.expediente import Encargo, EstadoExpediente, Expediente
from modelos.motor import latido
from tests.accesorios.fabricas import Cliente, Instancia, puerto_libre, sembrada
from tests.accesorios.largas import PRUEBAS
from tests.accesorios.postgres import base_nueva, servidor_postgres

RAIZ = Path(__file__).parents[2]
VUELTAS_MOTOR_S = 12
CUERPO = json.dumps({"salida": "continuar", "datos": {}, "comentario": "", "version": 1})


@contextmanager
def servidor(fabrica: str, url: str, datos: Path) -> Iterator[tuple[int, int]]:
    """Un uvicorn en su propio proceso; da (puerto, pid)."""
    puerto = puerto_libre()
    entorno = {**os.environ, "DSTC_BASE": url, "DSTC_DATOS": str(datos), "DSTC_DEMO": "1", "PYTHONPATH": str(RAIZ)}
    orden = [sys.executable, "-m", "uvicorn", fabrica, "--factory", "--port", str(puerto), "--no-access-log"]
    proceso = subprocess.Popen([*orden, "--log-level", "error"], env=entorno, cwd=RAIZ)
    try:
        _esperar(puerto)
        yield puerto, proceso.pid
    finally:
        proceso.terminate()
        proceso.wait(20)


def _esperar(puerto: int) -> None:
    for _ in range(400):
        try:
            conexion = http.client.HTTPConnection("127.0.0.1", puerto, timeout=5)
            conexion.request("GET", "/nada")
            conexion.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("el servidor del banco no arrancó")


def disparar(
    puerto: int, rutas: Sequence[str], encabezados: dict[str, str], clientes: int
) -> tuple[list[float], float]:
    """Hace un POST por ruta repartido entre `clientes` hilos; da (latencias en ms, duración en s)."""
    cola, candado = list(reversed(rutas)), threading.Lock()
    latencias: list[float] = []

    def cliente() -> None:
        conexion = http.client.HTTPConnection("127.0.0.1", puerto, timeout=60)
        propias: list[float] = []
        while True:
            with candado:
                if not cola:
                    latencias.extend(propias)
                    return
                ruta = cola.pop()
            desde = time.perf_counter()
            conexion.request("POST", ruta, CUERPO, {"Content-Type": "application/json", **encabezados})
            respuesta = conexion.getresponse()
            contenido = respuesta.read()
            propias.append((time.perf_counter() - desde) * 1000)
            if respuesta.status != 200:
                raise RuntimeError(f"{ruta}: {respuesta.status} {contenido[:300]!r}")

    hilos = [threading.Thread(target=cliente) for _ in range(clientes)]
    desde = time.perf_counter()
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    return latencias, time.perf_counter() - desde


def percentiles(latencias: Sequence[float]) -> dict[str, float]:
    """p50 y p95 en milisegundos."""
    cortes = statistics.quantiles(latencias, n=20)
    return {"p50_ms": round(statistics.median(latencias), 2), "p95_ms": round(cortes[18], 2)}


def medir(puerto: int, preparar: Callable[[int], list[str]], encabezados: dict[str, str], n: int) -> dict[str, float]:
    """Latencia con un cliente y caudal con ocho, cada una sobre casos nuevos y tras calentar."""
    disparar(puerto, preparar(n // 5), encabezados, 1)
    latencias, _ = disparar(puerto, preparar(n), encabezados, 1)
    rutas = preparar(n * 2)
    con_ocho, duracion = disparar(puerto, rutas, encabezados, 8)
    ocho = {f"ocho_{clave}": valor for clave, valor in percentiles(con_ocho).items()}
    return {**percentiles(latencias), **ocho, "por_segundo": round(len(rutas) / duracion, 1)}


def memoria_mb(pid: int) -> float:
    """Memoria residente de un proceso, en MiB."""
    estado = Path(f"/proc/{pid}/status").read_text("utf-8")
    return round(int(estado.split("VmRSS:")[1].split()[0]) / 1024, 1)


def comparar(url: str, datos: Path, n: int, esperando: int, pedido_rafaga: int) -> dict[str, Any]:
    """Piso y sistema sobre la misma base, uno tras otro; y la memoria con pocos y con muchos expedientes."""
    instancia = Instancia(Ajustes(datos=datos, base=url, demo=True))
    casos = iter(range(10**9))
    with servidor("tests.banco.piso:crear", url, datos) as (puerto, _):

        def abrir_piso(cuantos: int) -> list[str]:
            rutas = [f"/casos/{next(casos)}" for _ in range(cuantos)]
            disparar(puerto, rutas, {}, 4)
            return [f"{ruta}/atender" for ruta in rutas]

        piso = medir(puerto, abrir_piso, {}, n)
    memoria: dict[str, float] = {}
    with servidor("api.app:crear", url, datos) as (puerto, pid):
        with Cliente(f"http://127.0.0.1:{puerto}", "dstc") as cliente:
            ficha = {"Authorization": cliente.headers["Authorization"]}

        def abrir(cuantos: int) -> list[str]:
            return [f"/api/v1/turnos/{instancia.iniciar('seguimiento')}.1.DSTC.1/atender" for _ in range(cuantos)]

        propio = medir(puerto, abrir, ficha, n)
    for cuantos in (100, esperando):
        _dejar(instancia, cuantos)
        with servidor("api.app:crear", url, datos) as (puerto, pid):
            memoria[f"api_con_{cuantos}"] = _usar(puerto, pid, ficha)
        memoria[f"motor_con_{cuantos}"] = _motor(url, datos)
    claves = ("p50_ms", "p95_ms", "ocho_p50_ms", "ocho_p95_ms", "por_segundo")
    razones = {clave: round(propio[clave] / piso[clave], 2) for clave in claves}
    rafaga = _rafaga(instancia, url, datos, pedido_rafaga) if pedido_rafaga else {}
    return {"piso": piso, "dstc": propio, "razon": razones, "memoria_mb": memoria, "rafaga": rafaga}


def _usar(puerto: int, pid: int, ficha: dict[str, str]) -> float:
    """Pide bandejas para que la memoria sea la de un proceso que trabaja, no la de uno recién nacido."""
    conexion = http.client.HTTPConnection("127.0.0.1", puerto, timeout=60)
    for _ in range(40):
        conexion.request("GET", "/api/v1/turnos?limite=200", headers=ficha)
        conexion.getresponse().read()
    return memoria_mb(pid)


@contextmanager
def _conducida(url: str, datos: Path) -> Iterator[int]:
    """Un Prefect y un motor de verdad sobre esa base; da el pid del motor cuando ya se ven."""
    entorno = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    entorno |= {"DSTC_BASE": url, "DSTC_DATOS": str(datos), "PYTHONPATH": str(RAIZ)}
    entorno |= {"DSTC_PUERTO": str(puerto_libre()), "DSTC_PUERTO_PREFECT": str(puerto_libre())}
    procesos = []
    with (datos / "motor.log").open("ab") as registro:
        for nombre in ("prefect", "motor"):
            orden = [sys.executable, "-m", "api.cli", nombre]
            procesos.append(subprocess.Popen(orden, env=entorno, cwd=RAIZ, stderr=registro, stdout=registro))
    try:
        _hasta(lambda: _salud(url)["prefect"], 120)
        yield procesos[-1].pid
    finally:
        for proceso in reversed(procesos):
            proceso.terminate()
            proceso.wait(30)


def _salud(url: str) -> dict[str, bool]:
    with sesion.lectura(url) as s:
        return latido.salud(s)


def _hasta(listo: Callable[[], bool], segundos: float) -> float:
    desde = time.perf_counter()
    while not listo():
        if time.perf_counter() - desde > segundos:
            raise RuntimeError(f"el banco esperó {segundos} s en vano")
        time.sleep(0.2)
    return round(time.perf_counter() - desde, 1)


def _motor(url: str, datos: Path) -> float:
    """Memoria de un motor que ve a Prefect y lleva un rato dando vueltas."""
    with _conducida(url, datos) as pid:
        time.sleep(VUELTAS_MOTOR_S)
        return memoria_mb(pid)


def _rafaga(instancia: Instancia, url: str, datos: Path, n: int) -> dict[str, float]:
    """Cuánto tarda Prefect en mostrarlo todo tras `n` decisiones seguidas, una por expediente."""
    folios = [instancia.iniciar("registro_reporte_st") for _ in range(n)]
    with instancia.como("dstc") as ctx:
        ctx.s.execute(update(Encargo).values(hecho=ctx.ahora))
    with _conducida(url, datos):
        desde = time.perf_counter()
        for folio in folios:
            instancia.atender(instancia.abiertos(folio)[0])
        decididas = round(time.perf_counter() - desde, 1)
        return {"decisiones": n, "decidir_s": decididas, "al_dia_s": _hasta(lambda: _al_dia(instancia), 5 * n)}


def _al_dia(instancia: Instancia) -> bool:
    with instancia.leer() as s:
        return not s.scalar(select(func.count()).select_from(Encargo).where(col(Encargo.registrado).is_(None)))


def _dejar(instancia: Instancia, cuantos: int) -> None:
    """Deja exactamente `cuantos` expedientes esperando a una persona, con sus efectos ya hechos."""
    abiertos = col(Expediente.estado) == EstadoExpediente.EN_CURSO
    with instancia.como(None) as ctx:
        hay = ctx.s.scalar(select(func.count()).select_from(Expediente).where(abiertos)) or 0
        sobran = select(col(Expediente.folio)).where(abiertos).limit(max(hay - cuantos, 0))
        folios = list(ctx.s.scalars(sobran))
    for folio in folios:
        with instancia.como("coordinacion") as ctx:
            conducir.cancelar(ctx, folio, "sobra para la medida")
    for lote in range(0, cuantos - hay, 100):
        with instancia.como("coordinacion") as ctx:
            for i in range(min(100, cuantos - hay - lote)):
                apertura.iniciar(ctx, "seguimiento", f"Espera {lote + i}", {})
    with instancia.como(None) as ctx:
        ctx.s.execute(update(Encargo).values(hecho=ctx.ahora, registrado=ctx.ahora))


def main() -> None:
    """Corre el banco y deja el informe."""
    opciones = argparse.ArgumentParser(description=__doc__)
    opciones.add_argument("-n", type=int, default=300, help="decisiones por medida de latencia")
    opciones.add_argument("--esperando", type=int, default=10_000, help="expedientes esperando al medir memoria")
    opciones.add_argument("--rafaga", type=int, default=100, help="decisiones seguidas al medir el atraso de Prefect")
    opciones.add_argument("--motor", choices=["sqlite", "postgresql", "ambos"], default="ambos")
    opciones.add_argument("--largas", action="store_true", help="en su lugar, las pruebas largas enteras")
    pedido = opciones.parse_args()
    if pedido.largas:
        os.environ["DSTC_LARGAS"] = "1"
        raise SystemExit(pruebas.probar(["-s", *PRUEBAS]))
    informe: dict[str, Any] = {"maquina": platform.platform(), "nucleos": os.cpu_count(), "n": pedido.n}
    with TemporaryDirectory() as carpeta:
        if pedido.motor in ("sqlite", "ambos"):
            url = f"sqlite:///{carpeta}/dstc.sqlite3"
            sembrada(url)
            informe["sqlite"] = comparar(url, Path(carpeta), pedido.n, pedido.esperando, pedido.rafaga)
            sesion.motor(url).dispose()
        if pedido.motor in ("postgresql", "ambos"):
            with servidor_postgres() as base:
                url = base_nueva(base)
                sembrada(url)
                informe["postgresql"] = comparar(url, Path(carpeta), pedido.n, pedido.esperando, pedido.rafaga)
                sesion.motor(url).dispose()
    texto = json.dumps(informe, indent=2, ensure_ascii=False)
    print(texto)
    (RAIZ / "informes").mkdir(exist_ok=True)
    (RAIZ / "informes" / "banco.json").write_text(texto + "\n", "utf-8")


if __name__ == "__main__":
    main()
