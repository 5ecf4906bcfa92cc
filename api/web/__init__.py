"""Las páginas: HTML del servidor, útiles sin JavaScript."""

from fastapi import APIRouter

from api.web import bandeja, conduccion, expedientes, procedimientos, sesion, turnos

ruta = APIRouter()
for parte in (sesion, bandeja, procedimientos, expedientes, conduccion, turnos):
    ruta.include_router(parte.ruta)
