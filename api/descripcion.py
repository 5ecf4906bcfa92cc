"""Lo que FastAPI no puede saber de una llamada y el contrato sí dice: en qué falla cualquiera, y con qué se entra.

Cada ruta declara sus propios errores (`v1.respuestas.errores`); aquí se agregan los que da la puerta antes de
llegar a ella. Las que no piden sesión lo declaran con `v1.respuestas.SIN_SESION`.

Armarla tarda un segundo y no depende de los ajustes: se hace cuando alguien la pide, una vez por proceso.
"""

from __future__ import annotations

import threading
from typing import Any

from fastapi import FastAPI

from api.guardia import SEGUROS
from api.v1.esquemas.comunes import Problema
from api.v1.respuestas import PROBLEMA, errores

DE_TODAS = (413, 422, 500, 503, 507)
DE_LAS_QUE_CAMBIAN = (403,)
"""Quien manda con la cookie de otro sitio."""
FICHA = "ficha"
_candado = threading.Lock()
_armada: dict[str, Any] = {}


class Descrita(FastAPI):
    """La aplicación, que se describe entera y en español; con otras rutas, sería otra y no compartiría la suya."""

    def openapi(self) -> dict[str, Any]:
        """La misma para todas las que arma `crear`: no se modifica."""
        with _candado:
            if not _armada:
                _armada.update(_completa(super().openapi()))
        return _armada


def _completa(documento: dict[str, Any]) -> dict[str, Any]:
    componentes = documento["components"]
    componentes["schemas"][PROBLEMA] = Problema.model_json_schema()
    componentes["securitySchemes"] = {
        FICHA: {
            "type": "http",
            "scheme": "bearer",
            "description": "El `token` que dio `POST /sesiones`.",
        }
    }
    documento["security"] = [{FICHA: []}]
    for metodos in documento["paths"].values():
        for metodo, operacion in metodos.items():
            _completar(metodo, operacion)
    return documento


def pide_sesion(operacion: dict[str, Any]) -> bool:
    """Si esa llamada, como se describe, no se atiende sin haber entrado."""
    return bool(operacion.get("security", True))


def _completar(metodo: str, operacion: dict[str, Any]) -> None:
    respuestas: dict[str, Any] = operacion["responses"]
    codigos = {*DE_TODAS, *(() if metodo.upper() in SEGUROS else DE_LAS_QUE_CAMBIAN)}
    if pide_sesion(operacion):
        # El 403, también a quien antes debe cambiar la contraseña que le dieron; el 409, de un
        # expediente cuya tabla ya no es la misma: cualquiera que lea expedientes puede toparse con él.
        codigos |= {401, 403, 409}
    if "requestBody" in operacion:
        codigos.add(400)
    for codigo, respuesta in errores(*codigos).items():
        respuestas.setdefault(str(codigo), respuesta)
    operacion["responses"] = dict(sorted(respuestas.items()))
    for respuesta in respuestas.values():
        # Lo único que FastAPI describe por su cuenta es la respuesta buena, y en inglés.
        if respuesta["description"] == "Successful Response":
            respuesta["description"] = "Hecho."
