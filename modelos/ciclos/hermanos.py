"""Los demás expedientes del mismo procedimiento y periodo."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.ciclos.ciclo import PARA_TODOS, Apertura
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.visibles import conciernen
from modelos.organizacion.permisos import Quien
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.plazo import DEL_PERIODO

PARIENTES_MAXIMO = 12


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
