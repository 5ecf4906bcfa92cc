"""La bandeja: buscar, guardar búsquedas, tomar y dar desde el renglón, y responder varios de una vez."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import event, func, select
from sqlmodel import col

from api.dependencias import Puerta
from api.web.bandeja import renglones
from flujos.catalogo import CATALOGO
from modelos import reloj, sesion
from modelos.actos.comodidades import filtros
from modelos.actos.conduccion import conducir
from modelos.actos.turnos import asignacion, atender
from modelos.bandeja import bandeja
from modelos.bandeja.pedido import PedidoDeBandeja
from modelos.errores import FormularioIncompleto
from modelos.expedientes.comodidades import Filtro
from modelos.expedientes.expediente import Turno
from modelos.organizacion.organigrama import crear_persona, por_correo, quien_es
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.con_plazos import publicar
from tests.accesorios.paginas.navegador import ANCHOS, Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante, hasta_la_consulta

_con_plazos = pytest.fixture(publicar)


def asuntos(respuesta: httpx.Response) -> list[str]:
    return [html.unescape(x) for x in re.findall(r'class="pendiente-asunto">([^<]+)<', respuesta.text)]


def colega(instancia: Instancia, unidad: str = "CST", correo: str = "otra@demo.local") -> None:
    """Otra persona de la misma unidad."""
    with instancia.como(None) as ctx:
        crear_persona(
            ctx.s, correo=correo, nombre="Otra Persona", clave="demo-dstc", unidad=unidad, rol="operacion", es_demo=True
        )


def en_la_cst(instancia: Instancia, *asuntos_: str) -> list[str]:
    """Expedientes cuyo turno tiene la CST y se responde sin capturar nada (normatividad 3)."""
    folios = [instancia.iniciar("normatividad", asunto) for asunto in asuntos_]
    for folio in folios:
        for _ in range(2):
            instancia.atender(instancia.abiertos(folio)[0])
    return folios


# --- buscar, filtrar y ordenar ---------------------------------------------------


def test_se_busca_y_se_filtra_y_lo_que_no_se_entiende_no_filtra(web: str, instancia_sqlite: Instancia) -> None:
    ana, luz = en_la_cst(instancia_sqlite, "Ácidos de Ana", "Lentes de Luz")
    instancia_sqlite.iniciar("reunion_trabajo", "Reunión anual")
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.suspender(ctx, luz, "Falta algo")
    with instancia_sqlite.como("cst") as ctx:
        asignacion.tomar(ctx, f"{ana}.3.CST.1", 1)
    with Visitante(web, "cst") as v:

        def hallados(**consulta: str) -> list[str]:
            return asuntos(v.get("/bandeja", params=consulta))

        assert hallados() == ["Ácidos de Ana", "Lentes de Luz", "Reunión anual"]
        assert hallados(texto="acidos") == hallados(texto=ana) == ["Ácidos de Ana"]
        assert hallados(procedimiento="reunion_trabajo") == ["Reunión anual"]
        assert hallados(procedimiento="normatividad", actividad="3") == ["Ácidos de Ana", "Lentes de Luz"]
        assert hallados(estado="suspendido") == ["Lentes de Luz"]
        assert hallados(estado="en_curso", orden="vence") == ["Ácidos de Ana", "Reunión anual"]
        assert hallados(tiene="yo") == ["Ácidos de Ana"]
        assert hallados(tiene="nadie") == ["Lentes de Luz", "Reunión anual"]
        assert hallados(tiene="otra") == []
        assert len(hallados(estado="raro", tiene="raro", vence="raro", orden="raro", actividad="3")) == 3
        vacia = v.get("/bandeja?texto=nada").text
        assert "No hay pendientes con esos filtros." in vacia
        assert 'value="nada"' in vacia
        assert v.get("/bandeja?texto=%25_%27").status_code == 200


def test_la_unidad_ajena_solo_la_ve_quien_ve_todo(web: str, instancia_sqlite: Instancia) -> None:
    en_la_cst(instancia_sqlite, "De la CST")
    with Visitante(web, "dvs") as v:
        assert v.get("/bandeja?unidad=CST").status_code == 403
        assert asuntos(v.get("/bandeja")) == []
    for alias in ("coordinacion", "direccion"):
        with Visitante(web, alias) as v:
            assert asuntos(v.get("/bandeja?unidad=CST")) == ["De la CST"]
    with Visitante(web) as v:
        assert v.get("/bandeja?tiene=yo").headers["location"] == "/entrar?ir=/bandeja%3Ftiene%3Dyo"


@pytest.mark.usefixtures("_con_plazos")
@pytest.mark.parametrize("pocos", [True, False], ids=["ordenados aquí", "por el índice"])
def test_por_vencer_es_lo_mismo_por_cualquier_camino_y_se_recorre_entero(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch, *, pocos: bool
) -> None:
    monkeypatch.setattr(bandeja, "POCOS", 300 if pocos else 0)
    folios = [instancia.iniciar(("poda", "barrido")[n % 2], f"Caso {n}") for n in range(8)]
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-04T09:00:00-06:00")
    folios += [instancia.iniciar("poda", "Después"), instancia.iniciar("barrido", "Nunca")]
    instancia.atender(instancia.abiertos(folios[0])[0])  # pasa a la CST, que lo debe por el tramo
    parado = folios[2]
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, parado, "Falta algo")
    with instancia.como("cst") as ctx:
        assert ctx.quien is not None
        [del_tramo] = bandeja.listar(ctx.s, ctx.quien, PedidoDeBandeja(por_vencer=True)).turnos
        assert del_tramo.folio == folios[0]
        corte = (reloj.hoy(), reloj.hoy().replace(month=6))
        assert bandeja.listar(ctx.s, ctx.quien, PedidoDeBandeja(corte=corte)).total == 1
        assert bandeja.listar(ctx.s, ctx.quien, PedidoDeBandeja(corte=(None, reloj.hoy()))).total == 0
    with instancia.como("dstc") as ctx:
        assert ctx.quien is not None
        vistos: list[Turno] = []
        cursor = None
        while True:
            tramo = bandeja.listar(ctx.s, ctx.quien, PedidoDeBandeja(por_vencer=True), cursor=cursor, limite=2)
            assert (tramo.total, tramo.son_mas) == (9, False)
            vistos += tramo.turnos
            cursor = tramo.siguiente
            if cursor is None:
                break
        assert [t.folio for t in vistos] == [
            *(folios[n] for n in (2, 4, 6)),  # vencen el mismo día: por folio
            folios[8],
            *(folios[n] for n in (1, 3, 5, 7, 9)),  # no vencen: el más antiguo primero
        ]
        semana = (None, reloj.hoy().replace(day=12))
        corren = bandeja.listar(ctx.s, ctx.quien, PedidoDeBandeja(corte=semana))
        assert [t.folio for t in corren.turnos] == [folios[4], folios[6]]  # el suspendido no corre
        assert corren.total == 2


def test_pasado_el_tope_se_dice_que_son_mas(
    instancia_sqlite: Instancia, web: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        instancia_sqlite.iniciar("seguimiento", f"Caso {n}")
    monkeypatch.setattr(bandeja, "TOPE", 2)
    monkeypatch.setattr(bandeja.contar_hasta, "__defaults__", (2,))
    with Visitante(web, "dstc") as v:
        assert "Más de 2 pendientes de DSTC" in v.get("/bandeja").text


# --- búsquedas guardadas ---------------------------------------------------------


def test_una_busqueda_se_guarda_se_usa_se_renombra_y_se_quita(web: str, instancia_sqlite: Instancia) -> None:
    en_la_cst(instancia_sqlite, "Uno", "Dos")
    nueva = {"camino": "/bandeja", "consulta": "tiene=nadie&orden=vence&cursor=abc"}
    with Visitante(web, "cst") as v, Visitante(web, "dstc") as otra, Visitante(web) as nadie:
        assert v.post("/filtros", data={**nueva, "nombre": " Sin  tomar "}).headers["location"] == (
            "/bandeja?tiene=nadie&orden=vence"
        )
        pagina = v.get("/bandeja").text
        assert '<a href="/bandeja?tiene=nadie&amp;orden=vence">Sin tomar</a>' in pagina
        assert "Sin tomar</a>" not in otra.get("/bandeja").text
        repetida = v.post("/filtros", data={**nueva, "nombre": "sin tomar"})
        assert repetida.status_code == 422
        assert "ya tiene una búsqueda llamada «sin tomar»" in repetida.text
        assert 'value="tiene=nadie&amp;orden=vence&amp;cursor=abc"' in repetida.text
        for mala in ({"nombre": ""}, {"nombre": "x" * 81}, {"nombre": "Otra", "consulta": "cursor=1"}):
            assert v.post("/filtros", data={**nueva, **mala}).status_code == 422
        assert v.post("/filtros", data={**nueva, "nombre": "Fuera", "camino": "//ajeno.example"}).status_code == 422
        with instancia_sqlite.leer() as s:
            id_ = s.scalar(select(col(Filtro.id)))
        for acto in ("renombrar", "quitar"):
            assert otra.post(f"/filtros/{id_}/{acto}", data={"nombre": "Mía"}).status_code == 404
            assert v.get(f"/filtros/{id_}/{acto}").headers["location"] == "/filtros"
        mal = v.post(f"/filtros/{id_}/renombrar", data={"nombre": "  "})
        assert mal.status_code == 422
        assert f'href="#nombre-{id_}"' in mal.text
        assert v.post(f"/filtros/{id_}/renombrar", data={"nombre": "Lo libre"}).is_redirect
        assert "Lo libre" in v.get("/filtros?hecho=renombrar").text
        assert v.post(f"/filtros/{id_}/quitar").is_redirect
        assert "Todavía no guarda ninguna" in v.get("/filtros").text
        assert nadie.get("/filtros").status_code == 303
        assert nadie.post("/filtros", data={**nueva, "nombre": "X"}).headers["location"].startswith("/entrar")


def test_no_se_guardan_mas_busquedas_de_las_que_se_leen(instancia: Instancia) -> None:
    with instancia.como("cst") as ctx:
        for n in range(filtros.MAXIMO):
            filtros.guardar(ctx, "/bandeja", f"Búsqueda {n}", f"texto={n}")
        with pytest.raises(FormularioIncompleto, match="ya guarda 30"):
            filtros.guardar(ctx, "/bandeja", "Otra", "texto=x")
        filtros.guardar(ctx, "/plazos", "Búsqueda 1", "estado=vencido")


# --- desde el renglón ------------------------------------------------------------


def test_se_toma_y_se_libera_sin_salir_de_la_lista(web: str, instancia_sqlite: Instancia) -> None:
    (folio,) = en_la_cst(instancia_sqlite, "Uno")
    id_ = f"{folio}.3.CST.1"
    colega(instancia_sqlite)
    with Visitante(web, "cst") as v, Visitante(web) as otra, Visitante(web, "dvs") as ajena:
        otra.post("/entrar", data={"correo": "otra@demo.local", "clave": "demo-dstc"})
        volver = {"volver": "orden=vence&malo=1"}
        hecho = v.post(f"/bandeja/{id_}/tomar", data={"version": "1", **volver})
        assert hecho.headers["location"] == f"/bandeja?orden=vence&hecho=tomar&de={id_}#hecho"
        pagina = v.get(hecho.headers["location"]).text
        assert "Listo: ahora lo tiene usted." in pagina
        assert "Liberarlo" in pagina
        tarde = otra.post(f"/bandeja/{id_}/tomar", data={"version": "1", **volver})
        assert tarde.status_code == 409
        assert "Usted leyó la versión 1 del turno" in tarde.text
        assert "Lo tiene Personal de CST" in tarde.text
        assert ajena.post(f"/bandeja/{id_}/tomar", data={"version": "2"}).status_code == 403
        assert otra.post(f"/bandeja/{id_}/liberar", data={"version": "2"}).status_code == 403
        assert v.post("/bandeja/NADA.1.CST.1/tomar", data={"version": "1"}).status_code == 404
        assert v.get(f"/bandeja/{id_}/tomar").headers["location"] == "/bandeja"
        assert v.post(f"/bandeja/{id_}/liberar", data={"version": "2"}).is_redirect
        with Visitante(web) as nadie:
            assert nadie.post(f"/bandeja/{id_}/tomar", data={"version": "3"}).status_code == 303
    assert instancia_sqlite.abiertos(folio)[0].persona_id is None
    instancia_sqlite.exigir_integra()


def test_quien_coordina_reasigna_desde_la_lista_y_no_pierde_lo_escrito(web: str, instancia_sqlite: Instancia) -> None:
    (folio,) = en_la_cst(instancia_sqlite, "Uno")
    id_ = f"{folio}.3.CST.1"
    colega(instancia_sqlite)
    with Visitante(web, "cst") as operativo:
        assert "Darlo a otra persona" not in operativo.get("/bandeja").text
        assert operativo.post(f"/bandeja/{id_}/reasignar", data={"persona": "1", "motivo": "x"}).status_code == 403
    with Visitante(web, "coordinacion") as v:
        pagina = v.get("/bandeja?unidad=CST").text
        elegida = re.search(r'<option value="(\d+)">Otra Persona<', pagina)
        assert elegida
        envio = {"version": "1", "volver": "unidad=CST"}
        mal = v.post(f"/bandeja/{id_}/reasignar", data={**envio, "persona": "", "motivo": "Vacaciones"})
        assert mal.status_code == 422
        assert 'value="Vacaciones"' in mal.text
        assert f'href="#persona-{id_}"' in mal.text
        bien = v.post(f"/bandeja/{id_}/reasignar", data={**envio, "persona": elegida[1], "motivo": "Vacaciones"})
        assert bien.headers["location"].startswith("/bandeja?unidad=CST&hecho=reasignar")
        assert "Lo tiene Otra Persona" in v.get("/bandeja?unidad=CST&tiene=otra").text
    instancia_sqlite.exigir_integra()


def test_la_vista_rapida_dice_que_se_pide_con_que_fundamento_y_que_lo_trajo(
    web: str, instancia_sqlite: Instancia
) -> None:
    folio = instancia_sqlite.iniciar("normatividad", "Uno")
    with instancia_sqlite.como("dstc") as ctx:
        atender.atender(ctx, f"{folio}.1.DSTC.1", "continuar", {"necesidad": "x"}, "Urge <b>antes</b> de abril", 1)
    with Visitante(web, "dstc") as v:
        pagina = re.sub(r"\s+", " ", v.get("/bandeja").text)
    assert "Personal de DSTC (demostración): se respondió la 1, DSTC" in pagina
    assert "Urge &lt;b&gt;antes&lt;/b&gt; de abril" in pagina
    assert "Sigue la 3, CST" in pagina
    assert html.escape(instancia_sqlite.actividad(instancia_sqlite.abiertos(folio)[0]).fundamento) in pagina
    assert f'href="/expedientes/{folio}"' in pagina


# --- varios de una vez -----------------------------------------------------------


def test_varios_se_confirman_se_registran_y_cada_uno_dice_como_le_fue(web: str, instancia_sqlite: Instancia) -> None:
    uno, dos, tres, cuatro = en_la_cst(instancia_sqlite, "Uno", "Dos", "Tres", "Cuatro")
    de = {f: f"{f}.3.CST.1" for f in (uno, dos, tres, cuatro)}
    colega(instancia_sqlite)
    with Visitante(web, "cst") as v, Visitante(web) as otra:
        otra.post("/entrar", data={"correo": "otra@demo.local", "clave": "demo-dstc"})
        lista = v.get("/bandeja").text
        assert "Puede responder varios de una vez" in lista
        assert lista.count('form="varios"') == 4
        confirma = v.get("/bandeja/varios", params={"t": [de[uno], de[dos], de[tres]]}).text
        assert "se registrará, a nombre de usted" in confirma
        assert "sigue la 4, CAST" in confirma
        assert "lleva oficio (OF-02)" in confirma
        assert confirma.count("checked") == 3
        assert v.get("/bandeja/varios?procedimiento=normatividad&actividad=3").text.count(" checked") == 4
        assert len(instancia_sqlite.abiertos(uno)) == 1, "confirmar no registra nada"
        # Entre la confirmación y el envío, otra persona responde uno y toma otro.
        assert otra.post(f"/turnos/{de[dos]}", data={"acto": "atender", "version": "1"}).is_redirect
        assert otra.post(f"/turnos/{de[tres]}/tomar", data={"version": "1"}).is_redirect
        envio = {f"turno-{id_}": "1" for id_ in (de[uno], de[dos], de[tres])} | {"comentario": "Enterada"}
        hecho = v.post("/bandeja/varios", data=envio)
        assert hecho.status_code == 200
        assert "1 de 3 quedaron registradas" in hecho.text
        assert "Otra Persona lo respondió antes" in hecho.text
        assert "Usted leyó la versión 1 del turno" in hecho.text
        repetido = v.post("/bandeja/varios", data=envio)
        assert "Ya lo había registrado usted" in repetido.text
    assert [len(instancia_sqlite.abiertos(f)) for f in (uno, dos, tres, cuatro)] == [3, 3, 1, 1]
    instancia_sqlite.exigir_integra()


def test_si_la_sesion_vence_los_varios_elegidos_y_el_comentario_siguen(web: str, instancia_sqlite: Instancia) -> None:
    uno, dos = en_la_cst(instancia_sqlite, "Uno", "Dos")
    envio = {f"turno-{f}.3.CST.1": "1" for f in (uno, dos)} | {"comentario": "Enterada <b>"}
    with Visitante(web, vencida=True) as v:
        fuera = v.post("/bandeja/varios", data=envio)
        assert fuera.status_code == 401
        guardado = re.search(r'name="guardado" value="([^"]*)"', fuera.text)
        assert guardado
        dentro = v.entrar("cst", guardado=html.unescape(guardado[1]))
        assert "Iba a responder varios de una vez" in dentro.text
        vuelta = v.post("/bandeja/varios", data={**envio, "acto": "recuperar"}).text
        assert "todavía no se registra" in vuelta
        assert "\nEnterada &lt;b&gt;</textarea>" in vuelta
        assert vuelta.count(" checked") == 2
    assert [len(instancia_sqlite.abiertos(f)) for f in (uno, dos)] == [1, 1]


def test_de_varios_lo_que_ya_no_se_ve_se_dice_y_lo_demas_se_registra(web: str, instancia_sqlite: Instancia) -> None:
    (uno,) = en_la_cst(instancia_sqlite, "Uno")
    with Visitante(web, "cst") as v:
        hecho = v.post("/bandeja/varios", data={f"turno-{uno}.3.CST.1": "1", "turno-NORM-2020-0001.3.CST.1": "1"})
        assert "1 de 2 quedaron registradas" in hecho.text
        muchos = v.post("/bandeja/varios", data={f"turno-{uno}.3.CST.{n}": "1" for n in range(120)})
        assert muchos.status_code == 422
        assert "eligió 120; registre 100 o menos" in muchos.text
        repetido = v.get("/bandeja/varios", params={"t": [f"{uno}.3.CST.1"] * 200 + [f"{uno}.1.DSTC.1"]})
        assert f"{uno}, DSTC" in repetido.text, "se quitan los repetidos antes de cortar"


def test_la_lista_no_recorre_la_bitacora_ni_los_turnos_de_otros(instancia_sqlite: Instancia) -> None:
    hasta_la_consulta(instancia_sqlite)
    en_la_cst(instancia_sqlite, "Uno")
    hechas: list[tuple[str, tuple[Any, ...]]] = []
    motor = sesion.motor(instancia_sqlite.url)

    def anotar(_c: Any, _k: Any, texto: str, valores: tuple[Any, ...], *_: Any) -> None:
        hechas.append((texto, valores))

    puerta = Puerta(instancia_sqlite.ajustes, CATALOGO, None)
    with instancia_sqlite.leer() as s:
        cst = por_correo(s, "cst@demo.local")
        assert cst
        quien = quien_es(s, cst)
        event.listen(motor, "before_cursor_execute", anotar)
        tramo = bandeja.listar(s, quien, PedidoDeBandeja())
        renglones.armar(s, puerta, quien, tramo.turnos, detalle=True)
        event.remove(motor, "before_cursor_execute", anotar)
        planes = {
            texto: " | ".join(f[3] for f in s.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {texto}", valores))
            for texto, valores in hechas
        }
    assert any("asiento" in texto for texto in planes)
    for texto, plan in planes.items():
        assert "SCAN asiento" not in plan, (texto, plan)
        assert "SCAN turno" not in plan, (texto, plan)


def test_lo_que_pide_algo_mas_o_es_ajeno_no_se_responde_de_una_vez(web: str, instancia_sqlite: Instancia) -> None:
    (suyo,) = en_la_cst(instancia_sqlite, "Uno")
    con_formulario = instancia_sqlite.iniciar("reunion_trabajo", "Pide datos")
    pide = f"{con_formulario}.1.CST.1"
    with Visitante(web, "cst") as v, Visitante(web, "dvs") as ajena, Visitante(web) as nadie:
        dicho = v.get("/bandeja/varios", params={"t": [pide]}).text
        assert "pide datos, documentos o una decisión" in dicho
        assert v.get("/bandeja/varios").status_code == 200
        mal = v.post("/bandeja/varios", data={f"turno-{pide}": "1"}).text
        assert "0 de 1 quedaron registradas" in mal
        mezcla = {f"turno-{pide}": "1", f"turno-{suyo}.3.CST.1": "1"}
        assert v.post("/bandeja/varios", data=mezcla).status_code == 422
        assert v.post("/bandeja/varios", data={"comentario": "x"}).status_code == 422
        assert ajena.get("/bandeja/varios", params={"t": [pide]}).status_code == 403
        assert ajena.post("/bandeja/varios", data={f"turno-{pide}": "1"}).status_code == 403
        assert nadie.get("/bandeja/varios").status_code == 303
        assert nadie.post("/bandeja/varios", data={f"turno-{pide}": "1"}).headers["location"].startswith("/entrar")
    with Visitante(web, "direccion") as mira:
        assert "no le toca a su unidad" in mira.get("/bandeja/varios", params={"t": [f"{suyo}.3.CST.1"]}).text
        negado = mira.post("/bandeja/varios", data={f"turno-{suyo}.3.CST.1": "1"}).text
        assert "0 de 1 quedaron registradas" in negado
    assert len(instancia_sqlite.abiertos(suyo)) == 1


# --- con navegador ---------------------------------------------------------------


@pytest.mark.navegador
@pytest.mark.parametrize("con_javascript", [True, False])
def test_la_bandeja_entera_con_teclado_y_sin_javascript(
    navegador: Browser, web: str, instancia_sqlite: Instancia, *, con_javascript: bool
) -> None:
    en_la_cst(instancia_sqlite, "Lineamientos de Ana", "Lineamientos de Luz", "Otro asunto")
    colega(instancia_sqlite)
    sala = Sala(navegador, web, con_javascript=con_javascript)
    pagina = sala.como("cst")
    pagina.goto("/bandeja")
    pagina.get_by_label("Folio o asunto").fill("lineamientos")
    pagina.get_by_label("Folio o asunto").press("Enter")
    expect(pagina.locator(".pendiente")).to_have_count(2)
    pagina.get_by_text("Guardar esta búsqueda").click()
    pagina.get_by_label("Cómo se llamará").fill("Lineamientos")
    pagina.get_by_role("button", name="Guardarla").click()
    expect(pagina.get_by_role("navigation", name="Búsquedas guardadas").get_by_role("link")).to_have_count(2)
    pagina.get_by_text("Vista rápida").first.click()
    expect(pagina.get_by_text("Cómo llegó aquí").first).to_be_visible()
    pagina.get_by_role("button", name="Tomarlo").first.click()
    expect(pagina.locator(".marca-propio")).to_have_count(1)
    pagina.get_by_label("Elegir").first.check()
    pagina.get_by_label("Elegir").nth(1).check()
    pagina.get_by_role("button", name="Responder los elegidos").click()
    expect(pagina.get_by_text("2 expedientes; quite la marca")).to_be_visible()
    pagina.get_by_role("button", name="los marcados").click()
    expect(pagina.get_by_role("heading", name="Quedaron registradas todas")).to_be_visible()
    pagina.get_by_role("link", name="Volver a lo que le toca").click()
    expect(pagina.locator(".pendiente")).to_have_count(1)
    assert not sala.quejas
    sala.cerrar()
    instancia_sqlite.exigir_integra()


@pytest.mark.navegador
@pytest.mark.usefixtures("_con_plazos")
def test_la_bandeja_y_lo_suyo_son_accesibles_y_caben(
    navegador: Browser, web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folios = en_la_cst(
        instancia_sqlite, "Uno", "Un asunto_con_una_palabra_larguísima_que_no_se_puede_partir_" + "x" * 90
    )
    instancia_sqlite.iniciar("poda", "Vence")
    colega(instancia_sqlite)
    with instancia_sqlite.como("cst") as ctx:
        filtros.guardar(ctx, "/bandeja", "Una búsqueda con nombre " + "muy largo" * 6, "tiene=nadie")
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-12T09:00:00-06:00")
    sala, faltas = Sala(navegador, web), []
    varios = "/bandeja/varios?" + urlencode([("t", f"{f}.3.CST.1") for f in folios])
    caminos = {
        "cst": ["/bandeja", "/bandeja?texto=nada", "/bandeja?tiene=nadie", "/filtros", varios, "/bandeja/varios"],
        "coordinacion": ["/bandeja", "/bandeja?unidad=CST"],
        "dstc": ["/bandeja?vence=vencido"],
        "direccion": ["/bandeja"],
    }
    for alias, lista in caminos.items():
        pagina = sala.como(alias)
        for camino in lista:
            pagina.goto(camino)
            pagina.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            faltas += [*faltas_de_acceso(pagina), *(falta for ancho in ANCHOS for falta in se_sale(pagina, ancho))]
            assert pagina.locator("h1").count() == 1
    pagina = sala.como("cst")
    pagina.goto(varios)
    pagina.get_by_role("button", name="los marcados").click()
    faltas += [*faltas_de_acceso(pagina), *(falta for ancho in ANCHOS for falta in se_sale(pagina, ancho))]
    assert not faltas, "\n".join(faltas)
    assert not sala.quejas
    sala.cerrar()


def test_repetir_la_pagina_de_varios_no_deja_dos_asientos(instancia: Instancia, direccion: str) -> None:
    folios = en_la_cst(instancia, "Uno", "Dos")
    envio = {f"turno-{f}.3.CST.1": "1" for f in folios}
    with Visitante(direccion, "cst") as v:
        for _ in range(2):
            assert "Quedaron registradas todas" in v.post("/bandeja/varios", data=envio).text
    with sesion.lectura(instancia.url) as s:
        atendidos = select(func.count()).where(col(Turno.actividad) == "3", col(Turno.estado) == "atendido")
        assert s.scalar(atendidos) == 2
    instancia.exigir_integra()
