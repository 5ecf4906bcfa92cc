"""La bitácora como la pide la minería de procesos: trazas y eventos, sin nombres ni números de personas.

De cada asiento sale qué se hizo, cuándo y en qué unidad; lo que alguien escribió (motivos,
comentarios, formularios, asuntos) no sale.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.errores import FormularioIncompleto
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Expediente
from modelos.organizacion.permisos import Quien
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.actividad import texto_salida
from modelos.tabla.errores import ProcedimientoDesconocido
from modelos.tablero import conjuntos as c
from modelos.tablero.conjuntos import CONJUNTOS
from modelos.tablero.filtro import Filtro

_TRAMO = 2000
MAXIMO_EVENTOS = 300_000
"""Los que se exportan de una vez."""
ACTOS = {
    "apertura": "Se inicia el expediente",
    "toma": "Alguien toma el turno",
    "liberacion": "Se libera el turno",
    "reasignacion": "Se reasigna el turno",
    "retiro_anexo": "Se retira un archivo antes de responder",
    "subcancelacion": "Se cancela un subexpediente",
    "cierre_espera": "Se cierra la espera",
    "cancelacion": "Se cancela el expediente",
    "suspension": "Se suspende el expediente",
    "reanudacion": "Se reanuda el expediente",
    "prorroga": "Se prorroga un plazo",
    "rectificacion": "Se rectifica un plazo",
    "recuento": "Se recuentan los plazos",
    "compromiso": "Alguien se compromete a una fecha para lo vencido",
    "oficio_firma": "Se firma un oficio",
    "oficio_envio": "Se envía un oficio",
    "oficio_acuse": "Se acusa un oficio",
    "oficio_cancelacion": "Se cancela un oficio",
    "ampliacion": "Se amplía el tope de vueltas",
}
"""Cómo se llama en el registro lo que no es la decisión de una actividad."""


@dataclass(frozen=True)
class Evento:
    """Un asiento. actividad, salida y vuelta: sólo de una decisión."""

    nombre: str
    fecha: datetime
    unidad: str
    tipo: str
    actividad: str = ""
    salida: str = ""
    vuelta: int = 0


@dataclass(frozen=True)
class Traza:
    """Un expediente y lo que le ha pasado, en orden."""

    folio: str
    procedimiento: str
    version: str
    estado: str
    desenlace: str
    eventos: tuple[Evento, ...]


def trazas(s: Session, quien: Quien, filtro: Filtro, tablas: Catalogo) -> Iterator[Traza]:
    """Las de los expedientes en trámite durante el periodo, enteras y una por una, en orden de folio."""
    columnas: tuple[Any, ...] = (
        *(Expediente.folio, Expediente.procedimiento, Expediente.version, Expediente.estado, Expediente.desenlace),
        *(Asiento.fecha, Asiento.tipo, Asiento.unidad, Asiento.datos),
    )
    consulta = (
        select(*columnas)
        .join(Asiento, col(Asiento.folio) == Expediente.folio)
        .where(*c.condiciones(CONJUNTOS["vivos"], quien, filtro))
        .order_by(col(Expediente.folio), col(Asiento.orden))
        .execution_options(yield_per=_TRAMO)
    )
    for folio, grupo in groupby(s.execute(consulta), key=lambda fila: fila[0]):
        filas = list(grupo)
        _, procedimiento, version, estado, desenlace = filas[0][:5]
        tabla = _tabla(tablas, procedimiento, version)
        eventos = tuple(_evento(tabla, *fila[5:]) for fila in filas)
        yield Traza(folio, procedimiento, version, estado, desenlace or "", eventos)


def exigir_que_quepan(s: Session, quien: Quien, filtro: Filtro) -> None:
    """Rechaza exportar más eventos de los que se puede. Lanza FormularioIncompleto."""
    consulta = select(func.sum(col(Expediente.asientos))).where(*c.condiciones(CONJUNTOS["vivos"], quien, filtro))
    cuantos = s.scalar(consulta) or 0
    if cuantos > MAXIMO_EVENTOS:
        falta = f"son {cuantos:,} eventos y se exportan hasta {MAXIMO_EVENTOS:,}: pida un periodo más corto"
        raise FormularioIncompleto({"periodo": falta})


def _tabla(tablas: Catalogo, procedimiento: str, version: str) -> Tabla | None:
    try:
        return tablas.version(procedimiento, version)
    except ProcedimientoDesconocido:
        return None  # se retiró: sus eventos salen con la clave de su actividad


def _evento(tabla: Tabla | None, fecha: str, tipo: str, unidad: str, crudo: str) -> Evento:
    instante = datetime.fromisoformat(fecha)
    if tipo != "decision":
        return Evento(ACTOS.get(tipo, tipo.replace("_", " ").capitalize()), instante, unidad, tipo)
    datos: dict[str, Any] = json.loads(crudo)
    clave = datos["actividad"]
    nombre = clave
    if tabla is not None and clave in tabla:
        fila = tabla[clave]
        nombre = f"{fila.numero_impreso} {fila.accion}".strip()
    return Evento(nombre, instante, unidad, tipo, clave, texto_salida(datos["salida"]), datos["vuelta"])
