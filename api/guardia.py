"""Lo que se comprueba a toda petición antes de atenderla: de dónde viene, quién la manda y cuánto pesa.

Y lo que lleva toda respuesta: una política de contenido sin nada ajeno. A quien no ha
entrado se le contesta sin leerle el cuerpo (ADR 0037).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import cookies, topes
from api.cuerpos import exigir_json_llano
from api.dependencias import token_de
from api.errores_de_entrada import ComparacionesLlenas, OrigenAjeno, SolicitudDemasiadoGrande
from api.manejadores import es_api, imprevisto, para
from modelos.ajustes import Ajustes
from modelos.errores import BaseInaccesible, ErrorGestion, FormularioIncompleto
from modelos.organizacion import acceso, equipos
from modelos.organizacion.errores import SinSesion
from modelos.organizacion.intentos import red
from modelos.sesion import lectura

registro = logging.getLogger(__name__)

SEGUROS = ("GET", "HEAD", "OPTIONS")
COMPARACIONES = 16
COMPARACIONES_POR_RED = 2
ESPERA_COMPARACION_S = 10

POLITICA = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PARA_SIEMPRE = "public, max-age=31536000, immutable"
SOLO_CIFRADO = "max-age=31536000"
ENCABEZADOS = {
    "Content-Security-Policy": POLITICA,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class QuienPide(Enum):
    """Cuánto se sabe de quien manda una petición."""

    DENTRO = "tiene sesión"
    CONOCIDO = "no la tiene, pero ya había entrado desde ahí"
    NADIE = "nada"


class Guardia:
    """Intermediario ASGI: no deja pasar lo que costaría sin que se sepa de quién es; pone los encabezados."""

    def __init__(self, app: ASGIApp, ajustes: Ajustes) -> None:
        """Recibe la aplicación y los ajustes, de donde salen los topes."""
        self.app, self.ajustes = app, ajustes
        self.encabezados = {**ENCABEZADOS, **({"Strict-Transport-Security": SOLO_CIFRADO} if ajustes.https else {})}
        self._comparan: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Atiende una petición; lo que salga mal sin nombre se responde aquí, para que nadie quede sin respuesta."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        paso = _Paso(scope, receive, send, self.encabezados)
        try:
            self._revisar(scope)
            if scope["method"] in SEGUROS:
                await self.app(scope, paso.recibir, paso.enviar)
            else:
                await self._con_cuerpo(scope, paso)
        except ErrorGestion as error:
            await paso.responder(await run_in_threadpool(para, Request(scope), error))
        except ClientDisconnect:
            if not paso.excedido:
                registro.info("se cortó un envío a medias: %s", scope["method"])
        except Exception as error:  # noqa: BLE001 - es la última puerta: quien usa el sistema merece una respuesta
            if not paso.excedido:
                await paso.responder(await run_in_threadpool(imprevisto, Request(scope), error))
        if paso.excedido:
            de_mas = SolicitudDemasiadoGrande(paso.maximo)
            await paso.responder(await run_in_threadpool(para, Request(scope), de_mas))

    def _revisar(self, scope: Scope) -> None:
        if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"]:
            raise FormularioIncompleto({"dirección": "trae caracteres nulos; quítelos"})
        if scope["method"] not in SEGUROS and es_ajena(Request(scope), self.ajustes):
            raise OrigenAjeno

    async def _con_cuerpo(self, scope: Scope, paso: _Paso) -> None:
        """Primero quién, después cuánto, y sólo entonces se lee."""
        tipo = paso.encabezados.get("content-type", "").lower()
        tope = topes.de(scope["path"], self.ajustes, con_archivo=tipo.startswith("multipart/"))
        paso.maximo = await self._maximo(scope, paso, tope)
        if not paso.maximo:
            await self.app(scope, paso.recibir, paso.enviar)
            return
        if not paso.cabe():
            raise SolicitudDemasiadoGrande(paso.maximo)
        if "json" in tipo:
            await paso.leer_json()
        elif tipo.startswith("application/x-www-form-urlencoded") and scope["path"].startswith("/api/"):
            raise FormularioIncompleto({"cuerpo": "envíe multipart/form-data"})
        with self._lugar(scope, tope):
            await self.app(scope, paso.recibir, paso.enviar)

    async def _maximo(self, scope: Scope, paso: _Paso, tope: topes.Tope) -> int:
        """Cuánto se le admite a quien la manda; 0 si ni siquiera hay tal dirección. Lanza SinSesion si no se le lee."""
        if tope.de_desconocido is None:
            quien = await run_in_threadpool(self._quien, scope)
            # A quien perdió la sesión con un formulario escrito se le lee, para devolvérselo después de entrar.
            if quien is QuienPide.DENTRO or (quien is QuienPide.CONOCIDO and not es_api(Request(scope))):
                return tope.maximo
            if any(ruta.matches(scope)[0] is Match.FULL for ruta in scope["app"].routes):
                raise SinSesion
            return 0
        if tope.maximo == tope.de_desconocido or paso.declara_hasta(tope.de_desconocido):
            return tope.de_desconocido
        return tope.de_desconocido if await run_in_threadpool(self._quien, scope) is QuienPide.NADIE else tope.maximo

    def _quien(self, scope: Scope) -> QuienPide:
        """Quién manda la petición, hasta donde dicen sus fichas."""
        peticion = Request(scope)
        token = token_de(peticion, self.ajustes)
        equipo = cookies.equipo(peticion.cookies, self.ajustes)
        de_antes = cookies.sesion_de_antes(peticion.cookies, self.ajustes)
        if not (token or equipo or de_antes):
            return QuienPide.NADIE
        try:
            with lectura(self.ajustes.url_base) as s:
                if acceso.es_de_alguien(s, token):
                    return QuienPide.DENTRO
                ya_entro = equipos.es_conocido(s, self.ajustes, equipo) or acceso.es_de_alguien(s, de_antes)
        except BaseInaccesible:
            if es_api(peticion):
                raise
            return QuienPide.CONOCIDO  # no se puede saber: se le lee, para que pueda volver a enviarlo
        return QuienPide.CONOCIDO if ya_entro else QuienPide.NADIE

    @contextmanager
    def _lugar(self, scope: Scope, tope: topes.Tope) -> Iterator[None]:
        """Uno de los pocos lugares para mandar un archivo sin haber entrado. Lanza ComparacionesLlenas."""
        if not tope.compara:
            yield
            return
        de = red(scope["client"][0]) if scope.get("client") else ""
        if self._comparan.total() >= COMPARACIONES or self._comparan[de] >= COMPARACIONES_POR_RED:
            raise ComparacionesLlenas(ESPERA_COMPARACION_S)
        self._comparan[de] += 1
        try:
            yield
        finally:
            self._comparan[de] -= 1
            self._comparan += Counter()  # olvida las redes que ya no tienen ninguno


class _Paso:
    """Una petición en su paso: cuenta lo que entra y pone los encabezados de lo que sale."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, puestos: dict[str, str]) -> None:
        self.scope, self._receive, self._send, self._puestos = scope, receive, send, puestos
        self.encabezados = Headers(scope=scope)
        self.maximo = topes.MEGA
        self.excedido = self._empezo = False
        self._recibido = 0
        self._leido: Message | None = None

    def declara_hasta(self, bytes_: int) -> bool:
        """Si dijo cuánto manda y no pasa de eso."""
        declarado = self.encabezados.get("content-length", "")
        return declarado.isdecimal() and len(declarado) < 20 and int(declarado) <= bytes_

    def cabe(self) -> bool:
        """Si lo que declaró no pasa de su máximo; lo que no se declara se cuenta al recibirlo."""
        return "content-length" not in self.encabezados or self.declara_hasta(self.maximo)

    async def recibir(self) -> Message:
        """Corta un cuerpo que no declaró su tamaño y resulta no tener fin."""
        if self._leido is not None:
            mensaje, self._leido = self._leido, None
            return mensaje
        mensaje = await self._receive()
        self._recibido += len(mensaje.get("body", b""))
        self.excedido = self.excedido or self._recibido > self.maximo
        return {"type": "http.disconnect"} if self.excedido else mensaje

    async def leer_json(self) -> None:
        """Lee el cuerpo entero y comprueba su forma; la aplicación lo recibe después de una vez.

        Lanza:
            FormularioIncompleto: no tiene una forma que se admita. ClientDisconnect: se cortó o pasó del máximo.
        """
        partes, sigue = [], True
        while sigue:
            mensaje = await self.recibir()
            if mensaje["type"] != "http.request":
                raise ClientDisconnect
            partes.append(mensaje.get("body", b""))
            sigue = mensaje.get("more_body", False)
        cuerpo = b"".join(partes)
        if len(cuerpo) > topes.DE_DESCONOCIDO:
            await run_in_threadpool(exigir_json_llano, cuerpo)
        else:
            exigir_json_llano(cuerpo)
        self._leido = {"type": "http.request", "body": cuerpo, "more_body": False}

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
            for nombre, valor in self._puestos.items():
                puestos.setdefault(nombre, valor)
            # Las direcciones de lo estático llevan su huella: cambian cuando cambia su contenido.
            duradero = self.scope["path"].startswith("/estatico/") and b"v=" in self.scope["query_string"]
            puestos.setdefault("Cache-Control", PARA_SIEMPRE if duradero else "no-store")
        await self._send(mensaje)


def es_ajena(peticion: Request, ajustes: Ajustes) -> bool:
    """Si una petición que cambia algo salió de otro sitio web.

    Quien trae Bearer no es un navegador engañado. Con cookie hace falta prueba de que
    salió de aquí; sin cookie ni encabezados de navegador es un programa que va a entrar.
    """
    encabezados = peticion.headers
    if encabezados.get("authorization", "").lower().startswith("bearer "):
        return False
    sitio = encabezados.get("sec-fetch-site")
    if sitio is not None:
        return sitio not in ("same-origin", "none")
    origen = encabezados.get("origin")
    if origen is not None:
        return origen.partition("://")[2] != encabezados.get("host")
    return cookies.sesion(peticion.cookies, ajustes) is not None
