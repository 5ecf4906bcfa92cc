"""Contraseñas: argon2id, y pocas a la vez porque cada una ocupa 64 MiB y un cuarto de segundo.

La misma contraseña se puede teclear de dos maneras (la «ñ» entera, o una «n» y su tilde,
según el teclado). Se guarda la de una y se admiten las dos; qué contraseña sirve lo dice
`modelos.organizacion.contrasenas`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from functools import cache
from unicodedata import normalize

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from modelos.escritura import sin_estorbos

A_LA_VEZ = 2
_turno = threading.BoundedSemaphore(A_LA_VEZ)
_argon2 = PasswordHash((Argon2Hasher(),))
_LIGERO = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1)
_ES_LIGERA = "$m=1024,t=1,"
_ESPACIO = re.compile(r"[^\S\n]")
_LETRAS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Sin las que se confunden al copiarlas de un papel: l, i, o, 1, 0."""


def cifrar(clave: str) -> str:
    """El resumen argon2id de una contraseña, con su sal."""
    with _turno:
        return _argon2.hash(normal(clave))


def normal(clave: str) -> str:
    """La contraseña como se guarda: sin lo que no se ve, cada letra entera (NFC) y cada espacio el común (RFC 8265)."""
    return _ESPACIO.sub(" ", normalize("NFC", sin_estorbos(clave)))


def generada() -> str:
    """Una contraseña al azar que se puede dictar: cuatro grupos de cuatro, unos 79 bits."""
    return "-".join("".join(secrets.choice(_LETRAS) for _ in range(4)) for _ in range(4))


def cifrar_generada(clave: str) -> str:
    """El resumen de una contraseña de `generada`, en un milisegundo.

    Lo lento protege a las contraseñas que alguien pensó; contra 79 bits de azar no hay qué adivinar, y así
    caben cientos de altas en una sola transacción.
    """
    return _LIGERO.hash(clave)


def coincide(clave: str, cifrada: str | None) -> bool:
    """Si la contraseña corresponde; tarda lo mismo aunque la persona no exista (`cifrada` None)."""
    with _turno:
        aciertos = [_verifica(forma, cifrada) for forma in _formas(clave)]  # todas: cortar diría cuál fue
    return cifrada is not None and any(aciertos)


def _verifica(clave: str, cifrada: str | None) -> bool:
    acierta = _argon2.verify(clave, cifrada or _senuelo())
    if cifrada and _ES_LIGERA in cifrada:
        _argon2.verify(clave, _senuelo())  # que tarde lo que cualquier otra
    return acierta


def _formas(clave: str) -> list[str]:
    """Las maneras de teclearla: las que se guardaron antes de normalizar pudieron ser cualquiera de ellas."""
    return list(dict.fromkeys((normal(clave), normalize("NFD", normal(clave)), clave)))


@cache
def _senuelo() -> str:
    return _argon2.hash(secrets.token_hex())


def token_nuevo() -> str:
    """Una ficha de sesión opaca de 256 bits."""
    return secrets.token_urlsafe(32)


def huella(token: str) -> str:
    """Lo que se guarda de una ficha: su sha256; quien lea la base no puede usarla."""
    return hashlib.sha256(token.encode()).hexdigest()
