"""XML que escribió alguien más: sin entidades, sin red, sin DTD y sin hondura que agote a quien lo lee."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tareas.archivos.insano import Insano

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # no trae tipos


def leer(crudo: bytes) -> _Element:
    """La raíz. Lanza Insano: no es XML bien formado, o trae DTD."""
    from lxml import etree  # type: ignore[import-untyped]

    lector = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        raiz = etree.fromstring(crudo, lector)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Insano("no es XML bien formado; descárguelo de nuevo y súbalo") from error
    if raiz.getroottree().docinfo.doctype:
        raise Insano("trae definiciones (DTD) y no se admiten; descárguelo de nuevo de donde lo emitieron")
    return raiz


def local(nombre: object) -> str:
    """El nombre de un elemento o atributo sin su espacio de nombres, en minúsculas; vacío si es un comentario."""
    return nombre.rpartition("}")[2].lower() if isinstance(nombre, str) else ""
