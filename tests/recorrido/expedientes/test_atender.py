"""Atender sin perder nada: lo escrito se guarda aparte, dos pestañas no se pisan y se ve antes qué pasará."""

from __future__ import annotations

import re
import threading
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from api.web.turnos import previsto
from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.calendario import fecha_corta
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.comodidades import CapturaGuardada
from modelos.expedientes.expediente import Anexo, Expediente, Turno
from modelos.oficios.oficio import Oficio
from modelos.plazos import vencimientos
from modelos.tabla import Tabla
from modelos.tabla.avance import Pendiente
from tests.accesorios.caminante import EXIGIDOS, Caminante
from tests.accesorios.fabricas import PDF, Instancia, servida
from tests.accesorios.paginas.con_oficios import con_borrador, firmar
from tests.accesorios.paginas.visitante import Visitante

ESCRITO = {"campo-necesidad": "Lo que llevo escrito", "comentario": "Y esto"}


def guardar(v: Visitante, turno: str, revision: int, **textos: str) -> httpx.Response:
    """Como lo hace el navegador mientras se escribe."""
    return v.post(f"/turnos/{turno}/captura", data={"captura_revision": str(revision), **textos})


def primero(instancia: Instancia) -> str:
    return f"{instancia.iniciar('normatividad')}.1.DSTC.1"


def test_lo_escrito_se_guarda_aparte_y_vuelve_al_abrir_el_turno(web: str, instancia_sqlite: Instancia) -> None:
    turno = primero(instancia_sqlite)
    with instancia_sqlite.leer() as s:
        antes = s.get_one(Turno, turno).version, len(s.scalars(select(Asiento)).all())
    with Visitante(web, "dstc") as v, Visitante(web, "coordinacion") as colega:
        assert guardar(v, turno, 0, **ESCRITO).json()["revision"] == 1
        pagina = v.get(f"/turnos/{turno}").text
        assert "Recuperamos lo que llevaba escrito el" in pagina
        assert "Lo que llevo escrito</textarea>" in pagina
        assert 'name="captura_revision" value="1"' in pagina
        # Es sólo suyo: ni un colega de su unidad, que también podría responder, lo ve.
        assert "Lo que llevo escrito" not in colega.get(f"/turnos/{turno}").text
    with instancia_sqlite.leer() as s:
        assert (s.get_one(Turno, turno).version, len(s.scalars(select(Asiento)).all())) == antes
    instancia_sqlite.exigir_integra()


def test_sin_javascript_el_boton_lo_guarda_con_sus_archivos(web: str, instancia_sqlite: Instancia) -> None:
    turno = primero(instancia_sqlite)
    envio = {"acto": "guardar", "version": "1", "captura_revision": "0", "ficha": "f", **ESCRITO}
    dos = [("evidencia-_otro", ("uno.pdf", PDF)), ("evidencia-_otro", ("dos.pdf", PDF + b"\n"))]
    with Visitante(web, "dstc") as v:
        ida = v.post(f"/turnos/{turno}", data=envio, files=dos)
        assert ida.headers["location"] == f"/turnos/{turno}?guardado=1#resumen"
        pagina = v.get(ida.headers["location"]).text
        for dicho in (
            "Se guardó lo que escribió, sin registrarlo",
            "Lo que llevo escrito",
            ">uno.pdf</a>",
            ">dos.pdf</a>",
        ):
            assert dicho in pagina
        v.post(f"/turnos/{turno}/captura/descartar", data={"captura_revision": "1"})
        pagina = v.get(f"/turnos/{turno}").text
        assert "Recuperamos" not in pagina
        assert "Lo que llevo escrito" not in pagina
        assert ">uno.pdf</a>" in pagina


def test_dos_pestanas_no_se_pisan_y_se_ven_las_dos(web: str, instancia_sqlite: Instancia) -> None:
    turno = primero(instancia_sqlite)
    with Visitante(web, "dstc") as v:
        guardar(v, turno, 0, comentario="Desde la primera")
        choque = guardar(v, turno, 0, comentario="Desde la segunda")
        assert choque.status_code == 409
        assert choque.json()["escrito"] == [["Comentario", "Desde la primera"]]
        assert choque.json()["revision"] == 1
        # Reintentar lo mismo, porque no llegó la respuesta, no es un choque.
        assert guardar(v, turno, 0, comentario="Desde la primera").json()["revision"] == 1
        envio = {"acto": "guardar", "version": "1", "captura_revision": "0", "comentario": "Desde la segunda"}
        pagina = v.post(f"/turnos/{turno}", data=envio)
        assert pagina.status_code == 409
        assert "Hay dos versiones de lo que escribió" in pagina.text
        assert "<dd>Desde la primera</dd>" in pagina.text
        assert "Desde la segunda</textarea>" in pagina.text
        assert 'name="captura_revision" value="1"' in pagina.text
        # Descartar lo que ya cambió en otra página no lo tira.
        guardar(v, turno, 1, comentario="Tercera")
        v.post(f"/turnos/{turno}/captura/descartar", data={"captura_revision": "1"})
        assert "Tercera</textarea>" in v.get(f"/turnos/{turno}").text


def test_de_dos_guardados_a_la_vez_gana_uno_y_el_otro_se_entera(instancia: Instancia, direccion: str) -> None:
    turno = primero(instancia)
    codigos: list[int] = []
    with Visitante(direccion, "dstc") as v:
        cookies = dict(v.cookies)

    def mandar(i: int) -> None:
        with Visitante(direccion) as otro:
            otro.cookies.update(cookies)
            codigos.append(guardar(otro, turno, 0, comentario=f"Versión {i}").status_code)

    hilos = [threading.Thread(target=mandar, args=(i,)) for i in range(6)]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    assert sorted(codigos) == [200, 409, 409, 409, 409, 409]
    with instancia.leer() as s:
        assert [c.revision for c in s.scalars(select(CapturaGuardada))] == [1]


def test_al_registrar_se_borra_y_lo_de_otro_queda_para_copiarlo(web: str, instancia_sqlite: Instancia) -> None:
    turno = primero(instancia_sqlite)
    with Visitante(web, "dstc") as gana, Visitante(web, "coordinacion") as llega_tarde:
        guardar(gana, turno, 0, comentario="Lo mío")
        guardar(llega_tarde, turno, 0, comentario="Lo que yo iba a decir")
        assert gana.post(f"/turnos/{turno}", data={"acto": "atender", "version": "1"}).is_redirect
        tarde = guardar(llega_tarde, turno, 1, comentario="Lo que yo iba a decir, completo")
        assert tarde.status_code == 409
        assert "Personal de DSTC (demostración) ya atendió la actividad 1" in tarde.json()["detail"]
        assert re.search(r"\d\d/\d\d/\d{4} a las \d\d:\d\d", tarde.json()["detail"])
        pagina = llega_tarde.get(f"/turnos/{turno}").text
        assert "Ya se respondió" in pagina
        assert "<dd>Lo que yo iba a decir</dd>" in pagina
        assert "Lo mío" not in gana.get(f"/turnos/{turno}").text
    with instancia_sqlite.leer() as s:
        assert len(s.scalars(select(CapturaGuardada)).all()) == 1


def test_solo_guarda_quien_podria_responder_y_nunca_en_nombre_de_otro(web: str, instancia_sqlite: Instancia) -> None:
    turno = primero(instancia_sqlite)
    with Visitante(web) as nadie, Visitante(web, "cst") as ajeno, Visitante(web, "dstc") as v:
        assert guardar(nadie, turno, 0, comentario="x").status_code == 401
        assert guardar(ajeno, turno, 0, comentario="x").status_code == 403
        assert guardar(v, "NORM-2026-9999.1.DSTC.1", 0, comentario="x").status_code == 404
        # En ese navegador entró otra persona mientras la página seguía abierta.
        otra = guardar(v, turno, 0, comentario="x", captura_de="1")
        assert otra.status_code == 409
        assert "ya entró otra persona" in otra.json()["detail"]
        v.post(f"/turnos/{turno}/tomar", data={"version": "1"})
        with Visitante(web, "coordinacion") as colega:
            assert guardar(colega, turno, 0, comentario="x").status_code == 409
        assert guardar(v, turno, 0, comentario="x" * 500_000).status_code == 422
        assert guardar(v, turno, 0, comentario="   ").json()["revision"] == 0
    with instancia_sqlite.leer() as s:
        assert not s.scalars(select(CapturaGuardada)).all()


def test_si_la_sesion_vence_lo_guardado_y_lo_escrito_vuelven_juntos(web: str, instancia_sqlite: Instancia) -> None:
    turno = primero(instancia_sqlite)
    with Visitante(web, "dstc") as v:
        guardar(v, turno, 0, comentario="A medias")
        envio = {"acto": "recuperar", "version": "1", "captura_revision": "1", "comentario": "Completo"}
        pagina = v.post(f"/turnos/{turno}", data=envio).text
        assert "Completo</textarea>" in pagina
        assert 'name="captura_revision" value="1"' in pagina


def test_el_documento_que_cumple_un_oficio_se_dice_con_su_numero(web: str, instancia_sqlite: Instancia) -> None:
    datos: dict[str, Any] = {"cast": "CAST-DEMO-01", "periodo": "2028"}
    folio = instancia_sqlite.iniciar("planeacion_metas", "Metas 2028", **datos)
    instancia_sqlite.cumplir_encargos()
    turno = instancia_sqlite.abiertos(folio)[0]
    with Visitante(web, "dstc") as v:
        assert "Se cumple al firmar el oficio de este paso" in v.get(f"/turnos/{turno.id}").text
        with instancia_sqlite.leer() as s:
            oficio = s.scalars(select(Oficio).where(col(Oficio.folio) == folio)).one()
        numero = firmar(web, "dstc", oficio.id)["numero"]
        assert f"Lo cumple el oficio {numero}." in v.get(f"/turnos/{turno.id}").text


def test_los_antecedentes_traen_los_oficios_ya_firmados(web: str, instancia_sqlite: Instancia) -> None:
    folio, oficio = con_borrador(instancia_sqlite)
    numero = firmar(web, "dstc", oficio)["numero"]
    instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
    with Visitante(web, "cst") as v:
        pagina = v.get(f"/turnos/{instancia_sqlite.abiertos(folio)[0].id}").text
    assert "Un oficio de pasos anteriores" in pagina
    assert numero in pagina


@pytest.mark.parametrize("tabla", list(CATALOGO), ids=lambda t: f"{t.clave}-{t.version}")
def test_lo_que_se_dice_que_pasara_es_lo_que_pasa(
    tabla: Tabla, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{max(tabla.vigente_desde, date(2026, 11, 20))}T12:00:00-06:00")
    with servida(instancia_sqlite) as direccion:
        camina = Caminante(direccion)
        folio, comprobados = camina.iniciar(tabla.clave), 0
        for _ in range(30):
            abiertos = [t for t in camina.ver(folio)["turnos"] if t["salidas"]]
            if not abiertos:
                break
            turno = abiertos[0]
            pendiente = Pendiente(turno["actividad"]["clave"], turno["unidad"], turno["vuelta"])
            antes = _ids(instancia_sqlite, folio)
            with instancia_sqlite.leer() as s:
                expediente = s.get_one(Expediente, folio)
                dicho = previsto.al_responder(s, tabla, expediente, pendiente, reloj.ahora())[turno["salidas"][0]]
            if not dicho.procede:  # y así es: sin los que la fuente exige no termina
                assert camina.atender(turno, turno["salidas"][0]).json()["title"] == EXIGIDOS
                assert "la norma exige que antes se firme" in dicho.frase
                instancia_sqlite.cumplir_encargos()
                instancia_sqlite.firmar_fuera(folio)
                continue
            respuesta = camina.atender(turno, turno["salidas"][0])
            assert respuesta.status_code == 200, respuesta.text
            if "según lo que capture" not in dicho.frase:
                _exigir(instancia_sqlite, folio, antes, dicho.frase)
                comprobados += 1
        camina.cerrar()
    assert comprobados >= 2


def _ids(instancia: Instancia, folio: str) -> set[str]:
    with instancia.leer() as s:
        return set(s.scalars(select(col(Turno.id)).where(col(Turno.folio) == folio)))


def _exigir(instancia: Instancia, folio: str, antes: set[str], frase: str) -> None:
    with instancia.leer() as s:
        expediente = s.get_one(Expediente, folio)
        turnos = s.scalars(select(Turno).where(col(Turno.folio) == folio)).all()
        nuevos = [t for t in turnos if t.id not in antes and t.estado in ("pendiente", "tomado")]
        fechas = vencimientos.fechas_de(s, nuevos)  # la suya o la del tramo que ya corre
    for t in nuevos:
        if t.a_mano:
            assert t.unidad in frase
            vence = fechas[t.id].vence if t.id in fechas else None
            assert (fecha_corta(vence) if vence else "sin plazo fijado") in frase or "no se puede calcular" in frase
        else:
            assert "otro procedimiento" in frase
    assert ("terminará el expediente" in frase) == (expediente.estado == "concluido")
    assert bool(nuevos) or "terminará" in frase or "se seguirá" in frase


def test_un_archivo_repetido_en_el_mismo_envio_no_se_duplica(web: str, instancia_sqlite: Instancia) -> None:
    turno = primero(instancia_sqlite)
    mismos = [("evidencia-_otro", ("uno.pdf", PDF)), ("evidencia-_otro", ("uno.pdf", PDF))]
    envio = {"acto": "adjuntar", "version": "1", "ficha": "f"}
    with Visitante(web, "dstc") as v:
        for _ in range(2):
            assert "Se guardó" in v.post(f"/turnos/{turno}", data=envio, files=mismos).text
    with instancia_sqlite.leer() as s:
        assert len(s.scalars(select(Anexo)).all()) == 1
