"""Los oficios y su constancia pública, en las formas del contrato. Sin reglas: sólo nombres y acomodo."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from api.vistas import plazos
from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.oficios import deuda, visibles
from modelos.oficios.advertencias import Avisador, faltantes
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.oficios.verificacion_publica import Constancia
from modelos.reloj import iso
from modelos.tabla import Catalogo
from modelos.tabla.emision import EstadoOficio, mostrar_codigo
from tareas.oficios.ajenos import ajenos


def oficios(s: Session, tablas: Catalogo, ajustes: Ajustes, filas: Sequence[Oficio]) -> list[dict[str, Any]]:
    """Varios, leyendo de una vez a quién van y qué se debe de cada uno."""
    a_quien = visibles.destinatarios_de(s, [fila.id for fila in filas])
    avisador, debidos = de_avisos(s, ajustes), deuda.de_oficios(s, tablas, filas)
    return [{**_oficio(fila, a_quien[fila.id], avisador), **_deuda(fila, debidos[fila.id])} for fila in filas]


def _deuda(fila: Oficio, debido: deuda.Debido) -> dict[str, Any]:
    plazo, fuera = debido.plazo, None
    if fila.estado == EstadoOficio.FIRMADO_FUERA:
        fuera = {"numero": fila.numero_fuera, "fecha": plazos.fecha(fila.fecha_fuera), "anexo": fila.anexo_fuera}
    return {
        "pendiente": debido.pendiente,
        "exigido": debido.exigido,
        "plazo": plazo
        and {
            "id": plazo.id,
            "clave": plazo.clave,
            "que": plazo.que,
            "vence": plazos.fecha(plazo.vence),
            "conservador": plazos.fecha(plazo.conservador),
        },
        "fuera": fuera,
    }


def oficio(s: Session, tablas: Catalogo, ajustes: Ajustes, fila: Oficio) -> dict[str, Any]:
    """Uno, con su texto."""
    resumen = oficios(s, tablas, ajustes, [fila])[0]
    return {**resumen, "cuerpo": fila.cuerpo, "anexos": fila.anexos.splitlines()}


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


def constancia(dada: Constancia) -> dict[str, Any]:
    """Lo que se publica de un oficio firmado."""
    return {**vars(dada), "fecha": dada.fecha.isoformat(), "sustituto": dada.sustituto or None}


def _oficio(fila: Oficio, a_quien: Sequence[Destinatario], avisador: Avisador) -> dict[str, Any]:
    firmante = firmado_como(fila)
    return {
        "id": fila.id,
        "folio": fila.folio,
        "clave": fila.clave,
        "plantilla": fila.plantilla,
        "actividad": fila.actividad,
        "turno": fila.turno_id,
        "forma": fila.forma,
        "unidad": fila.unidad,
        "numero": fila.numero,
        "asunto": fila.asunto,
        "estado": fila.estado,
        "version": fila.version,
        "creado": iso(fila.creado),
        "firmado": iso(fila.firmado) if fila.firmado else None,
        "enviado": iso(fila.enviado) if fila.enviado else None,
        "firmante": firmante["nombre"] or None,
        "cargo": firmante["cargo"] or None,
        "suplencia": firmante["suplencia"] or None,
        "codigo": mostrar_codigo(fila.codigo) if fila.codigo else None,
        "sha256": fila.sha256,
        "sellado": fila.sellado,
        "destinatarios": [_destinatario(d) for d in a_quien],
        "faltan": faltantes(fila) if fila.estado == EstadoOficio.BORRADOR else [],
        "sin_letra": sin_letra(fila, a_quien),
        "avisos": [str(aviso) for aviso in avisador.de(fila, a_quien)],
        "motivo": fila.motivo or None,
        "sustituye": fila.sustituye,
    }


def _destinatario(fila: Destinatario) -> dict[str, Any]:
    return {
        "orden": fila.orden,
        "clase": fila.clase,
        "unidad": fila.unidad,
        **fila.a_json(),
        "acuse": fila.acuse or None,
        "acusado": iso(fila.acusado) if fila.acusado else None,
    }
