"""Firmar un oficio: una transacción con número, código, PDF, asiento y encargo de envío, o nada.

El PDF se compone dentro de ella, con la serie reservada: así no hay número sin PDF ni PDF sin asiento, muera
quien muera.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.oficios.tramite import destinatarios, leer, reservar_borrador
from modelos.actos.turnos.atender import persona_que_actua
from modelos.actos.turnos.mover import Contexto, EncargoPedido, encargar
from modelos.errores import ActoNoProcede, NoLeCorresponde
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import EstadoExpediente, Serie, Turno
from modelos.oficios import impreso as oficio_impreso
from modelos.oficios import ordenamientos, papeleria, titulares
from modelos.oficios.advertencias import faltantes
from modelos.oficios.errores import LeidoCambio, NormaEnProyecto, OficioIncompleto
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.organizacion.organigrama import Unidad
from modelos.organizacion.permisos import Quien
from modelos.sesion import insertar
from modelos.tabla import Tabla
from modelos.tabla.emision import ALFABETO, LARGO_CODIGO, VIGENTES, EstadoOficio, codigo_de, numerar


@dataclass(frozen=True)
class Impreso:
    """Un PDF ya guardado; tamano en bytes. sellado: lleva el sello electrónico de la institución."""

    sha256: str
    tamano: int
    sellado: bool


class Imprenta(Protocol):
    """Quien compone, sella y guarda el PDF de un contenido."""

    def __call__(self, contenido: dict[str, Any]) -> Impreso:
        """Guarda el PDF de ese contenido; repetirlo da el mismo."""


@dataclass(frozen=True)
class ReglasDeFirma:
    """Los ajustes de los que depende firmar.

    direccion: la pública, para el código QR. bloquear_proyecto: no firmar lo que se funde en una norma en proyecto.
    """

    direccion: str
    bloquear_proyecto: bool = False


def firmar(ctx: Contexto, id_: str, version: int, imprenta: Imprenta, reglas: ReglasDeFirma, leido: str = "") -> Oficio:
    """Le da número y código, compone su PDF, lo asienta y pide enviarlo.

    leido: las huellas de lo que se mostró a quien firma (`impreso.huellas`); vacío: no se coteja.

    Lanza:
        NoExiste, ActoNoProcede, OficioCambio: ya no es un borrador, o cambió después de leerlo.
        NoLeCorresponde: ni tiene el cargo ni lo suple, o es quien hizo lo que el oficio revisa.
        LeidoCambio: la fecha, un cargo, la papelería o la leyenda ya no son lo que leyó.
        OficioIncompleto: quedan datos por escribir. NormaEnProyecto: se funda en una, y el ajuste lo impide.
    """
    quien = persona_que_actua(ctx)
    oficio, expediente, tabla = reservar_borrador(ctx, id_, version, "firmar el oficio")
    if expediente.estado == EstadoExpediente.CANCELADO:
        raise ActoNoProcede("firmar el oficio", f"{expediente.folio} se canceló", "Descarte el borrador.")
    hoy = reloj.local(ctx.ahora).date()
    firmante = titulares.como_firma(ctx.s, quien.persona, oficio.unidad, expediente.procedimiento, hoy)
    if firmante is None:
        raise NoLeCorresponde(f"firmar por {oficio.unidad}", "quien tiene el cargo o quien lo suple")
    exigir_otra_mano(ctx, oficio, tabla, quien)
    a_quien = destinatarios(ctx, id_)
    _exigir_completo(ctx, oficio, a_quien, reglas)
    _dar_numero(ctx, oficio, hoy.year)
    oficio.codigo = codigo_de(secrets.randbelow(len(ALFABETO)) for _ in range(LARGO_CODIGO))
    oficio.firmado, oficio.firmante_id = ctx.ahora, quien.persona
    oficio.estado, oficio.version = EstadoOficio.FIRMADO.value, oficio.version + 1
    contenido = oficio_impreso.contenido(ctx.s, oficio, a_quien, firmante, reglas.direccion)
    if leido and (distintas := oficio_impreso.cambios(leido, contenido)):
        raise LeidoCambio(distintas)
    impreso = imprenta(contenido)
    oficio.contenido = bitacora.canonico(contenido)
    oficio.sha256, oficio.tamano, oficio.sellado = impreso.sha256, impreso.tamano, impreso.sellado
    orden = bitacora.asentar(
        ctx.s, expediente, "oficio_firma", ctx.actor, oficio.unidad, _asentado(oficio, firmante, a_quien), ctx.ahora
    )
    if oficio.sustituye:
        _sustituir(ctx, oficio.sustituye, f"Lo sustituye {oficio.numero}.")
    encargar(ctx, expediente, orden, [EncargoPedido("envio", f"Envía {oficio.numero}", {"oficio": oficio.id})])
    ctx.s.flush()
    return oficio


def _exigir_completo(ctx: Contexto, oficio: Oficio, a_quien: Sequence[Destinatario], reglas: ReglasDeFirma) -> None:
    """Lanza OficioIncompleto o NormaEnProyecto."""
    pendientes = faltantes(oficio)
    if not any(d.clase == "para" for d in a_quien):
        pendientes.append("a quién va")
    if pendientes:
        raise OficioIncompleto(pendientes)
    dudosas = ordenamientos.en_proyecto(ctx.s, oficio.ordenamientos)
    if dudosas and reglas.bloquear_proyecto:
        raise NormaEnProyecto(dudosas)


def _dar_numero(ctx: Contexto, oficio: Oficio, anio: int) -> None:
    """El que sigue en la serie de su unidad. Lanza ActoNoProcede si su formato ya lo había dado."""
    unidad = ctx.s.get_one(Unidad, oficio.unidad)
    serie = _serie(unidad.clave, anio)
    consecutivo = _siguiente(ctx, serie)
    numero = numerar(papeleria.de_unidad(ctx.s, unidad).formato, unidad.clave, consecutivo, anio)
    if ctx.s.scalar(select(col(Oficio.id)).where(col(Oficio.numero) == numero)):
        que = f"el formato de {unidad.clave} da el número {numero}, que ya se usó"
        raise ActoNoProcede("firmar el oficio", que, "Pida a la administración que corrija el formato del número.")
    oficio.serie, oficio.consecutivo, oficio.numero = serie, consecutivo, numero


def _sustituir(ctx: Contexto, id_: str, motivo: str) -> None:
    anterior = leer(ctx, id_, reservar=True)
    if anterior.estado in VIGENTES:  # si entre tanto se canceló, cancelado se queda
        anterior.estado, anterior.terminado = EstadoOficio.SUSTITUIDO.value, ctx.ahora
        anterior.motivo, anterior.version = motivo, anterior.version + 1


def numero_probable(s: Session, clave: str, anio: int) -> str:
    """El número que tocaría si nadie de la unidad firma antes; no lo aparta."""
    unidad = s.get_one(Unidad, clave)
    ultimo = s.scalar(select(col(Serie.ultimo)).where(col(Serie.clave) == _serie(clave, anio))) or 0
    return numerar(papeleria.de_unidad(s, unidad).formato, clave, ultimo + 1, anio)


def exigir_otra_mano(ctx: Contexto, oficio: Oficio, tabla: Tabla, quien: Quien) -> None:
    """Nadie firma lo que su oficio revisa, si la tabla lo prohíbe. Lanza NoLeCorresponde."""
    prohibidas = _las_que_revisa(oficio, tabla)
    if not prohibidas:
        return
    hechas = select(col(Turno.actividad)).where(
        col(Turno.folio) == oficio.folio,
        col(Turno.actividad).in_(prohibidas),
        col(Turno.persona_id) == quien.persona,
        col(Turno.salida).is_not(None),
    )
    if (suya := ctx.s.scalar(hechas.limit(1))) is not None:
        cual = tabla.fila(suya).numero_impreso or suya
        raise NoLeCorresponde(f"firmar este oficio, que revisa la actividad {cual} que usted atendió", "otra persona")


def _las_que_revisa(oficio: Oficio, tabla: Tabla) -> set[str]:
    """Las actividades cuyo trabajo revisa quien lo firma."""
    # Por su clave o su plantilla: también si se emitió suelto, sin que un paso lo pidiera.
    todas = (emision for actividad in tabla.actividades for emision in actividad.oficios)
    suyas = (e for e in todas if oficio.clave == e.clave or oficio.plantilla == e.plantilla)
    return {actividad for emision in suyas for actividad in emision.sin_firma_de}


def _serie(clave: str, anio: int) -> str:
    return f"oficio-{clave}-{anio}"


def _siguiente(ctx: Contexto, serie: str) -> int:
    """El número que sigue, reservado hasta confirmar: ni huecos por error ni repetidos."""
    orden = insertar(ctx.s, Serie).values(clave=serie, ultimo=1)
    sube = orden.on_conflict_do_update(index_elements=["clave"], set_={"ultimo": Serie.ultimo + 1})
    return int(ctx.s.execute(sube.returning(col(Serie.ultimo))).scalar_one())


def _asentado(oficio: Oficio, firmante: titulares.Firmante, a_quien: Sequence[Destinatario]) -> dict[str, Any]:
    """Lo que la bitácora guarda de la firma: sin nombres, que se resuelven al mostrarla."""
    return {
        "oficio": oficio.id,
        "clave": oficio.clave,
        "numero": oficio.numero,
        "codigo": oficio.codigo,
        "asunto": oficio.asunto,
        "plantilla": oficio.plantilla,
        "molde": oficio.molde,
        "sha256": oficio.sha256,
        "sello": json.loads(oficio.contenido or "{}").get("sello", ""),
        "cargo": firmante.cargo,
        "suplencia": firmante.suplencia,
        "para": [d.unidad or "externo" for d in a_quien if d.clase == "para"],
        "ccp": [d.unidad or "externo" for d in a_quien if d.clase == "ccp"],
        "sustituye": oficio.sustituye,
    }
