"""Cómo se llama una actividad fuera de su expediente: con su número y su acción, y la de qué procedimiento."""

from __future__ import annotations

from datetime import date

from modelos.tabla import Catalogo, Tabla
from modelos.tabla.actividad import Actividad


def tablas_por_clave(tablas: Catalogo, hoy: date) -> dict[str, Tabla]:
    """La tabla con que se nombra cada procedimiento: la vigente o, si ninguna rige, la última publicada."""
    de = {tabla.clave: tabla for tabla in sorted(tablas, key=lambda t: t.vigente_desde)}
    return {**de, **{tabla.clave: tabla for tabla in tablas.vigentes(hoy)}}


def actividad_de(tablas: Catalogo, hoy: date, procedimiento: str, clave: str) -> Actividad | None:
    """La fila con esa clave: la de la tabla vigente o, si ya no la trae, la de la versión más nueva que la tenga."""
    vigente = tablas_por_clave(tablas, hoy).get(procedimiento)
    versiones = sorted((t for t in tablas if t.clave == procedimiento), key=lambda t: t.vigente_desde, reverse=True)
    return next((t[clave] for t in (vigente, *versiones) if t is not None and clave in t), None)


def nombre_actividad(tablas: Catalogo, hoy: date, procedimiento: str, clave: str) -> str:
    """«5. Elabora el proyecto»; sólo la clave si ninguna versión la tiene."""
    fila = actividad_de(tablas, hoy, procedimiento, clave)
    if fila is None:
        return clave
    accion = fila.accion.rstrip(".")
    return f"{fila.numero_impreso}. {accion}" if fila.numero_impreso else accion
