"""Tablas de juguete: PODA es inventada a propósito, para que nadie la tome por dato."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from modelos.tabla import FIN, SIGUE, Actividad, Ruta, Tabla, Unidad, a

CABECERA = {
    "clave": "PODA",
    "siglas": "PODA",
    "nombre": "Poda de árboles",
    "codigo": "MP-014",
    "revision": "01",
    "vigente_desde": date(2026, 3, 2),
    "fundamento": "Manual inventado, p. 22",
    "duena": Unidad.DSTC,
}


def actividad(clave: str, sigue: str = FIN, salidas: Mapping[str, Ruta] | None = None, **otros: Any) -> Actividad:
    """Una fila sin faltas, de la DSTC, salvo por lo que se le cambie."""
    fila: dict[str, Any] = {"unidad": Unidad.DSTC, "accion": "Poda.", "fundamento": f"MP-014-{clave}", **otros}
    return Actividad(clave, salidas={SIGUE: a(sigue)} if salidas is None else salidas, **fila)


def poda(*actividades: Actividad, **cabecera: Any) -> Tabla:
    """Una tabla sin faltas de una sola actividad, salvo por lo que se le cambie."""
    return Tabla(**{**CABECERA, "actividades": actividades or (actividad("1"),), **cabecera})
