"""Lo que Prefect dice de unas corridas, preguntado por HTTP y con prisa: la API nunca lo importa ni lo espera.

Es lo único de una página que no sale de la base, porque ahí no está: alguien pudo cancelar o borrar una corrida
en Prefect hace un segundo. Si no contesta en medio segundo, la página sale sin ello y lo dice.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from modelos.ajustes import Ajustes
from modelos.motor.credencial import usuario_y_clave

ESPERA_S = 0.5
TIPOS = {
    "SCHEDULED": ("○", "Programada"),
    "PENDING": ("…", "Por correr"),
    "RUNNING": ("▶", "Corriendo"),
    "PAUSED": ("‖", "En espera"),
    "COMPLETED": ("✓", "Terminada"),
    "FAILED": ("▲", "Fallida"),
    "CRASHED": ("▲", "Caída"),
    "CANCELLED": ("✕", "Cancelada"),
    "CANCELLING": ("✕", "Cancelándose"),
}
NOMBRES = {"Late": ("!", "Atrasada"), "Incidente": ("▲", "Fallida, con incidente")}
"""Los estados que se conocen por su nombre y no por su tipo."""
BORRADA = ("?", "No está en Prefect", "")


@dataclass(frozen=True)
class Vista:
    """Lo que Prefect dice ahora. de: (signo, estado, mensaje) por corrida; sistema: las últimas que corren solas."""

    de: dict[str, tuple[str, str, str]]
    sistema: list[tuple[str, tuple[str, str, str]]]

    def corrida(self, id_: str) -> tuple[str, str, str]:
        """El estado de una, o que ya no está."""
        return self.de.get(id_, BORRADA)


def ver(ajustes: Ajustes, corridas: Sequence[str]) -> Vista | None:
    """El estado de esas corridas y el de las últimas del sistema; None si Prefect no contesta a tiempo."""
    limite = time.monotonic() + ESPERA_S
    quien = usuario_y_clave(ajustes)
    try:
        with httpx.Client(base_url=ajustes.url_prefect, auth=quien, timeout=ESPERA_S, trust_env=False) as cliente:
            suyas = _pedir(cliente, {"id": {"any_": list(corridas)}}, len(corridas), limite) if corridas else []
            ya = {"tags": {"all_": ["sistema"]}, "start_time": {"is_null_": False}}
            sistema = _pedir(cliente, ya, 5, limite)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
    return Vista({str(c["id"]): _estado(c) for c in suyas}, [(str(c["name"]), _estado(c)) for c in sistema])


def _pedir(cliente: httpx.Client, cuales: dict[str, Any], limite: int, hasta: float) -> list[dict[str, Any]]:
    queda = max(0.01, hasta - time.monotonic())
    cuerpo = {"flow_runs": cuales, "limit": limite, "sort": "START_TIME_DESC"}
    respuesta = cliente.post("/flow_runs/filter", json=cuerpo, timeout=queda).raise_for_status()
    leido: list[dict[str, Any]] = respuesta.json()
    return leido


def _estado(corrida: dict[str, Any]) -> tuple[str, str, str]:
    estado = corrida.get("state") or {}
    tipo, nombre = str(estado.get("type", "")), str(estado.get("name", ""))
    signo, dicho = NOMBRES.get(nombre) or TIPOS.get(tipo, ("?", nombre or "Sin estado"))
    return signo, dicho, str(estado.get("message") or "")
