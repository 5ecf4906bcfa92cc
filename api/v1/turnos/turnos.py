"""La bandeja y lo que se hace con cada turno."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.dependencias import Entrada, Puerta
from api.v1.esquemas.comunes import (
    Atendido,
    Lista,
    MotivoOpcional,
    PersonaCitada,
    Reasignacion,
    Respuesta,
    Turno,
    TurnoDetalle,
)
from api.v1.parametros import TURNO, Cursor, Limite
from api.v1.respuestas import errores
from api.vistas import expedientes
from modelos import listas
from modelos.actos.turnos import asignacion
from modelos.actos.turnos import atender as turnos
from modelos.actos.turnos.mover import Contexto
from modelos.bandeja import bandeja
from modelos.bandeja.pedido import PedidoDeBandeja
from modelos.expedientes import visibles
from modelos.expedientes.expediente import Turno as Fila
from modelos.fechas import Fecha
from modelos.organizacion.organigrama import por_correo, responsables
from modelos.organizacion.permisos import puede_reasignar

ruta = APIRouter(tags=["Turnos"])
_MOVER: dict[str, Any] = {"response_model": Turno, "responses": errores(401, 403, 404, 409, 422)}


@ruta.get("/turnos", response_model=Lista[Turno], responses=errores(401, 403, 404, 422), summary="Mi bandeja")
def listar(
    puerta: Entrada,
    estado: Annotated[
        str | None, Query(description="Por defecto, los abiertos: pendientes y tomados.", json_schema_extra=TURNO)
    ] = None,
    unidad: str | None = None,
    procedimiento: str | None = None,
    vence_antes: Annotated[Fecha | None, Query(description="Sólo los que vencen antes de esa fecha.")] = None,
    cursor: Cursor = None,
    limite: Limite = listas.LIMITE,
) -> Lista[Turno]:
    """Los turnos que puede atender quien pregunta, el más antiguo primero."""
    with puerta.lectura() as (s, quien):
        pedido = PedidoDeBandeja(
            procedimiento=procedimiento or "", unidad=unidad or "", turno=estado or "", antes=vence_antes
        )
        tramo = bandeja.listar(s, quien, pedido, cursor=cursor, limite=limite, entera=True)
        turnos_ = expedientes.turnos(s, puerta.tablas, tramo.turnos)
    return Lista(elementos=turnos_, total=tramo.total, siguiente=tramo.siguiente)


@ruta.get("/turnos/{id}", response_model=TurnoDetalle, responses=errores(401, 403, 404), summary="Un turno")
def ver(id: str, puerta: Entrada) -> TurnoDetalle:  # noqa: A002 - nombre del contrato
    """El turno, con lo que hace falta para atenderlo."""
    with puerta.lectura() as (s, quien):
        turno, expediente = visibles.turno_visible(s, quien, id)
        elegibles: dict[int, str] = {}
        if puede_reasignar(quien, turno.unidad, expediente.duena):
            elegibles = visibles.nombres(s, responsables(s, turno.unidad))
        detalle = expedientes.turnos(s, puerta.tablas, [turno])[0]
        a_quien = [PersonaCitada(id=id_, nombre=nombre) for id_, nombre in elegibles.items()]
        return TurnoDetalle(**dict(detalle), elegibles=a_quien)


@ruta.post(
    "/turnos/{id}/atender",
    response_model=Atendido,
    responses=errores(401, 403, 404, 409, 422),
    summary="Atender un turno",
)
def atender(id: str, cuerpo: Respuesta, puerta: Entrada) -> Response:  # noqa: A002
    """Registra la decisión y devuelve el expediente con los turnos nuevos ya creados."""
    with puerta.acto() as ctx:
        hecho = turnos.atender(ctx, id, cuerpo.salida, cuerpo.datos, cuerpo.comentario, cuerpo.version)
        expediente = expedientes.expediente(ctx.s, puerta.tablas, puerta.ajustes, hecho.expediente, hecho.abiertos)
    nuevos = {fila["id"] for fila in hecho.turnos}
    como_quedo = Atendido(expediente=expediente, turnos=[t for t in expediente.turnos if t.id in nuevos])
    # El modelo ya se revisó al armarlo: así no va a otro hilo a que se revise otra vez.
    return Response(como_quedo.model_dump_json(), media_type="application/json")


@ruta.post("/turnos/{id}/tomar", summary="Tomar un turno", **_MOVER)
def tomar(id: str, puerta: Entrada, cuerpo: MotivoOpcional | None = None) -> Turno:  # noqa: A002
    """Aparta el turno para quien lo pide."""
    with puerta.acto() as ctx:
        return _ver(ctx, puerta, asignacion.tomar(ctx, id, cuerpo.version if cuerpo else None))


@ruta.post("/turnos/{id}/liberar", summary="Liberar un turno", **_MOVER)
def liberar(id: str, puerta: Entrada, cuerpo: MotivoOpcional | None = None) -> Turno:  # noqa: A002
    """Devuelve el turno a su unidad."""
    version, motivo = (cuerpo.version, cuerpo.motivo) if cuerpo else (None, "")
    with puerta.acto() as ctx:
        return _ver(ctx, puerta, asignacion.liberar(ctx, id, version, motivo))


@ruta.post("/turnos/{id}/reasignar", summary="Reasignar un turno", **_MOVER)
def reasignar(id: str, cuerpo: Reasignacion, puerta: Entrada) -> Turno:  # noqa: A002
    """Da el turno a otra persona de la misma unidad; exige motivo."""
    with puerta.acto() as ctx:
        persona = cuerpo.persona
        if isinstance(persona, str):
            encontrada = por_correo(ctx.s, persona)
            persona = encontrada.id or 0 if encontrada else 0
        return _ver(ctx, puerta, asignacion.reasignar(ctx, id, persona, cuerpo.motivo, cuerpo.version))


def _ver(ctx: Contexto, puerta: Puerta, fila: Fila) -> Turno:
    return expedientes.turnos(ctx.s, puerta.tablas, [fila])[0]
