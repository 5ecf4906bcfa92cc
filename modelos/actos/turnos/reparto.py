"""A qué unidades concretas va cada actividad que se abre."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from modelos.errores import FormularioIncompleto
from modelos.expedientes.errores import SinDestinatarios
from modelos.organizacion.organigrama import Unidad, activas
from modelos.tabla.actividad import Actividad, es_grupo
from modelos.tabla.avance import Destinatarios
from modelos.tabla.unidades import TipoUnidad
from modelos.tabla.unidades import Unidad as Sigla


def repartir(s: Session, datos: dict[str, Any]) -> Destinatarios:
    """Dice a qué unidades va cada actividad: la de la tabla, todas las del grupo, o la que nombran los datos.

    datos: lo capturado hasta ahora en el expediente, para las actividades con `segun`.
    """

    def destinatarios(actividad: Actividad) -> Sequence[str]:
        if actividad.por_cada:
            unidades = activas(s, actividad.por_cada.grupo)
            if not unidades:
                raise SinDestinatarios(actividad.numero_impreso, actividad.por_cada.grupo)
            return unidades
        if actividad.segun:
            if not datos.get(actividad.segun):
                raise FormularioIncompleto({actividad.segun: f"diga qué {actividad.responsable} lo atenderá"})
            return [_elegida(s, actividad, datos[actividad.segun])]
        if es_grupo(actividad.responsable):
            raise SinDestinatarios(actividad.numero_impreso, actividad.responsable)
        return [actividad.responsable.value]

    return destinatarios


def _elegida(s: Session, actividad: Actividad, clave: str) -> str:
    """La unidad que nombra el dato; si nombra un CAST y toca a un CE, la estatal de que depende."""
    unidad = s.get(Unidad, clave)
    if unidad is not None and unidad.tipo == TipoUnidad.CAST and actividad.responsable is Sigla.CE:
        return unidad.depende_de or clave
    return clave


def ya_repartido(abre: dict[str, list[str]]) -> Destinatarios:
    """Los destinatarios que quedaron asentados, para reproducir sin consultar el catálogo de hoy."""
    return lambda actividad: abre.get(actividad.clave, ())
