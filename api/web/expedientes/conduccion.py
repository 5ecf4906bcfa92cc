"""Lo que hace quien conduce un expediente, desde su página: un formulario corto por acto."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.dependencias import Entrada, Puerta
from api.web.expedientes.rutas import mostrar
from api.web.piezas.formularios import Formulario, LoEscrito
from api.web.piezas.rechazo import Intento, Rechazo
from modelos import fechas
from modelos.actos.conduccion import conducir as actos
from modelos.actos.plazos import compromisos
from modelos.actos.turnos.mover import Contexto, bloquear
from modelos.calendario.errores import AmpliacionExcesiva, CalendarioSinPublicar, PlazoInvalido
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste
from modelos.expedientes.errores import SinDestinatarios

ruta = APIRouter()
Acto = Callable[[Contexto, str, LoEscrito], object]
TITULOS = {
    "motivo": "Motivo",
    "tope": "Nuevo tope",
    "dias": "Cuánto más",
    "plazo": "Plazo",
    "fecha": "Fecha",
    "desde": "Día correcto",
}


_VUELVE = (
    FormularioIncompleto,
    ActoNoProcede,
    SinDestinatarios,
    AmpliacionExcesiva,
    CalendarioSinPublicar,
    PlazoInvalido,
)


def fecha_de(c: LoEscrito, campo: str) -> date | None:
    """El día que se escribió en ese control; None si quedó vacío. Lanza FormularioIncompleto."""
    return fechas.de_campo(campo, c.texto(campo))


def _plazo_leido(elegido: str) -> tuple[str | None, date | None]:
    """La opción trae el plazo y el vencimiento que se mostró: enviar dos veces la página lo prorroga una."""
    id_, _, vence = elegido.partition("|")
    try:
        return id_ or None, date.fromisoformat(vence) if vence else None
    except ValueError:
        raise FormularioIncompleto({"plazo": "elija uno de la lista"}) from None


ACTOS: dict[str, Acto] = {
    "cancelar": lambda ctx, folio, c: actos.cancelar(ctx, folio, c.texto("motivo")),
    "suspender": lambda ctx, folio, c: actos.suspender(
        ctx, folio, c.texto("motivo"), fecha_de(c, "fecha"), con_hijos=c.texto("hijos") != "siguen"
    ),
    "reanudar": lambda ctx, folio, c: actos.reanudar(
        ctx, folio, c.texto("motivo"), fecha_de(c, "fecha"), con_hijos=c.texto("hijos") != "siguen"
    ),
    "prorrogar": lambda ctx, folio, c: actos.prorrogar(
        ctx, folio, c.entero("dias"), c.texto("motivo"), *_plazo_leido(c.texto("plazo"))
    ),
    "rectificar": lambda ctx, folio, c: actos.rectificar(
        ctx,
        folio,
        _plazo_leido(c.texto("plazo"))[0] or "",
        fechas.obligatoria("desde", c.texto("desde")),
        c.texto("motivo"),
    ),
    "cerrar-espera": lambda ctx, folio, c: actos.cerrar_espera(
        # La vuelta que mostró la página: sin ella se cerraría otra espera que la que se leyó.
        ctx,
        folio,
        c.texto("actividad"),
        c.texto("motivo"),
        c.entero("vuelta"),
    ),
    "ampliar-vueltas": lambda ctx, folio, c: actos.ampliar_vueltas(ctx, folio, c.entero("tope"), c.texto("motivo")),
}


@ruta.post("/expedientes/{folio}/reintentar")
def reintentar(folio: str, puerta: Entrada) -> Response:
    """Vuelve a intentar lo que el sistema no pudo hacer solo."""
    with puerta.acto() as ctx:
        actos.reintentar(ctx, folio)
    return RedirectResponse(f"/expedientes/{folio}", 303)


@ruta.post("/expedientes/{folio}/comprometer")
def comprometer(request: Request, folio: str, puerta: Entrada, captura: Formulario) -> Response:
    """Quien debe algo vencido, o conduce, dice para cuándo se atenderá."""

    def hacer(ctx: Contexto, folio: str, c: LoEscrito) -> object:
        plazo, fecha = _plazo_leido(c.texto("plazo"))[0] or "", fechas.obligatoria("fecha", c.texto("fecha"))
        maximo = puerta.ajustes.compromiso_dias
        return compromisos.comprometer(ctx, folio, plazo, fecha, c.texto("motivo"), maximo)

    return _hacer(request, puerta, folio, "comprometer", captura, hacer)


@ruta.post("/expedientes/{folio}/{acto}")
def conducir(request: Request, folio: str, acto: str, puerta: Entrada, captura: Formulario) -> Response:
    """Hace uno de los actos de quien conduce."""
    if acto not in ACTOS:
        raise NoExiste("el acto", acto)
    return _hacer(request, puerta, folio, acto, captura, ACTOS[acto])


@ruta.get("/expedientes/{folio}/{_acto}")
def volver(folio: str, _acto: str) -> Response:
    """Quien recarga la dirección de un acto que no procedió vuelve al expediente."""
    return RedirectResponse(f"/expedientes/{quote(folio)}", 303)


def _hacer(request: Request, puerta: Puerta, folio: str, acto: str, captura: LoEscrito, hacer: Acto) -> Response:
    if captura.recupera:
        return mostrar(request, puerta, folio, rechazo=Rechazo(acto, captura))
    intento = Intento(captura, acto, vuelve=_VUELVE, titulos=TITULOS, ancla=f"{acto}-{{}}".format)
    with intento, puerta.acto() as ctx:
        hacer(ctx, folio, captura)
        asiento = bloquear(ctx, folio)[0].asientos
    if intento.rechazo:
        return mostrar(request, puerta, folio, rechazo=intento.rechazo)
    return RedirectResponse(f"/expedientes/{folio}?registrado={asiento}#confirmacion", 303)
