"""Tres personas, tres mañanas: la coordinadora, el director de un CAST y la titular, sin soltar el teclado.

Cada recorrido va completo, en escritorio y en teléfono, con JavaScript y sin él; en cada página se revisan el ancho, la
política de contenido y lo elemental. Axe, que es lo que más tarda, va en teléfono con JavaScript y en escritorio sin
él: así ve cada página en los dos anchos y de los dos modos.
"""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Route, ViewportSize, expect
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update
from sqlmodel import col

import api.web
from modelos import sesion
from modelos.actos.comodidades import comentarios
from modelos.actos.turnos import atender, evidencia
from modelos.administracion.demo import CLAVE, DOMINIO
from modelos.ajustes import Ajustes
from modelos.expedientes.anexos import Guardado
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.comodidades import Comentario
from modelos.expedientes.expediente import Expediente, Turno
from modelos.expedientes.notificacion import Notificacion
from modelos.organizacion.organigrama import Adscripcion, por_correo
from tests.accesorios.fabricas import PDF, Instancia, Plantillas, servida
from tests.accesorios.oficina import suelto
from tests.accesorios.paginas.navegador import (
    ESCRITORIO,
    TELEFONO,
    Sala,
    Teclado,
    abrir_navegador,
    faltas_de_acceso,
    ruta_navegador,
    se_sale,
)
from tests.accesorios.paginas.visitante import Visitante
from tests.banco.tablero import inventar

pytestmark = pytest.mark.navegador
PLANTILLAS = Path(api.web.__file__).parent / "plantillas"
AHORA = "2027-06-15T09:00:00-06:00"
"""Martes 15 de junio de 2027."""
EN_LINEA = re.compile(r"<[^>]+\s(?:style|on[a-z]+)=", re.IGNORECASE)
COMO_SE_MIRA = [
    pytest.param((tamano, con_javascript), id=f"{tamano['width']}-{'con' if con_javascript else 'sin'}-js")
    for tamano in (ESCRITORIO, TELEFONO)
    for con_javascript in (True, False)
]


@pytest.fixture(scope="module", autouse=True)
def siembra(plantillas: Plantillas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """La base recién sembrada, antes de mover el reloj: las adscripciones rigen desde su día."""
    carpeta = tmp_path_factory.mktemp("siembra")
    plantillas.copia("sqlite", carpeta)
    with pytest.MonkeyPatch.context() as entorno:
        entorno.setenv("DSTC_RELOJ", AHORA)
        yield carpeta / "dstc.sqlite3"


@pytest.fixture(scope="module")
def oficina(siembra: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instancia, str]]:
    """Una instancia servida, la misma para todo el módulo: levantar otra tarda más que un recorrido corto."""
    instancia = Instancia(Ajustes(datos=tmp_path_factory.mktemp("oficina"), demo=True))
    shutil.copy(siembra, instancia.ajustes.datos)
    with servida(instancia) as direccion:
        yield instancia, direccion
    sesion.motor(instancia.url).dispose()


@pytest.fixture
def instancia_sqlite(oficina: tuple[Instancia, str], siembra: Path) -> Instancia:
    """La instancia, con su base como recién sembrada."""
    instancia, _ = oficina
    sesion.motor(instancia.url).dispose()
    for sobra in instancia.ajustes.datos.glob("dstc.sqlite3?*"):
        sobra.unlink()
    shutil.copy(siembra, instancia.ajustes.datos)
    return instancia


@pytest.fixture
def web(oficina: tuple[Instancia, str], instancia_sqlite: Instancia) -> str:
    return oficina[1]


@pytest.fixture(scope="module")
def navegador() -> Iterator[Browser]:
    if ruta_navegador() is None:
        pytest.skip("no hay Chromium; dé su ruta en DSTC_NAVEGADOR")
    with abrir_navegador() as abierto:
        yield abierto


@pytest.fixture(params=COMO_SE_MIRA)
def modo(request: pytest.FixtureRequest) -> tuple[ViewportSize, bool]:
    """El tamaño de la ventana, y si hay JavaScript."""
    dado: tuple[ViewportSize, bool] = request.param
    return dado


@dataclass
class Manana:
    """Una persona con su teclado; junta lo que esté mal en cada página que ve."""

    sala: Sala
    faltas: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pagina = self.sala.nadie()
        self.tecla = Teclado(self.pagina)

    @property
    def con_javascript(self) -> bool:
        return self.sala.con_javascript

    def boton(self, nombre: str | re.Pattern[str]) -> Locator:
        return self.pagina.get_by_role("button", name=nombre, exact=isinstance(nombre, str))

    def enlace(self, nombre: str | re.Pattern[str], en: str = "main") -> Locator:
        return self.pagina.locator(en).get_by_role("link", name=nombre, exact=isinstance(nombre, str))

    def rotulo(self, nombre: str) -> Locator:
        return self.pagina.get_by_label(nombre, exact=True)

    def renglon(self, dice: str, en: str = "main") -> Locator:
        """Lo que despliega un detalle."""
        return self.pagina.locator(f"{en} summary", has_text=dice)

    def mirar(self, titulo: str) -> None:
        """Lo que toda página debe cumplir; titulo: algo que su h1 dice."""
        pagina = self.pagina
        expect(pagina.get_by_role("heading", level=1)).to_have_count(1)
        expect(pagina.get_by_role("heading", level=1)).to_contain_text(titulo)
        pagina.wait_for_load_state()  # sin sus estilos todavía no cabe
        assert re.fullmatch(r"\S.* · Procedimientos de la DSTC", pagina.title()), pagina.title()
        if not self.con_javascript:  # sin programas, lo que hay en la página es lo que mandó el servidor
            self.faltas += [f"{pagina.url}: {m[0]}" for m in EN_LINEA.finditer(pagina.content())]
        if self.con_javascript == (self.sala.tamano == TELEFONO):
            self.faltas += faltas_de_acceso(pagina if self.con_javascript else self.sala.copia(pagina))
        self.faltas += se_sale(pagina)

    def entrar(self, alias: str) -> None:
        """En la página de entrada, escribe su correo y su contraseña."""
        self.tecla.escribir(self.rotulo("Correo"), f"{alias}@{DOMINIO}")
        self.tecla.escribir(self.rotulo("Contraseña"), CLAVE)
        self.pagina.keyboard.press("Enter")
        expect(self.boton("Salir")).to_be_visible()


@pytest.fixture
def manana(navegador: Browser, web: str, modo: tuple[ViewportSize, bool]) -> Iterator[Manana]:
    yield from empezar(navegador, web, modo)


def empezar(navegador: Browser, direccion: str, modo: tuple[ViewportSize, bool]) -> Iterator[Manana]:
    tamano, con_javascript = modo
    sala = Sala(navegador, direccion, con_javascript, tamano)
    una = Manana(sala)
    yield una
    sala.cerrar()
    assert not sala.quejas, "la política de contenido bloqueó algo de nuestras páginas"
    assert not una.faltas, "\n".join(una.faltas)


def contar(instancia: Instancia, *condiciones: object, de: type = Asiento) -> int:
    with instancia.leer() as s:
        return s.scalar(select(func.count()).select_from(de).where(*condiciones)) or 0  # type: ignore[arg-type]


# --- la coordinadora -------------------------------------------------------------


def test_la_coordinadora_lanza_y_sigue(manana: Manana, instancia_sqlite: Instancia) -> None:
    pagina, tecla = manana.pagina, manana.tecla
    pagina.goto("/")
    manana.mirar("Entrar")
    manana.entrar("coordinacion")
    manana.mirar("Coordinación de la DSTC")

    tecla.saltar()
    tecla.oprimir(manana.enlace("Iniciar un procedimiento"))
    manana.mirar("¿Qué va a iniciar?")
    tecla.saltar()
    tecla.oprimir(manana.enlace("Iniciar Normatividad"))
    manana.mirar("Iniciar Normatividad")
    tecla.escribir(manana.rotulo("Asunto"), "Lineamientos de operación")
    tecla.oprimir(manana.boton("Iniciar el expediente"))
    expect(pagina.get_by_role("status").get_by_text("Ahora lo tiene DSTC")).to_be_visible()
    manana.mirar("Lineamientos de operación")
    folio = pagina.locator(".folio").inner_text().split()[0]

    for _ in range(3):
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    pagina.goto(f"/expedientes/{folio}")
    tecla.saltar()
    tecla.oprimir(manana.boton("Seguir"))
    expect(pagina.locator("#seguir")).to_contain_text("Lo sigue desde el")
    tecla.oprimir(manana.enlace("Diagrama"))
    dibujo = pagina.locator("#diagrama")
    if manana.con_javascript:
        expect(dibujo).to_have_attribute("data-listo", "si")
        expect(dibujo.locator(".insignia-actual")).to_contain_text("●")
    else:
        expect(dibujo.locator(".diagrama-imagen svg").first).to_be_visible()
        expect(dibujo.locator(".diagrama-imagen svg").first).to_contain_text("●")
    tecla.oprimir(manana.enlace("Lo mismo, en texto"))
    actual = pagina.locator(".recorrido [aria-current=step]")
    expect(actual).to_contain_text("Recibe el documento, lo verifica y comunica sus observaciones.")
    expect(actual).to_contain_text("0 de 3 respondieron")
    porque = pagina.locator(".porque").first
    tecla.oprimir(porque.locator("summary"))
    expect(porque.get_by_text("10 días hábiles desde el")).to_be_visible()
    expect(porque.get_by_text("La fuente no fija plazo de comentarios")).to_be_visible()
    tecla.escribir(manana.rotulo("Comentario"), "@cast-demo-01@demo.local ¿llegan al plazo?")
    tecla.oprimir(manana.boton("Comentar"))
    expect(pagina.locator(".dichos")).to_contain_text("Menciona a Personal de CAST-DEMO-01")
    manana.mirar("Lineamientos de operación")

    lanzar_a_dos(manana)
    primero, segundo = por_cast(instancia_sqlite)
    for _ in range(5):  # el primero cumple todo lo suyo; queda en quien lo mira
        (turno,) = instancia_sqlite.abiertos(primero)
        instancia_sqlite.adjuntar(turno)
        instancia_sqlite.atender(turno)
    tecla.oprimir(manana.boton("Recordar a quien falta"))
    expect(pagina.get_by_role("status")).to_contain_text("Se recordó a 1 persona")
    manana.mirar("Registro, liberación y validación mensual, junio de 2027")
    recordados = col(Notificacion.clave).startswith("recuerda:")
    assert contar(instancia_sqlite, recordados, de=Notificacion) == 1

    tecla.oprimir(manana.enlace("Calendario", "header"))
    tecla.saltar()
    tecla.oprimir(pagina.get_by_role("navigation", name="Calendario").get_by_role("link", name="Mes", exact=True))
    manana.mirar("Junio de 2027")
    tecla.oprimir(manana.enlace(re.compile(re.escape(segundo))).first)
    manana.mirar("Designa por escrito")
    instancia_sqlite.exigir_integra()


def lanzar_a_dos(manana: Manana) -> None:
    """El registro de junio, a dos de los tres CAST."""
    pagina, tecla = manana.pagina, manana.tecla
    tecla.oprimir(manana.enlace("Expedientes", "header"))
    tecla.saltar()
    tecla.oprimir(manana.enlace("Campañas"))
    manana.mirar("Campañas")
    tecla.oprimir(manana.enlace("Registro, liberación y validación mensual"))
    manana.mirar("a muchas unidades")
    tecla.escribir(manana.rotulo("Asunto"), "Registro de junio")
    tecla.escribir(manana.rotulo("Mes que se registra"), "2027-06")
    tecla.marcar(pagina.locator("#alcance-algunas"))
    tecla.oprimir(manana.renglon("Unidades", "#unidades"))
    for cual in ("01", "03"):
        tecla.marcar(pagina.locator(f"#unidad-CAST-DEMO-{cual}"))
    tecla.oprimir(manana.boton("Revisar antes de abrir"))
    manana.mirar("Se abrirán 2 expedientes")
    tecla.oprimir(manana.boton("Abrir los 2"))
    expect(pagina.get_by_role("status")).to_contain_text("Se abrieron 2 expedientes")
    manana.mirar("Registro, liberación y validación mensual, junio de 2027")


def por_cast(instancia: Instancia) -> list[str]:
    """Los folios de la campaña, en el orden de sus centros."""
    with instancia.leer() as s:
        abiertos = s.scalars(select(Expediente).where(col(Expediente.procedimiento) == "registro_mensual"))
        return [e.folio for e in sorted(abiertos, key=lambda e: str(e.datos["cast"]))]


# --- el director de un CAST ------------------------------------------------------


def test_el_director_de_un_cast_atiende_lo_suyo(manana: Manana, instancia_sqlite: Instancia, tmp_path: Path) -> None:
    pagina, tecla = manana.pagina, manana.tecla
    compra, iguales, consulta = preparar_al_cast(instancia_sqlite)
    documento = tmp_path / "reporte.pdf"
    documento.write_bytes(PDF)

    pagina.goto(f"/turnos/{compra}.10.CAST-DEMO-01.1")  # el enlace de su correo
    manana.mirar("Entrar")
    manana.entrar("cast-demo-01")
    expect(pagina).to_have_url(re.compile(rf"/turnos/{compra}\.10\.CAST-DEMO-01\.1$"))
    manana.mirar("Emite opinión técnica con base en el reporte técnico del proveedor.")
    expect(pagina.locator(".fundamento")).to_contain_text("L-75")
    expect(pagina.locator(".antecedentes")).to_contain_text("Va el equipo propuesto")
    tecla.saltar()
    tecla.escribir(manana.rotulo("Opinión técnica"), "Cumple lo pedido")
    with pagina.expect_file_chooser() as dialogo:
        tecla.oprimir(pagina.get_by_label("Reporte técnico del proveedor"))
    dialogo.value.set_files(documento)
    if not manana.con_javascript:
        tecla.oprimir(manana.boton("Guardar los archivos y seguir aquí"))
    expect(pagina.locator("#guardados").get_by_role("link", name="reporte.pdf")).to_be_visible()
    tecla.marcar(pagina.get_by_role("radio", name="No favorable"))
    expect(previsto(manana, "no_favorable")).to_contain_text(re.compile("[Rr]egresará a CE-15"))
    tecla.marcar(pagina.get_by_role("radio", name="Favorable", exact=True))
    expect(previsto(manana, "favorable")).to_contain_text(re.compile(r"[Pp]asará a CE-15 \(actividad 11: adquiere"))
    manana.mirar("Emite opinión técnica")
    tecla.oprimir(pagina.locator("button[value=atender]"))
    expect(pagina.locator("#confirmacion")).to_contain_text("Quedó registrado.")
    expect(pagina.locator("#confirmacion")).to_contain_text("Ahora lo tiene CE-15 (actividad 11)")
    expect(pagina.locator(".historia").get_by_role("link", name="reporte.pdf")).to_be_visible()
    manana.mirar("Equipo de laboratorio")

    tecla.oprimir(manana.enlace("Lo que le toca", "header"))
    manana.mirar("Lo que le toca")
    tecla.saltar()
    tecla.oprimir(manana.boton(re.compile(rf"Tomarlo\s*: {consulta}")))
    expect(pagina.locator("#hecho")).to_contain_text("Listo: ahora lo tiene usted.")
    tecla.oprimir(manana.boton(re.compile(rf"Liberarlo\s*: {consulta}")))
    expect(manana.boton(re.compile(rf"Tomarlo\s*: {consulta}"))).to_be_visible()
    for folio in iguales:
        tecla.marcar(pagina.get_by_role("checkbox", name=re.compile(f"Elegir {folio}")))
    tecla.oprimir(manana.boton("Responder los elegidos…"))
    manana.mirar("Responder varios de una vez")
    expect(pagina.get_by_text("2 expedientes; quite la marca")).to_be_visible()
    tecla.oprimir(manana.boton(re.compile("los marcados")))
    manana.mirar("Quedaron registradas todas")
    for folio in iguales:
        assert [t.actividad for t in instancia_sqlite.abiertos(folio)] == ["4"]

    tecla.oprimir(manana.enlace("Inicio", "header"))
    manana.mirar("Personal de CAST-DEMO-01")
    tecla.saltar()
    tecla.oprimir(pagina.get_by_role("region", name="Le mencionaron").get_by_role("link").first)
    expect(pagina.locator(".dichos")).to_contain_text("¿Llegan al plazo?")
    manana.mirar("Consulta de lineamientos")
    instancia_sqlite.exigir_integra()


def previsto(manana: Manana, salida: str) -> Locator:
    """Lo que pasará: con JavaScript se dice lo de la elegida; sin él, lo de cada una junto a ella."""
    return manana.pagina.locator("#sigue" if manana.con_javascript else f"#salida-{salida}-ayuda .prevision")


def preparar_al_cast(instancia: Instancia) -> tuple[str, list[str], str]:
    """Lo que espera al CAST 01: una opinión, dos registros iguales y una consulta en que le mencionan."""
    iguales = [
        instancia.iniciar("registro_mensual", f"Registro {mes}", cast="CAST-DEMO-01", periodo=mes)
        for mes in ("2027-05", "2027-06")
    ]
    for folio in iguales:
        for _ in range(3):  # designa, registra y libera; queda en lo que se puede responder por lote
            (turno,) = instancia.abiertos(folio)
            instancia.adjuntar(turno)
            instancia.atender(turno)
    consulta = instancia.iniciar("normatividad", "Consulta de lineamientos")
    for _ in range(3):
        instancia.atender(instancia.abiertos(consulta)[0])
    with instancia.como("coordinacion") as ctx:
        comentarios.comentar(ctx, consulta, "@cast-demo-01@demo.local ¿Llegan al plazo?")
    compra = instancia.iniciar("reequipamiento", "Equipo de laboratorio", cast="CAST-DEMO-01", periodo="2027")
    while (turno := instancia.abiertos(compra)[0]).actividad != "10":
        atender_con_evidencia(instancia, turno)
    return compra, iguales, consulta


def atender_con_evidencia(instancia: Instancia, turno: Turno) -> None:
    """Responde por la primera salida, con los documentos que se exijan."""
    actividad = instancia.actividad(turno)
    with instancia.como(turno.unidad.lower()) as ctx:
        for documento in actividad.evidencia:
            if documento.obligatoria:
                guardado = Guardado(str(uuid4()), "a.pdf", "application/pdf", 1, "0" * 64)
                evidencia.adjuntar(ctx, turno.id, documento.clave, guardado)
        version = ctx.s.get_one(Turno, turno.id).version
        atender.atender(ctx, turno.id, next(iter(actividad.salidas)), {}, "Va el equipo propuesto", version)


# --- la titular ------------------------------------------------------------------


@pytest.fixture(scope="module")
def historia(plantillas: Plantillas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Noventa expedientes inventados y uno de verdad: dónde se sirven, y el folio de éste."""
    carpeta = tmp_path_factory.mktemp("historia")
    instancia = Instancia(Ajustes(datos=carpeta, base=plantillas.copia("sqlite", carpeta), demo=True))
    with sesion.transaccion(instancia.url) as s:
        inventar(s, 90, Random(7), date(2027, 6, 15))
    folio = instancia.iniciar("normatividad", "Lineamientos que mira la titular")
    for _ in range(3):
        instancia.atender(instancia.abiertos(folio)[0])
    with servida(instancia) as direccion:
        yield direccion, folio
    sesion.motor(instancia.url).dispose()


def test_la_titular_sabe_en_cinco_minutos_como_vamos(
    navegador: Browser, historia: tuple[str, str], modo: tuple[ViewportSize, bool]
) -> None:
    direccion, folio = historia
    for manana in empezar(navegador, direccion, modo):
        mirar_el_tablero(manana)
        bajar_los_datos(manana)
        de_la_corrida_al_expediente(manana, folio)


def mirar_el_tablero(manana: Manana) -> None:
    pagina, tecla = manana.pagina, manana.tecla
    pagina.goto("/tablero")
    manana.entrar("direccion")
    manana.mirar("Tablero")
    tecla.saltar()
    tecla.elegir(manana.rotulo("Periodo"), "2027-T2")
    tecla.elegir(manana.rotulo("Procedimiento"), "normatividad")
    tecla.oprimir(manana.boton("Ver"))
    expect(pagina).to_have_url(re.compile("periodo=2027-T2&procedimiento=normatividad"))
    manana.mirar("Tablero")
    abiertos = manana.enlace(re.compile("expedientes abiertos"))
    cifra = abiertos.locator(".cifra-valor").inner_text()
    tecla.saltar()
    tecla.oprimir(abiertos)
    expect(pagina.get_by_role("status")).to_have_text(re.compile(rf"^{cifra} expedientes?\.$"))
    expect(pagina.locator("main .expedientes > li")).to_have_count(int(cifra))
    manana.mirar("Expedientes abiertos")
    tecla.oprimir(manana.enlace("‹ Tablero"))
    expect(manana.rotulo("Procedimiento")).to_have_value("normatividad")
    expect(pagina.get_by_role("img", name=re.compile("Días hábiles que acumula"))).to_be_visible()
    tecla.saltar()
    tecla.oprimir(manana.renglon("Tendencia por mes, en tabla"), paradas=150)
    tabla = pagina.get_by_role("region", name="Tendencia por mes, en tabla").get_by_role("table")
    expect(tabla.get_by_role("row")).to_have_count(13)  # doce meses y los encabezados


def bajar_los_datos(manana: Manana) -> None:
    pagina, tecla, bajados = manana.pagina, manana.tecla, {}
    informes: list[bytes] = []

    def leer_el_informe(ruta: Route) -> None:
        # Se abre en el visor de PDF, que es del navegador: se lee lo que recibiría y se queda en la página.
        informes.append(ruta.fetch().body())
        ruta.fulfill(status=204)

    pagina.route("**/informe.pdf?*", leer_el_informe)
    with pagina.expect_response("**/informe.pdf?*"):
        tecla.oprimir(manana.enlace("Informe en PDF"))
    for nombre in ("Expedientes, turnos y plazos en Excel", "Registro XES"):
        with pagina.expect_download() as bajada:
            tecla.oprimir(manana.enlace(nombre))
        bajados[bajada.value.suggested_filename] = Path(bajada.value.path()).read_bytes()
    assert set(bajados) == {"tablero-2027-T2-normatividad.xlsx", "bitacora-2027-T2-normatividad.xes"}
    hojas = PdfReader(BytesIO(informes[0])).pages
    assert "Informe del segundo trimestre de 2027" in re.sub(r"\s+", " ", hojas[0].extract_text())
    libro = CalamineWorkbook.from_filelike(BytesIO(bajados["tablero-2027-T2-normatividad.xlsx"]))
    assert {"Expedientes", "Turnos", "Plazos"} <= set(libro.sheet_names)
    filas = libro.get_sheet_by_name("Expedientes").to_python()
    registro = ET.fromstring(bajados["bitacora-2027-T2-normatividad.xes"])  # noqa: S314 - lo acaba de escribir el sistema
    assert registro.tag.rpartition("}")[2] == "log"
    assert len([e for e in registro if e.tag.endswith("trace")]) == len(filas) - 1


def de_la_corrida_al_expediente(manana: Manana, folio: str) -> None:
    pagina, tecla = manana.pagina, manana.tecla
    pagina.goto("/tablero")
    tecla.saltar()
    tecla.oprimir(manana.enlace("Historial de corridas"))
    manana.mirar("Historial de corridas")
    tecla.escribir(manana.rotulo("Folio o asunto"), folio)
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("status")).to_contain_text("1 corrida con esos datos")
    tecla.oprimir(manana.enlace(re.compile(folio)))
    manana.mirar("Lineamientos que mira la titular")
    expect(pagina.locator(".recorrido [aria-current=step]")).to_contain_text("0 de 3 respondieron")
    expect(manana.boton("Comentar")).to_be_visible()


# --- lo que sale mal -------------------------------------------------------------


@pytest.fixture(params=[True, False], ids=["con-js", "sin-js"])
def sala(request: pytest.FixtureRequest, navegador: Browser, web: str) -> Iterator[Sala]:
    abierta = Sala(navegador, web, request.param)
    yield abierta
    abierta.cerrar()
    assert not abierta.quejas, "la política de contenido bloqueó algo de nuestras páginas"


def test_enviar_dos_veces_seguidas_registra_una(sala: Sala, instancia_sqlite: Instancia) -> None:
    pagina = sala.como("coordinacion")
    tecla = Teclado(pagina)

    def dos_veces(boton: str) -> None:
        tecla.ir_a(pagina.get_by_role("button", name=boton, exact=True))
        pagina.keyboard.press("Enter")
        pagina.keyboard.press("Enter")

    pagina.goto("/procedimientos/normatividad/iniciar#asunto")
    tecla.escribir(pagina.locator("#asunto"), "Una sola vez")
    dos_veces("Iniciar el expediente")
    expect(pagina.get_by_role("heading", name="Una sola vez")).to_be_visible()
    assert contar(instancia_sqlite, de=Expediente) == 1
    pagina.goto(f"{pagina.url.partition('?')[0].partition('#')[0]}#comentarios")
    tecla.escribir(pagina.locator("#comentar-comentario"), "Sólo una")
    dos_veces("Comentar")
    expect(pagina.locator(".dicho-texto")).to_have_text(["Sólo una"])
    assert contar(instancia_sqlite, de=Comentario) == 1
    turno = instancia_sqlite.abiertos(folio := pagina.locator(".folio").inner_text().split()[0])[0]
    pagina.goto(f"/turnos/{turno.id}#responder")
    dos_veces("Registrar como hecha")
    expect(pagina.get_by_text("Quedó registrado.")).to_be_visible()
    assert contar(instancia_sqlite, col(Asiento.folio) == folio, col(Asiento.tipo) == "decision") == 1
    instancia_sqlite.exigir_integra()


def test_atras_despues_de_registrar_dice_la_verdad(sala: Sala, instancia_sqlite: Instancia) -> None:
    folios = [instancia_sqlite.iniciar("normatividad", asunto) for asunto in ("Uno", "Dos", "Tres")]
    for folio in folios[1:]:
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])  # «2» se responde sin capturar nada
    pagina = sala.como("dstc")
    tecla = Teclado(pagina)
    pagina.goto(f"/turnos/{folios[0]}.1.DSTC.1#responder")
    tecla.oprimir(pagina.locator("button[value=atender]"))
    expect(pagina.get_by_text("Quedó registrado.")).to_be_visible()
    pagina.go_back()
    expect(pagina.get_by_role("heading", name="Ya se respondió")).to_be_visible()
    expect(pagina.locator("button[value=atender]")).to_have_count(0)
    pagina.goto(f"/bandeja/varios?t={folios[1]}.2.DSTC.1&t={folios[2]}.2.DSTC.1")
    tecla.oprimir(pagina.get_by_role("button", name=re.compile("los marcados")))
    expect(pagina.get_by_role("heading", name="Quedaron registradas todas")).to_be_visible()
    pagina.go_back()
    expect(pagina.get_by_role("heading", name="No se pueden responder de una vez")).to_be_visible()
    expect(pagina.get_by_role("button", name=re.compile("los marcados"))).to_have_count(0)


def test_a_lo_plegado_tambien_se_llega_con_tab(sala: Sala, instancia_sqlite: Instancia) -> None:
    # Un <details tabindex="-1"> deja fuera del orden de Tab todo lo que lleva dentro, su renglón incluido.
    oficio = suelto(instancia_sqlite)
    turno = instancia_sqlite.abiertos(oficio.folio)[0]
    pagina = sala.como("dstc")
    for camino, renglones in (
        (f"/turnos/{turno.id}#responder", ["Adjuntar documentos (opcional)"]),
        (f"/oficios/{oficio.id}", ["Corregir el asunto", "Cómo se nombra a"]),
    ):
        pagina.goto(camino)
        for dice in renglones:
            Teclado(pagina).oprimir(pagina.locator("main summary", has_text=dice))
    mudos = [p.name for p in PLANTILLAS.rglob("*.html") if re.search(r"<details[^>]*\stabindex=", p.read_text("utf-8"))]
    assert not mudos, "a lo que está dentro de esos detalles no se llega con Tab"


def test_si_pierde_el_permiso_mientras_mira_se_le_dice(sala: Sala, instancia_sqlite: Instancia) -> None:
    turno = instancia_sqlite.abiertos(instancia_sqlite.iniciar("normatividad", "Asunto reservado"))[0]
    responde, mira = sala.como("dstc"), sala.como("dstc").context.new_page()
    for pagina, camino in ((responde, f"/turnos/{turno.id}"), (mira, "/bandeja")):
        if sala.con_javascript:
            pagina.clock.install()
        pagina.goto(camino)
        expect(pagina.get_by_text("Asunto reservado")).to_be_visible()
    responde.locator("#comentario").fill("Lo que iba a contestar")
    with sesion.transaccion(instancia_sqlite.url) as s:
        persona = por_correo(s, "dstc@demo.local")
        assert persona
        s.execute(update(Adscripcion).where(col(Adscripcion.persona_id) == persona.id).values(unidad="DVS"))
    if sala.con_javascript:
        for pagina in (responde, mira):
            pagina.clock.run_for(16_000)
        expect(responde.locator("main")).to_contain_text("Se dejó de mostrar")
    else:
        responde.locator("button[value=atender]").press("Enter")
        mira.reload()
        expect(responde.get_by_role("heading", level=1)).to_have_text("No le corresponde")
        expect(responde.locator("main")).to_contain_text("pida a la coordinación que revise a qué unidad")
    expect(responde.locator("main")).to_contain_text("Lo que iba a contestar")
    for pagina in (responde, mira):
        expect(pagina.get_by_text("Asunto reservado")).to_have_count(0)
    assert contar(instancia_sqlite, col(Asiento.tipo) == "decision") == 0


SIN_RESULTADOS = {
    "coordinacion": (
        "/bandeja?texto=nada",
        "/expedientes?texto=nada",
        "/expedientes?sigo=1",
        "/plazos?vence=vencido",
        "/oficios?texto=nada",
        "/corridas?texto=nada",
        "/tablero/lista?que=vencidos",
        "/ayuda/glosario?texto=qwzx",
    ),
    "administracion": (
        "/administracion/personas?texto=qwzx",
        "/administracion/unidades?texto=qwzx",
        "/administracion/cambios?cosa=unidad",
        "/administracion/entregas?estado=fallida",
    ),
}


def test_un_filtro_sin_resultados_dice_que_hacer(web: str, instancia_sqlite: Instancia) -> None:
    for asunto in ("Uno", "Dos"):
        instancia_sqlite.iniciar("normatividad", asunto)
    mudas = []
    for alias, caminos in SIN_RESULTADOS.items():
        with Visitante(web, alias) as v:
            for camino in caminos:
                pagina = v.get(camino).text.partition("<main")[2]
                assert 'class="vacio"' in pagina, f"{camino} trae algo"
                if not re.search(r"Quitar filtros|Pruebe con|[Qq]uite|Ver todos|elija", pagina):
                    mudas.append(camino)
    assert not mudas, "están vacías y no dicen cómo seguir"


def test_un_enlace_a_lo_que_ya_no_existe_dice_a_donde_ir(navegador: Browser, web: str) -> None:
    sala = Sala(navegador, web, tamano=TELEFONO)
    pagina, faltas = sala.como("coordinacion"), []
    for camino in ("/expedientes/NORM-2027-9999", "/turnos/NORM-2027-9999.1.DSTC.1", "/oficios/NADA", "/anexos/NADA"):
        respuesta = pagina.goto(camino)
        assert respuesta
        assert respuesta.status == 404, camino
        expect(pagina.get_by_role("heading", level=1)).to_have_count(1)
        Teclado(pagina).ir_a(pagina.get_by_role("link", name="Buscar un expediente"))
        faltas += [*faltas_de_acceso(pagina), *se_sale(pagina)]
    sala.cerrar()
    assert not faltas, "\n".join(faltas)
    assert not sala.quejas
