"""«Sano» quiere decir sano: cada clase de archivo, entero y sin nada que se ejecute; lo demás se dice y se explica."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from modelos.errores import ArchivoRechazado
from modelos.expedientes.anexos import TIPO_DE, extension_de
from tareas.archivos.revision import revisar
from tests.accesorios import archivos_de_muestra as m
from tests.accesorios.fabricas import PDF

RUIDO = m.imagen("JPEG")
ACCION = b"<</S/JavaScript/JS(app.alert(1))>>"
A_LA_PAGINA = b"<</S/GoTo/D(inicio)>>"
CON_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
CAMPO = f'<w:document xmlns:w="{m.W}"><w:p><w:fldChar/><w:instrText>{{}}</w:instrText></w:p></w:document>'
PLANTILLA = "word/_rels/settings.xml.rels"
GRAFICA = {"word/embeddings/Hoja1.xlsx": m.office("xlsx")}

SANOS: dict[str, tuple[str, bytes]] = {
    "pdf": ("a.pdf", m.pdf(3)),
    "pdf mínimo": ("a.pdf", PDF),
    "pdf con renglones antes": ("a.pdf", b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + m.pdf()),
    "pdf con salto y marca antes": ("a.pdf", b"\xef\xbb\xbf\r\n" + m.pdf()),
    "pdf que abre en una página": ("a.pdf", m.pdf(OpenAction=A_LA_PAGINA)),
    "jpg": ("FOTO.JPG", RUIDO),
    "png": ("a.png", m.imagen("PNG")),
    "webp": ("a.webp", m.imagen("WEBP")),
    "heic": ("a.heic", m.heic()),
    "docx": ("a.docx", m.office()),
    "docx con una gráfica": ("a.docx", m.office(mas=GRAFICA)),
    "docx con plantilla de su disco": (
        "a.docx",
        m.office(mas={PLANTILLA: m.relaciones(("attachedTemplate", "file:///C:\\Oficios\\A.dotx", "External"))}),
    ),
    "docx con enlaces": (
        "a.docx",
        m.office(mas={"word/_rels/document.xml.rels": m.relaciones(("hyperlink", "https://dof.gob.mx", "External"))}),
    ),
    "docx con campos": ("a.docx", m.office(cuerpo=CAMPO.format("PAGE"))),
    "xlsx": ("a.xlsx", m.office("xlsx")),
    "pptx": ("a.pptx", m.office("pptx")),
    "odt": ("a.odt", m.odf()),
    "ods": ("a.ods", m.odf("ods")),
    "zip": ("a.zip", m.paquete({"carpeta/a.pdf": m.pdf(), "foto.jpg": RUIDO, "__MACOSX/._a.pdf": b"x"})),
    "csv de Windows": ("a.csv", "Peñón;año\r\n".encode("cp1252")),
    "csv con marca": ("a.csv", "Peñón,año\r\n".encode("utf-8-sig")),
    "txt de Excel": ("a.txt", "Peñón\taño\r\n".encode("utf-16")),
    "cfdi": ("a.xml", m.CFDI.encode()),
    "msg": ("a.msg", m.msg({"foto.jpg": RUIDO, "logo.gif": b"GIF89a", "minuta.txt": b"Hola " * 2000})),
    "zip con un msg": ("a.zip", m.paquete({"correo.msg": m.msg({"foto.jpg": RUIDO})})),
}
INSANOS: dict[str, tuple[str, bytes, str]] = {
    # --- cortados y disfrazados ---
    "pdf de 60 bytes": ("a.pdf", m.pdf()[:60], "cortado o dañado"),
    "pdf a la mitad": ("a.pdf", m.pdf(50)[: len(m.pdf(50)) // 2], "cortado o dañado"),
    "pdf sin su final": ("a.pdf", m.pdf(20)[:-40], "cortado o dañado"),
    "pdf vacío por dentro": ("a.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n", ""),
    "pdf que es html": ("a.pdf", b"<html>no</html>", "no es un PDF"),
    "pdf muy adentro": ("a.pdf", b"x\n" * 1500 + m.pdf(), "no es un PDF"),
    "jpg de 90 bytes": ("a.jpg", RUIDO[:90], "cortada o dañada"),
    "jpg a la mitad": ("a.jpg", RUIDO[: len(RUIDO) // 2], "cortada o dañada"),
    "png a la mitad": ("a.png", m.imagen("PNG")[:-9000], "cortada o dañada"),
    "webp a la mitad": ("a.webp", m.imagen("WEBP")[:-9000], "cortada o dañada"),
    "png llamado jpg": ("a.jpg", m.imagen("PNG"), "sino PNG"),
    "heic cortada": ("a.heic", m.heic()[:-10], "cortada o dañada"),
    "heic sin foto": ("a.heic", m.caja(b"ftyp", b"heic\0\0\0\0mif1") + m.caja(b"meta", b"\0" * 60), "cortada"),
    "video llamado heic": ("a.heic", m.caja(b"ftyp", b"isom\0\0\0\0mp42") + m.caja(b"mdat", b"x"), "no es una foto"),
    "docx a la mitad": ("a.docx", m.office()[:-200], "cortado o dañado"),
    "zip llamado docx": ("a.docx", m.paquete({"a.txt": "x"}), "cortado o dañado"),
    "xlsx llamado docx": ("a.docx", m.office("xlsx"), "no es un documento docx"),
    "docx llamado zip": ("a.zip", m.office(), "su propia extensión"),
    "jar llamado zip": ("a.zip", m.paquete({"META-INF/MANIFEST.MF": "x", "A.class": b"\xca\xfe"}), "que no se admite"),
    "ods llamado odt": ("a.odt", m.odf("ods"), "no es un documento odt"),
    "texto con nulos": ("a.txt", b"a\0b", "no es texto"),
    "binario llamado csv": ("a.csv", RUIDO, "no es texto"),
    "extensión desconocida": ("a.exe", b"MZ", "no se admite; use: pdf"),
    "sin extensión": ("pdf", m.pdf(), "no se admite"),
    # --- con algo que se ejecuta ---
    "pdf con programa al abrir": ("a.pdf", m.pdf(OpenAction=ACCION), "corre al abrirlo"),
    "pdf con programa después": (
        "a.pdf",
        m.pdf(OpenAction=b"<</S/GoTo/D(x)/Next[" + ACCION + b"]>>"),
        "corre al abrirlo",
    ),
    "pdf con programa al cerrar": ("a.pdf", m.pdf(AA=b"<</WC" + ACCION + b">>"), "corre al abrirlo"),
    "pdf con programa con nombre": (
        "a.pdf",
        m.pdf(Names=b"<</JavaScript<</Names[(x)" + ACCION + b"]>>>>"),
        "corre al abrirlo",
    ),
    "pdf que lanza otro": ("a.pdf", m.pdf(OpenAction=b"<</S/Launch/F(calc.exe)>>"), "corre al abrirlo"),
    "pdf con programa al verlo": ("a.pdf", m.pdf_con_nota(b"/AA<</PO" + ACCION + b">>"), "corre al hojearlo"),
    "pdf que lanza otro después": (
        "a.pdf",
        m.pdf_con_nota(b"/A<</S/GoTo/D(x)/Next<</S/Launch/F(calc.exe)>>>>"),
        "abre un programa",
    ),
    "ejecutable que empieza como uno del sistema": ("a.zip", m.paquete({"thumbs.db.exe": b"MZ"}), "que no se admite"),
    "ejecutable en la carpeta de macOS": ("a.zip", m.paquete({"__MACOSX/virus.exe": b"MZ"}), "que no se admite"),
    "pdf con archivos dentro": ("a.pdf", m.pdf_con_anexo(), "otros archivos dentro"),
    "pdf con contraseña": ("a.pdf", m.pdf_con_contrasena(), "tiene contraseña"),
    "docm llamado docx": ("a.docx", m.office(tipos=m.tipos("word/document.xml", CON_MACROS)), "macros"),
    "macros con otro nombre": (
        "a.docx",
        m.office(mas={"word/_rels/document.xml.rels": m.relaciones(("vbaProject", "imagen.bin", ""))}),
        "macros",
    ),
    "macros declaradas por extensión": (
        "a.docx",
        m.office(tipos=m.tipos(*m.TIPOS["docx"], '<Default Extension="dat" ContentType="a/vnd.vbaProject"/>')),
        "macros",
    ),
    "hoja de macros de Excel 4": (
        "a.xlsx",
        m.office("xlsx", {"xl/_rels/workbook.xml.rels": m.relaciones(("xlMacrosheet", "x.xml", ""))}),
        "macros",
    ),
    "objeto con otro nombre": ("a.docx", m.office(mas={"word/media/imagen1.png": m.OLE + b"x" * 600}), "objeto"),
    "objeto declarado": (
        "a.pptx",
        m.office("pptx", {"ppt/_rels/x.rels": m.relaciones(("oleObject", "https://x.mx/a!", "External"))}),
        "objeto",
    ),
    "activeX": (
        "a.docx",
        m.office(mas={"word/_rels/document.xml.rels": m.relaciones(("control", "a.xml", ""))}),
        "obj",
    ),
    "plantilla remota": (
        "a.docx",
        m.office(mas={PLANTILLA: m.relaciones(("attachedTemplate", "https://x.mx/a.dotm", "External"))}),
        "otro lugar",
    ),
    "plantilla de la red": (
        "a.docx",
        m.office(mas={PLANTILLA: m.relaciones(("attachedTemplate", "file:///\\\\servidor\\a.dotm", "External"))}),
        "otro lugar",
    ),
    "enlace a un programa": (
        "a.docx",
        m.office(mas={"word/_rels/document.xml.rels": m.relaciones(("hyperlink", "ms-msdt:/id", "External"))}),
        "enlace que abre un programa",
    ),
    "programa dentro": ("a.xlsx", m.office("xlsx", {"xl/media/x.jpg": b"MZ\x90\0"}), "programa dentro"),
    "macros en la gráfica": (
        "a.docx",
        m.office(mas={"word/embeddings/H.xlsx": m.office(tipos=m.tipos("x.xml", CON_MACROS))}),
        "macros",
    ),
    "dde": ("a.docx", m.office(cuerpo=CAMPO.format(' DDEAUTO c:\\\\windows "x"')), "DDE"),
    "dde en pedazos": ("a.docx", m.office(cuerpo=CAMPO.format("D</w:instrText><w:instrText>DE cmd")), "DDE"),
    "dde en excel": (
        "a.xlsx",
        m.office("xlsx", {"xl/externalLinks/externalLink1.xml": '<x><ddeLink ddeService="cmd"/></x>'}),
        "DDE",
    ),
    "tipos en utf-16": (
        "a.docx",
        m.paquete(
            {
                "[Content_Types].xml": m.tipos("word/document.xml", CON_MACROS).encode("utf-16"),
                "word/document.xml": "<a/>",
            }
        ),
        "macros",
    ),
    "odt con macros": ("a.odt", m.odf(mas={"Basic/Standard/Module1.xml": "<x/>"}), "macros"),
    "odt con guion": ("a.odt", m.odf(cuerpo='<o xmlns:script="s"><script:event-listener/></o>'), "macros"),
    "odt con contraseña": (
        "a.odt",
        m.odf(mas={"META-INF/manifest.xml": '<m xmlns:n="n"><n:encryption-data/></m>'}),
        "contraseña",
    ),
    "office anterior": ("a.docx", m.compuesto({"WordDocument": b""}), "Office anterior"),
    # --- paquetes ---
    "zip con un programa": ("a.zip", m.paquete({"factura.pdf.exe": b"MZ"}), "«factura.pdf.exe», que no se admite"),
    "zip con macros": (
        "a.zip",
        m.paquete({"x/oficio.docx": m.office(tipos=m.tipos("x.xml", CON_MACROS))}),
        "«oficio.docx», que trae macros",
    ),
    "zip con un pdf cortado": ("a.zip", m.paquete({"a.pdf": m.pdf()[:300]}), "«a.pdf», que está cortado"),
    "zip que sale de su carpeta": ("a.zip", m.paquete({"../../a.pdf": m.pdf()}), "salen de su carpeta"),
    "zip a la mitad": ("a.zip", m.paquete({"a.jpg": RUIDO})[:3000], "cortado o dañado"),
    "zip de zip de zip": (
        "a.zip",
        m.paquete({"b.zip": m.paquete({"c.zip": m.paquete({"a.txt": "x"})})}),
        "paquetes dentro de paquetes",
    ),
    "bomba": ("a.zip", m.paquete({"a.txt": b"\0" * 30_000_000}), "ocupa demasiado"),
    "bomba llamada docx": ("a.docx", m.office(mas={"word/a.xml": b" " * 30_000_000}), "ocupa demasiado"),
    "bomba llamada odt": ("a.odt", m.odf(mas={"a.xml": b" " * 30_000_000}), "ocupa demasiado"),
    # --- comprobantes y mensajes ---
    "xml cualquiera": ("a.xml", b"<a/>", "no es un CFDI"),
    "cfdi sin timbre": ("a.xml", m.CFDI.replace("tfd:Timbre", "tfd:Otro").encode(), "no está timbrado"),
    "cfdi sin emisor": ("a.xml", m.CFDI.replace("XAXX010101000", "").encode(), "el RFC de quien lo emite"),
    "cfdi a la mitad": ("a.xml", m.CFDI[:300].encode(), "no es XML"),
    "cfdi con entidades": (
        "a.xml",
        m.CFDI.replace("?>", '?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', 1).encode(),
        "DTD",
    ),
    "cfdi enorme": ("a.xml", m.CFDI.replace("Total", "x" * 1_100_000 + '="" Total').encode(), "nunca pesa tanto"),
    "cfdi 3.3": ("a.xml", m.CFDI.replace("cfd/4", "cfd/3").encode(), "no es un CFDI 4.0"),
    "msg a la mitad": ("a.msg", m.msg({"foto.jpg": RUIDO})[:6000], "no es un mensaje de Outlook"),
    "msg que no es": ("a.msg", m.compuesto({"WordDocument": b""}), "no es un mensaje de Outlook"),
    "msg con un programa": ("a.msg", m.msg({"factura.exe": b"MZ" * 3000}), "«factura.exe», que no se admite"),
    "msg con macros": (
        "a.msg",
        m.msg({"o.docx": m.office(mas={"a.jpg": RUIDO}, tipos=m.tipos("x.xml", CON_MACROS))}),
        "«o.docx», que trae macros",
    ),
    "msg con un objeto": ("a.msg", m.msg(mas={"__attach_1": {"\x01Ole10Native": b"x"}}), "objeto incrustado"),
}


def _guardado(carpeta: Path, contenido: bytes) -> Path:
    ruta = carpeta / "subiendo"
    ruta.write_bytes(contenido)
    return ruta


@pytest.mark.parametrize("cual", SANOS)
def test_lo_sano_entra(tmp_path: Path, cual: str) -> None:
    nombre, contenido = SANOS[cual]
    assert revisar(_guardado(tmp_path, contenido), nombre) == TIPO_DE[extension_de(nombre)]


@pytest.mark.parametrize("cual", INSANOS)
def test_lo_que_no_esta_sano_se_rechaza_y_dice_que_hacer(tmp_path: Path, cual: str) -> None:
    nombre, contenido, dice = INSANOS[cual]
    with pytest.raises(ArchivoRechazado) as error:
        revisar(_guardado(tmp_path, contenido), nombre)
    assert dice in str(error.value)
    assert any(f" {verbo}" in str(error.value) for verbo in HACER), str(error.value)


HACER = ("ábra", "guárd", "súb", "suba", "use", "quít", "pégue", "imprím", "descárg", "pida", "vuelva", "corríjale")


@pytest.mark.parametrize("extension", sorted(TIPO_DE))
def test_de_cada_clase_hay_uno_sano_y_cortarlo_se_nota(tmp_path: Path, extension: str) -> None:
    alias = {".jpeg": ".jpg", ".heif": ".heic"}.get(extension, extension)
    nombre, contenido = next((n, c) for n, c in SANOS.values() if extension_de(n) == alias)
    assert revisar(_guardado(tmp_path, contenido), f"a{extension}") == TIPO_DE[extension_de(nombre)]
    if extension in {".txt", ".csv"}:
        return  # de un texto no se sabe
    with pytest.raises(ArchivoRechazado):
        revisar(_guardado(tmp_path, contenido[: len(contenido) * 2 // 3]), f"a{extension}")


def test_lo_que_escribe_una_biblioteca_de_verdad_entra(tmp_path: Path) -> None:
    from docx import Document

    salida = io.BytesIO()
    documento = Document()
    documento.add_heading("Minuta", 1)
    documento.add_paragraph("Acuerdos")
    documento.save(salida)
    assert revisar(_guardado(tmp_path, salida.getvalue()), "minuta.docx")
    with zipfile.ZipFile(io.BytesIO(salida.getvalue())) as zip_:
        assert "word/document.xml" in zip_.namelist()
