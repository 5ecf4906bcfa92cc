"""Cuánto correo recibió cada quien en un año simulado: por semana, y el de días sin nada nuevo que le tocara."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.avisos.entrega import Entrega, EstadoEntrega
from modelos.expedientes.notificacion import Notificacion
from modelos.organizacion.organigrama import Persona
from modelos.plazos.plazo import Recordatorio

Renglon = tuple[str, str, int, int]
"""Correo de la persona, semana («2027-W09»), mensajes, y de ellos los de días sin un turno propio nuevo."""


@dataclass(frozen=True)
class Correos:
    """El correo del año. por_semana, sin_nuevos: (mediana, percentil 95, máximo) por persona y semana con alguno.

    sin_nuevos: sólo los de días en que a esa persona no le llegó ningún turno propio. insistencia: la más alta que
    se avisó de un plazo vencido. del_anio: los de quien más recibió.
    """

    por_semana: tuple[int, int, int]
    sin_nuevos: tuple[int, int, int]
    insistencia: int
    del_anio: int
    renglones: tuple[Renglon, ...]

    def __str__(self) -> str:
        semana, sin_nuevos = ("{} / {} / {}".format(*x) for x in (self.por_semana, self.sin_nuevos))
        return (
            f"Correos por persona y semana (mediana / p95 / máximo): {semana}; en días sin turno propio nuevo, "
            f"{sin_nuevos}. Quien más recibió en el año: {self.del_anio}. Insistencia más alta: {self.insistencia}."
        )


def contar(s: Session) -> Correos:
    """Lo cuenta de las entregas que salieron por correo a personas; los canales no se cuentan."""
    nuevos = _dias_con_turno_nuevo(s)
    total: Counter[tuple[str, str]] = Counter()
    sin_nuevos: Counter[tuple[str, str]] = Counter()
    enviadas = (
        select(col(Persona.correo), col(Entrega.persona_id), col(Entrega.enviada))
        .join(Persona, col(Persona.id) == Entrega.persona_id)
        .where(col(Entrega.estado) == EstadoEntrega.ENVIADA.value, col(Entrega.canal_id).is_(None))
    )
    for correo, persona, enviada in s.execute(enviadas):
        if enviada is None:  # nunca: salió
            continue
        dia = reloj.local(enviada).date()
        llave = (correo, "{}-W{:02d}".format(*dia.isocalendar()))
        total[llave] += 1
        sin_nuevos[llave] += (persona, dia) not in nuevos
    renglones = tuple((*llave, cuantos, sin_nuevos[llave]) for llave, cuantos in sorted(total.items()))
    del_anio: Counter[str] = Counter()
    for (correo, _), cuantos in total.items():
        del_anio[correo] += cuantos
    return Correos(
        _resumen(total.values()),
        _resumen(sin_nuevos.values()),
        _insistencia(s.scalars(select(col(Recordatorio.hito)).where(col(Recordatorio.enviado).is_(True)))),
        max(del_anio.values(), default=0),
        renglones,
    )


def _dias_con_turno_nuevo(s: Session) -> set[tuple[int, date]]:
    """(persona, día) en que le llegó un turno suyo; no los que sólo sabe porque en la unidad no hay nadie."""
    propia = col(Notificacion.datos)["sube"].as_boolean().is_not(True)
    consulta = select(col(Notificacion.persona_id), col(Notificacion.dia)).where(
        col(Notificacion.clave).startswith("turno:"), propia
    )
    return {(persona, dia) for persona, dia in s.execute(consulta.distinct())}


def _resumen(cuantos: Iterable[int]) -> tuple[int, int, int]:
    orden = sorted(cuantos) or [0]
    return orden[len(orden) // 2], orden[_en(orden, 0.95)], orden[-1]


def _en(orden: Sequence[int], parte: float) -> int:
    return min(len(orden) - 1, int(parte * len(orden)))


def _insistencia(hitos: Iterable[str]) -> int:
    numeros = (hito.removeprefix("vencido-").partition(".")[0] for hito in hitos if hito.startswith("vencido-"))
    return max(map(int, numeros), default=0)
