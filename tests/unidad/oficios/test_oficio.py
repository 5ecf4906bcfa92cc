"""El número y el código de un oficio: qué formato sirve, cómo sale y cómo se lee lo que alguien copió."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelos.tabla.emision import (
    ALFABETO,
    FALTA,
    FORMATO,
    LARGO_CODIGO,
    codigo_de,
    falta_de_formato,
    leer_codigo,
    mostrar_codigo,
    numerar,
)


@pytest.mark.parametrize(
    ("formato", "sale"),
    [
        (FORMATO, "DSTC/007/2027"),
        ("15-528/{consecutivo:04d}-{anio}", "15-528/0007-2027"),
        ("{anio}.{SIGLA}.{consecutivo}", "2027.DSTC.7"),
        ("OFICIO {SIGLA} No. {consecutivo:02d}/{anio}", "OFICIO DSTC No. 07/2027"),
    ],
)
def test_cada_unidad_numera_a_su_modo(formato: str, sale: str) -> None:
    assert falta_de_formato(formato) == ""
    assert numerar(formato, "DSTC", 7, 2027) == sale


@pytest.mark.parametrize(
    ("formato", "dice"),
    [
        ("{SIGLA}/{anio}", "mismo número"),
        ("{SIGLA}/{consecutivo:03d}", "mismo número"),
        ("{consecutivo}{consecutivo}/{anio}", "mismo número"),
        ("{SIGLA}/{consecutivo:03x}/{anio}", "use letras"),
        ("{SIGLA.__class__}/{consecutivo}/{anio}", "use letras"),
        ("{SIGLA}/{consecutivo}/{anio}<b>", "use letras"),
        ("   ", "80 caracteres"),
        ("X" * 70 + "{consecutivo}/{anio}", "80 caracteres"),
    ],
)
def test_un_formato_que_repetiria_numeros_o_traeria_otra_cosa_se_rechaza(formato: str, dice: str) -> None:
    assert dice in falta_de_formato(formato)


def test_pasado_el_ancho_el_numero_crece_y_no_se_recorta() -> None:
    assert numerar(FORMATO, "CST", 12_345, 2026) == "CST/12345/2026"


@given(st.lists(st.integers(0, len(ALFABETO) - 1), min_size=LARGO_CODIGO, max_size=LARGO_CODIGO))
def test_el_codigo_se_lee_aunque_se_copie_con_guiones_espacios_o_minusculas(azar: list[int]) -> None:
    codigo = codigo_de(azar)
    assert leer_codigo(mostrar_codigo(codigo)) == codigo
    assert leer_codigo(f" {mostrar_codigo(codigo).lower().replace('-', ' ')} ") == codigo
    assert leer_codigo(codigo.replace("1", "l").replace("0", "O")) == codigo
    assert leer_codigo("\u200b\u00ad".join(codigo.lower())) == codigo
    assert leer_codigo(f"https://ejemplo.mx/v/{codigo}") == codigo


@pytest.mark.parametrize(
    "escrito", ["", "K7QF", "K7QF-2M9X-0ABC-DEF", "K7QF-2M9X-0ABC-DEFU", "<script>alert(1)", "ñ" * 16]
)
def test_lo_que_no_puede_ser_un_codigo_se_lee_vacio(escrito: str) -> None:
    assert leer_codigo(escrito) == ""


def test_la_marca_de_lo_que_falta_no_se_confunde_con_lo_que_alguien_escribio() -> None:
    assert FALTA.findall(r"[FALTA: datos.x] y \[FALTA: escrito\]") == ["datos.x"]
