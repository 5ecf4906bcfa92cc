"""Segunda transcripción de los cinco procedimientos que salen de los Lineamientos.

Se copió de dominio 02 §2.8, 2.9, 2.12, 2.15, 2.16 y 2.21, sin mirar `flujos/`. Los
Lineamientos no traen tablas: el número y el orden son los de la ficha. Si ésta nombra
varias unidades en una fila, aquí va la que responde; «CE/RCEO/UODCDMX» es CE, y un final
sin nombre es FIN. `plazo` es la clave del catálogo (dominio 03 §3.1) o, si ahí es [D], los
días por defecto.
"""

from __future__ import annotations

from tests.accesorios.tablas.cotejo import SIGUE, Impresa, Procedimiento


def _fila(
    clave: str, unidad: str, destinos: str | dict[str, tuple[str, ...]] | None, cita: str, numero: str = ""
) -> Impresa:
    salidas = {SIGUE: tuple(destinos.split())} if isinstance(destinos, str) else destinos
    return Impresa(clave, numero or clave, unidad, salidas, cita=cita)


def _procedimiento(periodicidad: str, filas: tuple[Impresa, ...], **une: tuple[str, ...]) -> Procedimiento:
    return Procedimiento(
        codigo="Lineamientos CAST, proyecto",
        revision="sin número",
        periodicidad=periodicidad,
        cita="L",
        filas=filas,
        une={clave.removeprefix("la_"): ramas for clave, ramas in une.items()},
        subprocedimientos={},
        ordenamiento="en proyecto",
    )


_JUNTA: dict[str, tuple[str, ...]] = {"autoriza": ("5",), "corregir": ("3",), "no_autoriza": ("FIN",)}

APERTURA_CAST = _procedimiento(
    "",
    (
        _fila("0", "CE", "1", "L-6 L-7"),
        _fila("1", "CE", "2", "L-14-I L-14-II L-14-III"),
        _fila("2", "CE", "3", "L-9 L-10 L-11 L-12 L-13 L-15 L-18"),
        Impresa("3", "3", "CE", None, elige=("4JDE", "4JD"), cita="L-8"),
        # Una sola fila 4 en la ficha: JDE si es un CE; JD si es la RCEO o la UODCDMX.
        _fila("4JDE", "JDE", _JUNTA, "L-8-VIII", "4"),
        _fila("4JD", "JD", _JUNTA, "L-8-VIII", "4"),
        _fila("5", "CE", "6", "L-8 L-22"),
        _fila("6", "SSI", "7", "L-22"),
        _fila("7", "DSTC", {"completa": ("8",), "incompleta": ("7b",)}, "L-22"),
        _fila("7b", "CE", {"subsana": ("7",), "no_subsana": ("FIN",)}, ""),
        _fila("8", "DSTC", "9", "L-22 L-17"),
        _fila("9", "DSTC", {"favorable": ("10",), "no_favorable": ("10",)}, "L-22"),
        _fila("10", "SSI", {"favorable": ("11",), "no_favorable": ("14",)}, "L-22"),
        _fila("11", "DG", "12", "L-22"),
        _fila("12", "JD", {"aprueba": ("13",), "no_aprueba": ("14",)}, "L-22"),
        _fila("13", "DG", "13a 13b 13c", "L-23"),
        _fila("13a", "DSTC", "15", "L-24"),
        _fila("13b", "CE", "15", "L-18 L-19 L-20 L-21"),
        _fila("13c", "CE", "15", "L-12 L-13 L-14-IV L-16"),
        _fila("14", "SSI", "FIN", ""),
        _fila("15", "DSTC", "FIN", "L-8-III"),
    ),
    la_15=("13a", "13b", "13c"),
)

PLANEACION_METAS = _procedimiento(
    "anual",
    (
        _fila("1", "DSTC", "2", "L-25"),
        _fila("2", "CAST", "3", "L-26"),
        _fila("3", "CAST", "4", "L-27"),
        # «observa → 2» es [D] en la ficha.
        _fila("4", "CE", {"firma": ("5",)}, "L-27"),
        _fila("5", "CAST", "6", "L-25 L-27"),
        _fila("6", "CST", {"congruente": ("7",), "diferente": ("2",)}, "M-S-4 M-S-5"),
        _fila("7", "CST", "FIN", "M-S-6 M-S-7 M-S-8"),
    ),
)

REGISTRO_MENSUAL = _procedimiento(
    "mensual",
    (
        _fila("0", "CAST", "1", "L-52"),
        _fila("1", "CAST", "2", "L-51"),
        _fila("2", "CAST", "3", "L-51"),
        _fila("2b", "CAST", {"modificacion": ("1",), "aclaracion": ("2",)}, "L-52"),
        _fila("3", "CAST", "4", "L-53"),
        _fila("4", "CE", {"valida": ("5",), "observa": ("2b",)}, "L-53"),
        # «6 sólo fin de trimestre» (§2.21); el 7 es permanente y no es un paso.
        Impresa("5", "5", "DSTC", None, elige=("6", "FIN"), cita="L-55"),
        _fila("6", "DSTC", "FIN", "L-55"),
    ),
)

MANTENIMIENTO = _procedimiento(
    "anual",
    (
        _fila("1", "CAST", "2", "L-65"),
        # «observa → 1» es [D] en la ficha.
        _fila("2", "CE", {"transmite": ("3",)}, "L-65"),
        _fila("3", "SSI", "4a 4b", "L-65"),
        _fila("4a", "DSTC", "5", "L-65", "4"),
        _fila("4b", "DIA", "5", "L-65", "4"),
        _fila("5", "CAST", "6", "L-66"),
        _fila("6", "CE", {"cumple": ("5",), "incumple": ("FIN_MEDIDAS",)}, "L-67"),
    ),
    la_5=("4a", "4b"),
)

REEQUIPAMIENTO = _procedimiento(
    "anual",
    (
        _fila("1", "CAST", "2", "L-70"),
        _fila("2", "CAST", "3", "L-68 L-69"),
        _fila("3", "CE", {"completo": ("4", "5"), "observa": ("1",)}, "L-68 L-69"),
        _fila("4", "CE", "6", "L-69"),
        _fila("5", "CE", "6", "L-70"),
        _fila("6", "SSI", "7", "L-69 L-70"),
        _fila("7", "DIA", {"favorable": ("8",), "con_observaciones": ("3",), "no_favorable": ("8b",)}, "L-69 L-70"),
        _fila("8", "DIA", {"viable": ("9",), "no_viable": ("8b",)}, "L-73 L-17"),
        _fila("8b", "CE", {"recurso": ("9",), "sin_recurso": ("FIN",)}, "L-68-I L-68-II L-72 L-77"),
        _fila("9", "CE", "10", "L-71 L-74"),
        _fila("10", "CAST", {"favorable": ("11",), "no_favorable": ("9",)}, "L-75"),
        _fila("11", "CE", "12", "L-76"),
        _fila("12", "CE", "13", "L-16 L-69-V"),
        _fila("13", "CE", "FIN", "L-77"),
    ),
    la_6=("4", "5"),
)

DE_LOS_LINEAMIENTOS = {
    "apertura_cast": APERTURA_CAST,
    "planeacion_metas": PLANEACION_METAS,
    "registro_mensual": REGISTRO_MENSUAL,
    "mantenimiento": MANTENIMIENTO,
    "reequipamiento": REEQUIPAMIENTO,
}
"""Los cinco, en el orden en que los trae la ficha de la que se copiaron."""

PLAZOS: dict[str, dict[str, str | int]] = {
    "apertura_cast": {"6": 5, "7": 10, "7b": 5, "10": "PL-01", "13": "PL-02"},
    "planeacion_metas": {"1": "PL-04", "5": "PL-05"},
    "registro_mensual": {"1": "PL-10", "2": "PL-11", "3": "PL-12", "4": "PL-12", "6": "PL-14"},
    "mantenimiento": {"2": "PL-06", "3": 5, "4a": 3, "4b": 3},
    "reequipamiento": {"1": "PL-07", "4": "PL-08", "5": "PL-09", "6": 5, "7": 30},
    "normatividad": {"4": 10, "6": 5, "8": 15, "10": 3, "12": 3},
    "promocion_difusion": {"5": 3, "6aA": 3, "6bB": 3},
    "concertacion": {"11": "PL-16"},
}
"""Qué actividad cumple cada plazo."""
