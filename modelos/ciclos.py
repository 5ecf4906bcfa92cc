"""Lo que ya se abrió de cada ciclo, y qué jornadas ya se barrieron."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from modelos.columnas import Instante


class EstadoApertura(StrEnum):
    """Qué se hizo con un periodo de un ciclo."""

    ABIERTA = "abierta"
    DISPENSADA = "dispensada"


class Apertura(SQLModel, table=True):
    """Un periodo de un ciclo para una unidad (vacía: para todos); su llave impide abrirlo dos veces.

    prevista: el día en que le tocaba. persona_id: quién lo adelantó o lo dispensó, con su motivo; nulo: se abrió solo.
    """

    __table_args__ = (CheckConstraint("estado IN ('abierta', 'dispensada')", name="estado"),)

    procedimiento: str = Field(primary_key=True, max_length=60)
    periodo: str = Field(primary_key=True, max_length=10)
    unidad: str = Field(primary_key=True, max_length=40)
    estado: str = Field(max_length=20)
    folio: str | None = Field(default=None, foreign_key="expediente.folio", max_length=40)
    prevista: date
    hecha: datetime = Field(sa_column=Column(Instante, nullable=False))
    persona_id: int | None = Field(default=None, foreign_key="persona.id")
    motivo: str = Field(default="", max_length=2000)


class Jornada(SQLModel, table=True):
    """Un trabajo diario del sistema ya terminado en esa fecha (`ciclos`, `recordatorios`)."""

    trabajo: str = Field(primary_key=True, max_length=40)
    dia: date = Field(primary_key=True)
    terminada: datetime = Field(sa_column=Column(Instante, nullable=False))
    resultado: str = Field(default="", max_length=300)
