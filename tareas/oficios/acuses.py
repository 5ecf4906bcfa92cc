"""Recordar, una sola vez, los acuses que faltan: cuando ya pasaron los días hábiles que dice el ajuste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from modelos import reloj
from modelos.actos.oficios import acuses
from modelos.calendario import POR_DEFECTO
from modelos.calendario.errores import CalendarioSinPublicar
from modelos.dias.dia import oficinas
from modelos.oficios import visibles
from modelos.sesion import lectura, transaccion

LOTE = 500


@dataclass(frozen=True)
class ResumenDeAcuses:
    """Lo que hizo. sin_calendario: los que no se pudieron contar por falta de un año, y por qué; vacío si ninguno."""

    recordados: int = 0
    sin_calendario: int = 0
    motivo: str = ""

    def __str__(self) -> str:
        hecho = f"{self.recordados} acuses recordados."
        return f"{hecho} {self.sin_calendario} sin contar: {self.motivo}" if self.sin_calendario else hecho


def recordar_pendientes(url: str, hoy: date, dias: int) -> ResumenDeAcuses:
    """Recuerda a quienes no han acusado lo que se les envió hace `dias` días hábiles o más.

    Recibe:
        dias: 1 o más; el del envío no cuenta. Se cuentan con el perfil por defecto y los días inhábiles publicados
            para la unidad que debe acusar.
    """
    with lectura(url) as s:
        candidatos = visibles.sin_acuse(s, hoy - timedelta(days=dias))
        tocan, sin_calendario, motivo = _los_que_tocan(s, candidatos, hoy, dias)
    recordados = 0
    for i in range(0, len(tocan), LOTE):
        with transaccion(url) as s:
            recordados += acuses.recordar_a(s, acuses.leer_pares(s, tocan[i : i + LOTE]), reloj.ahora())
    return ResumenDeAcuses(recordados, sin_calendario, motivo)


def _los_que_tocan(
    s: Session, candidatos: Sequence[Any], hoy: date, dias: int
) -> tuple[list[tuple[str, int]], int, str]:
    de_unidad = oficinas(s, {f.unidad for f in candidatos})
    vistos: dict[tuple[str, date], bool] = {}
    tocan: list[tuple[str, int]] = []
    sin_calendario, motivo = 0, ""
    for f in candidatos:
        llave = (f.unidad, reloj.local(f.enviado).date())
        try:
            if llave not in vistos:
                calendario = de_unidad[f.unidad].calendarios[POR_DEFECTO]
                vistos[llave] = calendario.sumar(llave[1], dias) <= hoy
        except CalendarioSinPublicar as error:
            sin_calendario, motivo = sin_calendario + 1, str(error)
            continue
        if vistos[llave]:
            tocan.append((f.id, f.orden))
    return tocan, sin_calendario, motivo
