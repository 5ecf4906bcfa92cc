"""Publicar días inhábiles desde fuera: por la API, por la línea de órdenes y con un navegador."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from api.cli import __main__
from modelos.ajustes import ajustes
from modelos.errores import ArchivoRechazado, FormularioIncompleto, NoLeCorresponde
from tareas.recuento import recontar_pendientes
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.mesa_dias import NOVENTA, VACACIONES, Mesa
from tests.accesorios.paginas.navegador import Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante
from tests.accesorios.tablas.fechas import fecha

TRAMO = {
    "inicio": "2026-12-21",
    "fin": "2027-01-01",
    "tipo": "vacaciones_generales",
    "ambito": "nacional",
    "motivo": "Invierno",
    "fuente": "Acuerdo 1",
}
CSV = (
    "inicio,fin,tipo,ambito,lugar,motivo,fuente,publicado_dof\n"
    "2026-12-21,2027-01-01,vacaciones_generales,nacional,,Invierno,Acuerdo 1,\n"
)


@pytest.fixture
def mesa(instancia_sqlite: Instancia) -> Mesa:
    return Mesa(instancia_sqlite)


@pytest.fixture
def direccion(mesa: Mesa) -> Iterator[str]:
    with servida(mesa.instancia) as url:
        yield url


def proponer(c: Cliente, **cambios: object) -> int:
    respuesta = c.post("/calendario/publicaciones", json={"dias": [TRAMO], "motivo": "Acuerdo", **cambios})
    assert respuesta.status_code == 201, respuesta.text
    id_: int = respuesta.json()["id"]
    return id_


def test_por_la_api_se_propone_se_revisa_se_aprueba_y_se_ve_el_avance(mesa: Mesa, direccion: str) -> None:
    folios = [mesa.abrir(NOVENTA) for _ in range(3)]
    with Cliente(direccion, "administracion") as c:
        respuesta = c.post("/calendario/publicaciones", json={"dias": [TRAMO], "motivo": "Acuerdo"})
        propuesta = respuesta.json()
        assert (propuesta["estado"], propuesta["base"], propuesta["orden"]) == ("propuesta", 0, None)
        assert propuesta["dias"][0]["sustento_pendiente"] is True
        efectos = propuesta["efectos"]
        assert (efectos["total"], efectos["por_cumplir"], efectos["se_alejan"]) == (3, 3, 3)
        ruta = f"/calendario/publicaciones/{propuesta['id']}"
        primera = c.get(ruta, params={"limite": 2}).json()["efectos"]
        segunda = c.get(ruta, params={"limite": 2, "cursor": primera["siguiente"]}).json()["efectos"]
        assert [e["folio"] for e in primera["elementos"] + segunda["elementos"]] == folios
        assert segunda["siguiente"] is None
        assert primera["elementos"][0]["antes"] == {"vence": "2027-01-12", "conservador": "2027-01-08"}
        assert primera["elementos"][0]["despues"]["vence"] == "2027-01-22"
        aprobada = c.post(f"{ruta}/aprobar", json={"base": 0}).json()
        assert (aprobada["estado"], aprobada["orden"], aprobada["efectos"]) == ("aprobada", 1, None)
        assert aprobada["avance"] == {"movidos": 0, "sin_cambio": 0, "faltan": 3, "terminado": False}
        recontar_pendientes(mesa.instancia.url)
        assert c.get(ruta).json()["avance"] == {"movidos": 3, "sin_cambio": 0, "faltan": 0, "terminado": True}
        lista = c.get("/calendario/publicaciones", params={"estado": "aprobada"}).json()
        assert (lista["total"], lista["elementos"][0]["resuelta_por"]["nombre"]) == (
            1,
            "Administración del sistema (demostración)",
        )
        dias = c.get("/calendario/dias", params={"desde": "2026-12-01", "hasta": "2026-12-31"}).json()
        assert dias["total"] == 11
        assert {d["sustento_pendiente"] for d in dias["elementos"]} == {True}
    assert mesa.vence(folios[0]) == fecha("vie 2027-01-22")


def test_la_api_rechaza_a_quien_no_toca_y_lo_que_llega_tarde(mesa: Mesa, direccion: str) -> None:
    with Cliente(direccion, "administracion") as c:
        uno = proponer(c)
        otro = proponer(c, dias=[{**TRAMO, "inicio": "2026-10-12", "fin": "2026-10-12"}])
        for alias in ("coordinacion", "dstc", "direccion"):
            with Cliente(direccion, alias) as ajeno:
                assert ajeno.get("/calendario/publicaciones").status_code == 403
                assert ajeno.get(f"/calendario/publicaciones/{uno}").status_code == 403
                assert ajeno.post("/calendario/publicaciones", json={"dias": [TRAMO], "motivo": "x"}).status_code == 403
                assert ajeno.post(f"/calendario/publicaciones/{uno}/aprobar", json={"base": 0}).status_code == 403
                assert ajeno.post(f"/calendario/publicaciones/{uno}/descartar", json={"motivo": "x"}).status_code == 403
                archivo = {"archivo": ("d.csv", CSV)}
                subir = ajeno.post("/calendario/publicaciones/archivo", files=archivo, data={"motivo": "x"})
                assert subir.status_code == 403
                assert ajeno.get("/calendario/dias").status_code == 200
        with Cliente(direccion) as nadie:
            assert nadie.get("/calendario/dias").status_code == 401
            assert nadie.post(f"/calendario/publicaciones/{uno}/aprobar", json={"base": 0}).status_code == 401
        assert c.post(f"/calendario/publicaciones/{uno}/aprobar", json={"base": 0}).status_code == 200
        assert c.post(f"/calendario/publicaciones/{otro}/aprobar", json={"base": 9}).status_code == 422
        tarde = c.post(f"/calendario/publicaciones/{otro}/aprobar", json={"base": 0})
        assert tarde.status_code == 409
        assert "Administración del sistema (demostración) publicó" in tarde.json()["detail"]
        assert c.post(f"/calendario/publicaciones/{otro}/aprobar", json={"base": 1}).status_code == 200
        assert c.post(f"/calendario/publicaciones/{otro}/aprobar", json={"base": 2}).status_code == 409
        assert c.post(f"/calendario/publicaciones/{otro}/descartar", json={"motivo": "ya no"}).status_code == 409
        assert c.get("/calendario/publicaciones/999").status_code == 404
        assert c.get("/calendario/publicaciones/99999999999").status_code == 404


@pytest.mark.parametrize(
    ("parametros", "dice"),
    [
        ({"desde": "2026-12-02", "hasta": "2026-12-01"}, "debe ser igual o posterior"),
        ({"desde": "2041-01-01"}, "2041 no está publicado"),
        ({"desde": "2026-01-01", "perfil": "Z"}, "Use uno de"),
        ({"desde": "ayer"}, "escriba una fecha que exista"),
        ({"cursor": "x"}, "siguiente"),
        ({"limite": "0"}, "debe ser 1 o más"),
    ],
)
def test_los_dias_mal_pedidos_dicen_que_corregir(direccion: str, parametros: dict[str, str], dice: str) -> None:
    with Cliente(direccion, "dstc") as c:
        respuesta = c.get("/calendario/dias", params=parametros)
        assert respuesta.status_code == 422
        assert dice in respuesta.json()["detail"]
        assert c.get("/calendario/dias", params={"unidad": "NADIE"}).status_code == 404


def test_los_dias_se_leen_por_paginas(direccion: str) -> None:
    with Cliente(direccion, "dstc") as c:
        pedido = {"desde": "2027-01-01", "hasta": "2027-12-31", "limite": "3"}
        todos: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            tramo = c.get("/calendario/dias", params={**pedido, **({"cursor": cursor} if cursor else {})}).json()
            todos += [d["fecha"] for d in tramo["elementos"]]
            cursor = tramo["siguiente"]
        assert todos == sorted(set(todos))
        assert len(todos) == tramo["total"]
        assert {"2027-01-01", "2027-02-01", "2027-02-05", "2027-03-15", "2027-05-05", "2027-09-01"} <= set(todos)


def test_por_archivo_entra_todo_o_nada(mesa: Mesa, direccion: str) -> None:
    with Cliente(direccion, "administracion") as c:

        def subir(nombre: str, contenido: bytes) -> tuple[int, dict[str, object]]:
            archivo = {"archivo": (nombre, contenido)}
            respuesta = c.post("/calendario/publicaciones/archivo", files=archivo, data={"motivo": "Acuerdo"})
            return respuesta.status_code, respuesta.json()

        malo = CSV + "2026-13-01,2026-12-01,asueto,nacional,,x,y,\n"
        estado, problema = subir("dias.csv", malo.encode())
        assert estado == 422
        assert set(problema["campos"]) == {"renglón 3, inicio", "renglón 3, tipo"}  # type: ignore[call-overload]
        assert subir("dias.csv", CSV.encode() + b"\x00")[0] == 422
        assert subir("dias.csv", b"x" * 300_000)[0] == 413
        assert c.get("/calendario/publicaciones").json()["total"] == 0
        verano = CSV.replace("2026-12-21,2027-01-01", "2027-07-19,2027-07-30").replace("Invierno", "Año")
        estado, propuesta = subir("dias.csv", verano.encode("cp1252"))
        assert (estado, [d["motivo"] for d in propuesta["dias"]]) == (201, ["Año"])  # type: ignore[attr-defined]
        estado, propuesta = subir("dias.csv", CSV.encode("utf-8-sig"))
        assert estado == 201
        assert [d["motivo"] for d in propuesta["dias"]] == ["Invierno"]  # type: ignore[attr-defined]


def test_las_paginas_de_administracion_son_de_la_administracion(direccion: str) -> None:
    with Visitante(direccion, "coordinacion") as v:
        assert v.get("/administracion/dias").status_code == 403
        assert v.get("/administracion/dias/nueva").status_code == 403
        assert v.post("/administracion/dias/nueva", data={"campo-motivo": "x"}).status_code == 403
        assert v.post("/administracion/dias/1/aprobar", data={"base": "0"}).status_code == 403
        inicio = v.get("/calendario/dias").text
        assert "/administracion/dias" not in inicio
        assert "Días inhábiles" in inicio
    with Visitante(direccion) as nadie:
        assert nadie.get("/administracion/dias").headers["location"] == "/entrar?ir=/administracion/dias"
    with Visitante(direccion, "administracion") as v:
        assert v.get("/administracion/dias/77").status_code == 404
        assert v.get("/administracion/dias/x").status_code == 404
        assert v.post("/administracion/dias/1/otro").status_code == 404
        assert 'href="/administracion/dias"' in v.get("/calendario/dias").text
        assert "no está publicado" in v.get("/calendario/dias?anio=2041").text


def test_el_formulario_vuelve_con_lo_escrito_y_todas_sus_faltas(direccion: str) -> None:
    with Visitante(direccion, "administracion") as v:
        datos = {"campo-inicio": "2026-12-31", "campo-fin": "2026-12-01", "campo-donde": "nacional:"}
        respuesta = v.post("/administracion/dias/nueva", data={**datos, "campo-motivo_dia": "<b>Invierno</b>"})
        assert respuesta.status_code == 422
        for dicho in ("Por qué se publican: escriba el motivo", "Tipo: es obligatorio", "Fuente: es obligatorio"):
            assert dicho in respuesta.text
        assert "&lt;b&gt;Invierno" in respuesta.text
        vacio = v.post("/administracion/dias/nueva", data={"campo-motivo": "x"})
        assert "agregue al menos un tramo" in vacio.text
        ajeno = v.post("/administracion/dias/nueva", data={"campo-motivo": "x"}, files={"archivo": ("a.pdf", b"%PDF")})
        assert ajeno.status_code == 422
        assert "debe terminar en .csv o .toml" in ajeno.text


def test_el_formulario_no_exige_el_tramo_y_explica_el_archivo(direccion: str) -> None:
    with Visitante(direccion, "administracion") as v:
        nueva = v.get("/administracion/dias/nueva").text
        exigidos = re.findall(r'name="(campo-\w+)"[^>]* required', nueva)
        assert exigidos == ["campo-motivo"]
        for dicho in ("<code>vacaciones_generales</code> o «Vacaciones generales»", "«Todo el país»", "MX-SON"):
            assert dicho in nueva
        cabecera = CSV.partition("\n")[0]
        renglones = ("2026-12-21,2026\n", "2026-13-01,2026-12-01,asueto,nacional,,x,y,\n")
        csv = f"{cabecera}\n{''.join(renglones)}".encode()
        malo = v.post("/administracion/dias/nueva", data={"campo-motivo": "x"}, files={"archivo": ("d.csv", csv)})
        assert malo.status_code == 422
        assert "Renglón 2: trae 2 columnas y son 8" in malo.text
        assert "Renglón 3, inicio: escriba una fecha que exista" in malo.text
        assert "Renglón 3, tipo: debe ser uno de" in malo.text
        con_rotulos = CSV.replace("vacaciones_generales", "Vacaciones Generales").replace("nacional", "todo el país")
        archivo = {"archivo": ("d.csv", con_rotulos.encode())}
        bueno = v.post("/administracion/dias/nueva", data={"campo-motivo": "x"}, files=archivo)
        assert bueno.status_code == 303
        assert "Vacaciones generales: Invierno" in v.get(bueno.headers["location"]).text


def test_la_lista_dice_lo_que_rige_y_de_que_dias_es_cada_publicacion(mesa: Mesa, direccion: str) -> None:
    otro = replace(VACACIONES, inicio="2026-10-12", fin="2026-10-12")
    mesa.publicar(VACACIONES, otro)
    mesa.publicar(retira=[1])
    with Visitante(direccion, "administracion") as v:
        lista = v.get("/administracion/dias")
        assert lista.status_code == 200
        assert "<span>lun 21 dic 2026 a vie 1 ene 2027 y 1 tramo más</span>" in lista.text
        assert "<span>retira lun 21 dic 2026 a vie 1 ene 2027</span>" in lista.text
        [_, rige] = lista.text.split('id="vigentes"')
        assert "<strong>lun 12 oct 2026</strong>" in rige
        assert "21 dic 2026" not in rige
        assert re.search(r"Lo publicó .+ en la <a href=\"/administracion/dias/1\">publicación 1</a>", rige)


def test_la_linea_de_ordenes_propone_lista_y_aprueba(
    mesa: Mesa, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folio = mesa.abrir(NOVENTA)
    # Los ajustes se leen una vez por proceso: otra prueba pudo leerlos, y las que siguen no deben leer éstos.
    ajustes.cache_clear()
    request.addfinalizer(ajustes.cache_clear)
    monkeypatch.setenv("DSTC_BASE", mesa.instancia.url.replace("sqlite:///", "sqlite:////", 1).replace("/////", "////"))
    monkeypatch.setenv("DSTC_DATOS", str(mesa.instancia.ajustes.datos))
    archivo = tmp_path / "acuerdo.csv"
    archivo.write_text(CSV, "utf-8")
    orden = ["dias", "proponer", str(archivo), "--motivo", "Acuerdo"]

    def correr(*partes: str) -> str:
        resultado = CliRunner().invoke(__main__.app, list(partes), catch_exceptions=False)
        assert resultado.exit_code == 0, resultado.output
        return resultado.output

    with pytest.raises(FormularioIncompleto, match="--como"):
        correr(*orden)
    with pytest.raises(NoLeCorresponde):
        correr(*orden, "--como", "coordinacion@demo.local")
    de = ("--como", "administracion@demo.local")
    with pytest.raises(ArchivoRechazado, match="no existe; revise su nombre"):
        correr("dias", "proponer", str(tmp_path / "otro.csv"), "--motivo", "Acuerdo", *de)
    dicho = correr(*orden, *de)
    assert "Mueve 1 de 1 plazo por cumplir." in dicho
    assert ", con 1 tramo." in dicho
    id_ = re.search(r"propuesta (\d+)", dicho)
    assert id_
    assert "propuesta" in correr("dias", "lista")
    assert "número 1" in correr("dias", "aprobar", id_[1], *de)
    recontar_pendientes(mesa.instancia.url)
    assert "sustento pendiente" in correr("dias", "lista")
    assert mesa.vence(folio) == fecha("vie 2027-01-22")


# --- con navegador --------------------------------------------------------------


@pytest.mark.navegador
def test_la_administracion_publica_sin_javascript_y_ve_el_avance(
    navegador: Browser, mesa: Mesa, direccion: str
) -> None:
    sala = Sala(navegador, direccion, con_javascript=False)
    pagina = sala.como("administracion")
    # Después de entrar: la tabla es inventada y la página de inicio sólo sabe nombrar las publicadas.
    folio = mesa.abrir(NOVENTA)
    pagina.get_by_role("link", name="Administración", exact=True).click()
    expect(pagina.get_by_text("Todavía no se ha propuesto ninguna")).to_be_visible()
    pagina.get_by_role("link", name="Proponer días").click()
    pagina.get_by_label("Por qué se publican").fill("Acuerdo de fin de año")
    pagina.get_by_label("Primer día").fill("2026-12-21")
    pagina.get_by_label("Último día").fill("2027-01-01")
    pagina.get_by_label("Tipo").select_option("vacaciones_generales")
    pagina.get_by_label("Motivo que se mostrará").fill("Invierno")
    pagina.get_by_label("Fuente").fill("Circular 7")
    pagina.get_by_role("button", name="Ver qué plazos se mueven").click()
    renglon = pagina.get_by_role("row", name=re.compile(folio))
    expect(renglon).to_contain_text("mar 12 ene 2027")
    expect(renglon).to_contain_text("vie 22 ene 2027")
    assert mesa.vence(folio) == fecha("mar 2027-01-12")

    # Otra administración publica mientras ésta mira: se le dice y revisa otra vez.
    mesa.aprobar(
        mesa.proponer(VACACIONES.__class__(**{**VACACIONES.__dict__, "inicio": "2026-10-12", "fin": "2026-10-12"}))
    )
    pagina.get_by_role("button", name="Aprobar y publicar").click()
    expect(pagina.get_by_role("alert")).to_contain_text("publicó otros días inhábiles")
    expect(pagina.get_by_text("Todavía se está recontando 1 plazo de")).to_be_visible()
    pagina.get_by_role("button", name="Aprobar y publicar").click()
    expect(pagina.get_by_text("Falta 1; recargue la página")).to_be_visible()
    recontar_pendientes(mesa.instancia.url)
    pagina.reload()
    expect(pagina.get_by_text("Los plazos ya se recontaron")).to_be_visible()
    assert mesa.vence(folio) == fecha("lun 2027-01-25")

    pagina.get_by_role("link", name="Calendario").click()
    pagina.get_by_role("link", name="Días inhábiles").first.click()
    pagina.get_by_label("Año").select_option("2026")
    pagina.get_by_role("button", name="Ver", exact=True).click()
    expect(pagina.get_by_role("listitem").filter(has_text="vacaciones generales: Invierno").first).to_be_visible()
    expect(pagina.get_by_text("Sustento pendiente").first).to_be_visible()
    sala.cerrar()


@pytest.mark.navegador
def test_las_paginas_de_dias_son_accesibles_y_caben_en_un_telefono(
    navegador: Browser, mesa: Mesa, direccion: str
) -> None:
    sala = Sala(navegador, direccion)
    pagina = sala.como("administracion")
    for _ in range(3):
        mesa.abrir(NOVENTA)
    mesa.publicar(VACACIONES)
    propuesta = mesa.proponer(
        VACACIONES.__class__(**{**VACACIONES.__dict__, "inicio": "2026-10-12", "fin": "2026-10-14"})
    )
    faltas: list[str] = []
    for camino in (
        "/calendario/dias?anio=2026",
        "/calendario/dias?anio=2041",
        "/administracion/dias",
        "/administracion/dias/nueva",
        f"/administracion/dias/{propuesta}",
        "/administracion/dias/1",
    ):
        respuesta = pagina.goto(camino)
        assert respuesta, camino
        assert respuesta.ok, camino
        for cerrado in pagina.locator("main details:not([open]) > summary").all():
            cerrado.click()
        faltas += [*faltas_de_acceso(pagina), *se_sale(pagina)]
    pagina.goto("/administracion/dias/nueva")
    pagina.get_by_role("button", name="Ver qué plazos se mueven").click()
    expect(pagina.get_by_role("alert")).to_be_visible()
    faltas += [*faltas_de_acceso(pagina), *se_sale(pagina)]
    sala.cerrar()
    assert not faltas
    assert not sala.quejas
