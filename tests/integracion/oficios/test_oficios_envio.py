"""¿Llega cada oficio, con su PDF y una vez, a quien va? Con un servidor SMTP de verdad, sobre SQLite y PostgreSQL."""

from __future__ import annotations

import hashlib
import resource
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.oficios import tramite
from modelos.administracion import demo
from modelos.avisos import canales
from modelos.avisos.de_oficios import SIN_EFECTO
from modelos.avisos.entrega import Entrega
from modelos.expedientes.notificacion import Notificacion
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import Adscripcion, activas, crear_cast, por_correo
from modelos.organizacion.permisos import Rol
from modelos.sesion import transaccion
from modelos.tabla.unidades import Unidad as Sigla
from tareas.avisos import carta_de_oficio, redaccion
from tareas.avisos.carta_de_oficio import ADJUNTO_MAX, nombre_de_archivo
from tareas.avisos.envio import YA_NO
from tareas.avisos.junta import juntar
from tareas.avisos.recordatorios import barrer
from tareas.efectos import Cual, cumplir
from tareas.oficios.papel.archivo import ruta_de
from tests.accesorios.correo import Buzon, buzon, partes
from tests.accesorios.fabricas import Instancia, puerto_libre
from tests.accesorios.oficina import (
    asentados,
    destinatarios,
    encargo_de,
    enviado,
    firmar,
    leer,
    por_encargo,
    repartir,
    suelto,
)
from tests.accesorios.plazos import plantar

LUNES = date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    _poner(monkeypatch, LUNES)


@pytest.fixture
def smtp() -> Iterator[Buzon]:
    with buzon() as abierto:
        yield abierto


def _de_oficio(mensajes: list[EmailMessage]) -> list[EmailMessage]:
    return [m for m in mensajes if "ficio" in m["Subject"]]


def _adjunto(mensaje: EmailMessage) -> tuple[str, bytes]:
    [uno] = mensaje.iter_attachments()
    assert uno.get_content_type() == "application/pdf"
    return uno.get_filename() or "", uno.get_content()


def _entregas(instancia: Instancia) -> list[Entrega]:
    """Las de oficios."""
    with instancia.leer() as s:
        todas = s.scalars(select(Entrega).order_by(col(Entrega.persona_id), col(Entrega.id)))
        return [e for e in todas if "ficio" in e.asunto]


def _persona(instancia: Instancia, alias: str) -> int:
    with instancia.leer() as s:
        persona = por_correo(s, f"{alias}@{demo.DOMINIO}")
        assert persona is not None
        return persona.id or 0


def _poner(monkeypatch: pytest.MonkeyPatch, dia: date) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{dia}T09:00:00-06:00")


def _adscribir(instancia: Instancia, alias: str, unidad: str) -> None:
    persona = _persona(instancia, alias)
    with transaccion(instancia.url) as s:
        s.add(Adscripcion(persona_id=persona, unidad=unidad, rol=Rol.OPERACION, desde=LUNES))


# --- el correo -------------------------------------------------------------------


def test_llega_con_su_pdf_quien_lo_emite_y_donde_acusarlo(instancia: Instancia, smtp: Buzon) -> None:
    oficio = enviado(instancia, suelto(instancia, ccp=("DCAJ",)))
    repartir(instancia, smtp.url, terminado=True)
    [mensaje] = _de_oficio(smtp.de("cst@demo.local"))
    assert mensaje["Subject"] == f"Oficio DSTC/001/2027: {oficio.asunto} ({oficio.folio})"
    nombre, pdf = _adjunto(mensaje)
    assert nombre == "DSTC-001-2027.pdf"
    assert hashlib.sha256(pdf).hexdigest() == oficio.sha256
    for dicho in partes(mensaje):
        assert "Dirección de Servicios Tecnológicos y de Capacitación (DSTC)" in dicho
        assert "DSTC/001/2027" in dicho
        assert "1 de marzo de 2027" in dicho
        assert oficio.asunto in dicho
        assert "Acuse de recibido en cuanto lo vea" in dicho
        assert f"https://dstc.example/oficios/{oficio.id}" in dicho
        assert f"https://dstc.example/v/{oficio.codigo}" in dicho
        assert "El PDF va adjunto: DSTC-001-2027.pdf." in dicho
        assert "(CST)" in dicho
        assert "(DCAJ)" not in dicho, "a cada quien, lo suyo"
    [copia] = _de_oficio(smtp.de("dcaj@demo.local"))
    for dicho in partes(copia):
        assert "copia de este oficio, para su conocimiento" in dicho
        assert "(DCAJ)" in dicho
        assert "acusar" not in dicho
    assert _adjunto(copia)[1] == pdf
    assert {m["Message-ID"] for m in (mensaje, copia)} == {f"<{e.id}@dstc.example>" for e in _entregas(instancia)}


def test_repetir_el_encargo_no_envia_ni_asienta_dos_veces(instancia: Instancia, smtp: Buzon) -> None:
    oficio = enviado(instancia, por_encargo(instancia))
    encargo = encargo_de(instancia, oficio.folio, "envio")
    for _ in range(2):
        assert cumplir(instancia.url, CATALOGO, Cual(encargo.folio, encargo.asiento, "envio")) == "ya estaba hecho"
        repartir(instancia, smtp.url, terminado=True)
    assert len(_de_oficio(smtp.recibidos)) == 1
    assert [a["a"] for a in asentados(instancia, "oficio_envio")] == [["CST"]]
    instancia.exigir_integra()


def test_va_en_el_resumen_del_dia_y_el_que_llega_despues_en_el_de_manana(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    miercoles = date(2027, 3, 3)  # el primer hito de un plazo de diez días desde el lunes
    _poner(monkeypatch, miercoles)
    oficio = por_encargo(instancia)
    repartir(instancia, smtp.url)
    plantar(instancia, oficio.folio, LUNES, 10, unidad="CST")
    barrer(instancia.url, miercoles)
    enviado(instancia, oficio)
    repartir(instancia, smtp.url)
    assert smtp.de("cst@demo.local") == [], "todavía no se ven los hitos de hoy"
    repartir(instancia, smtp.url, terminado=True)
    [resumen] = smtp.de("cst@demo.local")
    assert resumen["Subject"].endswith(f"({oficio.folio}); además, recibió 1 oficio")
    texto, html = partes(resumen)
    assert texto.index("LE TOCA A USTED") < texto.index("OFICIOS QUE RECIBIÓ") < texto.index("Oficio DSTC/001/2027: ")
    assert ">Oficios que recibió</h2>" in html
    assert _adjunto(resumen)[0] == "DSTC-001-2027.pdf"

    otro = enviado(instancia, suelto(instancia, folio=oficio.folio))
    repartir(instancia, smtp.url, terminado=True)
    assert len(smtp.de("cst@demo.local")) == 1
    _poner(monkeypatch, date(2027, 3, 4))
    repartir(instancia, smtp.url, terminado=True)
    _, siguiente = smtp.de("cst@demo.local")
    assert siguiente["Subject"].startswith(f"Oficio {otro.numero}: ")


def test_el_aviso_de_un_turno_nuevo_se_lleva_los_oficios_sin_esperar_al_resumen(
    instancia: Instancia, smtp: Buzon
) -> None:
    oficio = enviado(instancia, suelto(instancia))
    for _ in range(2):
        instancia.atender(instancia.abiertos(oficio.folio)[0])
    instancia.cumplir_encargos()
    [turno] = [t for t in instancia.abiertos(oficio.folio) if t.unidad == "CST"]
    repartir(instancia, smtp.url)
    [mensaje] = smtp.de("cst@demo.local")
    assert mensaje["Subject"].endswith(f"({oficio.folio}); además, recibió 1 oficio")
    assert f"https://dstc.example/turnos/{turno.id}" in partes(mensaje)[0]
    assert hashlib.sha256(_adjunto(mensaje)[1]).hexdigest() == oficio.sha256
    repartir(instancia, smtp.url, terminado=True)
    assert len(smtp.de("cst@demo.local")) == 1


@pytest.mark.parametrize("dia", [date(2027, 3, 13), date(2027, 3, 15)], ids=["sabado", "feriado"])
def test_en_dia_inhabil_espera_al_siguiente_habil(
    instancia_sqlite: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch, dia: date
) -> None:
    oficio = enviado(instancia_sqlite, por_encargo(instancia_sqlite))
    _poner(monkeypatch, dia)
    repartir(instancia_sqlite, smtp.url, terminado=True)
    assert smtp.de("cst@demo.local") == []
    _poner(monkeypatch, date(2027, 3, 16))
    repartir(instancia_sqlite, smtp.url, terminado=True)
    [mensaje] = smtp.de("cst@demo.local")
    assert oficio.folio in mensaje["Subject"]


def test_a_quien_le_llega_por_varias_unidades_se_le_dice_una_vez_y_los_demas_oficios_van_con_el(
    instancia: Instancia, smtp: Buzon
) -> None:
    _adscribir(instancia, "cst", "DCAJ")
    uno = enviado(instancia, suelto(instancia, para=("CST",), ccp=("DCAJ",)))
    otro = enviado(instancia, suelto(instancia, folio=uno.folio, para=("DCAJ",)))
    repartir(instancia, smtp.url, terminado=True)
    [mensaje] = smtp.de("cst@demo.local")
    assert mensaje["Subject"] == f"Oficio {uno.numero}: {uno.asunto} ({uno.folio}), y 1 oficio más"
    assert [a.get_filename() for a in mensaje.iter_attachments()] == ["DSTC-001-2027.pdf", "DSTC-002-2027.pdf"]
    texto, _ = partes(mensaje)
    for oficio in (uno, otro):
        assert texto.count(f"Oficio {oficio.numero}: ") == 1
        assert f"https://dstc.example/oficios/{oficio.id}" in texto
    assert texto.count("Dirigido a: ") == 2
    assert texto.count("Con copia para: ") == 1


def test_los_pdf_que_no_caben_y_los_oficios_que_no_se_detallan_se_dicen(
    instancia_sqlite: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carta_de_oficio, "ADJUNTOS", 2)
    monkeypatch.setattr(redaccion, "RECIBIDOS", 4)
    primero = enviado(instancia_sqlite, suelto(instancia_sqlite))
    otros = [enviado(instancia_sqlite, suelto(instancia_sqlite, folio=primero.folio)) for _ in range(4)]
    with transaccion(instancia_sqlite.url) as s:  # con el primero, ya no cabe
        s.execute(update(Oficio).where(col(Oficio.id) == otros[0].id).values(tamano=ADJUNTO_MAX - 10))
    repartir(instancia_sqlite, smtp.url, terminado=True)
    [mensaje] = smtp.de("cst@demo.local")
    assert mensaje["Subject"].endswith(", y 4 oficios más")
    assert [a.get_filename() for a in mensaje.iter_attachments()] == ["DSTC-001-2027.pdf", "DSTC-003-2027.pdf"]
    texto, html = partes(mensaje)
    assert texto.count("El PDF ya no cupo en este mensaje. Descárguelo en la dirección de abajo.") == 2
    assert "Y 1 oficio más que recibió: https://dstc.example/oficios?ver=recibidos" in texto
    assert "https://dstc.example/oficios?ver=recibidos" in html
    assert otros[-1].id not in texto


def test_el_que_ya_se_acuso_lo_dice_y_no_lo_pide(instancia_sqlite: Instancia, smtp: Buzon) -> None:
    oficio = enviado(instancia_sqlite, suelto(instancia_sqlite))
    with instancia_sqlite.como("cst") as ctx:
        tramite.acusar(ctx, oficio.id, 0)
    repartir(instancia_sqlite, smtp.url, terminado=True)
    [mensaje] = smtp.de("cst@demo.local")
    for dicho in partes(mensaje):
        assert "ya consta que su unidad lo recibió" in dicho
        assert "Acuse de recibido" not in dicho


def test_lo_escrito_por_las_personas_no_se_vuelve_html_ni_encabezado(instancia_sqlite: Instancia, smtp: Buzon) -> None:
    oficio = suelto(instancia_sqlite)
    with instancia_sqlite.como("dstc") as ctx:
        escrito = {"asunto": "<script>alert(1)</script>\r\nBcc: otra@x.mx & {{ 7*7 }}", "cuerpo": "Hola."}
        tramite.editar(ctx, oficio.id, 1, escrito)
    enviado(instancia_sqlite, oficio)
    repartir(instancia_sqlite, smtp.url, terminado=True)
    [mensaje] = _de_oficio(smtp.recibidos)
    assert mensaje["Bcc"] is None
    texto, html = partes(mensaje)
    assert "<script>alert(1)</script> Bcc: otra@x.mx & {{ 7*7 }}" in texto
    assert "<script>" not in html


@pytest.mark.parametrize("cuando", ["antes de juntar", "antes de enviar"])
@pytest.mark.parametrize("como", ["cancelado", "sustituido"])
def test_el_que_ya_no_rige_no_sale(instancia: Instancia, smtp: Buzon, cuando: str, como: str) -> None:
    oficio = enviado(instancia, por_encargo(instancia))
    if cuando == "antes de enviar":
        juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    with instancia.como("dstc") as ctx:
        if como == "cancelado":
            tramite.cancelar(ctx, oficio.id, "Salió con error.")
        else:
            nuevo = tramite.sustituir(ctx, oficio.id)
    if como == "sustituido":
        firmar(instancia, nuevo)
    repartir(instancia, smtp.url, terminado=True)
    assert _de_oficio(smtp.recibidos) == []
    assert [e.error for e in _entregas(instancia)] == ([YA_NO] if cuando == "antes de enviar" else [])
    with instancia.leer() as s:
        dichas = s.scalars(select(Notificacion).where(col(Notificacion.clase) == "oficio")).all()
        assert all(n.salio for n in dichas)
        assert {n.descartada for n in dichas} == {SIN_EFECTO}


def test_si_el_pdf_no_se_puede_leer_sale_con_el_enlace_y_lo_dice(instancia: Instancia, smtp: Buzon) -> None:
    oficio = enviado(instancia, por_encargo(instancia))
    ruta_de(instancia.ajustes.carpeta_oficios, oficio.sha256 or "").unlink()
    with transaccion(instancia.url) as s:  # como si llevara sello: vuelto a componer ya no es idéntico
        s.execute(update(Oficio).values(contenido=(oficio.contenido or "").replace("saludo", "abrazo")))
    repartir(instancia, smtp.url, terminado=True)
    [mensaje] = _de_oficio(smtp.recibidos)
    assert list(mensaje.iter_attachments()) == []
    for dicho in partes(mensaje):
        assert "El PDF no se pudo adjuntar. Descárguelo en la dirección de abajo." in dicho
        assert f"https://dstc.example/oficios/{oficio.id}" in dicho


def test_si_el_archivo_se_perdio_se_vuelve_a_componer_y_va_adjunto(instancia: Instancia, smtp: Buzon) -> None:
    oficio = enviado(instancia, por_encargo(instancia))
    ruta_de(instancia.ajustes.carpeta_oficios, oficio.sha256 or "").write_bytes(b"%PDF roto")
    repartir(instancia, smtp.url, terminado=True)
    [mensaje] = _de_oficio(smtp.recibidos)
    assert hashlib.sha256(_adjunto(mensaje)[1]).hexdigest() == oficio.sha256


def test_el_que_pesa_demasiado_va_solo_con_enlace(instancia_sqlite: Instancia, smtp: Buzon) -> None:
    enviado(instancia_sqlite, por_encargo(instancia_sqlite))
    with transaccion(instancia_sqlite.url) as s:
        s.execute(update(Oficio).values(tamano=ADJUNTO_MAX + 1))
    repartir(instancia_sqlite, smtp.url, terminado=True)
    [mensaje] = _de_oficio(smtp.recibidos)
    assert list(mensaje.iter_attachments()) == []
    assert "El PDF pesa 10.0 MB y no se adjunta." in partes(mensaje)[0]


@pytest.mark.parametrize(
    ("numero", "archivo"),
    [
        ("DSTC/001/2027", "DSTC-001-2027.pdf"),
        ("Of. 2027-0001 CST", "Of.-2027-0001-CST.pdf"),
        ("Dirección/7/2027", "Dirección-7-2027.pdf"),
        ("../../x", "x.pdf"),
        ("", "oficio.pdf"),
    ],
)
def test_el_archivo_se_llama_como_el_numero(numero: str, archivo: str) -> None:
    assert nombre_de_archivo(numero) == archivo


def test_por_un_canal_va_el_texto_sin_archivo_y_una_vez_por_unidad(instancia: Instancia, smtp: Buzon) -> None:
    recibidos: list[bytes] = []

    class Recibe(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            recibidos.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - firma de la biblioteca
            """Callado."""

    servidor = ThreadingHTTPServer(("127.0.0.1", 0), Recibe)
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    _adscribir(instancia, "dvs", "CST")
    with transaccion(instancia.url) as s:
        direccion = f"json://127.0.0.1:{servidor.server_port}/x"
        canales.agregar(s, nombre="De la unidad", direccion=direccion, unidad="CST")
    oficio = enviado(instancia, por_encargo(instancia))
    repartir(instancia, smtp.url, terminado=True)
    servidor.shutdown()
    servidor.server_close()
    assert sorted(p for p, m in zip(smtp.para, smtp.recibidos, strict=True) if _de_oficio([m])) == [
        "cst@demo.local",
        "dvs@demo.local",
    ]
    [dicho] = [r.decode() for r in recibidos if b"DSTC/001/2027" in r]
    assert f"https://dstc.example/oficios/{oficio.id}" in dicho
    assert "El PDF no va aqu" in dicho
    assert "%PDF" not in dicho
    assert len(dicho) < 5000


def test_el_servidor_de_correo_cae_y_vuelve_y_cada_quien_lo_recibe_una_vez(instancia: Instancia) -> None:
    oficio = enviado(instancia, suelto(instancia, para=("CST", "DCAJ", "SSI"), ccp=("DVS",)))
    puerto = puerto_libre()
    url = f"mailto://127.0.0.1:{puerto}?from=avisos@dstc.example"
    repartir(instancia, url, terminado=True)
    assert {(e.estado, e.intentos) for e in _entregas(instancia)} == {("pendiente", 1)}
    with buzon(puerto) as abierto:
        abierto.respuesta = "451 ahora no"
        _apurar_y_repartir(instancia, url)
        assert abierto.recibidos == []
    with buzon(puerto) as abierto:
        for _ in range(3):
            _apurar_y_repartir(instancia, url)
        mensajes = _de_oficio(abierto.recibidos)
        assert Counter(p for p, m in zip(abierto.para, abierto.recibidos, strict=True) if m in mensajes) == {
            f"{u}@demo.local": 1 for u in ("cst", "dcaj", "ssi", "dvs")
        }
    assert {hashlib.sha256(_adjunto(m)[1]).hexdigest() for m in mensajes} == {oficio.sha256}
    assert {(e.estado, e.intentos) for e in _entregas(instancia)} == {("enviada", 3)}


def _apurar_y_repartir(instancia: Instancia, url: str) -> None:
    with transaccion(instancia.url) as s:
        s.execute(update(Entrega).values(proximo=0.0))
    repartir(instancia, url, terminado=True)


@contextmanager
def _memoria() -> Iterator[list[float]]:
    """La memoria residente de este proceso, en MB, de cuando en cuando mientras dure el bloque."""

    def ahora() -> float:
        return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * resource.getpagesize() / 1024 / 1024

    megas, fin = [ahora()], threading.Event()

    def mirar() -> None:
        while not fin.wait(0.01):
            megas.append(ahora())

    hilo = threading.Thread(target=mirar)
    hilo.start()
    try:
        yield megas
    finally:
        fin.set()
        hilo.join()


def test_una_circular_a_setenta_y_dos_destinatarios(instancia: Instancia, smtp: Buzon) -> None:
    """Los 40 CAST y las 32 unidades estatales: una sola emisión, 72 mensajes y 72 acuses por separado."""
    with transaccion(instancia.url) as s:
        estatales = activas(s, Sigla.CE)
        for i in range(4, 41):
            crear_cast(s, clave=f"CAST-{i:02}", nombre=f"CAST de prueba {i:02}", depende_de=estatales[i % 32])
        demo.sembrar_demo(s)
        para = (*activas(s, Sigla.CAST), *activas(s, Sigla.CE))
    assert len(para) == 72
    oficio = suelto(instancia, para=para)
    pasos: dict[str, float] = {}

    def medir(paso: str, desde: float) -> float:
        pasos[paso] = time.monotonic() - desde
        return time.monotonic()

    with _memoria() as megas:
        desde = time.monotonic()
        firmar(instancia, oficio)
        desde = medir("firmar", desde)
        instancia.cumplir_encargos()
        desde = medir("enviar", desde)
        juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
        desde = medir("juntar", desde)
        repartir(instancia, smtp.url, terminado=True)
        medir("repartir", desde)
    crecio = max(megas) - megas[0]
    oficio = leer(instancia, oficio.id)
    print(
        f"\ncircular a 72: {', '.join(f'{p} {t:.2f} s' for p, t in pasos.items())}; PDF de "
        f"{(oficio.tamano or 0) / 1024:.0f} KB; la memoria creció {crecio:.0f} MB"
    )
    circulares = [(p, m) for p, m in zip(smtp.para, smtp.recibidos, strict=True) if "ircular" in m["Subject"]]
    assert Counter(p for p, _ in circulares) == {f"{u.lower()}@demo.local": 1 for u in para}
    assert {hashlib.sha256(_adjunto(m)[1]).hexdigest() for _, m in circulares} == {oficio.sha256}
    [envio] = [a for a in asentados(instancia, "oficio_envio") if a["oficio"] == oficio.id]
    assert (len(envio["a"]), envio["sin_cuenta"], envio["en_papel"]) == (72, [], 0)
    assert len(destinatarios(instancia, oficio.id)) == 72
    assert sum(pasos.values()) < 60
    assert crecio < 300
