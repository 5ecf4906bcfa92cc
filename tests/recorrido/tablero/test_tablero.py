"""El tablero, sus listas, las corridas y lo que se exporta, como los usa quien dirige; y quien no, no entra."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from random import Random

import httpx
import page
import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from modelos import sesion
from modelos.expedientes.expediente import Expediente
from modelos.organizacion import claves
from modelos.organizacion.organigrama import Persona, Unidad
from modelos.tablero.cifras import EN_EL_TABLERO
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.paginas.navegador import ESCRITORIO, Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante
from tests.banco.tablero import inventar

PAGINAS = ("/tablero", "/tablero/lista?que=abiertos", "/corridas")
DESCARGAS = ("/tablero/exportar.xlsx", "/tablero/exportar.xes", "/tablero/informe.pdf")


@pytest.fixture
def historia(instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch) -> Instancia:
    """Una base con noventa expedientes inventados."""
    monkeypatch.setenv("DSTC_RELOJ", "2027-06-15T09:00:00-06:00")
    with sesion.transaccion(instancia_sqlite.url) as s:
        inventar(s, 90, Random(7), date(2027, 6, 15))
    return instancia_sqlite


@pytest.fixture
def sitio(historia: Instancia) -> Iterator[str]:
    with servida(historia) as direccion:
        yield direccion


@pytest.fixture
def sala(navegador: Browser, sitio: str) -> Iterator[Sala]:
    abierta = Sala(navegador, sitio)
    yield abierta
    abierta.cerrar()
    assert not abierta.quejas, "la política de contenido bloqueó algo de nuestras páginas"


def texto(respuesta: httpx.Response) -> str:
    assert respuesta.status_code == 200, respuesta.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", respuesta.text))


def cuantos(respuesta: httpx.Response) -> int:
    """Lo que una lista dice que trae."""
    dicho = re.search(r'role="status">([\d,]+) ', respuesta.text)
    assert dicho, respuesta.text
    return int(dicho.group(1).replace(",", ""))


@pytest.mark.parametrize("alias", ["direccion", "administracion", "coordinacion"])
def test_quien_dirige_administra_o_coordina_lo_ve_todo(sitio: str, alias: str) -> None:
    with Visitante(sitio, alias) as v:
        for camino in (*PAGINAS, *DESCARGAS):
            assert v.get(camino).status_code == 200, camino
    with Cliente(sitio, alias) as cliente:
        assert cliente.get("/tablero").status_code == 200


@pytest.mark.parametrize("alias", ["cst", "cast-demo-01"])
def test_a_quien_solo_opera_no_le_corresponde_y_se_le_dice_a_quien(sitio: str, alias: str) -> None:
    with Visitante(sitio, alias) as v:
        for camino in (*PAGINAS, *DESCARGAS):
            respuesta = v.get(camino)
            assert respuesta.status_code == 403, camino
            assert "dirección, administración o coordinación" in respuesta.text
    with Cliente(sitio, alias) as cliente:
        for llamada in ("/tablero", "/tablero/calor/normatividad"):
            assert cliente.get(llamada).status_code == 403, llamada


def test_sin_sesion_se_pide_entrar_y_se_vuelve_al_mismo_tablero(sitio: str) -> None:
    with Visitante(sitio) as v:
        for camino in (*PAGINAS, *DESCARGAS, "/tablero?periodo=2027-T2&unidad=CST"):
            respuesta = v.get(camino)
            assert respuesta.status_code == 303, camino
            assert respuesta.headers["location"].startswith("/entrar")
    with Cliente(sitio) as cliente:
        assert cliente.get("/tablero").status_code == 401


def test_cada_cifra_de_la_pagina_lleva_a_una_lista_de_ese_largo(sitio: str) -> None:
    with Visitante(sitio, "direccion") as v:
        for filtro in ("periodo=2027", "periodo=2027-T2&unidad=CST", "desde=2026-02-01&hasta=2027-03-31"):
            pagina = v.get(f"/tablero?{filtro}").text
            enlaces = re.findall(r'<a href="(/tablero/lista\?[^"]+)"><span class="cifra-valor">([\d,]+)<', pagina)
            enlaces += re.findall(r'<td class="num"><a href="(/tablero/lista\?[^"]+)">([\d,]+)</a>', pagina)
            assert len(enlaces) >= len(EN_EL_TABLERO)
            for enlace, cifra in set(enlaces):
                assert cuantos(v.get(enlace.replace("&amp;", "&"))) == int(cifra.replace(",", "")), enlace


def test_la_lista_se_recorre_por_paginas_y_se_baja_entera(sitio: str) -> None:
    with Visitante(sitio, "direccion") as v:
        camino, folios = "/tablero/lista?que=a_tiempo&desde=2025-01-01&hasta=2027-12-31", []
        total = cuantos(v.get(camino))
        siguiente: str | None = camino
        while siguiente:
            pagina = v.get(siguiente).text
            folios += re.findall(r"<strong>([A-Z]+-\d{4}-\d+)</strong>", pagina)
            hallado = re.search(r'<a href="([^"]+)">Ver los que siguen', pagina)
            siguiente = hallado.group(1).replace("&amp;", "&") if hallado else None
        assert len(folios) == total > 60
        libro = v.get(camino.replace("/lista", "/exportar.xlsx"))
        filas = CalamineWorkbook.from_filelike(BytesIO(libro.content)).get_sheet_by_name("Plazos").to_python()
        assert len(filas) - 1 == total
        assert {fila[8] for fila in filas[1:]} == {"A tiempo"}


def test_lo_descargado_se_llama_por_lo_que_trae(sitio: str, historia: Instancia) -> None:
    with Visitante(sitio, "direccion") as v:
        for camino, nombre in (
            ("exportar.xlsx?periodo=2027-T2&procedimiento=normatividad", "tablero-2027-T2-normatividad.xlsx"),
            ("exportar.xlsx?periodo=2027&que=vencidos&unidad=CST", "vencidos-2027-CST.xlsx"),
            ("exportar.xes?desde=2027-01-01&hasta=2027-02-28", "bitacora-2027-01-01-a-2027-02-28.xes"),
            ("informe.pdf?periodo=2027-T1", "informe-2027-T1.pdf"),
        ):
            assert f'filename="{nombre}"' in v.get(f"/tablero/{camino}").headers["content-disposition"]


def test_el_informe_cumple_las_normas_y_dice_lo_mismo_que_la_pagina(sitio: str) -> None:
    with Visitante(sitio, "direccion") as v:
        pdf = v.get("/tablero/informe.pdf?periodo=2027-T2").content
        pagina = texto(v.get("/tablero?periodo=2027-T2"))
    for norma in ("2a", "ua1"):
        informe = page.validate_pdf_bytes(pdf, profile=norma)
        assert informe.is_compliant, [(f.rule_id, f.message) for f in informe.failures]
    dicho = re.sub(r"\s+", " ", " ".join(hoja.extract_text() for hoja in PdfReader(BytesIO(pdf)).pages))
    assert "Informe del segundo trimestre de 2027" in dicho
    assert dicho.count("Fuente:") == 6
    primera = re.search(r"Hay [\d,]+ plazos? vencidos? en [\d,]+ expedientes?", pagina)
    assert primera
    assert primera.group() in dicho


def test_lo_que_la_letra_no_dibuja_no_impide_el_informe(sitio: str, historia: Instancia) -> None:
    with sesion.transaccion(historia.url) as s:
        s.execute(update(Unidad).values(nombre="Coordinación 测试 😀"))
    with Visitante(sitio, "direccion") as v:
        informe = v.get("/tablero/informe.pdf")
        assert informe.status_code == 200
        assert "�" in "".join(hoja.extract_text() for hoja in PdfReader(BytesIO(informe.content)).pages)


def test_sin_historia_el_tablero_y_el_informe_dicen_que_no_hay_nada(web_vacia: str) -> None:
    with Visitante(web_vacia, "direccion") as v:
        dicho = texto(v.get("/tablero?procedimiento=normatividad"))
        assert "Hoy no hay plazos vencidos." in dicho
        assert "Ningún turno acumula días hábiles en este periodo." in dicho
        assert "Nadie atendió turnos en este periodo." in dicho
        assert "No hay ninguno con este filtro." in texto(v.get("/tablero/lista?que=vencidos"))
        assert "Aquí aparecerán los expedientes" in texto(v.get("/corridas"))
        for camino in DESCARGAS:
            assert v.get(camino).status_code == 200


@pytest.fixture
def web_vacia(instancia_sqlite: Instancia) -> Iterator[str]:
    with servida(instancia_sqlite) as direccion:
        yield direccion


def test_un_filtro_mal_escrito_se_dice_junto_al_campo_y_no_se_inventan_cifras(sitio: str) -> None:
    with Visitante(sitio, "direccion") as v:
        respuesta = v.get("/tablero?desde=2027-05-01&hasta=2027-04-01&procedimiento=normatividad")
        assert respuesta.status_code == 422
        assert 'id="hasta-error"' in respuesta.text
        assert 'value="2027-05-01"' in respuesta.text, "se perdió lo escrito"
        assert "cifra-valor" not in respuesta.text
        assert v.get("/tablero?unidad=NO-HAY").status_code == 422
        for camino in (
            "lista?que=nada",
            "lista?que=tarde&cursor=mal",
            "lista?que=tarde&periodo=x",
            "informe.pdf?periodo=x",
        ):
            assert v.get(f"/tablero/{camino}").status_code == 422, camino
    with Cliente(sitio, "direccion") as cliente:
        assert cliente.get("/tablero", params={"periodo": "x"}).status_code == 422


def test_el_json_trae_las_mismas_cifras(sitio: str) -> None:
    with Cliente(sitio, "direccion") as cliente:
        dado = cliente.get("/tablero", params={"periodo": "2027"}).json()
        mapa = cliente.get("/tablero/calor/normatividad", params={"periodo": "2027"}).json()
        assert cliente.get("/tablero/calor/no-hay").status_code == 404
    with Visitante(sitio, "direccion") as v:
        for clave, cifra in dado["cuentas"].items():
            assert cuantos(v.get(f"/tablero/lista?periodo=2027&que={clave}")) == cifra
    suyos = {a["actividad"]: a for a in dado["por_actividad"] if a["procedimiento"] == "normatividad"}
    assert [(a["dias"], a["vueltas"]) for a in mapa if a["actividad"] in suyos] == [
        (suyos[a["actividad"]]["mediana"], suyos[a["actividad"]]["repetidos"]) for a in mapa if a["actividad"] in suyos
    ]


@pytest.mark.parametrize(
    ("ajustes", "enlaza"),
    [
        pytest.param({"demo": False}, "", id="no-se-sabe-desde-donde-se-abre"),
        pytest.param({"prefect_publico": "https://p.ejemplo.mx/"}, "https://p.ejemplo.mx/runs/flow-run/", id="se-dijo"),
        pytest.param({"puerto_prefect": 4321}, "http://127.0.0.1:4321/runs/flow-run/", id="demostracion"),
    ],
)
def test_la_corrida_se_enlaza_si_se_sabe_donde_se_abre_prefect(
    historia: Instancia, ajustes: dict[str, object], enlaza: str
) -> None:
    suya, clave = Instancia(historia.ajustes.model_copy(update=ajustes)), "jacaranda-morada-42"
    with sesion.transaccion(historia.url) as s:  # la de demostración sólo sirve en una demostración
        s.execute(update(Persona).values(clave_cifrada=claves.cifrar(clave)))
    with servida(suya) as direccion, Visitante(direccion) as v:
        assert v.entrar("direccion", clave).headers["location"] == "/"
        pagina = v.get("/corridas")
        assert "Corridas" in texto(pagina)
        assert re.findall(r'href="([^"]*/runs/flow-run/)', pagina.text)[:1] == ([enlaza] if enlaza else [])
        assert "Con incidente" in texto(v.get("/corridas?estado=incidente"))


def test_un_asunto_con_marcas_no_se_interpreta_en_ninguna_parte(sitio: str, historia: Instancia) -> None:
    with sesion.transaccion(historia.url) as s:
        s.execute(update(Expediente).values(asunto="<script>alert(1)</script>"))
    with Visitante(sitio, "direccion") as v:
        for camino in ("/tablero/lista?que=abiertos", "/corridas"):
            assert "<script>alert" not in v.get(camino).text


@pytest.mark.navegador
def test_las_paginas_son_accesibles_y_caben_en_un_telefono(sala: Sala) -> None:
    pagina = sala.como("direccion")
    for camino in (
        "/tablero?periodo=2027",
        "/tablero?periodo=2027-T2&procedimiento=normatividad",
        "/tablero?desde=2027-05-01&hasta=2027-04-01",
        "/tablero/lista?que=tarde",
        "/tablero/lista?que=acumulan",
        "/tablero/lista?que=abiertos",
        "/corridas",
        "/corridas?estado=incidente",
    ):
        pagina.goto(camino)
        pagina.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert faltas_de_acceso(pagina) == []
        assert se_sale(pagina) == []
        assert se_sale(pagina, ESCRITORIO) == []


@pytest.mark.navegador
def test_la_titular_va_de_la_cifra_a_la_lista_y_al_expediente_solo_con_teclado(sala: Sala) -> None:
    pagina = sala.como("direccion")
    pagina.goto("/tablero")
    pagina.get_by_label("Periodo", exact=True).focus()
    pagina.get_by_label("Periodo", exact=True).select_option("2027-T2")
    pagina.get_by_label("Procedimiento").select_option("normatividad")
    pagina.get_by_role("button", name="Ver", exact=True).press("Enter")
    expect(pagina).to_have_url(re.compile(r"periodo=2027-T2&procedimiento=normatividad"))
    enlace = pagina.get_by_role("link", name=re.compile("expedientes abiertos"))
    cifra = enlace.locator(".cifra-valor").inner_text()
    enlace.press("Enter")
    expect(pagina.get_by_role("status")).to_contain_text(cifra)
    pagina.get_by_role("link", name="‹ Tablero").press("Enter")
    expect(pagina.get_by_label("Periodo", exact=True)).to_have_value("2027-T2")
    grafica = pagina.get_by_role("img", name=re.compile("Días hábiles que acumula"))
    expect(grafica).to_be_visible()
    pagina.goto("/tablero?desde=2027-01-04&hasta=2027-02-05")
    pagina.get_by_label("Unidad", exact=True).select_option("CST")
    pagina.get_by_role("button", name="Ver", exact=True).press("Enter")
    expect(pagina.get_by_role("heading", name="del lun 4 ene 2027 al vie 5 feb 2027")).to_be_visible()
