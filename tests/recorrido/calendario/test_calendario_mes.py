"""El calendario por mes y año, y la calculadora: lo que vence, lo que se abre, lo que no se trabaja y por qué."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.con_plazos import publicar
from tests.accesorios.paginas.navegador import ANCHOS, TELEFONO, Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante


@pytest.fixture(autouse=True)
def con_tablas(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    publicar(request, monkeypatch)  # lunes 3 de mayo de 2027


def leido(respuesta: httpx.Response) -> str:
    assert respuesta.status_code == 200, respuesta.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", respuesta.text))


def del_dia(pagina: str, dia: str) -> str:
    """Lo que la lista dice de ese día, sin etiquetas."""
    desde = pagina.index(f'id="dia-{dia}"')
    hasta = pagina.find('class="dia-lista"', desde)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", pagina[desde : hasta if hasta > 0 else None]))


def test_el_mes_dice_lo_que_vence_y_los_inhabiles_con_su_fuente(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("poda", "Un árbol")
    with Visitante(web, "dstc") as v:
        pagina = v.get("/calendario/mes").text
    assert "<h1>Mayo de 2027</h1>" in pagina
    vence = del_dia(pagina, "2027-05-11")
    assert "mar 11 may 2027" in vence
    assert "Vence 1 plazo" in vence
    assert f"{folio} revisar la solicitud (DSTC) Un árbol" in re.sub(r"\s+", " ", vence)
    inhabil = del_dia(pagina, "2027-05-05")
    assert "Inhábil. Aniversario de la Batalla de Puebla" in inhabil
    assert "LFPA art. 28" in inhabil
    assert "Fuente" in inhabil
    # La rejilla lleva a la lista: nada se dice sólo en ella.
    assert set(re.findall(r'href="#dia-([\d-]+)"', pagina)) == set(re.findall(r'id="dia-(2027-05-\d\d)"', pagina))


def test_cada_quien_ve_sus_vencimientos_y_se_filtran_por_unidad(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("riego", centro="CAST-DEMO-01", evento="2027-05-03")
    with (
        Visitante(web, "cast-demo-01") as suyo,
        Visitante(web, "cast-demo-02") as ajeno,
        Visitante(web, "direccion") as mira,
        Visitante(web) as nadie,
    ):
        assert folio in suyo.get("/calendario/mes").text
        assert folio not in ajeno.get("/calendario/mes").text
        assert folio in mira.get("/calendario/mes?unidad=CAST-DEMO-01").text
        assert folio not in mira.get("/calendario/mes?unidad=CST").text
        for camino in ("/calendario/mes", "/calendario/anio", "/calendario/calculadora"):
            assert nadie.get(camino).headers["location"].startswith("/entrar?ir=/calendario/")


def test_un_dia_cargado_se_recorta_y_se_ve_completo_por_paginas(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folios = [instancia_sqlite.iniciar("poda") for _ in range(7)]
    monkeypatch.setattr(
        "api.web.calendario.mes.consultas_mes.del_dia.__kwdefaults__",
        {
            "unidad": "",
            "despues": "",
            "limite": 3,
        },
    )
    with Visitante(web, "dstc") as v:
        pagina = v.get("/calendario/mes").text
        assert sum(folio in del_dia(pagina, "2027-05-11") for folio in folios) == 4
        assert "Vencen 7 plazos" in del_dia(pagina, "2027-05-11")
        camino, vistos = "/calendario/mes?dia=2027-05-11", []
        while camino:
            pagina = v.get(camino).text
            tramo = pagina[pagina.index('id="dia-completo"') : pagina.index("Volver al mes")]
            vistos += re.findall(r"<strong>(PODA-[\d-]+)</strong>", tramo)
            mas = re.search(r'href="(/calendario/mes\?[^"]*despues=[^"]+)"', tramo)
            camino = mas[1].replace("&amp;", "&").partition("#")[0] if mas else ""
        assert vistos == sorted(folios)


@pytest.mark.parametrize("mes", ["2027-13", "nada", "0001-01", "9999-12", "2027-5", "２０２７-05"])
def test_un_mes_imposible_lleva_al_de_hoy(web: str, mes: str) -> None:
    with Visitante(web, "dstc") as v:
        assert "<h1>Mayo de 2027</h1>" in v.get("/calendario/mes", params={"mes": mes}).text
        assert v.get("/calendario/mes", params={"mes": "2027-05", "dia": "2027-02-30"}).status_code == 200
        assert v.get("/calendario/anio", params={"anio": mes}).status_code == 200


def test_de_un_anio_sin_publicar_no_se_supone_ningun_inhabil(web: str) -> None:
    with Visitante(web, "dstc") as v:
        assert "El calendario de 2045 no está publicado." in leido(v.get("/calendario/mes?mes=2045-05"))
        assert "El calendario de 2045 no está publicado." in leido(v.get("/calendario/anio?anio=2045"))
        assert "Inhábil el" not in leido(v.get("/calendario/anio?anio=2045"))


def test_la_calculadora_cuenta_lo_mismo_que_la_api_y_lo_explica(web: str) -> None:
    with Visitante(web, "dstc") as v, Cliente(web, "dstc") as c:
        for cuenta, parametro in (("habiles", "dias"), ("naturales", "naturales"), ("meses", "meses")):
            api = c.get("/calendario/computo", params={"desde": "2027-05-03", parametro: 3}).json()
            consulta = {"campo-desde": "2027-05-03", "campo-cantidad": "3", "campo-cuenta": cuenta}
            pagina = leido(v.get("/calendario/calculadora", params=consulta))
            assert f"Por qué: {api['explicacion'].rstrip('.')}." in pagina
        tarde = {"campo-desde": "2027-05-03", "campo-hora": "19:00", "campo-cantidad": "10", "campo-cuenta": "habiles"}
        pagina = leido(v.get("/calendario/calculadora", params=tarde))
    for dice in (
        "Vence el mié 19 may 2027",
        "Por prudencia, a más tardar el mar 18 may 2027",
        "fuera del horario de 08:00 a 18:00",
        "mié 5 may 2027: Aniversario de la Batalla de Puebla",
        "B: LFT art. 74: mar 18 may 2027",
    ):
        assert dice in pagina, dice


@pytest.mark.parametrize(
    ("mal", "dice"),
    [
        ({"campo-desde": "ayer"}, "escriba una fecha que exista, sin hora, como 2026-12-21 o 21/12/2026"),
        ({"campo-hora": "25:00"}, "escríbala de 00:00 a 23:59"),
        ({"campo-cantidad": "0"}, "escriba un número de 1 a 1000"),
        ({"campo-cantidad": "mil"}, "escriba un número de 1 a 1000"),
        ({"campo-cuenta": "lustros"}, "elija una opción"),
        ({"campo-unidad": "NADA"}, "elija una de la lista"),
        ({"campo-perfil": "Z"}, "elija una opción"),
        ({"campo-recepcion": "x"}, "elija una opción"),
        ({"campo-desde": "2060-01-01"}, "El calendario de días inhábiles de 2060 no está publicado"),
        ({"campo-desde": "0001-01-01"}, "no está publicado"),
        ({"campo-desde": "9999-12-31", "campo-cuenta": "meses"}, "no está publicado"),
    ],
)
def test_lo_que_no_se_entiende_se_dice_junto_a_su_campo(web: str, mal: dict[str, str], dice: str) -> None:
    bien = {"campo-desde": "2027-05-03", "campo-cantidad": "10", "campo-cuenta": "habiles"}
    with Visitante(web, "dstc") as v:
        respuesta = v.get("/calendario/calculadora", params={**bien, **mal})
    assert respuesta.status_code == 422
    assert dice in respuesta.text
    assert 'role="alert"' in respuesta.text
    assert "Vence el" not in respuesta.text
    if "no está publicado" not in dice:
        assert f'id="{next(iter(mal))}-error"' in respuesta.text


@pytest.mark.navegador
def test_el_calendario_es_accesible_cabe_y_en_el_telefono_queda_la_lista(
    sala: Sala, instancia_sqlite: Instancia
) -> None:
    instancia_sqlite.iniciar("poda")
    pagina, faltas = sala.como("dstc"), []
    for camino in (
        "/calendario/mes",
        "/calendario/mes?dia=2027-05-11",
        "/calendario/anio",
        "/calendario/calculadora",
        "/calendario/calculadora?campo-desde=2027-05-03&campo-cantidad=10&campo-cuenta=habiles",
        "/calendario/calculadora?campo-cantidad=x",
        "/calendario",
    ):
        pagina.goto(camino)
        pagina.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        faltas += [*faltas_de_acceso(pagina), *(f for ancho in ANCHOS for f in se_sale(pagina, ancho))]
    assert not faltas, "\n".join(faltas)
    pagina.goto("/calendario/mes")
    expect(pagina.locator(".rejilla-grande")).to_be_visible()
    pagina.set_viewport_size(TELEFONO)
    expect(pagina.locator(".rejilla-grande")).to_be_hidden()
    expect(pagina.locator("#dia-2027-05-11")).to_be_visible()


@pytest.mark.navegador
def test_se_navega_y_se_calcula_sin_javascript(navegador: Browser, web: str) -> None:
    sala = Sala(navegador, web, con_javascript=False)
    pagina = sala.como("dstc")
    pagina.goto("/calendario/mes")
    pagina.get_by_role("link", name="Mes siguiente").click()
    expect(pagina.get_by_role("heading", name="Junio de 2027")).to_be_visible()
    pagina.get_by_role("link", name="Año", exact=True).click()
    pagina.get_by_role("link", name="Mayo de 2027", exact=True).click()
    pagina.get_by_role("link", name="Calcular un plazo").click()
    pagina.get_by_label("Desde qué día").fill("2027-05-03")
    pagina.get_by_label("Cuánto").fill("10")
    pagina.get_by_role("button", name="Calcular").click()
    expect(pagina.get_by_role("heading", name="Vence el mar 18 may 2027")).to_be_visible()
    sala.cerrar()
