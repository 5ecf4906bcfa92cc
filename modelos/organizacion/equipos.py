"""Los equipos desde los que una persona ya entró: quien falla desde otro sitio no los deja fuera.

Un equipo es una ficha al azar guardada en su navegador; de ella sólo queda su huella.
En uno compartido la misma ficha sirve a varias personas, cada una con su renglón.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, delete, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.columnas import Instante
from modelos.organizacion import claves
from modelos.sesion import insertar


class Equipo(SQLModel, table=True):
    """Que esa persona entró con esa ficha, y cuándo fue la última vez."""

    huella: str = Field(primary_key=True, max_length=64)
    persona_id: int = Field(primary_key=True, foreign_key="persona.id", index=True)
    visto: datetime = Field(sa_column=Column(Instante, nullable=False))


def es_conocido(s: Session, ajustes: Ajustes, ficha: str | None, persona: int | None = None) -> bool:
    """Si con esa ficha ya entró esa persona; sin decir cuál, si ya entró alguien."""
    if not ficha:
        return False
    desde = reloj.ahora() - timedelta(days=ajustes.equipo_dias)
    suyo = select(col(Equipo.huella)).where(col(Equipo.huella) == claves.huella(ficha), col(Equipo.visto) > desde)
    if persona is not None:
        suyo = suyo.where(col(Equipo.persona_id) == persona)
    return s.scalar(suyo.limit(1)) is not None


def recordar(s: Session, ajustes: Ajustes, ficha: str, persona: int) -> str:
    """Anota que esa persona entró ahí, y olvida los que ya nadie usa; devuelve la ficha que guarda su navegador."""
    ahora = reloj.ahora()
    s.execute(delete(Equipo).where(col(Equipo.visto) < ahora - timedelta(days=ajustes.equipo_dias)))
    # Una que no se conoce no se adopta: pudo ponerla otro.
    usada = ficha if es_conocido(s, ajustes, ficha) else claves.token_nuevo()
    fila = {"huella": claves.huella(usada), "persona_id": persona, "visto": ahora}
    nueva = insertar(s, Equipo).values(fila)
    s.execute(nueva.on_conflict_do_update(index_elements=["huella", "persona_id"], set_={"visto": ahora}))
    return usada


def olvidar(s: Session, persona: int) -> None:
    """Todos los de una persona, como al cambiar su contraseña o darla de baja."""
    s.execute(delete(Equipo).where(col(Equipo.persona_id) == persona))
