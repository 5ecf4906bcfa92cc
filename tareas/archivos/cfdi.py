"""El comprobante fiscal digital (CFDI 4.0): el único XML que se admite, y sólo si está timbrado.

No se pregunta al SAT si sigue vigente ni se comprueba el sello: que lo sea de verdad lo dice su verificador.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from tareas.archivos import xml_ajeno
from tareas.archivos.insano import Insano

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # no trae tipos

MAXIMO = 1024 * 1024
_CFDI = "{http://www.sat.gob.mx/cfd/4}"
_TIMBRE = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"
_UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.IGNORECASE)
_RFC = re.compile(r"[A-ZÑ&]{3,4}[0-9]{6}[A-Z0-9]{3}")


def revisar(flujo: BinaryIO, _extension: str) -> None:
    """Lanza Insano."""
    crudo = flujo.read(MAXIMO + 1)
    if len(crudo) > MAXIMO:
        raise Insano(f"pasa de {MAXIMO // 1024 // 1024} MB y un CFDI nunca pesa tanto; descárguelo de nuevo")
    raiz = xml_ajeno.leer(crudo)
    if raiz.tag != f"{_CFDI}Comprobante" or raiz.get("Version") != "4.0":
        raise Insano("no es un CFDI 4.0, el único XML que se admite; suba el PDF")
    if faltan := _faltan(raiz):
        raise Insano(f"le falta {' y '.join(faltan)}; descárguelo de nuevo de donde lo emitieron")
    timbres = [t for complemento in raiz.findall(f"{_CFDI}Complemento") for t in complemento.findall(_TIMBRE)]
    if not any(_UUID.fullmatch(timbre.get("UUID", "")) for timbre in timbres):
        raise Insano("no está timbrado: le falta el folio fiscal (UUID); pida el que entregó el SAT")


def _faltan(raiz: _Element) -> list[str]:
    """Lo que todo comprobante lleva y éste no."""
    de_ley = (
        ("el RFC de quien lo emite", _rfc(raiz.find(f"{_CFDI}Emisor"))),
        ("el RFC de quien lo recibe", _rfc(raiz.find(f"{_CFDI}Receptor"))),
        ("el total", raiz.get("Total")),
        ("el sello", raiz.get("Sello")),
    )
    return [nombre for nombre, esta in de_ley if not esta]


def _rfc(parte: _Element | None) -> bool:
    return parte is not None and bool(_RFC.fullmatch(parte.get("Rfc", "")))
