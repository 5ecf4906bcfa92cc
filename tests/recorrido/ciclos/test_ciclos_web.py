"""«Lo que viene», por su página y por la API: qué se ve, quién decide y qué se rechaza."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from flujos.catalogo import CATALOGO
from modelos.actos.conduccion import ciclos
from modelos.administracion.demo import CASTS
from modelos.ciclos.ciclo import Apertura
from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.navegador import ANCHOS, Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante

HOY = date(2027, 3, 31)
CLAVES = [clave for clave, _, _ in CASTS]
PLANEACION = "/calendario/planeacion_metas/2028"


@pytest.fixture(autouse=True)
def _dia(web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert web  # después de sembrar: las adscripciones rigen desde el día en que se siembran
    poner(monkeypatch, HOY)


def poner(monkeypatch: pytest.MonkeyPatch, dia: date) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{dia.isoformat()}T09:00:00-06:00")


def abrir(instancia: Instancia, monkeypatch: pytest.MonkeyPatch, dia: date) -> ciclos.Abiertas:
    poner(monkeypatch, dia)
    return ciclos.abrir_pendientes(instancia.url, CATALOGO, dia)


def aperturas(instancia: Instancia) -> list[Apertura]:
    with instancia.leer() as s:
        return list(s.scalars(select(Apertura)))


# --- la API ------------------------------------------------------------------------


def test_lo_que_viene_trae_todos_los_ciclos_del_catalogo_con_su_fecha(web: str) -> None:
    with Cliente(web, "coordinacion") as c:
        lista = c.get("/ciclos").json()
    assert lista["siguiente"] is None
    assert lista["total"] == len(lista["elementos"])
    ciclicas = {tabla.clave for tabla in CATALOGO if tabla.ciclo}
    assert {p["procedimiento"] for p in lista["elementos"]} == ciclicas
    (planeacion,) = [
        p for p in lista["elementos"] if (p["procedimiento"], p["periodo"]) == ("planeacion_metas", "2028")
    ]
    assert (
        planeacion
        | {
            "abre": "2027-04-01",
            "limite": "2027-07-31",
            "estado": "por_venir",
            "cuantas": 3,
            "grupo": "CAST",
            "faltan": CLAVES,
            "aperturas": [],
        }
        == planeacion
    )
    assert planeacion["fundamento"] == "L-25"
    assert planeacion["inferido"]
    vencen = {p["clave"]: p["vence"] for p in planeacion["plazos"]}
    assert vencen == {"PL-04": "2027-06-30", "PL-05": "2027-07-15"}
    mensuales = [p["periodo"] for p in lista["elementos"] if p["procedimiento"] == "registro_mensual"]
    assert mensuales == [f"2027-{m:02}" for m in range(3, 13)] + ["2028-01", "2028-02", "2028-03"]


@pytest.mark.parametrize(
    ("consulta", "campo"),
    [
        ("desde=2027-05-01&hasta=2027-04-01", "hasta"),
        ("desde=2027-05-01&hasta=2030-05-01", "hasta"),
        ("desde=1900-01-01", "desde"),
        ("desde=9999-12-31", "desde"),
        ("desde=ayer", "desde"),
    ],
)
def test_un_tramo_que_no_se_puede_ver_se_rechaza(web: str, consulta: str, campo: str) -> None:
    with Cliente(web, "coordinacion") as c:
        respuesta = c.get(f"/ciclos?{consulta}")
    assert respuesta.status_code == 422
    assert campo in respuesta.json()["campos"]


def test_en_un_anio_sin_publicar_sale_sin_fecha(web: str) -> None:
    with Cliente(web, "coordinacion") as c:
        elementos = c.get("/ciclos?desde=2098-01-01&hasta=2098-12-31").json()["elementos"]
    assert elementos
    assert {p["abre"] for p in elementos} == {None}


def test_adelantar_y_dispensar_por_la_api(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Cliente(web, "coordinacion") as c:
        cuerpo = {"unidad": CLAVES[0], "motivo": "Lo pidió el centro."}
        vista = c.post("/ciclos/planeacion_metas/2028/adelantar", json=cuerpo).json()
        (hecha,) = vista["aperturas"]
        assert (hecha["unidad"], hecha["estado"], hecha["motivo"]) == (CLAVES[0], "abierta", "Lo pidió el centro.")
        assert hecha["persona"].startswith("Coordinación de la DSTC")
        assert c.get(f"/expedientes/{hecha['folio']}").json()["procedimiento"] == "planeacion_metas"
        assert vista["faltan"] == CLAVES[1:]
        repetida = c.post("/ciclos/planeacion_metas/2028/dispensar", json=cuerpo)
        assert repetida.status_code == 409
        assert hecha["folio"] in repetida.json()["detail"]
        vista = c.post("/ciclos/planeacion_metas/2028/dispensar", json={"motivo": "Se pospone."}).json()
        assert (vista["estado"], vista["faltan"]) == ("abierta", [])
        assert {a["estado"] for a in vista["aperturas"] if a["unidad"] != CLAVES[0]} == {"dispensada"}
    abiertas = {e.split("-")[0] for e in abrir(instancia_sqlite, monkeypatch, date(2027, 4, 1)).folios}
    assert "PLAN" not in abiertas


@pytest.mark.parametrize("alias", ["cast-demo-01", "cst", "direccion", "administracion"])
@pytest.mark.parametrize("acto", ["adelantar", "dispensar"])
def test_solo_quien_conduce_decide(web: str, instancia_sqlite: Instancia, alias: str, acto: str) -> None:
    cuerpo = {"unidad": CLAVES[0], "motivo": "Porque sí."}
    with Cliente(web, alias) as c:
        assert c.post(f"/ciclos/planeacion_metas/2028/{acto}", json=cuerpo).status_code == 403
    with Visitante(web, alias) as v:
        assert v.post(f"{PLANEACION}/{acto}", data=cuerpo).status_code == 403
        assert f"{PLANEACION}/{acto}" not in v.get(PLANEACION).text
    with Cliente(web) as nadie:
        assert nadie.post(f"/ciclos/planeacion_metas/2028/{acto}", json=cuerpo).status_code == 401
    assert aperturas(instancia_sqlite) == []


@pytest.mark.parametrize(
    ("camino", "cuerpo", "status"),
    [
        pytest.param("planeacion_metas/2028", {"motivo": " "}, 422, id="sin-motivo"),
        pytest.param("planeacion_metas/2028", {}, 422, id="sin-cuerpo"),
        pytest.param("planeacion_metas/2027-05", {"motivo": "m"}, 422, id="de-otro-ciclo"),
        pytest.param("planeacion_metas/2028", {"motivo": "m", "unidad": "CE-15"}, 422, id="no-es-cast"),
        pytest.param("planeacion_metas/2028", {"motivo": "m", "unidad": "x" * 41}, 422, id="unidad-larga"),
        pytest.param("planeacion_metas/2028", {"motivo": "m", "otro": 1}, 422, id="campo-de-mas"),
        pytest.param("concertacion/2028", {"motivo": "m"}, 422, id="no-se-abre-solo"),
        pytest.param("nada/2028", {"motivo": "m"}, 404, id="no-existe"),
        pytest.param("planeacion_metas/2028%00", {"motivo": "m"}, 422, id="caracter-nulo"),
        pytest.param("planeacion_metas/2028", {"motivo": "m", "unidad": "CAST\x00"}, 422, id="nulo-en-la-unidad"),
    ],
)
def test_lo_que_no_procede_se_rechaza_y_no_deja_nada(
    web: str, instancia_sqlite: Instancia, camino: str, cuerpo: dict[str, object], status: int
) -> None:
    with Cliente(web, "coordinacion") as c:
        for acto in ("adelantar", "dispensar"):
            assert c.post(f"/ciclos/{camino}/{acto}", json=cuerpo).status_code == status
    assert aperturas(instancia_sqlite) == []


# --- la página -----------------------------------------------------------------------


def test_la_pagina_dice_que_se_abre_cada_mes_para_cuantos_y_por_que(web: str) -> None:
    with Visitante(web, "coordinacion") as v:
        texto = v.get("/calendario").text
        assert 'href="/calendario" aria-current="page"' in v.get("/calendario").text
    abril = texto.split("Abril de 2027</h2>")[1].split("</section>")[0]
    assert PLANEACION in abril
    assert "Se abre el" in abril
    assert "jue 1 abr 2027" in abril
    assert "Para 3 CAST" in abril
    assert "L-25" in abril
    assert "<strong>Inferido.</strong>" in abril
    assert "vence el" in abril
    assert "jue 15 jul 2027" in abril


def test_lo_ya_abierto_enlaza_a_su_expediente_y_lo_propio_por_vencer_sale_arriba(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folios = abrir(instancia_sqlite, monkeypatch, date(2027, 4, 1)).folios
    with Visitante(web, "coordinacion") as v, Visitante(web, "cast-demo-01") as w:
        assert set(re.findall(r'/expedientes/(PLAN-[\d-]+)"', v.get(PLANEACION).text)) == {
            folio for folio in folios if folio.startswith("PLAN")
        }
        assert "Ya abiertos:" in v.get("/calendario").text
        suyo = w.get("/calendario").text
        assert "Sus plazos de los próximos 30 días" in suyo
        assert re.search(r"/turnos/REG-2027-\d+\.1\.|/turnos/REG-2027-\d+\.0\.|/expedientes/REG-", suyo)
        for folio in set(re.findall(r'href="/expedientes/([A-Z]+-[\d-]+)"', suyo)):
            assert w.get(f"/expedientes/{folio}").status_code == 200


def test_cada_quien_ve_lo_de_sus_unidades(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    abrir(instancia_sqlite, monkeypatch, date(2027, 4, 1))
    for alias, suyos in (("cast-demo-01", CLAVES[:1]), ("ce-15", CLAVES[:1]), ("direccion", CLAVES), ("ce-01", [])):
        with Cliente(web, alias) as c:
            elementos = c.get("/ciclos").json()["elementos"]
            con_grupo = [p for p in elementos if p["grupo"]]
            vistas = {a["unidad"] for p in con_grupo for a in p["aperturas"]} | {
                u for p in con_grupo for u in p["faltan"]
            }
            assert vistas == set(suyos), alias
        with Visitante(web, alias) as v:
            assert v.get(PLANEACION).status_code == (200 if suyos else 404)


def test_adelantar_desde_la_pagina_pide_motivo_conserva_lo_escrito_y_confirma(
    web: str, instancia_sqlite: Instancia
) -> None:
    with Visitante(web, "coordinacion") as v:
        mala = v.post(f"{PLANEACION}/adelantar", data={"unidad": CLAVES[1], "motivo": " "})
        assert mala.status_code == 422
        assert 'href="#adelantar-motivo"' in mala.text
        assert f'<option value="{CLAVES[1]}" selected>' in mala.text
        sin_elegir = v.post(f"{PLANEACION}/adelantar", data={"unidad": "", "motivo": "Lo escrito <b>se queda</b>"})
        assert sin_elegir.status_code == 422
        assert "Lo escrito &lt;b&gt;se queda&lt;/b&gt;" in sin_elegir.text
        assert aperturas(instancia_sqlite) == []
        buena = v.post(f"{PLANEACION}/adelantar", data={"unidad": CLAVES[1], "motivo": "Lo pidió."})
        assert buena.headers["location"] == f"{PLANEACION}?hecho=adelantar#confirmacion"
        pagina = v.get(f"{PLANEACION}?hecho=adelantar").text
        assert "Quedó registrado." in pagina
        assert "Lo pidió." in pagina
        otra = v.post(f"{PLANEACION}/dispensar", data={"unidad": CLAVES[1], "motivo": "Mejor no."})
        assert otra.status_code == 409
        assert "ya se abrió" in otra.text
        assert "Mejor no." in otra.text
        assert v.post(f"{PLANEACION}/dispensar", data={"unidad": "*", "motivo": "No habrá."}).status_code == 303
        assert "Adelantar o dispensar</h2>" not in v.get(PLANEACION).text
    assert {(a.unidad, a.estado) for a in aperturas(instancia_sqlite)} == {
        (CLAVES[1], "abierta"),
        (CLAVES[0], "dispensada"),
        (CLAVES[2], "dispensada"),
    }


def test_lo_que_no_hay_es_404_y_recargar_un_acto_vuelve_al_periodo(web: str) -> None:
    with Visitante(web, "coordinacion") as v:
        for camino in ("nada/2028", "concertacion/2028", "planeacion_metas/2028-T1", "planeacion_metas/2082"):
            assert v.get(f"/calendario/{camino}").status_code == 404
        assert v.post(f"{PLANEACION}/borrar", data={"motivo": "m"}).status_code == 404
        assert v.get(f"{PLANEACION}/adelantar").headers["location"] == PLANEACION
    with Visitante(web) as nadie:
        assert nadie.get("/calendario").headers["location"].startswith("/entrar")


def test_quien_perdio_la_sesion_recupera_lo_que_escribio(web: str) -> None:
    with Visitante(web, "coordinacion") as v:
        v.perder_la_sesion()
        lleno = {"unidad": CLAVES[0], "motivo": "Esto no se pierde."}
        assert "Esto no se pierde." in v.post(f"{PLANEACION}/dispensar", data=lleno).text
        v.entrar("coordinacion")
        vuelta = v.post(f"{PLANEACION}/dispensar", data={**lleno, "acto": "recuperar"})
        assert vuelta.status_code == 200
        assert "Todavía no se registra." in vuelta.text


# --- en un navegador ------------------------------------------------------------------


def test_se_usa_sin_javascript_cabe_en_un_telefono_y_es_accesible(
    navegador: Browser, web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    abrir(instancia_sqlite, monkeypatch, date(2027, 4, 1))
    sin_javascript = Sala(navegador, web, con_javascript=False)
    con_javascript = Sala(navegador, web)
    try:
        pagina = sin_javascript.como("coordinacion")
        pagina.goto("/calendario")
        pagina.get_by_role("link", name="Registro, liberación y validación mensual, junio de 2027").click()
        pagina.get_by_text("Dispensarlo", exact=True).click()
        caja = pagina.locator("details[open]")
        caja.get_by_label("Para quién").select_option(label="CAST de demostración 02")
        caja.get_by_label("Motivo").fill("Cierra por obra en junio.")
        caja.get_by_role("button", name="Dispensar").click()
        expect(pagina.get_by_text("Quedó registrado.")).to_be_visible()
        expect(pagina.get_by_text("Cierra por obra en junio.")).to_be_visible()
        revisada = con_javascript.como("coordinacion")
        faltas = []
        for camino in ("/calendario", PLANEACION, "/calendario/registro_mensual/2027-06"):
            revisada.goto(camino)
            revisada.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            faltas += faltas_de_acceso(revisada)
            faltas += [falta for ancho in ANCHOS for falta in se_sale(revisada, ancho)]
        assert not faltas
        assert not con_javascript.quejas
    finally:
        sin_javascript.cerrar()
        con_javascript.cerrar()
