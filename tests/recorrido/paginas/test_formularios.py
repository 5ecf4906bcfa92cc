"""Lo que se envía dos veces, tarde, mal o a medias desde una página: nada se pierde y nada se registra por error."""

from __future__ import annotations

import base64
import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from modelos.ajustes import Ajustes
from modelos.expedientes.expediente import Expediente
from modelos.sesion import transaccion
from tests.accesorios.fabricas import PDF, Instancia, servida
from tests.accesorios.paginas.visitante import Visitante, folio_de


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


def test_otra_respuesta_de_la_misma_persona_no_se_confirma_ni_se_pierde(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    camino = f"/turnos/{folio}.1.DSTC.1"
    envio = {"acto": "atender", "version": "1", "campo-necesidad": " Lo del Decreto", "comentario": "Uno\r\n"}
    archivo = {"evidencia-_otro": ("oficio.pdf", PDF)}
    with Visitante(web, "dstc") as v:
        primera = v.post(camino, data={**envio, "ficha": "a"}, files=archivo)
        assert primera.headers["location"] == f"/expedientes/{folio}?registrado=2#confirmacion"
        # Lo mismo desde otra pestaña, con o sin el archivo que ya está: se confirma.
        for ficha, archivos in (("a", archivo), ("b", archivo), ("c", {"evidencia-_otro": ("", b"")})):
            igual = v.post(camino, data={**envio, "ficha": ficha}, files=archivos)
            assert igual.headers.get("location") == primera.headers["location"]
        for cambio, archivos in (
            ({"comentario": "Dos, distinto"}, archivo),
            ({"campo-necesidad": "Dos, distinto"}, archivo),
            ({"comentario": "Dos, distinto"}, {}),
            ({"acto": "adjuntar", "campo-necesidad": "Dos, distinto"}, archivo),
            ({"ficha": "a", "salida": "otra", "comentario": "Dos, distinto"}, {}),
        ):
            otra = v.post(camino, data={**envio, **cambio}, files=archivos)
            assert otra.status_code == 409
            assert "Usted ya había respondido" in otra.text
            assert "Lo del Decreto" in otra.text
            assert "<dd>Dos, distinto</dd>" in otra.text
        for ficha in ("a", "nueva"):
            con_otro = {"evidencia-_otro": ("segundo.pdf", PDF + b"\n")}
            otra = v.post(camino, data={**envio, "ficha": ficha}, files=con_otro)
            assert otra.status_code == 409
            assert "Tampoco se agregó lo que adjuntó: «segundo.pdf»" in otra.text
    instancia_sqlite.exigir_integra()


def test_el_mismo_formulario_con_otro_archivo_guarda_el_otro(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    camino, envio = f"/turnos/{folio}.1.DSTC.1", {"acto": "adjuntar", "version": "1", "ficha": "la-misma"}
    with Visitante(web, "dstc") as v:
        for nombre, contenido in (("uno.pdf", PDF), ("uno.pdf", PDF), ("dos.pdf", PDF + b"\n")):
            v.post(camino, data=envio, files={"evidencia-_otro": (nombre, contenido)})
        pagina = v.get(camino).text
        assert pagina.count(">uno.pdf</a>") == 1
        assert pagina.count(">dos.pdf</a>") == 1


def test_volver_atras_y_enviar_otra_vez_no_abre_un_segundo_sin_preguntar(web: str, instancia_sqlite: Instancia) -> None:
    with Visitante(web, "coordinacion") as v, Visitante(web, "direccion"):
        envio = {"asunto": "Revisar los Lineamientos", "campo-ordenamiento": "Lineamientos 2026"}
        primero = v.iniciar(ficha="a", **envio)
        folio = folio_de(v)
        repetido = {**envio, "asunto": "  revisar  los LINEAMIENTOS "}
        pregunta = v.iniciar(ficha="b", **repetido)
        assert pregunta.status_code == 409
        assert f"Ya abrió {folio} con este asunto hace un momento" in pregunta.text
        assert "revisar  los LINEAMIENTOS" in pregunta.text
        assert 'value="Lineamientos 2026"' in pregunta.text
        assert f'href="/expedientes/{folio}"' in pregunta.text
        assert f'name="otro" value="{folio}"' in pregunta.text
        assert "1 expediente, el más reciente primero" in " ".join(v.get("/expedientes").text.split())
        # El mismo envío, repetido, sigue siendo el mismo; confirmar abre uno más, y sólo uno.
        assert v.iniciar(ficha="a", **envio).headers["location"] == primero.headers["location"]
        otro = v.iniciar(ficha="b", otro=folio, **repetido)
        assert otro.is_redirect
        assert v.iniciar(ficha="b", otro=folio, **repetido).headers["location"] == otro.headers["location"]
        assert v.iniciar(ficha="c", otro=folio, **repetido).status_code == 409
    with transaccion(instancia_sqlite.url) as s:
        for expediente in s.scalars(select(Expediente)):
            expediente.abierto -= timedelta(minutes=11)
    with Visitante(web, "coordinacion") as v:
        assert v.iniciar(ficha="d", **envio).is_redirect


def test_si_la_sesion_vence_lo_escrito_se_puede_enviar_despues(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    envio = {"acto": "atender", "version": "1", "campo-necesidad": "Lo que tardé en escribir"}
    with Visitante(web, vencida=True) as v:
        fuera = v.post(f"/turnos/{folio}.1.DSTC.1", data=envio)
        assert fuera.status_code == 401
        guardado = html.unescape(re.search(r'name="guardado" value="([^"]*)"', fuera.text).group(1))  # type: ignore[union-attr]
        dentro = v.entrar("dstc", guardado=guardado)
        assert dentro.status_code == 200
        assert "Lo que tardé en escribir" in dentro.text
        assert f'action="/turnos/{folio}.1.DSTC.1#resumen"' in dentro.text
        ajeno = '{"accion": "//ajeno.example", "textos": {}}'
        assert v.entrar("dstc", guardado=ajeno).headers["location"] == "/"


@pytest.mark.parametrize(
    ("alias", "camino", "envio", "conserva"),
    [
        pytest.param(
            "cst",
            "/turnos/{}.1.CST.1",
            {"acto": "atender", "version": "1", "campo-servicio": "Ensayo <b>", "campo-pide_cotizacion": "on"},
            ('value="Ensayo &lt;b&gt;"', 'name="campo-pide_cotizacion" value="on" checked', "elíjalos otra vez"),
            id="un turno",
        ),
        pytest.param(
            "coordinacion",
            "/turnos/{}.1.CST.1/reasignar",
            {"version": "1", "persona": "1", "motivo": "Está de guardia"},
            ('<details class="mas" open>', "\nEstá de guardia</textarea>"),
            id="una reasignación",
        ),
        pytest.param(
            "coordinacion",
            "/bandeja/{}.1.CST.1/reasignar",
            {"version": "1", "volver": "unidad=CST", "persona": "1", "motivo": "Está de guardia"},
            ('<details class="mas vista" open>', 'value="Está de guardia"', 'href="#motivo-'),
            id="una reasignación desde la lista",
        ),
        pytest.param(
            "coordinacion",
            "/expedientes/{}/comentar",
            {"comentario": "Falta el visto bueno"},
            ("\nFalta el visto bueno</textarea>",),
            id="un comentario",
        ),
        pytest.param(
            "coordinacion",
            "/expedientes/{}/suspender",
            {"motivo": "Falta presupuesto"},
            ('<details class="mas acto" open>', "\nFalta presupuesto</textarea>", 'href="#suspender-motivo"'),
            id="un acto de conducción",
        ),
        pytest.param(
            "coordinacion",
            "/expedientes/{}/reanudar",
            {"motivo": "Ya hay presupuesto"},
            ("<dd>Ya hay presupuesto</dd>", "Eso ya no procede"),
            id="un acto que ya no se ofrece",
        ),
        pytest.param(
            "coordinacion",
            "/procedimientos/concertacion/iniciar",
            {"asunto": "Otro", "ficha": "f", "campo-tope_vueltas": "7"},
            ("\nOtro</textarea>", 'value="7"', 'name="ficha" value="f"'),
            id="un inicio",
        ),
    ],
)
def test_al_entrar_de_nuevo_se_vuelve_al_formulario_y_nada_se_registra(
    web: str, instancia_sqlite: Instancia, alias: str, camino: str, envio: dict[str, str], conserva: tuple[str, ...]
) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    camino = camino.format(folio)
    with Visitante(web, vencida=True) as v:
        archivos = {"evidencia-solicitud": ("oficio.pdf", PDF)} if "acto" in envio else {}
        fuera = v.post(camino, data=envio, files=archivos)
        assert fuera.status_code == 401
        guardado = html.unescape(re.search(r'name="guardado" value="([^"]*)"', fuera.text).group(1))  # type: ignore[union-attr]
        dentro = v.entrar(alias, guardado=guardado)
        assert dentro.status_code == 200
        assert f'action="{camino}#resumen"' in dentro.text
        assert "<dd>on</dd>" not in dentro.text
        if "campo-pide_cotizacion" in envio:
            assert "<dt>Pide cotización</dt><dd>Sí</dd>" in dentro.text
        ocultos = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', dentro.text)
        assert "acto" not in dict(ocultos)
        datos = {html.unescape(n): html.unescape(valor) for n, valor in ocultos} | {"acto": "recuperar"}
        formulario = v.post(camino, data=datos)
        assert formulario.status_code == 200
        assert "odavía no se registra" in formulario.text
        for parte in conserva:
            assert parte in formulario.text
        assert "<title>Error" not in formulario.text
    assert instancia_sqlite.expediente(folio).asientos == 1


def test_quien_no_habia_escrito_nada_solo_entra(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    with Visitante(web, vencida=True) as v:
        for camino in (f"/turnos/{folio}.1.CST.1", f"/turnos/{folio}.1.CST.1/tomar"):
            fuera = v.post(camino, data={"acto": "atender", "version": "1", "ficha": "x", "comentario": " "})
            assert fuera.headers["location"] == f"/entrar?ir=/turnos/{folio}.1.CST.1"


@pytest.mark.parametrize(
    "guardado",
    [
        pytest.param("{", id="a medias"),
        pytest.param("9" * 5000, id="numero enorme"),
        pytest.param("[" * 70_000, id="muy anidado"),
        pytest.param(
            '{"accion":"/turnos/X.1.Y.1","textos":' + '{"a":' * 10_000 + "1" + "}" * 10_001, id="textos anidados"
        ),
        pytest.param('{"accion": "\\ud800", "textos": {}}', id="media letra en la accion"),
        pytest.param('{"accion": "/turnos/X.1.Y.1/tomar", "textos": {}}', id="un acto que no sabe volver"),
        pytest.param('{"accion": ["/"], "textos": {}}', id="otro tipo"),
        pytest.param('{"accion": "/turnos/X.1.Y.1", "textos": ["a"]}', id="textos en lista"),
        pytest.param('{"accion": "/turnos/X.1.Y.1", "textos": {"a": "' + "a" * 90_000 + '"}}', id="enorme"),
        pytest.param("null", id="nada"),
    ],
)
def test_lo_guardado_que_no_se_entiende_se_ignora(web: str, guardado: str) -> None:
    with Visitante(web, vencida=True) as v:
        assert v.entrar("cst", "clave-errada", guardado=guardado).status_code == 401
        entrada = v.entrar("cst", guardado=guardado)
        assert entrada.status_code == 303
        assert entrada.headers["location"] == "/"
        assert v.get("/").status_code == 200


def test_las_mitades_de_letra_que_traiga_lo_guardado_se_quitan(web: str) -> None:
    with Visitante(web, vencida=True) as v:
        dentro = v.entrar(
            "cst", guardado='{"accion":"/turnos/X.1.Y.1","textos":{"comentario":"a\\ud800b","n\\ud800":"c"}}'
        )
        assert dentro.status_code == 200
        assert "<dd>ab</dd>" in dentro.text


@pytest.mark.parametrize("malo", ["9" * 5000, str(2**31), str(10**17), "-1", "1.5", "٣", "²", "0x1", "uno", ""])
def test_un_numero_imposible_se_toma_por_ausente_o_se_dice(web: str, instancia_sqlite: Instancia, malo: str) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    turno = f"/turnos/{folio}.1.DSTC.1"
    with Visitante(web, "coordinacion") as v:
        pagina = v.get(f"/expedientes/{folio}", params={"registrado": malo})
        assert pagina.status_code == 200
        assert "Quedó registrado" not in pagina.text
        motivo = {"motivo": "Porque sí"}
        assert v.post(turno, data={"acto": "atender", "version": malo, "comentario": "Mío"}).status_code == 409
        assert v.post(f"{turno}/tomar", data={"version": malo}).status_code == 409
        assert v.post(f"{turno}/reasignar", data={"version": "1", "persona": malo, **motivo}).status_code == 422
        assert v.post(f"/expedientes/{folio}/ampliar-vueltas", data={"tope": malo, **motivo}).status_code == 422
        espera = v.post(f"/expedientes/{folio}/cerrar-espera", data={"actividad": "4", "vuelta": malo, **motivo})
        assert espera.status_code == 409
        inicio = v.iniciar(asunto="Un tope que no es", **{"campo-tope_vueltas": malo or "?"})
        assert inicio.status_code == 422
        assert "Un tope que no es" in inicio.text
        for camino in ("/bandeja", "/expedientes"):
            for cursor in (malo, base64.urlsafe_b64encode(f"[{malo}, 1]".encode()).decode()):
                assert v.get(camino, params={"cursor": cursor}).status_code in (200, 422)
            hondo = base64.urlsafe_b64encode(b"[" * 20_000).decode()
            assert v.get(camino, params={"cursor": hondo}).status_code == 422
    assert instancia_sqlite.expediente(folio).asientos == 1


def test_lo_que_pasa_del_largo_se_rechaza_con_lo_escrito(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    turno = f"/turnos/{folio}.1.CST.1"
    escrito = {"campo-solicitante": "Una empresa", "campo-servicio": "Ensayo"}
    with Visitante(web, "coordinacion") as v, Visitante(web, "cst") as w:
        for largo, camino, control in (
            (300, "/procedimientos/concertacion/iniciar", "asunto"),
            (2000, f"/expedientes/{folio}", "motivo"),
            (2000, turno, "motivo"),
        ):
            assert re.search(rf'name="{control}"[^>]*maxlength="{largo}"', v.get(camino).text), camino
        formulario = w.get(turno).text
        assert re.search(r'name="comentario"[^>]*maxlength="5000"', formulario)
        assert re.search(r'name="campo-solicitante"[^>]*maxlength="200"', formulario)
        for visitante, camino, envio, control, cuanto in (
            (w, turno, {"acto": "atender", "version": "1", **escrito}, "comentario", 5001),
            (v, f"/expedientes/{folio}/suspender", {}, "motivo", 2001),
            (v, f"{turno}/reasignar", {"version": "1", "persona": "1"}, "motivo", 2001),
            (v, "/procedimientos/concertacion/iniciar", {"campo-tope_vueltas": "5"}, "asunto", 301),
        ):
            respuesta = visitante.post(camino, data={**envio, control: "ñ" * cuanto})
            assert respuesta.status_code == 422, camino
            assert "ñ" * cuanto + "</textarea>" in respuesta.text, camino
            assert re.search(rf'href="#[\w-]*{control}"', respuesta.text), camino
        monstruo = w.post(turno, data={"comentario": "x" * (1 << 20) + "x"}, files={"evidencia-_otro": ("a.pdf", PDF)})
        assert monstruo.status_code == 400
        assert "No se entendió la solicitud" in monstruo.text
    assert instancia_sqlite.expediente(folio).asientos == 1


def test_el_dinero_se_guarda_como_se_escribio_o_se_rechaza_en_su_campo(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    de_cada_una = {
        "1": {"solicitante": "Una empresa", "servicio": "Ensayo"},
        "3": {"cast": "CAST-DEMO-01"},
        "4": {"disponibilidad": "Sí"},
    }
    while (turno := instancia_sqlite.abiertos(folio)[0]).actividad != "10":
        if turno.actividad == "7":
            with Visitante(web, "cst") as v:
                envio = {"acto": "atender", "version": "1", "campo-instrumento": "convenio"}
                assert v.post(
                    f"/turnos/{turno.id}", data=envio, files={"evidencia-instrumento": ("a.pdf", PDF)}
                ).is_redirect
        else:
            instancia_sqlite.atender(turno, **de_cada_una.get(turno.actividad, {}))
    salida = next(iter(instancia_sqlite.actividad(turno).salidas))
    envio = {"acto": "atender", "version": "1", "salida": salida, "comentario": "Según recibo"}
    with Visitante(web, turno.unidad.lower()) as v:
        for mala in ("1,5", "1.500,00", "12,34,5", "1e3", "٣", "$1500", "1 500", "-5", "1.234"):
            respuesta = v.post(f"/turnos/{turno.id}", data={**envio, "campo-cuota": mala})
            assert respuesta.status_code == 422, mala
            assert f'value="{mala}"' in respuesta.text
            assert 'href="#campo-cuota"' in respuesta.text
            assert 'id="campo-cuota-error"' in respuesta.text
            assert "Según recibo" in respuesta.text
        assert v.post(f"/turnos/{turno.id}", data={**envio, "campo-cuota": " 1,500.00 "}).is_redirect
    assert instancia_sqlite.expediente(folio).datos["cuota"] == "1500.00"


def test_reasignar_desde_la_pagina_pide_motivo(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    turno = f"/turnos/{folio}.1.CST.1"
    with Visitante(web, "coordinacion") as v:
        pagina = v.get(turno).text
        assert re.search(r'id="motivo"[^>]* required', pagina)
        persona = re.search(r'<option value="(\d+)">', pagina).group(1)  # type: ignore[union-attr]
        sin_motivo = v.post(f"{turno}/reasignar", data={"version": "1", "persona": persona, "motivo": "  \n"})
        assert sin_motivo.status_code == 422
        assert 'href="#motivo"' in sin_motivo.text
        assert f'<option value="{persona}" selected>' in sin_motivo.text
        assert v.post(f"{turno}/reasignar", data={"version": "1", "persona": persona, "motivo": "Guardia"}).is_redirect
    assert instancia_sqlite.expediente(folio).asientos == 2


def test_si_la_base_no_responde_se_puede_volver_a_enviar(tmp_path: Path) -> None:
    sin_base = Instancia(Ajustes(datos=tmp_path, base="postgresql+psycopg://nadie@127.0.0.1:1/nada", demo=True))
    with servida(sin_base) as direccion, Visitante(direccion) as v:
        v.cookies.set("dstc_sesion", "cualquiera")
        respuesta = v.post("/turnos/NORM-2026-0001.1.DSTC.1", data={"acto": "atender", "comentario": "Tardé en esto"})
        assert respuesta.status_code == 503
        assert "Volver a enviar" in respuesta.text
        assert 'name="comentario" value="Tardé en esto"' in respuesta.text
        # Con un archivo elegido no: enviar sólo los textos sería otra respuesta.
        con_archivo = v.post(
            "/turnos/NORM-2026-0001.1.DSTC.1",
            data={"acto": "atender", "comentario": "Tardé en esto"},
            files={"evidencia-_otro": ("a.pdf", PDF)},
        )
        assert con_archivo.status_code == 503
        assert "Volver a enviar" not in con_archivo.text
        assert 'name="acto" value="atender"' not in con_archivo.text
        assert 'name="acto" value="recuperar"' in con_archivo.text
