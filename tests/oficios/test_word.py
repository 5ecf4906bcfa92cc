"""¿El borrador en Word lleva lo mismo que el PDF, y nada que lo haga pasar por firmado?"""

from __future__ import annotations

import io
import sys

import docx
import pytest

from tareas.oficios.errores import BibliotecaFaltante
from tareas.oficios.papel.word import AVISO, borrador_docx
from tests.accesorios.oficios_de_muestra import HOSTIL, contenido, extremo

CUERPO = """Uno **dos** *tres*

- a
- b
  1. c

## Sub

| h | i |
|---|--:|
| x | y |
"""


def abierto(crudo: bytes) -> tuple[str, docx.document.Document]:
    documento = docx.Document(io.BytesIO(crudo))
    celdas = (c.text for t in documento.tables for f in t.rows for c in f.cells)
    return "\n".join([*(p.text for p in documento.paragraphs), *celdas]), documento


def test_lleva_cuerpo_listas_tabla_y_membrete() -> None:
    texto, documento = abierto(borrador_docx(contenido(CUERPO)))
    assert "Uno dos tres" in texto
    assert [t.text for p in documento.paragraphs for t in p.runs if t.bold and t.text == "dos"] == ["dos"]
    assert "1.\tc" in texto
    assert "•\tb" in texto
    [tabla] = documento.tables
    assert [c.text for c in tabla.rows[1].cells] == ["x", "y"]
    assert "tblHeader" in tabla.rows[0]._tr.xml
    assert "Colegio Nacional" in documento.sections[0].header.paragraphs[0].text
    assert "Expediente: NORM-2026-0001" in texto


def test_nunca_lleva_numero_codigo_ni_sello() -> None:
    datos = contenido()
    texto, documento = abierto(borrador_docx(datos))
    todo = texto + documento.sections[0].footer.paragraphs[0].text
    for prohibido in (datos["numero"], datos["codigo"], datos["sello"], datos["atentamente"]["firmado"]):
        assert prohibido not in todo
    assert todo.count(AVISO) == 2


@pytest.mark.parametrize("valor", HOSTIL)
def test_lo_hostil_sale_literal(valor: str) -> None:
    texto, _ = abierto(borrador_docx(contenido(asunto=valor + "\x00\x0b")))
    assert "".join(valor.split()) in "".join(texto.split())


def test_el_mayor_tambien_sale_y_dos_veces_es_igual() -> None:
    texto, documento = abierto(borrador_docx(extremo()))
    assert len(documento.tables) == 2
    assert len(documento.tables[0].rows) == 201
    assert abierto(borrador_docx(contenido()))[0] == abierto(borrador_docx(contenido()))[0]
    assert "CAST-71" in texto


def test_sin_la_biblioteca_se_dice_cual_falta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(BibliotecaFaltante, match="python-docx"):
        borrador_docx(contenido())
