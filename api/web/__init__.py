"""Las páginas: HTML del servidor, útiles sin JavaScript."""

from fastapi import APIRouter

from api.web import (
    administracion_excel,
    administracion_normas,
    administracion_papeleria,
    administracion_parametros,
    administracion_personas,
    administracion_plantillas,
    administracion_titulares,
    administracion_unidades,
    avisos,
    bandeja,
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

ruta = APIRouter()
for parte in (
    sesion,
    administracion_normas,
    administracion_papeleria,
    administracion_plantillas,
    administracion_excel,
    administracion_parametros,
    administracion_personas,
    administracion_unidades,
    administracion_titulares,
    avisos,
    bandeja,
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
