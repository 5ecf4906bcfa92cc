"""El glosario: qué quiere decir cada término del dominio y del sistema, y de dónde sale.

Puro. El texto está en `glosario.toml`, para que lo corrija quien conoce el dominio sin tocar código; una clave
repetida o un «vea» que no existe no carga.
"""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ARCHIVO = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class EntradaDeGlosario:
    """Un término. clave: la de su enlace; fuente: dónde consta; vea: claves de otras entradas."""

    clave: str
    termino: str
    sentido: str
    fuente: str
    vea: tuple[str, ...] = ()


class GlosarioIlegible(ValueError):
    """El archivo del glosario tiene una falta; se dice en qué entrada."""

    def __init__(self, clave: str, motivo: str) -> None:
        super().__init__(clave, motivo)
        self.clave, self.motivo = clave, motivo

    def __str__(self) -> str:
        return f"La entrada «{self.clave}» de {ARCHIVO.name} {self.motivo}. Corríjala."


@cache
def entradas() -> dict[str, EntradaDeGlosario]:
    """Todas, por clave, en orden alfabético de su término. Lanza GlosarioIlegible."""
    crudas = tomllib.loads(ARCHIVO.read_text("utf-8"))
    leidas = {}
    for clave, cruda in crudas.items():
        sobra = set(cruda) - {"termino", "sentido", "fuente", "vea"}
        if sobra or not all(cruda.get(campo) for campo in ("termino", "sentido", "fuente")):
            raise GlosarioIlegible(clave, "debe llevar termino, sentido y fuente, y si acaso vea")
        leidas[clave] = EntradaDeGlosario(
            clave, cruda["termino"], cruda["sentido"], cruda["fuente"], tuple(cruda.get("vea", ()))
        )
    for entrada in leidas.values():
        if perdidas := set(entrada.vea) - set(leidas):
            raise GlosarioIlegible(entrada.clave, f"remite a {', '.join(sorted(perdidas))}, que no está")
    return dict(sorted(leidas.items(), key=lambda par: plano(par[1].termino)))


def buscar(texto: str) -> list[EntradaDeGlosario]:
    """Las que llevan todas esas palabras, sin acentos ni mayúsculas; primero las que las llevan en el término."""
    palabras = plano(texto).split()
    halladas = [e for e in entradas().values() if all(p in plano(f"{e.termino} {e.sentido}") for p in palabras)]
    return sorted(halladas, key=lambda e: not all(p in plano(e.termino) for p in palabras))


def plano(texto: str) -> str:
    """En minúsculas y sin acentos."""
    return "".join(c for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c)).casefold()
