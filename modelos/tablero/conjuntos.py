"""Qué cuenta cada cifra: un conjunto con nombre, que se puede contar y se puede listar.

La cifra y su lista salen de la misma condición, así que no pueden decir cosas distintas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel, col

from modelos.expedientes.expediente import ABIERTOS, EN_TRAMITE, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.expedientes.visibles import conciernen
from modelos.oficios.deuda import CONCLUIDO_DEBIENDO, DEBE_OFICIOS
from modelos.organizacion.organigrama import Unidad
from modelos.organizacion.permisos import Quien
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo
from modelos.tablero.filtro import Filtro
from modelos.tablero.instantes import DiaFecha, DiaLocal

EXPEDIENTES, PLAZOS, TURNOS = "expedientes", "plazos", "turnos"
CLASES: dict[str, type[SQLModel]] = {EXPEDIENTES: Expediente, PLAZOS: Plazo, TURNOS: Turno}
Condicion = ColumnElement[bool]


@dataclass(frozen=True)
class Conjunto:
    """Unos expedientes, plazos o turnos; foto: como están hoy, sin importar el periodo."""

    clave: str
    clase: str
    titulo: str
    son: Callable[[Filtro], Condicion]
    foto: bool = False


def a_tiempo() -> Condicion:
    """El plazo se cumplió, a más tardar el día en que vencía."""
    return (_estado == EstadoPlazo.CUMPLIDO.value) & (DiaLocal(col(Plazo.cerrado)) <= DiaFecha(col(Plazo.vence)))


def tarde() -> Condicion:
    """El plazo se cumplió después del día en que vencía."""
    return (_estado == EstadoPlazo.CUMPLIDO.value) & (DiaLocal(col(Plazo.cerrado)) > DiaFecha(col(Plazo.vence)))


def sin_cumplir(filtro: Filtro) -> Condicion:
    """El plazo corre y ya pasó su día."""
    return (_estado == EstadoPlazo.ABIERTO.value) & (col(Plazo.vence) < filtro.hoy)


def en_el_periodo(filtro: Filtro) -> Condicion:
    """El plazo vence en el periodo."""
    return and_(col(Plazo.vence) >= filtro.desde, col(Plazo.vence) <= filtro.hasta)


_estado = col(Plazo.estado)
_abiertos = col(Turno.estado).in_(ABIERTOS)


def _vencen_en(dias: int) -> Callable[[Filtro], Condicion]:
    def son(filtro: Filtro) -> Condicion:
        # Lo de POR_CUMPLIR se repite: es la condición del índice parcial.
        corre = (_estado == EstadoPlazo.ABIERTO.value) & _estado.in_(POR_CUMPLIR)
        return and_(corre, col(Plazo.vence) >= filtro.hoy, col(Plazo.vence) <= filtro.hoy + timedelta(dias))

    return son


def _vencidos(filtro: Filtro) -> Condicion:
    return sin_cumplir(filtro) & _estado.in_(POR_CUMPLIR)


def _con_vencidos(filtro: Filtro) -> Condicion:
    suyos = select(col(Plazo.folio)).where(_vencidos(filtro), *_de_unidad(col(Plazo.unidad), filtro))
    return col(Expediente.folio).in_(suyos)


def _corren(filtro: Filtro) -> Condicion:
    por_vencer = (_estado == EstadoPlazo.ABIERTO.value) & (col(Plazo.vence) >= filtro.hoy)
    return en_el_periodo(filtro) & or_(por_vencer, _estado == EstadoPlazo.SUSPENDIDO.value)


def _sin_calcular(filtro: Filtro) -> Condicion:
    cumplido_sin_fecha = (_estado == EstadoPlazo.CUMPLIDO.value) & col(Plazo.vence).is_(None)
    return _entre(col(Plazo.abierto), filtro) & or_(_estado == EstadoPlazo.SIN_CALCULAR.value, cumplido_sin_fecha)


def _entre(instante: Mapped[Any], filtro: Filtro) -> Condicion:
    return and_(instante >= filtro.inicio, instante < filtro.fin)


def _terminados(estado: EstadoExpediente) -> Callable[[Filtro], Condicion]:
    return lambda f: (col(Expediente.estado) == estado.value) & _entre(col(Expediente.cerrado), f)


def _vivos(abierto: Mapped[Any], cerrado: Mapped[Any]) -> Callable[[Filtro], Condicion]:
    return lambda f: (abierto < f.fin) & or_(cerrado.is_(None), cerrado >= f.inicio)


def _atendidos(filtro: Filtro) -> Condicion:
    atendido = col(Turno.estado) == EstadoTurno.ATENDIDO.value
    return and_(atendido, col(Turno.a_mano).is_(True), _entre(col(Turno.cerrado), filtro))


def _esperan(filtro: Filtro) -> Condicion:
    return and_(_abiertos, col(Turno.a_mano).is_(True)) if filtro.llega_a_hoy else false()


def _acumulan(filtro: Filtro) -> Condicion:
    return or_(_atendidos(filtro), _esperan(filtro))


CONJUNTOS = {
    c.clave: c
    for c in (
        Conjunto(
            "abiertos", EXPEDIENTES, "Expedientes abiertos", lambda _: col(Expediente.estado).in_(EN_TRAMITE), foto=True
        ),
        Conjunto("con_vencidos", EXPEDIENTES, "Expedientes con algo vencido", _con_vencidos, foto=True),
        Conjunto(
            "detenidos",
            EXPEDIENTES,
            "Expedientes detenidos por un incidente",
            lambda _: col(Expediente.estado).in_(EN_TRAMITE) & col(Expediente.detenido).is_(True),
            foto=True,
        ),
        Conjunto("deben_oficios", EXPEDIENTES, "Expedientes que deben oficios", lambda _: DEBE_OFICIOS, foto=True),
        Conjunto(
            "concluidos_debiendo",
            EXPEDIENTES,
            "Expedientes concluidos con oficios pendientes",
            lambda _: CONCLUIDO_DEBIENDO,
            foto=True,
        ),
        Conjunto("iniciados", EXPEDIENTES, "Expedientes iniciados", lambda f: _entre(col(Expediente.abierto), f)),
        Conjunto("concluidos", EXPEDIENTES, "Expedientes concluidos", _terminados(EstadoExpediente.CONCLUIDO)),
        Conjunto("cancelados", EXPEDIENTES, "Expedientes cancelados", _terminados(EstadoExpediente.CANCELADO)),
        Conjunto(
            "vivos",
            EXPEDIENTES,
            "Expedientes en trámite durante el periodo",
            _vivos(col(Expediente.abierto), col(Expediente.cerrado)),
        ),
        Conjunto("vencidos", PLAZOS, "Plazos vencidos", _vencidos, foto=True),
        Conjunto("vencen_7", PLAZOS, "Plazos que vencen en los próximos 7 días", _vencen_en(7), foto=True),
        Conjunto("vencen_30", PLAZOS, "Plazos que vencen en los próximos 30 días", _vencen_en(30), foto=True),
        Conjunto("a_tiempo", PLAZOS, "Plazos cumplidos a tiempo", lambda f: en_el_periodo(f) & a_tiempo()),
        Conjunto("tarde", PLAZOS, "Plazos cumplidos tarde", lambda f: en_el_periodo(f) & tarde()),
        Conjunto("sin_cumplir", PLAZOS, "Plazos vencidos y sin cumplir", lambda f: en_el_periodo(f) & sin_cumplir(f)),
        Conjunto("corren", PLAZOS, "Plazos que aún corren o están suspendidos", _corren),
        Conjunto("sin_calcular", PLAZOS, "Plazos sin calcular", _sin_calcular),
        Conjunto(
            "plazos_vivos", PLAZOS, "Plazos que corrieron en el periodo", _vivos(col(Plazo.abierto), col(Plazo.cerrado))
        ),
        Conjunto("atendidos", TURNOS, "Turnos atendidos", _atendidos),
        Conjunto("esperan", TURNOS, "Turnos que siguen esperando", _esperan),
        Conjunto("acumulan", TURNOS, "Turnos atendidos o que siguen esperando", _acumulan),
        Conjunto(
            "repetidos", TURNOS, "Turnos de segunda vuelta o más", lambda f: _acumulan(f) & (col(Turno.vuelta) > 1)
        ),
        Conjunto(
            "turnos_vivos", TURNOS, "Turnos abiertos en el periodo", _vivos(col(Turno.abierto), col(Turno.cerrado))
        ),
    )
}


def base(clase: str, quien: Quien, filtro: Filtro) -> list[Condicion]:
    """Lo que de esa clase le concierne a quien pregunta y cumple el filtro, sin mirar el periodo."""
    if clase == EXPEDIENTES:
        condiciones = conciernen(quien)
        if filtro.procedimiento:
            condiciones.append(col(Expediente.procedimiento) == filtro.procedimiento)
        if de_unidad := _de_unidad(col(Turno.unidad), filtro):
            condiciones.append(exists().where(col(Turno.folio) == Expediente.folio, *de_unidad))
        return condiciones
    folio, unidad = (col(Turno.folio), col(Turno.unidad)) if clase == TURNOS else (col(Plazo.folio), col(Plazo.unidad))
    condiciones = _de_unidad(unidad, filtro)
    suyos = conciernen(quien)
    if clase == TURNOS and filtro.procedimiento:
        condiciones.append(col(Turno.procedimiento) == filtro.procedimiento)
    elif filtro.procedimiento:
        suyos = [*suyos, col(Expediente.procedimiento) == filtro.procedimiento]
    if suyos:
        condiciones.append(folio.in_(select(col(Expediente.folio)).where(*suyos)))
    if clase == TURNOS and filtro.actividad:
        condiciones.append(col(Turno.actividad) == filtro.actividad)
    return condiciones


def condiciones(conjunto: Conjunto, quien: Quien, filtro: Filtro) -> list[Condicion]:
    """Las del conjunto entero: lo que le concierne, el filtro y lo que lo define."""
    return [*base(conjunto.clase, quien, filtro), conjunto.son(filtro)]


def _de_unidad(unidad: Mapped[str], filtro: Filtro) -> list[Condicion]:
    suyas: list[Condicion] = [unidad == filtro.unidad] if filtro.unidad else []
    if filtro.entidad:
        # Un CAST está en la entidad de la unidad estatal de que depende.
        de_ahi = select(col(Unidad.clave)).where(col(Unidad.entidad) == filtro.entidad)
        clave = col(Unidad.clave)
        suyas.append(unidad.in_(select(clave).where(or_(clave.in_(de_ahi), col(Unidad.depende_de).in_(de_ahi)))))
    return suyas
