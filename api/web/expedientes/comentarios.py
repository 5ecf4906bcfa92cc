"""Comentar un expediente y seguirlo, desde su página; un formulario corto por acto."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.dependencias import Entrada
from api.web.expedientes.vista import mostrar
from api.web.piezas.formularios import Formulario, LoEscrito, numero
from api.web.piezas.rechazo import Intento, Rechazo
from modelos.actos.comodidades import comentarios as actos
from modelos.errores import FormularioIncompleto

ruta = APIRouter()
MENCIONA = "menciona-"
TITULOS = {"comentario": "Comentario", "menciones": "A quién se menciona"}


@ruta.post("/expedientes/{folio}/comentar")
def comentar(request: Request, folio: str, puerta: Entrada, captura: Formulario) -> Response:
    """Guarda lo que se dijo y avisa a quien se menciona; si algo falta, vuelve con lo escrito."""
    if captura.recupera:
        return mostrar(request, puerta, folio, rechazo=Rechazo("comentar", captura))
    intento = Intento(captura, "comentar", vuelve=(FormularioIncompleto,), titulos=TITULOS, ancla="comentar-{}".format)
    with intento, puerta.acto() as ctx:
        dicho = actos.comentar(ctx, folio, captura.texto("comentario"), _elegidos(captura))
    if intento.rechazo:
        return mostrar(request, puerta, folio, rechazo=intento.rechazo)
    return RedirectResponse(f"/expedientes/{quote(folio)}#comentario-{dicho.id}", 303)


@ruta.post("/expedientes/{folio}/seguir")
def seguir(folio: str, puerta: Entrada) -> Response:
    """Lo agrega a los que sigue."""
    with puerta.acto() as ctx:
        actos.seguir(ctx, folio)
    return RedirectResponse(f"/expedientes/{quote(folio)}#seguir", 303)


@ruta.post("/expedientes/{folio}/dejar-de-seguir")
def dejar(folio: str, puerta: Entrada) -> Response:
    """Lo quita de los que sigue."""
    with puerta.acto() as ctx:
        actos.dejar(ctx, folio)
    return RedirectResponse(f"/expedientes/{quote(folio)}#seguir", 303)


def _elegidos(captura: LoEscrito) -> list[int]:
    """Las casillas marcadas, por id de persona."""
    return [n for clave in captura.textos if (n := numero(clave.removeprefix(MENCIONA)))]
