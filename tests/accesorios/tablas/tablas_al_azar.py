"""Tablas bien formadas al azar.

Se arman por piezas (tareas, decisiones con regreso, abanicos, bloques paralelos) y no
como grafos sueltos: así casi todo lo que se genera es publicable, y lo que Hypothesis
reduce se sigue leyendo como un procedimiento.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from flujos.catalogo import CATALOGO
from modelos.tabla import FIN, SIGUE, Actividad, PorCada, Tabla, Tipo, Unidad, a, devuelve_a
from modelos.tabla.revision import faltas
from tests.accesorios.tablas.hechura import actividad, poda

CENTROS = ("CAST-1", "CAST-2", "CAST-3")


class Pieza(NamedTuple):
    """Un trozo de procedimiento; `n`: adónde regresa la decisión, cuórum, o si el bloque se puede saltar."""

    clase: str
    n: int = 0
    ramas: tuple[tuple[Pieza, ...], ...] = ()


# Una sola elección por pieza, y las decisiones repetidas: si no, casi no salen y nada da segundas vueltas.
_SUELTAS = st.sampled_from(
    [
        *(Pieza("decision", n) for n in range(5)),
        *(Pieza("cuorum", n) for n in (1, 2, len(CENTROS) + 1)),
        *(Pieza(clase) for clase in ("tarea", "opcional", "todas", "al_vencer")),
    ]
)
_RAMAS = st.lists(st.lists(_SUELTAS, max_size=2).map(tuple), min_size=2, max_size=3).map(tuple)
_PARALELO = st.builds(Pieza, st.just("paralelo"), st.integers(0, 1), _RAMAS)
_PIEZAS = st.one_of(_SUELTAS, st.just(Pieza("final")), _PARALELO)


def _secuencia(prefijo: str, piezas: Sequence[Pieza], despues: str) -> list[Actividad]:
    filas: list[Actividad] = []
    for i, pieza in enumerate(piezas):
        clave, sigue = f"{prefijo}{i}", f"{prefijo}{i + 1}" if i + 1 < len(piezas) else despues
        match pieza.clase:
            case "tarea":
                filas.append(actividad(clave, sigue))
            case "decision":
                # Sólo se regresa dentro de la misma secuencia: es lo que una tabla publicable puede hacer.
                regreso = devuelve_a(f"{prefijo}{pieza.n % (i + 1)}")
                filas.append(actividad(clave, salidas={"si": a(sigue), "no": regreso}, tipo=Tipo.APROBACION))
            case "opcional":
                filas.append(actividad(clave, salidas={SIGUE: a(sigue), "aparte": a(f"{clave}o")}))
                filas.append(actividad(f"{clave}o", sigue))
            case "final":
                filas.append(actividad(clave, salidas={SIGUE: a(sigue), "termina": a("FIN_ANTES")}))
            case "paralelo":
                filas += _bloque(clave, pieza, sigue)
            case union:
                por_cada = PorCada(Unidad.CAST, union, pieza.n)  # type: ignore[arg-type]
                filas.append(actividad(clave, sigue, unidad=Unidad.CAST, por_cada=por_cada))
    return filas


def _bloque(clave: str, pieza: Pieza, sigue: str) -> Iterator[Actividad]:
    # Cada rama acaba en una tarea, porque a la unión se llega por una sola actividad y sin alternativa.
    ramas = [_secuencia(f"{clave}r{r}x", (*rama, Pieza("tarea")), f"{clave}u") for r, rama in enumerate(pieza.ramas)]
    salidas = {SIGUE: a(*(rama[0].clave for rama in ramas))}
    yield actividad(clave, salidas=salidas | ({"salta": a(sigue)} if pieza.n else {}))
    for rama in ramas:
        yield from rama
    yield actividad(f"{clave}u", sigue, une=tuple(rama[-1].clave for rama in ramas))


def _tabla(piezas: Sequence[Pieza]) -> Tabla:
    return poda(*_secuencia("n", piezas, FIN))


AL_AZAR = st.lists(_PIEZAS, min_size=1, max_size=5).map(_tabla)
CON_BLOQUE = st.tuples(_PIEZAS, _PARALELO, _PIEZAS).map(_tabla)
FAMILIAS = {"publicadas": st.sampled_from(list(CATALOGO)), "al_azar": AL_AZAR, "con_bloque": CON_BLOQUE}
"""Aparte y no en un `one_of`: mezcladas, de 80 casos sólo 2 tenían un bloque paralelo."""


def estropeadas(tabla: Tabla, semilla: int, cuantas: int) -> Iterator[Tabla]:
    """Copias con una salida de más, elegida al azar, que la revisión deja pasar."""
    filas, destinos = tabla.actividades, [*(act.clave for act in tabla.actividades), FIN]
    for _ in range(cuantas):
        azar = Random(semilla := semilla + 1)
        i, destino = azar.randrange(len(filas)), azar.choice(destinos)
        ruta = a(destino) if destino == FIN or azar.random() < 0.5 else devuelve_a(destino)
        peor = replace(filas[i], salidas={**filas[i].salidas, "otra": ruta})
        otra = replace(tabla, actividades=(*filas[:i], peor, *filas[i + 1 :]))
        if not faltas(otra):
            yield otra
