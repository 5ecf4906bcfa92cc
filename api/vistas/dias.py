"""De los días inhábiles guardados a las formas del contrato; las páginas usan las mismas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from modelos import listas
from modelos.dias.dia import DiaInhabil, Publicacion, orden_vigente
from modelos.dias.efectos import Efecto, Efectos, Fechas, efectos
from modelos.dias.publicaciones import dias_de, por_recontar
from modelos.expedientes import visibles
from modelos.reloj import iso


def publicaciones(s: Session, filas: Iterable[Publicacion]) -> list[dict[str, Any]]:
    """Varias, con el nombre de quien propuso y resolvió cada una."""
    lista = list(filas)
    nombres = visibles.nombres(s, (p for fila in lista for p in (fila.propuesta_por, fila.resuelta_por)))
    return [_publicacion(fila, nombres) for fila in lista]


def detalle(s: Session, fila: Publicacion, limite: int = listas.LIMITE, cursor: str = "") -> dict[str, Any]:
    """Una, con sus días y, según su estado, sus efectos o su avance."""
    agrega, retira = dias_de(s, fila.id or 0)
    return {
        **publicaciones(s, [fila])[0],
        "dias": [tramo(dia) for dia in agrega],
        "retira": [tramo(dia) for dia in retira],
        "base": orden_vigente(s),
        "avance": _avance(s, fila) if fila.orden is not None else None,
        "efectos": _efectos(efectos(s, fila, limite, cursor)) if fila.estado == "propuesta" else None,
    }


def tramo(dia: DiaInhabil) -> dict[str, Any]:
    """Un tramo como está guardado."""
    return {
        "id": dia.id,
        "inicio": dia.inicio,
        "fin": dia.fin,
        "tipo": dia.tipo,
        "ambito": dia.ambito,
        "lugar": dia.lugar,
        "motivo": dia.motivo,
        "fuente": dia.fuente,
        "publicado_dof": dia.publicado_dof,
        "sustento_pendiente": dia.publicado_dof is None,
    }


def _publicacion(fila: Publicacion, nombres: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": fila.id,
        "estado": fila.estado,
        "orden": fila.orden,
        "motivo": fila.motivo,
        "propuesta": iso(fila.propuesta),
        "propuesta_por": {"id": fila.propuesta_por, "nombre": nombres.get(fila.propuesta_por, "")},
        "resuelta": iso(fila.resuelta) if fila.resuelta else None,
        "resuelta_por": {"id": fila.resuelta_por, "nombre": nombres.get(fila.resuelta_por, "")}
        if fila.resuelta_por
        else None,
    }


def _avance(s: Session, fila: Publicacion) -> dict[str, Any]:
    return {
        "movidos": fila.movidos,
        "sin_cambio": fila.sin_cambio,
        "faltan": 0 if fila.terminada else por_recontar(s, fila.orden or 0),
        "terminado": fila.terminada,
    }


def _efectos(hallados: Efectos) -> dict[str, Any]:
    return {
        "elementos": [_efecto(e) for e in hallados.elementos],
        "total": hallados.movidos,
        "siguiente": hallados.siguiente,
        "por_cumplir": hallados.por_cumplir,
        "se_alejan": hallados.se_alejan,
        "se_acercan": hallados.se_acercan,
        "vencen_ya": hallados.vencen_ya,
    }


def _efecto(efecto: Efecto) -> dict[str, Any]:
    return {
        "plazo": efecto.id,
        "folio": efecto.folio,
        "unidad": efecto.unidad,
        "clave": efecto.clave,
        "que": efecto.que,
        "antes": _fechas(efecto.antes),
        "despues": _fechas(efecto.despues),
    }


def _fechas(fechas: Fechas) -> dict[str, Any]:
    return {"vence": fechas.vence, "conservador": fechas.conservador}
