"""Del contenido de un oficio a su PDF: archivable (PDF/A-2a), accesible (PDF/UA-1) y siempre el mismo.

El contenido es un diccionario de JSON (lo que se guarda al firmar); la composición es `plantillas_oficio/_oficio.typ`.
El compilador rechaza lo que no cumpla las dos normas, así que un PDF que sale, cumple. Repetir da los mismos bytes: la
fecha del documento es la del oficio, y las letras son las de `modelos.oficios.letras`, nunca las de la máquina.
"""

from __future__ import annotations

import atexit
import json
import re
import threading
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import typst

from modelos.oficios import letras
from modelos.oficios.errores import SinTipografias
from tareas.oficios.errores import ComposicionFallida, ComposicionSinTerminar
from tareas.oficios.papel import hoja
from tareas.oficios.redaccion.procesos import Aparte, SeCorto

RAIZ = Path(__file__).parents[3]
COMPOSICION = RAIZ / "plantillas_oficio" / "_oficio.typ"
NORMAS: list[Any] = ["a-2a", "ua-1"]
Ajuste = Any
SEGUNDOS = 10.0
"""Lo más que espera quien pide componer lo que no es llano, contando la fila."""
MEMORIA_MB = 1024
"""La que puede pedir de más cada proceso que compone aparte."""
_FIN_AMBIGUO = re.compile(rb"\r(?=\nendstream)")
_RENGLON_XREF = re.compile(rb"^(\d{10})(?= \d{5} n)", re.MULTILINE)
_propio = threading.local()


def componer(contenido: Mapping[str, Any]) -> bytes:
    """El PDF. Los mismos datos dan los mismos bytes.

    Lanza:
        SinTipografias: faltan los archivos de letra. ComposicionFallida: un dato no tiene la forma esperada.
        SinLogotipo: el configurado no se pudo leer. ComposicionSinTerminar: tardaba demasiado y se cortó.
    """
    [pdf] = _compilar(contenido, format="pdf", pdf_standards=NORMAS)
    return pdf


def paginas(contenido: Mapping[str, Any], ppp: float = 110) -> list[bytes]:
    """Cada página como PNG, para verla sin abrir el PDF. ppp: puntos por pulgada."""
    return _compilar(contenido, format="png", ppi=ppp)


# --- de los datos al papel ------------------------------------------------------


def _compilar(contenido: Mapping[str, Any], **opciones: Ajuste) -> list[bytes]:
    """Lo llano, aquí mismo: son milisegundos. Lo demás, en otro proceso, que se corta; los bytes son los mismos."""
    try:
        datos = hoja.preparada(contenido)
        cuando = date.fromisoformat(str(contenido.get("fecha", "")))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ComposicionFallida(f"el contenido no tiene la forma esperada ({error})") from error
    datos["fecha"] = [cuando.year, cuando.month, cuando.day]
    pedido = partial(_imprimir, json.dumps(hoja.en_piezas(datos), ensure_ascii=False), cuando, opciones)
    if hoja.es_llana(datos):
        return pedido()
    try:
        return _aparte().pedir(pedido, espera=SEGUNDOS)
    except SeCorto as error:
        raise ComposicionSinTerminar(error.motivo) from error


def _imprimir(datos: str, cuando: date, opciones: Mapping[str, Ajuste]) -> list[bytes]:
    try:
        hecho: Any = _compilador().compile(
            sys_inputs={"contenido": datos},
            timestamp=datetime(cuando.year, cuando.month, cuando.day, 12, tzinfo=UTC),
            **opciones,
        )
    except typst.TypstError as error:
        raise ComposicionFallida(error.message.splitlines()[0].rstrip(".")) from error
    hojas = hecho if isinstance(hecho, list) else [hecho]
    return [_sin_ambiguedad(h) for h in hojas] if opciones.get("format") == "pdf" else hojas


def _sin_ambiguedad(pdf: bytes) -> bytes:
    """Cada flujo termina donde dice su largo, se lea como se lea.

    El compilador separa `endstream` con LF. Si el flujo acaba en CR, quien busca un fin de renglón lee CR LF y le
    falta una letra: ahí se separa con CR LF, y la tabla de posiciones se recorre lo agregado.
    """
    cortes = [hallado.end() for hallado in _FIN_AMBIGUO.finditer(pdf)]
    if not cortes:
        return pdf
    tabla, final = pdf.rindex(b"\nxref") + 1, pdf.rindex(b"startxref\n") + len(b"startxref\n")

    def corrida(donde: int) -> int:
        return donde + bisect_left(cortes, donde)

    trozos = [pdf[a:b] for a, b in pairwise([0, *cortes, tabla])]
    posiciones = _RENGLON_XREF.sub(lambda m: b"%010d" % corrida(int(m[1])), pdf[tabla:final])
    return b"\r".join(trozos) + posiciones + b"%d" % corrida(tabla) + pdf[pdf.index(b"\n", final) :]


_candado = threading.Lock()
_otros: Aparte | None = None


def _aparte() -> Aparte:
    """Los procesos que componen lo que no es llano: se levantan al necesitarlos y se cierran al salir."""
    global _otros  # noqa: PLW0603 - uno por proceso, y sólo si hace falta
    with _candado:
        if _otros is None:
            _otros = Aparte(SEGUNDOS, MEMORIA_MB, al_empezar=_calentar)
            atexit.register(_otros.cerrar)
        return _otros


def _calentar() -> None:
    componer({"fecha": "2026-01-01", "estado": "firmado", "numero": "1", "asunto": "A"})


# --- una vez por proceso --------------------------------------------------------


def _compilador() -> typst.Compiler:
    """Uno por hilo: componer en varios a la vez no espera a nadie."""
    if not hasattr(_propio, "compilador"):
        _propio.compilador = typst.Compiler(
            COMPOSICION, root=COMPOSICION.parent, font_paths=fuentes(), ignore_system_fonts=True
        )
    compilador: typst.Compiler = _propio.compilador
    return compilador


@cache
def fuentes() -> typst.Fonts:
    """Las letras, las mismas para todo lo que se compone. Lanza SinTipografias."""
    letras.familias()
    fuentes = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[letras.TIPOGRAFIAS])
    # Sin letras la composición no falla: deja la hoja en blanco.
    if not {letras.TEXTO, *letras.RESPALDOS} <= {f.family for f in fuentes.fonts()}:
        raise SinTipografias(str(letras.TIPOGRAFIAS))
    return fuentes
