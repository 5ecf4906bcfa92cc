"""Enviar un oficio firmado: a la bandeja y al correo de cada unidad a la que va, en una sola emisión.

Es lo que cumple el plazo legal que se cumple con él: la fecha que cuenta es la del envío.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modelos import reloj
from modelos.actos.oficios import acuses
from modelos.actos.oficios import tramite as actos
from modelos.actos.plazos import plazos
from modelos.actos.turnos.mover import Contexto, bloquear
from modelos.avisos.de_oficios import LLEGO
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import Encargo
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.plazos import hitos
from modelos.tabla.emision import EstadoOficio


def enviar(ctx: Contexto, encargo: Encargo) -> str:
    """Cumple el encargo y deja asentado a quién; a quien no está en el sistema se le entrega en papel."""
    expediente, _ = bloquear(ctx, encargo.folio)
    oficio = actos.leer(ctx, encargo.datos["oficio"], reservar=True)
    if oficio.estado != EstadoOficio.FIRMADO:
        return f"{oficio.numero} ya está {oficio.estado}: no se envía"
    a_quien = actos.destinatarios(ctx, oficio.id)
    personas = {orden: suyas for (_, orden), suyas in acuses.quienes_reciben(ctx.s, a_quien).items()}
    _avisar(ctx, oficio, a_quien, personas)
    cumple = plazos.por_cumplir_con(ctx.s, oficio)
    asentado = _asentado(oficio, a_quien, personas) | ({"cumple": cumple} if cumple else {})
    bitacora.asentar(ctx.s, expediente, "oficio_envio", ctx.actor, oficio.unidad, asentado, ctx.ahora)
    oficio.estado, oficio.enviado, oficio.version = EstadoOficio.ENVIADO.value, ctx.ahora, oficio.version + 1
    plazos.cumplir_con(ctx.s, cumple, oficio.id, ctx.ahora)
    return f"{oficio.numero} a {len(a_quien)} destinatario{'s' * (len(a_quien) != 1)}"


def _avisar(
    ctx: Contexto, oficio: Oficio, a_quien: Sequence[Destinatario], personas: Mapping[int, Sequence[int]]
) -> None:
    nuevas = [
        acuses.notificacion(oficio, destinatario, persona, LLEGO)
        for destinatario in a_quien
        for persona in personas[destinatario.orden]
    ]
    hitos.notificar(ctx.s, nuevas, ctx.ahora, reloj.local(ctx.ahora).date())


def _asentado(oficio: Oficio, a_quien: Sequence[Destinatario], personas: Mapping[int, Sequence[int]]) -> dict[str, Any]:
    """Lo que queda en la bitácora: a qué unidades fue, cuáles no tienen a nadie con cuenta y cuántos van en papel."""
    return {
        "oficio": oficio.id,
        "numero": oficio.numero,
        "a": [d.unidad for d in a_quien if d.unidad],
        "sin_cuenta": [d.unidad for d in a_quien if d.unidad and not personas[d.orden]],
        "en_papel": sum(d.unidad is None for d in a_quien),
    }
