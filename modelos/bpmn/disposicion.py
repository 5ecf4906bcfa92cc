"""Dónde va cada elemento.

Se decide en tres pasos: en qué columna y fila va cada bloque (`lugares`), por dónde pasa cada flecha (`trazo`, en
corredores entre columnas y entre filas, cada una en su propio riel) y, sabiendo ya cuántos rieles lleva cada
corredor, cuánto mide todo. Por eso nada se encima por más flechas que haya.
"""

from __future__ import annotations

from modelos.bpmn import letreros
from modelos.bpmn.cajas import ALTO_TAREA, ANCHO_TAREA, LADO, MARGEN_CARRIL, TITULO, Caja, Disposicion
from modelos.bpmn.espacios import Espacio, espacios
from modelos.bpmn.grafo import Bloque, Clase, Grafo
from modelos.bpmn.lugares import Lugares, lugares
from modelos.bpmn.planes import ABAJO, ARRIBA, DERECHA, IZQUIERDA, Plan, planear
from modelos.bpmn.trazo import Corredores, Punto

_PLAZO, _AVISO = 30, 18
_AIRE = 8


def disponer(g: Grafo) -> Disposicion:
    """El lugar de cada cosa."""
    donde = lugares(g)
    planes = planear(g, donde)
    corredores = _corredores(donde, planes)
    d, de = Disposicion(g), espacios(g, planes)
    x_nucleo = _a_lo_ancho(d, donde, corredores, de)
    y_fila = _a_lo_alto(d, donde, corredores, de, x_nucleo)
    for clave, espacio in de.items():
        _colocar(d, espacio, x_nucleo[clave], y_fila[donde.fila[clave]])
    _trazar(d, corredores, planes)
    for espacio in de.values():
        d.rotulos += letreros.rotulos(espacio, d.cajas)
        d.notas += letreros.notas(g, espacio, d.cajas)
    return d


def _corredores(donde: Lugares, planes: dict[str, Plan]) -> Corredores:
    """Los corredores; dos flechas que entran cada una donde sale la otra se separan partiendo el camino de una."""
    while True:
        corredores = Corredores(donde, planes)
        otro = next((p for f in corredores.enredados if (p := planes[f].en_dos())), None)
        if otro is None:
            return corredores
        planes[otro.flujo] = otro


def _a_lo_ancho(d: Disposicion, donde: Lugares, corredores: Corredores, de: dict[str, Espacio]) -> dict[str, float]:
    """Dónde empieza el núcleo de cada bloque: los de una columna, todos en la misma x."""
    x, columnas = float(TITULO + MARGEN_CARRIL), []
    nucleos: dict[str, float] = {}
    for columna in range(donde.columnas + 1):
        d.cortes.append(x)
        x += corredores.ancho_corredor(columna)
        columnas.append(x)
        suyos = {c: e for c, e in de.items() if donde.columna[c] == columna}
        x += max((e.antes for e in suyos.values()), default=0)
        nucleos |= dict.fromkeys(suyos, x)
        x += max((e.resto for e in suyos.values()), default=0)
    d.ancho = x + 12
    corredores.medir_x(columnas)
    return nucleos


def _a_lo_alto(
    d: Disposicion, donde: Lugares, corredores: Corredores, de: dict[str, Espacio], x_nucleo: dict[str, float]
) -> list[float]:
    """El centro de cada fila; de paso, los carriles."""
    centros = {id_: x for clave, espacio in de.items() for id_, x in espacio.centros(x_nucleo[clave]).items()}
    corredores.tender({flujo.id: (centros[flujo.de], centros[flujo.a]) for flujo, _, _ in d.grafo.entre})
    filas: list[float] = []
    bordes: list[float] = []
    y = 0.0
    for fila in range(donde.filas):
        corredores.y_corredor.append(y)
        # El cambio de carril va abajo del corredor: lo que por él regresa salió, casi siempre, de arriba.
        y += corredores.alto_corredor(fila)
        bordes.append(y if fila else 0.0)
        altos = [e.alto for c, e in de.items() if donde.fila[c] == fila]
        filas.append(y + max(arriba for arriba, _ in altos) + _AIRE)
        y = filas[-1] + max(abajo for _, abajo in altos) + _AIRE
    corredores.y_corredor.append(y)
    d.alto = y + corredores.alto_corredor(donde.filas)
    bordes.append(d.alto)
    for carril in d.grafo.carriles:
        suyas = [i for i, c in enumerate(donde.carril_de) if c == carril]
        arriba, abajo = bordes[suyas[0]], bordes[suyas[-1] + 1]
        d.carriles[carril] = Caja(TITULO, arriba, d.ancho - TITULO, abajo - arriba)
    return filas


def _colocar(d: Disposicion, espacio: Espacio, x: float, y: float) -> None:
    bloque = espacio.bloque
    centros = espacio.centros(x)
    for nodo in (*bloque.antes, bloque.nucleo, *bloque.despues):
        w, h = (ANCHO_TAREA, ALTO_TAREA) if nodo.clase is Clase.TAREA else (LADO[nodo.clase],) * 2
        d.cajas[nodo.id] = Caja(centros[nodo.id] - w / 2, y - h / 2, w, h)
    if bloque.plazo:
        _colocar_plazo(d, bloque)


def _colocar_plazo(d: Disposicion, bloque: Bloque) -> None:
    """El reloj, a caballo en el borde de abajo; su aviso, a la derecha y más abajo."""
    assert bloque.plazo  # noqa: S101 - sólo se llama con plazo
    tarea, (plazo, aviso) = d.cajas[bloque.nucleo.id], bloque.plazo
    fondo = tarea.y + tarea.h
    d.cajas[plazo.id] = Caja(tarea.x + 10, fondo - _PLAZO / 2, _PLAZO, _PLAZO)
    d.cajas[aviso.id] = Caja(tarea.x + tarea.w - _AVISO, fondo + 23, _AVISO, _AVISO)


def _trazar(d: Disposicion, corredores: Corredores, planes: dict[str, Plan]) -> None:
    for flujo in d.grafo.dentro:
        uno, otro = d.cajas[flujo.de], d.cajas[flujo.a]
        puntos: tuple[Punto, ...] = (_borde(uno, DERECHA), _borde(otro, IZQUIERDA))
        if uno.cy != otro.cy:  # del plazo se baja a su aviso
            puntos = (_borde(uno, ABAJO), (uno.cx, otro.cy), _borde(otro, IZQUIERDA))
        d.flechas[flujo.id] = puntos
    for flujo, _, _ in d.grafo.entre:
        plan = planes[flujo.id]
        desde, hasta = _borde(d.cajas[flujo.de], plan.sale), _borde(d.cajas[flujo.a], plan.llega)
        d.flechas[flujo.id] = corredores.puntos(plan, desde, hasta)


def _borde(caja: Caja, lado: str) -> Punto:
    return {
        DERECHA: (caja.x + caja.w, caja.cy),
        IZQUIERDA: (caja.x, caja.cy),
        ARRIBA: (caja.cx, caja.y),
        ABAJO: (caja.cx, caja.y + caja.h),
    }[lado]
