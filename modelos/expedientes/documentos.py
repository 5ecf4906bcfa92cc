"""Lo que acompaña a un expediente en su página: los documentos que lo sustentan."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.expedientes.expediente import Anexo, EstadoTurno, Turno
from modelos.organizacion.organigrama import Persona


@dataclass(frozen=True)
class DocumentoDelExpediente:
    """Un anexo con quién lo subió y el turno que sustenta."""

    anexo: Anexo
    turno: Turno
    persona: str


def documentos(s: Session, folio: str) -> list[DocumentoDelExpediente]:
    """Los anexos de lo ya respondido, del más reciente; lo que alguien apenas prepara no se enseña."""
    consulta = (
        select(Anexo, Turno, col(Persona.nombre))
        .join(Turno, col(Turno.id) == Anexo.turno_id)
        .join(Persona, col(Persona.id) == Anexo.persona_id)
        .where(col(Anexo.folio) == folio, col(Turno.estado) == EstadoTurno.ATENDIDO.value)
        .order_by(col(Anexo.subido).desc(), col(Anexo.id))
    )
    return [DocumentoDelExpediente(anexo, turno, nombre) for anexo, turno, nombre in s.execute(consulta)]
