"""Si el Prefect de esta instancia responde, y si es el suyo.

No usa el cliente de Prefect, que insistiría por su cuenta: aquí hace falta saberlo en segundos.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import httpx

from flujos.servidor import RUTA
from modelos.ajustes import Ajustes
from modelos.motor import credencial

ESPERA_S = 10.0
"""Lo que se espera a que conteste; menos daría por muerto al que está ocupado, y se dejaría de conducir."""


class Sonda:
    """Pregunta al servidor que dicen los ajustes.

    ajeno: por qué lo que responde no sirve; vacío si sirve o si no responde nadie. errores: los de su última hora.
    """

    def __init__(self, ajustes: Ajustes) -> None:
        self.ajeno = ""
        self.errores: list[dict[str, Any]] | None = None
        self._propio = not ajustes.prefect_url
        self._marca = credencial.marca(ajustes) if self._propio else ""
        self._cliente = httpx.AsyncClient(
            base_url=ajustes.url_prefect, auth=credencial.usuario_y_clave(ajustes), timeout=ESPERA_S, trust_env=False
        )

    async def responde(self) -> bool:
        """Si contesta a tiempo, acepta la credencial y es el que debe ser."""
        try:
            # Con un Prefect que ya existía no hay marca que comparar: basta que deje entrar.
            respuesta = await self._cliente.get(RUTA if self._propio else "/admin/version")
            self.ajeno = self._por_que_no(respuesta)
        except (httpx.HTTPError, httpx.InvalidURL):
            self.ajeno = ""
            return False
        return not self.ajeno

    async def cerrar(self) -> None:
        """Suelta su conexión."""
        await self._cliente.aclose()

    def _por_que_no(self, respuesta: httpx.Response) -> str:
        if respuesta.status_code == HTTPStatus.UNAUTHORIZED:
            return "no acepta la credencial de esta instancia"
        if respuesta.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise httpx.HTTPStatusError("ahogado", request=respuesta.request, response=respuesta)
        if not self._propio:
            return "" if respuesta.is_success else "no es un servidor de Prefect"
        dicho = _json(respuesta)
        if dicho.get("marca") != self._marca:
            return "no es el Prefect que levanta esta instancia"
        self.errores = dicho.get("errores", [])
        return ""


def _json(respuesta: httpx.Response) -> dict[str, Any]:
    try:
        leido = respuesta.json()
    except ValueError:
        return {}
    return leido if isinstance(leido, dict) else {}
