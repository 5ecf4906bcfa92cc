"""Un PDF: entero, sin contraseña y sin nada que se ejecute al abrirlo.

No se descomprime ningún contenido: uno de un megabyte puede inflarse a uno de memoria.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from tareas.archivos.insano import Insano

if TYPE_CHECKING:
    import pikepdf

CORTADO = "está cortado o dañado; ábralo donde se hizo, guárdelo de nuevo como PDF y súbalo"
IMPRIMALO = "ábralo, imprímalo a PDF y suba ese"
AL_HOJEARLO = f"trae un programa que corre al hojearlo; {IMPRIMALO}"
CON_ARCHIVOS = f"trae otros archivos dentro; súbalos aparte y, de éste, {IMPRIMALO}"
_CABEZA = 1024
"""Cuánto puede haber antes de `%PDF`: un servidor o un escáner le antepone a veces unos renglones."""
_DANADO = ("damaged", "can't find", "unable to find", "expected endstream", "loop detected", "EOF")
_PAGINAS_MIRADAS = 5000
_AL_PULSAR = ("/Launch", "/ImportData")
_AL_VERLA = ("/PO", "/PC", "/PV", "/PI")
"""Cuándo dispara una nota sus acciones sin que nadie la pulse: al abrir, cerrar, ver o dejar de ver su página."""
_SE_EJECUTAN = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition")


def revisar(flujo: BinaryIO, _extension: str) -> None:
    """Lanza Insano."""
    import pikepdf

    if b"%PDF-" not in flujo.read(_CABEZA):
        raise Insano(f"no es un PDF, o {CORTADO}")
    flujo.seek(0)
    try:
        with pikepdf.open(flujo, suppress_warnings=True) as pdf:
            if not len(pdf.pages):
                raise Insano("no trae ninguna página; ábralo donde se hizo y guárdelo de nuevo")
            peligro = next(_peligros(pdf), "")
            avisos = [str(aviso) for aviso in pdf.get_warnings()]
    except pikepdf.PasswordError:
        raise Insano("tiene contraseña; quítesela y vuelva a subirlo") from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise Insano(CORTADO) from error
    if any(dicho in aviso for aviso in avisos for dicho in _DANADO):
        raise Insano(CORTADO)
    if peligro:
        raise Insano(peligro)


def _peligros(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Lo que se ejecuta solo, o al pulsarlo abre un programa. Los guiones de cada campo de un formulario, no."""
    nombres = _claves(pdf.Root.get("/Names"))
    if "/JavaScript" in nombres or any(_ejecuta(x) for x in (pdf.Root.get("/OpenAction"), *_acciones(pdf.Root))):
        yield f"trae un programa que corre al abrirlo; {IMPRIMALO}"
    if _hay_archivos(nombres.get("/EmbeddedFiles")):
        yield CON_ARCHIVOS
    for pagina in islice(pdf.pages, _PAGINAS_MIRADAS):
        if any(_ejecuta(accion) for accion in _acciones(pagina.obj)):
            yield AL_HOJEARLO
        for nota in map(_claves, _lista(pagina.obj.get("/Annots"))):
            yield from _peligros_de_nota(nota)


def _peligros_de_nota(nota: Mapping[str, Any]) -> Iterator[str]:
    if nota.get("/Subtype") == "/FileAttachment":
        yield CON_ARCHIVOS
    if any(_ejecuta(_claves(nota.get("/AA")).get(cuando)) for cuando in _AL_VERLA):
        yield AL_HOJEARLO
    if _ejecuta(nota.get("/A"), _AL_PULSAR):
        yield f"trae un enlace que abre un programa; {IMPRIMALO}"


def _ejecuta(accion: object, cuales: tuple[str, ...] = _SE_EJECUTAN, hondo: int = 5) -> bool:
    """Si es una acción de ésas, que hacen algo más que moverse; también las que sigan."""
    dicho = _claves(accion)
    if not dicho or hondo == 0:
        return False
    siguientes = dicho.get("/Next")
    return dicho.get("/S") in cuales or any(
        _ejecuta(otra, cuales, hondo - 1) for otra in (_lista(siguientes) or [siguientes])
    )


def _acciones(de: pikepdf.Object) -> list[Any]:
    """Las que dispara abrir, cerrar, guardar o imprimir."""
    return list(_claves(de.get("/AA")).values())


def _hay_archivos(arbol: object, hondo: int = 10) -> bool:
    """Si el árbol de nombres tiene alguno: muchos PDF lo traen vacío."""
    ramas = _claves(arbol)
    if hondo == 0:
        return bool(ramas)
    return bool(_lista(ramas.get("/Names"))) or any(_hay_archivos(r, hondo - 1) for r in _lista(ramas.get("/Kids")))


def _claves(valor: object) -> dict[str, Any]:
    """Lo que dice un diccionario de PDF; vacío si no lo es."""
    import pikepdf

    return dict(valor.items()) if isinstance(valor, pikepdf.Dictionary) else {}


def _lista(valor: object) -> list[Any]:
    import pikepdf

    return list(valor) if isinstance(valor, pikepdf.Array) else []
