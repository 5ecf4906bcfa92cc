"""Los oficios de un turno y los de un expediente, como se enseñan en las páginas de éstos."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.dependencias import Puerta
from api.web.piezas import frases_plazos
from api.web.piezas.frases_plazos import Vencimiento
from modelos.expedientes.expediente import Encargo, Expediente, Turno
from modelos.oficios import deuda
from modelos.oficios import visibles as consultas_oficios
from modelos.oficios.deuda import Debido
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.organizacion.permisos import Quien, atiende, puede_conducir
from modelos.tabla import Actividad
from modelos.tabla.emision import HECHOS, Emision, EstadoOficio

ESTADOS = {
    "borrador": ("✎", "Borrador"),
    "firmado": ("✓", "Firmado; se está enviando"),
    "enviado": ("➤", "Enviado"),
    "cancelado": ("✕", "Cancelado"),
    "sustituido": ("↻", "Sustituido"),
    "descartado": ("✕", "Descartado sin firmar"),
    "firmado_fuera": ("✓", "Firmado fuera del sistema"),
}


@dataclass(frozen=True)
class OficiosDelTurno:
    """Los oficios que pidió un turno, los que se están redactando y los que se redactarán según se responda.

    valen: los documentos que se piden y que cumple un oficio del paso. cumplen: por documento, el número del que ya
    vale por él.
    """

    oficios: Sequence[Oficio]
    preparando: int
    fallidos: Sequence[str]
    al_responder: Sequence[Emision]
    valen: Collection[str]
    cumplen: Mapping[str, str | None]

    @property
    def sin_firmar(self) -> list[Oficio]:
        """Los que siguen en borrador."""
        return [o for o in self.oficios if o.estado == EstadoOficio.BORRADOR]


def de_turno(s: Session, puerta: Puerta, quien: Quien, turno: Turno, actividad: Actividad) -> OficiosDelTurno:
    """Los de un turno, leídos de una vez."""
    suyos = consultas_oficios.de_turno(s, quien, turno.id)
    pendientes = [e for e in _por_redactar(s, turno.folio) if e.datos.get("turno") == turno.id]
    agotados = [e for e in pendientes if e.intentos >= puerta.ajustes.encargos_intentos]
    valen = {emision.clave: emision.cumple for emision in actividad.oficios if emision.cumple}
    return OficiosDelTurno(
        suyos,
        len(pendientes) - len(agotados),
        [e.error or e.nombre for e in agotados],
        _al_responder(turno, actividad),
        set(valen.values()),
        _cumplen(suyos, valen),
    )


@dataclass(frozen=True)
class OficiosDelExpediente:
    """Los oficios del expediente que le toca ver, los que debe, y si puede emitir otro.

    debidos: con su plazo, si hay; que se deben lo sabe quien ve el expediente, aunque el borrador no le toque.
    debe: cuántos, con los que el motor aún no redacta. con_fecha: por plazo; a_quien: por oficio.
    """

    vivos: Sequence[Oficio]
    descartados: Sequence[Oficio]
    hay_mas: bool
    debidos: Sequence[Debido]
    debe: int
    con_fecha: Mapping[str, Vencimiento]
    a_quien: Mapping[str, Sequence[Destinatario]]
    mias: Collection[str]
    puede_emitir: bool
    estados: Mapping[str, tuple[str, str]]

    @property
    def los_ve(self) -> set[str]:
        """Los ids de los que puede abrir."""
        return {o.id for o in self.vivos}


def de_expediente(s: Session, puerta: Puerta, quien: Quien, expediente: Expediente) -> OficiosDelExpediente:
    """Los de un expediente, leídos de una vez."""
    pagina = consultas_oficios.del_expediente(s, quien, expediente.folio, limite=100)
    vivos = [o for o in pagina.elementos if o.estado != EstadoOficio.DESCARTADO]
    debidos = deuda.de_expediente(s, puerta.tablas, expediente.folio)
    return OficiosDelExpediente(
        vivos=vivos,
        descartados=[o for o in pagina.elementos if o.estado == EstadoOficio.DESCARTADO],
        hay_mas=pagina.siguiente is not None,
        debidos=debidos,
        debe=max(len(debidos), deuda.cuantos(s, [expediente.folio]).get(expediente.folio, 0)),
        con_fecha=frases_plazos.dichos(s, [d.plazo for d in debidos if d.plazo]),
        a_quien=consultas_oficios.destinatarios_de(s, [o.id for o in vivos]),
        mias=atiende(quien),
        puede_emitir=puede_conducir(quien, expediente.duena) or bool(atiende(quien)),
        estados=ESTADOS,
    )


# --- piezas --------------------------------------------------------------------


def _al_responder(turno: Turno, actividad: Actividad) -> list[Emision]:
    """Los que se redactarán según lo que se responda."""
    return [e for e in actividad.oficios if e.salidas] if turno.cierre is None else []


def _cumplen(suyos: Iterable[Oficio], valen: Mapping[str, str]) -> dict[str, str | None]:
    hechos = (o for o in suyos if o.clave in valen and o.estado in HECHOS)
    return {valen[o.clave]: o.numero or o.numero_fuera for o in hechos}


def _por_redactar(s: Session, folio: str) -> Sequence[Encargo]:
    consulta = select(Encargo).where(
        col(Encargo.folio) == folio, col(Encargo.hecho).is_(None), col(Encargo.efecto).startswith("oficio:")
    )
    return s.scalars(consulta.order_by(col(Encargo.asiento), col(Encargo.efecto))).all()
