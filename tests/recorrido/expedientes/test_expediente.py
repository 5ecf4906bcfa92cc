"""El expediente en una página: dónde está, su línea de tiempo, lo que lo rodea y cómo se imprime."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from modelos.actos.conduccion import conducir
from tests.accesorios.fabricas import PDF, Cliente, Instancia
from tests.accesorios.paginas.con_plazos import publicar
from tests.accesorios.paginas.navegador import ANCHOS, Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante, hasta_la_consulta

pytestmark = pytest.mark.usefixtures("con_tablas")


@pytest.fixture
def con_tablas(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "poda" in request.node.name:
        publicar(request, monkeypatch)


def leido(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_lo_primero_de_la_poda_dice_quien_lo_tiene_hasta_cuando_y_por_que(
    web: str, instancia_sqlite: Instancia
) -> None:
    folio = instancia_sqlite.iniciar("poda")
    with Visitante(web, "coordinacion") as v:
        pagina = leido(v.get(f"/expedientes/{folio}").text)
    primero = pagina[pagina.index("Dónde está") : pagina.index("Recorrido", pagina.index("Dónde está"))]
    for dice in (
        "Lo tiene DSTC",
        "Vence en 5 días hábiles, mar 11 may 2027",
        "Por qué: 5 días hábiles desde el lun 3 may 2027",
        "(Manual inventado, art. 5)",
        "Ver la cuenta día por día",
    ):
        assert dice in primero, dice


def test_la_linea_de_tiempo_se_agrupa_por_dia_y_se_filtra_con_enlaces(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-04T23:30:00-06:00")
    folio = instancia_sqlite.iniciar("normatividad")
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-06T10:00:00-06:00")
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "Falta un dictamen")
    with Visitante(web, "coordinacion") as v:
        todo = v.get(f"/expedientes/{folio}").text
        dias = re.findall(r'class="dia-historia"><time datetime="([\d-]+)">', todo)
        assert dias == ["2027-05-06", "2027-05-04"]  # el día es el del centro de México, no el de UTC
        assert re.findall(r'id="asiento-(\d+)"', todo) == ["3", "2", "1"]
        decisiones = v.get(f"/expedientes/{folio}?ver=decisiones").text
        assert re.findall(r'id="asiento-(\d+)"', decisiones) == ["2", "1"]
        assert re.search(r'ver=decisiones#historia" aria-current="true"', decisiones)
        plazos = v.get(f"/expedientes/{folio}?ver=plazos").text
        assert "asiento-3" in plazos
        oficios = v.get(f"/expedientes/{folio}?ver=oficios").text
        assert "No hay nada de eso todavía." in oficios
        # Un filtro inventado no esconde nada.
        assert re.findall(r'id="asiento-(\d+)"', v.get(f"/expedientes/{folio}?ver=nada").text) == ["3", "2", "1"]


def test_los_documentos_dicen_quien_y_cuando_y_lo_que_se_prepara_no_se_ensena(
    web: str, instancia_sqlite: Instancia
) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    (turno,) = instancia_sqlite.abiertos(folio)
    with Cliente(web, "cst") as c:
        c.post(f"/turnos/{turno.id}/anexos", files={"archivo": ("solicitud.pdf", PDF, "application/pdf")})
    with Visitante(web, "coordinacion") as v:
        assert "solicitud.pdf" not in v.get(f"/expedientes/{folio}").text
        instancia_sqlite.atender(turno, solicitante="Una empresa", servicio="Ensayo")
        visto = leido(v.get(f"/expedientes/{folio}").text)
    assert re.search(r"solicitud\.pdf 1 KB .*lo subió Personal de CST \(demostración\) \(CST\) el ", visto)


def test_los_relacionados_son_el_padre_y_los_de_la_misma_unidad_y_periodo(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-03T10:00:00-06:00")
    uno = instancia_sqlite.iniciar("mantenimiento", cast="CAST-DEMO-01", periodo="2028")
    otro = instancia_sqlite.iniciar("reequipamiento", cast="CAST-DEMO-01", periodo="2028")
    ajeno = instancia_sqlite.iniciar("reequipamiento", cast="CAST-DEMO-02", periodo="2028")
    with Visitante(web, "coordinacion") as v:
        pagina = v.get(f"/expedientes/{uno}").text
    relacionados = pagina[pagina.index('id="parientes"') : pagina.index('id="comentarios"')]
    assert otro in relacionados
    assert "De la misma unidad y periodo" in relacionados
    assert ajeno not in relacionados


def test_quien_no_participa_no_lo_ve_y_sin_sesion_se_entra(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with Visitante(web, "dstc") as v, Visitante(web, "dvs") as ajeno, Visitante(web) as nadie:
        assert v.get(f"/expedientes/{folio}?imprimir=1").status_code == 200
        assert ajeno.get(f"/expedientes/{folio}?imprimir=1").status_code == 403
        assert nadie.get(f"/expedientes/{folio}").headers["location"].startswith("/entrar")


def test_para_imprimir_todo_va_desplegado_y_con_la_fecha(web: str, instancia_sqlite: Instancia) -> None:
    folio = hasta_la_consulta(instancia_sqlite)
    with Visitante(web, "coordinacion") as v:
        pagina = v.get(f"/expedientes/{folio}?imprimir=1").text
    abanicos = re.findall(r'<details class="(?:abanico|mas)"([^>]*)>', pagina[: pagina.index('id="comentarios"')])
    assert abanicos
    assert all("open" in atributos for atributos in abanicos)
    assert "Página consultada e impresa el" in pagina


@pytest.mark.navegador
def test_en_papel_salen_el_diagrama_y_la_historia_sin_menus(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = hasta_la_consulta(instancia_sqlite)
    pagina = sala.como("coordinacion")
    pagina.goto(f"/expedientes/{folio}")
    expect(pagina.get_by_text("Página consultada e impresa el")).to_be_hidden()
    pagina.emulate_media(media="print")
    expect(pagina.get_by_text("Página consultada e impresa el")).to_be_visible()
    expect(pagina.locator(".diagrama-imagen svg").first).to_be_visible()
    expect(pagina.locator("#asiento-1")).to_be_visible()
    # Lo plegado se lee aunque nadie lo haya abierto.
    expect(pagina.get_by_text("CAST-DEMO-02 no ha respondido").first).to_be_visible()
    for escondido in (".cabecera", "#comentar-comentario", ".filtro-historia", "#seguir", "#conducir"):
        expect(pagina.locator(escondido).first).to_be_hidden()


@pytest.mark.navegador
def test_la_pagina_es_accesible_y_cabe(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = hasta_la_consulta(instancia_sqlite)
    pagina, faltas = sala.como("coordinacion"), []
    for camino in (f"/expedientes/{folio}", f"/expedientes/{folio}?imprimir=1", "/expedientes?sigo=1"):
        pagina.goto(camino)
        pagina.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        faltas += [*faltas_de_acceso(pagina), *(f for ancho in ANCHOS for f in se_sale(pagina, ancho))]
    assert not faltas, "\n".join(faltas)
