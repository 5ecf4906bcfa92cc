"""Los errores, como página: qué pasó, y qué puede hacer ahora quien la lee."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api import cookies
from api.errores import codigo, decir_espera
from api.web.administracion.parametros import ROTULOS
from api.web.piezas.formularios import PREFIJO, legible, recuperable
from api.web.piezas.pagina import pagina as armar
from api.web.sesion import rutas
from modelos.errores import BaseInaccesible, ErrorGestion
from modelos.organizacion import acceso
from modelos.organizacion.errores import ClaveProvisional, SinSesion
from modelos.organizacion.permisos import Quien
from modelos.sesion import lectura

registro = logging.getLogger(__name__)

_SIN_COPIA = {("/administracion/canales", PREFIJO + "direccion")}
"""Lo escrito que no se enseña: la dirección de un canal lleva su contraseña."""
_QUE_HACER = {
    403: "Si cree que debería poder hacerlo, pida a la coordinación que revise a qué unidad está usted adscrito.",
    404: "Quizá la dirección está incompleta. Puede buscar el expediente por su folio o por su asunto.",
    405: "Vuelva a la página anterior y use el botón de esa página.",
    409: "Vuelva a la página del expediente para ver cómo quedó.",
    413: "Si eran varios archivos, envíelos por tandas; si era uno, digitalícelo en blanco y negro o divídalo.",
    422: "Vuelva a la página anterior, corrija y envíe de nuevo.",
    500: "No se perdió nada de lo que ya estaba registrado. Anote la hora y avise a quien administra el sistema.",
    503: "Lo ya registrado está a salvo. Espere un minuto y vuelva a intentar.",
    507: "Avise a quien administra el sistema: hace falta espacio en su disco.",
}


def responder(request: Request, error: ErrorGestion) -> Response:
    """La página de un error propio; a quien no tiene sesión lo lleva a entrar, y a quien debe, a cambiar su clave."""
    if isinstance(error, SinSesion):
        return _sin_sesion(request)
    if isinstance(error, ClaveProvisional) and not _para_copiar(request, por_enviar(request)):
        return RedirectResponse(rutas.a_la_cuenta(request), 303)
    respuesta = pagina(request, codigo(error), error.titulo, str(error))
    decir_espera(respuesta, error)
    return respuesta


def pagina(request: Request, status: int, titulo: str, detalle: str) -> Response:
    """Una página que dice qué pasó y qué hacer."""
    # Una falla pasajera no debe costar volver a escribir: se ofrece enviarlo otra vez.
    suyo = por_enviar(request)
    textos = suyo if status >= 500 else {}
    # Con archivos elegidos no: volverían a viajar los textos sin ellos.
    recupera = getattr(request.state, "con_archivos", False) and recuperable(request.url.path)
    return armar(
        request,
        "error.html",
        _quien(request, status),
        status,
        titulo=titulo,
        detalle=detalle,
        que_hacer=_QUE_HACER.get(status, ""),
        por_enviar={n: v for n, v in textos.items() if not (recupera and n == "acto")},
        escrito=_para_copiar(request, suyo),  # aunque ya no se pueda enviar, lo escrito no se tira
        recupera=recupera,
        entrar="",
    )


def _sin_sesion(request: Request) -> Response:
    """A entrar; lo que se iba a enviar no se tira: va con la página de entrada y vuelve después."""
    pendiente, con_archivos = por_enviar(request), getattr(request.state, "con_archivos", False)
    if recuperable(request.url.path) and (legible(pendiente) or con_archivos):
        return rutas.pedir_de_nuevo(request, pendiente)
    if escrito := _para_copiar(request, pendiente):
        # Esa página no sabe volver con lo escrito: que al menos se pueda copiar.
        return armar(
            request,
            "error.html",
            None,
            401,
            titulo="Su sesión venció o se cerró",
            detalle="No se registró nada de lo que envió.",
            que_hacer="Copie lo que había escrito; después entre y vuelva a escribirlo.",
            escrito=escrito,
            por_enviar={},
            recupera=False,
            entrar=rutas.a_la_entrada(request),
        )
    if con_archivos:
        return rutas.pedir_de_nuevo(request, pendiente)
    return RedirectResponse(rutas.a_la_entrada(request), 303)


def _para_copiar(request: Request, textos: Mapping[str, str]) -> list[tuple[str, str]]:
    """Lo que una persona escribió en cualquier página, con el nombre de cada control; nunca una contraseña."""
    escrito: list[tuple[str, str]] = []
    for nombre, valor in textos.items():
        corto = nombre.removeprefix(PREFIJO)
        if (request.url.path, nombre) in _SIN_COPIA:
            continue
        if conocido := legible({nombre: valor}):
            escrito += conocido
        elif valor.strip() and (corto != nombre or nombre == "nombre"):
            escrito.append((ROTULOS.get(corto, corto.replace("_", " ").capitalize()), valor.strip()))
    return escrito


def por_enviar(request: Request) -> dict[str, str]:
    """Lo que la petición traía escrito, si vale la pena conservarlo; nunca una contraseña."""
    if request.url.path in ("/entrar", "/salir", "/cuenta"):
        return {}
    capturado: dict[str, str] = getattr(request.state, "capturado", {})
    return capturado


def _quien(request: Request, status: int) -> Quien | None:
    """La persona, para que la página de error conserve su menú; si la base falla, sin él."""
    token = cookies.sesion(request.cookies, request.app.state.ajustes)
    if not token or status >= 500:
        return None
    try:
        with lectura(request.app.state.ajustes.url_base) as s:
            return acceso.quien_trae(s, token)
    except (SinSesion, ClaveProvisional, BaseInaccesible):
        return None
