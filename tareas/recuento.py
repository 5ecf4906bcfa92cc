"""Recontar los plazos después de publicar días inhábiles (o el calendario de otro año).

Se puede llamar cuantas veces se quiera y desde varios motores a la vez: cada lote es una transacción corta,
y lo ya contado no se vuelve a contar.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from modelos.actos.plazos import recuento
from modelos.sesion import lectura, transaccion

LOTE = 200
ESPERA_S = 0.1
ESPERAS = 50
"""Veces seguidas que se espera a que otros suelten lo que falta, antes de dejarlo para la próxima llamada."""


@dataclass(frozen=True)
class Avance:
    """Lo hecho en esta llamada. terminado: no quedó nada por recontar."""

    movidos: int = 0
    sin_cambio: int = 0
    lotes: int = 0
    terminado: bool = False

    @property
    def recontados(self) -> int:
        """Cuántos plazos se revisaron."""
        return self.movidos + self.sin_cambio


def recontar_pendientes(url: str, lote: int = LOTE, avance: Callable[[Avance], None] | None = None) -> Avance:
    """Recuenta todo plazo por cumplir contado con una publicación anterior a la vigente.

    Recibe:
        lote: plazos por transacción.
        avance: se llama después de cada lote, con lo que va.

    Lanza:
        BaseInaccesible: la base no respondió; lo confirmado queda y la próxima llamada sigue de ahí.
    """
    with lectura(url) as s:
        if not recuento.falta(s):
            return Avance(terminado=True)
    hecho, esperas = Avance(), 0
    while True:
        antes, hecho = hecho, _una_vuelta(url, lote, hecho, avance)
        if hecho.lotes == antes.lotes:
            return replace(hecho, terminado=True)
        # Otra vuelta desde el principio: quizá alguien soltó lo que tenía, o un acto guardó con lo de antes.
        esperas = 0 if hecho.recontados > antes.recontados else esperas + 1
        if esperas > ESPERAS:
            return hecho
        if esperas:
            time.sleep(ESPERA_S)


def _una_vuelta(url: str, lote: int, hecho: Avance, avance: Callable[[Avance], None] | None) -> Avance:
    """Lo que falta, de principio a fin; devuelve lo que va, igual si no vio ninguno."""
    desde = recuento.PRINCIPIO
    while True:
        with transaccion(url) as s:
            paso = recuento.recontar_lote(s, desde, lote)
        if not paso.vistos:
            return hecho
        hecho = Avance(hecho.movidos + paso.movidos, hecho.sin_cambio + paso.sin_cambio, hecho.lotes + 1)
        desde = paso.ultimo
        if avance:
            avance(hecho)
