"""La bitácora: lo único que no se puede rehacer.

Sólo se agrega (disparadores en la base rechazan UPDATE y DELETE) y va encadenada
por hash dentro de cada expediente. `asentar()` es quien único escribe en ella.

El hash se calcula sobre el asiento tal como lo entrega la API, sin su campo
`hash`: cualquiera puede verificar la cadena con el JSON y nada más.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Text, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from modelos.expedientes.expediente import Expediente
from modelos.reloj import iso

ORIGEN = "0" * 64
"""`hash_anterior` del primer asiento."""

SISTEMA = "sistema"


class Asiento(SQLModel, table=True):
    """Un hecho. `fecha` y `datos` se guardan como texto: es lo que entra al hash, letra por letra."""

    folio: str = Field(primary_key=True, foreign_key="expediente.folio", max_length=40)
    orden: int = Field(primary_key=True)
    fecha: str = Field(max_length=27)
    tipo: str = Field(max_length=40)
    actor: str = Field(max_length=40)
    unidad: str = Field(max_length=40)
    datos: str = Field(sa_column=Column(Text, nullable=False))
    hash_anterior: str = Field(max_length=64)
    hash: str = Field(max_length=64)

    def contenido(self) -> dict[str, Any]:
        """El asiento como se publica y se encadena, sin su hash."""
        return {
            "orden": self.orden,
            "fecha": self.fecha,
            "tipo": self.tipo,
            "actor": self.actor,
            "unidad": self.unidad,
            "datos": json.loads(self.datos),
            "hash_anterior": self.hash_anterior,
        }


_AGREGAR = insert(Asiento.__table__)  # type: ignore[attr-defined]


def canonico(cosa: object) -> str:
    """JSON canónico: claves ordenadas, sin espacios, UTF-8 sin escapes."""
    return json.dumps(cosa, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_de(contenido: dict[str, Any]) -> str:
    """sha256 hexadecimal del JSON canónico de un asiento sin su campo `hash`."""
    return hashlib.sha256(canonico(contenido).encode()).hexdigest()


def actor_persona(persona: int) -> str:
    """Cómo firma una persona: su número. El nombre se resuelve al mostrarlo, no se encadena."""
    return f"persona:{persona}"


def asentar(
    s: Session, expediente: Expediente, tipo: str, actor: str, unidad: str, datos: dict[str, Any], fecha: datetime
) -> int:
    """Agrega un asiento al final de la bitácora del expediente y devuelve su orden.

    Exige tener el expediente bloqueado en esta transacción; `UNIQUE (folio, orden)` lo cuida.
    """
    contenido = {
        "orden": expediente.asientos + 1,
        "fecha": iso(fecha),
        "tipo": tipo,
        "actor": actor,
        "unidad": unidad,
        "datos": datos,
        "hash_anterior": expediente.ultimo_hash,
    }
    # Se encadena lo que se leerá: los datos pasan por JSON antes de resumirse.
    contenido["datos"] = json.loads(canonico(datos))
    resumen = hash_de(contenido)
    s.connection().execute(
        _AGREGAR, {**contenido, "folio": expediente.folio, "datos": canonico(datos), "hash": resumen}
    )
    expediente.asientos += 1
    expediente.ultimo_hash = resumen
    return expediente.asientos
