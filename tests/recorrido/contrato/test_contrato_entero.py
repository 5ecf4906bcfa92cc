"""Cada llamada del contrato sale bien con cada campo suyo: los valores los da su propio esquema.

Una llamada nueva sin su caso en `casos_contrato` no pasa, y un campo cuyo valor válido se rechaza tampoco.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # viene con Prefect y no trae tipos

from api.app import crear
from modelos.ajustes import Ajustes
from tests.accesorios.fabricas import Instancia, Plantillas, servida
from tests.accesorios.generador import Generador
from tests.accesorios.paginas.casos_contrato import CASOS, Mundo, Pedido
from tests.accesorios.testigo import API

HOY = "2026-11-25T12:00:00-06:00"
"""Miércoles, en hora hábil."""
DOCUMENTO = crear().openapi()
GENERADOR = Generador(DOCUMENTO["components"]["schemas"])
OPERACIONES = {
    f"{metodo.upper()} {ruta.removeprefix(API)}": operacion
    for ruta, metodos in DOCUMENTO["paths"].items()
    for metodo, operacion in metodos.items()
}


@pytest.fixture(scope="module")
def mundo(tmp_path_factory: pytest.TempPathFactory, plantillas: Plantillas) -> Iterator[Mundo]:
    """Una instancia servida para todo el módulo: cada caso crea lo suyo."""
    carpeta = tmp_path_factory.mktemp("entero")
    plantillas.copia("sqlite", carpeta)
    instancia = Instancia(Ajustes(datos=carpeta, demo=True))
    with pytest.MonkeyPatch.context() as entorno:
        entorno.setenv("DSTC_RELOJ", HOY)
        with servida(instancia) as direccion:
            suyo = Mundo(instancia, direccion)
            yield suyo
            suyo.cerrar()


def test_cada_llamada_tiene_con_que_salir_bien() -> None:
    assert sorted(OPERACIONES.keys() - CASOS.keys()) == [], "añada su caso a tests/accesorios/paginas/casos_contrato.py"
    assert sorted(CASOS.keys() - OPERACIONES.keys()) == [], "ya no son del contrato"


@pytest.mark.parametrize("entero", [True, False], ids=["con-todo", "con-lo-obligatorio"])
@pytest.mark.parametrize("llamada", OPERACIONES)
def test_un_valor_valido_de_cada_campo_sale_bien(mundo: Mundo, llamada: str, entero: bool) -> None:  # noqa: FBT001
    operacion = OPERACIONES[llamada]
    respuesta = _pedir(mundo, llamada, operacion, CASOS[llamada](mundo), entero=entero)
    assert respuesta.is_success, f"{respuesta.status_code}: {respuesta.text[:500]}"
    contenido = operacion["responses"][str(respuesta.status_code)].get("content", {})
    if esquema := contenido.get("application/json", {}).get("schema"):
        validador = Draft202012Validator({**esquema, "components": DOCUMENTO["components"]})
        assert [e.message for e in validador.iter_errors(respuesta.json())] == []


def test_toda_lista_viene_por_tramos() -> None:
    for llamada, operacion in OPERACIONES.items():
        if not llamada.startswith("GET"):
            continue
        esquema = operacion["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
        forma = GENERADOR.plana(esquema)
        if "elementos" in forma.get("properties", {}):
            assert {"elementos", "total", "siguiente"} <= set(forma["required"]), llamada


def _pedir(mundo: Mundo, llamada: str, operacion: dict[str, Any], pedido: Pedido, *, entero: bool) -> httpx.Response:
    metodo, _, ruta = llamada.partition(" ")
    parametros = {p["name"]: p for p in operacion.get("parameters", ()) if p["in"] == "query"}
    exige = [n for n, p in parametros.items() if p["required"]]
    consulta = _campos(pedido, {n: p["schema"] for n, p in parametros.items()}, exige, pedido.consulta, entero=entero)
    cuerpo: dict[str, Any] = operacion.get("requestBody", {})
    envio: dict[str, Any] = {}
    for tipo, contenido in cuerpo.get("content", {}).items():
        forma = GENERADOR.plana(contenido["schema"])
        dado = _campos(pedido, forma["properties"], forma.get("required", []), pedido.cuerpo, entero=entero)
        envio = _multiparte(dado) if tipo == "multipart/form-data" else {"json": dado}
        if not entero and not cuerpo.get("required") and not dado:
            envio = {}
    cliente = mundo.como(pedido.alias)
    return cliente.request(metodo, ruta.format(**pedido.ruta), params=consulta, **envio)


def _campos(
    pedido: Pedido, formas: dict[str, Any], exige: list[str], fijos: dict[str, Any], *, entero: bool
) -> dict[str, Any]:
    """Los valores del esquema, con lo que el caso fija; sin los que no pueden ir juntos."""
    van = [n for n in formas if (entero or n in exige or n in pedido.ademas) and n not in pedido.sin]
    return {n: fijos[n] if n in fijos else GENERADOR.valor(formas[n]) for n in van}


def _multiparte(dado: dict[str, Any]) -> dict[str, Any]:
    archivos = {n: v if isinstance(v, tuple) else ("prueba.pdf", v) for n, v in dado.items() if not isinstance(v, str)}
    return {"files": archivos, "data": {n: v for n, v in dado.items() if isinstance(v, str)}}
