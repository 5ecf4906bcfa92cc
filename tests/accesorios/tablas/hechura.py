"""Tablas de juguete: PODA es inventada a propósito, para que nadie la tome por dato."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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


def renombrada(tabla: Tabla, vieja: str, nueva: str) -> Tabla:
    """La misma tabla con otra clave en una de sus actividades: sigue bien hecha, y ya no es la que se publicó."""
    otra = {vieja: nueva}
    actividades = tuple(
        replace(
            act,
            clave=otra.get(act.clave, act.clave),
            numero=act.numero_impreso,
            salidas={e: replace(r, destinos=tuple(otra.get(d, d) for d in r.destinos)) for e, r in act.salidas.items()},
            une=tuple(otra.get(c, c) for c in act.une),
            oficios=tuple(replace(o, sin_firma_de=tuple(otra.get(c, c) for c in o.sin_firma_de)) for o in act.oficios),
        )
        for act in tabla.actividades
    )
    tramos = tuple(
        replace(
            t,
            empieza=(otra.get(t.empieza[0], t.empieza[0]), t.empieza[1]),
            cumplen=tuple(otra.get(c, c) for c in t.cumplen),
        )
        for t in tabla.tramos
    )
    return replace(tabla, actividades=actividades, tramos=tramos)
