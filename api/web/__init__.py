"""Las páginas: HTML del servidor, útiles sin JavaScript."""

from fastapi import APIRouter

from api.web import (
    calendario,
    campana,
    conduccion,
    corridas,
    cuenta,
    dias,
    expedientes,
    exportar,
    iniciar,
    oficio_nuevo,
    oficios,
    plazos,
    procedimientos,
    sesion,
    suscripcion,
    tablero,
    turnos,
    verificacion,
)
from api.web.administracion import (
    avisos,
    excel,
    normas,
    papeleria,
    parametros,
    personas,
    plantillas,
    titulares,
    unidades,
)
from api.web.bandeja import rutas

ruta = APIRouter()
for parte in (
    sesion,
    normas,
    papeleria,
    plantillas,
    excel,
    parametros,
    personas,
    unidades,
    titulares,
    avisos,
    rutas,
    dias,
    plazos,
    suscripcion,
    calendario,  # después de dias y suscripcion: su /calendario/{procedimiento}/{periodo}/{acto} las taparía
    iniciar,  # antes de procedimientos: suyo es /procedimientos/{clave}/iniciar
    procedimientos,
    campana,
    oficio_nuevo,
    expedientes,
    conduccion,
    turnos,
    oficios,
    verificacion,
    exportar,
    tablero,
    corridas,
    cuenta,
):
    ruta.include_router(parte.ruta)
