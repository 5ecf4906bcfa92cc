"""Poner la base al día con Alembic, sin archivo ini y con varios procesos a la vez.

Las migraciones de SQLite corren con las llaves foráneas apagadas: al rehacer una
tabla, con ellas encendidas se borran las filas hijas. Al final se comprueba que
ninguna haya quedado huérfana.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import SQLModel

from modelos.avisos import entrega, suscripcion
from modelos.ciclos import ciclo
from modelos.dias import dia
from modelos.errores import BaseInaccesible, ErrorGestion
from modelos.expedientes import bitacora, comodidades, expediente, notificacion, tablas_publicadas
from modelos.motor import espera, exclusivas, latido, reservas, senales
from modelos.oficios import oficio, ordenamientos, papeleria, titulares
from modelos.organizacion import acceso, cambios, equipos, intentos, organigrama
from modelos.plazos import plazo

CARPETA = Path(__file__).parent
ESPERA_S = 60
CANDADO = 7081  # el código del Manual; cualquier número fijo sirve
TABLAS = (
    acceso,
    bitacora,
    cambios,
    ciclo,
    comodidades,
    dia,
    equipos,
    espera,
    exclusivas,
    expediente,
    intentos,
    latido,
    entrega,
    notificacion,
    oficio,
    ordenamientos,
    organigrama,
    papeleria,
    plazo,
    reservas,
    senales,
    suscripcion,
    tablas_publicadas,
    titulares,
)
"""Módulos con tablas: importarlos es lo que las da de alta en los metadatos."""


class EsquemaDistinto(ErrorGestion):
    """Las tablas declaradas en el código y las de la base no son las mismas."""

    titulo = "El esquema no coincide"

    def __init__(self, diferencias: tuple[str, ...]) -> None:
        super().__init__(diferencias)
        self.diferencias = diferencias

    def __str__(self) -> str:
        return "Escriba una migración; el esquema difiere en: " + "; ".join(self.diferencias) + "."


def configuracion() -> Config:
    """La configuración de Alembic, armada aquí."""
    config = Config()
    config.set_main_option("script_location", str(CARPETA))
    config.set_main_option("path_separator", "os")
    return config


def migrar(url: str) -> None:
    """Lleva la base a la última versión; si ya está, no toca nada."""
    es_sqlite = url.startswith("sqlite")
    if es_sqlite:
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    motor = create_engine(url)
    if es_sqlite:
        event.listen(motor, "connect", _sqlite_para_migrar)
    try:
        with motor.connect() as conexion:
            _con_candado(conexion, es_sqlite=es_sqlite)
            config = configuracion()
            config.attributes["connection"] = conexion
            command.upgrade(config, "head")
            if es_sqlite and (huerfanas := conexion.execute(text("PRAGMA foreign_key_check")).all()):
                raise EsquemaDistinto(tuple(f"fila sin padre en {fila[0]}" for fila in huerfanas))
            conexion.commit()
    except (OperationalError, InterfaceError) as error:
        raise BaseInaccesible from error
    finally:
        motor.dispose()


def comprobar_desde_cero() -> None:
    """Migra una base vacía y comprueba que quede como dicen las tablas declaradas.

    Lanza:
        EsquemaDistinto: falta una migración, o sobra.
    """
    with TemporaryDirectory() as carpeta:
        url = f"sqlite:///{carpeta}/vacia.sqlite3"
        migrar(url)
        comprobar(url)


def comprobar(url: str) -> None:
    """Comprueba que la base y las tablas declaradas digan lo mismo.

    Lanza:
        EsquemaDistinto: con cada diferencia.
    """
    motor = create_engine(url)
    try:
        with motor.connect() as conexion:
            contexto = MigrationContext.configure(conexion, opts={"compare_type": True})
            diferencias: list[Any] = compare_metadata(contexto, SQLModel.metadata)
    finally:
        motor.dispose()
    if diferencias:
        raise EsquemaDistinto(tuple(str(diferencia) for diferencia in diferencias))


def _sqlite_para_migrar(conexion: sqlite3.Connection, _registro: object) -> None:
    conexion.isolation_level = None
    conexion.execute(f"PRAGMA busy_timeout={ESPERA_S * 1000}")
    _pasar_a_wal(conexion)
    conexion.execute("PRAGMA foreign_keys=OFF")


def _pasar_a_wal(conexion: sqlite3.Connection) -> None:
    """Con varios a la vez, SQLite responde «ocupada» al cambiar de modo sin esperar su `busy_timeout`."""
    hasta = time.monotonic() + ESPERA_S
    while True:
        try:
            conexion.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > hasta:
                raise
            time.sleep(0.05)
        else:
            return


def _con_candado(conexion: Connection, *, es_sqlite: bool) -> None:
    """Una sola migración a la vez: las demás esperan y al entrar ya no tienen qué hacer."""
    if es_sqlite:
        conexion.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        conexion.execute(text("SELECT pg_advisory_xact_lock(:candado)"), {"candado": CANDADO})
