"""Los enlaces de calendario: uno por persona o por unidad, con un secreto que se puede revocar."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from modelos.columnas import Instante


class Suscripcion(SQLModel, table=True):
    """Un enlace de calendario. Del secreto sólo se guarda su sha256; unidad vacía: lo de la persona."""

    id: int | None = Field(default=None, primary_key=True)
    huella: str = Field(max_length=64, unique=True)
    persona_id: int = Field(foreign_key="persona.id", index=True)
    unidad: str | None = Field(default=None, foreign_key="unidad.clave", max_length=40)
    creada: datetime = Field(sa_column=Column(Instante, nullable=False))
    revocada: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
