"""Quién cambió qué: unidades, personas, y lo que imprime un oficio (papelería, leyendas, normas, quién firma).

Sólo se agrega. No es la bitácora: ésa es de los expedientes. Aquí queda lo que la administración fija para todos.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos.columnas import Instante, columna_json
from modelos.organizacion.organigrama import Persona

CONSOLA = "La línea de órdenes"
_DEL_REGISTRO = {"id", "actualizada", "creada", "clave_cifrada", "clave_provisional"}


class Cosa(StrEnum):
    """De qué es el cambio."""

    PAPELERIA = "papeleria"
    LEYENDA = "leyenda"
    NORMA = "ordenamiento"
    TITULARIDAD = "titularidad"
    SUPLENCIA = "suplencia"
    UNIDAD = "unidad"
    PERSONA = "persona"
    ADSCRIPCION = "adscripcion"


class Cambio(SQLModel, table=True):
    """Un cambio. cual: la clave de lo que cambió. antes: vacío si se acaba de crear. persona_id: nulo desde consola."""

    __table_args__ = (Index("ix_cambio_cosa_cual", "cosa", "cual", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    cosa: str = Field(max_length=20)
    cual: str = Field(max_length=60)
    antes: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))
    despues: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))
    persona_id: int | None = Field(default=None, foreign_key="persona.id")
    cuando: datetime = Field(sa_column=Column(Instante, nullable=False))


@dataclass(frozen=True)
class RenglonDeCambio:
    """Un cambio para leerse. campos: (nombre, antes, después) de lo que de veras cambió."""

    quien: str
    cuando: datetime
    nuevo: bool
    campos: tuple[tuple[str, str, str], ...]


def foto(fila: SQLModel | None) -> dict[str, Any]:
    """Los datos de una fila, sin contraseñas ni lo que sólo dice cuándo se guardó; vacía si no hay fila."""
    if fila is None:
        return {}
    datos = fila.model_dump(mode="json")
    return {campo: datos[campo] for campo in type(fila).model_fields if campo not in _DEL_REGISTRO}


def anotar(
    s: Session,
    cosa: Cosa,
    cual: str,
    antes: dict[str, Any],
    fila: SQLModel | None,
    quien: int | None,
    en: datetime,
    **dicho: str,
) -> None:
    """Deja constancia; guardar lo mismo que ya estaba no es un cambio.

    fila: None si se quitó. dicho: lo que no es un dato de la fila (`motivo`, `fuente`); `hecho` es un acto que no
        deja rastro en ella, como restablecer una contraseña, y se anota aunque nada más cambie.
    """
    despues = foto(fila)
    if cosa is Cosa.PAPELERIA:  # su `persona_id` es quien la fijó, que ya está en el cambio
        antes.pop("persona_id", None)
        despues.pop("persona_id", None)
    if antes != despues or dicho.get("hecho"):
        despues |= {campo: texto for campo, texto in dicho.items() if texto}
        s.add(Cambio(cosa=cosa.value, cual=cual, antes=antes, despues=despues, persona_id=quien, cuando=en))
        s.flush()


def anotar_altas(
    s: Session, cosa: Cosa, filas: Iterable[tuple[str, SQLModel]], quien: int | None, en: datetime, motivo: str
) -> None:
    """Deja constancia de muchas altas de una vez. filas: (cual, fila)."""
    s.add_all(
        Cambio(
            cosa=cosa.value, cual=cual, antes={}, despues={**foto(fila), "motivo": motivo}, persona_id=quien, cuando=en
        )
        for cual, fila in filas
    )
    s.flush()


def historia(s: Session, cosa: Cosa, cuales: Iterable[str]) -> list[RenglonDeCambio]:
    """Los cambios de esas cosas, el último primero, con nombres en vez de números de persona."""
    consulta = select(Cambio).where(col(Cambio.cosa) == cosa.value, col(Cambio.cual).in_(list(cuales)))
    return en_palabras(s, s.scalars(consulta.order_by(col(Cambio.id).desc())).all())


def en_palabras(s: Session, cambios: Sequence[Cambio]) -> list[RenglonDeCambio]:
    """Esos cambios para leerse, en su orden, con nombres en vez de números de persona."""
    citadas = {c.persona_id for c in cambios} | {d.get("persona_id") for c in cambios for d in (c.antes, c.despues)}
    filas = s.execute(select(col(Persona.id), col(Persona.nombre)).where(col(Persona.id).in_(citadas - {None})))
    nombres = dict(filas.all())
    return [
        RenglonDeCambio(
            nombres.get(c.persona_id, CONSOLA),
            c.cuando,
            not c.antes,
            tuple(
                (campo, _leido(campo, c.antes.get(campo), nombres), _leido(campo, valor, nombres))
                for campo, valor in c.despues.items()
                if valor != c.antes.get(campo) and (valor or c.antes.get(campo))
            ),
        )
        for c in cambios
    ]


def _leido(campo: str, valor: Any, nombres: dict[int | None, str]) -> str:  # noqa: ANN401 - un valor de JSON
    if campo == "persona_id":
        return nombres.get(valor, "")
    if isinstance(valor, list):
        return ", ".join(str(v) for v in valor)
    if isinstance(valor, bool):
        return "sí" if valor else "no"
    return "" if valor is None else str(valor)
