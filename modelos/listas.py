"""Listar por páginas con cursor, no por número: lo que llega mientras se lee no repite ni salta renglones.

Todo lo que lista pasa por aquí: cuánto cabe en un tramo, cómo se corta y cómo se escribe y se lee dónde se quedó.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
CURSOR_AJENO = {"cursor": "use el valor de «siguiente» tal como llegó"}
LIMITE = 50
LIMITE_MAXIMO = 200


@dataclass(frozen=True)
class Pagina(Generic[T]):
    """Un tramo de una lista: sus elementos, cuántos hay en total y cómo pedir el siguiente."""

    elementos: Sequence[T]
    total: int
    siguiente: str | None

    def con(self, elementos: Sequence[V]) -> Pagina[V]:
        """El mismo tramo, con lo que se dice de cada elemento."""
        return Pagina(elementos, self.total, self.siguiente)


# --- dónde se quedó la lista -----------------------------------------------------

Texto = Annotated[str, AfterValidator(lambda escrito: limpiar_texto("cursor", escrito))]
Instante = Annotated[AwareDatetime, AfterValidator(lambda leido: leido.astimezone(UTC))]
"""Sin zona no lo escribimos nosotros; el que no quepa en UTC, tampoco."""
Numero = Annotated[int, Field(ge=0, le=999_999_999)]
"""Un id o un orden; cabe en cualquier base."""


class Cursor(Generic[K]):
    """La clave del último renglón que se vio, en un texto opaco."""

    def __init__(self, forma: TypeAdapter[K]) -> None:
        """Recibe de qué tipos es la clave; sólo se admite una así."""
        self.forma = forma

    def escribir(self, clave: K) -> str:
        """El texto con que se pide lo que sigue de esa clave."""
        return base64.urlsafe_b64encode(self.forma.dump_json(clave)).decode()

    def leer(self, cursor: str) -> K:
        """La clave que dice un cursor.

        Lanza:
            FormularioIncompleto: no es uno de los que dio la lista.
        """
        try:
            return self._leer(cursor)
        except (ValueError, OverflowError) as error:
            raise FormularioIncompleto(CURSOR_AJENO) from error

    def _leer(self, cursor: str) -> K:
        return self.forma.validate_json(base64.urlsafe_b64decode(cursor.encode()), strict=True)


class CursorLlano(Cursor[K]):
    """Una clave de una sola parte, que viaja tal cual."""

    def escribir(self, clave: K) -> str:
        """El texto con que se pide lo que sigue de esa clave."""
        return str(clave)

    def _leer(self, cursor: str) -> K:
        return self.forma.validate_strings(cursor)


DE_INSTANTE = Cursor(TypeAdapter(tuple[Instante, Texto]))
DE_DIA = Cursor(TypeAdapter(tuple[date, Texto]))
DE_FECHA = CursorLlano(TypeAdapter(date))
DE_NUMERO = CursorLlano(TypeAdapter(Numero))
DE_TEXTO = CursorLlano(TypeAdapter(Texto))


# --- un tramo ----------------------------------------------------------------------


def acotar(limite: int) -> int:
    """Cuántos elementos se dan por tramo. Lanza FormularioIncompleto."""
    if not 1 <= limite <= LIMITE_MAXIMO:
        raise FormularioIncompleto({"limite": f"use un número entre 1 y {LIMITE_MAXIMO}"})
    return limite


def contar(s: Session, base: Select[Any]) -> int:
    """Cuántas filas da una consulta."""
    return s.scalar(select(func.count()).select_from(base.order_by(None).subquery())) or 0


def cortar(filas: Sequence[T], limite: int, total: int, cursor: Cursor[K], clave: Callable[[T], K]) -> Pagina[T]:
    """El tramo de `filas`, que trae una de más si hay otro después."""
    siguiente = cursor.escribir(clave(filas[limite - 1])) if len(filas) > limite else None
    return Pagina(filas[:limite], total, siguiente)


def paginar(
    s: Session,
    base: Select[T],
    orden: Sequence[Any],
    cursor: str | None,
    limite: int,
    *,
    forma: Cursor[Any] = DE_INSTANTE,
    baja: bool = False,
) -> Pagina[T]:
    """Un tramo de `base`, que es la lista entera.

    orden: sus columnas, que juntas no se repiten ni son nulas; forma: la de esa clave. baja: lo mayor primero.

    Lanza:
        FormularioIncompleto: el cursor no es de esta lista, o el límite no es de 1 a 200.
    """
    tope, total = acotar(limite), contar(s, base)
    tramo = base.order_by(*(columna.desc() if baja else columna for columna in orden))
    if cursor:
        desde = forma.leer(cursor)
        tramo = tramo.where(tuple_(*orden) < desde if baja else tuple_(*orden) > desde)
    filas = s.scalars(tramo.limit(tope + 1)).all()
    return cortar(filas, tope, total, forma, lambda fila: tuple(getattr(fila, columna.key) for columna in orden))


def repartir(todas: Sequence[T], cursor: str | None, limite: int, clave: Callable[[T], str]) -> Pagina[T]:
    """Un tramo de una lista que ya se leyó entera; su cursor es la clave del primero que sigue.

    Lanza:
        FormularioIncompleto: nadie de la lista tiene ya esa clave.
    """
    tope = acotar(limite)
    desde = next((i for i, una in enumerate(todas) if clave(una) == cursor), None) if cursor else 0
    if desde is None:
        raise FormularioIncompleto(CURSOR_AJENO)
    sigue = todas[desde + tope : desde + tope + 1]
    return Pagina(todas[desde : desde + tope], len(todas), clave(sigue[0]) if sigue else None)
