"""Los oficios en pantalla: el camino entero con un navegador, y lo que pasa cuando algo se cruza."""

from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update
from sqlmodel import col

from modelos import reloj
from modelos.expedientes.expediente import Encargo
from modelos.expedientes.notificacion import Notificacion
from modelos.oficios.oficio import Molde, Oficio, PlantillaEditada
from modelos.oficios.papeleria import Leyenda
from modelos.oficios.titulares import Titularidad
from modelos.organizacion.organigrama import Persona
from modelos.sesion import transaccion
from tareas.efectos import Cual, EfectoFallido, intentar
from tareas.oficios.redaccion.borrador import huella
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.con_oficios import con_borrador, con_circular, destinatarios, firmar, oficio_de
from tests.accesorios.paginas.navegador import Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante


def version_en(html: str) -> str:
    """La versión que trae el formulario de la página."""
    hallada = re.search(r'name="version" value="(\d+)"', html)
    assert hallada
    return hallada[1]


def en_la_base(instancia: Instancia, id_: str, **valores: object) -> None:
    with transaccion(instancia.url) as s:
        s.execute(update(Oficio).where(col(Oficio.id) == id_).values(**valores))


# --- con navegador -----------------------------------------------------------


@pytest.mark.navegador
def test_del_paso_al_acuse_sin_javascript(navegador: Browser, web: str, instancia_sqlite: Instancia) -> None:
    sala = Sala(navegador, web, con_javascript=False)
    folio = instancia_sqlite.iniciar("normatividad", "Lineamientos de operación")
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    dstc = sala.como("dstc")
    dstc.goto(f"/turnos/{folio}.2.DSTC.1")
    expect(dstc.get_by_text("El borrador se está preparando")).to_be_visible()
    instancia_sqlite.cumplir_encargos()
    dstc.reload()
    expect(dstc.get_by_text("OF-01 sigue sin firmarse.")).to_be_visible()
    dstc.get_by_role("region", name="Oficio de este paso").get_by_role("link").click()

    expect(dstc.get_by_text("✎ Borrador")).to_be_visible()
    dstc.get_by_text("Corregir el asunto, el texto").click()
    dstc.get_by_label("Texto", exact=True).fill("Se solicita **atender** lo que sigue:\n\n1. Uno\n2. Dos")
    dstc.get_by_label("Cargo").fill("Coordinadora de Servicios Tecnológicos")
    dstc.get_by_role("button", name="Guardar el borrador").click()
    expect(dstc.get_by_text("Se guardó el borrador.")).to_be_visible()
    expect(dstc.locator(".hoja-cuerpo strong")).to_have_text("atender")
    expect(dstc.locator(".hoja").get_by_text("Coordinadora de Servicios Tecnológicos")).to_be_visible()
    dstc.get_by_text("Qué se ha cambiado de lo que dio la plantilla").click()
    expect(dstc.locator("ins").first).to_be_visible()

    dstc.get_by_role("link", name="Firmar y enviar").click()
    expect(dstc.get_by_text(f"DSTC/001/{reloj.hoy().year}, si nadie de DSTC firma otro antes.")).to_be_visible()
    dstc.get_by_role("button", name="Firmar y enviar").click()
    expect(dstc.get_by_text("Quedó firmado, con su número.")).to_be_visible()
    pdf = dstc.request.get(f"{web}{dstc.get_by_role('link', name='Ver el PDF').get_attribute('href')}")
    assert (pdf.headers["content-type"], pdf.body()[:5]) == ("application/pdf", b"%PDF-")
    codigo = dstc.locator("section", has_text="Cómo se comprueba").locator("code").first.inner_text()
    instancia_sqlite.cumplir_encargos()

    nadie = sala.nadie()
    nadie.goto("/verificacion")
    nadie.get_by_label("Código").fill(codigo.lower())
    nadie.get_by_role("button", name="Verificar").click()
    expect(nadie.get_by_text("Este oficio se emitió y está vigente.")).to_be_visible()
    for contenido, dice in ((pdf.body(), "Es idéntico al original."), (b"%PDF-otro", "No es el mismo documento.")):
        nadie.set_input_files("#archivo", {"name": "recibido.pdf", "mimeType": "application/pdf", "buffer": contenido})
        nadie.get_by_role("button", name="Comparar").click()
        expect(nadie.get_by_text(dice)).to_be_visible()

    cst = sala.como("cst")
    cst.goto("/")
    cst.get_by_role("link", name=re.compile("Oficios")).click()
    expect(cst.get_by_role("link", name="Recibidos (1 sin acuse)")).to_have_attribute("aria-current", "page")
    cst.get_by_role("link", name=re.compile("Actualización y formulación")).click()
    cst.get_by_role("button", name="Acusar de recibido por CST").click()
    expect(cst.get_by_text("Quedó asentado el acuse.")).to_be_visible()
    dstc.reload()
    expect(dstc.get_by_text("Ya lo acusaron todos.")).to_be_visible()
    dstc.goto(f"/expedientes/{folio}")
    for frase in ("firmó el oficio DSTC/001/", "envió el oficio DSTC/001/", "acusó de recibido el oficio DSTC/001/"):
        expect(dstc.get_by_text(frase).first).to_be_visible()
    expect(dstc.get_by_role("region", name="Oficios").get_by_text("Acusado")).to_be_visible()
    sala.cerrar()
    instancia_sqlite.exigir_integra()


@pytest.mark.navegador
def test_toda_pagina_de_oficios_es_accesible_y_cabe_en_un_telefono(
    navegador: Browser, web: str, instancia_sqlite: Instancia
) -> None:
    sala = Sala(navegador, web)
    folio, id_ = con_borrador(instancia_sqlite, "Palabra_larguísima_que_no_se_puede_partir_en_ningún_lado_" * 2)
    con_tabla = (
        "Con [FALTA: datos.x]\n\n| Uno | Dos | Tres |\n|---|---|---|\n| a | b | c |\n\n## Otro\n\n" + "larga" * 40
    )
    en_la_base(instancia_sqlite, id_, cuerpo=con_tabla, asunto="Corregido 😀", ordenamientos=["L"])
    _, circular = con_circular(instancia_sqlite)
    firmado = firmar(web, "cst", circular)
    instancia_sqlite.cumplir_encargos()
    with Visitante(web, "cst") as v:
        relevo = unescape(v.post(f"/oficios/{circular}/sustituir").headers["location"]).partition("?")[0]
    caminos = {
        "dstc": [
            *(f"/oficios?ver={ver}" for ver in ("firmar", "recibidos", "emitidos")),
            "/oficios?ver=emitidos&texto=nada",
            f"/oficios/{id_}",
            f"/oficios/{id_}/firmar",
            f"/oficios/{id_}/rehacer",
            f"/expedientes/{folio}",
            f"/turnos/{folio}.2.DSTC.1",
            f"/expedientes/{folio}/oficios/nuevo",
        ],
        "cst": ["/oficios", f"/oficios/{circular}", relevo, f"{relevo}/firmar"],
        "cast-demo-01": ["/oficios", f"/oficios/{circular}", f"/oficios/{id_}"],
        "": ["/verificacion", f"/v/{firmado['codigo']}", "/v/nada"],
    }
    faltas = []
    for alias, lista in caminos.items():
        pagina = sala.como(alias) if alias else sala.nadie()
        for camino in lista:
            pagina.goto(camino)
            pagina.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            faltas += [*faltas_de_acceso(pagina), *se_sale(pagina)]
    dstc = sala.como("dstc")
    dstc.goto(f"/oficios/{id_}")
    dstc.get_by_text("Corregir el asunto, el texto").click()
    en_la_base(instancia_sqlite, id_, version=9, cuerpo="Lo de otra persona")
    dstc.get_by_role("button", name="Guardar el borrador").click()
    expect(dstc.get_by_text("Su texto contra el de ahora.")).to_be_visible()
    faltas += [*faltas_de_acceso(dstc), *se_sale(dstc)]
    sala.cerrar()
    assert not faltas, "\n".join(faltas)
    assert not sala.quejas, "la política de contenido bloqueó algo de nuestras páginas"


# --- sin navegador -----------------------------------------------------------


def test_si_otra_persona_lo_cambio_se_ven_los_dos_textos(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Visitante(web, "dstc") as dstc, Visitante(web, "coordinacion") as coordina:
        version = version_en(dstc.get(f"/oficios/{id_}").text)
        suyo = {"version": version, "asunto": "El de ella", "cuerpo": "Un párrafo suyo.", "anexos": ""}
        assert coordina.post(f"/oficios/{id_}/editar", data=suyo).status_code == 303
        mio = {"version": version, "asunto": "El mío", "cuerpo": "Un párrafo mío.", "anexos": "1. Mío"}
        choque = dstc.post(f"/oficios/{id_}/editar", data=mio)
        assert choque.status_code == 409
        assert "Coordinación de la DSTC (demostración) corrigió" in choque.text
        assert re.search(r"<del>.*suyo", choque.text)
        assert re.search(r"<ins>.*mío", choque.text)
        assert ">\nEl mío</textarea>" in choque.text
        assert "1. Mío</textarea>" in choque.text
        assert oficio_de(instancia_sqlite, id_.split(".")[0]).asunto == "El de ella"
        assert dstc.post(f"/oficios/{id_}/editar", data={**mio, "version": version_en(choque.text)}).status_code == 303
    assert oficio_de(instancia_sqlite, id_.split(".")[0]).asunto == "El mío"


def test_lo_escrito_sigue_ahi_si_algo_falta(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Visitante(web, "dstc") as dstc:
        malo = {
            "version": "1", "asunto": "", "cuerpo": "Mi texto", "anexos": "",
            "d-0-nombre": "", "d-0-cargo": "", "d-0-institucion": "Otra",
        }  # fmt: skip
        pagina = dstc.post(f"/oficios/{id_}/editar", data=malo)
        assert pagina.status_code == 422
        assert "Mi texto</textarea>" in pagina.text
        assert '<a href="#asunto">Asunto:' in pagina.text
        pagina = dstc.post(f"/oficios/{id_}/editar", data={**malo, "asunto": "Sí"})
        assert '<a href="#d-0-nombre">Nombre:' in pagina.text
        assert 'value="Otra"' in pagina.text
        assert dstc.get(f"/oficios/{id_}/editar").headers["location"] == f"/oficios/{id_}"


def test_perder_la_sesion_no_pierde_lo_escrito(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Visitante(web, "dstc") as dstc:
        dstc.post("/salir")
        entrada = dstc.post(f"/oficios/{id_}/editar", data={"version": "1", "asunto": "Mío", "cuerpo": "Lo largo"})
        assert entrada.status_code == 401
        hallado = re.search(r'name="guardado" value="([^"]*)"', entrada.text)
        assert hallado
        vuelve = dstc.entrar("dstc", guardado=unescape(hallado[1]))
        assert f"corregir un oficio de {id_.split('.')[0]}" in vuelve.text
        pedido = {"version": "1", "asunto": "Mío", "cuerpo": "Lo largo", "acto": "recuperar"}
        pagina = dstc.post(f"/oficios/{id_}/editar", data=pedido)
        assert (pagina.status_code, "Lo largo</textarea>" in pagina.text) == (200, True)
        assert oficio_de(instancia_sqlite, id_.split(".")[0]).version == 1
        dstc.post("/salir")
        assert dstc.get(f"/oficios/{id_}").headers["location"] == f"/entrar?ir=/oficios/{id_}"
        firma = dstc.post(f"/oficios/{id_}/firmar", data={"version": "1"})
        assert firma.headers["location"] == f"/entrar?ir=/oficios/{id_}"


def test_quien_no_debe_no_pasa(instancia_sqlite: Instancia, web: str) -> None:
    folio, id_ = con_borrador(instancia_sqlite)
    with Visitante(web, "dcaj") as ajeno, Visitante(web, "coordinacion") as coordina:
        for camino in (f"/oficios/{id_}", f"/oficios/{id_}/firmar", f"/oficios/{id_}/pdf", f"/oficios/{id_}/rehacer"):
            assert ajeno.get(camino).status_code == 403, camino
        assert ajeno.post(f"/oficios/{id_}/firmar", data={"version": "1"}).status_code == 403
        assert ajeno.get(f"/expedientes/{folio}/oficios/nuevo").status_code == 403
        assert ajeno.get("/oficios").status_code == 200
        pagina = coordina.get(f"/oficios/{id_}")
        assert pagina.status_code == 200
        assert f'href="/oficios/{id_}/firmar"' not in pagina.text
        assert coordina.get(f"/oficios/{id_}/firmar").status_code == 403
        no = coordina.post(f"/oficios/{id_}/firmar", data={"version": "1"})
        assert (no.status_code, "firmar por DSTC" in no.text) == (403, True)
        assert coordina.get("/oficios/NADA").status_code == 404


def test_firmar_dos_veces_no_gasta_otro_numero(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Visitante(web, "dstc") as dstc:
        for _ in range(2):
            respuesta = dstc.post(f"/oficios/{id_}/firmar", data={"version": "1"})
            assert respuesta.headers["location"] == f"/oficios/{id_}?hecho=firmado#resultado"
        tarde = dstc.post(f"/oficios/{id_}/editar", data={"version": "1", "asunto": "Mío", "cuerpo": "Tarde"})
        assert tarde.status_code == 409
        assert "Lo que usted había escrito" in tarde.text
        assert "Tarde" in tarde.text
        assert dstc.get(f"/oficios/{id_}/firmar").status_code == 303
    assert oficio_de(instancia_sqlite, id_.split(".")[0]).consecutivo == 1


def test_los_avisos_dicen_que_hacer(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    en_la_base(instancia_sqlite, id_, cuerpo="Antes del [FALTA: datos.fecha] 漢", ordenamientos=["L", "M"])
    with transaccion(instancia_sqlite.url) as s:
        s.query(Leyenda).delete()
        s.query(Titularidad).filter(col(Titularidad.unidad).in_(["DSTC", "CST"])).delete()
        s.execute(update(Persona).where(col(Persona.nombre).contains("Personal de CST")).values(activa=False))
    with Visitante(web, "dstc") as dstc:
        pagina = dstc.get(f"/oficios/{id_}").text
    for frase in (
        "Faltan datos por escribir: datos.fecha.",
        "No consta quién tiene el cargo en DSTC ni quién lo suple.",
        "no constan como vigentes: Lineamientos de Operación",
        f"No se ha capturado la leyenda oficial de {reloj.hoy().year}",
        "Por el sistema no le llega a CST",
        "No se puede firmar: hay un signo que la letra de los oficios no tiene.",
        "«漢» (U+6F22) en el párrafo 1 del texto, donde dice «…el [FALTA: datos.fecha] 漢»",
    ):
        assert frase in pagina, frase
    assert "Manual de Procedimientos" not in pagina.partition('id="siguiente"')[0]


def test_el_texto_hostil_sale_como_letras(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    malo = "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) {{ 7*7 }}"
    with Visitante(web, "dstc") as dstc:
        assert (
            dstc.post(
                f"/oficios/{id_}/editar", data={"version": "1", "asunto": malo, "cuerpo": malo, "anexos": malo}
            ).status_code
            == 303
        )
        pagina = dstc.get(f"/oficios/{id_}").text
        assert "<script>" not in pagina
        assert "<img" not in pagina
        assert "javascript:" not in re.sub(r">[^<]*<", "><", pagina)
        assert "{{ 7*7 }}" in pagina
        assert dstc.get(f"/oficios/{id_}/pdf").content.startswith(b"%PDF")


def test_el_acuse_en_papel_lo_captura_quien_emite_y_dice_como(instancia_sqlite: Instancia, web: str) -> None:
    folio, id_ = con_circular(instancia_sqlite)
    firmar(web, "cst", id_)
    instancia_sqlite.cumplir_encargos()
    with Visitante(web, "cst") as cst:
        sin_nota = cst.post(f"/oficios/{id_}/acusar", data={"orden": "1", "nota": ""})
        assert (sin_nota.status_code, 'href="#nota"' in sin_nota.text) == (422, True)
        assert cst.post(f"/oficios/{id_}/acusar", data={"orden": "x"}).status_code == 422
        assert cst.post(f"/oficios/{id_}/acusar", data={"orden": "99", "nota": "x"}).status_code == 404
        con_nota = cst.post(f"/oficios/{id_}/acusar", data={"orden": "1", "nota": "Lo recibió la dirección"})
        assert con_nota.status_code == 303
        pagina = cst.get(f"/oficios/{id_}").text
        assert "Faltan 2 acuses" in pagina
        assert "Lo recibió la dirección" in pagina
        assert "capturó el acuse en papel de CAST-DEMO-02" in cst.get(f"/expedientes/{folio}").text
    with Visitante(web, "cast-demo-03") as otro:
        assert otro.post(f"/oficios/{id_}/acusar", data={"orden": "0", "nota": "x"}).status_code == 403
    assert [d.acuse for d in destinatarios(instancia_sqlite, id_)] == ["", "papel", ""]


def test_recordar_a_quienes_faltan_una_sola_vez(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_circular(instancia_sqlite)
    firmar(web, "cst", id_)
    with Visitante(web, "cst") as cst, Visitante(web, "cast-demo-01") as cast:
        assert "Recordar a quienes faltan" not in cst.get(f"/oficios/{id_}").text, "todavía no sale"
        instancia_sqlite.cumplir_encargos()
        assert cast.post(f"/oficios/{id_}/acusar", data={"orden": "0"}).status_code == 303
        assert "Recordar a quienes faltan" not in cast.get(f"/oficios/{id_}").text
        assert cast.post(f"/oficios/{id_}/recordar").status_code == 403
        assert "Recordar a quienes faltan" in cst.get(f"/oficios/{id_}").text
        assert "hecho=recordado" in cst.post(f"/oficios/{id_}/recordar").headers["location"]
        assert "hecho=sin_recordar" in cst.post(f"/oficios/{id_}/recordar").headers["location"]
        assert "Recordar a quienes faltan" not in cst.get(f"/oficios/{id_}").text
    with instancia_sqlite.leer() as s:
        recordados = s.scalars(select(col(Notificacion.clave)).where(col(Notificacion.clave).contains("acuse")))
        assert len(set(recordados)) == 2


def test_emitir_otro_desde_el_expediente(instancia_sqlite: Instancia, web: str) -> None:
    folio, _ = con_borrador(instancia_sqlite)
    camino = f"/expedientes/{folio}/oficios/nuevo"
    with Visitante(web, "coordinacion") as v:
        assert f'href="{camino}"' in v.get(f"/expedientes/{folio}").text
        pagina = v.get(camino).text
        assert "OF-03: Se remite proyecto normativo para revisión" in pagina
        incompleto = {"plantilla": "normatividad/of_03", "emisor": "CST", "ccp-DCAJ": "on"}
        no = v.post(camino, data=incompleto)
        assert (no.status_code, 'href="#para"' in no.text) == (422, True)
        assert 'name="ccp-DCAJ" value="on" checked' in no.text
        assert '<option value="CST" selected>' in no.text
        assert v.post(camino, data={"emisor": "CST", "para-DSTC": "on"}).status_code == 422
        todo = {**incompleto, "para-todas-cast": "on", "externo-0-nombre": "Una persona", "externo-1-cargo": "Otra"}
        hecho = v.post(camino, data=todo)
        assert hecho.status_code == 303
        nuevo = hecho.headers["location"].removeprefix("/oficios/").partition("?")[0]
        assert "Aquí está el borrador" in v.get(hecho.headers["location"]).text
    quienes = [d.unidad or d.nombre or d.cargo for d in destinatarios(instancia_sqlite, nuevo)]
    assert quienes == ["CAST-DEMO-01", "CAST-DEMO-02", "CAST-DEMO-03", "DCAJ", "Una persona", "Otra"]


def test_cancelar_sustituir_y_descartar_dicen_como_quedo(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Visitante(web, "dstc") as v:
        assert v.post(f"/oficios/{id_}/firmar", data={"version": "1"}).status_code == 303
        instancia_sqlite.cumplir_encargos()
        assert v.post(f"/oficios/{id_}/cancelar", data={"motivo": ""}).status_code == 422
        a_nuevo = v.post(f"/oficios/{id_}/sustituir")
        nuevo = a_nuevo.headers["location"].removeprefix("/oficios/").partition("?")[0]
        assert "Al firmarse sustituirá" in v.get(f"/oficios/{nuevo}").text
        assert "borrador que lo sustituirá" in v.get(f"/oficios/{id_}").text
        assert v.post(f"/oficios/{nuevo}/firmar", data={"version": "1"}).status_code == 303
        assert "Ya no está vigente." in v.get(f"/oficios/{id_}").text
        hecho = v.post(f"/oficios/{nuevo}/cancelar", data={"motivo": "Salió con otra fecha"})
        assert hecho.headers["location"].endswith("?hecho=cancelado#resultado")
        assert "Salió con otra fecha" in v.get(f"/oficios/{nuevo}").text
    _, otro = con_borrador(instancia_sqlite, "Otro")
    with Visitante(web, "dstc") as v:
        hecho = v.post(f"/oficios/{otro}/cancelar", data={"motivo": "No hace falta"})
        assert "?hecho=descartado" in hecho.headers["location"]
        assert "1 borrador que se descartó" in v.get(f"/expedientes/{otro.split('.')[0]}").text


def test_una_plantilla_rota_se_dice_en_el_turno_y_en_el_expediente(instancia_sqlite: Instancia, web: str) -> None:
    rota = (
        "{% extends '_base.md.j2' %}\n{% block asunto %}x{% endblock %}\n{% block cuerpo %}\n{{ 1/0 }}\n{% endblock %}"
    )
    folio = instancia_sqlite.iniciar("normatividad")
    with transaccion(instancia_sqlite.url) as s:
        persona = s.scalars(select(col(Persona.id))).first() or 0
        s.add(Molde(sha256=huella(rota), texto=rota))
        s.add(
            PlantillaEditada(
                plantilla="normatividad/of_01",
                version=1,
                texto=rota,
                base=huella(""),
                motivo="prueba",
                persona_id=persona,
                creada=reloj.ahora(),
            )
        )
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    with instancia_sqlite.leer() as s:
        encargo = s.scalars(select(Encargo).where(col(Encargo.efecto).startswith("oficio:OF-01"))).one()
    maximo = instancia_sqlite.ajustes.encargos_intentos
    cual = Cual(folio, encargo.asiento, encargo.efecto)
    for _ in range(maximo):
        with pytest.raises(EfectoFallido):
            intentar(instancia_sqlite.url, instancia_sqlite.tablas, cual, maximo)
    with Visitante(web, "dstc") as v:
        for camino in (f"/turnos/{folio}.2.DSTC.1", f"/expedientes/{folio}"):
            pagina = v.get(camino).text
            assert "La plantilla «normatividad/of_01" in pagina, camino
            assert "línea 4" in pagina


def test_el_menu_cuenta_lo_que_espera_su_firma_o_su_acuse(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Visitante(web, "dstc") as dstc, Visitante(web, "cst") as cst, Visitante(web, "dvs") as dvs:
        assert 'class="menu-cuenta">1' in dstc.get("/").text
        assert "menu-cuenta" not in cst.get("/").text
        firmar(web, "dstc", id_)
        assert "menu-cuenta" not in dstc.get("/").text
        assert 'class="menu-cuenta">1' in cst.get("/").text
        assert "menu-cuenta" not in dvs.get("/").text
        assert "1 oficio con esos datos" in cst.get("/oficios?ver=recibidos&texto=DSTC/001").text
        assert "0 oficios con esos datos" in cst.get("/oficios?ver=recibidos&texto=DSTC/002").text
        assert cst.get("/oficios?ver=recibidos&cursor=x").status_code == 422
