"""Las unidades de una campaña, en la forma del contrato."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy.orm import Session

from api.v1.esquemas import campanas as formas
from api.v1.esquemas.comunes import EstadoExpediente, EstadoTurno
from api.vistas.comunes import citada
from modelos.ciclos import campanas as consultas_campanas
from modelos.ciclos.campanas import Miembro
from modelos.expedientes import visibles
from modelos.expedientes.expediente import ABIERTOS, Expediente, Turno
from modelos.plazos import vencimientos
from modelos.plazos.vencimientos import FechasDePlazo


def renglones(s: Session, tramo: Sequence[Miembro], de: Mapping[str, Sequence[Expediente]]) -> list[formas.Renglon]:
    """Cada unidad con los suyos; todos los turnos se leen de una vez."""
    folios = [e.folio for m in tramo for e in de.get(m.clave, ())]
    turnos = _abiertos_de(s, folios)
    return [
        formas.Renglon(
            unidad=m.clave,
            nombre=m.nombre,
            entidad=m.entidad,
            con_gente=m.con_gente,
            expedientes=[_suyo(e) for e in de.get(m.clave, ())],
            turnos=[turno for e in de.get(m.clave, ()) for turno in turnos[e.folio]],
        )
        for m in tramo
    ]


def _suyo(expediente: Expediente) -> formas.ExpedienteDeCampana:
    estado = cast("EstadoExpediente", expediente.estado)
    return formas.ExpedienteDeCampana(folio=expediente.folio, estado=estado)


def _abiertos_de(s: Session, folios: list[str]) -> dict[str, list[formas.TurnoDeCampana]]:
    """Los turnos que cada expediente debe, con quién los tiene y cuándo vencen."""
    de = consultas_campanas.turnos_de(s, folios)
    abiertos = {folio: [t for t in todos if t.estado in ABIERTOS] for folio, todos in de.items()}
    todos = [t for suyos in abiertos.values() for t in suyos]
    fechas, nombres = vencimientos.fechas_de(s, todos), visibles.nombres(s, (t.persona_id for t in todos))
    return {
        folio: [_turno(t, fechas.get(t.id), nombres.get(t.persona_id or 0, "")) for t in suyos]
        for folio, suyos in abiertos.items()
    }


def _turno(turno: Turno, fecha: FechasDePlazo | None, nombre: str) -> formas.TurnoDeCampana:
    return formas.TurnoDeCampana(
        id=turno.id,
        actividad=turno.actividad,
        unidad=turno.unidad,
        estado=cast("EstadoTurno", turno.estado),
        persona=citada(turno.persona_id, nombre),
        vence=fecha.vence if fecha else None,
    )
