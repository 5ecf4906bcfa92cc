"""Cómo está el sistema, para quien lo vigila: si avanza, si vive y si puede atender.

Cualquiera puede preguntarlo, así que cuesta poco: se mira una vez cada pocos segundos, quien llega
mientras tanto recibe lo último, y a Prefect sólo se le pregunta si no hay un motor que lo diga.
"""

from __future__ import annotations

import threading
import time
from dataclasses import asdict
from typing import Any

import httpx
from fastapi import APIRouter, Response
from sqlalchemy import text

from api.arranque.preparacion import ultima_migracion
from api.dependencias import Entrada
from api.v1.esquemas.comunes import Listo, Salud, Vivo
from api.v1.respuestas import SIN_SESION
from modelos.ajustes import VERSION, Ajustes
from modelos.comprobacion import salud as vigilancia
from modelos.errores import BaseInaccesible, BaseSinPreparar
from modelos.sesion import lectura

ruta = APIRouter(tags=["Sistema"])
ESPERA_PREFECT_S = 0.5
VIGENCIA_S = 3.0
NO_LISTO: dict[int | str, dict[str, Any]] = {
    503: {"model": Listo, "description": "Todavía no puede atender; dice qué falta."}
}


class Memoria:
    """Lo último que se miró de cada instancia. Sólo uno mira a la vez; los demás reciben lo anterior."""

    def __init__(self) -> None:
        self._ultima: dict[str, tuple[float, dict[str, Any]]] = {}
        self._mirando = threading.Lock()

    def dar(self, ajustes: Ajustes) -> dict[str, Any]:
        """La salud de esa instancia, de hace `VIGENCIA_S` segundos o menos; más vieja si alguien la está mirando."""
        llave = f"{ajustes.url_base} {ajustes.url_prefect}"
        anterior = self._vigente(llave)
        if anterior is not None:
            return anterior
        # Si ya hay algo que decir, nadie espera a quien está mirando.
        vieja = self._ultima.get(llave)
        if not self._mirando.acquire(blocking=vieja is None) and vieja is not None:
            return vieja[1]
        try:
            return self._vigente(llave) or self._mirar(llave, ajustes)
        finally:
            self._mirando.release()

    def _vigente(self, llave: str) -> dict[str, Any] | None:
        cuando, hallado = self._ultima.get(llave, (-VIGENCIA_S, {}))
        return hallado if time.monotonic() - cuando < VIGENCIA_S else None

    def _mirar(self, llave: str, ajustes: Ajustes) -> dict[str, Any]:
        hallado = mirar(ajustes)
        self._ultima[llave] = (time.monotonic(), hallado)
        return hallado


_memoria = Memoria()


def actual(ajustes: Ajustes) -> dict[str, Any]:
    """La salud de hace unos segundos: la misma para quien la pide por la API y para las páginas."""
    return _memoria.dar(ajustes)


@ruta.get("/salud", response_model=Salud, openapi_extra=SIN_SESION, summary="Salud")
def salud(puerta: Entrada) -> dict[str, Any]:
    """Siempre 200 mientras la API viva; `estado` dice si todo avanza y `causas`, qué no y qué hacer."""
    return actual(puerta.ajustes)


@ruta.get("/salud/vivo", response_model=Vivo, openapi_extra=SIN_SESION, summary="¿Vive?")
async def vivo() -> dict[str, bool]:
    """200 mientras este proceso responda; no mira nada más."""
    return {"vivo": True}


@ruta.get(
    "/salud/listo",
    response_model=Listo,
    responses=NO_LISTO,
    openapi_extra=SIN_SESION,
    summary="¿Puede atender?",
)
def listo(puerta: Entrada, respuesta: Response) -> dict[str, Any]:
    """200 si puede atender a quien llegue, o 503 y lo que falta; sin motor ni Prefect también atiende."""
    falta = _falta(puerta.ajustes)
    if falta:
        respuesta.status_code = 503
    return {"listo": not falta, "falta": falta}


def mirar(ajustes: Ajustes) -> dict[str, Any]:
    """La salud, mirada ahora."""
    hallado = vigilancia.diagnostico(ajustes)
    responde = _responde(ajustes.url_prefect) if hallado.prefect is None else hallado.prefect
    bien = hallado.base and hallado.motor and responde and not hallado.causas
    return {
        "estado": "bien" if bien else "degradado",
        "base": "bien" if hallado.base else "caida",
        "prefect": "bien" if responde else "caido",
        "motor": "bien" if hallado.motor else "caido",
        "version": VERSION,
        "causas": [asdict(causa) for causa in hallado.causas],
        "detalle": hallado.detalle,
    }


def _responde(url: str) -> bool:
    """Si hay alguien donde debe estar Prefect; a falta de un motor que lo sepa."""
    try:
        return httpx.get(f"{url}/health", timeout=ESPERA_PREFECT_S, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _falta(ajustes: Ajustes) -> list[str]:
    try:
        with lectura(ajustes.url_base) as s:
            esta = s.scalar(text("SELECT version_num FROM alembic_version"))
    except BaseSinPreparar:
        return ["A la base le faltan tablas: corra ./dstc migrar."]
    except BaseInaccesible:
        return ["La base de datos no responde: revise su servidor o archivo, y DSTC_BASE."]
    if esta == ultima_migracion():
        return []
    return [f"La base está en la versión {esta} y el programa pide la {ultima_migracion()}: corra ./dstc migrar."]
