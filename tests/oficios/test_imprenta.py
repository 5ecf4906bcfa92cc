"""¿El PDF cumple sus normas, dice exactamente lo que se le dio y sale siempre igual?"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import page
import pytest
from pypdf import PdfReader

from modelos.oficios import letras
from modelos.oficios.errores import SinTipografias
from tareas.oficios.ajenos import ajenos
from tareas.oficios.errores import ComposicionFallida, SinLogotipo
from tareas.oficios.papel import imprenta
from tareas.oficios.papel.imprenta import componer, paginas
from tareas.oficios.redaccion.texto import arbol, escapar
from tests.accesorios.oficios_de_muestra import HOSTIL, LARGO, contenido, extremo

MINIMO: dict[str, Any] = {"fecha": "2026-01-01", "asunto": "A", "estado": "firmado", "numero": "X/1/2026"}
RAIZ = Path(__file__).parents[2]
CASOS = {
    "minimo": MINIMO,
    "uno": contenido(),
    "borrador": contenido(estado="borrador"),
    "cancelado": contenido(estado="cancelado"),
    "sustituido": contenido(estado="sustituido"),
    "acta": contenido(forma="acta", atentamente={}),
    "extremo": extremo(),
    "sin_cuerpo": contenido(cuerpo="") | {"cuerpo": []},
    "columnas": contenido(
        "| " + " | ".join("abcdefghijklm") + " |\n" + "|---" * 13 + "|\n" + ("| " + LARGO[:60]) * 13 + "|\n"
    ),
    "tabla_al_final": contenido() | {"cuerpo": arbol("| a |\n|---|\n" + "| fila |\n" * 200)},
}


def texto_de(pdf: bytes) -> str:
    """Las letras del PDF, sin espacios, para comparar sin que importe dónde cambió de renglón."""
    crudo = "\n".join(hoja.extract_text() for hoja in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s", "", crudo)


@pytest.fixture(scope="module")
def impresos() -> dict[str, bytes]:
    return {nombre: componer(caso) for nombre, caso in CASOS.items()}


@pytest.mark.parametrize("norma", ["2a", "ua1"])
@pytest.mark.parametrize("caso", CASOS)
def test_cumple_las_dos_normas_en_el_mismo_archivo(impresos: dict[str, bytes], caso: str, norma: str) -> None:
    informe = page.validate_pdf_bytes(impresos[caso], profile=norma)
    assert informe.is_compliant, [(f.rule_id, f.message) for f in informe.failures]


@pytest.mark.parametrize("valor", HOSTIL)
def test_lo_hostil_sale_literal_en_todas_partes(valor: str) -> None:
    de_un_renglon = " ".join(valor.split())
    pdf = componer(
        contenido(
            "Dice: " + escapar(de_un_renglon),
            asunto=de_un_renglon,
            anexos=[de_un_renglon],
            ccp=[de_un_renglon],
            aviso=de_un_renglon,
            destinatarios=[{"nombre": "", "cargo": "", "institucion": de_un_renglon}],
            distribucion=[{"clave": "C", "nombre": de_un_renglon}],
        )
    )
    assert texto_de(pdf).count(re.sub(r"\s", "", de_un_renglon)) == 7


def test_repetir_da_los_mismos_bytes_en_otro_hilo_y_en_otro_proceso(impresos: dict[str, bytes]) -> None:
    with ThreadPoolExecutor(4) as hilos:
        assert set(hilos.map(lambda _: componer(contenido()), range(12))) == {impresos["uno"]}
    programa = (
        "import hashlib; from tareas.oficios.papel.imprenta import componer\n"
        "from tests.accesorios.oficios_de_muestra import contenido\n"
        "print(hashlib.sha256(componer(contenido())).hexdigest())"
    )
    otro = subprocess.run(
        [sys.executable, "-c", programa],
        env={"PYTHONPATH": str(RAIZ), "TZ": "Asia/Tokyo", "LANG": "C"},
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )
    assert otro.stdout.strip() == hashlib.sha256(impresos["uno"]).hexdigest()


def test_una_letra_cambiada_cambia_el_documento(impresos: dict[str, bytes]) -> None:
    assert componer(contenido("Se remite el proyecto para su revisiôn.")) != impresos["uno"]
    assert componer(contenido(fecha="2026-11-21")) != impresos["uno"]


def test_un_borrador_no_lleva_numero_codigo_ni_sello(impresos: dict[str, bytes]) -> None:
    borrador, firmado = texto_de(impresos["borrador"]), texto_de(impresos["uno"])
    for dato in ("DSTC/001/2026", "K7QF-2M9X-0ABC-DEFG", "9f86d081884c", "10:32"):
        assert dato in firmado
        assert dato not in borrador
    assert borrador.count("BORRADOR–SINVALIDEZ") == 2
    assert texto_de(impresos["cancelado"]).count("CANCELADO") == 2
    assert "BORRADOR" not in firmado


def test_es_carta_con_tipografia_incluida_y_titulo(impresos: dict[str, bytes]) -> None:
    lector: Any = PdfReader(io.BytesIO(impresos["uno"]))
    hoja = lector.pages[0]
    assert [round(float(x) / 72 * 25.4) for x in hoja.mediabox[2:]] == [216, 279]
    assert lector.metadata is not None
    assert lector.metadata.title == "DSTC/001/2026 – Se remite proyecto normativo para revisión"
    assert lector.trailer["/Root"]["/Lang"] == "es-MX"
    fuentes = hoja["/Resources"]["/Font"]
    assert all("NotoSans" in f.get_object()["/BaseFont"] for f in fuentes.values())


def test_doscientas_filas_repiten_su_encabezado_y_no_se_pierde_ninguna(impresos: dict[str, bytes]) -> None:
    hojas = [h.extract_text() for h in PdfReader(io.BytesIO(impresos["extremo"])).pages]
    todo = re.sub(r"\s", "", "".join(hojas))
    assert all(f"CAST-{n}" in todo for n in range(10, 200))
    con_tabla = [h for h in hojas if re.search(r"CAST-\d{3}", h)]
    assert len(con_tabla) > 3
    assert all("Observación" in h for h in con_tabla)
    assert f"Página {len(hojas)} de {len(hojas)}" in hojas[-1]


@pytest.mark.parametrize("caso", ["extremo", "columnas"])
def test_nada_se_sale_de_los_margenes(impresos: dict[str, bytes], caso: str) -> None:
    """Se mira la tinta: fuera de los márgenes, la hoja está en blanco."""
    for png in paginas(CASOS[caso], ppp=50):
        ancho, alto, pixeles = _pixeles(png)
        derecho = range(int(ancho * 0.896), ancho)
        assert all(pixeles[y][x] > 200 for y in range(alto) for x in derecho), "se sale por la derecha"
        assert all(pixeles[y][x] > 200 for y in range(alto) for x in range(int(ancho * 0.12))), "por la izquierda"


def test_la_firma_no_se_separa_de_la_despedida() -> None:
    for renglones in range(8, 30):
        caso = contenido("\n\n".join(["Un párrafo cualquiera."] * renglones))
        hojas = [h.extract_text() for h in PdfReader(io.BytesIO(componer(caso))).pages]
        [con_firma] = [h for h in hojas if "ATENTAMENTE" in h.replace(" ", "")]
        assert "Sin otro particular" in con_firma
        assert "ING. PERSONA DE PRUEBA" in con_firma


def test_lo_que_la_tipografia_no_tiene_se_nota_y_se_puede_preguntar() -> None:
    caso = contenido("Un emoji 😀 y un ideograma 漢.", asunto="x\ue000y")
    assert {(a.signo, a.campo) for a in ajenos(caso)} == {("漢", "cuerpo"), ("😀", "cuerpo"), ("\ue000", "asunto")}
    assert "Unemoji�yunideograma�." in texto_de(componer(caso | {"estado": "borrador"}))
    assert "ñáéíóúü¿¡«»—–°ª€".replace(" ", "") in texto_de(componer(contenido("ñáéíóúü¿¡«»—–°ª€")))


@pytest.mark.parametrize(
    "malo",
    [
        contenido(fecha="ayer"),
        contenido() | {"cuerpo": [{"t": "parrafo"}]},
        contenido() | {"cuerpo": "texto"},
        contenido() | {"membrete": "x"},
        contenido() | {"fecha": None},
    ],
)
def test_un_contenido_sin_forma_se_dice(malo: dict[str, Any]) -> None:
    with pytest.raises(ComposicionFallida):
        componer(malo)


def test_sin_tipografias_se_dice_que_correr(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(letras, "TIPOGRAFIAS", tmp_path)
    for guardado in (imprenta.fuentes, letras.familias):
        guardado.cache_clear()
    with pytest.raises(SinTipografias, match=r"debe correr \./dstc"):
        componer(contenido())
    monkeypatch.undo()
    for guardado in (imprenta.fuentes, letras.familias):
        guardado.cache_clear()


def test_el_logotipo_va_con_su_texto_alternativo(tmp_path: Path) -> None:
    png, svg = tmp_path / "logo.png", tmp_path / "logo.svg"
    png.write_bytes(_un_png(20, 10))
    svg.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="red"/></svg>'
    )
    for ruta in (png, svg):
        caso = contenido()
        caso["membrete"] |= {"logo": str(ruta), "logo_alternativo": "Logotipo de prueba"}
        pdf = componer(caso)
        assert pdf != componer(contenido())
        assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant
        assert page.validate_pdf_bytes(pdf, profile="2a").is_compliant
    cortado = tmp_path / "cortado.png"
    cortado.write_bytes(_un_png(20, 10)[:20])
    malos = {tmp_path / "no-esta.png": "no se puede leer", RAIZ / "dstc": "no es un archivo PNG", cortado: "cortado"}
    for ruta, motivo in malos.items():
        caso = contenido()
        caso["membrete"]["logo"] = str(ruta)
        with pytest.raises(SinLogotipo, match=motivo):
            componer(caso)


def test_la_lista_de_signos_de_la_tipografia_se_lee_bien() -> None:
    tiene = letras.signos((letras.TIPOGRAFIAS / "NotoSans-Regular.ttf").read_bytes())
    assert {ord(c) for c in "aZñÑáé€«»–�\u200b "} <= tiene
    assert not {ord(c) for c in "😀漢א"} & tiene


def _un_png(ancho: int, alto: int) -> bytes:
    def trozo(tipo: bytes, datos: bytes) -> bytes:
        return struct.pack(">I", len(datos)) + tipo + datos + struct.pack(">I", zlib.crc32(tipo + datos))

    filas = b"".join(b"\0" + b"\x9b\x22\x47" * ancho for _ in range(alto))
    cabeza = struct.pack(">IIBBBBB", ancho, alto, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + trozo(b"IHDR", cabeza) + trozo(b"IDAT", zlib.compress(filas)) + trozo(b"IEND", b"")


def _pixeles(png: bytes) -> tuple[int, int, list[bytes]]:
    """Ancho, alto y el canal rojo de cada fila de un PNG de 8 bits sin entrelazar."""
    ancho, alto, _, color = struct.unpack(">IIBB", png[16:26])
    canales = {2: 3, 6: 4}[color]
    crudo, donde = b"", 8
    while donde < len(png):
        largo, tipo = struct.unpack(">I4s", png[donde : donde + 8])
        crudo += png[donde + 8 : donde + 8 + largo] if tipo == b"IDAT" else b""
        donde += 12 + largo
    datos, paso = zlib.decompress(crudo), ancho * canales
    previa, filas = bytearray(paso), []
    for y in range(alto):
        filtro, fila = datos[y * (paso + 1)], bytearray(datos[y * (paso + 1) + 1 : (y + 1) * (paso + 1)])
        for i in range(paso):
            izquierda = fila[i - canales] if i >= canales else 0
            arriba, esquina = previa[i], previa[i - canales] if i >= canales else 0
            if filtro == 4:
                p = izquierda + arriba - esquina
                cerca = min((abs(p - v), orden, v) for orden, v in enumerate((izquierda, arriba, esquina)))[2]
            else:
                cerca = (0, izquierda, arriba, (izquierda + arriba) // 2)[filtro]
            fila[i] = (fila[i] + cerca) & 255
        filas.append(bytes(fila[::canales]))
        previa = fila
    return ancho, alto, filas
