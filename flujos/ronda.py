"""La ronda del motor: mira la base dos veces por segundo y despierta lo que toque.

Seis cosas, y ninguna espera a las otras: conducir los folios con algo
pendiente, cumplir sin Prefect los efectos que no deben esperarlo, comprobar que
lo mostrado se ve en Prefect, atender lo que Prefect programa (horarios,
*Resume*), y, esté Prefect o no, trabajar la jornada y repartir los mensajes.
Que Prefect o la base no respondan no la detiene: insiste.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import TaskRunFilter, TaskRunFilterId
from prefect.client.schemas.objects import StateType
from prefect.context import AsyncClientContext
from sqlalchemy.orm import Session

from flujos import conciliacion, esperas, mirada
from flujos.catalogo import CATALOGO
from flujos.conductor import Conductor, CorridaInterrumpida
from flujos.despliegues import COLA
from flujos.obrero import ObreroDSTC
from flujos.sonda import Sonda
from flujos.vigia import MotorDetenido, Vigia
from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.errores import ErrorGestion
from modelos.motor import encargos, latido, reservas, senales
from tareas import jornada
from tareas.avisos.cartero import Cartero
from tareas.efectos import Cual, EfectoFallido, intentar

registro = logging.getLogger(__name__)

PACIENCIA_S = 5.0
"""Lo que un efecto espera a que Prefect lo corra; después se cumple sin él y su tarea se muestra cuando se pueda."""
LOTE = 100
ESPERA_MAXIMA_S = 30.0
CIERRE_S = 5.0
JORNADA_CADA_S = 3.0
MENSAJES_CADA_S = 2.0
DESPLIEGUES_CADA_S = 15.0
ESPERAS_CADA_S = 3.0
SALUD_CADA_S = 15.0
CONCILIAR_CADA_S = 20.0


class Ronda:
    """Las vueltas de un motor, hasta que se pide `detener`."""

    def __init__(self, propios: Ajustes, conductor: Conductor, detener: asyncio.Event) -> None:
        self.propios, self.conductor, self.detener = propios, conductor, detener
        por_omision = 2 if propios.url_base.startswith("sqlite") else 4
        self.simultaneas = propios.corridas_simultaneas or por_omision
        self._en_curso: dict[str, asyncio.Task[None]] = {}
        self._cambio = asyncio.Event()
        self._vigia = Vigia()
        self._desde = latido.pulso()
        self._sonda = Sonda(propios)
        self._cartero = Cartero(propios)
        # Aparte: un barrido largo o un servidor de correo lento no ocupan los hilos de los demás.
        self._hilo_jornada = ThreadPoolExecutor(1, "jornada")
        self._hilo_mensajes = ThreadPoolExecutor(1, "mensajes")

    async def dar_vueltas(self) -> None:
        """Corre todo hasta que se detenga; deja terminar lo que va en curso.

        Lanza:
            MotorDetenido: terminó una tarea de fondo, o hay trabajo y no avanza; quien lo corre debe salir con error.
        """
        vigia = self._vigia
        vigia.lanzar("latido", self.conductor.latir())
        vigia.lanzar("base", self._insistir("la base", self._cumplir_sin_prefect, self.propios.pausa_motor_s))
        vigia.lanzar("prefect", self._insistir("Prefect", self._con_prefect, 1))
        vigia.lanzar("jornada", self._insistir("la jornada", self._trabajar_jornada, JORNADA_CADA_S))
        vigia.lanzar("mensajes", self._insistir("los mensajes", self._repartir_mensajes, MENSAJES_CADA_S))
        vigia.lanzar("salud", self._insistir("la salud", self._anotar_salud, SALUD_CADA_S))
        vigia.lanzar("conciliacion", self._insistir("la conciliación", self._conciliar, CONCILIAR_CADA_S))
        vigia.lanzar("avance", self._vigilar_avance())
        try:
            await vigia.hasta(self.detener)
            if self._en_curso:
                await asyncio.wait(self._en_curso.values(), timeout=CIERRE_S)
        finally:
            await vigia.terminar(CIERRE_S)
            await self._sonda.cerrar()
        await self.conductor.escribir(lambda s: latido.callar(s, self.conductor.id))

    async def _insistir(self, con_quien: str, que: Callable[[], Awaitable[None]], pausa_s: float) -> None:
        """Repite sin fin; si falla lo dice una vez y espera cada vez más.

        Una señal que no sea `Exception` no se insiste: no se sabe qué dejó a medias, y el motor sale.
        """
        espera = pausa_s
        while not self.detener.is_set():
            try:
                await que()
                espera = pausa_s
            except Exception as error:  # noqa: BLE001 - el motor no muere porque otro no responda
                espera = min(max(espera * 2, 0.5), ESPERA_MAXIMA_S if self.conductor.hay_prefect else 2.0)
                registro.warning("%s: %s; insisto en %.1f s", con_quien, type(error).__name__, espera)
                registro.debug("detalle", exc_info=error)
            await asyncio.sleep(espera)

    async def _con_prefect(self) -> None:
        """Lo que necesita a Prefect. Espera a que responda una vez y ya no termina, aunque deje de responder.

        Sólo termina si se cierra su cliente: entonces se empieza con otro.

        Un solo cliente para todo: abrir cada uno cuesta decenas de milisegundos. Las tareas se crean dentro de su
        contexto para heredarlo.
        """
        if not await self._sonda.responde():
            return
        async with AsyncClientContext.get_or_create() as contexto:
            self.conductor.cliente = contexto.client
            async with asyncio.TaskGroup() as tareas:
                tareas.create_task(self._insistir("Prefect", self._vigilar_prefect, 2))
                tareas.create_task(self._insistir("Prefect", self._reponer_despliegues, DESPLIEGUES_CADA_S))
                tareas.create_task(self._insistir("Prefect", self._ver_lo_mostrado, 1))
                tareas.create_task(self._insistir("Prefect", self._decir_esperas, ESPERAS_CADA_S))
                tareas.create_task(self._insistir("la cola de Prefect", self._atender_cola, 1))
                tareas.create_task(self._insistir("la base", self._conducir, 0))
                tareas.create_task(self._mientras_este_abierto(contexto.client))

    async def _mientras_este_abierto(self, cliente: PrefectClient) -> None:
        """Falla si el cliente se cierra: quien lo comparte puede cerrarlo al caerse, y hay que abrir otro.

        Lanza:
            CorridaInterrumpida: se cerró; `_con_prefect` termina y se vuelve a intentar con uno nuevo.
        """
        while not self.detener.is_set():
            if cliente._client.is_closed:  # noqa: SLF001 - no hay otra manera de saberlo
                raise CorridaInterrumpida("se cerró el cliente de Prefect")
            await asyncio.sleep(1)

    async def _vigilar_prefect(self) -> None:
        antes = self.conductor.hay_prefect
        responde = await self._sonda.responde()
        if responde and not antes:
            await self.conductor.registrar_despliegues()
            await self.conductor.escribir(reservas.apurar)
        self.conductor.hay_prefect = responde
        if responde != antes:
            registro.warning("Prefect %s", "responde" if responde else "no responde; los efectos se cumplen sin él")
            self._cambio.set()

    async def _reponer_despliegues(self) -> None:
        """Repone los que alguien borró en Prefect, o todos si su base ya no es la de antes."""
        if self.conductor.hay_prefect and await self.conductor.reponer_despliegues():
            registro.warning("faltaban despliegues en Prefect; se registraron de nuevo")

    async def _anotar_salud(self) -> None:
        """Deja en la base lo que se ve en Prefect, o quién responde en su lugar: de ahí lo dice `/salud`."""
        visto: dict[str, Any] = {"ajeno": self._sonda.ajeno}
        if not self.conductor.hay_prefect and not self._sonda.ajeno:
            return
        if self._sonda.errores is not None:
            visto["errores"] = self._sonda.errores
        try:
            if self.conductor.hay_prefect:
                visto |= await mirada.mirar(self.conductor.cliente)
        finally:
            # Aunque Prefect no deje mirar lo demás: sus errores dicen por qué.
            await self.conductor.escribir(lambda s: senales.anotar(s, senales.PREFECT, **visto))

    async def _conciliar(self) -> None:
        if self.conductor.hay_prefect:
            await conciliacion.conciliar_si_falta(self.conductor.cliente, self.propios, self._desde)

    async def _decir_esperas(self) -> None:
        """Lo que cambió sin que haya qué conducir, dicho también en Prefect."""
        if self.conductor.hay_prefect:
            await esperas.decir_lo_que_cambio(self.conductor)

    async def _conducir(self) -> None:
        """Reserva tantos folios como lugares libres haya y los conduce a la vez."""
        self._cambio.clear()
        libres = self.simultaneas - len(self._en_curso)
        if libres and self.conductor.hay_prefect:
            candidatos = await self.conductor.leer(lambda s: self._candidatos(s, libres))
            if candidatos:
                for folio in await self.conductor.reservar(candidatos):
                    self._en_curso[folio] = self._vigia.lanzar(folio, self._uno(folio), sin_fin=False)
        # En cuanto se libere un lugar se vuelve a mirar; la pausa es para cuando no hay nada.
        await self._esperar_cambio(self.propios.pausa_motor_s)

    def _candidatos(self, s: Session, cuantos: int) -> list[str]:
        folios = reservas.huerfanas(s, cuantos)
        folios += encargos.folios_por_conducir(s, self.propios.encargos_intentos, cuantos)
        return list(dict.fromkeys(folios))[:cuantos]

    async def _uno(self, folio: str) -> None:
        try:
            await self.conductor.conducir(folio)
        finally:
            del self._en_curso[folio]
            self._cambio.set()

    async def _vigilar_avance(self) -> None:
        """Falla si Prefect responde, hay trabajo y en un buen rato no acaba ninguna conducción.

        Lanza:
            MotorDetenido: algo se quedó esperando para siempre; otro proceso lo retoma desde la base.
        """
        plazo = self.propios.motor_sin_avance_s
        vistas, desde = self.conductor.terminadas, time.monotonic()
        while True:
            await asyncio.sleep(min(5.0, plazo / 4))
            ocioso = not self.conductor.hay_prefect or not (self._en_curso or await self._hay_trabajo())
            if ocioso or self.conductor.terminadas != vistas:
                vistas, desde = self.conductor.terminadas, time.monotonic()
            elif time.monotonic() - desde > plazo:
                raise MotorDetenido(f"hay expedientes por conducir y en {plazo:.0f} s no se terminó ninguno")

    async def _hay_trabajo(self) -> bool:
        try:
            return bool(await self.conductor.leer(lambda s: self._candidatos(s, 1)))
        except ErrorGestion:  # la base no responde: no es que no se avance
            return False

    async def _cumplir_sin_prefect(self) -> None:
        """Cumple en la base lo que Prefect no alcanzó a correr a tiempo, o todo si no responde."""
        paciencia_s = PACIENCIA_S if self.conductor.hay_prefect else 0.0
        maximo = self.propios.encargos_intentos
        pendientes = await self.conductor.leer(lambda s: encargos.sin_prefect(s, paciencia_s, maximo, LOTE))
        for e in pendientes:
            with contextlib.suppress(EfectoFallido):  # ya quedó contado y dicho en el registro
                await asyncio.to_thread(
                    intentar, self.propios.url_base, CATALOGO, Cual(e.folio, e.asiento, e.efecto), maximo
                )

    async def _trabajar_jornada(self) -> None:
        """Lo de hoy que falte; no espera a que Prefect lo pida a su hora."""

        def en_hilo() -> None:
            jornada.trabajar(
                self.propios.url_base,
                CATALOGO,
                reloj.ahora(),
                self.propios.jornada_hora,
                reglas=jornada.ReglasDeJornada.de(self.propios),
            )

        await asyncio.get_running_loop().run_in_executor(self._hilo_jornada, en_hilo)

    async def _repartir_mensajes(self) -> None:
        """Junta y envía, tanda tras tanda, hasta que no quede nada por salir."""

        def en_hilo() -> None:
            url, motor = self.propios.url_base, self.conductor.id
            while jornada.repartir(url, CATALOGO, reloj.ahora(), motor, self._cartero):
                if self.detener.is_set():
                    return

        await asyncio.get_running_loop().run_in_executor(self._hilo_mensajes, en_hilo)

    async def _ver_lo_mostrado(self) -> None:
        """Da por registrado lo que Prefect ya muestra terminado; una consulta por cada doscientas tareas."""
        por_id = await self.conductor.leer(encargos.por_ver) if self.conductor.hay_prefect else {}
        if not por_id:
            return
        filtro = TaskRunFilter(id=TaskRunFilterId(any_=list(por_id)))
        tareas = await self.conductor.cliente.read_task_runs(task_run_filter=filtro, limit=len(por_id))
        vistos = [por_id[t.id] for t in tareas if t.state_type == StateType.COMPLETED]
        if vistos:
            await self.conductor.escribir(lambda s: encargos.registrar(s, vistos, reloj.ahora()))

    async def _atender_cola(self) -> None:
        """El obrero de Prefect: vuelve cuando Prefect deja de responder, y entonces se levanta otro."""
        if not self.conductor.hay_prefect:
            return
        obrero = ObreroDSTC(
            work_pool_name=COLA, name=self.conductor.id, limit=self.simultaneas, conductor=self.conductor
        )
        await obrero.start(printer=registro.info)

    async def _esperar_cambio(self, segundos: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._cambio.wait(), segundos)
