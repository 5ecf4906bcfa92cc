"""Las cifras del tablero: pocas consultas para todo, cada una con la condición de su lista."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.calendario import POR_DEFECTO, sumar_meses
from modelos.dias.publicaciones import calendarios_de
from modelos.expedientes.expediente import EstadoExpediente, Expediente, Turno
from modelos.organizacion.permisos import Quien
from modelos.plazos.plazo import Plazo
from modelos.tabla.periodo import Cada, Periodo
from modelos.tablero import conjuntos as c
from modelos.tablero.conjuntos import CLASES, CONJUNTOS
from modelos.tablero.filtro import Filtro
from modelos.tablero.instantes import DiaLocal, DiasAcumulados, acumulados, fecha_de, numero_de_dia
from modelos.tablero.tiempos import Atendidos, Esperando, Tiempos, medir

MESES_DE_TENDENCIA = 12
CUELLOS = 8
FOCOS = 3
EN_EL_TABLERO = (
    *(
        "abiertos",
        "con_vencidos",
        "detenidos",
        "deben_oficios",
        "concluidos_debiendo",
        "iniciados",
        "concluidos",
        "cancelados",
    ),
    *("vencidos", "vencen_7", "vencen_30", "a_tiempo", "tarde", "sin_cumplir", "corren", "sin_calcular"),
)


@dataclass(frozen=True)
class Mes:
    """Un mes de la tendencia; los plazos, por el mes en que vencían."""

    periodo: Periodo
    iniciados: int
    concluidos: int
    a_tiempo: int
    tarde: int
    sin_cumplir: int


@dataclass(frozen=True)
class Foco:
    """Dónde se junta lo vencido: quién lo debe, qué, y cuántos."""

    unidad: str
    que: str
    cuantos: int


@dataclass(frozen=True)
class Cifras:
    """Todo lo del tablero. cuentas: por clave de conjunto; focos: lo vencido, donde hay más primero."""

    filtro: Filtro
    cuentas: dict[str, int]
    tiempos: Tiempos
    tendencia: tuple[Mes, ...]
    focos: tuple[Foco, ...]

    @property
    def debidos(self) -> int:
        """Los plazos del periodo que ya se pueden juzgar: a tiempo, tarde o vencidos sin cumplir."""
        return self.cuentas["a_tiempo"] + self.cuentas["tarde"] + self.cuentas["sin_cumplir"]

    @property
    def cumplimiento(self) -> int | None:
        """Cuántos de cada cien se cumplieron a tiempo; None si no venció ninguno. 100 sólo si fueron todos."""
        if not self.debidos:
            return None
        return self.cuentas["a_tiempo"] * 100 // self.debidos

    @property
    def cuellos(self) -> list[tuple[str, str]]:
        """Las actividades (procedimiento, clave) que más días hábiles acumulan, la mayor primero."""
        con_dias = [(clave, m) for clave, m in self.tiempos.por_actividad.items() if m.dias]
        return [clave for clave, _ in sorted(con_dias, key=lambda par: (-par[1].dias, par[0]))[:CUELLOS]]


def calcular(s: Session, quien: Quien, filtro: Filtro) -> Cifras:
    """Las cifras de lo que le concierne a quien pregunta."""
    return Cifras(
        filtro,
        cuentas(s, quien, filtro, EN_EL_TABLERO),
        tiempos(s, quien, filtro),
        _tendencia(s, quien, filtro),
        _focos(s, quien, filtro),
    )


def cuentas(s: Session, quien: Quien, filtro: Filtro, claves: Iterable[str]) -> dict[str, int]:
    """Cuántos hay en cada uno de esos conjuntos; una consulta por clase."""
    por_clase: dict[str, list[str]] = {}
    for clave in claves:
        por_clase.setdefault(CONJUNTOS[clave].clase, []).append(clave)
    contados: dict[str, int] = {}
    for clase, suyas in por_clase.items():
        columnas = [func.count().filter(CONJUNTOS[clave].son(filtro)) for clave in suyas]
        consulta = select(*columnas).select_from(CLASES[clase]).where(*c.base(clase, quien, filtro))
        contados |= dict(zip(suyas, s.execute(consulta).one(), strict=True))
    return contados


def tiempos(s: Session, quien: Quien, filtro: Filtro) -> Tiempos:
    """Lo que tardan las actividades a cargo de personas: lo atendido en el periodo y, si llega a hoy, lo abierto."""
    dias = dias_habiles(s)
    celda = (col(Turno.procedimiento), col(Turno.actividad), col(Turno.unidad))
    vuelta, abierto = col(Turno.vuelta), col(Turno.abierto)
    habiles = dias.en_sql(s.get_bind().dialect.name, abierto, col(Turno.cerrado))
    # Una lista por celda y no un renglón por duración: agrupar también por ella cuesta el doble.
    juntas = func.aggregate_strings(habiles if _es_sqlite(s) else cast(habiles, String), ",")
    columnas: tuple[Any, ...] = (*celda, func.count(), func.count().filter(vuelta > 1), func.max(vuelta), juntas)
    atendidos: Select[Any] = select(*columnas).where(*c.condiciones(CONJUNTOS["atendidos"], quien, filtro))
    esperando = select(*celda, vuelta, DiaLocal(abierto)).where(*c.condiciones(CONJUNTOS["esperan"], quien, filtro))
    return medir(
        (_atendidos(fila) for fila in s.execute(atendidos.group_by(*celda))),
        (Esperando(*fila) for fila in s.execute(esperando)),
        dias,
        numero_de_dia(filtro.hoy),
    )


def _atendidos(fila: Sequence[Any]) -> Atendidos:
    """Una celda. Las duraciones se cuentan antes de leerlas como números: hay pocas distintas."""
    procedimiento, actividad, unidad, cuantos, repetidos, mayor, juntas = fila
    escritas = Counter(juntas.split(",")) if juntas else Counter[str]()
    duraciones = Counter({int(duracion): n for duracion, n in escritas.items()})
    return Atendidos(procedimiento, actividad, unidad, cuantos, repetidos, mayor, duraciones)


def _es_sqlite(s: Session) -> bool:
    # SQLite junta números sin convertirlos; PostgreSQL sólo textos.
    return s.get_bind().dialect.name == "sqlite"


def dias_habiles(s: Session) -> DiasAcumulados:
    """La tabla de días hábiles acumulados del calendario publicado, con el perfil por defecto."""
    calendarios = calendarios_de(s)
    return acumulados(calendarios[POR_DEFECTO], calendarios.anios[0], calendarios.anios[-1])


def _tendencia(s: Session, quien: Quien, filtro: Filtro) -> tuple[Mes, ...]:
    """Los meses del periodo, y si son menos de doce los anteriores que falten; sin los que aún no empiezan."""
    ultimo = min(filtro.hasta, filtro.hoy).replace(day=1)
    cuantos = (ultimo.year - filtro.desde.year) * 12 + ultimo.month - filtro.desde.month + 1
    primero = sumar_meses(ultimo, 1 - max(cuantos, MESES_DE_TENDENCIA))
    fin = sumar_meses(ultimo, 1)
    tramo = filtro.con(periodo=Periodo(Cada.MENSUAL, primero.year, primero.month).clave)
    inicio, hasta = tramo.inicio, filtro.con(periodo=Periodo(Cada.MENSUAL, ultimo.year, ultimo.month).clave).fin
    iniciados, concluidos = (Counter[tuple[int, int]]() for _ in range(2))
    suyos = c.base(c.EXPEDIENTES, quien, filtro)
    concluido = col(Expediente.estado) == EstadoExpediente.CONCLUIDO.value
    for cuenta, instante, condicion in (
        (iniciados, col(Expediente.abierto), []),
        (concluidos, col(Expediente.cerrado), [concluido]),
    ):
        dia = DiaLocal(instante)
        consulta = select(dia, func.count()).where(instante >= inicio, instante < hasta, *condicion, *suyos)
        for numero, n in s.execute(consulta.group_by(dia)):
            cuenta[_mes(fecha_de(numero))] += n
    juicios = (c.a_tiempo(), c.tarde(), c.sin_cumplir(filtro))
    vence = col(Plazo.vence)
    columnas: tuple[Any, ...] = (vence, *(func.count().filter(j) for j in juicios))
    plazos: Select[Any] = select(*columnas)
    plazos = plazos.where(vence >= primero, vence < fin, *c.base(c.PLAZOS, quien, filtro)).group_by(vence)
    de_plazos = [Counter[tuple[int, int]]() for _ in juicios]
    for dia_, *ns in s.execute(plazos):
        for cuenta, n in zip(de_plazos, ns, strict=True):
            cuenta[_mes(dia_)] += n
    cuantos = (fin.year - primero.year) * 12 + fin.month - primero.month
    dias = [sumar_meses(primero, n) for n in range(cuantos)]
    return tuple(
        Mes(
            Periodo(Cada.MENSUAL, d.year, d.month),
            iniciados[_mes(d)],
            concluidos[_mes(d)],
            *(cuenta[_mes(d)] for cuenta in de_plazos),
        )
        for d in dias
    )


def _mes(dia: date) -> tuple[int, int]:
    return dia.year, dia.month


def _focos(s: Session, quien: Quien, filtro: Filtro) -> tuple[Foco, ...]:
    columnas = (col(Plazo.unidad), col(Plazo.que))
    consulta = select(*columnas, func.count()).where(*c.condiciones(CONJUNTOS["vencidos"], quien, filtro))
    consulta = consulta.group_by(*columnas).order_by(func.count().desc(), *columnas).limit(FOCOS)
    return tuple(Foco(*fila) for fila in s.execute(consulta))
