"""Las formas de las campañas: un procedimiento llevado por muchas unidades."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.v1.esquemas.comunes import Confirmadas, EstadoExpediente, EstadoTurno, Lista, PersonaCitada, Solicitud
from modelos.actos.turnos.apertura import LARGO_ASUNTO

Unidades = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=2000)]


class Campana(BaseModel):
    """Un procedimiento en un periodo."""

    procedimiento: str
    nombre: str
    periodo: str = Field(description="2028, 2027-S1, 2027-T3, 2027-05; o `en-tramite` si no se lleva por periodo.")
    total: int = Field(description="Expedientes que hay.")
    abiertos: int = Field(description="De ellos, los que siguen en trámite.")


class TurnoDeCampana(BaseModel):
    """Un turno abierto de una unidad."""

    id: str
    actividad: str
    unidad: str
    estado: EstadoTurno
    persona: PersonaCitada | None
    vence: date | None


class ExpedienteDeCampana(BaseModel):
    """Un expediente de una unidad."""

    folio: str
    estado: EstadoExpediente


class Renglon(BaseModel):
    """Cómo va una unidad."""

    unidad: str
    nombre: str
    entidad: str
    con_gente: bool = Field(description="Si hoy alguien puede atenderla.")
    expedientes: list[ExpedienteDeCampana] = Field(description="Primero el que sigue en trámite; vacía: no tiene.")
    turnos: list[TurnoDeCampana] = Field(description="Los abiertos, de todos sus expedientes.")


class Matriz(Lista[Renglon]):
    """Las unidades de una campaña, por clave; las cuentas son de todas, no sólo de este tramo."""

    procedimiento: str
    periodo: str
    unidades: int
    concluidos: int
    en_tramite: int
    cancelados: int
    sin: int = Field(description="Unidades sin expediente.")


class CampanaNueva(Solicitud):
    """Qué se lanza y a quién."""

    asunto: str = Field(max_length=LARGO_ASUNTO, description="Sin la unidad: se le agrega a cada uno.")
    datos: dict[str, Any] = Field(default_factory=dict, description="Los iniciales, sin la unidad.")
    unidades: Unidades | None = Field(None, description="Nula: todas las activas del grupo.")
    confirmar: Confirmadas = Field(default_factory=list)


class Salto(BaseModel):
    """Una unidad a la que no se le abre."""

    unidad: str
    folio: str | None = Field(description="El que ya tiene.")
    motivo: str


class RevisionDeCampana(BaseModel):
    """Lo que se haría."""

    periodo: str
    abrir: list[str] = Field(description="Unidades.")
    saltar: list[Salto]
    confirmar: list[str] = Field(description="Lo que habrá que confirmar al lanzarla.")
    advertencias: list[str] = Field(description="Qué es cada cosa por confirmar.")


class Abierto(BaseModel):
    """El expediente que se abrió a una unidad."""

    unidad: str
    folio: str


class Falla(BaseModel):
    """Una unidad a la que no se le pudo abrir."""

    unidad: str
    motivo: str


class Lanzada(BaseModel):
    """Lo que dejó un envío."""

    periodo: str
    abiertos: list[Abierto]
    saltados: list[Salto]
    fallas: list[Falla]
    quedan: int = Field(description="Los que no cupieron en este envío: repítalo igual, con la misma Idempotency-Key.")


class Recordadas(BaseModel):
    """A quiénes se recordó."""

    personas: int
    turnos: int
    ya: int = Field(description="A cuántas ya se les había recordado hoy.")
    solos: list[str] = Field(description="Unidades que deben y hoy no tienen a nadie.")
