"""Muchas decisiones seguidas con dos motores, y Prefect ahogado y muerto a la mitad: todo queda registrado solo.

Ciento veinte en `./dstc probar`, y quinientas en `./dstc banco --largas`.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from modelos import sesion
from modelos.expedientes.expediente import Encargo
from tests.accesorios.fabricas import Plantillas
from tests.accesorios.largas import LARGAS
from tests.accesorios.procesos.instalacion import Instalacion

pytestmark = [pytest.mark.caida, pytest.mark.prefect]
FOLIOS = 100 if LARGAS else 24
"""Cinco decisiones de cada uno."""
PASOS = 5
AHOGO_S = 15
"""Lo que el servidor pasa sin contestar, con las conexiones abiertas: peor que no estar."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def instalacion(request: pytest.FixtureRequest, plantillas: Plantillas, tmp_path: Path) -> Iterator[Instalacion]:
    """Una instalación sin levantar."""
    una = Instalacion(tmp_path, plantillas.copia(request.param, tmp_path))
    yield una
    una.cerrar()
    sesion.motor(una.instancia.url).dispose()


def test_una_rafaga_con_prefect_ahogado_y_reiniciado_quedan_registradas(instalacion: Instalacion) -> None:
    instancia = instalacion.instancia
    instalacion.levantar("prefect", "motor", "motor:2")
    folios = [instancia.iniciar("registro_reporte_st", f"Ráfaga {i}") for i in range(FOLIOS)]
    desde = time.monotonic()
    for paso in range(PASOS):
        for folio in folios:
            (turno,) = instancia.abiertos(folio)
            instancia.adjuntar(turno)
            instancia.atender(turno)
        instalacion.mantener()
        if paso == PASOS // 2:
            instalacion.senal("prefect", signal.SIGSTOP)
            time.sleep(AHOGO_S)
            instalacion.matar("prefect")
            instalacion.levantar("prefect")
    instalacion.esperar(lambda: instalacion.pendientes() == 0, "que todo quede registrado", 1800)
    print(f"{FOLIOS * PASOS} decisiones al día en {time.monotonic() - desde:.0f} s; carga {os.getloadavg()[0]:.1f}")

    corridas = instalacion.prefect("flow_runs", {"flow_runs": {"tags": {"all_": ["expediente"]}}})
    assert Counter(c["name"] for c in corridas) == Counter(dict.fromkeys(folios, 1))
    folio_de = {c["id"]: c["name"] for c in corridas}

    def tareas() -> list[dict[str, Any]]:
        return [t for t in instalacion.prefect("task_runs", {}) if t["flow_run_id"] in folio_de]

    # Una que se mostró dos veces puede ir todavía por la segunda.
    instalacion.esperar(lambda: {t["state_type"] for t in tareas()} == {"COMPLETED"}, "que las tareas terminen", 1800)
    with instancia.leer() as s:
        encargos = Counter(e.folio for e in s.scalars(select(Encargo)))
    assert Counter(folio_de[t["flow_run_id"]] for t in tareas()) == encargos
    instancia.exigir_integra()
