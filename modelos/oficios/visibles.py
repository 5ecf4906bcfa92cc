"""Qué oficios ve cada quien: los de sus expedientes, los que puede firmar y los que le llegaron.

Un borrador sólo lo ve quien lo puede corregir; firmado, lo ven también quienes ven el expediente y a quienes va.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.errores import FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.visibles import conciernen
from modelos.listas import LIMITE, Pagina, paginar
from modelos.oficios import titulares
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.organizacion.permisos import Quien, atiende, conducidas, ve_todo
from modelos.tabla.emision import CON_NUMERO, VIGENTES, EstadoOficio

_NUMERADO = col(Oficio.estado).in_(CON_NUMERO)


def visible(s: Session, quien: Quien, id_: str) -> Oficio:
    """El oficio, si a quien pregunta le toca verlo.

    Lanza:
        NoExiste: no hay tal. NoLeCorresponde: es de otros.
    """
    oficio = s.get(Oficio, id_)
    if oficio is None:
        raise NoExiste("el oficio", id_)
    consulta = select(exists().where(col(Oficio.id) == id_, col(Oficio.folio) == Expediente.folio, _ve(s, quien)))
    if not s.scalar(consulta):
        raise NoLeCorresponde("ver este oficio", "la unidad que lo emite y aquellas a las que va")
    return oficio


def del_expediente(
    s: Session, quien: Quien, folio: str, *, cursor: str | None = None, limite: int = LIMITE
) -> Pagina[Oficio]:
    """Los del expediente que puede ver, el más reciente primero."""
    return _pagina(s, quien, [col(Oficio.folio) == folio], cursor, limite)


def de_turno(s: Session, quien: Quien, turno: str) -> Sequence[Oficio]:
    """Los que pidió ese turno y siguen vivos, en orden."""
    suyos = (
        select(Oficio)
        .join(Expediente, col(Expediente.folio) == Oficio.folio)
        .where(col(Oficio.turno_id) == turno, col(Oficio.estado) != EstadoOficio.DESCARTADO.value, _ve(s, quien))
    )
    return s.scalars(suyos.order_by(col(Oficio.creado), col(Oficio.id))).all()


def lista(
    s: Session,
    quien: Quien,
    *,
    estado: str = "",
    unidad: str = "",
    texto: str = "",
    emitidos: bool = False,
    cursor: str | None = None,
    limite: int = LIMITE,
) -> Pagina[Oficio]:
    """Todos los que puede ver, el más reciente primero.

    texto: en el número o en el asunto. emitidos: sin los que sólo ve porque le llegaron. Lanza FormularioIncompleto.
    """
    condiciones: list[ColumnElement[bool]] = []
    if estado:
        if estado not in set(EstadoOficio):
            raise FormularioIncompleto({"estado": f"use uno de: {', '.join(EstadoOficio)}"})
        condiciones.append(col(Oficio.estado) == estado)
    if unidad:
        condiciones.append(col(Oficio.unidad) == unidad)
    if emitidos:
        condiciones.append(_emite(s, quien))
    return _pagina(s, quien, [*condiciones, *_dice(texto)], cursor, limite)


def por_firmar(
    s: Session, quien: Quien, *, texto: str = "", cursor: str | None = None, limite: int = LIMITE
) -> Pagina[Oficio]:
    """Los borradores que hoy puede firmar, por su cargo o su suplencia."""
    condiciones = [col(Oficio.estado) == EstadoOficio.BORRADOR.value, _firma(s, quien)]
    return _pagina(s, quien, [*condiciones, *_dice(texto)], cursor, limite)


def recibidos(
    s: Session,
    quien: Quien,
    *,
    sin_acuse: bool = False,
    texto: str = "",
    cursor: str | None = None,
    limite: int = LIMITE,
) -> Pagina[Oficio]:
    """Los que llegaron a sus unidades; sin_acuse: sólo los que a alguna le falta acusar."""
    condiciones = [col(Oficio.estado).in_(VIGENTES), _llego_a(s, quien, sin_acuse=sin_acuse)]
    return _pagina(s, quien, [*condiciones, *_dice(texto)], cursor, limite)


def cuentas(s: Session, quien: Quien) -> dict[str, int]:
    """Cuántos tiene por firmar y cuántos recibidos sin acuse: lo que se ve en el menú."""
    firmar = select(func.count()).select_from(Oficio).join(Expediente, col(Expediente.folio) == Oficio.folio)
    firmar = firmar.where(col(Oficio.estado) == EstadoOficio.BORRADOR.value, _firma(s, quien))
    acusar = select(func.count()).where(col(Oficio.estado).in_(VIGENTES), _llego_a(s, quien, sin_acuse=True))
    return {"por_firmar": s.scalar(firmar) or 0, "por_acusar": s.scalar(acusar) or 0}


def destinatarios_de(s: Session, ids: Sequence[str]) -> dict[str, list[Destinatario]]:
    """A quién va cada uno, en orden."""
    hallados: dict[str, list[Destinatario]] = {id_: [] for id_ in ids}
    consulta = select(Destinatario).where(col(Destinatario.oficio_id).in_(ids))
    for uno in s.scalars(consulta.order_by(col(Destinatario.oficio_id), col(Destinatario.orden))):
        hallados[uno.oficio_id].append(uno)
    return hallados


def sin_acuse(s: Session, enviados_hasta: date) -> Sequence[Any]:
    """Los que faltan por acusar y no se les ha recordado, de lo enviado hasta ese día, inclusive; del más antiguo.

    Renglones con id y enviado del oficio, y orden y unidad del destinatario; sin los de fuera del sistema.
    """
    consulta = (
        select(col(Oficio.id), col(Oficio.enviado), col(Destinatario.orden), col(Destinatario.unidad))
        .join(Destinatario, col(Destinatario.oficio_id) == Oficio.id)
        .where(
            col(Oficio.estado) == EstadoOficio.ENVIADO.value,
            col(Destinatario.clase) == "para",
            col(Destinatario.acusado).is_(None),
            col(Destinatario.recordado).is_(None),
            col(Destinatario.unidad).is_not(None),
            col(Oficio.enviado) < reloj.fin_del_dia(enviados_hasta),
        )
        .order_by(col(Oficio.enviado), col(Oficio.id), col(Destinatario.orden))
    )
    return s.execute(consulta).all()


# --- piezas --------------------------------------------------------------------


def _ve(s: Session, quien: Quien) -> ColumnElement[bool]:
    """Condición sobre `Oficio` y su `Expediente`: lo que le toca ver."""
    if ve_todo(quien):
        return col(Oficio.id).is_not(None)
    # Quien lo firmó lo sigue viendo aunque su suplencia haya terminado.
    suyo = or_(col(Oficio.firmante_id) == quien.persona, _llego_a(s, quien, sin_acuse=False), and_(*conciernen(quien)))
    return or_(_emite(s, quien), and_(_NUMERADO, suyo))


def _emite(s: Session, quien: Quien) -> ColumnElement[bool]:
    """Los de sus unidades y los de los expedientes que conduce; todos, si ve todo."""
    if ve_todo(quien):
        return col(Oficio.id).is_not(None)
    return or_(col(Oficio.unidad).in_(atiende(quien)), _firma(s, quien), col(Expediente.duena).in_(conducidas(quien)))


def _firma(s: Session, quien: Quien) -> ColumnElement[bool]:
    """Condición sobre `Oficio` y su `Expediente`: los que hoy puede firmar; hay suplencias de unos trámites."""
    de = titulares.lo_que_firma(s, quien.persona, reloj.hoy())
    enteras = col(Oficio.unidad).in_([unidad for unidad, cuales in de.items() if cuales is None])
    algunos = [
        (col(Oficio.unidad) == unidad) & col(Expediente.procedimiento).in_(cuales)
        for unidad, cuales in de.items()
        if cuales is not None
    ]
    return or_(enteras, *algunos)


def _dice(texto: str) -> list[ColumnElement[bool]]:
    """Que el número o el asunto lleven ese texto. Lanza FormularioIncompleto si trae lo que no se puede guardar."""
    buscado = limpiar_texto("texto", texto).strip()
    como = [col(columna).icontains(buscado, autoescape=True) for columna in (Oficio.numero, Oficio.asunto)]
    return [or_(*como)] if buscado else []


def _llego_a(s: Session, quien: Quien, *, sin_acuse: bool) -> ColumnElement[bool]:
    """Si llegó a sus unidades o a aquellas por las que firma; sin_acuse: y le toca acusarlo."""
    con_cargo = set(titulares.unidades_que_firma(s, quien.persona, reloj.hoy()))
    suyas = (atiende(quien) if sin_acuse else quien.unidades) | con_cargo
    mias = [col(Destinatario.oficio_id) == Oficio.id, col(Destinatario.unidad).in_(suyas)]
    if sin_acuse:
        mias += [col(Destinatario.acusado).is_(None), col(Destinatario.clase) == "para"]
    return exists().where(*mias)


def _pagina(
    s: Session, quien: Quien, condiciones: Sequence[ColumnElement[bool]], cursor: str | None, limite: int
) -> Pagina[Oficio]:
    base = select(Oficio).join(Expediente, col(Expediente.folio) == Oficio.folio).where(*condiciones, _ve(s, quien))
    return paginar(s, base, (col(Oficio.creado), col(Oficio.id)), cursor, limite, baja=True)
