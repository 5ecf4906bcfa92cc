"""Los despliegues que registra el motor son los de `prefect.yaml`, y la conciliación repara lo que se mueve ahí."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml  # type: ignore[import-untyped]
from prefect.client.orchestration import get_client
from prefect.states import Cancelled

from flujos.despliegues import COLA, cargar, despliegues, registrar
from modelos.organizacion.organigrama import por_correo
from modelos.sesion import transaccion
from tests.accesorios.prefect_local import RAIZ, InstanciaConMotor, ServidorPrefect, esperar

pytestmark = pytest.mark.prefect


def declarados() -> dict[str, dict[str, Any]]:
    leido = yaml.safe_load((RAIZ / "prefect.yaml").read_text("utf-8"))
    return {
        f"{d['flow_name']}/{d['name']}": {
            "entrada": d["entrypoint"],
            "etiquetas": sorted(d["tags"]),
            "cola": d["work_pool"]["name"],
            "horarios": sorted((h["cron"], h["timezone"]) for h in d.get("schedules", [])),
        }
        for d in leido["deployments"]
    }


def _cron(horario: Any) -> tuple[str, str]:
    return horario.schedule.cron, horario.schedule.timezone


def test_prefect_yaml_dice_lo_mismo_que_el_motor_registra(prefect: ServidorPrefect) -> None:
    async def registrados() -> dict[str, dict[str, Any]]:
        async with get_client() as cliente:
            await registrar(cliente)
            await registrar(cliente)  # repetirlo no cambia nada
            flujos = {f.id: f.name for f in await cliente.read_flows()}
            return {
                f"{flujos[d.flow_id]}/{d.name}": {
                    "entrada": d.entrypoint,
                    "etiquetas": sorted(d.tags),
                    "cola": d.work_pool_name,
                    "horarios": sorted(map(_cron, d.schedules)),
                }
                for d in await cliente.read_deployments()
            }

    with prefect.como_cliente():
        assert asyncio.run(registrados()) == declarados()
    cola = prefect.preguntar(lambda c: c.read_work_pool(COLA))
    assert cola.type == COLA


@pytest.mark.parametrize("despliegue", despliegues(), ids=lambda d: d.entrada)
def test_cada_entrada_da_un_flujo_con_su_nombre(despliegue: Any) -> None:
    assert cargar(despliegue.entrada).name == despliegue.flujo.name


def _como_termina(prefect: ServidorPrefect, corrida: str) -> str:
    esperar("la conciliación termina", lambda: prefect.corrida(corrida).state_name in TERMINA)
    return prefect.corrida(corrida).state_name or ""


TERMINA = ("Completed", "Cancelled", "Failed", "Crashed")


def test_la_conciliacion_repara_lo_que_se_cancelo_o_borro_en_prefect(prefect: ServidorPrefect, tmp_path: Path) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)
    with viva.motor():
        cancelado, borrado = viva.iniciar("normatividad"), viva.iniciar("normatividad")
        for folio in (cancelado, borrado):
            viva.esperar_al_dia(folio)
        corrida = UUID(viva.expediente(cancelado).corrida or "")
        prefect.preguntar(lambda c: c.set_flow_run_state(corrida, Cancelled(), force=True))
        vieja = viva.expediente(borrado).corrida or ""
        prefect.preguntar(lambda c: c.delete_flow_run(UUID(vieja)))
        with transaccion(viva.url) as s:
            persona = por_correo(s, "dstc@demo.local")
            assert persona
            persona.activa = False

        conciliacion = prefect.preguntar(lambda c: c.read_deployment_by_name("conciliacion/sistema"))
        # Va de una en una: si la de su horario está corriendo, Prefect cancela la nuestra y se pide otra.
        terminada = ""
        for _ in range(5):
            ejecutada = prefect.preguntar(lambda c: c.create_flow_run_from_deployment(conciliacion.id))
            terminada = _como_termina(prefect, str(ejecutada.id))
            if terminada == "Completed":
                break
        assert terminada == "Completed"

        esperar("la cancelada se repara", lambda: prefect.corrida(str(corrida)).state_name == "Suspended")
        esperar("la borrada se rehace", lambda: viva.expediente(borrado).corrida != vieja)
        nueva = viva.expediente(borrado).corrida or ""
        esperar("y queda suspendida", lambda: prefect.corrida(nueva).state_name == "Suspended")


def test_prefect_encuentra_el_tipo_de_obrero_sin_ayuda() -> None:
    """Como lo busca `prefect worker start`: por los metadatos que ve el entorno que preparó `./dstc`."""
    programa = (
        "from importlib.metadata import entry_points; "
        "print([e.value for e in entry_points(group='prefect.collections') if e.name == 'dstc'])"
    )
    entorno = {"PATH": os.environ["PATH"]}
    salida = subprocess.run([sys.executable, "-c", programa], cwd="/", env=entorno, capture_output=True, check=True)
    assert salida.stdout.decode().strip() == "['flujos.obrero']"
