"""Segunda transcripción de los procedimientos del Manual, para cotejar la primera.

Los de los Lineamientos están en `cotejo_lineamientos`. Se copió de la ficha de
procedimientos (dominio 02, §2.0 a §2.6 y §2.21, y 10),
sin mirar `flujos/`: dos copias independientes no suelen errar igual. Aquí sólo
está lo que la fuente imprime; lo que añade el producto no aparece, y donde la
fuente calla se escribe None. Es dato llano a propósito: no usa `modelos`.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

SIGUE = "continuar"
RIGE = date(2025, 11, 20)
"""Fecha del Manual 7081-MP-SI, revisión 09."""


class Impresa(NamedTuple):
    """Una fila de la fuente.

    salidas: etiqueta → claves de destino; None si la fuente no dice adónde sigue.
    cada: la fuente la encarga a los CAST, en plural: un turno por cada uno.
    elige: la fuente la manda a una de éstas según un dato, sin preguntarle a nadie.
    cita: los artículos que la fundan; vacía si es una tabla del Manual, que se cita por su número.
    """

    clave: str
    numero: str
    unidad: str | None
    salidas: dict[str, tuple[str, ...]] | None
    cada: bool = False
    elige: tuple[str, ...] = ()
    cita: str = ""


class Procedimiento(NamedTuple):
    """La carátula y las filas; `une`: ramas que se esperan antes de abrir una actividad. rige: desde cuándo."""

    codigo: str
    revision: str
    periodicidad: str
    cita: str
    filas: tuple[Impresa, ...]
    une: dict[str, tuple[str, ...]]
    subprocedimientos: dict[str, str]
    ordenamiento: str = "7081-MP-SI rev. 09"
    rige: date = RIGE


def _a(*destinos: str) -> dict[str, tuple[str, ...]]:
    return {SIGUE: destinos}


PD_01 = "Pr-SUST-CONALEP-007-Pd-01"

NORMATIVIDAD = Procedimiento(
    codigo=PD_01,
    revision="09",
    periodicidad="",
    cita="M-N",
    filas=(
        Impresa("1", "1", "DSTC", _a("2")),
        Impresa("2", "2", "DSTC", _a("3")),
        Impresa("3", "3", "CST", _a("4")),
        Impresa("4", "4", "CAST", _a("5"), cada=True),
        Impresa("5", "5", "CST", _a("6")),
        Impresa("6", "6", "DSTC", {"favorable": ("7",), "no_favorable": ("5",)}),
        Impresa("7", "7", "DSTC", _a("8")),
        Impresa("8", "8", "DCAJ", {"viable": ("9",), "no_viable": ("5",)}),
        Impresa("9", "9", "DCAJ", _a("10")),
        Impresa("10", "10", "DSTC", _a("11")),
        Impresa("11", "11", "DSTC", _a("12")),
        Impresa("12", "12", "CAST", _a("13"), cada=True),
        Impresa("13", "13", "DSTC", _a("FIN")),
    ),
    une={},
    subprocedimientos={"13": "reunion_trabajo"},
)

PROMOCION_DIFUSION = Procedimiento(
    codigo=PD_01,
    revision="09",
    periodicidad="",
    cita="M-P",
    filas=(
        Impresa("1", "1", "DSTC", _a("2")),
        Impresa("2", "2", "CST", _a("3")),
        Impresa("3", "3", "CAST", _a("4"), cada=True),
        Impresa("4", "4", "CST", _a("5")),
        Impresa("5", "5", "DSTC", _a("6a", "6b")),
        Impresa("6a", "6", "DSTC", _a("6aA")),
        Impresa("6aA", "A", "DVS", _a("7")),
        Impresa("6b", "6", "DSTC", _a("6bB")),
        Impresa("6bB", "B", "DCTA", _a("7")),
        Impresa("7", "7", "CST", _a("FIN")),
    ),
    une={"7": ("6aA", "6bB")},
    subprocedimientos={},
)

SEGUIMIENTO = Procedimiento(
    codigo=PD_01,
    revision="09",
    periodicidad="",
    cita="M-S",
    filas=(
        Impresa("1", "1", "DSTC", _a("2")),
        Impresa("2", "2", "CST", _a("3")),
        Impresa("3", "3", "CAST", _a("4"), cada=True),
        # El Manual imprime «4.» y «5.»; el punto no es parte del número (§2.3, c).
        Impresa("4", "4", "CST", {"no": ("5",), "si": ("6",)}),
        Impresa("5", "5", None, None),
        Impresa("6", "6", "CST", _a("7")),
        Impresa("7", "7", "DSTC", _a("8")),
        Impresa("8", "8", "DSTC", _a("9")),
        Impresa("9", "9", "CST", _a("FIN")),
    ),
    une={},
    subprocedimientos={"9": "registro_reporte_st"},
)

CONCERTACION = Procedimiento(
    codigo=PD_01,
    revision="09",
    periodicidad="",
    cita="M-C",
    filas=(
        Impresa("1", "1", "USUARIO", _a("2")),
        Impresa("2", "2", "DSTC", _a("3")),
        Impresa("3", "3", "CST", _a("4")),
        Impresa("4", "4", "CAST", _a("5")),
        Impresa("5", "5", "CST", {"si": ("7",), "no": ("6",)}),
        # La fuente sólo dibuja el regreso a «A», que es la 1; el final es añadido (§2.4, c).
        Impresa("6", "6", "USUARIO", {"corregible": ("1",)}),
        Impresa("7", "7", "CST", _a("8")),
        Impresa("8", "8", "CAST", _a("9")),
        Impresa("9", "9", "CAST", _a("10")),
        Impresa("10", "10", "USUARIO", _a("11")),
        Impresa("11", "11", "CAST", _a("FIN")),
    ),
    une={},
    subprocedimientos={},
)

REUNION_TRABAJO = Procedimiento(
    codigo=f"{PD_01}-It-01",
    revision="03",
    periodicidad="semestral",
    cita="M-T1",
    filas=(
        *(Impresa(str(n), str(n), "CST", _a(str(n + 1))) for n in range(1, 8)),
        Impresa("8", "8", "CST", _a("FIN")),
    ),
    une={},
    subprocedimientos={},
)

REGISTRO_REPORTE_ST = Procedimiento(
    codigo=f"{PD_01}-It-02",
    revision="04",
    periodicidad="trimestral",
    cita="M-T2",
    filas=(
        *(Impresa(str(n), str(n), "CST", _a(str(n + 1))) for n in range(1, 5)),
        Impresa("5", "5", "CST", _a("FIN")),
    ),
    une={},
    subprocedimientos={},
)

DEL_MANUAL = {
    "normatividad": NORMATIVIDAD,
    "promocion_difusion": PROMOCION_DIFUSION,
    "seguimiento": SEGUIMIENTO,
    "concertacion": CONCERTACION,
    "reunion_trabajo": REUNION_TRABAJO,
    "registro_reporte_st": REGISTRO_REPORTE_ST,
}
"""Los seis procedimientos por su clave, en el orden en que los imprime el Manual."""
