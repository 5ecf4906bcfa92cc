"""La copia en PDF de un procedimiento: su tabla, sus plazos, sus oficios y su diagrama, siempre «no controlada».

El contenido llega escrito, como datos; la composición es `plantillas_oficio/_procedimiento.typ`, con las mismas letras
y las mismas normas que los oficios (PDF/A-2a y PDF/UA-1). El mismo día, los mismos datos dan los mismos bytes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import typst

from tareas.oficios import letras
from tareas.oficios.errores import ComposicionFallida, SinTipografias
from tareas.oficios.imprenta import COMPOSICION, ESTILOS, NORMAS, TIPOGRAFIAS

PLANTILLA = COMPOSICION.with_name("_procedimiento.typ")
COPIA = (
    "COPIA NO CONTROLADA. Todo impreso o archivo distinto del original lo es; consultarlo, y asegurarse de que sea "
    "el vigente, es responsabilidad de quien lo usa."
)
_propio = threading.local()


def componer(contenido: Mapping[str, Any]) -> bytes:
    """El PDF.

    Recibe:
        contenido: el de `api.web.procedimiento_vista.contenido_pdf`; `fecha`, el día en que se imprime (`AAAA-MM-DD`).

    Lanza:
        SinTipografias: faltan los archivos de letra. ComposicionFallida: un dato no tiene la forma esperada.
    """
    cuando = date.fromisoformat(contenido["fecha"])
    # Los dibujos no pasan por ahí: son SVG, y sus textos salen de los mismos renglones que sí pasan.
    datos = {c: v if c == "diagramas" else _dibujable(v) for c, v in contenido.items()}
    datos |= {"dia": [cuando.year, cuando.month, cuando.day], "copia": COPIA}
    try:
        hecho: Any = _compilador().compile(
            format="pdf",
            pdf_standards=NORMAS,
            sys_inputs={"contenido": json.dumps(datos, ensure_ascii=False)},
            timestamp=datetime(cuando.year, cuando.month, cuando.day, 12, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise ComposicionFallida(error.message.splitlines()[0].rstrip(".")) from error
    pdf: bytes = hecho
    return pdf


def _dibujable(valor: Any) -> Any:  # noqa: ANN401 - recorre JSON
    if isinstance(valor, str):
        return letras.partible(letras.dibujable(valor, _signos()))
    if isinstance(valor, Mapping):
        return {clave: _dibujable(dentro) for clave, dentro in valor.items()}
    if isinstance(valor, list | tuple):
        return [_dibujable(dentro) for dentro in valor]
    return valor


def _compilador() -> typst.Compiler:
    """Uno por hilo: componer en varios a la vez no espera a nadie."""
    if not hasattr(_propio, "compilador"):
        _signos()  # sin las letras la composición no falla: deja la hoja en blanco
        fuentes = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[TIPOGRAFIAS])
        _propio.compilador = typst.Compiler(
            PLANTILLA, root=PLANTILLA.parent, font_paths=fuentes, ignore_system_fonts=True
        )
    compilador: typst.Compiler = _propio.compilador
    return compilador


@cache
def _signos() -> frozenset[int]:
    archivos = [TIPOGRAFIAS / f"NotoSans-{estilo}.ttf" for estilo in ESTILOS]
    if not all(archivo.is_file() for archivo in archivos):
        raise SinTipografias(str(TIPOGRAFIAS))
    return frozenset.intersection(*(letras.signos(archivo.read_bytes()) for archivo in archivos))
