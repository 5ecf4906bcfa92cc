"""Un servidor de correo de verdad, en un hilo de esta máquina, que guarda lo que recibe."""

from __future__ import annotations

import asyncio
import email
import email.policy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.accesorios.fabricas import puerto_libre


@dataclass
class Buzon:
    """Lo recibido, y cómo portarse mal: a quién rechazar, cuánto tardar, qué contestar."""

    puerto: int
    rechaza: dict[str, str] = field(default_factory=dict)
    respuesta: str = "250 OK"
    tarda_s: float = 0.0
    recibidos: list[EmailMessage] = field(default_factory=list)
    para: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """La dirección de Apprise de este servidor."""
        return f"mailto://127.0.0.1:{self.puerto}?from=avisos@dstc.example"

    async def handle_RCPT(  # noqa: N802 - nombre que pide aiosmtpd
        self, _servidor: Any, _sesion: Any, sobre: Any, direccion: str, _opciones: list[str]
    ) -> str:
        """Acepta a todos menos a quien se dijo."""
        if direccion in self.rechaza:
            return self.rechaza[direccion]
        sobre.rcpt_tos.append(direccion)
        return "250 OK"

    async def handle_DATA(self, _servidor: Any, _sesion: Any, sobre: Any) -> str:  # noqa: N802
        """Guarda el mensaje, o contesta lo que se pidió."""
        if self.tarda_s:
            await asyncio.sleep(self.tarda_s)
        if self.respuesta.startswith("250"):
            mensaje = email.message_from_bytes(sobre.content, policy=email.policy.default)
            assert isinstance(mensaje, EmailMessage)
            self.recibidos.append(mensaje)
            self.para += sobre.rcpt_tos
        return self.respuesta

    def de(self, correo: str) -> list[EmailMessage]:
        """Los mensajes para esa persona."""
        return [m for m, para in zip(self.recibidos, self.para, strict=True) if para == correo]


@contextmanager
def buzon(puerto: int = 0) -> Iterator[Buzon]:
    """El servidor, mientras dure el bloque; puerto: uno fijo, o 0 para cualquiera libre."""
    guardado = Buzon(puerto or puerto_libre())
    servidor = Controller(guardado, hostname="127.0.0.1", port=guardado.puerto)
    servidor.start()
    try:
        yield guardado
    finally:
        servidor.stop()


def partes(mensaje: EmailMessage) -> tuple[str, str]:
    """(texto, html) del mensaje, ya descifrados."""
    texto, html = mensaje.get_body(("plain",)), mensaje.get_body(("html",))
    assert texto is not None
    assert html is not None
    return texto.get_content(), html.get_content()


def esperar(condicion: Any, segundos: float = 300) -> None:
    """Hasta que se cumpla."""
    hasta = time.monotonic() + segundos
    while not condicion():
        assert time.monotonic() < hasta, "no ocurrió a tiempo"
        time.sleep(0.05)
