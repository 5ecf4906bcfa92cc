"""Un servidor de Prefect de verdad, y motores de verdad, como procesos aparte que se pueden matar.

El servidor tarda unos 10 s en arrancar la primera vez: uno por sesión de pruebas.
Cada prueba tiene su base y sus motores, y comparte el servidor con las demás.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.turnos import apertura, evidencia
from modelos.actos.turnos import atender as turnos
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import demo, siembra
from modelos.expedientes.anexos import Guardado
from modelos.expedientes.expediente import ABIERTOS, Encargo, Expediente, Turno
from modelos.migraciones import migrar
from modelos.motor.reservas import Reserva
from modelos.organizacion.organigrama import por_correo, quien_es
from modelos.sesion import lectura, transaccion

RAIZ = Path(__file__).resolve().parents[2]
ESPERA_S = 600.0
"""De sobra: una máquina ocupada no es una falta."""
CREDENCIAL = "dstc:la-de-las-pruebas"
"""La del servidor que comparten las pruebas, y la que dan las instancias que lo usan."""
CAPTURA: dict[tuple[str, str], dict[str, Any]] = {
    ("normatividad", "9"): {"registro": "R-1"},
    ("reunion_trabajo", "8"): {"acuerdos": "Se acordó."},
}
T = TypeVar("T")


def esperar(que: str, condicion: Callable[[], T], segundos: float = ESPERA_S) -> T:
    """Espera a que se cumpla y devuelve lo que dio; si no, dice qué se esperaba y qué había."""
    limite = time.monotonic() + segundos
    while not (valor := condicion()):
        assert time.monotonic() < limite, f"no se cumplió en {segundos:.0f} s: {que}; quedó en {valor!r}"
        time.sleep(0.2)
    return valor


def puerto_libre() -> int:
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return int(enchufe.getsockname()[1])


class Proceso:
    """Un proceso de `api.cli`, en su propia sesión, con lo que escribe en un archivo."""

    def __init__(self, orden: str, entorno: dict[str, str], registro: Path) -> None:
        self.orden, self.entorno, self.registro = orden, entorno, registro
        self._vivo: subprocess.Popen[bytes] | None = None

    def levantar(self) -> None:
        with self.registro.open("ab") as archivo:
            self._vivo = subprocess.Popen(
                [sys.executable, "-m", "api.cli", self.orden],
                env={**os.environ, **self.entorno, "PYTHONPATH": str(RAIZ)},
                cwd=RAIZ,
                stdin=subprocess.DEVNULL,
                stdout=archivo,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def vive(self) -> bool:
        return self._vivo is not None and self._vivo.poll() is None

    def terminar(self, senal: signal.Signals = signal.SIGTERM) -> None:
        if self._vivo is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._vivo.pid, senal)
        try:
            self._vivo.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._vivo.pid, signal.SIGKILL)
            self._vivo.wait()

    def matar(self) -> None:
        self.terminar(signal.SIGKILL)

    def final(self) -> str:
        return self.registro.read_text("utf-8", "replace")[-3000:] if self.registro.exists() else ""


class ServidorPrefect:
    """El servidor: se puede matar y volver a levantar en el mismo puerto y con su misma base."""

    def __init__(self, carpeta: Path) -> None:
        self.carpeta, self.puerto = carpeta, puerto_libre()
        self.url = f"http://127.0.0.1:{self.puerto}/api"
        entorno = {
            "DSTC_DATOS": str(carpeta),
            "DSTC_PUERTO_PREFECT": str(self.puerto),
            "DSTC_PREFECT_CREDENCIAL": CREDENCIAL,
        }
        self.proceso = Proceso("prefect", entorno, carpeta / "prefect.log")

    def levantar(self) -> None:
        self.proceso.levantar()
        esperar("Prefect responde", self.responde, 600)

    def responde(self) -> bool:
        assert self.proceso.vive(), self.proceso.final()
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=30) as respuesta:  # noqa: S310 - es el local
                return bool(respuesta.status == 200)
        except OSError:
            return False

    def preguntar(self, que: Callable[[Any], Awaitable[T]]) -> T:
        """Hace una consulta con el cliente de Prefect, dirigido a este servidor."""
        from prefect.client.orchestration import PrefectClient

        async def consulta() -> T:
            async with PrefectClient(self.url, auth_string=CREDENCIAL) as cliente:
                return await que(cliente)

        return asyncio.run(consulta())

    def como_cliente(self) -> contextlib.AbstractContextManager[Any]:
        """Mientras dure, `get_client()` de este proceso habla con este servidor."""
        from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

        return temporary_settings({PREFECT_API_URL: self.url, PREFECT_API_AUTH_STRING: CREDENCIAL})

    def corridas(self, nombre: str) -> list[Any]:
        from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName

        filtro = FlowRunFilter(name=FlowRunFilterName(any_=[nombre]))
        return self.preguntar(lambda c: c.read_flow_runs(flow_run_filter=filtro))

    def corrida(self, id_: str) -> Any:
        return self.preguntar(lambda c: c.read_flow_run(UUID(id_)))

    def estados(self, id_: str) -> list[str]:
        """Los nombres de los estados por los que pasó la corrida, del primero al último."""
        return [str(e.name) for e in self.preguntar(lambda c: c.read_flow_run_states(UUID(id_)))]

    def tareas(self, id_: str) -> list[Any]:
        from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

        filtro = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(id_)]))
        return self.preguntar(lambda c: c.read_task_runs(flow_run_filter=filtro, limit=200))


@contextlib.contextmanager
def servidor_prefect(carpeta: Path) -> Iterator[ServidorPrefect]:
    """Un servidor con carpeta propia; al salir no queda vivo."""
    carpeta.mkdir(parents=True, exist_ok=True)
    servidor = ServidorPrefect(carpeta)
    try:
        servidor.levantar()
        yield servidor
    finally:
        servidor.proceso.terminar()


@pytest.fixture(scope="session", name="prefect")
def servidor_de_la_sesion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServidorPrefect]:
    """El servidor que comparten las pruebas; importe este nombre en su módulo o regístrelo como complemento."""
    with servidor_prefect(tmp_path_factory.mktemp("prefect")) as servidor:
        yield servidor


class InstanciaConMotor:
    """Una base con la demostración cargada, y los motores que la prueba levante sobre ella."""

    def __init__(self, carpeta: Path, prefect_url: str, base: str = "") -> None:
        self.carpeta = carpeta
        self.url = base or f"sqlite:///{carpeta / 'dstc.sqlite3'}"
        self.entorno = {
            "DSTC_DATOS": str(carpeta),
            "DSTC_BASE": self.url,
            "DSTC_PREFECT_URL": prefect_url,
            "DSTC_PREFECT_CREDENCIAL": CREDENCIAL,
            "DSTC_JORNADA_HORA": "24",  # que no se abra solo nada que la prueba no pidió
        }
        migrar.migrar(self.url)
        with transaccion(self.url) as s:
            siembra.sembrar(s)
            demo.sembrar_demo(s)

    @contextlib.contextmanager
    def motor(self, cuantos: int = 1, **ajustes: str) -> Iterator[list[Proceso]]:
        """Motores de verdad, vivos mientras dure el bloque."""
        entorno = {**self.entorno, **{f"DSTC_{k.upper()}": v for k, v in ajustes.items()}}
        motores = [Proceso("motor", entorno, self.carpeta / f"motor-{i}.log") for i in range(cuantos)]
        try:
            for motor in motores:
                motor.levantar()
            yield motores
        finally:
            for motor in motores:
                motor.terminar()

    def contexto(self, s: Any, alias: str) -> Contexto:
        persona = por_correo(s, f"{alias.lower()}@demo.local")
        assert persona, alias
        return Contexto(s, CATALOGO, quien_es(s, persona), reloj.ahora())

    def iniciar(self, procedimiento: str) -> str:
        with transaccion(self.url) as s:
            return apertura.iniciar(self.contexto(s, "coordinacion"), procedimiento, "Un asunto", {}).folio

    def expediente(self, folio: str) -> Expediente:
        with lectura(self.url) as s:
            return s.get_one(Expediente, folio)

    def hijos(self, folio: str) -> list[str]:
        with lectura(self.url) as s:
            return list(s.scalars(select(col(Expediente.folio)).where(col(Expediente.padre) == folio)))

    def pendientes(self, folio: str) -> list[Turno]:
        with lectura(self.url) as s:
            consulta = select(Turno).where(
                col(Turno.folio) == folio, col(Turno.estado).in_(ABIERTOS), col(Turno.a_mano).is_(True)
            )
            return list(s.scalars(consulta.order_by(col(Turno.id))))

    def encargos(self, folio: str) -> list[Encargo]:
        with lectura(self.url) as s:
            consulta = select(Encargo).where(col(Encargo.folio) == folio)
            return list(s.scalars(consulta.order_by(col(Encargo.asiento), col(Encargo.efecto))))

    def atender(self, turno: Turno, salida: str = "") -> None:
        with transaccion(self.url) as s:
            expediente = s.get_one(Expediente, turno.folio)
            actividad = CATALOGO.version(turno.procedimiento, expediente.version)[turno.actividad]
            ctx = self.contexto(s, turno.unidad)
            for documento in (d for d in actividad.evidencia if d.obligatoria):
                guardado = Guardado("x" * 36, "a.pdf", "application/pdf", 1, "0" * 64)
                evidencia.adjuntar(ctx, turno.id, documento.clave, guardado)
            datos = CAPTURA.get((turno.procedimiento, turno.actividad), {})
            salida = salida or next(iter(actividad.salidas))
            turnos.atender(ctx, turno.id, salida, datos, "Con motivo.", turno.version)

    def avanzar(self, folio: str, pasos: int = 1000) -> int:
        """Atiende lo pendiente del folio con la primera salida, hasta que no haya o se cumplan los pasos."""
        hechos = 0
        while hechos < pasos and (pendientes := self.pendientes(folio)):
            self.atender(pendientes[0])
            hechos += 1
        return hechos

    def esperar_al_dia(self, *folios: str) -> None:
        for folio in folios:
            esperar(f"{folio} al día", partial(self.al_dia, folio))

    def al_dia(self, folio: str) -> bool:
        """Todo lo del folio está hecho y visto en Prefect, y nadie lo está conduciendo."""
        with lectura(self.url) as s:
            return s.get(Reserva, folio) is None and all(e.registrado for e in self.encargos(folio))
