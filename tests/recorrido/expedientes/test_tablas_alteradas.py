"""Con una tabla publicada que cambió, faltando entre otras buenas, ¿sale todo lo demás y se dice qué no se entiende?

Se recorre el sistema dos veces por los mismos caminos, antes y después de romper la tabla: lo que se veía se sigue
viendo, lo roto incluido.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from api.app import crear
from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.avisos.entrega import Entrega, EstadoEntrega
from tareas.avisos.cartero import Cartero
from tareas.jornada import repartir, trabajar
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.paginas.visitante import Visitante
from tests.accesorios.tablas.hechura import renombrada

LUNES = "2027-05-03T09:00:00-06:00"
ROTA = "normatividad"
FOLIO = re.compile(r"\b[A-Z]{2,8}-\d{4}-\d{4}\b")
ENLACE = re.compile(r'(?:href|src)="(/[^"#]*)')


def _sin_actividad(patch: pytest.MonkeyPatch) -> None:
    """La clave de la consulta a los CAST cambió sin que cambiara la versión."""
    (tabla,) = (t for t in CATALOGO if t.clave == ROTA)
    patch.setitem(CATALOGO._tablas, ROTA, {tabla.version: renombrada(tabla, "4", "4X")})


def _sin_version(patch: pytest.MonkeyPatch) -> None:
    """El catálogo es otro: de ese procedimiento sólo tiene otra versión."""
    (tabla,) = (t for t in CATALOGO if t.clave == ROTA)
    otra = replace(tabla, vigente_desde=tabla.vigente_desde - timedelta(1))
    patch.setitem(CATALOGO._tablas, ROTA, {otra.version: otra})


def _sin_procedimiento(patch: pytest.MonkeyPatch) -> None:
    """El catálogo es anterior a que ese procedimiento se publicara."""
    patch.delitem(CATALOGO._tablas, ROTA)


ROTURAS = [
    pytest.param(rompe, id=rompe.__name__.strip("_")) for rompe in (_sin_actividad, _sin_version, _sin_procedimiento)
]
Romper = Callable[[pytest.MonkeyPatch], None]
QUIENES = [
    pytest.param("coordinacion", _sin_procedimiento, id="coordinacion, sin procedimiento"),
    pytest.param("cast-demo-01", _sin_actividad, id="cast, otra clave"),
    pytest.param("administracion", _sin_version, id="administracion, sin version"),
]
"""Quien mira todo, quien atiende lo roto y quien administra: entre los tres ven todas las listas."""


@pytest.fixture
def caso(instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch) -> tuple[Instancia, str, str]:
    """Un expediente de la tabla que se romperá, en manos de tres CAST y con oficios, entre otros de tablas buenas."""
    monkeypatch.setenv("DSTC_RELOJ", LUNES)
    instancia = instancia_sqlite
    bueno = instancia.iniciar("seguimiento", "Caso bueno")
    roto = instancia.iniciar(ROTA, "Caso roto")
    for _ in range(3):
        instancia.atender(instancia.abiertos(roto)[0])
        instancia.cumplir_encargos()
    assert {t.actividad for t in instancia.abiertos(roto)} == {"4"}
    instancia.iniciar("reunion_trabajo", "Otro bueno")
    return instancia, roto, bueno


def _recorrido(v: Visitante) -> dict[str, httpx.Response]:
    """Lo que se alcanza en dos pasos, con lo que respondió; de cada clase de dirección, una o dos."""
    vistas: dict[str, httpx.Response] = {}
    porver, clases = ["/", "/bandeja", "/expedientes", "/tablero", "/plazos", "/calendario", "/oficios"], Counter[str]()
    for _ in range(2):
        siguientes: list[str] = []
        for camino in porver:
            vistas[camino] = v.get(camino)
            if "html" in vistas[camino].headers["content-type"]:
                siguientes += [unescape(e) for e in ENLACE.findall(vistas[camino].text)]
        porver = []
        for camino in dict.fromkeys(siguientes):
            # Con folio, dos: el roto y uno bueno. Lo demás se repite igual.
            clase, tope = re.sub(r"=[^&]*", "=", FOLIO.sub("F", camino)), 2 if FOLIO.search(camino) else 1
            if camino not in vistas and not camino.startswith(("/estatico", "/salir")) and clases[clase] < tope:
                clases[clase] += 1
                porver.append(camino)
    return vistas


def _folios(texto: str) -> set[str]:
    return set(FOLIO.findall(texto))


@pytest.mark.parametrize(("alias", "romper"), QUIENES)
def test_ninguna_pagina_se_cae_por_un_expediente_ilegible(
    caso: tuple[Instancia, str, str], monkeypatch: pytest.MonkeyPatch, romper: Romper, alias: str
) -> None:
    instancia, roto, _ = caso
    with servida(instancia) as direccion, Visitante(direccion, alias) as v:
        v.timeout = httpx.Timeout(600)  # una máquina lenta no es una falta
        antes = _recorrido(v)
        antes["/"] = v.get("/")  # al recorrer se abrió lo que allí salía como nuevo
        romper(monkeypatch)
        faltas: list[tuple[str, object]] = []
        for camino, previa in antes.items():
            if previa.status_code != 200:
                continue
            ahora = v.get(camino)
            propio = ROTA in camino  # la página de la tabla rota, o filtrada por ella, puede no estar
            if ahora.status_code != 200 and not (propio and ahora.status_code == 404):
                faltas.append((camino, ahora.status_code))
            elif not propio and "html" in ahora.headers["content-type"] and _folios(previa.text) - _folios(ahora.text):
                faltas.append((camino, _folios(previa.text) - _folios(ahora.text)))
    assert faltas == []
    assert any(roto in previa.text for previa in antes.values()) or alias == "administracion"
    assert len(antes) > 20


@pytest.mark.parametrize(("alias", "romper"), QUIENES)
def test_ninguna_llamada_se_cae_por_un_expediente_ilegible(
    caso: tuple[Instancia, str, str], monkeypatch: pytest.MonkeyPatch, romper: Romper, alias: str
) -> None:
    instancia, roto, bueno = caso
    turno = instancia.abiertos(roto)[0].id
    plantillas = [ruta for ruta, metodos in crear(instancia.ajustes).openapi()["paths"].items() if "get" in metodos]
    caminos = [ruta.removeprefix("/api/v1") for ruta in plantillas if "{" not in ruta]
    de_uno = [ruta.removeprefix("/api/v1") for ruta in plantillas if "{folio}" in ruta]
    caminos += [ruta.replace("{folio}", folio) for ruta in de_uno for folio in (roto, bueno)]
    with servida(instancia) as direccion, Cliente(direccion, alias) as c:
        c.timeout = httpx.Timeout(600)
        antes = {camino: c.get(camino) for camino in [*caminos, f"/turnos/{turno}"]}
        romper(monkeypatch)
        for camino, previa in antes.items():
            ahora = c.get(camino)
            assert ahora.status_code == previa.status_code, (camino, ahora.text)
            assert _folios(previa.text) <= _folios(ahora.text), camino
        if alias == "cast-demo-01":
            incidentes = {t["folio"]: t["incidente"] for t in c.get("/turnos").json()["elementos"]}
            assert "avise a quien administra" in incidentes[roto].lower()


@pytest.mark.parametrize("romper", ROTURAS)
def test_el_calendario_al_que_se_suscriben_sale_entero(
    caso: tuple[Instancia, str, str], monkeypatch: pytest.MonkeyPatch, romper: Romper
) -> None:
    instancia, roto, _ = caso
    with servida(instancia) as direccion, Cliente(direccion, "cast-demo-01") as c:
        enlace = c.post("/calendario/suscripciones", json={}).json()["enlace"]
        camino = f"/calendario/feed/{enlace.rpartition('/')[2]}"
        antes = c.get(camino).text
        romper(monkeypatch)
        ahora = c.get(camino)
    assert ahora.status_code == 200
    assert roto in antes
    assert ahora.text.count("BEGIN:VEVENT") >= antes.count(roto + "\\, ")
    assert _folios(antes) <= _folios(ahora.text)


@pytest.mark.parametrize("romper", ROTURAS)
def test_la_jornada_y_el_correo_no_se_detienen_por_un_expediente_ilegible(
    caso: tuple[Instancia, str, str], monkeypatch: pytest.MonkeyPatch, romper: Romper
) -> None:
    instancia, roto, bueno = caso
    romper(monkeypatch)
    cartero = Cartero(instancia.ajustes)
    for dia in (4, 7, 11, 14):
        monkeypatch.setenv("DSTC_RELOJ", f"2027-05-{dia:02d}T09:00:00-06:00")
        trabajar(instancia.url, CATALOGO, reloj.ahora(), 7)
        while repartir(instancia.url, CATALOGO, reloj.ahora(), "m1", cartero):
            pass
    with instancia.leer() as s:
        estados = {e.estado for e in s.scalars(select(Entrega))}
    dichos = {f for carta in instancia.ajustes.carpeta_correo.glob("*.eml") for f in _folios(_texto(carta))}
    assert EstadoEntrega.FALLIDA.value not in estados
    assert {roto, bueno} <= dichos


def _texto(carta: Path) -> str:
    mensaje = message_from_bytes(carta.read_bytes(), policy=policy.default)
    return "\n".join(parte.get_content() for parte in mensaje.walk() if parte.get_content_maintype() == "text")
