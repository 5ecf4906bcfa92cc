"""Todo error de la API está en su descripción y llega como `application/problem+json`; sin sesión no se aprende nada.

Por el efecto: además de éstas, cada prueba que sirve la aplicación falla si recibe algo que el contrato no anuncia
(`tests/accesorios/testigo.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from api.app import crear
from api.descripcion import pide_sesion
from api.errores import CODIGOS
from modelos.ajustes import Ajustes
from tests.accesorios.alcance import errores_de
from tests.accesorios.fabricas import PDF, Cliente, Instancia, Plantillas, servida
from tests.accesorios.testigo import API, PROBLEMA

# Una máquina ocupada no es una falta, y cargar las autoridades de https, que no se usan, cuesta 50 ms cada vez.
pedir = partial(httpx.request, timeout=300, verify=False)
OPERACIONES = [
    pytest.param(metodo, ruta, operacion, id=f"{metodo} {ruta.removeprefix(API)}")
    for ruta, metodos in crear().openapi()["paths"].items()
    for metodo, operacion in metodos.items()
]


def test_cada_llamada_anuncia_los_errores_que_su_codigo_puede_lanzar() -> None:
    app = crear()
    rutas = app.openapi()["paths"]
    faltan: dict[str, str] = {}
    vistas = 0
    for contexto in iter_route_contexts(app.routes):
        ruta = contexto.path
        if not isinstance(contexto.original_route, APIRoute) or ruta not in rutas:
            continue
        for metodo in contexto.original_route.methods or ():
            vistas += 1
            anunciados = rutas[ruta][metodo.lower()]["responses"]
            for error, camino in errores_de(contexto.original_route.endpoint).items():
                codigo = CODIGOS.get(error, 500)
                if str(codigo) not in anunciados:
                    faltan[f"{metodo} {ruta} {codigo} {error.__name__}"] = camino
    assert vistas == len(OPERACIONES)
    assert not faltan


@pytest.fixture(scope="module")
def servidor(tmp_path_factory: pytest.TempPathFactory, plantillas: Plantillas) -> Iterator[str]:
    """La aplicación con la demostración; las de este módulo no dejan rastro."""
    carpeta = tmp_path_factory.mktemp("contrato")
    plantillas.copia("sqlite", carpeta)
    with servida(Instancia(Ajustes(datos=carpeta, demo=True))) as direccion:
        yield direccion


@pytest.mark.parametrize(
    ("metodo", "camino", "codigo"),
    [
        ("GET", "/nada", 404),
        ("GET", "", 404),
        ("PATCH", "/expedientes", 405),
        ("DELETE", "/salud", 405),
        ("GET", "/expedientes/%00", 422),
        ("POST", "/sesiones", 422),
        ("POST", "/sesiones?cuerpo=mal", 422),
        ("POST", "/verificacion/XXXX", 422),
    ],
)
def test_lo_que_no_llega_a_ninguna_ruta_tambien_es_un_problema(
    servidor: str, metodo: str, camino: str, codigo: int
) -> None:
    cuerpo = b"{mal" if camino.endswith("mal") else b""
    respuesta = pedir(metodo, f"{servidor}{API}{camino}", content=cuerpo)
    assert (respuesta.status_code, respuesta.headers["content-type"]) == (codigo, PROBLEMA)
    problema = respuesta.json()
    assert {"type", "title", "status", "detail"} <= problema.keys()
    assert problema["status"] == codigo


def test_un_metodo_que_no_va_dice_todos_los_que_si(servidor: str) -> None:
    def admite(camino: str, metodo: str = "PATCH") -> str:
        return pedir(metodo, servidor + camino).headers["allow"]

    assert admite(f"{API}/expedientes") == "HEAD, GET, POST"
    assert admite(f"{API}/sesiones/actual") == "HEAD, GET, DELETE"
    assert admite(f"{API}/sesiones", "GET") == admite(f"{API}/sesiones", "HEAD") == "POST"
    assert admite("/entrar") == "HEAD, GET, POST"


@pytest.mark.parametrize("metodo", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("rango", "codigo"),
    [("bytes=99999-", 416), ("bytes=a-b", 400), ("renglones=1-2", 400), ("bytes=0-3", 206), ("bytes=-4", 206)],
)
def test_pedir_un_tramo_de_un_archivo(
    servidor: str, anexo: str, dstc: dict[str, str], metodo: str, rango: str, codigo: int
) -> None:
    respuesta = pedir(metodo, f"{servidor}{API}/anexos/{anexo}", headers={**dstc, "Range": rango})
    assert respuesta.status_code == codigo
    if codigo == 206:
        assert len(respuesta.content) == (4 if metodo == "GET" else 0)
    else:
        assert respuesta.headers["content-type"] == PROBLEMA
        assert codigo != 416 or respuesta.headers["content-range"] == f"bytes */{len(PDF)}"


def test_head_responde_lo_mismo_que_get_y_sin_cuerpo(servidor: str, anexo: str, dstc: dict[str, str]) -> None:
    cookies = {"dstc_sesion": dstc["Authorization"].removeprefix("Bearer ")}
    caminos = [f"{API}/salud", f"{API}/turnos", f"{API}/expedientes/NADA", f"{API}/openapi.json", f"{API}/nada"]
    caminos += [f"{API}/anexos/{anexo}", f"/anexos/{anexo}", "/bandeja", "/entrar", "/nada", "/estatico/estilo.css"]
    for camino in caminos:
        entero = pedir("GET", servidor + camino, cookies=cookies)
        cabeza = pedir("HEAD", servidor + camino, cookies=cookies)
        assert (cabeza.status_code, cabeza.content) == (entero.status_code, b""), camino
        assert cabeza.headers.get("content-type") == entero.headers.get("content-type"), camino
        assert cabeza.headers.get("content-length") == entero.headers.get("content-length"), camino
        assert (entero.status_code == 404) == camino.lower().endswith("nada"), camino


@pytest.mark.parametrize(("metodo", "ruta", "operacion"), OPERACIONES)
def test_sin_sesion_nada_se_dice_del_cuerpo_ni_de_la_direccion(
    servidor: str, metodo: str, ruta: str, operacion: dict[str, Any]
) -> None:
    if not pide_sesion(operacion):
        pytest.skip("ésta se atiende sin haber entrado")
    camino = re.sub(r"\{\w+\}", "no-es-un-numero", ruta)
    for cuerpo, tipo in ((b"{mal", "application/json"), (b"--x", "multipart/form-data"), (b"", "text/csv")):
        respuesta = pedir(
            metodo, servidor + camino, params={"limite": "x"}, content=cuerpo, headers={"Content-Type": tipo}
        )
        assert (respuesta.status_code, respuesta.headers["content-type"]) == (401, PROBLEMA)
        assert respuesta.headers["www-authenticate"] == "Bearer"
    con_ficha = pedir(metodo, servidor + camino, content=b"{mal", headers={"Authorization": "Bearer no-vale"})
    assert con_ficha.status_code == 401


@pytest.fixture(scope="module")
def dstc(servidor: str) -> dict[str, str]:
    """El encabezado de quien trae la sesión de la DSTC."""
    with Cliente(servidor, "dstc") as cliente:
        return {"Authorization": cliente.headers["Authorization"]}


@pytest.fixture(scope="module")
def anexo(servidor: str, dstc: dict[str, str]) -> str:
    """El id de un archivo subido."""
    with Cliente(servidor, "coordinacion") as cliente:
        nuevo = {"procedimiento": "seguimiento", "asunto": "Con anexo", "datos": {}}
        (turno,) = cliente.post("/expedientes", json=nuevo).json()["turnos"]
    archivo = {"archivo": ("a.pdf", PDF, "application/pdf")}
    subido = pedir("POST", f"{servidor}{API}/turnos/{turno['id']}/anexos", files=archivo, headers=dstc)
    return str(subido.json()["id"])
