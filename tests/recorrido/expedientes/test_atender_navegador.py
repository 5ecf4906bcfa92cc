"""Atender con un navegador de verdad: se guarda solo, valida al lado, sube lo que se arrastra y no envía dos veces."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from sqlmodel import col

from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.comodidades import CapturaGuardada
from modelos.expedientes.expediente import Anexo
from tests.accesorios.fabricas import PDF, Instancia
from tests.accesorios.paginas.navegador import Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante

pytestmark = pytest.mark.navegador
GUARDADO = re.compile(r"Se guardó solo a las \d\d:\d\d")
SOLTAR = """([zona, archivos]) => {
  const datos = new DataTransfer();
  for (const [nombre, texto] of archivos) datos.items.add(new File([texto], nombre));
  const suelto = {dataTransfer: datos, bubbles: true, cancelable: true};
  for (const tipo of ['dragover', 'drop']) document.querySelector(zona).dispatchEvent(new DragEvent(tipo, suelto));
}"""


def abrir(pagina: Page, turno: str) -> Page:
    pagina.goto(f"/turnos/{turno}")
    expect(pagina.locator("form.con-js")).to_be_visible()
    return pagina


def guardadas(instancia: Instancia) -> list[str]:
    with instancia.leer() as s:
        return [c.textos.get("comentario", "") for c in s.scalars(select(CapturaGuardada))]


def test_lo_escrito_se_guarda_solo_y_al_salir(sala: Sala, instancia_sqlite: Instancia) -> None:
    turno = f"{instancia_sqlite.iniciar('normatividad')}.1.DSTC.1"
    pagina = abrir(sala.como("dstc"), turno)
    pagina.locator("#comentario").fill("A medias")
    expect(pagina.locator("#captura-estado")).to_have_text(GUARDADO)
    assert guardadas(instancia_sqlite) == ["A medias"]
    pagina.locator("#comentario").fill("Y al irse")
    pagina.goto("/procedimientos")
    hasta = time.monotonic() + 120
    while guardadas(instancia_sqlite) != ["Y al irse"] and time.monotonic() < hasta:
        time.sleep(0.05)
    abrir(pagina, turno)
    expect(pagina.get_by_text("Recuperamos lo que llevaba escrito el")).to_be_visible()
    expect(pagina.locator("#comentario")).to_have_value("Y al irse")
    assert not faltas_de_acceso(pagina)
    assert not se_sale(pagina)
    pagina.get_by_role("button", name="Descartarlo y empezar de nuevo").click()
    expect(pagina.locator("#comentario")).to_have_value("")
    assert guardadas(instancia_sqlite) == []


def test_dos_pestanas_muestran_las_dos_y_se_elige(sala: Sala, instancia_sqlite: Instancia) -> None:
    turno = f"{instancia_sqlite.iniciar('normatividad')}.1.DSTC.1"
    una = abrir(sala.como("dstc"), turno)
    otra = abrir(una.context.new_page(), turno)
    una.locator("#comentario").fill("Desde la primera")
    expect(una.locator("#captura-estado")).to_have_text(GUARDADO)
    otra.locator("#comentario").fill("Desde la segunda")
    choque = otra.locator("#aviso-captura")
    expect(choque).to_contain_text("Hay dos versiones de lo que escribió")
    expect(choque.get_by_text("Desde la primera")).to_be_visible()
    expect(otra.locator("#comentario")).to_have_value("Desde la segunda")
    assert not faltas_de_acceso(otra)
    assert not se_sale(otra)
    choque.get_by_role("button", name="Quedarme con lo de esta página").click()
    expect(otra.locator("#captura-estado")).to_have_text(GUARDADO)
    assert guardadas(instancia_sqlite) == ["Desde la segunda"]
    una.locator("#comentario").fill("Otra vez la primera")
    una.get_by_role("button", name="Quedarme con la otra").click()
    expect(una.locator("#comentario")).to_have_value("Desde la segunda")


def test_si_otro_respondio_se_dice_quien_y_lo_escrito_sigue(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    pagina = abrir(sala.como("coordinacion"), f"{folio}.1.DSTC.1")
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    pagina.locator("#comentario").fill("Lo que yo iba a decir")
    expect(pagina.locator("#aviso-captura")).to_contain_text("Personal de DSTC (demostración) ya atendió")
    expect(pagina.locator("#comentario")).to_have_value("Lo que yo iba a decir")
    pagina.locator("button[value=atender]").click()
    expect(pagina.get_by_role("alert")).to_contain_text("respondió antes")
    expect(pagina.locator(".conservado")).to_contain_text("Lo que yo iba a decir")


def test_con_la_sesion_vencida_lo_escrito_sigue_y_se_guarda_al_volver(sala: Sala, instancia_sqlite: Instancia) -> None:
    turno = f"{instancia_sqlite.iniciar('normatividad')}.1.DSTC.1"
    pagina = abrir(sala.como("dstc"), turno)
    sesion = pagina.context.cookies()
    pagina.context.clear_cookies(name="dstc_sesion")
    pagina.locator("#comentario").fill("Sin sesión")
    expect(pagina.get_by_role("alert")).to_contain_text("Su sesión terminó. Lo que escribió sigue aquí.")
    assert guardadas(instancia_sqlite) == []
    pagina.context.add_cookies(sesion)  # type: ignore[arg-type]
    pagina.evaluate("dispatchEvent(new Event('focus'))")
    expect(pagina.locator("#captura-estado")).to_have_text(GUARDADO)
    assert guardadas(instancia_sqlite) == ["Sin sesión"]


def test_sin_conexion_se_dice_y_se_guarda_al_volver(sala: Sala, instancia_sqlite: Instancia) -> None:
    turno = f"{instancia_sqlite.iniciar('normatividad')}.1.DSTC.1"
    pagina = abrir(sala.como("dstc"), turno)
    pagina.context.set_offline(True)
    pagina.locator("#comentario").fill("Sin línea")
    expect(pagina.get_by_role("alert")).to_contain_text("Sin conexión")
    pagina.context.set_offline(False)
    expect(pagina.locator("#captura-estado")).to_have_text(GUARDADO)


def test_los_errores_salen_junto_al_campo_con_las_palabras_del_servidor(
    sala: Sala, web: str, instancia_sqlite: Instancia
) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    turno = instancia_sqlite.abiertos(folio)[0]
    with Visitante(web, turno.unidad.lower()) as v:
        crudo = v.post(f"/turnos/{turno.id}", data={"acto": "atender", "version": str(turno.version)}).text
    del_servidor = sorted(re.findall(r'class="error-campo" id="campo-\w+-error"><[^>]+>✕</span> ([^<]+)<', crudo))
    assert del_servidor
    pagina = abrir(sala.como(turno.unidad.lower()), turno.id)
    pagina.locator("button[value=atender]").click()
    resumen = pagina.locator("#resumen")
    expect(resumen).to_be_focused()
    assert not faltas_de_acceso(pagina)
    suyos = [t.removeprefix("✕ ") for t in pagina.locator(".campo .error-campo").all_inner_texts()]
    assert sorted(s for s in suyos if not s.startswith("Comentario")) == del_servidor
    resumen.get_by_role("link").first.click()
    enfocado = pagina.locator(":focus")
    expect(enfocado).to_have_attribute("aria-invalid", "true")
    enfocado.fill("Ya está")
    expect(enfocado).not_to_have_attribute("aria-invalid", "true")
    with instancia_sqlite.leer() as s:
        assert len(s.scalars(select(Asiento).where(col(Asiento.folio) == folio)).all()) == 1


def test_al_devolver_se_pide_el_motivo_y_al_elegir_se_ve_que_pasara(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    for _ in range(3):
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    for turno in instancia_sqlite.abiertos(folio):
        instancia_sqlite.atender(turno)
    pagina = abrir(sala.como("cst"), instancia_sqlite.abiertos(folio)[0].id)
    pagina.check("#salida-continuar")
    expect(pagina.locator("#sigue")).to_contain_text("pasará a DSTC (actividad 6: recibe el proyecto y lo revisa)")
    expect(pagina.locator("#sigue")).to_contain_text("que tendrá 5 días hábiles: hasta el")
    pagina.check("#salida-reabrir_comentarios")
    expect(pagina.locator("#sigue")).to_contain_text("regresará a CST")
    pagina.locator("button[value=atender]").click()
    expect(pagina.locator("#comentario-error")).to_contain_text("Comentario: escriba el motivo de la devolución.")


def test_se_arrastran_varios_archivos_y_el_rechazado_dice_por_que(sala: Sala, instancia_sqlite: Instancia) -> None:
    turno = f"{instancia_sqlite.iniciar('normatividad')}.1.DSTC.1"
    pagina = abrir(sala.como("dstc"), turno)
    pagina.locator("summary", has_text="Adjuntar documentos").click()
    texto = PDF.decode()
    sueltos = [["uno.pdf", texto], ["dos.pdf", texto + "\n"], ["virus.exe", "MZ"]]
    pagina.evaluate(SOLTAR, [".adjunto", sueltos])
    for nombre in ("uno.pdf", "dos.pdf"):
        expect(pagina.locator("#guardados").get_by_role("link", name=nombre)).to_be_visible()
    expect(pagina.locator(".subida-error")).to_contain_text("No se guardó «virus.exe»")
    assert not faltas_de_acceso(pagina)
    assert not se_sale(pagina)
    with instancia_sqlite.leer() as s:
        assert sorted(s.scalars(select(col(Anexo.nombre)))) == ["dos.pdf", "uno.pdf"]


def test_una_subida_interrumpida_se_reintenta_sin_duplicarse(
    sala: Sala, instancia_sqlite: Instancia, tmp_path: Path
) -> None:
    turno = f"{instancia_sqlite.iniciar('normatividad')}.1.DSTC.1"
    pagina = abrir(sala.como("dstc"), turno)
    pagina.locator("summary", has_text="Adjuntar documentos").click()
    intentos: list[str] = []

    def cortar(ruta: Route) -> None:
        # Llega al servidor, pero la respuesta se pierde: lo peor que puede pasar.
        intentos.append(ruta.request.headers["idempotency-key"])
        if len(intentos) == 1:
            ruta.fetch()
            ruta.abort()
        else:
            ruta.continue_()

    pagina.route("**/anexos", cortar)
    documento = tmp_path / "uno.pdf"
    documento.write_bytes(PDF)
    pagina.set_input_files("#evidencia-_otro", documento)
    expect(pagina.locator(".subida-error")).to_contain_text("se interrumpió")
    pagina.get_by_role("button", name="Reintentar").click()
    expect(pagina.locator("#guardados").get_by_role("link", name="uno.pdf")).to_be_visible()
    assert intentos[0] == intentos[1]
    with instancia_sqlite.leer() as s:
        assert len(s.scalars(select(Anexo)).all()) == 1


def test_doble_clic_y_atras_no_duplican(sala: Sala, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    pagina = abrir(sala.como("dstc"), f"{folio}.1.DSTC.1")
    pagina.locator("#comentario").fill("Una vez")
    pagina.locator("button[value=atender]").dblclick()
    expect(pagina.get_by_text("Quedó registrado.")).to_be_visible()
    pagina.go_back()
    expect(pagina.get_by_text("Ya se respondió")).to_be_visible()
    with instancia_sqlite.leer() as s:
        asientos = s.scalars(select(Asiento).where(col(Asiento.folio) == folio, col(Asiento.tipo) == "decision")).all()
    assert len(asientos) == 1
    assert guardadas(instancia_sqlite) == []
