"""Si un archivo que llega está sano: completo, legible con una biblioteca que lo conoce, y sin nada que se ejecute.

Lo abre otro proceso, acotado en tiempo y memoria: un archivo hostil puede pedir toda la de la máquina o no terminar
nunca. Es la misma revisión en cada puerta por la que entra uno (ADR 0039).
"""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

from modelos.errores import ArchivoRechazado
from tareas.archivos import revision
from tareas.oficios.redaccion.procesos import PorPedido, SeCorto

registro = logging.getLogger(__name__)

SEGUNDOS, MEMORIA_MB, CPU_S = 60.0, 512, 15
_revisores = PorPedido(SEGUNDOS, MEMORIA_MB, al_empezar=revision.preparar, cpu_s=CPU_S)


def revisar(ruta: Path, nombre: str) -> str:
    """El tipo de contenido de un archivo sano, que es el de su extensión.

    Lanza:
        ArchivoRechazado: no se admite, no es lo que dice, está dañado o trae algo que se ejecuta; dice qué hacer.
    """
    try:
        return _revisores.pedir(partial(revision.revisar, ruta, nombre))
    except SeCorto as error:
        registro.warning("no se terminó de revisar un archivo: %s", error.motivo)
        motivo = "pide demasiado tiempo o memoria para abrirse; guárdelo de nuevo, más sencillo, o conviértalo a PDF"
        raise ArchivoRechazado(nombre, motivo) from error
