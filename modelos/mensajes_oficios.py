"""Lo que se dice de un oficio a quien le llega, y si todavía viene al caso decírselo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.actos.acuses import LLEGO
from modelos.notificaciones import Clase
from modelos.oficio import VIGENTES
from modelos.oficios import Destinatario, Oficio
from modelos.organizacion import Unidad

_TRAMO = 500


@dataclass(frozen=True)
class Llegado:
    """Un oficio y por qué se le dice a alguien.

    unidad: nombre de la que lo emite. para, ccp: unidades por las que le llega a quien se le dice, con su nombre.
    falta: sólo se le recuerda que no lo ha acusado.
    """

    oficio: Oficio
    unidad: str
    para: tuple[str, ...]
    ccp: tuple[str, ...]
    falta: bool


def es_de_oficio(filas: Iterable[Any]) -> bool:
    """Si esas filas de `mensajes.contenido` son de un oficio; una entrega no mezcla."""
    return any(f.clase == Clase.OFICIO for f in filas)


def llegado(s: Session, filas: Sequence[Any]) -> Llegado | None:
    """De qué oficio avisan esas filas, todas del mismo; None si ya no rige, o si sólo se recordaba y ya se acusó."""
    oficio = s.get(Oficio, filas[0].datos["oficio"])
    if oficio is None or oficio.estado not in VIGENTES:
        return None
    consulta = (
        select(Destinatario, col(Unidad.nombre))
        .join(Unidad, col(Unidad.clave) == Destinatario.unidad)
        .where(col(Destinatario.oficio_id) == oficio.id)
        .where(col(Destinatario.orden).in_({f.datos["orden"] for f in filas}))
        .order_by(col(Destinatario.orden))
    )
    llegan = {f.datos["orden"] for f in filas if f.datos["por"] == LLEGO}
    suyos = [(d, nombre) for d, nombre in s.execute(consulta) if d.orden in llegan or d.acusado is None]
    if not suyos:
        return None
    para, ccp = (tuple(f"{nombre} ({d.unidad})" for d, nombre in suyos if d.clase == c) for c in ("para", "ccp"))
    return Llegado(oficio, s.get_one(Unidad, oficio.unidad).nombre, para, ccp, falta=not llegan)


def oficios(s: Session, ids: Iterable[str]) -> dict[str, Oficio]:
    """Esos oficios, por su id."""
    pedidos = sorted(set(ids))
    tramos = (pedidos[i : i + _TRAMO] for i in range(0, len(pedidos), _TRAMO))
    return {o.id: o for tramo in tramos for o in s.scalars(select(Oficio).where(col(Oficio.id).in_(tramo)))}
