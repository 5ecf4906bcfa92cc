"""Las páginas, recorridas por HTTP: a quién dejan pasar, qué contestan y qué no pierden."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx
import pytest

from api.web.formularios import Captura, a_json
from flujos.manual_dstc.concertacion import Pago, Solicitud
from flujos.manual_dstc.normatividad import Registro
from modelos.ajustes import Ajustes
from modelos.demo import CLAVE
from modelos.formularios import validar
from tests.fabricas import Instancia, servida


@pytest.fixture
def web(instancia_sqlite: Instancia) -> Iterator[str]:
    with servida(instancia_sqlite) as direccion:
        yield direccion


class Visitante(httpx.Client):
    """Un navegador sin pantalla: guarda su cookie y dice de dónde viene."""

    def __init__(self, direccion: str, alias: str | None = None) -> None:
        super().__init__(base_url=direccion, timeout=30, headers={"Sec-Fetch-Site": "same-origin"})
        self.alias = alias

    def __enter__(self) -> Self:
        super().__enter__()
        if self.alias:
            assert self.entrar(self.alias).status_code == 303
        return self

    def entrar(self, alias: str, clave: str = CLAVE, **mas: str) -> httpx.Response:
        return self.post("/entrar", data={"correo": f"{alias}@demo.local", "clave": clave, **mas})

    def iniciar(self, **mas: str) -> httpx.Response:
        return self.post("/procedimientos/normatividad/iniciar", data={"campo-tope_vueltas": "5", **mas})


def test_sin_sesion_se_entra_y_se_vuelve_a_lo_que_se_pedia(web: str) -> None:
    with Visitante(web) as v:
        respuesta = v.get("/expedientes?texto=abc")
        assert respuesta.status_code == 303
        assert respuesta.headers["location"] == "/entrar?ir=/expedientes%3Ftexto%3Dabc"
        pagina = v.get(respuesta.headers["location"]).text
        ir = html.unescape(re.search(r'name="ir" value="([^"]*)"', pagina).group(1))  # type: ignore[union-attr]
        assert v.entrar("cst", ir=ir).headers["location"] == "/expedientes?texto=abc"
        assert v.get("/entrar?ir=/procedimientos").headers["location"] == "/procedimientos"


@pytest.mark.parametrize(
    "ir",
    ["https://ajeno.example/", "//ajeno.example", "/\\ajeno.example", "\\\\ajeno.example", "javascript:alert(1)", ""],
)
def test_la_entrada_no_lleva_a_otro_sitio(web: str, ir: str) -> None:
    with Visitante(web) as v:
        assert v.entrar("cst", ir=ir).headers["location"] == "/"
        assert v.get("/entrar", params={"ir": ir}).headers["location"] == "/"


def test_la_cookie_no_la_lee_un_programa_ni_viaja_desde_otro_sitio(web: str) -> None:
    with Visitante(web) as v:
        galleta = v.entrar("cst").headers["set-cookie"]
        assert "HttpOnly" in galleta
        assert "SameSite=lax" in galleta
        assert v.post("/salir", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert v.get("/").status_code == 200
        assert v.post("/salir").headers["location"] == "/entrar?salio=1"
        assert v.get("/").status_code == 303


def test_la_contrasena_mala_se_dice_en_la_pagina_y_a_la_sexta_hay_que_esperar(web: str) -> None:
    with Visitante(web) as v:
        for _ in range(5):
            mala = v.entrar("cst", "clave-errada")
            assert mala.status_code == 401
        assert "no son correctos" in mala.text
        assert 'value="cst@demo.local"' in mala.text
        assert "clave-errada" not in mala.text
        espera = v.entrar("cst")
        assert espera.status_code == 429
        assert int(espera.headers["retry-after"]) > 0


def test_lo_escrito_nunca_se_vuelve_programa(web: str, instancia_sqlite: Instancia) -> None:
    malo = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    with Visitante(web, "coordinacion") as v, Visitante(web, "dstc") as w:
        assert v.iniciar(asunto=malo, ficha=malo, **{"campo-ordenamiento": malo}).status_code == 303
        (turno,) = instancia_sqlite.abiertos(_folio(v))
        assert w.post(f"/turnos/{turno.id}", data={"acto": "atender", "version": "1", "comentario": malo}).is_redirect
        for camino in (
            "/",
            "/expedientes",
            f"/expedientes?texto={malo}",
            f"/expedientes/{turno.folio}",
            f"/turnos/{turno.id}",
        ):
            cuerpo = w.get(camino).text
            assert "<script" not in cuerpo
            assert "<img" not in cuerpo
            assert " style=" not in cuerpo


def test_enviar_dos_veces_el_inicio_abre_un_solo_expediente(web: str) -> None:
    with Visitante(web, "coordinacion") as v:
        primero = v.iniciar(asunto="Una sola vez", ficha="la-misma")
        segundo = v.iniciar(asunto="Una sola vez", ficha="la-misma")
        assert primero.headers["location"] == segundo.headers["location"]
        otro = v.iniciar(asunto="Cambié de idea", ficha="la-misma")
        assert otro.status_code == 409
        assert "Cambié de idea" in otro.text
        assert "la-misma" not in otro.text


def test_repetir_la_misma_respuesta_la_confirma_en_vez_de_reganar(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    envio = {"acto": "atender", "version": "1"}
    with Visitante(web, "dstc") as v:
        primera = v.post(f"/turnos/{folio}.1.DSTC.1", data=envio)
        segunda = v.post(f"/turnos/{folio}.1.DSTC.1", data=envio)
        assert (
            primera.headers["location"]
            == segunda.headers["location"]
            == f"/expedientes/{folio}?registrado=2#confirmacion"
        )


def test_si_la_sesion_vence_lo_escrito_se_puede_enviar_despues(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    envio = {"acto": "atender", "version": "1", "campo-necesidad": "Lo que tardé en escribir"}
    with Visitante(web) as v:
        fuera = v.post(f"/turnos/{folio}.1.DSTC.1", data=envio)
        assert fuera.status_code == 401
        guardado = html.unescape(re.search(r'name="guardado" value="([^"]*)"', fuera.text).group(1))  # type: ignore[union-attr]
        dentro = v.entrar("dstc", guardado=guardado)
        assert dentro.status_code == 200
        assert "Lo que tardé en escribir" in dentro.text
        assert f'action="/turnos/{folio}.1.DSTC.1"' in dentro.text
        ajeno = '{"accion": "//ajeno.example", "textos": {}}'
        assert v.entrar("dstc", guardado=ajeno).headers["location"] == "/"


def test_si_la_base_no_responde_se_puede_volver_a_enviar(tmp_path: Path) -> None:
    sin_base = Instancia(Ajustes(datos=tmp_path, base="postgresql+psycopg://nadie@127.0.0.1:1/nada", demo=True))
    with servida(sin_base) as direccion, Visitante(direccion) as v:
        v.cookies.set("dstc_sesion", "cualquiera")
        respuesta = v.post("/turnos/NORM-2026-0001.1.DSTC.1", data={"acto": "atender", "comentario": "Tardé en esto"})
        assert respuesta.status_code == 503
        assert "Volver a enviar" in respuesta.text
        assert 'name="comentario" value="Tardé en esto"' in respuesta.text


def test_lo_ajeno_y_lo_que_no_existe_se_dicen_en_una_pagina(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with Visitante(web, "dvs") as v:
        for camino, codigo in (
            (f"/expedientes/{folio}", 403),
            (f"/turnos/{folio}.1.DSTC.1", 403),
            ("/procedimientos/normatividad/iniciar", 403),
            ("/expedientes/NORM-1999-0001", 404),
            ("/procedimientos/otro", 404),
            ("/anexos/nada", 404),
            ("/no-existe", 404),
        ):
            respuesta = v.get(camino)
            assert respuesta.status_code == codigo, camino
            assert "<h1>" in respuesta.text
            assert "Salir" in respuesta.text
        assert v.post(f"/turnos/{folio}.1.DSTC.1", data={"acto": "atender", "version": "1"}).status_code == 403
        assert v.post(f"/expedientes/{folio}/cancelar", data={"motivo": "x"}).status_code == 403


def test_quien_ve_pero_no_atiende_recibe_403_al_enviar(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with Visitante(web, "direccion") as v:
        assert "Usted puede verlo, pero no responder" in v.get(f"/turnos/{folio}.1.DSTC.1").text
        respuesta = v.post(f"/turnos/{folio}.1.DSTC.1", data={"acto": "atender", "version": "1", "comentario": "mío"})
        assert respuesta.status_code == 403
        assert "mío" in respuesta.text


def test_lo_que_manda_el_navegador_se_vuelve_json_con_tipos() -> None:
    def leido(modelo: type, **textos: str) -> dict[str, object]:
        captura = Captura({f"campo-{n}": v for n, v in textos.items()}, {})
        return validar(modelo, a_json(modelo.model_json_schema(), captura))  # type: ignore[attr-defined]

    assert leido(Pago, cuota="$ 1,500.50") == {"cuota": "1500.50"}
    assert leido(Pago, cuota="") == {"cuota": None}
    assert leido(Solicitud, solicitante="A", servicio="B")["pide_cotizacion"] is False
    assert leido(Solicitud, solicitante="A", servicio="B", pide_cotizacion="on")["pide_cotizacion"] is True
    assert leido(Registro, registro="R", fecha_registro="5/3/2026")["fecha_registro"] == "2026-03-05"


def _folio(v: Visitante) -> str:
    hallado = re.search(r"/expedientes/([A-Z]+-\d{4}-\d{4})", v.get("/expedientes").text)
    assert hallado
    return hallado.group(1)
