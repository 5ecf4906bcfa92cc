"""Quién puede qué: una regla por acto, sobre unidades y roles (diseño §5).

Puro: recibe lo que la base dice de la persona y responde sí o no, de modo que la misma regla sirve a la API, a las
páginas y a las pruebas. Están todas aquí, con su tabla de verdad en `tests/unidad/expedientes/test_permisos.py`; lo
que además
depende de la base (quién firma hoy, en qué se participa) se pregunta en su tema y parte de una de éstas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from modelos.errores import NoLeCorresponde
from modelos.tabla import Tabla
from modelos.tabla.unidades import Unidad, es_estatal


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


ATIENDEN = (Rol.OPERACION, Rol.COORDINACION)
"""Con los que se atienden los turnos de la unidad; también para preguntarlo a la base."""
DIRIGEN = (Rol.DIRECCION, Rol.ADMINISTRACION)
"""Con los que se mira todo, en cualquier unidad."""


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


# --- lo que hace una unidad: atender sus turnos --------------------------------


def atiende(quien: Quien) -> frozenset[str]:
    """Unidades cuyos turnos puede atender: donde opera o coordina."""
    return frozenset(u for u, rol in quien.adscripciones if rol in ATIENDEN)


def puede_atender(quien: Quien, unidad: str) -> bool:
    """Si puede atender los turnos de esa unidad."""
    return unidad in atiende(quien)


def ve_bandeja(quien: Quien, unidad: str) -> bool:
    """Si ve la lista de turnos de esa unidad: quien los atiende, o quien ve todo."""
    return puede_atender(quien, unidad) or ve_todo(quien)


# --- lo que hace quien coordina: conducir los expedientes ----------------------


def hacia_arriba(unidad: str, superiores: Mapping[str, str | None]) -> list[str]:
    """La unidad y aquellas de las que depende, de una en una; un ciclo de dependencias no la deja pensando."""
    cadena: list[str] = []
    sigue: str | None = unidad
    while sigue and sigue not in cadena:
        cadena.append(sigue)
        sigue = superiores.get(sigue)
    return cadena


def puede_conducir(quien: Quien, duena: str) -> bool:
    """Si coordina la unidad dueña del procedimiento, o alguna de la que ésta depende.

    Conducir es iniciar, reasignar, suspender, reanudar, cancelar y cerrar esperas.
    """
    return any((unidad, Rol.COORDINACION) in quien.adscripciones for unidad in hacia_arriba(duena, quien.superiores))


def coordina(quien: Quien) -> bool:
    """Si coordina alguna unidad, la que sea."""
    return quien.tiene(Rol.COORDINACION)


def conducidas(quien: Quien) -> list[str]:
    """De sus unidades, aquellas cuyos procedimientos conduce."""
    return [unidad for unidad in quien.unidades if puede_conducir(quien, unidad)]


def puede_iniciar(quien: Quien, tabla: Tabla, datos: Mapping[str, Any] | None = None) -> bool:
    """Si coordina la unidad dueña, o atiende a la unidad que lo promueve; sin `datos`, si podría con alguna suya."""
    if puede_conducir(quien, tabla.duena):
        return True
    if not tabla.promueve:
        return False
    suyas = {unidad for unidad in atiende(quien) if es_estatal(unidad)}
    return bool(suyas) if datos is None else datos.get(tabla.promueve) in suyas


def puede_liberar(quien: Quien, unidad: str, tomado_por: int | None, duena: str) -> bool:
    """Si puede devolver el turno a su unidad: quien lo tomó, o quien conduce el expediente."""
    suyo = tomado_por in (None, quien.persona) and puede_atender(quien, unidad)
    return suyo or puede_conducir(quien, duena)


def puede_reasignar(quien: Quien, unidad: str, duena: str) -> bool:
    """Si puede dárselo a otra persona de la unidad: quien coordina la unidad o conduce el expediente."""
    return (unidad, Rol.COORDINACION) in quien.adscripciones or puede_conducir(quien, duena)


def lleva(quien: Quien, unidad: str, duena: str) -> bool:
    """Si le toca lo que esa unidad hace en el expediente: quien la atiende o lo conduce.

    Emitir un oficio suyo, corregir el borrador o comprometer la fecha de lo que debe. A quien firma por la unidad, o
    tiene otro turno del tramo, también le toca: eso lo dice la base, y se pregunta sólo si esto no basta.
    """
    return puede_atender(quien, unidad) or puede_conducir(quien, duena)


# --- lo que se ve --------------------------------------------------------------


def ve_todo(quien: Quien) -> bool:
    """Si ve expedientes en que su unidad no participa: coordinación de la DSTC, dirección, administración."""
    return dirige(quien) or puede_conducir(quien, Unidad.DSTC)


def ve_lo_de(quien: Quien, duena: str) -> bool:
    """Si ve todos los expedientes de los procedimientos de esa unidad: quien los conduce, o quien ve todo.

    De los demás, los que le conciernen: `modelos.expedientes.visibles`.
    """
    return ve_todo(quien) or puede_conducir(quien, duena)


def ve_tablero(quien: Quien) -> bool:
    """Si mira el tablero y las corridas: dirección, administración y quien coordina alguna unidad."""
    return dirige(quien) or coordina(quien)


def ve_entregas(quien: Quien) -> bool:
    """Si ve qué mensajes salieron y cuáles no: administración y dirección."""
    return dirige(quien)


def dirige(quien: Quien) -> bool:
    """Si mira el conjunto, sin conducir ni atender por eso: dirección y administración."""
    return quien.tiene(*DIRIGEN)


# --- la administración ---------------------------------------------------------


def administra(quien: Quien) -> bool:
    """Si es de la administración: publica días inhábiles y captura canales y plantillas."""
    return quien.tiene(Rol.ADMINISTRACION)


def exigir_administracion(quien: Quien | None, acto: str) -> Quien:
    """La persona, si es de la administración. Lanza NoLeCorresponde."""
    if quien is None or not administra(quien):
        raise NoLeCorresponde(acto, "la administración")
    return quien


def puede_dar_acceso(quien: Quien | None, persona: int) -> bool:
    """Si puede darle un rol, alargárselo o darla de baja: a sí misma, nadie. quien: None es la línea de órdenes."""
    return quien is None or quien.persona != persona


def puede_retirar(quien: Quien | None, persona: int, rol: str) -> bool:
    """Si puede ponerle último día a ese rol de esa persona: nadie a la administración con que actúa."""
    return puede_dar_acceso(quien, persona) or rol != Rol.ADMINISTRACION
