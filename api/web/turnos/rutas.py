"""Un turno: lo que se pide y por qué, la evidencia y la respuesta, en un solo formulario.

Es uno solo a propósito: adjuntar un documento no borra lo que ya se escribió, y
quien elige su archivo y responde de una vez no da dos viajes con una línea lenta.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.archivos import anexos
from api.dependencias import Entrada, Puerta
from api.vistas import expedientes
from api.web.piezas import frases
from api.web.piezas.formularios import Falta, Formulario, LoEscrito, a_json
from api.web.piezas.pagina import enumera
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from api.web.turnos import capturas, repetidos
from api.web.turnos import vista as turno_vista
from api.web.turnos.vista import PaginaTurno
from modelos import reloj
from modelos.actos.comodidades import avisos
from modelos.actos.comodidades import capturas as guardadas
from modelos.actos.turnos import asignacion, evidencia
from modelos.actos.turnos import atender as actos
from modelos.actos.turnos.mover import Contexto
from modelos.errores import ArchivoRechazado, ErrorGestion, FormularioIncompleto
from modelos.expedientes import visibles
from modelos.expedientes.anexos import renombrado
from modelos.expedientes.comodidades import CapturaGuardada
from modelos.expedientes.errores import ActividadYaAtendida, EvidenciaFaltante
from modelos.tabla import formularios as reglas
from modelos.tabla.actividad import Formulario as Molde
from modelos.tabla.errores import SalidaInexistente, TopeDeVueltas
from modelos.tabla.formularios import LARGO_MOTIVO

ruta = APIRouter()
ruta.include_router(capturas.ruta)
ANCLAS: dict[type[ErrorGestion], str] = {
    EvidenciaFaltante: "evidencia",
    ArchivoRechazado: "evidencia",
    SalidaInexistente: "respuesta",
    TopeDeVueltas: "respuesta",
}


@ruta.get("/turnos/{id}")
def ver(request: Request, id: str, puerta: Entrada, guardado: str = "") -> HTMLResponse:  # noqa: A002 - nombre del contrato
    """El turno, con lo que hace falta para atenderlo; abrirlo le quita la marca de nuevo.

    guardado: se acaba de guardar lo escrito, sin registrarlo.
    """
    with puerta.lectura() as (s, quien):
        visibles.turno_visible(s, quien, id)
        nuevo = id in visibles.avisos_nuevos(s, quien)
    if nuevo:
        with puerta.acto() as ctx:
            avisos.marcar_visto(ctx.s, quien, id, reloj.ahora())
    return _mostrar(request, puerta, id, recien=bool(guardado))


@ruta.post("/turnos/{id}")
def responder(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Guarda los archivos elegidos y, según se pidió, lo escrito sin registrarlo, o registra la respuesta."""
    if captura.recupera:
        return _mostrar(request, puerta, id, Rechazo("", captura))
    with Intento(captura) as intento:
        respuesta = _segun_se_pidio(request, puerta, id, captura)
    rechazo = intento.rechazo
    if rechazo is None:
        return respuesta
    if isinstance(rechazo.error, ActividadYaAtendida) and (ya := repetidos.ya_registrada(puerta, id, captura)):
        return RedirectResponse(ya, 303)
    return _mostrar(request, puerta, id, rechazo)


@ruta.post("/turnos/{id}/retirar")
def retirar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Quita un archivo que se adjuntó por error; lo escrito sigue en la página."""
    if captura.recupera:
        return _mostrar(request, puerta, id, Rechazo("", captura))
    with Intento(captura) as intento, puerta.acto() as ctx:
        nombre = evidencia.retirar(ctx, captura.texto("retirado"), captura.texto("motivo")).nombre
    if intento.rechazo:
        return _mostrar(request, puerta, id, intento.rechazo)
    return _mostrar(request, puerta, id, Rechazo("", captura), retirado=nombre)


@ruta.post("/turnos/{id}/tomar")
def tomar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Lo aparta para quien lo pide."""
    version = captura.entero("version")
    return _asignar(request, puerta, id, captura, lambda ctx: asignacion.tomar(ctx, id, version))


@ruta.post("/turnos/{id}/liberar")
def liberar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Lo devuelve a su unidad."""
    version = captura.entero("version")
    return _asignar(request, puerta, id, captura, lambda ctx: asignacion.liberar(ctx, id, version))


@ruta.post("/turnos/{id}/reasignar")
def reasignar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Lo da a otra persona de la unidad."""
    if captura.recupera:
        return _mostrar(request, puerta, id, Rechazo("", captura))
    persona, motivo, version = captura.entero("persona"), captura.texto("motivo").strip(), captura.entero("version")

    def acto(ctx: Contexto) -> None:
        faltan = {} if persona else {"persona": "elija a una"}
        if not 1 <= len(motivo) <= LARGO_MOTIVO:
            faltan["motivo"] = f"escriba por qué lo reasigna, en {LARGO_MOTIVO} caracteres o menos"
        if faltan:
            raise FormularioIncompleto(faltan)
        asignacion.reasignar(ctx, id, persona, motivo, version)

    return _asignar(request, puerta, id, captura, acto)


@ruta.get("/turnos/{id}/{_acto}")
def volver(id: str, _acto: str) -> Response:  # noqa: A002
    """Quien recarga la dirección de un acto que no procedió vuelve al turno."""
    return RedirectResponse(f"/turnos/{quote(id)}", 303)


# --- piezas --------------------------------------------------------------------


def _subir(puerta: Puerta, id_: str, captura: LoEscrito) -> list[str]:
    """Guarda lo elegido, un archivo por control; repetir el envío no los duplica."""
    subidos = []
    for documento, archivo in repetidos.documentos(captura):
        # Con lo que trae el archivo: elegir otro y volver a enviar la misma página guarda el otro.
        partes = "\n".join((captura.texto("ficha"), id_, documento or "", repetidos.huella(archivo)))
        clave = f"pagina-{hashlib.sha256(partes.encode()).hexdigest()}"
        nombre = anexos.recibir(puerta, id_, archivo, documento, clave).nombre
        # Quien lo subió lo buscará con el suyo.
        cambio = f"{nombre} (se llamaba «{archivo.filename}»)" if renombrado(archivo.filename or "") else nombre
        subidos.append(cambio)
    return subidos


def _segun_se_pidio(request: Request, puerta: Puerta, id_: str, captura: LoEscrito) -> Response:
    """Con los archivos ya guardados: sólo los adjunta, guarda lo escrito o registra la respuesta."""
    subidos = _subir(puerta, id_, captura)
    acto = captura.texto("acto")
    if acto == "guardar":
        return _guardar(request, puerta, id_, captura, subidos)
    if acto != "adjuntar":
        return _atender(puerta, id_, captura)
    if not subidos:
        raise FormularioIncompleto({"evidencia": "no eligió ningún archivo; lo que escribió sigue aquí"})
    return _mostrar(request, puerta, id_, Rechazo("", captura), guardados=subidos)


def _guardar(request: Request, puerta: Puerta, id_: str, captura: LoEscrito, subidos: list[str]) -> Response:
    """Guarda lo escrito sin registrarlo; si otra página guardó después, enseña las dos."""
    _, otra = capturas.guardar(puerta, id_, captura)
    if otra is None:
        return RedirectResponse(f"/turnos/{quote(id_)}?guardado=1#resumen", 303)
    return _mostrar(request, puerta, id_, Rechazo("", captura), guardados=subidos, otra=otra)


def _atender(puerta: Puerta, id_: str, captura: LoEscrito) -> Response:
    with puerta.acto() as ctx:
        turno, expediente = visibles.turno_visible(ctx.s, actos.persona_que_actua(ctx), id_)
        actividad = puerta.tablas.de(expediente)[turno.actividad]
        datos = a_json(expedientes.esquema_turno(ctx.s, actividad), captura)
        salida = captura.texto("salida") or (next(iter(actividad.salidas)) if len(actividad.salidas) == 1 else "")
        if not salida:
            # Se dice junto con lo demás que falte: quien captura corrige una vez.
            raise FormularioIncompleto({**_faltas_de(actividad.formulario, datos), "salida": "elija una"})
        hecho = actos.atender(ctx, id_, salida, datos, captura.texto("comentario"), captura.entero("version"))
        guardadas.registrada(ctx, id_)
        asiento = hecho.expediente.asientos
    return RedirectResponse(f"/expedientes/{turno.folio}?registrado={asiento}#confirmacion", 303)


def _faltas_de(modelo: type[Molde] | None, datos: dict[str, Any]) -> dict[str, str]:
    try:
        reglas.validar(modelo, datos)
    except FormularioIncompleto as error:
        return error.campos
    return {}


def _asignar(
    request: Request, puerta: Puerta, id_: str, captura: LoEscrito, acto: Callable[[Contexto], object]
) -> Response:
    with Intento(captura) as intento, puerta.acto() as ctx:
        acto(ctx)
    if intento.rechazo:
        return _mostrar(request, puerta, id_, intento.rechazo)
    return RedirectResponse(f"/turnos/{id_}#quien", 303)


def _resumen(rechazo: Rechazo, vista: PaginaTurno) -> list[Falta]:
    if rechazo.error is None or rechazo.campos:
        return turno_vista.resumen(vista.formulario.campos, rechazo.campos)
    ancla = next((a for tipo, a in ANCLAS.items() if isinstance(rechazo.error, tipo)), "")
    return [Falta(_en_palabras(rechazo.error, vista, rechazo.captura), ancla)]


def _en_palabras(error: ErrorGestion, vista: PaginaTurno, captura: LoEscrito) -> str:
    """El error, para quien ya está viendo cómo quedó el turno y no necesita recargar."""
    if not isinstance(error, ActividadYaAtendida):
        return str(error)
    salida = vista.respuesta.salida if vista.respuesta else ""
    con = f", con «{salida}»" if salida else ""
    if vista.puede.propio:
        que = (
            f"Usted ya había respondido{con} ({error.cuando}), y ésa es la respuesta registrada. Lo que acaba de "
            "enviar es distinto y no se registró; abajo están la que quedó y, para que no se pierda, lo que escribió."
        )
    else:
        que = (
            f"{error.por} respondió antes{con} ({error.cuando}). Su respuesta no se registró; abajo está "
            "la que quedó y, para que no se pierda, lo que usted había escrito."
        )
    nombres = [f"«{archivo.filename}»" for _, archivo in repetidos.documentos(captura)]
    return f"{que} Tampoco se agregó lo que adjuntó: {enumera(nombres)}." if nombres else que


def _mostrar(
    request: Request,
    puerta: Puerta,
    id_: str,
    pedido: Rechazo | None = None,
    *,
    guardados: list[str] | None = None,
    otra: CapturaGuardada | None = None,
    recien: bool = False,
    retirado: str = "",
) -> HTMLResponse:
    """La página del turno; con lo capturado y, si algo no procedió, con el resumen de qué corregir.

    pedido: lo que se envió, si se envió algo.
    otra: lo que otra página guardó después de que ésta leyó. recien: se acaba de guardar sin registrar.
    retirado: el archivo que se acaba de retirar.
    """
    rechazo, captura = pedido or Rechazo(), pedido.captura if pedido else None
    with puerta.lectura() as (s, quien):
        vista = turno_vista.leer(s, puerta, quien, id_, captura, rechazo.campos)
    respuesta = mostrar(
        request,
        "turnos/turno.html",
        quien,
        rechazo,
        titulo_error=rechazo.titulo,
        resumen=_resumen(rechazo, vista),
        errores=rechazo.campos,
        guardados=guardados or [],
        recuperado=rechazo.captura.recupera,
        ficha=str(uuid4()),
        maximo=puerta.ajustes.anexo_max_bytes,
        captura_revision=_revision(captura, otra, vista.formulario.guardada),
        restaurada=captura is None and vista.formulario.hay_guardado,
        recien=recien,
        retirado=retirado,
        otra=otra,
        dicho_otra=capturas.de_otra(otra) if otra else "",
        frases=frases,
        **vars(vista),
    )
    if otra:
        respuesta.status_code = 409
    return respuesta


def _revision(captura: LoEscrito | None, otra: CapturaGuardada | None, guardada: CapturaGuardada | None) -> int:
    """La que la página dará por leída: la que ya enseña o, si se trae lo enviado, la que venía con ello."""
    if otra is not None:
        return otra.revision
    if captura is not None:
        return captura.entero(capturas.REVISION)
    return guardada.revision if guardada else 0
