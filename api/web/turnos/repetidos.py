"""Lo que llega dos veces: cuándo es la misma respuesta, cuándo otra, y cuándo se abriría el mismo expediente."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from fastapi import UploadFile
from sqlalchemy.orm import Session

from api.dependencias import Puerta
from api.vistas import expedientes
from api.web.piezas.formularios import LoEscrito, a_json
from modelos import reloj
from modelos.actos.turnos.mover import Contexto
from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto
from modelos.expedientes import visibles
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import EstadoTurno, Expediente, Turno
from modelos.tabla.formularios import validar

EVIDENCIA = "evidencia-"
OTRO = "_otro"
"""El control para un documento que la actividad no nombra."""
PLAZO_GEMELO = timedelta(minutes=10)
TROZO = 1 << 20


class YaAbierto(Exception):
    """Esa persona acaba de abrir otro del mismo procedimiento con el mismo asunto; no se abrió nada."""

    def __init__(self, folio: str, abierto: datetime) -> None:
        super().__init__(folio, abierto)
        self.folio, self.abierto = folio, abierto

    @property
    def hace(self) -> str:
        """«hace 3 minutos»."""
        minutos = int((reloj.ahora() - self.abierto).total_seconds() // 60)
        if minutos < 1:
            return "hace un momento"
        return "hace 1 minuto" if minutos == 1 else f"hace {minutos} minutos"


def exigir_unico(ctx: Contexto, nuevo: Expediente, confirmados: Collection[str]) -> None:
    """Deja abrirlo si no tiene gemelo reciente, o si ya se le dijo cuál es y aun así lo quiere.

    Se pregunta después de reservar el folio: dos envíos simultáneos hacen fila ahí y el segundo ve al primero.

    Lanza:
        YaAbierto: hay uno y no es de los que se confirmaron.
    """
    persona = ctx.quien.persona if ctx.quien else 0
    recientes = visibles.recien_abiertos(ctx.s, persona, nuevo.procedimiento, ctx.ahora - PLAZO_GEMELO)
    asunto = nuevo.asunto.casefold()
    gemelos = [e for e in recientes if e.folio != nuevo.folio and e.asunto.casefold() == asunto]
    if gemelos and gemelos[0].folio not in confirmados:
        raise YaAbierto(gemelos[0].folio, gemelos[0].abierto)


def ya_registrada(puerta: Puerta, id_: str, captura: LoEscrito) -> str:
    """Dónde se confirma esa respuesta, si la registrada es de quien envía e idéntica a lo que envió; si no, vacío."""
    with puerta.lectura() as (s, quien):
        turno, expediente = visibles.turno_visible(s, quien, id_)
        propio = turno.estado == EstadoTurno.ATENDIDO and turno.persona_id == quien.persona
        if not propio or captura.texto("acto") == "adjuntar" or not _es_igual(s, puerta, turno, expediente, captura):
            return ""
    return f"/expedientes/{turno.folio}?registrado={turno.cierre}#confirmacion"


def _es_igual(s: Session, puerta: Puerta, turno: Turno, expediente: Expediente, captura: LoEscrito) -> bool:
    asentado: dict[str, Any] = s.get_one(Asiento, (turno.folio, turno.cierre)).contenido()["datos"]
    actividad = puerta.tablas.de(expediente)[turno.actividad]
    salida = captura.texto("salida") or (next(iter(actividad.salidas)) if len(actividad.salidas) == 1 else "")
    try:
        datos = validar(actividad.formulario, a_json(expedientes.esquema_turno(s, actividad), captura))
        comentario = limpiar_texto("comentario", captura.texto("comentario")).strip()
    except FormularioIncompleto:
        return False
    guardados = {(x["evidencia"], x["sha256"]) for x in asentado["anexos"]}
    elegidos = {(documento, huella(archivo)) for documento, archivo in documentos(captura)}
    registrado = (asentado["salida"], asentado["datos"], asentado["comentario"])
    return registrado == (salida, datos, comentario) and elegidos <= guardados


def documentos(captura: LoEscrito) -> list[tuple[str | None, UploadFile]]:
    """Los archivos elegidos, cada uno con el documento que es; None si no es de los que la actividad nombra."""
    controles = [control for control in captura.archivos if control.startswith(EVIDENCIA)]
    de = {control: control.removeprefix(EVIDENCIA) for control in controles}
    return [(None if de[c] == OTRO else de[c], archivo) for c in controles for archivo in captura.elegidos(c)]


def huella(archivo: UploadFile) -> str:
    """El sha256 de lo que trae, que queda listo para volver a leerse."""
    resumen = hashlib.sha256()
    archivo.file.seek(0)
    while trozo := archivo.file.read(TROZO):
        resumen.update(trozo)
    archivo.file.seek(0)
    return resumen.hexdigest()
