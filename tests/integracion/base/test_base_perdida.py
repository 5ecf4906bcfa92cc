"""¿Se nota que el archivo de la base se borró, se movió o se cambió con todo en marcha? Nunca un 200 que no guardó."""

from __future__ import annotations

import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from api.app import crear
from api.arranque.instancia import NoArranca
from api.arranque.preparacion import preparar
from modelos import sesion
from modelos.actos.turnos import apertura
from modelos.ajustes import Ajustes
from modelos.errores import BaseInaccesible, BaseSinPreparar
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.paginas.visitante import Visitante

SIN_BASE = ("/salud", "/salud/vivo", "/openapi.json")
"""Lo que responde sin mirar la base, o para decir que falta."""


def _archivo(instancia: Instancia) -> Path:
    return Path(instancia.url.removeprefix("sqlite:///"))


def test_sin_su_archivo_toda_puerta_responde_503_y_nadie_crea_otro(instancia_sqlite: Instancia) -> None:
    instancia, archivo = instancia_sqlite, _archivo(instancia_sqlite)
    folio = instancia.iniciar("seguimiento")
    rutas = [r.removeprefix("/api/v1") for r, m in crear(instancia.ajustes).openapi()["paths"].items() if "get" in m]
    rutas = [r.replace("{folio}", folio) for r in rutas if "{" not in r.replace("{folio}", "") and r not in SIN_BASE]
    paginas = (
        "/",
        "/bandeja",
        "/expedientes",
        f"/expedientes/{folio}",
        "/tablero",
        "/plazos",
        "/calendario",
        "/cuenta",
    )
    nuevo = {"procedimiento": "seguimiento", "asunto": "No se guarda", "datos": {}}
    with servida(instancia) as url, Cliente(url, "coordinacion") as c, Visitante(url, "coordinacion") as v:
        antes = {r: c.get(r).status_code for r in rutas}
        archivo.rename(archivo.with_name("movida.sqlite3"))
        assert {r: c.get(r).status_code for r in rutas if antes[r] == 200} == {
            r: 503 for r, codigo in antes.items() if codigo == 200
        }
        assert c.post("/expedientes", json=nuevo).status_code == 503
        assert {p: v.get(p).status_code for p in paginas} == dict.fromkeys(paginas, 503)
        assert v.entrar("coordinacion").status_code == 503
        assert c.get("/salud").status_code == 200
        assert not archivo.exists()
        archivo.with_name("movida.sqlite3").rename(archivo)
        assert c.post("/expedientes", json=nuevo).status_code == 201


def test_si_la_borran_a_media_escritura_no_se_da_por_registrada(instancia_sqlite: Instancia) -> None:
    archivo = _archivo(instancia_sqlite)

    def iniciar_y_perderla() -> None:
        with instancia_sqlite.como("coordinacion") as ctx:
            apertura.iniciar(ctx, "seguimiento", "Se pierde", {})
            archivo.unlink()

    with pytest.raises(BaseInaccesible):
        iniciar_y_perderla()
    assert not archivo.exists()


def test_si_ponen_otra_en_su_lugar_se_usa_la_nueva(instancia_sqlite: Instancia, tmp_path: Path) -> None:
    """Restaurar un respaldo en marcha: lo que se lee y lo que se escribe es lo del archivo que está."""
    instancia, archivo = instancia_sqlite, _archivo(instancia_sqlite)
    sesion.motor(instancia.url).dispose()
    with sqlite3.connect(archivo) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    respaldo = shutil.copy(archivo, tmp_path / "respaldo.sqlite3")
    perdido = instancia.iniciar("seguimiento", "Después del respaldo")
    for resto in archivo.parent.glob(f"{archivo.name}-*"):
        resto.unlink()
    Path(respaldo).replace(archivo)
    with instancia.leer() as s:
        assert s.connection().exec_driver_sql("SELECT count(*) FROM expediente").scalar() == 0
    assert instancia.iniciar("seguimiento", "Otra vez el primero") == perdido


def test_un_archivo_vacio_en_su_lugar_no_es_una_base(instancia_sqlite: Instancia) -> None:
    archivo = _archivo(instancia_sqlite)
    with instancia_sqlite.leer():
        pass
    archivo.rename(archivo.with_name("movida.sqlite3"))
    archivo.touch()
    with pytest.raises(BaseSinPreparar):
        instancia_sqlite.iniciar("seguimiento")


def test_arrancar_sin_la_base_que_habia_no_crea_otra_en_blanco(tmp_path: Path) -> None:
    ajustes = Ajustes(datos=tmp_path)
    preparar(ajustes)
    (tmp_path / "dstc.sqlite3").unlink()
    with pytest.raises(NoArranca, match="empezar en blanco"):
        preparar(ajustes)
    assert not (tmp_path / "dstc.sqlite3").exists()
    (tmp_path / ".preparada").unlink()
    preparar(ajustes)
    assert (tmp_path / "dstc.sqlite3").exists()


def test_muchos_hilos_a_la_vez_comparten_un_solo_motor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Con dos motores, el que sobra deja una conexión abierta que nadie cierra.
    armar = create_engine

    def despacio(*args: Any, **mas: Any) -> Any:
        time.sleep(0.05)
        return armar(*args, **mas)

    monkeypatch.setattr(sesion, "create_engine", despacio)
    with ThreadPoolExecutor(8) as hilos:
        motores = list(hilos.map(sesion.motor, [f"sqlite:///{tmp_path}/una.sqlite3"] * 8))
    assert len({id(motor) for motor in motores}) == 1
