"""Invariante 6, «nada se pierde de vista»: qué expedientes y qué turnos nadie podría atender.

Sólo consultas: la conciliación las corre cada diez minutos y la administración puede verlas cuando quiera.
"""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from modelos import reloj
from modelos.expedientes.expediente import ABIERTOS, EN_TRAMITE, Encargo, Expediente, Turno
from modelos.organizacion.organigrama import Adscripcion, Persona, vigente
from modelos.organizacion.permisos import ATIENDEN


def sin_rumbo(s: Session, limite: int = 200) -> list[str]:
    """Expedientes abiertos que nada hará avanzar: sin turno que alguien pueda cerrar y sin efecto por cumplir.

    Un incidente cuenta como efecto por cumplir: se ve en el expediente y alguien lo reintenta.
    """
    hijo = aliased(Expediente)
    espera_hijo = exists().where(col(hijo.padre_turno) == Turno.id, col(hijo.estado).in_(EN_TRAMITE))
    con_turno = exists().where(
        col(Turno.folio) == Expediente.folio,
        col(Turno.estado).in_(ABIERTOS),
        col(Turno.a_mano).is_(True) | espera_hijo,
    )
    con_efecto = exists().where(col(Encargo.folio) == Expediente.folio, col(Encargo.hecho).is_(None))
    efecto_del_hijo = exists().where(
        col(hijo.padre) == Expediente.folio, col(Encargo.folio) == hijo.folio, col(Encargo.hecho).is_(None)
    )
    consulta = select(col(Expediente.folio)).where(
        col(Expediente.estado).in_(EN_TRAMITE), ~con_turno, ~con_efecto, ~efecto_del_hijo
    )
    return list(s.scalars(consulta.order_by(col(Expediente.folio)).limit(limite)))


def sin_responsable(s: Session, limite: int = 200) -> list[tuple[str, str]]:
    """Turnos abiertos que hoy ninguna persona activa puede atender, con su unidad."""
    # Si lo tomó alguien que ya no está, lo pueden atender sus compañeros (`modelos.actos.turnos.tenencia`).
    alguien = exists().where(
        col(Adscripcion.unidad) == Turno.unidad,
        col(Adscripcion.rol).in_(ATIENDEN),
        col(Persona.id) == Adscripcion.persona_id,
        col(Persona.activa).is_(True),
        vigente(reloj.hoy()),
    )
    consulta = select(col(Turno.id), col(Turno.unidad)).where(
        col(Turno.estado).in_(ABIERTOS), col(Turno.a_mano).is_(True), ~alguien
    )
    return [(id_, unidad) for id_, unidad in s.execute(consulta.order_by(col(Turno.id)).limit(limite))]
