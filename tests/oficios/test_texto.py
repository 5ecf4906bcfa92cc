"""¿El Markdown de un oficio admite lo que debe, y un dato cualquiera sale literal donde caiga?"""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto
from tareas.oficios.errores import OficioDemasiadoLargo
from tareas.oficios.redaccion.texto import MAXIMO, NIVELES, arbol, escapar, falta, faltantes, html, limpiar, plano

MARCAS = st.text(alphabet="*_|\\[]`#-+1>.):~=<& \n\tab{}$@!\"'/áñ\u2028\u202e\x00", min_size=1, max_size=14)


def junto(texto: str) -> str:
    return "".join(texto.split())


@given(MARCAS | st.text(max_size=30))
def test_un_dato_cualquiera_sale_literal_al_principio_en_medio_y_en_una_tabla(valor: str) -> None:
    escrito, esperado = escapar(valor), junto(limpiar(valor))
    for antes, despues in (("", ""), ("Hola ", ". Fin"), ("- ", ""), ("**n** ", " *c*")):
        leido = arbol(f"{antes}{escrito}{despues}\n")
        assert len(leido) <= 1
        if antes != "- " and esperado:
            assert leido[0]["t"] == "parrafo"
            assert junto(plano(f"{antes}{escrito}{despues}")) == junto(plano(antes)) + esperado + junto(plano(despues))
    [tabla] = arbol(f"| a | b |\n|---|---|\n| {escrito} | x |\n")
    assert tabla["t"] == "tabla"
    assert len(tabla["filas"]) == 1
    assert junto("".join(n.get("v", "") for n in tabla["filas"][0][0])) == esperado
    assert faltantes(f"{escrito}\n") == ()


def test_lo_admitido() -> None:
    assert html("uno **dos** *tres*\\\ncuatro\n\n3. a\n4. b") == (
        '<p>uno <strong>dos</strong> <em>tres</em><br>cuatro</p><ol start="3"><li>a</li><li>b</li></ol>'
    )
    tabla = html("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert tabla.startswith('<table><thead><tr><th scope="col">a</th>')
    assert arbol("| a | b |\n|---|--:|\n| 1 | 2 |")[0]["columnas"] == ["left", "right"]
    assert plano("- a\n- b\n  1. c\n\nfin") == "- a\n- b\n  1. c\n\nfin"


@pytest.mark.parametrize(
    "markdown",
    [
        "<b>negritas</b>",
        "[enlace](http://ejemplo.mx)",
        "![imagen](x.png)",
        "`código`",
        "> cita",
        "---",
        "<script>alert(1)</script>",
        "&copy; &amp;",
        "~~tachado~~",
        "http://ejemplo.mx",
        "[a]: http://ejemplo.mx",
    ],
)
def test_lo_no_admitido_queda_como_letras(markdown: str) -> None:
    assert arbol(markdown) == [{"t": "parrafo", "hijos": [{"t": "texto", "v": markdown}]}]
    assert "<script" not in html(markdown)
    assert "<a" not in html(markdown)


def test_los_subtitulos_no_se_saltan_niveles() -> None:
    assert [n["nivel"] for n in arbol("### a\n\n##### b\n\n## c\n\n#### d")] == [1, 2, 1, 2]
    assert html("## a\n\n#### b") == "<h3>a</h3><h4>b</h4>"
    assert html("- ## a") == "<ul><li><strong>a</strong></li></ul>"


def test_faltan_los_que_no_se_han_completado() -> None:
    assert faltantes("Va [FALTA: datos.x] y [FALTA: datos.x] y [FALTA: datos.y]; \\[FALTA: no]") == (
        "datos.x",
        "datos.y",
    )


def test_lo_que_no_se_ve_no_cambia_lo_que_se_lee() -> None:
    assert limpiar("a\u202eb\u200bc\x00d\r\ne") == "abcd\ne"
    assert limpiar("a\u0301") == "á"


def test_un_cuerpo_demasiado_largo_se_rechaza() -> None:
    arbol("a" * MAXIMO)
    with pytest.raises(OficioDemasiadoLargo, match="60001"):
        arbol("a" * (MAXIMO + 1))


@pytest.mark.parametrize("trozo", ["*a ", "**", "_a", "[", "|a", "- ", "\\", "1. ", "*_a**__ ", "|-\n", "> ", "#\n"])
def test_ningun_cuerpo_tarda(trozo: str) -> None:
    inicio = time.process_time()
    html((trozo * MAXIMO)[:MAXIMO])
    assert time.process_time() - inicio < 10


@pytest.mark.parametrize(
    ("markdown", "dice"),
    [
        ("uno\n\n" + "\n".join("  " * n + f"- x{n}" for n in range(12)), "renglón 11: la lista tiene más de 8"),
        ("- " * 30 + "x29", "renglón 1: la lista tiene más de 8"),
        ("uno\n\ndos a" + "\u0301" * 10, "renglón 3: trae signos encimados"),
    ],
)
def test_lo_que_no_cabe_en_el_papel_se_dice_con_su_renglon_y_la_pagina_lo_muestra(markdown: str, dice: str) -> None:
    with pytest.raises(FormularioIncompleto, match=dice):
        arbol(markdown)
    assert falta(markdown).startswith(dice)
    assert "x11" in html(markdown) or "x29" in html(markdown) or "dos á" in html(markdown)


def test_una_lista_de_ocho_niveles_sale_entera() -> None:
    markdown = "\n".join("  " * n + f"- x{n}" for n in range(NIVELES))
    assert arbol(markdown)
    assert all(f"x{n}" in plano(markdown) for n in range(NIVELES))


@pytest.mark.parametrize(
    "bueno",
    ["Ñandú, pingüino y «cigüeña»", "n\u0303a\u0301", "Việt Nam", "हिन्दी में क्षत्रिय", "שָׁלוֹם", "ที่นี่", "e" + "\u0301" * 8],
)
def test_lo_que_se_escribe_de_verdad_no_son_signos_encimados(bueno: str) -> None:
    assert limpiar_texto("asunto", bueno) == unicodedata.normalize("NFC", bueno)
    assert falta(bueno) == ""


@pytest.mark.parametrize("signo", ["\u0301", "\u0336", "\u20dd", "\u1ab0", "\u0483", "\u0301\u200b"])
def test_los_signos_encimados_sin_fin_no_entran(signo: str) -> None:
    with pytest.raises(FormularioIncompleto) as error:
        limpiar_texto("comentario", "Visto buen" + "o" + signo * 10)  # el primero puede quedar en la letra
    assert "signos encimados" in error.value.campos["comentario"]
