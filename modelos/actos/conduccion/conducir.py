"""Lo que hace quien conduce un expediente: cancelar, suspender, reanudar, cerrar esperas, ampliar, reintentar."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from modelos import reloj
from modelos.actos.conduccion import suspension
from modelos.actos.oficios import tramite
from modelos.actos.plazos import plazos
from modelos.actos.turnos.atender import exigir_oficios
from modelos.actos.turnos.mover import (
    Contexto,
    EncargoPedido,
    Hecho,
    asentar,
    bloquear,
    encargar,
    exigir_en_curso,
    numero,
)
from modelos.actos.turnos.reparto import repartir
from modelos.calendario import fecha_corta
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import ABIERTOS, TERMINADOS, Encargo, EstadoExpediente, Expediente, Turno
from modelos.motor.latido import pulso
from modelos.organizacion.permisos import puede_conducir
from modelos.tabla import Tabla, avance
from modelos.tabla.avance import Situacion
from modelos.tabla.errores import BitacoraIncongruente
from modelos.tabla.formularios import exigir_motivo

MAXIMO_PRORROGA = 1000


def cancelar(ctx: Contexto, folio: str, motivo: str) -> Expediente:
    """Termina el expediente sin llegar a un final, con sus turnos y sus subexpedientes abiertos.

    Lanza:
        NoExiste, NoLeCorresponde, FormularioIncompleto (sin motivo), ActoNoProcede (ya terminó).
    """
    expediente, tabla = _conducir(ctx, folio, motivo, "cancelar")
    _cancelar(ctx, expediente, tabla, motivo.strip())
    return expediente


def _cancelar(ctx: Contexto, expediente: Expediente, tabla: Tabla, motivo: str) -> None:
    movimiento = avance.cancelar(Situacion.de_json(expediente.situacion))
    expediente.estado = EstadoExpediente.CANCELADO.value
    expediente.cerrado = ctx.ahora
    encargos = [EncargoPedido("cancelacion", "Cancela la corrida", {})]
    if expediente.padre:
        encargos.append(EncargoPedido("padre", f"Avisa a {expediente.padre}", {"padre": expediente.padre}))
    hecho = Hecho("cancelacion", expediente.duena, {"motivo": motivo}, encargos=encargos)
    asentar(ctx, expediente, tabla, movimiento, hecho)
    tramite.descartar_los_de(ctx, expediente.folio, "Se canceló el expediente.")
    ctx.s.flush()
    hijos = select(col(Expediente.folio)).where(col(Expediente.padre) == expediente.folio)
    for folio in ctx.s.scalars(hijos.order_by(col(Expediente.folio))).all():
        hijo, tabla_hijo = bloquear(ctx, folio)
        if hijo.estado not in TERMINADOS:
            _cancelar(ctx, hijo, tabla_hijo, f"Se canceló {expediente.folio}: {motivo}")


def asentar_subcancelacion(ctx: Contexto, turno_id: str, hijo: Expediente) -> None:
    """El subexpediente se canceló: el turno que lo esperaba pasa a decidirse a mano, y queda asentado."""
    expediente, _ = bloquear(ctx, turno_id.partition(".")[0])
    turno = ctx.s.get_one(Turno, turno_id, populate_existing=True)
    if turno.a_mano or turno.estado not in ABIERTOS:
        return
    asentado = {"turno": turno.id, "subexpediente": hijo.folio}
    orden = bitacora.asentar(ctx.s, expediente, "subcancelacion", ctx.actor, turno.unidad, asentado, ctx.ahora)
    turno.a_mano = True
    turno.version += 1
    encargar(ctx, expediente, orden, [EncargoPedido("aviso", f"Aviso a {turno.unidad}", {"turnos": [turno.id]})])
    ctx.s.flush()


def suspender(
    ctx: Contexto, folio: str, motivo: str, fecha: date | None = None, *, con_hijos: bool = True
) -> Expediente:
    """Detiene el expediente: sus turnos siguen ahí, pero no se pueden atender hasta reanudarlo.

    fecha: el día en que dejaron de correr sus plazos, que no sea futuro; sin ella, hoy.
    con_hijos: si se detienen también los expedientes que haya abierto; si no, siguen su curso y así queda asentado.
    """
    expediente, _ = _conducir(ctx, folio, motivo, "suspender")
    exigir_en_curso(expediente, "suspenderlo")
    suspension.suspender(ctx, expediente, exigir_motivo(motivo), _ya_ocurrido(ctx, fecha), con_hijos=con_hijos)
    return expediente


def reanudar(
    ctx: Contexto, folio: str, motivo: str, fecha: date | None = None, *, con_hijos: bool = True
) -> Expediente:
    """Vuelve a poner en curso un expediente suspendido, y avisa de nuevo a quienes les toca.

    fecha: el día en que se contestó lo que faltaba, que es desde el que corren (LFPA art. 17-A); sin ella, ahora.
    con_hijos: si se reanudan también los que se detuvieron con él; los que alguien suspendió aparte siguen así.
    """
    expediente, _ = _conducir(ctx, folio, motivo, "reanudar")
    if expediente.estado != EstadoExpediente.SUSPENDIDO:
        raise ActoNoProcede("reanudarlo", f"{folio} no está suspendido", "Recargue para ver cómo está.")
    suspension.reanudar(ctx, expediente, exigir_motivo(motivo), _ya_ocurrido(ctx, fecha), con_hijos=con_hijos)
    return expediente


def prorrogar(
    ctx: Contexto, folio: str, dias: int, motivo: str, plazo: str | None = None, vence: date | None = None
) -> Expediente:
    """Amplía un plazo del expediente, fundadamente y hasta la mitad del original (LFPA art. 31).

    dias: cuántos más, en la medida del plazo (días hábiles o naturales, o meses). plazo: cuál, si hay varios.
    vence: el vencimiento que se leyó; si ya es otro no se amplía.

    Lanza:
        NoExiste, NoLeCorresponde, ActoNoProcede, FormularioIncompleto, AmpliacionExcesiva.
    """
    expediente, _ = _conducir(ctx, folio, motivo, "prorrogar un plazo de")
    exigir_en_curso(expediente, "prorrogar")
    if not 1 <= dias <= MAXIMO_PRORROGA:
        raise FormularioIncompleto({"dias": f"escriba cuántos días más, de 1 a {MAXIMO_PRORROGA}"})
    motivo = exigir_motivo(motivo)
    recontados = plazos.prorrogar(ctx.s, expediente, plazo, dias, motivo, ctx.ahora, vence)
    _asentar(ctx, expediente, "prorroga", {"motivo": motivo, "dias": dias, "plazos": recontados})
    ctx.s.flush()
    return expediente


def rectificar(ctx: Contexto, folio: str, plazo: str, desde: date, motivo: str) -> Expediente:
    """Corrige el día desde el que corre un plazo, si se capturó mal; lo dicho antes queda en la bitácora.

    desde: el día del evento, que no sea futuro.

    Lanza:
        NoExiste, NoLeCorresponde, ActoNoProcede, FormularioIncompleto, CalendarioSinPublicar, PlazoInvalido.
    """
    expediente, _ = _conducir(ctx, folio, motivo, "rectificar un plazo de")
    exigir_en_curso(expediente, "rectificar")
    dia = _ya_ocurrido(ctx, desde) or desde
    rectificados = plazos.rectificar(ctx.s, expediente, plazo, dia, ctx.ahora)
    motivo = exigir_motivo(motivo)
    _asentar(ctx, expediente, "rectificacion", {"motivo": motivo, "desde": dia.isoformat(), "plazos": rectificados})
    ctx.s.flush()
    return expediente


def cerrar_espera(ctx: Contexto, folio: str, actividad: str, motivo: str, vuelta: int | None = None) -> Expediente:
    """Sigue con las respuestas reunidas de un paso que va a muchas unidades; las que faltan se cancelan.

    vuelta: la que se leyó; si el paso ya se volvió a abrir, no se cierra.
    """
    expediente, tabla = _conducir(ctx, folio, motivo, "cerrar la espera de")
    exigir_en_curso(expediente, "cerrar la espera")
    if vuelta is not None and vuelta != expediente.situacion["vueltas"].get(actividad):
        raise ActoNoProcede("cerrar la espera", f"la {actividad} ya va en otra vuelta", "Recargue y revise.")
    cerrado = cerrar_reunido(ctx, expediente, tabla, actividad, motivo)
    exigir_oficios(ctx, cerrado, tabla)
    return cerrado


def cerrar_reunido(ctx: Contexto, expediente: Expediente, tabla: Tabla, actividad: str, motivo: str) -> Expediente:
    """La parte de `cerrar_espera` que no pregunta quién la pide; el expediente ya está bloqueado y en curso."""
    reparto, situacion = repartir(ctx.s, expediente.datos), Situacion.de_json(expediente.situacion)
    try:
        movimiento = avance.cerrar_espera(tabla, situacion, actividad, reparto, expediente.folio)
    except BitacoraIncongruente as error:
        que_hacer = "Recargue para ver qué se espera ahora."
        raise ActoNoProcede("cerrar la espera", f"la {actividad} no espera a varias unidades", que_hacer) from error
    asentado = {"actividad": actividad, "motivo": exigir_motivo(motivo), "abre": movimiento.abre()}
    rotulo = f"{numero(tabla[actividad])} {tabla[actividad].unidad} · se cierra la espera"
    hecho = Hecho("cierre_espera", expediente.duena, asentado, encargos=[EncargoPedido("actividad", rotulo, {})])
    asentar(ctx, expediente, tabla, movimiento, hecho)
    ctx.s.flush()
    return expediente


def ampliar_vueltas(ctx: Contexto, folio: str, tope: int, motivo: str) -> Expediente:
    """Sube el tope de vueltas del expediente (parámetro inferido, así que la coordinación puede moverlo)."""
    expediente, _ = _conducir(ctx, folio, motivo, "ampliar las vueltas de")
    exigir_en_curso(expediente, "ampliar las vueltas")
    situacion = Situacion.de_json(expediente.situacion)
    if not situacion.tope < tope <= 100:
        raise FormularioIncompleto({"tope": f"escriba un número mayor que {situacion.tope} y no mayor que 100"})
    _asentar(ctx, expediente, "ampliacion", {"tope": tope, "motivo": exigir_motivo(motivo)})
    expediente.situacion = avance.ampliar_tope(situacion, tope).situacion.a_json()
    ctx.s.flush()
    return expediente


def reintentar(ctx: Contexto, folio: str) -> int:
    """Devuelve al motor los efectos que quedaron como incidente; responde cuántos eran."""
    # Sin bloquear el expediente: quien cumple un encargo bloquea primero el encargo.
    expediente = ctx.s.get(Expediente, folio)
    if expediente is None:
        raise NoExiste("el expediente", folio)
    if ctx.quien is None or not puede_conducir(ctx.quien, expediente.duena):
        raise NoLeCorresponde("reintentar", f"la coordinación de la {expediente.duena}")
    pendientes = update(Encargo).where(
        col(Encargo.folio) == folio, col(Encargo.hecho).is_(None), col(Encargo.error).is_not(None)
    )
    valores = pendientes.values(intentos=0, error=None, proximo=pulso())
    reintentados: int = ctx.s.execute(valores, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]
    expediente.detenido = False
    return reintentados


def _conducir(ctx: Contexto, folio: str, motivo: str, verbo: str) -> tuple[Expediente, Tabla]:
    expediente, tabla = bloquear(ctx, folio)
    if ctx.quien is None or not puede_conducir(ctx.quien, expediente.duena):
        raise NoLeCorresponde(f"{verbo} este expediente", f"la coordinación de la {expediente.duena}")
    if expediente.estado in TERMINADOS:
        raise ActoNoProcede(f"{verbo} {folio}", f"ya está {expediente.estado}", "Recargue para ver cómo quedó.")
    exigir_motivo(motivo)
    return expediente, tabla


def _ya_ocurrido(ctx: Contexto, fecha: date | None) -> date | None:
    hoy = reloj.local(ctx.ahora).date()
    if fecha is not None and fecha > hoy:
        raise FormularioIncompleto({"fecha": f"ya ocurrió: no puede ser posterior a hoy, {fecha_corta(hoy)}"})
    return fecha


def _asentar(ctx: Contexto, expediente: Expediente, tipo: str, datos: dict[str, Any]) -> int:
    return bitacora.asentar(ctx.s, expediente, tipo, ctx.actor, expediente.duena, datos, ctx.ahora)
