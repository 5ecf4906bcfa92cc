"""Conducir un expediente: llevar su corrida de Prefect a correr una vez y dejarla donde debe quedar.

Quien conduce tiene la reserva del folio, y con ella la certeza de que ningún
otro motor vivo toca esa corrida: si Prefect la muestra corriendo, es que quien
la corría murió. La corrida se crea con el folio como clave de idempotencia, así
que morir entre crearla y anotarla no crea otra.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.flow_engine import run_flow_async
from prefect.states import Scheduled
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from flujos import despliegues
from flujos.corridas import ETIQUETA, FLUJOS, INCIDENTE
from modelos import encargos, latido, reservas
from modelos.expediente import Expediente
from modelos.sesion import lectura, transaccion

registro = logging.getLogger(__name__)

T = TypeVar("T")
ESPERA_RESERVA_S = 30.0
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
        self._despliegues: dict[str, UUID] = {}
        self._sin_abandonar: set[str] = set()

    async def latir(self) -> None:
        """Anota cada dos segundos que este motor vive; no termina, y una base caída no lo detiene."""
        while True:
            try:
                await self.escribir(self._anotar_latido)
                self._sin_abandonar.clear()
            except Exception as error:  # noqa: BLE001 - si la base no responde se dice y se sigue intentando
                registro.warning("no se pudo anotar el latido: %s", type(error).__name__)
            await asyncio.sleep(latido.CADA_S)

    def _anotar_latido(self, s: Session) -> None:
        latido.latir(s, self.id, prefect=self.hay_prefect)
        for folio in list(self._sin_abandonar):
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

    async def conducir(self, folio: str) -> None:
        """Corre la corrida de un folio ya reservado y libera la reserva; si algo falla, la abandona para después."""
        try:
            expediente = await self.leer(lambda s: s.get_one(Expediente, folio))
            corrida = await self._lista_para_correr(expediente)
            await ejecutar(FLUJOS[expediente.procedimiento], corrida)
            await self.escribir(lambda s: reservas.liberar(s, [folio], self.id))
        except (Exception, Abort) as error:  # noqa: BLE001 - lo que falle se reintenta; el motor no muere
            registro.warning("no se pudo conducir %s: %s: %s", folio, type(error).__name__, error)
            await self._abandonar(folio)

    async def atender_corrida(self, corrida: FlowRun) -> None:
        """Lo que pide Prefect (alguien pulsó *Resume*, o la corrida quedó programada): conducirla si nadie la tiene."""
        folio = str(corrida.parameters["folio"])
        suya = await self.leer(
            lambda s: s.scalar(select(col(Expediente.corrida)).where(col(Expediente.folio) == folio))
        )
        if suya != str(corrida.id):
            registro.warning("la corrida %s no es la de %s; no se toca", corrida.id, folio)
            return
        limite = asyncio.get_running_loop().time() + ESPERA_RESERVA_S
        while not await self.escribir(lambda s: reservas.reservar(s, [folio], self.id)):
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
            self._sin_abandonar.add(folio)

    async def _lista_para_correr(self, expediente: Expediente) -> FlowRun:
        """La corrida del expediente, creada si falta, y en un estado desde el que pueda correr."""
        corrida = await self._retomar(UUID(expediente.corrida)) if expediente.corrida else None
        if corrida is None:
            corrida = await self._crear(expediente)
        if corrida.state_type not in SIN_CORRER:  # ya existía: la clave de idempotencia devolvió la de antes
            corrida = await self._retomar(corrida.id) or corrida
        return corrida

    async def _retomar(self, id_: UUID) -> FlowRun | None:
        """Programa la corrida para ya, esté suspendida, terminada o corriendo sin que nadie vivo la corra.

        No usa `resume_flow_run`: en su servidor lee antes de reservar la escritura, y con SQLite choca con
        cualquier otra y espera de 2 a 14 s. Lo que hace es esta misma transición. Véase el ADR 0011.
        """
        try:
            await self.cliente.set_flow_run_state(id_, Scheduled(name="Resuming"), force=True)
            return await self.cliente.read_flow_run(id_)
        except ObjectNotFound:
            return None

    async def _crear(self, expediente: Expediente) -> FlowRun:
        try:
            corrida = await self.cliente.create_flow_run_from_deployment(
                self._despliegues[expediente.procedimiento],
                name=expediente.folio,
                parameters={"folio": expediente.folio},
                idempotency_key=encargos.clave_corrida(expediente),
                tags=[expediente.procedimiento, expediente.duena, ETIQUETA],
            )
        except ObjectNotFound:
            await self.registrar_despliegues()  # alguien los borró; el reintento ya los encuentra
            raise
        await self.escribir(lambda s: encargos.anotar_corrida(s, expediente.folio, corrida.id))
        return corrida


async def ejecutar(flujo: Flow[..., Any], corrida: FlowRun) -> None:
    """Corre el flujo en este proceso; suspenderse es una manera normal de acabar.

    Lanza:
        CorridaInterrumpida: el flujo acabó por un error que no es un incidente del expediente.
    """
    try:
        estado = await run_flow_async(flujo, flow_run=corrida, parameters=corrida.parameters, return_type="state")
    except Pause:
        return
    if isinstance(estado, State) and (estado.is_failed() or estado.is_crashed()) and estado.name != INCIDENTE:
        raise CorridaInterrumpida(estado.message)
