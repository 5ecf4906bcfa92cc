"""Lanzar una campaña: elegir a qué unidades, revisar a cuáles ya se les abrió, y abrir a las demás."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.dependencias import Entrada, Puerta
from api.web import previsto
from api.web.formularios import PREFIJO, Captura, Falta, Formulario, a_json, campos, faltas
from api.web.iniciar import esquema_inicial
from api.web.plantillas import pagina
from modelos import consultas_campanas, reloj
from modelos.actos import apertura, campanas
from modelos.actos.advertencias import por_confirmar, vencidos
from modelos.actos.campanas import Abierta
from modelos.actos.turnos import persona_que_actua
from modelos.calendario.errores import PlazoInvalido
from modelos.consultas_campanas import EN_CURSO, Miembro
from modelos.errores import (
    BaseInaccesible,
    BaseSinPreparar,
    ClaveRepetida,
    ErrorGestion,
    FaltaConfirmar,
    FormularioIncompleto,
    NoExiste,
    NoLeCorresponde,
    SinSesion,
)
from modelos.periodo import Periodo, nombre_periodo
from modelos.permisos import Quien
from modelos.tabla import Tabla

ruta = APIRouter()
LOTE = 60
"""Cuántos se abren por envío: lo que falte se sigue con el mismo botón, y nadie espera más de unos segundos."""
OTROS = {"asunto": ("Asunto", "asunto"), "unidades": ("A qué unidades", "unidades")}


@dataclass(frozen=True)
class Revision:
    """Lo que hará una campaña, ya revisado: a quiénes se les abrirá y a quiénes no, con por qué."""

    asunto: str
    datos: dict[str, Any]
    periodo: str
    abrir: list[Miembro]
    saltar: list[tuple[Miembro, str, str]]
    falta: FaltaConfirmar | None = None
    """Lo que falta confirmar: que algún plazo de ese periodo ya venció."""


@dataclass(frozen=True)
class Hecho:
    """Lo que dejó un envío: lo que se abrió, lo que no se pudo y cuántas faltan."""

    abiertas: list[Abierta] = field(default_factory=list)
    fallas: list[tuple[str, str]] = field(default_factory=list)
    quedan: int = 0


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
    if acto == "revisar" or (revision.abrir and revision.falta):
        return _revision(request, puerta, clave, captura, revision)
    hecho = _abrir(puerta, clave, captura, revision)
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


def _lanzable(puerta: Puerta, quien: Quien, clave: str) -> Tabla:
    tabla = puerta.tablas.vigente(clave, reloj.hoy())
    if consultas_campanas.reparte(tabla) is None:
        raise NoExiste("la campaña", tabla.nombre)
    if not campanas.puede_lanzar(quien, tabla):
        raise NoLeCorresponde(f"lanzar «{tabla.nombre}»", f"la coordinación de la {tabla.duena}")
    return tabla


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


def _elegidas_o_falta(captura: Captura, todas: Sequence[Miembro]) -> tuple[list[Miembro], dict[str, str]]:
    try:
        elegidas = _elegidas(captura, todas)
    except FormularioIncompleto as error:
        return [], error.campos
    return elegidas, {} if elegidas else {"unidades": "elija al menos una"}


def _revisar(puerta: Puerta, clave: str, captura: Captura) -> Revision:
    """Lanza FormularioIncompleto con todo lo que falte."""
    with puerta.lectura() as (s, quien):
        tabla = _lanzable(puerta, quien, clave)
        reparto = consultas_campanas.reparte(tabla)
        todas = consultas_campanas.miembros(s, reparto.grupo) if reparto else []
        datos = a_json(_esquema(s, quien, tabla), captura)
        elegidas, faltan = _elegidas_o_falta(captura, todas)
        try:
            asunto = campanas.exigir_datos(tabla, captura.texto("asunto"), datos, todas[0].clave if todas else "-")
        except FormularioIncompleto as error:
            raise FormularioIncompleto({**error.campos, **faltan}) from error
        if faltan:
            raise FormularioIncompleto(faltan)
        periodo = campanas.periodo_de(tabla, datos)
        saltos = consultas_campanas.saltos(s, tabla, periodo, [m.clave for m in elegidas])
        tarde = vencidos(s, tabla, datos, reloj.ahora())
    return Revision(
        asunto,
        datos,
        periodo,
        [m for m in elegidas if m.clave not in saltos],
        [(m, *saltos[m.clave]) for m in elegidas if m.clave in saltos],
        por_confirmar(tarde, captura.lista("confirmar")),
    )


def _abrir(puerta: Puerta, clave: str, captura: Captura, revision: Revision) -> Hecho:
    """Cada uno en su transacción; lo de una unidad no detiene a las demás."""
    ficha, confirmadas = captura.texto("ficha")[:80], captura.lista("confirmar")
    hecho = Hecho(quedan=max(0, len(revision.abrir) - LOTE))
    for miembro in revision.abrir[:LOTE]:
        try:
            with puerta.acto() as ctx:
                tabla = _lanzable(puerta, persona_que_actua(ctx), clave)
                una = campanas.abrir_una(ctx, tabla, revision.asunto, revision.datos, miembro.clave, ficha, confirmadas)
        except (SinSesion, NoLeCorresponde, BaseInaccesible, BaseSinPreparar):
            raise
        except ClaveRepetida:
            hecho.fallas.append((miembro.clave, "esta página ya lo abrió con otros datos"))
        except ErrorGestion as error:
            hecho.fallas.append((miembro.clave, str(error)))
        else:
            if una.folio:
                hecho.abiertas.append(una)
    return hecho


def _esquema(s: Session, quien: Quien, tabla: Tabla) -> dict[str, Any]:
    """El formulario inicial sin la unidad, que aquí son muchas."""
    reparto = consultas_campanas.reparte(tabla)
    entero = esquema_inicial(s, quien, tabla)
    campo = reparto.campo if reparto else ""
    propiedades = {n: c for n, c in entero["properties"].items() if n != campo}
    return {**entero, "properties": propiedades, "required": [n for n in entero.get("required", ()) if n != campo]}


def _formulario(
    request: Request, puerta: Puerta, clave: str, captura: Captura | None, errores: Mapping[str, str] | None = None
) -> HTMLResponse:
    errores = errores or {}
    with puerta.lectura() as (s, quien):
        tabla = _lanzable(puerta, quien, clave)
        reparto = consultas_campanas.reparte(tabla)
        todas = consultas_campanas.miembros(s, reparto.grupo) if reparto else []
        controles = campos(_esquema(s, quien, tabla), captura.textos if captura else None, errores)
        primero = previsto.al_iniciar(s, tabla, en_campana=True)
    entidades: dict[str, list[Miembro]] = {}
    for miembro in sorted(todas, key=lambda m: m.entidad):
        entidades.setdefault(miembro.entidad, []).append(miembro)
    lista = captura.texto("lista").split(",") if captura and captura.texto("lista") else []
    return pagina(
        request,
        "campana_nueva.html",
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
        tabla = _lanzable(puerta, quien, clave)
        primero = previsto.al_iniciar(s, tabla, en_campana=True)
    todas = [*revision.abrir, *(m for m, _, _ in revision.saltar)]
    textos = {n: t for n, t in captura.textos.items() if n.startswith(PREFIJO) or n in ("asunto", "ficha")}
    return pagina(
        request,
        "campana_revision.html",
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
