"""Los oficios por el contrato HTTP: del borrador al acuse, quién no puede, y lo que llega tarde."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest

from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.con_oficios import con_borrador, con_circular, firmar, oficio_de

CAMPOS = {
    "id", "folio", "clave", "actividad", "forma", "unidad", "numero", "asunto", "estado", "version", "creado",
    "firmado", "firmante", "cargo", "codigo", "sha256", "sellado", "destinatarios", "faltan", "avisos", "motivo",
    "sustituye",
}  # fmt: skip


def test_del_borrador_al_acuse(instancia: Instancia, direccion: str) -> None:
    folio, id_ = con_borrador(instancia)
    with Cliente(direccion, "dstc") as dstc:
        (listado,) = dstc.get(f"/expedientes/{folio}/oficios").json()["elementos"]
        assert set(listado) >= CAMPOS
        assert (listado["estado"], listado["numero"], listado["codigo"]) == ("borrador", None, None)
        assert "cuerpo" not in listado
        leido = dstc.get(f"/oficios/{id_}").json()
        assert "Con fundamento en" in leido["cuerpo"]
        assert [(d["orden"], d["clase"], d["unidad"]) for d in leido["destinatarios"]] == [(0, "para", "CST")]

        borrador = dstc.get(f"/oficios/{id_}/pdf")
        assert borrador.content.startswith(b"%PDF")
        assert 'inline; filename="BORRADOR-OF-01-' in borrador.headers["content-disposition"]
        word = dstc.get(f"/oficios/{id_}/docx")
        assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(word.content)).namelist()

        cambio = {"version": leido["version"], "cuerpo": "Se solicita **atender** lo que sigue.", "anexos": ["1. Uno"]}
        corregido = dstc.post(f"/oficios/{id_}/editar", json=cambio).json()
        assert (corregido["cuerpo"], corregido["asunto"]) == (cambio["cuerpo"], leido["asunto"])
        assert (corregido["anexos"], corregido["version"]) == (["1. Uno"], leido["version"] + 1)

        firmado = dstc.post(f"/oficios/{id_}/firmar", json={"version": corregido["version"]}).json()
        assert firmado["numero"].startswith("DSTC/001/")
        assert firmado["firmante"] == "Personal de DSTC (demostración)"
        assert len(firmado["codigo"]) == 19

        pdf = dstc.get(f"/oficios/{id_}/pdf")
        assert hashlib.sha256(pdf.content).hexdigest() == firmado["sha256"]
        assert pdf.headers["etag"] == f'"{firmado["sha256"]}"'
        assert f'filename="{firmado["numero"].replace("/", "-")}.pdf"' in pdf.headers["content-disposition"]
        repetido = dstc.get(f"/oficios/{id_}/pdf", headers={"If-None-Match": pdf.headers["etag"]})
        assert (repetido.status_code, repetido.content) == (304, b"")
    instancia.cumplir_encargos()
    with Cliente(direccion, "cst") as cst:
        assert cst.get(f"/oficios/{id_}").json()["estado"] == "enviado"
        acusado = cst.post(f"/oficios/{id_}/destinatarios/0/acusar").json()
        assert acusado["destinatarios"][0]["acuse"] == "sistema"
        otra = cst.post(f"/oficios/{id_}/destinatarios/0/acusar", json={"nota": "otra vez"}).json()
        assert otra["destinatarios"] == acusado["destinatarios"]
    instancia.exigir_integra()


def test_quien_no_debe_no_ve_el_borrador_ni_lo_mueve(instancia: Instancia, direccion: str) -> None:
    _, id_ = con_borrador(instancia)
    for alias in ("dcaj", "cast-demo-01", "cst"):
        with Cliente(direccion, alias) as ajeno:
            assert ajeno.get(f"/oficios/{id_}").status_code == 403, alias
            assert ajeno.get(f"/oficios/{id_}/pdf").status_code == 403
            assert ajeno.get(f"/oficios/{id_}/docx").status_code == 403
            assert ajeno.post(f"/oficios/{id_}/editar", json={"version": 1, "asunto": "x"}).status_code == 403
            assert ajeno.post(f"/oficios/{id_}/firmar", json={"version": 1}).status_code == 403
            assert ajeno.post(f"/oficios/{id_}/rehacer", json={"version": 1}).status_code == 403
            assert ajeno.post(f"/oficios/{id_}/cancelar", json={"motivo": "x"}).status_code == 403
            assert ajeno.get("/oficios").json()["total"] == 0
    with Cliente(direccion, "coordinacion") as coordina:
        # Conduce, así que lo ve y lo corrige; pero firma quien tiene el cargo.
        assert coordina.post(f"/oficios/{id_}/editar", json={"version": 1, "asunto": "Otro"}).status_code == 200
        assert coordina.post(f"/oficios/{id_}/firmar", json={"version": 2}).status_code == 403
    with Cliente(direccion) as nadie:
        assert nadie.get(f"/oficios/{id_}").status_code == 401
        assert nadie.get(f"/oficios/{id_}/pdf").status_code == 401
        assert nadie.post(f"/oficios/{id_}/firmar", json={"version": 1}).status_code == 401
    assert oficio_de(instancia, id_.split(".")[0]).estado == "borrador"


def test_firmado_lo_ve_quien_lo_recibe_y_no_los_demas(instancia: Instancia, direccion: str) -> None:
    _, id_ = con_borrador(instancia)
    firmar(direccion, "dstc", id_)
    with Cliente(direccion, "cst") as cst, Cliente(direccion, "dvs") as dvs:
        assert cst.get(f"/oficios/{id_}/pdf").status_code == 200
        assert dvs.get(f"/oficios/{id_}/pdf").status_code == 403
        assert dvs.post(f"/oficios/{id_}/destinatarios/0/acusar").status_code == 403


def test_lo_que_llega_tarde_lo_dice(instancia: Instancia, direccion: str) -> None:
    _, id_ = con_borrador(instancia)
    with Cliente(direccion, "dstc") as dstc, Cliente(direccion, "coordinacion") as coordina:
        assert coordina.post(f"/oficios/{id_}/editar", json={"version": 1, "asunto": "Corregido"}).status_code == 200
        tarde = dstc.post(f"/oficios/{id_}/editar", json={"version": 1, "asunto": "Lo mío"})
        assert tarde.status_code == 409
        assert "Coordinación de la DSTC (demostración) corrigió" in tarde.json()["detail"]
        assert dstc.post(f"/oficios/{id_}/firmar", json={"version": 1}).status_code == 409
        assert dstc.post(f"/oficios/{id_}/firmar", json={"version": 2}).status_code == 200
        otra = dstc.post(f"/oficios/{id_}/firmar", json={"version": 2})
        assert otra.status_code == 409
        assert "ya está firmado" in otra.json()["detail"]


@pytest.mark.parametrize(
    ("cambio", "campo"),
    [
        ({"asunto": ""}, "asunto"),
        ({"asunto": "x" * 301}, "asunto"),
        ({"cuerpo": " "}, "cuerpo"),
        ({"cuerpo": "x" * 60_001}, "cuerpo"),
        ({"destinatarios": []}, "destinatarios"),
        ({"destinatarios": [{"nombre": " ", "cargo": ""}]}, "destinatarios.0.nombre"),
        ({"cuerpo": "campana \x07"}, "cuerpo"),
        ({"otro": 1}, "otro"),
    ],
)
def test_una_correccion_mala_dice_en_que_campo(
    instancia_sqlite: Instancia, web: str, cambio: dict[str, object], campo: str
) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Cliente(web, "dstc") as dstc:
        respuesta = dstc.post(f"/oficios/{id_}/editar", json={"version": 1, **cambio})
        assert (respuesta.status_code, set(respuesta.json()["campos"])) == (422, {campo})
        assert dstc.get(f"/oficios/{id_}").json()["version"] == 1


def test_lo_que_falta_impide_firmar_hasta_escribirlo(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Cliente(web, "dstc") as dstc:
        con_hueco = {"version": 1, "cuerpo": "Para el [FALTA: datos.fecha], remita lo pedido."}
        corregido = dstc.post(f"/oficios/{id_}/editar", json=con_hueco).json()
        assert corregido["faltan"] == ["datos.fecha"]
        assert any("Faltan datos por escribir: datos.fecha." in aviso for aviso in corregido["avisos"])
        no = dstc.post(f"/oficios/{id_}/firmar", json={"version": 2})
        assert (no.status_code, "datos.fecha" in no.json()["detail"]) == (422, True)


def test_cancelar_conserva_el_numero_y_sustituir_lo_releva(instancia: Instancia, direccion: str) -> None:
    _, id_ = con_borrador(instancia)
    firmado = firmar(direccion, "dstc", id_)
    with Cliente(direccion, "dstc") as dstc, Cliente(direccion, "cst") as cst:
        assert cst.post(f"/oficios/{id_}/sustituir").status_code == 403
        assert cst.post(f"/oficios/{id_}/cancelar", json={"motivo": "no"}).status_code == 403
        nuevo = dstc.post(f"/oficios/{id_}/sustituir").json()
        assert dstc.post(f"/oficios/{id_}/sustituir").json()["id"] == nuevo["id"]
        assert (nuevo["estado"], nuevo["sustituye"]) == ("borrador", id_)
        relevo = firmar(direccion, "dstc", nuevo["id"])
        anterior = dstc.get(f"/oficios/{id_}").json()
        assert (anterior["estado"], anterior["numero"]) == ("sustituido", firmado["numero"])
        assert dstc.post(f"/oficios/{relevo['id']}/cancelar", json={"motivo": " "}).status_code == 422
        cancelado = dstc.post(f"/oficios/{relevo['id']}/cancelar", json={"motivo": "Se envió por error"}).json()
        assert (cancelado["estado"], cancelado["numero"]) == ("cancelado", relevo["numero"])
        assert cancelado["motivo"] == "Se envió por error"
        assert dstc.post(f"/oficios/{relevo['id']}/cancelar", json={"motivo": "otra vez"}).status_code == 409
    instancia.cumplir_encargos()
    instancia.exigir_integra()


def test_uno_suelto_va_a_quien_se_diga_y_repetirlo_no_hace_dos(instancia: Instancia, direccion: str) -> None:
    folio, _ = con_borrador(instancia)
    pedido = {
        "plantilla": "normatividad/of_03",
        "emisor": "DSTC",
        "para": ["DCAJ"],
        "ccp": ["CST"],
        "externos": [{"nombre": "Una persona de fuera", "cargo": "Titular", "institucion": "Otra"}],
    }
    with Cliente(direccion, "dstc") as dstc:
        suelto = dstc.post(f"/expedientes/{folio}/oficios", json=pedido, headers={"Idempotency-Key": "uno"})
        assert suelto.status_code == 201, suelto.text
        otra = dstc.post(f"/expedientes/{folio}/oficios", json=pedido, headers={"Idempotency-Key": "uno"})
        assert otra.json()["id"] == suelto.json()["id"]
        quienes = [(d["clase"], d["unidad"], d["nombre"]) for d in suelto.json()["destinatarios"]]
        assert [(c, u) for c, u, _ in quienes] == [("para", "DCAJ"), ("ccp", "CST"), ("para", None)]
        assert any("en papel" in aviso for aviso in suelto.json()["avisos"])
        for cambio, campo in (({"para": [], "externos": []}, "para"), ({"para": ["NADIE"]}, "para")):
            mala = dstc.post(f"/expedientes/{folio}/oficios", json={**pedido, **cambio})
            assert (mala.status_code, set(mala.json()["campos"])) == (422, {campo})
        inexistente = dstc.post(f"/expedientes/{folio}/oficios", json={**pedido, "plantilla": "../base"})
        assert inexistente.status_code == 404
    id_ = suelto.json()["id"]
    firmar(direccion, "dstc", id_)
    with Cliente(direccion, "dstc") as dstc:
        assert dstc.post(f"/oficios/{id_}/destinatarios/2/acusar").status_code == 422
        acuse = dstc.post(f"/oficios/{id_}/destinatarios/2/acusar", json={"nota": "Lo recibió su secretaría"})
        assert acuse.json()["destinatarios"][2]["acuse"] == "papel"
        assert dstc.post(f"/oficios/{id_}/destinatarios/9/acusar").status_code == 404
        assert dstc.post(f"/oficios/{id_}/destinatarios/-1/acusar").status_code == 422
    with Cliente(direccion, "cast-demo-01") as ajeno:
        assert ajeno.post(f"/expedientes/{folio}/oficios", json=pedido).status_code == 403


def test_se_buscan_por_estado_unidad_y_texto_y_por_paginas(instancia_sqlite: Instancia, web: str) -> None:
    ids = [con_borrador(instancia_sqlite, f"Asunto {i}")[1] for i in range(3)]
    firmado = firmar(web, "dstc", ids[0])
    with Cliente(web, "dstc") as dstc:
        primera = dstc.get("/oficios", params={"limite": 2}).json()
        segunda = dstc.get("/oficios", params={"limite": 2, "cursor": primera["siguiente"]}).json()
        assert [o["id"] for o in primera["elementos"] + segunda["elementos"]] == ids[::-1]
        assert segunda["siguiente"] is None
        por_numero = dstc.get("/oficios", params={"texto": firmado["numero"]}).json()
        assert [o["id"] for o in por_numero["elementos"]] == [ids[0]]
        assert dstc.get("/oficios", params={"estado": "borrador"}).json()["total"] == 2
        assert dstc.get("/oficios", params={"unidad": "CST"}).json()["total"] == 0
        assert dstc.get("/oficios", params={"estado": "perdido"}).status_code == 422
        assert dstc.get("/oficios", params={"texto": "100%"}).json()["total"] == 0
        assert dstc.get("/oficios/NADA").status_code == 404


def test_la_circular_dice_quien_falta(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_circular(instancia_sqlite)
    firmar(web, "cst", id_)
    instancia_sqlite.cumplir_encargos()
    with Cliente(web, "cast-demo-02") as cast:
        orden = next(
            d["orden"] for d in cast.get(f"/oficios/{id_}").json()["destinatarios"] if d["unidad"] == "CAST-DEMO-02"
        )
        assert cast.post(f"/oficios/{id_}/destinatarios/{orden}/acusar").status_code == 200
        ajeno = next(d for d in cast.get(f"/oficios/{id_}").json()["destinatarios"] if d["unidad"] == "CAST-DEMO-03")
        assert cast.post(f"/oficios/{id_}/destinatarios/{ajeno['orden']}/acusar").status_code == 403
    with Cliente(web, "cst") as cst:
        oficio = cst.get(f"/oficios/{id_}").json()
        assert oficio["forma"] == "oficio circular"
        sin_acuse = {d["unidad"] for d in oficio["destinatarios"] if not d["acusado"]}
        assert sin_acuse == {"CAST-DEMO-01", "CAST-DEMO-03"}


def test_rehacer_devuelve_lo_que_da_la_plantilla(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Cliente(web, "dstc") as dstc:
        original = dstc.get(f"/oficios/{id_}").json()["cuerpo"]
        dstc.post(f"/oficios/{id_}/editar", json={"version": 1, "cuerpo": "Otra cosa"})
        assert dstc.post(f"/oficios/{id_}/rehacer", json={"version": 1}).status_code == 409
        hecho = dstc.post(f"/oficios/{id_}/rehacer", json={"version": 2}).json()
        assert (hecho["cuerpo"], hecho["version"]) == (original, 3)


def test_un_pdf_perdido_se_vuelve_a_componer_y_uno_alterado_no_se_entrega(
    instancia_sqlite: Instancia, web: str
) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    sha = firmar(web, "dstc", id_)["sha256"]
    (archivo,) = instancia_sqlite.ajustes.carpeta_oficios.glob(f"*/{sha}.pdf")
    original = archivo.read_bytes()
    archivo.write_bytes(original[:-1] + b"x")
    with Cliente(web, "dstc") as dstc:
        assert dstc.get(f"/oficios/{id_}/pdf").content == original
    assert json.loads(oficio_de(instancia_sqlite, id_.split(".")[0]).contenido or "{}")["numero"]
