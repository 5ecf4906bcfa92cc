"""La administración de los avisos: los canales de Apprise y los mensajes que no llegaron."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.dependencias import Entrada, Puerta, PuertaDeAdministracion, administracion
from api.web.administracion.piezas import escrito
from api.web.piezas.formularios import (
    CORTO,
    LARGO_RENGLON,
    LISTA,
    PREFIJO,
    SIN_CAPTURA,
    Falta,
    Formulario,
    de_molde,
    numero,
)
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos.avisos import canales, cola
from modelos.errores import ActoNoProcede, FormularioIncompleto
from modelos.expedientes import visibles
from modelos.organizacion.permisos import administra
from tareas.avisos.cartero import Cartero

ruta = APIRouter()
Administracion = Annotated[PuertaDeAdministracion, administracion(canales.VER_O_CAMBIAR)]
POR_PAGINA = 30
ESTADOS = {
    "pendiente": ("○", "Por enviar"),
    "enviada": ("✓", "Enviada"),
    "fallida": ("✕", "Falló"),
    "descartada": ("‖", "No se envió"),
}


class _Canal(BaseModel):
    nombre: str = Field(title="Nombre", description="Cómo reconocerlo en esta lista.", max_length=canales.LARGO_NOMBRE)
    direccion: str = Field(
        title="Dirección de Apprise",
        description="Por ejemplo tgram://… o mailto://… Lleva secretos: después de guardarla ya no se muestra entera.",
        max_length=canales.LARGO_DIRECCION,
        json_schema_extra=CORTO,
    )
    correo: str = Field(
        "",
        title="Correo de la persona",
        description="Si el canal es de una persona; déjelo vacío si es de una unidad.",
        max_length=LARGO_RENGLON,
    )
    unidad: str = Field(
        "",
        title="Unidad",
        description="Si el canal es de toda la unidad: recibe una vez lo que a ella le toca.",
        json_schema_extra=LISTA,
    )


@ruta.get("/administracion/canales")
def lista_canales(
    request: Request, puerta: Administracion, cursor: str | None = None, agregado: str = "", quitado: str = ""
) -> HTMLResponse:
    """Los canales, con el formulario para agregar otro."""
    hecho = "Se agregó el canal. Pruébelo para comprobar que llega." if agregado else ""
    return _canales(request, puerta, cursor=cursor, hecho=hecho or ("Se desactivó el canal." if quitado else ""))


@ruta.post("/administracion/canales")
def agregar_canal(request: Request, puerta: Administracion, captura: Formulario) -> Response:
    """Da de alta un canal; lo que falte se dice junto a su control."""
    intento = Intento(captura, "agregar", vuelve=(FormularioIncompleto,))
    with intento, puerta.acto() as ctx:
        canales.agregar(
            ctx.s,
            nombre=captura.texto(f"{PREFIJO}nombre"),
            direccion=captura.texto(f"{PREFIJO}direccion"),
            correo=captura.texto(f"{PREFIJO}correo"),
            unidad=captura.texto(f"{PREFIJO}unidad"),
            por=ctx.quien,
        )
    if intento.rechazo:
        return _canales(request, puerta, rechazo=intento.rechazo)
    return RedirectResponse("/administracion/canales?agregado=1#resultado", 303)


@ruta.post("/administracion/canales/{id_}/quitar")
def quitar_canal(id_: str, puerta: Administracion) -> Response:
    """Lo desactiva."""
    with puerta.acto() as ctx:
        canales.quitar(ctx.s, numero(id_), ctx.quien)
    return RedirectResponse("/administracion/canales?quitado=1#resultado", 303)


@ruta.post("/administracion/canales/{id_}/probar")
def probar_canal(request: Request, id_: str, puerta: Administracion) -> HTMLResponse:
    """Le manda un mensaje de prueba y dice en la misma página si llegó."""
    with puerta.lectura() as (s, _):
        canal = canales.leer(s, numero(id_))
    motivo = Cartero(puerta.ajustes).probar(canal.direccion)
    if motivo:
        return _canales(request, puerta, problema=f"La prueba de «{canal.nombre}» no llegó. {motivo}")
    return _canales(request, puerta, hecho=f"«{canal.nombre}» aceptó el mensaje de prueba.")


@ruta.get("/administracion/entregas")
def lista_entregas(
    request: Request,
    puerta: Entrada,
    estado: str = "",
    cursor: str | None = None,
    reintentada: str = "",
    todas: str = "",
) -> HTMLResponse:
    """Los mensajes, lo más reciente primero; con su motivo los que no salieron."""
    hecho = "El mensaje volvió a la cola: sale en cuanto el motor lo tome." if reintentada else ""
    if todas:
        hecho = "Los mensajes que fallaron volvieron a la cola: salen en cuanto el motor los tome."
    return _entregas(request, puerta, estado=estado, cursor=cursor, hecho=hecho)


@ruta.post("/administracion/entregas/reintentar")
def reintentar_fallidas(puerta: Entrada) -> Response:
    """Vuelve a poner en la cola todos los mensajes que fallaron."""
    with puerta.acto() as ctx:
        cola.reintentar_fallidas(ctx.s, cola.quien_mira(ctx.quien))
    return RedirectResponse("/administracion/entregas?todas=1#resultado", 303)


@ruta.post("/administracion/entregas/{id_}/reintentar")
def reintentar_entrega(request: Request, id_: str, puerta: Entrada, captura: Formulario) -> Response:
    """Vuelve a poner en la cola un mensaje que falló o se descartó."""
    intento = Intento(captura, "reintentar", vuelve=(ActoNoProcede,))
    with intento, puerta.acto() as ctx:
        cola.reintentar(ctx.s, cola.quien_mira(ctx.quien), id_)
    if intento.rechazo:
        return _entregas(request, puerta, rechazo=intento.rechazo)
    filtro = {"estado": captura.texto("estado"), "reintentada": "1"}
    return RedirectResponse(f"/administracion/entregas?{urlencode(filtro)}#resultado", 303)


def _canales(
    request: Request,
    puerta: PuertaDeAdministracion,
    *,
    cursor: str | None = None,
    rechazo: Rechazo | None = None,
    hecho: str = "",
    problema: str = "",
) -> HTMLResponse:
    faltas = rechazo.campos if rechazo else {}
    captura = rechazo.captura if rechazo else SIN_CAPTURA
    with puerta.lectura() as (s, quien):
        tramo = canales.listar(s, cursor=cursor, limite=POR_PAGINA)
        unidades = visibles.unidades(s)
    # La dirección no vuelve a la página ni cuando se rechaza.
    puestos = {**escrito(_Canal, captura), "direccion": ""}
    campos = de_molde(_Canal, puestos, faltas, {"unidad": {c: f"{c}: {de}" for c, de in sorted(unidades.items())}})
    resumen = [
        Falta(f"{campos[c].titulo}: {falta}.", campos[c].id)
        if c in campos
        else Falta(f"De quién es: {falta}.", "campo-correo")
        for c, falta in faltas.items()
    ]
    return mostrar(
        request,
        "administracion/canales.html",
        quien,
        rechazo,
        tramo=tramo,
        cursor=cursor,
        siguiente=urlencode({"cursor": tramo.siguiente}) if tramo.siguiente else "",
        campos=campos,
        resumen=resumen,
        hecho=hecho,
        problema=problema,
    )


def _entregas(
    request: Request,
    puerta: Puerta,
    *,
    estado: str = "",
    cursor: str | None = None,
    hecho: str = "",
    rechazo: Rechazo | None = None,
) -> HTMLResponse:
    with puerta.lectura() as (s, quien):
        tramo = cola.listar(s, quien, estado=estado or None, cursor=cursor, limite=POR_PAGINA)
        fallidas = cola.fallidas(s)
    filtro = {"estado": estado} if estado else {}
    return mostrar(
        request,
        "administracion/entregas.html",
        quien,
        rechazo,
        tramo=tramo,
        estado_pedido=estado,
        estados=ESTADOS,
        fallidas=fallidas,
        cursor=cursor,
        siguiente=urlencode({**filtro, "cursor": tramo.siguiente}) if tramo.siguiente else "",
        puede_reintentar=administra(quien),
        hecho=hecho,
        problema=rechazo.frase if rechazo else "",
    )
