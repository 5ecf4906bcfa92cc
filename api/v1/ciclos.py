"""Lo que viene: qué se abre solo y cuándo; adelantarlo o dispensarlo."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from api.dependencias import Entrada, Puerta
from api.v1.esquemas.ciclos import Adelanto, Decision, Prevista
from api.v1.esquemas.comunes import Lista
from api.v1.respuestas import errores
from api.vistas import ciclos as vistas_ciclos
from api.vistas.comunes import entera
from modelos import reloj
from modelos.actos.conduccion import ciclos
from modelos.actos.turnos.mover import Contexto
from modelos.calendario import sumar_meses
from modelos.ciclos.previstas import Prevista as Fila
from modelos.ciclos.visibles import folios_que_ve, lo_que_viene, un_periodo
from modelos.errores import FormularioIncompleto
from modelos.expedientes import visibles as consultas
from modelos.fechas import Fecha
from modelos.organizacion.errores import SinSesion
from modelos.organizacion.permisos import Quien
from modelos.tabla.periodo import Periodo

ruta = APIRouter(tags=["Ciclos"])
MESES_MAXIMO = 24
PRIMERO, ULTIMO = date(2000, 1, 1), date(2099, 12, 31)
_DECIDIR: dict[str, Any] = {"response_model": Prevista, "responses": errores(401, 403, 404, 409, 422)}


@ruta.get("/ciclos", response_model=Lista[Prevista], responses=errores(401, 404, 422), summary="Lo que viene")
def listar(
    puerta: Entrada,
    desde: Annotated[Fecha | None, Query(description="Inclusive; por defecto, hoy.")] = None,
    hasta: Annotated[Fecha | None, Query(description="Inclusive; por defecto, un año después. A lo más, dos.")] = None,
) -> Lista[Prevista]:
    """Lo que se abre solo en ese tramo y lo que sigue en su ventana, por fecha; entero, sin cursor."""
    desde = desde or reloj.hoy()
    if not PRIMERO <= desde <= ULTIMO:
        raise FormularioIncompleto({"desde": f"use una fecha entre {PRIMERO} y {ULTIMO}"})
    hasta = hasta or sumar_meses(desde, 12)
    if not desde <= hasta <= sumar_meses(desde, MESES_MAXIMO):
        raise FormularioIncompleto({"hasta": "debe ser igual o posterior a «desde» y a lo más dos años después"})
    with puerta.lectura() as (s, quien):
        return entera(_ver(s, quien, lo_que_viene(s, quien, puerta.tablas, desde, hasta)))


@ruta.post("/ciclos/{procedimiento}/{periodo}/adelantar", summary="Adelantar un periodo", **_DECIDIR)
def adelantar(procedimiento: str, periodo: str, cuerpo: Adelanto, puerta: Entrada) -> Prevista:
    """Lo abre ya, para una unidad o para todas las que falten; su día no abrirá otro."""
    with puerta.acto() as ctx:
        ciclos.adelantar(ctx, procedimiento, periodo, cuerpo.unidad, cuerpo.motivo, cuerpo.confirmar)
        return _como_quedo(ctx, puerta, procedimiento, periodo)


@ruta.post("/ciclos/{procedimiento}/{periodo}/dispensar", summary="Dispensar un periodo", **_DECIDIR)
def dispensar(procedimiento: str, periodo: str, cuerpo: Decision, puerta: Entrada) -> Prevista:
    """Deja dicho que no se abrirá, para una unidad o para todas las que falten."""
    with puerta.acto() as ctx:
        ciclos.dispensar(ctx, procedimiento, periodo, cuerpo.unidad, cuerpo.motivo)
        return _como_quedo(ctx, puerta, procedimiento, periodo)


def _como_quedo(ctx: Contexto, puerta: Puerta, procedimiento: str, periodo: str) -> Prevista:
    tabla = puerta.tablas.vigente(procedimiento, reloj.local(ctx.ahora).date())
    if ctx.quien is None:
        raise SinSesion
    (vista,) = _ver(ctx.s, ctx.quien, [un_periodo(ctx.s, ctx.quien, puerta.tablas, tabla, Periodo.leer(periodo))])
    return vista


def _ver(s: Session, quien: Quien, previstas: list[Fila]) -> list[Prevista]:
    visibles = folios_que_ve(s, quien, previstas)
    nombres = consultas.nombres(s, (hecha.persona_id for de in previstas for hecha in de.hechas.values()))
    return [vistas_ciclos.prevista(de, visibles, nombres) for de in previstas]
