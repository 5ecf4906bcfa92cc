"""Qué contraseña sirve: las fáciles para quien conoce México y a la persona, no; una frase, sí."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from modelos.organizacion.claves import generada
from modelos.organizacion.contrasenas import LARGO_MAXIMO, falta

SUYO = ("ana.ruiz@conalep.edu.mx", "Ana Lucía Ruiz Fernández", "CAST-DEMO-01")


@pytest.mark.parametrize(
    ("clave", "dice"),
    [
        pytest.param("", "entre 12", id="vacia"),
        pytest.param("Xk9#mQ2$vL7", "entre 12", id="once-al-azar"),
        pytest.param("   corta    ", "entre 12", id="los-espacios-no-cuentan"),
        pytest.param("a" * (LARGO_MAXIMO + 1), "entre 12", id="larguisima"),
        pytest.param("con un\nsalto de línea", "entre 12", id="con-salto"),
        pytest.param("administrador", "fácil", id="comun"),
        pytest.param("contraseña2026", "fácil", id="comun-con-acento"),
        pytest.param("CONTRASEÑA2026", "fácil", id="en-mayusculas"),
        pytest.param("Conalep2026!", "institución", id="la-casa"),
        pytest.param("coordinacion2026", "institución", id="el-rol"),
        pytest.param("C00rd1n4c10n2026", "fácil", id="con-numeros-por-letras"),
        pytest.param("ana.ruiz@conalep.edu.mx", "su correo", id="su-correo"),
        pytest.param("anaruiz20261231", "fácil", id="su-correo-junto"),
        pytest.param("Ana Lucía Ruiz Fernández", "su nombre", id="su-nombre"),
        pytest.param("ruizfernandez", "fácil", id="sus-apellidos"),
        pytest.param("cast-demo-01-cast-demo-01", "fácil", id="su-unidad"),
        pytest.param("qwertyuiop123456", "fácil", id="teclado"),
        pytest.param("123456789012345", "fácil", id="numeros-en-orden"),
        pytest.param("aaaaaaaaaaaaaaaaaa", "repite", id="repite"),
    ],
)
def test_la_facil_no_sirve_y_dice_por_que(clave: str, dice: str) -> None:
    for forma in ("NFC", "NFD"):
        assert dice in falta(normalize(forma, clave), SUYO)


@pytest.mark.parametrize(
    "clave",
    [
        "hace mucho frío en toluca",
        "ñandú azul junto al río",
        "mi perra come tortas de tamal",
        "Xk9#mQ2$vL7z",
        "pingüino, triciclo y sal",
        "a mi abuela nunca le gustó el chocolate con agua pero se lo tomaba todos los días " * 2,
    ],
)
def test_una_frase_o_doce_al_azar_sirven(clave: str) -> None:
    assert falta(clave, SUYO) == ""


def test_las_que_da_el_sistema_sirven_siempre() -> None:
    assert [falta(clave, SUYO) for clave in (generada() for _ in range(30))] == [""] * 30


def test_lo_que_se_sabe_de_una_persona_no_le_estorba_a_otra() -> None:
    clave = "tlacotepec-wixarika"
    assert "su nombre" in falta(clave, ("wixarika.tlacotepec@x.mx", "Wixarika Tlacotepec", "CST"))
    assert falta(clave, SUYO) == ""


def test_una_llena_de_signos_se_lee_de_pocas_maneras() -> None:
    """Cada manera de leerla se busca entera: con la tabla de la biblioteca eran miles, y segundos de procesador."""
    from zxcvbn import matching

    hecha = "$4$4@8({[<369!1+7%20" * 10
    falta(hecha, SUYO)
    assert len(matching.enumerate_l33t_subs(matching.relevant_l33t_subtable(hecha, matching.L33T_TABLE))) <= 8
