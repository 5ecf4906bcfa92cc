"""Entrar y salir. Después de entrar se vuelve a la página que se había pedido, y sólo a una de aquí."""

from __future__ import annotations

import json
import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencias import COOKIE, Entrada
from api.errores import codigo
from api.web.formularios import Captura, Formulario, legible, limpio, recuperable
from api.web.plantillas import pagina
from modelos import acceso, reloj
from modelos.ajustes import Ajustes
from modelos.demo import CLAVE, CUENTAS_VISIBLES, DOMINIO
from modelos.errores import CredencialesInvalidas, DemasiadosIntentos, ErrorGestion, SinSesion
from modelos.permisos import Quien

ruta = APIRouter()
INICIO = "/"
GUARDADO_MAXIMO = 80_000
"""Caracteres de lo que viaja con la entrada: ya codificado cabe en el megabyte que admite un campo."""
IBA_A = {
    "iniciar": "iniciar un expediente",
    "reasignar": "reasignar un turno de {}",
    "varios": "responder varios de una vez",
    "cancelar": "cancelar {}",
    "suspender": "suspender {}",
    "reanudar": "reanudar {}",
    "cerrar-espera": "dejar de esperar a los que faltan en {}",
    "ampliar-vueltas": "permitir más devoluciones en {}",
    "prorrogar": "prorrogar un plazo de {}",
    "rectificar": "rectificar un plazo de {}",
    "comprometer": "dar una fecha compromiso en {}",
    "comentar": "comentar en {}",
    "oficios/editar": "corregir un oficio de {}",
    "oficios/cancelar": "cancelar un oficio de {}",
    "oficios/acusar": "acusar un oficio de {}",
}
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def camino_local(ir: str) -> str:
    """La dirección, si es de este sistema; si no, el inicio. Así nadie usa la entrada para llevarlo a otro sitio."""
    return ir if _LOCAL.fullmatch(ir) and not ir.startswith("/entrar") else INICIO


def a_la_entrada(request: Request) -> str:
    """La dirección de la entrada, para volver después a lo que se pedía."""
    camino = request.url.path
    if request.method not in ("GET", "HEAD"):
        # Las acciones cuelgan de la página desde la que se hacen: se vuelve a ella.
        de_paginas = camino.startswith(("/turnos/", "/expedientes/", "/oficios/"))
        camino = "/".join(camino.split("/")[:3]) if de_paginas else camino
    elif request.url.query:
        camino += f"?{request.url.query}"
    return "/entrar" if camino in (INICIO, "/salir") else f"/entrar?ir={quote(camino, safe='/')}"


def pedir_de_nuevo(request: Request, pendiente: dict[str, str]) -> HTMLResponse:
    """La entrada para quien perdió la sesión al enviar algo: lo escrito viaja con ella."""
    guardado = json.dumps({"accion": request.url.path, "textos": pendiente}, ensure_ascii=False)
    if not recuperable(request.url.path) or len(guardado) > GUARDADO_MAXIMO:
        aviso = (
            "Su sesión venció o se cerró y no se registró nada. Vuelva a la página anterior y copie lo que escribió."
        )
        return formulario(request, INICIO, status=401, aviso=aviso)
    aviso = "Su sesión venció o se cerró. No se perdió lo que escribió: al entrar podrá revisarlo y enviarlo."
    return formulario(request, INICIO, status=401, aviso=aviso, guardado=guardado)


def formulario(
    request: Request,
    ir: str,
    correo: str = "",
    error: str = "",
    status: int = 200,
    aviso: str = "",
    guardado: str = "",
) -> HTMLResponse:
    """La página de entrada.

    aviso: por qué se le pide entrar; error: por qué no pudo; guardado: lo que se enviará al entrar.
    """
    ajustes: Ajustes = request.app.state.ajustes
    demo = {"cuentas": CUENTAS_VISIBLES, "dominio": DOMINIO, "clave": CLAVE} if ajustes.demo else None
    return pagina(
        request,
        "entrar.html",
        status=status,
        ir=ir,
        correo=correo,
        error=error,
        aviso=aviso,
        guardado=guardado,
        cuentas_demo=demo,
    )


@ruta.get("/entrar")
def pedir(request: Request, puerta: Entrada, ir: str = INICIO, salio: Annotated[str, Query()] = "") -> Response:
    """La entrada; a quien ya entró lo lleva adonde iba."""
    destino = camino_local(ir)
    if puerta.token:
        try:
            with puerta.lectura():
                return RedirectResponse(destino, 303)
        except SinSesion:
            pass  # la cookie venció: se le pide entrar como a cualquiera
    return formulario(request, destino, aviso="Salió del sistema." if salio else "")


@ruta.post("/entrar")
def entrar(request: Request, puerta: Entrada, captura: Formulario) -> Response:
    """Comprueba la contraseña y abre la sesión."""
    destino, correo = camino_local(captura.texto("ir")), captura.texto("correo").strip()
    direccion = request.client.host if request.client else ""
    try:
        nueva = acceso.entrar(puerta.ajustes, correo, captura.texto("clave"), direccion)
    except (CredencialesInvalidas, DemasiadosIntentos) as error:
        return _rechazada(request, captura, destino, error)
    respuesta = _continuar(request, nueva.quien, captura.texto("guardado")) or RedirectResponse(destino, 303)
    poner_cookie(respuesta, puerta.ajustes, nueva)
    return respuesta


def poner_cookie(respuesta: Response, ajustes: Ajustes, nueva: acceso.Entrada) -> None:
    """La respuesta deja a quien la recibe dentro, con esa sesión."""
    respuesta.set_cookie(
        COOKIE,
        nueva.token,
        max_age=round((nueva.vence - reloj.ahora()).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=ajustes.cookie_segura,
    )


@ruta.post("/salir")
def salir(puerta: Entrada) -> Response:
    """Cierra la sesión; si ya estaba cerrada, da lo mismo."""
    if puerta.token:
        try:
            with puerta.acto() as ctx:
                acceso.salir(ctx.s, puerta.token)
        except SinSesion:
            pass  # ya no había sesión que cerrar
    respuesta = RedirectResponse("/entrar?salio=1", 303)
    respuesta.delete_cookie(COOKIE)
    return respuesta


def _continuar(request: Request, quien: Quien, guardado: str) -> Response | None:
    """La página que lleva de vuelta al formulario con lo escrito al perder la sesión; None si no había nada.

    No lo envía: los archivos que se hubieran elegido no viajan, y sin ellos sería otra respuesta.
    """
    try:
        pendiente = json.loads(guardado) if len(guardado) <= GUARDADO_MAXIMO else None
    except (ValueError, RecursionError):
        return None
    accion, textos = (pendiente.get("accion"), pendiente.get("textos")) if isinstance(pendiente, dict) else ("", {})
    if not isinstance(accion, str) or not isinstance(textos, dict) or not recuperable(accion):
        return None
    limpios = {limpio(n): limpio(v) for n, v in textos.items() if isinstance(v, str) and n != "acto"}
    partes = accion.split("/")
    folio = partes[2].partition(".")[0]
    iba_a = IBA_A.get(f"{partes[1]}/{partes[-1]}") or IBA_A.get(partes[-1], "responder un turno de {}")
    return pagina(
        request,
        "continuar.html",
        quien,
        accion=accion,
        textos=limpios,
        escrito=legible(limpios),
        iba_a=iba_a.format(folio),
    )


def _rechazada(request: Request, captura: Captura, ir: str, error: ErrorGestion) -> Response:
    correo, guardado = captura.texto("correo").strip(), captura.texto("guardado")[: GUARDADO_MAXIMO + 1]
    respuesta = formulario(request, ir, correo, str(error), codigo(error), guardado=guardado)
    if isinstance(error, DemasiadosIntentos):
        respuesta.headers["Retry-After"] = str(max(1, error.espera_s))
    return respuesta
