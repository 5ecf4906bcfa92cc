"""XES (IEEE 1849): el registro que leen las herramientas de minería de procesos, escrito traza por traza.

`org:resource` es la unidad, nunca la persona.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO
from xml.sax.saxutils import quoteattr

from modelos import reloj
from modelos.tablero.eventos import Evento, Traza

_NO_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_CABEZA = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace"><string key="concept:name" value="sin folio"/></global>
<global scope="event"><string key="concept:name" value="sin nombre"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
<string key="org:resource" value="sin unidad"/><string key="lifecycle:transition" value="complete"/></global>
<classifier name="Actividad" keys="concept:name"/>
<classifier name="Actividad y unidad" keys="concept:name org:resource"/>
"""


def escribir(destino: BinaryIO, nombre: str, trazas: Iterable[Traza]) -> int:
    """Escribe el registro y devuelve cuántos eventos lleva. nombre: de qué periodo es."""
    destino.write(_CABEZA.encode())
    destino.write(_texto("concept:name", nombre).encode() + b"\n")
    eventos = 0
    for traza in trazas:
        destino.write(_traza(traza).encode())
        eventos += len(traza.eventos)
    destino.write(b"</log>\n")
    return eventos


def _traza(traza: Traza) -> str:
    atributos = {
        "concept:name": traza.folio,
        "dstc:procedimiento": traza.procedimiento,
        "dstc:version": traza.version,
        "dstc:estado": traza.estado,
        "dstc:desenlace": traza.desenlace,
    }
    suyos = "".join(_texto(clave, valor) for clave, valor in atributos.items() if valor)
    return f"<trace>{suyos}\n{''.join(map(_evento, traza.eventos))}</trace>\n"


def _evento(evento: Evento) -> str:
    textos = {
        "concept:name": evento.nombre,
        "org:resource": evento.unidad,
        "lifecycle:transition": "complete",
        "dstc:tipo": evento.tipo,
        "dstc:actividad": evento.actividad,
        "dstc:salida": evento.salida,
    }
    suyos = "".join(_texto(clave, valor) for clave, valor in textos.items() if valor)
    vuelta = f'<int key="dstc:vuelta" value="{evento.vuelta}"/>' if evento.vuelta else ""
    return f'<event>{suyos}<date key="time:timestamp" value="{_fecha(evento.fecha)}"/>{vuelta}</event>\n'


def _texto(clave: str, valor: str) -> str:
    return f'<string key="{clave}" value={quoteattr(_NO_XML.sub("", valor))}/>'


def _fecha(instante: datetime) -> str:
    return reloj.local(instante).isoformat(timespec="milliseconds")
