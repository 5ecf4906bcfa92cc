"""El Markdown de un oficio: qué se admite, cómo se lee y cómo se escribe un dato para que salga literal.

Un solo árbol, en datos que caben en JSON, sirve a todos: a la composición del PDF, a la vista previa y al
correo. Lo que no se admite (HTML, enlaces, imágenes, código) no se quita ni se interpreta: sale como letras.

Nodos de bloque: `parrafo {hijos}` · `titulo {nivel, hijos}` · `lista {ordenada, inicio, elementos}` ·
`tabla {columnas, encabezado, filas}`. De renglón: `texto {v}` · `negritas {hijos}` · `cursivas {hijos}` · `salto`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from modelos.errores import FormularioIncompleto
from modelos.escritura import donde_encimados
from modelos.oficios.letras import invisible
from modelos.tabla.emision import FALTA
from tareas.oficios.errores import OficioDemasiadoLargo

MAXIMO = 60_000
"""Caracteres de Markdown que admite un oficio; unas 22 páginas."""
NIVELES = 8
"""Listas dentro de listas que caben en el papel."""
SALTO = "\u2028"
"""Salto de renglón dentro de un dato: ni abre párrafo ni rompe una tabla."""

Nodo = dict[str, Any]

_HONDO = 2 * NIVELES
"""El nivel de un elemento que ya no cabe: cada lista abre dos."""
_ADMITIDO = ("heading", "list", "table", "escape", "emphasis", "newline")
_SIEMPRE = re.compile(r"[\\*|\[]|(?<![^\W_])_|_(?![^\W_])")
_AL_PRINCIPIO = re.compile(r"^(\s*)(?:([-+#]|:(?=-))|(\d{1,9})([.)])(?=\s|$))")


# --- leer --------------------------------------------------------------------


def arbol(markdown: str) -> list[Nodo]:
    """El cuerpo como árbol de nodos, si cabe en el papel.

    Los subtítulos se renumeran para que empiecen en 1 y no se salten ninguno: así lo pide un PDF accesible.

    Lanza:
        OficioDemasiadoLargo: pasa de `MAXIMO` caracteres.
        FormularioIncompleto: lo que diga `falta`, con su renglón.
    """
    hallados, que_falta = _leido(markdown)
    if que_falta:
        raise FormularioIncompleto({"cuerpo": que_falta})
    return hallados


def bloques(markdown: str) -> list[Nodo]:
    """El árbol, se pueda o no imprimir: para mostrar lo que hay que corregir. Lanza OficioDemasiadoLargo."""
    return _leido(markdown)[0]


def falta(markdown: str) -> str:
    """Por qué ese cuerpo no se puede imprimir, con su renglón; vacío si se puede. Lanza OficioDemasiadoLargo."""
    return _leido(markdown)[1]


def _leido(markdown: str) -> tuple[list[Nodo], str]:
    """El árbol, se pueda o no imprimir, y qué lo impide."""
    if len(markdown) > MAXIMO:
        raise OficioDemasiadoLargo(len(markdown), MAXIMO)
    limpio = limpiar(markdown)
    piezas = _lector().parse(limpio)
    hallados = _bloques(SyntaxTreeNode(piezas).children)
    _ordenar_titulos(hallados)
    hondo = next((p.map[0] for p in piezas if p.type == "list_item_open" and p.level >= _HONDO and p.map), None)
    if hondo is not None:
        return hallados, f"renglón {hondo + 1}: la lista tiene más de {NIVELES} niveles; escríbala con menos"
    if (donde := donde_encimados(limpio)) is not None:
        return hallados, f"renglón {limpio[:donde].count(chr(10)) + 1}: trae signos encimados; bórrelos"
    return hallados, ""


def faltantes(markdown: str) -> tuple[str, ...]:
    """Los datos que faltan por completar, sin repetir; no cuenta los corchetes que vengan dentro de un dato."""
    return tuple(dict.fromkeys(FALTA.findall(markdown)))


def limpiar(texto: str) -> str:
    """Sin lo que no se ve (control, órdenes de dirección, anchos cero, guiones suaves, selectores de dibujo).

    Los acentos quedan compuestos (NFC), como los trae la tipografía; las ligaduras («ﬁ»), en sus letras. Lo que se
    vería si hubiera con qué (un signo sin asignar, uno de una letra particular) no se quita: que falte se debe notar.
    """
    texto = unicodedata.normalize("NFC", texto.replace("\r\n", "\n").replace("\r", "\n")).translate(_LIGADURAS)
    return "".join(c for c in texto if c in "\n\t" or not invisible(c))


_LIGADURAS = {0xFB00 + i: letras for i, letras in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}


@cache
def _lector() -> MarkdownIt:
    return MarkdownIt("zero", {"html": False, "maxNesting": 5 * _HONDO}).enable(list(_ADMITIDO))


def _bloques(nodos: Iterable[SyntaxTreeNode]) -> list[Nodo]:
    return [_bloque(nodo) for nodo in nodos]


def _bloque(nodo: SyntaxTreeNode) -> Nodo:
    if nodo.type == "heading":
        return {"t": "titulo", "nivel": int(nodo.tag[1:]), "hijos": _renglon(nodo)}
    if nodo.type in {"bullet_list", "ordered_list"}:
        return {
            "t": "lista",
            "ordenada": nodo.type == "ordered_list",
            "inicio": int(nodo.attrs.get("start", 1)),
            "elementos": [_bloques(elemento.children) for elemento in nodo.children],
        }
    return _tabla(nodo) if nodo.type == "table" else {"t": "parrafo", "hijos": _renglon(nodo)}


def _tabla(nodo: SyntaxTreeNode) -> Nodo:
    filas = [[_renglon(celda) for celda in fila.children] for parte in nodo.children for fila in parte.children]
    alineadas = [str(celda.attrs.get("style", "")) for celda in nodo.children[0].children[0].children]
    columnas = [a.removeprefix("text-align:") or "left" for a in alineadas]
    return {"t": "tabla", "columnas": columnas, "encabezado": filas[0], "filas": filas[1:]}


def _renglon(nodo: SyntaxTreeNode) -> list[Nodo]:
    return [hijo for dentro in nodo.children for hijo in _de_renglon(dentro)]


def _de_renglon(nodo: SyntaxTreeNode) -> list[Nodo]:
    match nodo.type:
        case "inline":
            return _renglon(nodo)
        case "strong":
            return [{"t": "negritas", "hijos": _renglon(nodo)}]
        case "em":
            return [{"t": "cursivas", "hijos": _renglon(nodo)}]
        case "hardbreak":
            return [{"t": "salto"}]
        case "softbreak":
            return [{"t": "texto", "v": " "}]
        case _:
            trozos: list[Nodo] = []
            for i, trozo in enumerate(nodo.content.split(SALTO)):
                trozos += [{"t": "salto"}] if i else []
                trozos += [{"t": "texto", "v": trozo}] if trozo else []
            return trozos


def _ordenar_titulos(bloques: Sequence[Nodo]) -> None:
    abiertos: list[int] = []
    for bloque in bloques:
        if bloque["t"] == "titulo":
            while abiertos and abiertos[-1] >= bloque["nivel"]:
                abiertos.pop()
            abiertos.append(bloque["nivel"])
            bloque["nivel"] = len(abiertos)
        for elemento in bloque.get("elementos", ()):
            # Dentro de una lista no hay jerarquía que seguir: se quedan como negritas.
            _sin_titulos(elemento)


def _sin_titulos(bloques: Sequence[Nodo]) -> None:
    for bloque in bloques:
        if bloque["t"] == "titulo":
            hijos = bloque["hijos"]
            bloque.clear()
            bloque.update(t="parrafo", hijos=[{"t": "negritas", "hijos": hijos}])
        for elemento in bloque.get("elementos", ()):
            _sin_titulos(elemento)


# --- escribir ----------------------------------------------------------------


def escapar(valor: object) -> str:
    """El Markdown con que un dato sale tal cual, en cualquier lugar: párrafo, principio de renglón, lista o tabla.

    Escapa lo menos posible, porque alguien va a leer y corregir ese Markdown.
    """
    renglones = limpiar(str(valor)).split("\n")
    return SALTO.join(_escapar_renglon(r if i == 0 else r.strip()) for i, r in enumerate(renglones))


def _escapar_renglon(renglon: str) -> str:
    renglon = _SIEMPRE.sub(r"\\\g<0>", renglon.replace("\t", " "))
    return _AL_PRINCIPIO.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", renglon)


def html(markdown: str) -> str:
    """El cuerpo en HTML seguro, con los subtítulos desde `h3` para caber en una página que ya tiene `h1` y `h2`."""
    return html_de(bloques(markdown))


def html_de(arbol: Iterable[Nodo]) -> str:
    """Lo mismo, de un árbol ya leído."""
    return "".join(map(_html, arbol))


def _html(nodo: Nodo) -> str:
    match nodo["t"]:
        case "titulo":
            etiqueta = f"h{min(nodo['nivel'] + 2, 6)}"
            return f"<{etiqueta}>{_html_renglon(nodo['hijos'])}</{etiqueta}>"
        case "lista":
            return _html_lista(nodo)
        case "tabla":
            return _html_tabla(nodo)
        case _:
            return f"<p>{_html_renglon(nodo['hijos'])}</p>"


def _html_lista(nodo: Nodo) -> str:
    etiqueta = "ol" if nodo["ordenada"] else "ul"
    inicio = f' start="{nodo["inicio"]}"' if nodo["ordenada"] and nodo["inicio"] != 1 else ""
    dentro = "".join(f"<li>{_html_elemento(e)}</li>" for e in nodo["elementos"])
    return f"<{etiqueta}{inicio}>{dentro}</{etiqueta}>"


def _html_tabla(nodo: Nodo) -> str:
    cabeza = "".join(f'<th scope="col">{_html_renglon(celda)}</th>' for celda in nodo["encabezado"])
    filas = "".join(
        "<tr>" + "".join(f"<td>{_html_renglon(celda)}</td>" for celda in fila) + "</tr>" for fila in nodo["filas"]
    )
    return f"<table><thead><tr>{cabeza}</tr></thead><tbody>{filas}</tbody></table>"


def _html_elemento(bloques: Sequence[Nodo]) -> str:
    if len(bloques) == 1 and bloques[0]["t"] == "parrafo":
        return _html_renglon(bloques[0]["hijos"])
    return "".join(_html(bloque) for bloque in bloques)


def _html_renglon(nodos: Iterable[Nodo]) -> str:
    etiquetas = {"negritas": "strong", "cursivas": "em"}
    return "".join(
        escape(n["v"])
        if n["t"] == "texto"
        else "<br>"
        if n["t"] == "salto"
        else f"<{etiquetas[n['t']]}>{_html_renglon(n['hijos'])}</{etiquetas[n['t']]}>"
        for n in nodos
    )


def plano(markdown: str) -> str:
    """El cuerpo sin marcas, para el asunto, el correo de texto y las búsquedas."""
    return "\n\n".join(_plano(bloque) for bloque in bloques(markdown))


def _plano(nodo: Nodo) -> str:
    if nodo["t"] == "lista":
        marcas = (f"{nodo['inicio'] + i}." if nodo["ordenada"] else "-" for i in range(len(nodo["elementos"])))
        elementos = ("\n".join(map(_plano, e)).replace("\n", "\n  ") for e in nodo["elementos"])
        return "\n".join(f"{marca} {texto}" for marca, texto in zip(marcas, elementos, strict=True))
    if nodo["t"] == "tabla":
        return "\n".join(" | ".join(map(_plano_renglon, fila)) for fila in (nodo["encabezado"], *nodo["filas"]))
    return _plano_renglon(nodo["hijos"])


def _plano_renglon(nodos: Iterable[Nodo]) -> str:
    return "".join(
        n["v"] if n["t"] == "texto" else "\n" if n["t"] == "salto" else _plano_renglon(n["hijos"]) for n in nodos
    )
