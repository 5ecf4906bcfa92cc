"""Lo que pesa la primera carga de cada página, medido en el navegador: quien entra desde un teléfono lo espera."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from api.guardia import PARA_SIEMPRE
from modelos import sesion
from modelos.ajustes import Ajustes
from tests.accesorios.fabricas import Instancia, Plantillas, servida
from tests.accesorios.paginas.navegador import Sala, abrir_navegador, ruta_navegador
from tests.banco.tablero import inventar

pytestmark = pytest.mark.navegador
TOPE = 250 * 1024
"""Bytes, comprimidos y con sus encabezados, de la página y de todo lo que pide."""
PAGINAS = {
    "inicio": "/",
    "bandeja": "/bandeja",
    "turno": "/turnos/{propio}.1.DSTC.1",
    "expediente": "/expedientes/{consulta}",
    "expediente de la tabla más larga": "/expedientes/{largo}",
    "tablero": "/tablero",
    "tablero con su diagrama": "/tablero?procedimiento=apertura_cast",
    "calendario": "/calendario/mes",
}


@dataclass
class Carga:
    """Una página abierta, y lo que bajó de la red: dirección → (bytes, encabezados)."""

    pagina: Page
    bajado: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    _pedidos: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        red = self.pagina.context.new_cdp_session(self.pagina)
        red.on("Network.responseReceived", lambda e: self._pedidos.update({e["requestId"]: e["response"]}))
        red.on("Network.loadingFinished", self._llego)
        red.send("Network.enable")

    def _llego(self, dicho: dict[str, Any]) -> None:
        respuesta = self._pedidos.get(dicho["requestId"])
        if respuesta and not respuesta.get("fromDiskCache") and respuesta["url"].startswith("http"):
            encabezados = {clave.lower(): valor for clave, valor in respuesta["headers"].items()}
            self.bajado[respuesta["url"]] = (int(dicho["encodedDataLength"]), encabezados)

    @property
    def total(self) -> int:
        """Bytes."""
        return sum(bytes_ for bytes_, _ in self.bajado.values())

    def desglose(self) -> str:
        """Lo que pesa cada cosa, de más a menos."""
        renglones = sorted(((b, url) for url, (b, _) in self.bajado.items()), reverse=True)
        return "\n".join(f"{b / 1024:7.1f} KB  {url}" for b, url in renglones)


@pytest.fixture(scope="module")
def sitio(plantillas: Plantillas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """Una oficina con trabajo: dónde se sirve, y los folios que piden las direcciones de `PAGINAS`."""
    carpeta = tmp_path_factory.mktemp("peso")
    instancia = Instancia(Ajustes(datos=carpeta, base=plantillas.copia("sqlite", carpeta), demo=True))
    with pytest.MonkeyPatch.context() as entorno:
        entorno.setenv("DSTC_RELOJ", "2027-06-15T09:00:00-06:00")
        with sesion.transaccion(instancia.url) as s:
            inventar(s, 300, Random(7), date(2027, 6, 15))
        propios = [instancia.iniciar("normatividad", f"Lineamientos, caso {n}") for n in range(30)]
        for _ in range(3):
            instancia.atender(instancia.abiertos(propios[0])[0])
        largo = instancia.iniciar("apertura_cast", "Un centro nuevo", estatal="CE-15")
        with servida(instancia) as direccion:
            yield direccion, {"consulta": propios[0], "propio": propios[1], "largo": largo}
    sesion.motor(instancia.url).dispose()


@pytest.fixture(scope="module")
def navegador() -> Iterator[Browser]:
    if ruta_navegador() is None:
        pytest.skip("no hay Chromium; dé su ruta en DSTC_NAVEGADOR")
    with abrir_navegador() as abierto:
        yield abierto


@pytest.fixture(scope="module")
def credencial(navegador: Browser, sitio: tuple[str, dict[str, str]]) -> Iterator[StorageState]:
    """La sesión de la coordinación, para ponérsela a un navegador que no ha visto nada."""
    sala = Sala(navegador, sitio[0])
    yield sala.como("coordinacion").context.storage_state()
    sala.cerrar()


@pytest.mark.parametrize("camino", PAGINAS.values(), ids=PAGINAS)
def test_la_primera_carga_cabe_y_la_segunda_solo_trae_la_pagina(
    navegador: Browser, sitio: tuple[str, dict[str, str]], credencial: StorageState, camino: str
) -> None:
    direccion, folios = sitio
    contexto = navegador.new_context(base_url=direccion, storage_state=credencial, locale="es-MX")
    primera = abrir(Carga(contexto.new_page()), camino.format(**folios))
    assert primera.total <= TOPE, f"{primera.total / 1024:.1f} KB\n{primera.desglose()}"
    assert len(primera.bajado) > 4, "no se midió lo que la página pide"
    for url, (bytes_, encabezados) in primera.bajado.items():
        assert encabezados.get("content-encoding") == "gzip" or bytes_ < 2000, f"{url} viaja sin comprimir"
        if "/estatico/" in url:
            assert encabezados["cache-control"] == PARA_SIEMPRE, url
    segunda = abrir(Carga(contexto.new_page()), camino.format(**folios))
    assert not [url for url in segunda.bajado if "/estatico/" in url], "lo que no cambia se vuelve a bajar"
    contexto.close()


def abrir(carga: Carga, camino: str) -> Carga:
    """Abre la página y espera a que acabe de pedir, también el visor del diagrama si lo tiene."""
    pagina = carga.pagina
    pagina.goto(camino)
    for i in range(pagina.locator("[data-diagrama]").count()):
        dibujo = pagina.locator("[data-diagrama]").nth(i)
        dibujo.scroll_into_view_if_needed()
        expect(dibujo).to_have_attribute("data-listo", "si")
    pagina.wait_for_load_state("networkidle")
    return carga


def test_se_comprime_lo_que_se_puede_y_lo_de_cada_quien_no_se_guarda(sitio: tuple[str, dict[str, str]]) -> None:
    direccion, _ = sitio
    with httpx.Client(base_url=direccion, headers={"Accept-Encoding": "gzip"}) as cliente:
        entrada = cliente.get("/entrar")
        assert entrada.headers["content-encoding"] == "gzip"
        assert entrada.headers["cache-control"] == "no-store"
        sin_huella = cliente.get("/estatico/estilo.css")
        assert sin_huella.headers["content-encoding"] == "gzip"
        assert sin_huella.headers["cache-control"] != PARA_SIEMPRE, "sin su huella no se sabría cuándo cambió"
