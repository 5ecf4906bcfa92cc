"""Contraseñas: argon2id, y pocas a la vez porque cada una ocupa 64 MiB y un cuarto de segundo."""

from __future__ import annotations

import hashlib
import secrets
import threading
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from modelos.errores import DemasiadosIntentos

_A_LA_VEZ = threading.BoundedSemaphore(2)
ESPERA_S = 10.0
_argon2 = PasswordHash((Argon2Hasher(),))
_LIGERO = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1)
_ES_LIGERA = "$m=1024,t=1,"
_LETRAS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Sin las que se confunden al copiarlas de un papel: l, i, o, 1, 0."""


def cifrar(clave: str) -> str:
    """El resumen argon2id de una contraseña, con su sal."""
    with _A_LA_VEZ:
        return _argon2.hash(clave)


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
    """Si la contraseña corresponde; tarda lo mismo aunque la persona no exista (`cifrada` None).

    Lanza:
        DemasiadosIntentos: hay tanta gente entrando que no tocó turno; los demás hilos siguen libres.
    """
    if not _A_LA_VEZ.acquire(timeout=ESPERA_S):
        raise DemasiadosIntentos(round(ESPERA_S))
    try:
        acierta = _argon2.verify(clave, cifrada or _senuelo())
        if cifrada and _ES_LIGERA in cifrada:
            _argon2.verify(clave, _senuelo())  # que tarde lo que cualquier otra
    finally:
        _A_LA_VEZ.release()
    return acierta and cifrada is not None


@cache
def _senuelo() -> str:
    return _argon2.hash(secrets.token_hex())


def token_nuevo() -> str:
    """Una ficha de sesión opaca de 256 bits."""
    return secrets.token_urlsafe(32)


def huella(token: str) -> str:
    """Lo que se guarda de una ficha: su sha256; quien lea la base no puede usarla."""
    return hashlib.sha256(token.encode()).hexdigest()
