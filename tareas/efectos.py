"""Qué función cumple cada encargo, y la transacción que lo hace una sola vez.

El efecto y su marca de hecho se confirman juntos: si el proceso muere antes, no
pasó nada; si muere después, repetirlo encuentra la marca y no hace nada.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from modelos import reloj
from modelos.actos.turnos.mover import Contexto
from modelos.errores import BaseInaccesible, ErrorGestion
from modelos.expedientes.expediente import Encargo
from modelos.motor import encargos, reservas
from modelos.motor.latido import pulso
from modelos.sesion import transaccion
from modelos.tabla import Catalogo
from tareas import subprocedimientos
from tareas.avisos import turno_nuevo
from tareas.oficios import envio
from tareas.oficios.redaccion import borrador
from tareas.oficios.redaccion.fuera import sin_tomar_la_base

registro = logging.getLogger(__name__)


class Cual(NamedTuple):
    """Qué encargo: el de ese efecto, de ese asiento de ese expediente."""

    folio: str
    asiento: int
    efecto: str


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
    "aviso": turno_nuevo.avisar,
    "subprocedimiento": subprocedimientos.abrir,
    "padre": subprocedimientos.despertar_padre,
    "hijo": subprocedimientos.despertar_padre,
    "oficio": borrador.redactar,
    "envio": envio.enviar,
}


class EfectoFallido(ErrorGestion):
    """El efecto no se pudo cumplir y el intento quedó contado."""

    titulo = "Efecto fallido"

    def __init__(self, nombre: str, motivo: str) -> None:
        super().__init__(nombre, motivo)
        self.nombre, self.motivo = nombre, motivo

    def __str__(self) -> str:
        return (
            f"«{self.nombre}» no se pudo cumplir ({self.motivo}). El motor lo reintenta; si no, queda como incidente."
        )


def cumplir(url: str, tablas: Catalogo, cual: Cual, *, mostrado: bool = False) -> str:
    """Hace el efecto si no está hecho y devuelve en una frase qué resultó.

    mostrado: si lo corre una tarea de Prefect, y por tanto falta verla ahí terminada.

    Lanza:
        EfectoDesconocido: no hay función para ese efecto.
    """
    funcion = EFECTOS.get(cual.efecto.partition(":")[0])
    if funcion is None:
        raise EfectoDesconocido(cual.efecto)
    # Un oficio se redacta entre dos intentos de la misma transacción, no con la base tomada.
    return sin_tomar_la_base(partial(_cumplir, funcion, url, tablas, cual, mostrado=mostrado))


def _cumplir(
    funcion: Callable[[Contexto, Encargo], str],
    url: str,
    tablas: Catalogo,
    cual: Cual,
    *,
    mostrado: bool,
) -> str:
    with transaccion(url) as s:
        encargo = encargos.bloquear_encargo(s, *cual)
        if mostrado:
            encargo.mostrado = pulso()
        if encargo.hecho is not None:
            return "ya estaba hecho"
        resultado = funcion(Contexto(s, tablas, None, reloj.ahora()), encargo)
        encargo.hecho, encargo.error = reloj.ahora(), None
    return resultado


def intentar(url: str, tablas: Catalogo, cual: Cual, max_intentos: int, *, mostrado: bool = False) -> str:
    """Lo mismo que `cumplir`, pero si falla deja contado el intento.

    Lanza:
        EfectoFallido: falló y quedó contado.
        BaseInaccesible: ni siquiera se pudo contar.
    """
    try:
        return cumplir(url, tablas, cual, mostrado=mostrado)
    except BaseInaccesible:
        raise
    except Exception as error:  # noqa: BLE001 - cualquier falla de un efecto cuenta como intento
        # Sólo se guarda un mensaje nuestro: el de una biblioteca puede traer datos de personas.
        motivo = str(error) if isinstance(error, ErrorGestion) else type(error).__name__
        donde = "".join(traceback.format_tb(error.__traceback__))
        que = (cual.efecto, cual.asiento, cual.folio)
        registro.error("falló %s del asiento %s de %s: %s\n%s", *que, type(error).__name__, donde)
        with transaccion(url) as s:
            encargo = encargos.bloquear_encargo(s, *cual)
            if encargos.fallar(s, encargo, motivo, max_intentos):
                reservas.pedir(s, [cual.folio])  # que su corrida también muestre el incidente
        raise EfectoFallido(encargo.nombre, motivo) from None  # el original puede traer datos de personas
