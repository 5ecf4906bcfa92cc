"""Buscar entre los expedientes que a cada quien le conciernen."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import (
    ABIERTOS,
    EstadoExpediente,
    Expediente,
    Turno,
    plegar,
)
from modelos.expedientes.visibles import conciernen
from modelos.listas import LIMITE, Pagina, paginar
from modelos.oficios.deuda import CONCLUIDO_DEBIENDO
from modelos.organizacion.permisos import Quien

DEBIENDO = "concluido_debiendo"
"""Los que terminaron y deben oficios: no es un estado aparte, se buscan así."""
ESTADOS_BUSCADOS = (*(estado.value for estado in EstadoExpediente), DEBIENDO)


def expedientes(
    s: Session,
    quien: Quien,
    *,
    procedimiento: str | None = None,
    estado: str | None = None,
    unidad: str | None = None,
    texto: str | None = None,
    cursor: str | None = None,
    limite: int = LIMITE,
) -> Pagina[Expediente]:
    """Los expedientes que le conciernen, el más reciente primero.

    estado: el de un expediente, o `DEBIENDO`. unidad: con un turno abierto en ella; texto: en el folio o en el asunto.
    """
    condiciones = conciernen(quien)
    if procedimiento:
        condiciones.append(col(Expediente.procedimiento) == procedimiento)
    if estado:
        if estado not in ESTADOS_BUSCADOS:
            raise FormularioIncompleto({"estado": f"use uno de: {', '.join(ESTADOS_BUSCADOS)}"})
        condiciones.append(CONCLUIDO_DEBIENDO if estado == DEBIENDO else col(Expediente.estado) == estado)
    if unidad:
        abierto = exists().where(
            col(Turno.folio) == Expediente.folio, col(Turno.unidad) == unidad, col(Turno.estado).in_(ABIERTOS)
        )
        condiciones.append(abierto)
    if texto and (buscado := plegar(limpiar_texto("texto", texto)).strip()):
        condiciones.append(col(Expediente.busqueda).contains(buscado, autoescape=True))
    base = select(Expediente).where(*condiciones)
    return paginar(s, base, (col(Expediente.abierto), col(Expediente.folio)), cursor, limite, baja=True)
