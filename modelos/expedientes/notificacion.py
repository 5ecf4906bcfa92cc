"""Lo que se le hace saber a cada persona: un hecho que le toca (un turno nuevo, un hito de un plazo), una sola vez."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from modelos.columnas import Instante, columna_json


class ClaseDeNotificacion(StrEnum):
    """De qué se avisa."""

    TURNO = "turno"
    HITO = "hito"
    OFICIO = "oficio"
    FIRMA = "firma"


_SIN_SALIR = text("salio IS NULL")


class Notificacion(SQLModel, table=True):
    """Algo que una persona debe saber. salio: cuándo se armó su mensaje, o se vio que ya no hacía falta.

    clave: `turno:<id>`, `hito:<plazo>:<hito>`, `oficio:<id>:<motivo>`, `firma:<día>` o `mencion:<comentario>` (clase
    `turno`).
    datos: lo que se dirá, ya fechado, sin datos de personas. descartada: por qué no salió, si ya no venía al caso.
    """

    __table_args__ = (
        UniqueConstraint("persona_id", "clave"),
        CheckConstraint("clase IN ('turno', 'hito', 'oficio', 'firma')", name="clase"),
        Index("ix_notificacion_salida", "persona_id", "id", sqlite_where=_SIN_SALIR, postgresql_where=_SIN_SALIR),
    )

    id: int | None = Field(default=None, primary_key=True)
    persona_id: int = Field(foreign_key="persona.id")
    clave: str = Field(max_length=200)
    clase: str = Field(max_length=10)
    folio: str = Field(foreign_key="expediente.folio", max_length=40)
    turno_id: str | None = Field(default=None, foreign_key="turno.id", max_length=140)
    plazo_id: str | None = Field(default=None, foreign_key="plazo.id", max_length=140)
    datos: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))
    creada: datetime = Field(sa_column=Column(Instante, nullable=False))
    dia: date
    salio: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    descartada: str | None = Field(default=None, max_length=200)
