"""«¿Cambió lo que estoy viendo?»: lo que pregunta `vivo.js` cada tantos segundos.

Responde siempre JSON corto, también al negar: quien pregunta es un programa de la página y no una persona.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.dependencias import Entrada
from api.errores import codigo
from modelos.bandeja import vivo as consultas_vivo
from modelos.errores import FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.organizacion.errores import ClaveProvisional, SinSesion

ruta = APIRouter()


@ruta.get("/vivo")
def vivo(puerta: Entrada, que: str = "") -> JSONResponse:
    """La marca de `que`: `expediente:FOLIO`, `turno:ID` o `bandeja`."""
    try:
        with puerta.lectura() as (s, quien):
            return JSONResponse({"marca": consultas_vivo.marca(s, quien, que[:200])})
    except (ClaveProvisional, FormularioIncompleto, NoExiste, NoLeCorresponde, SinSesion) as error:
        return JSONResponse({"aviso": str(error)}, codigo(error))
