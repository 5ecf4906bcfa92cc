"""Que siempre quede quien administre: sin nadie, sólo la línea de órdenes podría devolver el acceso."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.calendario import fecha_corta
from modelos.errores import ActoNoProcede
from modelos.organizacion.organigrama import Adscripcion, Persona
from modelos.organizacion.permisos import Rol
from modelos.organizacion.vigencia import Tramo, cubiertos, primer_descubierto
from modelos.sesion import serializar

LLAVE = "catalogos"
"""Con la que hacen fila los cambios de unidades y personas.

Una sola, y siempre antes de reservar ninguna fila: con dos, la carga y una baja podrían esperarse una a la otra.
"""
_EXIGIENDO = "exigir_que_quede_administracion"


@contextmanager
def exigir_que_quede_administracion(s: Session) -> Iterator[None]:
    """Lo que se haga dentro no deja sin quien administre a ningún día, de hoy en adelante, que ya lo tenía.

    Así, quien administra sin fin sólo se va si otra persona activa administra sin fin; si nadie la tiene sin fin, si
    otra dura al menos tanto. `with exigir_que_quede_administracion(ctx.s): …` rodea la baja, el retiro y la vigencia
    de una persona, y todo lo que haga una carga: dentro de otro igual no revisa nada, y cuenta cómo queda al final.

    Lanza:
        ActoNoProcede: al salir; nada de lo hecho dentro se confirma.
    """
    if s.info.get(_EXIGIENDO):
        yield
        return
    serializar(s, LLAVE)
    s.info[_EXIGIENDO] = True
    try:
        antes = _con_administracion(s)
        yield
    finally:
        del s.info[_EXIGIENDO]
    s.flush()
    if dia := primer_descubierto(antes, _con_administracion(s)):
        raise ActoNoProcede(
            "quitar esa administración",
            f"desde el {fecha_corta(dia)} no habría quien administre el sistema",
            "Antes dé la administración, sin último día, a otra persona.",
        )


def _con_administracion(s: Session) -> list[Tramo]:
    vigencias = (
        select(col(Adscripcion.desde), col(Adscripcion.hasta))
        .join(Persona, col(Persona.id) == Adscripcion.persona_id)
        .where(col(Adscripcion.rol) == Rol.ADMINISTRACION.value, col(Persona.activa).is_(True))
    )
    return cubiertos(((desde, hasta) for desde, hasta in s.execute(vigencias)), reloj.hoy())
