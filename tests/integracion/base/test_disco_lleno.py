"""¿Se dice «disco lleno» donde se dice, se sabe en `/salud`, y al liberar espacio todo sigue?"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import event

from modelos import disco, sesion
from modelos.ajustes import Ajustes
from modelos.comprobacion import salud
from modelos.errores import DiscoLleno, SinEspacio
from tareas.oficios.papel import archivo
from tests.accesorios.fabricas import PDF, Cliente, Instancia, servida
from tests.accesorios.paginas.visitante import Visitante


@pytest.fixture
def chico(instancia_sqlite: Instancia, tmp_path: Path) -> Iterator[Instancia]:
    """Una instancia con todo lo suyo en un disco de ocho megas."""
    carpeta = tmp_path / "chico"
    carpeta.mkdir()
    montaje = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(carpeta)]
    if os.geteuid() != 0 or subprocess.run(montaje, capture_output=True, check=False).returncode:
        pytest.skip("montar un disco chico pide ser root y que la máquina lo permita")
    sesion.motor(instancia_sqlite.url).dispose()
    for pieza in instancia_sqlite.ajustes.datos.glob("dstc.sqlite3*"):
        shutil.copy(pieza, carpeta / pieza.name)
    instancia = Instancia(Ajustes(datos=carpeta, demo=True))
    yield instancia
    sesion.motor(instancia.url).dispose()
    subprocess.run(["umount", "-l", str(carpeta)], check=True)


def _llenar(carpeta: Path) -> Path:
    relleno = carpeta / "relleno"
    with relleno.open("wb", buffering=0) as salida:
        while _cabe(salida):
            pass
    return relleno


def _cabe(salida: BinaryIO) -> bool:
    try:
        return salida.write(b"x" * 4096) > 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False


def test_con_el_disco_lleno_se_dice_en_cada_puerta_y_al_liberarlo_todo_sigue(chico: Instancia) -> None:
    folio = chico.iniciar("seguimiento")
    turno = chico.abiertos(folio)[0].id
    nuevo = {"procedimiento": "seguimiento", "asunto": "x" * 300, "datos": {}}
    with servida(chico) as url, Cliente(url, "coordinacion") as c, Cliente(url, "dstc") as d, Visitante(url) as v:
        v.entrar("coordinacion")
        relleno = _llenar(chico.ajustes.datos)
        registrados, rechazo = 0, c.post("/expedientes", json=nuevo)
        while rechazo.status_code == 201:  # lo que quepa en lo que la base ya tenía apartado
            registrados, rechazo = registrados + 1, c.post("/expedientes", json=nuevo)
            assert registrados < 500, "el disco no se llena"
        assert (rechazo.status_code, rechazo.json()["title"]) == (507, "Disco lleno")
        assert "iberar espacio" in rechazo.json()["detail"]
        pagina = v.post("/procedimientos/normatividad/iniciar", data={"asunto": "x" * 300, "campo-tope_vueltas": "5"})
        assert (pagina.status_code, "Disco lleno" in pagina.text) == (507, True)
        anexo = d.post(f"/turnos/{turno}/anexos", files={"archivo": ("a.pdf", PDF + b" " * 200_000, "application/pdf")})
        assert (anexo.status_code, "disco lleno" in anexo.text) == (507, True)
        assert c.get(f"/expedientes/{folio}").status_code == 200
        causas = salud.diagnostico(chico.ajustes).causas
        assert any(x.vigilado == "disco" and "disco lleno" in x.que for x in causas)
        relleno.unlink()
        assert c.post("/expedientes", json=nuevo).status_code == 201
        assert not any(x.vigilado == "disco" for x in salud.diagnostico(chico.ajustes).causas)
    chico.exigir_integra()
    with chico.leer() as s:
        total = s.connection().exec_driver_sql("SELECT count(*) FROM expediente").scalar()
    assert total == registrados + 2


def test_el_pdf_de_un_oficio_con_el_disco_lleno(chico: Instancia) -> None:
    _llenar(chico.ajustes.datos)
    with pytest.raises(SinEspacio, match="disco lleno"):
        archivo.guardar(chico.ajustes.carpeta_oficios, "a" * 64, b"%PDF" * 10_000)


def _iniciar_muchos(instancia: Instancia) -> None:
    for n in range(500):
        instancia.iniciar("seguimiento", f"{n} " + "x" * 280)


def test_la_base_llena_no_es_una_base_caida(instancia_sqlite: Instancia) -> None:
    """Sin ser root: con el tope de páginas de SQLite, que da el mismo código que un disco lleno."""
    instancia_sqlite.iniciar("seguimiento")
    motor = sesion.motor(instancia_sqlite.url)

    def topar(conexion: object, *_: object) -> None:
        conexion.execute("PRAGMA max_page_count=1")  # type: ignore[attr-defined]

    motor.dispose()
    event.listen(motor, "connect", topar)
    with pytest.raises(DiscoLleno, match="lleno"):
        _iniciar_muchos(instancia_sqlite)
    event.remove(motor, "connect", topar)
    motor.dispose()
    instancia_sqlite.iniciar("seguimiento")
    instancia_sqlite.exigir_integra()


def test_un_temporal_que_no_cupo_tambien_es_disco_lleno() -> None:
    """Lo que no pasa por la base ni por los anexos: un archivo que se sube o se exporta, aunque venga envuelto."""
    envuelto = ValueError("no se pudo leer lo enviado")
    envuelto.__cause__ = OSError(errno.ENOSPC, "lleno")
    assert disco.esta_lleno(envuelto)
    assert not disco.esta_lleno(OSError(errno.ENOENT, "no está"))


def test_no_se_inventa_una_carpeta_para_probarla(tmp_path: Path) -> None:
    assert disco.probar(tmp_path / "no existe") == ""
    assert disco.probar(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []
