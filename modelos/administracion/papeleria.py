"""Lo que la administración lee antes de fijar algo: cómo sale cada número, quién firma y qué leyenda falta."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.errores import NoExiste
from modelos.expedientes.expediente import Serie
from modelos.oficios import papeleria, titulares
from modelos.oficios.papeleria import Leyenda, Papeleria
from modelos.oficios.titulares import Suplencia, Titularidad
from modelos.organizacion.cambios import Cosa, RenglonDeCambio, historia
from modelos.organizacion.organigrama import Persona, Unidad
from modelos.organizacion.vigencia import rige
from modelos.tabla.emision import numerar

ROTULOS = {
    "formato": "Formato del número",
    "lugar": "Lugar",
    "domicilio": "Domicilio",
    "telefono": "Teléfono",
    "sitio": "Sitio",
    "anio": "Año",
    "texto": "Leyenda",
    "fuente": "Fuente",
    "nombre": "Nombre",
    "cita": "Cómo se cita",
    "estado": "Estado",
    "acuerdo": "Acuerdo",
    "emitido": "Emitido el",
    "publicado": "Publicado el",
    "vigente_desde": "Rige desde",
    "vigente_hasta": "Rige hasta",
    "nota": "Nota",
    "unidad": "Unidad",
    "persona_id": "Persona",
    "cargo": "Cargo",
    "tratamiento": "Tratamiento",
    "iniciales": "Iniciales",
    "desde": "Desde",
    "hasta": "Hasta",
    "precepto": "Precepto",
    "ausencia": "Ausencia",
    "procedimientos": "Procedimientos",
}
"""Cómo se lee cada campo en los cambios y en los formularios."""


@dataclass(frozen=True)
class HojaMembretada:
    """La papelería de una unidad. ejemplo: el número que seguiría este año; fijada: no es la de por defecto."""

    unidad: Unidad
    papeleria: Papeleria
    ejemplo: str
    fijada: bool


@dataclass(frozen=True)
class Cargo:
    """Quién tiene el cargo de una unidad y quién lo suple hoy."""

    unidad: Unidad
    titular: tuple[Titularidad, Persona] | None
    suplentes: Sequence[tuple[Suplencia, Persona]]


def hojas(s: Session, anio: int) -> list[HojaMembretada]:
    """La de cada unidad activa, por clave."""
    return [_hoja(s, unidad, anio) for unidad in _activas(s)]


def hoja(s: Session, clave: str, anio: int) -> HojaMembretada:
    """La de una unidad. Lanza NoExiste."""
    return _hoja(s, una_unidad(s, clave), anio)


def ejemplo(s: Session, clave: str, formato: str, anio: int) -> str:
    """El número que llevaría el próximo oficio de la unidad con ese formato."""
    serie = s.get(Serie, f"oficio-{clave}-{anio}")
    return numerar(formato, clave, (serie.ultimo if serie else 0) + 1, anio)


def leyendas(s: Session) -> list[Leyenda]:
    """Todas, la del año más reciente primero."""
    return list(s.scalars(select(Leyenda).order_by(col(Leyenda.anio).desc())))


def cargos(s: Session, hoy: date) -> list[Cargo]:
    """El de cada unidad activa, por clave."""
    return [cargo(s, unidad, hoy) for unidad in _activas(s)]


def cargo(s: Session, unidad: Unidad, hoy: date) -> Cargo:
    """El de una unidad."""
    suplen = [(fila, quien) for fila, quien in suplencias(s, unidad.clave) if rige(fila.desde, fila.hasta, hoy)]
    return Cargo(unidad, titulares.titular(s, unidad.clave, hoy), suplen)


def nombramientos(s: Session, unidad: str = "") -> list[tuple[Titularidad, Persona]]:
    """Todos los que ha habido, el último primero; unidad vacía: de todas."""
    consulta = select(Titularidad, Persona).join(Persona, col(Persona.id) == Titularidad.persona_id)
    if unidad:
        consulta = consulta.where(col(Titularidad.unidad) == unidad)
    orden = (col(Titularidad.unidad), col(Titularidad.desde).desc(), col(Titularidad.id).desc())
    return [(fila, quien) for fila, quien in s.execute(consulta.order_by(*orden))]


def suplencias(s: Session, unidad: str = "") -> list[tuple[Suplencia, Persona]]:
    """Todas las que ha habido, la última primero; unidad vacía: de todas."""
    consulta = select(Suplencia, Persona).join(Persona, col(Persona.id) == Suplencia.persona_id)
    if unidad:
        consulta = consulta.where(col(Suplencia.unidad) == unidad)
    orden = (col(Suplencia.unidad), col(Suplencia.desde).desc(), col(Suplencia.id).desc())
    return [(fila, quien) for fila, quien in s.execute(consulta.order_by(*orden))]


def cambios_de_cargos(s: Session, unidad: str) -> list[RenglonDeCambio]:
    """Quién nombró, suplió o terminó en una unidad, lo último primero."""
    nombrados = [str(fila.id) for fila, _ in nombramientos(s, unidad)]
    suplidos = [str(fila.id) for fila, _ in suplencias(s, unidad)]
    todos = [*historia(s, Cosa.TITULARIDAD, nombrados), *historia(s, Cosa.SUPLENCIA, suplidos)]
    return sorted(todos, key=lambda renglon: renglon.cuando, reverse=True)


def una_unidad(s: Session, clave: str) -> Unidad:
    """La unidad. Lanza NoExiste."""
    unidad = s.get(Unidad, clave)
    if unidad is None:
        raise NoExiste("la unidad", clave)
    return unidad


def _activas(s: Session) -> list[Unidad]:
    return list(s.scalars(select(Unidad).where(col(Unidad.activa).is_(True)).order_by(col(Unidad.clave))))


def _hoja(s: Session, unidad: Unidad, anio: int) -> HojaMembretada:
    suya = papeleria.de_unidad(s, unidad)
    fijada = s.get(Papeleria, unidad.clave) is not None
    return HojaMembretada(unidad, suya, ejemplo(s, unidad.clave, suya.formato, anio), fijada)
