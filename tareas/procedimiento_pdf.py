"""La copia en PDF de un procedimiento: su tabla, sus plazos, sus oficios y su diagrama, siempre «no controlada».

El contenido llega escrito, como datos; la composición es `plantillas_oficio/_procedimiento.typ`, con las mismas letras
y las mismas normas que los oficios (PDF/A-2a y PDF/UA-1). El mismo día, los mismos datos dan los mismos bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tareas.oficios.papel import papel
from tareas.oficios.papel.imprenta import COMPOSICION

PLANTILLA = COMPOSICION.with_name("_procedimiento.typ")
COPIA = (
    "COPIA NO CONTROLADA. Todo impreso o archivo distinto del original lo es; consultarlo, y asegurarse de que sea "
    "el vigente, es responsabilidad de quien lo usa."
)


def componer(contenido: Mapping[str, Any]) -> bytes:
    """El PDF.

    Recibe:
        contenido: el de `api.web.procedimientos.vista.contenido_pdf`; `fecha`, el día en que se imprime (`AAAA-MM-DD`).

    Lanza:
        SinTipografias: faltan los archivos de letra. ComposicionFallida: un dato no tiene la forma esperada.
    """
    cuando = date.fromisoformat(contenido["fecha"])
    return papel.componer(PLANTILLA, {**contenido, "copia": COPIA}, cuando)
