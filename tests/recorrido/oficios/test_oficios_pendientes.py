"""Una apertura por las puertas de verdad: lo que debe se ve, se firma o se registra, y sólo entonces cuenta."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from modelos import reloj
from modelos.plazos.plazo import Plazo
from tests.accesorios.caminante import EXIGIDOS, Caminante, llenar
from tests.accesorios.fabricas import PDF, Instancia
from tests.accesorios.paginas.con_oficios import oficio_de
from tests.accesorios.paginas.visitante import Visitante


@pytest.fixture(autouse=True)
def _en_enero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-01-12T10:00:00-06:00")


def _hasta(camina: Caminante, instancia: Instancia, folio: str, actividad: str) -> None:
    """Responde con cualquier PDF hasta que toque esa actividad."""
    for _ in range(40):
        turno = camina.ver(folio)["turnos"][0]
        if turno["actividad"]["clave"] == actividad:
            return
        assert camina.atender(turno, turno["salidas"][0]).status_code == 200
        instancia.cumplir_encargos()
    raise AssertionError(f"no se llegó a la {actividad}")


def _plazo(camina: Caminante, folio: str, clave: str) -> dict[str, Any]:
    suyo: dict[str, Any]
    (suyo,) = (p for p in camina.ver(folio)["plazos"] if p["clave"] == clave)
    return suyo


def _escribir_lo_que_falta(camina: Caminante, alias: str, id_: str) -> int:
    cliente = camina.como(alias)
    version = cliente.get(f"/oficios/{id_}").json()["version"]
    corregido = cliente.post(f"/oficios/{id_}/editar", json={"version": version, "cuerpo": "Ya no falta nada."})
    assert corregido.status_code == 200, corregido.text
    nueva: int = corregido.json()["version"]
    return nueva


def test_una_apertura_debe_sus_oficios_hasta_que_se_firman_o_se_registran(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    camina = Caminante(web)
    folio = camina.iniciar("apertura_cast", estatal="CE-15")
    _hasta(camina, instancia_sqlite, folio, "11")
    pl01 = _plazo(camina, folio, "PL-01")
    assert (pl01["estado"], pl01["acto"], pl01["cerrado"]) == ("abierto", "OF-29", None)
    assert pl01["atendido"] is not None
    oficio = oficio_de(instancia_sqlite, folio, "OF-29")

    with Visitante(web, "coordinacion") as v:
        pagina = unescape(v.get(f"/expedientes/{folio}").text)
        assert 'id="oficios-pendientes"' in pagina
        assert "Debe 5 oficios" in pagina
        assert "Lo exige la norma (L-22 ¶2)" in pagina
        assert "sólo falta que se firme y se envíe OF-29" in pagina
        assert "deben_oficios" in v.get("/tablero").text
    with Visitante(web, "ssi") as v:
        inicio = unescape(v.get("/").text)
        assert oficio.asunto in inicio
        assert "Lo exige la norma" in inicio
        assert "vence" in inicio.partition("Oficios por firmar o acusar")[2]
        assert "Respuesta oficial sobre el proyecto (PL-01)" in unescape(v.get("/oficios?ver=firmar").text)
        descarte = v.post(f"/oficios/{oficio.id}/cancelar", data={"motivo": "No hace falta."})
        assert descarte.status_code == 409
        assert "con él se cumple un plazo que corre" in unescape(descarte.text)

    monkeypatch.setenv("DSTC_RELOJ", "2027-01-14T10:00:00-06:00")
    camina = Caminante(web)  # las sesiones de noviembre ya vencieron
    version = _escribir_lo_que_falta(camina, "ssi", oficio.id)
    firmado = camina.como("ssi").post(f"/oficios/{oficio.id}/firmar", json={"version": version})
    assert firmado.status_code == 200, firmado.text
    assert _plazo(camina, folio, "PL-01")["estado"] == "abierto"
    instancia_sqlite.cumplir_encargos()
    pl01 = _plazo(camina, folio, "PL-01")
    enviado = camina.como("ssi").get(f"/oficios/{oficio.id}").json()
    assert (pl01["estado"], pl01["oficio"]) == ("cumplido", oficio.id)
    assert pl01["cerrado"] == enviado["enviado"]
    assert enviado["pendiente"] is False

    _hasta(camina, instancia_sqlite, folio, "15")
    ultimo = camina.ver(folio)["turnos"][0]
    rechazo = camina.atender(ultimo, "continuar")
    assert (rechazo.status_code, rechazo.json()["title"]) == (409, EXIGIDOS)
    assert "OF-25 de CE-15" in rechazo.json()["detail"]
    assert "OF-31 de DG" in rechazo.json()["detail"]

    _registrar_fuera(web, camina, instancia_sqlite, folio)
    listo = camina.como("dstc").post(
        f"/turnos/{ultimo['id']}/atender",
        json={"salida": "continuar", "datos": llenar(ultimo["formulario"]), "version": ultimo["version"]},
    )
    assert listo.status_code == 200, listo.text
    caso = camina.ver(folio)
    assert (caso["estado"], caso["desenlace"], caso["oficios_pendientes"]) == ("concluido", "FIN", 3)
    assert caso["estado_legible"] == "Concluido con oficios pendientes"
    assert _plazo(camina, folio, "PL-02")["cerrado"].startswith("2027-01-13")
    buscados = camina.como("coordinacion").get("/expedientes", params={"estado": "concluido_debiendo"}).json()
    assert [e["folio"] for e in buscados["elementos"]] == [folio]
    with Visitante(web, "coordinacion") as v:
        assert "Concluido con oficios pendientes" in v.get(f"/expedientes/{folio}").text
        assert folio in v.get("/").text.partition("Concluidos con oficios pendientes")[2]
        assert "Concluido con oficios pendientes" in v.get("/expedientes?estado=concluido_debiendo").text

    for clave, alias in (("OF-26", "ssi"), ("OF-28", "dstc"), ("OF-30", "dg")):
        id_ = oficio_de(instancia_sqlite, folio, clave).id
        motivo = {"motivo": "Se hizo por correo."}
        assert camina.como(alias).post(f"/oficios/{id_}/cancelar", json=motivo).status_code == 200
    caso = camina.ver(folio)
    assert (caso["oficios_pendientes"], caso["estado_legible"]) == (0, "Concluido")
    camina.cerrar()
    instancia_sqlite.exigir_integra()


def _registrar_fuera(web: str, camina: Caminante, instancia: Instancia, folio: str) -> None:
    """OF-31 por la API, con un archivo; OF-25 en su página, con el que ya se había adjuntado."""
    instruccion = oficio_de(instancia, folio, "OF-31")
    datos = {"version": str(instruccion.version), "numero": "DG/053/2027", "fecha": "2027-01-13"}
    archivo = {"archivo": ("instruccion.pdf", PDF, "application/pdf")}
    ruta = f"/oficios/{instruccion.id}/firmado-fuera"
    assert camina.como("cast-demo-01").post(ruta, data=datos, files=archivo).status_code == 403
    futuro = camina.como("dg").post(ruta, data={**datos, "fecha": "2027-01-15"}, files=archivo)
    assert (futuro.status_code, list(futuro.json()["campos"])) == (422, ["fecha"])
    sin_papel = camina.como("dg").post(ruta, data=datos)
    assert sin_papel.status_code == 422
    hecho = camina.como("dg").post(ruta, data=datos, files=archivo)
    assert hecho.status_code == 200, hecho.text
    assert hecho.json()["estado"] == "firmado_fuera"
    assert {k: hecho.json()["fuera"][k] for k in ("numero", "fecha")} == {
        "numero": "DG/053/2027",
        "fecha": "2027-01-13",
    }
    assert camina.como("dg").post(ruta, data=datos, files=archivo).status_code == 409, "ya no es un borrador"

    solicitud = oficio_de(instancia, folio, "OF-25")
    with Visitante(web, "ce-15") as v:
        pagina = v.get(f"/oficios/{solicitud.id}").text
        assert "Ya se firmó fuera del sistema" in pagina
        anexo = pagina.partition('name="anexo"')[2].partition('<option value="')[2].partition('<option value="')[2]
        campos = {"version": str(solicitud.version), "numero": "CE15/9/2027", "fecha": "", "anexo": anexo[:36]}
        falta = v.post(f"/oficios/{solicitud.id}/fuera", data=campos)
        assert falta.status_code == 422
        assert 'value="CE15/9/2027"' in falta.text, "lo escrito no se pierde"
        assert "escriba la fecha del documento" in falta.text
        registrado = v.post(f"/oficios/{solicitud.id}/fuera", data={**campos, "fecha": "2027-01-11"})
        assert registrado.status_code == 303
        vuelta = unescape(v.get(registrado.headers["location"]).text)
        assert "Quedó registrado que se firmó fuera del sistema." in vuelta
        assert "CE15/9/2027" in vuelta
        historia = unescape(v.get(f"/expedientes/{folio}").text)
        assert "registró que OF-25 se firmó fuera del sistema: CE15/9/2027, del lun 11 ene 2027" in historia


def test_el_plazo_dice_en_su_pagina_con_que_se_cumple(web: str, instancia_sqlite: Instancia) -> None:
    with Visitante(web, "coordinacion") as v:
        tabla = unescape(v.get("/procedimientos/apertura_cast").text)
        assert "Se cumple al enviarse OF-29" in tabla
    camina = Caminante(web)
    publicados = camina.como("coordinacion").get("/procedimientos/apertura_cast").json()["plazos"]
    assert {p["clave"]: p["acto"] for p in publicados} == {"PL-01": "OF-29", "PL-02": "OF-31"}
    camina.cerrar()
    with instancia_sqlite.leer() as s:
        assert s.scalars(select(Plazo).where(col(Plazo.abierto) > reloj.ahora())).all() == []
