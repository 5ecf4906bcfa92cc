"""Cómo está el sistema, para quien lo vigila."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import APIRouter
from sqlalchemy import text

from api.dependencias import Entrada
from api.v1.esquemas import Salud
from modelos import latido
from modelos.ajustes import VERSION
from modelos.errores import BaseInaccesible
from modelos.sesion import lectura

ruta = APIRouter(tags=["Sistema"])
ESPERA_PREFECT_S = 0.5
VIGENCIA_S = 5.0
_ultima: dict[str, tuple[float, bool]] = {}


@ruta.get("/salud", response_model=Salud, summary="Salud")
def salud(puerta: Entrada) -> dict[str, Any]:
    """Siempre 200 mientras la API viva; `estado` dice si algo de lo demás falta."""
    base = motor = True
    try:
        with lectura(puerta.ajustes.url_base) as s:
            s.execute(text("SELECT 1"))
            motor = latido.salud(s)["motor"]
    except BaseInaccesible:
        base = motor = False
    prefect = _prefect(puerta.ajustes.url_prefect)
    return {
        "estado": "bien" if base and prefect and motor else "degradado",
        "base": "bien" if base else "caida",
        "prefect": "bien" if prefect else "caido",
        "motor": "bien" if motor else "caido",
        "version": VERSION,
    }


def _prefect(url: str) -> bool:
    """Si el servidor de Prefect contesta; se recuerda unos segundos para no preguntarle de más."""
    cuando, vivo = _ultima.get(url, (-VIGENCIA_S, False))
    if time.monotonic() - cuando < VIGENCIA_S:
        return vivo
    partes = urlsplit(url)
    try:
        vivo = httpx.get(f"{partes.scheme}://{partes.netloc}{partes.path}/health", timeout=ESPERA_PREFECT_S).is_success
    except httpx.HTTPError:
        vivo = False
    _ultima[url] = (time.monotonic(), vivo)
    return vivo
