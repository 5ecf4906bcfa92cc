"""Lo primero que ve cada quien: lo suyo que urge, lo que llegó, lo que espera a otros y lo que va mal.

Cada lista trae unos cuantos renglones y nunca cuenta más allá de un tope, para que la página cueste lo mismo
con cien mil turnos que con cien.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.bandeja.bandeja import TramoDeBandeja, listar
from modelos.bandeja.pedido import PedidoDeBandeja
from modelos.bandeja.por_vencer import esperan
from modelos.columnas import de_los
from modelos.expedientes.expediente import ABIERTOS, Aviso, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.expedientes.visibles import conciernen
from modelos.organizacion.organigrama import Adscripcion, Persona, Unidad, vigente
from modelos.organizacion.permisos import Quien, Rol, atiende, puede_conducir, ve_todo
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo
from modelos.tabla import Catalogo

T = TypeVar("T")
RENGLONES = 6
MIRADOS, LOTE = 1000, 250
_EN_CURSO = (EstadoExpediente.EN_CURSO.value,)


@dataclass(frozen=True)
class Pocos(Generic[T]):
    """Los primeros de una lista. hay_mas: no cupieron todos."""

    elementos: Sequence[T]
    hay_mas: bool = False


@dataclass(frozen=True)
class CifrasDeInicio:
    """Cómo van todos. vencen: plazos vencidos o que vencen a más tardar el domingo; concluidos: en 30 días."""

    en_curso: int
    suspendidos: int
    vencidos: int
    vencen: int
    detenidos: int
    concluidos: int


def urgentes(s: Session, quien: Quien, hoy: date) -> TramoDeBandeja:
    """Lo que vence hoy y lo ya vencido, lo más atrasado primero."""
    return listar(s, quien, PedidoDeBandeja(corte=(None, hoy + timedelta(1))), limite=RENGLONES)


def nuevos(s: Session, quien: Quien) -> Pocos[Turno]:
    """Los turnos de que se le avisó y aún no abre, el último en llegar primero."""
    consulta = (
        select(Turno)
        .join(Aviso, col(Aviso.turno_id) == Turno.id)
        .where(
            col(Aviso.persona_id) == quien.persona,
            col(Aviso.visto).is_(None),
            col(Turno.estado).in_(ABIERTOS),
            col(Turno.a_mano).is_(True),
            col(Turno.unidad).in_(atiende(quien)),
        )
        .order_by(col(Aviso.creado).desc(), col(Aviso.turno_id).desc())
    )
    return _pocos(s, consulta)


def esperan_a_otros(s: Session, quien: Quien) -> Pocos[Expediente]:
    """Los expedientes en que su unidad ya respondió algo y ahora tienen otras, el último en abrirse primero.

    Se busca por lotes y entre los `MIRADOS` más recientes: ninguna base acierta a parar a tiempo por sí sola.
    """
    suyas = sorted(atiende(quien))
    mia, abierto = col(Turno.unidad).in_(suyas), col(Turno.estado).in_(ABIERTOS)
    respondio = mia & (col(Turno.estado) == EstadoTurno.ATENDIDO.value)
    hallados: list[Expediente] = []
    for desde in range(0, MIRADOS, LOTE) if suyas else ():
        lote = list(s.scalars(_en_curso().with_only_columns(col(Expediente.folio)).limit(LOTE).offset(desde)))
        esperan_ = (
            select(col(Turno.folio))
            .where(col(Turno.folio).in_(lote))
            .group_by(col(Turno.folio))
            .having(_alguno(respondio), ~_alguno(mia & abierto), _alguno(~mia & abierto))
        )
        folios = set(s.scalars(esperan_)) if lote else set()
        elegidos = [folio for folio in lote if folio in folios][: RENGLONES + 1 - len(hallados)]
        hallados += s.scalars(_en_curso().where(col(Expediente.folio).in_(elegidos))) if elegidos else ()
        if len(hallados) > RENGLONES or len(lote) < LOTE:
            break
    return Pocos(hallados[:RENGLONES], len(hallados) > RENGLONES)


def conducidos(s: Session, duenas: Collection[str]) -> Pocos[Expediente]:
    """Los expedientes en curso de los procedimientos que conduce, el último en abrirse primero."""
    return _pocos(s, _en_curso().where(col(Expediente.duena).in_(duenas))) if duenas else Pocos(())


def detenidos(s: Session, quien: Quien) -> Pocos[Expediente]:
    """Los que un efecto detuvo y esperan a que alguien lo reintente."""
    consulta = select(Expediente).where(col(Expediente.detenido).is_(True), *conciernen(quien))
    return _pocos(s, consulta.order_by(col(Expediente.abierto), col(Expediente.folio)))


def sin_responsable(s: Session, quien: Quien, duenas: Collection[str]) -> Pocos[Turno]:
    """Los turnos que hoy nadie activo puede atender (invariante 6), de lo que conduce o de la unidad que coordina."""
    con_alguien = (
        select(col(Adscripcion.unidad))
        .select_from(Adscripcion)
        .join(Persona, col(Persona.id) == Adscripcion.persona_id)
        .where(
            col(Adscripcion.rol).in_((Rol.OPERACION, Rol.COORDINACION)),
            col(Persona.activa).is_(True),
            vigente(reloj.hoy()),
        )
    )
    vacias = list(s.scalars(select(col(Unidad.clave)).where(col(Unidad.clave).not_in(con_alguien))))
    suyo = _lo_suyo(quien, duenas)
    turnos: list[Turno] = []
    # Una por una: así el índice da los más antiguos de cada unidad sin recorrer los de las demás.
    for unidad in vacias:
        consulta = select(Turno).where(*esperan(unidad), *suyo).order_by(col(Turno.abierto), col(Turno.id))
        turnos += s.scalars(consulta.limit(RENGLONES + 1))
    turnos.sort(key=lambda t: (t.abierto, t.id))
    return Pocos(turnos[:RENGLONES], len(turnos) > RENGLONES)


def vencidos(s: Session, quien: Quien, hoy: date) -> Pocos[Plazo]:
    """Los plazos ya vencidos que le conciernen, el más atrasado primero."""
    consulta = select(Plazo).where(*_corren(), col(Plazo.vence) < hoy)
    if not ve_todo(quien):
        consulta = (
            consulta.select_from(Plazo).join(Expediente, col(Expediente.folio) == Plazo.folio).where(*conciernen(quien))
        )
    return _pocos(s, consulta.order_by(col(Plazo.vence), col(Plazo.id)))


def cifras(s: Session, hoy: date) -> CifrasDeInicio:
    """Las de todo el sistema: sólo para quien lo ve todo."""
    estados = select(col(Expediente.estado), func.count()).where(
        col(Expediente.estado).in_((EstadoExpediente.EN_CURSO.value, EstadoExpediente.SUSPENDIDO.value))
    )
    de: dict[str, int] = dict(s.execute(estados.group_by(col(Expediente.estado))).all())
    hace_un_mes = reloj.fin_del_dia(hoy - timedelta(31))
    concluidos = select(func.count()).where(
        col(Expediente.estado) == EstadoExpediente.CONCLUIDO.value, col(Expediente.cerrado) >= hace_un_mes
    )
    lunes = hoy + timedelta(7 - hoy.weekday())
    return CifrasDeInicio(
        de.get(EstadoExpediente.EN_CURSO.value, 0),
        de.get(EstadoExpediente.SUSPENDIDO.value, 0),
        _cuantos(s, *_corren(), col(Plazo.vence) < hoy),
        _cuantos(s, *_corren(), col(Plazo.vence) < lunes),
        s.scalar(select(func.count()).where(col(Expediente.detenido).is_(True))) or 0,
        s.scalar(concluidos) or 0,
    )


def abiertos_de(s: Session, folios: Collection[str]) -> dict[str, list[Turno]]:
    """Los turnos abiertos de cada expediente, por folio, en el orden en que se abrieron."""
    de: dict[str, list[Turno]] = {folio: [] for folio in folios}
    consulta = select(Turno).where(col(Turno.folio).in_(list(de)), col(Turno.estado).in_(ABIERTOS))
    for turno in s.scalars(consulta.order_by(col(Turno.apertura), col(Turno.id))) if de else ():
        de[turno.folio].append(turno)
    return de


def duenas_que_conduce(quien: Quien, tablas: Catalogo) -> list[str]:
    """Las unidades dueñas de algún procedimiento que conduce quien pregunta."""
    return sorted({tabla.duena.value for tabla in tablas if puede_conducir(quien, tabla.duena)})


# --- piezas --------------------------------------------------------------------


def _en_curso() -> Select[Any]:
    consulta = select(Expediente).where(de_los(col(Expediente.estado), _EN_CURSO))
    return consulta.order_by(col(Expediente.abierto).desc(), col(Expediente.folio).desc())


def _lo_suyo(quien: Quien, duenas: Collection[str]) -> list[ColumnElement[bool]]:
    """De los turnos, los de expedientes que conduce y los de las unidades que coordina; todos, si lo ve todo."""
    if ve_todo(quien):
        return []
    coordina = [unidad for unidad, rol in quien.adscripciones if rol is Rol.COORDINACION]
    conducido = exists().where(col(Expediente.folio) == Turno.folio, col(Expediente.duena).in_(duenas))
    return [or_(col(Turno.unidad).in_(coordina), conducido)]


def _corren() -> list[ColumnElement[bool]]:
    """Lo primero es la condición de los índices por fecha."""
    return [de_los(col(Plazo.estado), POR_CUMPLIR), de_los(col(Plazo.estado), (EstadoPlazo.ABIERTO.value,))]


def _alguno(donde: ColumnElement[bool]) -> ColumnElement[bool]:
    """Que lo cumpla alguna fila del grupo."""
    return func.max(case((donde, 1), else_=0)) == 1


def _cuantos(s: Session, *donde: ColumnElement[bool]) -> int:
    return s.scalar(select(func.count()).select_from(Plazo).where(*donde)) or 0


def _pocos(s: Session, consulta: Select[Any]) -> Pocos[Any]:
    filas = list(s.scalars(consulta.limit(RENGLONES + 1)))
    return Pocos(filas[:RENGLONES], len(filas) > RENGLONES)
