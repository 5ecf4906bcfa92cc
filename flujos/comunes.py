"""Lo que varias tablas piden al iniciar, y los plazos que ninguna fuente fija y comparten.

Sus valores son los que el dominio propone para los huecos (dominio 03 §3.1, «Valores por defecto»):
parámetros que se ven y se cambian al iniciar, nunca constantes escondidas.
"""

from pydantic import Field

from modelos.tabla import DatosIniciales, Dias, ReglaPlazo

SIN_PLAZO = "La fuente no fija este plazo."
MAXIMO = 120
"""Tope de un plazo que se fija al iniciar, en días hábiles: casi medio año."""

CUAL_CAST = "cast"
"""Dato inicial que dice de qué CAST es; por él, también de qué unidad estatal."""


class DeUnCast(DatosIniciales):
    """Se lleva un expediente por cada CAST."""

    cast: str = Field(
        min_length=1,
        max_length=40,
        title="CAST",
        description="Se lleva un expediente por centro.",
        json_schema_extra={"x-grupo": "CAST"},
    )


class ConAcuses(DatosIniciales):
    """Hay quien sólo acusa de recibido."""

    dias_acuse: int = Field(
        3,
        ge=1,
        le=MAXIMO,
        title="Días hábiles para acusar recibo",
        json_schema_extra={"inferido": SIN_PLAZO},
    )


class ConTurnoDeSSI(DatosIniciales):
    """La SSI recibe y turna."""

    dias_turno: int = Field(
        5,
        ge=1,
        le=MAXIMO,
        title="Días hábiles para que la SSI turne",
        json_schema_extra={"inferido": SIN_PLAZO},
    )


ACUSE = ReglaPlazo(
    "acuse",
    "Acuse de recibo",
    Dias("dias_acuse"),
    "",
    inferido="La fuente no fija plazo para acusar recibo; se fija al iniciar.",
)
TURNO_DE_SSI = ReglaPlazo(
    "turno_ssi",
    "Turno de la SSI",
    Dias("dias_turno"),
    "",
    inferido="La fuente no fija plazo para que la SSI turne; se fija al iniciar.",
)
