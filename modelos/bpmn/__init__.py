"""El diagrama de un procedimiento: BPMN 2.0 con carriles y SVG, de la misma tabla y con la misma disposición.

Puro, y siempre igual: la misma tabla da los mismos bytes. `grafo` dice qué elementos hay, `disposicion` y
`trazo` dónde van, `documento` los escribe como BPMN y `dibujo` como SVG; `estados` dice en qué va cada uno.
"""

from modelos.bpmn.cajas import Disposicion
from modelos.bpmn.dibujo import describir, partes, svg
from modelos.bpmn.disposicion import disponer
from modelos.bpmn.documento import bpmn
from modelos.bpmn.estados import Estado, Marca, estados, marcas, marcas_de_calor
from modelos.bpmn.grafo import Clase, Grafo, grafo

__all__ = [
    "Clase",
    "Disposicion",
    "Estado",
    "Grafo",
    "Marca",
    "bpmn",
    "describir",
    "disponer",
    "estados",
    "grafo",
    "marcas",
    "marcas_de_calor",
    "partes",
    "svg",
]
