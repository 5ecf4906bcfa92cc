"""¿Nadie puede trabar la composición, y cada flujo del PDF mide lo que dice, se lea como se lea?"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from pathlib import Path

import page
import pytest
from pypdf import PdfReader

from tareas.oficios.errores import ComposicionSinTerminar
from tareas.oficios.papel import hoja
from tareas.oficios.papel.imprenta import componer
from tests.accesorios.oficios_de_muestra import contenido, extremo

RAIZ = Path(__file__).parents[2]
FLUJO = re.compile(rb"/Length (\d+)[^>]*>>\s*stream\n")


def _llano(cuerpo: str) -> bool:
    return hoja.es_llana(hoja.preparada(contenido(cuerpo)))


@pytest.mark.parametrize(
    "raro",
    [
        pytest.param("a" + "\u0301" * 20_000, id="signos-encimados"),
        pytest.param("\u00ad\u0301" * 20_000, id="guiones-que-no-se-ven"),
    ],
)
def test_lo_que_no_termina_se_corta_a_los_diez_segundos_y_lo_demas_no_espera(raro: str) -> None:
    with pytest.raises(ComposicionSinTerminar, match=r"no terminó en 10 segundos|demasiada memoria"):
        componer({**contenido(), "cuerpo": [{"t": "parrafo", "hijos": [{"t": "texto", "v": raro}]}]})
    assert componer(contenido()).startswith(b"%PDF")


def test_una_hoja_comun_se_compone_aqui_y_la_enorme_o_con_otras_letras_aparte() -> None:
    assert _llano("Se remite el proyecto «ñandú» – 50 % & más: $1,500.00, 3.º párrafo… “así” €")
    assert _llano("palabra corta " * 1000)
    assert not _llano("palabra corta " * 2000)
    assert not _llano("- a\n" * 1000)
    assert not _llano("|" + "a|" * 600 + "\n|" + "-|" * 600)
    assert not _llano("| a | b | c |\n|---|---|---|\n" + "| | | |\n" * 600)
    for raro in ("a\u0334", "\u0915\u094d", "\u0436"):
        assert not _llano(f"uno {raro} dos")


def test_aparte_salen_los_mismos_bytes_que_aqui() -> None:
    programa = (
        "import hashlib; from tareas.oficios.papel import hoja, imprenta\n"
        "from tests.accesorios.oficios_de_muestra import extremo\n"
        "hoja.PESO_LLANO = 10**9\n"
        "print(hashlib.sha256(imprenta.componer(extremo())).hexdigest())"
    )
    aqui = subprocess.run([sys.executable, "-c", programa], cwd=RAIZ, capture_output=True, text=True, check=True)
    assert not hoja.es_llana(hoja.preparada(extremo()))
    assert hashlib.sha256(componer(extremo())).hexdigest() == aqui.stdout.strip()


def test_un_flujo_que_acaba_en_retorno_de_carro_no_se_confunde_con_su_separador() -> None:
    # El último byte es casi al azar: le pasa a unos cuantos de cada cien oficios.
    intentos = (componer(contenido(f"Texto {i} de prueba del oficio {i * 7919}.")) for i in (133, 179, *range(600)))
    pdf = next(p for p in intentos if b"\r\r\nendstream" in p)
    for norma in ("2a", "ua1"):
        informe = page.validate_pdf_bytes(pdf, profile=norma)
        assert informe.is_compliant, [(f.rule_id, f.message) for f in informe.failures]
    largos = [(int(m[1]), pdf[m.end() + int(m[1]) :][:12]) for m in FLUJO.finditer(pdf)]
    assert largos
    assert all(re.match(rb"\r?\nendstream", sigue) for _, sigue in largos), largos
    tabla = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    assert pdf[tabla:].startswith(b"xref")
    for numero, donde in enumerate(re.findall(rb"(\d{10}) \d{5} n", pdf[tabla:]), 1):
        assert pdf[int(donde) :].startswith(b"%d 0 obj" % numero)
    assert len(PdfReader(io.BytesIO(pdf), strict=True).pages) == 1
