"""Unidades, personas y adscripciones: quién es quién y desde cuándo."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Index,
    Select,
    UniqueConstraint,
    bindparam,
    false,
    select,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos import reloj
from modelos.columnas import Instante
from modelos.errores import DatoRepetido, FormularioIncompleto, NoExiste
from modelos.escritura import en_un_renglon
from modelos.organizacion import contrasenas, correos, vigencia_sql
from modelos.organizacion.claves import cifrar, cifrar_generada
from modelos.organizacion.permisos import ATIENDEN, Quien, Rol
from modelos.tabla.unidades import TIPO_DE_GRUPO, TipoUnidad
from modelos.tabla.unidades import Unidad as Sigla

LARGO_MAXIMO = 200
_CLAVE_CAST = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")


class Unidad(SQLModel, table=True):
    """Una unidad concreta: oficina nacional, unidad estatal o CAST."""

    clave: str = Field(primary_key=True, max_length=40)
    nombre: str = Field(max_length=200)
    tipo: str = Field(max_length=20, index=True)
    depende_de: str | None = Field(default=None, max_length=40)
    entidad: str | None = Field(default=None, max_length=10)
    activa: bool = True
    por_confirmar: bool = False
    es_demo: bool = False


class Persona(SQLModel, table=True):
    """Quien entra al sistema. Sólo lo indispensable para saber quién decidió."""

    id: int | None = Field(default=None, primary_key=True)
    correo: str = Field(max_length=200, unique=True)
    nombre: str = Field(max_length=200)
    clave_cifrada: str = Field(max_length=200)
    clave_provisional: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    activa: bool = True
    creada: datetime = Field(sa_column=Column(Instante, nullable=False))
    es_demo: bool = False


class Adscripcion(SQLModel, table=True):
    """El rol de una persona en una unidad, entre dos fechas inclusive; `hasta` vacío: sin fin."""

    __table_args__ = (
        UniqueConstraint("persona_id", "unidad", "rol", "desde"),
        Index("ix_adscripcion_unidad_persona", "unidad", "persona_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    persona_id: int = Field(foreign_key="persona.id", index=True)
    unidad: str = Field(foreign_key="unidad.clave", max_length=40)
    rol: str = Field(max_length=20)
    desde: date
    hasta: date | None = None


def vigente(en: date) -> ColumnElement[bool]:
    """Condición SQL: la adscripción rige en esa fecha."""
    return vigencia_sql.rige(col(Adscripcion.desde), col(Adscripcion.hasta), en)


def quien_es(s: Session, persona: Persona) -> Quien:
    """La persona como actor: sus adscripciones vigentes hoy, y de quién depende cada unidad si coordina."""
    suyas = select(col(Adscripcion.unidad), col(Adscripcion.rol)).where(col(Adscripcion.persona_id) == persona.id)
    filas = s.execute(suyas.where(vigente(reloj.hoy()))).all()
    return armar_quien(s, persona.id or 0, persona.nombre, [(u, r) for u, r in filas])


def armar_quien(s: Session, persona: int, nombre: str, adscripciones: list[tuple[str, str]]) -> Quien:
    """El actor a partir de sus pares (unidad, rol) ya leídos."""
    pares = frozenset((unidad, Rol(rol)) for unidad, rol in adscripciones)
    superiores: dict[str, str | None] = {}
    if any(rol is Rol.COORDINACION for _, rol in pares):
        # Sólo a quien coordina le importa el organigrama; los demás no pagan la consulta.
        con_superior = select(col(Unidad.clave), col(Unidad.depende_de)).where(col(Unidad.depende_de).is_not(None))
        superiores = dict(s.execute(con_superior).all())
    return Quien(persona, nombre, pares, superiores)


def de_la(nombre: str) -> str:
    """El nombre de una unidad después de «de»: «de la Dirección…», «del Colegio…»."""
    masculinas = ("Colegio", "Comité", "Centro", "CAST", "Plantel", "Departamento", "Consejo")
    return f"{'del' if nombre.split(' ', 1)[0] in masculinas else 'de la'} {nombre}"


def activas(s: Session, grupo: Sigla) -> list[str]:
    """Claves de las unidades activas de un grupo (`CAST`, `CE`), en orden."""
    tipo = TIPO_DE_GRUPO[grupo].value
    consulta = select(col(Unidad.clave)).where(col(Unidad.tipo) == tipo, col(Unidad.activa).is_(True))
    return list(s.scalars(consulta.order_by(col(Unidad.clave))))


def es_del_grupo(s: Session, clave: str, grupo: Sigla) -> bool:
    """Si esa clave es una unidad activa del grupo."""
    unidad = s.get(Unidad, clave)
    return unidad is not None and unidad.activa and unidad.tipo == TIPO_DE_GRUPO[grupo].value


def exigir_unidades(s: Session, formulario: type[BaseModel], datos: Mapping[str, Any]) -> None:
    """Rechaza una unidad que no esté activa o no sea del grupo que pide su campo (`x-grupo`).

    Lanza:
        FormularioIncompleto: dice qué campo y qué se espera.
    """
    for campo, info in formulario.model_fields.items():
        extra = info.json_schema_extra
        grupo = extra.get("x-grupo") if isinstance(extra, dict) else None
        if grupo and not es_del_grupo(s, datos[campo], Sigla(str(grupo))):
            raise FormularioIncompleto({campo: f"elija un {grupo} activo de la lista"})


def responsables(s: Session, unidad: str) -> list[int]:
    """Personas activas que hoy pueden atender los turnos de la unidad."""
    return [persona for persona, _ in s.execute(_de_una(reloj.hoy()), {"de_la": unidad})]


def responsables_de_todas(s: Session) -> dict[str, list[int]]:
    """Lo mismo de cada unidad que tiene alguna, en una consulta."""
    de: dict[str, list[int]] = {}
    for persona, unidad in s.execute(_que_atienden(reloj.hoy())):
        de.setdefault(unidad, []).append(persona)
    return de


@lru_cache(maxsize=2)
def _de_una(hoy: date) -> Select[int, str]:
    return _que_atienden(hoy).where(col(Adscripcion.unidad) == bindparam("de_la"))


@lru_cache(maxsize=2)
def _que_atienden(hoy: date) -> Select[int, str]:
    """(persona, unidad), en orden. Se arma una vez al día: se pregunta miles, y armarla cuesta más que hacerla."""
    return (
        select(col(Adscripcion.persona_id), col(Adscripcion.unidad))
        .join(Persona, col(Persona.id) == Adscripcion.persona_id)
        .where(
            col(Adscripcion.rol).in_(ATIENDEN),
            col(Persona.activa).is_(True),
            vigente(hoy),
        )
        .distinct()
        .order_by(col(Adscripcion.persona_id), col(Adscripcion.unidad))
    )


def por_correo(s: Session, correo: str) -> Persona | None:
    """La persona con ese correo, se escriba como se escriba (`correos.normalizado`)."""
    return s.scalar(select(Persona).where(col(Persona.correo) == correos.normalizado(correo)))


def crear_persona(
    s: Session,
    *,
    correo: str,
    nombre: str,
    clave: str,
    unidad: str,
    rol: str,
    al_azar: bool = False,
    provisional: bool = True,
    es_demo: bool = False,
) -> Persona:
    """Da de alta a una persona con su primera adscripción, vigente desde hoy.

    al_azar: si la contraseña salió de `claves.generada`. provisional: si debe cambiarla al entrar, porque la conoce
    quien la da de alta. es_demo: la de demostración es pública, y no se le pide nada.

    Lanza:
        FormularioIncompleto: correo, nombre, contraseña o rol no sirven; dice cuál y por qué.
        NoExiste: no hay esa unidad.
        DatoRepetido: ya hay una persona con ese correo.
    """
    correo, nombre = correos.normalizado(correo), en_un_renglon("nombre", nombre)
    faltas = faltas_de_persona(correo, nombre, reservados=es_demo or es_de_demostracion(s))
    if not (al_azar or es_demo):
        faltas |= _faltas_de_clave(clave, (correo, nombre, unidad))
    faltas |= faltas_de_rol(rol)
    if faltas:
        raise FormularioIncompleto(faltas)
    if s.get(Unidad, unidad) is None:
        raise NoExiste("la unidad", unidad)
    if por_correo(s, correo):
        raise DatoRepetido("la persona", correo)
    persona = Persona(
        correo=correo,
        nombre=nombre,
        clave_cifrada=cifrar_generada(clave) if al_azar else cifrar(clave),
        clave_provisional=provisional and not es_demo,
        creada=reloj.ahora(),
        es_demo=es_demo,
    )
    s.add(persona)
    s.flush()
    s.add(Adscripcion(persona_id=persona.id or 0, unidad=unidad, rol=rol, desde=reloj.hoy()))
    s.flush()
    return persona


def _faltas_de_clave(clave: str, suyo: Sequence[str]) -> dict[str, str]:
    falta = contrasenas.falta(clave, suyo)
    return {"clave": f"la contraseña {falta}"} if falta else {}


def lo_suyo(s: Session, persona: Persona | None) -> list[str]:
    """Lo que cualquiera sabe de una persona, que no debe estar en su contraseña; de nadie tarda lo mismo."""
    de_quien = persona.id if persona else 0
    unidades = s.scalars(select(col(Adscripcion.unidad)).where(col(Adscripcion.persona_id) == de_quien).distinct())
    return [*([persona.correo, persona.nombre] if persona else ()), *unidades]


def es_de_demostracion(s: Session) -> bool:
    """Si la base es la de una demostración: sólo ahí entran correos de un dominio que no existe."""
    return s.scalar(select(col(Persona.id)).where(col(Persona.es_demo).is_(True)).limit(1)) is not None


def faltas_de_persona(correo: str, nombre: str, *, ya: str | None = None, reservados: bool = False) -> dict[str, str]:
    """Por qué no sirven, por campo; vacío si sirven. No mira si el correo ya es de alguien.

    ya: el correo que la persona tiene, que no se revisa si lo conserva; None: es nueva. reservados: como en
    `correos.falta`.
    """
    faltas = {}
    if correos.normalizado(correo) != ya and (falta := correos.falta(correo, reservados=reservados)):
        faltas["correo"] = falta
    if not 1 <= len(nombre) <= LARGO_MAXIMO or not nombre.isprintable():
        faltas["nombre"] = f"escriba el nombre en un renglón, de {LARGO_MAXIMO} caracteres a lo más"
    return faltas


def faltas_de_rol(rol: str) -> dict[str, str]:
    """Si no es ninguno de los que hay."""
    return {} if rol in set(Rol) else {"rol": f"elija uno de: {', '.join(Rol)}"}


def crear_cast(s: Session, *, clave: str, nombre: str, depende_de: str, es_demo: bool = False) -> Unidad:
    """Da de alta un CAST. El catálogo nace vacío: no hay listado público verificable (dominio 07 §7.3)."""
    faltas = faltas_de_cast(clave, nombre, depende_de, estatales(s))
    if faltas:
        raise FormularioIncompleto(faltas)
    if s.get(Unidad, clave):
        raise DatoRepetido("la unidad", clave)
    unidad = Unidad(
        clave=clave, nombre=nombre, tipo=TipoUnidad.CAST.value, depende_de=depende_de, activa=True, es_demo=es_demo
    )
    s.add(unidad)
    s.flush()
    return unidad


def estatales(s: Session) -> set[str]:
    """Las claves de que puede depender un CAST."""
    return set(s.scalars(select(col(Unidad.clave)).where(col(Unidad.tipo) == TipoUnidad.ESTATAL.value)))


def faltas_de_cast(clave: str, nombre: str, depende_de: str, de_cuales: Container[str]) -> dict[str, str]:
    """Por qué no sirven, por campo; vacío si sirven. de_cuales: las de `estatales`."""
    faltas = {}
    if not _CLAVE_CAST.fullmatch(clave):
        faltas["clave"] = "use mayúsculas, números y guiones, 40 a lo más, como CAST-01"
    if falta := falta_de_nombre(nombre):
        faltas["nombre"] = falta
    if depende_de not in de_cuales:
        faltas["depende_de"] = "escriba la clave de su unidad estatal: CE-01 … CE-32, UODCDMX o RCEO"
    return faltas


def falta_de_nombre(nombre: str) -> str:
    """Por qué no sirve esa denominación de una unidad; vacío si sirve."""
    if not 1 <= len(nombre.strip()) <= LARGO_MAXIMO or not nombre.isprintable():
        return f"escriba la denominación oficial en un renglón, de {LARGO_MAXIMO} caracteres a lo más"
    return ""
