"""Lo que se captura en la apertura de un CAST: un formulario por actividad que pide algo.

Aparte de la tabla para que ésta se lea como la fuente, sin campos en medio.
"""

from pydantic import Field

from flujos.comunes import MAXIMO, ConTurnoDeSSI
from modelos.fechas import Fecha
from modelos.tabla import Formulario


class Inicio(ConTurnoDeSSI):
    """Quién lo promueve."""

    estatal: str = Field(
        min_length=1, max_length=40, title="Unidad estatal que lo promueve", json_schema_extra={"x-grupo": "CE"}
    )
    proyecto: str = Field("", max_length=200, title="Nombre con que se conoce el proyecto")
    dias_prevencion: int = Field(
        10,
        ge=1,
        le=MAXIMO,
        title="Días hábiles para revisar si está completo y prevenir",
        json_schema_extra={"inferido": "L-22 no trae regla para documentación incompleta; por analogía, LFPA 17-A."},
    )
    dias_subsanacion: int = Field(
        5,
        ge=5,
        le=MAXIMO,
        title="Días hábiles para subsanar",
        description="Cinco o más.",
        json_schema_extra={"inferido": "L-22 no trae regla para documentación incompleta; por analogía, LFPA 17-A."},
    )


class Procedencia(Formulario):
    """Actividad 0."""

    justificacion: str = Field(
        min_length=1,
        title="Supuestos que se cumplen y por qué",
        description=(
            "L-6: necesidades de los sectores, demanda potencial, recursos disponibles, decreto de creación del "
            "colegio, y normatividad de la RCEO o la UODCDMX."
        ),
    )


class Oferta(Formulario):
    """Actividad 1."""

    oferta: str = Field("", title="Oferta de servicios, indicadores y metas estimadas")
    articulacion: str = Field("", title="Cómo se articulará con el sector productivo")


class Verificacion(Formulario):
    """Actividad 2."""

    inmueble: str = Field(
        "", title="Terreno o inmueble", description="L-9 y L-10: ubicación, extensión, uso de suelo y ambiente."
    )
    equipamiento: str = Field("", title="Equipamiento", description="L-15")
    estructura: str = Field("", title="Estructura autorizada", description="L-18")
    recursos: str = Field(
        "", title="Recursos", description="L-11 a L-13: operación, mantenimiento, presupuesto y fondo de reinversión."
    )


class Propuesta(Formulario):
    """Actividad 3."""

    inicio_propuesto: Fecha = Field(title="III. Fecha propuesta de inicio de operaciones", description="L-8-III.")


class AcuerdoDelProyecto(Formulario):
    """Actividad 4."""

    acuerdo_proyecto: str = Field("", max_length=200, title="Número y fecha del acuerdo")


class Recepcion(Formulario):
    """Actividad 7."""

    recepcion_completa: Fecha = Field(
        title="Fecha en que se recibió lo último que se revisa",
        description="Si con eso quedó completa, desde ese día corren los 90 días hábiles.",
        json_schema_extra={"x-pasada": True},
    )


class Revision(Formulario):
    """Actividad 8."""

    opiniones: str = Field("", title="Opiniones internas que se pidieron", description="La DIA opina del equipamiento.")


class AcuerdoDeJunta(Formulario):
    """Actividad 12."""

    fecha_acuerdo_jd: Fecha = Field(
        title="Fecha del acuerdo de la Junta Directiva", json_schema_extra={"x-pasada": True}
    )
    acuerdo_jd: str = Field("", max_length=200, title="Número del acuerdo")


class Denominacion(Formulario):
    """Actividad 13a."""

    denominacion: str = Field(min_length=1, max_length=200, title="Denominación oficial y clave")


class Alta(Formulario):
    """Actividad 15."""

    inicio_operaciones: Fecha = Field(title="Fecha de inicio de operaciones")
