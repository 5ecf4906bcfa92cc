"""Las formas de lo que cada persona dice, sigue o lleva escrito sin decidir nada."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from api.v1.esquemas.comunes import ENTERO_MAXIMO, EstadoExpediente, Instante, PersonaCitada, Solicitud
from modelos.actos.comodidades.capturas import LARGO_TOTAL, REVISION_MAXIMA
from modelos.actos.comodidades.comentarios import LARGO, MENCIONES_MAXIMO

Texto = Annotated[str, Field(max_length=LARGO_TOTAL)]


class Comentario(BaseModel):
    """Algo dicho en un expediente."""

    id: int
    folio: str
    texto: str
    creado: Instante
    persona: PersonaCitada
    menciona: list[str] = Field(description="Nombres de a quiénes se hizo saber.")
    nuevo: bool = Field(description="Menciona a quien pregunta y todavía no lo ha dado por visto.")


class ComentarioNuevo(Solicitud):
    """Lo que se dice."""

    texto: str = Field(min_length=1, max_length=LARGO, description="Un «@» con nombre o correo también menciona.")
    menciona: list[Annotated[int, Field(ge=1, le=ENTERO_MAXIMO)]] = Field(
        default_factory=list, max_length=MENCIONES_MAXIMO, description="Ids de `lectores`."
    )


class Lector(PersonaCitada):
    """Alguien que hoy puede leer el expediente, y por eso se le puede mencionar."""

    unidades: list[str]
    participa: bool = Field(description="Una unidad suya ha tenido turnos en él.")


class Seguimiento(BaseModel):
    """Si quien pregunta sigue el expediente, y qué hay de nuevo."""

    folio: str
    sigue: bool
    desde: Instante | None = Field(description="Nulo si no lo sigue.")
    novedades: int = Field(description="Asientos desde que lo dio por visto; 0 si no lo sigue.")


class Seguido(BaseModel):
    """Un expediente de los que se siguen."""

    folio: str
    procedimiento: str
    asunto: str
    estado: EstadoExpediente
    novedades: int


class Visto(Solicitud):
    """Hasta dónde se leyó."""

    hasta: int = Field(ge=0, le=ENTERO_MAXIMO, description="El `orden` del último asiento que se leyó.")


class Captura(BaseModel):
    """Lo que quien pregunta lleva escrito de un turno y aún no registra; nadie más lo ve."""

    turno: str
    revision: int = Field(description="Sube con cada guardado; 0 si no hay nada.")
    guardada: Instante | None
    salida: str
    comentario: str
    datos: dict[str, str] = Field(description="Como se escribió, esté o no completo.")


class CapturaNueva(Solicitud):
    """Lo que se lleva escrito."""

    revision: int = Field(ge=0, le=REVISION_MAXIMA, description="La que se leyó; si ya se guardó otra, 409.")
    salida: str = Field("", max_length=60)
    comentario: Texto = ""
    datos: dict[Annotated[str, Field(max_length=100)], Texto] = Field(default_factory=dict)
