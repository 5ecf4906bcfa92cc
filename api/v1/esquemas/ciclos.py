"""Las formas de «lo que viene»."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.v1.esquemas.comunes import Confirmadas, Instante, Motivo

EstadoApertura = Literal["abierta", "dispensada"]
EstadoPrevisto = Literal["por_venir", "abierta", "dispensada", "sin_abrir"]


class PlazoPrevisto(BaseModel):
    """Un plazo que traerá el expediente."""

    clave: str
    que: str
    vence: date | None = Field(description="Nulo si depende de cuándo se llegue a él.")
    fundamento: str
    inferido: str | None


class Apertura(BaseModel):
    """Lo que se hizo con un periodo para una unidad."""

    unidad: str = Field(description="Vacía si es uno para todos.")
    estado: EstadoApertura
    folio: str | None = Field(description="Nulo si se dispensó, o si a quien pregunta no le concierne.")
    prevista: date
    hecha: Instante
    persona: str | None = Field(description="Quién lo adelantó o lo dispensó; nulo si se abrió solo.")
    motivo: str


class Prevista(BaseModel):
    """Un periodo de un ciclo: cuándo se abre, para quién y qué fue de él."""

    procedimiento: str
    nombre: str
    periodo: str = Field(description="2028, 2027-S1, 2027-T3 o 2027-05.")
    titulo: str = Field(description="El periodo, como se lee.")
    grupo: str | None = Field(description="De qué grupo son las unidades; nulo si es uno para todos.")
    cuantas: int = Field(description="Cuántos expedientes son.")
    faltan: list[str] = Field(description="Unidades sin abrir ni dispensar; una vacía si es uno para todos.")
    abre: date | None = Field(description="Nulo si falta publicar el calendario de ese año.")
    limite: date = Field(description="Último día en que se abre solo.")
    estado: EstadoPrevisto
    aperturas: list[Apertura]
    fundamento: str
    inferido: str | None
    plazos: list[PlazoPrevisto]


class Decision(Motivo):
    """Para qué unidad y por qué; sin unidad, para todas las que falten."""

    unidad: str | None = Field(None, max_length=40)


class Adelanto(Decision):
    """Lo mismo, y lo que se confirma si ya es tarde."""

    confirmar: Confirmadas = Field(default_factory=list)
