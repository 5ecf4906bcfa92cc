"""Las páginas: HTML del servidor, útiles sin JavaScript."""

from fastapi import APIRouter

from api.web import (
    avisos,
    bandeja,
    calendario,
    conduccion,
    dias,
    expedientes,
    plazos,
    procedimientos,
    sesion,
    suscripcion,
    turnos,
)

ruta = APIRouter()
for parte in (
    sesion,
    avisos,
    bandeja,
    dias,
    plazos,
    suscripcion,
    calendario,  # después de dias y suscripcion: su /calendario/{procedimiento}/{periodo}/{acto} las taparía
    procedimientos,
    expedientes,
    conduccion,
    turnos,
):
    ruta.include_router(parte.ruta)
