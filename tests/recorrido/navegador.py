"""Un Chromium de verdad, y alguien que entra, lee y responde con él."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from modelos.demo import CLAVE, DOMINIO

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
ESPERA_MS = 10_000
TELEFONO: ViewportSize = {"width": 360, "height": 740}
ESCRITORIO: ViewportSize = {"width": 1280, "height": 900}
ANCHOS: tuple[ViewportSize, ...] = (TELEFONO, {"width": 1200, "height": 900})
REGLAS_AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


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
    quejas: list[str] = field(default_factory=list)
    _paginas: dict[str, Page] = field(default_factory=dict)
    _contextos: list[BrowserContext] = field(default_factory=list)

    def nadie(self) -> Page:
        """Una página sin sesión."""
        contexto = self.navegador.new_context(
            base_url=self.direccion,
            java_script_enabled=self.con_javascript,
            viewport=ESCRITORIO,
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
    """Qué elementos no caben de ancho; por defecto, en un teléfono de 360 puntos."""
    pagina.set_viewport_size(tamano)
    sobra: int = pagina.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    culpables: list[str] = pagina.evaluate(
        "[...document.querySelectorAll('main *, header *')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.visually-hidden, thead'))"
        ".slice(0, 5).map(e => e.outerHTML.slice(0, 120))"
    )
    pagina.set_viewport_size(ESCRITORIO)
    return [f"{pagina.url}: sobran {sobra}", *culpables] if sobra > 0 else []
