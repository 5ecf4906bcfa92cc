"""La página de cada procedimiento: su diagrama, sus plazos y oficios, y lo que se descarga de ella."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from datetime import date
from html import unescape
from itertools import pairwise

import page
import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from api.web.piezas.pagina import ENTORNO
from api.web.procedimientos.diagrama import vista
from api.web.procedimientos.vista import contenido_pdf
from flujos.catalogo import CATALOGO
from modelos.bpmn import Estado, bpmn
from modelos.bpmn.estados import Que
from modelos.tabla import Tabla
from tareas import procedimiento_pdf
from tareas.oficios.errores import ComposicionFallida
from tests.accesorios.fabricas import Cliente
from tests.accesorios.paginas.navegador import ANCHOS, Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante

TABLAS = [pytest.param(tabla, id=tabla.clave) for tabla in CATALOGO]
ARCHIVOS = ("diagrama.bpmn", "copia.pdf")
NORMATIVIDAD = next(t for t in CATALOGO if t.clave == "normatividad")
CADENA = "PDFA2A-STREAM-LENGTH-001"
"""El validador toma por fin de renglón un 0x0D con que acabe lo comprimido: se mide aquí, sin esa confusión."""


def cadenas_mal_medidas(pdf: bytes) -> list[int]:
    """Dónde empieza cada cadena del PDF cuyo `/Length` no llega justo a su `endstream`."""
    cabezas = re.finditer(rb"/Length (\d+)[^>]*>>\s*stream\r?\n", pdf)
    return [c.start() for c in cabezas if not pdf[c.end() + int(c[1]) :].startswith(b"\nendstream")]


# --- quién y qué ---------------------------------------------------------------


@pytest.mark.parametrize("alias", ["coordinacion", "cst", "cast-demo-01", "direccion", "administracion"])
def test_cualquiera_con_sesion_lee_los_procedimientos(web: str, alias: str) -> None:
    with Visitante(web, alias) as v:
        for camino in ("", "/normatividad", *(f"/normatividad/{archivo}" for archivo in ARCHIVOS)):
            assert v.get(f"/procedimientos{camino}").status_code == 200


def test_sin_sesion_no_se_ven_ni_se_descargan(web: str) -> None:
    with Visitante(web) as v:
        for camino in ("", "/normatividad", *(f"/normatividad/{archivo}" for archivo in ARCHIVOS)):
            respuesta = v.get(f"/procedimientos{camino}")
            assert respuesta.status_code == 303
            assert respuesta.headers["location"].startswith("/entrar")
    with Cliente(web) as cliente:
        assert cliente.get("/procedimientos/normatividad/bpmn").status_code == 401


def test_uno_que_no_existe_o_una_version_que_no_existe_se_dicen(web: str) -> None:
    with Visitante(web, "cst") as v, Cliente(web, "cst") as cliente:
        for camino in ("nada", "normatividad?version=1999-01-01", "normatividad/copia.pdf?version=1999-01-01"):
            assert v.get(f"/procedimientos/{camino}").status_code == 404
        assert cliente.get("/procedimientos/nada/bpmn").status_code == 404
        assert cliente.get("/procedimientos/normatividad/bpmn?version=1999-01-01").status_code == 404


def test_el_contrato_entrega_el_bpmn_con_su_tipo_y_su_nombre(web: str) -> None:
    with Cliente(web, "cst") as cliente:
        for tabla in CATALOGO:
            respuesta = cliente.get(f"/procedimientos/{tabla.clave}/bpmn?version={tabla.version}")
            assert respuesta.status_code == 200
            assert respuesta.headers["content-type"] == "application/xml"
            nombre = f'attachment; filename="{tabla.clave}-{tabla.version}.bpmn"'
            assert respuesta.headers["content-disposition"] == nombre
            assert respuesta.text == bpmn(tabla)
        de_version = cliente.get(f"/procedimientos/normatividad/bpmn?version={NORMATIVIDAD.version}")
        assert de_version.text == bpmn(NORMATIVIDAD)
        anunciada = cliente.get("/openapi.json").json()["paths"]["/api/v1/procedimientos/{clave}/bpmn"]["get"]
        assert set(anunciada["responses"]["200"]["content"]) == {"application/xml"}


# --- lo que dice la página ---------------------------------------------------------


@pytest.mark.parametrize("tabla", TABLAS)
def test_la_pagina_trae_tabla_diagrama_plazos_oficios_y_la_nota_de_copia(web: str, tabla: Tabla) -> None:
    with Visitante(web, "cst") as v:
        texto = unescape(v.get(f"/procedimientos/{tabla.clave}?version={tabla.version}").text)
    assert "COPIA NO CONTROLADA" in texto
    assert 'role="img"' in texto
    assert "style=" not in texto
    for act in tabla.actividades:
        assert f'id="actividad-{act.clave}"' in texto
        assert f'data-elemento="a_{act.clave}"' in texto
        assert act.accion in texto
        assert act.fundamento in texto
        if act.plazo:
            assert f'href="#actividad-{act.clave}"' in texto
        for emision in act.oficios:
            assert re.search(rf"<th[^>]*>{emision.clave} ", texto)
            assert emision.plantilla in texto
            assert emision.inferido in texto
    for tramo in tabla.tramos:
        assert tramo.regla.que[1:] in texto


def test_los_encabezados_no_saltan_niveles(web: str) -> None:
    with Visitante(web, "cst") as v:
        niveles = [int(n) for n in re.findall(r"<h([1-6])", v.get("/procedimientos/apertura_cast").text)]
    assert niveles[0] == 1
    assert all(despues - antes <= 1 for antes, despues in pairwise(niveles))


def test_solo_la_administracion_llega_a_la_plantilla_de_cada_oficio(web: str) -> None:
    enlace = 'href="/administracion/plantillas/normatividad/of_01"'
    with Visitante(web, "administracion") as v:
        assert enlace in v.get("/procedimientos/normatividad").text
        assert v.get("/administracion/plantillas/normatividad/of_01").status_code == 200
    with Visitante(web, "cst") as v:
        assert enlace not in v.get("/procedimientos/normatividad").text


# --- la copia en PDF ------------------------------------------------------------------


@pytest.mark.parametrize("tabla", TABLAS)
def test_la_copia_en_pdf_cumple_las_dos_normas_y_lo_trae_todo(tabla: Tabla) -> None:
    pdf = procedimiento_pdf.componer(contenido_pdf(tabla, {}, date(2026, 11, 20)))
    for norma in ("2a", "ua1"):
        informe = page.validate_pdf_bytes(pdf, profile=norma)
        assert [f.message for f in informe.failures if f.rule_id != CADENA] == []
    assert cadenas_mal_medidas(pdf) == []
    hojas = [hoja.extract_text() for hoja in PdfReader(io.BytesIO(pdf)).pages]
    assert all("COPIA NO CONTROLADA" in hoja for hoja in hojas)
    junto = re.sub(r"[\s\u200b\u00ad-]", "", "".join(hojas))
    for act in tabla.actividades:
        assert re.sub(r"[\s-]", "", act.accion) in junto
        for emision in act.oficios:
            assert emision.clave.replace("-", "") in junto
    # El diagrama va dibujado, no como fotografía: sus letras se pueden buscar.
    assert "Diagrama" in hojas[-1]
    assert tabla.actividades[-1].unidad.value in hojas[-1]


def test_la_copia_del_mismo_dia_es_siempre_la_misma(web: str) -> None:
    with Visitante(web, "cst") as v:
        uno, otro = (v.get("/procedimientos/reunion_trabajo/copia.pdf") for _ in range(2))
    assert uno.content == otro.content
    assert uno.headers["content-type"] == "application/pdf"
    assert uno.headers["content-disposition"].startswith('inline; filename="reunion_trabajo-')
    assert "object-src 'self'" in uno.headers["content-security-policy"]


def test_un_dibujo_roto_se_dice_y_no_deja_un_pdf_a_medias() -> None:
    contenido = contenido_pdf(NORMATIVIDAD, {}, date(2026, 11, 20)) | {"diagramas": ["<svg"]}
    with pytest.raises(ComposicionFallida):
        procedimiento_pdf.componer(contenido)


# --- la macro, como la usa otra página ---------------------------------------------------


def test_la_macro_pone_estados_leyenda_lista_y_datos_sin_abrir_otra_etiqueta() -> None:
    macro = ENTORNO.get_template("procedimientos/diagrama.html").module.diagrama  # type: ignore[attr-defined]
    suyos = {"1": Estado(Que.HECHA, 2), "2": Estado(Que.ACTUAL, 1, date(2026, 3, 3), "Urge")}
    texto = unescape(str(macro(NORMATIVIDAD, suyos, id="uno")))
    assert "✓ Hecha; ↺ dice cuántas veces" in texto
    assert "Ahora, vence el 3 mar 2026 (urge)" in texto
    assert "Hecha 2 veces" in texto
    assert texto.count("<script") == 1
    assert 'id="uno-titulo"' in texto
    sin_lista = str(macro(NORMATIVIDAD, suyos, con_lista=False, equivale="#recorrido"))
    assert "diagrama-pasos" not in sin_lista
    assert 'href="#recorrido"' in sin_lista
    assert "10 días" in str(macro(NORMATIVIDAD, calor={"5": (10.0, "10 días")}))


def test_los_datos_del_visor_llevan_el_final_alcanzado_y_no_su_rotulo() -> None:
    datos = vista(NORMATIVIDAD, {"fin_13_continuar": Estado(Que.HECHA, 1), "6": Estado(Que.ACTUAL, 3)}).datos
    assert datos["marcas"] == [
        {"id": "fin_13_continuar", "tono": "hecha", "texto": ""},
        {"id": "a_6", "tono": "actual", "texto": "● Ahora ↺3"},
    ]
    assert datos["xml"] == f"/procedimientos/normatividad/diagrama.bpmn?version={NORMATIVIDAD.version}"


# --- con navegador ------------------------------------------------------------------------


@pytest.mark.navegador
def test_el_diagrama_se_recorre_con_raton_y_con_teclado(navegador: Browser, web: str) -> None:
    sala = Sala(navegador, web)
    pagina = sala.como("cst")
    errores: list[str] = []
    pagina.on("pageerror", lambda e: errores.append(str(e)))
    pagina.goto("/procedimientos/normatividad")
    diagrama = pagina.locator("#diagrama")
    pagina.locator("#diagrama[data-listo=si]").wait_for()
    expect(diagrama.locator(".diagrama-imagen")).to_be_hidden()
    expect(diagrama.locator("[data-element-id=a_1] >> nth=0")).to_be_visible()
    # La licencia del visor pide que su marca se vea y nada la tape.
    marca = diagrama.locator(".bjs-powered-by")
    expect(marca).to_be_visible()
    caja = marca.bounding_box()
    assert caja
    encima = "([x, y]) => !!document.elementFromPoint(x, y)?.closest('.bjs-powered-by')"
    marca.scroll_into_view_if_needed()
    caja = marca.bounding_box()
    assert caja
    assert pagina.evaluate(encima, [caja["x"] + caja["width"] / 2, caja["y"] + caja["height"] / 2])

    vista_ = "() => document.querySelector('.diagrama-vivo .viewport').getAttribute('transform')"
    antes = pagina.evaluate(vista_)
    diagrama.get_by_role("button", name="Acercar").press("Enter")
    assert pagina.evaluate(vista_) != antes
    diagrama.get_by_role("button", name="Ver todo").press("Enter")
    antes = pagina.evaluate(vista_)
    dibujo = diagrama.get_by_role("application")
    dibujo.focus()
    for tecla in ("+", "-", "ArrowRight", "0"):
        previa = pagina.evaluate(vista_)
        pagina.keyboard.press(tecla)
        assert pagina.evaluate(vista_) != previa, tecla
    # Se sale con el tabulador: no atrapa el teclado.
    pagina.keyboard.press("Tab")
    assert not pagina.evaluate("document.activeElement.matches('.diagrama-vivo .djs-container > svg')")

    boton = diagrama.get_by_role("button", name="Ver como imagen")
    boton.click()
    expect(boton).to_have_attribute("aria-pressed", "true")
    expect(diagrama.locator(".diagrama-imagen")).to_be_visible()
    expect(diagrama.get_by_role("button", name="Acercar")).to_be_disabled()
    boton.click()
    expect(diagrama.locator(".diagrama-vivo")).to_be_visible()
    assert errores == []
    assert sala.quejas == []
    sala.cerrar()


@pytest.mark.navegador
@pytest.mark.parametrize("con_javascript", [True, False], ids=["con-javascript", "sin-javascript"])
def test_las_paginas_pasan_axe_y_caben_en_un_telefono(navegador: Browser, web: str, con_javascript: bool) -> None:  # noqa: FBT001
    sala = Sala(navegador, web, con_javascript=con_javascript)
    pagina = sala.como("administracion")
    for clave in ("", "/apertura_cast", "/normatividad", "/reunion_trabajo"):
        pagina.goto(f"/procedimientos{clave}")
        if con_javascript and clave:
            pagina.locator("#diagrama").scroll_into_view_if_needed()
            pagina.locator("#diagrama[data-listo=si]").wait_for()
        if con_javascript:
            assert faltas_de_acceso(pagina) == []
        for ancho in ANCHOS:
            assert se_sale(pagina, ancho) == []
    if not con_javascript:
        expect(pagina.locator(".diagrama-imagen svg").first).to_be_visible()
        expect(pagina.get_by_role("button", name="Ver todo")).to_be_hidden()
    assert sala.quejas == []
    sala.cerrar()


@pytest.mark.navegador
def test_si_el_visor_no_carga_se_queda_la_imagen(navegador: Browser, web: str) -> None:
    sala = Sala(navegador, web)
    pagina = sala.como("cst")
    pagina.route("**/bpmn-navigated-viewer*", lambda ruta: ruta.abort())
    pagina.goto("/procedimientos/normatividad")
    pagina.locator("#diagrama[data-listo=no]").wait_for()
    expect(pagina.locator(".diagrama-imagen")).to_be_visible()
    expect(pagina.locator(".diagrama-mandos")).to_be_hidden()
    sala.cerrar()


@pytest.mark.navegador
def test_el_visor_solo_se_pide_donde_hay_diagrama(navegador: Browser, web: str) -> None:
    sala = Sala(navegador, web)
    pagina = sala.como("cst")
    pedidos: list[str] = []
    pagina.on("request", lambda p: pedidos.append(p.url))
    pagina.goto("/procedimientos")
    pagina.goto("/")
    assert not [p for p in pedidos if "bpmn" in p or "diagrama" in p]
    sala.cerrar()


@pytest.mark.navegador
def test_al_imprimir_sale_el_dibujo_y_no_los_mandos(navegador: Browser, web: str) -> None:
    sala = Sala(navegador, web)
    pagina = sala.como("cst")
    pagina.goto("/procedimientos/normatividad")
    pagina.locator("#diagrama[data-listo=si]").wait_for()
    pagina.emulate_media(media="print")
    expect(pagina.locator(".diagrama-imagen")).to_be_visible()
    expect(pagina.locator(".diagrama-vivo")).to_be_hidden()
    expect(pagina.locator(".diagrama-mandos")).to_be_hidden()
    sala.cerrar()


def test_el_bpmn_descargado_es_xml_bien_formado(web: str) -> None:
    with Visitante(web, "cst") as v:
        respuesta = v.get("/procedimientos/apertura_cast/diagrama.bpmn")
    assert respuesta.headers["content-disposition"].startswith("attachment;")
    assert ET.fromstring(respuesta.content).tag.endswith("definitions")  # noqa: S314 - lo escribimos nosotros
