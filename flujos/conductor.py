"""Conducir un expediente: llevar su corrida de Prefect a correr una vez y dejarla donde debe quedar.

Quien conduce tiene la reserva del folio, y con ella la certeza de que ningún
otro motor vivo toca esa corrida: si Prefect la muestra corriendo, es que quien
la corría murió. La corrida se crea con el folio como clave de idempotencia, así
que morir entre crearla y anotarla no crea otra.

Nuestras corridas nunca quedan programadas: se crean pendientes y de donde reposen
pasan directo a correr. Una corrida programada la ve también el obrero en la cola,
y los dos se estorbarían (ADR 0030).
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectNotFound, Pause, PrefectHTTPStatusError
from prefect.flow_engine import run_flow_async
from prefect.states import Cancelled, Pending
from sqlalchemy.orm import Session

from flujos import despliegues
from flujos.a_mano import por_que_no
from flujos.catalogo import CATALOGO
from flujos.corridas import FLUJOS, INCIDENTE
from flujos.suspension import ETIQUETA, enlazar
from flujos.vigia import FALLAS
from modelos.expedientes.expediente import Expediente
from modelos.motor import encargos, espera, latido, reservas
from modelos.sesion import lectura, transaccion

registro = logging.getLogger(__name__)

T = TypeVar("T")
ESPERA_RESERVA_S = 30.0
CONDUCCION_MAX_S = 240.0
"""Lo más que se espera a que una corrida llegue a donde debe; incluye los reintentos de sus efectos."""
SIN_CORRER = (StateType.SCHEDULED, StateType.PENDING)


class CorridaInterrumpida(RuntimeError):
    """La corrida no llegó a donde debía; se vuelve a intentar."""


class Conductor:
    """Conduce expedientes en nombre de un motor.

    url: la base. cliente: el de Prefect, ya abierto; puede darse después, cuando Prefect responda.
    """

    def __init__(self, url: str, cliente: PrefectClient | None = None) -> None:
        self.url = url
        self._cliente = cliente
        self.id = f"{socket.gethostname()[:60]}.{os.getpid()}.{secrets.token_hex(3)}"
        self.hay_prefect = False
        self.terminadas = 0
        """Cuántas conducciones han acabado, bien o con una falla: si hay trabajo y no crece, el motor está atorado."""
        self._despliegues: dict[str, UUID] = {}
        self._en_vuelo: set[str] = set()

    async def latir(self) -> None:
        """Anota cada dos segundos que este motor vive; no termina, y una base caída no lo detiene."""
        while True:
            try:
                await self.escribir(self._anotar_latido)
            except Exception as error:  # noqa: BLE001 - si la base no responde se dice y se sigue intentando
                registro.warning("no se pudo anotar el latido: %s", type(error).__name__)
            await asyncio.sleep(latido.CADA_S)

    def _anotar_latido(self, s: Session) -> None:
        latido.latir(s, self.id, prefect=self.hay_prefect)
        # Las que nadie lleva aquí: se canceló su tarea, o no se pudo escribir que se soltaban.
        for folio in reservas.de_motor(s, self.id):
            if folio not in self._en_vuelo:
                reservas.abandonar(s, folio, self.id)

    @property
    def cliente(self) -> PrefectClient:
        """El cliente de Prefect."""
        if self._cliente is None:
            raise CorridaInterrumpida("todavía no hay conexión con Prefect")
        return self._cliente

    @cliente.setter
    def cliente(self, cliente: PrefectClient) -> None:
        self._cliente = cliente

    async def registrar_despliegues(self) -> None:
        """Deja registrados los despliegues; hasta entonces no se puede crear ninguna corrida."""
        self._despliegues = await despliegues.registrar(self.cliente)

    async def reponer_despliegues(self) -> bool:
        """Los registra de nuevo si en Prefect falta alguno, o uno de sus horarios; devuelve si faltaba."""
        if await despliegues.completos(self.cliente, self._despliegues):
            return False
        await self.registrar_despliegues()
        return True

    async def reservar(self, folios: Sequence[str]) -> list[str]:
        """Toma los que estén libres y devuelve cuáles; cada uno debe conducirse en seguida."""
        nuevos = [f for f in folios if f not in self._en_vuelo]
        self._en_vuelo.update(nuevos)  # antes de escribir: el latido suelta lo reservado que no esté en vuelo
        mios: list[str] = []
        try:
            mios = await self.escribir(lambda s: reservas.reservar(s, nuevos, self.id))
        finally:
            self._en_vuelo.difference_update(set(nuevos).difference(mios))
        return mios

    async def soltar(self, folio: str) -> None:
        """Deja libre uno que se reservó y no hizo falta conducir."""
        try:
            await self.escribir(lambda s: reservas.liberar(s, [folio], self.id))
        finally:
            self._en_vuelo.discard(folio)

    async def conducir(self, folio: str) -> None:
        """Corre la corrida de un folio ya reservado y libera la reserva; si algo falla, la abandona para después.

        Si la cancelan a la mitad, la reserva la suelta el latido que sigue.
        """
        try:
            async with asyncio.timeout(CONDUCCION_MAX_S):
                await self._conducir(folio)
            self.terminadas += 1
        except TimeoutError:  # quedarse esperando no es avanzar: si les pasa a todas, el motor lo nota
            registro.warning("%s no llegó a donde debía en %.0f s; se intentará después", folio, CONDUCCION_MAX_S)
            await self._abandonar(folio)
        except FALLAS as error:
            registro.warning("no se pudo conducir %s: %s: %s", folio, type(error).__name__, error)
            await self._abandonar(folio)
            self.terminadas += 1
        finally:
            self._en_vuelo.discard(folio)

    async def _conducir(self, folio: str) -> None:
        expediente = await self.leer(lambda s: s.get_one(Expediente, folio))
        corrida = await self._lista_para_correr(expediente)
        await ejecutar(FLUJOS[expediente.procedimiento], corrida)
        await self.escribir(lambda s: reservas.liberar(s, [folio], self.id))

    async def atender_corrida(self, corrida: FlowRun) -> None:
        """Lo que pide Prefect (alguien pulsó *Resume*, o la corrida quedó programada): conducirla si nadie la tiene."""
        if motivo := await self.leer(lambda s: por_que_no(s, corrida)):
            await self.cliente.set_flow_run_state(corrida.id, Cancelled(message=motivo), force=True)
            return
        folio = str(corrida.parameters["folio"])
        limite = asyncio.get_running_loop().time() + ESPERA_RESERVA_S
        while not await self.reservar([folio]):
            if asyncio.get_running_loop().time() > limite:
                return
            await asyncio.sleep(0.5)
            actual = await self.cliente.read_flow_run(corrida.id)
            if actual.state_type not in SIN_CORRER:
                return  # otro motor ya la llevó
        await self.conducir(folio)

    async def leer(self, que: Callable[[Session], T]) -> T:
        """Lee de la base en otro hilo."""

        def en_hilo() -> T:
            with lectura(self.url) as s:
                return que(s)

        return await asyncio.to_thread(en_hilo)

    async def escribir(self, que: Callable[[Session], T]) -> T:
        """Escribe en la base en otro hilo, en una transacción."""

        def en_hilo() -> T:
            with transaccion(self.url) as s:
                return que(s)

        return await asyncio.to_thread(en_hilo)

    async def _abandonar(self, folio: str) -> None:
        try:
            await self.escribir(lambda s: reservas.abandonar(s, folio, self.id))
        except Exception:  # noqa: BLE001 - quede como quede, el motor sigue
            registro.exception("no se pudo abandonar la reserva de %s; se hará con el próximo latido", folio)

    async def _lista_para_correr(self, expediente: Expediente) -> FlowRun:
        """La corrida del expediente, creada si falta, y en un estado desde el que pueda correr."""
        corrida = await self._la_suya(expediente) or await self._crear(expediente)
        if corrida.state_type == StateType.CANCELLING:  # de ahí sólo se sale a la fuerza
            await self.cliente.set_flow_run_state(corrida.id, Pending(), force=True)
            corrida = await self.cliente.read_flow_run(corrida.id)
        return corrida

    async def _la_suya(self, expediente: Expediente) -> FlowRun | None:
        """La que se anotó al crearla, si Prefect todavía la tiene."""
        if not expediente.corrida:
            return None
        try:
            return await self.cliente.read_flow_run(UUID(expediente.corrida))
        except ObjectNotFound:
            return None

    async def _crear(self, expediente: Expediente) -> FlowRun:
        if expediente.procedimiento not in self._despliegues:
            await self.registrar_despliegues()
        # Con las que llevará al reposar: así no hay que volver a ponérselas.
        etiquetas = await self.leer(lambda s: espera.de(s, expediente, CATALOGO).etiquetas)
        try:
            corrida = await self.cliente.create_flow_run_from_deployment(
                self._despliegues[expediente.procedimiento],
                name=expediente.folio,
                parameters={"folio": expediente.folio},
                idempotency_key=encargos.clave_corrida(expediente),
                tags=[*etiquetas, ETIQUETA],
                state=Pending(),
            )
        except (ObjectNotFound, PrefectHTTPStatusError) as error:
            if not _no_existe(error):
                raise
            self._despliegues = {}  # alguien los borró; el reintento los vuelve a registrar
            raise CorridaInterrumpida(f"Prefect ya no tiene el despliegue de {expediente.procedimiento}") from error
        await enlazar(self.cliente, corrida, expediente.folio)  # antes: si muere aquí, al repetir se enlaza
        await self.escribir(lambda s: encargos.anotar_corrida(s, expediente.folio, corrida.id))
        return corrida


def _no_existe(error: Exception) -> bool:
    """Si Prefect respondió que eso no existe; según la ruta lo dice con una clase u otra."""
    return isinstance(error, ObjectNotFound) or (
        isinstance(error, PrefectHTTPStatusError) and error.response.status_code == HTTPStatus.NOT_FOUND
    )


async def ejecutar(flujo: Flow[..., Any], corrida: FlowRun) -> None:
    """Corre el flujo en este proceso; suspenderse es una manera normal de acabar.

    Corre una copia sin despliegue: con él, Prefect pone por cada corrida un hilo y una conexión que miran si alguien
    la suspende desde fuera, y aquí eso no hace falta.

    Lanza:
        CorridaInterrumpida: el flujo acabó por un error que no es un incidente del expediente.
    """
    copia = corrida.model_copy(update={"deployment_id": None})
    try:
        estado = await run_flow_async(flujo, flow_run=copia, parameters=corrida.parameters, return_type="state")
    except Pause:
        return
    if isinstance(estado, State) and (estado.is_failed() or estado.is_crashed()) and estado.name != INCIDENTE:
        raise CorridaInterrumpida(estado.message)
