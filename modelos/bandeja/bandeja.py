"""La bandeja: los turnos que alguien puede atender, buscados, filtrados y en el orden que pida.

Se lee del índice que ya trae ese orden y se para al llenar el tramo, de modo que cuesta lo mismo con cien
turnos que con cien mil; por vencimiento, vea `modelos.bandeja.por_vencer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.bandeja.por_vencer import (
    Condicion,
    Corte,
    Fila,
    Lugar,
    antiguos,
    con_fecha,
    esperan,
    ligera,
    pocos,
    por_vencer,
)
from modelos.columnas import de_los
from modelos.errores import NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import EstadoExpediente, EstadoTurno, Expediente, Turno, plegar
from modelos.listas import Cursor, Instante, Texto, acotar, cortar
from modelos.organizacion.permisos import Quien, atiende, ve_todo

TOPE = 1000
"""Hasta dónde se cuenta: pasado de ahí basta con saber que son más."""
POCOS = 300
"""Hasta cuántos se leen todos y se ordenan aquí: sale más barato que buscarlos por el índice de las fechas."""
TIENE = ("yo", "nadie", "otra")
_CURSOR = Cursor(TypeAdapter(tuple[date | None, Instante, Texto]))


@dataclass(frozen=True)
class Pedido:
    """Lo que se busca; lo vacío no filtra.

    unidad: una de las suyas, o cualquiera si ve todo. estado: del expediente, `en_curso` o `suspendido`.
    tiene: quién lo tomó, uno de `TIENE`. corte: vence de la primera fecha (inclusive) a la segunda (exclusive),
    con un plazo que corre. por_vencer: primero lo que antes vence y no lo más antiguo.
    """

    texto: str = ""
    procedimiento: str = ""
    actividad: str = ""
    unidad: str = ""
    estado: str = ""
    tiene: str = ""
    corte: Corte | None = None
    por_vencer: bool = False


@dataclass(frozen=True)
class Tramo:
    """Un pedazo de la bandeja. total: cuántos hay, o `TOPE` si `son_mas`."""

    turnos: Sequence[Turno]
    total: int
    son_mas: bool
    siguiente: str | None


def listar(s: Session, quien: Quien, pedido: Pedido, *, cursor: str | None = None, limite: int = 30) -> Tramo:
    """Los turnos abiertos que puede atender quien pregunta, o los de la unidad pedida si ve todo.

    Lanza:
        NoLeCorresponde: la unidad pedida no es suya. FormularioIncompleto: el cursor o el texto no sirven.
    """
    tope = acotar(limite)
    unidades = unidades_de(quien, pedido.unidad)
    donde, por_folio = _condiciones(s, quien, pedido)
    columna = ligera(s, col(Turno.unidad)) if por_folio else None
    bases = [select(Turno).where(*esperan(unidad, columna), *donde) for unidad in unidades]
    desde, corte = _CURSOR.leer(cursor) if cursor else None, pedido.corte
    total = contar_hasta(s, bases)
    if not total:
        return Tramo((), 0, son_mas=False, siguiente=None)
    if not (pedido.por_vencer or corte):
        filas = antiguos(s, bases, desde[1:] if desde else None, tope + 1)
    elif total <= POCOS:
        filas, total = pocos(s, bases, corte, desde)
    else:
        donde, _ = _condiciones(s, quien, pedido, por_fecha=True)
        filas = por_vencer(s, unidades, donde, corte, desde, tope + 1)
        if corte:
            total = contar_hasta(s, [consulta for consulta, _ in con_fecha(s, unidades, donde, corte)])
    tramo = cortar(filas, tope, min(total, TOPE), _CURSOR, _lugar_de)
    return Tramo([turno for turno, _ in tramo.elementos], tramo.total, total > TOPE, tramo.siguiente)


def unidades_de(quien: Quien, unidad: str = "") -> list[str]:
    """Las que atiende, o sólo la pedida. Lanza NoLeCorresponde si no es suya y no ve todo."""
    if not unidad:
        return sorted(atiende(quien))
    if unidad not in atiende(quien) and not ve_todo(quien):
        raise NoLeCorresponde(f"ver la bandeja de {unidad}", f"quien está adscrito a {unidad}")
    return [limpiar_texto("unidad", unidad)]


def _condiciones(s: Session, quien: Quien, pedido: Pedido, *, por_fecha: bool = False) -> tuple[list[Condicion], bool]:
    """Lo que se pide del turno, además de ser suyo; y si es de tan pocos expedientes que se busque por ellos.

    por_fecha: se leerá en el orden de las fechas, y no conviene que la base busque por el procedimiento.
    """
    donde: list[Condicion] = []
    if pedido.procedimiento:
        del_turno = ligera(s, col(Turno.procedimiento)) if por_fecha else col(Turno.procedimiento)
        donde.append(del_turno == limpiar_texto("procedimiento", pedido.procedimiento))
    if pedido.actividad:
        donde.append(col(Turno.actividad) == limpiar_texto("actividad", pedido.actividad))
    if pedido.tiene == "nadie":
        donde.append(de_los(col(Turno.estado), (EstadoTurno.PENDIENTE.value,)))
    elif pedido.tiene:
        tomado = de_los(col(Turno.estado), (EstadoTurno.TOMADO.value,))
        quienes = [quien.persona] if pedido.tiene == "yo" else _otras(s, quien, tomado)
        donde += [tomado, col(Turno.persona_id).in_(quienes)]
    suspendido = col(Expediente.estado) == EstadoExpediente.SUSPENDIDO.value
    if pedido.estado == EstadoExpediente.EN_CURSO:
        # Un turno abierto es de un expediente en trámite: si no está suspendido, está en curso.
        donde.append(col(Turno.folio).not_in(select(col(Expediente.folio)).where(suspendido)))
    de_expediente = [suspendido] if pedido.estado == EstadoExpediente.SUSPENDIDO else []
    if buscado := plegar(limpiar_texto("texto", pedido.texto)).strip():
        de_expediente.append(col(Expediente.busqueda).contains(buscado, autoescape=True))
    if not de_expediente:
        return donde, False
    hallados = select(col(Expediente.folio)).where(*de_expediente)
    folios = list(s.scalars(hallados.limit(POCOS + 1)))
    por_folio = len(folios) <= POCOS
    de_ellos = col(Turno.folio).in_(folios) if por_folio else ligera(s, col(Turno.folio)).in_(hallados)
    return [*donde, de_ellos], por_folio


def _otras(s: Session, quien: Quien, tomado: Condicion) -> list[int]:
    """Quienes tienen algo tomado, menos quien pregunta: nombrarlas deja usar el índice de lo tomado."""
    consulta = select(col(Turno.persona_id)).where(tomado, col(Turno.persona_id) != quien.persona).distinct()
    return [persona for persona in s.scalars(consulta) if persona is not None]


# --- cuántos son, y dónde se quedó la lista --------------------------------------


def contar_hasta(s: Session, consultas: Iterable[Select[Any]], tope: int = TOPE) -> int:
    """Cuántas filas dan entre todas, sin contar más allá de `tope + 1`."""
    total = 0
    for consulta in consultas:
        if total <= tope:
            cabe = consulta.with_only_columns(col(Turno.id)).order_by(None).limit(tope + 1 - total)
            total += s.scalar(select(func.count()).select_from(cabe.subquery())) or 0
    return total


def _lugar_de(fila: Fila) -> Lugar:
    turno, vence = fila
    return vence, turno.abierto, turno.id
