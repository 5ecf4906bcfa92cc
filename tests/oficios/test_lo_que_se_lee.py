"""¿Lo que se firma es lo que se lee? En pantalla, en el borrador, en el PDF, y al copiar del PDF."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import page
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pytest
from markupsafe import Markup
from pypdf import PdfReader

from api.web.piezas.pagina import ENTORNO
from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.oficios import letras
from modelos.oficios.errores import LeidoCambio
from modelos.oficios.impreso import cambios, huellas
from modelos.tabla.unidades import ESTATALES, NACIONALES
from tareas.oficios.ajenos import ajenos
from tareas.oficios.errores import SignosSinLetra
from tareas.oficios.papel.archivo import Imprenta
from tareas.oficios.papel.hoja import leida
from tareas.oficios.papel.imprenta import componer
from tareas.oficios.redaccion import borrador
from tareas.oficios.redaccion.ejemplo import ejemplos, usos
from tareas.oficios.redaccion.plantilla import redactar
from tareas.oficios.redaccion.texto import arbol, html_de, limpiar, plano
from tests.accesorios.oficios_de_muestra import HOSTIL, LARGO, contenido

UNIDADES = {u.clave: u.nombre for u in (*NACIONALES, *ESTATALES)}
DE_LA_NORMA = "≥ ≤ ≈ ≠ √ ∑ ∞ ∫ ∂ → ← ↑ ↓ ⇒ ∈ ☐ ☑ ✓ ✔ ● ■ ▲ ★ ☎ ⚠ ① ⑴ Ⅳ ½ ⅓ ± × ÷ № ℃ Ω ‰ § ¶ † ª º • – — …"
DE_LAS_LENGUAS = "Ꞌ ꞌ ʼ ɨ ʉ ɛ ŋ ə ʔ ȼ ʰ ʷ ñ Ñ ü ç ä ë ï ö ẍ ƛ ł ž č š ǰ ḻ ṉ ṟ ṯ ḥ ṣ ị ọ ẹ ụ m̃ p̌ x̱ a̱ e̱ i̱ o̱ u̱ á̱ ɨ́ ɨ̱ ų́"
RAROS = ("漢", "😀", "🫨", "\uf0b7", "\ue000", "א", "ع", "ㅤ", "\ufffd", "\u2800", "ก")
FIJO = re.compile(r"Página \d+ de \d+")


def de_la_plantilla(clave: str) -> dict[str, Any]:
    """El contenido firmado de lo que da esa plantilla con todo lleno."""
    ejemplo = next(ejemplos(usos(CATALOGO.vigentes(reloj.hoy()), clave), UNIDADES))
    hecho = redactar(borrador.del_archivo(clave), ejemplo, "; ".join, nombre=clave)
    base = contenido(asunto=hecho.asunto) | {"cuerpo_markdown": hecho.cuerpo}
    del base["cuerpo"]
    return base


def en_conjunto() -> dict[str, Any]:
    """Una circular con lista de distribución, copias, suplencia y aviso: todo lo que una hoja puede llevar."""
    base = contenido(
        forma="oficio circular",
        aviso="PROYECTO NORMATIVO – verificar vigencia",
        distribucion=[{"clave": f"CAST-{n:02d}", "nombre": LARGO[: 20 + n]} for n in range(30)],
        ccp=[f"Persona {n}, con cargo.- Para su conocimiento." for n in range(20)],
        presente="Presentes",
    )
    base["atentamente"] |= {"suplencia": "En suplencia por ausencia de la persona titular."}
    base |= {
        "cuerpo_markdown": f"## Antecedentes\n\n{LARGO}\n\n1. Uno\n2. Dos\n   - Sub **uno**\n\n" + "Más texto. " * 400
    }
    del base["cuerpo"]
    return base


POR_HOJA = pytest.mark.parametrize("clave", [*borrador.del_sistema(), "en conjunto"])


def hoja_de(clave: str) -> dict[str, Any]:
    return en_conjunto() if clave == "en conjunto" else de_la_plantilla(clave)


def pdf_de(caso: dict[str, Any]) -> bytes:
    return componer({**caso, "cuerpo": arbol(caso["cuerpo_markdown"])})


def copiado(pdf: bytes) -> list[str]:
    """Lo que da copiar cada página en un visor."""
    documento = pdfium.PdfDocument(pdf)
    return [str(hoja.get_textpage().get_text_range()) for hoja in documento]


def copiado_con_otro(pdf: bytes) -> list[str]:
    return [hoja.extract_text() for hoja in PdfReader(io.BytesIO(pdf)).pages]


def junto(texto: str) -> str:
    """Sin espacios: al copiar, un cambio de renglón no se distingue de un espacio."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", texto))


def sin_pie(paginas: list[str], caso: dict[str, Any]) -> str:
    """El texto corrido, sin lo que se repite en cada página."""
    h = leida(caso)
    pie = junto("·".join(filter(None, (h["pie"]["domicilio"], f"Tel. {h['pie']['telefono']}", h["pie"]["sitio"]))))
    cabeza = junto(f"{h['membrete']['institucion_corta']}{h['rotulo']}{h['numero']}")
    corrido = ""
    for i, pagina in enumerate(paginas):
        texto = junto(FIJO.sub("", pagina))
        assert texto.count(pie) == 1, pagina
        texto = texto.replace(pie, "")
        if i:
            assert texto.startswith(cabeza), pagina
            texto = texto.removeprefix(cabeza)
        corrido += texto
    return corrido


class Leido(HTMLParser):
    """El texto de una página, con las marcas de lista que el navegador pone."""

    def __init__(self) -> None:
        super().__init__()
        self.texto = ""
        self._listas: list[list[Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"ol", "ul"}:
            self._listas.append([tag, int(dict(attrs).get("start") or 1)])
        elif tag == "li":
            cual, numero = self._listas[-1]
            vinetas = sum(lista[0] == "ul" for lista in self._listas)
            self.texto += f"{numero}." if cual == "ol" else "•–·"[vinetas - 1]
            self._listas[-1][1] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ol", "ul"}:
            self._listas.pop()

    def handle_data(self, data: str) -> None:
        self.texto += data


def en_la_pagina(caso: dict[str, Any]) -> str:
    """Lo que muestra «Cómo saldrá», menos el pie."""
    hoja = leida(caso)
    modulo: Any = ENTORNO.get_template("oficios/piezas.html").module
    lector = Leido()
    lector.feed(re.sub(r'<p class="hoja-ccp hoja-pie">.*?</p>', "", modulo.hoja(hoja, Markup(html_de(hoja["cuerpo"])))))  # noqa: S704
    return junto(lector.texto)


# --- copiar del PDF ----------------------------------------------------------------


@POR_HOJA
@pytest.mark.parametrize("copiar", [copiado, copiado_con_otro])
def test_lo_que_se_copia_del_pdf_es_exactamente_lo_escrito(clave: str, copiar: Any) -> None:
    caso = hoja_de(clave)
    paginas = copiar(pdf_de(caso))
    sacado = "".join(paginas)
    assert not [c for c in set(sacado) if unicodedata.category(c) in {"Cf", "Co", "Cn"}], "lleva signos que no se ven"
    assert sin_pie(paginas, caso) == en_la_pagina(caso)
    for parrafo in plano(caso["cuerpo_markdown"]).split("\n"):
        texto = junto(re.sub(r"^(-|\d+\.) |( \| )", "", parrafo.strip()))
        assert texto in sin_pie(paginas, caso), parrafo
    renglones = [renglon.strip() for pagina in paginas for renglon in pagina.splitlines()]
    assert f"Código de verificación: {caso['codigo']}" in renglones
    assert f"Compruebe este documento en {caso['direccion_verificacion']}" in renglones
    assert f"Sello: {caso['sello']}" in renglones


@pytest.mark.parametrize("copiar", [copiado, copiado_con_otro])
def test_ni_ligaduras_ni_guiones_ni_numeros_cambian_al_copiarse(copiar: Any) -> None:
    """Se prueba a muchos anchos de renglón: en cada uno se corta en otro lado."""
    palabras = "La oficina afín del NORM-2026-0001 y CAST-01 fluye: técnico-administrativo, $1,500.00, 3.º y 50 %."
    for n in range(24):
        escrito = f"{'i' * n} {palabras} {palabras}"
        corrido = " ".join("".join(copiar(componer(contenido(escrito)))).split())
        assert escrito.strip() in corrido, n


def test_una_palabra_enorme_cambia_de_renglon_y_se_copia_entera() -> None:
    direccion = "https://dstc.ejemplo.mx/" + "ruta-muy/larga_" * 30 + "fin"
    caso = contenido(f"Vea {direccion}.\n\n| a | b |\n|---|---|\n| {direccion} | {LARGO} |", asunto=direccion)
    assert junto("".join(copiado(componer(caso)))).count(junto(direccion)) == 3


def test_la_direccion_de_verificacion_se_puede_pulsar_y_es_la_escrita() -> None:
    for direccion in ("https://dstc.ejemplo.mx/v/K7QF2M9X0ABCDEFG", "https://" + "sub." * 30 + "mx/v/K7QF2M9X0ABCDEFG"):
        pdf = componer(contenido(direccion_verificacion=direccion))
        anotaciones: list[Any] = [a.get_object() for a in PdfReader(io.BytesIO(pdf)).pages[-1]["/Annots"]]  # type: ignore[attr-defined]
        assert {a["/A"]["/URI"] for a in anotaciones} == {direccion}
        assert junto("".join(copiado(pdf))).count(direccion) == 1
        for norma in ("2a", "ua1"):
            informe = page.validate_pdf_bytes(pdf, profile=norma)
            assert informe.is_compliant, [(f.rule_id, f.message) for f in informe.failures]


# --- el borrador y la página -------------------------------------------------------


def al_firmar(texto: str, caso: dict[str, Any]) -> str:
    """El texto del borrador con lo que se pone al firmar en su lugar."""
    puestos = {
        "Oficio No. (se asigna al firmar)": f"Oficio No. {caso['numero']}",
        "Oficio circular No. (se asigna al firmar)": f"Oficio circular No. {caso['numero']}",
        "Código de verificación: (se asigna al firmar)": f"Código de verificación: {caso['codigo']}",
        "Sello: (se calcula al firmar)": f"Sello: {caso['sello']}",
        f"/v/{'X' * 16}": f"/v/{caso['codigo'].replace('-', '')}",
        "--:-- h": f"{caso['atentamente']['firmado'][-25:-20]} h",
        "BORRADOR – SIN VALIDEZ": "",
        "Código QR": "",
    }
    for dice, dira in puestos.items():
        texto = texto.replace(dice, dira)
    return texto


@POR_HOJA
def test_el_borrador_es_lo_firmado_menos_lo_que_se_pone_al_firmar(clave: str) -> None:
    caso = hoja_de(clave)
    firmado, previo = (copiado(pdf_de(caso | {"estado": estado})) for estado in ("firmado", "borrador"))
    assert len(previo) == len(firmado)
    for antes, despues in zip(previo, firmado, strict=True):
        # El mismo texto, en los mismos renglones de las mismas páginas.
        assert [r for r in al_firmar(antes.replace("\r", ""), caso).split("\n") if r.strip()] == [
            r for r in despues.replace("\r", "").split("\n") if r.strip()
        ]


@POR_HOJA
def test_como_saldra_dice_lo_mismo_que_el_borrador(clave: str) -> None:
    caso = hoja_de(clave) | {"estado": "borrador"}
    paginas = [p.replace("BORRADOR – SIN VALIDEZ", "").replace("Código QR", "") for p in copiado(pdf_de(caso))]
    assert sin_pie(paginas, caso) == en_la_pagina(caso)


def test_lo_que_cambia_entre_leer_y_firmar_se_dice_y_lo_que_se_pone_al_firmar_no_cuenta() -> None:
    al_firmarse = {"estado", "numero", "codigo", "sello", "direccion_verificacion"}
    firmado = en_conjunto()
    leyo = huellas(firmado | dict.fromkeys(al_firmarse, ""))
    assert cambios(leyo, firmado) == []
    assert cambios(leyo, firmado | {"fecha": "2026-11-21", "leyenda": "otra"}) == ["la fecha", "la leyenda del año"]
    assert cambios(leyo, firmado | {"cuerpo_markdown": "otro"}) == ["el texto"]
    hora, cargo = ({**firmado["atentamente"], campo: "otro"} for campo in ("firmado", "cargo"))
    assert cambios(leyo, firmado | {"atentamente": hora}) == []
    assert cambios(leyo, firmado | {"atentamente": cargo}) == ["el nombre o el cargo de quien firma"]
    assert "cambió el nombre o el cargo" in str(LeidoCambio(cambios(leyo, firmado | {"atentamente": cargo})))


# --- los signos ----------------------------------------------------------------------


@pytest.mark.parametrize("trato", ["", "**", "*"])
def test_los_signos_de_la_norma_y_de_las_lenguas_se_imprimen_y_se_copian(trato: str) -> None:
    caso = contenido("\n\n".join(f"{trato}{signo} x{trato}" for signo in f"{DE_LA_NORMA} {DE_LAS_LENGUAS}".split()))
    assert ajenos(caso) == []
    pdf = componer(caso)
    renglones = {r.strip() for p in copiado(pdf) for r in unicodedata.normalize("NFC", p).splitlines()}
    perdidos = [
        s for s in f"{DE_LA_NORMA} {DE_LAS_LENGUAS}".split() if f"{unicodedata.normalize('NFC', s)} x" not in renglones
    ]
    assert perdidos == []
    for norma in ("2a", "ua1"):
        assert page.validate_pdf_bytes(pdf, profile=norma).is_compliant


def test_todo_signo_que_se_dice_dibujable_se_compone_y_se_copia() -> None:
    """Los seis mil, de cien en cien: ni uno sale doble, ni vacío, ni cambiado por otro."""
    todos = sorted(chr(c) for c in frozenset.union(*letras.familias()))
    sueltos = [c for c in todos if unicodedata.category(c)[0] in "LNPS" and limpiar(c) == c and not c.isspace()]
    assert len(sueltos) > 6000
    malos = [c for i in range(0, len(sueltos), 100) for c in perdidos(sueltos[i : i + 100])]
    # En una hoja con cien signos raros el visor pierde alguno; solo, no.
    malos = [c for i in range(0, len(malos), 5) for c in perdidos(malos[i : i + 5])]
    assert malos == [], [f"U+{ord(c):04X}" for c in malos]


def perdidos(signos: list[str]) -> list[str]:
    """Los que no se copian tal cual de una hoja con un renglón para cada uno."""
    cuerpo = [{"t": "parrafo", "hijos": [{"t": "texto", "v": f"x{c}y"}]} for c in signos]
    renglones = {r.strip() for p in copiado(componer(contenido() | {"cuerpo": cuerpo})) for r in p.splitlines()}
    return [c for c in signos if f"x{c}y" not in renglones]


def puertas(malo: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ese texto en cada lugar por donde entra algo a la hoja, y cómo se nombra."""
    yield "el asunto", contenido(asunto=malo)
    yield "el párrafo 2 del texto", contenido(f"Bien.\n\nUno {malo} dos.")
    yield "el subtítulo 1 del texto", contenido(f"## Uno {malo}\n\nBien.")
    yield "el punto 2 de la lista 1 del texto", contenido(f"- uno\n- **dos {malo}**")
    yield "la fila 1 de la tabla 1 del texto", contenido(f"| a | b |\n|---|---|\n| x | *{malo}* |")
    yield "el encabezado de la tabla 1 del texto", contenido(f"| a | {malo} b |\n|---|---|\n| x | y |")
    yield "el anexo 2", contenido(anexos=["1. Uno", f"2. {malo}"])
    yield "la copia 1", contenido(ccp=[f"{malo}.- Para su conocimiento."])
    yield "la leyenda del año", contenido(leyenda=f"«{malo}»")
    yield "el lugar de la fecha", contenido(lugar_fecha=f"{malo}, a 20 de noviembre de 2026.")
    yield "las iniciales", contenido(iniciales=malo)
    for parte, nombre in (("nombre", "el nombre"), ("cargo", "el cargo"), ("institucion", "la institución")):
        quien = {"nombre": "", "cargo": "Titular", "institucion": ""} | {parte: malo}
        yield f"{nombre} del destinatario 2", contenido(destinatarios=[{"nombre": "", "cargo": "T"}, quien])
    yield "el nombre del renglón de la distribución 1", contenido(distribucion=[{"clave": "A", "nombre": malo}])
    for parte, donde in (("nombre", "nombre"), ("cargo", "cargo"), ("suplencia", "suplencia")):
        caso = contenido()
        caso["atentamente"] |= {parte: malo}
        yield f"{donde} de quien firma", caso
    caso = contenido()
    caso["membrete"] |= {"jerarquia": ["Secretaría", malo]}
    yield "los nombres de las unidades del membrete", caso
    for parte, donde in (("domicilio", "domicilio"), ("telefono", "teléfono"), ("sitio", "sitio")):
        caso = contenido()
        caso["pie"] |= {parte: malo}
        yield f"el {donde} del pie", caso


@pytest.fixture
def imprenta(tmp_path: Path) -> Imprenta:
    return Imprenta(Ajustes(datos=tmp_path))


@pytest.mark.parametrize("raro", RAROS, ids=ascii)
def test_lo_que_no_tiene_letra_impide_firmar_y_dice_cual_y_donde(imprenta: Imprenta, raro: str) -> None:
    for donde, caso in puertas(f"algo {raro} más"):
        with pytest.raises(SignosSinLetra) as error:
            imprenta(caso)
        dicho = str(error.value)
        assert donde in dicho
        assert f"U+{ord(raro):04X}" in dicho
        assert "donde dice «" in dicho
    assert not any(imprenta.carpeta.rglob("*.pdf")), "no quedó nada firmado"


def test_lo_que_no_se_ve_no_estorba_ni_se_copia(imprenta: Imprenta) -> None:
    """Guiones suaves, anchos cero, selectores de dibujo y ligaduras, como llegan pegados de Word o de un PDF."""
    escrito = "La o\ufb01cina\u00ad del Cole\u200bgio \u2611\ufe0f a\ufb01n\u2060a\ufeff\u202e."
    caso = contenido(escrito, asunto=escrito)
    assert ajenos(caso) == []
    assert "La oficina del Colegio ☑ afina." in " ".join("".join(copiado(componer(caso))).split())


def test_las_plantillas_y_las_tablas_se_imprimen_enteras() -> None:
    """Nada de lo que trae el sistema llevaría a un oficio un signo sin letra."""
    textos = [borrador.del_archivo(clave) for clave in (*borrador.comunes(), *borrador.del_sistema())]
    textos += [
        t for tabla in CATALOGO for t in (tabla.nombre, *(f"{a.accion} {a.fundamento}" for a in tabla.actividades))
    ]
    textos += [*UNIDADES.values(), *HOSTIL]
    assert [f for f in map(letras.falta, textos) if f] == []
