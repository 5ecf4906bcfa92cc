"""Lo que comparten las páginas de administración: controles con su error al lado y fechas bien o mal escritas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import BaseModel

from api.web.piezas.formularios import PREFIJO, Falta, LoEscrito, titulos
from modelos.errores import FormularioIncompleto
from modelos.fechas import de_campo, obligatoria


def resumen(molde: type[BaseModel], errores: Mapping[str, str]) -> list[Falta]:
    """Los errores juntos, cada uno con enlace a su control; con campo vacío, el que no es de ninguno."""
    return [_falta(titulos(molde), campo, falta) for campo, falta in errores.items()]


def _falta(de: Mapping[str, str], campo: str, falta: str) -> Falta:
    if not campo:
        return Falta(falta if falta.endswith(".") else f"{falta}.")
    return Falta(f"{de.get(campo, campo.capitalize())}: {falta}.", PREFIJO + campo if campo in de else "")


def escrito(molde: type[BaseModel], captura: LoEscrito) -> dict[str, str]:
    """Lo que llegó de cada control, por nombre de campo."""
    return {nombre: captura.texto(PREFIJO + nombre) for nombre in molde.model_fields}


def fechas(valores: Mapping[str, str], nombres: Iterable[str]) -> dict[str, date | None]:
    """Las fechas de esos campos; vacía, None. Lanza FormularioIncompleto."""
    halladas: dict[str, date | None] = {}
    faltas: dict[str, str] = {}
    for nombre in nombres:
        try:
            halladas[nombre] = de_campo(nombre, valores.get(nombre, ""))
        except FormularioIncompleto as error:
            faltas |= error.campos
    if faltas:
        raise FormularioIncompleto(faltas)
    return halladas


def una_fecha(valores: Mapping[str, str], nombre: str) -> date:
    """La fecha de un campo que no puede quedar vacío. Lanza FormularioIncompleto."""
    return obligatoria(nombre, valores.get(nombre, ""))
