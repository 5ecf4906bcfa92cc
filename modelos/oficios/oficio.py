"""Los oficios: su borrador, lo que se firmó y a quién se entregó.

Lo firmado es un hecho: está en la bitácora del expediente con el sha256 de su PDF. Aquí se guarda lo que
hace falta para volver a componerlo, letra por letra, y para saber quién ya acusó de recibido.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from modelos import reloj
from modelos.columnas import Instante, columna_json

LARGO_ASUNTO = 300
_SIN_ACUSE = text("acusado IS NULL AND clase = 'para'")
_PENDIENTE = text("estado IN ('borrador', 'firmado')")


class Oficio(SQLModel, table=True):
    """Un oficio. Su id se arma con lo que es, así que un encargo repetido no lo redacta dos veces.

    clave: la de dominio 06 §6.1, o la plantilla si se emitió suelto. asiento: el que lo pidió.
    turno_id: nulo si se emitió suelto. molde: sha256 del texto de la plantilla con que se redactó.
    borrador_asunto y borrador_cuerpo: como salieron de la plantilla, para comparar. cuerpo: Markdown.
    ordenamientos: claves de los que cita. anexos: uno por renglón.
    serie y consecutivo: de ellos sale `numero`; contenido: el JSON del que se compone el PDF, sha256: el de ese PDF.
    sustituye: el que deja sin efecto al firmarse. motivo: por qué se canceló o descartó.
    numero_fuera, fecha_fuera y anexo_fuera: los del documento que se firmó fuera del sistema en lugar de éste.
    """

    __table_args__ = (
        CheckConstraint(
            "estado IN ('borrador', 'firmado', 'enviado', 'cancelado', 'sustituido', 'descartado', 'firmado_fuera')",
            name="estado",
        ),
        CheckConstraint(
            "(numero IS NULL) = (estado IN ('borrador', 'descartado', 'firmado_fuera'))",
            name="numero_al_firmar",
        ),
        UniqueConstraint("serie", "consecutivo"),
        UniqueConstraint("numero"),
        Index("ix_oficio_unidad_estado", "unidad", "estado", "creado", "id"),
        Index("ix_oficio_pendiente", "folio", "id", sqlite_where=_PENDIENTE, postgresql_where=_PENDIENTE),
    )

    id: str = Field(primary_key=True, max_length=160)
    folio: str = Field(foreign_key="expediente.folio", index=True, max_length=40)
    clave: str = Field(max_length=60)
    plantilla: str = Field(max_length=100)
    molde: str = Field(foreign_key="molde.sha256", max_length=64)
    forma: str = Field(max_length=20)
    unidad: str = Field(foreign_key="unidad.clave", max_length=40)
    actividad: str | None = Field(default=None, max_length=20)
    turno_id: str | None = Field(default=None, foreign_key="turno.id", index=True, max_length=140)
    asiento: int
    estado: str = Field(max_length=20)
    version: int = 1
    asunto: str = Field(max_length=LARGO_ASUNTO)
    cuerpo: str = Field(sa_column=Column(Text, nullable=False))
    borrador_asunto: str = Field(max_length=LARGO_ASUNTO)
    borrador_cuerpo: str = Field(sa_column=Column(Text, nullable=False))
    anexos: str = Field(default="", sa_column=Column(Text, nullable=False))
    ordenamientos: list[str] = Field(sa_column=Column(columna_json(), nullable=False))
    creado: datetime = Field(sa_column=Column(Instante, nullable=False))
    editado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    editado_por: int | None = Field(default=None, foreign_key="persona.id")
    numero: str | None = Field(default=None, max_length=80)
    serie: str | None = Field(default=None, max_length=60)
    consecutivo: int | None = None
    codigo: str | None = Field(default=None, max_length=16, unique=True)
    firmado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    firmante_id: int | None = Field(default=None, foreign_key="persona.id")
    contenido: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    sha256: str | None = Field(default=None, max_length=64)
    tamano: int | None = None
    sellado: bool = False
    enviado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    sustituye: str | None = Field(default=None, foreign_key="oficio.id", max_length=160)
    terminado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    motivo: str = Field(default="", max_length=2000)
    numero_fuera: str | None = Field(default=None, max_length=80)
    fecha_fuera: date | None = None
    anexo_fuera: str | None = Field(default=None, foreign_key="anexo.id", max_length=36)

    @property
    def numero_dado(self) -> str:
        """El que lleva firmado, aquí o fuera; vacío si todavía no se firma."""
        return self.numero or self.numero_fuera or ""

    @property
    def fecha_dada(self) -> date | None:
        """El día en que se firmó aquí, o el del documento firmado fuera."""
        return reloj.local(self.firmado).date() if self.firmado else self.fecha_fuera


class Destinatario(SQLModel, table=True):
    """A quién va, o a quién se copia (`clase`: `para` o `ccp`), como se imprime, y su acuse.

    unidad: nula si es alguien de fuera del sistema. acuse: `sistema`, o `papel` si lo capturó quien emitió.
    recordado: cuándo se le recordó que falta su acuse.
    """

    __table_args__ = (
        CheckConstraint("clase IN ('para', 'ccp')", name="clase"),
        CheckConstraint("acuse IN ('', 'sistema', 'papel')", name="acuse"),
        Index("ix_destinatario_unidad", "unidad", "oficio_id"),
        Index("ix_destinatario_sin_acuse", "unidad", "oficio_id", sqlite_where=_SIN_ACUSE, postgresql_where=_SIN_ACUSE),
    )

    oficio_id: str = Field(primary_key=True, foreign_key="oficio.id", max_length=160)
    orden: int = Field(primary_key=True)
    clase: str = Field(max_length=10)
    unidad: str | None = Field(default=None, foreign_key="unidad.clave", max_length=40)
    nombre: str = Field(max_length=200)
    cargo: str = Field(max_length=250)
    institucion: str = Field(max_length=200)
    acuse: str = Field(default="", max_length=10)
    acusado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    acusado_por: int | None = Field(default=None, foreign_key="persona.id")
    nota: str = Field(default="", max_length=2000)
    recordado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))

    def a_json(self) -> dict[str, Any]:
        """Como se imprime."""
        return {"nombre": self.nombre, "cargo": self.cargo, "institucion": self.institucion}


class Molde(SQLModel, table=True):
    """El texto de una plantilla con que se redactó algo; se guarda porque la plantilla cambia."""

    sha256: str = Field(primary_key=True, max_length=64)
    texto: str = Field(sa_column=Column(Text, nullable=False))


class PlantillaEditada(SQLModel, table=True):
    """Una versión de una plantilla hecha desde la administración; rige la última. Texto nulo: vuelve a la del sistema.

    base: sha256 de la del sistema cuando se editó; si ya no es ésa, el sistema trajo otra y conviene revisarla.
    """

    __table_args__ = (UniqueConstraint("plantilla", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    plantilla: str = Field(max_length=100)
    version: int
    texto: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    base: str = Field(max_length=64)
    motivo: str = Field(max_length=2000)
    persona_id: int = Field(foreign_key="persona.id")
    creada: datetime = Field(sa_column=Column(Instante, nullable=False))
