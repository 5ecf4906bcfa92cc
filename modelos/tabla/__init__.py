"""La tabla de un procedimiento: sus actividades, plazos, oficios y formularios, y su revisión.

Lo que se usa para escribir una está aquí: `from modelos.tabla import Actividad, Tabla, …`. Puro: ni SQL, ni Prefect,
ni FastAPI, ni reloj.
"""

from modelos.calendario import Medida
from modelos.tabla.actividad import (
    FIN,
    SIGUE,
    Actividad,
    DatosIniciales,
    Documento,
    Formulario,
    Pesos,
    PorCada,
    Ruta,
    Tipo,
    a,
    devuelve_a,
    es_final,
    es_grupo,
    texto_salida,
)
from modelos.tabla.catalogo import Catalogo
from modelos.tabla.emision import Emision, Forma, a_la_del, a_la_estatal_de, a_persona, a_su_superior, a_todas, a_unidad
from modelos.tabla.periodo import PATRONES, Cada, Ciclo, Periodo
from modelos.tabla.plazo import RESPUESTA_OFICIAL, Dias, EnVentana, Hitos, ReglaPlazo, Tramo, UltimoHabilDelMes
from modelos.tabla.tabla import ComoSeCita, Precedente, Tabla
from modelos.tabla.unidades import Unidad

__all__ = [
    "FIN",
    "PATRONES",
    "RESPUESTA_OFICIAL",
    "SIGUE",
    "Actividad",
    "Cada",
    "Catalogo",
    "Ciclo",
    "ComoSeCita",
    "DatosIniciales",
    "Dias",
    "Documento",
    "Emision",
    "EnVentana",
    "Forma",
    "Formulario",
    "Hitos",
    "Medida",
    "Periodo",
    "Pesos",
    "PorCada",
    "Precedente",
    "ReglaPlazo",
    "Ruta",
    "Tabla",
    "Tipo",
    "Tramo",
    "UltimoHabilDelMes",
    "Unidad",
    "a",
    "a_la_del",
    "a_la_estatal_de",
    "a_persona",
    "a_su_superior",
    "a_todas",
    "a_unidad",
    "devuelve_a",
    "es_final",
    "es_grupo",
    "texto_salida",
]
