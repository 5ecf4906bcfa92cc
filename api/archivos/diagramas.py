"""El archivo BPMN de un procedimiento, igual para la API que para las páginas."""

from __future__ import annotations

from fastapi.responses import Response

from modelos.bpmn import bpmn
from modelos.tabla import Tabla

XML = "application/xml"


def entregar_bpmn(tabla: Tabla) -> Response:
    """El diagrama como descarga: «normatividad-2026-01-15.bpmn»."""
    encabezados = {"Content-Disposition": f'attachment; filename="{nombre_de_archivo(tabla, "bpmn")}"'}
    return Response(bpmn(tabla), media_type=XML, headers=encabezados)


def nombre_de_archivo(tabla: Tabla, extension: str) -> str:
    """El procedimiento y desde cuándo rige esa versión."""
    return f"{tabla.clave}-{tabla.version}.{extension}"
