"""Las páginas, recorridas como las usa una persona: con un navegador, y casi todo sin JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from flujos.catalogo import CATALOGO
from modelos.actos.turnos import atender as turnos
from modelos.administracion.demo import CLAVE
from modelos.expedientes.expediente import Encargo
from modelos.sesion import transaccion
from tests.accesorios.fabricas import PDF, Instancia, servida
from tests.accesorios.paginas.navegador import ANCHOS, Sala, faltas_de_acceso, se_sale


@pytest.fixture
def web(instancia_sqlite: Instancia) -> Iterator[str]:
    with servida(instancia_sqlite) as direccion:
        yield direccion


@pytest.fixture
def sin_javascript(navegador: Browser, web: str) -> Iterator[Sala]:
    abierta = Sala(navegador, web, con_javascript=False)
    yield abierta
    abierta.cerrar()


def atender(pagina: Page, salida: str | None = None, **campos: str) -> None:
    """Abre lo primero que le toca, llena lo que se dé y lo registra."""
    pagina.goto("/bandeja")
    pagina.locator(".pendiente-titulo a").first.click()
    for nombre, valor in campos.items():
        pagina.fill("#comentario" if nombre == "comentario" else f"#campo-{nombre}", valor)
    if salida:
        pagina.check(f"#salida-{salida}")
    pagina.locator("button[value=atender]").click()
    expect(pagina.get_by_text("Quedó registrado.")).to_be_visible()


@pytest.mark.navegador
def test_normatividad_de_principio_a_fin_sin_javascript(
    sin_javascript: Sala, instancia_sqlite: Instancia, tmp_path: Path
) -> None:
    como, documento = sin_javascript.como, tmp_path / "proyecto.pdf"
    documento.write_bytes(PDF)
    coordina = como("coordinacion")
    coordina.get_by_role("link", name="Iniciar un procedimiento").click()
    coordina.get_by_role("link", name="Iniciar Normatividad").click()
    coordina.get_by_label("Asunto").fill("Lineamientos de operación de los CAST")
    coordina.get_by_role("button", name="Iniciar el expediente").click()
    expect(coordina.get_by_text("Quedó registrado.")).to_be_visible()
    folio = coordina.locator(".folio").inner_text().split()[0]
    instancia_sqlite.cumplir_encargos()

    como("dstc").goto("/bandeja")
    expect(como("dstc").get_by_text("Nuevo", exact=True)).to_be_visible()
    atender(como("dstc"), necesidad="El Decreto cambió")
    atender(como("dstc"))
    atender(como("cst"))
    for centro in ("cast-demo-01", "cast-demo-02"):
        atender(como(centro), observaciones=f"Observa {centro}")
    coordina.goto(f"/expedientes/{folio}")
    expect(coordina.get_by_text("2 de 3 respondieron; falta CAST-DEMO-03").first).to_be_visible()
    atender(como("cast-demo-03"))

    cst = como("cst")
    cst.goto("/bandeja")
    cst.locator(".pendiente-titulo a").click()
    for centro in ("cast-demo-01", "cast-demo-02"):
        expect(cst.get_by_text(f"Observa {centro}")).to_be_visible()
    cst.fill("#campo-resumen", "Primera versión")
    cst.set_input_files("#evidencia-proyecto", documento)
    cst.get_by_role("button", name="Guardar los archivos y seguir aquí").click()
    expect(cst.get_by_text("Se guardó proyecto.pdf")).to_be_visible()
    assert cst.input_value("#campo-resumen") == "Primera versión"
    cst.check("#salida-continuar")
    cst.locator("button[value=atender]").click()
    expect(cst.get_by_text("Quedó registrado.")).to_be_visible()

    dstc = como("dstc")
    dstc.goto("/bandeja")
    dstc.locator(".pendiente-titulo a").click()
    with dstc.expect_download() as bajada:
        dstc.get_by_role("link", name="proyecto.pdf").first.click()
    assert Path(bajada.value.path()).read_bytes() == PDF
    atender(dstc, "no_favorable", comentario="Falta fundamentar el artículo 12")
    expect(dstc.get_by_text("Ahora lo tiene CST (actividad 5)")).to_be_visible()
    cst.goto("/bandeja")
    expect(cst.get_by_text("2.ª vez")).to_be_visible()
    cst.locator(".pendiente-titulo a").click()
    expect(cst.get_by_text("Falta fundamentar el artículo 12")).to_be_visible()
    atender(cst, "continuar")
    atender(dstc, "favorable")
    atender(dstc)
    atender(como("dcaj"), "no_viable", comentario="No cita la ley")
    atender(cst, "continuar")
    atender(dstc, "favorable")
    atender(dstc)
    atender(como("dcaj"), "viable")
    atender(como("dcaj"), registro="NORM-7", fecha_registro="2026-11-19")
    atender(dstc, "continuar")
    atender(dstc)
    for centro in ("cast-demo-01", "cast-demo-02", "cast-demo-03"):
        atender(como(centro))
    instancia_sqlite.cumplir_encargos()

    coordina.goto(f"/expedientes/{folio}")
    coordina.get_by_role("region", name="Expedientes que abrió").get_by_role("link").first.click()
    for _ in range(6):
        atender(cst)
    cst.goto("/bandeja")
    cst.locator(".pendiente-titulo a").click()
    cst.locator("button[value=atender]").click()
    expect(cst.get_by_role("alert").get_by_text("Antes de cerrar la actividad adjunte")).to_be_visible()
    cst.set_input_files("#evidencia-constancia", documento)
    cst.locator("button[value=atender]").click()
    expect(cst.get_by_text("Quedó registrado.")).to_be_visible()
    atender(cst, acuerdos="Difundir los lineamientos")
    instancia_sqlite.cumplir_encargos()

    coordina.goto(f"/expedientes/{folio}")
    expect(coordina.get_by_text("Concluido").first).to_be_visible()
    expect(coordina.get_by_text("asientos concuerdan entre sí")).to_be_visible()
    assert instancia_sqlite.expediente(folio).desenlace == "FIN"
    instancia_sqlite.exigir_integra()


@pytest.mark.navegador
def test_toda_pagina_es_accesible_y_cabe_en_un_telefono(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar(
        "normatividad", "Un asunto_con_una_palabra_larguísima_que_no_se_puede_partir_en_ningún_lado"
    )
    for _ in range(3):
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    instancia_sqlite.cumplir_encargos()
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0], observaciones="Ninguna")
    concertacion = instancia_sqlite.iniciar("concertacion")
    for datos in ({"solicitante": "Una empresa", "servicio": "Ensayo"}, {}):
        instancia_sqlite.atender(instancia_sqlite.abiertos(concertacion)[0], **datos)
    canalizado = instancia_sqlite.iniciar("concertacion")
    instancia_sqlite.atender(instancia_sqlite.abiertos(canalizado)[0], solicitante="Una empresa", servicio="Ensayo")
    instancia_sqlite.atender(instancia_sqlite.abiertos(canalizado)[0], "canalizar")
    (sin_numero,) = instancia_sqlite.abiertos(canalizado)
    assert instancia_sqlite.actividad(sin_numero).numero_impreso == ""
    fallido = instancia_sqlite.iniciar("reunion_trabajo")
    with transaccion(instancia_sqlite.url) as s:
        encargo = s.get_one(Encargo, (fallido, 1, "aviso"))
        encargo.intentos, encargo.error = 99, "sin correo"
    caminos = {
        "coordinacion": [
            "/",
            "/bandeja",
            "/procedimientos",
            *(f"/procedimientos/{tabla.clave}" for tabla in CATALOGO),
            "/procedimientos/normatividad/iniciar",
            "/expedientes",
            "/expedientes?texto=nada",
            f"/expedientes/{folio}?registrado=4",
            f"/expedientes/{fallido}",
            f"/expedientes/{canalizado}?registrado=3",
            f"/turnos/{sin_numero.id}",
            f"/turnos/{folio}.4.CAST-DEMO-02.1",
            f"/turnos/{folio}.3.CST.1",
            "/expedientes/NADA",
        ],
        "cst": ["/", "/bandeja", f"/turnos/{concertacion}.3.CST.1"],
        "cast-demo-02": ["/", "/bandeja", f"/turnos/{folio}.4.CAST-DEMO-02.1"],
        "dvs": ["/", "/bandeja", f"/expedientes/{folio}"],
    }
    faltas = []
    entrada = sala.nadie()
    entrada.goto("/entrar")
    faltas += [*faltas_de_acceso(entrada), *se_sale(entrada)]
    for alias, lista in caminos.items():
        pagina = sala.como(alias)
        for camino in lista:
            pagina.goto(camino)
            pagina.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            faltas += [*faltas_de_acceso(pagina), *se_sale(pagina)]
            assert pagina.locator("html").get_attribute("lang") == "es-MX"
            assert pagina.locator("h1").count() == 1
    assert not faltas, "\n".join(faltas)


@pytest.mark.navegador
def test_una_palabra_de_400_letras_no_ensancha_ninguna_pagina(sala: Sala, instancia_sqlite: Instancia) -> None:
    largo = "x" * 400
    folio = instancia_sqlite.iniciar("normatividad", largo[:300])
    with instancia_sqlite.como("dstc") as ctx:
        turnos.atender(ctx, f"{folio}.1.DSTC.1", "continuar", {"necesidad": largo}, largo, 1)
    (turno,) = instancia_sqlite.abiertos(folio)
    pagina, faltas = sala.como("coordinacion"), []
    for camino in (
        "/",
        "/bandeja",
        "/expedientes",
        f"/expedientes/{folio}?registrado=2",
        f"/turnos/{turno.id}",
        f"/turnos/{folio}.1.DSTC.1",
    ):
        pagina.goto(camino)
        pagina.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        faltas += [falta for ancho in ANCHOS for falta in se_sale(pagina, ancho)]
    pagina.goto("/procedimientos/normatividad/iniciar")
    pagina.fill("#asunto", largo[:300].upper())
    pagina.get_by_role("button", name="Iniciar el expediente").click()
    expect(pagina.get_by_role("heading", name=f"Ya abrió {folio} con este asunto")).to_be_visible()
    faltas += [*faltas_de_acceso(pagina), *(falta for ancho in ANCHOS for falta in se_sale(pagina, ancho))]
    pagina.get_by_role("button", name="Abrir otro de todos modos").click()
    expect(pagina.get_by_text("Quedó registrado.")).to_be_visible()
    assert not faltas, "\n".join(faltas)


@pytest.mark.navegador
def test_si_la_sesion_vence_se_vuelve_al_formulario_lleno(
    sin_javascript: Sala, instancia_sqlite: Instancia, tmp_path: Path
) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    pagina = sin_javascript.como("cst")
    pagina.goto(f"/turnos/{folio}.1.CST.1")
    pagina.fill("#campo-solicitante", "Una empresa")
    pagina.fill("#campo-servicio", "Ensayo")
    pagina.fill("#comentario", "Llegó por oficio\ny en persona")
    (tmp_path / "oficio.pdf").write_bytes(PDF)
    pagina.set_input_files("#evidencia-solicitud", tmp_path / "oficio.pdf")
    pagina.context.clear_cookies(name="dstc_sesion")
    pagina.locator("button[value=atender]").first.click()
    pagina.locator(".cuenta", has_text="cst").first.click()
    expect(pagina.get_by_text("Iba a responder un turno de " + folio)).to_be_visible()
    pagina.get_by_role("button", name="Volver al formulario").click()
    expect(pagina.get_by_text("Aquí está lo que había escrito; todavía no se registra.")).to_be_visible()
    assert pagina.input_value("#campo-solicitante") == "Una empresa"
    assert pagina.input_value("#comentario") == "Llegó por oficio\ny en persona"
    assert [t.actividad for t in instancia_sqlite.abiertos(folio)] == ["1"]
    pagina.set_input_files("#evidencia-solicitud", tmp_path / "oficio.pdf")
    pagina.locator("button[value=atender]").first.click()
    expect(pagina.locator(".historia").get_by_role("link", name="oficio.pdf")).to_be_visible()


@pytest.mark.navegador
def test_se_entra_y_se_decide_solo_con_el_teclado(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    for _ in range(3):
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    for turno in instancia_sqlite.abiertos(folio):
        instancia_sqlite.atender(turno)
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    pagina = sala.nadie()
    pagina.goto("/entrar")

    def ir_a(selector: str) -> None:
        for _ in range(60):
            pagina.keyboard.press("Tab")
            if pagina.evaluate("s => document.activeElement.matches(s)", selector):
                contorno = "getComputedStyle(document.activeElement{}).outlineStyle"
                visible = [pagina.evaluate(contorno.format(x)) for x in ("", ", '::after'")]
                assert any(v != "none" for v in visible), f"no se ve el foco en {selector}"
                return
        raise AssertionError(f"con Tab no se llega a {selector}")

    pagina.keyboard.press("Tab")
    assert pagina.evaluate("document.activeElement.textContent") == "Ir al contenido"
    ir_a("#correo")
    pagina.keyboard.type("dstc@demo.local")
    ir_a("#clave")
    pagina.keyboard.type(CLAVE)
    pagina.keyboard.press("Enter")
    pagina.wait_for_url("**/")
    ir_a("a[href='/bandeja']")
    pagina.keyboard.press("Enter")
    pagina.wait_for_url("**/bandeja")
    ir_a(".pendiente-titulo a")
    pagina.keyboard.press("Enter")
    pagina.wait_for_url("**/turnos/**")
    ir_a("[name=salida]")
    pagina.keyboard.press("ArrowDown")
    assert pagina.is_checked("#salida-no_favorable")
    ir_a("#comentario")
    pagina.keyboard.type("Motivo escrito con el teclado")
    ir_a("button[value=atender]")
    pagina.keyboard.press("Enter")
    pagina.wait_for_url("**/expedientes/**")
    expect(pagina.get_by_text("Ahora lo tiene CST")).to_be_visible()


@pytest.mark.navegador
def test_si_una_colega_responde_antes_se_dice_quien_y_no_se_pierde_lo_escrito(
    sin_javascript: Sala, instancia_sqlite: Instancia
) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    lenta = sin_javascript.como("dstc")
    lenta.goto(f"/turnos/{folio}.1.DSTC.1")
    lenta.fill("#comentario", "Lo escribí despacio")
    atender(sin_javascript.como("coordinacion"))
    with lenta.expect_response(lambda r: r.request.method == "POST") as respuesta:
        lenta.locator("button[value=atender]").click()
    assert respuesta.value.status == 409
    aviso = lenta.get_by_role("alert").inner_text()
    assert "Coordinación de la DSTC (demostración) respondió antes" in aviso
    expect(lenta.get_by_text("Lo escribí despacio")).to_be_visible()
    assert lenta.locator("button[value=atender]").count() == 0


@pytest.mark.navegador
def test_al_corregir_se_conserva_todo_y_el_resumen_lleva_al_campo(
    sala: Sala, instancia_sqlite: Instancia, tmp_path: Path
) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    for datos in ({"solicitante": "E", "servicio": "S"}, {}, {"cast": "CAST-DEMO-01"}, {"disponibilidad": "Sí"}, {}):
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0], **datos)
    pagina = sala.como("cst")
    pagina.goto(f"/turnos/{folio}.7.CST.1")
    pagina.select_option("#campo-instrumento", "convenio")
    pagina.fill("#comentario", "Se firmó ayer")
    falso = tmp_path / "convenio.pdf"
    falso.write_text("esto no es un PDF")
    pagina.set_input_files("#evidencia-instrumento", falso)
    expect(pagina.locator(".subida-error")).to_contain_text("no es un PDF")
    pagina.locator("button[value=atender]").click()
    expect(pagina.get_by_role("alert")).to_contain_text("adjunte: Instrumento de concertación firmado")
    assert pagina.title().startswith("Error: ")
    assert pagina.input_value("#campo-instrumento") == "convenio"
    assert pagina.input_value("#comentario") == "Se firmó ayer"
    assert not faltas_de_acceso(pagina)
    pagina.get_by_role("alert").get_by_role("link").click()
    assert pagina.evaluate("document.activeElement.id") == "evidencia"
    falso.write_bytes(PDF)
    pagina.set_input_files("#evidencia-instrumento", falso)
    expect(pagina.locator("#guardados").get_by_role("link", name="convenio.pdf")).to_be_visible()
    pagina.locator("button[value=atender]").click()
    expect(pagina.get_by_text("Ahora lo tiene CAST-DEMO-01 (actividad 8)")).to_be_visible()


@pytest.mark.navegador
def test_la_coordinacion_conduce_con_motivo(sin_javascript: Sala, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    for _ in range(3):
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    pagina = sin_javascript.como("coordinacion")

    def hacer(titulo: str, boton: str, motivo: str) -> None:
        pagina.goto(f"/expedientes/{folio}")
        acto = pagina.locator("details.acto", has=pagina.locator("summary", has_text=titulo)).first
        acto.locator("summary").click()
        acto.get_by_label("Motivo").fill(motivo)
        acto.get_by_role("button", name=boton).click()

    pagina.goto(f"/turnos/{folio}.4.CAST-DEMO-01.1")
    pagina.get_by_text("Darlo a otra persona").click()
    pagina.get_by_label("Persona de CAST-DEMO-01").select_option(index=1)
    pagina.get_by_label("Motivo").fill("Está de guardia")
    pagina.get_by_role("button", name="Reasignar").click()
    expect(pagina.get_by_text("Personal de CAST-DEMO-01 (demostración)", exact=True)).to_be_visible()
    pagina.get_by_role("button", name="Liberarlo").click()
    expect(pagina.get_by_text("Nadie lo ha tomado")).to_be_visible()

    hacer("Suspender", "Suspender", "   ")
    expect(pagina.get_by_role("alert").get_by_text("Motivo: escriba el motivo")).to_be_visible()
    hacer("Suspender", "Suspender", "Falta presupuesto")
    expect(pagina.get_by_text("Está suspendido.")).to_be_visible()
    hacer("Reanudar", "Reanudar", "Ya hay presupuesto")
    hacer("Dejar de esperar", "Seguir sin los que faltan", "Venció lo acordado")
    expect(pagina.get_by_text("Ahora lo tiene CST (actividad 5)")).to_be_visible()
    expect(pagina.get_by_text("0 de 3 respondieron; se siguió sin").first).to_be_visible()
    hacer("Cancelar el expediente", "Cancelar el expediente", "Se retomará el año próximo")
    expect(pagina.get_by_text("El expediente quedó cancelado.")).to_be_visible()
    expect(pagina.locator(".historia").get_by_text("Se retomará el año próximo")).to_be_visible()
    instancia_sqlite.exigir_integra()
