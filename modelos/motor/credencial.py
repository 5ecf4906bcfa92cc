"""La credencial con que se entra al Prefect de esta instancia: al azar, una por instancia, y nunca en un registro.

Sin ella, quien alcance su puerto cancela corridas, borra la historia y lee asuntos. Vive en un archivo que sólo
lee quien corre el sistema, y no en el entorno de la web, que no la necesita para servir.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from modelos.ajustes import Ajustes

USUARIO = "dstc"


def archivo(ajustes: Ajustes) -> Path:
    """Dónde se guarda la que se generó."""
    return ajustes.datos / "prefect" / "credencial"


def credencial(ajustes: Ajustes) -> str:
    """`usuario:clave`: la que se fijó o la de la instancia, que se genera la primera vez.

    Vacía si se usa un Prefect ajeno y no se fijó ninguna: a un servidor ajeno no se le enseña la nuestra.
    """
    if fijada := ajustes.prefect_credencial.get_secret_value():
        return fijada
    if ajustes.prefect_url:
        return ""
    donde = archivo(ajustes)
    with contextlib.suppress(FileNotFoundError):
        return donde.read_text("ascii").strip()
    return _generar(donde)


def usuario_y_clave(ajustes: Ajustes) -> tuple[str, str] | None:
    """La credencial, partida como la pide un cliente HTTP; None si no hay."""
    usuario, _, clave = credencial(ajustes).partition(":")
    return (usuario, clave) if clave else None


def marca(ajustes: Ajustes) -> str:
    """Con qué se reconoce el Prefect de esta instancia entre los que puedan responder en su puerto."""
    return hashlib.sha256(f"{ajustes.datos} {credencial(ajustes)}".encode()).hexdigest()[:32]


def _generar(donde: Path) -> str:
    """La escribe aparte y la pone de una vez en su lugar: si dos procesos arrancan juntos, vale la del primero."""
    donde.parent.mkdir(parents=True, exist_ok=True)
    aparte = donde.with_name(f".credencial.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aparte, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as abierto:
            abierto.write(f"{USUARIO}:{secrets.token_urlsafe(24)}\n")
        with contextlib.suppress(FileExistsError):
            os.link(aparte, donde)
    finally:
        aparte.unlink()
    return donde.read_text("ascii").strip()
