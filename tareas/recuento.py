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
    hecho, desde, progreso, esperas = Avance(), recuento.PRINCIPIO, False, 0
    while True:
        with transaccion(url) as s:
            paso = recuento.recontar_lote(s, desde, lote)
        if paso.vistos:
            hecho = replace(
                hecho,
                movidos=hecho.movidos + paso.movidos,
                sin_cambio=hecho.sin_cambio + paso.sin_cambio,
                lotes=hecho.lotes + 1,
            )
            progreso = progreso or bool(paso.movidos or paso.sin_cambio)
            desde = paso.ultimo
            if avance:
                avance(hecho)
        elif desde == recuento.PRINCIPIO:
            return replace(hecho, terminado=True)
        else:
            # Otra vuelta desde el principio: quizá alguien soltó lo que tenía, o un acto guardó con lo de antes.
            esperas = 0 if progreso else esperas + 1
            if esperas > ESPERAS:
                return hecho
            if esperas:
                time.sleep(ESPERA_S)
            desde, progreso = recuento.PRINCIPIO, False
