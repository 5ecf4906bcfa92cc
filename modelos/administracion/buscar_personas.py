"""Lo que la administración lee de las personas: buscarlas, una con todo lo suyo, y quién cambió qué."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.administracion import sin_nadie
from modelos.administracion.personas import tomados_por
from modelos.administracion.sin_nadie import DePersona
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import Turno, plegar
from modelos.listas import CURSOR_AJENO, DE_NUMERO, LIMITE, Pagina, acotar, cortar
from modelos.oficios import titulares
from modelos.organizacion import cambios
from modelos.organizacion.cambios import Cambio, Cosa, RenglonDeCambio
from modelos.organizacion.organigrama import Adscripcion, Persona, vigente
from modelos.organizacion.permisos import Rol
from modelos.organizacion.vigencia import ha_acabado

ESTADOS = {
    "activas": "Pueden entrar",
    "baja": "De baja",
    "sueltas": "Pueden entrar y hoy no tienen unidad",
}
TURNOS = 50


@dataclass(frozen=True)
class Encontrada:
    """Una persona en la lista. vigentes: sus pares (unidad, rol) de hoy."""

    persona: Persona
    vigentes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Detalle:
    """Una persona con lo suyo.

    adscripciones: todas, la última primero. tomados: turnos que tiene tomados, a lo más 50 de `cuantos`.
    firma_por: unidades cuyo cargo tiene o suple hoy. sin_nadie: los turnos que quedan, o quedarían, sin quién los
    atienda.
    """

    persona: Persona
    adscripciones: Sequence[Adscripcion]
    tomados: Sequence[Turno]
    cuantos: int
    firma_por: Sequence[str]
    sin_nadie: DePersona


@dataclass(frozen=True)
class Anotado:
    """Un cambio con de qué es. cual: cómo se nombra la cosa; camino: su página, vacío si no tiene."""

    id: int
    cosa: str
    cual: str
    camino: str
    renglon: RenglonDeCambio


def buscar(
    s: Session,
    *,
    texto: str = "",
    unidad: str = "",
    rol: str = "",
    estado: str = "",
    cursor: str = "",
    limite: int = LIMITE,
) -> Pagina[Encontrada]:
    """Las personas por nombre. texto: parte del nombre o del correo, sin acentos ni mayúsculas.

    cursor: el id de la última del tramo anterior; así la dirección no lleva nombres ni correos.
    """
    condiciones = _condiciones(unidad, rol, estado)
    if buscado := plegar(limpiar_texto("texto", texto)).strip():
        condiciones = [col(Persona.id).in_(_que_dicen(s, buscado, condiciones))]
    orden = (col(Persona.nombre), col(Persona.id))
    consulta = select(Persona).where(*condiciones).order_by(*orden)
    if cursor:
        ultima = _de_cursor(s, cursor)
        consulta = consulta.where(tuple_(*orden) > (ultima.nombre, ultima.id))
    tope = acotar(limite)
    total = s.scalar(select(func.count()).select_from(Persona).where(*condiciones)) or 0
    tramo = cortar(s.scalars(consulta.limit(tope + 1)).all(), tope, total, DE_NUMERO, lambda p: p.id or 0)
    suyas = _vigentes(s, [p.id or 0 for p in tramo.elementos])
    return tramo.con([Encontrada(p, tuple(suyas.get(p.id or 0, ()))) for p in tramo.elementos])


def _que_dicen(s: Session, buscado: str, condiciones: Iterable[ColumnElement[bool]]) -> list[int | None]:
    """Los ids de las que llevan ese texto, ya plegado, en el nombre o en el correo."""
    filas = s.execute(select(col(Persona.id), col(Persona.nombre), col(Persona.correo)).where(*condiciones))
    return [i for i, *partes in filas if buscado in plegar(" ".join(partes))]


def _de_cursor(s: Session, cursor: str) -> Persona:
    persona = s.get(Persona, DE_NUMERO.leer(cursor))
    if persona is None:
        raise FormularioIncompleto(CURSOR_AJENO)
    return persona


def _condiciones(unidad: str, rol: str, estado: str) -> list[ColumnElement[bool]]:
    suya = (col(Adscripcion.persona_id) == Persona.id) & vigente(reloj.hoy())
    condiciones: list[ColumnElement[bool]] = []
    if unidad or rol:
        pedidas = [col(Adscripcion.unidad) == unidad] if unidad else []
        pedidas += [col(Adscripcion.rol) == rol] if rol else []
        condiciones.append(exists().where(suya, *pedidas))
    if estado:
        if estado not in ESTADOS:
            raise FormularioIncompleto({"estado": f"use uno de: {', '.join(ESTADOS)}"})
        condiciones.append(col(Persona.activa).is_(estado != "baja"))
    if estado == "sueltas":
        condiciones.append(~exists().where(suya))
    return condiciones


def _vigentes(s: Session, personas: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    suyas = select(Adscripcion).where(col(Adscripcion.persona_id).in_(personas), vigente(reloj.hoy()))
    halladas: dict[int, list[tuple[str, str]]] = {}
    for fila in s.scalars(suyas.order_by(col(Adscripcion.unidad), col(Adscripcion.rol))):
        halladas.setdefault(fila.persona_id, []).append((fila.unidad, fila.rol))
    return halladas


def una(s: Session, id_: int) -> Detalle:
    """Una persona con lo suyo. Lanza NoExiste."""
    persona = s.get(Persona, id_)
    if persona is None:
        raise NoExiste("la persona", str(id_))
    consulta = select(Adscripcion).where(col(Adscripcion.persona_id) == id_)
    suyas = list(s.scalars(consulta.order_by(col(Adscripcion.desde).desc(), col(Adscripcion.id).desc())))
    tomados = tomados_por(id_)
    return Detalle(
        persona,
        suyas,
        list(s.scalars(select(Turno).where(*tomados).order_by(col(Turno.abierto), col(Turno.id)).limit(TURNOS))),
        s.scalar(select(func.count()).select_from(Turno).where(*tomados)) or 0,
        titulares.unidades_que_firma(s, id_, reloj.hoy()),
        sin_nadie.de_persona(s, persona, suyas, reloj.hoy()),
    )


def estado_de(fila: Adscripcion, hoy: date) -> str:
    """«rige», «por_regir» o «terminada»."""
    if fila.desde > hoy:
        return "por_regir"
    return "terminada" if ha_acabado(fila.hasta, hoy) else "rige"


# --- quién cambió qué --------------------------------------------------------------


def de_persona(s: Session, id_: int) -> list[RenglonDeCambio]:
    """Lo que se le ha cambiado a una persona y a sus adscripciones, lo último primero."""
    consulta = select(Cambio).where(
        col(Cambio.cosa).in_((Cosa.PERSONA.value, Cosa.ADSCRIPCION.value)), col(Cambio.cual) == str(id_)
    )
    return cambios.en_palabras(s, s.scalars(consulta.order_by(col(Cambio.id).desc())).all())


def anotados(s: Session, *, cosa: str = "", quien: str = "", cursor: str = "", limite: int = LIMITE) -> Pagina[Anotado]:
    """Todo lo que ha cambiado la administración, lo último primero.

    cosa: una de `Cosa`. quien: el id de quien cambió; «consola», la línea de órdenes.
    """
    condiciones = [*([_cosa(cosa)] if cosa else []), *([_autor(quien)] if quien else [])]
    consulta = select(Cambio).where(*condiciones).order_by(col(Cambio.id).desc())
    if cursor:
        consulta = consulta.where(col(Cambio.id) < DE_NUMERO.leer(cursor))
    tope = acotar(limite)
    total = s.scalar(select(func.count()).select_from(Cambio).where(*condiciones)) or 0
    tramo = cortar(s.scalars(consulta.limit(tope + 1)).all(), tope, total, DE_NUMERO, lambda c: c.id or 0)
    nombres = _nombres(s, tramo.elementos)
    renglones = cambios.en_palabras(s, tramo.elementos)
    anotados = [
        Anotado(f.id or 0, f.cosa, *_que_es(f, nombres), renglon)
        for f, renglon in zip(tramo.elementos, renglones, strict=True)
    ]
    return tramo.con(anotados)


def autores(s: Session) -> list[tuple[str, str]]:
    """Quiénes han cambiado algo, por nombre: (id, nombre), y la línea de órdenes si también."""
    ids = set(s.scalars(select(col(Cambio.persona_id)).distinct()))
    filas = s.execute(select(col(Persona.id), col(Persona.nombre)).where(col(Persona.id).in_(ids - {None})))
    por_nombre = sorted(((str(i), nombre) for i, nombre in filas), key=lambda par: plegar(par[1]))
    return [*por_nombre, *([("consola", cambios.CONSOLA)] if None in ids else [])]


def _cosa(cosa: str) -> ColumnElement[bool]:
    if cosa not in set(Cosa):
        raise FormularioIncompleto({"cosa": f"use una de: {', '.join(Cosa)}"})
    return col(Cambio.cosa) == cosa


def _autor(quien: str) -> ColumnElement[bool]:
    if quien == "consola":
        return col(Cambio.persona_id).is_(None)
    if not quien.isdecimal() or len(quien) > 9:
        raise FormularioIncompleto({"quien": "elija a alguien de la lista"})
    return col(Cambio.persona_id) == int(quien)


def _nombres(s: Session, filas: Sequence[Cambio]) -> dict[str, str]:
    """De las personas que cambiaron, por su id escrito."""
    ids = {int(f.cual) for f in filas if f.cosa in (Cosa.PERSONA, Cosa.ADSCRIPCION)}
    return {
        str(i): n for i, n in s.execute(select(col(Persona.id), col(Persona.nombre)).where(col(Persona.id).in_(ids)))
    }


def _que_es(fila: Cambio, nombres: dict[str, str]) -> tuple[str, str]:
    """Cómo se nombra y dónde se ve."""
    datos = {**fila.antes, **fila.despues}
    match Cosa(fila.cosa):
        case Cosa.PERSONA | Cosa.ADSCRIPCION:
            return nombres.get(fila.cual, fila.cual), f"/administracion/personas/{fila.cual}"
        case Cosa.TITULARIDAD | Cosa.SUPLENCIA:
            return str(datos.get("unidad", "")), f"/administracion/titulares/{datos.get('unidad', '')}"
        case Cosa.UNIDAD:
            return fila.cual, f"/administracion/unidades/{fila.cual}"
        case Cosa.PAPELERIA:
            return fila.cual, f"/administracion/papeleria/{fila.cual}"
        case Cosa.NORMA:
            return fila.cual, f"/administracion/ordenamientos/{fila.cual}"
        case Cosa.LEYENDA:
            return fila.cual, "/administracion/leyendas"


ROLES = {
    Rol.COORDINACION.value: "Coordinación",
    Rol.OPERACION.value: "Operación",
    Rol.DIRECCION.value: "Dirección",
    Rol.ADMINISTRACION.value: "Administración",
}
"""Cómo se lee cada rol en una lista."""
