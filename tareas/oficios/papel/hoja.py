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
from tareas.oficios.papel.medidas import con_medidas, largo
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
_SIN_FIRMA = dict.fromkeys(("nombre", "cargo", "suplencia", "firmado"), "")
LOGOTIPO = "Logotipo institucional"
_NO_SE_IMPRIMEN = {
    *("forma", "estado", "idioma", "lang", "region", "fecha", "qr", "logo", "logo_alternativo", "cuerpo_markdown"),
    *("titulo", "autor", "descripcion", "direccion_verificacion", "ultimo_corto", "rotulo", "marca"),
}
Valor = Any


def preparada(contenido: Mapping[str, Any]) -> dict[str, Any]:
    """El contenido con todas sus claves, sólo letras que se pueden dibujar, y palabras que caben."""
    datos = _con_todo(contenido)
    if datos["estado"] == "borrador":
        datos |= _como_quedara(datos)
        titulo = datos["asunto"]
    else:
        titulo = f"{datos['numero']} – {datos['asunto']}" if datos["numero"] else datos["asunto"]
    # Lo que no son letras del papel no se dibuja ni se parte.
    direccion, logo = datos["direccion_verificacion"], datos["membrete"]["logo"]
    alternativo = datos["membrete"]["logo_alternativo"]
    datos = {clave: _dibujable(valor) for clave, valor in datos.items()}
    datos["membrete"] |= {"logo": como_svg(logo) if logo else "", "logo_alternativo": alternativo or LOGOTIPO}
    _poner_lo_que_falta(datos)
    datos["cuerpo"] = [con_medidas(nodo) for nodo in datos["cuerpo"]]
    datos["ultimo_corto"] = _acaba_en_corto(datos["cuerpo"])
    datos["direccion_verificacion"], datos["direccion_impresa"] = direccion, letras.en_tramos(direccion)
    datos["sello"] = letras.en_tramos(datos["sello"].replace(letras.CORTE, ""))
    datos |= {
        "rotulo": ROTULOS.get(datos["forma"], "Oficio No."),
        "marca": MARCAS.get(datos["estado"], ""),
        "titulo": _de_corrido(_dibujable(titulo)),
        "autor": _de_corrido(datos["membrete"]["institucion"]),
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
        clave: valor if clave in _NO_SE_IMPRIMEN else _nodos(valor) if clave == "cuerpo" else _piezas(valor)
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


def _con_todo(contenido: Mapping[str, Any]) -> dict[str, Any]:
    """Con todas sus claves; lo que no trae, vacío."""
    datos = _VACIO | deepcopy(dict(contenido))
    for parte in ("membrete", "pie"):
        datos[parte] = {**_VACIO[parte], **(datos[parte] or {})}
    return datos


def _como_quedara(datos: Mapping[str, Any]) -> dict[str, Any]:
    """Lo que un borrador dice, en lo que se sabrá al firmarlo: ocupa lo mismo."""
    propio = AL_FIRMAR | {"direccion_verificacion": _sin_codigo(datos["direccion_verificacion"])}
    if not datos["atentamente"]:
        return propio
    firmado = momento(date.fromisoformat(datos["fecha"]), SIN_HORA)
    return propio | {"atentamente": {**datos["atentamente"], "firmado": firmado}}


def _poner_lo_que_falta(datos: dict[str, Any]) -> None:
    """Completa en su lugar, ya dibujable, lo que la composición espera de cada parte."""
    membrete = datos["membrete"]
    membrete["institucion_corta"] = membrete["institucion_corta"] or membrete["institucion"].split(" (")[0]
    if datos["atentamente"]:
        datos["atentamente"] = _SIN_FIRMA | datos["atentamente"]
    datos["destinatarios"] = [_destinatario(d) for d in datos["destinatarios"]]
    datos["distribucion"] = [{"clave": "", "nombre": "", **d} for d in datos["distribucion"]]
    datos["lang"], _, region = (datos["idioma"] or "es-MX").partition("-")
    datos["region"] = region or None


def _acaba_en_corto(cuerpo: Sequence[Nodo]) -> bool:
    """Si lo último es un párrafo corto: la composición lo deja junto a la firma."""
    return bool(cuerpo) and cuerpo[-1]["t"] == "parrafo" and largo(cuerpo[-1:]) < _ULTIMO_CORTO


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
    match nodo["t"]:
        case "texto":
            return {**nodo, "v": letras.piezas(nodo["v"])}
        case "lista":
            return {**nodo, "elementos": [_nodos(elemento) for elemento in nodo["elementos"]]}
        case "tabla":
            filas = [[_nodos(celda) for celda in fila] for fila in nodo["filas"]]
            return {**nodo, "encabezado": [_nodos(celda) for celda in nodo["encabezado"]], "filas": filas}
        case _:
            return {**nodo, "hijos": _nodos(nodo["hijos"])} if "hijos" in nodo else nodo


def _nodos(nodos: Sequence[Nodo]) -> list[Nodo]:
    return [_nodo(nodo) for nodo in nodos]


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
