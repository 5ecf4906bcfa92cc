"""Todo lo que enseña la página de un expediente, leído de una vez y con la marca de ese instante."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.dependencias import Puerta
from api.web.expedientes import matriz
from api.web.historia import relato
from api.web.historia.recorrido import Paso, Respuesta, recorrer
from api.web.historia.relato import Dia, Hecho
from api.web.oficios import vista
from api.web.piezas import frases, frases_plazos
from api.web.piezas.formularios import legible, numero
from api.web.piezas.pagina import enumera, pagina
from api.web.piezas.rechazo import Rechazo
from api.web.procedimientos import diagrama  # noqa: F401 - da a las plantillas `vista_de_diagrama`
from modelos import bpmn, reloj
from modelos.actos.comodidades import comentarios
from modelos.actos.conduccion import suspension
from modelos.actos.plazos import compromisos, plazos
from modelos.bandeja import vivo
from modelos.ciclos import hermanos
from modelos.expedientes import comentarios as consultas_comentarios
from modelos.expedientes import documentos, visibles
from modelos.expedientes.expediente import TERMINADOS, EstadoExpediente, Expediente
from modelos.motor import encargos
from modelos.organizacion.permisos import Quien, puede_atender, puede_conducir
from modelos.plazos import vencimientos
from modelos.plazos.plazo import POR_CUMPLIR, Plazo
from modelos.tabla import Tabla

COMENTARIOS = 20
LECTORES_A_LA_VISTA = 60
"""Con más personas que éstas no se ofrecen casillas para todas: a las demás se les menciona por su correo."""
HECHOS_A_LA_VISTA = 30
"""Al llegar a éstos, los días anteriores de la historia se pliegan."""


@dataclass(frozen=True)
class Pedido:
    """Cómo se pidió ver la página.

    registrado: el asiento que se acaba de dejar, o `comentario`. ver: una clase de la historia.
    antes: desde qué comentario hacia atrás. imprimir: todo desplegado.
    """

    registrado: str = ""
    ver: str = ""
    antes: int = 0
    imprimir: bool = False


def mostrar(
    request: Request, puerta: Puerta, folio: str, pedido: Pedido | None = None, *, rechazo: Rechazo | None = None
) -> HTMLResponse:
    """La página del expediente; con `rechazo`, dice qué no procedió y conserva lo escrito."""
    como = pedido or Pedido()
    with puerta.lectura() as (s, quien):
        fila = visibles.expediente_visible(s, quien, folio)
        tabla = puerta.tablas.para_ver(fila)
        datos = {**_datos(s, puerta, quien, fila, tabla), **_alrededor(s, puerta, quien, fila, tabla, como)}
    hechos: tuple[Hecho, ...] = datos["historia"].hechos
    orden = numero(como.registrado)
    request.state.visto = fila.asientos if datos["novedad"] else 0
    actos = (*datos["actos"], "comentar")
    return pagina(
        request,
        "expedientes/expediente.html",
        quien,
        rechazo.status if rechazo else 200,
        expediente=fila,
        tabla=tabla,
        pedido=como,
        confirmado=hechos[orden - 1] if 1 <= orden <= len(hechos) else None,
        rechazo=rechazo,
        # Lo escrito para un acto que ya no se ofrece no tiene formulario que lo conserve.
        suelto=legible(rechazo.textos) if rechazo and rechazo.acto not in actos else [],
        frases=frases,
        **datos,
    )


def _datos(s: Session, puerta: Puerta, quien: Quien, fila: Expediente, tabla: Tabla) -> dict[str, Any]:
    """En qué va: dónde está, con qué plazos, qué puede hacer quien mira y qué ha pasado."""
    turnos = visibles.turnos_de(s, fila.folio)
    unidades = visibles.unidades(s)
    hijos = visibles.asuntos(s, visibles.subexpedientes(s, fila.folio)).values()
    nombres = visibles.nombres(s, (t.persona_id for t in turnos))
    pasos = recorrer(tabla, fila, turnos, nombres, visibles.sin_responsable(s, turnos), hijos)
    actuales = [paso for paso in pasos if paso.estado == "actual"]
    conduce = puede_conducir(quien, fila.duena)
    todos = vencimientos.de_expedientes(s, [fila.folio])[fila.folio] if tabla.tiene_plazos else []
    explicados = frases_plazos.explicados(s, todos)
    dichos = {p.vencimiento.plazo.id: p for p in explicados}
    rigen = vencimientos.rigen(turnos, todos)
    rige = {id_: dichos[plazo.id] for id_, plazo in rigen.items()}
    palabras = {id_: p.vencimiento.palabra for id_, p in rige.items()}
    esperas = [p for p in actuales if p.actividad.por_cada and p.actividad.por_cada.union == "al_vencer"]
    comprometibles = [p for p in todos if _puede_comprometer(s, quien, fila, p)]
    return {
        "pasos": pasos,
        "estados_diagrama": bpmn.estados(tabla, turnos, rigen, reloj.hoy(), fila.desenlace, palabras),
        "actuales": actuales,
        "ahora": quien_lo_tiene(actuales),
        "suyos": [r for paso in actuales for r in paso.respuestas if _le_toca(quien, r)],
        "plazos": [p for p in explicados if p.vencimiento.plazo.estado in POR_CUMPLIR],
        "plazos_cerrados": [p for p in explicados if p.vencimiento.plazo.estado not in POR_CUMPLIR],
        "porque": rige,
        "vence": {id_: p.vencimiento for id_, p in rige.items()},
        "hijos": sorted(hijos, key=lambda hijo: hijo.abierto),
        "historia": relato.contar(s, tabla, fila),
        "ilegible": visibles.ilegible(tabla, fila)
        or next(filter(None, (tabla.falta(t.actividad) for t in turnos)), ""),
        "incidentes": encargos.incidentes(s, fila.folio, puerta.ajustes.encargos_intentos),
        "unidades": unidades,
        "conduce": conduce,
        "terminado": fila.estado in TERMINADOS,
        "esperas": esperas,
        "actos": (*(_actos(fila, bool(esperas)) if conduce else ()), *(("comprometer",) if comprometibles else ())),
        "comprometibles": comprometibles,
        "hijos_por_suspender": suspension.hijos_por_suspender(s, fila.folio) if conduce else [],
        "hijos_por_reanudar": suspension.hijos_por_reanudar(s, fila.folio) if conduce else [],
        "detenido_con": suspension.detenido_con(s, fila.folio) if fila.estado == EstadoExpediente.SUSPENDIDO else "",
        "prorrogables": plazos.prorrogables(s, fila.folio) if conduce else [],
        "rectificables": plazos.rectificables(s, fila.folio) if conduce else [],
        "columnas_matriz": matriz.columnas(tabla, en_abanico=True),
        "filas_matriz": matriz.de_abanico(s, tabla, fila, turnos, unidades),
        "capturado": relato.capturado(tabla, fila.datos),
        "final": frases.texto_final(fila.desenlace) if fila.desenlace else "",
        "marca": vivo.marca(s, quien, f"expediente:{fila.folio}"),
        "consultado": reloj.ahora(),
        **vista.de_expediente(s, puerta, quien, fila),
    }


def _puede_comprometer(s: Session, quien: Quien, fila: Expediente, plazo: Plazo) -> bool:
    en_curso = fila.estado == EstadoExpediente.EN_CURSO
    vencido = en_curso and compromisos.esta_vencido(plazo, reloj.hoy())
    return vencido and compromisos.puede_comprometerse(s, quien, plazo, fila.duena)


def _alrededor(
    s: Session, puerta: Puerta, quien: Quien, fila: Expediente, tabla: Tabla, pedido: Pedido
) -> dict[str, Any]:
    """Lo que lo acompaña: documentos, parientes, comentarios y lo nuevo para quien mira."""
    dichos = consultas_comentarios.de_expediente(
        s, quien, fila.folio, antes=pedido.antes, limite=200 if pedido.imprimir else COMENTARIOS
    )
    lectores = [x for x in consultas_comentarios.quienes_lo_ven(s, fila) if x.id != quien.persona]
    sigue = consultas_comentarios.seguimiento(s, quien, fila.folio)
    desde = sigue.visto if sigue else fila.asientos
    aludido = any(a.comentario.folio == fila.folio for a in consultas_comentarios.menciones_nuevas(s, quien, 200))
    ver = pedido.ver if pedido.ver in relato.CLASES else ""
    padre = visibles.asuntos(s, [fila.padre] if fila.padre else ()).get(fila.padre or "")
    return {
        "documentos": documentos.documentos(s, fila.folio),
        "parientes": hermanos.del_mismo_periodo(s, quien, puerta.tablas, tabla, fila),
        "padre": padre,
        "nombres_tablas": {t.clave: t.nombre for t in puerta.tablas},
        "dichos": dichos.elementos,
        "total_dichos": dichos.total,
        "antes": dichos.siguiente,
        "lectores": lectores[:LECTORES_A_LA_VISTA],
        "otros_lectores": max(0, len(lectores) - LECTORES_A_LA_VISTA),
        "largo_comentario": comentarios.LARGO,
        "sigue": sigue,
        "nuevo_desde": desde,
        "nuevos": fila.asientos - desde,
        "novedad": fila.asientos > desde or aludido,
        "clases": relato.CLASES,
        "plegar_dias": plegada,
        "ver": ver,
    }


def plegada(dias: Sequence[Dia]) -> tuple[Sequence[Dia], Sequence[Dia]]:
    """Los días que se enseñan y los que se pliegan."""
    van = 0
    for i, dia in enumerate(dias):
        if van >= HECHOS_A_LA_VISTA:
            return dias[:i], dias[i:]
        van += len(dia.hechos)
    return dias, ()


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
        numero_ = f" (actividad {paso.actividad.numero_impreso})" if paso.actividad.numero_impreso else ""
        partes.append(f"{cuales}{numero_}: «{paso.actividad.accion.rstrip('.')}»")
    return enumera(partes)


def _le_toca(quien: Quien, respuesta: Respuesta) -> bool:
    turno = respuesta.turno
    return respuesta.abierto and turno.a_mano and puede_atender(quien, turno.unidad)
