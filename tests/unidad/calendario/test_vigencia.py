"""Qué días quedan cubiertos por varias vigencias, y qué años se creen."""

from __future__ import annotations

from datetime import date

import pytest

from modelos.organizacion.vigencia import cubiertos, falta_de_anio, primer_descubierto
from tests.accesorios.tablas.fechas import fecha

HOY = fecha("vie 2026-11-20")
MANANA, LUNES = fecha("sáb 2026-11-21"), fecha("lun 2026-11-23")
Vigencias = list[tuple[date, date | None]]


@pytest.mark.parametrize(
    ("antes", "despues", "descubierto"),
    [
        pytest.param([(HOY, None), (HOY, None)], [(HOY, None)], None, id="queda-otra-sin-fin"),
        pytest.param([(HOY, None), (HOY, MANANA)], [(HOY, MANANA)], date(2026, 11, 22), id="sólo-queda-hasta-mañana"),
        pytest.param([(HOY, LUNES), (HOY, MANANA)], [(HOY, LUNES)], None, id="queda-la-que-más-dura"),
        pytest.param([(HOY, None), (LUNES, None)], [(LUNES, None)], HOY, id="la-otra-aún-no-rige"),
        pytest.param([(HOY, None), (MANANA, None)], [(HOY, HOY), (MANANA, None)], None, id="una-releva-a-la-otra"),
        pytest.param([(HOY, HOY), (LUNES, None)], [(HOY, HOY)], LUNES, id="el-hueco-que-ya-había-no-cuenta"),
        pytest.param([(HOY, None)], [], HOY, id="nadie"),
        pytest.param([(date(2020, 1, 1), date(2025, 1, 1))], [], None, id="lo-que-ya-terminó-no-cuenta"),
        pytest.param([], [], None, id="no-había-nadie"),
    ],
)
def test_se_halla_el_primer_dia_que_se_quedaria_sin_nadie(
    antes: Vigencias, despues: Vigencias, descubierto: date | None
) -> None:
    assert primer_descubierto(cubiertos(antes, HOY), cubiertos(despues, HOY)) == descubierto


@pytest.mark.parametrize("anio", [1, 1800, 1999, 2101, 9999])
def test_un_anio_que_nadie_quiso_escribir_no_se_cree(anio: int) -> None:
    assert falta_de_anio(date(anio, 1, 1)) == "revise el año: va de 2000 a 2100"


def test_los_anios_de_este_siglo_y_la_fecha_vacia_se_creen() -> None:
    assert [falta_de_anio(d) for d in (None, date(2000, 1, 1), date(2100, 12, 31))] == ["", "", ""]
