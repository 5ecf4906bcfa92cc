"""De un plazo guardado a la forma del contrato."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import cast

from sqlalchemy.orm import Session

from api.v1.esquemas.comunes import EstadoDelPlazo, HitoPendiente, PlazoExpediente
from api.v1.esquemas.plazos import Plazo as FueraDeSuExpediente
from api.vistas.comunes import instante
from modelos.calendario.errores import CalendarioSinPublicar
from modelos.dias.dia import Oficina, oficinas
from modelos.expedientes import visibles
from modelos.expedientes.expediente import Expediente
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo
from modelos.reloj import iso
from modelos.tabla.plazo import leer_momento


def fecha(dia: date | None) -> str | None:
    """`AAAA-MM-DD`, o nulo."""
    return dia.isoformat() if dia else None


def plazo(fila: Plazo, hoy: date) -> PlazoExpediente:
    """Un plazo con su cómputo. hoy: contra qué día se dice si está vencido."""
    return PlazoExpediente(
        id=fila.id,
        folio=fila.folio,
        turno=fila.turno_id,
        actividad=actividad_de(fila),
        clave=fila.clave,
        que=fila.que,
        unidad=fila.unidad,
        estado=cast("EstadoDelPlazo", fila.estado),
        vencido=esta_vencido(fila, hoy),
        vence=fila.vence,
        conservador=fila.conservador,
        compromiso=fila.compromiso,
        fundamento=fila.fundamento,
        inferido=fila.inferido or None,
        computo=fila.computo,
        suspensiones=[{**x, "hasta": _hasta(x["hasta"])} for x in fila.suspensiones],
        ampliaciones=fila.ampliaciones,
        hitos=_hitos(fila) if fila.estado in POR_CUMPLIR else [],
        abierto=iso(fila.abierto),
        cerrado=instante(fila.cerrado),
        acto=fila.acto or None,
        atendido=instante(fila.atendido),
        oficio=fila.cumplio,
    )


def _hitos(fila: Plazo) -> list[HitoPendiente]:
    return [HitoPendiente(hito=hito, fecha=date.fromisoformat(dia)) for hito, dia in fila.hitos]


def plazos(s: Session, filas: Iterable[Plazo], hoy: date) -> list[FueraDeSuExpediente]:
    """Varios plazos, con el asunto de su expediente y los días hábiles que les quedan."""
    lista = list(filas)
    de: Mapping[str, Expediente] = visibles.asuntos(s, (fila.folio for fila in lista))
    con = oficinas(s, {fila.unidad for fila in lista})
    return [
        FueraDeSuExpediente(
            **dict(plazo(fila, hoy)),
            procedimiento=de[fila.folio].procedimiento,
            asunto=de[fila.folio].asunto,
            dias_habiles_restantes=restantes(fila, con.get(fila.unidad), hoy),
        )
        for fila in lista
    ]


def actividad_de(fila: Plazo) -> str | None:
    """La clave de la actividad de un plazo de turno; nulo en un tramo."""
    return fila.turno_id.split(".")[1] if fila.turno_id else None


def esta_vencido(fila: Plazo, hoy: date) -> bool:
    """Si corre y ya pasó su fecha legal."""
    return fila.estado == EstadoPlazo.ABIERTO and fila.vence is not None and fila.vence < hoy


def restantes(fila: Plazo, oficina: Oficina | None, hoy: date) -> int | None:
    """Días hábiles de hoy a la fecha legal, en la oficina que lo debe; negativos si ya pasó.

    Nulo si está cerrado, suspendido o sin fecha, o si no se publicó el año de hoy.
    """
    if fila.estado != EstadoPlazo.ABIERTO or fila.vence is None or oficina is None:
        return None
    try:
        return oficina.calendarios[fila.perfil].contar(hoy, fila.vence)
    except CalendarioSinPublicar:
        return None


def _hasta(guardado: str | None) -> str | None:
    """Hasta cuándo se suspendió: fecha sola o, como en todo el contrato, instante en UTC con `Z`."""
    momento = leer_momento(guardado) if guardado else None
    return iso(momento) if isinstance(momento, datetime) else guardado
