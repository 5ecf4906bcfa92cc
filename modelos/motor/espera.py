"""Qué espera un expediente, en una frase y unas etiquetas: lo que su corrida dice en Prefect mientras reposa.

Sin nombres de personas: ahí entra quien mantiene el sistema. `Dicho` recuerda hasta qué asiento se dijo; todo
lo que puede cambiar la frase (una reasignación, una prórroga, un día inhábil) queda asentado, así que con
comparar asientos basta para saber cuál falta por decir.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos import reloj
from modelos.calendario.fechas import MESES
from modelos.expedientes.expediente import (
    ABIERTOS,
    EN_TRAMITE,
    Encargo,
    EstadoExpediente,
    EstadoTurno,
    Expediente,
    Turno,
)
from modelos.motor.reservas import Reserva
from modelos.plazos import vencimientos
from modelos.sesion import insertar
from modelos.tabla import Catalogo

UNIDADES = 3
"""Más que éstas ya no se nombran: se cuentan."""
LARGO = 300


class Dicho(SQLModel, table=True):
    """Con cuántos asientos estaba el expediente cuando su corrida dijo en Prefect qué espera."""

    folio: str = Field(primary_key=True, foreign_key="expediente.folio", max_length=40)
    asientos: int


@dataclass(frozen=True)
class Espera:
    """«espera: 7 DSTC · vence 15 dic», y por qué buscarla. asientos: con cuántos se supo."""

    texto: str
    etiquetas: tuple[str, ...]
    asientos: int


class _Parte(NamedTuple):
    """Lo que falta de una actividad."""

    numero: str
    turnos: list[Turno]
    vence: date | None


def de(s: Session, expediente: Expediente, tablas: Catalogo) -> Espera:
    """Lo que espera ahora ese expediente; sin texto si ya terminó."""
    etiquetas = [expediente.procedimiento, expediente.duena]
    if expediente.estado not in EN_TRAMITE:
        return Espera("", tuple(etiquetas), expediente.asientos)
    partes = _partes(s, expediente, tablas)
    if expediente.estado == EstadoExpediente.SUSPENDIDO:
        texto = "suspendido: espera a que se reanude"
        etiquetas.append("suspendido")
    else:
        texto = "espera: " + ("; ".join(_dicha(parte) for parte in partes) or "a que se revise, nadie tiene turno")
    etiquetas += _etiquetas(partes)
    return Espera(texto[:LARGO], tuple(dict.fromkeys(etiquetas)), expediente.asientos)


def _etiquetas(partes: Sequence[_Parte]) -> list[str]:
    """A quién se espera y, si algo vence, cuándo lo primero."""
    unidades = _unidades([turno for parte in partes for turno in parte.turnos])
    etiquetas = [f"espera:{u}" for u in unidades] if len(unidades) <= UNIDADES else ["espera:varias"]
    if fechas := [parte.vence for parte in partes if parte.vence]:
        etiquetas.append(f"vence:{min(fechas):%Y-%m-%d}")
    return etiquetas


def por_decir(s: Session, limite: int) -> list[str]:
    """Expedientes cuya corrida reposa y dice algo de antes; sin los que un motor ya lleva o va a llevar."""
    folio = col(Expediente.folio)
    consulta = (
        select(folio)
        .outerjoin(Dicho, col(Dicho.folio) == folio)
        .where(col(Expediente.estado).in_(EN_TRAMITE), col(Expediente.corrida).is_not(None))
        .where(col(Dicho.asientos).is_(None) | (col(Dicho.asientos) != col(Expediente.asientos)))
        .where(~exists().where(col(Reserva.folio) == folio))
        .where(~exists().where(col(Encargo.folio) == folio, col(Encargo.registrado).is_(None)))
    )
    return list(s.scalars(consulta.order_by(folio).limit(limite)))


def anotar(s: Session, folio: str, asientos: int) -> None:
    """Ya se dijo en Prefect lo que esperaba con esos asientos."""
    orden = insertar(s, Dicho).values(folio=folio, asientos=asientos)
    s.execute(orden.on_conflict_do_update(index_elements=["folio"], set_={"asientos": asientos}))


def _partes(s: Session, expediente: Expediente, tablas: Catalogo) -> list[_Parte]:
    consulta = select(Turno).where(col(Turno.folio) == expediente.folio, col(Turno.estado).in_(ABIERTOS))
    turnos = list(s.scalars(consulta.order_by(col(Turno.apertura), col(Turno.id))))
    fechas = vencimientos.fechas_de(s, turnos)
    tabla = tablas.para_ver(expediente)
    por_actividad: dict[str, list[Turno]] = {}
    for turno in turnos:
        por_actividad.setdefault(turno.actividad, []).append(turno)
    return [
        _Parte(
            tabla.fila(clave).numero_impreso or clave,
            suyos,
            min((f.vence for t in suyos if (f := fechas.get(t.id)) and f.vence), default=None),
        )
        for clave, suyos in por_actividad.items()
    ]


def _dicha(parte: _Parte) -> str:
    unidades = _unidades(parte.turnos)
    quien = ", ".join(unidades) if len(unidades) <= UNIDADES else f"en {len(unidades)} unidades"
    if not parte.turnos[0].a_mano:
        quien += " (su subexpediente)"
    elif all(turno.estado == EstadoTurno.TOMADO for turno in parte.turnos):
        quien += " (ya lo tomaron)"
    return f"{parte.numero} {quien}" + (f" · vence {_fecha(parte.vence)}" if parte.vence else "")


def _unidades(turnos: Sequence[Turno]) -> list[str]:
    return list(dict.fromkeys(turno.unidad for turno in turnos))


def _fecha(dia: date) -> str:
    """«15 dic»; con el año si no es el que corre."""
    corta = f"{dia.day} {MESES[dia.month - 1]}"
    return corta if dia.year == reloj.hoy().year else f"{corta} {dia.year}"
