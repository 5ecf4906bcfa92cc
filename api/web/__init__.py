"""Las páginas: HTML del servidor, útiles sin JavaScript."""

from fastapi import APIRouter

from api.web import (
    administracion_normas,
    administracion_papeleria,
    administracion_plantillas,
    administracion_titulares,
    avisos,
    bandeja,
    calendario,
    conduccion,
    dias,
    expedientes,
    oficio_nuevo,
    oficios,
    plazos,
    procedimientos,
    sesion,
    suscripcion,
    turnos,
    verificacion,
)

ruta = APIRouter()
for parte in (
    sesion,
    administracion_normas,
    administracion_papeleria,
    administracion_plantillas,
    administracion_titulares,
    avisos,
    bandeja,
    dias,
    plazos,
    suscripcion,
    calendario,  # después de dias y suscripcion: su /calendario/{procedimiento}/{periodo}/{acto} las taparía
    procedimientos,
    oficio_nuevo,
    expedientes,
    conduccion,
    turnos,
    oficios,
    verificacion,
):
    ruta.include_router(parte.ruta)
