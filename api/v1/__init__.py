"""La API del contrato (diseño §8)."""

from fastapi import APIRouter

from api.v1 import (
    anexos,
    bitacora,
    calendario,
    canales,
    ciclos,
    dias,
    entregas,
    expedientes,
    plazos,
    procedimientos,
    salud,
    sesiones,
    suscripciones,
    turnos,
)

ruta = APIRouter()
for parte in (
    sesiones,
    salud,
    procedimientos,
    expedientes,
    bitacora,
    turnos,
    plazos,
    anexos,
    calendario,
    canales,
    entregas,
    ciclos,
    dias,
    suscripciones,
):
    ruta.include_router(parte.ruta)
