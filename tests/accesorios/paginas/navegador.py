"""Un Chromium de verdad, y alguien que entra, lee y responde con él."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect, sync_playwright

from modelos.administracion.demo import CLAVE, DOMINIO

ARGUMENTOS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ESPERA_MS = 120_000
"""De sobra: una máquina ocupada no es una falta."""
expect.set_options(timeout=ESPERA_MS)
TELEFONO: ViewportSize = {"width": 360, "height": 740}
ESCRITORIO: ViewportSize = {"width": 1280, "height": 900}
ANCHOS: tuple[ViewportSize, ...] = (TELEFONO, {"width": 1200, "height": 900})
REGLAS_AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # traer también lo que está bien triplica lo que tarda una página grande
}


def ruta_navegador() -> str | None:
    """Dónde está Chromium; None si no hay."""
    return os.environ.get("DSTC_NAVEGADOR") or shutil.which("chromium")


@contextmanager
def abrir_navegador() -> Iterator[Browser]:
    """Un navegador; las páginas que abra no salen de esta máquina."""
    with sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=ruta_navegador(), args=list(ARGUMENTOS))
        yield navegador
        navegador.close()


@dataclass
class Sala:
    """Varias personas, cada una con su sesión, ante la misma instancia."""

    navegador: Browser
    direccion: str
    con_javascript: bool = True
    tamano: ViewportSize = field(default_factory=lambda: ESCRITORIO)
    quejas: list[str] = field(default_factory=list)
    _paginas: dict[str, Page] = field(default_factory=dict)
    _contextos: list[BrowserContext] = field(default_factory=list)
    _copia: Page | None = None

    def nadie(self, *, con_javascript: bool | None = None) -> Page:
        """Una página sin sesión; con_javascript: si no es lo mismo que en las demás."""
        contexto = self.navegador.new_context(
            base_url=self.direccion,
            java_script_enabled=self.con_javascript if con_javascript is None else con_javascript,
            viewport=self.tamano,
            locale="es-MX",
            reduced_motion="reduce",  # axe mide colores: a media transición no son los que se ven
        )
        contexto.set_default_timeout(ESPERA_MS)
        pagina = contexto.new_page()
        # Lo que la política de contenido impide cargar sale por la consola.
        pagina.on("console", lambda m: self.quejas.append(m.text) if "Content Security Policy" in m.text else None)
        self._contextos.append(contexto)
        return pagina

    def como(self, alias: str) -> Page:
        """La página de esa cuenta de demostración, ya adentro."""
        if alias not in self._paginas:
            pagina = self.nadie()
            pagina.goto("/entrar")
            pagina.get_by_label("Correo").fill(f"{alias}@{DOMINIO}")
            pagina.get_by_label("Contraseña").fill(CLAVE)
            pagina.get_by_role("button", name="Entrar", exact=True).click()
            expect(pagina.get_by_role("button", name="Salir")).to_be_visible()
            self._paginas[alias] = pagina
        return self._paginas[alias]

    def copia(self, pagina: Page) -> Page:
        """Lo que esa página muestra sin JavaScript, puesto donde axe, que es un programa, sí puede correr."""
        if self._copia is None:
            self._copia = self.nadie(con_javascript=True)
            self._copia.route("**/*.js?*", lambda ruta: ruta.abort())  # los nuestros siguen apagados
        lo_que_hay = pagina.content()
        direccion = pagina.url.partition("#")[0]
        self._copia.route(direccion, lambda ruta: ruta.fulfill(body=lo_que_hay, content_type="text/html"), times=1)
        self._copia.goto("about:blank")  # si sólo cambiara el ancla no se volvería a cargar
        self._copia.goto(pagina.url)
        return self._copia

    def cerrar(self) -> None:
        """Cierra todo; de lo contrario el navegador se queda con la memoria."""
        for contexto in self._contextos:
            contexto.close()


def faltas_de_acceso(pagina: Page) -> list[str]:
    """Lo que axe reprocha a la página abierta, una frase por falta."""
    informe = Axe().run(pagina, options=REGLAS_AXE)
    return [
        f"{pagina.url} {falta['id']}: {nodo['html'][:160]} {nodo.get('failureSummary', '')[:200]}"
        for falta in informe.response["violations"]
        for nodo in falta["nodes"]
    ]


def se_sale(pagina: Page, tamano: ViewportSize = TELEFONO) -> list[str]:
    """Qué elementos no caben de ancho; por defecto, en un teléfono de 360 puntos. Deja la ventana como estaba."""
    antes = pagina.viewport_size or ESCRITORIO
    pagina.set_viewport_size(tamano)
    sobra: int = pagina.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    culpables: list[str] = pagina.evaluate(
        "[...document.querySelectorAll('main *, header *')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.visually-hidden, thead'))"
        ".slice(0, 5).map(e => e.outerHTML.slice(0, 120))"
    )
    pagina.set_viewport_size(antes)
    return [f"{pagina.url}: sobran {sobra}", *culpables] if sobra > 0 else []


EL_FOCO = """(buscado) => {
  const e = document.activeElement;
  const contorno = (s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0;
  const visto = [null, '::before', '::after'].some((parte) => contorno(getComputedStyle(e, parte)))
    || getComputedStyle(e).boxShadow !== 'none'
    || contorno(getComputedStyle(e.closest('.diagrama-vivo') || e)); // el dibujo lo marca en su recuadro
  const caja = e.getBoundingClientRect();
  const dentro = caja.bottom > 0 && caja.right > 0 && caja.top < innerHeight && caja.left < innerWidth
    && caja.width > 0 && caja.height > 0;
  return [e === buscado, e === document.body || (visto && dentro), e.outerHTML.slice(0, 160)];
}"""


@dataclass
class Teclado:
    """Quien no usa ratón: llega con Tab a lo que busca, y en cada parada debe ver dónde va."""

    pagina: Page

    def ir_a(self, elemento: Locator, paradas: int = 80) -> Locator:
        """Tabula hasta el elemento; falla si no llega, o si en alguna parada no se ve el foco."""
        expect(elemento).to_have_count(1)
        buscado = elemento.element_handle()
        if self.pagina.evaluate("(e) => e === document.activeElement", buscado):
            return elemento
        for _ in range(paradas):
            self.pagina.keyboard.press("Tab")
            es, se_ve, donde = self.pagina.evaluate(EL_FOCO, buscado)
            assert se_ve, f"{self.pagina.url}: no se ve el foco en {donde}"
            if es:
                return elemento
        raise AssertionError(f"{self.pagina.url}: en {paradas} tabulaciones no se llega a {elemento}; quedó en {donde}")

    def saltar(self) -> None:
        """Usa el enlace que se salta el menú."""
        self.oprimir(self.pagina.get_by_role("link", name="Ir al contenido"), paradas=2)

    def oprimir(self, elemento: Locator, tecla: str = "Enter", paradas: int = 80) -> None:
        """Llega a un enlace, botón o renglón desplegable, y oprime la tecla."""
        self.ir_a(elemento, paradas)
        self.pagina.keyboard.press(tecla)

    def escribir(self, campo: Locator, texto: str) -> None:
        """Llega a un campo y cambia lo que tenga por ese texto."""
        self.ir_a(campo)
        self.pagina.keyboard.press("Control+A")
        self.pagina.keyboard.type(texto)

    def elegir(self, lista: Locator, valor: str) -> None:
        """Llega a una lista y baja con las flechas hasta la opción de ese valor."""
        self.ir_a(lista)
        self.pagina.keyboard.press("Home")
        for _ in range(lista.locator("option").count()):
            if lista.input_value() == valor:
                return
            self.pagina.keyboard.press("ArrowDown")
        raise AssertionError(f"con las flechas no se llega a {valor}")

    def marcar(self, opcion: Locator) -> None:
        """Marca una casilla, o una opción entre varias: a éstas se entra con Tab y se pasa con las flechas."""
        grupo = opcion.get_attribute("name")
        entre = self.pagina.locator(f"input[type=radio][name='{grupo}']")
        if opcion.get_attribute("type") != "radio":
            self.oprimir(opcion, "Space")
        else:
            puesta = entre.and_(self.pagina.locator(":checked"))
            self.ir_a(puesta if puesta.count() else entre.first)
            self.pagina.keyboard.press("Space")
            for _ in range(entre.count()):
                if opcion.is_checked():
                    break
                self.pagina.keyboard.press("ArrowDown")
        expect(opcion).to_be_checked()
