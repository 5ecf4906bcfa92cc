"""Dar por vistos los avisos: no cambia el expediente, así que no deja asiento."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.expedientes.expediente import Aviso
from modelos.organizacion.permisos import Quien


def marcar_visto(s: Session, quien: Quien, turno: str, ahora: datetime) -> None:
    """Quita la marca de nuevo de ese turno a quien lo abrió; repetirlo no cambia nada."""
    suyo = update(Aviso).where(
        col(Aviso.persona_id) == quien.persona, col(Aviso.turno_id) == turno, col(Aviso.visto).is_(None)
    )
    s.execute(suyo.values(visto=ahora), execution_options={"synchronize_session": False})
