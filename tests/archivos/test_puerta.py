"""La revisión, en su proceso: acotada en tiempo y memoria, y que lo hostil no impida revisar lo siguiente."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from pathlib import Path

import pytest

from modelos.errores import ArchivoRechazado
from modelos.expedientes import anexos
from tareas import archivos
from tareas.archivos import revision
from tareas.oficios.redaccion.procesos import PorPedido, SeCorto
from tests.accesorios import archivos_de_muestra as m

BUENO = m.pdf()


def _guardar(carpeta: Path, nombre: str, contenido: bytes) -> anexos.Guardado:
    return anexos.guardar(carpeta, nombre, io.BytesIO(contenido), 25 << 20, archivos.revisar)


def png(lado: int, renglones: int | None = None) -> bytes:
    """Una imagen de pocos kilobytes que pide cuatro bytes por punto al abrirse. renglones: los que trae de verdad."""

    def parte(tipo: bytes, datos: bytes) -> bytes:
        return struct.pack(">I", len(datos)) + tipo + datos + struct.pack(">I", zlib.crc32(tipo + datos))

    compresor = zlib.compressobj(9)
    renglon = b"\0" * (lado * 4 + 1)
    datos = (
        b"".join(compresor.compress(renglon) for _ in range(lado if renglones is None else renglones))
        + compresor.flush()
    )
    cabeza = parte(b"IHDR", struct.pack(">IIBBBBB", lado, lado, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + cabeza + parte(b"IDAT", datos) + parte(b"IEND", b"")


def test_lo_sano_se_guarda_y_lo_hostil_no_deja_nada_ni_impide_lo_siguiente(tmp_path: Path) -> None:
    guardado = _guardar(tmp_path, "a.pdf", BUENO)
    assert anexos.ruta(tmp_path, guardado.sha256).read_bytes() == BUENO
    quedan = sorted(tmp_path.rglob("*"))
    hostiles = {"a.png": png(50_000, 10), "b.pdf": BUENO[:60], "c.xml": b"<a>" * 200_000, "d.exe": b"MZ"}
    for nombre, contenido in hostiles.items():
        with pytest.raises(ArchivoRechazado) as error:
            _guardar(tmp_path, nombre, contenido)
        assert nombre in str(error.value)
    assert sorted(tmp_path.rglob("*")) == quedan
    assert _guardar(tmp_path, "a.pdf", BUENO).sha256 == guardado.sha256


def test_lo_que_pide_toda_la_memoria_se_rechaza_y_el_revisor_se_repone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archivos, "_revisores", PorPedido(120, 64, 1, revision.preparar, archivos.CPU_S))
    with pytest.raises(ArchivoRechazado) as error:
        _guardar(tmp_path, "a.png", png(5000))
    assert "guárdel" in str(error.value)
    assert _guardar(tmp_path, "a.pdf", BUENO).tipo == "application/pdf"


def _sin_fin() -> None:
    while True:
        pass


def test_lo_que_no_termina_se_corta_por_lo_que_ocupa_y_no_por_lo_que_tarda() -> None:
    pedidos = PorPedido(120, 64, 1, cpu_s=1)
    with pytest.raises(SeCorto):
        pedidos.pedir(_sin_fin)
    assert pedidos.pedir(int) == 0


def test_varios_a_la_vez(tmp_path: Path) -> None:
    tipos: list[str] = []
    hilos = [
        threading.Thread(target=lambda i=i: tipos.append(_guardar(tmp_path, f"{i}.pdf", m.pdf(i + 1)).tipo))
        for i in range(8)
    ]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join(120)
    assert tipos == ["application/pdf"] * 8


@pytest.mark.parametrize(
    ("enviado", "guardado"),
    [
        ("CON.pdf", "_CON.pdf"),
        ("nul.tar.pdf", "_nul.tar.pdf"),
        ("com¹.jpg", "_com¹.jpg"),
        ("Contrato.pdf", "Contrato.pdf"),
        ("oficio.pdf. . ", "oficio.pdf"),
        ("oficio .pdf", "oficio.pdf"),
        (".pdf", "archivo.pdf"),
        ("C:\\fotos\\a.jpg", "a.jpg"),
        ("../../etc/a.pdf", "a.pdf"),
        ("factura\u202efdp.exe", "facturafdp.exe"),
        ("a\u00adb\u200bc.pdf", "abc.pdf"),
        ("acta:1|2?.pdf", "acta 1 2.pdf"),
        ("An\u0303o\u00a02026.pdf", "Año 2026.pdf"),
        ("ñ" * 300 + ".pdf", "ñ" * 98 + ".pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("a" * 300, "a" * 120),
    ],
)
def test_el_nombre_queda_como_cualquier_sistema_lo_puede_guardar(enviado: str, guardado: str) -> None:
    assert anexos.sanear(enviado) == guardado
    assert anexos.sanear(guardado) == guardado
    assert len(guardado.encode()) <= anexos.BYTES_NOMBRE


def test_se_dice_si_cambio_de_nombre_y_no_por_su_carpeta() -> None:
    assert anexos.renombrado("CON.pdf") == "_CON.pdf"
    assert anexos.renombrado("C:\\fotos\\a.jpg") == ""
