"""Todas las rutas de la API, en el orden en que se describen."""

from fastapi import APIRouter

from api.v1 import (
    administracion,
    anexos,
    bitacora,
    calendario,
    campanas,
    canales,
    capturas,
    ciclos,
    comentarios,
    dias,
    entregas,
    expedientes,
    oficios,
    papeleria,
    plantillas,
    plazos,
    procedimientos,
    salud,
    sesiones,
    suscripciones,
    tablero,
    turnos,
    verificacion,
)

ruta = APIRouter()
for parte in (
    sesiones,
    salud,
    procedimientos,
    expedientes,
    bitacora,
    turnos,
    capturas,
    plazos,
    anexos,
    comentarios,
    campanas,
    calendario,
    canales,
    entregas,
    ciclos,
    dias,
    suscripciones,
    oficios,
    verificacion,
    plantillas,
    papeleria,
    administracion,
    tablero,
):
    ruta.include_router(parte.ruta)
