"""El borrador en Word, para quien prefiera corregirlo ahí; lo que se firma y se envía es siempre el PDF.

Lleva lo mismo que el PDF pero no es idéntico a él. python-docx es opcional.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tareas.oficios.errores import BibliotecaFaltante
from tareas.oficios.redaccion.texto import Nodo, limpiar

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

GUINDA = (0x9B, 0x22, 0x47)
AVISO = "BORRADOR – SIN VALIDEZ"
_ALINEADO = {"left": "LEFT", "center": "CENTER", "right": "RIGHT", "justificado": "JUSTIFY"}
_SUELTOS = ("\ufffe", "\uffff")


def borrador_docx(contenido: Mapping[str, Any]) -> bytes:
    """El borrador como .docx; nunca lleva número, código ni sello, aunque el contenido los traiga.

    Lanza:
        BibliotecaFaltante: no se instaló python-docx.
    """
    documento = _nuevo(contenido)
    _encabezado(documento, contenido)
    for destinatario in contenido.get("destinatarios") or ():
        renglones = [destinatario.get("nombre"), destinatario.get("cargo"), destinatario.get("institucion")]
        parrafo = _parrafo(documento, "", junto=False)
        for i, renglon in enumerate(filter(None, renglones)):
            if i:
                parrafo.add_run().add_break()
            parrafo.add_run(_limpio(renglon)).bold = True
    _parrafo(documento, str(contenido.get("presente") or "").upper(), negritas=True)
    _bloques(documento, contenido.get("cuerpo") or ())
    _cierre(documento, contenido)
    salida = io.BytesIO()
    documento.save(salida)
    return salida.getvalue()


def _nuevo(contenido: Mapping[str, Any]) -> Document:
    try:
        import docx
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt
    except ImportError as error:
        raise BibliotecaFaltante("python-docx", "descargar el borrador en Word") from error
    documento = docx.Document()
    hoja = documento.sections[0]
    hoja.page_width, hoja.page_height = Mm(216), Mm(279)
    hoja.top_margin, hoja.bottom_margin, hoja.left_margin, hoja.right_margin = Mm(24), Mm(27), Mm(27), Mm(24)
    normal: Any = documento.styles["Normal"]
    normal.font.name, normal.font.size = "Noto Sans", Pt(10.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Sans")
    normal.paragraph_format.space_after = Pt(8)
    idioma = normal.element.get_or_add_rPr().makeelement(
        qn("w:lang"), {qn("w:val"): contenido.get("idioma") or "es-MX"}
    )
    normal.element.get_or_add_rPr().append(idioma)
    documento.core_properties.title = _limpio(contenido.get("asunto") or "")[:255]
    documento.core_properties.author = _limpio((contenido.get("membrete") or {}).get("institucion") or "")[:255]
    # La fecha del oficio, no la del reloj: el mismo borrador da el mismo archivo.
    fecha = datetime.fromisoformat(f"{contenido.get('fecha') or '2000-01-01'}T12:00:00")
    documento.core_properties.created = documento.core_properties.modified = fecha
    return documento


def _encabezado(documento: Document, contenido: Mapping[str, Any]) -> None:
    _membrete(documento.sections[0].header, contenido.get("membrete") or {})
    _pie(documento.sections[0].footer, contenido.get("pie") or {})
    _guinda(_parrafo(documento, "", alineado="center").add_run(AVISO))
    if contenido.get("aviso"):
        _guinda(_parrafo(documento, "", alineado="center").add_run(_limpio(contenido["aviso"])))
    if contenido.get("leyenda"):
        _parrafo(documento, contenido["leyenda"], alineado="center").runs[0].italic = True
    for nombre, valor in (("Asunto", contenido.get("asunto")), ("Expediente", contenido.get("expediente"))):
        parrafo = _parrafo(documento, "", alineado="right")
        parrafo.add_run(f"{nombre}: ").bold = True
        parrafo.add_run(_limpio(valor or ""))
    _parrafo(documento, contenido.get("lugar_fecha") or "", alineado="right")


def _membrete(cabeza: Any, membrete: Mapping[str, Any]) -> None:  # noqa: ANN401 - python-docx no trae tipos de esto
    parrafo = cabeza.paragraphs[0]
    _alinear(parrafo, "right")
    _guinda(parrafo.add_run(_limpio(membrete.get("institucion") or "")))
    for nivel in membrete.get("jerarquia") or ():
        parrafo.add_run().add_break()
        parrafo.add_run(_limpio(nivel))


def _pie(pie: Any, datos: Mapping[str, Any]) -> None:  # noqa: ANN401 - python-docx no trae tipos de esto
    partes = [AVISO, datos.get("domicilio"), datos.get("telefono"), datos.get("sitio")]
    pie.paragraphs[0].text = "  ·  ".join(_limpio(p) for p in partes if p)


def _cierre(documento: Document, contenido: Mapping[str, Any]) -> None:
    if quien := contenido.get("atentamente"):
        _firma(documento, quien)
    for titulo, renglones in (("Anexos", contenido.get("anexos")), ("C.c.p.", contenido.get("ccp"))):
        if renglones:
            _parrafo(documento, titulo, negritas=True, junto=True)
            for renglon in renglones:
                _parrafo(documento, renglon)
    if contenido.get("iniciales"):
        _parrafo(documento, contenido["iniciales"])
    if contenido.get("distribucion"):
        _parrafo(documento, "Distribución", negritas=True, junto=True)
        celdas = [[_texto(d.get("clave")), _texto(d.get("nombre"))] for d in contenido["distribucion"]]
        _tabla(documento, [_texto("Clave"), _texto("Unidad")], celdas, ["left", "left"])


def _firma(documento: Document, quien: Mapping[str, Any]) -> None:
    _parrafo(documento, "ATENTAMENTE", negritas=True, junto=True)
    _parrafo(documento, "\n\n", junto=True)
    _parrafo(documento, str(quien.get("nombre") or "").upper(), negritas=True, junto=True)
    _parrafo(documento, str(quien.get("cargo") or "").upper(), negritas=True)
    if quien.get("suplencia"):
        _parrafo(documento, quien["suplencia"])


def _bloques(documento: Document, nodos: Sequence[Nodo], nivel: int = 0) -> None:
    for nodo in nodos:
        match nodo["t"]:
            case "titulo":
                _renglon(documento.add_heading(level=min(nodo["nivel"] + 1, 9)), nodo["hijos"])
            case "lista":
                _lista(documento, nodo, nivel)
            case "tabla":
                _tabla(documento, nodo["encabezado"], nodo["filas"], nodo["columnas"])
            case _:
                parrafo = _parrafo(documento, "", alineado="justificado")
                _renglon(parrafo, nodo["hijos"])


def _lista(documento: Document, nodo: Nodo, nivel: int) -> None:
    """Con la marca escrita: la numeración de Word seguiría la cuenta de la lista anterior."""
    from docx.shared import Mm

    for i, elemento in enumerate(nodo["elementos"]):
        marca = f"{nodo['inicio'] + i}." if nodo["ordenada"] else "•"
        parrafo = _parrafo(documento, f"{marca}\t")
        parrafo.paragraph_format.left_indent = Mm(8 * (nivel + 1))
        parrafo.paragraph_format.first_line_indent = Mm(-8)
        parrafo.paragraph_format.tab_stops.add_tab_stop(Mm(8 * (nivel + 1)))
        primero = elemento[:1] if elemento and elemento[0]["t"] == "parrafo" else []
        for bloque in primero:
            _renglon(parrafo, bloque["hijos"])
        _bloques(documento, elemento[len(primero) :], nivel + 1)


def _tabla(documento: Document, encabezado: Sequence[Any], filas: Sequence[Any], columnas: Sequence[str]) -> None:
    from docx.oxml import OxmlElement

    tabla = documento.add_table(rows=0, cols=len(encabezado), style="Table Grid")
    for numero, fila in enumerate((encabezado, *filas)):
        renglon = tabla.add_row()
        if numero == 0:  # se repite en cada página, y lo anuncia un lector de pantalla
            renglon._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - no hay otra forma
        for celda, hijos, columna in zip(renglon.cells, fila, columnas, strict=True):
            _renglon(celda.paragraphs[0], hijos, negritas=numero == 0)
            _alinear(celda.paragraphs[0], columna)
    _parrafo(documento, "")


def _renglon(parrafo: Paragraph, nodos: Sequence[Nodo], *, negritas: bool = False, cursivas: bool = False) -> None:
    for nodo in nodos:
        if nodo["t"] == "salto":
            parrafo.add_run().add_break()
        elif nodo["t"] == "texto":
            trozo = parrafo.add_run(_limpio(nodo["v"]))
            trozo.bold, trozo.italic = negritas or None, cursivas or None
        else:
            _renglon(
                parrafo,
                nodo["hijos"],
                negritas=negritas or nodo["t"] == "negritas",
                cursivas=cursivas or nodo["t"] == "cursivas",
            )


def _parrafo(
    documento: Document, texto: str, *, alineado: str = "left", negritas: bool = False, junto: bool = False
) -> Paragraph:
    """junto: no se separa del siguiente al cambiar de página."""
    parrafo = documento.add_paragraph()
    if texto:
        parrafo.add_run(_limpio(texto)).bold = negritas or None
    _alinear(parrafo, alineado)
    parrafo.paragraph_format.keep_with_next = junto or None
    return parrafo


def _alinear(parrafo: Paragraph, como: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    parrafo.alignment = getattr(WD_ALIGN_PARAGRAPH, _ALINEADO.get(como, "LEFT"))


def _guinda(trozo: Run) -> None:
    from docx.shared import RGBColor

    trozo.bold, trozo.font.color.rgb = True, RGBColor(*GUINDA)


def _texto(valor: object) -> list[Nodo]:
    return [{"t": "texto", "v": str(valor or "")}]


def _limpio(texto: object) -> str:
    """Sin los signos que un XML no admite."""
    return limpiar(str(texto)).translate(dict.fromkeys(map(ord, _SUELTOS)))
