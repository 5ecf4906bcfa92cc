"""Su cuenta: con qué unidades y rol entra, y cambiar su contraseña."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import cookies
from api.dependencias import Entrada, Puerta
from api.porteria import Porteria
from api.web.piezas.formularios import Formulario, LoEscrito
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from api.web.sesion.rutas import camino_local
from modelos import reloj
from modelos.actos.comodidades import cuenta
from modelos.administracion import buscar_personas
from modelos.errores import ActoNoProcede, FormularioIncompleto
from modelos.expedientes import visibles
from modelos.organizacion import contrasenas
from modelos.organizacion.errores import DemasiadosIntentos, SinPalabras
from modelos.organizacion.permisos import NOMBRES
from modelos.organizacion.vigencia import ha_acabado

ruta = APIRouter()
CAMINO = "/cuenta"
_VUELVE = (FormularioIncompleto, ActoNoProcede, DemasiadosIntentos, SinPalabras)
CONTROLES = (
    ("actual", "Contraseña actual", "current-password", ""),
    ("nueva", "Contraseña nueva", "new-password", contrasenas.AYUDA),
    ("repetida", "Repita la nueva", "new-password", ""),
)


@ruta.get(CAMINO)
def ver(request: Request, puerta: Entrada, hecho: str = "", ir: str = "") -> HTMLResponse:
    """Quién es para el sistema, y el formulario de su contraseña. ir: adónde iba quien antes debe cambiarla."""
    return _mostrar(request, puerta, hecho=bool(hecho), ir=ir)


@ruta.post(CAMINO)
async def cambiar(request: Request, puerta: Entrada, captura: Formulario) -> Response:
    """Cambia la contraseña, en la portería: también ésta se comprueba y se cifra."""
    porteria: Porteria = request.app.state.porteria
    return await porteria.atender(lambda: _cambiar(request, puerta, captura), se_conoce=True)


def _cambiar(request: Request, puerta: Puerta, captura: LoEscrito) -> Response:
    """Si algo falta, vuelve sin lo escrito: una contraseña no se devuelve a la página."""
    actual, nueva, ir = captura.texto("actual"), captura.texto("nueva"), captura.texto("ir")
    if captura.recupera:
        return _mostrar(request, puerta, ir=ir)
    with Intento(captura, vuelve=_VUELVE) as intento:
        if nueva != captura.texto("repetida"):
            raise FormularioIncompleto({"repetida": "no es igual a la nueva"})
        entrada = cuenta.cambiar_clave(
            puerta.ajustes, puerta.token, puerta.direccion, actual, nueva, puerta.equipo or ""
        )
    if intento.rechazo:
        return _mostrar(request, puerta, intento.rechazo, ir=ir)
    respuesta = RedirectResponse(camino_local(ir) if ir else f"{CAMINO}?hecho=1#hecho", 303)
    cookies.poner(respuesta, puerta.ajustes, entrada)
    return respuesta


def _mostrar(
    request: Request, puerta: Puerta, rechazo: Rechazo | None = None, *, hecho: bool = False, ir: str = ""
) -> HTMLResponse:
    with puerta.lectura(provisional=True) as (s, quien):
        detalle = buscar_personas.una(s, quien.persona)
        unidades = visibles.unidades(s)
    return mostrar(
        request,
        "sesion/cuenta.html",
        quien,
        rechazo,
        persona=detalle.persona,
        suyas=[a for a in detalle.adscripciones if not ha_acabado(a.hasta, reloj.hoy())],
        firma_por=detalle.firma_por,
        roles=NOMBRES,
        unidades=unidades,
        controles=CONTROLES,
        errores=rechazo.campos if rechazo else {},
        problema=rechazo.frase if rechazo else "",
        hecho=hecho,
        ir=ir,
        debe_cambiarla=detalle.persona.clave_provisional,
    )
