"""El expediente y lo que cuelga de él.

`Expediente` y `Turno` son proyección de la bitácora: se rehacen con ella. Los anexos,
las series y la cola de encargos se guardan aquí por derecho propio.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Select, Text, UniqueConstraint, select, text
from sqlmodel import Field, SQLModel, col

from modelos.columnas import Instante, columna_json


def plegar(texto: str) -> str:
    """El texto en minúsculas y sin acentos: como se busca."""
    sin_acentos = "".join(c for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c))
    return sin_acentos.casefold()


class EstadoExpediente(StrEnum):
    """En qué va un expediente."""

    EN_CURSO = "en_curso"
    SUSPENDIDO = "suspendido"
    CONCLUIDO = "concluido"
    CANCELADO = "cancelado"


EN_TRAMITE = (EstadoExpediente.EN_CURSO.value, EstadoExpediente.SUSPENDIDO.value)
TERMINADOS = (EstadoExpediente.CONCLUIDO.value, EstadoExpediente.CANCELADO.value)


class EstadoTurno(StrEnum):
    """En qué va un turno; pendiente y tomado son los abiertos."""

    PENDIENTE = "pendiente"
    TOMADO = "tomado"
    ATENDIDO = "atendido"
    CANCELADO = "cancelado"


ABIERTOS = (EstadoTurno.PENDIENTE.value, EstadoTurno.TOMADO.value)
_ABIERTO = text("estado IN ('pendiente', 'tomado')")
_TOMADO = text("estado IN ('tomado')")
_DETENIDO_SQLITE, _DETENIDO = text("detenido IS 1"), text("detenido IS TRUE")  # así pregunta cada base si es cierto
_NUEVO = text("visto IS NULL")
_SIN_REGISTRAR = text("registrado IS NULL")


_POR_CIERRE, _CONCLUIDO = ("procedimiento", "cerrado", "abierto"), text("estado IN ('concluido')")


class Expediente(SQLModel, table=True):
    """Un caso de un procedimiento, con la versión de tabla con que se abrió.

    situacion: `Situacion.a_json()`; asientos y ultimo_hash: el final de su bitácora.
    corrida: identificador de su corrida en Prefect, cuando el motor ya la creó.
    busqueda: folio y asunto plegados, para encontrarlos sin acentos ni mayúsculas en cualquier base.
    detenido: un efecto agotó sus intentos y espera a que alguien lo reintente, o está en cuarentena.
    cuarentena: por qué no se actúa sobre él, si su tabla cambió después de publicada (ADR 0035).
    """

    __table_args__ = (
        CheckConstraint("estado IN ('en_curso', 'suspendido', 'concluido', 'cancelado')", name="estado"),
        Index("ix_expediente_estado_abierto", "estado", "abierto", "folio"),
        Index("ix_expediente_concluido", *_POR_CIERRE, sqlite_where=_CONCLUIDO, postgresql_where=_CONCLUIDO),
        Index("ix_expediente_detenido", "folio", sqlite_where=_DETENIDO_SQLITE, postgresql_where=_DETENIDO),
    )

    folio: str = Field(primary_key=True, max_length=40)
    procedimiento: str = Field(max_length=60, index=True)
    version: str = Field(max_length=10)
    duena: str = Field(max_length=40)
    asunto: str = Field(max_length=300)
    datos: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))
    estado: str = Field(max_length=20)
    desenlace: str | None = Field(default=None, max_length=60)
    abierto: datetime = Field(sa_column=Column(Instante, nullable=False))
    cerrado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    padre: str | None = Field(default=None, foreign_key="expediente.folio", index=True, max_length=40)
    padre_turno: str | None = Field(default=None, max_length=140)
    situacion: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))
    asientos: int = 0
    ultimo_hash: str = Field(max_length=64)
    corrida: str | None = Field(default=None, max_length=36)
    detenido: bool = False
    cuarentena: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    busqueda: str = Field(max_length=350)


def en_cuarentena() -> Select[str]:
    """Los folios en cuarentena. Se buscan entre los detenidos, que son pocos y tienen su índice."""
    separado = col(Expediente.detenido).is_(True) & col(Expediente.cuarentena).is_not(None)
    return select(col(Expediente.folio)).where(separado)


_POR_PROCEDIMIENTO = ("unidad", "procedimiento", "abierto", "id")
_POR_PERSONA = ("persona_id", "unidad", "abierto", "id")
_DEL_TABLERO = ("procedimiento", "actividad", "unidad", "estado", "a_mano", "cerrado", "abierto", "vuelta")


class Turno(SQLModel, table=True):
    """Lo que una unidad debe. Su id se arma con lo que es, así que no puede crearse dos veces.

    apertura y cierre: orden del asiento que lo abrió y del que lo cerró; anexos: cuántos trae.
    """

    __table_args__ = (
        CheckConstraint("estado IN ('pendiente', 'tomado', 'atendido', 'cancelado')", name="estado"),
        UniqueConstraint("folio", "actividad", "unidad", "vuelta"),
        Index("ix_turno_bandeja", "unidad", "abierto", "id", sqlite_where=_ABIERTO, postgresql_where=_ABIERTO),
        Index("ix_turno_procedimiento", *_POR_PROCEDIMIENTO, sqlite_where=_ABIERTO, postgresql_where=_ABIERTO),
        Index("ix_turno_tomado", *_POR_PERSONA, sqlite_where=_TOMADO, postgresql_where=_TOMADO),
        Index("ix_turno_tablero", *_DEL_TABLERO),
    )

    id: str = Field(primary_key=True, max_length=140)
    folio: str = Field(foreign_key="expediente.folio", max_length=40)
    procedimiento: str = Field(max_length=60)
    actividad: str = Field(max_length=20)
    unidad: str = Field(foreign_key="unidad.clave", max_length=40)
    vuelta: int
    estado: str = Field(max_length=20)
    version: int = 1
    a_mano: bool = True
    persona_id: int | None = Field(default=None, foreign_key="persona.id")
    abierto: datetime = Field(sa_column=Column(Instante, nullable=False))
    cerrado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    apertura: int
    cierre: int | None = None
    anexos: int = 0
    salida: str | None = Field(default=None, max_length=60)


class Encargo(SQLModel, table=True):
    """Un efecto que Prefect debe hacer; su clave impide que se haga dos veces.

    hecho: cuándo quedó el efecto en nuestra base. registrado: cuándo se vio terminado en Prefect.
    mostrado: cuándo corrió su tarea en Prefect, que aún puede perderse; segundos de `modelos.motor.latido.pulso`.
    """

    __table_args__ = (
        Index("ix_encargo_pendiente", "proximo", "folio", sqlite_where=_SIN_REGISTRAR, postgresql_where=_SIN_REGISTRAR),
    )

    folio: str = Field(primary_key=True, foreign_key="expediente.folio", max_length=40)
    asiento: int = Field(primary_key=True)
    efecto: str = Field(primary_key=True, max_length=60)
    nombre: str = Field(max_length=200)
    datos: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))
    creado: datetime = Field(sa_column=Column(Instante, nullable=False))
    proximo: float
    intentos: int = 0
    hecho: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    mostrado: float | None = None
    registrado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    error: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class Aviso(SQLModel, table=True):
    """«Tiene un turno nuevo», para una persona; uno por turno."""

    __table_args__ = (
        Index("ix_aviso_nuevo", "persona_id", "creado", "turno_id", sqlite_where=_NUEVO, postgresql_where=_NUEVO),
    )

    persona_id: int = Field(primary_key=True, foreign_key="persona.id")
    turno_id: str = Field(primary_key=True, foreign_key="turno.id", max_length=140)
    creado: datetime = Field(sa_column=Column(Instante, nullable=False))
    visto: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))


class Anexo(SQLModel, table=True):
    """Un archivo de evidencia; su contenido está fuera de la base, nombrado por su sha256."""

    id: str = Field(primary_key=True, max_length=36)
    folio: str = Field(foreign_key="expediente.folio", index=True, max_length=40)
    turno_id: str = Field(foreign_key="turno.id", index=True, max_length=140)
    evidencia: str | None = Field(default=None, max_length=60)
    nombre: str = Field(max_length=150)
    tipo: str = Field(max_length=100)
    tamano: int
    sha256: str = Field(max_length=64)
    persona_id: int = Field(foreign_key="persona.id")
    subido: datetime = Field(sa_column=Column(Instante, nullable=False))


class Serie(SQLModel, table=True):
    """El último número dado en cada serie: de folios (`NORM-2026`) o de oficios (`oficio-DSTC-2026`)."""

    clave: str = Field(primary_key=True, max_length=60)
    ultimo: int = 0


class Idempotencia(SQLModel, table=True):
    """Qué se creó con cada Idempotency-Key de cada persona, y con qué contenido."""

    persona_id: int = Field(primary_key=True, foreign_key="persona.id")
    clave: str = Field(primary_key=True, max_length=200)
    huella: str = Field(max_length=64)
    recurso: str = Field(max_length=140)
    creada: datetime = Field(sa_column=Column(Instante, nullable=False))
