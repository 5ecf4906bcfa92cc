"""Campañas: abrir a muchas unidades sin repetir ninguna, ver cómo va cada una y recordar sólo a quien falta."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlmodel import col

from api.web.expedientes import matriz
from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.conduccion import campanas, ciclos, conducir
from modelos.ciclos.campanas import reparte
from modelos.expedientes import visibles
from modelos.expedientes.expediente import Expediente, Turno
from modelos.expedientes.notificacion import Notificacion
from modelos.organizacion.organigrama import Persona, crear_cast
from modelos.sesion import transaccion
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.navegador import (
    ESCRITORIO,
    Sala,
    abrir_navegador,
    faltas_de_acceso,
    ruta_navegador,
    se_sale,
)
from tests.accesorios.paginas.visitante import Visitante, hasta_la_consulta

MES = {"asunto": "Registro de noviembre", "campo-periodo": "2026-11", "ficha": "f", "campo-tope_vueltas": "5"}
PLAZOS = {"campo-dias_validacion": "5", "campo-dias_reporte": "10"}
CAMINO = "/campanas/registro_mensual/iniciar"
MATRIZ = "/campanas/registro_mensual/2026-11"
TODAS = {**MES, **PLAZOS, "alcance": "todas"}


@pytest.fixture(autouse=True)
def _en_noviembre(monkeypatch: pytest.MonkeyPatch) -> None:
    """Con noviembre todavía por vencer: lo tardío se confirma, y eso lo prueba `test_confirmar`."""
    monkeypatch.setenv("DSTC_RELOJ", "2026-11-20T12:00:00-06:00")


def lanzar(v: Visitante, **mas: Any) -> Any:
    return v.post(CAMINO, data={**TODAS, "acto": "lanzar", **mas})


def folios(instancia: Instancia) -> dict[str, str]:
    """Folio de cada CAST."""
    with instancia.leer() as s:
        consulta = select(Expediente).where(col(Expediente.procedimiento) == "registro_mensual")
        return {e.datos["cast"]: e.folio for e in s.scalars(consulta)}


def recordadas(instancia: Instancia) -> list[tuple[int, str]]:
    with instancia.leer() as s:
        consulta = select(Notificacion).where(col(Notificacion.clave).startswith("recuerda:"))
        return [(n.persona_id, n.turno_id or "") for n in s.scalars(consulta)]


def terminar(instancia: Instancia, folio: str) -> None:
    while instancia.expediente(folio).estado == "en_curso":
        instancia.cumplir_encargos()
        instancia.firmar_fuera(folio)  # sin los que la fuente exige no termina
        instancia.atender(instancia.abiertos(folio)[0])


def plano(texto: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", texto)).split())


def test_solo_quien_conduce_lanza_y_quien_ve_todo_mira(web: str) -> None:
    with Visitante(web, "coordinacion") as conduce, Visitante(web, "direccion") as mira:
        assert lanzar(conduce).is_redirect
        assert mira.get(MATRIZ).status_code == 200
        assert "Recordar a quien falta" not in mira.get(MATRIZ).text
        assert mira.get(CAMINO).status_code == lanzar(mira).status_code == 403
        assert mira.post(f"{MATRIZ}/recordar").status_code == 403
        assert conduce.get(f"{MATRIZ}/recordar").headers["location"] == MATRIZ
    with Visitante(web, "cast-demo-01") as ajeno, Visitante(web) as nadie:
        for camino in ("/campanas", CAMINO, MATRIZ):
            assert ajeno.get(camino).status_code == 403
            assert nadie.get(camino).headers["location"].startswith("/entrar")
    with Visitante(web, "coordinacion") as v:
        for camino in ("/campanas/normatividad/iniciar", "/campanas/registro_mensual/ayer", "/campanas/nada/2026-11"):
            assert v.get(camino).status_code == 404


def test_se_abre_uno_por_unidad_y_repetirla_no_duplica(web: str, instancia_sqlite: Instancia) -> None:
    with Visitante(web, "coordinacion") as v:
        primera = lanzar(v)
        assert primera.headers["location"] == f"{MATRIZ}?abiertos=3&saltados=0#confirmacion"
        abiertos = folios(instancia_sqlite)
        assert sorted(abiertos) == ["CAST-DEMO-01", "CAST-DEMO-02", "CAST-DEMO-03"]
        for ficha in ("f", "otra"):
            assert lanzar(v, ficha=ficha).headers["location"] == f"{MATRIZ}?abiertos=0&saltados=3#confirmacion"
        assert folios(instancia_sqlite) == abiertos
    with instancia_sqlite.leer() as s:
        asuntos = sorted(s.scalars(select(col(Expediente.asunto))))
    assert asuntos[0] == "Registro de noviembre · CAST de demostración 01"
    instancia_sqlite.exigir_integra()


def test_antes_de_abrir_se_revisa_cuales_ya_lo_tienen(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("registro_mensual", "A mano", cast="CAST-DEMO-02", periodo="2026-11")
    cancelado = instancia_sqlite.iniciar("registro_mensual", "Mal", cast="CAST-DEMO-03", periodo="2026-11")
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.cancelar(ctx, cancelado, "Se abrió por error")
        ciclos.dispensar(ctx, "registro_mensual", "2026-11", "CAST-DEMO-01", "Está en obra")
    with Visitante(web, "coordinacion") as v:
        revision = plano(v.post(CAMINO, data={**TODAS, "acto": "revisar"}).text)
        assert "Se abrirá 1 expediente" in revision
        assert f"CAST-DEMO-02 CAST de demostración 02 : ya tiene {folio}, en curso" in revision
        assert re.search(r"CAST-DEMO-01 .* se dispensó el .*: Está en obra", revision)
        assert set(folios(instancia_sqlite).values()) == {folio, cancelado}
        assert lanzar(v).headers["location"] == f"{MATRIZ}?abiertos=1&saltados=2#confirmacion"
    assert folios(instancia_sqlite)["CAST-DEMO-03"] != cancelado


@pytest.mark.parametrize(
    ("envio", "esperadas"),
    [
        pytest.param({"alcance": "algunas", "unidad": ["CAST-DEMO-01", "CAST-DEMO-03"]}, 2, id="algunas"),
        pytest.param({"alcance": "entidad", "entidad": ["México", "Guanajuato"]}, 2, id="por entidad"),
        pytest.param({"lista": "CAST-DEMO-02,AJENA"}, 1, id="las ya revisadas"),
    ],
)
def test_se_eligen_las_unidades(web: str, instancia_sqlite: Instancia, envio: dict[str, Any], esperadas: int) -> None:
    with Visitante(web, "coordinacion") as v:
        assert f"abiertos={esperadas}&" in lanzar(v, **envio).headers["location"]
    assert len(folios(instancia_sqlite)) == esperadas


@pytest.mark.parametrize(
    ("envio", "falta"),
    [
        pytest.param({"alcance": "algunas"}, "A qué unidades: elija al menos una.", id="ninguna"),
        pytest.param({"unidad": "CAST-DEMO-01"}, "marcó algunas y eligió otra opción", id="ambigua"),
        pytest.param({"campo-periodo": "2026-13"}, "Mes que se registra: no tiene la forma esperada", id="periodo"),
        pytest.param({"asunto": " "}, "Asunto: escriba de qué trata", id="sin asunto"),
    ],
)
def test_lo_mal_capturado_se_dice_y_no_abre_ninguno(
    web: str, instancia_sqlite: Instancia, envio: dict[str, str], falta: str
) -> None:
    with Visitante(web, "coordinacion") as v:
        for acto in ("revisar", "lanzar"):
            respuesta = v.post(CAMINO, data={**TODAS, **envio, "acto": acto})
            assert respuesta.status_code == 422
            assert falta in respuesta.text
    assert not folios(instancia_sqlite)


def test_dos_campanas_a_la_vez_abren_uno_por_unidad(instancia: Instancia, direccion: str) -> None:
    def mandar(ficha: str) -> tuple[int, str]:
        with Visitante(direccion, "coordinacion") as v:
            respuesta = lanzar(v, ficha=ficha)
            return respuesta.status_code, "" if respuesta.is_redirect else plano(respuesta.text)

    with ThreadPoolExecutor(3) as hilos:
        assert list(hilos.map(mandar, ["ficha-0", "ficha-1", "ficha-2"])) == [(303, "")] * 3
    with instancia.leer() as s:
        assert len(s.scalars(select(Expediente)).all()) == 3


def test_se_abre_por_lotes_y_se_sigue_con_el_mismo_boton(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.campanas.LOTE", 2)
    with Visitante(web, "coordinacion") as v:
        a_medias = lanzar(v)
        assert "Se abrieron 2 expedientes. Faltan 1" in plano(a_medias.text)
        assert lanzar(v).headers["location"].startswith(f"{MATRIZ}?abiertos=1&saltados=2")
    assert len(folios(instancia_sqlite)) == 3


def test_la_matriz_dice_quien_cumplio_y_quien_lo_tiene(web: str, instancia_sqlite: Instancia) -> None:
    with Visitante(web, "coordinacion") as v:
        lanzar(v, alcance="algunas", unidad=["CAST-DEMO-01", "CAST-DEMO-02"])
        de = folios(instancia_sqlite)
        instancia_sqlite.atender(instancia_sqlite.abiertos(de["CAST-DEMO-01"])[0])
        terminar(instancia_sqlite, de["CAST-DEMO-02"])
        pagina = plano(v.get(MATRIZ).text)
        assert "1 de 3 unidades concluyó; 1 en trámite; 1 sin expediente." in pagina
        assert "✓ Hecha el" in pagina
        assert "● Lo tiene: CAST-DEMO-01, hasta" in pagina
        assert "No tiene expediente." in pagina
        assert "– No hizo falta" in pagina
        faltan = plano(v.get(f"{MATRIZ}?faltan=1").text)
        assert "CAST-DEMO-02" not in faltan
        assert "CAST-DEMO-03" in faltan


def test_la_matriz_se_pagina_por_unidad(web: str, instancia_sqlite: Instancia) -> None:
    with transaccion(instancia_sqlite.url) as s:
        for i in range(60):
            crear_cast(s, clave=f"CAST-{i:03}", nombre=f"Centro {i}", depende_de="CE-15")
    vistas: list[str] = []
    with Visitante(web, "coordinacion") as v:
        camino = "?"
        while camino:
            pagina = v.get(f"{MATRIZ}{camino}").text
            vistas += re.findall(r'class="matriz-unidad">([^<]+)<', pagina)
            sigue = re.search(r'href="(\?desde=[^"]+)" rel="next"', pagina)
            camino = sigue.group(1) if sigue else ""
        assert "Hoy no tiene a nadie que atienda." in v.get(MATRIZ).text
    assert len(vistas) == len(set(vistas)) == 63


def test_se_recuerda_solo_a_quien_falta_y_una_vez_al_dia(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2026-11-20T12:00:00-06:00")
    with Visitante(web, "coordinacion") as v:
        lanzar(v)
        de = folios(instancia_sqlite)
        terminar(instancia_sqlite, de["CAST-DEMO-02"])
        assert v.post(f"{MATRIZ}/recordar").headers["location"] == f"{MATRIZ}?recordadas=2&ya=0#confirmacion"
        assert {t for _, t in recordadas(instancia_sqlite)} == {
            f"{de[u]}.0.{u}.1" for u in ("CAST-DEMO-01", "CAST-DEMO-03")
        }
        # Aunque entre tanto le toque otro turno: ya se le recordó hoy.
        instancia_sqlite.atender(instancia_sqlite.abiertos(de["CAST-DEMO-01"])[0])
        assert v.post(f"{MATRIZ}/recordar").headers["location"] == f"{MATRIZ}?recordadas=0&ya=2#confirmacion"
        assert len(recordadas(instancia_sqlite)) == 2
        monkeypatch.setenv("DSTC_RELOJ", "2026-11-21T09:00:00-06:00")
        v.entrar("coordinacion")
        assert "recordadas=2" in v.post(f"{MATRIZ}/recordar").headers["location"]


def test_no_se_recuerda_lo_suspendido_ni_lo_que_nadie_puede_atender(instancia: Instancia) -> None:
    tabla = CATALOGO.vigente("registro_mensual", reloj.hoy())
    for cast in ("CAST-DEMO-01", "CAST-DEMO-02", "CAST-DEMO-03"):
        instancia.iniciar("registro_mensual", "Mes", cast=cast, periodo="2026-11")
    de = folios(instancia)
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, de["CAST-DEMO-01"], "Falta presupuesto")
        for persona in ctx.s.scalars(select(Persona).where(col(Persona.correo) == "cast-demo-02@demo.local")):
            persona.activa = False
    with instancia.como("coordinacion") as ctx:
        hecho = campanas.recordar(ctx, tabla, "2026-11")
    assert hecho == campanas.Recordados(1, 1, 0, ("CAST-DEMO-02",))


def test_lo_que_no_lleva_periodo_se_sigue_mientras_este_en_tramite(web: str, instancia_sqlite: Instancia) -> None:
    envio = {"asunto": "Apertura", "ficha": "f", "alcance": "algunas", "unidad": ["CE-15", "CE-11"], "acto": "lanzar"}
    enteros = {f"campo-{n}": "10" for n in ("dias_prevencion", "dias_subsanacion", "dias_turno", "tope_vueltas")}
    with Visitante(web, "coordinacion") as v:
        ida = v.post("/campanas/apertura_cast/iniciar", data={**envio, **enteros})
        assert ida.headers["location"].startswith("/campanas/apertura_cast/en-tramite?abiertos=2"), ida.text
        assert "CE-15" in v.get("/campanas/apertura_cast/en-tramite").text
        assert "Apertura de CAST, en trámite" in plano(v.get("/campanas").text)


def test_la_misma_matriz_sirve_a_un_abanico_dentro_de_un_expediente(instancia_sqlite: Instancia) -> None:
    folio = hasta_la_consulta(instancia_sqlite)
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    tabla = CATALOGO.vigente("normatividad", reloj.hoy())
    with instancia_sqlite.leer() as s:
        turnos = s.scalars(select(Turno).where(col(Turno.folio) == folio)).all()
        filas = matriz.de_abanico(s, tabla, s.get_one(Expediente, folio), turnos, visibles.unidades(s))
    assert [c.clave for c in matriz.columnas(tabla, en_abanico=True)] == [
        a.clave for a in tabla.actividades if a.por_cada
    ]
    assert [(f.unidad, f.celdas[0].clase) for f in filas] == [
        ("CAST-DEMO-01", "hecha"),
        ("CAST-DEMO-02", "actual"),
        ("CAST-DEMO-03", "actual"),
    ]


def test_se_lleva_por_unidad_lo_que_pide_una_al_iniciar() -> None:
    grupos = {t.clave: r.grupo.value for t in CATALOGO if (r := reparte(t))}
    assert grupos == {
        "apertura_cast": "CE",
        "planeacion_metas": "CAST",
        "registro_mensual": "CAST",
        "mantenimiento": "CAST",
        "reequipamiento": "CAST",
    }


@pytest.mark.navegador
def test_la_campana_entera_con_teclado_y_sin_javascript(web: str) -> None:
    if ruta_navegador() is None:
        pytest.skip("no hay Chromium; dé su ruta en DSTC_NAVEGADOR")
    with abrir_navegador() as navegador:
        sala = Sala(navegador, web, con_javascript=False)
        pagina = sala.como("coordinacion")
        pagina.goto("/campanas")
        pagina.get_by_role("link", name="Registro, liberación y validación mensual").click()
        pagina.get_by_label("Mes que se registra").fill("2026-11")
        pagina.get_by_role("button", name="Revisar antes de abrir").press("Enter")
        pagina.get_by_role("button", name="Abrir los 3").press("Enter")
        expect(pagina.get_by_role("status")).to_contain_text("Se abrieron 3 expedientes")
        pagina.get_by_role("button", name="Recordar a quien falta").press("Enter")
        expect(pagina.get_by_role("status")).to_contain_text("Se recordó a 3 personas")
        sala.cerrar()
        mira = Sala(navegador, web)
        pagina = mira.como("coordinacion")
        for camino in ("/campanas", CAMINO, MATRIZ):
            pagina.goto(camino)
            assert not faltas_de_acceso(pagina)
            for tamano in ({"width": 360, "height": 740}, ESCRITORIO):
                assert not se_sale(pagina, tamano)  # type: ignore[arg-type]
        assert not mira.quejas
        mira.cerrar()
