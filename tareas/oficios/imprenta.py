"""Del contenido de un oficio a su PDF: archivable (PDF/A-2a), accesible (PDF/UA-1) y siempre el mismo.

El contenido es un diccionario de JSON (lo que se guarda al firmar); la composición es `plantillas_oficio/_oficio.typ`.
El compilador rechaza lo que no cumpla las dos normas, así que un PDF que sale, cumple. Repetir da los mismos bytes: la
fecha del documento es la del oficio, y las letras son las de `.dstc/tipografias`, nunca las de la máquina.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from tareas.oficios import letras
from tareas.oficios.errores import ComposicionFallida, SinTipografias
from tareas.oficios.logotipo import como_svg
from tareas.oficios.texto import SALTO, Nodo, limpiar

RAIZ = Path(__file__).parents[2]
COMPOSICION = RAIZ / "plantillas_oficio" / "_oficio.typ"
TIPOGRAFIAS = RAIZ / ".dstc" / "tipografias"
ESTILOS = ("Regular", "Italic", "Bold", "BoldItalic")
NORMAS: list[Any] = ["a-2a", "ua-1"]
SIN_VALIDEZ = ("numero", "codigo", "direccion_verificacion", "sello")
"""Lo que un borrador no lleva aunque se le dé."""
_CABEN = 24
"""Mayúsculas que caben en el renglón de un destinatario."""
_ULTIMO_CORTO = 900

_VACIO: dict[str, Any] = {
    "forma": "oficio",
    "estado": "borrador",
    "idioma": "es-MX",
    "membrete": {"institucion": "", "institucion_corta": "", "jerarquia": [], "logo": "", "logo_alternativo": ""},
    "pie": {"domicilio": "", "telefono": "", "sitio": ""},
    "destinatarios": [],
    "cuerpo": [],
    "atentamente": {},
    "ccp": [],
    "anexos": [],
    "distribucion": [],
    **dict.fromkeys(("leyenda", "numero", "asunto", "expediente", "lugar_fecha", "fecha", "presente"), ""),
    **dict.fromkeys(("iniciales", "aviso", "codigo", "direccion_verificacion", "sello"), ""),
}
Ajuste = Any
Valor = Any
_propio = threading.local()


def componer(contenido: Mapping[str, Any]) -> bytes:
    """El PDF. Los mismos datos dan los mismos bytes.

    Lanza:
        SinTipografias: faltan los archivos de letra. ComposicionFallida: un dato no tiene la forma esperada.
        SinLogotipo: el configurado no se pudo leer.
    """
    [pdf] = _compilar(contenido, format="pdf", pdf_standards=NORMAS)
    return pdf


def paginas(contenido: Mapping[str, Any], ppp: float = 110) -> list[bytes]:
    """Cada página como PNG, para verla sin abrir el PDF. ppp: puntos por pulgada."""
    return _compilar(contenido, format="png", ppi=ppp)


def sin_letra(contenido: Mapping[str, Any]) -> tuple[str, ...]:
    """Los signos que la tipografía no tiene (un emoji, un ideograma): en el papel salen como «�»."""
    faltan = {c for texto in _textos(contenido) for c in limpiar(texto) if ord(c) not in _dibujables()}
    return tuple(sorted(faltan - {"\n", "\t", SALTO}))


# --- lo que recibe la composición ---------------------------------------------


def _compilar(contenido: Mapping[str, Any], **opciones: Ajuste) -> list[bytes]:
    try:
        datos, cuando = _preparado(contenido), date.fromisoformat(str(contenido.get("fecha", "")))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ComposicionFallida(f"el contenido no tiene la forma esperada ({error})") from error
    datos["fecha"] = [cuando.year, cuando.month, cuando.day]
    try:
        hecho: Any = _compilador().compile(
            sys_inputs={"contenido": json.dumps(datos, ensure_ascii=False)},
            timestamp=datetime(cuando.year, cuando.month, cuando.day, 12, tzinfo=UTC),
            **opciones,
        )
    except typst.TypstError as error:
        raise ComposicionFallida(error.message.splitlines()[0].rstrip(".")) from error
    return hecho if isinstance(hecho, list) else [hecho]


def _preparado(contenido: Mapping[str, Any]) -> dict[str, Any]:
    """El contenido con todas sus claves, sólo letras que se pueden dibujar, y palabras que caben."""
    datos = _VACIO | deepcopy(dict(contenido))
    for parte in ("membrete", "pie"):
        datos[parte] = {**_VACIO[parte], **(datos[parte] or {})}
    if datos["estado"] == "borrador":
        datos |= dict.fromkeys(SIN_VALIDEZ, "")
        datos["atentamente"] = {**(datos["atentamente"] or {}), "firmado": ""}
    direccion = datos["direccion_verificacion"]
    logo, alternativo = datos["membrete"]["logo"], datos["membrete"]["logo_alternativo"]
    datos = {clave: _dibujable(valor) for clave, valor in datos.items()}
    membrete = datos["membrete"]
    membrete["institucion_corta"] = membrete["institucion_corta"] or membrete["institucion"].split(" (")[0]
    membrete |= {"logo": como_svg(logo) if logo else "", "logo_alternativo": alternativo or "Logotipo institucional"}
    if datos["atentamente"]:
        datos["atentamente"] = {
            **dict.fromkeys(("nombre", "cargo", "suplencia", "firmado"), ""),
            **datos["atentamente"],
        }
    datos["destinatarios"] = [_destinatario(d) for d in datos["destinatarios"]]
    datos["distribucion"] = [{"clave": "", "nombre": "", **d} for d in datos["distribucion"]]
    datos["cuerpo"] = [_con_medidas(nodo) for nodo in datos["cuerpo"]]
    datos["ultimo_corto"] = bool(datos["cuerpo"]) and _largo([datos["cuerpo"][-1]]) < _ULTIMO_CORTO
    datos["ultimo_corto"] = datos["ultimo_corto"] and datos["cuerpo"][-1]["t"] == "parrafo"
    datos["lang"], _, region = (datos["idioma"] or "es-MX").partition("-")
    datos["region"] = region or None
    datos["direccion_impresa"] = letras.partible(datos["direccion_verificacion"], 1)
    datos["sello"] = letras.partible(datos["sello"], 1) if datos["sello"] else ""
    datos["qr"] = _qr(direccion) if datos["codigo"] else ""
    return datos


def _destinatario(dado: Mapping[str, Any]) -> dict[str, Any]:
    campos = ("nombre", "cargo", "institucion")
    return {campo: letras.partible(str(dado.get(campo) or "").replace(letras.CORTE, ""), _CABEN) for campo in campos}


def _con_medidas(nodo: Nodo) -> Nodo:
    """Las tablas, con el ancho de cada columna según lo que lleva y palabras que quepan en él."""
    if nodo["t"] == "lista":
        return {**nodo, "elementos": [[_con_medidas(b) for b in elemento] for elemento in nodo["elementos"]]}
    if nodo["t"] != "tabla":
        return nodo
    filas = [nodo["encabezado"], *nodo["filas"]]
    cuantas = len(nodo["encabezado"])
    letra = 9.0 if cuantas <= 5 else 8.0 if cuantas <= 8 else 7.0
    anchos = [min(60.0, max(5.0, *(_ancho(fila[i]) for fila in filas))) for i in range(cuantas)]
    total = sum(anchos)
    caben = [max(3, int(a / total * (165 * 2.0 / (letra / 9)) / 3.6) - 2) for a in anchos]
    partidas = [[_partido(celda, caben[i]) for i, celda in enumerate(fila)] for fila in filas]
    return {**nodo, "anchos": anchos, "letra": letra, "encabezado": partidas[0], "filas": partidas[1:]}


def _ancho(celda: Sequence[Nodo]) -> float:
    """Lo que pide una celda: su palabra más larga, o un tanto de todo su texto."""
    texto = "".join(_hojas(celda))
    palabra = max(map(len, texto.split()), default=0)
    return max(min(palabra, 24) + 2.0, float(len(texto) ** 0.75))


def _partido(nodos: Sequence[Nodo], caben: int) -> list[Nodo]:
    return [
        {**n, "v": letras.partible(n["v"].replace(letras.CORTE, ""), caben)}
        if n["t"] == "texto"
        else {**n, "hijos": _partido(n["hijos"], caben)}
        if "hijos" in n
        else n
        for n in nodos
    ]


def _largo(nodos: Sequence[Nodo]) -> int:
    return sum(map(len, _hojas(nodos)))


def _hojas(nodos: Sequence[Nodo]) -> Iterator[str]:
    for nodo in nodos:
        yield nodo.get("v", "")
        yield from _hojas(nodo.get("hijos", ()))


def _textos(valor: Valor) -> Iterator[str]:
    if isinstance(valor, str):
        yield valor
    elif isinstance(valor, Mapping):
        for dentro in valor.values():
            yield from _textos(dentro)
    elif isinstance(valor, list | tuple):
        for dentro in valor:
            yield from _textos(dentro)


def _dibujable(valor: Valor) -> Valor:
    if isinstance(valor, str):
        return letras.partible(letras.dibujable(limpiar(valor), _dibujables()))
    if isinstance(valor, Mapping):
        return {clave: _dibujable(dentro) for clave, dentro in valor.items()}
    if isinstance(valor, list | tuple):
        return [_dibujable(dentro) for dentro in valor]
    return "" if valor is None else valor


def _qr(direccion: str) -> str:
    return str(segno.make(direccion, error="m", micro=False).svg_inline(border=1, dark="#161A1D"))


# --- una vez por proceso --------------------------------------------------------


def _compilador() -> typst.Compiler:
    """Uno por hilo: componer en varios a la vez no espera a nadie."""
    if not hasattr(_propio, "compilador"):
        _propio.compilador = typst.Compiler(
            COMPOSICION, root=COMPOSICION.parent, font_paths=_fuentes(), ignore_system_fonts=True
        )
    compilador: typst.Compiler = _propio.compilador
    return compilador


@cache
def _fuentes() -> typst.Fonts:
    _archivos()
    fuentes = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[TIPOGRAFIAS])
    # Sin letras la composición no falla: deja la hoja en blanco.
    if len([f for f in fuentes.fonts() if f.family == "Noto Sans"]) < len(ESTILOS):
        raise SinTipografias(str(TIPOGRAFIAS))
    return fuentes


@cache
def _dibujables() -> frozenset[int]:
    return frozenset.intersection(*(letras.signos(archivo.read_bytes()) for archivo in _archivos()))


def _archivos() -> list[Path]:
    archivos = [TIPOGRAFIAS / f"NotoSans-{estilo}.ttf" for estilo in ESTILOS]
    if not all(archivo.is_file() for archivo in archivos):
        raise SinTipografias(str(TIPOGRAFIAS))
    return archivos
