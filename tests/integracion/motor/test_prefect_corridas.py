"""La página de corridas dice lo mismo que Prefect, y si él no contesta lo dice y no lo espera."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from uuid import UUID

import pytest
from prefect.states import Cancelled, Failed
from pydantic import SecretStr

from modelos.ajustes import Ajustes
from tests.accesorios.fabricas import Instancia, servida
from tests.accesorios.paginas.visitante import Visitante
from tests.accesorios.prefect_local import CREDENCIAL, InstanciaConMotor, ServidorPrefect, esperar

pytestmark = pytest.mark.prefect


def _pagina(viva: InstanciaConMotor, prefect_url: str) -> str:
    ajustes = Ajustes(
        datos=viva.carpeta,
        base=viva.url,
        prefect_url=prefect_url,
        prefect_credencial=SecretStr(CREDENCIAL),
        demo=True,
        jornada_hora=24,
    )
    with servida(Instancia(ajustes)) as direccion, Visitante(direccion, "direccion") as v:
        leida = v.get("/corridas")
        assert leida.status_code == 200
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", leida.text))


def _de(pagina: str, folio: str) -> str:
    """Lo que la página dice de ese folio, hasta el siguiente."""
    return re.split(r"[A-Z]+-\d{4}-\d{4}", pagina.partition(folio)[2])[0]


def test_dice_de_cada_corrida_lo_que_prefect_dice(prefect: ServidorPrefect, tmp_path: Path) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)
    with viva.motor():
        en_espera, cancelada, fallida, borrada = folios = [viva.iniciar("seguimiento") for _ in range(4)]
        viva.esperar_al_dia(*folios)
        (turno,) = viva.pendientes(en_espera)
    ids = {folio: UUID(viva.expediente(folio).corrida or "") for folio in folios}
    prefect.preguntar(lambda c: c.set_flow_run_state(ids[cancelada], Cancelled(message="alguien"), force=True))
    prefect.preguntar(lambda c: c.set_flow_run_state(ids[fallida], Failed(message="se rompió"), force=True))
    prefect.preguntar(lambda c: c.delete_flow_run(ids[borrada]))

    # La página no espera mucho a Prefect, ni el motor se da por muerto en el acto: en una máquina ocupada, se insiste.
    vistas: list[str] = []

    def con_todo() -> bool:
        vistas.append(_pagina(viva, prefect.url))
        return "En Prefect:" in vistas[-1] and "No hay ningún motor en marcha" in vistas[-1]

    esperar("la página dice lo de Prefect y que no hay motor", con_todo)
    pagina = vistas[-1]
    assert f"En espera — espera: 1 {turno.unidad}" in _de(pagina, en_espera)
    assert "Cancelada — alguien" in _de(pagina, cancelada)
    assert "Fallida — se rompió" in _de(pagina, fallida)
    assert "No está en Prefect" in _de(pagina, borrada)
    assert "./dstc motor" in pagina  # y qué hacer para que el sistema avance


def test_si_prefect_no_contesta_la_pagina_sale(tmp_path: Path) -> None:
    viva = InstanciaConMotor(tmp_path, "http://127.0.0.1:1/api")
    folio = viva.iniciar("seguimiento")
    with socket.create_server(("127.0.0.1", 0)) as mudo:  # acepta y nunca contesta
        pagina = _pagina(viva, f"http://127.0.0.1:{mudo.getsockname()[1]}/api")
    assert folio in pagina
    assert "En Prefect:" not in pagina
