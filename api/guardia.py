"""Lo que se comprueba a toda petición antes de atenderla: de dónde viene y cuánto pesa.

Y lo que lleva toda respuesta: una política de contenido sin nada ajeno.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.dependencias import COOKIE
from api.manejadores import imprevisto, para
from modelos.ajustes import Ajustes
from modelos.errores import ErrorGestion, FormularioIncompleto, OrigenAjeno, SolicitudDemasiadoGrande

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
        """Atiende una petición; lo que salga mal sin nombre se responde aquí, para que nadie quede sin respuesta."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        paso = _Paso(scope, receive, send, self.maximo)
        try:
            self._revisar(scope)
            await self._exigir_tamano(paso.encabezados, receive)
            await self.app(scope, paso.recibir, paso.enviar)
        except ErrorGestion as error:
            await paso.responder(para(Request(scope), error))
        except Exception as error:  # noqa: BLE001 - es la última puerta: quien usa el sistema merece una respuesta
            if not paso.excedido:
                await paso.responder(imprevisto(Request(scope), error))
        if paso.excedido:
            await paso.responder(para(Request(scope), SolicitudDemasiadoGrande(self.maximo)))

    @staticmethod
    def _revisar(scope: Scope) -> None:
        if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"]:
            raise FormularioIncompleto({"dirección": "trae caracteres nulos; quítelos"})
        if scope["method"] not in SEGUROS and es_ajena(Headers(scope=scope)):
            raise OrigenAjeno

    def _cabe(self, encabezados: Headers) -> bool:
        declarado = encabezados.get("content-length", "0")
        return declarado.isdecimal() and len(declarado) < 20 and int(declarado) <= self.maximo

    async def _exigir_tamano(self, encabezados: Headers, receive: Receive) -> None:
        if self._cabe(encabezados):
            return
        # Se lee y se tira, hasta cierto punto: si se cuelga antes, el navegador no ve la respuesta.
        recibido = 0
        while recibido < self.maximo * VECES_QUE_SE_TIRA:
            mensaje = await receive()
            recibido += len(mensaje.get("body", b""))
            if not mensaje.get("more_body"):
                break
        raise SolicitudDemasiadoGrande(self.maximo)


class _Paso:
    """Una petición en su paso: cuenta lo que entra y pone los encabezados de lo que sale."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, maximo: int) -> None:
        self.scope, self._receive, self._send, self._maximo = scope, receive, send, maximo
        self.encabezados = Headers(scope=scope)
        self.excedido = self._empezo = False
        self._recibido = 0

    async def recibir(self) -> Message:
        """Corta un cuerpo que no declaró su tamaño y resulta no tener fin."""
        mensaje = await self._receive()
        self._recibido += len(mensaje.get("body", b""))
        self.excedido = self.excedido or self._recibido > self._maximo
        return {"type": "http.disconnect"} if self.excedido else mensaje

    async def enviar(self, mensaje: Message) -> None:
        """Deja pasar la respuesta; la de una petición excedida se cambia después por la que lo dice."""
        if not self.excedido or self._empezo:
            await self._salir(mensaje)

    async def responder(self, respuesta: Response) -> None:
        """Responde, si nadie había empezado a responder."""
        if not self._empezo:
            await respuesta(self.scope, self._receive, self._salir)

    async def _salir(self, mensaje: Message) -> None:
        if mensaje["type"] == "http.response.start":
            self._empezo = True
            puestos = MutableHeaders(scope=mensaje)
            for nombre, valor in ENCABEZADOS.items():
                puestos.setdefault(nombre, valor)
            # Las direcciones de lo estático llevan su huella: cambian cuando cambia su contenido.
            duradero = self.scope["path"].startswith("/estatico/") and b"v=" in self.scope["query_string"]
            puestos.setdefault("Cache-Control", PARA_SIEMPRE if duradero else "no-store")
        await self._send(mensaje)


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
        return origen.partition("://")[2] != encabezados.get("host")
    return f"{COOKIE}=" in encabezados.get("cookie", "")
