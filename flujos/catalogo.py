"""Las tablas publicadas. Publicar un procedimiento o una versión nueva es añadir aquí su tabla.

Las versiones anteriores no se quitan mientras haya expedientes que las usen.
"""

from flujos.lineamientos import (
    apertura_cast,
    mantenimiento,
    planeacion_metas,
    reequipamiento,
    registro_mensual,
    registro_mensual_2,
)
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
        apertura_cast.TABLA,
        planeacion_metas.TABLA,
        registro_mensual.TABLA,
        registro_mensual_2.TABLA,
        mantenimiento.TABLA,
        reequipamiento.TABLA,
    )
)
