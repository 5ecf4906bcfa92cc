"""Una petición o una tarea, una transacción: lo único que confirma en la base.

SQLite y PostgreSQL se usan igual. Con SQLite la transacción de escritura se abre
con `BEGIN IMMEDIATE` (quien escribe espera su turno al principio, no a la mitad)
y el diario se sincroniza en cada confirmación: lo aceptado sobrevive a un apagón.
Su archivo puede borrarse o cambiarse en marcha, y quien lo tenía abierto seguiría
escribiendo en uno que ya nadie encuentra: se comprueba al empezar y al confirmar.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg.errors import DiskFull, UndefinedColumn, UndefinedTable
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as EsperaAgotada
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from modelos.disco import identidad
from modelos.errores import BaseInaccesible, BaseSinPreparar, DiscoLleno

registro = logging.getLogger(__name__)

ESPERA_SQLITE_MS = 30_000
ESPERA_CONEXION_S = 5


# `cache` no hace fila: dos hilos que llegan juntos armarían dos motores, y el de más se llevaría una conexión abierta.
_fila_motores = threading.Lock()


def motor(url: str) -> Engine:
    """El motor de esa base, uno por proceso, aunque lo pidan varios hilos a la vez."""
    with _fila_motores:
        return _motor(url)


@cache
def _motor(url: str) -> Engine:
    if url.startswith("sqlite"):
        creado = create_engine(
            url, hide_parameters=True, connect_args={"timeout": ESPERA_SQLITE_MS / 1000}, pool_size=20, max_overflow=80
        )
        event.listen(creado, "do_connect", _abrir_sqlite)
        event.listen(creado, "connect", _preparar_sqlite)
        event.listen(creado, "connect", partial(_anotar_archivo, _archivo(url)))
        event.listen(creado, "checkout", partial(_exigir_el_mismo_archivo, _archivo(url)))
        event.listen(creado, "begin", _empezar_sqlite)
        return creado
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=20,
        max_overflow=20,
        pool_timeout=30,
        connect_args={"connect_timeout": ESPERA_CONEXION_S},
    )


# Los hilos de un mismo proceso hacen fila aquí: así SQLite no los duerme a ciegas entre intentos.
_fila_sqlite = threading.Lock()


@contextmanager
def transaccion(url: str) -> Iterator[Session]:
    """Todo lo que se haga dentro se confirma junto, o nada.

    Lanza:
        BaseInaccesible: la base no responde; no se registró nada. DiscoLleno: no hay dónde escribir.
    """
    es_sqlite = url.startswith("sqlite")
    with _fila_sqlite if es_sqlite else nullcontext():
        antes = identidad(_archivo(url)) if es_sqlite else None
        with _sesion(url, escritura=True) as sesion:
            yield sesion
            sesion.commit()
        if es_sqlite and identidad(_archivo(url)) != antes:
            registro.error("el archivo de la base se borró o se cambió mientras se escribía en él")
            raise BaseInaccesible


@contextmanager
def lectura(url: str) -> Iterator[Session]:
    """Una vista congruente de la base, sin escribir.

    Lanza:
        BaseInaccesible: la base no responde.
    """
    with _sesion(url, escritura=False) as sesion:
        yield sesion


@contextmanager
def _sesion(url: str, *, escritura: bool) -> Iterator[Session]:
    try:
        with Session(_vista(url, escritura), expire_on_commit=False) as sesion:
            yield sesion
    except (OperationalError, ProgrammingError, InterfaceError, EsperaAgotada) as error:
        if _le_faltan_tablas(error):
            raise BaseSinPreparar from error
        if isinstance(error, ProgrammingError):
            raise
        if _es_disco_lleno(error):
            registro.error("disco lleno: la base no pudo escribir")
            raise DiscoLleno from error
        registro.exception("la base no respondió")
        raise BaseInaccesible from error


def _le_faltan_tablas(error: Exception) -> bool:
    original = getattr(error, "orig", None)
    return isinstance(original, UndefinedTable | UndefinedColumn) or "no such table" in str(original)


@cache
def _vista(url: str, escritura: bool) -> Engine:  # noqa: FBT001 - es llave de la memoria
    return motor(url).execution_options(escritura=escritura)


def serializar(s: Session, llave: str) -> None:
    """Espera a que termine cualquier otra transacción con la misma llave; con SQLite ya es así."""
    if s.get_bind().dialect.name == "postgresql":
        s.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:llave, 0))"), {"llave": llave})


def insertar(s: Session, tabla: type) -> Any:  # noqa: ANN401 - cada dialecto tiene su clase, sin base común
    """Un INSERT que admite `on_conflict_do_…`, del dialecto de la sesión."""
    dialecto = insert_sqlite if s.get_bind().dialect.name == "sqlite" else insert_postgresql
    return dialecto(tabla)


def _es_disco_lleno(error: Exception) -> bool:
    original = getattr(error, "orig", None)
    sqlite = isinstance(original, sqlite3.Error) and original.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
    return sqlite or isinstance(original, DiskFull)


def _archivo(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _abrir_sqlite(_dialecto: object, _entrada: object, lugar: list[Any], opciones: dict[str, Any]) -> Any:  # noqa: ANN401 - lo pide así el evento
    """Abre el archivo si existe; SQLite, por omisión, crearía uno vacío en su lugar."""
    return sqlite3.connect(f"file:{quote(str(lugar[0]))}?mode=rw", uri=True, **opciones)


def _exigir_el_mismo_archivo(archivo: Path, _conexion: object, entrada: ConnectionPoolEntry, _prestada: object) -> None:
    """Descarta la conexión que quedó abierta sobre un archivo que ya no es el de su ruta; se abre otra."""
    if identidad(archivo) != entrada.info["archivo"]:
        raise DisconnectionError


def _anotar_archivo(archivo: Path, _conexion: object, entrada: ConnectionPoolEntry) -> None:
    entrada.info["archivo"] = identidad(archivo)


def _preparar_sqlite(conexion: sqlite3.Connection, _registro: object) -> None:
    conexion.isolation_level = None  # que SQLAlchemy, y no sqlite3, decida cuándo empieza cada transacción
    cursor = conexion.cursor()
    for orden in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={ESPERA_SQLITE_MS}"):
        cursor.execute(f"PRAGMA {orden}")
    cursor.close()


def _empezar_sqlite(conexion: Connection) -> None:
    escritura = conexion.get_execution_options().get("escritura", True)
    conexion.exec_driver_sql("BEGIN IMMEDIATE" if escritura else "BEGIN")
