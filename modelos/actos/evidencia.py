"""Adjuntar evidencia a un turno abierto."""

from __future__ import annotations

from modelos import anexos
from modelos.actos.mover import Contexto, bloquear, exigir_en_curso
from modelos.actos.tenencia import la_tiene_otra
from modelos.actos.turnos import exigir_abierto, leer_turno, nombre_de, pendiente_de, persona_que_actua
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoLeCorresponde, TurnoTomado
from modelos.expediente import Anexo, Turno
from modelos.permisos import puede_atender

MAXIMO_POR_TURNO = 50


def revisar_adjuntar(ctx: Contexto, id_: str, evidencia: str | None) -> Turno:
    """Comprueba que se pueda adjuntar antes de recibir el archivo; no reserva nada.

    Lanza:
        NoExiste, NoLeCorresponde, ActividadYaAtendida, TurnoTomado, ActoNoProcede,
        FormularioIncompleto: esa evidencia no es de la actividad.
    """
    quien = persona_que_actua(ctx)
    pendiente_de(id_)
    turno = leer_turno(ctx, id_)
    if not puede_atender(quien, turno.unidad):
        raise NoLeCorresponde("adjuntar a este turno", f"{turno.unidad}, con rol de operación o coordinación")
    expediente, tabla = bloquear(ctx, turno.folio)
    turno = leer_turno(ctx, id_)
    exigir_abierto(ctx, turno)
    exigir_en_curso(expediente, "adjuntar")
    if la_tiene_otra(ctx, turno):
        raise TurnoTomado(id_, nombre_de(ctx, turno.persona_id))
    claves = [documento.clave for documento in tabla[turno.actividad].evidencia]
    if evidencia is not None and evidencia not in claves:
        posibles = f"use una de: {', '.join(claves)}" if claves else "esta actividad no pide documentos; déjelo vacío"
        raise FormularioIncompleto({"evidencia": posibles})
    if turno.anexos >= MAXIMO_POR_TURNO:
        raise ActoNoProcede("adjuntar", f"el turno ya tiene {MAXIMO_POR_TURNO} archivos", "Reúnalos en un zip.")
    return turno


def adjuntar(ctx: Contexto, id_: str, evidencia: str | None, guardado: anexos.Guardado) -> Anexo:
    """Registra un archivo ya guardado como evidencia del turno; entra a la bitácora al atenderlo.

    Lanza:
        Lo mismo que `revisar_adjuntar`: pudo cambiar mientras se recibía el archivo.
    """
    turno = revisar_adjuntar(ctx, id_, evidencia)
    anexo = Anexo(
        id=guardado.id,
        folio=turno.folio,
        turno_id=id_,
        evidencia=evidencia,
        nombre=guardado.nombre,
        tipo=guardado.tipo,
        tamano=guardado.tamano,
        sha256=guardado.sha256,
        persona_id=persona_que_actua(ctx).persona,
        subido=ctx.ahora,
    )
    ctx.s.add(anexo)
    turno.anexos += 1
    ctx.s.flush()
    return anexo
