"""Lo que cambia mientras se mira: la marca por fuera, y `vivo.js` en un navegador con el reloj en la mano."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import event, update
from sqlmodel import col

from modelos import sesion
from modelos.actos.comodidades import comentarios
from modelos.actos.turnos import asignacion, atender
from modelos.bandeja import vivo
from modelos.organizacion.acceso import SesionAbierta
from modelos.organizacion.organigrama import Adscripcion, por_correo, quien_es
from modelos.sesion import transaccion
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.navegador import Sala
from tests.accesorios.paginas.visitante import Visitante, hasta_la_consulta

CADA_MS = 16_000


def mirar(sala: Sala, alias: str, camino: str) -> Page:
    """La página abierta, con el programa puesto y su reloj detenido."""
    pagina = sala.como(alias)
    pagina.clock.install()
    pagina.goto(camino)
    if not pagina.locator("script[src*='vivo.js']").count():
        pagina.add_script_tag(url="/estatico/vivo.js")
    return pagina


def pasa_un_rato(pagina: Page) -> None:
    pagina.clock.run_for(CADA_MS)


def marca(v: Visitante, que: str) -> str:
    respuesta = v.get("/vivo", params={"que": que})
    assert respuesta.status_code == 200, respuesta.text
    texto: str = respuesta.json()["marca"]
    return texto


def test_la_marca_cambia_con_lo_que_la_pagina_ensena_y_solo_con_eso(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("normatividad")
    (turno,) = instancia.abiertos(folio)
    with Visitante(direccion, "dstc") as v:
        expediente, bandeja, suyo = f"expediente:{folio}", "bandeja", f"turno:{turno.id}"
        antes = {que: marca(v, que) for que in (expediente, bandeja, suyo)}
        otro = instancia.iniciar("concertacion")  # de CST: no es suyo
        assert {que: marca(v, que) for que in antes} == antes
        with instancia.como("dstc") as ctx:
            asignacion.tomar(ctx, turno.id, turno.version)
        tomado = {que: marca(v, que) for que in antes}
        assert all(tomado[que] != antes[que] for que in antes)
        with instancia.como("coordinacion") as ctx:
            comentarios.comentar(ctx, folio, "Hola, @dstc@demo.local")
        dicho = {que: marca(v, que) for que in antes}
        assert dicho[expediente] != tomado[expediente]
        assert dicho[bandeja] != tomado[bandeja]  # lo mencionaron
        instancia.iniciar("seguimiento")  # de DSTC
        assert marca(v, bandeja) != dicho[bandeja]
        assert marca(v, expediente) == dicho[expediente]
        assert otro


def test_la_marca_cambia_de_un_dia_a_otro(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-10T23:00:00-06:00")
    folio = instancia_sqlite.iniciar("normatividad")
    with Visitante(web, "dstc") as v:
        hoy = marca(v, f"expediente:{folio}")
        monkeypatch.setenv("DSTC_RELOJ", "2027-05-11T00:30:00-06:00")
        assert marca(v, f"expediente:{folio}") != hoy


def test_la_marca_respeta_permisos_y_dice_lo_que_no_entiende(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    (turno,) = instancia_sqlite.abiertos(folio)
    with Visitante(web, "dstc") as v, Visitante(web, "dvs") as ajeno, Visitante(web) as nadie:
        for que in (f"expediente:{folio}", f"turno:{turno.id}"):
            assert v.get("/vivo", params={"que": que}).status_code == 200
            assert ajeno.get("/vivo", params={"que": que}).status_code == 403
            assert nadie.get("/vivo", params={"que": que}).status_code == 401
        assert ajeno.get("/vivo?que=bandeja").status_code == 200
        assert v.get("/vivo?que=expediente:NADA-2027-1").status_code == 404
        assert v.get("/vivo?que=turno:nada").status_code == 404
        for malo in ("", "expediente", "expediente:", "bandeja:x", "todo", "x" * 5000):
            assert v.get("/vivo", params={"que": malo}).status_code == 422, malo


def test_la_marca_cuesta_una_consulta_con_indice(instancia: Instancia) -> None:
    folio = hasta_la_consulta(instancia)
    with instancia.leer() as s:
        persona = por_correo(s, "cst@demo.local")
        assert persona
        quien = quien_es(s, persona)
        hechas: list[tuple[str, Any]] = []
        event.listen(
            s.get_bind().engine, "before_cursor_execute", lambda _c, _k, orden, datos, *_: hechas.append((orden, datos))
        )
        for que in (f"expediente:{folio}", f"turno:{folio}.4.CAST-DEMO-01.1", "bandeja"):
            hechas.clear()
            vivo.marca(s, quien, que)
            assert len(hechas) == 1, que
            if s.get_bind().dialect.name == "sqlite":
                plan = s.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {hechas[0][0]}", hechas[0][1]).all()
                entera = re.compile(r"SCAN (expediente|turno|comentario|oficio|mencion)(_\d+)?$")
                assert not [fila for fila in plan if entera.match(fila[3])], plan
    sesion.motor(instancia.url).dispose()


@pytest.mark.navegador
def test_lo_que_otro_responde_aparece_solo_y_se_anuncia(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    pagina = mirar(sala, "coordinacion", f"/expedientes/{folio}")
    pagina.locator("#conducir ~ details summary", has_text="Suspender").first.click()
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    pasa_un_rato(pagina)
    expect(pagina.locator("#asiento-2")).to_be_visible()
    expect(pagina.locator("main > [role=status]").first).to_contain_text("Se actualizó: Dónde está")
    expect(pagina.locator(".ahora .numero")).to_have_text("2")
    # Lo que estaba desplegado sigue desplegado.
    expect(pagina.get_by_role("button", name="Suspender", exact=True)).to_be_visible()


@pytest.mark.navegador
def test_lo_que_se_esta_escribiendo_no_se_toca(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    pagina = mirar(sala, "coordinacion", f"/expedientes/{folio}")
    pagina.fill("#comentar-comentario", "A medio escribir")
    pagina.locator("summary", has_text="Cancelar el expediente").click()
    pagina.fill("#cancelar-motivo", "Porque ya no")
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    pasa_un_rato(pagina)
    expect(pagina.locator("#asiento-2")).to_be_visible()
    assert pagina.input_value("#comentar-comentario") == "A medio escribir"
    assert pagina.input_value("#cancelar-motivo") == "Porque ya no"
    expect(pagina.locator("#cancelar-motivo")).to_be_focused()


@pytest.mark.navegador
def test_si_la_sesion_termina_lo_dice_y_no_pierde_lo_escrito(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    pagina = mirar(sala, "coordinacion", f"/expedientes/{folio}")
    pagina.fill("#comentar-comentario", "A medio escribir")
    with transaccion(instancia_sqlite.url) as s:
        s.execute(update(SesionAbierta).values(revocada=SesionAbierta.creada))
    pasa_un_rato(pagina)
    expect(pagina.locator(".franja-vivo")).to_contain_text("Su sesión terminó")
    assert pagina.input_value("#comentar-comentario") == "A medio escribir"


@pytest.mark.navegador
def test_si_pierde_el_permiso_mientras_mira_se_dice_y_se_deja_de_mostrar(
    sala: Sala, instancia_sqlite: Instancia
) -> None:
    folio = instancia_sqlite.iniciar("normatividad", "Un asunto reservado")
    pagina = mirar(sala, "dstc", f"/expedientes/{folio}")
    pagina.fill("#comentar-comentario", "Lo mío sí lo conservo")
    with transaccion(instancia_sqlite.url) as s:
        persona = por_correo(s, "dstc@demo.local")
        assert persona
        s.execute(update(Adscripcion).where(col(Adscripcion.persona_id) == persona.id).values(unidad="DVS"))
    pasa_un_rato(pagina)
    expect(pagina.locator("main")).to_contain_text("Se dejó de mostrar")
    expect(pagina.locator("main")).to_contain_text("Lo mío sí lo conservo")
    expect(pagina.get_by_text("Un asunto reservado")).to_have_count(0)


@pytest.mark.navegador
def test_a_los_tres_errores_se_detiene_y_una_pestana_oculta_no_pregunta(
    sala: Sala, instancia_sqlite: Instancia
) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    pagina = mirar(sala, "coordinacion", f"/expedientes/{folio}")
    preguntas: list[str] = []
    pagina.on("request", lambda r: preguntas.append(r.url) if "/vivo?" in r.url else None)
    pagina.route("**/vivo?*", lambda ruta: ruta.abort())
    pagina.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true})")
    pagina.clock.run_for(4 * CADA_MS)
    assert preguntas == []
    pagina.evaluate("delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))")
    for _ in range(4):
        pagina.wait_for_timeout(150)
        pasa_un_rato(pagina)
    expect(pagina.locator(".franja-vivo")).to_contain_text("dejó de actualizarse sola")
    assert len(preguntas) == 3


def test_dos_lecturas_seguidas_de_lo_mismo_dan_la_misma_marca_que_la_pagina(
    web: str, instancia_sqlite: Instancia
) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with Visitante(web, "dstc") as v:
        pagina = v.get(f"/expedientes/{folio}").text
        assert f'data-vivo-marca="{marca(v, f"expediente:{folio}")}"' in pagina
        with instancia_sqlite.como("dstc") as ctx:
            (turno,) = instancia_sqlite.abiertos(folio)
            atender.atender(ctx, turno.id, "continuar", {}, "", turno.version)
        assert f'data-vivo-marca="{marca(v, f"expediente:{folio}")}"' not in pagina
