"""Emitir un oficio que ningún paso pidió: con qué texto, quién lo emite y a quién va."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.dependencias import Entrada, Puerta
from api.web.oficios import vista
from api.web.piezas.formularios import Formulario, LoEscrito
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.expedientes import visibles
from modelos.organizacion.organigrama import Unidad
from modelos.organizacion.permisos import Quien, atiende, lleva
from modelos.tabla.unidades import TipoUnidad
from tareas.oficios.redaccion import sueltos
from tareas.oficios.redaccion.fuera import sin_tomar_la_base

ruta = APIRouter()
EXTERNOS = 3
TODAS = {"todas-cast": TipoUnidad.CAST, "todas-estatal": TipoUnidad.ESTATAL}
GRUPOS = (
    (TipoUnidad.NACIONAL, "Oficinas nacionales"),
    (TipoUnidad.ESTATAL, "Colegios Estatales, UODCDMX y RCEO"),
    (TipoUnidad.CAST, "CAST"),
)
CAMPOS = {
    "plantilla": "Con qué texto",
    "emisor": "Quién lo emite",
    "para": "A quién va",
    "ccp": "Con copia",
    "externos": "Fuera del sistema",
}


@ruta.get("/expedientes/{folio}/oficios/nuevo")
def pedir(request: Request, folio: str, puerta: Entrada) -> HTMLResponse:
    """Qué se va a emitir."""
    return _mostrar(request, puerta, folio)


@ruta.post("/expedientes/{folio}/oficios/nuevo")
def emitir(request: Request, folio: str, puerta: Entrada, captura: Formulario) -> Response:
    """Deja el borrador y lleva a él."""
    if captura.recupera:
        return _mostrar(request, puerta, folio, Rechazo("emitir", captura))
    campos = ("nombre", "cargo", "institucion")
    escritos = [{campo: captura.texto(f"externo-{i}-{campo}") for campo in campos} for i in range(EXTERNOS)]

    def acto() -> str:
        with puerta.acto() as ctx:
            unidades = _unidades(ctx.s)
            faltas = {campo: "elija una opción" for campo in ("plantilla", "emisor") if not captura.texto(campo)}
            if faltas:
                raise FormularioIncompleto(faltas)
            oficio = sueltos.emitir(
                ctx,
                folio,
                captura.texto("plantilla"),
                captura.texto("emisor"),
                _elegidas(captura, "para", unidades),
                _elegidas(captura, "ccp", unidades),
                [e for e in escritos if any(v.strip() for v in e.values())],
            )
            return oficio.id

    with Intento(captura, "emitir", titulos=CAMPOS) as intento:
        id_ = sin_tomar_la_base(acto)
    if intento.rechazo:
        return _mostrar(request, puerta, folio, intento.rechazo)
    return RedirectResponse(f"/oficios/{quote(id_)}?hecho=redactado#resultado", 303)


def _mostrar(request: Request, puerta: Puerta, folio: str, pedido: Rechazo | None = None) -> HTMLResponse:
    """pedido: lo que se envió, si se envió algo."""
    rechazo = pedido or Rechazo()
    with puerta.lectura() as (s, quien):
        fila = visibles.expediente_visible(s, quien, folio)
        unidades = _unidades(s)
        emisoras = _emisoras(quien, fila.duena, unidades)
    if not emisoras:
        raise NoLeCorresponde("emitir un oficio aquí", f"la coordinación de la {fila.duena} o quien atiende una unidad")
    return mostrar(
        request,
        "oficios/nuevo.html",
        quien,
        rechazo,
        expediente=fila,
        procedimientos={t.clave: t.nombre for t in puerta.tablas},
        plantillas=vista.plantillas(),
        emisoras=emisoras,
        sugerida=next((u.clave for u in emisoras if u.clave in atiende(quien)), emisoras[0].clave),
        grupos=[(tipo.value, nombre, [u for u in unidades if u.tipo == tipo.value]) for tipo, nombre in GRUPOS],
        externos=EXTERNOS,
        textos=rechazo.textos,
        faltas=rechazo.campos,
        titulo_error=rechazo.titulo,
        resumen=rechazo.resumen,
    )


def _unidades(s: Session) -> list[Unidad]:
    return list(s.scalars(select(Unidad).where(col(Unidad.activa).is_(True)).order_by(col(Unidad.clave))))


def _emisoras(quien: Quien, duena: str, unidades: list[Unidad]) -> list[Unidad]:
    """Por las que puede emitir: las suyas, o cualquiera si conduce el expediente."""
    return [u for u in unidades if lleva(quien, u.clave, duena)]


def _elegidas(captura: LoEscrito, clase: str, unidades: list[Unidad]) -> list[str]:
    """Las marcadas, más las de los grupos enteros que se marcaron."""
    enteros: set[Any] = {tipo.value for clave, tipo in TODAS.items() if captura.texto(f"{clase}-{clave}")}
    return [u.clave for u in unidades if captura.texto(f"{clase}-{u.clave}") or u.tipo in enteros]
