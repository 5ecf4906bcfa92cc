"""Cada ruta de la administración, sacada del enrutador: a quien no es de ella se le niega; a quien no entró, que entre.

Las direcciones y los cuerpos salen de las propias rutas: una nueva queda probada sin escribir nada aquí.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_type_hints

import pytest
from fastapi import APIRouter

from api import web
from api.app import crear
from api.dependencias import Puerta, PuertaDeAdministracion
from api.v1 import rutas as contrato
from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.generador import Generador
from tests.accesorios.paginas.visitante import Visitante

AJENOS = ("coordinacion", "dstc", "direccion")
PARTES = {
    "anio": "2027",
    "carpeta": "normatividad",
    "nombre": "of_01",
    "clave": "DSTC",
    "unidad": "DSTC",
    "id": "1",
    "id_": "1",
    "adscripcion": "1",
}
TAMBIEN_DIRECCION = "/administracion/entregas"
"""Las entregas las mira además la dirección; lo exige `cola`, con su frase."""


@dataclass(frozen=True)
class Ruta:
    """Una ruta con lo que hace falta para llamarla."""

    metodo: str
    plantilla: str
    funcion: Callable[..., Any]

    @property
    def puertas(self) -> set[type]:
        """Las que pide: la de cualquiera, la de administración, o ninguna."""
        return {tipo for tipo in get_type_hints(self.funcion).values() if tipo in (Puerta, PuertaDeAdministracion)}

    def direcciones(self) -> list[str]:
        """Con un valor en cada parte; si una es el acto, una por acto."""
        modulo = sys.modules[self.funcion.__module__]
        nombres = ("_CONTROLES",) if self.metodo == "GET" else ("_ACTOS", "_CON_CLAVE")
        actos = [acto for nombre in nombres for acto in getattr(modulo, nombre, ())]
        hay_acto = "{acto}" in self.plantilla
        return [self.plantilla.format(**PARTES, acto=acto) for acto in (actos if hay_acto else [""])]


def rutas(de: APIRouter, prefijo: str = "") -> Iterator[Ruta]:
    """Todas las de un enrutador y de los que incluye."""
    for una in de.routes:
        if (incluida := getattr(una, "original_router", None)) is not None:
            yield from rutas(incluida, prefijo)
        for metodo in sorted(getattr(una, "methods", None) or ()):
            yield Ruta(metodo, prefijo + una.path, una.endpoint)  # type: ignore[attr-defined]


PAGINAS = [r for r in rutas(web.ruta) if PuertaDeAdministracion in r.puertas]
LLAMADAS = [r for r in rutas(contrato.ruta) if PuertaDeAdministracion in r.puertas]


def test_toda_pagina_de_administracion_pide_la_puerta_de_administracion() -> None:
    de_ahi = [r for r in rutas(web.ruta) if r.plantilla.startswith("/administracion")]
    con_otra = {r.plantilla for r in de_ahi if Puerta in r.puertas}
    assert {p for p in con_otra if not p.startswith(TAMBIEN_DIRECCION)} == set()
    assert len(PAGINAS) > 40
    assert len(LLAMADAS) > 35


@pytest.mark.parametrize("alias", AJENOS)
def test_quien_no_es_de_la_administracion_no_pasa_de_ninguna_pagina(web: str, alias: str) -> None:
    with Visitante(web, alias) as v:
        for ruta in PAGINAS:
            assert ruta.direcciones(), ruta
            for direccion in ruta.direcciones():
                respuesta = v.request(ruta.metodo, direccion)
                assert respuesta.status_code == 403, (ruta.metodo, direccion)
                assert "corresponde a la administración." in html.unescape(respuesta.text), (ruta.metodo, direccion)


@pytest.mark.parametrize("alias", AJENOS)
def test_ni_de_ninguna_llamada_aunque_lo_que_mande_sea_valido(
    web: str, instancia_sqlite: Instancia, alias: str
) -> None:
    documento = crear(instancia_sqlite.ajustes).openapi()
    with Cliente(web, alias) as c:
        for ruta in LLAMADAS:
            for direccion in ruta.direcciones():
                operacion = documento["paths"][f"/api/v1{ruta.plantilla}"][ruta.metodo.lower()]
                respuesta = c.request(ruta.metodo, direccion, **_envio(documento, operacion))
                assert respuesta.status_code == 403, (ruta.metodo, direccion, respuesta.text)
                assert respuesta.json()["detail"].endswith("corresponde a la administración."), direccion


def test_ni_con_una_llave_que_ya_uso_en_otra_cosa(web: str, instancia_sqlite: Instancia) -> None:
    # Si se mirara antes la llave, un 409 diría algo de una llamada que no le toca.
    documento, llave = crear(instancia_sqlite.ajustes).openapi(), {"Idempotency-Key": "ya-usada"}
    nuevo = {"procedimiento": "concertacion", "asunto": "Uno", "datos": {}}
    with Cliente(web, "coordinacion") as c:
        hecho = c.post("/expedientes", json=nuevo, headers=llave)
        assert hecho.status_code == 201, hecho.text
        for ruta in LLAMADAS:
            for direccion in ruta.direcciones():
                operacion = documento["paths"][f"/api/v1{ruta.plantilla}"][ruta.metodo.lower()]
                respuesta = c.request(ruta.metodo, direccion, headers=llave, **_envio(documento, operacion))
                assert respuesta.status_code == 403, (ruta.metodo, direccion, respuesta.text)


def test_a_quien_no_ha_entrado_se_le_pide_entrar(web: str) -> None:
    with Visitante(web, vencida=True) as v:
        for ruta in PAGINAS:
            for direccion in ruta.direcciones():
                respuesta = v.request(ruta.metodo, direccion)
                assert respuesta.status_code == 303, (ruta.metodo, direccion)
                assert respuesta.headers["location"].startswith("/entrar"), (ruta.metodo, direccion)
    with Cliente(web) as c:
        for ruta in LLAMADAS:
            for direccion in ruta.direcciones():
                assert c.request(ruta.metodo, direccion).status_code == 401, (ruta.metodo, direccion)


def _envio(documento: dict[str, Any], operacion: dict[str, Any]) -> dict[str, Any]:
    """Un cuerpo válido, del tipo que pide la llamada."""
    generador = Generador(documento["components"]["schemas"])
    for tipo, contenido in operacion.get("requestBody", {}).get("content", {}).items():
        dado = generador.valor(contenido["schema"])
        if tipo != "multipart/form-data":
            return {"json": dado}
        archivos = {n: ("prueba", v) for n, v in dado.items() if not isinstance(v, str)}
        return {"files": archivos, "data": {n: v for n, v in dado.items() if isinstance(v, str)}}
    return {}
