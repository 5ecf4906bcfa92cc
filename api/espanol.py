"""Typer con sus letreros en español: `from api.espanol import typer`.

Typer los pide a `gettext`, que sólo sabe buscarlos en un catálogo compilado del
sistema. Son unos cuantos: se responden desde aquí.
"""

from __future__ import annotations

import gettext

LETREROS = {
    "Usage: ": "Uso: ",
    "Usage:": "Uso:",
    "Arguments": "Argumentos",
    "Options": "Opciones",
    "Commands": "Órdenes",
    "Error": "Error",
    "Aborted.": "Interrumpido.",
    "Aborted!": "Interrumpido.",
    "Missing command.": "Falta la orden.",
    "No such command {name!r}.": "No existe la orden {name!r}.",
    "default: {default}": "si no se da: {default}",
    "env var: {var}": "variable: {var}",
    "required": "obligatorio",
    "[required]": "[obligatorio]",
    "Try [blue]'{command_path} {help_option}'[/] for help.": "Pida ayuda con [blue]{command_path} {help_option}[/].",
    "(dynamic)": "(según el caso)",
}

_original = gettext.gettext


def traducir(message: str) -> str:
    """El letrero en español, o el original si no es de los que se traducen."""
    return LETREROS.get(message) or _original(message)


# Antes de importar Typer, y sin restituirla: lo que dibuja la ayuda se importa hasta que hace falta.
gettext.gettext = traducir

import typer  # noqa: E402

__all__ = ["typer"]
