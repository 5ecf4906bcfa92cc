"""Lo que conviene saber antes de abrir un expediente a mano: que ya hay uno igual, o que lo suyo ya venció.

No lo impide: pide confirmarlo. Cada advertencia lleva una clave que dice de qué se trata; quien confirma la
devuelve, y así confirma lo que leyó y no lo que pase después.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.calendario import OFICINAS_NACIONALES, Calendarios, fecha_corta, sumar_meses
from modelos.calendario.errores import CalendarioSinPublicar, PlazoInvalido
from modelos.ciclos import campanas
from modelos.ciclos.previstas import nacional
from modelos.errores import FaltaConfirmar
from modelos.expedientes.expediente import EN_TRAMITE, EstadoExpediente, Expediente
from modelos.tabla import Tabla
from modelos.tabla.plazo import DEL_PERIODO, DEL_TURNO, Dias, ReglaPlazo, resolver

A_LA_VISTA = 5
"""De los que ya hay, cuántos se dicen."""


@dataclass(frozen=True)
class Advertencia:
    """Algo que se confirma. clave: el folio del que ya hay, o el plazo y su fecha («PL-05 2026-03-31»)."""

    clave: str
    frase: str
    es_folio: bool = False


def exigir_confirmadas(advertencias: Sequence[Advertencia], confirmadas: Collection[str]) -> None:
    """Lanza FaltaConfirmar con las que nadie ha confirmado, si hay."""
    if falta := por_confirmar(advertencias, confirmadas):
        raise falta


def por_confirmar(advertencias: Sequence[Advertencia], confirmadas: Collection[str]) -> FaltaConfirmar | None:
    """Las que nadie ha confirmado; None si no queda ninguna."""
    faltan = [a for a in advertencias if a.clave not in confirmadas]
    if not faltan:
        return None
    folios = [a.clave for a in faltan if a.es_folio]
    return FaltaConfirmar([a.frase for a in faltan], [a.clave for a in faltan], folios)


def repetidos(s: Session, tabla: Tabla, datos: Mapping[str, Any], salvo: str = "") -> list[Advertencia]:
    """Los que ya hay de la misma unidad y el mismo periodo; sin una ni otro, ninguno.

    De un periodo cuenta también el concluido; de lo que no lleva periodo, sólo lo que sigue en trámite.

    salvo: un folio que no cuenta, el que se está abriendo.
    """
    reparto = campanas.reparte(tabla)
    unidad = str(datos.get(reparto.campo) or "") if reparto else ""
    periodo = str(datos.get(DEL_PERIODO) or "")
    if not unidad and not periodo:
        return []
    consulta = select(Expediente).where(col(Expediente.procedimiento) == tabla.clave, col(Expediente.folio) != salvo)
    if periodo:
        del_periodo = col(Expediente.datos)[DEL_PERIODO].as_string() == periodo
        consulta = consulta.where(del_periodo, col(Expediente.estado) != EstadoExpediente.CANCELADO.value)
    else:
        consulta = consulta.where(col(Expediente.estado).in_(EN_TRAMITE))
    if reparto:
        consulta = consulta.where(col(Expediente.datos)[reparto.campo].as_string() == unidad)
    cual = _cual(unidad, periodo)
    hallados = s.scalars(consulta.order_by(col(Expediente.abierto).desc()).limit(A_LA_VISTA))
    return [Advertencia(e.folio, f"ya hay uno {cual}: {e.folio}, {_estado(e)}", es_folio=True) for e in hallados]


def _cual(unidad: str, periodo: str) -> str:
    """«para CE-15 de 2026», o la parte que haya."""
    partes = [f"para {unidad}"] if unidad else []
    return " ".join([*partes, f"de {periodo}"] if periodo else partes)


def vencidos(s: Session, tabla: Tabla, datos: Mapping[str, Any], ahora: datetime) -> list[Advertencia]:
    """Los plazos que, con lo que se sabe al iniciar, ya vencieron. No cuenta lo que corre desde un paso posterior."""
    hoy = reloj.local(ahora).date()
    calendarios = nacional(s)
    halladas: dict[str, tuple[date, ReglaPlazo]] = {}
    for regla in _reglas(tabla):
        vence = _vence(tabla, regla, datos, ahora, calendarios)
        if vence is not None and vence < hoy:
            # El mismo plazo puede mostrarse en varios pasos: se confirma una vez.
            halladas.setdefault(f"{regla.clave} {vence.isoformat()}", (vence, regla))
    en_orden = sorted(halladas.items(), key=lambda par: par[1][0])
    return [Advertencia(clave, _vencio(regla, vence)) for clave, (vence, regla) in en_orden]


def _reglas(tabla: Tabla) -> Iterator[ReglaPlazo]:
    todas = [act.plazo for act in tabla.actividades if act.plazo] + [tramo.regla for tramo in tabla.tramos]
    for regla in todas:
        # Lo que corre desde que se abre su turno empieza hoy o después: no puede haber vencido.
        if not (isinstance(regla.cuenta, Dias) and regla.cuenta.desde == DEL_TURNO):
            yield regla


def _vence(
    tabla: Tabla, regla: ReglaPlazo, datos: Mapping[str, Any], ahora: datetime, calendarios: Calendarios
) -> date | None:
    try:
        resuelto = resolver(regla, datos, ahora)
    except PlazoInvalido:
        return None  # depende de algo que se captura después
    try:
        return resuelto.contar(calendarios, perfil=tabla.perfil, horario=OFICINAS_NACIONALES).vence
    except CalendarioSinPublicar:
        # De un año del que no hay calendario se sabe, al menos, cuándo acabó la ventana o el mes.
        if resuelto.anio_mes:
            return sumar_meses(date(*resuelto.anio_mes, 1), 1) - timedelta(1)
        return resuelto.ventana.fin if resuelto.ventana else None
    except PlazoInvalido:
        return None


def _vencio(regla: ReglaPlazo, vence: date) -> str:
    cual = f" ({regla.clave})" if regla.clave.startswith("PL-") else ""  # las propias no son de la fuente: no se citan
    return f"«{regla.que}»{cual} venció el {fecha_corta(vence)}"


def _estado(expediente: Expediente) -> str:
    return expediente.estado.replace("_", " ")
