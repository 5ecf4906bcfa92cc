"""Lo que el motor ve y `/salud` repite: una fila por cosa vigilada, con lo último que se vio de ella.

La API no le pregunta nada a Prefect: quien habla con él lo anota aquí. Los instantes son
del reloj de la máquina (`modelos.motor.latido.pulso`), para que un reloj simulado no esconda un atraso.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from modelos.columnas import columna_json
from modelos.motor.latido import pulso
from modelos.sesion import insertar

PREFECT = "prefect"
"""Lo que el motor ve en el servidor de Prefect; lo escribe `flujos.vigia`."""
CONCILIACION = "conciliacion"
"""La última conciliación que terminó, la haya pedido Prefect o la haya hecho el motor por su cuenta."""
CONCILIACION_PREFECT = "conciliacion.prefect"
"""La última que terminó pedida por Prefect."""

TRAMO_CONCILIADO = "conciliacion.tramo"
"""Hasta qué folio llegó el último tramo de los que siguen en trámite; vacío: se empieza otra vuelta."""


class Senal(SQLModel, table=True):
    """Lo último que se vio de algo. visto: segundos de `pulso`; datos: qué se vio."""

    clave: str = Field(primary_key=True, max_length=40)
    visto: float
    datos: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))


def anotar(s: Session, clave: str, **datos: object) -> None:
    """Anota lo que se ve ahora; vale lo último que se anotó, sea de quien sea."""
    valores = {"visto": pulso(), "datos": datos}
    orden = insertar(s, Senal).values(clave=clave, **valores)
    s.execute(orden.on_conflict_do_update(index_elements=["clave"], set_=valores))


def ultimas(s: Session) -> dict[str, Senal]:
    """La última de cada cosa, por su clave."""
    return {senal.clave: senal for senal in s.scalars(select(Senal))}
