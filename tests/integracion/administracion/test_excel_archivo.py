"""El archivo de Excel que llega: el que no sirve, o viene hecho para tumbar al sistema, se rechaza diciendo por qué."""

from __future__ import annotations

import base64
import io
import re
import time
import zipfile
import zlib

import pytest

from modelos.administracion.carga import hojas
from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado, FormularioIncompleto
from tareas.hojas import catalogos as excel
from tareas.oficios.redaccion.procesos import Aparte
from tests.accesorios.fabricas import Instancia
from tests.integracion.administracion.test_excel import ADSCRIPCIONES, BUENO, PERSONAS, UNIDADES, Hojas, faltas, libro


def _con_celda(referencia: str) -> bytes:
    """Un libro chico que dice tener algo en esa celda."""
    original = libro({"Personas": [PERSONAS, ("ana@x.mx", "Ana")]})
    salida = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(original)) as de, zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as a:
        for nombre in de.namelist():
            xml = de.read(nombre)
            if nombre == "xl/worksheets/sheet1.xml":
                numero = re.sub(r"[A-Z]", "", referencia)
                fila = f'<row r="{numero}"><c r="{referencia}"><v>1</v></c></row></sheetData>'
                xml = xml.replace(b"</sheetData>", fila.encode())
            a.writestr(nombre, xml)
    return salida.getvalue()


def _bomba(dice: int | None = None) -> bytes:
    """60 MB en pocos KB. dice: lo que el zip asegura que ocupan."""
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as a:
        a.writestr("xl/workbook.xml", b"<workbook/>")
        a.writestr("xl/worksheets/sheet1.xml", b" " * (60 * 1024 * 1024))
        if dice is not None:
            a.infolist()[-1].file_size = dice
    return salida.getvalue()


def _muchas_partes() -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w") as a:
        for i in range(1500):
            a.writestr(f"xl/media/{i}.xml", b"")
    return salida.getvalue()


def _con_otra_compresion() -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_LZMA) as a:
        a.writestr("xl/workbook.xml", b"<workbook/>")
    return salida.getvalue()


ENCABEZADO = '<row r="1"><c r="A1" t="inlineStr"><is><t>Correo</t></is></c><c r="B1"><v>1</v></c></row>'
FUERA_DE_SU_CARPETA = "otras/hoja.xml", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
CON_ESPACIOS = "worksheets/sheet1.xml", '<row r="1048576"><c r = "XFD1048576"><v>1</v></c></row>'
SIN_REFERENCIA = "worksheets/sheet1.xml", f'<row r="20000">{"<c/>" * 16_000}<c><v>1</v></c></row>'
MUY_LARGA = (
    "worksheets/sheet1.xml",
    f"""<row r="1"><c r="B1" t="inlineStr"><is><t>Nombre</t></is></c></row>
    <row r="2"><c r="A2" t="inlineStr"><is><t>{"x" * 3_000_000}</t></is></c></row>""",
)


def celdas(de: tuple[str, str]) -> bytes:
    """Un libro hecho a mano: dónde va su hoja Personas, y sus renglones después del encabezado."""
    donde, renglones = de
    principal = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    oficial = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relaciones = "http://schemas.openxmlformats.org/package/2006/relationships"
    partes = {
        "_rels/.rels": (
            f'<Relationships xmlns="{relaciones}">'
            f'<Relationship Id="r1" Type="{oficial}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{principal}" xmlns:r="{oficial}">'
            '<sheets><sheet name="Personas" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{relaciones}">'
            f'<Relationship Id="r1" Type="{oficial}/worksheet" Target="{donde}"/></Relationships>'
        ),
        f"xl/{donde}": f'<worksheet xmlns="{principal}"><sheetData>{ENCABEZADO}{renglones}</sheetData></worksheet>',
    }
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as a:
        for parte, xml in partes.items():
            a.writestr(parte, xml)
    return salida.getvalue()


@pytest.mark.parametrize(
    ("contenido", "error", "dice"),
    [
        pytest.param(b"", ArchivoRechazado, "no es un libro de Excel", id="vacio"),
        pytest.param(b"Correo,Nombre\n", ArchivoRechazado, "no es un libro de Excel", id="csv"),
        pytest.param(b"\xd0\xcf\x11\xe0" + b"x" * 600, ArchivoRechazado, "protegido con contraseña", id="xls"),
        pytest.param(libro(BUENO)[:3000], ArchivoRechazado, "está dañado", id="cortado"),
        pytest.param(libro({"Hoja1": [("a",)]}), ArchivoRechazado, "ninguna de las hojas", id="sin-hojas"),
        pytest.param(libro({"Personas": [PERSONAS]}), ArchivoRechazado, "ningún renglón", id="solo-encabezado"),
        pytest.param(b"PK" + b"x" * 3_000_000, ArchivoDemasiadoGrande, "pasa de 2 MB", id="pesado"),
        pytest.param(_bomba(), ArchivoDemasiadoGrande, "trae demasiado", id="bomba"),
        pytest.param(_bomba(dice=10), ArchivoRechazado, "está dañado", id="bomba-que-miente"),
        pytest.param(_muchas_partes(), ArchivoDemasiadoGrande, "trae demasiado", id="muchas-partes"),
        pytest.param(_con_otra_compresion(), ArchivoRechazado, "no lo guardó Excel", id="otra-compresion"),
        pytest.param(_con_celda("XFD1048576"), ArchivoDemasiadoGrande, "trae demasiado", id="celda-lejana"),
        pytest.param(_con_celda("A1048576"), ArchivoDemasiadoGrande, "llega hasta B1048576", id="renglon-lejano"),
        pytest.param(_con_celda("XFD2"), ArchivoDemasiadoGrande, "llega hasta XFD2", id="columna-lejana"),
        pytest.param(celdas(FUERA_DE_SU_CARPETA), ArchivoDemasiadoGrande, "trae demasiado", id="fuera-de-su-carpeta"),
        pytest.param(celdas(CON_ESPACIOS), ArchivoDemasiadoGrande, "trae demasiado", id="con-espacios"),
        pytest.param(celdas(SIN_REFERENCIA), ArchivoDemasiadoGrande, "trae demasiado", id="sin-referencia"),
        pytest.param(celdas(MUY_LARGA), ArchivoDemasiadoGrande, "trae demasiado", id="texto-enorme"),
    ],
)
def test_un_archivo_que_no_sirve_se_rechaza_diciendo_por_que(
    contenido: bytes, error: type[Exception], dice: str
) -> None:
    with pytest.raises(error, match=dice):
        excel.leer("libro.xlsx", contenido)


def test_demasiados_renglones_se_dice_de_que_hoja(instancia_sqlite: Instancia) -> None:
    muchos = [PERSONAS, *((f"p{i}@x.mx", f"Persona {i}") for i in range(hojas.MAXIMO_RENGLONES + 1))]
    with pytest.raises(ArchivoDemasiadoGrande, match="la hoja Personas trae más de 2000"):
        excel.leer("libro.xlsx", libro({"Personas": muchos}))


def test_encabezados_que_faltan_o_se_repiten(instancia_sqlite: Instancia) -> None:
    assert faltas(instancia_sqlite, {"Personas": [("Nombre", "nombre", "Edad"), ("Ana", "Ana", 30)]}) == [
        "Personas, renglón 1, columna B (nombre): ya estaba en la columna A.",
        "Personas: falta la columna «Correo» en el primer renglón escrito.",
    ]


def test_lo_leido_viaja_en_la_pagina_y_vuelve_igual(instancia_sqlite: Instancia) -> None:
    leido = excel.leer("libro.xlsx", libro(BUENO))
    vuelto = hojas.desempacar(hojas.empacar(leido))
    assert [(r.hoja, r.numero, dict(r.valores)) for r in vuelto.renglones] == [
        (r.hoja, r.numero, dict(r.valores)) for r in leido.renglones
    ]
    assert vuelto.letras == leido.letras
    for roto in ("", "no", hojas.empacar(leido)[:-9], "eJyrVkrLz1eyUlBKSixSqgUAJmkFBg=="):
        with pytest.raises(FormularioIncompleto, match="vuelva a subirlo"):
            hojas.desempacar(roto)


@pytest.mark.parametrize(
    ("renglones", "letras"),
    [
        pytest.param('[["Personas", 1e999, {"correo": "a@b.mx"}]]', "{}", id="infinito"),
        pytest.param('[["Personas", 2.5, {"correo": "a@b.mx"}]]', "{}", id="decimal"),
        pytest.param('[["Personas", true, {"correo": "a@b.mx"}]]', "{}", id="booleano"),
        pytest.param('[["Personas", 0, {"correo": "a@b.mx"}]]', "{}", id="cero"),
        pytest.param('[["Personas", 2, {"correo": "a@b.mx", "nombre": "\\ud800"}]]', "{}", id="medio-caracter"),
        pytest.param("[]", '{"Personas": {"correo": "\\ud800"}}', id="medio-caracter-en-la-letra"),
        pytest.param('[["Personas", 2, {"correo": "a@b.mx"}], ["Personas", 2, {}]]', "{}", id="el-mismo-renglon"),
        pytest.param('[["Personas", 2, {"correo": 5}]]', "{}", id="no-es-texto"),
        pytest.param('[["Personas", 2, {"clave_cifrada": "x"}]]', "{}", id="otro-campo"),
        pytest.param('[["Personas", 2]]', "{}", id="incompleto"),
        pytest.param('[["Cuentas", 2, {}]]', "{}", id="otra-hoja"),
        pytest.param("[]", '{"Cuentas": {}}', id="letras-de-otra-hoja"),
        pytest.param("[" * 20_000, "{}", id="hondo"),
    ],
)
def test_lo_que_la_pagina_no_escribio_no_se_entiende(renglones: str, letras: str) -> None:
    crudo = f"[{renglones}, {letras}]".encode()
    with pytest.raises(FormularioIncompleto, match="vuelva a subirlo"):
        hojas.desempacar(base64.urlsafe_b64encode(zlib.compress(crudo)).decode())


def test_un_libro_que_tarda_o_mata_a_su_lector_no_impide_leer_el_siguiente(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    apurado = Aparte(0.1, excel.MEMORIA_MB, ayudantes=1)
    lento = celdas(("worksheets/sheet1.xml", f"<row>{'<c><v>1</v></c>' * 90}</row>" * 15_000))
    with monkeypatch.context() as entorno:
        entorno.setattr(excel, "_lector", apurado)
        with pytest.raises(ArchivoRechazado, match="trae demasiado"):
            excel.leer("libro.xlsx", lento)
    apurado.cerrar()
    assert "no terminó en 0.1 segundos" in caplog.text
    with pytest.raises(ArchivoRechazado, match="trae demasiado"):
        excel.leer("libro.xlsx", celdas(CON_ESPACIOS))
    assert len(excel.leer("libro.xlsx", libro(BUENO)).renglones) == 6


def test_un_libro_lleno_se_lee_en_segundos() -> None:
    cuantas = hojas.MAXIMO_RENGLONES
    lleno: Hojas = {
        "Unidades": [UNIDADES, *((f"CAST-{i}", f"CAST {i}", "CE-15") for i in range(cuantas))],
        "Personas": [PERSONAS, *((f"p{i}@x.mx", f"Persona {i}") for i in range(cuantas))],
        "Adscripciones": [ADSCRIPCIONES, *((f"p{i}@x.mx", "CST", "operacion", "", "") for i in range(cuantas))],
    }
    contenido, antes = libro(lleno), time.monotonic()
    assert len(excel.leer("libro.xlsx", contenido).renglones) == 3 * cuantas
    print(f"{3 * cuantas} renglones, {len(contenido) // 1024} KB: {time.monotonic() - antes:.1f} s")
