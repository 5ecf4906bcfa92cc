"""Los archivos de evidencia."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Header, UploadFile
from fastapi.responses import FileResponse

from api.archivos import anexos
from api.dependencias import Entrada
from api.v1.esquemas.comunes import Anexo, Retiro
from api.v1.respuestas import archivo, errores
from api.vistas import expedientes
from modelos.actos.turnos import evidencia as actos

ruta = APIRouter(tags=["Anexos"])


@ruta.post(
    "/turnos/{id}/anexos",
    status_code=201,
    response_model=Anexo,
    responses=errores(401, 403, 404, 409, 413, 422, 507),
    summary="Adjuntar evidencia",
)
def adjuntar(
    id: str,  # noqa: A002 - nombre del contrato
    puerta: Entrada,
    archivo: Annotated[UploadFile, File(description="El documento; su tipo se comprueba por contenido.")],
    evidencia: Annotated[str | None, Form(description="Clave del documento que cumple.")] = None,
    clave: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> Anexo:
    """Guarda un archivo como evidencia del turno."""
    return expedientes.anexo(anexos.recibir(puerta, id, archivo, evidencia or None, clave))


@ruta.get(
    "/anexos/{id}",
    response_class=FileResponse,
    responses={
        **archivo("*/*", "El archivo, tal como se subió."),
        **archivo("*/*", "El tramo que se pidió en `Range`.", 206),
        **errores(400, 401, 403, 404, 416),
    },
    summary="Descargar evidencia",
)
def descargar(id: str, puerta: Entrada) -> FileResponse:  # noqa: A002
    """El archivo, siempre como descarga."""
    return anexos.entregar(puerta, id)


@ruta.post(
    "/anexos/{id}/retirar",
    response_model=Anexo,
    responses=errores(400, 401, 403, 404, 409, 413, 422),
    summary="Retirar evidencia adjuntada por error",
)
def retirar(id: str, puerta: Entrada, cuerpo: Retiro) -> Anexo:  # noqa: A002
    """Sólo mientras no se responda el turno. Queda asentado en la bitácora; deja de verse y de descargarse."""
    with puerta.acto() as ctx:
        return expedientes.anexo(actos.retirar(ctx, id, cuerpo.motivo))
