"""El contrato por fuera: OpenAPI completo y en español, idempotencia y encabezados."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from api.app import crear
from modelos.expedientes.expediente import Expediente
from tests.accesorios.fabricas import PDF, Cliente, Instancia, servida

CONTRATO = {
    "/sesiones": {"post"},
    "/salud": {"get"},
    "/salud/vivo": {"get"},
    "/salud/listo": {"get"},
    "/procedimientos": {"get"},
    "/procedimientos/{clave}": {"get"},
    "/expedientes": {"get", "post"},
    "/expedientes/{folio}": {"get"},
    "/expedientes/{folio}/bitacora": {"get"},
    "/expedientes/{folio}/cancelar": {"post"},
    "/expedientes/{folio}/suspender": {"post"},
    "/expedientes/{folio}/reanudar": {"post"},
    "/turnos": {"get"},
    "/turnos/{id}/atender": {"post"},
    "/turnos/{id}/tomar": {"post"},
    "/turnos/{id}/liberar": {"post"},
    "/turnos/{id}/reasignar": {"post"},
    "/turnos/{id}/anexos": {"post"},
    "/anexos/{id}": {"get"},
    "/calendario/computo": {"get"},
    "/calendario/ultimo-habil": {"get"},
    "/calendario/feed/{token}.ics": {"get"},
    "/calendario/suscripciones": {"get", "post"},
    "/calendario/suscripciones/{id}": {"delete"},
    "/plazos": {"get"},
    "/expedientes/{folio}/prorrogar": {"post"},
    "/expedientes/{folio}/rectificar": {"post"},
    "/expedientes/{folio}/oficios": {"get", "post"},
    "/oficios": {"get"},
    "/oficios/{id}": {"get"},
    "/oficios/{id}/pdf": {"get"},
    "/oficios/{id}/docx": {"get"},
    "/oficios/{id}/editar": {"post"},
    "/oficios/{id}/rehacer": {"post"},
    "/oficios/{id}/firmar": {"post"},
    "/oficios/{id}/cancelar": {"post"},
    "/oficios/{id}/sustituir": {"post"},
    "/oficios/{id}/destinatarios/{orden}/acusar": {"post"},
    "/oficios/{id}/recordar": {"post"},
    "/verificacion/{codigo}": {"get", "post"},
    "/procedimientos/{clave}/bpmn": {"get"},
    "/tablero": {"get"},
    "/tablero/calor/{clave}": {"get"},
}
"""Diseño §8, y lo que además se publica."""
SIN_SESION = (".ics", "/verificacion/{codigo}")
"""Donde el enlace o el código son la llave."""


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    """La descripción publicada."""
    return crear().openapi()


def test_estan_todas_las_llamadas_del_contrato(openapi: dict[str, Any]) -> None:
    publicadas = {ruta.removeprefix("/api/v1"): set(metodos) for ruta, metodos in openapi["paths"].items()}
    assert {r: m - publicadas.get(r, set()) for r, m in CONTRATO.items() if m - publicadas.get(r, set())} == {}


def test_cada_llamada_se_explica_en_espanol_y_anuncia_sus_errores(openapi: dict[str, Any]) -> None:
    for ruta, metodos in openapi["paths"].items():
        for metodo, operacion in metodos.items():
            donde = f"{metodo} {ruta}"
            assert operacion["summary"], donde
            assert operacion["description"].rstrip().endswith("."), donde
            assert operacion["tags"], donde
            codigos = set(operacion["responses"])
            if "/salud" not in ruta:
                assert codigos & {"404" if ruta.endswith(SIN_SESION) else "401"}, donde
                assert "503" in codigos, donde
            textos = {r["description"] for r in operacion["responses"].values()}
            assert not textos & {"Validation Error", "Successful Response"}, donde
    assert "HTTPValidationError" not in openapi["components"]["schemas"]


def test_repetir_con_la_misma_clave_no_abre_dos(instancia: Instancia, direccion: str) -> None:
    cuerpo = {"procedimiento": "seguimiento", "asunto": "Una sola vez", "datos": {}}
    folios: list[str] = []
    with Cliente(direccion, "coordinacion") as cliente:

        def pedir() -> None:
            respuesta = cliente.post("/expedientes", json=cuerpo, headers={"Idempotency-Key": "abc"})
            folios.append(respuesta.json()["folio"])

        hilos = [threading.Thread(target=pedir) for _ in range(6)]
        for hilo in hilos:
            hilo.start()
        for hilo in hilos:
            hilo.join()
        otra = cliente.post("/expedientes", json={**cuerpo, "asunto": "Otra"}, headers={"Idempotency-Key": "abc"})
        assert otra.status_code == 409
    assert len(folios) == 6
    assert len(set(folios)) == 1
    with instancia.leer() as s:
        assert s.query(Expediente).count() == 1


def test_repetir_un_anexo_con_la_misma_clave_no_lo_duplica(instancia: Instancia, direccion: str) -> None:
    turno = instancia.abiertos(instancia.iniciar("seguimiento"))[0].id
    with Cliente(direccion, "dstc") as cliente:
        ids = [
            cliente.post(
                f"/turnos/{turno}/anexos",
                files={"archivo": ("a.pdf", PDF, "application/pdf")},
                headers={"Idempotency-Key": "un-anexo"},
            ).json()["id"]
            for _ in range(2)
        ]
    assert ids[0] == ids[1]


def test_toda_respuesta_lleva_su_politica_y_no_se_guarda(direccion: str) -> None:
    with Cliente(direccion) as cliente:
        for ruta in ("/salud", "/turnos", "/nada"):
            respuesta = cliente.get(ruta)
            assert "default-src 'none'" in respuesta.headers["content-security-policy"]
            assert respuesta.headers["cache-control"] == "no-store"
            assert respuesta.headers["x-content-type-options"] == "nosniff"


def test_las_listas_se_recorren_por_paginas_sin_repetir(instancia_sqlite: Instancia) -> None:
    folios = [instancia_sqlite.iniciar("seguimiento", f"Caso {i}") for i in range(7)]
    with servida(instancia_sqlite) as direccion, Cliente(direccion, "dstc") as cliente:
        for ruta, clave, esperados in (("/turnos", "folio", folios), ("/expedientes", "folio", folios[::-1])):
            vistos: list[str] = []
            cursor = None
            while True:
                consulta = {"limite": 3} | ({"cursor": cursor} if cursor else {})
                pagina = cliente.get(ruta, params=consulta).json()
                assert pagina["total"] == 7
                vistos += [e[clave] for e in pagina["elementos"]]
                cursor = pagina["siguiente"]
                if cursor is None:
                    break
            assert vistos == esperados
