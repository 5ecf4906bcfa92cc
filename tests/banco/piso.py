"""El piso: una transacción desnuda detrás de FastAPI, con la misma base y el mismo servidor.

Dos inserciones y una actualización, sin sesión, sin reglas y sin historia: lo menos
que cuesta guardar una decisión. Todo lo demás se compara con esto.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import text

from modelos.sesion import transaccion

ESQUEMA = (
    "CREATE TABLE IF NOT EXISTS piso_caso (id TEXT PRIMARY KEY, n INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS piso_hecho (id TEXT PRIMARY KEY, caso TEXT NOT NULL, dato TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS piso_turno (id TEXT PRIMARY KEY, caso TEXT NOT NULL, estado TEXT NOT NULL)",
)


class Cuerpo(BaseModel):
    """Lo mismo que recibe `atender`."""

    salida: str
    datos: dict[str, Any]
    comentario: str
    version: int


def crear() -> FastAPI:
    """La aplicación del piso, sobre la base de `DSTC_BASE`."""
    url = os.environ["DSTC_BASE"]
    with transaccion(url) as s:
        for orden in ESQUEMA:
            s.execute(text(orden))
    app = FastAPI()

    @app.post("/casos/{caso}")
    def abrir(caso: str) -> dict[str, str]:
        with transaccion(url) as s:
            s.execute(text("INSERT INTO piso_caso VALUES (:c, 0)"), {"c": caso})
        return {"id": caso}

    @app.post("/casos/{caso}/atender")
    def atender(caso: str, cuerpo: Cuerpo) -> dict[str, str]:
        nuevo = {"a": str(uuid4()), "b": str(uuid4()), "c": caso, "d": cuerpo.salida}
        with transaccion(url) as s:
            s.execute(text("UPDATE piso_caso SET n = n + 1 WHERE id = :c"), nuevo)
            s.execute(text("INSERT INTO piso_hecho VALUES (:a, :c, :d)"), nuevo)
            s.execute(text("INSERT INTO piso_turno VALUES (:b, :c, 'pendiente')"), nuevo)
        return {"id": nuevo["b"]}

    return app
