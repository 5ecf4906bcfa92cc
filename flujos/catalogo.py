"""Las tablas publicadas. Publicar un procedimiento o una versión nueva es añadir aquí su tabla.

Las versiones anteriores no se quitan mientras haya expedientes que las usen.
"""

from flujos.manual_dstc import (
    concertacion,
    normatividad,
    promocion_difusion,
    registro_reporte_st,
    reunion_trabajo,
    seguimiento,
)
from modelos.tabla import Catalogo

CATALOGO = Catalogo(
    (
        normatividad.TABLA,
        promocion_difusion.TABLA,
        seguimiento.TABLA,
        concertacion.TABLA,
        reunion_trabajo.TABLA,
        registro_reporte_st.TABLA,
    )
)
