"""La API del contrato (diseño §8)."""

from fastapi import APIRouter

from api.v1 import anexos, bitacora, calendario, expedientes, procedimientos, salud, sesiones, turnos

ruta = APIRouter()
for parte in (sesiones, salud, procedimientos, expedientes, bitacora, turnos, anexos, calendario):
    ruta.include_router(parte.ruta)
