"""Lo que sólo puede estar haciendo uno a la vez, entre todos los motores y procesos de una instancia.

Se toma por un rato y se renueva mientras dure: si quien la tiene muere, se libera sola. Los instantes
son del reloj de la máquina, como las reservas.
"""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos.motor.latido import pulso
from modelos.sesion import insertar


class Exclusiva(SQLModel, table=True):
    """Quién está haciendo algo, y hasta qué instante le vale si no lo renueva."""

    que: str = Field(primary_key=True, max_length=40)
    quien: str = Field(max_length=100)
    hasta: float


def tomar(s: Session, que: str, quien: str, segundos: float) -> bool:
    """La toma por ese tiempo; falso si otro la tiene y le sigue valiendo."""
    valores = {"quien": quien, "hasta": pulso() + segundos}
    orden = insertar(s, Exclusiva).values(que=que, **valores)
    orden = orden.on_conflict_do_update(
        index_elements=["que"], set_=valores, where=col(Exclusiva.hasta) <= pulso()
    ).returning(col(Exclusiva.quien))
    return s.scalar(orden) is not None


def renovar(s: Session, que: str, quien: str, segundos: float) -> bool:
    """La alarga; falso si ya no es suya: se le pasó el tiempo y otro la tomó."""
    mia = (col(Exclusiva.que) == que) & (col(Exclusiva.quien) == quien)
    orden = update(Exclusiva).where(mia).values(hasta=pulso() + segundos).returning(col(Exclusiva.quien))
    return s.scalar(orden, execution_options={"synchronize_session": False}) is not None


def soltar(s: Session, que: str, quien: str) -> None:
    """La deja libre en el acto."""
    mia = (col(Exclusiva.que) == que) & (col(Exclusiva.quien) == quien)
    s.execute(delete(Exclusiva).where(mia), execution_options={"synchronize_session": False})
