"""Entrar y salir. Después de entrar se vuelve a la página que se había pedido, y sólo a una de aquí."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api import cookies
from api.dependencias import Entrada, Puerta
from api.errores import decir_espera
from api.errores_de_entrada import PorteriaLlena
from api.porteria import Porteria
from api.web.piezas.formularios import Formulario, LoEscrito, legible, limpio, recuperable
from api.web.piezas.pagina import pagina
from api.web.piezas.rechazo import Intento, Rechazo
from modelos.administracion.demo import CLAVE, CUENTAS_VISIBLES, DOMINIO
from modelos.ajustes import Ajustes
from modelos.organizacion import acceso, equipos
from modelos.organizacion.errores import CredencialesInvalidas, DemasiadosIntentos, SinSesion
from modelos.organizacion.permisos import Quien
from modelos.sesion import lectura

ruta = APIRouter()
INICIO = "/"
CUENTA = "/cuenta"
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


def a_la_cuenta(request: Request) -> str:
    """La página donde se cambia la contraseña, para volver después a lo que se pedía."""
    ir = a_la_entrada(request).partition("?ir=")[2]
    return f"{CUENTA}?ir={ir}" if ir else CUENTA


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
    rechazo: Rechazo | None = None,
    *,
    status: int = 200,
    aviso: str = "",
    guardado: str = "",
) -> HTMLResponse:
    """La página de entrada.

    aviso: por qué se le pide entrar; rechazo: por qué no pudo; guardado: lo que se enviará al entrar.
    """
    ajustes: Ajustes = request.app.state.ajustes
    demo = {"cuentas": CUENTAS_VISIBLES, "dominio": DOMINIO, "clave": CLAVE} if ajustes.demo else None
    respuesta = pagina(
        request,
        "sesion/entrar.html",
        status=rechazo.status if rechazo else status,
        ir=ir,
        correo=correo,
        error=rechazo.frase if rechazo else "",
        aviso=aviso,
        guardado=guardado,
        cuentas_demo=demo,
    )
    if rechazo and rechazo.error:
        decir_espera(respuesta, rechazo.error)
    return respuesta


@ruta.get("/entrar")
def pedir(request: Request, puerta: Entrada, ir: str = INICIO, salio: Annotated[str, Query()] = "") -> Response:
    """La entrada; a quien ya entró lo lleva adonde iba."""
    destino = camino_local(ir)
    if puerta.token:
        try:
            with puerta.lectura(provisional=True):
                return RedirectResponse(destino, 303)
        except SinSesion:
            pass  # la cookie venció: se le pide entrar como a cualquiera
    return formulario(request, destino, aviso="Salió del sistema." if salio else "")


@ruta.post("/entrar")
async def entrar(request: Request, puerta: Entrada, captura: Formulario) -> Response:
    """Comprueba la contraseña y abre la sesión, en la portería y no en los hilos de todos."""
    porteria: Porteria = request.app.state.porteria
    with Intento(captura, vuelve=(PorteriaLlena,)) as intento:
        se_conoce = await run_in_threadpool(conocido, puerta)
        respuesta = await porteria.atender(lambda: _entrar(request, puerta, captura), se_conoce=se_conoce)
    return _rechazada(request, intento.rechazo) if intento.rechazo else respuesta


def _entrar(request: Request, puerta: Puerta, captura: LoEscrito) -> Response:
    destino, correo = camino_local(captura.texto("ir")), captura.texto("correo").strip()
    with Intento(captura, vuelve=(CredencialesInvalidas, DemasiadosIntentos)) as intento:
        nueva = acceso.entrar(puerta.ajustes, correo, captura.texto("clave"), puerta.direccion, puerta.equipo or "")
    if intento.rechazo:
        return _rechazada(request, intento.rechazo)
    if nueva.provisional:
        destino = f"{CUENTA}?ir={quote(destino, safe='/')}"
    respuesta = continuar(request, nueva.quien, captura.texto("guardado")) or RedirectResponse(destino, 303)
    cookies.poner(respuesta, puerta.ajustes, nueva)
    return respuesta


def conocido(puerta: Puerta) -> bool:
    """Si desde ese equipo ya había entrado alguien."""
    if puerta.equipo is None:
        return False
    with lectura(puerta.ajustes.url_base) as s:
        return equipos.es_conocido(s, puerta.ajustes, puerta.equipo)


@ruta.post("/salir")
def salir(puerta: Entrada) -> Response:
    """Cierra la sesión; si ya estaba cerrada, da lo mismo."""
    if puerta.token:
        try:
            with puerta.acto(provisional=True) as ctx:
                acceso.salir(ctx.s, puerta.token)
        except SinSesion:
            pass  # ya no había sesión que cerrar
    respuesta = RedirectResponse("/entrar?salio=1", 303)
    cookies.quitar_sesion(respuesta, puerta.ajustes)
    return respuesta


def continuar(request: Request, quien: Quien, guardado: str) -> Response | None:
    """La página que lleva de vuelta al formulario con lo escrito al perder la sesión; None si no había nada.

    No lo envía: los archivos que se hubieran elegido no viajan, y sin ellos sería otra respuesta.
    """
    accion, textos = _pendiente(guardado)
    if not recuperable(accion):
        return None
    limpios = {limpio(n): limpio(v) for n, v in textos.items() if isinstance(v, str) and n != "acto"}
    partes = accion.split("/")
    folio = partes[2].partition(".")[0]
    iba_a = IBA_A.get(f"{partes[1]}/{partes[-1]}") or IBA_A.get(partes[-1], "responder un turno de {}")
    return pagina(
        request,
        "sesion/continuar.html",
        quien,
        accion=accion,
        textos=limpios,
        escrito=legible(limpios),
        iba_a=iba_a.format(folio),
    )


def _pendiente(guardado: str) -> tuple[str, dict[str, Any]]:
    """Adónde iba y qué llevaba; vacíos si no es lo que esta página guardó."""
    try:
        pendiente = json.loads(guardado) if len(guardado) <= GUARDADO_MAXIMO else None
    except (ValueError, RecursionError):
        return "", {}
    match pendiente:
        case {"accion": str(accion), "textos": dict(textos)}:
            return accion, textos
    return "", {}


def _rechazada(request: Request, rechazo: Rechazo) -> Response:
    captura = rechazo.captura
    ir, correo = camino_local(captura.texto("ir")), captura.texto("correo").strip()
    guardado = captura.texto("guardado")[: GUARDADO_MAXIMO + 1]
    return formulario(request, ir, correo, rechazo, guardado=guardado)
