"""Lanzar una campaña: elegir a qué unidades, revisar a cuáles ya se les abrió, y abrir a las demás."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.campanas import LOTE, Hecho, Revision, abrir, lanzable, revisar
from api.dependencias import Entrada, Puerta
from api.web.expedientes.iniciar import esquema_inicial
from api.web.piezas.formularios import PREFIJO, Captura, Falta, Formulario, a_json, campos, faltas
from api.web.piezas.pagina import pagina
from api.web.turnos import previsto
from modelos.actos.turnos import apertura
from modelos.calendario.errores import PlazoInvalido
from modelos.ciclos import campanas
from modelos.ciclos.campanas import EN_CURSO, Miembro
from modelos.errores import (
    FormularioIncompleto,
)
from modelos.organizacion.permisos import Quien
from modelos.tabla import Tabla
from modelos.tabla.periodo import Periodo, nombre_periodo

ruta = APIRouter()
OTROS = {"asunto": ("Asunto", "asunto"), "unidades": ("A qué unidades", "unidades")}


@ruta.get("/campanas/{clave}/iniciar")
def pedir(request: Request, clave: str, puerta: Entrada) -> HTMLResponse:
    """A qué unidades, y con qué datos."""
    return _formulario(request, puerta, clave, None)


@ruta.post("/campanas/{clave}/iniciar")
def lanzar(request: Request, clave: str, puerta: Entrada, captura: Formulario) -> Response:
    """Enseña lo que se hará (`revisar`) o lo hace (`lanzar`), hasta `LOTE` por envío."""
    acto = captura.texto("acto")
    if acto not in {"revisar", "lanzar"}:
        return _formulario(request, puerta, clave, captura)
    try:
        revision = _revisar(puerta, clave, captura)
    except FormularioIncompleto as error:
        return _formulario(request, puerta, clave, captura, error.campos)
    if acto == "revisar" or revision.falta:
        return _revision(request, puerta, clave, captura, revision)
    hecho = abrir(puerta, clave, captura.texto("ficha")[:80], revision, captura.lista("confirmar"))
    if hecho.fallas or hecho.quedan:
        return _revision(request, puerta, clave, captura, _revisar(puerta, clave, captura), hecho)
    dicho = urlencode({"abiertos": len(hecho.abiertas), "saltados": len(revision.saltar)})
    return RedirectResponse(f"/campanas/{quote(clave)}/{quote(revision.periodo)}?{dicho}#confirmacion", 303)


def nombre(periodo: str) -> str:
    """«2028», «mayo de 2027»; lo que no lleva periodo, «en trámite»."""
    try:
        return "en trámite" if periodo == EN_CURSO else nombre_periodo(Periodo.leer(periodo))
    except PlazoInvalido:
        return periodo


# --- piezas --------------------------------------------------------------------


def _elegidas(captura: Captura, todas: Sequence[Miembro]) -> list[Miembro]:
    """Las que se pidieron, en el orden de siempre."""
    if captura.texto("lista"):  # ya revisadas: van las mismas aunque entre tanto haya otras
        pedidas = set(captura.texto("lista").split(","))
        return [m for m in todas if m.clave in pedidas]
    alcance = captura.texto("alcance")
    otros = {"todas": ("entidad", "unidad"), "entidad": ("unidad",)}.get(alcance, ())
    if any(captura.lista(otro) for otro in otros):
        # Adivinar cuál quiso decir podría abrir cien de más.
        raise FormularioIncompleto({"unidades": "marcó algunas y eligió otra opción; deje una de las dos"})
    if alcance == "todas":
        return list(todas)
    if alcance == "entidad":
        return [m for m in todas if m.entidad in captura.lista("entidad")]
    return [m for m in todas if m.clave in captura.lista("unidad")]


def _revisar(puerta: Puerta, clave: str, captura: Captura) -> Revision:
    """Lanza FormularioIncompleto con todo lo que falte."""
    with puerta.lectura() as (s, quien):
        tabla = lanzable(puerta, quien, clave)
        reparto = campanas.reparte(tabla)
        todas = campanas.miembros(s, reparto.grupo) if reparto else []
        datos = a_json(_esquema(s, quien, tabla), captura)
    elegidas, ambigua = _elegidas_o_falta(captura, todas)
    try:
        revision = revisar(puerta, clave, captura.texto("asunto"), datos, elegidas, captura.lista("confirmar"))
    except FormularioIncompleto as error:
        raise FormularioIncompleto({**error.campos, **ambigua}) from error
    return revision


def _elegidas_o_falta(captura: Captura, todas: Sequence[Miembro]) -> tuple[list[str], dict[str, str]]:
    try:
        return [m.clave for m in _elegidas(captura, todas)], {}
    except FormularioIncompleto as error:
        return [], error.campos


def _esquema(s: Session, quien: Quien, tabla: Tabla) -> dict[str, Any]:
    """El formulario inicial sin la unidad, que aquí son muchas."""
    reparto = campanas.reparte(tabla)
    entero = esquema_inicial(s, quien, tabla)
    campo = reparto.campo if reparto else ""
    propiedades = {n: c for n, c in entero["properties"].items() if n != campo}
    return {**entero, "properties": propiedades, "required": [n for n in entero.get("required", ()) if n != campo]}


def _formulario(
    request: Request, puerta: Puerta, clave: str, captura: Captura | None, errores: Mapping[str, str] | None = None
) -> HTMLResponse:
    errores = errores or {}
    with puerta.lectura() as (s, quien):
        tabla = lanzable(puerta, quien, clave)
        reparto = campanas.reparte(tabla)
        todas = campanas.miembros(s, reparto.grupo) if reparto else []
        controles = campos(_esquema(s, quien, tabla), captura.textos if captura else None, errores)
        primero = previsto.al_iniciar(s, tabla, en_campana=True)
    entidades: dict[str, list[Miembro]] = {}
    for miembro in sorted(todas, key=lambda m: m.entidad):
        entidades.setdefault(miembro.entidad, []).append(miembro)
    lista = captura.texto("lista").split(",") if captura and captura.texto("lista") else []
    return pagina(
        request,
        "campanas/nueva.html",
        quien,
        422 if errores else 200,
        tabla=tabla,
        grupo=reparto.grupo if reparto else "",
        campos=[c for c in controles if not c.inferido],
        inferidos=[c for c in controles if c.inferido],
        asunto=captura.texto("asunto") if captura else tabla.nombre,
        largo_asunto=apertura.LARGO_ASUNTO,
        errores=errores,
        resumen=faltas(errores, controles, OTROS),
        recuperado=captura is not None and captura.recupera,
        ficha=captura.texto("ficha") if captura and captura.texto("ficha") else str(uuid4()),
        entidades=entidades,
        total=len(todas),
        alcance="algunas" if lista else captura.texto("alcance") if captura else "todas",
        elegidas=lista or (captura.lista("unidad") if captura else []),
        elegidas_entidad=captura.lista("entidad") if captura else [],
        primero=primero,
    )


def _revision(
    request: Request, puerta: Puerta, clave: str, captura: Captura, revision: Revision, hecho: Hecho | None = None
) -> HTMLResponse:
    with puerta.lectura() as (s, quien):
        tabla = lanzable(puerta, quien, clave)
        primero = previsto.al_iniciar(s, tabla, en_campana=True)
    todas = [*revision.abrir, *(m for m, _, _ in revision.saltar)]
    textos = {n: t for n, t in captura.textos.items() if n.startswith(PREFIJO) or n in ("asunto", "ficha")}
    return pagina(
        request,
        "campanas/revision.html",
        quien,
        409 if (hecho and hecho.fallas) or (captura.texto("acto") == "lanzar" and revision.falta) else 200,
        tabla=tabla,
        confirmadas=captura.lista("confirmar"),
        r=revision,
        titulo=nombre(revision.periodo),
        hecho=hecho,
        textos={**textos, "lista": ",".join(m.clave for m in todas)},
        primero=primero,
        solos=[m for m in revision.abrir if not m.con_gente],
        lote=LOTE,
        resumen=[Falta(f"{unidad}: {motivo}") for unidad, motivo in hecho.fallas] if hecho else [],
    )
