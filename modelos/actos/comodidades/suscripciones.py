"""Los enlaces de calendario: pedir uno, revocarlo y saber de quién es el que llega.

El enlace es la llave: quien lo tenga lee esos vencimientos sin contraseña. Por eso hay uno solo por
persona y unidad, sólo se muestra al crearlo, y deja de servir si la persona se va o deja la unidad.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.actos.turnos.atender import persona_que_actua
from modelos.actos.turnos.mover import Contexto
from modelos.avisos.errores import EnlaceRevocado
from modelos.avisos.suscripcion import Suscripcion
from modelos.errores import NoExiste, NoLeCorresponde
from modelos.organizacion import claves
from modelos.organizacion.organigrama import Persona, quien_es
from modelos.organizacion.permisos import Quien
from modelos.sesion import serializar


@dataclass(frozen=True)
class Nueva:
    """Un enlace recién hecho; `secreto` no se vuelve a mostrar."""

    suscripcion: Suscripcion
    secreto: str


def crear(ctx: Contexto, unidad: str | None) -> Nueva:
    """Da un enlace y revoca el anterior de esa persona para lo mismo. unidad: None, lo de todas las suyas.

    Lanza:
        NoLeCorresponde: no pertenece a esa unidad.
    """
    quien = persona_que_actua(ctx)
    if unidad is not None and unidad not in quien.unidades:
        raise NoLeCorresponde(f"suscribirse a {unidad}", f"quien está adscrito a {unidad}")
    serializar(ctx.s, f"suscripcion:{quien.persona}")
    _revocar(ctx, quien, col(Suscripcion.unidad) == unidad if unidad else col(Suscripcion.unidad).is_(None))
    secreto = claves.token_nuevo()
    nueva = Suscripcion(huella=claves.huella(secreto), persona_id=quien.persona, unidad=unidad, creada=ctx.ahora)
    ctx.s.add(nueva)
    ctx.s.flush()
    return Nueva(nueva, secreto)


def revocar(ctx: Contexto, id_: int) -> Suscripcion:
    """Deja sin efecto un enlace propio; hacerlo dos veces no cambia nada.

    Lanza:
        NoExiste: no es suyo, o no hay tal.
    """
    quien = persona_que_actua(ctx)
    suya = ctx.s.get(Suscripcion, id_, populate_existing=True) if 0 < id_ < 2**31 else None
    if suya is None or suya.persona_id != quien.persona:
        raise NoExiste("el enlace de calendario", str(id_))
    suya.revocada = suya.revocada or ctx.ahora
    ctx.s.flush()
    return suya


def propias(s: Session, quien: Quien) -> list[Suscripcion]:
    """Los enlaces que sirven hoy, el más nuevo primero."""
    suyas = select(Suscripcion).where(col(Suscripcion.persona_id) == quien.persona, col(Suscripcion.revocada).is_(None))
    return list(s.scalars(suyas.order_by(col(Suscripcion.creada).desc(), col(Suscripcion.id).desc())))


def de_secreto(s: Session, secreto: str) -> tuple[Suscripcion, Quien]:
    """De quién es el enlace, con sus adscripciones de hoy.

    Lanza:
        EnlaceRevocado: se revocó, nunca existió, o la persona ya no está o dejó esa unidad.
    """
    buscada = select(Suscripcion).where(
        col(Suscripcion.huella) == claves.huella(secreto), col(Suscripcion.revocada).is_(None)
    )
    suya = s.scalar(buscada)
    persona = s.get(Persona, suya.persona_id) if suya else None
    if suya is None or persona is None or not persona.activa:
        raise EnlaceRevocado
    quien = quien_es(s, persona)
    if suya.unidad is not None and suya.unidad not in quien.unidades:
        raise EnlaceRevocado
    return suya, quien


def _revocar(ctx: Contexto, quien: Quien, cuales: ColumnElement[bool]) -> None:
    orden = update(Suscripcion).where(
        col(Suscripcion.persona_id) == quien.persona, col(Suscripcion.revocada).is_(None), cuales
    )
    ctx.s.execute(orden.values(revocada=ctx.ahora), execution_options={"synchronize_session": False})
