"""La administración de los avisos por fuera: páginas, API y órdenes; y a quién no se le deja."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.avisos import canales
from modelos.avisos.entrega import Canal, Entrega
from modelos.sesion import transaccion
from tareas.avisos.cartero import Cartero
from tareas.avisos.envio import enviar
from tareas.avisos.junta import juntar
from tareas.avisos.recordatorios import barrer
from tests.accesorios.fabricas import Cliente, Instancia, puerto_libre
from tests.accesorios.paginas.navegador import Sala, abrir_navegador, faltas_de_acceso, ruta_navegador, se_sale
from tests.accesorios.paginas.visitante import Visitante
from tests.accesorios.plazos import plantar

RAIZ = Path(__file__).parents[3]
SECRETA = "tgram://123456789:abcdefg_hijklmnop/12315544/"
DATOS = {"nombre": "Grupo de la DSTC", "direccion": SECRETA, "unidad": "DSTC"}
AJENOS = ("direccion", "coordinacion", "cst")


@pytest.fixture
def escucha() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Un servicio HTTP al que Apprise sabe escribir: su dirección y lo recibido."""
    recibidos: list[dict[str, str]] = []

    class Recibe(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            recibidos.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - firma de la biblioteca
            """Callado."""

    servidor = ThreadingHTTPServer(("127.0.0.1", 0), Recibe)
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{servidor.server_port}/ruta-secreta", recibidos
    servidor.shutdown()
    servidor.server_close()


@pytest.fixture
def con_entregas(instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch) -> Instancia:
    """Una instancia sin correo configurado: dos mensajes que no salieron."""
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-03T09:00:00-06:00")
    folio = instancia_sqlite.iniciar("normatividad", "Asunto que no debe verse en la lista")
    plantar(instancia_sqlite, folio, date(2027, 3, 1), 10, turno=instancia_sqlite.abiertos(folio)[0])
    barrer(instancia_sqlite.url, date(2027, 3, 3))
    juntar(instancia_sqlite.url, reloj.ahora(), barrido_terminado=True)
    enviar(instancia_sqlite.url, CATALOGO, Cartero(Ajustes(datos=instancia_sqlite.ajustes.datos)), "m1")
    return instancia_sqlite


def test_por_la_api_se_agrega_se_lista_y_se_quita_sin_ver_lo_secreto(web: str, instancia_sqlite: Instancia) -> None:
    with Cliente(web, "administracion") as c:
        creado = c.post("/canales", json=DATOS, headers={"Idempotency-Key": "k-1"})
        assert creado.status_code == 201
        assert creado.json()["de"] == "DSTC"
        assert c.post("/canales", json=DATOS, headers={"Idempotency-Key": "k-1"}).json() == creado.json()
        lista = c.get("/canales").json()
        assert (lista["total"], lista["siguiente"]) == (1, None)
        quitado = c.delete(f"/canales/{creado.json()['id']}")
        assert quitado.json()["activo"] is False
        assert "abcdefg" not in creado.text + json.dumps(lista) + quitado.text
        for malo in ({**DATOS, "direccion": "syslog://"}, {**DATOS, "unidad": "NADA"}, {**DATOS, "correo": "x@y.mx"}):
            respuesta = c.post("/canales", json=malo)
            assert respuesta.status_code == 422
            assert respuesta.json()["campos"]
        assert c.delete("/canales/999").status_code == 404
        assert c.delete("/canales/99999999999").status_code == 422
        assert c.get("/canales", params={"cursor": "x"}).status_code == 422
    with instancia_sqlite.leer() as s:
        assert [canal.direccion for canal in s.scalars(select(Canal))] == [SECRETA]


@pytest.mark.parametrize("alias", AJENOS)
def test_solo_administracion_toca_los_canales(web: str, alias: str) -> None:
    with Cliente(web, alias) as c:
        assert c.get("/canales").status_code == 403
        assert c.post("/canales", json=DATOS).status_code == 403
        assert c.delete("/canales/1").status_code == 403
        assert c.post("/canales/1/probar").status_code == 403
        assert c.post("/entregas/x/reintentar").status_code == 403
    with Visitante(web, alias) as v:
        assert v.get("/administracion/canales").status_code == 403
        assert v.post("/administracion/canales", data={}).status_code == 403
        assert v.post("/administracion/canales/1/quitar").status_code == 403
        assert v.post("/administracion/canales/1/probar").status_code == 403
        assert v.post("/administracion/entregas/x/reintentar").status_code == 403


def test_sin_sesion_no_se_ve_nada(web: str) -> None:
    with Cliente(web) as c:
        assert {c.get(r).status_code for r in ("/canales", "/entregas")} == {401}
    with Visitante(web) as v:
        assert {v.get(f"/administracion/{r}").status_code for r in ("canales", "entregas")} == {303}


def test_las_entregas_las_ven_administracion_y_direccion_y_solo_ellas(web: str, con_entregas: Instancia) -> None:
    for alias in ("administracion", "direccion"):
        with Cliente(web, alias) as c:
            lista = c.get("/entregas", params={"estado": "descartada"})
            assert lista.json()["total"] == 2
            for e in lista.json()["elementos"]:
                assert e["destinatario"].endswith("(demostración)")
                assert e["motivo"].startswith("No hay servidor de correo configurado")
            assert "demo.local" not in lista.text
            assert "Asunto que no debe verse" not in lista.text
            assert c.get("/entregas", params={"estado": "rara"}).status_code == 422
            primera = c.get("/entregas", params={"limite": 1}).json()
            segunda = c.get("/entregas", params={"limite": 1, "cursor": primera["siguiente"]}).json()
            assert segunda["siguiente"] is None
            assert primera["elementos"][0]["id"] != segunda["elementos"][0]["id"]
        with Visitante(web, alias) as v:
            assert 'href="/administracion/' in v.get("/").text
            assert "No hay servidor de correo configurado" in v.get("/administracion/entregas").text
    for alias in ("coordinacion", "cst"):
        with Cliente(web, alias) as c:
            assert c.get("/entregas").status_code == 403
        with Visitante(web, alias) as v:
            assert v.get("/administracion/entregas").status_code == 403
            assert "/administracion/entregas" not in v.get("/").text


def test_se_reintenta_desde_la_pagina_y_se_dice_si_ya_no_procede(web: str, con_entregas: Instancia) -> None:
    with Visitante(web, "direccion") as v:
        assert "Reintentar" not in v.get("/administracion/entregas").text
    with Visitante(web, "administracion") as v:
        pagina = v.get("/administracion/entregas?estado=descartada").text
        accion = re.findall(r'action="(/administracion/entregas/[^"]+/reintentar)#resultado"', pagina)
        assert len(accion) == 2
        respuesta = v.post(accion[0], data={"estado": "descartada"})
        assert respuesta.status_code == 303
        assert "volvió a la cola" in v.get(respuesta.headers["location"]).text
        repetida = v.post(accion[0], data={"estado": ""})
        assert repetida.status_code == 409
        assert "ya está por enviarse" in repetida.text
        assert v.post("/administracion/entregas/nada/reintentar").status_code == 404
    with Cliente(web, "administracion") as c:
        id_ = accion[1].split("/")[3]
        assert c.post(f"/entregas/{id_}/reintentar").json() == {"id": id_, "estado": "pendiente"}
        with transaccion(con_entregas.url) as s:
            s.execute(update(Entrega).where(col(Entrega.id) == id_).values(estado="enviada"))
        assert c.post(f"/entregas/{id_}/reintentar").status_code == 409
        assert c.post("/entregas/nada/reintentar").status_code == 404


def test_las_fallidas_se_ven_y_se_reintentan_todas_de_una_vez(web: str, con_entregas: Instancia) -> None:
    with Visitante(web, "administracion") as v:
        assert "agotaron sus intentos" not in v.get("/administracion/entregas").text
        with transaccion(con_entregas.url) as s:
            s.execute(update(Entrega).values(estado="fallida", intentos=8))
        assert "2 mensajes agotaron sus intentos" in v.get("/administracion/entregas?estado=enviada").text
        for alias in ("direccion", "cst"):
            with Visitante(web, alias) as otro:
                assert otro.post("/administracion/entregas/reintentar").status_code == 403
                assert "Reintentar" not in otro.get("/administracion/entregas").text
        respuesta = v.post("/administracion/entregas/reintentar")
        assert respuesta.status_code == 303
        pagina = v.get(respuesta.headers["location"]).text
        assert "volvieron a la cola" in pagina
        assert "agotaron sus intentos" not in pagina
    with con_entregas.leer() as s:
        assert {(e.estado, e.intentos) for e in s.scalars(select(Entrega))} == {("pendiente", 0)}


def test_desde_la_pagina_se_agrega_se_prueba_y_se_desactiva(
    web: str, escucha: tuple[str, list[dict[str, str]]]
) -> None:
    direccion, recibidos = escucha
    with Visitante(web, "administracion") as v:
        malo = v.post(
            "/administracion/canales", data={"campo-nombre": "Mi canal", "campo-direccion": "syslog://secreto"}
        )
        assert malo.status_code == 422
        assert "escribe en la máquina del sistema" in malo.text
        assert 'value="Mi canal"' in malo.text
        assert "syslog://secreto" not in malo.text
        datos = {"campo-nombre": "Mi canal", "campo-direccion": direccion, "campo-unidad": "DSTC"}
        bueno = v.post("/administracion/canales", data=datos)
        assert bueno.status_code == 303
        pagina = v.get(bueno.headers["location"]).text
        assert "ruta-secreta" not in pagina
        probar = re.search(r'action="(/administracion/canales/\d+/probar)#', pagina)
        assert probar
        assert "aceptó el mensaje de prueba" in v.post(probar[1]).text
        assert recibidos[0]["title"] == "Prueba de los avisos de la DSTC"
        muerto = {**datos, "campo-nombre": "Muerto", "campo-direccion": f"json://127.0.0.1:{puerto_libre()}/x"}
        v.post("/administracion/canales", data=muerto)
        assert "La prueba de «Muerto» no llegó." in v.post("/administracion/canales/2/probar").text
        quitado = v.post(probar[1].replace("probar", "quitar"))
        assert "Desactivado" in v.get(quitado.headers["location"]).text


def test_las_ordenes_de_canal(instancia_sqlite: Instancia) -> None:
    def orden(*partes: str, **mas: str) -> subprocess.CompletedProcess[str]:
        entorno = {k: v for k, v in os.environ.items() if not k.startswith("DSTC_")}
        entorno |= {"DSTC_DATOS": str(instancia_sqlite.ajustes.datos), "PYTHONPATH": str(RAIZ), **mas}
        return subprocess.run(
            [sys.executable, "-m", "api.cli", "canal", *partes],
            cwd=RAIZ,
            env=entorno,
            capture_output=True,
            text=True,
            input=SECRETA + "\n",
            check=False,
        )

    alta = orden("agregar", "Grupo", "--unidad", "DSTC")
    assert alta.returncode == 0, alta.stderr
    assert orden("agregar", "Otro", "--correo", "cst@demo.local", DSTC_CANAL=SECRETA).returncode == 0
    lista = orden("lista")
    assert sorted(renglon.split("  ")[1] for renglon in lista.stdout.splitlines()) == ["Grupo", "Otro"]
    assert "abcdefg" not in alta.stdout + lista.stdout
    assert "ya no se usa" in orden("quitar", "1").stdout
    assert "desactivado" in orden("lista").stdout
    mala = orden("agregar", "Malo", "--unidad", "DSTC", DSTC_CANAL="syslog://")
    assert mala.returncode == 1
    assert "escribe en la máquina" in mala.stderr
    assert orden("quitar", "99").returncode == 1


@pytest.mark.navegador
def test_las_paginas_son_accesibles_y_caben_en_un_telefono(web: str, con_entregas: Instancia) -> None:
    if ruta_navegador() is None:
        pytest.skip("no hay Chromium")
    with transaccion(con_entregas.url) as s:
        canales.agregar(s, nombre="Un_canal_de_nombre_larguísimo_" * 3, direccion=SECRETA, unidad="DSTC")
        s.execute(update(Entrega).values(estado="fallida"))
    with abrir_navegador() as navegador:
        sala = Sala(navegador, web, con_javascript=True)
        pagina = sala.como("administracion")
        faltas = []
        for camino in ("/administracion/canales", "/administracion/canales?agregado=1", "/administracion/entregas"):
            pagina.goto(camino)
            faltas += [*faltas_de_acceso(pagina), *se_sale(pagina)]
            assert pagina.locator("h1").count() == 1
        pagina.goto("/administracion/canales")
        pagina.get_by_role("button", name="Agregar el canal").click()
        faltas += [*faltas_de_acceso(pagina), *se_sale(pagina)]
        pagina.get_by_role("link", name="Dirección de Apprise").click()
        assert pagina.evaluate("document.activeElement.id") == "campo-direccion"
        sala.cerrar()
    assert not faltas, "\n".join(faltas)
    assert not sala.quejas
