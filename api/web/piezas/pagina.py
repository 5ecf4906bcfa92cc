"""Armar una página: el entorno de plantillas y cómo se escriben aquí fechas, tamaños y listas.

Las plantillas escapan todo por defecto y fallan si les falta un dato: una página
nunca sale con un hueco en silencio.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.calendario import fecha_corta
from modelos.errores import BaseInaccesible
from modelos.oficios import visibles
from modelos.organizacion.permisos import Quien, administra, dirige, ve_tablero
from modelos.sesion import lectura
from modelos.tabla.actividad import texto_salida

CARPETA = Path(__file__).parents[1]
_ESTADOS = {
    "en_curso": ("●", "En curso"),
    "suspendido": ("‖", "Suspendido"),
    "concluido": ("✓", "Concluido"),
    "concluido_debiendo": ("!", "Concluido con oficios pendientes"),
    "cancelado": ("✕", "Cancelado"),
}


def fecha(instante: datetime | str) -> str:
    """En hora del centro de México: «vie 20 nov 2026, 09:15»."""
    local = _local(instante)
    return f"{fecha_corta(local.date())}, {local:%H:%M}"


def dia(dia_: date | str) -> str:
    """Una fecha sola: «lun 31 may 2027»."""
    return fecha_corta(date.fromisoformat(dia_) if isinstance(dia_, str) else dia_)


def hace(instante: datetime | str) -> str:
    """Cuánto hace, en días naturales del centro de México: «hoy», «ayer», «hace 3 días»."""
    dias = (reloj.hoy() - _local(instante).date()).days
    return {0: "hoy", 1: "ayer"}.get(dias, f"hace {dias} días")


def para_maquina(instante: datetime | str) -> str:
    """El valor de `datetime` de un elemento `time`."""
    return _local(instante).isoformat(timespec="seconds")


def tamano(cuantos: int) -> str:
    """Un tamaño de archivo: «340 KB», «2.4 MB»."""
    if cuantos < 1024 * 1024:
        return f"{max(1, round(cuantos / 1024))} KB"
    return f"{round(cuantos / 1024 / 1024, 1):g} MB"


def enumera(cosas: Iterable[object], nexo: str = "y") -> str:
    """«a, b y c»."""
    lista = [str(cosa) for cosa in cosas]
    return f" {nexo} ".join([", ".join(lista[:-1]), lista[-1]]) if len(lista) > 1 else "".join(lista)


def mas(filtros: Mapping[str, str], siguiente: str | None, camino: str = "") -> str:
    """La dirección del tramo que sigue de una lista, con sus mismos filtros; vacía si ya no hay."""
    return f"{camino}?{urlencode({**filtros, 'cursor': siguiente})}" if siguiente else ""


def estado(clave: str) -> tuple[str, str]:
    """El signo y las palabras de un estado del expediente; nunca sólo un color."""
    return _ESTADOS.get(clave, ("●", clave.replace("_", " ").capitalize()))


@cache
def estatico(nombre: str) -> str:
    """La dirección de un archivo estático, con su huella: cambia si el archivo cambia."""
    archivo = CARPETA / "estatico" / nombre
    huella = hashlib.sha256(archivo.read_bytes()).hexdigest()[:10] if archivo.is_file() else "0"
    return f"/estatico/{nombre}?v={huella}"


ENTORNO = Environment(
    loader=FileSystemLoader(CARPETA / "plantillas"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENTORNO.filters |= {
    "dia": dia,
    "fecha": fecha,
    "hace": hace,
    "para_maquina": para_maquina,
    "tamano": tamano,
    "enumera": enumera,
    "estado": estado,
    "texto_salida": texto_salida,
}
ENTORNO.globals |= {"estatico": estatico}


def pagina(
    request: Request, plantilla: str, quien: Quien | None = None, status: int = 200, **datos: object
) -> HTMLResponse:
    """La respuesta con esa plantilla.

    quien: la persona de la sesión; sin ella la página sale sin menú.
    """
    ajustes: Ajustes = request.app.state.ajustes
    comunes: dict[str, object] = {
        "quien": quien,
        "demo": ajustes.demo,
        "camino": request.url.path,
        "puesto": puesto(quien),
        "administra": quien is not None and administra(quien),
        "mira_tablero": quien is not None and ve_tablero(quien),
        "mira_administracion": quien is not None and dirige(quien),
        "oficios_pendientes": _oficios_pendientes(ajustes, quien),
    }
    return HTMLResponse(ENTORNO.get_template(plantilla).render(**comunes, **datos), status)


def _oficios_pendientes(ajustes: Ajustes, quien: Quien | None) -> int:
    """Los que esperan su firma o su acuse, para el menú; si la base no responde, la página sale sin la cuenta."""
    if quien is None:
        return 0
    try:
        with lectura(ajustes.url_base) as s:
            return sum(visibles.cuentas(s, quien).values())
    except BaseInaccesible:
        return 0


def puesto(quien: Quien | None) -> str:
    """Las unidades de la persona: «CST» o «DSTC y CST»."""
    return enumera(sorted(quien.unidades)) if quien else ""


def _local(instante: datetime | str) -> datetime:
    return reloj.local(datetime.fromisoformat(instante) if isinstance(instante, str) else instante)
