"""Qué motores están vivos, y si ven a Prefect: lo que `/salud` responde sin hablar con ninguno.

Cada motor escribe aquí cada dos segundos. Va en la base y no en un archivo
porque los motores pueden estar en otras máquinas que la API.

Los instantes son segundos del reloj de la máquina, no de `modelos.reloj`: un
reloj simulado puede estar detenido y un motor muerto seguiría pareciendo vivo.
"""

from __future__ import annotations

import time

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos.sesion import insertar

CADA_S = 2.0
VIVO_S = 12.0
"""Sin latido en este tiempo, se da por muerto: lo que tenía reservado lo toma otro."""
OLVIDO_S = 3600.0


class Latido(SQLModel, table=True):
    """La última señal de un motor. desde: cuándo dio la primera."""

    motor: str = Field(primary_key=True, max_length=100)
    visto: float
    prefect: bool = False
    desde: float = 0


def pulso() -> float:
    """El instante de la máquina, en segundos; nunca simulado."""
    return time.time()


def latir(s: Session, motor: str, *, prefect: bool) -> None:
    """Anota que el motor vive y si Prefect le responde; olvida a los que llevan una hora callados."""
    valores = {"visto": pulso(), "prefect": prefect}
    orden = insertar(s, Latido).values(motor=motor, desde=pulso(), **valores)
    s.execute(orden.on_conflict_do_update(index_elements=["motor"], set_=valores))
    viejos = delete(Latido).where(col(Latido.visto) < pulso() - OLVIDO_S)
    s.execute(viejos, execution_options={"synchronize_session": False})


def callar(s: Session, motor: str) -> None:
    """El motor termina bien: lo que dejó reservado queda libre en el acto."""
    s.execute(delete(Latido).where(col(Latido.motor) == motor), execution_options={"synchronize_session": False})


def salud(s: Session) -> dict[str, bool]:
    """`{motor, prefect}`: si hay algún motor vivo y si alguno de ellos ve a Prefect."""
    encendidos = vivos(s)
    return {"motor": bool(encendidos), "prefect": any(m.prefect for m in encendidos)}


def vivos(s: Session) -> list[Latido]:
    """Los motores que han latido hace poco."""
    return list(s.scalars(select(Latido).where(col(Latido.visto) >= pulso() - VIVO_S)))
