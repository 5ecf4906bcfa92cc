"""Qué función cumple cada encargo, y la transacción que lo hace una sola vez.

El efecto y su marca de hecho se confirman juntos: si el proceso muere antes, no
pasó nada; si muere después, repetirlo encuentra la marca y no hace nada.
"""

from __future__ import annotations

from collections.abc import Callable

from modelos import encargos, reloj
from modelos.actos.mover import Contexto
from modelos.errores import ErrorGestion
from modelos.expediente import Encargo
from modelos.sesion import transaccion
from modelos.tabla import Catalogo
from tareas import avisos, subprocedimientos


class EfectoDesconocido(ErrorGestion):
    """La base tiene un encargo que esta versión del programa no sabe cumplir."""

    titulo = "Encargo desconocido"

    def __init__(self, efecto: str) -> None:
        super().__init__(efecto)
        self.efecto = efecto

    def __str__(self) -> str:
        return f"No se sabe cumplir el encargo «{self.efecto}». Actualice el motor a la versión de la API."


def _constar(_ctx: Contexto, encargo: Encargo) -> str:
    """No hay nada que hacer fuera de la base: la tarea deja constancia en el historial de Prefect."""
    return encargo.nombre


EFECTOS: dict[str, Callable[[Contexto, Encargo], str]] = {
    "actividad": _constar,
    "cancelacion": _constar,
    "aviso": avisos.avisar,
    "subprocedimiento": subprocedimientos.abrir,
    "padre": subprocedimientos.despertar_padre,
}


def cumplir(url: str, tablas: Catalogo, folio: str, asiento: int, efecto: str) -> str:
    """Hace el efecto si no está hecho y devuelve en una frase qué resultó.

    Lanza:
        EfectoDesconocido: no hay función para ese efecto.
    """
    funcion = EFECTOS.get(efecto.partition(":")[0])
    if funcion is None:
        raise EfectoDesconocido(efecto)
    with transaccion(url) as s:
        encargo = encargos.bloquear_encargo(s, folio, asiento, efecto)
        if encargo.hecho is not None:
            return "ya estaba hecho"
        resultado = funcion(Contexto(s, tablas, None, reloj.ahora()), encargo)
        encargo.hecho, encargo.error = reloj.ahora(), None
    return resultado
