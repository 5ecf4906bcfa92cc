"""Iniciar, buscar y conducir expedientes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query

from api.dependencias import Entrada, Puerta
from api.v1.esquemas.comunes import (
    Ampliacion,
    Cierre,
    Compromiso,
    ConHijos,
    Expediente,
    ExpedienteNuevo,
    Lista,
    Motivo,
    Prorroga,
    Rectificacion,
    Reintento,
)
from api.v1.parametros import EXPEDIENTE, Cursor, Limite
from api.v1.respuestas import errores
from api.vistas import expedientes
from api.vistas.comunes import lista
from modelos import listas
from modelos.actos import idempotencia
from modelos.actos.conduccion import conducir
from modelos.actos.plazos import compromisos
from modelos.actos.turnos import apertura
from modelos.actos.turnos.mover import Contexto
from modelos.bandeja.expedientes import expedientes as buscar_expedientes
from modelos.expedientes import visibles
from modelos.expedientes.expediente import Expediente as Fila

ruta = APIRouter(tags=["Expedientes"])
ClaveIdempotencia = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="Repetir la solicitud con la misma clave devuelve lo mismo."),
]


@ruta.post(
    "/expedientes",
    status_code=201,
    response_model=Expediente,
    responses=errores(401, 403, 404, 409, 422),
    summary="Iniciar un expediente",
)
def iniciar(cuerpo: ExpedienteNuevo, puerta: Entrada, clave: ClaveIdempotencia = None) -> Expediente:
    """Abre un expediente del procedimiento vigente; su primer turno vuelve ya creado.

    Si ya hay uno de la misma unidad y el mismo periodo, o un plazo suyo ya venció, responde 409 y dice en
    `confirmar` lo que hay que repetir en la solicitud para abrirlo de todos modos.
    """
    with puerta.acto() as ctx:
        if clave is not None:
            pedido = cuerpo.model_dump(mode="json", exclude={"confirmar"})  # confirmar no lo hace otra solicitud
            previo = idempotencia.reservar(ctx, clave, ["expedientes", pedido])
            if previo is not None:
                return _ver(ctx, puerta, ctx.s.get_one(Fila, previo))
        expediente = apertura.iniciar(ctx, cuerpo.procedimiento, cuerpo.asunto, cuerpo.datos, cuerpo.confirmar)
        if clave is not None:
            idempotencia.cumplir(ctx, clave, expediente.folio)
        return _ver(ctx, puerta, expediente)


@ruta.get(
    "/expedientes", response_model=Lista[Expediente], responses=errores(401, 404, 422), summary="Buscar expedientes"
)
def listar(
    puerta: Entrada,
    procedimiento: str | None = None,
    estado: Annotated[str | None, Query(json_schema_extra=EXPEDIENTE)] = None,
    unidad: Annotated[str | None, Query(description="Con un turno abierto en esa unidad.")] = None,
    texto: Annotated[str | None, Query(description="En el folio o en el asunto.", max_length=200)] = None,
    cursor: Cursor = None,
    limite: Limite = listas.LIMITE,
) -> Lista[Expediente]:
    """Los expedientes que conciernen a quien pregunta, el más reciente primero."""
    with puerta.lectura() as (s, quien):
        pagina = buscar_expedientes(
            s,
            quien,
            procedimiento=procedimiento,
            estado=estado,
            unidad=unidad,
            texto=texto,
            cursor=cursor,
            limite=limite,
        )
        return lista(pagina, expedientes.expedientes(s, puerta.tablas, puerta.ajustes, pagina.elementos))


@ruta.get("/expedientes/{folio}", response_model=Expediente, responses=errores(401, 403, 404), summary="Un expediente")
def ver(folio: str, puerta: Entrada) -> Expediente:
    """El expediente con sus turnos abiertos."""
    with puerta.lectura() as (s, quien):
        expediente = visibles.expediente_visible(s, quien, folio)
        return expedientes.expediente(s, puerta.tablas, puerta.ajustes, expediente)


_CONDUCIR: dict[str, Any] = {"response_model": Expediente, "responses": errores(401, 403, 404, 409, 422)}


@ruta.post("/expedientes/{folio}/cancelar", summary="Cancelar", **_CONDUCIR)
def cancelar(folio: str, cuerpo: Motivo, puerta: Entrada) -> Expediente:
    """Termina el expediente sin llegar a un final, junto con sus turnos y subexpedientes abiertos."""
    with puerta.acto() as ctx:
        return _ver(ctx, puerta, conducir.cancelar(ctx, folio, cuerpo.motivo))


@ruta.post("/expedientes/{folio}/suspender", summary="Suspender", **_CONDUCIR)
def suspender(folio: str, cuerpo: ConHijos, puerta: Entrada) -> Expediente:
    """Detiene el expediente y los que haya abierto: sus turnos no se pueden atender hasta reanudarlo."""
    with puerta.acto() as ctx:
        suyo = conducir.suspender(ctx, folio, cuerpo.motivo, cuerpo.fecha, con_hijos=cuerpo.con_hijos)
        return _ver(ctx, puerta, suyo)


@ruta.post("/expedientes/{folio}/reanudar", summary="Reanudar", **_CONDUCIR)
def reanudar(folio: str, cuerpo: ConHijos, puerta: Entrada) -> Expediente:
    """Vuelve a poner en curso un expediente suspendido, y los que se suspendieron con él."""
    with puerta.acto() as ctx:
        suyo = conducir.reanudar(ctx, folio, cuerpo.motivo, cuerpo.fecha, con_hijos=cuerpo.con_hijos)
        return _ver(ctx, puerta, suyo)


@ruta.post("/expedientes/{folio}/comprometer", summary="Acusar un plazo vencido con una fecha compromiso", **_CONDUCIR)
def comprometer(folio: str, cuerpo: Compromiso, puerta: Entrada) -> Expediente:
    """Dice para cuándo se atenderá lo vencido. Hasta ese día no se insiste; si pasa, se vuelve a insistir."""
    with puerta.acto() as ctx:
        maximo = puerta.ajustes.compromiso_dias
        suyo = compromisos.comprometer(ctx, folio, cuerpo.plazo, cuerpo.fecha, cuerpo.motivo, maximo)
        return _ver(ctx, puerta, suyo)


@ruta.post("/expedientes/{folio}/prorrogar", summary="Prorrogar un plazo", **_CONDUCIR)
def prorrogar(folio: str, cuerpo: Prorroga, puerta: Entrada) -> Expediente:
    """Amplía un plazo que corre, fundadamente, hasta la mitad del original (LFPA art. 31)."""
    with puerta.acto() as ctx:
        ampliado = conducir.prorrogar(ctx, folio, cuerpo.dias, cuerpo.motivo, cuerpo.plazo, cuerpo.vence)
        return _ver(ctx, puerta, ampliado)


@ruta.post("/expedientes/{folio}/rectificar", summary="Corregir desde cuándo corre un plazo", **_CONDUCIR)
def rectificar(folio: str, cuerpo: Rectificacion, puerta: Entrada) -> Expediente:
    """Corrige el día desde el que corre un plazo por cumplir, si se capturó mal, y lo vuelve a contar."""
    with puerta.acto() as ctx:
        return _ver(ctx, puerta, conducir.rectificar(ctx, folio, cuerpo.plazo, cuerpo.desde, cuerpo.motivo))


@ruta.post("/expedientes/{folio}/cerrar-espera", summary="Cerrar una espera", **_CONDUCIR)
def cerrar_espera(folio: str, cuerpo: Cierre, puerta: Entrada) -> Expediente:
    """Sigue con las respuestas reunidas de un paso en abanico `al_vencer`; las que faltan se cancelan."""
    with puerta.acto() as ctx:
        return _ver(ctx, puerta, conducir.cerrar_espera(ctx, folio, cuerpo.actividad, cuerpo.motivo, cuerpo.vuelta))


@ruta.post("/expedientes/{folio}/ampliar-vueltas", summary="Ampliar el tope de vueltas", **_CONDUCIR)
def ampliar_vueltas(folio: str, cuerpo: Ampliacion, puerta: Entrada) -> Expediente:
    """Sube cuántas veces se le puede devolver el trabajo a una misma actividad."""
    with puerta.acto() as ctx:
        return _ver(ctx, puerta, conducir.ampliar_vueltas(ctx, folio, cuerpo.tope, cuerpo.motivo))


@ruta.post(
    "/expedientes/{folio}/reintentar",
    response_model=Reintento,
    responses=errores(401, 403, 404),
    summary="Reintentar incidentes",
)
def reintentar(folio: str, puerta: Entrada) -> Reintento:
    """Devuelve al motor los efectos que agotaron sus intentos."""
    with puerta.acto() as ctx:
        return Reintento(reintentados=conducir.reintentar(ctx, folio))


def _ver(ctx: Contexto, puerta: Puerta, expediente: Fila) -> Expediente:
    return expedientes.expediente(ctx.s, puerta.tablas, puerta.ajustes, expediente)
