"""A quién se le hace saber lo que se debe: la única regla, para avisos, recordatorios, campañas y correo.

Un turno toca a quien lo tomó, mientras pueda atenderlo; si no lo tomó nadie, o quien lo tomó ya no está, a todas
las personas de la unidad; si en la unidad no hay nadie, al primer nivel de arriba que tenga gente; y si tampoco, a
la administración, que es quien puede adscribir a alguien. Siempre hay a quién decírselo. Lo que sólo espera un
oficio toca a quien lo firma; y un oficio lo recibe, además de quienes atienden la unidad, quien tiene el cargo.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.columnas import de_los
from modelos.expedientes.expediente import EstadoTurno, Turno
from modelos.oficios import titulares
from modelos.organizacion.organigrama import Adscripcion, Persona, responsables, responsables_de_todas, vigente
from modelos.organizacion.permisos import ATIENDEN, Rol
from modelos.plazos import hitos


class Interesado(NamedTuple):
    """Una persona y la unidad por la que se entera. sube: no lo debe; se le dice porque nadie de la unidad puede."""

    persona: int
    por: str
    sube: bool


@dataclass
class Organigrama:
    """Quién atiende cada unidad y hacia dónde se sube lo suyo; se lee una vez y sirve para muchos turnos."""

    s: Session
    _completo: bool = False
    _estatales: dict[str, str] | None = None
    _personas: dict[str, list[int]] = field(default_factory=dict)
    _tocan: dict[tuple[str, int | None], list[Interesado]] = field(default_factory=dict)
    _firman: dict[tuple[str, str], list[Interesado]] = field(default_factory=dict)
    _reciben: dict[str, list[int]] = field(default_factory=dict)

    def de(self, unidad: str) -> list[int]:
        """Las personas activas que hoy pueden atender los turnos de la unidad."""
        if unidad not in self._personas:
            self._personas[unidad] = [] if self._completo else responsables(self.s, unidad)
        return self._personas[unidad]

    def completo(self) -> Organigrama:
        """Él mismo, habiendo leído de una vez quién atiende cada unidad: para quien preguntará por muchas."""
        self._personas, self._completo = responsables_de_todas(self.s), True
        return self

    def escala(self, unidad: str) -> tuple[str, ...]:
        """A quiénes se sube lo de esa unidad, del más cercano al último."""
        if self._estatales is None:
            self._estatales = hitos.estatales_de_cast(self.s)
        return hitos.escala(unidad, self._estatales)

    def toca(self, unidad: str, tomado_por: int | None) -> list[Interesado]:
        """A quiénes toca un turno abierto de esa unidad. tomado_por: quien lo apartó, aunque ya no esté."""
        llave = (unidad, tomado_por if tomado_por in self.de(unidad) else None)
        if llave not in self._tocan:
            self._tocan[llave] = self._decidir(*llave)
        return self._tocan[llave]

    def firma(self, unidad: str, procedimiento: str) -> list[Interesado]:
        """A quiénes toca firmar por la unidad los oficios de ese procedimiento; si no consta nadie, a quienes toca."""
        llave = (unidad, procedimiento)
        if llave not in self._firman:
            firmantes = titulares.firman(self.s, unidad, reloj.hoy(), procedimiento)
            self._firman[llave] = [Interesado(p, unidad, sube=False) for p in firmantes] or self.toca(unidad, None)
        return self._firman[llave]

    def recibe(self, unidad: str) -> list[int]:
        """Las personas a las que se les avisa de un oficio que llega a la unidad."""
        if unidad not in self._reciben:
            con_cargo = titulares.titular(self.s, unidad, reloj.hoy())
            cargo = [con_cargo[0].persona_id] if con_cargo else []
            self._reciben[unidad] = sorted({*self.de(unidad), *cargo})
        return self._reciben[unidad]

    def _decidir(self, unidad: str, presente: int | None) -> list[Interesado]:
        if presente is not None:
            return [Interesado(presente, unidad, sube=False)]
        for cual in (unidad, *self.escala(unidad)):
            if personas := self.de(cual):
                return [Interesado(p, cual, cual != unidad) for p in personas]
        return [Interesado(p, cual, sube=True) for p, cual in _administran(self.s)]


def ausentes(s: Session, turnos: Iterable[Turno]) -> set[str]:
    """De esos turnos, los que tomó alguien que hoy ya no puede atenderlos; por su id. Una consulta."""
    tomados = [t.id for t in turnos if t.persona_id is not None and t.estado == EstadoTurno.TOMADO]
    if not tomados:
        return set()
    return set(s.scalars(select(col(Turno.id)).where(col(Turno.id).in_(tomados), ~_presente())))


def tomados_por_ausentes(s: Session, persona: int | None = None) -> list[str]:
    """Los turnos que tomó alguien que ya no puede atenderlos, por su id; de una persona, o de todas."""
    consulta = select(col(Turno.id)).where(de_los(col(Turno.estado), (EstadoTurno.TOMADO.value,)), ~_presente())
    if persona is not None:
        consulta = consulta.where(col(Turno.persona_id) == persona)
    return list(s.scalars(consulta.order_by(col(Turno.id))))


def _presente() -> ColumnElement[bool]:
    """Condición SQL: quien tomó el turno es de las personas que hoy pueden atenderlo."""
    en_la_unidad = and_(col(Adscripcion.persona_id) == Turno.persona_id, col(Adscripcion.unidad) == Turno.unidad)
    consulta = select(col(Adscripcion.id)).join(Persona, col(Persona.id) == Adscripcion.persona_id)
    return (
        consulta.where(
            en_la_unidad,
            col(Adscripcion.rol).in_(ATIENDEN),
            col(Persona.activa).is_(True),
            vigente(reloj.hoy()),
        )
        .correlate(Turno)
        .exists()
    )


def _administran(s: Session) -> list[tuple[int, str]]:
    """Quienes administran, con la unidad por la que lo hacen."""
    consulta = (
        select(col(Persona.id), col(Adscripcion.unidad))
        .join(Adscripcion, col(Adscripcion.persona_id) == Persona.id)
        .where(col(Adscripcion.rol) == Rol.ADMINISTRACION, col(Persona.activa).is_(True), vigente(reloj.hoy()))
        .order_by(col(Persona.id), col(Adscripcion.unidad))
    )
    de: dict[int, str] = {}
    for persona, unidad in s.execute(consulta):
        de.setdefault(persona or 0, unidad)
    return list(de.items())
