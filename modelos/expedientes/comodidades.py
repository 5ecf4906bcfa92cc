"""Lo que cada persona guarda para sí o dice a otras, sin ser parte de la historia.

Filtros, capturas a medias, comentarios y expedientes que sigue. Nada de esto decide ni mueve un expediente:
perderlo no cambia en qué va.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from modelos.columnas import Instante, columna_json


class Filtro(SQLModel, table=True):
    """Una búsqueda guardada. camino: la página (`/bandeja`); consulta: lo que sigue al «?»."""

    __table_args__ = (UniqueConstraint("persona_id", "camino", "nombre"),)

    id: int | None = Field(default=None, primary_key=True)
    persona_id: int = Field(foreign_key="persona.id", index=True)
    nombre: str = Field(max_length=80)
    camino: str = Field(max_length=100)
    consulta: str = Field(max_length=1000)
    creado: datetime = Field(sa_column=Column(Instante, nullable=False))


class CapturaGuardada(SQLModel, table=True):
    """Lo que una persona lleva escrito de un turno y aún no registra. revision: sube con cada guardado."""

    persona_id: int = Field(primary_key=True, foreign_key="persona.id")
    turno_id: str = Field(primary_key=True, foreign_key="turno.id", max_length=140)
    textos: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))
    revision: int
    guardada: datetime = Field(sa_column=Column(Instante, nullable=False))


class Comentario(SQLModel, table=True):
    """Algo que se dice en un expediente sin decidir nada; no se corrige ni se borra."""

    __table_args__ = (Index("ix_comentario_folio", "folio", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    folio: str = Field(foreign_key="expediente.folio", max_length=40)
    persona_id: int = Field(foreign_key="persona.id")
    texto: str = Field(sa_column=Column(Text, nullable=False))
    creado: datetime = Field(sa_column=Column(Instante, nullable=False))


class Mencion(SQLModel, table=True):
    """A quién se nombra en un comentario; visto: cuándo abrió el expediente después."""

    comentario_id: int = Field(primary_key=True, foreign_key="comentario.id")
    persona_id: int = Field(primary_key=True, foreign_key="persona.id", index=True)
    visto: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))


class Seguimiento(SQLModel, table=True):
    """Quién sigue un expediente. visto: hasta qué asiento lo vio."""

    persona_id: int = Field(primary_key=True, foreign_key="persona.id")
    folio: str = Field(primary_key=True, foreign_key="expediente.folio", max_length=40, index=True)
    desde: datetime = Field(sa_column=Column(Instante, nullable=False))
    visto: int = 0
