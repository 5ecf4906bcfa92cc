"""Adjuntar evidencia a un turno abierto, y retirar la que se adjuntó por error."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from modelos.actos.turnos.atender import exigir_abierto, leer_turno, nombre_de, pendiente_de, persona_que_actua
from modelos.actos.turnos.mover import Contexto, bloquear, exigir_en_curso
from modelos.actos.turnos.tenencia import la_tiene_otra
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.expedientes import anexos, visibles
from modelos.expedientes.bitacora import asentar
from modelos.expedientes.errores import TurnoTomado
from modelos.expedientes.expediente import Anexo, Expediente, Turno
from modelos.oficios.oficio import Oficio
from modelos.organizacion.permisos import puede_atender
from modelos.reloj import iso
from modelos.tabla import Tabla

MAXIMO_POR_TURNO = 50
LARGO_MOTIVO_RETIRO = 500


def revisar_adjuntar(ctx: Contexto, id_: str, evidencia: str | None) -> Turno:
    """Comprueba que se pueda adjuntar antes de recibir el archivo; no reserva nada.

    Lanza:
        NoExiste, NoLeCorresponde, ActividadYaAtendida, TurnoTomado, ActoNoProcede,
        FormularioIncompleto: esa evidencia no es de la actividad.
    """
    turno, _, tabla = _en_que_se_trabaja(ctx, id_, "adjuntar")
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
    return anotar(ctx, revisar_adjuntar(ctx, id_, evidencia), evidencia, guardado)


def anotar(ctx: Contexto, turno: Turno, evidencia: str | None, guardado: anexos.Guardado) -> Anexo:
    """Registra el archivo como documento de ese turno, sin mirar quién ni cuándo: eso ya se comprobó."""
    anexo = Anexo(
        id=guardado.id,
        folio=turno.folio,
        turno_id=turno.id,
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


def retirar(ctx: Contexto, id_: str, motivo: str = "") -> Anexo:
    """Quita del turno un archivo que se adjuntó por error, antes de responder; queda asentado quién, cuál y por qué.

    Deja de verse y de descargarse en todas partes. El archivo sigue en su carpeta, por su sha256: puede citarlo otro
    expediente, y sirve para probar cuál era.

    Lanza:
        NoExiste, NoLeCorresponde, TurnoTomado, ActoNoProcede. ActividadYaAtendida: lo respondido ya no se toca.
        FormularioIncompleto: el motivo no cabe.
    """
    anexo = visibles.anexo_visible(ctx.s, persona_que_actua(ctx), id_)
    turno, expediente, _ = _en_que_se_trabaja(ctx, anexo.turno_id, "retirar un archivo")
    if ctx.s.scalar(select(col(Oficio.id)).where(col(Oficio.anexo_fuera) == anexo.id).limit(1)):
        motivo_no = "es el documento con que se dio por firmado fuera un oficio de este paso"
        raise ActoNoProcede("retirar un archivo", motivo_no, "Anule antes ese registro en la página del oficio.")
    limpio = limpiar_texto("motivo", motivo).strip()
    if len(limpio) > LARGO_MOTIVO_RETIRO:
        raise FormularioIncompleto({"motivo": f"escríbalo en {LARGO_MOTIVO_RETIRO} caracteres o menos"})
    asentado = {
        "turno": turno.id,
        "anexo": anexo.id,
        "nombre": anexo.nombre,
        "evidencia": anexo.evidencia,
        "tamano": anexo.tamano,
        "sha256": anexo.sha256,
        "persona": anexo.persona_id,
        "subido": iso(anexo.subido),
        "motivo": limpio,
    }
    asentar(ctx.s, expediente, "retiro_anexo", ctx.actor, turno.unidad, asentado, ctx.ahora)
    turno.anexos -= 1
    ctx.s.delete(anexo)
    ctx.s.flush()
    return anexo


def _en_que_se_trabaja(ctx: Contexto, id_: str, acto: str) -> tuple[Turno, Expediente, Tabla]:
    """El turno abierto, reservado, si a quien actúa le toca moverle sus archivos."""
    quien = persona_que_actua(ctx)
    pendiente_de(id_)
    turno = leer_turno(ctx, id_)
    if not puede_atender(quien, turno.unidad):
        raise NoLeCorresponde(f"{acto} en este turno", f"{turno.unidad}, con rol de operación o coordinación")
    expediente, tabla = bloquear(ctx, turno.folio)
    turno = leer_turno(ctx, id_)
    exigir_abierto(ctx, turno)
    exigir_en_curso(expediente, acto)
    if la_tiene_otra(ctx, turno):
        raise TurnoTomado(id_, nombre_de(ctx, turno.persona_id))
    return turno, expediente, tabla
