"""Guardar lo que se lleva escrito de un turno sin registrarlo: sola, desde el navegador, o con su botón.

El navegador la guarda mientras se escribe y espera JSON; quien no tiene JavaScript usa «Guardar sin registrar».
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import JSONResponse, RedirectResponse, Response

from api import errores
from api.dependencias import Entrada, Puerta
from api.web.piezas.formularios import PREFIJO, Formulario, LoEscrito, legible
from modelos import reloj
from modelos.actos.comodidades import capturas as actos
from modelos.errores import ActoNoProcede
from modelos.expedientes.comodidades import CapturaGuardada
from modelos.reloj import iso

ruta = APIRouter()
REVISION = "captura_revision"
"""El control que dice qué revisión leyó la página."""
PERSONA = "captura_de"
"""De quién es la página que guarda: si otra persona entró después en ese navegador, no se guarda como suyo."""
PROPIOS = ("salida", "comentario")


@ruta.post("/turnos/{id}/captura")
def guardar_sola(id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002 - nombre del contrato
    """Guarda lo escrito y dice con qué revisión quedó, o lo que otra página guardó después (409)."""
    guardada, otra = guardar(puerta, id, captura)
    if otra is not None:
        extra: dict[str, Any] = {**_ficha(otra), "escrito": legible(otra.textos)}
        return errores.problema(409, "Se guardó en otra página", de_otra(otra), "urn:dstc:error:captura-vieja", **extra)
    return JSONResponse(_ficha(guardada) if guardada else {"revision": 0, "guardada": None, "hora": ""})


@ruta.post("/turnos/{id}/captura/descartar")
def descartar(id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Tira lo guardado; si otra página guardó después, no, y se ve eso al volver al turno."""
    with puerta.acto() as ctx:
        actos.descartar(ctx, id, captura.entero(REVISION))
    return RedirectResponse(f"/turnos/{quote(id)}#responder", 303)


@ruta.get("/turnos/{id}/captura/descartar")
def volver(id: str) -> Response:  # noqa: A002
    """Quien recarga la dirección vuelve al turno."""
    return RedirectResponse(f"/turnos/{quote(id)}", 303)


def guardar(puerta: Puerta, id_: str, captura: LoEscrito) -> tuple[CapturaGuardada | None, CapturaGuardada | None]:
    """Lo guardado y, en su lugar, lo que otra página guardó después. Lanza lo que `actos.guardar`."""
    textos = {n: t for n, t in captura.textos.items() if n.startswith(PREFIJO) or n in PROPIOS}
    with puerta.acto() as ctx:
        de = captura.entero(PERSONA)
        if ctx.quien is None or de not in (0, ctx.quien.persona):
            raise ActoNoProcede(
                "guardar lo escrito", "en este navegador ya entró otra persona", "Cópielo o descártelo."
            )
        return actos.guardar(ctx, id_, textos, captura.entero(REVISION))


def de_otra(otra: CapturaGuardada) -> str:
    """Qué pasó, para quien ve dos versiones de lo suyo."""
    return (
        f"En otra pestaña o equipo usted guardó otra versión a las {hora(otra)}. No se tocó ninguna de las dos: "
        "elija con cuál se queda."
    )


def hora(guardada: CapturaGuardada) -> str:
    """A qué hora se guardó, del centro de México."""
    return f"{reloj.local(guardada.guardada):%H:%M}"


def _ficha(guardada: CapturaGuardada) -> dict[str, Any]:
    return {"revision": guardada.revision, "guardada": iso(guardada.guardada), "hora": hora(guardada)}
