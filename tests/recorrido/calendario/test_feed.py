"""El feed de calendario: lo lee cualquiera que tenga el enlace, y nadie cuando se revoca."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta

import httpx
import pytest
from icalendar import Calendar, Component
from sqlalchemy import select
from sqlmodel import col

from modelos.actos.conduccion import conducir
from modelos.administracion import personas
from modelos.avisos.suscripcion import Suscripcion
from modelos.organizacion.organigrama import Adscripcion, por_correo
from modelos.plazos.plazo import Plazo
from modelos.sesion import transaccion
from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.con_plazos import ACENTOS, publicar
from tests.accesorios.tablas.fechas import fecha

SUSCRIPCIONES = "/calendario/suscripciones"


@pytest.fixture(autouse=True)
def con_tablas(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    publicar(request, monkeypatch)


def suscribir(cliente: Cliente, **cuerpo: str) -> str:
    """El camino del enlace, sin la dirección pública."""
    respuesta = cliente.post(SUSCRIPCIONES, json=cuerpo)
    assert respuesta.status_code == 201, respuesta.text
    enlace: str = respuesta.json()["enlace"]
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/api/v1/calendario/feed/[\w-]{43}\.ics", enlace)
    return enlace.partition("/api/v1")[2]


def leer(direccion: str, camino: str) -> str:
    """El feed, pedido sin sesión."""
    respuesta = httpx.get(f"{direccion}/api/v1{camino}")
    assert respuesta.status_code == 200, respuesta.text
    assert respuesta.headers["content-type"] == "text/calendar; charset=utf-8"
    return respuesta.content.decode()


def eventos(texto: str) -> list[Component]:
    """Los eventos de plazo, según `icalendar`; aparte va lo que se abrirá solo."""
    return [e for e in Calendar.from_ical(texto).walk("VEVENT") if not str(e["UID"]).startswith("ciclo.")]


def eventos_a_mano(texto: str, *, ciclos: bool = False) -> list[dict[str, str]]:
    """Otra lectura, escrita aparte con el RFC 5545 a la vista: desdobla, separa y quita escapes."""
    assert texto.endswith("\r\n")
    assert "\n" not in texto.replace("\r\n", "")
    lineas = texto.split("\r\n")[:-1]
    assert max(len(linea.encode()) for linea in lineas) <= 75
    enteras = "\r\n".join(lineas).replace("\r\n ", "").split("\r\n")
    assert (enteras[0], enteras[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    leidos: list[dict[str, str]] = []
    for linea in enteras:
        nombre, _, valor = linea.partition(":")
        if linea == "BEGIN:VEVENT":
            leidos.append({})
        elif leidos:
            leidos[-1][nombre] = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], valor)
    return [e for e in leidos if e["UID"].startswith("ciclo.") == ciclos]


def test_el_feed_lleva_un_evento_por_plazo_en_su_fecha_conservadora(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("poda", "Poda del árbol de Juana")
    with Cliente(direccion, "dstc") as dstc:
        camino = suscribir(dstc)
    texto = leer(direccion, camino)
    calendario = Calendar.from_ical(texto)
    assert str(calendario["X-WR-CALNAME"]) == "Plazos de Personal de DSTC (demostración)"
    assert calendario["X-PUBLISHED-TTL"] == "PT1H"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in texto
    (evento,) = eventos(texto)
    conservador = fecha("lun 2027-05-10")
    assert (evento.decoded("DTSTART"), evento.decoded("DTEND")) == (conservador, conservador + timedelta(1))
    assert str(evento["UID"]) == f"{folio}.1.DSTC.1@plazos.dstc"
    assert str(evento["SUMMARY"]) == f"{folio}, revisar la solicitud"
    descripcion = str(evento["DESCRIPTION"])
    for dice in (
        "Actividad 1: Revisa la solicitud.",
        "Vence el mar 11 may 2027.",
        "Fecha conservadora: lun 10 may 2027",
        "Fundamento: Manual inventado, art. 5.",
        "Por qué: 5 días hábiles desde el lun 3 may 2027",
        f"http://127.0.0.1:8000/turnos/{folio}.1.DSTC.1",
    ):
        assert dice in descripcion
    assert "Juana" not in texto  # el enlace no pide contraseña: sin asuntos
    (a_mano,) = eventos_a_mano(texto)
    assert a_mano["DTSTART;VALUE=DATE"] == "20270510"
    assert a_mano["DESCRIPTION"] == descripcion


def test_los_acentos_comas_y_saltos_llegan_enteros_a_dos_lectores(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("poda")
    for _ in range(2):
        instancia.atender(instancia.abiertos(folio)[0])
    with Cliente(direccion, "cast-demo-01") as cast:
        texto = leer(direccion, suscribir(cast, unidad="CAST-DEMO-01"))
    assert "Opinión técnica\\; con comas\\, puntos" in texto.replace("\r\n ", "")
    (evento,), (a_mano,) = eventos(texto), eventos_a_mano(texto)
    assert str(evento["SUMMARY"]) == a_mano["SUMMARY"] == f"{folio}, {ACENTOS}"
    assert str(evento["DESCRIPTION"]) == a_mano["DESCRIPTION"]
    assert "Inferido: La fuente no dice cuántos días." in a_mano["DESCRIPTION"].split("\n")


def test_al_moverse_el_plazo_sube_su_secuencia_y_conserva_su_uid(
    instancia: Instancia, direccion: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = instancia.iniciar("poda")
    with Cliente(direccion, "dstc") as dstc:
        camino = suscribir(dstc)

    def evento() -> tuple[str, int, object, object, str]:
        (uno,) = eventos(leer(direccion, camino))
        dia, cambio = uno.decoded("DTSTART"), uno.decoded("LAST-MODIFIED")
        return str(uno["UID"]), int(str(uno["SEQUENCE"])), dia, cambio, str(uno["STATUS"])

    antes = evento()
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-04T10:00:00-06:00")
    with instancia.como("coordinacion") as ctx:
        conducir.prorrogar(ctx, folio, 2, "Hace falta un dictamen")
    despues = evento()
    assert (antes[0], antes[1], antes[2], antes[4]) == (despues[0], 0, fecha("lun 2027-05-10"), "CONFIRMED")
    assert (despues[1], despues[2]) == (1, fecha("mié 2027-05-12"))
    assert despues[3] > antes[3]  # type: ignore[operator]
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "Se pidió información")
    assert (evento()[1], evento()[4]) == (2, "TENTATIVE")


def test_quinientos_eventos_se_leen_y_ninguno_se_repite(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("poda")
    with transaccion(instancia.url) as s:
        modelo = s.scalars(select(Plazo).where(col(Plazo.folio) == folio)).one()
        columnas = {c.name: getattr(modelo, c.name) for c in Plazo.__table__.columns}  # type: ignore[attr-defined]
        dia = date(2027, 5, 10)
        for n in range(499):
            vence = dia + timedelta(n)
            otro = {"id": f"{folio}.X.{n}", "turno_id": None, "vence": vence, "conservador": vence}
            s.add(Plazo(**{**columnas, **otro}))
    with Cliente(direccion, "dstc") as dstc:
        texto = leer(direccion, suscribir(dstc))
    uids = {str(e["UID"]) for e in eventos(texto)}
    assert len(uids) == len(eventos_a_mano(texto)) == 500


def test_lo_cumplido_sale_del_feed_y_lo_que_no_tiene_fecha_se_dice(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("riego", centro="CAST-DEMO-01", evento="2027-05-03")
    instancia.iniciar("riego", centro="CAST-DEMO-01")
    with Cliente(direccion, "cast-demo-01") as cast:
        camino = suscribir(cast)
    texto = leer(direccion, camino)
    assert len(eventos_a_mano(texto)) == 1
    assert "1 plazo no tiene fecha y no sale aquí" in str(Calendar.from_ical(texto)["X-WR-CALDESC"])
    instancia.atender(next(t for t in instancia.abiertos(folio)))
    assert not eventos(leer(direccion, camino))


def test_pedirlo_dos_veces_da_304_y_no_lo_guarda_nadie_en_el_camino(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("poda")
    with Cliente(direccion, "dstc") as dstc:
        url = f"{direccion}/api/v1{suscribir(dstc)}"
    primera = httpx.get(url)
    etiqueta = primera.headers["etag"]
    assert primera.headers["cache-control"] == "private, no-cache"
    assert primera.headers["referrer-policy"] == "no-referrer"
    for condicion in (etiqueta, f"W/{etiqueta}", f'"otra", {etiqueta}'):
        segunda = httpx.get(url, headers={"If-None-Match": condicion})
        assert (segunda.status_code, segunda.content, segunda.headers["etag"]) == (304, b"", etiqueta)
    instancia.atender(instancia.abiertos(folio)[0])
    tercera = httpx.get(url, headers={"If-None-Match": etiqueta})
    assert tercera.status_code == 200
    assert tercera.headers["etag"] != etiqueta


def test_un_enlace_revocado_o_ajeno_no_da_nada(
    instancia: Instancia, direccion: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    instancia.iniciar("poda")
    with Cliente(direccion, "dstc") as dstc, Cliente(direccion, "cst") as cst:
        viejo, nuevo = suscribir(dstc), suscribir(dstc)
        de_unidad = suscribir(dstc, unidad="DSTC")
        (una, otra) = dstc.get(SUSCRIPCIONES).json()["elementos"]
        assert {una["unidad"], otra["unidad"]} == {None, "DSTC"}
        assert "enlace" not in una
        leer(direccion, nuevo)
        leer(direccion, de_unidad)
        assert cst.get(SUSCRIPCIONES).json()["total"] == 0
        assert cst.delete(f"{SUSCRIPCIONES}/{una['id']}").status_code == 404
        assert cst.post(SUSCRIPCIONES, json={"unidad": "DSTC"}).status_code == 403
        assert dstc.delete(f"{SUSCRIPCIONES}/{una['id']}").json()["revocada"]
        assert dstc.delete(f"{SUSCRIPCIONES}/{otra['id']}").status_code == 200
        assert dstc.delete(f"{SUSCRIPCIONES}/99999999999").status_code == 404
    with Cliente(direccion) as nadie:
        assert nadie.post(SUSCRIPCIONES, json={}).status_code == 401
        for camino in (viejo, nuevo, de_unidad, "/calendario/feed/inventado.ics", f"/calendario/feed/{'x' * 3000}.ics"):
            respuesta = nadie.get(camino)
            assert respuesta.status_code == 404, camino
            assert respuesta.headers["content-type"] == "application/problem+json"
            assert "pida otro" in respuesta.json()["detail"]
    with instancia.leer() as s:
        guardadas = [f.model_dump_json() for f in s.scalars(select(Suscripcion))]
    secretos = [c.rpartition("/")[2].removesuffix(".ics") for c in (viejo, nuevo, de_unidad)]
    del_servidor = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore")))
    assert not [x for x in secretos if x in "".join(guardadas) or x in del_servidor]


def test_se_puede_preguntar_si_cambio_sin_bajarlo(instancia: Instancia, direccion: str) -> None:
    instancia.iniciar("poda")
    with Cliente(direccion, "dstc") as dstc:
        camino = suscribir(dstc)
    entero = httpx.get(f"{direccion}/api/v1{camino}")
    cabeza = httpx.head(f"{direccion}/api/v1{camino}")
    assert (cabeza.status_code, cabeza.content) == (200, b"")
    for nombre in ("etag", "content-type", "content-length", "cache-control"):
        assert cabeza.headers[nombre] == entero.headers[nombre]
    assert httpx.head(f"{direccion}/api/v1/calendario/feed/inventado.ics").status_code == 404


def test_quien_se_va_o_deja_la_unidad_pierde_sus_enlaces(instancia: Instancia, direccion: str) -> None:
    instancia.iniciar("poda")
    with Cliente(direccion, "dstc") as dstc, Cliente(direccion, "cst") as cst:
        se_va, deja = suscribir(dstc), suscribir(cst, unidad="CST")
    with transaccion(instancia.url) as s:
        personas.dar_de_baja(s, "dstc@demo.local")
        persona = por_correo(s, "cst@demo.local")
        assert persona
        for adscripcion in s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == persona.id)):
            adscripcion.desde = adscripcion.hasta = date(2026, 1, 1)
    for camino in (se_va, deja):
        assert httpx.get(f"{direccion}/api/v1{camino}").status_code == 404


def test_nadie_ve_en_su_feed_los_plazos_de_otra_unidad(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("poda")
    for _ in range(2):
        instancia.atender(instancia.abiertos(folio)[0])
    with Cliente(direccion, "cast-demo-02") as cast:
        (evento,) = eventos_a_mano(leer(direccion, suscribir(cast)))
    assert evento["UID"] == f"{folio}.3.CAST-DEMO-02.1@plazos.dstc"


def test_lo_que_se_abrira_solo_tambien_sale_en_su_fecha(instancia: Instancia, direccion: str) -> None:
    with Cliente(direccion, "cast-demo-02") as cast, Cliente(direccion, "jd") as jd:
        previstos = eventos_a_mano(leer(direccion, suscribir(cast)), ciclos=True)
        ajenos = eventos_a_mano(leer(direccion, suscribir(jd)), ciclos=True)
    assert previstos
    assert not ajenos
    for evento in previstos:
        assert evento["SUMMARY"].startswith("Se abre: ")
        assert evento["SUMMARY"].endswith("(CAST-DEMO-02)")
        assert evento["DESCRIPTION"].startswith("Se abrirá solo el ")
        assert "20270503" <= evento["DTSTART;VALUE=DATE"] <= "20280503"
    assert len({e["UID"] for e in previstos}) == len(previstos)
