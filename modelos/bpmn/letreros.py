"""Los textos de fuera de las figuras y las anotaciones, cada uno donde no tapa nada."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from modelos.bpmn import palabras
from modelos.bpmn.cajas import ALTO_NOTA, ANCHO_FINAL, ANCHO_TAREA, CHICA, ENTRE, RENGLON, Caja, Nota, Rotulo
from modelos.bpmn.espacios import Espacio
from modelos.bpmn.grafo import Clase, Grafo, Nodo
from modelos.bpmn.letras import ancho, renglones
from modelos.bpmn.planes import ABAJO, ARRIBA, DERECHA


def rotulos(espacio: Espacio, cajas: Mapping[str, Caja]) -> Iterator[Rotulo]:
    """Los de un bloque."""
    for nodo in espacio.bloque.nodos:
        yield from _de_nodo(nodo, cajas[nodo.id])
    if espacio.decide is None:
        return
    rombo, ya = cajas[espacio.decide.id], dict.fromkeys((DERECHA, ABAJO, ARRIBA), 0.0)
    for flujo in sorted(espacio.rotulos, key=lambda f: espacio.salen[f] != DERECHA):
        lineas, sale = espacio.rotulos[flujo], espacio.salen[flujo]
        w, h = _medidas(lineas)
        x, y = rombo.cx + 5, rombo.y - h - 2 - ya[ARRIBA]
        if sale == ABAJO:
            y = max(rombo.y + rombo.h + 4, rombo.cy + 5 + ya[DERECHA]) + ya[ABAJO]
        elif sale == DERECHA:
            x, y = rombo.x + rombo.w + 2, rombo.cy + 3 + ya[DERECHA]
        ya[sale] += h
        yield Rotulo(flujo, Caja(x, y, w, h), tuple(lineas), al_centro=False)
    sube = espacio.alto_de(ARRIBA)
    w, h = _medidas(espacio.pregunta)
    # Centrada, si cabe sin tapar la actividad.
    x = rombo.cx + 5 if sube else rombo.cx - min(w / 2, rombo.w / 2 + ENTRE - 3)
    caja = Caja(x, rombo.y - 2 - (sube + 4 if sube else 0) - h, w, h)
    yield Rotulo(espacio.decide.id, caja, tuple(espacio.pregunta), al_centro=not sube)


def notas(g: Grafo, espacio: Espacio, cajas: Mapping[str, Caja]) -> Iterator[Nota]:
    """Lo inferido, arriba de su actividad; los plazos de varias actividades, abajo."""
    bloque = espacio.bloque
    act, tarea = bloque.nucleo.actividad, cajas[bloque.nucleo.id]
    if act and espacio.arriba:
        caja = Caja(tarea.x + tarea.w - 68, tarea.y - ALTO_NOTA - 14, 68, ALTO_NOTA)
        yield Nota(f"n_{act.clave}", bloque.nucleo.id, caja, espacio.arriba, act.todo_lo_inferido)
    if act and espacio.abajo:
        caja = Caja(
            tarea.x, tarea.y + tarea.h + (46 if bloque.plazo else 14), ancho(espacio.abajo, CHICA) + 20, ALTO_NOTA
        )
        yield Nota(f"np_{act.clave}", bloque.nucleo.id, caja, espacio.abajo, _tramos(g, act.clave))


def _tramos(g: Grafo, clave: str) -> str:
    suyos = [t for t in g.tabla.tramos if t.empieza[0] == clave or clave in t.cumplen]
    return " ".join(f"{t.regla.clave}: {t.regla.que} ({palabras.plazo(g.tabla, t.regla)})." for t in suyos)


def _de_nodo(nodo: Nodo, caja: Caja) -> Iterator[Rotulo]:
    if nodo.clase in (Clase.INICIO, Clase.FIN):
        lineas = renglones(nodo.nombre, ANCHO_FINAL, CHICA, 3)
        w, h = _medidas(lineas)
        yield Rotulo(nodo.id, Caja(caja.cx - w / 2, caja.y + caja.h + 3, w, h), tuple(lineas))
    elif nodo.clase is Clase.PLAZO:
        lineas = renglones(nodo.nombre, ANCHO_TAREA - 48, CHICA, 1)
        w, h = _medidas(lineas)
        donde = Caja(caja.x + caja.w + 3, caja.y + caja.h / 2 + 3, w, h)
        yield Rotulo(nodo.id, donde, tuple(lineas), al_centro=False)
    elif nodo.clase is Clase.AVISO:
        w = ancho(nodo.nombre, CHICA - 1) + 2
        donde = Caja(caja.x - w - 4, caja.cy + 4, w, RENGLON)
        yield Rotulo(nodo.id, donde, (nodo.nombre,), al_centro=False, cuerpo=CHICA - 1)


def _medidas(lineas: list[str]) -> tuple[float, float]:
    return max(ancho(linea, CHICA) for linea in lineas) + 2, float(RENGLON * len(lineas))
