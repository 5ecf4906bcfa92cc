"""`kill -9` a media carga de unidades y personas: entra completa o no entra nada, y repetirla la termina."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from modelos import sesion
from modelos.ajustes import Ajustes
from modelos.organizacion.cambios import Cambio
from modelos.organizacion.organigrama import Adscripcion, Persona, Unidad
from tests.accesorios.fabricas import Instancia, Plantillas
from tests.accesorios.procesos import cargador
from tests.accesorios.procesos.cargador import AL_CONFIRMAR, CUANTAS, YA_CONFIRMADA

pytestmark = [pytest.mark.caida]
Estado = tuple[list[int | None], str, str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def nueva(request: pytest.FixtureRequest, plantillas: Plantillas, tmp_path: Path) -> Iterator[Instancia]:
    """Una instancia recién sembrada."""
    yield (una := Instancia(Ajustes(datos=tmp_path, base=plantillas.copia(request.param, tmp_path), demo=True)))
    sesion.motor(una.url).dispose()


def estado(instancia: Instancia) -> Estado:
    """Cuántas filas hay de lo que toca la carga, y dos de las que cambia."""
    with instancia.leer() as s:
        cuentas = [s.scalar(select(func.count()).select_from(t)) for t in (Unidad, Persona, Adscripcion, Cambio)]
        nombre = s.scalars(select(col(Persona.nombre)).where(col(Persona.correo) == "cst@demo.local")).one()
        return cuentas, s.get_one(Unidad, "CAST-DEMO-01").nombre, nombre


def matado(instancia: Instancia, muere: int) -> int | None:
    """Con qué salió el proceso que carga y se mata en ese punto."""
    contexto = multiprocessing.get_context("forkserver")
    contexto.set_forkserver_preload(["tests.accesorios.procesos.cargador"])
    proceso = contexto.Process(target=cargador.cargar, args=(instancia.ajustes, muere))
    proceso.start()
    proceso.join(60)
    return proceso.exitcode


def test_una_carga_matada_entra_entera_o_no_entra(nueva: Instancia) -> None:
    antes = estado(nueva)
    ordenes = cargador.cargar(nueva.ajustes, confirma=False)
    assert estado(nueva) == antes
    # Antes de cada tramo de órdenes, de la primera a la última, y justo al confirmar.
    puntos = [*range(0, ordenes, max(1, ordenes // 12)), ordenes - 1, AL_CONFIRMAR]
    for punto in puntos:
        assert matado(nueva, punto) == -signal.SIGKILL, punto
        assert estado(nueva) == antes, f"algo entró al morir en {punto} de {ordenes}"
    assert matado(nueva, YA_CONFIRMADA) == -signal.SIGKILL
    despues = estado(nueva)
    sumadas = [(b or 0) - (a or 0) for a, b in zip(antes[0], despues[0], strict=True)]
    assert sumadas == [1, CUANTAS, CUANTAS, 2 * CUANTAS + 4]
    assert despues[1:] == ("CAST renombrado", "Otro nombre")
    # Quien no supo si entró la repite: no se duplica.
    cargador.cargar(nueva.ajustes)
    assert estado(nueva) == despues
    print(f"{len(puntos)} muertes en una carga de {ordenes} órdenes")
