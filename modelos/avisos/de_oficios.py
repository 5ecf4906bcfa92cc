"""Lo que se dice de un oficio a quien le llega, y si todavía viene al caso decírselo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.oficios.oficio import Destinatario, Oficio
from modelos.organizacion.organigrama import Unidad
from modelos.tabla.emision import VIGENTES

LLEGO, ACUSE = "llego", "acuse"
"""Por qué se notifica un oficio: porque llegó, o porque falta acusarlo."""
_TRAMO = 500
SIN_EFECTO = "El oficio ya no rige."
YA_ACUSADO = "Ya consta su acuse de recibido."


@dataclass(frozen=True)
class Llegado:
    """Un oficio y por qué se le dice a alguien.

    unidad: nombre de la que lo emite. para, ccp: unidades por las que le llega a quien se le dice, con su nombre.
    falta: sólo se le recuerda que no lo ha acusado. por_acusar: si alguna de `para` no lo ha acusado.
    """

    oficio: Oficio
    unidad: str
    para: tuple[str, ...]
    ccp: tuple[str, ...]
    falta: bool
    por_acusar: bool


def llegados(s: Session, filas: Iterable[Any]) -> tuple[list[Llegado], dict[int, str]]:
    """De qué oficios avisan esas filas de `mensajes.contenido`, y por qué ya no se dicen las demás, por su id."""
    de: dict[str, list[Any]] = {}
    for f in filas:
        de.setdefault(f.datos["oficio"], []).append(f)
    hallados: list[Llegado] = []
    omitidas: dict[int, str] = {}
    for id_, suyas in de.items():
        oficio = s.get(Oficio, id_)
        if oficio is None or oficio.estado not in VIGENTES:
            omitidas |= {f.id: SIN_EFECTO for f in suyas}
        elif llegado := _llegado(s, oficio, suyas):
            hallados.append(llegado)
        else:
            omitidas |= {f.id: YA_ACUSADO for f in suyas}
    return hallados, omitidas


def _llegado(s: Session, oficio: Oficio, filas: Sequence[Any]) -> Llegado | None:
    """Lo que se dice de ese oficio; None si sólo se recordaba su acuse y ya consta."""
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
    para, ccp = _de_clase("para", suyos), _de_clase("ccp", suyos)
    por_acusar = any(d.clase == "para" and d.acusado is None for d, _ in suyos)
    emite = s.get_one(Unidad, oficio.unidad).nombre
    return Llegado(oficio, emite, para, ccp, falta=not llegan, por_acusar=por_acusar)


def _de_clase(clase: str, suyos: Iterable[tuple[Destinatario, str]]) -> tuple[str, ...]:
    return tuple(f"{nombre} ({d.unidad})" for d, nombre in suyos if d.clase == clase)


def oficios(s: Session, ids: Iterable[str]) -> dict[str, Oficio]:
    """Esos oficios, por su id."""
    pedidos = sorted(set(ids))
    tramos = (pedidos[i : i + _TRAMO] for i in range(0, len(pedidos), _TRAMO))
    return {o.id: o for tramo in tramos for o in s.scalars(select(Oficio).where(col(Oficio.id).in_(tramo)))}
