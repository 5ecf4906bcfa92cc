"""Lo que acompaña a un expediente en su página: los documentos que lo sustentan y los expedientes emparentados."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.ciclos.ciclo import PARA_TODOS, Apertura
from modelos.expedientes.expediente import Anexo, EstadoTurno, Expediente, Turno
from modelos.expedientes.visibles import conciernen
from modelos.organizacion.organigrama import Persona
from modelos.organizacion.permisos import Quien
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.plazo import DEL_PERIODO

PARIENTES_MAXIMO = 12


@dataclass(frozen=True)
class Documento:
    """Un anexo con quién lo subió y el turno que sustenta."""

    anexo: Anexo
    turno: Turno
    persona: str


def documentos(s: Session, folio: str) -> list[Documento]:
    """Los anexos de lo ya respondido, del más reciente; lo que alguien apenas prepara no se enseña."""
    consulta = (
        select(Anexo, Turno, col(Persona.nombre))
        .join(Turno, col(Turno.id) == Anexo.turno_id)
        .join(Persona, col(Persona.id) == Anexo.persona_id)
        .where(col(Anexo.folio) == folio, col(Turno.estado) == EstadoTurno.ATENDIDO.value)
        .order_by(col(Anexo.subido).desc(), col(Anexo.id))
    )
    return [Documento(anexo, turno, nombre) for anexo, turno, nombre in s.execute(consulta)]


def del_mismo_periodo(
    s: Session, quien: Quien, tablas: Catalogo, tabla: Tabla, expediente: Expediente
) -> Sequence[Expediente]:
    """Los de la misma unidad y periodo que abrieron otros ciclos, y que quien mira puede leer.

    Se busca por la llave de `Apertura`: lo que no nace de un ciclo no tiene periodo con que emparentarse.
    """
    periodo = str(expediente.datos.get(DEL_PERIODO) or "")
    if not periodo:
        return ()
    unidad = PARA_TODOS
    if tabla.ciclo and tabla.ciclo.grupo:
        unidad = str(expediente.datos.get(tabla.ciclo.dato) or "")
    ciclicas = sorted({t.clave for t in tablas if t.ciclo})
    folios = select(col(Apertura.folio)).where(
        col(Apertura.procedimiento).in_(ciclicas), col(Apertura.periodo) == periodo, col(Apertura.unidad) == unidad
    )
    consulta = select(Expediente).where(
        col(Expediente.folio).in_(folios), col(Expediente.folio) != expediente.folio, *conciernen(quien)
    )
    return s.scalars(consulta.order_by(col(Expediente.abierto), col(Expediente.folio)).limit(PARIENTES_MAXIMO)).all()
