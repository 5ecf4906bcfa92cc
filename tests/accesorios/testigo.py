"""Quien mira toda respuesta de la API que sale en una prueba: lo que devuelve está en el contrato, y como dice."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

API = "/api/v1"
DESCRIPCION = f"{API}/openapi.json"
PROBLEMA = "application/problem+json"
FUERA_DE_RUTA = ("404", "405", "413", "422")
"""Lo que se responde a una dirección o un método que no son una llamada del contrato."""


class Testigo:
    """Intermediario ASGI que anota cada respuesta de la API que el OpenAPI no anuncia."""

    __test__ = False

    def __init__(self, app: FastAPI) -> None:
        """Recibe la aplicación, de la que sale el contrato."""
        self.app = app
        self.faltas: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Atiende una petición, mirando con qué se responde."""
        if scope["type"] != "http" or not scope["path"].startswith(API + "/") or scope["path"] == DESCRIPCION:
            await self.app(scope, receive, send)
            return
        metodo, camino = scope["method"], scope["path"]

        async def mirar(mensaje: Message) -> None:
            if mensaje["type"] == "http.response.start":
                self._anotar(metodo, camino, mensaje["status"], Headers(raw=mensaje["headers"]))
            await send(mensaje)

        await self.app(scope, receive, mirar)

    def _anotar(self, metodo: str, camino: str, estado: int, encabezados: Headers) -> None:
        donde = f"{metodo} {camino} → {estado}"
        ruta = self._ruta(camino)
        operacion = self._rutas[ruta].get("get" if metodo == "HEAD" else metodo.lower()) if ruta else None
        anunciadas = operacion["responses"] if operacion else {codigo: {} for codigo in FUERA_DE_RUTA}
        if str(estado) not in anunciadas:
            self.faltas.append(f"{donde}: {ruta or 'no es una llamada del contrato, que'} no lo anuncia")
            return
        formas = anunciadas[str(estado)].get("content", {PROBLEMA: {}} if estado >= 400 else {})
        tipo = encabezados.get("content-type", "").partition(";")[0]
        if tipo and not {tipo, "*/*"} & formas.keys():
            self.faltas.append(f"{donde}: llegó como «{tipo}» y se anuncia {list(formas)}")

    @cached_property
    def _rutas(self) -> dict[str, Any]:
        rutas: dict[str, Any] = self.app.openapi()["paths"]
        return rutas

    @cached_property
    def _moldes(self) -> list[tuple[re.Pattern[str], str]]:
        # Primero las de menos huecos: `/sesiones/actual` antes que `/sesiones/{id}`.
        orden = sorted(self._rutas, key=lambda ruta: ruta.count("{"))
        return [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(ruta))), ruta) for ruta in orden]

    def _ruta(self, camino: str) -> str | None:
        return next((ruta for molde, ruta in self._moldes if molde.fullmatch(camino)), None)
