"""Las páginas: HTML del servidor, útiles sin JavaScript."""

from fastapi import APIRouter

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
from api.web.bandeja import rutas as bandeja
from api.web.calendario import dias, plazos, suscripcion
from api.web.calendario import rutas as calendario
from api.web.campanas import rutas as campana
from api.web.expedientes import conduccion, iniciar
from api.web.expedientes import rutas as expedientes
from api.web.oficios import nuevo, verificacion
from api.web.oficios import rutas as oficios
from api.web.procedimientos import rutas as procedimientos
from api.web.sesion import cuenta
from api.web.sesion import rutas as sesion
from api.web.tablero import corridas, exportar
from api.web.tablero import rutas as tablero
from api.web.turnos import rutas as turnos

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
    bandeja,
    dias,
    plazos,
    suscripcion,
    calendario,  # después de dias y suscripcion: su /calendario/{procedimiento}/{periodo}/{acto} las taparía
    iniciar,  # antes de procedimientos: suyo es /procedimientos/{clave}/iniciar
    procedimientos,
    campana,
    nuevo,
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
