"""Una campaña: el mismo procedimiento llevado por muchas unidades en un periodo; qué tiene ya cada una.

No se guarda aparte: son los expedientes de ese procedimiento y periodo, los haya abierto una campaña, su ciclo o
una persona. Así la matriz y lo que falta por abrir nunca discrepan de lo que hay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from modelos import reloj
from modelos.calendario import fecha_corta
from modelos.ciclos.ciclo import EstadoApertura
from modelos.ciclos.previstas import aperturas
from modelos.expedientes.expediente import ABIERTOS, EN_TRAMITE, EstadoExpediente, Expediente, Turno
from modelos.organizacion.organigrama import Adscripcion, Persona, Unidad, activas, vigente
from modelos.organizacion.permisos import ATIENDEN
from modelos.tabla import Tabla
from modelos.tabla.plazo import DEL_PERIODO
from modelos.tabla.unidades import ENTIDADES
from modelos.tabla.unidades import Unidad as Sigla

EN_CURSO = "en-tramite"
"""El periodo de lo que no lo lleva: todo lo que hoy está en trámite."""
SIN_ENTIDAD = "sin entidad"
PERIODOS_A_LA_VISTA = 60


@dataclass(frozen=True)
class Reparto:
    """El dato inicial que nombra a la unidad, y de qué grupo es."""

    campo: str
    grupo: Sigla


@dataclass(frozen=True)
class Miembro:
    """Una unidad del grupo. con_gente: si hoy alguien puede atenderla."""

    clave: str
    nombre: str
    entidad: str
    con_gente: bool


@dataclass(frozen=True)
class ResumenDeCampana:
    """Un procedimiento en un periodo: cuántos expedientes hay y cuántos siguen en trámite."""

    procedimiento: str
    periodo: str
    total: int
    abiertos: int


def reparte(tabla: Tabla) -> Reparto | None:
    """Cómo se reparte entre unidades; None si no se lleva uno por unidad."""
    for nombre, info in tabla.datos.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and (grupo := extra.get("x-grupo")):
            return Reparto(nombre, Sigla(str(grupo)))
    return None


def con_periodo(tabla: Tabla) -> bool:
    """Si sus expedientes son de un periodo."""
    return DEL_PERIODO in tabla.datos.model_fields


def miembros(s: Session, grupo: Sigla) -> list[Miembro]:
    """Las unidades activas del grupo, por clave."""
    claves = activas(s, grupo)
    superior = aliased(Unidad)
    entidad = func.coalesce(col(Unidad.entidad), col(superior.entidad))
    consulta = (
        select(col(Unidad.clave), col(Unidad.nombre), entidad)
        .join(superior, col(superior.clave) == Unidad.depende_de, isouter=True)
        .where(col(Unidad.clave).in_(claves))
    )
    pueblan = _con_gente(s, claves)
    hallados = [Miembro(c, n, ENTIDADES.get(e or "", SIN_ENTIDAD), c in pueblan) for c, n, e in s.execute(consulta)]
    return sorted(hallados, key=lambda m: m.clave)


def expedientes(s: Session, tabla: Tabla, periodo: str) -> dict[str, Expediente]:
    """El expediente que cuenta de cada unidad: el primero de `de_cada_unidad`."""
    return {unidad: suyos[0] for unidad, suyos in de_cada_unidad(s, tabla, periodo).items()}


def de_cada_unidad(s: Session, tabla: Tabla, periodo: str) -> dict[str, list[Expediente]]:
    """Los expedientes de cada unidad: primero lo que sigue en trámite, luego lo concluido; de éstos, lo más reciente.

    Los cancelados sólo cuentan si no hay otro.
    """
    campo = _campo(tabla)
    consulta = select(Expediente).where(col(Expediente.procedimiento) == tabla.clave)
    if periodo == EN_CURSO:
        consulta = consulta.where(col(Expediente.estado).in_(EN_TRAMITE))
    else:
        consulta = consulta.where(col(Expediente.datos)[DEL_PERIODO].as_string() == periodo)
    de: dict[str, list[Expediente]] = {}
    for expediente in s.scalars(consulta.order_by(col(Expediente.abierto).desc(), col(Expediente.folio).desc())):
        if unidad := str(expediente.datos.get(campo) or ""):
            de.setdefault(unidad, []).append(expediente)
    return {unidad: _los_que_cuentan(suyos) for unidad, suyos in de.items()}


def _los_que_cuentan(suyos: Sequence[Expediente]) -> list[Expediente]:
    cuentan = [e for e in suyos if e.estado != EstadoExpediente.CANCELADO] or list(suyos[:1])
    return sorted(cuentan, key=lambda e: e.estado not in EN_TRAMITE)  # estable: conserva lo más reciente primero


def de_la_campana(s: Session, tabla: Tabla, de: Mapping[str, Sequence[Expediente]]) -> list[Miembro]:
    """Las unidades de una campaña: las activas del grupo y, al final, las dadas de baja que sí tienen expediente."""
    reparto = reparte(tabla)
    todas = miembros(s, reparto.grupo) if reparto else []
    presentes = {m.clave for m in todas}
    return todas + [Miembro(u, "dada de baja", "", con_gente=True) for u in sorted(de.keys() - presentes)]


def cuenta(todas: Iterable[Miembro], de: Mapping[str, Sequence[Expediente]]) -> dict[str, int]:
    """Cuántas unidades hay en cada estado, por el expediente que cuenta de cada una."""
    estados = [de[m.clave][0].estado if m.clave in de else "" for m in todas]
    return {
        "unidades": len(estados),
        "concluidos": estados.count(EstadoExpediente.CONCLUIDO.value),
        "en_tramite": sum(estado in EN_TRAMITE for estado in estados),
        "cancelados": estados.count(EstadoExpediente.CANCELADO.value),
        "sin": estados.count(""),
    }


def saltos(s: Session, tabla: Tabla, periodo: str, unidades: Iterable[str]) -> dict[str, tuple[str, str]]:
    """De las que no hace falta abrir, (folio, por qué); el folio va vacío si no hay."""
    pedidas = set(unidades)
    dichos: dict[str, tuple[str, str]] = {}
    if tabla.ciclo is not None:
        for unidad, fila in aperturas(s, tabla.clave, periodo).items():
            if unidad in pedidas and fila.estado == EstadoApertura.DISPENSADA:
                cuando = fecha_corta(reloj.local(fila.hecha).date())
                dichos[unidad] = ("", f"se dispensó el {cuando}: {fila.motivo.rstrip('.')}")
    for unidad, expediente in expedientes(s, tabla, periodo).items():
        if unidad in pedidas and expediente.estado != EstadoExpediente.CANCELADO:
            como = expediente.estado.replace("_", " ")
            dichos[unidad] = (expediente.folio, f"ya tiene {expediente.folio}, {como}")
    return dichos


def en_marcha(s: Session, tablas: Iterable[Tabla]) -> list[ResumenDeCampana]:
    """Los periodos de esos procedimientos en que hay expedientes, lo más reciente primero."""
    resumenes: list[ResumenDeCampana] = []
    abierto = func.sum(case((col(Expediente.estado).in_(EN_TRAMITE), 1), else_=0))
    for tabla in tablas:
        suyos = col(Expediente.procedimiento) == tabla.clave
        if not con_periodo(tabla):
            total = s.scalar(select(func.count()).where(suyos, col(Expediente.estado).in_(EN_TRAMITE))) or 0
            resumenes += [ResumenDeCampana(tabla.clave, EN_CURSO, total, total)] if total else []
            continue
        periodo = col(Expediente.datos)[DEL_PERIODO].as_string().label("periodo")
        consulta = select(periodo, func.count(), abierto).where(suyos).group_by(periodo)
        consulta = consulta.order_by(periodo.desc()).limit(PERIODOS_A_LA_VISTA)
        resumenes += [ResumenDeCampana(tabla.clave, p, n, int(a or 0)) for p, n, a in s.execute(consulta) if p]
    return sorted(resumenes, key=lambda r: (r.abiertos == 0, r.procedimiento))


def turnos_de(s: Session, folios: Sequence[str]) -> dict[str, list[Turno]]:
    """Los turnos de cada expediente, en el orden en que se abrieron; una consulta."""
    de: dict[str, list[Turno]] = {folio: [] for folio in folios}
    if folios:
        consulta = select(Turno).where(col(Turno.folio).in_(folios))
        for turno in s.scalars(consulta.order_by(col(Turno.apertura), col(Turno.id))):
            de[turno.folio].append(turno)
    return de


def por_atender(s: Session, todos: Mapping[str, Sequence[Expediente]]) -> list[Turno]:
    """Los turnos que alguien debe, de los expedientes que corren; lo suspendido no se debe."""
    folios = [e.folio for suyos in todos.values() for e in suyos if e.estado == EstadoExpediente.EN_CURSO]
    consulta = select(Turno).where(
        col(Turno.folio).in_(folios), col(Turno.estado).in_(ABIERTOS), col(Turno.a_mano).is_(True)
    )
    return list(s.scalars(consulta.order_by(col(Turno.folio), col(Turno.id)))) if folios else []


def _campo(tabla: Tabla) -> str:
    reparto = reparte(tabla)
    return reparto.campo if reparto else ""


def _con_gente(s: Session, unidades: Sequence[str]) -> set[str]:
    """Las que hoy tienen a alguien activo que atienda."""
    consulta = (
        select(col(Adscripcion.unidad))
        .join(Persona, col(Persona.id) == Adscripcion.persona_id)
        .where(
            col(Adscripcion.unidad).in_(unidades),
            col(Adscripcion.rol).in_(ATIENDEN),
            col(Persona.activa).is_(True),
            vigente(reloj.hoy()),
        )
        .distinct()
    )
    return set(s.scalars(consulta))
