"""Qué de «lo que viene» le toca ver a cada quien: todo a quien conduce; a los demás, lo de sus unidades."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.ciclos.previstas import Prevista, de_periodo, por_venir
from modelos.errores import NoExiste
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.visibles import conciernen
from modelos.organizacion.organigrama import Unidad
from modelos.organizacion.permisos import Quien, puede_conducir, ve_todo
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.periodo import Periodo
from modelos.tabla.unidades import TipoUnidad


def lo_que_viene(s: Session, quien: Quien, tablas: Catalogo, desde: date, hasta: date) -> list[Prevista]:
    """Como `por_venir`, con lo que le toca a quien pregunta."""
    return por_venir(s, tablas, desde, hasta, _suyas(s, quien, tablas))


def un_periodo(s: Session, quien: Quien, tablas: Catalogo, tabla: Tabla, periodo: Periodo) -> Prevista:
    """Un periodo del ciclo de la tabla, que debe tenerlo, con las unidades que le tocan a quien pregunta.

    Lanza:
        NoExiste: ninguna de sus unidades participa.
    """
    prevista = de_periodo(s, tabla, periodo, _suyas(s, quien, tablas))
    if not prevista.unidades:
        raise NoExiste("el periodo", f"{tabla.clave} {periodo.clave}")
    return prevista


def folios_que_ve(s: Session, quien: Quien, previstas: Iterable[Prevista]) -> set[str]:
    """De los expedientes ya abiertos, los que puede leer."""
    folios = {folio for prevista in previstas for folio in prevista.folios}
    consulta = select(col(Expediente.folio)).where(col(Expediente.folio).in_(folios), *conciernen(quien))
    return set(s.scalars(consulta)) if folios else set()


def _suyas(s: Session, quien: Quien, tablas: Catalogo) -> set[str] | None:
    """Sus unidades y los CAST que dependen de ellas; None: todas, porque ve todo o conduce alguno."""
    if ve_todo(quien) or any(puede_conducir(quien, tabla.duena) for tabla in tablas if tabla.ciclo):
        return None
    suyas = set(quien.unidades)
    dependen = select(col(Unidad.clave)).where(
        col(Unidad.tipo) == TipoUnidad.CAST.value, col(Unidad.depende_de).in_(suyas)
    )
    return suyas | set(s.scalars(dependen))
