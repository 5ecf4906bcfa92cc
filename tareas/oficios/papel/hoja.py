"""De lo que se guarda de un oficio a lo que recibe su composición: todo presente, dibujable y con medidas.

También dice si la hoja es llana. Lo que no lo es (muy larga, o con signos que no son de estas letras) puede tardar
minutos en componerse aunque quepa en una página, y por eso se compone donde se puede cortar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from math import inf
from typing import Any

import segno

from modelos.tabla.emision import LARGO_CODIGO, momento
from tareas.oficios.papel import letras
from tareas.oficios.papel.logotipo import como_svg
from tareas.oficios.redaccion.texto import Nodo, bloques, limpiar

AL_FIRMAR = {"numero": "(se asigna al firmar)", "codigo": "(se asigna al firmar)", "sello": "(se calcula al firmar)"}
"""Lo que un borrador no lleva aunque se le dé, y lo que dice en su lugar: lo demás queda donde quedará al firmarse."""
ROTULOS = {"oficio circular": "Oficio circular No.", "circular": "Oficio circular No.", "acta": "Acta No."}
ROTULOS |= {"informe": "Informe No."}
MARCAS = {"borrador": "BORRADOR – SIN VALIDEZ", "cancelado": "CANCELADO", "sustituido": "SUSTITUIDO"}
SIN_HORA = "--:--"
PESO_LLANO = 20_000
"""Letras que se componen aquí mismo; unas siete páginas."""
_PESA_UN_NODO = 20
_CABEN = 24
"""Mayúsculas que caben en el renglón de un destinatario."""
_ULTIMO_CORTO = 900
# Signos encimados, escrituras que se ligan y guiones que no se ven: con ellos el tiempo no es el de sus letras.
_DE_OTRAS_LETRAS = re.compile(
    "[^\\n -~\u00a0-\u00ac\u00ae-\u02ff\u1e00-\u1eff\u200b\u2010-\u2027\u2030-\u205e\u20a0-\u20cf"
    "\u2100-\u2bff\ua78b\ua78c\ufffd]"
)

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
_NO_SE_IMPRIMEN = {
    *("forma", "estado", "idioma", "lang", "region", "fecha", "qr", "logo", "logo_alternativo", "cuerpo_markdown"),
    *("titulo", "autor", "descripcion", "direccion_verificacion", "ultimo_corto", "rotulo", "marca"),
}
Valor = Any


def preparada(contenido: Mapping[str, Any]) -> dict[str, Any]:
    """El contenido con todas sus claves, sólo letras que se pueden dibujar, y palabras que caben."""
    datos = _VACIO | deepcopy(dict(contenido))
    for parte in ("membrete", "pie"):
        datos[parte] = {**_VACIO[parte], **(datos[parte] or {})}
    titulo = datos["asunto"]
    if datos["estado"] == "borrador":
        datos |= AL_FIRMAR
        datos["direccion_verificacion"] = _sin_codigo(datos["direccion_verificacion"])
        if datos["atentamente"]:
            firmado = momento(date.fromisoformat(datos["fecha"]), SIN_HORA)
            datos["atentamente"] = {**datos["atentamente"], "firmado": firmado}
    elif datos["numero"]:
        titulo = f"{datos['numero']} – {titulo}"
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
    datos["direccion_verificacion"], datos["direccion_impresa"] = direccion, letras.en_tramos(direccion)
    datos["sello"] = letras.en_tramos(datos["sello"].replace(letras.CORTE, ""))
    datos |= {
        "rotulo": ROTULOS.get(datos["forma"], "Oficio No."),
        "marca": MARCAS.get(datos["estado"], ""),
        "titulo": _de_corrido(_dibujable(titulo)),
        "autor": _de_corrido(membrete["institucion"]),
        "descripcion": _de_corrido(datos["expediente"]),
    }
    datos["qr"] = _qr(direccion) if datos["codigo"] and datos["estado"] != "borrador" else ""
    return datos


def leida(contenido: Mapping[str, Any]) -> dict[str, Any]:
    """Lo mismo que se compone, para mostrarlo en una página: con sus palabras fijas y sin las señas del papel.

    Lanza:
        SinTipografias, OficioDemasiadoLargo.
    """
    cuerpo = bloques(contenido["cuerpo_markdown"])
    sin_dibujos = {**contenido, "cuerpo": cuerpo, "membrete": {**contenido["membrete"], "logo": ""}}
    return {clave: _sin_cortes(valor) for clave, valor in preparada(sin_dibujos).items()}


def en_piezas(datos: Mapping[str, Any]) -> dict[str, Any]:
    """Lo preparado, con cada texto que se imprime en las piezas en que se compone."""
    return {
        clave: valor if clave in _NO_SE_IMPRIMEN else [_nodo(n) for n in valor] if clave == "cuerpo" else _piezas(valor)
        for clave, valor in datos.items()
    }


def es_llana(datos: Mapping[str, Any]) -> bool:
    """Si componerla tarda lo que sus letras: es corta y no trae signos de otras escrituras."""
    ajenos = {"qr": "", "membrete": {**datos["membrete"], "logo": ""}}
    return _peso({**datos, **ajenos}) <= PESO_LLANO


def textos(valor: Valor) -> Iterator[str]:
    """Todas las cadenas que haya dentro."""
    if isinstance(valor, str):
        yield valor
    elif isinstance(valor, Mapping):
        for dentro in valor.values():
            yield from textos(dentro)
    elif isinstance(valor, list | tuple):
        for dentro in valor:
            yield from textos(dentro)


# --- por dentro --------------------------------------------------------------


def _peso(valor: Valor) -> float:
    """Las letras, más un tanto por cada nodo; infinito si hay signos cuyo tiempo no es el de sus letras."""
    if isinstance(valor, str):
        return inf if _DE_OTRAS_LETRAS.search(valor) else len(valor.replace(letras.CORTE, ""))
    if isinstance(valor, Mapping):
        return _PESA_UN_NODO + sum(map(_peso, valor.values()))
    if isinstance(valor, list | tuple):
        return _PESA_UN_NODO + sum(map(_peso, valor))
    return 0


def _piezas(valor: Valor) -> Valor:
    if isinstance(valor, str):
        return letras.piezas(valor)
    if isinstance(valor, Mapping):
        return {clave: dentro if clave in _NO_SE_IMPRIMEN else _piezas(dentro) for clave, dentro in valor.items()}
    return [_piezas(dentro) for dentro in valor] if isinstance(valor, list) else valor


def _nodo(nodo: Nodo) -> Nodo:
    """El nodo con sus textos en piezas; lo demás que trae son señas."""
    if nodo["t"] == "texto":
        return {**nodo, "v": letras.piezas(nodo["v"])}
    if nodo["t"] == "lista":
        return {**nodo, "elementos": [[_nodo(b) for b in elemento] for elemento in nodo["elementos"]]}
    if nodo["t"] == "tabla":
        filas = [[[_nodo(n) for n in celda] for celda in fila] for fila in (nodo["encabezado"], *nodo["filas"])]
        return {**nodo, "encabezado": filas[0], "filas": filas[1:]}
    return {**nodo, "hijos": [_nodo(n) for n in nodo["hijos"]]} if "hijos" in nodo else nodo


def _sin_cortes(valor: Valor) -> Valor:
    if isinstance(valor, str):
        return _de_corrido(valor)
    if isinstance(valor, Mapping):
        return {clave: _sin_cortes(dentro) for clave, dentro in valor.items()}
    return [_sin_cortes(dentro) for dentro in valor] if isinstance(valor, list) else valor


def _sin_codigo(direccion: str) -> str:
    """La dirección con equis donde irá el código: tan larga como quedará."""
    return f"{direccion.rpartition('/')[0]}/{'X' * LARGO_CODIGO}" if direccion else ""


def _de_corrido(texto: str) -> str:
    return texto.replace(letras.CORTE, "")


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


def _dibujable(valor: Valor) -> Valor:
    if isinstance(valor, str):
        return letras.partible(letras.dibujable(limpiar(valor)))
    if isinstance(valor, Mapping):
        return {clave: _dibujable(dentro) for clave, dentro in valor.items()}
    if isinstance(valor, list | tuple):
        return [_dibujable(dentro) for dentro in valor]
    return "" if valor is None else valor


def _qr(direccion: str) -> str:
    return str(segno.make(direccion, error="m", micro=False).svg_inline(border=1, dark="#161A1D"))
