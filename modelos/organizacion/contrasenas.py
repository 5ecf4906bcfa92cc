"""Qué contraseña sirve: una sola regla para el alta, el cambio, el restablecimiento y la entrada.

Doce caracteres o más, y que adivinarla cueste diez mil millones de intentos: lo estima
zxcvbn con las palabras, nombres y apellidos del español, más lo que cualquiera sabe de esa
persona. Nada de mayúsculas o signos obligados: una frase sirve (ADR 0037).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType
from unicodedata import combining, normalize

from modelos.organizacion.claves import normal
from modelos.organizacion.errores import SinPalabras

LARGO_MINIMO = 12
LARGO_MAXIMO = 200
EXIGIDA = 4
"""La mayor calificación de zxcvbn: más de 10 ** 10 intentos."""
MIRADOS = 40
"""Cuántos caracteres se califican: el tiempo crece con su cuadrado, y más de 72 la biblioteca no los admite."""
AYUDA = (
    f"Al menos {LARGO_MINIMO} caracteres y difícil de adivinar, sin su nombre, su correo ni su unidad. "
    "Sirve una frase de cuatro palabras que no suelan ir juntas."
)
PALABRAS = Path(__file__).parents[2] / ".dstc" / "palabras"
LISTAS = ("commonWords", "firstnames", "lastnames", "wikipedia")
DE_LA_CASA = ("conalep", "dstc", "cast", "procedimientos", "coordinacion", "direccion", "administracion", "operacion")
SIGNOS_POR_LETRAS = {"a": ["4", "@"], "e": ["3"], "i": ["1"], "o": ["0"], "s": ["5", "$"], "t": ["7"]}
_PARTES = re.compile(r"[^a-z0-9]+")
_turno = threading.Lock()
"""La biblioteca guarda lo de cada persona en un diccionario de todos."""
_POR_QUE = {
    "user_inputs": "se arma con su nombre, su correo, su unidad o el nombre de la institución",
    "dictionary": "se arma con palabras o contraseñas muy usadas",
    "spatial": "sigue el orden del teclado",
    "repeat": "repite lo mismo",
    "sequence": "sigue un orden, como 1234 o abcd",
    "date": "se arma con una fecha",
    "regex": "se arma con un año",
}


def falta(clave: str, suyo: Iterable[str] = ()) -> str:
    """Por qué no sirve esa contraseña, para leerse después de «la contraseña…»; vacío si sirve.

    suyo: lo que cualquiera sabe de esa persona: su correo, su nombre, sus unidades.

    Lanza:
        SinPalabras: faltan las listas con que se reconoce una fácil.
    """
    escrita = normal(clave)
    if len(escrita.strip()) < LARGO_MINIMO or len(escrita) > LARGO_MAXIMO or not escrita.isprintable():
        return f"lleva entre {LARGO_MINIMO} y {LARGO_MAXIMO} caracteres, sin contar espacios al principio ni al final"
    with _turno:
        dicho = _zxcvbn().zxcvbn(_llana(escrita)[:MIRADOS], _conocido(suyo))
    if dicho["score"] >= EXIGIDA:
        return ""
    return (
        f"es fácil de adivinar: {_por_que(dicho['sequence'])}; sirve una frase de cuatro palabras que no vayan juntas"
    )


def _por_que(partes: Iterable[dict[str, str]]) -> str:
    """La razón de la parte más larga que se reconoció."""
    de_todas = sorted(partes, key=lambda parte: len(parte["token"]), reverse=True)
    for parte in de_todas:
        if razon := _POR_QUE.get(parte.get("dictionary_name", "")) or _POR_QUE.get(parte["pattern"]):
            return razon
    return "es corta para lo que lleva"


def _conocido(suyo: Iterable[str]) -> list[str]:
    """Lo que se sabe de la persona, entero y en partes: `ana.ruiz@x.mx` da también `ana` y `ruiz`."""
    enteros = [_llana(dato) for dato in suyo if dato]
    partes = [parte for entero in enteros for parte in _PARTES.split(entero) if len(parte) > 2]
    juntas = ["".join(_PARTES.split(entero)) for entero in enteros]
    return list(dict.fromkeys((*partes, *DE_LA_CASA, *enteros, *juntas)))


def _llana(texto: str) -> str:
    """Sin mayúsculas ni acentos, como están las listas: quien adivina prueba las dos."""
    return "".join(c for c in normalize("NFKD", texto.lower()) if not combining(c))


@cache
def _zxcvbn() -> ModuleType:
    """La biblioteca, ya con las listas del español; se carga la primera vez que hace falta: ocupa 30 MB."""
    import zxcvbn
    from zxcvbn import matching

    try:
        listas = {nombre: json.loads((PALABRAS / f"{nombre}.json").read_bytes()) for nombre in LISTAS}
    except (OSError, ValueError) as error:
        raise SinPalabras(str(PALABRAS)) from error
    matching.add_frequency_lists(
        {f"es_{nombre}": list(dict.fromkeys(map(_llana, lista))) for nombre, lista in listas.items()}
    )
    # La tabla entera prueba todas las maneras de leer los signos: una contraseña llena de ellos tardaba tres segundos.
    matching.L33T_TABLE.clear()
    matching.L33T_TABLE.update(SIGNOS_POR_LETRAS)
    modulo: ModuleType = zxcvbn
    return modulo
