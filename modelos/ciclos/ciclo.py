"""Lo que ya se abrió de cada ciclo, y qué jornadas ya se barrieron."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos.calendario.errores import PlazoInvalido
from modelos.columnas import Instante
from modelos.sesion import insertar
from modelos.tabla import Tabla
from modelos.tabla.periodo import Periodo
from modelos.tabla.plazo import DEL_PERIODO

DIARIOS = {
    "tenencia": "devolver los turnos de quien ya no está",
    "ciclos": "abrir los expedientes que tocan por ciclo",
    "esperas": "cerrar las esperas vencidas",
    "avisos": "avisar los turnos que nadie sabía",
    "firmas": "avisar lo que falta firmar",
    "acuses": "recordar los acuses que faltan",
    "recordatorios": "recordar los plazos",
}
"""Lo que cada día debe terminarse, y qué es."""

PARA_TODOS = ""
"""La unidad de una apertura que es una sola para todos."""


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
    """Un trabajo diario del sistema, de `DIARIOS`, ya terminado en esa fecha."""

    trabajo: str = Field(primary_key=True, max_length=40)
    dia: date = Field(primary_key=True)
    terminada: datetime = Field(sa_column=Column(Instante, nullable=False))
    resultado: str = Field(default="", max_length=300)


def marcar(s: Session, trabajo: str, dia: date, ahora: datetime, resultado: str) -> None:
    """Da un trabajo por hecho ese día; si otro motor se adelantó, vale lo suyo."""
    valores = {"trabajo": trabajo, "dia": dia, "terminada": ahora, "resultado": resultado}
    s.execute(insertar(s, Jornada).values(valores).on_conflict_do_nothing())


def ganar(
    s: Session,
    tabla: Tabla,
    periodo: Periodo,
    unidad: str,
    *,
    estado: EstadoApertura,
    prevista: date,
    hecha: datetime,
    persona: int | None = None,
    motivo: str = "",
) -> Apertura | None:
    """Gana ese periodo y unidad para esta transacción; None si ya era de otra.

    Va antes de reservar el folio: quien abre muchos y quien abre uno toman los candados en el mismo orden.
    """
    valores = {
        "procedimiento": tabla.clave,
        "periodo": periodo.clave,
        "unidad": unidad,
        "estado": estado.value,
        "folio": None,
        "prevista": prevista,
        "hecha": hecha,
        "persona_id": persona,
        "motivo": motivo,
    }
    orden = insertar(s, Apertura).values(valores).on_conflict_do_nothing().returning(col(Apertura.unidad))
    if s.execute(orden).first() is None:
        return None
    return s.get_one(Apertura, (tabla.clave, periodo.clave, unidad))


def ganar_iniciado(
    s: Session, tabla: Tabla, datos: Mapping[str, Any], hecha: datetime, persona: int | None
) -> Apertura | None:
    """Lo que se inicia a mano cuenta como abierto: su ciclo no abre otro para ese periodo y unidad.

    datos: los iniciales, ya validados. None si la tabla no tiene ciclo, o ya estaba abierto.
    """
    ciclo = tabla.ciclo
    if ciclo is None:
        return None
    try:
        periodo = Periodo.leer(str(datos[DEL_PERIODO]))
    except PlazoInvalido:
        return None
    unidad = str(datos.get(ciclo.dato) or "") if ciclo.grupo else PARA_TODOS
    if periodo.cada is not ciclo.cada or (ciclo.grupo and not unidad):
        return None
    # El día exacto no importa ya: se anota el mes.
    prevista = ciclo.natural(periodo)
    motivo = "Se inició a mano."
    return ganar(
        s,
        tabla,
        periodo,
        unidad,
        estado=EstadoApertura.ABIERTA,
        prevista=prevista,
        hecha=hecha,
        persona=persona,
        motivo=motivo,
    )
