"""Qué puede hacer con un turno quien lo mira."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from modelos.avisos.a_quien import ausentes
from modelos.expedientes import visibles
from modelos.expedientes.expediente import ABIERTOS, EstadoExpediente, Expediente, Turno
from modelos.organizacion.organigrama import responsables
from modelos.organizacion.permisos import Quien, puede_atender, puede_liberar, puede_reasignar


@dataclass(frozen=True)
class PermisosDelTurno:
    """Qué botones se ofrecen. Sólo decide qué se ve: la regla la aplica cada acto.

    mueve: el turno se puede responder, no importa quién. libre: no lo tiene nadie, o está ausente quien lo tiene.
    elegibles: a quién se le puede dar; solo: no hay nadie activo en su unidad.
    """

    abierto: bool
    en_curso: bool
    mueve: bool
    de_la_unidad: bool
    propio: bool
    libre: bool
    libera: bool
    reasignar: bool
    elegibles: Sequence[tuple[int, str]]
    solo: bool

    @property
    def atender(self) -> bool:
        """Si le toca responderlo."""
        return self.mueve and self.de_la_unidad and (self.propio or self.libre)

    @property
    def tomar(self) -> bool:
        """Si puede decir que lo atenderá."""
        return self.mueve and self.de_la_unidad and self.libre

    @property
    def liberar(self) -> bool:
        """Si puede dejarlo a cualquiera de la unidad."""
        return self.mueve and not self.libre and self.libera


def de_quien_mira(s: Session, quien: Quien, turno: Turno, expediente: Expediente, incidente: str) -> PermisosDelTurno:
    """Lo que se ofrece a `quien`; incidente: por qué no se puede responder, si su tabla cambió."""
    abierto = turno.estado in ABIERTOS and turno.a_mano
    en_curso = expediente.estado == EstadoExpediente.EN_CURSO
    mueve = abierto and en_curso and not incidente
    reasigna = mueve and puede_reasignar(quien, turno.unidad, expediente.duena)
    return PermisosDelTurno(
        abierto=abierto,
        en_curso=en_curso,
        mueve=mueve,
        de_la_unidad=puede_atender(quien, turno.unidad),
        propio=turno.persona_id == quien.persona,
        libre=turno.persona_id is None or bool(ausentes(s, [turno])),
        libera=puede_liberar(quien, turno.unidad, turno.persona_id, expediente.duena),
        reasignar=reasigna,
        elegibles=_elegibles(s, turno) if reasigna else [],
        solo=abierto and bool(visibles.sin_responsable(s, [turno])),
    )


def _elegibles(s: Session, turno: Turno) -> list[tuple[int, str]]:
    otros = [p for p in responsables(s, turno.unidad) if p != turno.persona_id]
    return sorted(visibles.nombres(s, otros).items(), key=lambda par: par[1])
