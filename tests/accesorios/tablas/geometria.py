"""Lo que un dibujo de diagrama no debe hacer: encimar figuras, tapar rótulos, pasar flechas por encima de otra."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from modelos.bpmn import Clase, Disposicion
from modelos.bpmn.cajas import Caja

Tramo = tuple[float, float, float, float]
HOLGURA = 1.0


def faltas(d: Disposicion) -> list[str]:
    """Todas, en frases."""
    return [*_figuras(d), *_fuera(d), *_flechas_sobre_figuras(d), *_flechas_sobre_flechas(d), *_letreros(d)]


def _figuras(d: Disposicion) -> Iterator[str]:
    for (uno, caja), (otro, otra) in combinations(d.cajas.items(), 2):
        # El reloj de un plazo va a caballo en el borde de su actividad: así es en BPMN.
        if caja.toca(otra) and not (otro.startswith("t_") and uno == f"a_{otro[2:]}"):
            yield f"{uno} y {otro} se enciman"


def _fuera(d: Disposicion) -> Iterator[str]:
    for bloque in d.grafo.bloques.values():
        carril = d.carriles[bloque.carril]
        for nodo in bloque.nodos:
            caja = d.cajas[nodo.id]
            if caja.y < carril.y or caja.y + caja.h > carril.y + carril.h or caja.x + caja.w > carril.x + carril.w:
                yield f"{nodo.id} se sale del carril de {bloque.carril}"


def _flechas_sobre_figuras(d: Disposicion) -> Iterator[str]:
    for flujo in d.grafo.flujos:
        for id_, caja in d.cajas.items():
            if id_ not in (flujo.de, flujo.a) and any(_pisa(t, caja) for t in tramos(d, flujo.id)):
                # Del reloj sale su flecha, y el reloj está sobre la actividad.
                if flujo.de.startswith("t_") and id_ == f"a_{flujo.de[2:]}":
                    continue
                yield f"{flujo.id} pasa por encima de {id_}"


def _flechas_sobre_flechas(d: Disposicion) -> Iterator[str]:
    for uno, otro in combinations(d.grafo.flujos, 2):
        if uno.a == otro.a:
            continue  # las que llegan al mismo elemento pueden juntarse al final
        for t in tramos(d, uno.id):
            for u in tramos(d, otro.id):
                if _corren_juntas(t, u):
                    yield f"{uno.id} y {otro.id} corren una sobre otra en {t}"


def _letreros(d: Disposicion) -> Iterator[str]:
    letreros = [(r.de, r.caja) for r in d.rotulos] + [(n.id, n.caja) for n in d.notas]
    for (uno, caja), (otro, otra) in combinations(letreros, 2):
        if caja.toca(otra):
            yield f"los rótulos de {uno} y {otro} se enciman"
    for de, caja in letreros:
        for nodo in d.grafo.nodos:
            figura = d.cajas[nodo.id]
            if caja.toca(figura) and not (nodo.clase is Clase.DECIDE and _en_la_esquina(caja, figura)):
                yield f"el rótulo de {de} tapa {nodo.id}"
        for flujo in d.grafo.flujos:
            if any(_pisa(t, caja) for t in tramos(d, flujo.id)):
                yield f"{flujo.id} tacha el rótulo de {de}"


def _en_la_esquina(rotulo: Caja, rombo: Caja) -> bool:
    """Un rombo no ocupa las esquinas de su caja: el rótulo puede entrar en ellas."""
    x = max(rotulo.x - rombo.cx, rombo.cx - rotulo.x - rotulo.w, 0)
    y = max(rotulo.y - rombo.cy, rombo.cy - rotulo.y - rotulo.h, 0)
    return x + y >= rombo.w / 2


def tramos(d: Disposicion, flujo: str) -> list[Tramo]:
    """Los segmentos de una flecha, de menor a mayor."""
    rectos = pairwise(d.flechas[flujo])
    return [(min(x, u), min(y, v), max(x, u), max(y, v)) for (x, y), (u, v) in rectos]


def _pisa(t: Tramo, caja: Caja) -> bool:
    return (
        t[0] < caja.x + caja.w - HOLGURA
        and t[2] > caja.x + HOLGURA
        and t[1] < caja.y + caja.h - HOLGURA
        and t[3] > caja.y + HOLGURA
    )


def _corren_juntas(t: Tramo, u: Tramo) -> bool:
    for eje in (0, 1):
        otro = 1 - eje
        if t[eje] == t[eje + 2] and u[eje] == u[eje + 2] and abs(t[eje] - u[eje]) < 3:
            return min(t[otro + 2], u[otro + 2]) - max(t[otro], u[otro]) > HOLGURA
    return False
