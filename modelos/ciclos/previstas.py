"""Lo que viene: qué se abrirá solo, cuándo, para quién y con qué plazos; y qué fue de lo que ya tocaba.

La fecha de apertura se cuenta con el calendario nacional vigente. Un mes sin calendario publicado sale sin
fecha: no se inventa (invariante 9).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.calendario import OFICINAS_NACIONALES, POR_DEFECTO, Calendarios
from modelos.calendario.errores import CalendarioSinPublicar, PlazoInvalido
from modelos.ciclos.ciclo import PARA_TODOS, Apertura, EstadoApertura
from modelos.dias.dia import dias_vigentes, oficina
from modelos.organizacion.organigrama import activas
from modelos.organizacion.vigencia import se_enciman
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.errores import ProcedimientoDesconocido
from modelos.tabla.periodo import Ciclo, Periodo, nombre_periodo
from modelos.tabla.plazo import DEL_PERIODO, DEL_TURNO, Dias, ReglaPlazo, resolver

SABADO = 6


class EstadoPrevisto(StrEnum):
    """En qué va un periodo; sin_abrir: pasó su límite y a alguna unidad no se le abrió."""

    POR_VENIR = "por_venir"
    ABIERTA = "abierta"
    DISPENSADA = "dispensada"
    SIN_ABRIR = "sin_abrir"


@dataclass(frozen=True)
class PlazoPrevisto:
    """Un plazo que traerá el expediente; vence: None si depende de cuándo se llegue a él."""

    clave: str
    que: str
    vence: date | None
    fundamento: str
    inferido: str


@dataclass(frozen=True)
class Prevista:
    """Un periodo de un ciclo.

    abre: None si falta publicar el año. limite: el último día en que se abre solo.
    unidades: para cuáles es, incluidas las que ya se abrieron; si es una sola para todos, `("",)`.
    hechas: las aperturas registradas, por unidad. nombres: cómo se llaman las unidades.
    """

    procedimiento: str
    nombre: str
    duena: str
    periodo: str
    titulo: str
    grupo: str
    unidades: tuple[str, ...]
    hechas: dict[str, Apertura]
    abre: date | None
    natural: date
    limite: date
    estado: EstadoPrevisto
    fundamento: str
    inferido: str
    plazos: tuple[PlazoPrevisto, ...]

    @property
    def cuantas(self) -> int:
        """Cuántos expedientes son."""
        return len(self.unidades)

    @property
    def faltan(self) -> tuple[str, ...]:
        """Las unidades a que todavía no se les abre ni se les dispensó."""
        return tuple(unidad for unidad in self.unidades if unidad not in self.hechas)

    @property
    def folios(self) -> tuple[str, ...]:
        """Los expedientes ya abiertos, en el orden de las unidades."""
        return tuple(h.folio for u in self.unidades if (h := self.hechas.get(u)) and h.folio)

    @property
    def dispensadas(self) -> tuple[Apertura, ...]:
        """Las unidades a que se les dispensó, con quién y por qué."""
        return tuple(h for u in self.unidades if (h := self.hechas.get(u)) and h.estado == EstadoApertura.DISPENSADA)


def por_venir(
    s: Session, tablas: Catalogo, desde: date, hasta: date, unidades: Collection[str] | None = None
) -> list[Prevista]:
    """Lo que se abre solo entre esas fechas, ambas incluidas, más lo que sigue en su ventana; por fecha.

    unidades: sólo lo que les toca; None: todo. Lo que es uno para todos sale siempre.
    """
    calendarios = nacional(s)
    tocan = list(_periodos(tablas, desde, hasta, calendarios))
    hechas = _todas(s, tocan)
    de_grupo = {ciclo.grupo: destinos(s, ciclo) for ciclo in {_ciclo(tabla) for tabla, _ in tocan}}
    previstas = []
    for tabla, periodo in tocan:
        activas_hoy = de_grupo[_ciclo(tabla).grupo]
        suyas = hechas.get((tabla.clave, periodo.clave), {})
        prevista = _armar(tabla, periodo, calendarios, activas_hoy, suyas, unidades)
        if prevista.unidades:
            previstas.append(prevista)
    return sorted(previstas, key=lambda p: (p.abre or p.natural, p.procedimiento))


def de_periodo(s: Session, tabla: Tabla, periodo: Periodo, unidades: Collection[str] | None = None) -> Prevista:
    """Un periodo del ciclo de la tabla, que debe tenerlo."""
    hechas = aperturas(s, tabla.clave, periodo.clave)
    return _armar(tabla, periodo, nacional(s), destinos(s, _ciclo(tabla)), hechas, unidades)


def aperturas(s: Session, procedimiento: str, periodo: str) -> dict[str, Apertura]:
    """Lo que ya se hizo con un periodo, por unidad."""
    consulta = select(Apertura).where(col(Apertura.procedimiento) == procedimiento, col(Apertura.periodo) == periodo)
    return {apertura.unidad: apertura for apertura in s.scalars(consulta)}


def nacional(s: Session) -> Calendarios:
    """El calendario de las oficinas nacionales, con los días publicados para todas."""
    orden, dias = dias_vigentes(s)
    return oficina(orden, dias, "", "").calendarios


def es_habil(s: Session, dia: date) -> bool:
    """Para las oficinas nacionales; si su año no se ha publicado, de lunes a viernes: callar sería peor."""
    if dia.isoweekday() >= SABADO:
        return False
    try:
        return nacional(s)[POR_DEFECTO].es_habil(dia)
    except CalendarioSinPublicar:
        return True


def destinos(s: Session, ciclo: Ciclo) -> list[str]:
    """Las unidades activas a que se les abre hoy; `[""]` si es uno para todos."""
    return activas(s, ciclo.grupo) if ciclo.grupo else [PARA_TODOS]


def fecha_de_apertura(ciclo: Ciclo, periodo: Periodo, calendarios: Calendarios) -> date | None:
    """El día en que se abre; None si falta publicar el año o el mes no tiene ningún día hábil."""
    try:
        return ciclo.apertura(periodo, calendarios)
    except (CalendarioSinPublicar, PlazoInvalido):
        return None


def _armar(
    tabla: Tabla,
    periodo: Periodo,
    calendarios: Calendarios,
    activas_hoy: Iterable[str],
    hechas: dict[str, Apertura],
    unidades: Collection[str] | None,
) -> Prevista:
    ciclo = _ciclo(tabla)
    para = tuple(sorted({*activas_hoy, *hechas}))
    if unidades is not None and ciclo.grupo:
        para = tuple(unidad for unidad in para if unidad in unidades)
    abre, limite = fecha_de_apertura(ciclo, periodo, calendarios), ciclo.limite(periodo)
    return Prevista(
        procedimiento=tabla.clave,
        nombre=tabla.nombre,
        duena=tabla.duena.value,
        periodo=periodo.clave,
        titulo=nombre_periodo(periodo),
        grupo=ciclo.grupo.value if ciclo.grupo else "",
        unidades=para,
        hechas={unidad: hechas[unidad] for unidad in para if unidad in hechas},
        abre=abre,
        natural=ciclo.natural(periodo),
        limite=limite,
        estado=_estado(para, hechas, limite),
        fundamento=ciclo.fundamento,
        inferido=ciclo.inferido,
        plazos=tuple(_plazos(tabla, periodo, abre, calendarios)),
    )


def _todas(s: Session, tocan: Iterable[tuple[Tabla, Periodo]]) -> dict[tuple[str, str], dict[str, Apertura]]:
    """Lo hecho con esos periodos, de una sola lectura."""
    pedidos = {(tabla.clave, periodo.clave) for tabla, periodo in tocan}
    consulta = select(Apertura).where(
        col(Apertura.procedimiento).in_({p for p, _ in pedidos}), col(Apertura.periodo).in_({c for _, c in pedidos})
    )
    hechas: dict[tuple[str, str], dict[str, Apertura]] = {}
    for apertura in s.scalars(consulta):
        hechas.setdefault((apertura.procedimiento, apertura.periodo), {})[apertura.unidad] = apertura
    return hechas


def _periodos(tablas: Catalogo, desde: date, hasta: date, calendarios: Calendarios) -> Iterator[tuple[Tabla, Periodo]]:
    """Cada periodo con la versión de su tabla que regirá el día que se abra."""
    for tabla in tablas:
        if tabla.ciclo is None:
            continue
        for periodo in tabla.ciclo.periodos(_antes(desde, tabla.ciclo), hasta):
            abre = fecha_de_apertura(tabla.ciclo, periodo, calendarios) or tabla.ciclo.natural(periodo)
            if se_enciman(desde, hasta, abre, tabla.ciclo.limite(periodo)) and _regira(tablas, tabla, abre):
                yield tabla, periodo


def _antes(desde: date, ciclo: Ciclo) -> date:
    """Tan atrás como para alcanzar lo que se abrió antes y sigue en su ventana."""
    meses = desde.year * 12 + desde.month - 1 - ciclo.dura
    return date(meses // 12, meses % 12 + 1, 1)


def _regira(tablas: Catalogo, tabla: Tabla, en: date) -> bool:
    # Una tabla que empieza a regir a media ventana abre ese periodo el día que empieza.
    try:
        return tablas.vigente(tabla.clave, max(en, reloj.hoy())) is tabla
    except ProcedimientoDesconocido:
        return False


def _ciclo(tabla: Tabla) -> Ciclo:
    if tabla.ciclo is None:
        raise ProcedimientoDesconocido(tabla.clave)
    return tabla.ciclo


def _estado(unidades: Collection[str], hechas: dict[str, Apertura], limite: date) -> EstadoPrevisto:
    if any(unidad not in hechas for unidad in unidades):
        return EstadoPrevisto.SIN_ABRIR if limite < reloj.hoy() else EstadoPrevisto.POR_VENIR
    abiertas = any(hechas[unidad].estado == EstadoApertura.ABIERTA for unidad in unidades)
    return EstadoPrevisto.ABIERTA if abiertas else EstadoPrevisto.DISPENSADA


def _plazos(tabla: Tabla, periodo: Periodo, abre: date | None, calendarios: Calendarios) -> Iterator[PlazoPrevisto]:
    """Los plazos de la tabla, con la fecha de los que ya se puede saber."""
    reglas = [(act.plazo, act is tabla.inicio) for act in tabla.actividades if act.plazo]
    reglas += [(tramo.regla, False) for tramo in tabla.tramos]
    # El mismo plazo puede mostrarse en varios pasos: vale el que la fuente fija, si alguno.
    unicas: dict[tuple[str, str], tuple[ReglaPlazo, bool]] = {}
    for regla, al_abrir in reglas:
        previa = unicas.get((regla.clave, regla.que))
        if previa is None or (previa[0].inferido and not regla.inferido):
            unicas[(regla.clave, regla.que)] = (regla, al_abrir)
    for regla, al_abrir in unicas.values():
        vence = _vence(tabla, regla, periodo, abre if al_abrir else None, calendarios)
        yield PlazoPrevisto(regla.clave, regla.que, vence, regla.fundamento, regla.inferido)


def _vence(
    tabla: Tabla, regla: ReglaPlazo, periodo: Periodo, abre: date | None, calendarios: Calendarios
) -> date | None:
    cuenta = regla.cuenta
    if isinstance(cuenta, Dias) and cuenta.desde != DEL_PERIODO and (cuenta.desde != DEL_TURNO or abre is None):
        return None
    campos = tabla.datos.model_fields.items()
    datos: dict[str, Any] = {c: campo.default for c, campo in campos if not campo.is_required()}
    momento = datetime.combine(abre or periodo.ventana.fin, OFICINAS_NACIONALES.abre, OFICINAS_NACIONALES.zona)
    try:
        resuelto = resolver(regla, {**datos, DEL_PERIODO: periodo.clave}, momento)
        return resuelto.contar(calendarios, perfil=tabla.perfil, horario=OFICINAS_NACIONALES).vence
    except (CalendarioSinPublicar, PlazoInvalido):
        return None
