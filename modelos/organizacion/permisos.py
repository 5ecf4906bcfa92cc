"""Quién puede qué: una regla por acto, sobre unidades y roles (diseño §5).

Puro: recibe lo que la base dice de la persona y responde sí o no, de modo que
la misma regla sirve a la API, a las páginas y a las pruebas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from modelos.errores import NoLeCorresponde


class Rol(StrEnum):
    """Lo que una persona hace en la unidad a la que está adscrita."""

    OPERACION = "operacion"
    COORDINACION = "coordinacion"
    DIRECCION = "direccion"
    ADMINISTRACION = "administracion"


NOMBRES = {
    Rol.OPERACION: "operación: atiende los turnos de su unidad",
    Rol.COORDINACION: "coordinación: inicia y sigue lo de su dirección",
    Rol.DIRECCION: "dirección: mira todo y sus informes",
    Rol.ADMINISTRACION: "administración: catálogos y personas",
}


@dataclass(frozen=True)
class Quien:
    """La persona que actúa, con sus adscripciones vigentes: pares (unidad, rol).

    superiores: de cada unidad del catálogo, aquella de la que depende.
    """

    persona: int
    nombre: str
    adscripciones: frozenset[tuple[str, Rol]]
    superiores: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def unidades(self) -> frozenset[str]:
        """Las unidades a que pertenece, con cualquier rol."""
        return frozenset(unidad for unidad, _ in self.adscripciones)

    def tiene(self, *roles: Rol) -> bool:
        """Si tiene alguno de esos roles en alguna unidad."""
        return any(rol in roles for _, rol in self.adscripciones)


def atiende(quien: Quien) -> frozenset[str]:
    """Unidades cuyos turnos puede atender: donde opera o coordina."""
    return frozenset(u for u, rol in quien.adscripciones if rol in (Rol.OPERACION, Rol.COORDINACION))


def puede_atender(quien: Quien, unidad: str) -> bool:
    """Si puede atender los turnos de esa unidad."""
    return unidad in atiende(quien)


def puede_conducir(quien: Quien, duena: str) -> bool:
    """Si coordina la unidad dueña del procedimiento, o alguna de la que ésta depende.

    Conducir es iniciar, reasignar, suspender, reanudar, cancelar y cerrar esperas.
    """
    coordina = {unidad for unidad, rol in quien.adscripciones if rol is Rol.COORDINACION}
    unidad: str | None = duena
    vistas: set[str] = set()
    while unidad is not None and unidad not in vistas:
        if unidad in coordina:
            return True
        vistas.add(unidad)
        unidad = quien.superiores.get(unidad)
    return False


def puede_liberar(quien: Quien, unidad: str, tomado_por: int | None, duena: str) -> bool:
    """Si puede devolver el turno a su unidad: quien lo tomó, o quien conduce el expediente."""
    suyo = tomado_por in (None, quien.persona) and puede_atender(quien, unidad)
    return suyo or puede_conducir(quien, duena)


def puede_reasignar(quien: Quien, unidad: str, duena: str) -> bool:
    """Si puede dárselo a otra persona de la unidad: quien coordina la unidad o conduce el expediente."""
    return (unidad, Rol.COORDINACION) in quien.adscripciones or puede_conducir(quien, duena)


def ve_todo(quien: Quien) -> bool:
    """Si ve expedientes en que su unidad no participa: coordinación de la DSTC, dirección, administración."""
    return quien.tiene(Rol.DIRECCION, Rol.ADMINISTRACION) or puede_conducir(quien, "DSTC")


def administra(quien: Quien) -> bool:
    """Si es de la administración: publica días inhábiles y captura canales y plantillas."""
    return quien.tiene(Rol.ADMINISTRACION)


def exigir_administracion(quien: Quien | None, acto: str) -> Quien:
    """La persona, si es de la administración. Lanza NoLeCorresponde."""
    if quien is None or not administra(quien):
        raise NoLeCorresponde(acto, "la administración")
    return quien
