"""De las notificaciones que faltan por salir a las entregas: una por destino, y qué lleva cada una.

El id de una entrega sale de lo que es (el resumen de tal día para tal destino, o tales notificaciones),
así que armarla dos veces da la misma fila.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import bindparam, exists, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.columnas import Instante
from modelos.expediente import ABIERTOS, Expediente, Turno
from modelos.notificaciones import Canal, Clase, Entrega, EstadoEntrega, Notificacion
from modelos.organizacion import Persona
from modelos.plazos import EstadoPlazo, Plazo
from modelos.reloj import iso
from modelos.sesion import insertar

_ESPACIO = UUID("6f1a2b0e-3c53-5a0b-9d1e-0d57c0de0022")
TRAMO = 500
_sin_salir = col(Notificacion.salio).is_(None)
_sube = col(Notificacion.datos)["sube"].as_boolean()
_MARCAR = {
    "postgresql": text("UPDATE notificacion SET salio = :ahora WHERE id = ANY(CAST(:ids AS int[]))"),
    "sqlite": text("UPDATE notificacion SET salio = :ahora WHERE id IN (SELECT value FROM json_each(:ids))"),
}


@dataclass(frozen=True)
class Destino:
    """A dónde va una entrega: el correo de una persona (sin canal), uno de sus canales, o el de una unidad.

    desde: cuándo se dio de alta; distingue a este destino del de otra instancia con los mismos números.
    """

    persona: int | None
    canal: int | None
    desde: datetime


def hay_por_salir(s: Session, *, con_hitos: bool) -> bool:
    """Si hay alguna notificación que ya pueda salir; con_hitos: también las de plazos, que van en el resumen."""
    return bool(s.scalar(select(exists().where(_sin_salir, *_clases(con_hitos=con_hitos)))))


def por_salir(s: Session, *, con_hitos: bool) -> Iterator[Any]:
    """Las notificaciones sin salir, por persona y en su orden; `viva`: si todavía vienen al caso.

    Se leen por tramos: puede haber cientos de miles.
    """
    # El plazo de un turno lleva el id del turno.
    plazo = func.coalesce(col(Notificacion.plazo_id), col(Notificacion.turno_id))
    tomado_por = col(Turno.persona_id)
    suya = tomado_por.is_(None) | (tomado_por == Notificacion.persona_id) | _sube.is_(True)
    turno_vivo = col(Notificacion.turno_id).is_(None) | (col(Turno.estado).in_(ABIERTOS) & suya)
    plazo_vivo = (col(Notificacion.clase) == Clase.TURNO.value) | (col(Plazo.estado) == EstadoPlazo.ABIERTO.value)
    consulta = (
        select(
            col(Notificacion.id),
            col(Notificacion.persona_id),
            col(Notificacion.clase),
            col(Notificacion.folio),
            col(Plazo.vence),
            col(Plazo.conservador),
            (turno_vivo & plazo_vivo & col(Persona.activa).is_(True)).label("viva"),
        )
        .join(Persona, col(Persona.id) == Notificacion.persona_id)
        .join(Turno, col(Turno.id) == Notificacion.turno_id, isouter=True)
        .join(Plazo, col(Plazo.id) == plazo, isouter=True)
        .where(_sin_salir, *_clases(con_hitos=con_hitos))
        .order_by(col(Notificacion.persona_id), col(Notificacion.id))
    )
    yield from s.execute(consulta, execution_options={"yield_per": 5000})


def para_unidades(s: Session, unidades: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """(id, clave, unidad) de las que están sin salir y se deben saber por esas unidades."""
    para = col(Notificacion.datos)["para"].as_string()
    consulta = select(col(Notificacion.id), col(Notificacion.clave), para).where(_sin_salir, para.in_(list(unidades)))
    for fila in s.execute(consulta.order_by(col(Notificacion.id))):
        yield fila[0], fila[1], fila[2]


def personas_por_avisar(s: Session) -> list[int]:
    """De quiénes son las notificaciones que no han salido."""
    return list(s.scalars(select(col(Notificacion.persona_id)).where(_sin_salir).distinct()))


def altas(s: Session, personas: Iterable[int]) -> dict[int, datetime]:
    """Cuándo se dio de alta a cada persona."""
    pedidas = list(personas)
    de: dict[int, datetime] = {}
    for i in range(0, len(pedidas), TRAMO):
        consulta = select(col(Persona.id), col(Persona.creada)).where(col(Persona.id).in_(pedidas[i : i + TRAMO]))
        de |= {id_: creada for id_, creada in s.execute(consulta) if id_ is not None}
    return de


def viene_al_caso(f: Any, persona: int | None) -> bool:  # noqa: ANN401 - renglón de SQL
    """Lo mismo que `viva`, al momento de enviar: ni el turno ni el plazo terminaron, y no lo tomó otra persona.

    persona: a quién se le diría; None: al canal de una unidad.
    """
    if f.turno_id and f.turno_estado not in ABIERTOS:
        return False
    if f.clase == Clase.HITO and f.plazo_estado != EstadoPlazo.ABIERTO:
        return False
    return bool(f.datos.get("sube")) or persona is None or f.tomado_por in (None, persona)


def canales_activos(s: Session) -> list[Canal]:
    """Los canales en uso, de personas y de unidades."""
    return list(s.scalars(select(Canal).where(col(Canal.activo).is_(True)).order_by(col(Canal.id))))


def id_resumen(destino: Destino, dia: date) -> str:
    """El id de su resumen de ese día: sólo puede haber uno."""
    return _id(destino, f"resumen {dia.isoformat()}")


def id_suelta(destino: Destino, notificaciones: Iterable[int]) -> str:
    """El id de una entrega que lleva justo esas notificaciones."""
    return _id(destino, "notificaciones " + ",".join(map(str, sorted(notificaciones))))


def existentes(s: Session, ids: Iterable[str]) -> set[str]:
    """Cuáles de esas entregas ya se armaron."""
    pedidos = list(ids)
    hallados: set[str] = set()
    for i in range(0, len(pedidos), TRAMO):
        hallados |= set(s.scalars(select(col(Entrega.id)).where(col(Entrega.id).in_(pedidos[i : i + TRAMO]))))
    return hallados


def entrega(
    id_: str, destino: Destino, asunto: str, notificaciones: list[int], ahora: datetime, proximo: float
) -> dict[str, Any]:
    """Una fila de `Entrega` por enviar."""
    return {
        "id": id_,
        "persona_id": destino.persona,
        "canal_id": destino.canal,
        "estado": EstadoEntrega.PENDIENTE.value,
        "asunto": asunto[:300],
        "notificaciones": notificaciones,
        "creada": ahora,
        "proximo": proximo,
        "intentos": 0,
    }


def guardar(s: Session, entregas: Sequence[dict[str, Any]], salieron: Sequence[int], ahora: datetime) -> None:
    """Guarda las entregas nuevas y marca como salidas las notificaciones que llevan, o que ya no hacían falta."""
    if entregas:
        s.execute(insertar(s, Entrega).on_conflict_do_nothing(), list(entregas))
    dialecto = s.get_bind().dialect.name
    marcar = _MARCAR[dialecto].bindparams(bindparam("ahora", type_=Instante))
    for i in range(0, len(salieron), 20 * TRAMO):
        ids = list(salieron[i : i + 20 * TRAMO])
        s.execute(marcar, {"ahora": ahora, "ids": json.dumps(ids) if dialecto == "sqlite" else ids})


def contenido(s: Session, notificaciones: Sequence[int]) -> Sequence[Any]:
    """Lo que lleva una entrega, con todo lo que se dirá de cada cosa: expediente, turno y plazo como están ahora."""
    plazo = func.coalesce(col(Notificacion.plazo_id), col(Notificacion.turno_id))
    columnas = select(
        col(Notificacion.clave),
        col(Notificacion.clase),
        col(Notificacion.folio),
        col(Notificacion.datos),
        col(Notificacion.turno_id),
        col(Turno.estado).label("turno_estado"),
        col(Turno.persona_id).label("tomado_por"),
        col(Turno.actividad),
        col(Turno.unidad).label("turno_unidad"),
        col(Expediente.procedimiento),
        col(Expediente.version),
        col(Expediente.asunto),
        col(Plazo.estado).label("plazo_estado"),
        col(Plazo.que),
        col(Plazo.unidad).label("plazo_unidad"),
        col(Plazo.vence),
        col(Plazo.conservador),
        col(Plazo.fundamento),
        col(Plazo.inferido),
        col(Plazo.computo),
    )
    consulta = (
        columnas.join(Expediente, col(Expediente.folio) == Notificacion.folio)
        .join(Turno, col(Turno.id) == Notificacion.turno_id, isouter=True)
        .join(Plazo, col(Plazo.id) == plazo, isouter=True)
        .order_by(col(Notificacion.id))
    )
    filas: list[Any] = []
    for i in range(0, len(notificaciones), TRAMO):
        filas += s.execute(consulta.where(col(Notificacion.id).in_(notificaciones[i : i + TRAMO]))).all()
    return filas


def _clases(*, con_hitos: bool) -> list[Any]:
    return [] if con_hitos else [col(Notificacion.clase) == Clase.TURNO.value]


def _id(destino: Destino, que: str) -> str:
    return str(uuid5(_ESPACIO, f"{que} para {destino.persona}/{destino.canal} desde {iso(destino.desde)}"))
