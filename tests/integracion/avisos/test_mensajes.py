"""¿Llega el correo, entero y una vez? Con un servidor SMTP de verdad, sobre SQLite y PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.turnos import asignacion
from modelos.ajustes import Ajustes
from modelos.avisos import canales, cola
from modelos.avisos.entrega import Entrega
from modelos.avisos.mensajes import LO_TIENE_OTRA
from modelos.expedientes.expediente import Turno
from modelos.expedientes.notificacion import Notificacion
from modelos.motor import latido
from modelos.organizacion.organigrama import Persona
from modelos.plazos.plazo import Plazo
from modelos.sesion import lectura, transaccion
from tareas.avisos.cartero import Carta, Cartero, EntregaAplazada, EntregaImposible
from tareas.avisos.envio import YA_NO, enviar
from tareas.avisos.junta import juntar
from tareas.avisos.omitidas import SIN_DESTINO
from tareas.avisos.recordatorios import barrer
from tests.accesorios.correo import Buzon, buzon, esperar, partes
from tests.accesorios.fabricas import Instancia, puerto_libre
from tests.accesorios.plazos import leer, multiplicar, plantar

RAIZ = Path(__file__).parents[3]
LUNES = date(2027, 3, 1)
MIERCOLES = date(2027, 3, 3)
"""El día del primer hito de un plazo de diez días hábiles desde el lunes."""


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-03T09:00:00-06:00")


@pytest.fixture
def smtp() -> Iterator[Buzon]:
    with buzon() as abierto:
        yield abierto


def _cartero(instancia: Instancia, correo: str, **mas: Any) -> Cartero:
    propios = {"demo": False, "correo_espera_s": 60.0, "direccion": "https://dstc.example", **mas}
    return Cartero(
        Ajustes(datos=instancia.ajustes.datos, base=instancia.ajustes.base, correo=SecretStr(correo), **propios)
    )


def _juntar(instancia: Instancia, *, terminado: bool = True) -> int:
    return juntar(instancia.url, reloj.ahora(), barrido_terminado=terminado)


def _enviar(instancia: Instancia, cartero: Cartero, motor: str = "m1") -> None:
    while enviar(instancia.url, CATALOGO, cartero, motor):
        pass


def _entregas(instancia: Instancia) -> list[Entrega]:
    with instancia.leer() as s:
        return list(s.scalars(select(Entrega).order_by(col(Entrega.persona_id), col(Entrega.id))))


def _apurar(instancia: Instancia) -> None:
    """Como si ya hubiera pasado la espera entre intentos."""
    with transaccion(instancia.url) as s:
        s.execute(update(Entrega).values(proximo=0.0))


def _con_plazo(instancia: Instancia, **mas: Any) -> tuple[Turno, Plazo]:
    folio = instancia.iniciar("normatividad", "Convenio de niñez y señalización", **mas)
    turno = instancia.abiertos(folio)[0]
    return turno, plantar(instancia, folio, LUNES, 10, turno=turno)


def test_el_correo_dice_que_cuando_por_que_y_donde(instancia: Instancia, smtp: Buzon) -> None:
    turno, plazo = _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    assert _juntar(instancia) == 2
    _enviar(instancia, _cartero(instancia, smtp.url))
    assert sorted(smtp.para) == ["coordinacion@demo.local", "dstc@demo.local"]
    [mensaje] = smtp.de("dstc@demo.local")
    assert mensaje["Subject"] == (f"Respuesta oficial sobre el proyecto: responda antes del 16 mar ({turno.folio})")
    assert mensaje["From"] == "Procedimientos de la DSTC <avisos@dstc.example>"
    texto, html = partes(mensaje)
    for parte in (texto, html):
        assert turno.folio in parte
        assert "Convenio de niñez y señalización" in parte
        assert instancia.actividad(turno).accion in parte
        assert "DSTC" in parte
        assert "mar 16 mar 2027" in parte
        assert "lun 15 mar 2027" in parte
        for jerga in ("10 días hábiles", "perfil", "conservador", "prudente", "Inferido", "La fecha la da"):
            assert jerga not in parte, jerga
        assert f"https://dstc.example/turnos/{turno.id}" in parte
    assert "<img" not in html
    [entrega] = [e for e in _entregas(instancia) if e.id == mensaje["X-DSTC-Entrega"]]
    assert mensaje["Message-ID"] == f"<{entrega.id}@dstc.example>"
    assert (entrega.estado, entrega.intentos, entrega.motor) == ("enviada", 1, None)
    assert plazo.computo["explicacion"] not in texto.replace("\n", " ")


def test_un_resumen_por_persona_y_dia_con_diez_plazos_por_urgencia(instancia: Instancia, smtp: Buzon) -> None:
    turno, plazo = _con_plazo(instancia)
    multiplicar(
        instancia,
        leer(instancia, plazo.id),
        9,
        turno_id=None,
        conservador=lambda i: date(2027, 3, 5) + timedelta(days=i),
        hitos=[["antes-7", "2027-03-03"], ["dia", "2027-06-01"]],
    )
    instancia.cumplir_encargos()
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    _enviar(instancia, _cartero(instancia, smtp.url))
    [mensaje] = smtp.de("dstc@demo.local")
    primero = f"Respuesta oficial sobre el proyecto: responda antes del 16 mar ({turno.folio}), y "
    assert mensaje["Subject"] in (f"{primero}9 pendientes más", f"{primero}10 pendientes más")
    texto, _ = partes(mensaje)
    prudentes = [linea for linea in texto.splitlines() if "conviene responder" in linea]
    assert len(prudentes) == 10, "el turno nuevo y su plazo son una sola cosa"
    dias = [int(linea.partition("a más tardar el ")[2].split()[1]) for linea in prudentes]
    assert dias == sorted(dias)
    # Lo que aparezca después, el mismo día, espera al resumen de mañana.
    multiplicar(instancia, leer(instancia, plazo.id), 1, id="tardio", turno_id=None, proximo=MIERCOLES)
    with transaccion(instancia.url) as s:
        s.execute(
            update(Plazo).where(col(Plazo.id) == "tardio").values(hitos=[["dia", "2027-03-03"]], proximo=MIERCOLES)
        )
    assert barrer(instancia.url, MIERCOLES).recordatorios == 1
    assert _juntar(instancia) == 0
    manana = reloj.ahora() + timedelta(days=1)
    assert juntar(instancia.url, manana, barrido_terminado=True) == 2


def test_los_turnos_salen_en_el_acto_y_los_hitos_cuando_termino_el_barrido(instancia: Instancia) -> None:
    _con_plazo(instancia)
    instancia.cumplir_encargos()
    barrer(instancia.url, MIERCOLES)
    assert _juntar(instancia, terminado=False) == 2
    assert {e.asunto.partition(":")[0] for e in _entregas(instancia)} == {"Respuesta oficial sobre el proyecto"}
    assert _juntar(instancia, terminado=False) == 0
    assert _juntar(instancia, terminado=True) == 2
    assert len(_entregas(instancia)) == 4
    assert _juntar(instancia, terminado=True) == 0


@pytest.mark.parametrize("cuando", ["antes de juntar", "antes de enviar"])
def test_nada_a_quien_ya_cumplio(instancia: Instancia, smtp: Buzon, cuando: str) -> None:
    turno, _ = _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    if cuando == "antes de juntar":
        instancia.atender(turno)
    assert _juntar(instancia) == (0 if cuando == "antes de juntar" else 2)
    if cuando == "antes de enviar":
        instancia.atender(turno)
    _enviar(instancia, _cartero(instancia, smtp.url))
    assert not smtp.recibidos
    assert {e.error for e in _entregas(instancia)} <= {YA_NO}
    with instancia.leer() as s:
        assert all(n.salio for n in s.scalars(select(Notificacion).where(col(Notificacion.clase) == "hito")))


@pytest.mark.parametrize("cuando", ["antes de juntar", "antes de enviar"])
def test_si_otra_persona_lo_tomo_el_mensaje_ya_no_sale(instancia: Instancia, smtp: Buzon, cuando: str) -> None:
    turno, _ = _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    if cuando == "antes de enviar":
        _juntar(instancia)
    with instancia.como("dstc") as ctx:
        asignacion.tomar(ctx, turno.id)
    _juntar(instancia)
    _enviar(instancia, _cartero(instancia, smtp.url))
    assert smtp.para == ["dstc@demo.local"]
    with instancia.leer() as s:
        dichas = [n.descartada for n in s.scalars(select(Notificacion).where(col(Notificacion.clase) == "hito"))]
    assert sorted(dichas, key=str) == [LO_TIENE_OTRA, None]


def test_pasada_la_fecha_prudente_y_no_la_legal_no_se_dice_vencido(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    turno, plazo = _con_plazo(instancia)
    with transaccion(instancia.url) as s:
        valores = {"hitos": [], "proximo": date(2027, 3, 11), "conservador": date(2027, 3, 8)}
        s.execute(update(Plazo).where(col(Plazo.id) == plazo.id).values(**valores))
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-11T09:00:00-06:00")
    barrer(instancia.url, date(2027, 3, 11))
    _juntar(instancia)
    _enviar(instancia, _cartero(instancia, smtp.url))
    [mensaje] = smtp.de("dstc@demo.local")
    texto, html = partes(mensaje)
    assert f"responda antes del 16 mar ({turno.folio})" in mensaje["Subject"]
    assert "vence el mar 16 mar 2027; conviene responder hoy" in texto
    for dicho in (mensaje["Subject"], texto, html):
        assert "venció" not in dicho
        assert "vencido" not in dicho
    assert turno.folio in texto


def test_smtp_caido_se_reintenta_y_luego_llega(instancia: Instancia) -> None:
    _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    puerto = puerto_libre()
    cartero = _cartero(instancia, f"mailto://127.0.0.1:{puerto}?from=avisos@dstc.example")
    antes = latido.pulso()
    _enviar(instancia, cartero)
    for e in _entregas(instancia):
        assert (e.estado, e.intentos, e.motor) == ("pendiente", 1, None)
        assert e.error is not None
        assert e.error.startswith("No se pudo conectar con el servidor de correo.")
        assert antes + 30 < e.proximo <= latido.pulso() + 60
    assert enviar(instancia.url, CATALOGO, cartero, "m1") == 0, "todavía no toca"
    _apurar(instancia)
    with buzon(puerto) as abierto:
        _enviar(instancia, cartero)
        assert len(abierto.recibidos) == 2
    assert {(e.estado, e.intentos, e.error) for e in _entregas(instancia)} == {("enviada", 2, None)}


def test_tras_los_intentos_queda_fallida_a_la_vista_y_se_puede_reintentar(instancia: Instancia) -> None:
    _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    cartero = _cartero(instancia, f"mailto://127.0.0.1:{puerto_libre()}?from=a@dstc.example", entregas_intentos=3)
    esperas = []
    for _ in range(3):
        _apurar(instancia)
        _enviar(instancia, cartero)
        esperas.append(round(_entregas(instancia)[0].proximo - latido.pulso(), -1))
    assert esperas == [60, 120, 300]
    assert {(e.estado, e.intentos) for e in _entregas(instancia)} == {("fallida", 3)}
    una = _entregas(instancia)[0].id
    with instancia.como("administracion") as ctx:
        assert ctx.quien is not None
        assert cola.listar(ctx.s, ctx.quien, estado="fallida").total == 2
        cola.reintentar(ctx.s, ctx.quien, una)
    with buzon() as abierto:
        _enviar(instancia, _cartero(instancia, abierto.url))
        assert [m["X-DSTC-Entrega"] for m in abierto.recibidos] == [una]


TARDO = {
    "El servidor de correo no respondió en 0.5 segundos. Se reintenta solo.",
    "El servidor de correo cortó o no respondió a tiempo. Se reintenta solo.",  # el corte cayó entre dos lecturas
}


def test_smtp_lento_se_corta_y_no_detiene_a_los_demas(instancia: Instancia, smtp: Buzon) -> None:
    _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    smtp.tarda_s = 600  # quien no cortara se quedaría aquí diez minutos por mensaje
    _enviar(instancia, _cartero(instancia, smtp.url, correo_espera_s=0.5))
    for e in _entregas(instancia):
        assert e.estado == "pendiente"
        assert e.error in TARDO


def test_un_servidor_que_gotea_tambien_se_corta() -> None:
    """Contesta un carácter de vez en cuando: cada lectura llega a tiempo y el total no acabaría nunca."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as oyente:
        fin = threading.Event()

        def gotear() -> None:
            conexion, _ = oyente.accept()
            with conexion, contextlib.suppress(OSError):
                while not fin.wait(0.1):
                    conexion.sendall(b"2")

        threading.Thread(target=gotear, daemon=True).start()
        url = f"mailto://127.0.0.1:{oyente.getsockname()[1]}?from=a@dstc.example"
        cartero = Cartero(Ajustes(correo=SecretStr(url), correo_espera_s=0.6))
        with pytest.raises(EntregaAplazada, match="no respondió en"):
            cartero.por_correo(Carta("x", "a", "b", "c"), "Ana", "ana@x.example")
        fin.set()


def test_a_quien_el_servidor_rechaza_no_afecta_a_los_demas(instancia: Instancia, smtp: Buzon) -> None:
    _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    smtp.rechaza = {"dstc@demo.local": "550 no existe"}
    _enviar(instancia, _cartero(instancia, smtp.url))
    assert smtp.para == ["coordinacion@demo.local"]
    assert sorted((e.estado, e.error or "") for e in _entregas(instancia)) == [
        ("enviada", ""),
        (
            "fallida",
            "El servidor de correo rechazó la dirección del destinatario (550). Corríjalo y reinténtelo.",
        ),
    ]
    smtp.rechaza = {"dstc@demo.local": "450 ahora no"}
    with transaccion(instancia.url) as s:
        s.execute(update(Entrega).where(col(Entrega.estado) == "fallida").values(estado="pendiente", intentos=0))
    _apurar(instancia)
    _enviar(instancia, _cartero(instancia, smtp.url))
    assert sorted(e.estado for e in _entregas(instancia)) == ["enviada", "pendiente"]


@pytest.mark.parametrize("malo", ["sin-arroba", "dos@@x.mx", "a b@x.mx", "ñandú@x.mx", "a@x.mx\r\nBcc: otro@x.mx", ""])
def test_un_correo_mal_formado_falla_con_su_motivo_y_los_demas_salen(
    instancia_sqlite: Instancia, smtp: Buzon, malo: str
) -> None:
    instancia = instancia_sqlite
    _con_plazo(instancia)
    with transaccion(instancia.url) as s:
        s.execute(update(Persona).where(col(Persona.correo) == "dstc@demo.local").values(correo=malo))
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    _enviar(instancia, _cartero(instancia, smtp.url))
    assert smtp.para == ["coordinacion@demo.local"]
    [fallida] = [e for e in _entregas(instancia) if e.estado == "fallida"]
    assert fallida.error == "El correo de la persona está mal formado. Corríjalo y reinténtelo."


def test_nada_inyecta_encabezados(instancia_sqlite: Instancia, smtp: Buzon) -> None:
    carta = Carta("id-1", "Asunto\r\nBcc: intruso@x.mx", "texto\r\n.\r\nQUIT", "<p>html</p>")
    _cartero(instancia_sqlite, smtp.url).por_correo(carta, 'Ana\r\nX-Otro: 1 "comillas" <b@x.mx>', "ana@x.example")
    [mensaje] = smtp.recibidos
    assert smtp.para == ["ana@x.example"]
    assert mensaje["Bcc"] is None
    assert mensaje["X-Otro"] is None
    assert mensaje["Subject"] == "Asunto Bcc: intruso@x.mx"
    assert [a.addr_spec for a in mensaje["To"].addresses] == ["ana@x.example"]
    assert "QUIT" in partes(mensaje)[0]


def test_lo_capturado_no_se_vuelve_html(instancia_sqlite: Instancia, smtp: Buzon) -> None:
    folio = instancia_sqlite.iniciar("normatividad", "<script>alert(1)</script> & más")
    plantar(instancia_sqlite, folio, LUNES, 10, turno=instancia_sqlite.abiertos(folio)[0])
    barrer(instancia_sqlite.url, MIERCOLES)
    _juntar(instancia_sqlite)
    _enviar(instancia_sqlite, _cartero(instancia_sqlite, smtp.url))
    texto, html = partes(smtp.recibidos[0])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<script>alert(1)</script> & más" in texto


def test_sin_correo_configurado_queda_descartado_a_la_vista(instancia: Instancia) -> None:
    _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    _enviar(instancia, _cartero(instancia, ""))
    assert {(e.estado, e.error) for e in _entregas(instancia)} == {
        (
            "descartada",
            "No hay servidor de correo configurado y el mensaje no salió. Fije DSTC_CORREO y reinténtelo.",
        )
    }


def test_en_la_demostracion_el_correo_se_atrapa_en_un_archivo_cerrado(instancia_sqlite: Instancia, smtp: Buzon) -> None:
    _con_plazo(instancia_sqlite)
    barrer(instancia_sqlite.url, MIERCOLES)
    _juntar(instancia_sqlite)
    _enviar(instancia_sqlite, _cartero(instancia_sqlite, smtp.url, demo=True))
    assert not smtp.recibidos
    carpeta = instancia_sqlite.ajustes.carpeta_correo
    archivos = sorted(carpeta.iterdir())
    assert [a.stem for a in archivos] == sorted(e.id for e in _entregas(instancia_sqlite))
    assert carpeta.stat().st_mode & 0o777 == 0o700
    assert {a.stat().st_mode & 0o777 for a in archivos} == {0o600}


def test_una_baja_despues_de_armarse_ya_no_recibe(instancia: Instancia, smtp: Buzon) -> None:
    _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    with transaccion(instancia.url) as s:
        s.execute(update(Persona).where(col(Persona.correo) == "dstc@demo.local").values(activa=False))
    _enviar(instancia, _cartero(instancia, smtp.url))
    assert smtp.para == ["coordinacion@demo.local"]
    assert SIN_DESTINO in {e.error for e in _entregas(instancia)}


# --- varios motores, y uno que muere -----------------------------------------------


_MOTOR = """
import sys, threading, time
from pathlib import Path
from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.motor import latido
from modelos.sesion import transaccion
from tareas.avisos.cartero import Cartero
from tareas.avisos.envio import enviar
from tareas.avisos.junta import juntar
url, correo, nombre, carpeta, cuantos = sys.argv[1:]
Path(carpeta, "listo-" + nombre).touch()
while len(list(Path(carpeta).glob("listo-*"))) < int(cuantos): time.sleep(0.005)
def latir():
    while True:
        with transaccion(url) as s: latido.latir(s, nombre, prefect=False)
        time.sleep(1)
threading.Thread(target=latir, daemon=True).start()
cartero = Cartero(Ajustes(datos=Path(carpeta), correo=correo, correo_espera_s=60))
for _ in range(12):
    juntar(url, reloj.ahora(), barrido_terminado=True)
    print(enviar(url, CATALOGO, cartero, nombre, 2), flush=True)
    time.sleep(0.02)
"""


def _motor(instancia: Instancia, correo: str, nombre: str, carpeta: Path, cuantos: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _MOTOR, instancia.url, correo, nombre, str(carpeta), str(cuantos)],
        env={**{k: v for k, v in os.environ.items() if k != "DSTC_DEMO"}, "PYTHONPATH": str(RAIZ)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_tres_motores_a_la_vez_un_solo_mensaje_por_persona(instancia: Instancia, smtp: Buzon, tmp_path: Path) -> None:
    folio = instancia.iniciar("normatividad")
    for i, unidad in enumerate(("DCAJ", "DVS", "DCTA", "CST", "SSI", "CE-15", "CE-11", "CAST-DEMO-01")):
        plazo = plantar(instancia, folio, LUNES, 10, unidad=unidad, clave=f"P-{i}")
        multiplicar(instancia, plazo, 3)
    barrer(instancia.url, MIERCOLES)
    motores = [_motor(instancia, smtp.url, f"motor-{i}", tmp_path, 3) for i in range(3)]
    llevados = [sum(map(int, m.communicate(timeout=120)[0].split())) for m in motores]
    assert [m.returncode for m in motores] == [0, 0, 0]
    assert sum(llevados) == len(smtp.para) == len(set(smtp.para)) == 10
    assert {e.estado for e in _entregas(instancia)} == {"enviada"}


def test_si_un_motor_muere_entre_tomada_y_enviada_otro_la_retoma(
    instancia: Instancia, smtp: Buzon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    smtp.tarda_s = 30  # el que muere se queda esperando al servidor
    muerto = _motor(instancia, smtp.url, "muerto", tmp_path, 1)
    esperar(lambda: sum(e.motor == "muerto" for e in _entregas(instancia)) == 2, 30)
    os.kill(muerto.pid, signal.SIGKILL)
    muerto.communicate()
    smtp.tarda_s = 0
    cartero = _cartero(instancia, smtp.url)
    _enviar(instancia, cartero, "vivo")
    assert {e.motor for e in _entregas(instancia)} == {"muerto"}, "mientras pueda seguir vivo, no se le quita"
    # Pasa el tiempo en que un motor debe latir.
    with transaccion(instancia.url) as s:
        s.execute(update(latido.Latido).values(visto=latido.pulso() - latido.VIVO_S - 1))
        s.execute(update(Entrega).values(tomada=latido.pulso() - latido.VIVO_S - 1))
    _enviar(instancia, cartero, "vivo")
    assert {(e.estado, e.motor) for e in _entregas(instancia)} == {("enviada", None)}
    vistos = {m["X-DSTC-Entrega"] for m in smtp.recibidos}
    assert vistos == {e.id for e in _entregas(instancia)}


def test_un_motor_vivo_conserva_lo_que_tomo(instancia: Instancia) -> None:
    _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    with transaccion(instancia.url) as s:
        latido.latir(s, "vivo", prefect=False)
        assert len(cola.tomar(s, "vivo", 10)) == 2
    with transaccion(instancia.url) as s:
        s.execute(update(Entrega).values(tomada=latido.pulso() - 60))
        assert cola.tomar(s, "otro", 10) == []
        s.execute(update(Entrega).values(tomada=latido.pulso() - cola.ABANDONADA_S - 1))
        assert len(cola.tomar(s, "otro", 10)) == 2


# --- canales -------------------------------------------------------------------------


class _Recibe(BaseHTTPRequestHandler):
    recibidos: list[dict[str, Any]]
    codigo = 200

    def do_POST(self) -> None:
        cuerpo = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).recibidos.append(cuerpo)
        self.send_response(type(self).codigo)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - firma de la biblioteca
        """Callado."""


@pytest.fixture
def servicio() -> Iterator[tuple[str, type[_Recibe]]]:
    """Un servicio HTTP que recibe lo que Apprise manda por `json://`; su dirección y lo recibido."""
    clase = type("Recibe", (_Recibe,), {"recibidos": []})
    servidor = ThreadingHTTPServer(("127.0.0.1", 0), clase)
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{servidor.server_port}/secreto", clase
    servidor.shutdown()
    servidor.server_close()


def test_los_canales_de_la_persona_y_de_la_unidad_reciben_lo_suyo_sin_repetir(
    instancia: Instancia, smtp: Buzon, servicio: tuple[str, type[_Recibe]]
) -> None:
    direccion, recibe = servicio
    with transaccion(instancia.url) as s:
        canales.agregar(s, nombre="De la unidad", direccion=direccion, unidad="DSTC")
        canales.agregar(s, nombre="Suyo", direccion=direccion, correo="dstc@demo.local")
    turno, _ = _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    assert _juntar(instancia) == 4
    _enviar(instancia, _cartero(instancia, smtp.url))
    assert len(smtp.recibidos) == 2
    assert len(recibe.recibidos) == 2, "la unidad, una vez aunque sean dos personas; y el de la persona"
    for cuerpo in recibe.recibidos:
        assert turno.folio in cuerpo["title"]
        assert f"https://dstc.example/turnos/{turno.id}" in cuerpo["message"]
        assert cuerpo["message"].count("Qué se debe") == 1


def test_un_canal_que_no_acepta_o_no_sirve_dice_por_que(
    instancia_sqlite: Instancia, smtp: Buzon, servicio: tuple[str, type[_Recibe]]
) -> None:
    direccion, recibe = servicio
    recibe.codigo = 503
    cartero = _cartero(instancia_sqlite, smtp.url)
    carta = Carta("x", "asunto", "texto", "<p>x</p>")
    with pytest.raises(EntregaAplazada, match=r"no aceptó el mensaje \(respondió 503\)"):
        cartero.por_canal(carta, direccion)
    with pytest.raises(EntregaImposible, match="no reconoce"):
        cartero.por_canal(carta, "nadie://x")
    with pytest.raises(EntregaImposible, match="escribe en la máquina"):
        cartero.por_canal(carta, "syslog://")


def test_un_canal_que_se_desactiva_no_recibe_lo_que_ya_estaba_armado(
    instancia: Instancia, smtp: Buzon, servicio: tuple[str, type[_Recibe]]
) -> None:
    direccion, recibe = servicio
    with transaccion(instancia.url) as s:
        canal = canales.agregar(s, nombre="Suyo", direccion=direccion, correo="dstc@demo.local").id or 0
    _con_plazo(instancia)
    barrer(instancia.url, MIERCOLES)
    _juntar(instancia)
    with transaccion(instancia.url) as s:
        canales.quitar(s, canal)
    _enviar(instancia, _cartero(instancia, smtp.url))
    assert not recibe.recibidos
    assert len(smtp.recibidos) == 2


def test_nada_de_lo_que_sale_lleva_datos_personales_al_registro(
    instancia_sqlite: Instancia, caplog: pytest.LogCaptureFixture
) -> None:
    _con_plazo(instancia_sqlite)
    barrer(instancia_sqlite.url, MIERCOLES)
    _juntar(instancia_sqlite)
    with caplog.at_level("DEBUG"):
        _enviar(instancia_sqlite, _cartero(instancia_sqlite, f"mailto://127.0.0.1:{puerto_libre()}?from=a@x.example"))
    assert "demo.local" not in caplog.text
    with lectura(instancia_sqlite.url) as s:
        assert all("@" not in (e.error or "") + e.asunto for e in s.scalars(select(Entrega)))
