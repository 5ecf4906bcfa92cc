"""Lo que comparten las páginas de administración: controles con su error al lado y fechas bien o mal escritas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from api.web.piezas.formularios import LARGO_RENGLON, PREFIJO, Campo, Captura, Falta
from modelos.errores import FormularioIncompleto
from modelos.fechas import de_campo, obligatoria


@dataclass(frozen=True)
class Control:
    """Un control de una página: cómo se llama, cómo se lee y cuánto cabe."""

    nombre: str
    titulo: str
    ayuda: str = ""
    control: str = "renglon"
    obligatorio: bool = False
    maximo: int = LARGO_RENGLON
    opciones: tuple[tuple[str, str], ...] = ()


def campos(controles: Iterable[Control], valores: Mapping[str, str], errores: Mapping[str, str]) -> dict[str, Campo]:
    """Los controles con lo escrito y su error. valores: por nombre de campo, sin prefijo."""
    return {
        c.nombre: Campo(
            c.nombre,
            c.titulo,
            c.ayuda,
            c.control,
            c.obligatorio,
            valores.get(c.nombre, ""),
            c.opciones,
            errores.get(c.nombre, ""),
            "",
            c.maximo,
        )
        for c in controles
    }


def resumen(controles: Iterable[Control], errores: Mapping[str, str]) -> list[Falta]:
    """Los errores juntos, cada uno con enlace a su control; con campo vacío, el que no es de ninguno."""
    titulos = {c.nombre: c.titulo for c in controles}
    return [
        Falta(f"{titulos.get(campo, campo.capitalize())}: {falta}.", PREFIJO + campo if campo in titulos else "")
        if campo
        else Falta(falta if falta.endswith(".") else f"{falta}.")
        for campo, falta in errores.items()
    ]


def escrito(controles: Iterable[Control], captura: Captura) -> dict[str, str]:
    """Lo que llegó de cada control, por nombre de campo."""
    return {c.nombre: captura.texto(PREFIJO + c.nombre) for c in controles}


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
