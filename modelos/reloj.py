"""El único reloj del sistema: todo «ahora» se pide aquí.

Se simula con `DSTC_RELOJ`, que admite dos formas:

- un instante ISO 8601 con zona (`2026-05-15T09:00:00-06:00`): el reloj queda
  detenido ahí, de modo que reiniciar un proceso nunca hace retroceder el tiempo;
- `@ruta`: un archivo con un instante, que se relee en cada consulta. Así una
  prueba o una demostración adelantan a la vez la API y el motor.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONA = ZoneInfo("America/Mexico_City")


class RelojIlegible(ValueError):
    """`DSTC_RELOJ` no es un instante con zona ni `@ruta` de un archivo que lo tenga."""

    def __init__(self, valor: str) -> None:
        super().__init__(valor)
        self.valor = valor

    def __str__(self) -> str:
        return (
            f"DSTC_RELOJ no se entiende: {self.valor!r}. Escriba un instante con zona, "
            "por ejemplo 2026-05-15T09:00:00-06:00, o @ruta de un archivo que lo contenga."
        )


def ahora() -> datetime:
    """El instante actual, en UTC y con zona."""
    simulado = os.environ.get("DSTC_RELOJ")
    return _instante(simulado) if simulado else datetime.now(UTC)


def hoy() -> date:
    """La fecha de hoy en el centro de México, que es la que cuenta para plazos y folios."""
    return local(ahora()).date()


def local(instante: datetime) -> datetime:
    """El mismo instante en hora del centro de México, para mostrarlo a personas."""
    return instante.astimezone(ZONA)


def fin_del_dia(dia: date) -> datetime:
    """El instante en que termina ese día en el centro de México: el primero del siguiente."""
    return datetime.combine(dia + timedelta(days=1), time(), ZONA).astimezone(UTC)


def mediodia(dia: date) -> datetime:
    """Ese día a las doce en el centro de México: el instante de lo que sólo tiene fecha."""
    return datetime.combine(dia, time(12), ZONA).astimezone(UTC)


def iso(instante: datetime) -> str:
    """Instante en UTC con microsegundos siempre: `2026-05-15T15:00:00.000000Z`.

    Ancho fijo a propósito: es el texto que entra al hash de la bitácora.
    """
    return instante.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _instante(valor: str) -> datetime:
    try:
        texto = Path(valor[1:]).read_text("utf-8").strip() if valor.startswith("@") else valor
        instante = datetime.fromisoformat(texto)
    except (OSError, ValueError) as error:
        raise RelojIlegible(valor) from error
    if instante.tzinfo is None:
        raise RelojIlegible(valor)
    try:
        return instante.astimezone(UTC)
    except OverflowError as error:
        raise RelojIlegible(valor) from error
