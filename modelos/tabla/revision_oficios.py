"""Qué le falta a lo que una tabla dice de sus oficios."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelos.tabla.actividad import Actividad
from modelos.tabla.emision import Destino, Emision, Forma, Hacia
from modelos.tabla.revision_plazos import se_captura
from modelos.tabla.tabla import Tabla
from modelos.tabla.unidades import ESTATALES, TIPO_DE_GRUPO, Unidad

_CLAVE = re.compile(r"OF-\d{2}[a-z]?")
_PLANTILLA = re.compile(r"[a-z_]+/[a-z0-9_]+")
_GRUPOS = {grupo.value for grupo in TIPO_DE_GRUPO}
_UNIDADES = {*(unidad.value for unidad in Unidad), *(ficha.clave for ficha in ESTATALES)}
_DE_DATO = (Hacia.DATO, Hacia.ESTATAL_DE, Hacia.PERSONA)


def faltas_de_oficios(tabla: Tabla, act: Actividad) -> Iterator[str]:
    """Las faltas de los oficios de una actividad, en frases que siguen a «la 7»."""
    claves = [oficio.clave for oficio in act.oficios]
    if len(set(claves)) != len(claves):
        yield "emite dos veces el mismo oficio"
    for oficio in act.oficios:
        yield from (f"emite {oficio.clave}, que {falta}" for falta in _de_uno(tabla, act, oficio))


def _de_uno(tabla: Tabla, act: Actividad, oficio: Emision) -> Iterator[str]:
    if not _CLAVE.fullmatch(oficio.clave):
        yield "no tiene una clave como OF-03"
    if not _PLANTILLA.fullmatch(oficio.plantilla):
        yield f"nombra mal su plantilla: «{oficio.plantilla}»"
    if not oficio.fundamento and not oficio.inferido:
        yield "no cita su fundamento ni dice que es inferido"
    if not oficio.para:
        yield "no dice a quién va"
    if oficio.de in TIPO_DE_GRUPO and oficio.de is not act.unidad:
        yield f"emite un {oficio.de}, y la actividad no es suya: no se sabría cuál"
    yield from (f"se redacta al salir por «{s}», que no existe" for s in oficio.salidas if s not in act.salidas)
    if oficio.cumple and oficio.cumple not in {documento.clave for documento in act.evidencia}:
        yield f"cumple el documento «{oficio.cumple}», que la actividad no pide"
    if oficio.cumple and oficio.salidas:
        yield f"cumple el documento «{oficio.cumple}», pero se redacta al responder: todavía no existe cuando se pide"
    if oficio.salvo and (act.formulario is None or oficio.salvo not in act.formulario.model_fields):
        yield f"no hace falta si se marca «{oficio.salvo}», que la actividad no captura"
    sobran = (otra for otra in oficio.sin_firma_de if otra not in tabla)
    yield from (f"no puede firmar quien atendió la «{otra}», que no existe" for otra in sobran)
    for destino in (*oficio.para, *oficio.ccp):
        yield from _de_destino(tabla, oficio, destino)


def _de_destino(tabla: Tabla, oficio: Emision, destino: Destino) -> Iterator[str]:
    if destino.hacia is Hacia.TODAS and destino.valor not in _GRUPOS:
        yield f"va a todas las «{destino.valor}», que no es un grupo"
    if destino.hacia is Hacia.UNIDAD and destino.valor in _GRUPOS:
        yield f"va a «{destino.valor}», que es un grupo: diga cuál"
    elif destino.hacia is Hacia.UNIDAD and destino.valor not in _UNIDADES:
        yield f"va a «{destino.valor}», que no es ninguna unidad"
    if destino.hacia in _DE_DATO and not se_captura(tabla, destino.valor):
        yield f"va a quien dice el dato «{destino.valor}», que nadie captura"
    if destino in oficio.para and destino.hacia is Hacia.TODAS and oficio.forma is Forma.OFICIO:
        yield "va a todo un grupo: es una circular"
