"""Iniciar un expediente, a mano o como subprocedimiento de otro."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.turnos.advertencias import exigir_confirmadas, repetidos, vencidos
from modelos.actos.turnos.mover import Contexto, Hecho, asentar
from modelos.actos.turnos.reparto import repartir
from modelos.ciclos import ciclo
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.escritura import en_un_renglon
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import EstadoExpediente, EstadoTurno, Expediente, Serie, Turno, plegar
from modelos.organizacion.organigrama import exigir_unidades
from modelos.organizacion.permisos import puede_iniciar
from modelos.sesion import insertar
from modelos.tabla import Tabla, avance
from modelos.tabla.formularios import validar

LARGO_ASUNTO = 300


def iniciar(
    ctx: Contexto, procedimiento: str, asunto: str, datos: dict[str, Any], confirmadas: Collection[str] = ()
) -> Expediente:
    """Abre un expediente del procedimiento vigente y su primer turno.

    confirmadas: las advertencias que quien inicia ya leyó.

    Lanza:
        ProcedimientoDesconocido: no hay tabla vigente con esa clave.
        NoLeCorresponde: quien lo pide no coordina la unidad dueña.
        FormularioIncompleto: falta el asunto o los datos no cumplen.
        FaltaConfirmar: ya hay uno de esa unidad y periodo, o un plazo suyo ya venció.
    """
    tabla = ctx.tablas.vigente(procedimiento, reloj.local(ctx.ahora).date())
    if ctx.quien is None or not puede_iniciar(ctx.quien, tabla, datos):
        raise NoLeCorresponde(f"iniciar «{tabla.nombre}»", f"la coordinación de la {tabla.duena}")
    expediente = abrir(ctx, tabla, asunto, datos)
    # Después de reservar el folio: dos que inician lo mismo a la vez hacen fila ahí, y el segundo ve al primero.
    halladas = repetidos(ctx.s, tabla, expediente.datos, expediente.folio)
    exigir_confirmadas([*halladas, *vencidos(ctx.s, tabla, expediente.datos, ctx.ahora)], confirmadas)
    return expediente


def abrir(ctx: Contexto, tabla: Tabla, asunto: str, datos: dict[str, Any], padre: Turno | None = None) -> Expediente:
    """Abre el expediente; `padre`: el turno que espera a que concluya, si es un subprocedimiento.

    Lanza:
        FormularioIncompleto: falta el asunto o los datos no cumplen el formulario inicial.
    """
    asunto = en_un_renglon("asunto", asunto)
    if not 1 <= len(asunto) <= LARGO_ASUNTO:
        raise FormularioIncompleto({"asunto": f"escriba de qué trata, en {LARGO_ASUNTO} caracteres o menos"})
    limpios = validar(tabla.datos, datos)
    exigir_unidades(ctx.s, tabla.datos, limpios)
    limpios |= _precedente(ctx.s, tabla, limpios)
    movimiento = avance.iniciar(tabla, limpios["tope_vueltas"], repartir(ctx.s, limpios))
    iniciado = ciclo.ganar_iniciado(ctx.s, tabla, limpios, ctx.ahora, ctx.quien.persona if ctx.quien else None)
    folio = _siguiente_folio(ctx.s, f"{tabla.siglas}-{reloj.local(ctx.ahora).year}")
    expediente = Expediente(
        folio=folio,
        busqueda=plegar(f"{folio} {asunto}"),
        procedimiento=tabla.clave,
        version=tabla.version,
        duena=tabla.duena.value,
        asunto=asunto,
        datos=limpios,
        estado=EstadoExpediente.EN_CURSO.value,
        abierto=ctx.ahora,
        padre=padre.folio if padre else None,
        padre_turno=padre.id if padre else None,
        situacion=movimiento.situacion.a_json(),
        ultimo_hash=bitacora.ORIGEN,
    )
    ctx.s.add(expediente)
    ctx.s.flush()
    if iniciado:
        iniciado.folio = folio
    asentado = {
        "folio": expediente.folio,
        "procedimiento": tabla.clave,
        "version": tabla.version,
        "asunto": asunto,
        "datos": limpios,
        "padre": expediente.padre,
        "padre_turno": expediente.padre_turno,
        "abre": movimiento.abre(),
    }
    asentar(ctx, expediente, tabla, movimiento, Hecho("apertura", tabla.duena.value, asentado))
    ctx.s.flush()
    return expediente


def _precedente(s: Session, tabla: Tabla, datos: Mapping[str, Any]) -> dict[str, str]:
    """Dónde consta lo que sólo se pide una vez, si nadie lo dijo; vacío si la tabla no lo busca o no hay dónde."""
    previo = tabla.precedente
    if previo is None or datos[previo.dato]:
        return {}
    suyos = select(col(Turno.folio)).where(
        col(Turno.procedimiento) == tabla.clave,
        col(Turno.actividad) == previo.actividad,
        col(Turno.unidad) == datos[tabla[previo.actividad].segun or ""],
        col(Turno.estado) == EstadoTurno.ATENDIDO.value,
    )
    return {previo.dato: s.scalar(suyos.order_by(col(Turno.cerrado).desc()).limit(1)) or ""}


def _siguiente_folio(s: Session, serie: str) -> str:
    """Reserva el número en la misma transacción: ni huecos por error ni repetidos."""
    orden = insertar(s, Serie).values(clave=serie, ultimo=1)
    orden = orden.on_conflict_do_update(index_elements=["clave"], set_={"ultimo": Serie.ultimo + 1})
    ultimo: int = s.execute(orden.returning(col(Serie.ultimo))).scalar_one()
    return f"{serie}-{ultimo:04d}"
