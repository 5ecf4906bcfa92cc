"""Enviar un oficio firmado: a la bandeja y al correo de cada unidad a la que va, en una sola emisión."""

from __future__ import annotations

from modelos import bitacora, hitos, reloj, titulares
from modelos.actos import oficios as actos
from modelos.actos.mover import Contexto, bloquear
from modelos.expediente import Encargo
from modelos.notificaciones import Clase
from modelos.oficio import EstadoOficio
from modelos.oficios import Destinatario, Oficio
from modelos.organizacion import responsables


def enviar(ctx: Contexto, encargo: Encargo) -> str:
    """Cumple el encargo y deja asentado a quién; a quien no está en el sistema se le entrega en papel."""
    expediente, _ = bloquear(ctx, encargo.folio)
    oficio = actos.leer(ctx, encargo.datos["oficio"], reservar=True)
    if oficio.estado != EstadoOficio.FIRMADO:
        return f"{oficio.numero} ya está {oficio.estado}: no se envía"
    a_quien = actos.destinatarios(ctx, oficio.id)
    personas = {d.orden: reciben(ctx, d) for d in a_quien}
    nuevas = [
        notificacion(oficio, destinatario, persona, "llego")
        for destinatario in a_quien
        for persona in personas[destinatario.orden]
    ]
    hitos.notificar(ctx.s, nuevas, ctx.ahora, reloj.local(ctx.ahora).date())
    asentado = {
        "oficio": oficio.id,
        "numero": oficio.numero,
        "a": [d.unidad for d in a_quien if d.unidad],
        "sin_cuenta": [d.unidad for d in a_quien if d.unidad and not personas[d.orden]],
        "en_papel": sum(d.unidad is None for d in a_quien),
    }
    bitacora.asentar(ctx.s, expediente, "oficio_envio", ctx.actor, oficio.unidad, asentado, ctx.ahora)
    oficio.estado, oficio.enviado, oficio.version = EstadoOficio.ENVIADO.value, ctx.ahora, oficio.version + 1
    return f"{oficio.numero} a {len(a_quien)} destinatarios"


def reciben(ctx: Contexto, destinatario: Destinatario) -> list[int]:
    """Las personas a las que se les avisa: quienes atienden la unidad y quien tiene el cargo."""
    if destinatario.unidad is None:
        return []
    con_cargo = titulares.titular(ctx.s, destinatario.unidad, reloj.local(ctx.ahora).date())
    titular = {con_cargo[0].persona_id} if con_cargo and con_cargo[1].activa else set()
    return sorted({*responsables(ctx.s, destinatario.unidad), *titular})


def notificacion(oficio: Oficio, destinatario: Destinatario, persona: int, por: str) -> dict[str, object]:
    """La que se le hace a una persona; por: `llego`, o `acuse` si es el recordatorio. Repetirla no la duplica."""
    return hitos.notificacion(
        persona,
        f"oficio:{por}:{oficio.id}:{destinatario.orden}",
        Clase.OFICIO,
        oficio.folio,
        turno=None,
        plazo=None,
        datos={
            "para": destinatario.unidad,
            "sube": False,
            "oficio": oficio.id,
            "por": por,
            "copia": destinatario.clase == "ccp",
        },
    )
