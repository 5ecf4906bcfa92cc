"""Qué motor conduce cada expediente en este momento.

Una reserva vale mientras lata el motor que la hizo: si muere, otro la toma. La
fila sólo se borra cuando la corrida quedó como debe en Prefect, así que una
reserva de un motor muerto es a la vez la prueba de que algo quedó a medias; y
pedir que un expediente se revise es anotarle una reserva de nadie.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos.expedientes.expediente import en_cuarentena
from modelos.motor.latido import VIVO_S, Latido, pulso
from modelos.sesion import insertar

NADIE = ""
ESPERA_MAXIMA_S = 300.0


class Reserva(SQLModel, table=True):
    """Un expediente en manos de un motor, o de nadie si alguien debe revisarlo.

    no_antes: instante de la máquina antes del cual no se vuelve a intentar; fallas: intentos seguidos sin éxito.
    """

    folio: str = Field(primary_key=True, foreign_key="expediente.folio", max_length=40)
    motor: str = Field(max_length=100)
    no_antes: float = 0
    fallas: int = 0


def ajena(folio: object) -> ColumnElement[bool]:
    """Condición SQL: ese folio está en manos de un motor vivo, o todavía no toca reintentarlo."""
    return exists().where(col(Reserva.folio) == folio, (col(Reserva.no_antes) > pulso()) | _con_motor_vivo())


def huerfanas(s: Session, limite: int) -> list[str]:
    """Folios cuya conducción quedó a medias, o que alguien pidió revisar."""
    se_puede = col(Reserva.folio).not_in(en_cuarentena())
    consulta = select(col(Reserva.folio)).where(col(Reserva.no_antes) <= pulso(), ~_con_motor_vivo(), se_puede)
    return list(s.scalars(consulta.order_by(col(Reserva.no_antes), col(Reserva.folio)).limit(limite)))


def reservar(s: Session, folios: Sequence[str], motor: str) -> list[str]:
    """Toma los que estén libres y devuelve cuáles; dos motores nunca obtienen el mismo."""
    if not folios:
        return []
    filas = [{"folio": folio, "motor": motor, "no_antes": 0.0, "fallas": 0} for folio in sorted(folios)]
    orden = insertar(s, Reserva).values(filas)
    orden = orden.on_conflict_do_update(
        index_elements=["folio"],
        set_={"motor": motor},
        where=(col(Reserva.no_antes) <= pulso()) & ~_con_motor_vivo(),
    )
    return list(s.scalars(orden.returning(col(Reserva.folio))))


def de_motor(s: Session, motor: str) -> list[str]:
    """Los folios que ese motor tiene reservados."""
    return list(s.scalars(select(col(Reserva.folio)).where(col(Reserva.motor) == motor)))


def liberar(s: Session, folios: Iterable[str], motor: str) -> None:
    """La corrida quedó como debe: ya no hace falta nadie."""
    borrar = delete(Reserva).where(col(Reserva.folio).in_(list(folios)), col(Reserva.motor) == motor)
    s.execute(borrar, execution_options={"synchronize_session": False})


def abandonar(s: Session, folio: str, motor: str) -> float:
    """No se pudo: que alguien lo intente después, cada vez con más espera. Devuelve la espera en segundos."""
    reserva = s.get(Reserva, folio)
    if reserva is None or reserva.motor != motor:
        return 0.0
    espera = min(2.0**reserva.fallas, ESPERA_MAXIMA_S)
    reserva.motor, reserva.fallas, reserva.no_antes = NADIE, min(reserva.fallas + 1, 20), pulso() + espera
    return espera


def pedir(s: Session, folios: Sequence[str]) -> None:
    """Pide que se revise la corrida de esos expedientes; si un motor ya los tiene, basta."""
    if folios:
        filas = [{"folio": folio, "motor": NADIE, "no_antes": 0.0, "fallas": 0} for folio in sorted(folios)]
        s.execute(insertar(s, Reserva).values(filas).on_conflict_do_nothing())


def apurar(s: Session) -> None:
    """Prefect volvió: lo que esperaba por sus fallas se intenta ya."""
    orden = update(Reserva).where(col(Reserva.motor) == NADIE).values(no_antes=0.0, fallas=0)
    s.execute(orden, execution_options={"synchronize_session": False})


def _con_motor_vivo() -> ColumnElement[bool]:
    return exists().where(col(Latido.motor) == Reserva.motor, col(Latido.visto) >= pulso() - VIVO_S)
