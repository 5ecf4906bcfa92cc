"""El diagrama de un procedimiento dentro de una página; la macro `diagrama` de `diagrama.html` lo pone.

El dibujo viene hecho del servidor y es suficiente. Con JavaScript, `diagrama.js` lo cambia por uno que se puede
recorrer, y le sobrepone los mismos estados, que viajan como datos en la propia página.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from api.web.piezas import frases
from api.web.piezas.pagina import ENTORNO, estatico
from modelos import bpmn
from modelos.bpmn import Estado, Marca, palabras
from modelos.bpmn.grafo import id_de
from modelos.tabla import Tabla
from modelos.tabla.actividad import Actividad

VISOR = ("terceros/bpmn-navigated-viewer.min.js", "terceros/diagram-js.css", "terceros/bpmn-js.css")
LEYENDA = {
    "hecha": "✓ Hecha; ↺ dice cuántas veces",
    "actual": "● Ahora, con su fecha si vence",
    "vencida": "● Ahora, y ya venció",
    "pendiente": "Sin marca: por venir",
    "cancelada": "✕ Cancelada",
    "omitida": "En gris: no hizo falta",
}


@dataclass(frozen=True)
class PasoDelDiagrama:
    """Un renglón de la lista que dice lo mismo que el diagrama."""

    actividad: Actividad
    caminos: list[frases.Camino]
    plazo: str
    marca: Marca | None


@dataclass(frozen=True)
class DiagramaEnPagina:
    """Lo que la macro necesita. datos: lo que lee `diagrama.js`."""

    svg: Markup
    datos: dict[str, Any]
    pasos: list[PasoDelDiagrama]
    leyenda: list[str]


def vista(
    tabla: Tabla,
    estados: Mapping[str, Estado] | None = None,
    calor: Mapping[str, tuple[float, str]] | None = None,
    id_: str = "diagrama",
) -> DiagramaEnPagina:
    """El diagrama listo para ponerse.

    Recibe:
        estados: los de un expediente, de `modelos.bpmn.estados`. calor: valor y texto por actividad. Sólo uno.
        id_: distinto en cada diagrama de una misma página.
    """
    marcas = bpmn.marcas(estados) if estados else bpmn.marcas_de_calor(calor) if calor else {}
    tonos = dict.fromkeys(m.tono for m in marcas.values())
    return DiagramaEnPagina(
        Markup(bpmn.svg(tabla, estados, calor, id_)),  # noqa: S704 - lo escribe modelos.bpmn, que escapa cada texto
        {
            "xml": direccion(tabla, "diagrama.bpmn"),
            "nombre": tabla.nombre,
            "visor": [estatico(archivo) for archivo in VISOR],
            "marcas": [_para_el_visor(clave, marca) for clave, marca in marcas.items()],
        },
        [_paso(tabla, act, marcas.get(act.clave)) for act in tabla.actividades],
        [texto for tono, texto in LEYENDA.items() if tono in tonos],
    )


def direccion(tabla: Tabla, archivo: str) -> str:
    """La de un archivo de esa versión del procedimiento."""
    return f"/procedimientos/{quote(tabla.clave)}/{archivo}?version={tabla.version}"


def _para_el_visor(clave: str, marca: Marca) -> dict[str, str]:
    elemento = clave if clave.startswith("fin_") else id_de(clave)
    dicho = "" if clave.startswith("fin_") or not marca.texto else f"{marca.signo} {marca.texto}".strip()
    return {"id": elemento, "tono": marca.tono, "texto": dicho}


def _paso(tabla: Tabla, act: Actividad, marca: Marca | None) -> PasoDelDiagrama:
    return PasoDelDiagrama(
        act, frases.caminos(tabla, act), palabras.plazo(tabla, act.plazo) if act.plazo else "", marca
    )


ENTORNO.globals["vista_de_diagrama"] = vista
