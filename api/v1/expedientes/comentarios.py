"""Comentar un expediente y seguirlo, con las mismas reglas que su página."""

from __future__ import annotations

from typing import Any, cast

from fastapi import APIRouter
from sqlalchemy.orm import Session

from api.dependencias import Entrada
from api.v1.esquemas import comodidades as formas
from api.v1.esquemas.comunes import EstadoExpediente, Lista, PersonaCitada
from api.v1.expedientes.expedientes import ClaveIdempotencia
from api.v1.parametros import Cursor, Limite
from api.v1.respuestas import errores
from api.vistas.comunes import instante, lista
from modelos.actos import idempotencia
from modelos.actos.comodidades import comentarios
from modelos.actos.turnos.atender import persona_que_actua
from modelos.expedientes import comentarios as consultas_comentarios
from modelos.expedientes.comodidades import Comentario
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.visibles import expediente_visible
from modelos.listas import DE_NUMERO, LIMITE, repartir
from modelos.organizacion.permisos import Quien
from modelos.reloj import iso

ruta = APIRouter(tags=["Comentarios y seguimiento"])
_LEER: dict[str, Any] = {"responses": errores(401, 403, 404, 422)}


@ruta.get(
    "/expedientes/{folio}/comentarios", response_model=Lista[formas.Comentario], summary="Lo que se ha dicho", **_LEER
)
def listar(folio: str, puerta: Entrada, cursor: Cursor = None, limite: Limite = LIMITE) -> Lista[formas.Comentario]:
    """Los comentarios, el más reciente primero."""
    antes = DE_NUMERO.leer(cursor) if cursor is not None else 0
    with puerta.lectura() as (s, quien):
        expediente_visible(s, quien, folio)
        tramo = consultas_comentarios.de_expediente(s, quien, folio, antes=antes, limite=limite)
    return lista(tramo, [_ver(dicho) for dicho in tramo.elementos])


@ruta.post(
    "/expedientes/{folio}/comentarios",
    status_code=201,
    response_model=formas.Comentario,
    responses=errores(401, 403, 404, 409, 422),
    summary="Comentar",
)
def comentar(
    folio: str, cuerpo: formas.ComentarioNuevo, puerta: Entrada, clave: ClaveIdempotencia = None
) -> formas.Comentario:
    """Dice algo sin decidir nada y hace saber a quien menciona; sólo a quien ya puede leer el expediente."""
    with puerta.acto() as ctx:
        if clave is not None:
            pedido = ["comentarios", folio, cuerpo.model_dump(mode="json")]
            if previo := idempotencia.reservar(ctx, clave, pedido):
                expediente_visible(ctx.s, persona_que_actua(ctx), folio)
                return _uno(ctx.s, persona_que_actua(ctx), ctx.s.get_one(Comentario, int(previo)))
        nuevo = comentarios.comentar(ctx, folio, cuerpo.texto, cuerpo.menciona)
        if clave is not None:
            idempotencia.cumplir(ctx, clave, str(nuevo.id))
        return _uno(ctx.s, persona_que_actua(ctx), nuevo)


@ruta.get(
    "/expedientes/{folio}/lectores", response_model=Lista[formas.Lector], summary="A quién se puede mencionar", **_LEER
)
def lectores(folio: str, puerta: Entrada, cursor: Cursor = None, limite: Limite = LIMITE) -> Lista[formas.Lector]:
    """Las personas que hoy pueden leer el expediente; primero las de las unidades que participan."""
    with puerta.lectura() as (s, quien):
        expediente = expediente_visible(s, quien, folio)
        todos = consultas_comentarios.quienes_lo_ven(s, expediente)
    tramo = repartir(todos, cursor, limite, lambda lector: str(lector.id))
    elementos = [
        formas.Lector(id=x.id, nombre=x.nombre, unidades=list(x.unidades), participa=x.participa)
        for x in tramo.elementos
    ]
    return lista(tramo, elementos)


@ruta.get("/seguimientos", response_model=Lista[formas.Seguido], responses=errores(401, 422), summary="Los que sigo")
def seguidos(puerta: Entrada, cursor: Cursor = None, limite: Limite = LIMITE) -> Lista[formas.Seguido]:
    """Los expedientes que sigue quien pregunta y todavía ve, el más reciente primero, con lo nuevo de cada uno."""
    with puerta.lectura() as (s, quien):
        tramo = consultas_comentarios.seguidos(s, quien, cursor=cursor, limite=limite)
        nuevo = consultas_comentarios.novedades(s, quien, (e.folio for e in tramo.elementos))
    return lista(tramo, [_seguido(expediente, nuevo[expediente.folio]) for expediente in tramo.elementos])


@ruta.get("/expedientes/{folio}/seguimiento", response_model=formas.Seguimiento, summary="¿Lo sigo?", **_LEER)
def sigo(folio: str, puerta: Entrada) -> formas.Seguimiento:
    """Si lo sigue quien pregunta, desde cuándo y cuánto hay de nuevo."""
    with puerta.lectura() as (s, quien):
        expediente_visible(s, quien, folio)
        return _seguimiento(s, quien, folio)


@ruta.put("/expedientes/{folio}/seguimiento", response_model=formas.Seguimiento, summary="Seguir", **_LEER)
def seguir(folio: str, puerta: Entrada) -> formas.Seguimiento:
    """Lo agrega a los que sigue; repetirlo no cambia nada."""
    with puerta.acto() as ctx:
        comentarios.seguir(ctx, folio)
        return _seguimiento(ctx.s, persona_que_actua(ctx), folio)


@ruta.delete("/expedientes/{folio}/seguimiento", response_model=formas.Seguimiento, summary="Dejar de seguir", **_LEER)
def dejar(folio: str, puerta: Entrada) -> formas.Seguimiento:
    """Lo quita de los que sigue, lo vea todavía o no; repetirlo no cambia nada."""
    with puerta.acto() as ctx:
        comentarios.dejar(ctx, folio)
        return _seguimiento(ctx.s, persona_que_actua(ctx), folio)


@ruta.post("/expedientes/{folio}/visto", response_model=formas.Seguimiento, summary="Darlo por visto", **_LEER)
def visto(folio: str, cuerpo: formas.Visto, puerta: Entrada) -> formas.Seguimiento:
    """Anota hasta dónde lo leyó, si lo sigue, y que ya vio dónde le mencionan en él."""
    with puerta.acto() as ctx:
        quien = persona_que_actua(ctx)
        expediente = expediente_visible(ctx.s, quien, folio)
        comentarios.dar_por_visto(ctx, folio, min(cuerpo.hasta, expediente.asientos))
        return _seguimiento(ctx.s, quien, folio)


def _uno(s: Session, quien: Quien, comentario: Comentario) -> formas.Comentario:
    hasta = (comentario.id or 0) + 1
    (dicho,) = consultas_comentarios.de_expediente(s, quien, comentario.folio, antes=hasta, limite=1).elementos
    return _ver(dicho)


def _ver(dicho: consultas_comentarios.ComentarioDicho) -> formas.Comentario:
    comentario = dicho.comentario
    return formas.Comentario(
        id=comentario.id or 0,
        folio=comentario.folio,
        texto=comentario.texto,
        creado=iso(comentario.creado),
        persona=PersonaCitada(id=comentario.persona_id, nombre=dicho.de),
        menciona=list(dicho.menciona),
        nuevo=dicho.nuevo,
    )


def _seguido(expediente: Expediente, novedades: int) -> formas.Seguido:
    return formas.Seguido(
        folio=expediente.folio,
        procedimiento=expediente.procedimiento,
        asunto=expediente.asunto,
        estado=cast("EstadoExpediente", expediente.estado),
        novedades=novedades,
    )


def _seguimiento(s: Session, quien: Quien, folio: str) -> formas.Seguimiento:
    suyo = consultas_comentarios.seguimiento(s, quien, folio)
    return formas.Seguimiento(
        folio=folio,
        sigue=suyo is not None,
        desde=instante(suyo.desde) if suyo else None,
        novedades=consultas_comentarios.novedades(s, quien, [folio]).get(folio, 0),
    )
