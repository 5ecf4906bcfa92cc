"""Al obrero le llega de la cola una corrida que ya está suspendida; sale con 0 si sigue vivo y lleva la siguiente.

Uso: `python -m tests.accesorios.procesos.obrero_con_suspendida CORRIDA SISTEMA`, con los ajustes de la instancia y de
Prefect en el entorno: CORRIDA es una de un expediente, ya suspendida; SISTEMA, una pendiente de un flujo del sistema.
Aparte: Prefect deja hilos al terminar.
"""

from __future__ import annotations

import asyncio
import sys
from uuid import UUID, uuid4

from prefect.client.schemas.responses import WorkerFlowRunResponse

from flujos.despliegues import COLA
from flujos.obrero import ObreroDSTC

PACIENCIA_S = 400


async def correr(suspendida: UUID, sistema: UUID) -> None:
    """Le entrega las dos, una tras otra, como las entrega la cola."""
    async with ObreroDSTC(work_pool_name=COLA, name="prueba", limit=1) as obrero:
        await obrero.sync_with_backend()
        for id_, estado in ((suspendida, "Suspended"), (sistema, "Completed")):
            corrida = await obrero.client.read_flow_run(id_)
            entrega = WorkerFlowRunResponse(work_pool_id=uuid4(), work_queue_id=uuid4(), flow_run=corrida)
            tomadas = await obrero._submit_scheduled_flow_runs([entrega])
            if [c.id for c in tomadas] != [id_]:
                raise SystemExit(f"no tomó la corrida {corrida.name}: quedó sin lugar libre")
            for _ in range(PACIENCIA_S * 5):
                await asyncio.sleep(0.2)  # si el grupo de tareas del obrero se deshizo, esto se cancela
                if not obrero._submitting_flow_run_ids and obrero.limiter.borrowed_tokens == 0:
                    break
            quedo = (await obrero.client.read_flow_run(id_)).state_name
            if quedo != estado:
                raise SystemExit(f"{corrida.name} quedó {quedo} y no {estado}")


if __name__ == "__main__":
    asyncio.run(correr(UUID(sys.argv[1]), UUID(sys.argv[2])))
