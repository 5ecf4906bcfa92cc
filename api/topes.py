"""Cuánto se lee de cada petición y quién puede mandarla sin haber entrado. Aquí y no en cada ruta: se sabe antes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from modelos.ajustes import Ajustes
from modelos.oficios.verificacion_publica import MAXIMO as MAXIMO_COMPARACION
from tareas.hojas.catalogos import MAXIMO_BYTES as MAXIMO_LIBRO

MEGA = 1 << 20
"""Lo que admite una ruta de JSON o de formulario; y lo que lleva, además del archivo, una que recibe archivos."""
DE_DESCONOCIDO = 16 << 10
"""Un correo, una contraseña y adónde ir: quien no se conoce no tiene más que decir."""

_ENTRAR = re.compile(r"/entrar|/salir|/api/v1/sesiones")
_COMPARAR = re.compile(r"/v/[^/]+|/api/v1/verificacion/[^/]+")
_ANEXAR = re.compile(
    r"/turnos/[^/]+|/api/v1/turnos/[^/]+/anexos|/oficios/[^/]+/fuera|/api/v1/oficios/[^/]+/firmado-fuera"
)
_LIBRO = re.compile(r"/administracion/excel/(revisar|cargar)|/api/v1/catalogos/(revisar|cargar)")


@dataclass(frozen=True)
class Tope:
    """Lo que se admite en una dirección.

    maximo: bytes del cuerpo. de_desconocido: los que se admiten a quien no ha entrado, o None si no se le lee nada.
    compara: si recibe un archivo de cualquiera, de los que sólo se admiten unos pocos a la vez.
    """

    maximo: int
    de_desconocido: int | None = None
    compara: bool = False


def de(camino: str, ajustes: Ajustes, *, con_archivo: bool) -> Tope:
    """El tope de esa dirección. con_archivo: si el cuerpo viene por partes; sólo así puede traer un archivo."""
    if _ENTRAR.fullmatch(camino):
        return Tope(MEGA, DE_DESCONOCIDO)
    if _COMPARAR.fullmatch(camino):
        maximo = MAXIMO_COMPARACION + MEGA if con_archivo else DE_DESCONOCIDO
        return Tope(maximo, maximo, compara=True)
    if con_archivo and _ANEXAR.fullmatch(camino):
        return Tope(ajustes.anexo_max_bytes + MEGA)
    if _LIBRO.fullmatch(camino):
        return Tope(MAXIMO_LIBRO + MEGA)
    return Tope(MEGA)
