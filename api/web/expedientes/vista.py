"""Todo lo que enseña la página de un expediente, leído de una vez y con la marca de ese instante."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.dependencias import Puerta
from api.web.expedientes import bloques, matriz
from api.web.expedientes.bloques import Conduccion, Conversacion, Familia, LoNuevo, Marcha, PlazosDelExpediente
from api.web.expedientes.matriz import ColumnaDeMatriz, Fila
from api.web.historia import relato
from api.web.historia.relato import DiaDeHistoria, Historia
from api.web.oficios import resumidos
from api.web.oficios.resumidos import OficiosDelExpediente
from api.web.piezas import frases
from api.web.piezas.formularios import legible, numero
from api.web.piezas.pagina import pagina
from api.web.piezas.rechazo import Rechazo
from api.web.procedimientos import diagrama  # noqa: F401 - da a las plantillas `vista_de_diagrama`
from modelos import bpmn, reloj
from modelos.bandeja import vivo
from modelos.expedientes import documentos, visibles
from modelos.expedientes.documentos import DocumentoDelExpediente
from modelos.expedientes.expediente import TERMINADOS, Encargo, Expediente, Turno
from modelos.motor import encargos
from modelos.organizacion.permisos import Quien
from modelos.plazos import vencimientos
from modelos.tabla import Tabla

HECHOS_A_LA_VISTA = 30
"""Al llegar a éstos, los días anteriores de la historia se pliegan."""


@dataclass(frozen=True)
class VistaPedida:
    """Cómo se pidió ver la página.

    registrado: el asiento que se acaba de dejar, o `comentario`. ver: una clase de la historia.
    antes: desde qué comentario hacia atrás. imprimir: todo desplegado.
    """

    registrado: str = ""
    ver: str = ""
    antes: int = 0
    imprimir: bool = False


@dataclass(frozen=True)
class PaginaExpediente:
    """La página de un expediente, por bloques.

    final: su desenlace, en palabras. estados_diagrama: cómo se pinta cada nodo. ver: la clase de la historia que se
    pidió. capturado: lo último que se sabe de cada dato. ilegible: por qué no se puede mover. marca: de este instante.
    """

    expediente: Expediente
    tabla: Tabla
    unidades: Mapping[str, str]
    terminado: bool
    final: str
    marcha: Marcha
    plazos: PlazosDelExpediente
    estados_diagrama: Mapping[str, bpmn.Estado]
    conduccion: Conduccion
    oficios: OficiosDelExpediente
    familia: Familia
    comentarios: Conversacion
    seguimiento: LoNuevo
    historia: Historia
    ver: str
    documentos: Sequence[DocumentoDelExpediente]
    capturado: Sequence[tuple[str, str]]
    columnas_matriz: Sequence[ColumnaDeMatriz]
    filas_matriz: Sequence[Fila]
    ilegible: str
    incidentes: Sequence[Encargo]
    marca: str
    consultado: datetime


def mostrar(
    request: Request, puerta: Puerta, folio: str, pedido: VistaPedida | None = None, *, rechazo: Rechazo | None = None
) -> HTMLResponse:
    """La página del expediente; con `rechazo`, dice qué no procedió y conserva lo escrito."""
    como = pedido or VistaPedida()
    with puerta.lectura() as (s, quien):
        vista = leer(s, puerta, quien, folio, como)
    expediente, hechos = vista.expediente, vista.historia.hechos
    orden = numero(como.registrado)
    request.state.visto = expediente.asientos if vista.seguimiento.novedad else 0
    actos = (*vista.conduccion.actos, "comentar")
    return pagina(
        request,
        "expedientes/expediente.html",
        quien,
        rechazo.status if rechazo else 200,
        pedido=como,
        confirmado=hechos[orden - 1] if 1 <= orden <= len(hechos) else None,
        rechazo=rechazo,
        # Lo escrito para un acto que ya no se ofrece no tiene formulario que lo conserve.
        suelto=legible(rechazo.textos) if rechazo and rechazo.acto not in actos else [],
        clases=relato.CLASES,
        plegar_dias=plegada,
        frases=frases,
        **vars(vista),
    )


def leer(s: Session, puerta: Puerta, quien: Quien, folio: str, pedido: VistaPedida) -> PaginaExpediente:
    """En qué va el expediente y lo que lo acompaña, leído de una vez. Lanza NoExiste, NoLeCorresponde."""
    fila = visibles.expediente_visible(s, quien, folio)
    tabla = puerta.tablas.para_ver(fila)
    turnos = visibles.turnos_de(s, folio)
    unidades = visibles.unidades(s)
    hijos = visibles.asuntos(s, visibles.subexpedientes(s, folio)).values()
    todos = vencimientos.de_expedientes(s, [folio])[folio] if tabla.tiene_plazos else []
    marcha = bloques.marcha(s, quien, fila, tabla, turnos, hijos)
    plazos = bloques.plazos(s, quien, fila, turnos, todos)
    return PaginaExpediente(
        expediente=fila,
        tabla=tabla,
        unidades=unidades,
        terminado=fila.estado in TERMINADOS,
        final=frases.texto_final(fila.desenlace) if fila.desenlace else "",
        marcha=marcha,
        plazos=plazos,
        estados_diagrama=bpmn.estados(tabla, turnos, plazos.rigen, reloj.hoy(), fila.desenlace, plazos.palabras),
        conduccion=bloques.conduccion(s, quien, fila, marcha, comprometibles=plazos.comprometibles),
        oficios=resumidos.de_expediente(s, puerta, quien, fila),
        familia=bloques.familia(s, puerta, quien, fila, tabla, hijos),
        comentarios=bloques.comentarios(s, quien, fila, pedido.antes, todos=pedido.imprimir),
        seguimiento=bloques.seguimiento(s, quien, fila),
        historia=relato.contar(s, tabla, fila),
        ver=pedido.ver if pedido.ver in relato.CLASES else "",
        documentos=documentos.documentos(s, folio),
        capturado=relato.capturado(tabla, fila.datos),
        columnas_matriz=matriz.columnas(tabla, en_abanico=True),
        filas_matriz=matriz.de_abanico(s, tabla, fila, turnos, unidades),
        ilegible=_ilegible(tabla, fila, turnos),
        incidentes=encargos.incidentes(s, folio, puerta.ajustes.encargos_intentos),
        marca=vivo.marca(s, quien, f"expediente:{folio}"),
        consultado=reloj.ahora(),
    )


def _ilegible(tabla: Tabla, fila: Expediente, turnos: Iterable[Turno]) -> str:
    """Por qué se puede mirar pero no mover, si su tabla cambió; vacío si nada lo impide."""
    return visibles.ilegible(tabla, fila) or next(filter(None, (tabla.falta(t.actividad) for t in turnos)), "")


def plegada(dias: Sequence[DiaDeHistoria]) -> tuple[Sequence[DiaDeHistoria], Sequence[DiaDeHistoria]]:
    """Los días que se enseñan y los que se pliegan."""
    van = 0
    for i, dia in enumerate(dias):
        if van >= HECHOS_A_LA_VISTA:
            return dias[:i], dias[i:]
        van += len(dia.hechos)
    return dias, ()
