"""Volver a contar, por lotes, los plazos por cumplir que se contaron con días inhábiles de antes.

Un lote reserva sus expedientes y salta los que otro tiene: varios motores se reparten el trabajo sin
esperarse. Lo que se mueve, su asiento, la marca de cada plazo y el avance se confirman juntos: si el
proceso muere, ese lote no pasó.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, not_, or_, select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.plazos.conteo import recontado, recontar
from modelos.calendario import publicados
from modelos.dias.dia import Oficina, Publicacion, oficinas, orden_vigente
from modelos.dias.efectos import alcanzados, cambian_entre
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import Expediente
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo
from modelos.tabla.formularios import LARGO_MOTIVO

TIPO = "recuento"
PRINCIPIO = (-1, "")
# Escrito en la orden y no como valores: así se reconoce la condición de los índices parciales.
_POR_CUMPLIR = col(Plazo.estado).in_([literal_column(f"'{estado}'") for estado in POR_CUMPLIR])
_SIN_MOVER = {"synchronize_session": False}


@dataclass(frozen=True)
class Lote:
    """Lo que hizo un lote. vistos: cuántos plazos encontró pendientes; ultimo: hasta dónde llegó."""

    vistos: int
    movidos: int = 0
    sin_cambio: int = 0
    ultimo: tuple[int, str] = PRINCIPIO


def falta(s: Session) -> bool:
    """Si hay algo que recontar, o una publicación que dar por terminada. Cuesta lo mismo con cien mil plazos."""
    orden = orden_vigente(s)
    por_terminar = exists().where(col(Publicacion.orden).is_not(None), col(Publicacion.terminada).is_(False))
    preguntas = (exists().where(_POR_CUMPLIR, col(Plazo.publicacion) < orden), exists().where(*_retenidos()))
    return any(s.scalar(select(pregunta)) for pregunta in (por_terminar, *preguntas))


def recontar_lote(s: Session, desde: tuple[int, str], tamano: int) -> Lote:
    """Recuenta el lote de plazos pendientes que sigue a `desde`; sin ninguno, da por terminado lo publicado."""
    orden = orden_vigente(s)
    lugar = (col(Plazo.publicacion), col(Plazo.id))
    posicion = tuple_(*lugar)
    consulta = select(*lugar, col(Plazo.folio)).order_by(*lugar).limit(tamano)
    atrasados = consulta.where(_POR_CUMPLIR, col(Plazo.publicacion) < orden, posicion > desde)
    filas = s.execute(atrasados).all() or s.execute(consulta.where(*_retenidos(), posicion > desde)).all()
    if not filas:
        if desde == PRINCIPIO:
            _terminar(s, orden)
        return Lote(0)
    movidos, sin_cambio = _recontar(s, orden, list({fila.folio for fila in filas}))
    if movidos or sin_cambio:
        avance = {"movidos": Publicacion.movidos + movidos, "sin_cambio": Publicacion.sin_cambio + sin_cambio}
        s.execute(
            update(Publicacion).where(col(Publicacion.orden) == orden).values(**avance), execution_options=_SIN_MOVER
        )
    return Lote(len(filas), movidos, sin_cambio, (filas[-1].publicacion, filas[-1].id))


def _retenidos() -> tuple[ColumnElement[bool], ...]:
    """Los que no se pudieron contar con otro calendario de ley que el de hoy: quizá ya se publicó su año."""
    hoy = publicados().version
    return (
        _POR_CUMPLIR,
        col(Plazo.vence).is_(None),
        col(Plazo.estado) == EstadoPlazo.SIN_CALCULAR.value,
        not_(col(Plazo.calendario).startswith(hoy, autoescape=True)),
    )


def _recontar(s: Session, orden: int, folios: Sequence[str]) -> tuple[int, int]:
    """Cuántos se movieron y cuántos no, de los expedientes que nadie más tiene reservados."""
    reserva = select(col(Expediente.folio)).where(col(Expediente.folio).in_(folios)).order_by(col(Expediente.folio))
    libres = list(s.scalars(reserva.with_for_update(skip_locked=True, key_share=True)))
    atrasado = col(Plazo.publicacion) < orden
    suyos = (_POR_CUMPLIR, col(Plazo.folio).in_(libres))
    base = s.scalar(select(func.min(col(Plazo.publicacion))).where(*suyos, atrasado))
    toca = alcanzados(s, cambian_entre(s, orden if base is None else base, orden))
    suspendido = col(Plazo.estado) == EstadoPlazo.SUSPENDIDO.value
    intactos = update(Plazo).where(*suyos, atrasado, or_(suspendido, not_(toca)))
    marcados: int = s.execute(intactos.values(publicacion=orden), execution_options=_SIN_MOVER).rowcount  # type: ignore[attr-defined]
    por_contar = select(Plazo).where(*suyos, not_(suspendido), or_(and_(atrasado, toca), and_(*_retenidos())))
    plazos = s.scalars(por_contar.order_by(col(Plazo.id)).with_for_update()).all()
    de_unidad = oficinas(s, {plazo.unidad for plazo in plazos})
    hoy = reloj.hoy()
    movidos: dict[str, list[dict[str, Any]]] = {}
    for plazo in plazos:
        antes = {"vence": _texto(plazo.vence), "conservador": _texto(plazo.conservador)}
        if _volver_a_contar(plazo, de_unidad[plazo.unidad], hoy):
            movidos.setdefault(plazo.folio, []).append({**recontado(plazo), "antes": antes})
    if movidos:
        _asentar(s, orden if base is None else base, orden, movidos)
    s.flush()
    cuantos = sum(len(lista) for lista in movidos.values())
    return cuantos, marcados + len(plazos) - cuantos


def _volver_a_contar(plazo: Plazo, oficina: Oficina, hoy: date) -> bool:
    movido = recontar(plazo, oficina, hoy)
    plazo.calendario = oficina.calendarios.version
    return movido


def _asentar(s: Session, desde: int, hasta: int, movidos: dict[str, list[dict[str, Any]]]) -> None:
    """Un asiento por expediente que se movió, por lo publicado después de `desde` y hasta `hasta`."""
    consulta = select(col(Publicacion.id), col(Publicacion.motivo)).order_by(col(Publicacion.orden))
    publicadas = s.execute(consulta.where(col(Publicacion.orden).between(desde + 1, hasta))).all()
    motivo = "; ".join(p.motivo for p in publicadas)[:LARGO_MOTIVO] or "Se publicó el calendario que faltaba."
    comun = {"publicacion": publicadas[-1].id if publicadas else None, "motivo": motivo}
    expedientes = select(Expediente).where(col(Expediente.folio).in_(movidos)).order_by(col(Expediente.folio))
    ahora = reloj.ahora()
    for expediente in s.scalars(expedientes).all():
        datos = {**comun, "plazos": movidos[expediente.folio]}
        bitacora.asentar(s, expediente, TIPO, bitacora.SISTEMA, expediente.duena, datos, ahora)


def _terminar(s: Session, orden: int) -> None:
    por_terminar = (col(Publicacion.orden) <= orden, col(Publicacion.terminada).is_(False))
    s.execute(update(Publicacion).where(*por_terminar).values(terminada=True), execution_options=_SIN_MOVER)


def _texto(dia: date | None) -> str | None:
    return dia.isoformat() if dia else None
