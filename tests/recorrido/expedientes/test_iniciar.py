"""Iniciar: elegir sabiendo qué hace y cuánto dura, y ver antes de enviar a quién le llegará."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from api.web.expedientes import iniciar
from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.expedientes.expediente import Expediente
from modelos.organizacion.organigrama import Persona
from modelos.sesion import transaccion
from modelos.tablero import duraciones
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.navegador import Sala, abrir_navegador, faltas_de_acceso, ruta_navegador, se_sale
from tests.accesorios.paginas.visitante import Visitante


def concluir(instancia: Instancia, folio: str, abierto: str, cerrado: str) -> None:
    """Como si se hubiera abierto y concluido esos días, a mediodía."""
    with transaccion(instancia.url) as s:
        expediente = s.get_one(Expediente, folio)
        expediente.estado, expediente.desenlace = "concluido", "FIN"
        expediente.abierto, expediente.cerrado = (
            datetime.fromisoformat(f"{dia}T12:00:00-06:00") for dia in (abierto, cerrado)
        )


def test_quien_puede_elige_y_quien_no_recibe_un_403(web: str) -> None:
    with Visitante(web, "coordinacion") as v, Visitante(web, "cst") as otro, Visitante(web) as nadie:
        pagina = v.get("/iniciar").text
        assert pagina.count('class="tarjeta tarjeta-tabla"') == len(CATALOGO.vigentes(reloj.hoy()))
        assert otro.get("/iniciar").status_code == 403
        assert otro.get("/procedimientos/normatividad/iniciar").status_code == 403
        assert nadie.get("/iniciar").headers["location"] == "/entrar?ir=/iniciar"
    with Visitante(web, "ce-15") as promueve:
        pagina = promueve.get("/iniciar").text
        assert "Apertura de CAST" in pagina
        assert "Normatividad" not in pagina
        assert "/campanas/" not in pagina


def test_la_duracion_habitual_es_la_mediana_en_dias_habiles(instancia: Instancia) -> None:
    with instancia.leer() as s:
        assert duraciones.habituales(s, (t.clave for t in CATALOGO)) == {}
    # Hábiles de 2026: 4, 9 y 44; el tercero se quedó detenido y no arrastra a la mediana.
    for abierto, cerrado in (
        ("2026-06-01", "2026-06-05"),
        ("2026-06-01", "2026-06-12"),
        ("2026-06-01", "2026-07-31"),
    ):
        concluir(instancia, instancia.iniciar("seguimiento"), abierto, cerrado)
    instancia.iniciar("seguimiento")
    with instancia.leer() as s:
        assert duraciones.habituales(s, (t.clave for t in CATALOGO)) == {"seguimiento": duraciones.Duracion(9, 3)}
        assert duraciones.habituales(s, ["normatividad"]) == {}


def test_se_dice_cuanto_suele_durar_o_que_todavia_no_se_sabe(web: str, instancia_sqlite: Instancia) -> None:
    concluir(instancia_sqlite, instancia_sqlite.iniciar("seguimiento"), "2026-06-01", "2026-06-12")
    with Visitante(web, "coordinacion") as v:
        assert "9 días hábiles" in v.get("/procedimientos/seguimiento/iniciar").text
        assert "Todavía no hay: ninguno ha concluido" in v.get("/procedimientos/normatividad/iniciar").text


def test_antes_de_iniciar_se_ve_a_quien_le_llega(web: str, instancia_sqlite: Instancia) -> None:
    with Visitante(web, "coordinacion") as v:
        norma = " ".join(v.get("/procedimientos/normatividad/iniciar").text.split())
        assert "el primer turno pasa a DSTC (actividad 1: identifica que la normativa" in norma
        assert "Lo verán 2 personas" in norma
        assert "La 4, CAST irá a 3 unidades" in norma
        mes = " ".join(v.get("/procedimientos/registro_mensual/iniciar").text.split())
        assert "pasa a la unidad que elija en «CAST»" in mes
        assert 'href="/campanas/registro_mensual/iniciar"' in mes
        with transaccion(instancia_sqlite.url) as s:
            for persona in s.query(Persona).filter(Persona.correo.in_(("dstc@demo.local",))):  # type: ignore[attr-defined]
                persona.activa = False
        assert "Lo verá 1 persona" in v.get("/procedimientos/normatividad/iniciar").text


@pytest.mark.parametrize("tabla", list(CATALOGO), ids=lambda t: f"{t.clave}-{t.version}")
def test_la_descripcion_sale_de_la_tabla(tabla: object) -> None:
    assert hasattr(tabla, "inicio")
    dicha = iniciar.descripcion(tabla)  # type: ignore[arg-type]
    assert dicha.startswith("Empieza en ")
    assert len(dicha) < 400


def test_un_anio_sin_calendario_no_estorba_la_duracion(instancia_sqlite: Instancia) -> None:
    lejos = (reloj.hoy() - timedelta(days=365 * 40)).isoformat()
    concluir(instancia_sqlite, instancia_sqlite.iniciar("seguimiento"), lejos, "2026-06-12")
    with instancia_sqlite.leer() as s:
        assert duraciones.habituales(s, (t.clave for t in CATALOGO)) == {}


@pytest.mark.navegador
def test_las_paginas_de_iniciar_son_accesibles_y_caben(web: str) -> None:
    if ruta_navegador() is None:
        pytest.skip("no hay Chromium; dé su ruta en DSTC_NAVEGADOR")
    with abrir_navegador() as navegador:
        sala = Sala(navegador, web)
        pagina = sala.como("coordinacion")
        for camino in ("/iniciar", "/procedimientos/normatividad/iniciar", "/procedimientos/planeacion_metas/iniciar"):
            pagina.goto(camino)
            expect(pagina.locator("h1")).to_be_visible()
            assert not faltas_de_acceso(pagina)
            assert not se_sale(pagina)
        assert not sala.quejas
        sala.cerrar()
