"""Cuánto ocupa el cuerpo de un oficio: el ancho de cada columna de sus tablas y las letras que lleva."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tareas.oficios.papel import letras
from tareas.oficios.redaccion.texto import Nodo


def con_medidas(nodo: Nodo) -> Nodo:
    """Las tablas, con el ancho de cada columna según lo que lleva y palabras que quepan en él."""
    if nodo["t"] == "lista":
        return {**nodo, "elementos": [[con_medidas(b) for b in elemento] for elemento in nodo["elementos"]]}
    return _tabla(nodo) if nodo["t"] == "tabla" else nodo


def _tabla(nodo: Nodo) -> Nodo:
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
    return [_partida(nodo, caben) for nodo in nodos]


def _partida(nodo: Nodo, caben: int) -> Nodo:
    if nodo["t"] == "texto":
        return {**nodo, "v": letras.partible(nodo["v"].replace(letras.CORTE, ""), caben)}
    return {**nodo, "hijos": _partido(nodo["hijos"], caben)} if "hijos" in nodo else nodo


def largo(nodos: Sequence[Nodo]) -> int:
    """Cuántas letras llevan."""
    return sum(map(len, _hojas(nodos)))


def _hojas(nodos: Sequence[Nodo]) -> Iterator[str]:
    for nodo in nodos:
        yield nodo.get("v", "")
        yield from _hojas(nodo.get("hijos", ()))
