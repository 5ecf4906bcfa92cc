"""Cotejar los oficios con la bitácora: a cada firma, su número y su PDF; en cada serie, ni huecos ni repetidos."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.expedientes.bitacora import Asiento, actor_persona
from modelos.expedientes.expediente import Anexo
from modelos.oficios import impreso
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.tabla.emision import CON_NUMERO, EstadoOficio

ASENTADOS = ("numero", "codigo", "asunto", "sha256", "molde", "sustituye")
_TIPOS = ("oficio_firma", "oficio_envio", "oficio_fuera", "oficio_acuse", "oficio_cancelacion")


@dataclass
class _Asentado:
    """Lo que la bitácora de un expediente dice de sus oficios; acuses: pares de oficio y orden del destinatario."""

    firmas: dict[str, dict[str, Any]] = field(default_factory=dict)
    actores: dict[str, str] = field(default_factory=dict)
    repetidas: list[str] = field(default_factory=list)
    enviados: set[str] = field(default_factory=set)
    acuses: set[tuple[str, int]] = field(default_factory=set)
    cancelados: set[str] = field(default_factory=set)
    fuera: dict[str, dict[str, Any]] = field(default_factory=dict)

    def anotar(self, tipo: str, datos: dict[str, Any], actor: str) -> None:
        if tipo == "oficio_fuera":
            self.fuera[datos["oficio"]] = datos
        elif tipo == "oficio_cancelacion" and datos["oficio"] in self.fuera:
            del self.fuera[datos["oficio"]]  # vuelve a ser borrador
        elif tipo == "oficio_cancelacion":
            self.cancelados.add(datos["oficio"])
        elif tipo == "oficio_envio":
            self.enviados.add(datos["oficio"])
        elif tipo == "oficio_acuse":
            self.acuses.add((datos["oficio"], datos["orden"]))
        elif datos["oficio"] in self.firmas:
            self.repetidas.append(datos["oficio"])
        else:
            self.firmas[datos["oficio"]], self.actores[datos["oficio"]] = datos, actor

    def estado(self, id_: str) -> EstadoOficio:
        """En cuál está ese oficio: lo cancelado y lo sustituido ya no cambian."""
        sustituidos = {firma["sustituye"] for firma in self.firmas.values()}
        if id_ in self.cancelados:
            return EstadoOficio.CANCELADO
        if id_ in sustituidos:
            return EstadoOficio.SUSTITUIDO
        return EstadoOficio.ENVIADO if id_ in self.enviados else EstadoOficio.FIRMADO


def diferencias(s: Session, folio: str) -> Iterator[str]:
    """Lo que los oficios de un expediente dicen distinto de su bitácora, en frases; nada si todo cuadra."""
    debido = _Asentado()
    consulta = select(Asiento).where(col(Asiento.folio) == folio, col(Asiento.tipo).in_(_TIPOS))
    for asiento in s.scalars(consulta.order_by(col(Asiento.orden))):
        debido.anotar(asiento.tipo, json.loads(asiento.datos), asiento.actor)
    for id_ in debido.repetidas:
        yield f"oficio {id_}: está firmado dos veces"
    suyos = select(Oficio).where(col(Oficio.folio) == folio, col(Oficio.estado).in_(CON_NUMERO))
    guardados = {oficio.id: oficio for oficio in s.scalars(suyos)}
    for id_ in sorted(debido.firmas.keys() ^ guardados.keys()):
        yield f"oficio {id_}: {'sobra' if id_ in guardados else 'falta'}"
    for id_ in sorted(debido.firmas.keys() & guardados.keys()):
        oficio = guardados[id_]
        yield from _alterado(oficio, debido.firmas[id_], debido.actores[id_])
        if oficio.estado != debido.estado(id_) or (oficio.enviado is not None) != (id_ in debido.enviados):
            yield f"oficio {id_}: está {oficio.estado} y la bitácora no dice lo mismo"
    if guardados:
        yield from _acuses_distintos(s, folio, debido.acuses)
    yield from _fuera_distintos(s, folio, debido.fuera)


def _fuera_distintos(s: Session, folio: str, debidos: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Lo que se dijo firmado fuera: su número, su fecha y su documento."""
    suyos = select(Oficio, col(Anexo.sha256)).join(Anexo, col(Anexo.id) == Oficio.anexo_fuera, isouter=True)
    suyos = suyos.where(col(Oficio.folio) == folio, col(Oficio.estado) == EstadoOficio.FIRMADO_FUERA.value)
    guardados = {
        oficio.id: (oficio.numero_fuera, str(oficio.fecha_fuera), sha256) for oficio, sha256 in s.execute(suyos)
    }
    asentados = {id_: (datos["numero"], datos["fecha"], datos["anexo"]["sha256"]) for id_, datos in debidos.items()}
    for id_ in sorted(guardados.keys() | asentados.keys()):
        if guardados.get(id_) != asentados.get(id_):
            yield f"oficio {id_}, firmado fuera: dice {guardados.get(id_)} y la bitácora {asentados.get(id_)}"


def _alterado(oficio: Oficio, firma: dict[str, Any], actor: str) -> Iterator[str]:
    """Lo que ya no es como se asentó. El sello es de todo lo que dice: si lo guardado no lo da, alguien lo cambió."""
    for campo in ASENTADOS:
        if getattr(oficio, campo) != firma[campo]:
            yield f"oficio {oficio.id}, {campo}: dice {getattr(oficio, campo)!r} y la bitácora {firma[campo]!r}"
    hoja = json.loads(oficio.contenido or "{}")
    if impreso.sello(hoja) != firma["sello"]:
        yield f"oficio {oficio.id}: lo guardado no es lo que se firmó"
    if actor_persona(oficio.firmante_id or 0) != actor:
        yield f"oficio {oficio.id}: no es quien lo firmó"


def _acuses_distintos(s: Session, folio: str, debidos: set[tuple[str, int]]) -> Iterator[str]:
    consulta = (
        select(col(Destinatario.oficio_id), col(Destinatario.orden))
        .join(Oficio, col(Oficio.id) == Destinatario.oficio_id)
        .where(col(Oficio.folio) == folio, col(Destinatario.acusado).is_not(None))
    )
    guardados = {(oficio, orden) for oficio, orden in s.execute(consulta)}
    for oficio, orden in sorted(guardados ^ debidos):
        yield f"oficio {oficio}, acuse del destinatario {orden}: {'sobra' if (oficio, orden) in guardados else 'falta'}"


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
