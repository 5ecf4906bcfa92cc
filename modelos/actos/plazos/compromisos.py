"""Acusar lo vencido con una fecha compromiso: hasta ese día no se insiste, y si pasa se vuelve a insistir.

No mueve el plazo: sigue vencido y así se ve. Sólo dice quién se hace cargo, para cuándo y por qué no ha sido antes.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.plazos.conteo import COMPROMISO, dia_tras_compromiso
from modelos.actos.turnos.atender import persona_que_actua
from modelos.actos.turnos.mover import Contexto, bloquear, exigir_en_curso
from modelos.calendario import fecha_corta
from modelos.dias.dia import oficinas
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import ABIERTOS, Expediente, Turno
from modelos.organizacion.permisos import Quien, atiende, lleva
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo
from modelos.tabla.formularios import exigir_motivo

ACTO = "comprometer una fecha"


def comprometer(ctx: Contexto, folio: str, cual: str, fecha: date, motivo: str, maximo: int) -> Expediente:
    """Anota para cuándo se atenderá un plazo vencido. Repetirlo con la misma fecha no cambia nada.

    fecha: posterior a hoy. maximo: cuántos días naturales puede alejarse.

    Lanza:
        NoExiste: no hay ese plazo por cumplir en el expediente.
        NoLeCorresponde: ni lo debe su unidad ni conduce el expediente.
        ActoNoProcede: el expediente no está en curso, o el plazo no está vencido.
        FormularioIncompleto: la fecha o el motivo no sirven.
    """
    quien = persona_que_actua(ctx)
    expediente, _ = bloquear(ctx, folio)
    plazo = ctx.s.get(Plazo, cual, populate_existing=True)
    if plazo is None or plazo.folio != folio or plazo.estado not in POR_CUMPLIR:
        raise NoExiste("entre los plazos por cumplir", cual)
    if not puede_comprometerse(ctx.s, quien, plazo, expediente.duena):
        raise NoLeCorresponde(ACTO, f"{plazo.unidad}, que lo debe, o la coordinación de la {expediente.duena}")
    exigir_en_curso(expediente, ACTO)
    hoy = reloj.local(ctx.ahora).date()
    if not esta_vencido(plazo, hoy):
        raise ActoNoProcede(ACTO, "el plazo no está vencido", "Atiéndalo antes de su fecha; sólo se acusa lo vencido.")
    limpio = exigir_motivo(motivo)
    limite = hoy + timedelta(days=maximo)
    if not hoy < fecha <= limite:
        raise FormularioIncompleto({"fecha": f"elija un día posterior a hoy y no después del {fecha_corta(limite)}"})
    if plazo.compromiso == fecha:
        return expediente
    asentado = {"plazo": plazo.id, "fecha": fecha.isoformat(), "motivo": limpio}
    bitacora.asentar(ctx.s, expediente, "compromiso", ctx.actor, plazo.unidad, asentado, ctx.ahora)
    pasa = dia_tras_compromiso(oficinas(ctx.s, {plazo.unidad})[plazo.unidad], plazo.perfil, fecha)
    # Otra vuelta: las insistencias que sigan son otras, y se cuentan desde el compromiso.
    plazo.compromiso, plazo.vuelta, plazo.insistencias = fecha, plazo.vuelta + 1, 0
    plazo.hitos, plazo.proximo = [[COMPROMISO, pasa.isoformat()]], pasa
    ctx.s.flush()
    return expediente


def esta_vencido(plazo: Plazo, hoy: date) -> bool:
    """Si ya se insiste en él: corre, y pasó la fecha contra la que se recuerda."""
    return plazo.estado == EstadoPlazo.ABIERTO and plazo.conservador is not None and plazo.conservador < hoy


def puede_comprometerse(s: Session, quien: Quien, plazo: Plazo, duena: str) -> bool:
    """Si es de la unidad que lo debe, tiene un turno abierto del tramo, o conduce el expediente."""
    if lleva(quien, plazo.unidad, duena):
        return True
    if plazo.turno_id is not None:
        return False
    carga = exists().where(
        col(Turno.folio) == plazo.folio,
        col(Turno.estado).in_(ABIERTOS),
        col(Turno.unidad).in_(sorted(atiende(quien))),
    )
    return bool(s.scalar(select(carga)))
