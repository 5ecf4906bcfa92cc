"""Listar por páginas con cursor, no por número: lo que llega mientras se lee no repite ni salta renglones."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto

T = TypeVar("T")
CURSOR_AJENO = {"cursor": "use el valor de «siguiente» tal como llegó"}
LIMITE = 50
LIMITE_MAXIMO = 200


@dataclass(frozen=True)
class Pagina(Generic[T]):
    """Un tramo de una lista: sus elementos, cuántos hay en total y cómo pedir el siguiente."""

    elementos: Sequence[T]
    total: int
    siguiente: str | None


def paginar(
    s: Session, base: Select[Any], pagina: Select[Any], limite: int, clave: Callable[[T], tuple[datetime, str]]
) -> Pagina[T]:
    """Un tramo de `pagina`, ya ordenada y cortada por el cursor; `base` es la lista entera, para contarla.

    Lanza:
        FormularioIncompleto: el límite no es de 1 a 200.
    """
    if not 1 <= limite <= LIMITE_MAXIMO:
        raise FormularioIncompleto({"limite": f"use un número entre 1 y {LIMITE_MAXIMO}"})
    total: int = s.scalar(select(func.count()).select_from(base.subquery())) or 0
    filas: list[T] = list(s.scalars(pagina.limit(limite + 1)))
    siguiente = escribir_cursor(*clave(filas[limite - 1])) if len(filas) > limite else None
    return Pagina(filas[:limite], total, siguiente)


def escribir_cursor(instante: datetime, id_: str) -> str:
    """Un cursor opaco: dónde se quedó la lista."""
    return base64.urlsafe_b64encode(json.dumps([instante.isoformat(), id_]).encode()).decode()


def leer_cursor(cursor: str) -> tuple[datetime, str]:
    """Lo que dice un cursor.

    Lanza:
        FormularioIncompleto: no es uno de los que dio la lista.
    """
    try:
        escrito, id_ = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        # `astimezone` rechaza lo que no quepa; sin zona no lo escribimos nosotros.
        instante = datetime.fromisoformat(escrito)
        if instante.tzinfo is not None:
            return instante.astimezone(UTC), limpiar_texto("cursor", str(id_))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise FormularioIncompleto(CURSOR_AJENO) from error
    raise FormularioIncompleto(CURSOR_AJENO)
