"""A quién se le dice cada día qué oficios esperan su firma, y cuáles son en el momento de decírselo.

Un aviso por persona y día: lleva de qué unidades y procedimientos firma, y al salir se mira de nuevo lo que sigue
esperando. Así no se dice lo ya firmado, y lo que se debe no se calla.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.avisos.a_quien import Organigrama
from modelos.expedientes.expediente import EstadoExpediente, Expediente
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.oficios.deuda import SE_DEBE
from modelos.oficios.oficio import Oficio
from modelos.plazos import hitos
from modelos.tabla.emision import EstadoOficio

Ambito = tuple[str, str]
"""Una unidad que emite, y un procedimiento: quien suple puede firmar sólo los de algunos."""
_ESPERAN: ColumnElement[bool] = and_(
    SE_DEBE,
    col(Oficio.estado) == EstadoOficio.BORRADOR.value,
    col(Expediente.estado).in_((EstadoExpediente.EN_CURSO.value, EstadoExpediente.CONCLUIDO.value)),
)


def por_avisar(s: Session, hoy: date) -> list[dict[str, Any]]:
    """Un aviso por persona con algo que firmar; de una unidad sin quien firme, a quienes toca."""
    grupos = (
        select(col(Oficio.unidad), col(Expediente.procedimiento), func.count(), func.min(col(Oficio.folio)))
        .join(Expediente, col(Expediente.folio) == Oficio.folio)
        .where(_ESPERAN)
        .group_by(col(Oficio.unidad), col(Expediente.procedimiento))
        .order_by(col(Oficio.unidad), col(Expediente.procedimiento))
    )
    organigrama = Organigrama(s)
    de: dict[int, list[tuple[Ambito, int, str]]] = {}
    for unidad, procedimiento, cuantos, folio in s.execute(grupos):
        for quien in organigrama.firma(unidad, procedimiento):
            de.setdefault(quien.persona, []).append(((unidad, procedimiento), cuantos, folio))
    return [
        hitos.notificacion(
            persona,
            f"firma:{hoy.isoformat()}",
            ClaseDeNotificacion.FIRMA,
            suyos[0][2],
            turno=None,
            plazo=None,
            datos={
                "para": suyos[0][0][0],
                "sube": False,
                "cuantos": sum(cuantos for _, cuantos, _ in suyos),
                "ambitos": [list(ambito) for ambito, _, _ in suyos],
            },
        )
        for persona, suyos in sorted(de.items())
    ]


def esperan(s: Session, ambitos: Iterable[Sequence[str]]) -> list[tuple[Oficio, Expediente]]:
    """Los que todavía esperan firma en esos ámbitos, del más antiguo al más reciente."""
    pedidos = [and_(col(Oficio.unidad) == unidad, col(Expediente.procedimiento) == p) for unidad, p in ambitos]
    if not pedidos:
        return []
    consulta = select(Oficio, Expediente).join(Expediente, col(Expediente.folio) == Oficio.folio)
    consulta = consulta.where(_ESPERAN, or_(*pedidos)).order_by(col(Oficio.creado), col(Oficio.id))
    return [(oficio, expediente) for oficio, expediente in s.execute(consulta)]
