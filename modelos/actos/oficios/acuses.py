"""A quién se le hace saber un oficio, y recordarle, una sola vez, que falta su acuse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.oficios.tramite import destinatarios, exigir_redaccion, leer
from modelos.actos.turnos.mover import Contexto, bloquear
from modelos.avisos.a_quien import Organigrama
from modelos.avisos.de_oficios import ACUSE
from modelos.errores import ActoNoProcede
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.plazos import hitos
from modelos.sesion import serializar
from modelos.tabla.emision import EstadoOficio


def notificacion(oficio: Oficio, destinatario: Destinatario, persona: int, por: str) -> dict[str, Any]:
    """La que se le hace a una persona; por: `LLEGO` o `ACUSE`. Repetirla no la duplica."""
    return hitos.notificacion(
        persona,
        f"oficio:{por}:{oficio.id}:{destinatario.orden}",
        ClaseDeNotificacion.OFICIO,
        oficio.folio,
        turno=None,
        plazo=None,
        datos={
            "para": destinatario.unidad,
            "sube": False,
            "oficio": oficio.id,
            "orden": destinatario.orden,
            "por": por,
        },
    )


def recordar(ctx: Contexto, id_: str) -> int:
    """Recuerda ya a quienes falta que acusen; devuelve a cuántos destinatarios.

    A quien ya se le recordó no se le repite, y a quien no tiene cuenta no hay cómo recordarle.

    Lanza:
        NoExiste, NoLeCorresponde. ActoNoProcede: no se ha enviado, o ya no rige.
    """
    expediente, _ = bloquear(ctx, leer(ctx, id_).folio)
    oficio = leer(ctx, id_, reservar=True)
    exigir_redaccion(ctx, oficio, expediente, "recordar que falta el acuse de este oficio")
    if oficio.estado != EstadoOficio.ENVIADO:
        que_hacer = {
            EstadoOficio.BORRADOR.value: "Fírmelo primero.",
            EstadoOficio.FIRMADO.value: "Espere a que salga.",
        }.get(oficio.estado, "Recargue para ver cómo quedó.")
        raise ActoNoProcede("recordar el acuse", f"el oficio está {oficio.estado}", que_hacer)
    faltan = [d for d in destinatarios(ctx, id_) if d.clase == "para" and d.acusado is None and d.recordado is None]
    return recordar_a(ctx.s, [(oficio, d) for d in faltan], ctx.ahora)


def recordar_a(s: Session, pares: Sequence[tuple[Oficio, Destinatario]], ahora: datetime) -> int:
    """Notifica a las personas de esos destinatarios y lo anota; devuelve a cuántos, sin los que otro ya recordó."""
    serializar(s, "acuses")  # el trabajo del día y una persona pueden pedirlo a la vez, en otro orden
    reciben = quienes_reciben(s, (d for _, d in pares))
    con_cuenta = {(d.oficio_id, d.orden): (oficio, d) for oficio, d in pares if reciben[d.oficio_id, d.orden]}
    ganados = _marcar(s, con_cuenta, ahora)
    nuevas = [notificacion(*con_cuenta[clave], persona, ACUSE) for clave in ganados for persona in reciben[clave]]
    hitos.notificar(s, nuevas, ahora, reloj.local(ahora).date())
    return len(ganados)


def quienes_reciben(s: Session, a_quien: Iterable[Destinatario]) -> dict[tuple[str, int], list[int]]:
    """A qué personas se avisa por cada destinatario, por (oficio, orden); a ninguna, si es de fuera."""
    organigrama = Organigrama(s)
    return {(d.oficio_id, d.orden): organigrama.recibe(d.unidad) if d.unidad else [] for d in a_quien}


def leer_pares(s: Session, claves: Iterable[tuple[str, int]]) -> list[tuple[Oficio, Destinatario]]:
    """Esos destinatarios, cada uno con su oficio."""
    llave = tuple_(col(Destinatario.oficio_id), col(Destinatario.orden))
    consulta = select(Oficio, Destinatario).join(Destinatario, col(Destinatario.oficio_id) == Oficio.id)
    return [(oficio, d) for oficio, d in s.execute(consulta.where(llave.in_(list(claves))))]


def _marcar(s: Session, claves: Iterable[tuple[str, int]], ahora: datetime) -> list[tuple[str, int]]:
    """Anota el recordatorio en los que siguen sin acusar y sin recordar; devuelve cuáles."""
    llave = tuple_(col(Destinatario.oficio_id), col(Destinatario.orden))
    orden = (
        update(Destinatario)
        .where(llave.in_(list(claves)), col(Destinatario.acusado).is_(None), col(Destinatario.recordado).is_(None))
        .values(recordado=ahora)
        .returning(col(Destinatario.oficio_id), col(Destinatario.orden))
    )
    filas = s.execute(orden, execution_options={"synchronize_session": False})
    return sorted((oficio, cual) for oficio, cual in filas)
