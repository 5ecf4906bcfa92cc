"""Lanzar una campaña: elegir a qué unidades, revisar a cuáles ya se les abrió, y abrir a las demás."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.campanas import LOTE, Lanzamiento, RevisionDeCampana, abrir, lanzable, revisar
from api.dependencias import Entrada, Puerta
from api.web.expedientes.iniciar import esquema_inicial
from api.web.piezas.formularios import PREFIJO, Falta, Formulario, LoEscrito, a_json, campos, faltas
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
from modelos.tabla.unidades import Unidad

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


def _elegidas(captura: LoEscrito, todas: Sequence[Miembro]) -> list[Miembro]:
    """Las que se pidieron, en el orden de siempre."""
    if captura.texto("lista"):  # ya revisadas: van las mismas aunque entre tanto haya otras
        pedidas = set(captura.texto("lista").split(","))
        return [m for m in todas if m.clave in pedidas]
    alcance = captura.texto("alcance")
    _exigir_un_alcance(captura, alcance)
    if alcance == "todas":
        return list(todas)
    if alcance == "entidad":
        return [m for m in todas if m.entidad in captura.lista("entidad")]
    return [m for m in todas if m.clave in captura.lista("unidad")]


def _exigir_un_alcance(captura: LoEscrito, alcance: str) -> None:
    """Que no se haya marcado además otra cosa: adivinar cuál quiso decir podría abrir cien de más."""
    otros = {"todas": ("entidad", "unidad"), "entidad": ("unidad",)}.get(alcance, ())
    if any(captura.lista(otro) for otro in otros):
        raise FormularioIncompleto({"unidades": "marcó algunas y eligió otra opción; deje una de las dos"})


def _revisar(puerta: Puerta, clave: str, captura: LoEscrito) -> RevisionDeCampana:
    """Lanza FormularioIncompleto con todo lo que falte."""
    with puerta.lectura() as (s, quien):
        tabla = lanzable(puerta, quien, clave)
        todas = _miembros(s, tabla)
        datos = a_json(_esquema(s, quien, tabla), captura)
    elegidas, ambigua = _elegidas_o_falta(captura, todas)
    try:
        revision = revisar(puerta, clave, captura.texto("asunto"), datos, elegidas, captura.lista("confirmar"))
    except FormularioIncompleto as error:
        raise FormularioIncompleto({**error.campos, **ambigua}) from error
    return revision


def _grupo(tabla: Tabla) -> Unidad | None:
    """De qué son las unidades a que se reparte; None si a ninguna."""
    reparto = campanas.reparte(tabla)
    return reparto.grupo if reparto else None


def _miembros(s: Session, tabla: Tabla) -> Sequence[Miembro]:
    """Las unidades a que se puede lanzar."""
    grupo = _grupo(tabla)
    return campanas.miembros(s, grupo) if grupo else []


def _elegidas_o_falta(captura: LoEscrito, todas: Sequence[Miembro]) -> tuple[list[str], dict[str, str]]:
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


@dataclass(frozen=True)
class _Escrito:
    """Lo que trae el formulario: lo enviado o, si apenas se pide, lo de por omisión.

    alcance: a cuáles se dijo; unidades y entidades: las que se marcaron.
    """

    asunto: str
    alcance: str = "todas"
    unidades: Sequence[str] = ()
    entidades: Sequence[str] = ()
    ficha: str = field(default_factory=lambda: str(uuid4()))
    recuperado: bool = False

    @classmethod
    def de(cls, captura: LoEscrito) -> _Escrito:
        """El que se envió. El de una revisión trae su lista: se vuelve a «algunas», con ésas marcadas."""
        lista = captura.texto("lista").split(",") if captura.texto("lista") else []
        return cls(
            captura.texto("asunto"),
            "algunas" if lista else captura.texto("alcance"),
            lista or captura.lista("unidad"),
            captura.lista("entidad"),
            captura.texto("ficha") or str(uuid4()),
            captura.recupera,
        )


def _formulario(
    request: Request, puerta: Puerta, clave: str, captura: LoEscrito | None, errores: Mapping[str, str] | None = None
) -> HTMLResponse:
    errores = errores or {}
    with puerta.lectura() as (s, quien):
        tabla = lanzable(puerta, quien, clave)
        todas = _miembros(s, tabla)
        controles = campos(_esquema(s, quien, tabla), captura.textos if captura else None, errores)
        primero = previsto.al_iniciar(s, tabla, en_campana=True)
    return pagina(
        request,
        "campanas/nueva.html",
        quien,
        422 if errores else 200,
        tabla=tabla,
        grupo=_grupo(tabla) or "",
        campos=[c for c in controles if not c.inferido],
        inferidos=[c for c in controles if c.inferido],
        escrito=_Escrito.de(captura) if captura else _Escrito(tabla.nombre),
        largo_asunto=apertura.LARGO_ASUNTO,
        errores=errores,
        resumen=faltas(errores, controles, OTROS),
        entidades=_por_entidad(todas),
        total=len(todas),
        primero=primero,
    )


def _por_entidad(miembros: Iterable[Miembro]) -> dict[str, list[Miembro]]:
    """Los de cada entidad federativa, por su nombre."""
    entidades: dict[str, list[Miembro]] = {}
    for miembro in sorted(miembros, key=lambda m: m.entidad):
        entidades.setdefault(miembro.entidad, []).append(miembro)
    return entidades


def _revision(
    request: Request,
    puerta: Puerta,
    clave: str,
    captura: LoEscrito,
    revision: RevisionDeCampana,
    hecho: Lanzamiento | None = None,
) -> HTMLResponse:
    with puerta.lectura() as (s, quien):
        tabla = lanzable(puerta, quien, clave)
        primero = previsto.al_iniciar(s, tabla, en_campana=True)
    fallas = hecho.fallas if hecho else []
    sin_confirmar = captura.texto("acto") == "lanzar" and bool(revision.falta)
    return pagina(
        request,
        "campanas/revision.html",
        quien,
        409 if fallas or sin_confirmar else 200,
        tabla=tabla,
        confirmadas=captura.lista("confirmar"),
        r=revision,
        titulo=nombre(revision.periodo),
        hecho=hecho,
        textos=_por_reenviar(captura, revision),
        primero=primero,
        solos=[m for m in revision.abrir if not m.con_gente],
        lote=LOTE,
        resumen=[Falta(f"{unidad}: {motivo}") for unidad, motivo in fallas],
    )


def _por_reenviar(captura: LoEscrito, revision: RevisionDeCampana) -> dict[str, str]:
    """Lo capturado y las unidades ya revisadas, para que al lanzar vayan las mismas."""
    textos = {n: t for n, t in captura.textos.items() if n.startswith(PREFIJO) or n in ("asunto", "ficha")}
    todas = [*revision.abrir, *(m for m, _, _ in revision.saltar)]
    return {**textos, "lista": ",".join(m.clave for m in todas)}
