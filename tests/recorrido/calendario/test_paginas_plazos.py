"""Los plazos en las páginas: dichos con palabras, explicados, filtrados; y el enlace para el calendario."""

from __future__ import annotations

import re
from datetime import date

import httpx
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from modelos.actos.conduccion import conducir
from modelos.plazos.plazo import Plazo, Recordatorio
from modelos.sesion import transaccion
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.con_plazos import ACENTOS, publicar
from tests.accesorios.paginas.navegador import Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante

ANCHOS: tuple[ViewportSize, ...] = ({"width": 360, "height": 740}, {"width": 1280, "height": 900})


@pytest.fixture(autouse=True)
def con_tablas(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    publicar(request, monkeypatch)


def texto(respuesta: httpx.Response) -> str:
    """Lo que se lee de una página, sin etiquetas y con los espacios juntos."""
    assert respuesta.status_code == 200, respuesta.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", respuesta.text)).replace(" .", ".")


@pytest.mark.parametrize(
    ("hoy", "dice"),
    [
        ("2027-05-03", "Vence en 5 días hábiles, mar 11 may 2027; por prudencia, a más tardar el lun 10 may 2027."),
        ("2027-05-07", "Pronto. Vence en 2 días hábiles, mar 11 may 2027; por prudencia"),
        ("2027-05-10", "Urge. Vence en 1 día hábil, mar 11 may 2027; por prudencia"),
        ("2027-05-11", "Hoy. Vence hoy, mar 11 may 2027; por prudencia"),
        ("2027-05-12", "Vencido. Venció hace 1 día hábil, mar 11 may 2027."),
        ("2027-05-13", "Vencido. Venció hace 2 días hábiles, mar 11 may 2027."),
    ],
)
def test_cuanto_falta_se_dice_con_palabras(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch, hoy: str, dice: str
) -> None:
    folio = instancia_sqlite.iniciar("poda")
    monkeypatch.setenv("DSTC_RELOJ", f"{hoy}T09:00:00-06:00")
    with Visitante(web, "dstc") as v:
        for camino in ("/bandeja", f"/turnos/{folio}.1.DSTC.1", f"/expedientes/{folio}", "/plazos"):
            assert dice in texto(v.get(camino)), camino


def test_lo_suspendido_lo_cumplido_y_lo_que_no_tiene_fecha_tambien(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = instancia_sqlite.iniciar("poda")
    lejos = instancia_sqlite.iniciar("riego", centro="CAST-DEMO-01", evento="2028-12-20")
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-04T09:00:00-06:00")
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "Falta un dictamen")
    with Visitante(web, "coordinacion") as v:
        visto = texto(v.get(f"/expedientes/{folio}"))
        assert "Suspendido. Suspendido desde el mar 4 may 2027; vencía el mar 11 may 2027" in visto
        assert "suspendió el expediente. Se detiene «revisar la solicitud»." in visto
        sin_fecha = texto(v.get(f"/expedientes/{lejos}"))
        assert "Sin fecha. Sin fecha: el calendario de días inhábiles de 2029 no está publicado" in sin_fecha
        assert "¿Por qué no tiene fecha?" in sin_fecha
        with instancia_sqlite.como("coordinacion") as ctx:
            conducir.reanudar(ctx, folio, "Llegó")
            conducir.prorrogar(ctx, folio, 2, "Hace falta otra visita")
        visto = texto(v.get(f"/expedientes/{folio}"))
        assert "prorrogó un plazo en 2 más. «revisar la solicitud» vence ahora el" in visto
        assert "Se prorrogó en 2 días hábiles: Hace falta otra visita." in visto
        assert "Se suspendió el mar 4 may 2027 y se reanudó el mar 4 may 2027, 09:00: Falta un dictamen" in visto
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
        visto = texto(v.get(f"/expedientes/{folio}"))
        assert "Cumplido. Se cumplió el mar 4 may 2027, a tiempo" in visto
        assert "Corre el plazo «autorizar la poda», que vence el mié 19 may 2027." in visto


def test_una_falla_al_leer_no_habla_de_un_acto(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("poda")
    with transaccion(instancia_sqlite.url) as s:
        s.get_one(Plazo, f"{folio}.1.DSTC.1").computo = {}
    with Visitante(web, "coordinacion") as v:
        visto = v.get(f"/expedientes/{folio}")
    assert visto.status_code == 500
    assert "no se pudo mostrar lo que pidió" in visto.text
    assert "su acto no se registró" not in visto.text


def test_la_clave_de_un_plazo_se_muestra_solo_si_es_del_catalogo(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("poda")
    with transaccion(instancia_sqlite.url) as s:
        s.get_one(Plazo, f"{folio}.1.DSTC.1").clave = "PL-01"
    with Visitante(web, "dstc") as v:
        assert "Manual inventado, art. 5. Plazo PL-01; calendario" in texto(v.get(f"/turnos/{folio}.1.DSTC.1"))


def test_por_que_esta_fecha_lo_explica_todo(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("poda")
    for _ in range(2):
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    turno = f"{folio}.3.CAST-DEMO-01.1"
    with transaccion(instancia_sqlite.url) as s:
        dia = date(2027, 5, 3)
        s.add(Recordatorio(plazo_id=turno, hito="antes-7", toca=dia, visto=dia, enviado=True))
        plazo = s.get_one(Plazo, turno)
        plazo.hitos = [["antes-1", "2027-05-06"], ["dia", "2027-05-07"]]
    with Visitante(web, "cast-demo-01") as v:
        visto = texto(v.get(f"/turnos/{turno}"))
    for dice in (
        "¿Por qué esta fecha?",
        "Evento lun 3 may 2027, 09:00",
        "Día 1 mar 4 may 2027",
        "mié 5 may 2027: Aniversario de la Batalla de Puebla",
        "Fecha conservadora jue 6 may 2027",
        "B: LFT art. 74: jue 6 may 2027",
        "F: LFPA art. 28 y Calendario Oficial juntos: vie 7 may 2027 (el que rige)",
        "Ya se recordó: lun 3 may 2027: 7 días hábiles antes",
        "Se recordará, si sigue sin cumplirse: jue 6 may 2027: 1 día hábil antes vie 7 may 2027: el día en que vence",
        "Fundamento: Manual inventado, art. 3. Calendario ",
        "Inferido. La fuente no dice cuántos días.",
        # El tramo del expediente también lo carga quien tiene el turno.
        "Autorizar la poda CST · abarca varias actividades",
    ):
        assert dice in visto, dice


def test_la_bandeja_se_filtra_y_se_ordena_por_vencimiento(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    instancia_sqlite.iniciar("barrido", "Nunca vence")
    instancia_sqlite.iniciar("poda", "Vence el once")
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-04T09:00:00-06:00")
    instancia_sqlite.iniciar("poda", "Vence el doce")
    parado = instancia_sqlite.iniciar("poda", "Está parado")
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.suspender(ctx, parado, "Falta algo")

    def asuntos(v: Visitante, consulta: str) -> list[str]:
        return re.findall(r'class="pendiente-asunto">([^<]+)<', v.get(f"/bandeja?{consulta}").text)

    monkeypatch.setenv("DSTC_RELOJ", "2027-05-12T09:00:00-06:00")
    with Visitante(web, "dstc") as v:
        assert asuntos(v, "") == ["Nunca vence", "Vence el once", "Vence el doce", "Está parado"]
        assert asuntos(v, "orden=vence") == ["Vence el once", "Vence el doce", "Está parado", "Nunca vence"]
        assert asuntos(v, "vence=vencido") == ["Vence el once"]
        assert asuntos(v, "vence=hoy") == asuntos(v, "vence=semana&orden=vence") == ["Vence el doce"]
        assert asuntos(v, "vence=hoy&procedimiento=riego") == []
        assert len(asuntos(v, "vence=nunca&orden=raro")) == 4
        assert v.get("/bandeja?orden=vence&cursor=xyz").status_code == 422


def test_la_bandeja_por_vencer_se_recorre_entera(web: str, instancia_sqlite: Instancia) -> None:
    for n in range(32):
        instancia_sqlite.iniciar("barrido" if n % 2 else "poda", f"Caso {n}")
    with Visitante(web, "dstc") as v:
        primera = v.get("/bandeja?orden=vence")
        siguiente = re.search(r'href="(/bandeja\?orden=vence[^"]*)">Ver los que siguen', primera.text)
        assert siguiente
        segunda = v.get(siguiente[1].replace("&amp;", "&"))
    vistos = [re.findall(r'class="pendiente-asunto">([^<]+)<', p.text) for p in (primera, segunda)]
    assert [len(p) for p in vistos] == [30, 2]
    assert len({*vistos[0], *vistos[1]}) == 32
    assert all(int(asunto.split()[1]) % 2 == 0 for asunto in vistos[0][:16])


def test_el_procedimiento_dice_sus_plazos(web: str, instancia_sqlite: Instancia) -> None:
    with Visitante(web, "cst") as v:
        visto = texto(v.get("/procedimientos/poda"))
    for dice in (
        "Plazos que abarcan varias actividades",
        "10 días hábiles desde que se abre. Manual inventado, art. 10",
        f"Plazo: {ACENTOS}.",
        "3 días hábiles desde que se abre. Manual inventado, art. 3",
        "Inferido. La fuente no dice cuántos días.",
    ):
        assert dice in visto, dice


def test_el_enlace_del_calendario_se_ve_una_vez_y_se_revoca(web: str, instancia_sqlite: Instancia) -> None:
    instancia_sqlite.iniciar("poda")
    with Visitante(web, "dstc") as v, Visitante(web, "cst") as otro:
        assert "Ninguno por ahora." in texto(v.get("/calendario/suscripcion"))
        pagina = v.post("/calendario/suscripcion", data={"unidad": ""}).text
        hallado = re.search(r"http://[^<]+(/api/v1/calendario/feed/[\w-]+\.ics)", pagina)
        assert hallado
        camino = hallado[1]
        assert camino not in v.get("/calendario/suscripcion").text
        assert httpx.get(f"{web}{camino}").status_code == 200
        revocar = re.search(r'action="(/calendario/suscripcion/\d+/revocar)"', pagina)
        assert revocar
        assert otro.post(revocar[1]).status_code == 404
        assert v.post(revocar[1], headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert httpx.get(f"{web}{camino}").status_code == 200
        assert v.post(revocar[1]).headers["location"] == "/calendario/suscripcion"
        assert httpx.get(f"{web}{camino}").status_code == 404
        assert otro.post("/calendario/suscripcion", data={"unidad": "DSTC"}).status_code == 403
    with Visitante(web) as nadie:
        for camino in ("/plazos", "/calendario/suscripcion"):
            assert nadie.get(camino).headers["location"].startswith("/entrar")


@pytest.mark.navegador
def test_las_paginas_con_plazos_son_accesibles_y_caben(
    sala: Sala, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = instancia_sqlite.iniciar("poda", "Un asunto_con_una_palabra_larguísima_que_no_se_puede_partir_en_nada")
    for _ in range(2):
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    vencido, parado = instancia_sqlite.iniciar("poda"), instancia_sqlite.iniciar("poda")
    sin_fecha = instancia_sqlite.iniciar("riego", centro="CAST-DEMO-01")
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.suspender(ctx, parado, "Falta un dictamen")
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-12T09:00:00-06:00")
    caminos = {
        "coordinacion": [
            "/?orden=vence",
            "/plazos",
            "/plazos?estado=cumplido&vence=semana",
            "/plazos?estado=suspendido&unidad=CST",
            f"/expedientes/{folio}",
            f"/expedientes/{parado}",
            f"/expedientes/{sin_fecha}",
            f"/turnos/{vencido}.1.DSTC.1",
            "/procedimientos/poda",
            "/calendario/suscripcion",
        ],
        "dstc": ["/", "/bandeja", "/bandeja?vence=vencido"],
        "cast-demo-01": ["/", "/bandeja", f"/turnos/{folio}.3.CAST-DEMO-01.1", f"/turnos/{sin_fecha}.1.CAST-DEMO-01.1"],
    }
    faltas = []
    for alias, lista in caminos.items():
        pagina = sala.como(alias)
        for camino in lista:
            pagina.goto(camino)
            faltas += revisar(pagina)
    pagina = sala.como("dstc")
    pagina.goto("/plazos")
    pagina.get_by_role("link", name="Suscribirme desde mi calendario").click()
    pagina.get_by_role("button", name="Darme el enlace").click()
    expect(pagina.get_by_text("Cópielo ahora: no se vuelve a mostrar.")).to_be_visible()
    faltas += revisar(pagina)
    pagina.get_by_role("button", name="Revocar el de todo lo mío").click()
    expect(pagina.get_by_text("Ninguno por ahora.")).to_be_visible()
    assert not faltas, "\n".join(faltas)


def revisar(pagina: Page) -> list[str]:
    """Lo que axe reprocha, y lo que no cabe a 360 y a 1280 puntos; con todo desplegado."""
    pagina.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    faltas = [*faltas_de_acceso(pagina), *(falta for ancho in ANCHOS for falta in se_sale(pagina, ancho))]
    assert pagina.locator("h1").count() == 1
    return faltas
