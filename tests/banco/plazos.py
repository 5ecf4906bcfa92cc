"""Banco del tiempo: cuánto tarda el barrido de recordatorios y cuánta memoria pide. Imprime cifras; no prueba.

Uso: `python -m tests.banco.plazos [cuántos]`, o `medir_barrido` desde otro banco.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.expedientes.expediente import Turno
from modelos.sesion import motor, transaccion
from tareas.avisos.junta import juntar
from tareas.avisos.recordatorios import barrer
from tests.accesorios.fabricas import Instancia, sembrada
from tests.accesorios.plazos import multiplicar, plantar
from tests.accesorios.postgres import base_nueva, servidor_postgres

RAIZ = Path(__file__).parents[2]
LUNES = date(2027, 3, 1)
UNIDADES = ("CST", "DCAJ", "DVS", "DCTA", "CAST-DEMO-01", "CAST-DEMO-02", "CAST-DEMO-03", "CE-15", "CE-11", "SSI")


def sembrar_plazos(instancia: Instancia, cuantos: int, hoy: int) -> None:
    """Deja `cuantos` plazos abiertos, cada uno de su turno; `hoy` tocan el mismo día y los demás, meses después."""
    folio = instancia.iniciar("normatividad")
    [turno] = instancia.abiertos(folio)
    modelo = plantar(instancia, folio, LUNES, 10, unidad="CST")
    columnas = {c.name: getattr(turno, c.name) for c in Turno.__table__.columns}  # type: ignore[attr-defined]
    with transaccion(instancia.url) as s:
        for desde in range(0, cuantos, 5000):
            filas = [
                {**columnas, "id": f"{folio}.banco.{i}", "unidad": UNIDADES[i % len(UNIDADES)], "vuelta": 100 + i}
                for i in range(desde, min(cuantos, desde + 5000))
            ]
            s.connection().execute(insert(Turno.__table__), filas)  # type: ignore[attr-defined]
    multiplicar(
        instancia,
        modelo,
        cuantos - 1,
        id=lambda i: f"{folio}.banco.{i}",
        turno_id=lambda i: f"{folio}.banco.{i}",
        unidad=lambda i: UNIDADES[i % len(UNIDADES)],
        proximo=lambda i: modelo.proximo if i < hoy - 1 else LUNES + timedelta(days=200 + i % 100),
    )


def medir_barrido(base: str, datos: Path, cuantos: int, hoy: int) -> dict[str, Any]:
    """Segundos y memoria (MB de más) de barrer y juntar, en un proceso aparte y limpio."""
    os.environ["DSTC_RELOJ"] = "2027-03-01T09:00:00-06:00"
    instancia = Instancia(Ajustes(datos=datos, base=base, demo=True))
    sembrada(instancia.url)
    sembrar_plazos(instancia, cuantos, hoy)
    motor(instancia.url).dispose()
    hijo = subprocess.run(
        [sys.executable, "-m", "tests.banco.plazos", "--hijo", instancia.url],
        cwd=RAIZ,
        env={**os.environ, "PYTHONPATH": str(RAIZ)},
        capture_output=True,
        text=True,
        check=True,
    )
    cifras: dict[str, Any] = json.loads(hijo.stdout.splitlines()[-1])
    return {"abiertos": cuantos, "tocan": hoy, **cifras}


def _hijo(url: str) -> None:
    barrer(url, LUNES)  # nada toca: sólo para que lo que se carga una vez no cuente
    antes = _memoria()
    inicio, procesador = time.perf_counter(), time.process_time()
    resumen = barrer(url, date(2027, 3, 3))
    barrido, propio = time.perf_counter() - inicio, time.process_time() - procesador
    tras_barrer = _memoria()
    inicio = time.perf_counter()
    entregas = juntar(url, reloj.ahora(), barrido_terminado=True)
    print(
        json.dumps(
            {
                "barrer_s": round(barrido, 2),
                "barrer_cpu_s": round(propio, 2),
                "barrer_mb": round(tras_barrer - antes),
                "juntar_s": round(time.perf_counter() - inicio, 2),
                "juntar_mb": round(_memoria() - tras_barrer),
                "recordatorios": resumen.recordatorios,
                "notificaciones": resumen.notificaciones,
                "entregas": entregas,
            }
        )
    )


def _memoria() -> float:
    """La mayor que ha tenido este proceso, en MB. La de `getrusage` arrastra la del padre."""
    estado = Path("/proc/self/status").read_text("utf-8")
    return int(next(linea.split()[1] for linea in estado.splitlines() if linea.startswith("VmHWM"))) / 1024


def main(cuantos: int = 100_000) -> None:
    """Las cuatro combinaciones: SQLite y PostgreSQL, con pocos que tocan y con todos."""
    with servidor_postgres() as servidor:
        for hoy in (cuantos // 100, cuantos):
            with TemporaryDirectory() as carpeta:
                print("sqlite", json.dumps(medir_barrido("", Path(carpeta), cuantos, hoy)), flush=True)
            with TemporaryDirectory() as carpeta:
                cifras = medir_barrido(base_nueva(servidor), Path(carpeta), cuantos, hoy)
                print("postgresql", json.dumps(cifras), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hijo"]:
        _hijo(sys.argv[2])
    else:
        main(*map(int, sys.argv[1:]))
