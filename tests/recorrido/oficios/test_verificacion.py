"""La verificación pública: qué se dice, a quién no se le dice nada, y cuánto se puede probar."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from modelos.oficios import verificacion_publica
from modelos.organizacion.intentos import IntentoFallido
from modelos.sesion import transaccion
from modelos.tabla.emision import ALFABETO, LARGO_CODIGO
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.paginas.con_oficios import con_borrador, firmar
from tests.accesorios.paginas.visitante import Visitante

INVENTADO = "0123-4567-89AB-CDEF"
CAMPOS = {
    "codigo", "unidad", "nombre_unidad", "numero", "fecha", "asunto", "estado", "sustituto", "sello", "sha256",
    "sellado", "sello_coincide",
}  # fmt: skip


@pytest.fixture
def firmado(instancia_sqlite: Instancia, web: str) -> dict[str, str]:
    _, id_ = con_borrador(instancia_sqlite)
    oficio: dict[str, str] = firmar(web, "dstc", id_)
    return oficio


@pytest.fixture
def pdf(firmado: dict[str, str], web: str) -> Iterator[bytes]:
    with Cliente(web, "dstc") as dstc:
        yield dstc.get(f"/oficios/{firmado['id']}/pdf").content


def test_con_el_codigo_se_sabe_lo_minimo_y_nada_mas(firmado: dict[str, str], web: str) -> None:
    codigo = firmado["codigo"]
    formas = (codigo, codigo.lower(), codigo.replace("-", ""), codigo.replace("-", " "), codigo.replace("0", "O"))
    with Cliente(web) as nadie:
        for escrito in formas:
            dada = nadie.get(f"/verificacion/{escrito}")
            assert dada.status_code == 200, escrito
            assert dada.json()["numero"] == firmado["numero"]
        assert set(dada.json()) == CAMPOS
        assert (dada.json()["estado"], dada.json()["sha256"]) == ("vigente", firmado["sha256"])
        assert len(dada.json()["sello"]) == 64
        assert dada.headers["x-robots-tag"] == "noindex"
        for dato in ("demostración", "Con fundamento", firmado["folio"]):
            assert dato not in dada.text


def test_la_pagina_publica_dice_lo_mismo_sin_sesion(firmado: dict[str, str], web: str) -> None:
    with Visitante(web) as v:
        for camino in (f"/v/{firmado['codigo'].replace('-', '')}", f"/verificacion?codigo={firmado['codigo'].lower()}"):
            pagina = v.get(camino)
            assert pagina.status_code == 200
            assert "está vigente" in pagina.text
            assert firmado["numero"] in pagina.text
            assert firmado["folio"] not in pagina.text
            assert '<meta name="robots" content="noindex">' in pagina.text
            assert pagina.headers["x-robots-tag"] == "noindex"
        assert v.get("/verificacion").status_code == 200


def test_del_codigo_y_del_sello_no_importan_espacios_ni_lo_que_no_se_ve(firmado: dict[str, str], web: str) -> None:
    """Así quedan al copiarlos de un PDF, de un correo o de un documento de Word."""
    codigo = firmado["codigo"]
    formas = (
        "\u200b".join(codigo),
        codigo.replace("-", "\u00ad\u2011"),
        codigo.replace("-", "\u00a0"),
        f"\ufeff{codigo} .",
        codigo.translate(str.maketrans("AEKMTX", "\u0410\u0415\u041a\u041c\u0422\u0425")),
        f"https://otra.ejemplo.mx/v/{codigo.replace('-', '').lower()}",
    )
    with Cliente(web) as nadie, Visitante(web) as v:
        for escrito in formas:
            assert firmado["numero"] in v.get("/verificacion", params={"codigo": escrito}).text, ascii(escrito)
        sello = nadie.get(f"/verificacion/{codigo}").json()["sello"]
        copiado = "\u200b".join(sello[:32]).upper() + " \u00a0" + sello[32:50] + "\u00ad\n" + sello[50:]
        for pegado, coincide in ((copiado, True), (sello[:-1] + "g", False), (sello[::-1], False), (" ", False)):
            dada = nadie.get(f"/verificacion/{codigo}", params={"sello": pegado})
            assert (dada.status_code, dada.json()["sello_coincide"]) == (200, coincide), ascii(pegado)
        assert "El sello es el de este oficio" in v.post(f"/v/{codigo}", data={"sello": copiado}).text
        assert "El sello no es el de este oficio" in v.post(f"/v/{codigo}", data={"sello": "0" * 64}).text


def test_un_codigo_que_no_existe_y_uno_mal_escrito_dan_lo_mismo(firmado: dict[str, str], web: str) -> None:
    assert firmado["codigo"] != INVENTADO
    with Cliente(web) as nadie, Visitante(web) as v:
        respuestas = [nadie.get(f"/verificacion/{c}") for c in (INVENTADO, "x", "' OR 1=1", "U" * LARGO_CODIGO)]
        assert {r.status_code for r in respuestas} == {404}
        assert len({r.text for r in respuestas}) == 1
        paginas = [v.get(f"/v/{c}") for c in (INVENTADO, "x", "U" * 300)]
        assert {p.status_code for p in paginas} == {404}
        # Sólo cambia el camino que la propia página repite, y aquí no lo repite.
        assert len({p.text for p in paginas}) == 1


def test_un_borrador_no_se_verifica(instancia_sqlite: Instancia, web: str) -> None:
    _, id_ = con_borrador(instancia_sqlite)
    with Cliente(web) as nadie:
        assert nadie.get(f"/verificacion/{id_}").status_code == 404


def test_dice_si_se_cancelo_o_cual_lo_sustituye(firmado: dict[str, str], web: str) -> None:
    with Cliente(web, "dstc") as dstc, Cliente(web) as nadie, Visitante(web) as v:
        nuevo = dstc.post(f"/oficios/{firmado['id']}/sustituir").json()
        assert nadie.get(f"/verificacion/{firmado['codigo']}").json()["estado"] == "vigente"
        relevo = firmar(web, "dstc", nuevo["id"])
        dada = nadie.get(f"/verificacion/{firmado['codigo']}").json()
        assert (dada["estado"], dada["sustituto"]) == ("sustituido", relevo["numero"])
        assert f"Lo sustituye {relevo['numero']}." in v.get(f"/v/{firmado['codigo']}").text
        dstc.post(f"/oficios/{relevo['id']}/cancelar", json={"motivo": "Un motivo reservado"})
        assert nadie.get(f"/verificacion/{relevo['codigo']}").json()["estado"] == "cancelado"
        pagina = v.get(f"/v/{relevo['codigo']}").text
        assert "se canceló" in pagina
        assert "reservado" not in pagina


def test_un_byte_cambiado_ya_no_es_el_mismo_documento(firmado: dict[str, str], pdf: bytes, web: str) -> None:
    cambiado = bytearray(pdf)
    cambiado[len(pdf) // 2] ^= 1
    with Cliente(web) as nadie, Visitante(web) as v:
        for contenido, igual in ((pdf, True), (bytes(cambiado), False), (pdf + b"\n", False), (b"", False)):
            archivo = {"archivo": ("recibido.pdf", contenido, "application/pdf")}
            dicho = nadie.post(f"/verificacion/{firmado['codigo']}", files=archivo)
            assert (dicho.status_code, dicho.json()["identico"]) == (200, igual)
            pagina = v.post(f"/v/{firmado['codigo']}", files=archivo)
            assert ("Es idéntico al original" if igual else "No es el mismo documento") in pagina.text
        assert nadie.post(f"/verificacion/{INVENTADO}", files={"archivo": ("a.pdf", pdf)}).status_code == 404
        assert v.post(f"/v/{firmado['codigo']}", data={}).status_code == 422


def test_un_archivo_enorme_se_rechaza_sin_compararlo(firmado: dict[str, str], web: str) -> None:
    enorme = b"x" * (verificacion_publica.MAXIMO + 1)
    with Cliente(web) as nadie, Visitante(web) as v:
        archivo = {"archivo": ("enorme.pdf", enorme, "application/pdf")}
        assert nadie.post(f"/verificacion/{firmado['codigo']}", files=archivo).status_code == 413
        pagina = v.post(f"/v/{firmado['codigo']}", files=archivo)
        assert (pagina.status_code, "pasa de 20 MB" in pagina.text) == (413, True)


@pytest.mark.usefixtures("reloj_detenido")
def test_quien_prueba_codigos_tiene_tope_y_el_bueno_pasa_siempre(instancia: Instancia) -> None:
    _, id_ = con_borrador(instancia)
    with servida(instancia) as direccion, Cliente(direccion) as nadie, Visitante(direccion) as v:
        bueno = firmar(direccion, "dstc", id_)["codigo"]
        tope = instancia.ajustes.intentos_max * verificacion_publica.FACTOR
        for i in range(tope):
            inventado = "".join(ALFABETO[(i + j) % 32] for j in range(LARGO_CODIGO))
            assert nadie.get(f"/verificacion/{inventado}").status_code == 404
            assert nadie.get(f"/verificacion/{bueno}").status_code == 200
        cerrada = nadie.get(f"/verificacion/{INVENTADO}")
        assert (cerrada.status_code, int(cerrada.headers["retry-after"]) > 0) == (429, True)
        pagina = v.get(f"/v/{INVENTADO}")
        assert (pagina.status_code, "demasiados intentos" in pagina.text) == (429, True)
        assert v.get(f"/v/{bueno}").status_code == 200, "quien falla no estorba a quien trae un oficio bueno"
        assert v.get("/verificacion").status_code == 200
        # Entrar al sistema no se cierra por eso: son cuentas aparte.
        assert v.entrar("dstc").status_code == 303


def test_los_fallos_viejos_se_tiran(instancia_sqlite: Instancia, web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Cliente(web) as nadie:
        for hora in ("10:00", "10:05", "11:00"):
            monkeypatch.setenv("DSTC_RELOJ", f"2026-11-20T{hora}:00-06:00")
            assert nadie.get(f"/verificacion/{INVENTADO}").status_code == 404
    with transaccion(instancia_sqlite.url) as s:
        assert s.scalar(select(func.count(col(IntentoFallido.id)))) == 1


def test_de_ipv6_se_cuenta_la_subred() -> None:
    llave = verificacion_publica._llave
    assert llave("2001:db8:1:2::1") == llave("2001:db8:1:2:ffff::9")
    assert llave("2001:db8:1:2::1") != llave("2001:db8:1:3::1")
    assert llave("10.0.0.1") != llave("10.0.0.2")
    assert llave("fe80::1%eth0")
