"""Qué turnos se quedan sin quién los atienda cuando alguien se va de una unidad: se dice antes de hacerlo y después."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.columnas import de_los
from modelos.expedientes.expediente import ABIERTOS, Turno
from modelos.organizacion.organigrama import Adscripcion, Persona
from modelos.organizacion.permisos import ATIENDEN
from modelos.organizacion.vigencia import ha_acabado, rige
from modelos.organizacion.vigencia_sql import no_ha_acabado

_UN_DIA = timedelta(days=1)


@dataclass(frozen=True)
class SinNadie:
    """Turnos abiertos de una unidad que nadie puede atender. desde: el primer día así."""

    unidad: str
    turnos: int
    desde: date

    def __str__(self) -> str:
        cuantos = "1 turno" if self.turnos == 1 else f"{self.turnos} turnos"
        return f"{cuantos} de {self.unidad} {'queda' if self.turnos == 1 else 'quedan'} sin nadie"


@dataclass(frozen=True)
class DePersona:
    """Lo que depende de una persona.

    si_se_va: si se le da de baja ahora. si_se_corta: por id de adscripción, si se retira. quedan: lo que ya fijado
    (su baja, un último día) deja o dejará sin nadie.
    """

    si_se_va: Sequence[SinNadie]
    si_se_corta: dict[int, SinNadie]
    quedan: Sequence[SinNadie]


def de_unidad(s: Session, clave: str, hoy: date) -> int:
    """Cuántos turnos abiertos tiene la unidad si hoy nadie los puede atender; 0 si alguien puede."""
    return 0 if _rigen(_quienes(s, [clave], hoy), clave, hoy) else _a_mano(s, [clave]).get(clave, 0)


def de_persona(s: Session, persona: Persona, suyas: Iterable[Adscripcion], hoy: date) -> DePersona:
    """Lo que dejaría, o deja, sin nadie. suyas: todas sus adscripciones."""
    que_atienden = [a for a in suyas if a.rol in ATIENDEN]
    turnos = _a_mano(s, {a.unidad for a in que_atienden})
    quienes = _quienes(s, turnos, hoy)
    si_se_va: dict[str, SinNadie] = {}
    si_se_corta: dict[int, SinNadie] = {}
    quedan: dict[str, SinNadie] = {}
    for a in que_atienden:
        if a.unidad not in turnos:
            continue
        if dia := _sin_esta(persona, a, quienes, hoy):
            si_se_corta[a.id or 0] = SinNadie(a.unidad, turnos[a.unidad], dia)
        if _esta_sola(persona, a, quienes, hoy):
            si_se_va[a.unidad] = SinNadie(a.unidad, turnos[a.unidad], hoy)
        if dia := _al_terminar(persona, a, quienes, hoy):
            quedan[a.unidad] = SinNadie(a.unidad, turnos[a.unidad], dia)
    return DePersona(list(si_se_va.values()), si_se_corta, list(quedan.values()))


def _sin_esta(persona: Persona, a: Adscripcion, quienes: Iterable[Adscripcion], hoy: date) -> date | None:
    """El día en que, retirada esta adscripción, no habría nadie en la unidad; None si habría alguien."""
    if not persona.activa or ha_acabado(a.hasta, hoy):
        return None
    dia = max(hoy, a.desde)
    return None if [otra for otra in _rigen(quienes, a.unidad, dia) if otra.id != a.id] else dia


def _esta_sola(persona: Persona, a: Adscripcion, quienes: Iterable[Adscripcion], hoy: date) -> bool:
    """Si hoy sólo ella atiende a la unidad, con esta adscripción o con otra."""
    if not persona.activa or not rige(a.desde, a.hasta, hoy):
        return False
    return all(otra.persona_id == persona.id for otra in _rigen(quienes, a.unidad, hoy))


def _al_terminar(persona: Persona, a: Adscripcion, quienes: Iterable[Adscripcion], hoy: date) -> date | None:
    """El día en que, por su último día o por la baja, no hay o no habrá nadie en la unidad; None si hay alguien."""
    # De una persona activa, sólo lo que termina o acaba de terminar: lo viejo ya lo dice la página de la unidad.
    if a.hasta is None or (persona.activa and ha_acabado(a.hasta, hoy - _UN_DIA)):
        return None
    dia = max(hoy, a.hasta + _UN_DIA) if persona.activa else hoy
    return None if _rigen(quienes, a.unidad, dia) else dia


def _quienes(s: Session, unidades: Iterable[str], hoy: date) -> Sequence[Adscripcion]:
    """Las adscripciones de hoy en adelante con que alguien activo atiende los turnos de esas unidades."""
    consulta = (
        select(Adscripcion)
        .join(Persona, col(Persona.id) == Adscripcion.persona_id)
        .where(
            col(Adscripcion.unidad).in_(list(unidades)),
            col(Adscripcion.rol).in_(ATIENDEN),
            no_ha_acabado(col(Adscripcion.hasta), hoy),
            col(Persona.activa).is_(True),
        )
    )
    return list(s.scalars(consulta))


def _rigen(quienes: Iterable[Adscripcion], unidad: str, dia: date) -> list[Adscripcion]:
    return [a for a in quienes if a.unidad == unidad and rige(a.desde, a.hasta, dia)]


def _a_mano(s: Session, unidades: Iterable[str]) -> dict[str, int]:
    """Los turnos abiertos que alguien debe atender, de cada unidad que tenga alguno."""
    consulta = (
        select(col(Turno.unidad), func.count())
        .where(col(Turno.unidad).in_(list(unidades)), de_los(col(Turno.estado), ABIERTOS), col(Turno.a_mano).is_(True))
        .group_by(col(Turno.unidad))
    )
    return dict(s.execute(consulta).all())
