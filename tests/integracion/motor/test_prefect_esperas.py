"""En un Prefect de verdad: cada corrida que espera dice qué, con etiquetas y enlace, y lo del sistema se lee."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

from modelos.actos.conduccion import conducir
from modelos.actos.turnos import asignacion
from modelos.sesion import transaccion
from tests.accesorios.prefect_local import InstanciaConMotor, ServidorPrefect, esperar

pytestmark = pytest.mark.prefect


def test_la_corrida_dice_que_espera_y_lo_cambia_con_cada_acto(prefect: ServidorPrefect, tmp_path: Path) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)
    with viva.motor():
        folio = viva.iniciar("seguimiento")
        viva.esperar_al_dia(folio)
        id_ = viva.expediente(folio).corrida or ""
        (turno,) = viva.pendientes(folio)

        def corrida() -> Any:
            return prefect.corrida(id_)

        def dice(texto: str) -> None:
            def lo_dice() -> bool:
                estado = corrida().state
                return bool(estado.name == "Suspended" and texto in (estado.message or ""))

            esperar(f"suspendida, dice «{texto}»", lo_dice)

        dice(f" {turno.unidad}")
        assert corrida().state.message.startswith("espera: ")
        assert {f"espera:{turno.unidad}", "expediente", "seguimiento"} <= set(corrida().tags)

        with transaccion(viva.url) as s:
            asignacion.tomar(viva.contexto(s, turno.unidad), turno.id)
        dice("(ya lo tomaron)")
        with transaccion(viva.url) as s:
            conducir.suspender(viva.contexto(s, "coordinacion"), folio, "falta un dato")
        dice("suspendido: espera a que se reanude")
        esperar("la etiqueta", lambda: "suspendido" in corrida().tags)
        with transaccion(viva.url) as s:
            conducir.reanudar(viva.contexto(s, "coordinacion"), folio, "llegó")
        dice("espera: ")
        esperar("ya sin la etiqueta", lambda: "suspendido" not in corrida().tags)

        assert viva.avanzar(folio, 1) == 1  # y la conducción sigue igual después de haberle cambiado el mensaje
        viva.esperar_al_dia(folio)
        esperar("queda suspendida", lambda: corrida().state_name == "Suspended")

    filtro = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[corrida().id]))
    (enlace,) = prefect.preguntar(lambda c: c.read_artifacts(artifact_filter=filtro))
    assert f"/expedientes/{folio})" in str(enlace.data)


def test_las_corridas_del_sistema_tienen_nombre_legible(prefect: ServidorPrefect, tmp_path: Path) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)
    with viva.motor():
        for flujo, nombre in (("recordatorios", "Recordatorios del "), ("ciclos", "Ciclos del ")):
            despliegue = esperar(flujo, lambda flujo=flujo: _despliegue(prefect, f"{flujo}/sistema"))  # type: ignore[misc]
            pedida = str(prefect.preguntar(lambda c, d=despliegue: c.create_flow_run_from_deployment(d)).id)  # type: ignore[misc]
            esperar("corre con su nombre", lambda p=pedida, n=nombre: prefect.corrida(p).name.startswith(n))  # type: ignore[misc]


def _despliegue(prefect: ServidorPrefect, nombre: str) -> Any:
    from prefect.exceptions import ObjectNotFound

    try:
        return prefect.preguntar(lambda c: c.read_deployment_by_name(nombre)).id
    except ObjectNotFound:
        return None
