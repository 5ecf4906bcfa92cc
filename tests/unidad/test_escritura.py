"""Lo que se pega de otro lado: lo que no se ve se limpia, lo escrito se conserva y lo demás se ubica."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from modelos.errores import FormularioIncompleto
from modelos.escritura import descifrar, estorbo, limpiar_texto, sin_estorbos

VISIBLES_CON_FORMA_DE_FORMATO = {"ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"}
"""Escrituras cuyos signos de formato sí se ven: ninguna se usa aquí, y no se borran sin decirlo."""


@pytest.mark.parametrize(
    ("pegado", "queda"),
    [
        pytest.param("norma\u00adtividad", "normatividad", id="guion-suave"),
        pytest.param("a\u200bb\u200cc\u200dd\u2060e", "abcde", id="ancho-cero"),
        pytest.param("\ufeffHola", "Hola", id="marca-de-orden-de-bytes"),
        pytest.param("40\u00a0horas\u202fal\u2007mes", "40 horas al mes", id="espacios-que-no-se-parten"),
        pytest.param("\u202eagap\u202c \u2066x\u2069 \u061cy", "agap x y", id="direccion-de-escritura"),
        pytest.param("1\u20282\u20293\x0b4\x0c5\x856", "1\n2\n3\n4\n5\n6", id="saltos"),
        pytest.param("uno\r\ndos\rtres", "uno\ndos\ntres", id="saltos-de-windows"),
        pytest.param("\uf0b7 primero", "• primero", id="viñeta-de-word"),
        pytest.param("n\u0303andu\u0301", "ñandú", id="letras-sueltas-de-sus-marcas"),
        pytest.param("\u26a0\ufe0f", "\u26a0", id="variante-de-dibujo"),
        pytest.param("x\U000e0041y\u3164z", "xyz", id="etiquetas-y-rellenos"),
    ],
)
def test_lo_que_no_se_ve_se_quita_y_lo_demas_se_entiende(pegado: str, queda: str) -> None:
    assert limpiar_texto("asunto", pegado) == queda
    assert sin_estorbos(queda) == queda


@pytest.mark.parametrize(
    "legitimo",
    [
        "Primer renglón\n\tsegundo, con tabulador\n\ntercero",
        "m\u0303 p\u030c u\u0332 ų́ ɨ ʉ ɛ ŋ ə ʔ ȼ ʰ ʷ",
        "Ꞌ ꞌ ʼ «ñ» “comillas” — guion – largo … ¿qué? ¡sí!",
        "½ ⅓ ≥ ≤ ≈ √ ☐ ☑ ✓ ① Ⅳ ½ º ª № ℃ 10² €",
        "Ψ Ω Ж 漢字 ع",
    ],
)
def test_lo_que_alguien_quiso_escribir_se_conserva(legitimo: str) -> None:
    assert limpiar_texto("asunto", legitimo) == unicodedata.normalize("NFC", legitimo)


def test_ningun_signo_de_formato_invisible_se_escapa() -> None:
    formato = (chr(i) for i in range(sys.maxunicode + 1) if unicodedata.category(chr(i)) == "Cf")
    escapan = [c for c in formato if sin_estorbos(f"a{c}b") != "ab"]
    assert {unicodedata.name(c).partition(" ")[0] for c in escapan} <= VISIBLES_CON_FORMA_DE_FORMATO
    espacios = (chr(i) for i in range(sys.maxunicode + 1) if unicodedata.category(chr(i)) == "Zs")
    assert {sin_estorbos(c) for c in espacios} == {" "}


@pytest.mark.parametrize(
    ("escrito", "dice"),
    [
        ("\x00hola", "(U+0000) al principio"),
        ("Estimada\x07 directora", "(U+0007) después de «Estimada»"),
        ("uno\ndos tres\x1bcuatro", "(U+001B) en el renglón 2, después de «dos tres»"),
        ("a\ud800b", "(U+D800) después de «a»"),
        ("Zal" + "\u0335" * 40, "signos encimados (U+0335) después de «Zal»"),
    ],
)
def test_lo_que_no_se_puede_guardar_se_nombra_y_se_ubica(escrito: str, dice: str) -> None:
    with pytest.raises(FormularioIncompleto) as error:
        limpiar_texto("asunto", escrito)
    assert dice in error.value.campos["asunto"]
    assert estorbo("sin estorbos") == ""


@pytest.mark.parametrize("codificacion", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le-con-marca"])
def test_un_archivo_de_texto_se_lee_como_lo_haya_guardado_windows(codificacion: str) -> None:
    texto = "Peñón,«Añil»,1\r\n"
    crudo = b"\xff\xfe" + texto.encode("utf-16-le") if "con-marca" in codificacion else texto.encode(codificacion)
    assert descifrar(crudo) == texto


@pytest.mark.parametrize("crudo", [b"\x00\x01\x02", b"a\x81b", b"%PDF\x00", b"\xff\xfea", b"\xff\xfe\x00\xd8"])
def test_lo_que_no_es_texto_no_se_adivina(crudo: bytes) -> None:
    assert descifrar(crudo) is None
