"""Una instalación de verdad, con cada proceso por separado, para matarlos como los mata la vida real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from modelos.ajustes import Ajustes
from modelos.expedientes.expediente import Encargo, Expediente
from modelos.motor import credencial
from tests.accesorios.fabricas import Instancia, puerto_libre

RAIZ = Path(__file__).parents[3]
PROCESOS = ("api", "motor", "prefect")
PACIENCIA_S = 600.0
"""Lo que se espera a lo que debe ocurrir: de sobra, para que una máquina ocupada no sea una falta."""


class Instalacion:
    """La API, el motor y el servidor de Prefect de una instancia ya sembrada."""

    def __init__(self, datos: Path, base: str = "", **ajustes: str) -> None:
        """Recibe la carpeta de datos, la base (vacía: SQLite en esa carpeta) y otros ajustes de sus procesos."""
        self.puerto, self.puerto_prefect = puerto_libre(), puerto_libre()
        self.instancia = Instancia(
            Ajustes(datos=datos, base=base, demo=True, puerto=self.puerto, puerto_prefect=self.puerto_prefect)
        )
        (datos / ".demo").touch()  # `dstc` no mezcla la demostración con otros datos si no ve esta marca
        self._vivos: dict[str, subprocess.Popen[bytes]] = {}
        self._entorno = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "DSTC_"))},
            "DSTC_DATOS": str(datos),
            "DSTC_BASE": base,
            "DSTC_DEMO": "1",
            "DSTC_PUERTO": str(self.puerto),
            "DSTC_PUERTO_PREFECT": str(self.puerto_prefect),
            "DSTC_INTENTOS_MAX": "100",  # matar la API a media entrada deja intentos sin borrar
            "DSTC_JORNADA_HORA": "24",  # que no se abra solo nada que la prueba no pidió
            "PYTHONPATH": str(RAIZ),
            **{f"DSTC_{nombre.upper()}": valor for nombre, valor in ajustes.items()},
        }

    @property
    def direccion(self) -> str:
        """Dónde está la web."""
        return f"http://127.0.0.1:{self.puerto}"

    def levantar(self, *nombres: str) -> None:
        """Levanta procesos sin esperar a que respondan; un segundo motor se llama `motor:2`."""
        for nombre in nombres:
            registro = (self.instancia.ajustes.datos / f"{nombre}.log").open("ab")
            self._vivos[nombre] = subprocess.Popen(
                [sys.executable, "-m", "api.cli", nombre.partition(":")[0]],
                cwd=RAIZ,
                env=self._entorno,
                stdout=registro,
                stderr=registro,
                start_new_session=True,
            )
            registro.close()

    def mantener(self) -> None:
        """Vuelve a levantar lo que haya terminado solo, como hace el supervisor."""
        for nombre, proceso in list(self._vivos.items()):
            if proceso.poll() is not None:
                self.levantar(nombre)

    def senal(self, nombre: str, cual: signal.Signals) -> None:
        """Manda una señal a un proceso y a sus hijos."""
        with suppress(ProcessLookupError):
            os.killpg(self._vivos[nombre].pid, cual)

    def matar(self, nombre: str) -> None:
        """`kill -9`, y espera a que el sistema lo recoja."""
        self.senal(nombre, signal.SIGKILL)
        self._vivos.pop(nombre).wait(PACIENCIA_S)

    def cerrar(self) -> None:
        """Mata todo lo que quede."""
        for nombre in list(self._vivos):
            self.matar(nombre)

    def esperar_api(self) -> None:
        """Hasta que la API responda."""
        self.esperar(lambda: self._responde(f"{self.direccion}/api/v1/salud"), "la API")

    def esperar(self, listo: Callable[[], bool], que: str, segundos: float = PACIENCIA_S) -> None:
        """Espera a que algo sea cierto, manteniendo vivos los procesos."""
        hasta = time.monotonic() + segundos
        while time.monotonic() < hasta:
            self.mantener()
            if listo():
                return
            time.sleep(0.25)
        colas = "\n".join(
            f"--- {p.name}\n" + "".join(p.read_text("utf-8", "replace").splitlines(keepends=True)[-15:])
            for p in self.instancia.ajustes.datos.glob("*.log")
        )
        raise AssertionError(f"no llegó en {segundos} s: {que}\n{colas}")

    def pendientes(self) -> int:
        """Encargos sin hacer o sin verse todavía en Prefect."""
        with self.instancia.leer() as s:
            consulta = select(func.count()).select_from(Encargo).where(Encargo.__table__.c.registrado.is_(None))  # type: ignore[attr-defined]
            return s.scalar(consulta) or 0

    def folios(self) -> list[str]:
        """Todos los expedientes."""
        with self.instancia.leer() as s:
            return [e.folio for e in s.scalars(select(Expediente))]

    def prefect(self, que: str, filtro: dict[str, Any]) -> list[dict[str, Any]]:
        """Todo lo que la API de Prefect tiene de `flow_runs` o `task_runs` con ese filtro."""
        todo: list[dict[str, Any]] = []
        quien = credencial.usuario_y_clave(self.instancia.ajustes)
        while True:
            cuerpo = {**filtro, "limit": 200, "offset": len(todo), "sort": "ID_DESC"}
            respuesta = httpx.post(
                f"{self.instancia.ajustes.url_prefect}/{que}/filter", json=cuerpo, auth=quien, timeout=PACIENCIA_S
            )
            respuesta.raise_for_status()
            tramo = respuesta.json()
            todo += tramo
            if len(tramo) < 200:
                return todo

    @staticmethod
    def _responde(url: str) -> bool:
        try:
            return httpx.get(url, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False
