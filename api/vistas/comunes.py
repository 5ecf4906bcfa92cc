"""Lo que llevan muchas formas del contrato: una lista, un instante, una persona citada."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from api.v1.esquemas.comunes import Lista, PersonaCitada
from modelos.listas import Pagina
from modelos.reloj import iso

T = TypeVar("T")


def lista(pagina: Pagina[Any], elementos: Sequence[T]) -> Lista[T]:
    """Un tramo de lista; elementos: los de la página, en la forma del contrato."""
    return Lista(elementos=list(elementos), total=pagina.total, siguiente=pagina.siguiente)


def entera(elementos: Sequence[T]) -> Lista[T]:
    """Una lista que se da completa."""
    return Lista(elementos=list(elementos), total=len(elementos), siguiente=None)


def instante(momento: datetime | None) -> str | None:
    """En UTC con `Z`, o nulo."""
    return iso(momento) if momento else None


def citada(id_: int | None, nombre: str) -> PersonaCitada | None:
    """La persona, o nulo si no hay ninguna."""
    return PersonaCitada(id=id_, nombre=nombre) if id_ else None
