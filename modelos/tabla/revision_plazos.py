"""Qué les falta a los plazos y al ciclo de una tabla para poder contarse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modelos.calendario import PERFILES
from modelos.tabla.actividad import Actividad, es_grupo
from modelos.tabla.plazo import DEL_PERIODO, DEL_TURNO, Dias, ReglaPlazo, Tramo
from modelos.tabla.tabla import Tabla
from modelos.tabla.unidades import Unidad


def faltas_de_plazos(tabla: Tabla) -> Iterator[str]:
    """Que cada plazo tenga con qué contarse, y cada tramo empiece y termine en la tabla."""
    if tabla.perfil not in PERFILES:
        yield f"el perfil de calendario «{tabla.perfil}» no existe; use uno de {', '.join(PERFILES)}"
    yield from _iniciales(tabla)
    for act in tabla.actividades:
        if act.plazo:
            yield from (f"el plazo de la {act.clave} {falta}" for falta in _regla(tabla, act.plazo))
            yield from (f"el plazo de la {act.clave} {falta}" for falta in _acto(act.plazo, act.unidad, [act]))
    for tramo in tabla.tramos:
        yield from (f"el tramo {tramo.regla.clave} {falta}" for falta in _tramo(tabla, tramo))


def se_captura(tabla: Tabla, campo: str) -> bool:
    """Si algún formulario de la tabla lleva ese campo."""
    formularios = [tabla.datos, *(act.formulario for act in tabla.actividades if act.formulario)]
    return any(campo in formulario.model_fields for formulario in formularios)


def _iniciales(tabla: Tabla) -> Iterator[str]:
    nombran = (tabla.promueve, tabla.ciclo and tabla.ciclo.dato)
    for campo in filter(None, nombran):
        if campo not in tabla.datos.model_fields:
            yield f"el dato inicial «{campo}», que nombra a la unidad, no está en el formulario"
    if tabla.ciclo and DEL_PERIODO not in tabla.datos.model_fields:
        yield "se abre por periodos y su formulario inicial no lleva «periodo»"


def _tramo(tabla: Tabla, tramo: Tramo) -> Iterator[str]:
    yield from _regla(tabla, tramo.regla)
    if es_grupo(tramo.responde):
        yield f"lo debe {tramo.responde}, que no es una sola unidad"
    actividad, salida = tramo.empieza
    if actividad not in tabla or salida not in tabla[actividad].salidas:
        yield f"empieza en «{actividad}: {salida}», que no existe"
    yield from (f"termina en «{cumple}», que no existe" for cumple in tramo.cumplen if cumple not in tabla)
    yield from _acto(tramo.regla, tramo.responde, [tabla[cumple] for cumple in tramo.cumplen if cumple in tabla])


def _acto(regla: ReglaPlazo, debe: Unidad, actividades: Sequence[Actividad]) -> Iterator[str]:
    """Que el acto escrito con que se cumple lo emita, en esas actividades, quien debe el plazo."""
    if not regla.acto:
        return
    suyos = [oficio for act in actividades for oficio in act.oficios if oficio.clave == regla.acto]
    if not suyos:
        yield f"se cumple con {regla.acto}, que no se emite ahí"
    if any(oficio.de is not debe for oficio in suyos):
        yield f"lo debe {debe} y se cumple con {regla.acto}, que emite otra unidad"


def _regla(tabla: Tabla, regla: ReglaPlazo) -> Iterator[str]:
    if not regla.fundamento and not regla.inferido:
        yield "no cita su fundamento ni dice que es inferido"
    cuenta = regla.cuenta
    datos = [DEL_PERIODO]
    if isinstance(cuenta, Dias):
        datos = [campo for campo in (cuenta.cantidad, cuenta.desde) if isinstance(campo, str) and campo != DEL_TURNO]
    for campo in datos:
        if not se_captura(tabla, campo):
            yield f"depende de «{campo}», que nadie captura"
