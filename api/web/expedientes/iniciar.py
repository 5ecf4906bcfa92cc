"""Iniciar un expediente: elegir el procedimiento, capturar lo que pide y ver antes a quién le llegará."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.dependencias import Entrada, Puerta
from api.vistas import expedientes
from api.web.piezas import frases
from api.web.piezas.formularios import Falta, Formulario, LoEscrito, a_json, campos, faltas
from api.web.piezas.pagina import enumera, pagina
from api.web.piezas.rechazo import Intento, Rechazo
from api.web.turnos import previsto, repetidos
from api.web.turnos.repetidos import YaAbierto
from modelos import reloj
from modelos.actos import idempotencia
from modelos.actos.conduccion import campanas
from modelos.actos.turnos import apertura
from modelos.ciclos import campanas as consultas_campanas
from modelos.errores import ClaveRepetida, FaltaConfirmar, FormularioIncompleto, NoLeCorresponde
from modelos.expedientes import visibles
from modelos.expedientes.errores import SinDestinatarios
from modelos.organizacion.organigrama import activas
from modelos.organizacion.permisos import Quien, atiende, puede_conducir, puede_iniciar
from modelos.tabla import Tabla
from modelos.tablero import duraciones
from modelos.tablero.duraciones import Duracion

ruta = APIRouter()
_VUELVE = (FormularioIncompleto, ClaveRepetida, FaltaConfirmar, SinDestinatarios)


@dataclass(frozen=True)
class Opcion:
    """Un procedimiento que se puede iniciar, como se ofrece. en_campana: si se puede abrir a muchas unidades."""

    tabla: Tabla
    descripcion: str
    duracion: Duracion | None
    en_campana: bool


@ruta.get("/iniciar")
def elegir(request: Request, puerta: Entrada) -> HTMLResponse:
    """Los procedimientos que puede iniciar quien entró, con qué hacen y cuánto suelen durar."""
    with puerta.lectura() as (s, quien):
        tablas = [t for t in puerta.tablas.vigentes(reloj.hoy()) if puede_iniciar(quien, t)]
        if not tablas:
            raise NoLeCorresponde("iniciar un procedimiento", "la coordinación que lo conduce")
        de = duraciones.habituales(s, (t.clave for t in tablas))
    opciones = [Opcion(t, descripcion(t), de.get(t.clave), campanas.puede_lanzar(quien, t)) for t in tablas]
    return pagina(request, "expedientes/iniciar_elegir.html", quien, opciones=opciones)


@ruta.get("/procedimientos/{clave}/iniciar")
def pedir(request: Request, clave: str, puerta: Entrada) -> HTMLResponse:
    """El formulario para iniciar un expediente."""
    return _formulario(request, puerta, clave)


@ruta.post("/procedimientos/{clave}/iniciar")
def iniciar(request: Request, clave: str, puerta: Entrada, captura: Formulario) -> Response:
    """Abre el expediente; enviar dos veces la misma página abre uno solo, y repetir el asunto se pregunta."""
    with puerta.lectura() as (s, quien):
        tabla = iniciable(puerta, quien, clave)
        esquema = esquema_inicial(s, quien, tabla)
    if captura.recupera:
        return _formulario(request, puerta, clave, Rechazo("iniciar", captura))
    try:
        with Intento(captura, "iniciar", vuelve=_VUELVE) as intento:
            folio = _abrir(puerta, tabla, esquema, captura)
    except YaAbierto as gemelo:  # no es un error de quien captura: quizá sí quiere dos
        return _formulario(request, puerta, clave, Rechazo("iniciar", captura), gemelo)
    if intento.rechazo:
        return _formulario(request, puerta, clave, intento.rechazo)
    return RedirectResponse(f"/expedientes/{folio}?registrado=1#confirmacion", 303)


def iniciable(puerta: Puerta, quien: Quien, clave: str) -> Tabla:
    """La tabla vigente, si quien pregunta puede iniciarla. Lanza ProcedimientoDesconocido, NoLeCorresponde."""
    tabla = puerta.tablas.vigente(clave, reloj.hoy())
    if not puede_iniciar(quien, tabla):
        raise NoLeCorresponde(f"iniciar «{tabla.nombre}»", f"la coordinación de la {tabla.duena}")
    return tabla


def esquema_inicial(s: Session, quien: Quien, tabla: Tabla) -> dict[str, Any]:
    """El formulario inicial; quien lo promueve sin conducirlo sólo puede elegir a su propia unidad."""
    suyas = None if puede_conducir(quien, tabla.duena) or not tabla.promueve else atiende(quien)
    return expedientes.esquema_elegible(s, tabla.datos, suyas)


def descripcion(tabla: Tabla) -> str:
    """Qué hace, sacado de su tabla: con qué empieza, con qué termina y quiénes participan."""
    primera = tabla.primera_a_mano
    ultima = next(
        act for act in reversed(tabla.actividades) if any(not r.devuelve for r in act.salidas.values()) and act.a_mano
    )
    unidades = dict.fromkeys(str(act.responsable) for act in tabla.actividades)
    empieza, termina = (frases.recorte(act.accion, 110) for act in (primera, ultima))
    return f"Empieza en {primera.responsable}: «{empieza}». Termina: «{termina}». Participan {enumera(unidades)}."


# --- piezas --------------------------------------------------------------------


def _abrir(puerta: Puerta, tabla: Tabla, esquema: dict[str, Any], captura: LoEscrito) -> str:
    asunto = captura.texto("asunto")
    datos = a_json(esquema, captura)
    with puerta.acto() as ctx:
        ficha = f"pagina-{captura.texto('ficha')[:100] or uuid4()}"
        if previo := idempotencia.reservar(ctx, ficha, ["pagina", tabla.clave, asunto, datos]):
            return previo
        confirmadas = captura.lista("confirmar")
        nuevo = apertura.iniciar(ctx, tabla.clave, asunto, datos, confirmadas)
        repetidos.exigir_unico(ctx, nuevo, [captura.texto("otro"), *confirmadas])
        idempotencia.cumplir(ctx, ficha, nuevo.folio)
        return nuevo.folio


def _abanicos(s: Session, tabla: Tabla) -> list[tuple[str, list[str]]]:
    """Los pasos que van a muchas unidades a la vez, y a cuáles irían hoy."""
    pares = [(act.numero_impreso or "añadida", act.por_cada.grupo) for act in tabla.actividades if act.por_cada]
    return [(f"{numero}, {grupo}", activas(s, grupo)) for numero, grupo in pares]


def _aviso(rechazo: Rechazo) -> list[Falta]:
    """Lo que no es de ningún control; lo que falta confirmar se pregunta aparte."""
    if isinstance(rechazo.error, ClaveRepetida):
        # Volvió atrás y cambió lo que ya había enviado: es otro expediente, y debe decirlo.
        aviso = "Esta página ya abrió un expediente con otros datos. Si quiere abrir uno más, revise y envíe de nuevo."
        return [Falta(aviso)]
    return [] if rechazo.campos else rechazo.resumen


def _ficha(pedido: Rechazo | None) -> str:
    """La de la página que se envió, para que repetirla no abra dos; otra, si con ésa ya se abrió uno."""
    if pedido is None or isinstance(pedido.error, ClaveRepetida):
        return str(uuid4())
    return pedido.captura.texto("ficha")


def _formulario(
    request: Request, puerta: Puerta, clave: str, pedido: Rechazo | None = None, gemelo: YaAbierto | None = None
) -> HTMLResponse:
    """pedido: lo que se envió, si se envió algo. gemelo: el que acababa de abrir y podría ser el mismo."""
    rechazo = pedido or Rechazo()
    with puerta.lectura() as (s, quien):
        tabla = iniciable(puerta, quien, clave)
        esquema = esquema_inicial(s, quien, tabla)
        unidades = visibles.unidades(s)
        controles = campos(esquema, pedido.textos if pedido else None, rechazo.campos, unidades)
        primero = previsto.al_iniciar(s, tabla)
        duracion = duraciones.habituales(s, [clave]).get(clave)
        abanicos = _abanicos(s, tabla)
    resumen = faltas(rechazo.campos, controles, {"asunto": ("Asunto", "asunto")})
    return pagina(
        request,
        "expedientes/iniciar.html",
        quien,
        409 if gemelo else rechazo.status,
        tabla=tabla,
        campos=[c for c in controles if not c.inferido],
        inferidos=[c for c in controles if c.inferido],
        asunto=rechazo.captura.texto("asunto"),
        gemelo=gemelo,
        por_confirmar=rechazo.falta,
        ya_confirmadas=rechazo.confirmadas,
        recuperado=rechazo.captura.recupera,
        errores=rechazo.campos,
        resumen=[*_aviso(rechazo), *resumen],
        largo_asunto=apertura.LARGO_ASUNTO,
        ficha=_ficha(pedido),
        descripcion=descripcion(tabla),
        primero=primero,
        unidades=unidades,
        duracion=duracion,
        abanicos=abanicos,
        en_campana=campanas.puede_lanzar(quien, tabla),
        reparte=consultas_campanas.reparte(tabla),
    )
