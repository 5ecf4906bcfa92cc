"""Lo que se comprueba a toda petición antes de atenderla: de dónde viene y cuánto pesa.

Y lo que lleva toda respuesta: una política de contenido sin nada ajeno.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.dependencias import COOKIE
from api.errores import para
from modelos.ajustes import Ajustes
from modelos.errores import FormularioIncompleto, OrigenAjeno, SolicitudDemasiadoGrande

SEGUROS = ("GET", "HEAD", "OPTIONS")
VECES_QUE_SE_TIRA = 4
MARGEN_FORMULARIO = 1 << 20
"""Bytes que se admiten además del archivo: los campos de texto y el empaque multipart."""

POLITICA = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PARA_SIEMPRE = "public, max-age=31536000, immutable"
ENCABEZADOS = {
    "Content-Security-Policy": POLITICA,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Guardia:
    """Intermediario ASGI: rechaza peticiones de otro sitio y cuerpos sin límite; pone los encabezados."""

    def __init__(self, app: ASGIApp, ajustes: Ajustes) -> None:
        """Recibe la aplicación y los ajustes, de donde sale el tamaño máximo."""
        self.app = app
        self.maximo = ajustes.anexo_max_bytes + MARGEN_FORMULARIO

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Atiende una petición."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        encabezados = Headers(scope=scope)

        async def enviar(mensaje: Message) -> None:
            if mensaje["type"] == "http.response.start":
                respuesta = MutableHeaders(scope=mensaje)
                for nombre, valor in ENCABEZADOS.items():
                    respuesta.setdefault(nombre, valor)
                # Las direcciones de lo estático llevan su huella: cambian cuando cambia su contenido.
                duradero = scope["path"].startswith("/estatico/") and b"v=" in scope["query_string"]
                respuesta.setdefault("Cache-Control", PARA_SIEMPRE if duradero else "no-store")
            await send(mensaje)

        if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"]:
            await para(Request(scope), FormularioIncompleto({"dirección": "trae caracteres nulos; quítelos"}))(
                scope, receive, enviar
            )
            return
        if scope["method"] not in SEGUROS and es_ajena(encabezados):
            await para(Request(scope), OrigenAjeno())(scope, receive, enviar)
            return
        if not self._cabe(encabezados):
            await self._tirar(receive)
            await para(Request(scope), SolicitudDemasiadoGrande(self.maximo))(scope, receive, enviar)
            return
        await self.app(scope, self._acotado(receive), enviar)

    def _cabe(self, encabezados: Headers) -> bool:
        declarado = encabezados.get("content-length", "0")
        return declarado.isdecimal() and int(declarado) <= self.maximo

    async def _tirar(self, receive: Receive) -> None:
        """Lee y tira lo que siga llegando, hasta cierto punto: si se cuelga antes, el navegador no ve la respuesta."""
        recibido = 0
        while recibido < self.maximo * VECES_QUE_SE_TIRA:
            mensaje = await receive()
            recibido += len(mensaje.get("body", b""))
            if not mensaje.get("more_body"):
                return

    def _acotado(self, receive: Receive) -> Receive:
        """Corta un cuerpo que no declaró su tamaño y resulta no tener fin."""
        recibido = 0

        async def recibir() -> Message:
            nonlocal recibido
            mensaje = await receive()
            recibido += len(mensaje.get("body", b""))
            return {"type": "http.disconnect"} if recibido > self.maximo else mensaje

        return recibir


def es_ajena(encabezados: Headers) -> bool:
    """Si una petición que cambia algo salió de otro sitio web.

    Quien trae Bearer no es un navegador engañado. Con cookie hace falta prueba de que
    salió de aquí; sin cookie ni encabezados de navegador es un programa que va a entrar.
    """
    if encabezados.get("authorization", "").lower().startswith("bearer "):
        return False
    sitio = encabezados.get("sec-fetch-site")
    if sitio is not None:
        return sitio not in ("same-origin", "none")
    origen = encabezados.get("origin")
    if origen is not None:
        return urlsplit(origen).netloc != encabezados.get("host")
    return f"{COOKIE}=" in encabezados.get("cookie", "")
