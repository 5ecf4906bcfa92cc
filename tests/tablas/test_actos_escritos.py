"""¿Cada plazo que se cumple con un acto escrito dice con cuál? Copiado otra vez del dominio (03 §3.1 y 06 §6.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from flujos.catalogo import CATALOGO
from flujos.lineamientos import apertura_cast
from modelos.tabla import Actividad
from modelos.tabla.plazo import ReglaPlazo
from modelos.tabla.revision import faltas

DE_LA_FUENTE = {
    ("apertura_cast", "PL-01", "OF-29"),
    ("apertura_cast", "PL-02", "OF-31"),
    ("planeacion_metas", "PL-05", "OF-12"),
    ("reequipamiento", "PL-07", "OF-38"),
    ("reequipamiento", "PL-09", "OF-40"),
}
"""La fuente pide el oficio o el escrito (†)."""
INFERIDOS = {
    ("apertura_cast", "prevencion", "OF-27"),
    ("planeacion_metas", "PL-04", "OF-11"),
    ("mantenimiento", "PL-06", "OF-36"),
    ("mantenimiento", "PL-06", "OF-37"),
    ("reequipamiento", "PL-08", "OF-39"),
    ("registro_mensual", "PL-14", "OF-22"),
}
"""Entregan un documento de una unidad a otra y la fuente no dice que sea por oficio."""


def _reglas() -> Iterator[tuple[str, ReglaPlazo, tuple[Actividad, ...]]]:
    """Cada plazo de cada tabla, con las actividades en que se cumple."""
    for tabla in CATALOGO:
        yield from ((tabla.clave, act.plazo, (act,)) for act in tabla.actividades if act.plazo)
        yield from ((tabla.clave, t.regla, tuple(tabla[c] for c in t.cumplen)) for t in tabla.tramos)


def test_son_los_que_dice_el_dominio_y_ninguno_mas() -> None:
    hallados = {(clave, regla.clave, regla.acto) for clave, regla, _ in _reglas() if regla.acto}
    assert hallados == DE_LA_FUENTE | INFERIDOS


def test_los_que_la_fuente_no_pide_por_escrito_lo_confiesan() -> None:
    for clave, regla, actividades in _reglas():
        if not regla.acto:
            continue
        (emision,) = (e for act in actividades for e in act.oficios if e.clave == regla.acto)
        assert emision.exigido == ((clave, regla.clave, regla.acto) in DE_LA_FUENTE), regla.acto
        if not emision.exigido:
            assert "oficio" in regla.inferido or "por escrito" in regla.inferido


def test_los_de_preparacion_muestran_la_fecha_y_no_piden_el_acto() -> None:
    for clave, regla, actividades in _reglas():
        if regla.inferido.startswith(("Se fija para", "Es la fecha para")):
            assert regla.acto == "", (clave, actividades[0].clave)


@pytest.mark.parametrize(
    ("acto", "falta"),
    [
        ("OF-99", "el tramo PL-01 se cumple con OF-99, que no se emite ahí"),
        ("OF-31", "el tramo PL-01 se cumple con OF-31, que no se emite ahí"),
    ],
)
def test_un_acto_que_nadie_emite_ahi_no_se_publica(acto: str, falta: str) -> None:
    respuesta, instruccion = apertura_cast.TABLA.tramos
    mal = replace(respuesta, regla=replace(respuesta.regla, acto=acto))
    assert faltas(replace(apertura_cast.TABLA, tramos=(mal, instruccion))) == [falta]


def test_el_acto_lo_emite_quien_debe_el_plazo() -> None:
    respuesta, instruccion = apertura_cast.TABLA.tramos
    mal = replace(respuesta, responde=instruccion.responde)
    assert faltas(replace(apertura_cast.TABLA, tramos=(mal, instruccion))) == [
        "el tramo PL-01 lo debe DG y se cumple con OF-29, que emite otra unidad"
    ]
