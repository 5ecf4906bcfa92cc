"""La marca de lo que alguien está mirando: cambia si cambió lo que su página enseña, y cuesta una consulta con índice.

No dice qué cambió: quien mira vuelve a pedir la página, que ya sabe qué puede enseñarle. La fecha entra en la
marca porque a medianoche cambia lo urgente.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from modelos import reloj
from modelos.columnas import de_los
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.expedientes.comodidades import Comentario, Mencion
from modelos.expedientes.expediente import ABIERTOS, Expediente, Turno
from modelos.expedientes.visibles import conciernen, expediente_visible
from modelos.oficios.oficio import Oficio
from modelos.organizacion.permisos import Quien, atiende

EN_LA_PUNTA = 100
"""De una bandeja, los turnos más antiguos y más recientes de que se mira si alguien los tomó."""
HASTA = 2000
"""Hasta cuántos se cuentan: en una bandeja mayor, lo que cambie a la mitad se ve al recargar."""


def marca(s: Session, quien: Quien, que: str) -> str:
    """La marca de `expediente:FOLIO`, `turno:ID` o `bandeja`, para quien pregunta.

    Lanza:
        FormularioIncompleto: no es ninguno de ésos.
        NoExiste, NoLeCorresponde: ya no puede verlo.
    """
    clase, _, cual = que.partition(":")
    if clase not in _MARCAS or bool(cual) == (clase == "bandeja"):
        raise FormularioIncompleto({"que": "use expediente:FOLIO, turno:ID o bandeja"})
    partes = (reloj.hoy().isoformat(), *_MARCAS[clase](s, quien, cual))
    return hashlib.sha256("|".join(map(str, partes)).encode()).hexdigest()[:16]


def _de_expediente(s: Session, quien: Quien, folio: str) -> tuple[Any, ...]:
    hijo = aliased(Expediente)
    dichos = select(func.max(col(Comentario.id))).where(col(Comentario.folio) == folio).scalar_subquery()
    hijos = select(func.sum(col(hijo.asientos))).where(col(hijo.padre) == folio).scalar_subquery()
    # Corregir un borrador no deja asiento; sube su versión.
    oficios = select(func.sum(col(Oficio.version))).where(col(Oficio.folio) == folio).scalar_subquery()
    consulta = select(
        col(Expediente.asientos), col(Expediente.estado), col(Expediente.detenido), dichos, hijos, oficios
    ).where(col(Expediente.folio) == folio)
    return _si_lo_ve(s, quien, cast("Select[Any]", consulta), folio)


def _de_turno(s: Session, quien: Quien, id_: str) -> tuple[Any, ...]:
    suyo = aliased(Turno)  # con otro nombre: `conciernen` mira los turnos de todo el expediente
    columnas = select(col(suyo.version), col(suyo.estado), col(suyo.anexos), col(Expediente.asientos))
    de_turno = columnas.join(Expediente, col(Expediente.folio) == suyo.folio).where(col(suyo.id) == id_)
    consulta = cast("Select[Any]", de_turno)
    fila = s.execute(consulta.where(*conciernen(quien))).first()
    if fila is not None:
        return tuple(fila)
    folio = s.scalar(select(col(Turno.folio)).where(col(Turno.id) == id_))
    if folio is None:
        raise NoExiste("el turno", id_)
    return _si_lo_ve(s, quien, consulta, folio)


def _de_bandeja(s: Session, quien: Quien, _: str) -> tuple[Any, ...]:
    menciones = select(func.count()).where(col(Mencion.persona_id) == quien.persona, col(Mencion.visto).is_(None))
    partes: list[ScalarSelect[Any]] = [menciones.scalar_subquery()]
    for unidad in sorted(atiende(quien)):
        # Por unidad y con el estado escrito: así cada parte la responde el índice de la bandeja, sin tocar la tabla.
        suyos = col(Turno.unidad) == unidad, de_los(col(Turno.estado), ABIERTOS)
        contados = select(col(Turno.abierto)).where(*suyos).limit(HASTA).subquery()
        partes.append(select(func.count()).select_from(contados).scalar_subquery())
        for orden in (col(Turno.abierto).asc(), col(Turno.abierto).desc()):
            punta = select(col(Turno.version), col(Turno.abierto)).where(*suyos).order_by(orden).limit(EN_LA_PUNTA)
            de_punta = punta.subquery()
            partes.append(select(func.sum(de_punta.c.version)).scalar_subquery())
            partes.append(select(func.max(de_punta.c.abierto)).scalar_subquery())
    return tuple(s.execute(select(*partes)).one())


_MARCAS: Mapping[str, Callable[[Session, Quien, str], tuple[Any, ...]]] = {
    "expediente": _de_expediente,
    "turno": _de_turno,
    "bandeja": _de_bandeja,
}


def _si_lo_ve(s: Session, quien: Quien, consulta: Select[Any], folio: str) -> tuple[Any, ...]:
    fila = s.execute(consulta.where(*conciernen(quien))).first()
    if fila is None:
        expediente_visible(s, quien, folio)  # dice por qué no; a quien conduce desde más arriba sí se le enseña
        fila = s.execute(consulta).one()
    return tuple(fila)
