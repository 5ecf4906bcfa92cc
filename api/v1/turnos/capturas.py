"""Guardar lo que se lleva escrito de un turno sin registrarlo; es lo mismo que guarda y recupera su página."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.dependencias import Entrada
from api.errores import problema
from api.v1.esquemas import comodidades as formas
from api.v1.respuestas import errores
from api.web.piezas.formularios import PREFIJO
from api.web.turnos.capturas import de_otra
from modelos.actos.comodidades import capturas
from modelos.actos.turnos.atender import persona_que_actua
from modelos.expedientes import visibles
from modelos.expedientes.comodidades import CapturaGuardada
from modelos.reloj import iso

ruta = APIRouter(tags=["Turnos"])


@ruta.get(
    "/turnos/{id}/captura",
    response_model=formas.Captura,
    responses=errores(401, 403, 404),
    summary="Lo que llevo escrito",
)
def ver(id: str, puerta: Entrada) -> formas.Captura:  # noqa: A002 - nombre del contrato
    """Lo que quien pregunta guardó de ese turno sin registrarlo; vacío, con `revision` 0, si no hay nada."""
    with puerta.lectura() as (s, quien):
        visibles.turno_visible(s, quien, id)
        return _ver(id, capturas.leer(s, quien.persona, id))


@ruta.put(
    "/turnos/{id}/captura",
    response_model=formas.Captura,
    responses=errores(401, 403, 404, 409, 422),
    summary="Guardar sin registrar",
)
def guardar(id: str, cuerpo: formas.CapturaNueva, puerta: Entrada) -> formas.Captura | Response:  # noqa: A002
    """Guarda lo escrito aunque le falte algo; no decide ni cambia el turno, y nadie más lo ve."""
    textos = {"salida": cuerpo.salida, "comentario": cuerpo.comentario}
    textos |= {PREFIJO + campo: texto for campo, texto in cuerpo.datos.items()}
    with puerta.acto() as ctx:
        guardada, otra = capturas.guardar(ctx, id, textos, cuerpo.revision)
    if otra is not None:
        titulo = "Se guardó en otra página"
        return problema(409, titulo, de_otra(otra), "urn:dstc:error:captura-vieja", captura=_ver(id, otra).model_dump())
    return _ver(id, guardada)


@ruta.delete(
    "/turnos/{id}/captura",
    response_model=formas.Captura,
    responses=errores(401, 403, 404, 422),
    summary="Descartar lo escrito",
)
def descartar(
    id: str,  # noqa: A002
    puerta: Entrada,
    revision: Annotated[int, Query(ge=0, le=capturas.REVISION_MAXIMA, description="La que se leyó.")],
) -> formas.Captura:
    """Tira lo guardado y devuelve lo que quede: nada, o lo que otra página guardó después."""
    with puerta.acto() as ctx:
        visibles.turno_visible(ctx.s, persona_que_actua(ctx), id)
        return _ver(id, capturas.descartar(ctx, id, revision))


def _ver(turno: str, guardada: CapturaGuardada | None) -> formas.Captura:
    textos: dict[str, str] = guardada.textos if guardada else {}
    return formas.Captura(
        turno=turno,
        revision=guardada.revision if guardada else 0,
        guardada=iso(guardada.guardada) if guardada else None,
        salida=textos.get("salida", ""),
        comentario=textos.get("comentario", ""),
        datos={n.removeprefix(PREFIJO): t for n, t in textos.items() if n.startswith(PREFIJO)},
    )
