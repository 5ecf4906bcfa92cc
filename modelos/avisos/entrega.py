"""Cada mensaje que sale, y por dónde.

Las notificaciones por salir se juntan en una entrega por persona y canal: un resumen, no diez correos.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from modelos.columnas import Instante, columna_json


class EstadoEntrega(StrEnum):
    """En qué va un mensaje; fallida: agotó sus intentos y se ve en administración."""

    PENDIENTE = "pendiente"
    ENVIADA = "enviada"
    FALLIDA = "fallida"
    DESCARTADA = "descartada"


_PENDIENTE = text("estado = 'pendiente'")


class Canal(SQLModel, table=True):
    """Una dirección de Apprise de una persona o de una unidad; sólo la captura administración.

    direccion: lleva secretos; nunca se muestra entera ni se escribe en el registro.
    """

    __table_args__ = (CheckConstraint("(persona_id IS NULL) <> (unidad IS NULL)", name="de_quien"),)

    id: int | None = Field(default=None, primary_key=True)
    persona_id: int | None = Field(default=None, foreign_key="persona.id", index=True)
    unidad: str | None = Field(default=None, foreign_key="unidad.clave", index=True, max_length=40)
    nombre: str = Field(max_length=100)
    direccion: str = Field(sa_column=Column(Text, nullable=False))
    activo: bool = True
    creado: datetime = Field(sa_column=Column(Instante, nullable=False))
    creado_por: int | None = Field(default=None, foreign_key="persona.id")


class Entrega(SQLModel, table=True):
    """Un mensaje a un destino. El id va en el propio mensaje: quien lo reciba dos veces puede saberlo.

    canal_id: nulo si es el correo de la persona; persona_id: nulo si es el canal de una unidad.
    notificaciones: ids de las que lleva. motor y tomada: quién la está enviando y desde cuándo, en segundos de `pulso`.
    """

    __table_args__ = (
        CheckConstraint("estado IN ('pendiente', 'enviada', 'fallida', 'descartada')", name="estado"),
        Index("ix_entrega_pendiente", "proximo", "id", sqlite_where=_PENDIENTE, postgresql_where=_PENDIENTE),
        Index("ix_entrega_creada", "creada", "id"),
    )

    id: str = Field(primary_key=True, max_length=36)
    persona_id: int | None = Field(default=None, foreign_key="persona.id", index=True)
    canal_id: int | None = Field(default=None, foreign_key="canal.id")
    estado: str = Field(max_length=20)
    asunto: str = Field(max_length=300)
    notificaciones: list[int] = Field(sa_column=Column(columna_json(), nullable=False))
    creada: datetime = Field(sa_column=Column(Instante, nullable=False))
    proximo: float
    intentos: int = 0
    motor: str | None = Field(default=None, max_length=100)
    tomada: float | None = None
    enviada: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    error: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
