"""Sembrar lo que dan los documentos: unidades, normas y leyendas; repetirlo no cambia nada de lo ya capturado."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.oficios import ordenamientos, papeleria
from modelos.organizacion.organigrama import Unidad
from modelos.tabla.unidades import ESTATALES, NACIONALES


def sembrar(s: Session) -> None:
    """Da de alta las unidades nacionales y las 32 estatales que falten. Los CAST los captura la institución."""
    existentes = set(s.scalars(select(col(Unidad.clave))))
    s.add_all(
        Unidad(
            clave=ficha.clave,
            nombre=ficha.nombre,
            tipo=ficha.tipo.value,
            depende_de=ficha.depende_de,
            entidad=ficha.entidad,
            por_confirmar=ficha.por_confirmar,
        )
        for ficha in (*NACIONALES, *ESTATALES)
        if ficha.clave not in existentes
    )
    s.flush()
    ordenamientos.sembrar(s)
    papeleria.sembrar(s)
