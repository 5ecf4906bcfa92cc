"""Todas las rutas de la API, en el orden en que se describen."""

from fastapi import APIRouter

from api.v1 import administracion, campanas, ciclos, plazos, procedimientos, salud, sesiones, tablero
from api.v1.avisos import canales, entregas, suscripciones
from api.v1.dias import calendario, dias
from api.v1.expedientes import bitacora, comentarios, expedientes
from api.v1.oficios import oficios, papeleria, plantillas, verificacion
from api.v1.turnos import anexos, capturas, turnos

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
