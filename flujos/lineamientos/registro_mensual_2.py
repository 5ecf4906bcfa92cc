"""Registro mensual, segunda versión: la designación (L-52) se pide al inicio y cuando cambia, no cada mes.

Lo demás es la primera (`registro_mensual`), fila por fila; con ella siguen los expedientes que ya se abrieron.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Field

from flujos.lineamientos import registro_mensual as primera
from modelos.tabla import Actividad, Documento, Precedente, Tipo, Unidad, a, devuelve_a
from modelos.tabla.emision import Emision, a_unidad

DESIGNACION = "designacion"


class Inicio(primera.Inicio):
    """De qué centro, de qué mes, y dónde consta quién registra y libera."""

    designacion: str = Field(
        "",
        max_length=200,
        title="Dónde consta la designación vigente",
        description="El folio o el oficio. Vacío: el sistema busca el último expediente del centro en que se designó; "
        "si no hay ninguno, se pide.",
        json_schema_extra={"inferido": "L-52 pide designar por escrito y no dice cómo consta de un mes a otro."},
    )


def _si_hay_designacion(datos: Mapping[str, Any]) -> str:
    return "vigente" if datos[DESIGNACION] else "sin_designacion"


_CERO, _UNO, *_LAS_DEMAS = primera.TABLA.actividades

TABLA = replace(
    primera.TABLA,
    vigente_desde=date(2026, 12, 1),
    datos=Inicio,
    precedente=Precedente(DESIGNACION, actividad="0"),
    actividades=(
        Actividad(
            "0D",
            Unidad.DSTC,
            "Mira si el centro ya designó a quienes registran y liberan.",
            {"vigente": a("1"), "sin_designacion": a("0")},
            Tipo.AUTOMATICA,
            numero="",
            decide=_si_hay_designacion,
            inferido="Paso añadido: L-52 pide la designación al inicio y en cada cambio, y no cada mes.",
        ),
        replace(
            _CERO,
            formulario=None,
            evidencia=(Documento("designacion", "Designación por escrito", obligatoria=True),),
            oficios=(
                Emision(
                    "OF-20",
                    "registro_mensual/of_20",
                    Unidad.CAST,
                    (a_unidad(Unidad.DSTC),),
                    cumple="designacion",
                    fundamento="L-52",
                    exigido=True,
                    por_completar=(
                        "nombre y cargo de quien registra",
                        "correo de quien registra",
                        "nombre y cargo de quien libera",
                        "correo de quien libera",
                    ),
                ),
            ),
            inferido="",
        ),
        replace(
            _UNO,
            salidas={
                "registrado": a("2"),
                "cambio_de_designacion": devuelve_a(
                    "0", inferida="L-52 pide designar de nuevo en cada cambio; quien registra es quien lo sabe."
                ),
            },
            tipo=Tipo.APROBACION,
        ),
        *_LAS_DEMAS,
    ),
    notas=(
        *primera.TABLA.notas,
        "Inferido: desde diciembre de 2026 la designación sólo se pide si el centro no la ha dado, o si cambió.",
    ),
)
