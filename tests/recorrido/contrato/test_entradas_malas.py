"""Lo mal enviado: cada cosa con su mensaje que dice qué hacer, y nada a medias."""

from __future__ import annotations

import base64
import errno
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import pytest
from sqlalchemy import func, select

from modelos.actos.turnos import atender
from modelos.ajustes import Ajustes
from modelos.errores import ArchivoRechazado, FormularioIncompleto, SinEspacio
from modelos.expedientes import anexos
from modelos.expedientes.expediente import Anexo
from modelos.organizacion.organigrama import crear_cast
from modelos.tabla.errores import SalidaInexistente
from tareas.archivos import revisar
from tests.accesorios.archivos_de_muestra import office
from tests.accesorios.fabricas import PDF, Cliente, Instancia, servida


@pytest.fixture
def caso(instancia_sqlite: Instancia) -> Iterator[tuple[Instancia, Cliente, str]]:
    """Una instancia con archivos de 1 MB a lo más, el personal de la CST y un turno que pide evidencia."""
    ajustes = instancia_sqlite.ajustes.model_copy(update={"anexo_max_bytes": 1 << 20})
    instancia = Instancia(ajustes)
    folio = instancia.iniciar("reunion_trabajo")
    while instancia.abiertos(folio)[0].actividad != "7":
        instancia.atender(instancia.abiertos(folio)[0])
    with servida(instancia) as direccion, Cliente(direccion, "cst") as cliente:
        yield instancia, cliente, instancia.abiertos(folio)[0].id


def _subir(cliente: Cliente, turno: str, nombre: str, contenido: bytes, **datos: str) -> tuple[int, dict[str, Any]]:
    archivos = {"archivo": (nombre, contenido, "application/octet-stream")}
    respuesta = cliente.post(f"/turnos/{turno}/anexos", files=archivos, data=datos)
    return respuesta.status_code, respuesta.json()


def _archivos(instancia: Instancia) -> list[Path]:
    return [p for p in instancia.ajustes.carpeta_anexos.rglob("*") if p.is_file()]


def _zip(**partes: str) -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w") as paquete:
        for nombre, texto in partes.items():
            paquete.writestr(nombre.replace("__", "/"), texto)
    return salida.getvalue()


@pytest.mark.parametrize(
    ("nombre", "contenido", "codigo", "dice"),
    [
        pytest.param("minuta.pdf", b"MZ\x90\x00" + b"\x00" * 200, 422, "no es un PDF", id="ejecutable disfrazado"),
        pytest.param("minuta.pdf", b"<html><script>1</script>", 422, "no es un PDF", id="html disfrazado"),
        pytest.param("foto.png", PDF, 422, "dañada", id="pdf con nombre de imagen"),
        pytest.param("minuta.docx", _zip(a="x"), 422, "dañado", id="zip con nombre de word"),
        pytest.param("programa.exe", b"MZ", 422, "no se admite", id="tipo no admitido"),
        pytest.param("pagina.svg", b"<svg/>", 422, "no se admite", id="svg"),
        pytest.param("vacio.pdf", b"", 422, "vacío", id="vacio"),
        pytest.param("grande.pdf", PDF + b" " * (1 << 20), 413, "1 MB", id="enorme"),
        pytest.param("monstruo.pdf", PDF + b" " * (3 << 20), 413, "MB", id="mas que la solicitud entera"),
    ],
)
def test_un_archivo_malo_se_rechaza_y_no_deja_rastro(
    caso: tuple[Instancia, Cliente, str], nombre: str, contenido: bytes, codigo: int, dice: str
) -> None:
    instancia, cliente, turno = caso
    status, cuerpo = _subir(cliente, turno, nombre, contenido, evidencia="constancia")
    assert status == codigo
    assert dice in cuerpo["detail"]
    assert _archivos(instancia) == []
    with instancia.leer() as s:
        assert s.scalar(select(func.count()).select_from(Anexo)) == 0


@pytest.mark.parametrize(
    ("enviado", "guardado"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\minuta final.pdf", "minuta final.pdf"),
        ("a\x00b\r\n<c>.pdf", "a b c.pdf"),
        ("ñandú " + "x" * 300 + ".pdf", "ñandú " + "x" * 110 + ".pdf"),
    ],
)
def test_el_nombre_se_sanea(enviado: str, guardado: str) -> None:
    assert anexos.sanear(enviado) == guardado


def test_lo_bueno_se_guarda_entero_y_se_descarga_igual(caso: tuple[Instancia, Cliente, str]) -> None:
    instancia, cliente, turno = caso
    word = office()
    for nombre, contenido in (("minuta.pdf", PDF), ("lista.docx", word), ("lista.csv", "año,ñ\n1,2\n".encode())):
        status, anexo = _subir(cliente, turno, nombre, contenido, evidencia="constancia")
        assert status == 201
        bajado = cliente.get(f"/anexos/{anexo['id']}")
        assert bajado.content == contenido
        assert bajado.headers["content-disposition"].startswith("attachment")
    assert len(_archivos(instancia)) == 3
    assert _subir(cliente, turno, "a.pdf", PDF, evidencia="otra")[0] == 422


class _DiscoLleno(io.BytesIO):
    """Un archivo cuya lectura acaba como acaba una escritura en un disco lleno."""

    def read(self, _n: int | None = -1) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_sin_espacio_lo_dice_y_no_queda_nada_a_medias(tmp_path: Path) -> None:
    flujo: BinaryIO = _DiscoLleno()
    with pytest.raises(SinEspacio, match="avise"):
        anexos.guardar(tmp_path, "a.pdf", flujo, 1000, revisar)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="montar un disco chico pide ser root")
def test_disco_lleno_de_verdad_responde_507(caso: tuple[Instancia, Cliente, str]) -> None:
    import subprocess

    instancia, cliente, turno = caso
    carpeta = instancia.ajustes.carpeta_anexos
    carpeta.mkdir()
    montaje = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(carpeta)]
    if subprocess.run(montaje, capture_output=True, check=False).returncode:
        pytest.skip("esta máquina no deja montar un disco chico")
    try:
        status, cuerpo = _subir(cliente, turno, "a.pdf", PDF + b" " * 200_000, evidencia="constancia")
        assert (status, _archivos(instancia)) == (507, [])
        assert "administra" in cuerpo["detail"]
        assert _subir(cliente, turno, "a.pdf", PDF, evidencia="constancia")[0] == 201
    finally:
        subprocess.run(["umount", str(carpeta)], check=True)


@pytest.mark.parametrize(
    ("cuerpo", "campo"),
    [
        (b"{mal", "cuerpo"),
        (b"[]", "cuerpo"),
        (b'{"salida": "continuar"}', "version"),
        (b'{"salida": 5, "version": 1}', "salida"),
        (b'{"salida": "continuar", "version": "1"}', "version"),
        (b'{"salida": "continuar", "version": true}', "version"),
        (b'{"salida": "continuar", "version": 1, "sobra": 1}', "sobra"),
        (b'{"salida": "continuar", "version": 1, "datos": {"x": 1}}', "x"),
    ],
)
def test_una_respuesta_mal_formada_dice_que_campo(
    caso: tuple[Instancia, Cliente, str], cuerpo: bytes, campo: str
) -> None:
    instancia, cliente, turno = caso
    folio = turno.partition(".")[0]
    antes = instancia.expediente(folio).asientos
    respuesta = cliente.post(f"/turnos/{turno}/atender", content=cuerpo, headers={"Content-Type": "application/json"})
    assert respuesta.status_code == 422
    assert campo in respuesta.json()["campos"]
    assert instancia.expediente(folio).asientos == antes


def test_lo_desconocido_es_404_y_lo_fuera_de_rango_422(caso: tuple[Instancia, Cliente, str]) -> None:
    _, cliente, _ = caso
    coordinacion = {"procedimiento": "inventado", "asunto": "x", "datos": {}}
    assert cliente.post("/expedientes", json=coordinacion).status_code == 404
    assert cliente.get("/procedimientos/inventado").status_code == 404
    assert cliente.get("/expedientes/NO-2026-1").status_code == 404
    assert cliente.get("/turnos/NO-2026-1.1.CST.1").status_code == 404
    assert cliente.get("/turnos?estado=otro").status_code == 422
    assert cliente.get("/turnos?limite=201").status_code == 422
    assert cliente.get("/turnos?cursor=basura").status_code == 422
    assert cliente.get("/expedientes?cursor=AAAA").status_code == 422


def test_con_la_base_inaccesible_responde_503_y_la_salud_200(instancia_sqlite: Instancia, tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nadie@127.0.0.1:1/{tmp_path.name}"
    instancia = Instancia(Ajustes(datos=tmp_path, base=url, demo=True))
    with servida(instancia) as direccion, Cliente(direccion) as cliente:
        cliente.headers["Authorization"] = "Bearer x"
        respuesta = cliente.get("/turnos")
        assert respuesta.status_code == 503
        assert "no responde" in respuesta.json()["detail"]
        assert "nadie" not in respuesta.text
        salud = cliente.get("/salud")
        assert (salud.status_code, salud.json()["base"]) == (200, "caida")


def test_un_archivo_que_se_infla_no_se_infla(tmp_path: Path) -> None:
    """La primera entrada de un documento abierto dice su tipo; ésta dice pesar 300 MB."""
    import tracemalloc

    bomba = tmp_path / "bomba.odt"
    with zipfile.ZipFile(bomba, "w", zipfile.ZIP_DEFLATED) as paquete, paquete.open("mimetype", "w") as entrada:
        for _ in range(300):
            entrada.write(b" " * (1 << 20))
    tracemalloc.start()
    with bomba.open("rb") as flujo, pytest.raises(ArchivoRechazado, match="ocupa demasiado"):
        anexos.guardar(tmp_path / "anexos", "bomba.odt", flujo, 25 << 20, revisar)
    pico = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pico < 20 << 20


@pytest.mark.parametrize("bandera", [(6, 1), (8, 99)], ids=["cifrado", "compresion desconocida"])
def test_un_zip_raro_se_rechaza_con_su_mensaje(caso: tuple[Instancia, Cliente, str], bandera: tuple[int, int]) -> None:
    _, cliente, turno = caso
    crudo = bytearray(_zip(mimetype="application/vnd.oasis.opendocument.text"))
    donde, valor = bandera
    crudo[donde] = valor  # en la cabecera local y en la del directorio, dos bytes más allá
    central = crudo.rindex(b"PK\x01\x02")
    crudo[central + donde + 2] = valor
    status, cuerpo = _subir(cliente, turno, "minuta.odt", bytes(crudo), evidencia="constancia")
    assert status == 422
    assert "contraseña" in cuerpo["detail"] or "dañado" in cuerpo["detail"]


@pytest.mark.postgres
def test_lo_que_ninguna_base_guarda_igual_se_rechaza(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0].id
    with Cliente(direccion, "coordinacion") as cliente:
        nuevo = {"procedimiento": "normatividad", "asunto": "a\x00b", "datos": {}}
        respuesta = {"salida": "continuar", "datos": {}, "comentario": "", "version": 1}
        clave = {"Idempotency-Key": "rara"}
        medio = b'{"procedimiento": "seguimiento", "asunto": "x", "datos": {"a": "\\ud800"}}'
        json = {"Content-Type": "application/json"}
        codigos = [
            cliente.post("/expedientes", json=nuevo).status_code,
            cliente.post("/sesiones", json={"correo": "a\x00@x", "clave": "x"}).status_code,
            cliente.get("/expedientes?texto=%00").status_code,
            cliente.get("/expedientes/%00").status_code,
            cliente.post("/expedientes", content=medio, headers={**clave, **json}).status_code,
            cliente.post(f"/turnos/{turno}/atender", json={**respuesta, "version": 10**30}).status_code,
            cliente.post(f"/turnos/{turno}/atender", json={**respuesta, "comentario": "\x00"}).status_code,
            cliente.get(f"/expedientes/{folio}/bitacora?cursor={'9' * 5000}").status_code,
        ]
        assert codigos == [422] * len(codigos)
        assert cliente.get(f"/turnos/{folio}.1.DSTC.{'9' * 5000}").status_code == 404
        sin_zona = base64.urlsafe_b64encode(b'["2026-01-01T00:00:00", "x"]').decode()
        assert cliente.get(f"/turnos?cursor={sin_zona}").status_code == 422
        roto = cliente.post(f"/turnos/{turno}/anexos", content=b"x", headers={"Content-Type": "multipart/form-data"})
        assert roto.status_code in (400, 422)
        assert "boundary" not in roto.json()["detail"]


def test_reintentar_un_anexo_cuya_respuesta_se_perdio_devuelve_el_mismo(
    caso: tuple[Instancia, Cliente, str],
) -> None:
    _, cliente, turno = caso
    clave = {"Idempotency-Key": "minuta-1"}

    def subir() -> httpx.Response:
        archivo = {"archivo": ("minuta.pdf", PDF, "application/pdf")}
        datos = {"evidencia": "constancia"}
        return cliente.post(f"/turnos/{turno}/anexos", files=archivo, data=datos, headers=clave)

    primero = subir()
    respuesta = {"salida": "continuar", "datos": {}, "comentario": "", "version": 1}
    assert cliente.post(f"/turnos/{turno}/atender", json=respuesta).status_code == 200
    assert subir().json() == primero.json()
    otro = {"archivo": ("otra.pdf", PDF + b" ", "application/pdf")}
    ajena = cliente.post(f"/turnos/{turno}/anexos", files=otro, data={"evidencia": "constancia"}, headers=clave)
    assert (ajena.status_code, "Idempotency-Key" in ajena.json()["detail"]) == (409, True)


def test_la_clave_de_un_expediente_no_sirve_para_un_anexo(instancia_sqlite: Instancia) -> None:
    clave = {"Idempotency-Key": "compartida"}
    with servida(instancia_sqlite) as direccion, Cliente(direccion, "coordinacion") as cliente:
        nuevo = {"procedimiento": "seguimiento", "asunto": "x", "datos": {}}
        turno = cliente.post("/expedientes", json=nuevo, headers=clave).json()["turnos"][0]["id"]
        archivo = {"archivo": ("a.pdf", PDF, "application/pdf")}
        assert cliente.post(f"/turnos/{turno}/anexos", files=archivo, headers=clave).status_code == 409


def test_una_salida_larguisima_o_una_version_imposible_dicen_lo_que_son(instancia: Instancia) -> None:
    turno = instancia.abiertos(instancia.iniciar("seguimiento"))[0]
    with pytest.raises(SalidaInexistente), instancia.como("dstc") as ctx:
        atender.atender(ctx, turno.id, "x" * 5000, {}, "", 1)
    with pytest.raises(FormularioIncompleto, match="version"), instancia.como("dstc") as ctx:
        atender.atender(ctx, turno.id, "continuar", {}, "", 2**40)
    instancia.exigir_integra()


def test_una_base_sin_migrar_lo_dice_y_los_registros_no_llevan_datos(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "dstc.sqlite3").touch()  # la que no está es otra cosa: se perdió
    instancia = Instancia(Ajustes(datos=tmp_path, demo=True))
    with servida(instancia) as direccion, Cliente(direccion) as cliente:
        respuesta = cliente.post("/sesiones", json={"correo": "persona.secreta@x.mx", "clave": "x"})
    assert respuesta.status_code == 503
    assert "./dstc migrar" in respuesta.json()["detail"]
    assert "persona.secreta" not in caplog.text


@pytest.mark.usefixtures("reloj_detenido")
def test_cien_intentos_a_la_vez_no_pasan_el_limite(instancia_sqlite: Instancia) -> None:
    codigos: list[int] = []
    # Con fila para todos: aquí se mira el límite de intentos y no el de la fila.
    instancia = Instancia(instancia_sqlite.ajustes.model_copy(update={"entradas_en_fila": 30}))
    with servida(instancia) as direccion, Cliente(direccion) as cliente:

        def intentar() -> None:
            credenciales = {"correo": "dia@demo.local", "clave": "equivocada"}
            codigos.append(cliente.post("/sesiones", json=credenciales).status_code)

        hilos = [threading.Thread(target=intentar) for _ in range(30)]
        for hilo in hilos:
            hilo.start()
        for hilo in hilos:
            hilo.join()
    assert codigos.count(401) == 5
    assert codigos.count(429) == 25


def test_un_cuerpo_sin_fin_ni_tamano_declarado_es_413(caso: tuple[Instancia, Cliente, str]) -> None:
    _, cliente, turno = caso

    def sin_fin() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="archivo"; filename="a.pdf"\r\n\r\n'
        for _ in range(40):
            yield b"x" * (1 << 18)

    for ruta in (f"/turnos/{turno}/anexos", f"/turnos/{turno}/atender"):
        cabeza = {"Content-Type": "multipart/form-data; boundary=b" if "anexos" in ruta else "application/json"}
        respuesta = cliente.post(ruta, content=sin_fin(), headers=cabeza)
        assert respuesta.status_code == 413
        assert "MB" in respuesta.json()["detail"]


@pytest.mark.parametrize(
    ("nombre", "contenido", "codigo"),
    [
        pytest.param("lista.csv", "año,señal\r\n1,2".encode("cp1252"), 201, id="csv de Excel en Windows"),
        pytest.param("notas.txt", b"BM, MZ e ID3 se pueden escribir", 201, id="texto que empieza en BM"),
        pytest.param("minuta.pdf", PDF + _zip(a="x"), 201, id="pdf con un zip adentro"),
        pytest.param("roto.docx", _zip(**{"[Content_Types].xml": "x", "word__d.xml": "x"})[:60], 422, id="docx roto"),
        pytest.param(
            "macros.docx",
            _zip(**{"[Content_Types].xml": "x", "word__document.xml": "x", "word__vbaProject.bin": "x"}),
            422,
            id="docx con macros",
        ),
    ],
)
def test_lo_que_se_admite_y_lo_que_no_por_contenido(
    caso: tuple[Instancia, Cliente, str], nombre: str, contenido: bytes, codigo: int
) -> None:
    _, cliente, turno = caso
    assert _subir(cliente, turno, nombre, contenido, evidencia="constancia")[0] == codigo


@pytest.mark.parametrize("origen", ["http://[", "null", "https://otro.example", "http://127.0.0.1:1"])
def test_un_origen_raro_se_rechaza_sin_fallar(caso: tuple[Instancia, Cliente, str], origen: str) -> None:
    _, cliente, _ = caso
    del cliente.headers["Authorization"]
    respuesta = cliente.post("/sesiones", json={"correo": "a@b.mx", "clave": "x"}, headers={"Origin": origen})
    assert respuesta.status_code == 403


def test_mover_un_turno_ajeno_no_dice_nada_de_el(instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("concertacion")
    (turno,) = instancia_sqlite.abiertos(folio)
    instancia_sqlite.atender(turno, solicitante="X", servicio="Y")
    with servida(instancia_sqlite) as direccion, Cliente(direccion, "cast-demo-02") as cliente:
        for acto, cuerpo in (("tomar", {"version": 7}), ("liberar", {"version": 7}), ("reasignar", {"persona": 1})):
            respuesta = cliente.post(f"/turnos/{turno.id}/{acto}", json=cuerpo)
            assert respuesta.status_code == 403
            assert "Personal" not in respuesta.text


def test_se_encuentra_sin_acentos_ni_mayusculas(instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad", "CAPACITACIÓN en Ñuu 100%")
    with servida(instancia_sqlite) as direccion, Cliente(direccion, "coordinacion") as cliente:
        for texto in ("capacitación", "capacitacion", "CAPACITACIÓN", "ñuu", "nuu", "100%", folio.lower()):
            assert cliente.get("/expedientes", params={"texto": texto}).json()["total"] == 1, texto
        assert cliente.get("/expedientes", params={"texto": "1_0"}).json()["total"] == 0


@pytest.mark.parametrize("clave", ["A/B", "CAST <b>ñ 1", "", "cast-1", "A.B", "A" * 41])
def test_una_clave_de_cast_que_no_cabe_en_una_direccion_se_rechaza(instancia_sqlite: Instancia, clave: str) -> None:
    with pytest.raises(FormularioIncompleto, match="clave"), instancia_sqlite.como(None) as ctx:
        crear_cast(ctx.s, clave=clave, nombre="X", depende_de="CE-15")
    with pytest.raises(FormularioIncompleto, match="depende_de"), instancia_sqlite.como(None) as ctx:
        crear_cast(ctx.s, clave="CAST-9", nombre="X", depende_de="CAST-DEMO-01")
