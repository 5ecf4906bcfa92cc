"""Un turno: lo que se pide y por qué, la evidencia y la respuesta, en un solo formulario.

Es uno solo a propósito: adjuntar un documento no borra lo que ya se escribió, y
quien elige su archivo y responde de una vez no da dos viajes con una línea lenta.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import archivos, vistas
from api.dependencias import Entrada, Puerta
from api.errores import codigo
from api.web import turno_vista
from api.web.formularios import Captura, Falta, Formulario, a_json
from api.web.plantillas import pagina
from api.web.turno_vista import EVIDENCIA, OTRO
from modelos import consultas, reloj
from modelos import formularios as reglas
from modelos.actividad import Formulario as Molde
from modelos.actos import asignacion, avisos
from modelos.actos import turnos as actos
from modelos.actos.mover import Contexto
from modelos.errores import (
    ActividadYaAtendida,
    ArchivoRechazado,
    ErrorGestion,
    EvidenciaFaltante,
    FormularioIncompleto,
    NoExiste,
    SalidaInexistente,
    SinSesion,
    TopeDeVueltas,
)
from modelos.expediente import EstadoTurno

ruta = APIRouter()
ANCLAS: dict[type[ErrorGestion], str] = {
    EvidenciaFaltante: "evidencia",
    ArchivoRechazado: "evidencia",
    SalidaInexistente: "respuesta",
    TopeDeVueltas: "respuesta",
}


@ruta.get("/turnos/{id}")
def ver(request: Request, id: str, puerta: Entrada) -> HTMLResponse:  # noqa: A002 - nombre del contrato
    """El turno, con lo que hace falta para atenderlo; abrirlo le quita la marca de nuevo."""
    with puerta.lectura() as (s, quien):
        consultas.turno_visible(s, quien, id)
        nuevo = id in consultas.avisos_nuevos(s, quien)
    if nuevo:
        with puerta.acto() as ctx:
            avisos.marcar_visto(ctx.s, quien, id, reloj.ahora())
    return _mostrar(request, puerta, id)


@ruta.post("/turnos/{id}")
def responder(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Guarda los archivos elegidos y, si se pidió, registra la respuesta."""
    try:
        subidos = _subir(puerta, id, captura)
        if captura.texto("acto") == "adjuntar":
            if not subidos:
                raise FormularioIncompleto({"evidencia": "no eligió ningún archivo; lo que escribió sigue aquí"})
            return _mostrar(request, puerta, id, captura, guardados=subidos)
        return _atender(puerta, id, captura)
    except SinSesion:
        raise
    except ErrorGestion as error:
        if isinstance(error, NoExiste):
            raise
        if isinstance(error, ActividadYaAtendida) and (ya := _la_misma(puerta, id, captura)):
            return ya
        return _mostrar(request, puerta, id, captura, error=error)


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
    persona, motivo, version = captura.entero("persona"), captura.texto("motivo"), captura.entero("version")
    return _asignar(request, puerta, id, captura, lambda ctx: asignacion.reasignar(ctx, id, persona, motivo, version))


@ruta.get("/turnos/{id}/{_acto}")
def volver(id: str, _acto: str) -> Response:  # noqa: A002
    """Quien recarga la dirección de un acto que no procedió vuelve al turno."""
    return RedirectResponse(f"/turnos/{quote(id)}", 303)


# --- piezas --------------------------------------------------------------------


def _subir(puerta: Puerta, id_: str, captura: Captura) -> list[str]:
    """Guarda lo elegido, un archivo por control; repetir el envío no los duplica."""
    subidos = []
    for control, archivo in captura.archivos.items():
        if not control.startswith(EVIDENCIA):
            continue
        documento = control.removeprefix(EVIDENCIA)
        clave = f"pagina-{captura.texto('ficha')[:100]}-{documento}"
        anexo = archivos.recibir(puerta, id_, archivo, None if documento == OTRO else documento, clave)
        subidos.append(anexo.nombre)
    return subidos


def _atender(puerta: Puerta, id_: str, captura: Captura) -> Response:
    with puerta.acto() as ctx:
        turno, expediente = consultas.turno_visible(ctx.s, actos.persona_que_actua(ctx), id_)
        actividad = puerta.tablas.version(expediente.procedimiento, expediente.version)[turno.actividad]
        datos = a_json(vistas.esquema_turno(ctx.s, actividad), captura)
        salida = captura.texto("salida") or (next(iter(actividad.salidas)) if len(actividad.salidas) == 1 else "")
        if not salida:
            # Se dice junto con lo demás que falte: quien captura corrige una vez.
            raise FormularioIncompleto({**_faltas_de(actividad.formulario, datos), "salida": "elija una"})
        hecho = actos.atender(ctx, id_, salida, datos, captura.texto("comentario"), captura.entero("version"))
        asiento = hecho.expediente.asientos
    return RedirectResponse(f"/expedientes/{turno.folio}?registrado={asiento}#confirmacion", 303)


def _faltas_de(modelo: type[Molde] | None, datos: dict[str, Any]) -> dict[str, str]:
    try:
        reglas.validar(modelo, datos)
    except FormularioIncompleto as error:
        return error.campos
    return {}


def _la_misma(puerta: Puerta, id_: str, captura: Captura) -> Response | None:
    """Si lo que «ya estaba atendido» es este mismo envío, repetido por un doble clic: se confirma y ya."""
    with puerta.lectura() as (s, quien):
        turno, _ = consultas.turno_visible(s, quien, id_)
    propio = turno.estado == EstadoTurno.ATENDIDO and turno.persona_id == quien.persona
    if not propio or captura.texto("salida") not in ("", turno.salida) or captura.texto("acto") == "adjuntar":
        return None
    return RedirectResponse(f"/expedientes/{turno.folio}?registrado={turno.cierre}#confirmacion", 303)


def _asignar(
    request: Request, puerta: Puerta, id_: str, captura: Captura, acto: Callable[[Contexto], object]
) -> Response:
    try:
        with puerta.acto() as ctx:
            acto(ctx)
    except (SinSesion, NoExiste):
        raise
    except ErrorGestion as error:
        return _mostrar(request, puerta, id_, captura, error=error)
    return RedirectResponse(f"/turnos/{id_}#quien", 303)


def _en_palabras(error: ErrorGestion) -> str:
    """El error, para quien ya está viendo cómo quedó el turno y no necesita recargar."""
    if isinstance(error, ActividadYaAtendida):
        return (
            f"{error.por} respondió antes ({error.cuando}). Su respuesta no se registró; abajo está "
            "la que quedó y, para que no se pierda, lo que usted había escrito."
        )
    return str(error)


def _mostrar(
    request: Request,
    puerta: Puerta,
    id_: str,
    captura: Captura | None = None,
    *,
    error: ErrorGestion | None = None,
    guardados: list[str] | None = None,
) -> HTMLResponse:
    """La página del turno; con lo capturado y, si algo no procedió, con el resumen de qué corregir."""
    errores = error.campos if isinstance(error, FormularioIncompleto) else {}
    with puerta.lectura() as (s, quien):
        datos = turno_vista.datos(s, puerta, quien, id_, captura, errores)
    resumen = turno_vista.resumen(datos, errores)
    if error is not None and not errores:
        resumen = [Falta(_en_palabras(error), next((a for tipo, a in ANCLAS.items() if isinstance(error, tipo)), ""))]
    return pagina(
        request,
        "turno.html",
        quien,
        codigo(error) if error else 200,
        titulo_error=error.titulo if error else "",
        resumen=resumen,
        errores=errores,
        guardados=guardados or [],
        ficha=str(uuid4()),
        maximo=puerta.ajustes.anexo_max_bytes,
        textos=captura.textos if captura else {},
        **datos,
    )
