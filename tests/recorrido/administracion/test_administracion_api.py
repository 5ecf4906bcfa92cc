"""La administración de unidades y personas por la API: hace lo mismo que las páginas, y repetir no duplica."""

from __future__ import annotations

import httpx
import pytest

from modelos.organizacion import claves
from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.de_administracion import HOY, id_de
from tests.integracion.administracion.test_excel import BUENO, libro


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", HOY)


def test_la_api_hace_lo_mismo(web: str) -> None:
    with Cliente(web, "administracion") as c:
        cast = c.post("/unidades", json={"clave": "CAST-5", "nombre": "CAST Cinco", "depende_de": "CE-15"})
        assert (cast.status_code, cast.json()["tipo"]) == (201, "cast")
        assert c.get("/unidades", params={"tipo": "cast", "limite": 2}).json()["siguiente"] == "CAST-DEMO-01"
        cuerpo = {"nombre": "CAST Cinco Bis", "fuente": "Acuerdo"}
        assert c.put("/unidades/CAST-5", json=cuerpo).json()["nombre"] == "CAST Cinco Bis"
        baja = c.post("/unidades/CAST-5/baja", json={"desde": "2026-11-20", "motivo": "Cerró"})
        assert baja.json()["activa"] is False
        assert c.post("/unidades/CAST-5/reactivar", json={"motivo": "Reabrió"}).json()["activa"] is True
        nueva = {"correo": "eva@x.mx", "nombre": "Eva", "unidad": "CAST-5", "rol": "operacion"}
        eva = c.post("/personas", json=nueva)
        assert eva.status_code == 201
        id_, clave = eva.json()["id"], eva.json()["clave_inicial"]
        assert httpx.post(f"{web}/api/v1/sesiones", json={"correo": "eva@x.mx", "clave": clave}).status_code == 201
        assert c.post("/personas", json=nueva).status_code == 409
        hallada = c.get("/personas", params={"texto": "eva"}).json()
        assert [(p["id"], p["vigentes"]) for p in hallada["elementos"]] == [(id_, [["CAST-5", "operacion"]])]
        assert "clave" not in str(hallada).replace("claves", "")
        otra = c.post(f"/personas/{id_}/adscripciones", json={"unidad": "CST", "rol": "direccion"}).json()
        fin = c.post(f"/personas/{id_}/adscripciones/{otra['id']}/vigencia", json={"hasta": "2026-12-31"}).json()
        assert {a["unidad"]: a["hasta"] for a in fin["adscripciones"]} == {"CAST-5": None, "CST": "2026-12-31"}
        assert c.put(f"/personas/{id_}", json={"correo": "eva@x.mx", "nombre": "Eva R"}).json()["nombre"] == "Eva R"
        assert c.post(f"/personas/{id_}/clave").json()["clave_inicial"] != clave
        assert c.post(f"/personas/{id_}/baja", json={"motivo": "Renuncia"}).json()["activa"] is False
        assert c.post(f"/personas/{id_}/reactivar").json()["clave_inicial"]
        cambios = c.get("/cambios", params={"cosa": "persona"}).json()
        assert cambios["total"] == 5
        assert cambios["elementos"][0]["quien"] == "Administración del sistema (demostración)"
        archivo = {"archivo": ("l.xlsx", libro(BUENO))}
        revision = c.post("/catalogos/revisar", files=archivo).json()
        assert (len(revision["pasos"]), revision["faltas"]) == (6, [])
        hecha = c.post(
            "/catalogos/cargar", files=archivo, data={"motivo": "Oficio", "huella": revision["huella"]}
        ).json()
        assert [a["correo"] for a in hecha["altas"]] == ["ana@x.mx", "beto@x.mx"]
        assert c.post("/catalogos/cargar", files=archivo, data={"motivo": "Oficio"}).json()["altas"] == []
        viejo = c.post("/catalogos/cargar", files=archivo, data={"motivo": "Oficio", "huella": revision["huella"]})
        assert viejo.status_code == 409
        malo = c.post(
            "/catalogos/cargar",
            files={"archivo": ("l.xlsx", libro({"Personas": [("Correo", "Nombre"), ("a", "A")]}))},
            data={"motivo": "x"},
        )
        assert list(malo.json()["campos"]) == ["Personas, renglón 2, columna A (Correo)"]
        assert c.get("/catalogos.xlsx").content[:2] == b"PK"


def test_una_clave_generada_se_comprueba_igual_de_lento_que_las_demas(monkeypatch: pytest.MonkeyPatch) -> None:
    clave = claves.generada()
    cifrada = claves.cifrar_generada(clave)
    vistas: list[str] = []
    verificar = claves._argon2.verify

    def espia(una: str, contra: str) -> bool:
        vistas.append(contra)
        return verificar(una, contra)

    monkeypatch.setattr(claves._argon2, "verify", espia)
    assert claves.coincide(clave, cifrada)
    assert vistas == [cifrada, claves._senuelo()]
    assert not claves.coincide(f"{clave}x", cifrada)
    assert len({claves.generada() for _ in range(200)}) == 200


def test_repetir_con_la_misma_clave_no_da_de_alta_dos_veces(web: str, instancia_sqlite: Instancia) -> None:
    cst = id_de(instancia_sqlite, "cst")
    altas = (
        ("/unidades", {"clave": "CAST-7", "nombre": "CAST Siete", "depende_de": "CE-15"}, {"nombre": "Otro"}),
        ("/personas", {"correo": "eva@x.mx", "nombre": "Eva", "unidad": "CST", "rol": "operacion"}, {"nombre": "X"}),
        (f"/personas/{cst}/adscripciones", {"unidad": "DVS", "rol": "operacion"}, {"rol": "direccion"}),
    )
    with Cliente(web, "administracion") as c, Cliente(web, "dstc") as ajena:
        for n, (camino, cuerpo, cambio) in enumerate(altas):
            llave = {"Idempotency-Key": f"alta-{n}"}
            assert ajena.post(camino, json=cuerpo, headers=llave).status_code == 403
            primera = c.post(camino, json=cuerpo, headers=llave)
            assert primera.status_code == 201, camino
            otra_vez = c.post(camino, json=cuerpo, headers=llave)
            assert otra_vez.status_code == 201, camino
            esperada = primera.json()
            if "clave_inicial" in esperada:
                assert esperada["clave_inicial"]
                esperada["clave_inicial"] = None  # no se guarda: no puede volver a darse
            assert otra_vez.json() == esperada
            assert c.post(camino, json=cuerpo).status_code == 409  # sin la clave, sí es otra alta
            distinta = c.post(camino, json={**cuerpo, **cambio}, headers=llave)
            assert (distinta.status_code, "Idempotency-Key" in distinta.json()["detail"]) == (409, True)
        fila = otra_vez.json()["id"]
        c.post(f"/personas/{cst}/adscripciones/{fila}/vigencia", json={"hasta": "2026-11-19"})  # no llegó a regir
        assert c.post(altas[2][0], json=altas[2][1], headers={"Idempotency-Key": "alta-2"}).status_code == 404
