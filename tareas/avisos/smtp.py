"""Una conexión SMTP con tiempo límite de verdad: `smtplib` sólo limita cada lectura, no el total."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apprise.plugins.email import NotifyEmail


@contextmanager
def conexion(servicio: NotifyEmail, espera_s: float) -> Iterator[smtplib.SMTP]:
    """Una conexión que se corta sola a los `espera_s` segundos en total, aunque el servidor gotee respuestas.

    Lanza:
        TimeoutError: se cumplió el tiempo, también dentro del bloque.
        OSError: no se pudo conectar, o el servidor no quiso (`smtplib.SMTPException`).
    """
    abierta: list[smtplib.SMTP] = []
    vencido = threading.Event()

    def cortar() -> None:
        vencido.set()
        for smtp in abierta:
            if smtp.sock is not None:
                with suppress(OSError):
                    smtp.sock.shutdown(socket.SHUT_RDWR)

    reloj_de_arena = threading.Timer(espera_s, cortar)
    reloj_de_arena.daemon = True
    reloj_de_arena.start()
    try:
        yield _conectar(servicio, abierta, espera_s)
    except OSError as error:  # también las de smtplib
        if vencido.is_set():
            raise TimeoutError from error
        raise
    finally:
        reloj_de_arena.cancel()
        for smtp in abierta:
            # Lo aceptado ya está aceptado: la despedida no importa, y no se espera.
            smtp.close()


def _conectar(servicio: NotifyEmail, abierta: list[smtplib.SMTP], espera_s: float) -> smtplib.SMTP:
    """Conecta como diga la dirección: en claro, con STARTTLS o cifrado desde el principio."""
    contexto = ssl.create_default_context()
    if not servicio.verify_certificate:
        contexto.check_hostname, contexto.verify_mode = False, ssl.CERT_NONE
    donde = (servicio.smtp_host, servicio.port or 0)
    cada_paso_s = 1.5 * espera_s  # antes corta el reloj de arena, que sí mide el total
    smtp: smtplib.SMTP
    if servicio.secure_mode == "ssl":
        smtp = _Segura(abierta, *donde, timeout=cada_paso_s, context=contexto)
    else:
        smtp = _Llana(abierta, *donde, timeout=cada_paso_s)
    if servicio.secure_mode == "starttls":
        smtp.starttls(context=contexto)
    if servicio.user and servicio.password:
        smtp.login(servicio.user, servicio.password)
    return smtp


class _Llana(smtplib.SMTP):
    """Una conexión que se anota antes de conectarse, para que se pueda cortar."""

    def __init__(self, abierta: list[smtplib.SMTP], servidor: str, puerto: int, *, timeout: float) -> None:
        abierta.append(self)
        super().__init__(servidor, puerto, timeout=timeout)


class _Segura(smtplib.SMTP_SSL):
    """Lo mismo, cifrada desde el principio."""

    def __init__(
        self, abierta: list[smtplib.SMTP], servidor: str, puerto: int, *, timeout: float, context: ssl.SSLContext
    ) -> None:
        abierta.append(self)
        super().__init__(servidor, puerto, timeout=timeout, context=context)
