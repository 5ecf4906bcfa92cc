"""Lo que comparten las pruebas de la administración de unidades, personas y Excel."""

from __future__ import annotations

import html
import re

import httpx

from modelos.organizacion.organigrama import por_correo
from tests.accesorios.fabricas import Instancia

HOY = "2026-11-20T10:00:00-06:00"
UNIDADES, PERSONAS, EXCEL = "/administracion/unidades", "/administracion/personas", "/administracion/excel"


def ficha(respuesta: httpx.Response) -> str:
    hallada = re.search(r'name="ficha" value="([^"]+)"', respuesta.text)
    assert hallada
    return hallada.group(1)


def clave_de(respuesta: httpx.Response) -> str:
    hallada = re.search(r"<code[^>]*>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", respuesta.text)
    assert hallada, respuesta.text
    return hallada.group(1)


def id_de(instancia: Instancia, alias: str) -> int:
    with instancia.leer() as s:
        persona = por_correo(s, alias if "@" in alias else f"{alias}@demo.local")
        assert persona
        return persona.id or 0


def texto(respuesta: httpx.Response) -> str:
    """Lo que se lee, sin etiquetas y con un solo espacio."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", respuesta.text)).split())
