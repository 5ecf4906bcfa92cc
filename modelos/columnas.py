"""Tipos de columna que se comportan igual en SQLite y en PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import JSON, ColumnElement, DateTime, Dialect, MetaData, TypeDecorator, bindparam
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


class Instante(TypeDecorator[datetime]):
    """Fecha y hora en UTC y con zona a la ida y a la vuelta; SQLite olvida la zona si se le deja."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """A UTC; rechaza instantes sin zona antes de que lleguen a la base."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(value)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """De la base a UTC con zona."""
        return value if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


def columna_json() -> JSON:
    """Columna para tipos de JSON; los acentos se guardan como acentos."""
    return JSON(none_as_null=True)


def de_los(columna: Mapped[str], valores: Iterable[str]) -> ColumnElement[bool]:
    """Que sea uno de esos, escritos en la consulta y no como parámetros.

    Un índice parcial sólo se usa si su condición se reconoce: SQLite no la reconoce con parámetros, y PostgreSQL
    la pierde al guardar el plan.
    """
    return columna.in_(bindparam(None, list(valores), expanding=True, literal_execute=True))
