"""Las listas de que salen las cifras: por páginas para mirarlas, y de corrido para exportarlas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.errores import FormularioIncompleto
from modelos.expedientes.expediente import Expediente, Turno
from modelos.listas import DE_DIA, LIMITE, Pagina, paginar
from modelos.organizacion.permisos import Quien
from modelos.plazos.plazo import Plazo
from modelos.tablero import conjuntos as c
from modelos.tablero.conjuntos import CONJUNTOS, Conjunto
from modelos.tablero.filtro import Filtro

MAXIMO_RENGLONES = 100_000
"""Lo más que se exporta de una vez por hoja: unos siete segundos de procesador. Una de Excel admite un millón."""
_TRAMO = 2000
_SIN_FECHA = frozenset({"sin_calcular", "plazos_vivos"})
"""Conjuntos de plazos que pueden no tener fecha en que vencen."""
AL_EXPORTAR = {c.EXPEDIENTES: "vivos", c.TURNOS: "turnos_vivos", c.PLAZOS: "plazos_vivos"}
"""Lo que se exporta de cada clase cuando no se pide una lista en particular."""


def conjunto(clave: str) -> Conjunto:
    """El conjunto de esa clave. Lanza FormularioIncompleto."""
    try:
        return CONJUNTOS[clave]
    except KeyError:
        raise FormularioIncompleto({"que": f"use uno de: {', '.join(CONJUNTOS)}"}) from None


def pagina(
    s: Session, quien: Quien, filtro: Filtro, que: Conjunto, *, cursor: str | None = None, limite: int = LIMITE
) -> Pagina[Any]:
    """Un tramo: los expedientes y turnos, el más reciente primero; los plazos, el que antes vence.

    Lanza:
        FormularioIncompleto: el cursor no es de esta lista, o el límite no es de 1 a 200.
    """
    condiciones = c.condiciones(que, quien, filtro)
    if que.clase == c.EXPEDIENTES:
        base: Select[Any] = select(Expediente).where(*condiciones)
        return paginar(s, base, (col(Expediente.abierto), col(Expediente.folio)), cursor, limite, baja=True)
    if que.clase == c.TURNOS:
        base = select(Turno).where(*condiciones)
        return paginar(s, base, (col(Turno.abierto), col(Turno.id)), cursor, limite, baja=True)
    base = select(Plazo).where(*condiciones)
    if que.clave in _SIN_FECHA:
        return paginar(s, base, (col(Plazo.abierto), col(Plazo.id)), cursor, limite, baja=True)
    return paginar(s, base, (col(Plazo.vence), col(Plazo.id)), cursor, limite, forma=DE_DIA)


def cuantos(s: Session, quien: Quien, filtro: Filtro, que: Conjunto) -> int:
    """Cuántos son."""
    consulta = select(func.count()).select_from(c.CLASES[que.clase]).where(*c.condiciones(que, quien, filtro))
    return s.scalar(consulta) or 0


def exigir_que_quepan(s: Session, quien: Quien, filtro: Filtro, *pedidos: Conjunto) -> None:
    """Rechaza exportar más de lo que se puede. Lanza FormularioIncompleto."""
    for que in pedidos:
        if (n := cuantos(s, quien, filtro, que)) > MAXIMO_RENGLONES:
            falta = f"son {n:,} {que.clase} y se exportan hasta {MAXIMO_RENGLONES:,}: pida un periodo más corto"
            raise FormularioIncompleto({"periodo": falta})


def renglones(s: Session, quien: Quien, filtro: Filtro, que: Conjunto) -> Iterator[Row[Any]]:
    """Todos, en el orden en que se abrieron y sin cargarlos a la vez; sólo las columnas que se exportan."""
    condiciones = c.condiciones(que, quien, filtro)
    if que.clase == c.EXPEDIENTES:
        e = Expediente
        columnas: tuple[Any, ...] = (
            *(e.folio, e.procedimiento, e.version, e.asunto),
            *(e.estado, e.desenlace, e.abierto, e.cerrado, e.padre),
        )
        orden = (col(e.abierto), col(e.folio))
    elif que.clase == c.TURNOS:
        t = Turno
        columnas = (t.folio, t.procedimiento, t.actividad, t.unidad, t.vuelta, t.estado, t.salida, t.abierto, t.cerrado)
        orden = (col(t.abierto), col(t.id))
    else:
        p = Plazo
        columnas = (p.folio, p.que, p.unidad, p.estado, p.vence, p.conservador, p.abierto, p.cerrado, p.fundamento)
        orden = (col(p.abierto), col(p.id))
    consulta: Select[Any] = select(*columnas).where(*condiciones).order_by(*orden).limit(MAXIMO_RENGLONES)
    yield from s.execute(consulta.execution_options(yield_per=_TRAMO))
