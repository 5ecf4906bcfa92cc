"""El resumen de la semana: lo vencido que ya no se insiste a quien lo debe, y todo lo vencido a los de arriba.

Una vez por semana, el día del ajuste o el primer hábil que siga. Cada aviso lleva su semana en la llave, así que
puede morir en cualquier línea y repetirse. Lo que alguien acusó con una fecha compromiso calla hasta que pase.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.avisos.a_quien import Interesado, Organigrama
from modelos.ciclos.ciclo import Jornada, marcar
from modelos.ciclos.previstas import es_habil
from modelos.expedientes.expediente import ABIERTOS, EstadoExpediente, Expediente, Turno
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.plazos import hitos
from modelos.plazos.plazo import EstadoPlazo, Plazo
from modelos.sesion import lectura, transaccion
from tareas.avisos.puntos import SEMANA
from tareas.avisos.recordatorios import INSISTENCIAS, quienes_lo_deben

TRABAJO = "resumen_semanal"
LUNES = 1
LOTE = 2000


@dataclass(frozen=True)
class Resumida:
    """Lo que dejó: plazos vencidos que se resumieron y avisos a personas; toca: falso si no era el día."""

    toca: bool
    plazos: int = 0
    avisos: int = 0

    def __str__(self) -> str:
        return f"resumen de la semana: {self.plazos} plazos vencidos, {self.avisos} avisos" if self.toca else ""


def resumir(url: str, dia: date, desde: int = LUNES, insistencias: int = INSISTENCIAS) -> Resumida:
    """Avisa lo de esta semana, si ya le toca y no se ha hecho.

    Recibe:
        dia: hoy. desde: qué día de la semana toca, 1 (lunes) a 5; si es inhábil, el hábil que siga.
        insistencias: las que se hacen a quien debe antes de pasar al resumen.
    """
    lunes = dia - timedelta(days=dia.weekday())
    with lectura(url) as s:
        hecha = s.get(Jornada, (TRABAJO, lunes)) is not None
        if hecha or dia.isoweekday() < desde or not es_habil(s, dia):
            return Resumida(toca=False)
    plazos, avisos, ultimo = 0, 0, ""
    while True:
        with transaccion(url) as s:
            filas = _vencidos(s, dia, ultimo)
            nuevos = _avisos(s, filas, dia, lunes, insistencias)
            hitos.notificar(s, nuevos, reloj.ahora(), dia)
            plazos, avisos = plazos + len(filas), avisos + len(nuevos)
            if not filas:
                marcar(s, TRABAJO, lunes, reloj.ahora(), f"{avisos} avisos")
                return Resumida(toca=True, plazos=plazos, avisos=avisos)
            ultimo = filas[-1].id


def _vencidos(s: Session, dia: date, despues_de: str) -> Sequence[Any]:
    """Los que pasaron de su fecha y nadie ha acusado, por su id."""
    consulta: Any = (
        select(
            col(Plazo.id),
            col(Plazo.folio),
            col(Plazo.turno_id),
            col(Plazo.unidad),
            col(Plazo.vence),
            col(Plazo.insistencias),
            col(Plazo.atendido),
            col(Expediente.procedimiento),
            col(Turno.persona_id).label("tomado_por"),
        )
        .join(Expediente, col(Expediente.folio) == Plazo.folio)
        .join(Turno, col(Turno.id) == Plazo.turno_id, isouter=True)
        .where(
            col(Plazo.estado) == EstadoPlazo.ABIERTO.value,
            col(Plazo.conservador) < dia,
            or_(col(Plazo.compromiso).is_(None), col(Plazo.compromiso) < dia),
            # Uno concluido sólo tiene abierto lo que espera su oficio.
            col(Expediente.estado).in_((EstadoExpediente.EN_CURSO.value, EstadoExpediente.CONCLUIDO.value)),
            or_(func.coalesce(col(Turno.estado), ABIERTOS[0]).in_(ABIERTOS), col(Plazo.atendido).is_not(None)),
            col(Plazo.id) > despues_de,
        )
        .order_by(col(Plazo.id))
        .limit(LOTE)
    )
    return s.execute(consulta).all()


def _avisos(s: Session, filas: Sequence[Any], dia: date, lunes: date, maximo: int) -> list[dict[str, Any]]:
    organigrama = Organigrama(s).completo()
    ocupadas = hitos.ocupadas(s, {f.folio for f in filas if f.turno_id is None})
    return [
        _aviso(f, quien, dia, lunes)
        for f in filas
        for quien in _a_quien(f, quienes_lo_deben(f, ocupadas, organigrama, f.procedimiento), organigrama, dia, maximo)
    ]


def _a_quien(
    f: Any,  # noqa: ANN401 - renglón de SQL
    deben: Sequence[Interesado],
    organigrama: Organigrama,
    dia: date,
    maximo: int,
) -> Iterable[Interesado]:
    """A quien lo debe, cuando ya no se le insiste aparte; si ya venció, también a los de arriba."""
    if f.insistencias >= maximo:
        yield from deben
    if f.vence is None or f.vence >= dia:
        return
    sabidas = {quien.persona for quien in deben}
    for arriba in organigrama.escala(f.unidad):
        for persona in organigrama.de(arriba):
            if persona not in sabidas:
                sabidas.add(persona)
                yield Interesado(persona, arriba, sube=True)


def _aviso(
    f: Any,  # noqa: ANN401 - renglón de SQL
    quien: Interesado,
    dia: date,
    lunes: date,
) -> dict[str, Any]:
    return hitos.notificacion(
        quien.persona,
        f"{SEMANA}:{lunes.isoformat()}:{f.id}",
        ClaseDeNotificacion.HITO,
        f.folio,
        turno=f.turno_id,
        plazo=f.id,
        datos={"hito": SEMANA, "toca": dia.isoformat(), "para": quien.por, "sube": quien.sube},
    )
