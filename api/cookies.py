"""Las dos fichas que guarda el navegador: la de la sesión y la que recuerda el equipo.

Con HTTPS llevan el prefijo `__Host-`: el navegador no las acepta de otro sitio del mismo
dominio ni sin cifrar. Una sesión con el nombre de antes no vale para entrar; sólo para
que no se pierda lo que esa persona iba a enviar cuando se pasó a HTTPS.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.organizacion.acceso import Entrada

SESION = "dstc_sesion"
EQUIPO = "dstc_equipo"
DIA_S = 86_400


def nombre(cual: str, ajustes: Ajustes) -> str:
    """Cómo se llama hoy esa cookie."""
    return f"__Host-{cual}" if ajustes.https else cual


def sesion(cookies: Mapping[str, str], ajustes: Ajustes) -> str | None:
    """La ficha de la sesión que trae el navegador."""
    return cookies.get(nombre(SESION, ajustes)) or None


def sesion_de_antes(cookies: Mapping[str, str], ajustes: Ajustes) -> str | None:
    """La que trae con el nombre que tenía sin HTTPS; no abre nada."""
    return cookies.get(SESION) or None if ajustes.https else None


def equipo(cookies: Mapping[str, str], ajustes: Ajustes) -> str | None:
    """La ficha que recuerda ese navegador."""
    return cookies.get(nombre(EQUIPO, ajustes)) or None


def poner(respuesta: Response, ajustes: Ajustes, nueva: Entrada) -> None:
    """Deja dentro a quien recibe la respuesta, con esa sesión, y que su equipo se recuerde."""
    _poner(respuesta, ajustes, SESION, nueva.token, round((nueva.vence - reloj.ahora()).total_seconds()))
    if ajustes.equipo_dias and nueva.equipo:
        _poner(respuesta, ajustes, EQUIPO, nueva.equipo, ajustes.equipo_dias * DIA_S)
    _quitar_la_de_antes(respuesta, ajustes)


def quitar_sesion(respuesta: Response, ajustes: Ajustes) -> None:
    """Olvida la sesión; el equipo se sigue recordando."""
    respuesta.delete_cookie(nombre(SESION, ajustes), secure=ajustes.https, httponly=True, samesite="lax")
    _quitar_la_de_antes(respuesta, ajustes)


def _poner(respuesta: Response, ajustes: Ajustes, cual: str, valor: str, segundos: int) -> None:
    respuesta.set_cookie(
        nombre(cual, ajustes), valor, max_age=segundos, httponly=True, samesite="lax", secure=ajustes.https
    )


def _quitar_la_de_antes(respuesta: Response, ajustes: Ajustes) -> None:
    if ajustes.https:
        respuesta.delete_cookie(SESION)
