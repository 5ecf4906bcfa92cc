"""Guardar una búsqueda con nombre, cambiarle el nombre y quitarla. Cada quien ve y toca sólo las suyas."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.actos.turnos.atender import persona_que_actua
from modelos.actos.turnos.mover import Contexto
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.escritura import en_un_renglon, limpiar_texto
from modelos.expedientes.comodidades import Filtro
from modelos.organizacion.permisos import Quien
from modelos.sesion import serializar

CAMINOS = ("/bandeja", "/expedientes", "/plazos", "/oficios")
"""Las páginas cuyas búsquedas se guardan; así un nombre guardado nunca lleva a otro sitio."""
LARGO_NOMBRE = 80
LARGO_CONSULTA = 1000
MAXIMO = 30
"""Búsquedas guardadas por persona y página: más ya no caben en una lista que se lea."""


def guardar(ctx: Contexto, camino: str, nombre: str, consulta: str) -> Filtro:
    """Guarda lo que sigue al «?» de una página, sin el lugar en que iba la lista.

    Lanza:
        FormularioIncompleto: sin nombre, con uno ya usado, sin nada que guardar, o ya son `MAXIMO`.
    """
    quien = persona_que_actua(ctx)
    if camino not in CAMINOS:
        raise FormularioIncompleto({"camino": "guarde la búsqueda desde la página en que la hizo"})
    limpia = urlencode([(n, v) for n, v in parse_qsl(limpiar_texto("consulta", consulta)) if n != "cursor"])
    if not 1 <= len(limpia) <= LARGO_CONSULTA:
        raise FormularioIncompleto({"consulta": "elija primero algún filtro; no hay nada que guardar"})
    serializar(ctx.s, f"filtros:{quien.persona}")
    suyos = select(func.count()).where(col(Filtro.persona_id) == quien.persona, col(Filtro.camino) == camino)
    if (ctx.s.scalar(suyos) or 0) >= MAXIMO:
        raise FormularioIncompleto({"nombre": f"ya guarda {MAXIMO} búsquedas; quite alguna que no use"})
    nuevo = Filtro(
        persona_id=quien.persona,
        nombre=_nombre(ctx, quien, camino, nombre),
        camino=camino,
        consulta=limpia,
        creado=ctx.ahora,
    )
    ctx.s.add(nuevo)
    ctx.s.flush()
    return nuevo


def renombrar(ctx: Contexto, id_: int, nombre: str) -> Filtro:
    """Le pone otro nombre. Lanza NoExiste (no es suya) y FormularioIncompleto (el nombre no sirve)."""
    quien = persona_que_actua(ctx)
    serializar(ctx.s, f"filtros:{quien.persona}")
    suyo = _suyo(ctx, quien, id_)
    suyo.nombre = _nombre(ctx, quien, suyo.camino, nombre, menos=id_)
    ctx.s.flush()
    return suyo


def quitar(ctx: Contexto, id_: int) -> Filtro:
    """La borra: no es parte de la historia de nada. Lanza NoExiste si no es suya."""
    suyo = _suyo(ctx, persona_que_actua(ctx), id_)
    ctx.s.delete(suyo)
    ctx.s.flush()
    return suyo


def propios(s: Session, quien: Quien, camino: str = "") -> list[Filtro]:
    """Las que guardó, por nombre; de una página, o todas."""
    consulta = select(Filtro).where(col(Filtro.persona_id) == quien.persona)
    if camino:
        consulta = consulta.where(col(Filtro.camino) == camino)
    return sorted(s.scalars(consulta), key=lambda f: (f.camino, f.nombre.casefold()))


def _suyo(ctx: Contexto, quien: Quien, id_: int) -> Filtro:
    suyo = ctx.s.get(Filtro, id_, populate_existing=True) if 0 < id_ < 2**31 else None
    if suyo is None or suyo.persona_id != quien.persona:
        raise NoExiste("la búsqueda guardada", str(id_))
    return suyo


def _nombre(ctx: Contexto, quien: Quien, camino: str, nombre: str, menos: int = 0) -> str:
    limpio = en_un_renglon("nombre", nombre)
    if not 1 <= len(limpio) <= LARGO_NOMBRE:
        raise FormularioIncompleto({"nombre": f"escriba uno de {LARGO_NOMBRE} letras o menos"})
    if any(f.nombre.casefold() == limpio.casefold() and f.id != menos for f in propios(ctx.s, quien, camino)):
        raise FormularioIncompleto({"nombre": f"ya tiene una búsqueda llamada «{limpio}»; use otro"})
    return limpio
