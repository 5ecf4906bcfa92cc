"""La falta de un archivo, mientras se revisa: todavía sin su nombre."""

from __future__ import annotations


class Insano(Exception):
    """No es una falla del sistema: la vuelve `ArchivoRechazado` quien sabe cómo se llama el archivo."""

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo
