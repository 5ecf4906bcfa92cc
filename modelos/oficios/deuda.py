"""Qué oficios debe un expediente: los que sus pasos pidieron y todavía no se firman o no salen.

Nada se guarda aparte: la deuda es lo que hay en `Oficio`, así que se salda al firmar y enviar, o al registrar el
documento que se firmó fuera. También la de un expediente ya concluido.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, select, union_all
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from modelos.expedientes.expediente import Encargo, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.oficios.oficio import Oficio
from modelos.plazos.plazo import POR_CUMPLIR, Plazo
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.actividad import Actividad
from modelos.tabla.avance import Pendiente
from modelos.tabla.emision import HECHOS, POR_SALIR, VIGENTES, Emision

_anterior = aliased(Oficio)
# Escrito en la orden y no como valores: así se reconoce la condición del índice parcial.
_POR_SALIR = col(Oficio.estado).in_([literal_column(f"'{estado}'") for estado in POR_SALIR])
_CORRIGE_A_UNO_VIGENTE = exists().where(col(_anterior.id) == Oficio.sustituye, col(_anterior.estado).in_(VIGENTES))
SE_DEBE: ColumnElement[bool] = and_(_POR_SALIR, col(Oficio.turno_id).is_not(None), ~_CORRIGE_A_UNO_VIGENTE)
"""Condición sobre `Oficio`: lo pidió un paso y falta que se firme o que salga; corregir uno vigente no es deber."""
DEBE_OFICIOS: ColumnElement[bool] = and_(
    col(Expediente.estado) != EstadoExpediente.CANCELADO.value,
    col(Expediente.folio).in_(select(col(Oficio.folio)).where(SE_DEBE)),
)
"""Condición sobre `Expediente`: debe oficios, termine o no; lo que quedó de uno cancelado ya no se debe."""
CONCLUIDO_DEBIENDO: ColumnElement[bool] = and_(col(Expediente.estado) == EstadoExpediente.CONCLUIDO.value, DEBE_OFICIOS)
"""Condición sobre `Expediente`: terminó y debe oficios."""


@dataclass(frozen=True)
class Debido:
    """Lo que se debe de un oficio. plazo: el que corre y se cumple con él. pendiente: falta que se firme o que salga.

    exigido: la fuente lo pide expresamente, con ese fundamento.
    """

    oficio: Oficio
    plazo: Plazo | None = None
    exigido: bool = False
    fundamento: str = ""
    pendiente: bool = False


def cuantos(s: Session, folios: Iterable[str]) -> dict[str, int]:
    """Cuántos oficios debe cada expediente, contando los que el motor aún no redacta; sin los que no deben."""
    pedidos = list(folios)
    if not pedidos:
        return {}
    debidos: dict[str, int] = {}
    for folio, cuantos_ in s.execute(union_all(_por_folio(pedidos), _sin_redactar(pedidos))):
        debidos[folio] = debidos.get(folio, 0) + cuantos_
    return debidos


def de_expediente(s: Session, tablas: Catalogo, folio: str) -> list[Debido]:
    """Los que debe uno, del más antiguo al más reciente."""
    suyos = select(Oficio).where(col(Oficio.folio) == folio, SE_DEBE)
    oficios = s.scalars(suyos.order_by(col(Oficio.creado), col(Oficio.asiento), col(Oficio.id))).all()
    return list(de_oficios(s, tablas, oficios).values())


def de_oficios(s: Session, tablas: Catalogo, oficios: Sequence[Oficio]) -> dict[str, Debido]:
    """Lo que se debe de cada uno, por su id, con lo que su tabla y sus plazos dicen de él."""
    if not oficios:
        return {}
    ids = [o.id for o in oficios if o.estado in POR_SALIR]
    pendientes = set(s.scalars(select(col(Oficio.id)).where(col(Oficio.id).in_(ids), SE_DEBE))) if ids else set()
    esperan = plazos_que_esperan(s, [o for o in oficios if o.id in pendientes])
    emisiones = _emisiones(s, tablas, {o.folio for o in oficios})
    debidos: dict[str, Debido] = {}
    for o in oficios:
        emision = emisiones[o.folio].get(o.clave)
        exigido, fundamento = (emision.exigido, emision.fundamento) if emision else (False, "")
        debidos[o.id] = Debido(o, esperan.get(o.id), exigido, fundamento, o.id in pendientes)
    return debidos


def plazos_que_esperan(s: Session, oficios: Sequence[Oficio]) -> dict[str, Plazo]:
    """De cada oficio, por su id, el plazo por cumplir que se cumple con él."""
    folios = {o.folio for o in oficios}
    corren = select(Plazo).where(
        col(Plazo.folio).in_(folios), col(Plazo.acto) != "", col(Plazo.estado).in_(POR_CUMPLIR)
    )
    plazos = s.scalars(corren.order_by(col(Plazo.vence), col(Plazo.id))).all() if folios else []
    hallados: dict[str, Plazo] = {}
    for o in oficios:
        for plazo in plazos:
            if plazo.folio == o.folio and plazo.acto == o.clave and plazo.turno_id in (None, o.turno_id):
                hallados.setdefault(o.id, plazo)
    return hallados


def exigidos_sin_firmar(
    s: Session, tabla: Tabla, expediente: Expediente, por_responder: tuple[Pendiente, str] | None = None
) -> list[tuple[Actividad, Emision, str]]:
    """Los que la norma exige de lo ya respondido y no existen firmados, ni aquí ni fuera; con quién los emite.

    por_responder: el turno y la salida por la que se respondería, como si ya se hubiera hecho.
    """
    exigidos = _exigidos(tabla)
    if not exigidos:
        return []
    firmados = _firmados(s, expediente.folio)
    faltan: dict[tuple[str, str], tuple[Actividad, Emision, str]] = {}
    respuestas = _respuestas(s, expediente.folio, list(exigidos))
    if por_responder:
        respuestas.append((por_responder[0].actividad, por_responder[1], por_responder[0].unidad))
    for clave, salida, unidad in respuestas:
        for emision in exigidos.get(clave, ()):
            de = tabla[clave].emisora(emision, unidad)
            if (emision.clave, de) not in firmados and emision.se_debe(salida, expediente.datos):
                faltan[emision.clave, de] = (tabla[clave], emision, de)
    return list(faltan.values())


def _exigidos(tabla: Tabla) -> dict[str, list[Emision]]:
    """Los que la norma exige, por la actividad que los pide; sin las que no piden ninguno."""
    return {a.clave: suyos for a in tabla.actividades if (suyos := [e for e in a.oficios if e.exigido])}


def _respuestas(s: Session, folio: str, actividades: Sequence[str]) -> list[tuple[str, str, str]]:
    """(actividad, salida, unidad) de cada turno atendido de esas actividades, en el orden en que se abrieron."""
    atendidos = select(col(Turno.actividad), col(Turno.salida), col(Turno.unidad)).where(
        col(Turno.folio) == folio,
        col(Turno.estado) == EstadoTurno.ATENDIDO.value,
        col(Turno.actividad).in_(actividades),
    )
    return [(clave, salida or "", de) for clave, salida, de in s.execute(atendidos.order_by(col(Turno.apertura)))]


def _firmados(s: Session, folio: str) -> set[tuple[str, str]]:
    """(clave, unidad que lo emitió) de los ya firmados, aquí o fuera."""
    suyos = col(Oficio.folio) == folio, col(Oficio.estado).in_(HECHOS)
    return {(clave, de) for clave, de in s.execute(select(col(Oficio.clave), col(Oficio.unidad)).where(*suyos))}


def _emisiones(s: Session, tablas: Catalogo, folios: Iterable[str]) -> dict[str, dict[str, Emision]]:
    """De cada expediente, lo que su tabla dice de cada oficio, por su clave."""
    casos = s.scalars(select(Expediente).where(col(Expediente.folio).in_(list(folios))))
    return {caso.folio: tablas.para_ver(caso).emisiones for caso in casos}


def _por_folio(folios: Sequence[str]) -> Select[str, int]:
    consulta = select(col(Oficio.folio), func.count()).where(col(Oficio.folio).in_(folios), SE_DEBE)
    return consulta.group_by(col(Oficio.folio))


def _sin_redactar(folios: Sequence[str]) -> Select[str, int]:
    pedidos = select(col(Encargo.folio), func.count()).where(
        col(Encargo.folio).in_(folios),
        col(Encargo.efecto).startswith("oficio:"),
        col(Encargo.hecho).is_(None),
    )
    return pedidos.group_by(col(Encargo.folio))
