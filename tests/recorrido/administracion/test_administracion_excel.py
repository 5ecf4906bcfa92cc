"""La carga de Excel por la web y por el contrato: ni un archivo hostil ni una página manipulada tumban a la API."""

from __future__ import annotations

import base64
import html
import re
import zlib

import httpx
import pytest

from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.visitante import Visitante
from tests.integracion.administracion.test_excel import BUENO, libro, sin_cambios
from tests.integracion.administracion.test_excel_archivo import (
    CON_ESPACIOS,
    FUERA_DE_SU_CARPETA,
    SIN_REFERENCIA,
    celdas,
)

EXCEL = "/administracion/excel"


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2026-11-20T10:00:00-06:00")


def leido(respuesta: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", respuesta.text)).split())


def subir(v: Visitante, contenido: bytes) -> httpx.Response:
    return v.post(f"{EXCEL}/revisar", files={"archivo": ("libro.xlsx", contenido)})


@pytest.mark.parametrize("caso", [FUERA_DE_SU_CARPETA, CON_ESPACIOS, SIN_REFERENCIA], ids=["ruta", "espacios", "sin-r"])
def test_un_archivo_hecho_para_agotar_la_memoria_no_tumba_a_la_api(
    web: str, instancia_sqlite: Instancia, caso: tuple[str, str]
) -> None:
    hostil = celdas(caso)
    assert len(hostil) < 3000
    with Visitante(web, "administracion") as v, Cliente(web, "administracion") as c, sin_cambios(instancia_sqlite):
        respuesta = subir(v, hostil)
        assert respuesta.status_code == 413
        assert "trae demasiado; copie sólo los renglones que va a cargar a un libro nuevo" in leido(respuesta)
        for camino in ("/catalogos/revisar", "/catalogos/cargar"):
            dicho = c.post(camino, files={"archivo": ("libro.xlsx", hostil)}, data={"motivo": "Oficio 12"})
            assert dicho.status_code == 413, dicho.text
        assert c.get("/salud").status_code == 200
        assert subir(v, libro(BUENO)).status_code == 200


def empacada(crudo: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(crudo.encode())).decode()


@pytest.mark.parametrize(
    "crudo",
    [
        pytest.param('[[["Personas", 1e999, {"correo": "a@b.mx", "nombre": "x"}]], {}]', id="infinito"),
        pytest.param('[[["Personas", 2, {"correo": "a@b.mx", "nombre": "x\\ud800"}]], {}]', id="medio-caracter"),
        pytest.param('[[], {"Personas": {"correo": "\\ud800"}}]', id="medio-caracter-en-la-letra"),
        pytest.param(
            '[[["Personas", 2, {"correo": "a@b.mx", "nombre": "x"}], '
            '["Personas", 2, {"correo": "a@b.mx", "nombre": "x"}]], {"Personas": {"correo": "A", "nombre": "B"}}]',
            id="el-mismo-renglon",
        ),
    ],
)
def test_una_carga_manipulada_se_rechaza_con_la_frase_de_siempre(
    web: str, instancia_sqlite: Instancia, crudo: str
) -> None:
    with Visitante(web, "administracion") as v, sin_cambios(instancia_sqlite):
        datos = {"carga": empacada(crudo), "campo-motivo": "Oficio 12", "ficha": "una"}
        respuesta = v.post(f"{EXCEL}/cargar", data=datos)
        assert respuesta.status_code == 422
        assert "la página no conservó lo que traía; vuelva a subirlo" in leido(respuesta)
    with Visitante(web, "coordinacion") as v:
        assert v.post(f"{EXCEL}/cargar", data=datos).status_code == 403


def test_un_caracter_de_control_se_dice_en_su_renglon(web: str, instancia_sqlite: Instancia) -> None:
    crudo = '[[["Personas", 2, {"correo": "a@b.mx", "nombre": "x\\u0000"}]], {"Personas": {"nombre": "B"}}]'
    with Visitante(web, "administracion") as v, sin_cambios(instancia_sqlite):
        respuesta = v.post(f"{EXCEL}/cargar", data={"carga": empacada(crudo), "campo-motivo": "Oficio 12"})
    assert respuesta.status_code == 422
    assert "Personas, renglón 2 B, Nombre Trae un carácter de control (U+0000) después de «x»" in leido(respuesta)
