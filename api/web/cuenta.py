"""Su cuenta: con qué unidades y rol entra, y cambiar su contraseña."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencias import Entrada, Puerta
from api.errores import codigo
from api.web.formularios import Formulario
from api.web.plantillas import pagina
from api.web.sesion import poner_cookie
from modelos import consultas, consultas_personas, reloj
from modelos.actos import cuenta
from modelos.errores import ActoNoProcede, DemasiadosIntentos, FormularioIncompleto
from modelos.organizacion import LARGO_MINIMO_CLAVE
from modelos.permisos import NOMBRES

ruta = APIRouter()
CAMINO = "/cuenta"
CONTROLES = (
    ("actual", "Contraseña actual", "current-password", ""),
    ("nueva", "Contraseña nueva", "new-password", f"Al menos {LARGO_MINIMO_CLAVE} caracteres."),
    ("repetida", "Repita la nueva", "new-password", ""),
)


@ruta.get(CAMINO)
def ver(request: Request, puerta: Entrada, hecho: str = "") -> HTMLResponse:
    """Quién es para el sistema, y el formulario de su contraseña."""
    return _mostrar(request, puerta, {}, hecho=bool(hecho))


@ruta.post(CAMINO)
def cambiar(request: Request, puerta: Entrada, captura: Formulario) -> Response:
    """Cambia la contraseña. Si algo falta, vuelve sin lo escrito: una contraseña no se devuelve a la página."""
    actual, nueva = captura.texto("actual"), captura.texto("nueva")
    if captura.recupera:
        return _mostrar(request, puerta, {})
    if nueva != captura.texto("repetida"):
        return _mostrar(request, puerta, {"repetida": "no es igual a la nueva"}, 422)
    try:
        direccion = request.client.host if request.client else ""
        entrada = cuenta.cambiar_clave(puerta.ajustes, puerta.token, direccion, actual, nueva)
    except FormularioIncompleto as error:
        return _mostrar(request, puerta, error.campos, 422)
    except (ActoNoProcede, DemasiadosIntentos) as error:
        return _mostrar(request, puerta, {}, codigo(error), str(error))
    respuesta = RedirectResponse(f"{CAMINO}?hecho=1#hecho", 303)
    poner_cookie(respuesta, puerta.ajustes, entrada)
    return respuesta


def _mostrar(
    request: Request,
    puerta: Puerta,
    errores: Mapping[str, str],
    status: int = 200,
    aviso: str = "",
    *,
    hecho: bool = False,
) -> HTMLResponse:
    with puerta.lectura() as (s, quien):
        detalle = consultas_personas.una(s, quien.persona)
        unidades = consultas.unidades(s)
    return pagina(
        request,
        "cuenta.html",
        quien,
        status,
        persona=detalle.persona,
        suyas=[a for a in detalle.adscripciones if a.hasta is None or a.hasta >= reloj.hoy()],
        firma_por=detalle.firma_por,
        roles=NOMBRES,
        unidades=unidades,
        controles=CONTROLES,
        errores=errores,
        problema=aviso,
        hecho=hecho,
    )
