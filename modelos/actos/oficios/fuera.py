"""Registrar que un oficio se firmó fuera del sistema: el documento, su número y su fecha.

La fecha del documento es la que cuenta para el plazo que se cumple con él, no la de quien lo captura.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from modelos import reloj
from modelos.actos.oficios.tramite import exigir_redaccion, reservar_borrador
from modelos.actos.plazos import plazos
from modelos.actos.turnos import evidencia
from modelos.actos.turnos.mover import Contexto
from modelos.calendario import fecha_corta
from modelos.errores import ActoNoProcede, FormularioIncompleto
from modelos.escritura import en_un_renglon
from modelos.expedientes import bitacora
from modelos.expedientes.anexos import Guardado
from modelos.expedientes.expediente import Anexo, EstadoExpediente, Expediente, Turno
from modelos.oficios.oficio import Oficio
from modelos.tabla import Tabla
from modelos.tabla.emision import EstadoOficio

LARGO_NUMERO = 80
ANTES = timedelta(days=366)
"""Cuánto antes de abrirse el expediente pudo firmarse un documento suyo; inferido: un año mal escrito no cuenta."""


def revisar(ctx: Contexto, id_: str, version: int) -> tuple[Oficio, Expediente, Tabla]:
    """Comprueba, antes de recibir el archivo, que ese borrador se pueda dar por firmado fuera.

    Lanza:
        NoExiste, NoLeCorresponde, OficioCambio. ActoNoProcede: ya no es un borrador, o nadie lo pidió.
    """
    oficio, expediente, tabla = reservar_borrador(ctx, id_, version, "registrar que se firmó fuera")
    exigir_redaccion(ctx, oficio, expediente, "registrar que este oficio se firmó fuera")
    if expediente.estado == EstadoExpediente.CANCELADO:
        motivo, que_hacer = f"{expediente.folio} se canceló", "Descarte el borrador."
        raise ActoNoProcede("registrar que se firmó fuera", motivo, que_hacer)
    if oficio.turno_id is None:
        motivo, que_hacer = "ningún paso pidió este oficio", "Descarte el borrador y diga dónde está el documento."
        raise ActoNoProcede("registrar que se firmó fuera", motivo, que_hacer)
    return oficio, expediente, tabla


def registrar(
    ctx: Contexto, id_: str, version: int, numero: str, fecha: date | None, documento: Guardado | str
) -> Oficio:
    """Da por hecho el oficio con el documento que se firmó fuera, lo asienta y cumple el plazo que esperaba por él.

    Recibe:
        numero: el que lleva el documento. fecha: la suya, que no sea futura.
        documento: el archivo recién guardado, o el id de uno ya adjunto al turno que pidió el oficio.

    Lanza:
        Lo mismo que `revisar`. FormularioIncompleto: falta el número, la fecha o el documento, o no son de éste.
    """
    oficio, expediente, tabla = revisar(ctx, id_, version)
    limpio = en_un_renglon("numero", numero)
    faltas = _faltas(ctx, limpio, fecha, expediente.abierto)
    previo = _ya_adjunto(ctx, oficio, documento) if isinstance(documento, str) else None
    if isinstance(documento, str) and previo is None:
        faltas["anexo"] = "no es un archivo de ese paso; elija uno de la lista, o adjunte el documento"
    if faltas or fecha is None:
        raise FormularioIncompleto(faltas)
    anexo = previo or _adjuntar(ctx, oficio, tabla, documento)
    cumple = plazos.por_cumplir_con(ctx.s, oficio)
    asentado: dict[str, Any] = {
        "oficio": oficio.id,
        "clave": oficio.clave,
        "numero": limpio,
        "fecha": fecha.isoformat(),
        "anexo": {"id": anexo.id, "nombre": anexo.nombre, "tamano": anexo.tamano, "sha256": anexo.sha256},
        **({"cumple": cumple} if cumple else {}),
    }
    bitacora.asentar(ctx.s, expediente, "oficio_fuera", ctx.actor, oficio.unidad, asentado, ctx.ahora)
    oficio.numero_fuera, oficio.fecha_fuera, oficio.anexo_fuera = limpio, fecha, anexo.id
    oficio.estado, oficio.terminado = EstadoOficio.FIRMADO_FUERA.value, ctx.ahora
    oficio.version += 1
    plazos.cumplir_con(ctx.s, cumple, oficio.id, reloj.mediodia(fecha))
    ctx.s.flush()
    return oficio


def _faltas(ctx: Contexto, numero: str, fecha: date | None, abierto: datetime) -> dict[str, str]:
    hoy = reloj.local(ctx.ahora).date()
    faltas = {}
    if not 1 <= len(numero) <= LARGO_NUMERO:
        faltas["numero"] = f"escriba el número que lleva el documento, en {LARGO_NUMERO} caracteres o menos"
    if fecha is None:
        faltas["fecha"] = "escriba la fecha del documento"
    elif fecha < reloj.local(abierto).date() - ANTES:
        faltas["fecha"] = "es de más de un año antes de abrirse el expediente; revise el año"
    elif fecha > hoy:
        faltas["fecha"] = f"ya ocurrió: no puede ser posterior a hoy, {fecha_corta(hoy)}"
    return faltas


def _ya_adjunto(ctx: Contexto, oficio: Oficio, id_: str) -> Anexo | None:
    anexo = ctx.s.get(Anexo, id_) if id_ else None
    return anexo if anexo is not None and anexo.turno_id == oficio.turno_id else None


def _adjuntar(ctx: Contexto, oficio: Oficio, tabla: Tabla, guardado: Guardado | str) -> Anexo:
    """El archivo, como documento del turno que pidió el oficio; si el turno sigue abierto, cuenta para cerrarlo."""
    if isinstance(guardado, str) or oficio.turno_id is None:
        raise FormularioIncompleto({"archivo": "adjunte el documento firmado"})
    turno = ctx.s.get_one(Turno, oficio.turno_id)
    emision = next((e for e in tabla[turno.actividad].oficios if e.clave == oficio.clave), None)
    return evidencia.anotar(ctx, turno, (emision.cumple if emision else "") or None, guardado)
