"""Lo que Starlette y FastAPI no responden como el contrato: `HEAD`, y los errores que dan por su cuenta."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SUYOS = ("content-type", "content-length")
"""Los encabezados del cuerpo que se tira."""


class SinCuerpo:
    """Intermediario ASGI: atiende `HEAD` como `GET` y entrega sólo el estado y los encabezados.

    Con él pregunta quien vigila, quien enlaza y quien va a descargar.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Recibe la aplicación entera: lo que cuenta o comprime cuerpos debe quedar adentro."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Atiende una petición; las que no son `HEAD` pasan intactas."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def sin_cuerpo(mensaje: Message) -> None:
            await send({**mensaje, "body": b""} if mensaje["type"] == "http.response.body" else mensaje)

        await self.app({**scope, "method": "GET"}, receive, sin_cuerpo)


class ErroresPropios:
    """Intermediario ASGI: un error que una biblioteca contesta en texto y en inglés sale con nuestra forma.

    Así los da quien entrega archivos (`Range` imposible o mal escrito), sin pasar por los manejadores.
    """

    def __init__(self, app: ASGIApp, forma: Callable[[Request, Exception], Response]) -> None:
        """Recibe la aplicación y quien da forma a un `HTTPException`."""
        self.app, self.forma = app, forma

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Atiende una petición."""
        propia: Response | None = None

        async def revisar(mensaje: Message) -> None:
            nonlocal propia
            if mensaje["type"] == "http.response.start" and _es_ajeno(mensaje):
                cabeza = {n: v for n, v in Headers(raw=mensaje["headers"]).items() if n not in SUYOS}
                propia = self.forma(Request(scope), HTTPException(mensaje["status"], headers=cabeza))
            elif propia is None:
                await send(mensaje)

        await self.app(scope, receive, revisar)
        if propia is not None:
            await propia(scope, receive, send)


def _es_ajeno(inicio: Message) -> bool:
    tipo = Headers(raw=inicio["headers"]).get("content-type", "")
    return inicio["status"] >= 400 and tipo.startswith("text/plain")
