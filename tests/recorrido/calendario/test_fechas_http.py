"""Cada fecha que se pregunta por la dirección o se escribe en una página: el mismo rechazo y las mismas dos formas."""

from __future__ import annotations

from modelos.fechas import COMO_FECHA
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.paginas.visitante import Visitante


def test_cada_consulta_con_fecha_del_contrato(instancia_sqlite: Instancia) -> None:
    with servida(instancia_sqlite) as direccion, Cliente(direccion, "administracion") as c:
        contrato = c.get("/openapi.json").json()
        preguntadas = [
            (camino.removeprefix("/api/v1"), p["name"])
            for camino, metodos in contrato["paths"].items()
            for p in metodos.get("get", {}).get("parameters", ())
            if p["in"] == "query" and "'date'" in str(p["schema"])
        ]
        assert len(preguntadas) >= 5
        for camino, nombre in [*preguntadas, ("/tablero", "desde"), ("/calendario/computo", "desde")]:
            de_mas = {"hasta": "31/12/2026"} if camino == "/tablero" else {"dias": "3"} if "computo" in camino else {}
            mala = c.get(camino, params={**de_mas, nombre: "30 de febrero"})
            assert mala.status_code == 422, (camino, nombre)
            assert COMO_FECHA in mala.json()["campos"][nombre], (camino, nombre)
            buena = c.get(camino, params={**de_mas, nombre: "1/12/2026"})
            assert buena.status_code == 200, (camino, nombre, buena.text)


def test_en_las_paginas_y_en_los_cuerpos(instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with servida(instancia_sqlite) as direccion, Visitante(direccion, "coordinacion") as v:
        datos = {"motivo": "x", "fecha": "31/02/2026"}
        mala = v.post(f"/expedientes/{folio}/suspender", data=datos)
        assert mala.status_code == 422
        assert COMO_FECHA in mala.text
        cuenta = {"campo-desde": "3/1/2027", "campo-cantidad": "3", "campo-cuenta": "habiles"}
        assert COMO_FECHA not in v.get("/calendario/calculadora", params=cuenta).text
        assert COMO_FECHA in v.get("/calendario/calculadora", params={**cuenta, "campo-desde": "ayer"}).text
        with Cliente(direccion, "coordinacion") as c:
            mala = c.post(f"/expedientes/{folio}/suspender", json={"motivo": "x", "fecha": "2026-02-31"})
            assert mala.json()["campos"] == {"fecha": COMO_FECHA}
