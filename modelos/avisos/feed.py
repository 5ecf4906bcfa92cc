"""Lo que lleva el calendario de alguien: los plazos por cumplir de sus unidades y lo que se les abrirá solo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.avisos.suscripcion import Suscripcion
from modelos.ciclos.previstas import EstadoPrevisto, Prevista, por_venir
from modelos.dias.dia import orden_vigente
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.visibles import asuntos
from modelos.organizacion.organigrama import Unidad
from modelos.organizacion.permisos import Quien
from modelos.plazos.lista import movimientos, por_cumplir_de, sin_fecha_de
from modelos.plazos.plazo import Plazo
from modelos.tabla import Catalogo
from modelos.tabla.unidades import TipoUnidad

LIMITE = 1000
"""Plazos a lo más: los que antes vencen."""
ADELANTE = timedelta(days=366)
"""Hasta cuándo se anuncia lo que se abrirá solo."""


@dataclass(frozen=True)
class Feed:
    """De qué se arma un calendario.

    truncado: hay más plazos que el límite. sin_fecha: cuántos no se pudieron calcular.
    movimientos: por folio, cuándo se movió por última vez algún plazo suyo y cuántas veces.
    publicacion: la última de días inhábiles; es lo único que mueve lo que se abrirá solo.
    """

    nombre: str
    plazos: Sequence[Plazo]
    expedientes: Mapping[str, Expediente]
    movimientos: Mapping[str, tuple[datetime, int]]
    previstas: Sequence[Prevista] = ()
    truncado: bool = False
    sin_fecha: int = 0
    publicacion: int = 0


def reunir(s: Session, tablas: Catalogo, suscripcion: Suscripcion, quien: Quien) -> Feed:
    """El contenido del enlace: lo de su unidad o, si no tiene, lo de todas las de la persona."""
    unidades = {suscripcion.unidad} if suscripcion.unidad else set(quien.unidades)
    plazos = por_cumplir_de(s, unidades, LIMITE + 1)
    folios = {plazo.folio for plazo in plazos}
    return Feed(
        f"Plazos de {suscripcion.unidad or quien.nombre}",
        plazos[:LIMITE],
        asuntos(s, folios),
        movimientos(s, folios),
        _por_abrirse(s, tablas, unidades),
        len(plazos) > LIMITE,
        sin_fecha_de(s, unidades),
        orden_vigente(s),
    )


def _por_abrirse(s: Session, tablas: Catalogo, unidades: set[str]) -> list[Prevista]:
    """Lo que se abrirá solo para esas unidades o los CAST que dependen de ellas, y todo lo que ellas conducen."""
    dependen = select(col(Unidad.clave)).where(
        col(Unidad.tipo) == TipoUnidad.CAST.value, col(Unidad.depende_de).in_(unidades)
    )
    a_cargo, hoy, previstas = unidades | set(s.scalars(dependen)), reloj.hoy(), []
    for prevista in por_venir(s, tablas, hoy, hoy + ADELANTE):
        suyas = tuple(u for u in prevista.faltan if u in a_cargo or prevista.duena in unidades)
        # Lo que debió abrirse antes de hoy lo abrirá el motor en cuanto viva: no es algo que anotar en un día pasado.
        if suyas and prevista.estado == EstadoPrevisto.POR_VENIR and prevista.abre and prevista.abre >= hoy:
            previstas.append(replace(prevista, unidades=suyas))
    return previstas
