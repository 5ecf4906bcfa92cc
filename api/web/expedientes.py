"""Buscar expedientes y ver uno entero: dónde está, su recorrido y su historia."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from sqlalchemy.orm import Session

from api import archivos
from api.dependencias import Entrada, Puerta
from api.web import frases, frases_plazos, historia, oficio_vista
from api.web.formularios import Falta, legible, numero
from api.web.historia import Hecho
from api.web.plantillas import enumera, pagina
from api.web.recorrido import Paso, Respuesta, recorrer
from modelos import consultas, encargos, reloj, vencimientos, verificacion
from modelos.actos import plazos as actos_plazos
from modelos.expediente import TERMINADOS, EstadoExpediente, Expediente
from modelos.permisos import Quien, puede_atender, puede_conducir
from modelos.plazos import POR_CUMPLIR
from modelos.tabla import Tabla

ruta = APIRouter()
POR_PAGINA = 25


@dataclass(frozen=True)
class Rechazo:
    """Un acto de conducción que no procedió, con lo que se había escrito, para volver a mostrarlo.

    Sin renglones en el resumen no se rechazó nada: se vuelve a lo que se estaba escribiendo.
    """

    acto: str
    status: int
    resumen: Sequence[Falta]
    textos: Mapping[str, str]


@ruta.get("/expedientes")
def buscar(
    request: Request,
    puerta: Entrada,
    texto: str = "",
    procedimiento: str = "",
    estado: str = "",
    cursor: str | None = None,
) -> HTMLResponse:
    """Los expedientes que conciernen a quien busca, el más reciente primero."""
    if estado not in set(EstadoExpediente):
        estado = ""
    with puerta.lectura() as (s, quien):
        tramo = consultas.expedientes(
            s,
            quien,
            procedimiento=procedimiento or None,
            estado=estado or None,
            texto=texto[:200],
            cursor=cursor,
            limite=POR_PAGINA,
        )
    filtros = {n: v for n, v in (("texto", texto), ("procedimiento", procedimiento), ("estado", estado)) if v}
    return pagina(
        request,
        "expedientes.html",
        quien,
        tramo=tramo,
        cursor=cursor,
        filtros=filtros,
        mas=f"?{urlencode({**filtros, 'cursor': tramo.siguiente})}" if tramo.siguiente else "",
        texto=texto,
        procedimiento=procedimiento,
        estado_pedido=estado,
        estados=[e.value for e in EstadoExpediente],
        procedimientos=puerta.tablas.vigentes(reloj.hoy()),
        nombres_tablas={t.clave: t.nombre for t in puerta.tablas},
    )


@ruta.get("/expedientes/{folio}")
def ver(request: Request, folio: str, puerta: Entrada, registrado: str = "") -> HTMLResponse:
    """Un expediente entero. registrado: el asiento que se acaba de dejar, para confirmarlo."""
    return mostrar(request, puerta, folio, registrado=registrado)


@ruta.get("/expedientes/{folio}/bitacora.json")
def bajar_bitacora(folio: str, puerta: Entrada) -> Response:
    """Todos los asientos, con la forma en que los entrega la API, para verificarlos sin este sistema."""
    with puerta.lectura() as (s, quien):
        expediente = consultas.expediente_visible(s, quien, folio)
        asientos = verificacion.publicados(s, expediente.folio)
    todo = {"elementos": asientos, "total": len(asientos), "siguiente": None}
    nombre = f'attachment; filename="{expediente.folio}-bitacora.json"'
    return JSONResponse(todo, headers={"Content-Disposition": nombre})


@ruta.get("/anexos/{id}")
def descargar(id: str, puerta: Entrada) -> FileResponse:  # noqa: A002 - nombre del contrato
    """Un documento, siempre como descarga."""
    return archivos.entregar(puerta, id)


def mostrar(
    request: Request, puerta: Puerta, folio: str, *, registrado: str = "", rechazo: Rechazo | None = None
) -> HTMLResponse:
    """La página del expediente; con `rechazo`, dice qué no procedió y conserva lo escrito."""
    with puerta.lectura() as (s, quien):
        fila = consultas.expediente_visible(s, quien, folio)
        tabla = puerta.tablas.version(fila.procedimiento, fila.version)
        datos = _datos(s, puerta, quien, fila, tabla)
    hechos: tuple[Hecho, ...] = datos["historia"].hechos
    orden = numero(registrado)
    return pagina(
        request,
        "expediente.html",
        quien,
        rechazo.status if rechazo else 200,
        expediente=fila,
        tabla=tabla,
        confirmado=hechos[orden - 1] if 1 <= orden <= len(hechos) else None,
        rechazo=rechazo,
        # Lo escrito para un acto que ya no se ofrece no tiene formulario que lo conserve.
        suelto=legible(rechazo.textos) if rechazo and rechazo.acto not in datos["actos"] else [],
        frases=frases,
        **datos,
    )


def _datos(s: Session, puerta: Puerta, quien: Quien, fila: Expediente, tabla: Tabla) -> dict[str, Any]:
    turnos = consultas.turnos_de(s, fila.folio)
    hijos = consultas.asuntos(s, consultas.subexpedientes(s, fila.folio)).values()
    nombres = consultas.nombres(s, (t.persona_id for t in turnos))
    pasos = recorrer(tabla, fila, turnos, nombres, consultas.sin_responsable(s, turnos), hijos)
    actuales = [paso for paso in pasos if paso.estado == "actual"]
    suyos = [r for paso in actuales for r in paso.respuestas if _le_toca(quien, r)]
    conduce = puede_conducir(quien, fila.duena)
    todos = vencimientos.de_expedientes(s, [fila.folio])[fila.folio] if tabla.tiene_plazos else []
    plazos = frases_plazos.explicados(s, todos)
    dichos = {p.vencimiento.plazo.id: p.vencimiento for p in plazos}
    esperas = [p for p in actuales if p.actividad.por_cada and p.actividad.por_cada.union == "al_vencer"]
    return {
        "pasos": pasos,
        "actuales": actuales,
        "ahora": quien_lo_tiene(actuales),
        "suyos": suyos,
        "plazos": [p for p in plazos if p.vencimiento.plazo.estado in POR_CUMPLIR],
        "plazos_cerrados": [p for p in plazos if p.vencimiento.plazo.estado not in POR_CUMPLIR],
        "vence": {id_: dichos[plazo.id] for id_, plazo in vencimientos.rigen(turnos, todos).items()},
        "hijos": sorted(hijos, key=lambda hijo: hijo.abierto),
        "historia": historia.contar(s, tabla, fila),
        "incidentes": encargos.incidentes(s, fila.folio, puerta.ajustes.encargos_intentos),
        "unidades": consultas.unidades(s),
        "conduce": conduce,
        "terminado": fila.estado in TERMINADOS,
        "esperas": esperas,
        "actos": _actos(fila, bool(esperas)) if conduce else (),
        "prorrogables": actos_plazos.prorrogables(s, fila.folio) if conduce else [],
        "rectificables": actos_plazos.rectificables(s, fila.folio) if conduce else [],
        "capturado": historia.capturado(tabla, fila.datos),
        "final": frases.texto_final(fila.desenlace) if fila.desenlace else "",
        **oficio_vista.de_expediente(s, quien, fila),
    }


def _actos(fila: Expediente, espera: bool) -> tuple[str, ...]:  # noqa: FBT001 - sólo se llama aquí
    """Los actos de conducción cuyo formulario trae la página."""
    if fila.estado in TERMINADOS:
        return ()
    otros = (
        ("reanudar",) if fila.estado == EstadoExpediente.SUSPENDIDO else ("prorrogar", "ampliar-vueltas", "suspender")
    )
    return ("cancelar", *otros, *(("cerrar-espera",) if espera else ()))


def quien_lo_tiene(actuales: Sequence[Paso]) -> str:
    """«CST: 5, elabora el proyecto»; de un abanico, las unidades que faltan; vacío si terminó."""
    partes = []
    for paso in actuales:
        faltan = [r.unidad for r in paso.respuestas if r.abierto]
        cuales = enumera(faltan) if len(faltan) <= 3 else f"{len(faltan)} unidades"
        numero = f" (actividad {paso.actividad.numero_impreso})" if paso.actividad.numero_impreso else ""
        partes.append(f"{cuales}{numero}: «{paso.actividad.accion.rstrip('.')}»")
    return enumera(partes)


def _le_toca(quien: Quien, respuesta: Respuesta) -> bool:
    turno = respuesta.turno
    return respuesta.abierto and turno.a_mano and puede_atender(quien, turno.unidad)
