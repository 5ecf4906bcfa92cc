"""El diagrama como BPMN 2.0 con su disposición: lo abre cualquier herramienta que lo entienda.

Describe, no ejecuta: el orden de los elementos y de los atributos es siempre el mismo, para poder compararlos.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from modelos.bpmn import palabras
from modelos.bpmn.cajas import TITULO, Caja, Disposicion, Rotulo
from modelos.bpmn.disposicion import disponer
from modelos.bpmn.grafo import Bloque, Clase, Flujo, Grafo, Nodo, grafo
from modelos.tabla import Tabla, Unidad
from modelos.tabla.actividad import Actividad, Tipo

COPIA = (
    "COPIA NO CONTROLADA. Este archivo es una copia electrónica; el documento vigente es el publicado por la "
    "institución, y consultarlo es responsabilidad de quien lo usa."
)
_ESPACIOS = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_TAREAS = {
    Tipo.TAREA: "userTask",
    Tipo.APROBACION: "userTask",
    Tipo.ACUSE: "receiveTask",
    Tipo.ENVIO: "sendTask",
    Tipo.EXTERNA: "manualTask",
    Tipo.AUTOMATICA: "businessRuleTask",
    Tipo.SUBPROCEDIMIENTO: "callActivity",
}
_ELEMENTOS = {
    Clase.INICIO: "startEvent",
    Clase.DECIDE: "exclusiveGateway",
    Clase.MEZCLA: "exclusiveGateway",
    Clase.DIVIDE: "parallelGateway",
    Clase.UNE: "parallelGateway",
    Clase.FIN: "endEvent",
    Clase.PLAZO: "boundaryEvent",
    Clase.AVISO: "endEvent",
}


def bpmn(tabla: Tabla) -> str:
    """El XML de la tabla, con su declaración; la misma tabla da siempre el mismo texto."""
    g = grafo(tabla)
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_definiciones(disponer(g)), ""])


def id_de_proceso(clave: str) -> str:
    """El identificador con que un diagrama nombra a otro procedimiento."""
    return f"p_{clave}"


def _definiciones(d: Disposicion) -> Iterator[str]:
    tabla = d.grafo.tabla
    proceso = id_de_proceso(tabla.clave)
    yield (
        f'<bpmn:definitions {_ESPACIOS} id="d_{tabla.clave}" targetNamespace="urn:dstc:procedimientos" '
        f'exporter="Procedimientos de la DSTC" exporterVersion={quoteattr(tabla.version)}>'
    )
    yield f'  <bpmn:collaboration id="c_{tabla.clave}">'
    yield f'    <bpmn:participant id="pt_{tabla.clave}" name={quoteattr(tabla.nombre)} processRef="{proceso}" />'
    yield "  </bpmn:collaboration>"
    yield f'  <bpmn:process id="{proceso}" name={quoteattr(tabla.nombre)} isExecutable="false">'
    yield from _documentacion(_cabecera(tabla))
    yield from _carriles(d.grafo)
    for bloque in d.grafo.bloques.values():
        for nodo in bloque.nodos:
            yield from _elemento(d.grafo, bloque, nodo)
    for flujo in d.grafo.flujos:
        yield from _flujo(flujo)
    for nota in d.notas:
        yield f'    <bpmn:textAnnotation id="{nota.id}">'
        yield f"      <bpmn:documentation>{escape(nota.entero)}</bpmn:documentation>"
        yield f"      <bpmn:text>{escape(nota.texto)}</bpmn:text>"
        yield "    </bpmn:textAnnotation>"
        yield f'    <bpmn:association id="as_{nota.id}" sourceRef="{nota.de}" targetRef="{nota.id}" />'
    yield "  </bpmn:process>"
    yield from _dibujo(d)
    yield "</bpmn:definitions>"


def _cabecera(tabla: Tabla) -> str:
    renglones = (
        f"{tabla.codigo}, revisión {tabla.revision}. Rige desde {tabla.version}.",
        f"Fundamento: {tabla.fundamento}.",
        *tabla.notas,
        COPIA,
    )
    return "\n".join(renglones)


def _documentacion(texto: str, sangria: str = "    ") -> Iterator[str]:
    if texto:
        yield f"{sangria}<bpmn:documentation>{escape(texto)}</bpmn:documentation>"


def _carriles(g: Grafo) -> Iterator[str]:
    yield f'    <bpmn:laneSet id="ls_{g.tabla.clave}">'
    for carril in g.carriles:
        yield f'      <bpmn:lane id="{_id_de_carril(carril)}" name={quoteattr(carril)}>'
        yield f"        <bpmn:documentation>{escape(palabras.unidad(Unidad(carril)))}</bpmn:documentation>"
        for bloque in g.bloques.values():
            if bloque.carril == carril:
                yield from (f"        <bpmn:flowNodeRef>{nodo.id}</bpmn:flowNodeRef>" for nodo in bloque.nodos)
        yield "      </bpmn:lane>"
    yield "    </bpmn:laneSet>"


def _id_de_carril(sigla: str) -> str:
    return f"carril_{sigla.replace('-', '_')}"


def _elemento(g: Grafo, bloque: Bloque, nodo: Nodo) -> Iterator[str]:
    clase = _ELEMENTOS.get(nodo.clase) or _TAREAS[_suya(nodo).tipo]
    yield f"    <bpmn:{clase} {' '.join(_atributos(bloque, nodo))}>"
    yield from _documentacion(_explicado(nodo), "      ")
    yield from (f"      <bpmn:incoming>{f.id}</bpmn:incoming>" for f in g.flujos if f.a == nodo.id)
    yield from (f"      <bpmn:outgoing>{f.id}</bpmn:outgoing>" for f in g.flujos if f.de == nodo.id)
    if nodo.clase is Clase.PLAZO:
        yield f'      <bpmn:timerEventDefinition id="{nodo.id}_reloj" />'
    if nodo.clase is Clase.TAREA:
        yield from _abanico(_suya(nodo))
    yield f"    </bpmn:{clase}>"


def _atributos(bloque: Bloque, nodo: Nodo) -> Iterator[str]:
    yield f'id="{nodo.id}"'
    if nodo.nombre:
        yield f"name={quoteattr(nodo.nombre)}"
    if nodo.clase is Clase.TAREA and (llama := _suya(nodo).subprocedimiento):
        yield f'calledElement="{id_de_proceso(llama)}"'
    if nodo.clase is Clase.PLAZO:
        yield f'attachedToRef="{bloque.nucleo.id}" cancelActivity="false"'
    if nodo.clase in (Clase.DECIDE, Clase.DIVIDE):
        yield 'gatewayDirection="Diverging"'
    if nodo.clase in (Clase.UNE, Clase.MEZCLA):
        yield 'gatewayDirection="Converging"'


def _abanico(act: Actividad) -> Iterator[str]:
    if act.por_cada is None:
        return
    yield "      <bpmn:multiInstanceLoopCharacteristics>"
    if act.por_cada.union == "cuorum":
        condicion = f'xsi:type="bpmn:tFormalExpression">respuestas = {act.por_cada.n}</bpmn:completionCondition>'
        yield f"        <bpmn:completionCondition {condicion}"
    yield "      </bpmn:multiInstanceLoopCharacteristics>"


def _suya(nodo: Nodo) -> Actividad:
    assert nodo.actividad  # noqa: S101 - toda tarea nace de una actividad
    return nodo.actividad


def _explicado(nodo: Nodo) -> str:
    """Lo que no cabe en el dibujo: fundamento, quién captura, plazo, lo inferido."""
    act = nodo.actividad
    if act is None or nodo.clase not in (Clase.TAREA, Clase.PLAZO):
        return ""
    if nodo.clase is Clase.PLAZO:
        regla = act.plazo
        dicho = (f"{regla.que}: {nodo.nombre}.", regla.fundamento, regla.inferido) if regla else ()
        return "\n".join(filter(None, dicho))
    partes = (
        palabras.titulo(act),
        f"Fundamento: {act.fundamento}." if act.fundamento else "",
        f"Captura la {act.captura}." if act.captura else "",
        f"Inferido: {act.todo_lo_inferido}" if act.todo_lo_inferido else "",
        f"Nota: {act.nota}" if act.nota else "",
        *(f"Oficio {oficio.clave}." for oficio in act.oficios),
    )
    return "\n".join(filter(None, partes))


def _flujo(flujo: Flujo) -> Iterator[str]:
    nombre = f" name={quoteattr(flujo.rotulo)}" if flujo.rotulo else ""
    cabeza = f'    <bpmn:sequenceFlow id="{flujo.id}"{nombre} sourceRef="{flujo.de}" targetRef="{flujo.a}"'
    if not flujo.rotulo:
        yield f"{cabeza} />"
        return
    yield f"{cabeza}>"
    dicho = " ".join(filter(None, ("Devuelve el trabajo, con motivo." if flujo.regresa else "", flujo.inferido)))
    yield from _documentacion(dicho, "      ")
    condicion = escape(f"salida = '{flujo.salida}'")
    yield f'      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condicion}</bpmn:conditionExpression>'
    yield "    </bpmn:sequenceFlow>"


def _dibujo(d: Disposicion) -> Iterator[str]:
    clave = d.grafo.tabla.clave
    rotulos = {rotulo.de: rotulo for rotulo in d.rotulos}
    yield f'  <bpmndi:BPMNDiagram id="di_{clave}">'
    yield f'    <bpmndi:BPMNPlane id="pl_{clave}" bpmnElement="c_{clave}">'
    yield from _figura(f"pt_{clave}", Caja(0, 0, d.ancho, d.alto), ' isHorizontal="true"')
    for carril, caja in d.carriles.items():
        yield from _figura(_id_de_carril(carril), Caja(TITULO, caja.y, caja.w, caja.h), ' isHorizontal="true"')
    for nodo in d.grafo.nodos:
        mas = ' isMarkerVisible="true"' if nodo.clase in (Clase.DECIDE, Clase.MEZCLA) else ""
        yield from _figura(nodo.id, d.cajas[nodo.id], mas, rotulos.get(nodo.id))
    for nota in d.notas:
        yield from _figura(nota.id, nota.caja)
    for flujo in d.grafo.flujos:
        yield from _flecha(flujo.id, d.flechas[flujo.id], rotulos.get(flujo.id))
    for nota in d.notas:
        tarea = d.cajas[nota.de]
        if nota.caja.y < tarea.y:
            puntos = ((nota.caja.cx, tarea.y), (nota.caja.cx, nota.caja.y + nota.caja.h))
        else:
            puntos = ((nota.caja.x, tarea.y + tarea.h), (nota.caja.x, nota.caja.y))
        yield from _flecha(f"as_{nota.id}", puntos)
    yield "    </bpmndi:BPMNPlane>"
    yield "  </bpmndi:BPMNDiagram>"


def _figura(id_: str, caja: Caja, mas: str = "", rotulo: Rotulo | None = None) -> Iterator[str]:
    yield f'      <bpmndi:BPMNShape id="{id_}_di" bpmnElement="{id_}"{mas}>'
    yield f"        {_limites(caja)}"
    yield from _letrero(rotulo)
    yield "      </bpmndi:BPMNShape>"


def _flecha(id_: str, puntos: Sequence[tuple[float, float]], rotulo: Rotulo | None = None) -> Iterator[str]:
    yield f'      <bpmndi:BPMNEdge id="{id_}_di" bpmnElement="{id_}">'
    yield from (f'        <di:waypoint x="{x:g}" y="{y:g}" />' for x, y in puntos)
    yield from _letrero(rotulo)
    yield "      </bpmndi:BPMNEdge>"


def _letrero(rotulo: Rotulo | None) -> Iterator[str]:
    if rotulo:
        yield "        <bpmndi:BPMNLabel>"
        yield f"          {_limites(rotulo.caja)}"
        yield "        </bpmndi:BPMNLabel>"


def _limites(caja: Caja) -> str:
    return f'<dc:Bounds x="{caja.x:g}" y="{caja.y:g}" width="{caja.w:g}" height="{caja.h:g}" />'
