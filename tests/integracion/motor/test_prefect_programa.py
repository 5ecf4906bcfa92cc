"""Prefect programa de verdad: corridas que creó él, que el motor corrió, y que repararon lo que se rompió.

Comparar horarios declarados no basta: con cierta SQLAlchemy el programador fallaba en cada vuelta, los horarios
seguían ahí y no corría nada.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.states import Cancelled

from flujos.despliegues import despliegues
from tests.accesorios.prefect_local import InstanciaConMotor, ServidorPrefect, esperar, servidor_prefect

pytestmark = pytest.mark.prefect
CADA = timedelta(seconds=20)


@pytest.fixture
def prefect(tmp_path: Path) -> Iterator[ServidorPrefect]:
    """Uno propio: aquí se borran despliegues y se agregan horarios."""
    with servidor_prefect(tmp_path / "prefect") as servidor:
        yield servidor


def programadas(prefect: ServidorPrefect, despliegue: str) -> list[Any]:
    """Las corridas de ese despliegue que creó el programador."""
    id_ = prefect.preguntar(lambda c: c.read_deployment_by_name(despliegue)).id
    filtro = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[id_]))
    corridas = prefect.preguntar(lambda c: c.read_flow_runs(flow_run_filter=filtro, limit=200))
    return [c for c in corridas if c.auto_scheduled]


def test_prefect_programa_cada_horario_y_la_conciliacion_programada_repara(
    prefect: ServidorPrefect, tmp_path: Path
) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)
    with viva.motor():
        cancelado, borrado = viva.iniciar("normatividad"), viva.iniciar("normatividad")
        viva.esperar_al_dia(cancelado, borrado)

        # De cada despliegue con horario hay al menos una corrida futura que creó el programador.
        for despliegue in (d for d in despliegues() if d.horarios):
            nombre = f"{despliegue.flujo.name}/{despliegue.nombre}"
            esperar(f"corridas de {nombre}", partial(programadas, prefect, nombre))

        corrida = UUID(viva.expediente(cancelado).corrida or "")
        prefect.preguntar(lambda c: c.set_flow_run_state(corrida, Cancelled(), force=True))
        vieja = viva.expediente(borrado).corrida or ""
        prefect.preguntar(lambda c: c.delete_flow_run(UUID(vieja)))

        # El mismo despliegue con un horario más seguido: quien crea la corrida sigue siendo el programador.
        conciliacion = prefect.preguntar(lambda c: c.read_deployment_by_name("conciliacion/sistema")).id
        horarios = [(IntervalSchedule(interval=CADA), True)]
        prefect.preguntar(lambda c: c.create_deployment_schedules(conciliacion, horarios))
        esperar(
            "una conciliación programada por Prefect termina",
            lambda: [c for c in programadas(prefect, "conciliacion/sistema") if c.state_name == "Completed"],
        )
        esperar("la cancelada se repara", lambda: prefect.corrida(str(corrida)).state_name == "Suspended")
        esperar("la borrada se rehace", lambda: viva.expediente(borrado).corrida not in (vieja, None))
        nueva = viva.expediente(borrado).corrida or ""
        esperar("y queda suspendida", lambda: prefect.corrida(nueva).state_name == "Suspended")


def test_los_despliegues_borrados_se_reponen_y_lo_abierto_sigue_su_curso(
    prefect: ServidorPrefect, tmp_path: Path
) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)
    with viva.motor() as motores:
        folio = viva.iniciar("normatividad")
        viva.esperar_al_dia(folio)
        antes = {d.name + str(d.flow_id): d.id for d in prefect.preguntar(lambda c: c.read_deployments())}
        for id_ in antes.values():
            prefect.preguntar(methodcaller("delete_deployment", id_))

        viva.avanzar(folio, 1)  # el que ya tenía corrida
        otro = viva.iniciar("normatividad")  # y uno que la pide a un despliegue que ya no existe
        viva.esperar_al_dia(folio, otro)
        assert prefect.corrida(viva.expediente(folio).corrida or "").state_name == "Suspended"
        assert prefect.corrida(viva.expediente(otro).corrida or "").state_name == "Suspended"

        def repuestos() -> bool:
            hay = prefect.preguntar(lambda c: c.read_deployments())
            return {d.name + str(d.flow_id) for d in hay} == set(antes) and not {d.id for d in hay} & set(
                antes.values()
            )

        esperar("se reponen todos", repuestos)
        esperar("y se vuelven a programar", lambda: programadas(prefect, "conciliacion/sistema"))
        # Un horario borrado es lo mismo: el despliegue parece estar y no corre.
        ciclos = prefect.preguntar(lambda c: c.read_deployment_by_name("ciclos/sistema"))
        prefect.preguntar(lambda c: c.delete_deployment_schedule(ciclos.id, ciclos.schedules[0].id))
        esperar(
            "se repone el horario",
            lambda: prefect.preguntar(lambda c: c.read_deployment_by_name("ciclos/sistema")).schedules,
        )
        assert motores[0].vive()
