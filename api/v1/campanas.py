"""Campañas: ver cómo va cada unidad, abrir a muchas de una vez y recordar sólo a quien falta."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query

from api import campanas as comun
from api.dependencias import Entrada
from api.v1.esquemas import campanas as formas
from api.v1.esquemas.comunes import Lista
from api.v1.expedientes.expedientes import ClaveIdempotencia
from api.v1.parametros import Cursor, Limite
from api.v1.respuestas import errores
from api.vistas.campanas import renglones
from api.vistas.comunes import entera, lista
from modelos import reloj
from modelos.actos.conduccion import campanas
from modelos.actos.turnos.atender import persona_que_actua
from modelos.ciclos import campanas as consultas_campanas
from modelos.ciclos.campanas import EN_CURSO
from modelos.errores import NoExiste, NoLeCorresponde
from modelos.expedientes.expediente import EN_TRAMITE
from modelos.listas import repartir
from modelos.organizacion.permisos import ve_tablero

ruta = APIRouter(tags=["Campañas"])
LIMITE = 25
_LEER: dict[str, Any] = {"responses": errores(401, 403, 404, 422)}
_LANZAR: dict[str, Any] = {"responses": errores(401, 403, 404, 409, 422)}


@ruta.get("/campanas", response_model=Lista[formas.Campana], responses=errores(401, 403), summary="Las campañas")
def listar(puerta: Entrada) -> Lista[formas.Campana]:
    """Los procedimientos que se llevan por unidad y sus periodos con expedientes; entera, sin cursor."""
    with puerta.lectura() as (s, quien):
        tablas = [t for t in puerta.tablas.vigentes(reloj.hoy()) if campanas.puede_mirar(quien, t)]
        if not tablas and not ve_tablero(quien):
            raise NoLeCorresponde("ver las campañas", "la coordinación que conduce esos procedimientos")
        resumenes = consultas_campanas.en_marcha(s, tablas)
    nombres = {t.clave: t.nombre for t in tablas}
    elementos = [
        formas.Campana(
            procedimiento=r.procedimiento,
            nombre=nombres[r.procedimiento],
            periodo=r.periodo,
            total=r.total,
            abiertos=r.abiertos,
        )
        for r in resumenes
    ]
    return entera(elementos)


@ruta.get("/campanas/{procedimiento}/{periodo}", response_model=formas.Matriz, summary="Cómo va cada unidad", **_LEER)
def ver(
    procedimiento: str,
    periodo: str,
    puerta: Entrada,
    *,
    faltan: Annotated[bool, Query(description="Sólo las que no han terminado.")] = False,
    cursor: Cursor = None,
    limite: Limite = LIMITE,
) -> formas.Matriz:
    """Cada unidad con sus expedientes y los turnos que debe. El periodo es `en-tramite` si no se lleva por periodo."""
    with puerta.lectura() as (s, quien):
        tabla = comun.mirable(puerta, quien, procedimiento, periodo)
        de = consultas_campanas.de_cada_unidad(s, tabla, periodo)
        if not de and periodo != EN_CURSO and not comun.es_periodo(tabla, periodo):
            raise NoExiste("la campaña", f"{procedimiento} {periodo}")
        todas = consultas_campanas.de_la_campana(s, tabla, de)
        cuenta = consultas_campanas.cuenta(todas, de)
        if faltan:
            todas = [m for m in todas if m.clave not in de or de[m.clave][0].estado in EN_TRAMITE]
        tramo = repartir(todas, cursor, limite, lambda miembro: miembro.clave)
        elementos = renglones(s, tramo.elementos, de)
    return formas.Matriz(
        **dict(lista(tramo, elementos)), procedimiento=procedimiento, periodo=periodo, **dict[str, Any](cuenta)
    )


@ruta.post(
    "/campanas/{procedimiento}/revisar",
    response_model=formas.RevisionDeCampana,
    summary="Revisar una campaña",
    **_LEER,
)
def revisar(procedimiento: str, cuerpo: formas.CampanaNueva, puerta: Entrada) -> formas.RevisionDeCampana:
    """A qué unidades se les abriría, a cuáles no y por qué, y qué habrá que confirmar. No abre nada."""
    revision = comun.revisar(puerta, procedimiento, cuerpo.asunto, cuerpo.datos, cuerpo.unidades, cuerpo.confirmar)
    return formas.RevisionDeCampana(
        periodo=revision.periodo,
        abrir=[m.clave for m in revision.abrir],
        saltar=_saltos(revision),
        confirmar=list(revision.falta.confirmar) if revision.falta else [],
        advertencias=list(revision.falta.advertencias) if revision.falta else [],
    )


@ruta.post("/campanas/{procedimiento}/lanzar", response_model=formas.Lanzada, summary="Lanzar una campaña", **_LANZAR)
def lanzar(
    procedimiento: str, cuerpo: formas.CampanaNueva, puerta: Entrada, clave: ClaveIdempotencia = None
) -> formas.Lanzada:
    """Abre un expediente a cada unidad que no lo tenga, hasta 60 por envío; repetirlo no abre de más.

    Si un plazo del periodo ya venció, responde 409 y no abre ninguno hasta que se confirme.
    """
    revision = comun.revisar(puerta, procedimiento, cuerpo.asunto, cuerpo.datos, cuerpo.unidades, cuerpo.confirmar)
    if revision.falta:
        raise revision.falta
    hecho = comun.abrir(puerta, procedimiento, (clave or str(uuid4()))[:80], revision, cuerpo.confirmar)
    return formas.Lanzada(
        periodo=revision.periodo,
        abiertos=[formas.Abierto(unidad=una.unidad, folio=una.folio) for una in hecho.abiertas],
        saltados=_saltos(revision),
        fallas=[formas.Falla(unidad=unidad, motivo=motivo) for unidad, motivo in hecho.fallas],
        quedan=hecho.quedan,
    )


@ruta.post(
    "/campanas/{procedimiento}/{periodo}/recordar",
    response_model=formas.Recordadas,
    summary="Recordar a quien falta",
    **_LEER,
)
def recordar(procedimiento: str, periodo: str, puerta: Entrada) -> formas.Recordadas:
    """Avisa a quienes deben un turno de la campaña; a cada persona, una vez al día."""
    with puerta.acto() as ctx:
        tabla = comun.mirable(puerta, persona_que_actua(ctx), procedimiento, periodo)
        hecho = campanas.recordar(ctx, tabla, periodo)
    return formas.Recordadas(personas=hecho.personas, turnos=hecho.turnos, ya=hecho.ya, solos=list(hecho.solos))


def _saltos(revision: comun.RevisionDeCampana) -> list[formas.Salto]:
    return [formas.Salto(unidad=m.clave, folio=folio or None, motivo=motivo) for m, folio, motivo in revision.saltar]
