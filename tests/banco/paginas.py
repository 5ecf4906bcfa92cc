"""Banco de las páginas, con 100 000 turnos de una unidad en 10 000 expedientes. Imprime; no prueba.

Uso: `python -m tests.banco.paginas [turnos] [expedientes]`. Mide lo que tarda el servidor en cada petición
(sin red: la aplicación se llama en el mismo proceso), en SQLite y en PostgreSQL.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import insert, select, text
from sqlmodel import col

from api.app import crear
from modelos import reloj, sesion
from modelos.administracion import demo
from modelos.ajustes import Ajustes
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Aviso, Expediente, Turno
from modelos.organizacion.organigrama import por_correo
from modelos.sesion import transaccion
from tests.accesorios.fabricas import Instancia, sembrada
from tests.accesorios.plazos import multiplicar, plantar
from tests.accesorios.postgres import base_nueva, servidor_postgres
from tests.banco.__main__ import percentiles

LUNES = date(2027, 3, 1)
UNIDAD = "CST"
LOTE = 5000
VECES = 25
CASOS = {
    "cst": (
        "/",
        "/bandeja",
        "/bandeja?orden=vence",
        "/bandeja?vence=vencido",
        "/bandeja?vence=vencido&orden=vence",
        "/bandeja?vence=hoy",
        "/bandeja?vence=semana&tiene=nadie",
        "/bandeja?texto=caso+77",
        "/bandeja?texto=no+hay+tal",
        "/bandeja?texto=caso&orden=vence",
        "/bandeja?tiene=yo",
        "/bandeja?estado=suspendido",
        "/bandeja?procedimiento=normatividad&orden=vence",
        "/bandeja?procedimiento=seguimiento&orden=vence",
    ),
    "coordinacion": (
        "/",
        "/bandeja",
        "/bandeja?unidad=CST",
        "/bandeja?unidad=CST&orden=vence",
        "/expedientes",
        "/expedientes?texto=caso+77",
        "/expedientes?estado=en_curso",
        "/expedientes/BANC-2027-00077",
        "/turnos/BANC-2027-00077.3.CST.1",
        "/plazos",
        "/plazos?estado=vencido",
        "/oficios",
        "/calendario",
        "/calendario/mes",
        "/calendario/anio",
        "/iniciar",
        "/procedimientos/normatividad",
        "/procedimientos/normatividad/iniciar",
        "/campanas",
        "/corridas",
        "/ayuda",
    ),
    "direccion": ("/", "/tablero", "/tablero/lista?que=abiertos"),
    "administracion": ("/", "/administracion/personas", "/administracion/unidades", "/administracion/cambios"),
    "cast-demo-01": ("/", "/bandeja"),
}


def sembrar(instancia: Instancia, turnos: int, expedientes: int) -> None:
    """`turnos` pendientes de la CST en `expedientes`, sin ver; la mitad con plazo, y la mitad de aquéllos con tramo."""
    folio = instancia.iniciar("normatividad", "Caso modelo")
    for _ in range(2):
        instancia.atender(instancia.abiertos(folio)[0])
    [modelo] = instancia.abiertos(folio)
    assert modelo.unidad == UNIDAD
    propio = plantar(instancia, folio, LUNES, 10, unidad=UNIDAD)
    with instancia.leer() as s:
        base = s.get_one(Expediente, folio)
        asientos = list(s.scalars(select(Asiento).where(col(Asiento.folio) == folio)))
        hechos = list(s.scalars(select(Turno).where(col(Turno.folio) == folio, col(Turno.id) != modelo.id)))
        persona = por_correo(s, f"cst@{demo.DOMINIO}")
        assert persona is not None
        yo = persona.id
    folios = [f"BANC-2027-{n:05}" for n in range(expedientes)]
    _copiar(
        instancia,
        Expediente,
        [
            _como(base, folio=f, asunto=f"Caso {n}", busqueda=f"{f} caso {n}".lower(), abierto=_dia(n), detenido=n < 9)
            for n, f in enumerate(folios)
        ],
    )
    _copiar(instancia, Asiento, [_como(a, folio=f) for f in folios for a in asientos])
    _copiar(instancia, Turno, [_como(t, folio=f, id=t.id.replace(folio, f)) for f in folios for t in hechos])
    ids = [f"{folios[n % expedientes]}.3.{UNIDAD}.{n // expedientes + 1}" for n in range(turnos)]
    _copiar(
        instancia,
        Turno,
        [
            _como(modelo, id=i, folio=i.split(".")[0], vuelta=n // expedientes + 1, abierto=_dia(n))
            for n, i in enumerate(ids)
        ],
    )
    _copiar(instancia, Aviso, [{"persona_id": yo, "turno_id": i, "creado": _dia(n)} for n, i in enumerate(ids)])
    mitad = ids[::2]
    vence = {"vence": lambda i: LUNES + timedelta(days=i % 400 - 40)}
    uno = {"unidad": UNIDAD, "turno_id": lambda i: mitad[i], "folio": lambda i: mitad[i].split(".")[0]}
    multiplicar(instancia, propio, len(mitad), id=lambda i: mitad[i], **uno, **vence)
    multiplicar(
        instancia, propio, expedientes // 2, id=lambda i: f"{folios[i]}.PL.1", folio=lambda i: folios[i], **vence
    )
    if instancia.url.startswith("postgresql"):
        with sesion.motor(instancia.url).connect().execution_options(isolation_level="AUTOCOMMIT") as c:
            c.execute(text("ANALYZE"))


def medir(instancia: Instancia) -> dict[str, Any]:
    """p50 y p95 de servidor de cada página, y su peso comprimido.

    cpu: lo que de eso gastó este proceso; con SQLite es todo, y no depende de qué más corra en la máquina.
    """
    cifras: dict[str, Any] = {}
    gc.collect()
    gc.freeze()  # lo que cargó el banco no es de la API: que no se recorra a media petición
    for alias, caminos in CASOS.items():
        cliente = TestClient(crear(instancia.ajustes), follow_redirects=False)
        cliente.post("/entrar", data={"correo": f"{alias}@{demo.DOMINIO}", "clave": demo.CLAVE})
        for camino in caminos:
            lecturas, propias = [], []
            for _ in range(VECES):
                desde, propio = time.perf_counter(), time.process_time()
                respuesta = cliente.get(camino)
                lecturas.append((time.perf_counter() - desde) * 1000)
                propias.append((time.process_time() - propio) * 1000)
                assert respuesta.status_code == 200, (camino, respuesta.status_code)
            peso = round(int(respuesta.headers.get("content-length", 0)) / 1024, 1)
            cifras[f"{alias} {camino}"] = {
                **percentiles(lecturas[3:]),
                **{f"cpu_{clave}": valor for clave, valor in percentiles(propias[3:]).items()},
                "kb": peso,
            }
            print(f"{alias} {camino}", json.dumps(cifras[f"{alias} {camino}"]), flush=True)
    return cifras


def _copiar(instancia: Instancia, tabla: Any, filas: list[dict[str, Any]]) -> None:
    with transaccion(instancia.url) as s:
        for desde in range(0, len(filas), LOTE):
            s.connection().execute(insert(tabla.__table__), filas[desde : desde + LOTE])


def _como(fila: Any, **cambios: Any) -> dict[str, Any]:
    return {c.name: getattr(fila, c.name) for c in fila.__table__.columns} | cambios


def _dia(n: int) -> datetime:
    return reloj.ahora() - timedelta(days=n % 300, seconds=n)


def main(turnos: int = 100_000, expedientes: int = 10_000) -> None:
    """Los dos motores, uno tras otro."""
    os.environ["DSTC_RELOJ"] = "2027-03-01T09:00:00-06:00"
    for motor in ("sqlite", "postgresql"):
        with TemporaryDirectory() as carpeta, servidor_postgres() as servidor:
            base = base_nueva(servidor) if motor == "postgresql" else ""
            instancia = Instancia(Ajustes(datos=Path(carpeta), base=base, demo=True))
            sembrada(instancia.url)
            sembrar(instancia, turnos, expedientes)
            print(motor, turnos, expedientes, flush=True)
            medir(instancia)
            sesion.motor(instancia.url).dispose()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
