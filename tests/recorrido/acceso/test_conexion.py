"""La conexión que no avanza se corta, y la que avanza despacio no. Con un servidor de verdad y sockets de verdad."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from api import conexion
from tests.accesorios.fabricas import Cliente, Instancia, servida

VUELTA_S = 0.1
SESION = b'{"correo": "cst@demo.local", "clave": "demo-dstc"}'


@pytest.fixture
def direccion_rapida(instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Lo mismo, mirado cincuenta veces más seguido."""
    monkeypatch.setattr(conexion, "VUELTA_S", VUELTA_S)
    with servida(instancia_sqlite) as direccion:
        yield direccion


@contextmanager
def conectado(direccion: str) -> Iterator[socket.socket]:
    partes = urlsplit(direccion)
    with socket.create_connection((partes.hostname or "", partes.port or 0), timeout=60) as abierta:
        yield abierta


def se_corta(abierta: socket.socket, sigue: Callable[[], bytes]) -> bytes:
    """Manda lo que diga `sigue` hasta que del otro lado cuelgan; devuelve lo que respondieron antes."""
    dicho = b""
    abierta.settimeout(VUELTA_S / 2)
    hasta = time.monotonic() + 60
    while time.monotonic() < hasta:
        try:
            abierta.sendall(sigue())
            trozo = abierta.recv(65_536)
        except TimeoutError:
            continue
        except OSError:
            return dicho
        if not trozo:
            return dicho
        dicho += trozo
    pytest.fail("un minuto después la conexión sigue abierta")


def pedido(*encabezados: str) -> bytes:
    return "\r\n".join(("POST /api/v1/sesiones HTTP/1.1", "Host: x", *encabezados, "", "")).encode()


def test_la_que_no_acaba_de_pedir_se_corta_aunque_mande_algo(direccion_rapida: str) -> None:
    with conectado(direccion_rapida) as callada:
        assert se_corta(callada, lambda: b"") == b""
    with conectado(direccion_rapida) as lenta:
        lenta.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert se_corta(lenta, lambda: b"X-A: a\r\n") == b""


def test_la_que_ya_pidio_una_vez_tampoco_se_queda_a_medias(direccion_rapida: str) -> None:
    with conectado(direccion_rapida) as lenta:
        lenta.sendall(b"GET /entrar HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n")
        assert se_corta(lenta, lambda: b"X-A: a\r\n").startswith(b"HTTP/1.1 200")


def test_el_cuerpo_que_no_llega_se_corta_sin_dejar_rastreo(
    direccion_rapida: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with conectado(direccion_rapida) as cortada:
        cortada.sendall(pedido("Content-Type: application/json", "Content-Length: 900") + b'{"correo": ')
        se_corta(cortada, lambda: b"")
    for tipo in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        for camino in ("/entrar", "/v/ABCD", "/api/v1/verificacion/ABCD", "/api/v1/sesiones"):
            with conectado(direccion_rapida) as cortada:
                cabeza = pedido(f"Content-Type: {tipo}", "Content-Length: 9000", "Sec-Fetch-Site: same-origin")
                cortada.sendall(cabeza.replace(b"/api/v1/sesiones", camino.encode()) + b"--b\r\n")
    with Cliente(direccion_rapida, "cst") as cliente:
        assert cliente.get("/salud").status_code == 200
    rastreos = [r for r in caplog.records if r.exc_info or "Traceback" in r.getMessage() or len(r.getMessage()) > 300]
    assert not rastreos, [r.getMessage() for r in rastreos]


def test_la_que_avanza_despacio_no_se_corta(direccion_rapida: str) -> None:
    relleno = b" " * conexion.MINIMO
    cuerpo = SESION + relleno * 7
    with conectado(direccion_rapida) as lenta:
        lenta.sendall(pedido("Content-Type: application/json", f"Content-Length: {len(cuerpo)}"))
        for desde in range(0, len(cuerpo), len(relleno)):
            lenta.sendall(cuerpo[desde : desde + len(relleno)])
            # Más de lo que se espera a quien no ha pedido nada, repartido; menos de lo que se espera sin avanzar.
            threading.Event().wait(VUELTA_S)
        assert lenta.recv(65_536).startswith(b"HTTP/1.1 201")


def test_lo_que_sobra_de_un_rechazo_se_tira_y_la_respuesta_llega(instancia_sqlite: Instancia) -> None:
    with servida(instancia_sqlite) as direccion, Cliente(direccion) as cliente:
        for _ in range(2):
            respuesta = cliente.post(
                "/expedientes", content=b"x" * (24 << 20), headers={"Content-Type": "application/json"}
            )
            assert respuesta.status_code == 401


def test_lo_que_sobra_tambien_tiene_tope(direccion_rapida: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conexion, "SOBRANTE_MAXIMO", 1 << 20)
    with conectado(direccion_rapida) as terca:
        terca.sendall(pedido("Content-Type: application/json", "Content-Length: 99999999999"))
        assert se_corta(terca, lambda: b"x" * 65_536).startswith(b"HTTP/1.1 413")


def test_quien_no_recibe_su_respuesta_se_corta(direccion_rapida: str) -> None:
    with Cliente(direccion_rapida, "coordinacion") as cliente:
        ficha = cliente.headers["Authorization"]
    pide = f"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\nAuthorization: {ficha}\r\n\r\n".encode()
    partes = urlsplit(direccion_rapida)
    with socket.socket() as sorda:
        sorda.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sorda.settimeout(60)
        sorda.connect((partes.hostname, partes.port))
        sorda.sendall(pide * 40)
        hasta = time.monotonic() + 60
        while time.monotonic() < hasta:
            try:
                sorda.sendall(b"\r\n")
            except OSError:
                break
            threading.Event().wait(VUELTA_S)
        else:
            pytest.fail("un minuto después la conexión sigue abierta")


def test_si_no_caben_mas_se_cortan_las_que_no_piden_nada(
    direccion_rapida: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conexion, "VUELTA_S", 600)
    monkeypatch.setattr(conexion, "CONEXIONES", 3)
    with conectado(direccion_rapida) as primera, conectado(direccion_rapida), conectado(direccion_rapida):
        with conectado(direccion_rapida) as util:
            util.sendall(b"GET /entrar HTTP/1.1\r\nHost: x\r\n\r\n")
            assert util.recv(100).startswith(b"HTTP/1.1 200")
        assert primera.recv(1) == b""
