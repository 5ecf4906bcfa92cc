"""Tablas de juguete con plazos de toda clase, y el día en que se abren sus expedientes.

PODA pasa por la DSTC, la CST y todos los CAST; RIEGO va sólo al CAST que se elija y su plazo corre desde una
fecha que puede faltar. En BARRIDO nada vence.
"""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import Field

from flujos.catalogo import CATALOGO
from modelos.tabla import (
    FIN,
    SIGUE,
    Actividad,
    DatosIniciales,
    Dias,
    PorCada,
    ReglaPlazo,
    Tramo,
    Unidad,
    a,
)
from tests.accesorios.tablas.hechura import actividad, poda

LUNES = "2027-05-03T09:00:00-06:00"
"""Lunes 3 de mayo de 2027, en hora hábil."""
ACENTOS = "Opinión técnica; con comas, puntos y «acentos»"


class DatosRiego(DatosIniciales):
    """A qué centro y desde cuándo."""

    centro: str = Field(title="Centro", json_schema_extra={"x-grupo": "CAST"})
    evento: date | None = Field(None, title="Fecha del evento")


def regla(clave: str, que: str, dias: int, *, desde: str = "turno", inferido: str = "") -> ReglaPlazo:
    return ReglaPlazo(clave, que, Dias(dias, desde=desde), f"Manual inventado, art. {dias}", inferido=inferido)


PODA = poda(
    clave="poda",
    actividades=(
        Actividad(
            "1",
            Unidad.DSTC,
            "Revisa la solicitud.",
            {SIGUE: a("2")},
            fundamento="MP-014-1",
            plazo=regla("PX-1", "revisar la solicitud", 5),
        ),
        Actividad("2", Unidad.CST, "Prepara la consulta.", {SIGUE: a("3")}, fundamento="MP-014-2"),
        Actividad(
            "3",
            Unidad.CAST,
            "Opina sobre la poda.",
            {SIGUE: a("4")},
            fundamento="MP-014-3",
            por_cada=PorCada(Unidad.CAST),
            plazo=regla("PX-3", ACENTOS, 3, inferido="La fuente no dice cuántos días."),
        ),
        Actividad("4", Unidad.DSTC, "Autoriza.", {SIGUE: a(FIN)}, fundamento="MP-014-4"),
    ),
    tramos=(Tramo(regla("PX-T", "autorizar la poda", 10), ("1", SIGUE), ("4",), Unidad.CST),),
)
RIEGO = poda(
    clave="riego",
    siglas="RIEGO",
    nombre="Riego",
    datos=DatosRiego,
    actividades=(
        Actividad(
            "1",
            Unidad.CAST,
            "Riega.",
            {SIGUE: a(FIN)},
            fundamento="MP-014-9",
            segun="centro",
            plazo=regla("PX-R", "regar", 10, desde="evento"),
        ),
    ),
)
BARRIDO = poda(actividad("1", "2"), actividad("2"), clave="barrido", siglas="BARR", nombre="Barrido")


def publicar(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Agrega las tablas al catálogo mientras dure la prueba, y detiene el reloj."""
    for nombre in {"instancia", "instancia_sqlite"} & set(request.fixturenames):
        # Antes de mover el reloj: la base que se copia se siembra una vez, y sus adscripciones rigen desde ese día.
        request.getfixturevalue(nombre)
    for tabla in (PODA, RIEGO, BARRIDO):
        monkeypatch.setitem(CATALOGO._tablas, tabla.clave, {tabla.version: tabla})
    monkeypatch.setenv("DSTC_RELOJ", LUNES)
