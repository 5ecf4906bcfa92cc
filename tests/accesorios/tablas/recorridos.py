"""Maneras de recorrer una tabla, para las pruebas del avance: al azar, por lo escrito y hasta el final."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from flujos.catalogo import CATALOGO
from modelos.tabla import SIGUE, Actividad, Ruta, Tabla, es_final
from modelos.tabla.avance import Destinatarios, Movimiento, Pendiente, Situacion, atender, cerrar_espera, iniciar
from modelos.tabla.errores import TopeDeVueltas
from tests.accesorios.tablas.tablas_al_azar import CENTROS, FAMILIAS

RAPIDO = settings(
    max_examples=100,
    deadline=None,
    database=None,
    derandomize=True,  # el mismo código, el mismo resultado: nadie paga el azar de otro
    suppress_health_check=[HealthCheck.too_slow],
)

PUBLICADAS = {tabla.clave: tabla for tabla in CATALOGO}
POR_FAMILIA = pytest.mark.parametrize("familia", FAMILIAS)
# Una semilla y no una lista de elecciones: Hypothesis las da cortas y casi ningún recorrido avanzaba.
SEMILLAS = st.integers(0, 2**32 - 1)
TOPES = st.integers(1, 3)


class Acto(NamedTuple):
    """Atender un turno por una salida o, sin turno, cerrar la espera de esa actividad."""

    turno: Pendiente | None
    salida: str


@dataclass
class Recorrido:
    """Lo que se hizo desde el inicio y lo que fue quedando."""

    tabla: Tabla
    inicio: Movimiento
    pasos: list[tuple[Acto, Movimiento]]

    @property
    def situaciones(self) -> list[Situacion]:
        return [self.inicio.situacion, *(movimiento.situacion for _, movimiento in self.pasos)]


def destinatarios(act: Actividad) -> Sequence[str]:
    """Tres centros por abanico, el primero si un dato dice cuál, y si no la propia unidad."""
    if act.por_cada:
        return CENTROS
    return CENTROS[:1] if act.segun else (act.responsable.value,)


def aplicar(tabla: Tabla, antes: Situacion, acto: Acto, quienes: Destinatarios = destinatarios) -> Movimiento:
    if acto.turno is None:
        return cerrar_espera(tabla, antes, acto.salida, quienes)
    return atender(tabla, antes, acto.turno, acto.salida, quienes, "PODA-2026-0001")


def posibles(tabla: Tabla, situacion: Situacion) -> list[Acto]:
    """Todo lo que la tabla admite ahora, topadas o no."""
    atender_ = [Acto(turno, salida) for turno in situacion.pendientes for salida in tabla[turno.actividad].salidas]
    esperas = {t.actividad for t in situacion.pendientes if _al_vencer(tabla[t.actividad])}
    return atender_ + [Acto(None, clave) for clave in sorted(esperas)]


def _al_vencer(act: Actividad) -> bool:
    return act.por_cada is not None and act.por_cada.union == "al_vencer"


def recorrer(tabla: Tabla, semilla: int, tope: int) -> Recorrido:
    """Avanza al azar hasta terminar o dar muchos pasos; devuelve cuanto puede y lo que topa se salta."""
    azar, recorrido = Random(semilla), Recorrido(tabla, iniciar(tabla, tope, destinatarios), [])
    for _ in range(40):
        situacion = recorrido.situaciones[-1]
        if not (opciones := posibles(tabla, situacion)):
            break
        regresos = [o for o in opciones if o.turno and tabla[o.turno.actividad].salidas[o.salida].devuelve]
        acto = azar.choice(regresos if regresos and azar.random() < 0.5 else opciones)
        try:
            recorrido.pasos.append((acto, aplicar(tabla, situacion, acto)))
        except TopeDeVueltas:
            continue
    return recorrido


RECORRIDOS = {familia: st.builds(recorrer, tablas, SEMILLAS, TOPES) for familia, tablas in FAMILIAS.items()}


def recorrido_de(familia: str, data: st.DataObject) -> Recorrido:
    """Un recorrido cualquiera de una tabla de esa familia."""
    return data.draw(RECORRIDOS[familia])


def en_curso(familia: str, data: st.DataObject) -> tuple[Tabla, Situacion]:
    """Un punto cualquiera de un recorrido en que alguien debe algo."""
    recorrido = recorrido_de(familia, data)
    return recorrido.tabla, data.draw(st.sampled_from([s for s in recorrido.situaciones if s.pendientes]))


def distancias(tabla: Tabla) -> dict[str, int]:
    """Cuántos pasos faltan a cada actividad para un final, por el camino más corto."""
    lejos = {act.clave: 10_000 for act in tabla.actividades}

    def de(ruta: Ruta) -> int:
        return max(0 if es_final(d) else lejos[d] for d in ruta.destinos) + 1

    for _ in tabla.actividades:
        lejos = {act.clave: min(map(de, act.salidas.values())) for act in tabla.actividades}
    return {**lejos, **dict.fromkeys(tabla.finales, 0)}


def lleva_a(tabla: Tabla, desde: str, rama: str, union: str) -> bool:
    """Si de una actividad se llega al final de la rama sin pasar por su unión."""
    vistas, cola = {union}, [desde]
    while cola:
        clave = cola.pop()
        if clave == rama:
            return True
        if clave not in vistas and not es_final(clave):
            vistas.add(clave)
            cola += [d for ruta in tabla[clave].salidas.values() for d in ruta.destinos]
    return False


def hasta_el_final(tabla: Tabla, tope: int, criterio: list[int], orden: list[int], *, al_reves: bool) -> Situacion:
    """Decide según la actividad y su vuelta, y atiende en el orden dado."""

    def quienes(act: Actividad) -> tuple[str, ...]:
        return tuple(destinatarios(act))[:: -1 if al_reves else 1]

    situacion = iniciar(tabla, tope, quienes).situacion
    for paso in range(20_000):
        if situacion.desenlace:
            return situacion
        turno = situacion.pendientes[orden[paso % len(orden)] % len(situacion.pendientes)]
        salidas = tabla[turno.actividad].salidas
        sin_volver = next(etiqueta for etiqueta, ruta in salidas.items() if not ruta.devuelve)
        semilla = criterio[(sum(map(ord, turno.actividad)) + 7 * turno.vuelta) % len(criterio)]
        salida = sin_volver if turno.vuelta > 3 else list(salidas)[semilla % len(salidas)]
        try:
            situacion = aplicar(tabla, situacion, Acto(turno, salida), quienes).situacion
        except TopeDeVueltas:
            situacion = aplicar(tabla, situacion, Acto(turno, sin_volver), quienes).situacion
    raise AssertionError("el recorrido no termina")


def alcanzables(tabla: Tabla, tope: int, limite: int) -> Iterator[Situacion]:
    """Las situaciones a que se puede llegar, de la más cercana a la más lejana, hasta `limite`."""

    def uno_solo(act: Actividad) -> Sequence[str]:
        return destinatarios(act)[:1]  # un centro por abanico: lo que se busca está en las ramas

    cola, vistas = [iniciar(tabla, tope, uno_solo).situacion], set[str]()
    while cola and len(vistas) < limite:
        situacion = cola.pop(0)
        huella = json.dumps(situacion.a_json(), sort_keys=True)
        if huella in vistas:
            continue
        vistas.add(huella)
        yield situacion
        for acto in posibles(tabla, situacion):
            try:
                cola.append(aplicar(tabla, situacion, acto, uno_solo).situacion)
            except TopeDeVueltas:
                continue


def andar(tabla: Tabla, pasos: str, tope: int = 5) -> Situacion:
    """Recorre lo escrito: «1 2 6:no_favorable 5»; sin salida es la única o `continuar`; un abanico, todos."""
    situacion = iniciar(tabla, tope, destinatarios).situacion
    for paso in pasos.split():
        clave, _, salida = paso.partition(":")
        turnos = [turno for turno in situacion.pendientes if turno.actividad == clave]
        assert turnos, f"la {clave} no está pendiente: {situacion.pendientes}"
        for turno in turnos:
            situacion = aplicar(tabla, situacion, Acto(turno, salida or SIGUE)).situacion
    return situacion


def que_falta(situacion: Situacion) -> list[str]:
    """Las actividades pendientes, sin repetir."""
    return sorted({turno.actividad for turno in situacion.pendientes})
