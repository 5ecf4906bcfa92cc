"""Qué se publicó: cada versión de cada tabla, con su huella, desde que esta base la conoció. Sólo se agrega.

Aceptar un cambio a una versión ya publicada es otro renglón, con su motivo: rige el último.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Text, func, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos.columnas import Instante
from modelos.expedientes.expediente import EN_TRAMITE, Expediente
from modelos.tabla import Tabla
from modelos.tabla.huella import FORMATO, canonico, contenido, huella

LARGO_MOTIVO = 500
PRIMERA_VEZ = "Se publicó."
SIN_USAR = "Cambió antes de que nadie la usara."
OTRO_FORMATO = "Se volvió a escribir con otro formato."
Clave = tuple[str, str]
"""(procedimiento, versión)."""


class TablaPublicada(SQLModel, table=True):
    """Una versión como se publicó. orden: 1 la primera vez; contenido: el de `tabla.huella`, canónico."""

    clave: str = Field(primary_key=True, max_length=60)
    version: str = Field(primary_key=True, max_length=10)
    orden: int = Field(primary_key=True)
    huella: str = Field(max_length=64)
    contenido: str = Field(sa_column=Column(Text, nullable=False))
    registrada: datetime = Field(sa_column=Column(Instante, nullable=False))
    motivo: str = Field(max_length=LARGO_MOTIVO)

    @property
    def dicho(self) -> dict[str, Any]:
        """Su contenido."""
        leido: dict[str, Any] = json.loads(self.contenido)
        return leido

    @property
    def comparable(self) -> bool:
        """Si se escribió con el formato de ahora."""
        return self.dicho.get("formato") == FORMATO


def publicadas(s: Session) -> dict[Clave, TablaPublicada]:
    """La que rige de cada versión."""
    consulta = select(TablaPublicada).order_by(col(TablaPublicada.orden))
    return {(fila.clave, fila.version): fila for fila in s.scalars(consulta)}


def registrar(s: Session, tabla: Tabla, previa: TablaPublicada | None, motivo: str, ahora: datetime) -> None:
    """Anota la tabla como es ahora; `previa`: la que regía."""
    dicho = contenido(tabla)
    s.add(
        TablaPublicada(
            clave=tabla.clave,
            version=tabla.version,
            orden=previa.orden + 1 if previa else 1,
            huella=huella(dicho),
            contenido=canonico(dicho),
            registrada=ahora,
            motivo=motivo,
        )
    )
    s.flush()


def en_uso(s: Session) -> dict[Clave, tuple[int, int]]:
    """Por cada versión con que se abrió algo: cuántos expedientes, y cuántos siguen en trámite."""
    procedimiento, version, estado = col(Expediente.procedimiento), col(Expediente.version), col(Expediente.estado)
    consulta = select(procedimiento, version, estado, func.count()).group_by(procedimiento, version, estado)
    usos: dict[Clave, tuple[int, int]] = {}
    for clave, de, en_que, cuantos in s.execute(consulta):
        todos, vivos = usos.get((clave, de), (0, 0))
        usos[clave, de] = (todos + cuantos, vivos + (cuantos if en_que in EN_TRAMITE else 0))
    return usos


def por_version(tablas: Iterable[Tabla]) -> Mapping[Clave, Tabla]:
    """Las del catálogo, por procedimiento y versión."""
    return {(tabla.clave, tabla.version): tabla for tabla in tablas}
