"""Los tramos en que un plazo no corre, vistos desde cada perfil."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from modelos.calendario.errores import PlazoInvalido
from modelos.calendario.fechas import fecha_corta
from modelos.calendario.habiles import Calendario
from modelos.calendario.recepcion import Horario, llegada


@dataclass(frozen=True, slots=True)
class Suspension:
    """Un tramo en que el plazo no corre.

    desde: el día en que se detuvo, que todavía cuenta como corrido.
    hasta: cuándo se contestó; el plazo sigue el hábil posterior a que se tenga por recibido.
    """

    desde: date
    hasta: date | datetime
    motivo: str


@dataclass(frozen=True, slots=True)
class Pausa:
    """Una suspensión vista desde un perfil: del día en que se detuvo al día en que se tiene por contestada."""

    desde: date
    hasta: date
    motivo: str


def pausas_de(cal: Calendario, suspensiones: Sequence[Suspension], horario: Horario) -> tuple[Pausa, ...]:
    """Las suspensiones vistas desde un perfil, en el huso y horario de quien recibe."""
    return tuple(Pausa(s.desde, llegada(s.hasta, horario).recibido(cal), s.motivo) for s in suspensiones)


def recortadas(recibido: date, pausas: Sequence[Pausa]) -> tuple[Pausa, ...]:
    """Las mismas, desde que el plazo corre y sin encimarse; sin las que así no detuvieron nada."""
    quedan: list[Pausa] = []
    corre = recibido
    for pausa in pausas:
        desde = max(pausa.desde, corre)
        if pausa.hasta > desde:
            quedan.append(Pausa(desde, pausa.hasta, pausa.motivo))
            corre = pausa.hasta
    return tuple(quedan)


def exigir_orden(recibido: date, pausas: Sequence[Pausa]) -> None:
    """Lanza PlazoInvalido si alguna no dice su motivo, empieza antes de que corra o se encima con otra."""
    anterior = recibido
    for pausa in pausas:
        if not pausa.motivo.strip():
            raise PlazoInvalido("la suspensión no dice su motivo", "Escriba por qué se suspende; se asienta.")
        if pausa.desde < anterior:
            raise PlazoInvalido(
                f"la suspensión del {fecha_corta(pausa.desde)} empieza antes del {fecha_corta(anterior)}, "
                "cuando el plazo no corría o ya estaba suspendido",
                "Reanude antes de volver a suspender, y escriba las fechas en orden.",
            )
        if pausa.hasta < pausa.desde:
            raise PlazoInvalido(
                f"la suspensión del {fecha_corta(pausa.desde)} termina antes de empezar", "Revise sus dos fechas."
            )
        anterior = pausa.hasta
