"""El calendario por mes y por año: qué vence, qué se abre solo y qué días no se trabajan, con su fuente.

La rejilla lleva a la lista de abajo, que dice lo mismo completo: es la que se lee en un teléfono, en papel y
con lector de pantalla.
"""

from __future__ import annotations

import re
from calendar import Calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.dependencias import Entrada
from api.web.piezas.pagina import pagina
from modelos import reloj
from modelos.calendario import NOMBRES_MESES, POR_DEFECTO, sumar_meses
from modelos.ciclos.previstas import Prevista
from modelos.ciclos.visibles import lo_que_viene
from modelos.dias import publicaciones
from modelos.dias.publicaciones import Dia
from modelos.expedientes import visibles
from modelos.fechas import leer
from modelos.organizacion.permisos import Quien
from modelos.plazos import mes as consultas_mes
from modelos.plazos.mes import Vence
from modelos.tabla import Catalogo

ruta = APIRouter()
SEMANA = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_MES = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_ANIO = re.compile(r"[0-9]{4}", re.ASCII)
ANIO_MINIMO, ANIO_MAXIMO = 1990, 2200


@dataclass(frozen=True)
class DelDia:
    """Un día del calendario. cuantos: los plazos que vencen; vencen: los primeros; inhabil: por qué no se trabaja."""

    fecha: date
    del_mes: bool
    cuantos: int
    vencen: Sequence[Vence]
    abren: Sequence[Prevista]
    inhabil: Dia | None

    @property
    def fin_de_semana(self) -> bool:
        """Si es sábado o domingo, se trabaje o no."""
        return self.fecha.weekday() >= 5

    @property
    def no_se_trabaja(self) -> bool:
        """Si ese día no se cuenta."""
        return not self.inhabil.habil if self.inhabil else self.fin_de_semana

    @property
    def tiene_algo(self) -> bool:
        """Si hay algo que decir de él en la lista."""
        return bool(self.cuantos or self.abren or self.inhabil)


@dataclass(frozen=True)
class MesDeCalendario:
    """Un mes, en semanas de lunes a domingo."""

    primero: date
    semanas: Sequence[Sequence[DelDia]]

    @property
    def nombre(self) -> str:
        """«Mayo de 2027»."""
        return f"{NOMBRES_MESES[self.primero.month - 1].capitalize()} de {self.primero.year}"

    @property
    def clave(self) -> str:
        """«2027-05»."""
        return f"{self.primero:%Y-%m}"

    @property
    def con_algo(self) -> list[DelDia]:
        """Los días del mes de que hay algo que decir."""
        return [dia for semana in self.semanas for dia in semana if dia.del_mes and dia.tiene_algo]


@ruta.get("/calendario/mes")
def mes(
    request: Request, puerta: Entrada, mes: str = "", unidad: str = "", dia: str = "", despues: str = ""
) -> HTMLResponse:
    """Un mes (`AAAA-MM`; por defecto el de hoy). dia: del que se quiere la lista completa. unidad: quien los debe."""
    primero, elegido = _mes_pedido(mes), _dia_pedido(dia)
    if elegido and not mes:
        primero = elegido.replace(day=1)
    with puerta.lectura() as (s, quien):
        nombres = visibles.unidades(s)
        unidad = unidad if unidad in nombres else ""
        del_mes, sin_publicar = _armar(s, quien, puerta.tablas, primero, sumar_meses(primero, 1), unidad)
        todos, siguiente = (
            consultas_mes.del_dia(s, quien, elegido, unidad=unidad, despues=despues[:140]) if elegido else ([], "")
        )
    fijos = {"unidad": unidad} if unidad else {}
    return pagina(
        request,
        "calendario/mes.html",
        quien,
        mes=del_mes[0],
        semana=SEMANA,
        anterior=f"{sumar_meses(primero, -1):%Y-%m}",
        siguiente=f"{sumar_meses(primero, 1):%Y-%m}",
        hoy=reloj.hoy(),
        unidad=unidad,
        unidades=nombres,
        mias=sorted(quien.unidades),
        sin_publicar=sin_publicar,
        elegido=elegido,
        todos=todos,
        mas=f"?{urlencode({**fijos, 'dia': dia, 'despues': siguiente})}#dia-completo" if siguiente else "",
        cola=f"&{urlencode(fijos)}" if fijos else "",
    )


@ruta.get("/calendario/anio")
def anio(request: Request, puerta: Entrada, anio: str = "", unidad: str = "") -> HTMLResponse:
    """Un año entero, mes por mes; por defecto, éste."""
    pedido = int(anio) if _ANIO.fullmatch(anio) and ANIO_MINIMO <= int(anio) <= ANIO_MAXIMO else reloj.hoy().year
    with puerta.lectura() as (s, quien):
        nombres = visibles.unidades(s)
        unidad = unidad if unidad in nombres else ""
        meses, sin_publicar = _armar(s, quien, puerta.tablas, date(pedido, 1, 1), date(pedido + 1, 1, 1), unidad)
    return pagina(
        request,
        "calendario/anio.html",
        quien,
        anio=pedido,
        meses=meses,
        semana=SEMANA,
        hoy=reloj.hoy(),
        unidad=unidad,
        unidades=nombres,
        mias=sorted(quien.unidades),
        sin_publicar=sin_publicar,
        cola=f"&{urlencode({'unidad': unidad})}" if unidad else "",
    )


# --- piezas --------------------------------------------------------------------


def _armar(
    s: Session, quien: Quien, tablas: Catalogo, desde: date, hasta: date, unidad: str
) -> tuple[list[MesDeCalendario], list[int]]:
    """Los meses de `desde` a `hasta` (exclusive), y los años de que no hay calendario publicado."""
    ultimo = date.fromordinal(hasta.toordinal() - 1)
    cuentas = consultas_mes.cuentas(s, quien, desde, ultimo, unidad)
    vencen = consultas_mes.primeros(s, quien, desde, ultimo, unidad) if hasta <= sumar_meses(desde, 1) else {}
    abren = _abren(lo_que_viene(s, quien, tablas, desde, ultimo), unidad)
    anios = range(desde.year, ultimo.year + 1)
    publicados = publicaciones.anios_publicados()
    de_que = unidad or min(quien.unidades, default="")
    inhabiles = _inhabiles(s, de_que, [a for a in anios if a in publicados], desde, ultimo)
    meses = []
    primero = desde
    while primero < hasta:
        semanas = [
            [_dia(fecha, primero, cuentas, vencen, abren, inhabiles) for fecha in semana]
            for semana in Calendar().monthdatescalendar(primero.year, primero.month)
        ]
        meses.append(MesDeCalendario(primero, semanas))
        primero = sumar_meses(primero, 1)
    return meses, [a for a in anios if a not in publicados]


def _abren(previstas: Iterable[Prevista], unidad: str) -> dict[date, list[Prevista]]:
    """Las que atañen a esa unidad, por el día en que abren; sin unidad, todas."""
    abren: dict[date, list[Prevista]] = {}
    for prevista in previstas:
        le_atane = not unidad or unidad in prevista.unidades or not prevista.grupo
        if prevista.abre and le_atane:
            abren.setdefault(prevista.abre, []).append(prevista)
    return abren


def _inhabiles(s: Session, unidad: str, anios: Iterable[int], desde: date, ultimo: date) -> dict[date, Dia]:
    """Los días inhábiles para esa unidad, por fecha."""
    calendarios = publicaciones.calendarios_de(s, unidad)
    return {
        dia.fecha: dia
        for a in anios
        for dia in publicaciones.dias_entre(calendarios, POR_DEFECTO, max(desde, date(a, 1, 1)), min(ultimo, _fin(a)))
    }


def _dia(
    fecha: date,
    primero: date,
    cuentas: Mapping[date, int],
    vencen: Mapping[date, Sequence[Vence]],
    abren: Mapping[date, Sequence[Prevista]],
    inhabiles: Mapping[date, Dia],
) -> DelDia:
    propio = fecha.month == primero.month
    if not propio:
        return DelDia(fecha, del_mes=False, cuantos=0, vencen=(), abren=(), inhabil=None)
    return DelDia(
        fecha,
        del_mes=True,
        cuantos=cuentas.get(fecha, 0),
        vencen=vencen.get(fecha, ()),
        abren=abren.get(fecha, ()),
        inhabil=inhabiles.get(fecha),
    )


def _fin(anio_: int) -> date:
    return date(anio_, 12, 31)


def _mes_pedido(texto: str) -> date:
    partes = _MES.fullmatch(texto)
    if partes and ANIO_MINIMO <= int(partes[1]) <= ANIO_MAXIMO:
        return date(int(partes[1]), int(partes[2]), 1)
    return reloj.hoy().replace(day=1)


def _dia_pedido(texto: str) -> date | None:
    try:
        dia = leer(texto)
    except ValueError:
        return None
    return dia if ANIO_MINIMO <= dia.year <= ANIO_MAXIMO else None
