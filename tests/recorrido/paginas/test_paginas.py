"""Las páginas, recorridas por HTTP: a quién dejan pasar, qué contestan y qué no pierden."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest

from api.web.piezas.formularios import LoEscrito, a_json
from flujos.catalogo import CATALOGO
from flujos.manual_dstc.concertacion import Pago, Solicitud
from flujos.manual_dstc.normatividad import Registro
from modelos.actos.turnos import asignacion
from modelos.comprobacion.reproduccion import revisar_cadena
from modelos.expedientes.expediente import Expediente
from modelos.sesion import transaccion
from modelos.tabla.formularios import validar
from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.visitante import Visitante, folio_de, hasta_la_consulta


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


@pytest.mark.usefixtures("reloj_detenido")
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
        (turno,) = instancia_sqlite.abiertos(folio_de(v))
        assert w.post(f"/turnos/{turno.id}", data={"acto": "atender", "version": "1", "comentario": malo}).is_redirect
        for camino in (
            "/",
            "/bandeja",
            "/expedientes",
            f"/expedientes?texto={malo}",
            f"/expedientes/{turno.folio}",
            f"/turnos/{turno.id}",
        ):
            cuerpo = w.get(camino).text
            assert "<script>" not in cuerpo
            assert "<img" not in cuerpo
            assert " style=" not in cuerpo


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
        assert v.post(f"/expedientes/{folio}/inventado", data={"motivo": "x"}).status_code == 404


def test_quien_ve_pero_no_atiende_recibe_403_al_enviar(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with Visitante(web, "direccion") as v:
        assert "Usted puede verlo, pero no responder" in v.get(f"/turnos/{folio}.1.DSTC.1").text
        respuesta = v.post(f"/turnos/{folio}.1.DSTC.1", data={"acto": "atender", "version": "1", "comentario": "mío"})
        assert respuesta.status_code == 403
        assert "mío" in respuesta.text


def test_tres_unidades_que_responden_a_la_vez_quedan_las_tres(direccion: str, instancia: Instancia) -> None:
    centros = ("cast-demo-01", "cast-demo-02", "cast-demo-03")
    with ExitStack() as abiertos, ThreadPoolExecutor(3) as hilos:
        visitantes = {centro: abiertos.enter_context(Visitante(direccion, centro)) for centro in centros}
        for _ in range(5):
            folio = hasta_la_consulta(instancia)
            juntas = Barrier(3)

            def responder(centro: str, folio: str = folio, juntas: Barrier = juntas) -> int:
                envio = {"acto": "atender", "version": "1", "campo-observaciones": f"Observa {centro}"}
                juntas.wait(20)
                return visitantes[centro].post(f"/turnos/{folio}.4.{centro.upper()}.1", data=envio).status_code

            assert list(hilos.map(responder, centros)) == [303, 303, 303]
            assert [turno.actividad for turno in instancia.abiertos(folio)] == ["5"]
    instancia.exigir_integra()


def test_la_bitacora_se_baja_entera_y_es_la_de_la_api(direccion: str, instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    (turno,) = instancia.abiertos(folio)
    for n in range(1, 101):
        with instancia.como("dstc") as ctx:
            asignacion.tomar(ctx, turno.id, 2 * n - 1)
            asignacion.liberar(ctx, turno.id, 2 * n)
    with Visitante(direccion, "coordinacion") as v, Cliente(direccion, "coordinacion") as api:
        assert "Los 201 asientos concuerdan entre sí" in v.get(f"/expedientes/{folio}").text
        bajada = v.get(f"/expedientes/{folio}/bitacora.json")
        assert bajada.headers["content-disposition"] == f'attachment; filename="{folio}-bitacora.json"'
        tramo = api.get(f"/expedientes/{folio}/bitacora").json()
        resto = api.get(f"/expedientes/{folio}/bitacora", params={"cursor": tramo["siguiente"]}).json()
        assert bajada.json() == {**resto, "elementos": tramo["elementos"] + resto["elementos"]}
        assert revisar_cadena(bajada.json()["elementos"]) is None
        assert v.get("/expedientes/NADA/bitacora.json").status_code == 404
    with Visitante(direccion, "dvs") as v:
        assert v.get(f"/expedientes/{folio}/bitacora.json").status_code == 403


@pytest.mark.parametrize(
    ("cambio", "desde"),
    [
        pytest.param({"asientos": 1}, 2, id="hay un asiento de más"),
        pytest.param({"asientos": 3}, 3, id="falta un asiento"),
        pytest.param({"ultimo_hash": "f" * 64}, 2, id="el último no es el que se resumió"),
    ],
)
def test_la_historia_se_compara_con_el_resumen_del_expediente(
    web: str, instancia_sqlite: Instancia, cambio: dict[str, object], desde: int
) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    with transaccion(instancia_sqlite.url) as s:
        s.get_one(Expediente, folio).sqlmodel_update(cambio)
    with Visitante(web, "coordinacion") as v:
        assert f"no cuadra a partir del asiento {desde}." in v.get(f"/expedientes/{folio}").text


def test_no_se_cierra_otra_espera_que_la_que_mostro_la_pagina(web: str, instancia_sqlite: Instancia) -> None:
    folio = hasta_la_consulta(instancia_sqlite)
    with Visitante(web, "coordinacion") as v:
        assert '<input type="hidden" name="vuelta" value="1">' in v.get(f"/expedientes/{folio}").text
        envio = {"actividad": "4", "motivo": "Venció lo acordado"}
        vieja = v.post(f"/expedientes/{folio}/cerrar-espera", data={**envio, "vuelta": "2"})
        assert vieja.status_code == 409
        assert "Venció lo acordado" in vieja.text
        assert v.post(f"/expedientes/{folio}/cerrar-espera", data={**envio, "vuelta": "1"}).status_code == 303


def test_lo_invisible_que_no_se_puede_guardar_se_quita(direccion: str, instancia: Instancia) -> None:
    with Visitante(direccion, "coordinacion") as v:
        assert v.iniciar(asunto="Con\x00 nulo").status_code == 303
        folio = folio_de(v)
        (turno,) = instancia.abiertos(folio)
        envio = {"acto": "atender", "version": "1", "campo-necesidad": "De\x00l Decreto", "comentario": "\x00"}
        assert v.post(f"/turnos/{turno.id}", data=envio).status_code == 303
        pagina = v.get(f"/expedientes/{folio}").text
        assert "Con nulo" in pagina
        assert "Del Decreto" in pagina
        for camino in (
            "/expedientes?texto=%00",
            "/expedientes?procedimiento=%00",
            "/?procedimiento=%00",
            "/bandeja?texto=%00",
        ):
            assert v.get(camino).status_code in (200, 422), camino
        for camino in ("/expedientes/%00", "/turnos/%00", "/anexos/%00", f"/expedientes/%00{folio}/bitacora.json"):
            assert v.get(camino).status_code in (404, 422), camino
        assert v.entrar("cst\x00", "x\x00").status_code == 401


def test_la_pregunta_de_la_fuente_encabeza_la_decision(web: str, instancia_sqlite: Instancia) -> None:
    con_pregunta = [(t, act) for t in CATALOGO for act in t.actividades if act.pregunta]
    assert con_pregunta
    with Visitante(web, "coordinacion") as v:
        for tabla, act in con_pregunta:
            assert html.escape(act.pregunta) in v.get(f"/procedimientos/{tabla.clave}").text
    folio = hasta_la_consulta(instancia_sqlite)
    for turno in instancia_sqlite.abiertos(folio):
        instancia_sqlite.atender(turno)
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    (turno,) = instancia_sqlite.abiertos(folio)
    with Visitante(web, turno.unidad.lower()) as v:
        leyenda = instancia_sqlite.actividad(turno).pregunta or "¿Qué resolvió?"
        assert f"<legend>{leyenda}</legend>" in v.get(f"/turnos/{turno.id}").text


def test_lo_que_manda_el_navegador_se_vuelve_json_con_tipos() -> None:
    def leido(modelo: type, **textos: str) -> dict[str, object]:
        captura = LoEscrito({f"campo-{n}": v for n, v in textos.items()}, {})
        return validar(modelo, a_json(modelo.model_json_schema(), captura))  # type: ignore[attr-defined]

    assert leido(Pago, cuota=" 1,500.50 ") == {"cuota": "1500.50"}
    assert leido(Pago, cuota="") == {"cuota": None}
    assert leido(Solicitud, solicitante="A", servicio="B")["pide_cotizacion"] is False
    assert leido(Solicitud, solicitante="A", servicio="B", pide_cotizacion="on")["pide_cotizacion"] is True
    assert leido(Registro, registro="R", fecha_registro="5/3/2026")["fecha_registro"] == "2026-03-05"
