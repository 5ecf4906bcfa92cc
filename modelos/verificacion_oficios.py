"""Cotejar los oficios con la bitácora: a cada firma, su número y su PDF; en cada serie, ni huecos ni repetidos."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.bitacora import Asiento
from modelos.oficio import CON_NUMERO, EstadoOficio
from modelos.oficios import Oficio

ASENTADOS = ("numero", "codigo", "asunto", "sha256", "molde", "sustituye")


def diferencias(s: Session, folio: str) -> Iterator[str]:
    """Lo que los oficios de un expediente dicen distinto de su bitácora, en frases; nada si todo cuadra."""
    tipos = ("oficio_firma", "oficio_cancelacion")
    consulta = select(Asiento).where(col(Asiento.folio) == folio, col(Asiento.tipo).in_(tipos))
    firmas: dict[str, dict[str, object]] = {}
    cancelados: set[str] = set()
    for asiento in s.scalars(consulta.order_by(col(Asiento.orden))):
        datos = json.loads(asiento.datos)
        if asiento.tipo == "oficio_cancelacion":
            cancelados.add(datos["oficio"])
        elif datos["oficio"] in firmas:
            yield f"oficio {datos['oficio']}: está firmado dos veces"
        else:
            firmas[datos["oficio"]] = datos
    suyos = select(Oficio).where(col(Oficio.folio) == folio, col(Oficio.estado).in_(CON_NUMERO))
    guardados = {oficio.id: oficio for oficio in s.scalars(suyos)}
    for id_ in sorted(firmas.keys() ^ guardados.keys()):
        yield f"oficio {id_}: {'sobra' if id_ in guardados else 'falta'}"
    for id_ in sorted(firmas.keys() & guardados.keys()):
        oficio = guardados[id_]
        for campo in ASENTADOS:
            if getattr(oficio, campo) != firmas[id_][campo]:
                yield f"oficio {id_}, {campo}: dice {getattr(oficio, campo)!r} y la bitácora {firmas[id_][campo]!r}"
        if (oficio.estado == EstadoOficio.CANCELADO) != (id_ in cancelados):
            yield f"oficio {id_}: está {oficio.estado} y la bitácora no dice lo mismo"


def series_rotas(s: Session) -> list[str]:
    """Series de números con huecos: del 1 al último, todos deben estar. La base ya impide repetirlos."""
    consulta = (
        select(col(Oficio.serie), func.max(col(Oficio.consecutivo)), func.count())
        .where(col(Oficio.serie).is_not(None))
        .group_by(col(Oficio.serie))
        .order_by(col(Oficio.serie))
    )
    return [
        f"serie {serie}: van {ultimo} y hay {cuantos}"
        for serie, ultimo, cuantos in s.execute(consulta)
        if ultimo != cuantos
    ]
