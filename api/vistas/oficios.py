"""Los oficios y su constancia pública, en las formas del contrato. Sin reglas: sólo nombres y acomodo."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

from sqlalchemy.orm import Session

from api.v1.esquemas import oficios as formas
from api.vistas import plazos
from api.vistas.comunes import instante
from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.oficios import deuda, visibles
from modelos.oficios.advertencias import Avisador, faltantes
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.oficios.verificacion_publica import Constancia
from modelos.plazos.plazo import Plazo
from modelos.reloj import iso
from modelos.tabla import Catalogo
from modelos.tabla.emision import EstadoOficio, mostrar_codigo
from tareas.oficios.ajenos import ajenos


def oficios(s: Session, tablas: Catalogo, ajustes: Ajustes, filas: Sequence[Oficio]) -> list[formas.Oficio]:
    """Varios, leyendo de una vez a quién van y qué se debe de cada uno."""
    a_quien = visibles.destinatarios_de(s, [fila.id for fila in filas])
    avisador, debidos = de_avisos(s, ajustes), deuda.de_oficios(s, tablas, filas)
    return [_oficio(fila, a_quien[fila.id], avisador, debidos[fila.id]) for fila in filas]


def oficio(s: Session, tablas: Catalogo, ajustes: Ajustes, fila: Oficio, leido: str | None) -> formas.OficioEntero:
    """Uno, con su texto. leido: las huellas de lo que se imprimiría hoy, si es un borrador."""
    (resumen,) = oficios(s, tablas, ajustes, [fila])
    return formas.OficioEntero(**dict(resumen), cuerpo=fila.cuerpo, anexos=fila.anexos.splitlines(), leido=leido)


def sin_letra(fila: Oficio, a_quien: Sequence[Destinatario]) -> list[str]:
    """Los signos de un borrador que no se pueden imprimir; los de la papelería y la firma se dicen al firmar."""
    escrito = {
        "asunto": fila.asunto,
        "cuerpo_markdown": fila.cuerpo,
        "anexos": fila.anexos.splitlines(),
        "destinatarios": [d.a_json() for d in a_quien],
    }
    return [str(ajeno) for ajeno in ajenos(escrito)] if fila.estado == EstadoOficio.BORRADOR else []


def de_avisos(s: Session, ajustes: Ajustes) -> Avisador:
    """Quien dice qué notar de cada oficio, hoy y con estos ajustes."""
    return Avisador(s, reloj.hoy(), bloquear_proyecto=ajustes.norma_en_proyecto == "bloquear")


def firmado_como(fila: Oficio) -> dict[str, str]:
    """El nombre, el cargo y la suplencia que se imprimieron; vacíos si no se ha firmado."""
    impreso = json.loads(fila.contenido or "{}").get("atentamente") or {}
    return {campo: impreso.get(campo, "") for campo in ("nombre", "cargo", "suplencia")}


def constancia(dada: Constancia, sello_coincide: bool | None) -> formas.Verificacion:  # noqa: FBT001 - tres respuestas
    """Lo que se publica de un oficio firmado. sello_coincide: si se mandó uno para cotejar, si es el suyo."""
    return formas.Verificacion(
        codigo=dada.codigo,
        unidad=dada.unidad,
        nombre_unidad=dada.nombre_unidad,
        numero=dada.numero,
        fecha=dada.fecha.isoformat(),
        asunto=dada.asunto,
        estado=cast("formas.EstadoPublico", dada.estado),
        sustituto=dada.sustituto or None,
        sello=dada.sello,
        sha256=dada.sha256,
        sellado=dada.sellado,
        sello_coincide=sello_coincide,
    )


def _oficio(fila: Oficio, a_quien: Sequence[Destinatario], avisador: Avisador, debido: deuda.Debido) -> formas.Oficio:
    firmante = firmado_como(fila)
    return formas.Oficio(
        id=fila.id,
        folio=fila.folio,
        clave=fila.clave,
        plantilla=fila.plantilla,
        actividad=fila.actividad,
        turno=fila.turno_id,
        forma=fila.forma,
        unidad=fila.unidad,
        numero=fila.numero,
        asunto=fila.asunto,
        estado=cast("formas.EstadoOficio", fila.estado),
        version=fila.version,
        creado=iso(fila.creado),
        firmado=instante(fila.firmado),
        enviado=instante(fila.enviado),
        firmante=firmante["nombre"] or None,
        cargo=firmante["cargo"] or None,
        suplencia=firmante["suplencia"] or None,
        codigo=mostrar_codigo(fila.codigo) if fila.codigo else None,
        sha256=fila.sha256,
        sellado=fila.sellado,
        destinatarios=[_destinatario(d) for d in a_quien],
        faltan=faltantes(fila) if fila.estado == EstadoOficio.BORRADOR else [],
        sin_letra=sin_letra(fila, a_quien),
        avisos=[str(aviso) for aviso in avisador.de(fila, a_quien)],
        motivo=fila.motivo or None,
        sustituye=fila.sustituye,
        pendiente=debido.pendiente,
        exigido=debido.exigido,
        plazo=_plazo(debido.plazo),
        fuera=_fuera(fila),
    )


def _plazo(plazo: Plazo | None) -> formas.PlazoDelOficio | None:
    if plazo is None:
        return None
    return formas.PlazoDelOficio(
        id=plazo.id,
        clave=plazo.clave,
        que=plazo.que,
        vence=plazos.fecha(plazo.vence),
        conservador=plazos.fecha(plazo.conservador),
    )


def _fuera(fila: Oficio) -> formas.FirmadoFuera | None:
    """El documento que se firmó en papel, si fue así; la base exige sus tres datos."""
    if fila.estado != EstadoOficio.FIRMADO_FUERA:
        return None
    fecha = plazos.fecha(fila.fecha_fuera)
    return formas.FirmadoFuera(numero=fila.numero_fuera or "", fecha=fecha or "", anexo=fila.anexo_fuera or "")


def _destinatario(fila: Destinatario) -> formas.Destinatario:
    return formas.Destinatario(
        orden=fila.orden,
        clase=cast("formas.Clase", fila.clase),
        unidad=fila.unidad,
        nombre=fila.nombre,
        cargo=fila.cargo,
        institucion=fila.institucion,
        acuse=cast("formas.PorDonde | None", fila.acuse or None),
        acusado=instante(fila.acusado),
    )
