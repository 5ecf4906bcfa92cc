"""Quién debe oficios: los expedientes que terminaron debiéndolos y, por unidad, lo que espera firma."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.expedientes.expediente import Expediente
from modelos.expedientes.visibles import conciernen
from modelos.oficios.deuda import CONCLUIDO_DEBIENDO
from modelos.organizacion.permisos import Quien


def concluidos_debiendo(s: Session, quien: Quien, limite: int) -> list[Expediente]:
    """Los que le conciernen, terminaron y deben oficios, el que terminó hace más primero."""
    consulta = select(Expediente).where(CONCLUIDO_DEBIENDO, *conciernen(quien))
    return list(s.scalars(consulta.order_by(col(Expediente.cerrado), col(Expediente.folio)).limit(limite)))
