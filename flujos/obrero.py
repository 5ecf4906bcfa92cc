"""El obrero de Prefect del sistema, de tipo `dstc`: corre cada corrida en su propio proceso.

Un subproceso por corrida (lo que hace el obrero de siempre) cuesta 4 s de
arranque en cada paso. El motor lo lleva dentro; `prefect worker start --type
dstc --pool dstc` levanta uno suelto, que atiende lo que Prefect programa pero no
toma decisiones de la base.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import InfrastructureNotFound
from prefect.states import Cancelled
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from flujos.conductor import Conductor, CorridaInterrumpida, ejecutar
from flujos.despliegues import COLA, EntradaAjena, cargar
from flujos.suspension import ETIQUETA
from flujos.vigia import FALLAS
from modelos.ajustes import ajustes

if TYPE_CHECKING:
    from anyio.abc import TaskStatus

registro = logging.getLogger(__name__)
SISTEMA_MAX_S = 3600.0
"""Lo más que dura una corrida del sistema: una que no acaba no debe quedarse con un lugar del obrero."""


class ResultadoEnProceso(BaseWorkerResult):
    """Siempre sin error: el estado de la corrida lo pone quien la corre."""


class ObreroDSTC(BaseWorker[BaseJobConfiguration, BaseVariables, ResultadoEnProceso]):
    """Corre las corridas de los despliegues de `flujos.despliegues` en este proceso."""

    type = COLA
    job_configuration = BaseJobConfiguration
    _description = "Conduce los expedientes de la DSTC en el proceso del motor."

    def __init__(self, *args: Any, conductor: Conductor | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - los de BaseWorker
        super().__init__(*args, **kwargs)
        self._conductor = conductor
        self._latido: asyncio.Task[None] | None = None

    async def setup(self) -> None:
        """Además de lo de siempre: si nadie le dio un conductor, usa el suyo y late por él."""
        await super().setup()
        if self._conductor is None:
            self._conductor = Conductor(ajustes().url_base, self.client)
            self._latido = asyncio.create_task(self._conductor.latir(), name="latido")
            self._latido.add_done_callback(self._sin_latido)

    async def teardown(self, *exc_info: object) -> None:
        """Deja de latir antes de cerrar."""
        if self._latido is not None:
            self._latido.cancel()
            self._latido, self._conductor = None, None
        await super().teardown(*exc_info)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,  # noqa: ARG002 - no hay infraestructura que configurar
        task_status: TaskStatus[int] | None = None,
    ) -> ResultadoEnProceso:
        """Corre lo que Prefect programó: un expediente pasa por su conductor; un flujo del sistema, directo."""
        if self._conductor is None:
            raise RuntimeError("El obrero no está preparado: úsese con `async with`.")
        if task_status:
            task_status.started(1)
        try:
            if ETIQUETA in flow_run.tags:
                await self._conductor.atender_corrida(flow_run)
            else:
                despliegue = await self.client.read_deployment(flow_run.deployment_id)  # type: ignore[arg-type]
                async with asyncio.timeout(SISTEMA_MAX_S):
                    await ejecutar(cargar(despliegue.entrypoint or ""), flow_run)
        except EntradaAjena as error:
            await self.client.set_flow_run_state(flow_run.id, Cancelled(message=str(error)), force=True)
        except FALLAS as error:
            registro.warning("la corrida %s no terminó: %s: %s", flow_run.name, type(error).__name__, error)
        return ResultadoEnProceso(status_code=0, identifier=self._conductor.id)

    async def _submit_run(self, flow_run: FlowRun) -> None:
        """Lo que falle al tomar una corrida de la cola es de esa corrida: el obrero sigue con las demás.

        Una corrida puede moverse entre que se ve en la cola y se toma: si ya se suspendió, Prefect lanza `Pause`, que
        `BaseWorker` no captura; sin esto desharía su grupo de tareas y el obrero moriría.
        """
        try:
            await super()._submit_run(flow_run)
        except FALLAS as error:
            registro.warning("no se tomó la corrida %s: %s: %s", flow_run.name, type(error).__name__, error)
            self._release_limit_slot(flow_run.id)
            self._submitting_flow_run_ids.discard(flow_run.id)
            if self._cancelling_observer is not None:
                self._cancelling_observer.remove_in_flight_flow_run_id(flow_run.id)

    async def _submit_run_and_capture_errors(
        self, flow_run: FlowRun, task_status: TaskStatus[int | Exception] | None = None
    ) -> BaseWorkerResult | Exception:
        """Ídem mientras corre: `super` captura `Exception` y las señales de Prefect no lo son."""
        try:
            return await super()._submit_run_and_capture_errors(flow_run, task_status)
        except FALLAS as error:
            falla = error if isinstance(error, Exception) else CorridaInterrumpida(f"{type(error).__name__}: {error}")
            registro.warning("la corrida %s no se llevó: %s", flow_run.name, falla)
            if task_status is not None:
                with contextlib.suppress(RuntimeError):  # ya se había dicho que empezó
                    task_status.started(falla)
            return falla

    def _sin_latido(self, latido: asyncio.Task[None]) -> None:
        """Sin latido, otro motor tomaría lo que éste conduce: el obrero suelto se detiene."""
        if not latido.cancelled() and self._runs_task_group is not None:
            registro.error("el obrero dejó de latir; se detiene", exc_info=latido.exception())
            self._runs_task_group.cancel_scope.cancel()

    async def kill_infrastructure(
        self,
        infrastructure_pid: str,
        configuration: BaseJobConfiguration,  # noqa: ARG002 - firma de BaseWorker
        grace_seconds: int = 30,  # noqa: ARG002 - ídem
    ) -> None:
        """No hay proceso aparte que matar; Prefect da la corrida por cancelada."""
        raise InfrastructureNotFound(infrastructure_pid)
