"""Cuándo se tiene por recibido algo: el mismo día, o el hábil siguiente si llegó en día u hora inhábil.

La hora que cuenta es la de la autoridad que recibe, no la de quien envía ni la del servidor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from modelos.calendario.errores import PlazoInvalido
from modelos.calendario.fechas import fecha_corta
from modelos.calendario.habiles import Calendario

CENTRO = ZoneInfo("America/Mexico_City")


@dataclass(frozen=True, slots=True)
class Horario:
    """Horario hábil de una oficina, en su huso; ambas horas incluidas (LFPA art. 30)."""

    abre: time = time(8)
    cierra: time = time(18)
    zona: ZoneInfo = CENTRO


OFICINAS_NACIONALES = Horario()


@dataclass(frozen=True, slots=True)
class Llegada:
    """Un evento puesto en el huso de la oficina; `fuera_de_hora` lo dice, vacío si llegó en hora hábil."""

    momento: date | datetime
    dia: date
    fuera_de_hora: str = ""

    def recibido(self, calendario: Calendario) -> date:
        """El día en que se tiene por recibido bajo ese perfil."""
        if self.fuera_de_hora or not calendario.es_habil(self.dia):
            return calendario.sumar(self.dia, 1)
        return self.dia

    def nota(self, calendario: Calendario) -> str:
        """Por qué no se tiene por recibido ese día; vacía si sí."""
        inhabil = calendario.inhabil(self.dia)
        if inhabil is not None:
            return f"el {fecha_corta(self.dia)} es inhábil ({inhabil.motivo}, {inhabil.fundamento})"
        return f"llegó {self.fuera_de_hora}" if self.fuera_de_hora else ""


def llegada(evento: date | datetime, horario: Horario = OFICINAS_NACIONALES) -> Llegada:
    """El evento visto desde la oficina. Una fecha sola se entiende en hora hábil.

    Lanza:
        PlazoInvalido: el instante no trae zona y no se sabe qué día era.
    """
    if not isinstance(evento, datetime):
        return Llegada(evento, evento)
    if evento.tzinfo is None:
        raise PlazoInvalido(
            f"el instante {evento.isoformat()} no dice su zona horaria",
            "Escríbalo con zona, por ejemplo 2026-05-15T09:00:00-06:00, o sólo la fecha.",
        )
    try:
        local = evento.astimezone(horario.zona)
    except OverflowError:
        raise PlazoInvalido(f"el año {evento.year} no se puede contar", "Revise la fecha del evento.") from None
    if horario.abre <= local.time() <= horario.cierra:
        return Llegada(local, local.date())
    return Llegada(
        local, local.date(), f"a las {local:%H:%M}, fuera del horario de {horario.abre:%H:%M} a {horario.cierra:%H:%M}"
    )
