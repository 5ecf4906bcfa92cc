"""Dos tablas inventadas que se abren solas, y un proceso aparte que las abre y puede morir a media apertura.

PODA y RIEGO no son de nadie, a propósito: que nadie las tome por datos. Se corre con
`python -m tests.accesorios.ciclos_de_prueba <url> <AAAA-MM-DD> [muere_en]`.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import date

from pydantic import Field

from modelos.actos.conduccion import ciclos
from modelos.actos.turnos import apertura
from modelos.tabla import (
    FIN,
    PATRONES,
    SIGUE,
    Actividad,
    Cada,
    Catalogo,
    Ciclo,
    DatosIniciales,
    Dias,
    EnVentana,
    PorCada,
    ReglaPlazo,
    Tabla,
    Unidad,
    a,
)


class DatosPoda(DatosIniciales):
    periodo: str = Field(pattern=PATRONES[Cada.ANUAL])
    cast: str = Field(min_length=1, max_length=40, json_schema_extra={"x-grupo": "CAST"})


class DatosRiego(DatosIniciales):
    periodo: str = Field(pattern=PATRONES[Cada.MENSUAL])


PODA = Tabla(
    clave="poda",
    siglas="PODA",
    nombre="Poda anual",
    codigo="X-1",
    revision="0",
    vigente_desde=date(2026, 1, 1),
    fundamento="Inventado",
    duena=Unidad.CST,
    datos=DatosPoda,
    ciclo=Ciclo(Cada.ANUAL, -9, 4, "Inventado, art. 1", grupo=Unidad.CAST, dato="cast", inferido="Todo es inventado."),
    actividades=(
        Actividad(
            "1",
            Unidad.CAST,
            "Poda los árboles.",
            {SIGUE: a("2")},
            fundamento="art. 1",
            segun="cast",
            plazo=ReglaPlazo("PL-P1", "Podar", EnVentana(4, 6, anio=-1), "art. 1"),
        ),
        Actividad(
            "2",
            Unidad.CST,
            "Revisa la poda.",
            {SIGUE: a(FIN)},
            fundamento="art. 2",
            plazo=ReglaPlazo("PL-P2", "Revisar", Dias(5), "art. 2"),
        ),
    ),
)
RIEGO = Tabla(
    clave="riego",
    siglas="RIEGO",
    nombre="Riego",
    codigo="X-2",
    revision="0",
    vigente_desde=date(2026, 1, 1),
    fundamento="Inventado",
    duena=Unidad.CST,
    datos=DatosRiego,
    ciclo=Ciclo(Cada.MENSUAL, 0, 1, "Inventado, art. 3"),
    actividades=(
        Actividad(
            "1",
            Unidad.CAST,
            "Riega.",
            {SIGUE: a("2")},
            fundamento="art. 3",
            por_cada=PorCada(Unidad.CAST, "al_vencer"),
            plazo=ReglaPlazo("PL-R1", "Regar", Dias(3), "art. 3"),
        ),
        Actividad("2", Unidad.CST, "Revisa el riego.", {SIGUE: a(FIN)}, fundamento="art. 3"),
    ),
)
TABLAS = Catalogo((PODA, RIEGO))


def main(url: str, hoy: str, muere_en: int = 0) -> None:
    """Abre lo pendiente; con `muere_en`, muere tras esa apertura, hecha y sin confirmar."""
    hechas = 0
    abrir = apertura.abrir

    def abrir_y_morir(*args: object, **kwargs: object) -> object:
        nonlocal hechas
        hechas += 1
        expediente = abrir(*args, **kwargs)  # type: ignore[arg-type]
        if hechas == muere_en:
            os.kill(os.getpid(), signal.SIGKILL)
        return expediente

    apertura.abrir = abrir_y_morir  # type: ignore[assignment]
    print(*ciclos.abrir_pendientes(url, TABLAS, date.fromisoformat(hoy)).folios)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
