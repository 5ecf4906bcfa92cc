"""Las fechas de la consola: se escriben y se rechazan igual que en las páginas y la API (`modelos.fechas`)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from api.espanol import typer


def _leida(texto: str) -> date:
    from modelos.fechas import leer  # tarde: la ayuda de la consola no espera a pydantic

    try:
        return leer(texto)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


_DIA = typer.Option(parser=_leida, metavar="AAAA-MM-DD", help="Día inclusive.")
Dia = Annotated[date, _DIA]
DiaDado = Annotated[date | None, _DIA]
