"""Decir cada día hábil, a quien firma, cuántos oficios esperan su firma y desde cuándo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from modelos import reloj
from modelos.avisos import firmas
from modelos.ciclos.previstas import es_habil
from modelos.expedientes.expediente import Expediente
from modelos.oficios import deuda
from modelos.oficios.deuda import Debido
from modelos.plazos import hitos
from modelos.sesion import transaccion
from modelos.tabla import Catalogo

EN_EL_MENSAJE = 10
"""Oficios que se nombran en un mensaje; de los demás se dice cuántos son."""


@dataclass(frozen=True)
class PorFirmar:
    """Lo que espera la firma de alguien, con lo más urgente primero. total: cuántos son, también los que no caben."""

    debidos: Sequence[Debido] = ()
    expedientes: Mapping[str, Expediente] = field(default_factory=dict)
    total: int = 0


def avisar(url: str, hoy: date) -> int:
    """Notifica a quien tenga algo por firmar, si hoy es hábil; devuelve a cuántas personas. Repetirlo no repite."""
    with transaccion(url) as s:
        if not es_habil(s, hoy):
            return 0
        avisos = firmas.por_avisar(s, hoy)
        hitos.notificar(s, avisos, reloj.ahora(), hoy)
    return len(avisos)


def lo_que_espera(s: Session, tablas: Catalogo, ambitos: Sequence[Sequence[str]]) -> PorFirmar:
    """Lo que hoy espera firma en esas unidades y procedimientos: primero lo que vence antes, luego lo más antiguo."""
    hallados = firmas.esperan(s, ambitos)
    debidos = deuda.de_oficios(s, tablas, [oficio for oficio, _ in hallados])
    en_orden = sorted(debidos.values(), key=lambda d: (_vence(d), d.oficio.creado))
    return PorFirmar(en_orden[:EN_EL_MENSAJE], {e.folio: e for _, e in hallados}, len(hallados))


def _vence(debido: Debido) -> date:
    return debido.plazo.vence if debido.plazo and debido.plazo.vence else date.max
