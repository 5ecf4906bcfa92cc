"""Las normas en que se fundan los oficios: cuáles son, en qué estado están y cómo se citan.

Un oficio cita por clave (`L-22`, `M-N-7`) y aquí se resuelve a su nombre y su estado de hoy: si una norma
sigue en proyecto, el oficio lo dice o no se firma, según el ajuste (dominio 00).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos import reloj
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.escritura import en_un_renglon, faltas_de_largo
from modelos.organizacion import vigencia
from modelos.tabla.tabla import Citable


class EstadoNorma(StrEnum):
    """En qué está una norma."""

    PROYECTO = "proyecto"
    VIGENTE = "vigente"
    ABROGADO = "abrogado"


class Ordenamiento(SQLModel, table=True):
    """Una norma. `cita`: cómo se nombra después de «los artículos 1 y 2»; acuerdo y fechas, sólo si constan."""

    __table_args__ = (CheckConstraint("estado IN ('proyecto', 'vigente', 'abrogado')", name="estado"),)

    clave: str = Field(primary_key=True, max_length=10)
    nombre: str = Field(max_length=300)
    cita: str = Field(max_length=300)
    estado: str = Field(max_length=20)
    acuerdo: str = Field(default="", max_length=200)
    emitido: date | None = None
    publicado: date | None = None
    vigente_desde: date | None = None
    vigente_hasta: date | None = None
    nota: str = Field(default="", max_length=1000)


_INICIALES: tuple[dict[str, Any], ...] = (
    {
        "clave": "Est",
        "nombre": "Estatuto Orgánico del Colegio Nacional de Educación Profesional Técnica",
        "cita": "del Estatuto Orgánico del Colegio Nacional de Educación Profesional Técnica",
        "estado": "vigente",
        "nota": "Capítulo IV: artículo 37, DSTC; artículo 38, DVS y suscripción de convenios.",
    },
    {
        "clave": "LFPA",
        "nombre": "Ley Federal de Procedimiento Administrativo",
        "cita": "de la Ley Federal de Procedimiento Administrativo",
        "estado": "vigente",
    },
    {
        "clave": "L",
        "nombre": "Lineamientos de Operación de los Servicios Tecnológicos; Apertura y Mantenimiento de los CAST "
        "del Sistema CONALEP",
        "cita": "de los Lineamientos de Operación de los Servicios Tecnológicos; Apertura y Mantenimiento de los "
        "Centros de Asistencia y Servicios Tecnológicos del Sistema CONALEP",
        "estado": "proyecto",
        "nota": "La copia que se tuvo a la vista no trae número de acuerdo, sesión ni fecha. Entra en vigor el día "
        "hábil siguiente a su publicación en la NORMATECA digital (Transitorio primero).",
    },
    {
        "clave": "B",
        "nombre": "Bases para la Operación del Compromiso Social en el Sistema CONALEP",
        "cita": "de las Bases para la Operación del Compromiso Social en el Sistema CONALEP",
        "estado": "vigente",
        "acuerdo": "SO/I-26/10,R",
        "emitido": date(2026, 3, 2),
        "nota": "Primera Sesión Ordinaria de la Junta Directiva. Rige desde el día hábil siguiente a su publicación "
        "en la NORMATECA: confirme esa fecha.",
    },
    {
        "clave": "M",
        "nombre": "Manual de Procedimientos de la Dirección de Servicios Tecnológicos y de Capacitación",
        "cita": "del Manual de Procedimientos de la Dirección de Servicios Tecnológicos y de Capacitación "
        "(7081-MP-SI, revisión 09)",
        "estado": "vigente",
        "emitido": date(2025, 11, 20),
        "vigente_desde": date(2025, 11, 20),
        "nota": "Su marco jurídico cita leyes abrogadas: los oficios no lo copian.",
    },
)
_ARTICULOS = {"L": 79, "B": 27}
"""Cuántos tiene cada norma, donde consta (dominio 00): citar el 80 es un error de quien escribe."""
_ORDEN = [norma["clave"] for norma in _INICIALES]
_CLAVE = re.compile(r"(?P<norma>[A-Za-z]+)-(?P<resto>.+)")
FECHAS = ("emitido", "publicado", "vigente_desde", "vigente_hasta")
LARGOS = {"nombre": 300, "cita": 300, "acuerdo": 200, "nota": 1000}


@dataclass(frozen=True)
class Cita:
    """«Con fundamento en…», ya escrita, y las claves de las normas que nombra."""

    texto: str
    normas: tuple[str, ...]


def iniciales() -> dict[str, Ordenamiento]:
    """Las que se siembran, por clave: lo que consta de cada norma antes de que la administración la actualice."""
    return {norma["clave"]: Ordenamiento(**norma) for norma in _INICIALES}


def sembrar(s: Session) -> None:
    """Da de alta las que falten; no toca las que la administración haya actualizado."""
    existentes = set(s.scalars(select(col(Ordenamiento.clave))))
    s.add_all(Ordenamiento(**norma) for norma in _INICIALES if norma["clave"] not in existentes)
    s.flush()


def todos(s: Session) -> dict[str, Ordenamiento]:
    """Por clave, en el orden en que se citan."""
    filas = s.scalars(select(Ordenamiento))
    return {n.clave: n for n in sorted(filas, key=lambda n: (_lugar(n.clave), n.clave))}


def en_proyecto(s: Session, claves: Sequence[str], en: date | None = None) -> list[str]:
    """De esas normas, los nombres de las que en esa fecha (hoy) no constan como vigentes."""
    dia = en or reloj.hoy()
    return [norma.nombre for clave, norma in todos(s).items() if clave in claves and not rige(norma, dia)]


def rige(norma: Ordenamiento, en: date) -> bool:
    """Si consta como vigente y esa fecha cae entre las suyas, inclusive; sin fechas, se toma su estado."""
    desde = norma.vigente_desde or date.min
    return norma.estado == EstadoNorma.VIGENTE and vigencia.rige(desde, norma.vigente_hasta, en)


def citar(normas: Mapping[str, Ordenamiento], claves: Sequence[str], citables: Mapping[str, Citable]) -> Cita:
    """«Con fundamento en los artículos 8 y 22 de los Lineamientos…; y en la actividad 7 del procedimiento…».

    claves: como `L-22`, `Est-37`, `LFPA-17-A`, `M-N-7`. citables: los procedimientos del catálogo, por prefijo (`M-N`).

    Lanza:
        NoExiste: cita una norma que no está registrada, un artículo o una actividad que no hay.
    """
    articulos: dict[str, list[str]] = {}
    actividades: dict[str, list[str]] = {}
    for clave in (clave.strip() for clave in claves):
        prefijo, _, numero = clave.rpartition("-")
        if prefijo not in citables:
            _agregar(articulos, *_articulo(normas, clave, citables))
        elif numero in citables[prefijo].numeros:
            _agregar(actividades, prefijo, numero)
        else:
            raise NoExiste("la actividad que se cita", clave)
    piezas = [
        f"{_plural('el artículo', 'los artículos', articulos[n])} {normas[n].cita}" for n in normas if n in articulos
    ]
    piezas += _de_actividades(normas, actividades, citables)
    de_procedimientos = {prefijo.partition("-")[0] for prefijo in actividades}
    usadas = [norma for norma in normas if norma in articulos or norma in de_procedimientos]
    return Cita("Con fundamento en " + _unir(piezas), tuple(usadas))


def _articulo(normas: Mapping[str, Ordenamiento], clave: str, citables: Iterable[str]) -> tuple[str, str]:
    """La norma y el artículo de una clave. Lanza NoExiste."""
    partes = _CLAVE.fullmatch(clave)
    if partes is None or partes["norma"] not in normas:
        raise NoExiste("el ordenamiento que se cita", clave)
    norma, articulo = partes["norma"], partes["resto"]
    if norma in {prefijo.partition("-")[0] for prefijo in citables}:
        raise NoExiste("el procedimiento que se cita", clave)
    entero = articulo.partition("-")[0]
    if not entero.isdecimal() or not 1 <= int(entero) <= _ARTICULOS.get(norma, int(entero)):
        raise NoExiste("el artículo que se cita", clave)
    return norma, articulo


def _de_actividades(
    normas: Mapping[str, Ordenamiento], actividades: Mapping[str, list[str]], citables: Mapping[str, Citable]
) -> list[str]:
    """«la actividad 7 del procedimiento…»; la norma se nombra una vez, tras la última de las suyas."""
    piezas = [f"{_plural('la actividad', 'las actividades', n)} {citables[p].frase}" for p, n in actividades.items()]
    de = [prefijo.partition("-")[0] for prefijo in actividades]
    for lugar, norma in enumerate(de):
        if norma not in de[lugar + 1 :] and norma in normas:
            piezas[lugar] += f", {normas[norma].cita}"
    return piezas


def fijar(s: Session, clave: str, campos: dict[str, str], fechas: dict[str, date | None]) -> Ordenamiento:
    """Actualiza lo que consta de una norma: su estado, su acuerdo, sus fechas.

    fechas: `emitido`, `publicado`, `vigente_desde`, `vigente_hasta`.

    Lanza:
        NoExiste, FormularioIncompleto.
    """
    norma = s.get(Ordenamiento, clave)
    if norma is None:
        raise NoExiste("el ordenamiento", clave)
    limpios = {campo: en_un_renglon(campo, campos.get(campo, "")) for campo in LARGOS}
    faltas = faltas_de_largo(limpios, LARGOS)
    faltas |= {c: "no puede quedar vacío" for c in ("nombre", "cita") if not limpios[c]}
    estado = campos.get("estado", "")
    faltas |= _faltas_de_vigencia(norma, estado, fechas.get("vigente_desde"), fechas.get("vigente_hasta"))
    if faltas:
        raise FormularioIncompleto(faltas)
    norma.estado = estado
    for campo, valor in limpios.items():
        setattr(norma, campo, valor)
    for fecha in FECHAS:
        setattr(norma, fecha, fechas.get(fecha))
    s.flush()
    return norma


def _faltas_de_vigencia(norma: Ordenamiento, estado: str, desde: date | None, hasta: date | None) -> dict[str, str]:
    """Del estado y las fechas que se le quieren poner."""
    faltas = {}
    if estado not in set(EstadoNorma):
        faltas["estado"] = f"elija uno de: {', '.join(EstadoNorma)}"
    # De las que se sembraron vigentes sin fecha conocida se puede corregir lo demás sin inventarla.
    pasa_a_regir = estado == EstadoNorma.VIGENTE and norma.estado != EstadoNorma.VIGENTE
    perdio_fecha = norma.vigente_desde is not None and estado == EstadoNorma.VIGENTE
    if (pasa_a_regir or perdio_fecha) and not desde:
        faltas["vigente_desde"] = "diga desde cuándo rige; sin esa fecha no se puede dar por vigente"
    if desde and vigencia.ha_acabado(hasta, desde):
        faltas["vigente_hasta"] = "no puede ser anterior a la fecha desde la que rige"
    return faltas


def _agregar(a: dict[str, list[str]], clave: str, numero: str) -> None:
    """Sin repetir: una plantilla puede citar dos veces lo mismo."""
    if numero not in a.setdefault(clave, []):
        a[clave].append(numero)


def _lugar(clave: str) -> int:
    return _ORDEN.index(clave) if clave in _ORDEN else len(_ORDEN)


def _plural(uno: str, varios: str, numeros: Sequence[str]) -> str:
    return f"{uno if len(numeros) == 1 else varios} {_enumerar(numeros)}"


def _enumerar(cosas: Sequence[str]) -> str:
    return cosas[0] if len(cosas) == 1 else f"{', '.join(cosas[:-1])} y {cosas[-1]}"


def _unir(piezas: Sequence[str]) -> str:
    return piezas[0] if len(piezas) == 1 else f"{'; '.join(piezas[:-1])}; y en {piezas[-1]}"
