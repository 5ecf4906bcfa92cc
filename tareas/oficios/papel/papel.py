"""Componer en PDF lo que no es un oficio (un informe, una tabla), con sus letras y sus normas: PDF/A-2a y PDF/UA-1."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from tareas.oficios.errores import ComposicionFallida
from tareas.oficios.papel import letras
from tareas.oficios.papel.imprenta import NORMAS, fuentes

DIBUJOS = ("svg", "diagramas")
"""Las claves cuyos textos son dibujos: a ésos no se les parten las palabras largas."""
_propios = threading.local()


def componer(composicion: Path, contenido: Mapping[str, Any], cuando: date) -> bytes:
    """El PDF. El mismo día, los mismos datos dan los mismos bytes; lo que la letra no dibuja sale como «�».

    Lanza:
        SinTipografias: faltan los archivos de letra. ComposicionFallida: un dato no tiene la forma esperada.
    """
    datos = _dibujable(contenido) | {"dia": [cuando.year, cuando.month, cuando.day]}
    try:
        hecho: Any = _compilador(composicion).compile(
            format="pdf",
            pdf_standards=NORMAS,
            sys_inputs={"contenido": json.dumps(datos, ensure_ascii=False)},
            timestamp=datetime(cuando.year, cuando.month, cuando.day, 12, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise ComposicionFallida(error.message.splitlines()[0].rstrip(".")) from error
    pdf: bytes = hecho
    return pdf


def _dibujable(valor: Any, *, dibujo: bool = False) -> Any:  # noqa: ANN401 - recorre JSON
    if isinstance(valor, str):
        texto = letras.dibujable(valor)  # sin las letras la composición no falla: deja la hoja en blanco
        return texto if dibujo else letras.partible(texto)
    if isinstance(valor, Mapping):
        return {clave: _dibujable(dentro, dibujo=dibujo or clave in DIBUJOS) for clave, dentro in valor.items()}
    return [_dibujable(dentro, dibujo=dibujo) for dentro in valor] if isinstance(valor, list | tuple) else valor


def _compilador(composicion: Path) -> typst.Compiler:
    """Uno por hilo y composición: componer en varios a la vez no espera a nadie."""
    suyos: dict[Path, typst.Compiler] = _propios.__dict__.setdefault("suyos", {})
    if composicion not in suyos:
        suyos[composicion] = typst.Compiler(
            composicion, root=composicion.parent, font_paths=fuentes(), ignore_system_fonts=True
        )
    return suyos[composicion]
