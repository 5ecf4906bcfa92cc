"""Las unidades, las personas y sus adscripciones, enteras, para descargarlas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.administracion.carga.hojas import ADSCRIPCIONES, PERSONAS, UNIDADES
from modelos.organizacion.organigrama import Adscripcion, Persona, Unidad
from modelos.tabla.unidades import ENTIDADES

Fila = Mapping[str, str | date | None]


def hojas(s: Session) -> dict[str, list[Fila]]:
    """Cada hoja con sus renglones, por campo; volver a cargarlas no cambia nada. Sin contraseñas."""
    unidades = s.scalars(select(Unidad).order_by(col(Unidad.tipo), col(Unidad.clave)))
    personas = {p.id: p for p in s.scalars(select(Persona).order_by(col(Persona.correo)))}
    adscripciones = s.scalars(select(Adscripcion).order_by(col(Adscripcion.unidad), col(Adscripcion.desde)))
    return {
        UNIDADES: [
            {
                "clave": u.clave,
                "nombre": u.nombre,
                "tipo": u.tipo,
                "depende_de": u.depende_de,
                "entidad": ENTIDADES.get(u.entidad or ""),
                "activa": _si(u.activa),
                "por_confirmar": _si(u.por_confirmar),
            }
            for u in unidades
        ],
        PERSONAS: [{"correo": p.correo, "nombre": p.nombre, "activa": _si(p.activa)} for p in personas.values()],
        ADSCRIPCIONES: [
            {
                "correo": personas[a.persona_id].correo,
                "unidad": a.unidad,
                "rol": a.rol,
                "desde": a.desde,
                "hasta": a.hasta,
            }
            for a in adscripciones
        ],
    }


def _si(valor: bool) -> str:  # noqa: FBT001 - es el dato
    return "Sí" if valor else "No"
