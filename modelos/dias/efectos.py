"""¿Qué plazos mueven unos días, y a qué fecha? Sin escribir nada y sin cargar más que un lote.

Primero se descartan en la base los que no pueden moverse: los de otro lugar, los que vencen antes del primer
día y los que empiezan a correr después del último. Sólo los demás se cuentan. La vista previa de una
propuesta y el recuento de lo ya aprobado usan el mismo filtro.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import nsmallest
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from modelos import reloj
from modelos.calendario import Ambito, DiasInstitucionales
from modelos.calendario.errores import CalendarioSinPublicar, PlazoInvalido
from modelos.dias.dia import DiaInhabil, Oficina, Publicacion, oficinas
from modelos.dias.publicaciones import con_propuesta, dias_de
from modelos.listas import DE_TEXTO, LIMITE, acotar, cortar
from modelos.organizacion.organigrama import Unidad
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo, ampliaciones, suspensiones
from modelos.tabla.plazo import Resuelto

LOTE = 1000


@dataclass(frozen=True)
class Fechas:
    """El vencimiento legal y el conservador; ambos vacíos si no se puede calcular."""

    vence: date | None
    conservador: date | None


@dataclass(frozen=True)
class Efecto:
    """Un plazo por cumplir que se mueve."""

    id: str
    folio: str
    unidad: str
    clave: str
    que: str
    antes: Fechas
    despues: Fechas


@dataclass(frozen=True)
class Efectos:
    """Lo que haría una propuesta.

    por_cumplir: cuántos plazos hay por cumplir; movidos: cuántos cambian de fecha, legal o conservadora.
    se_alejan, se_acercan: según el vencimiento legal. vencen_ya: los que con la fecha nueva ya habrían vencido.
    elementos: un tramo de los que se mueven, por folio; siguiente: el cursor del que sigue.
    """

    por_cumplir: int
    movidos: int
    se_alejan: int
    se_acercan: int
    vencen_ya: int
    elementos: Sequence[Efecto]
    siguiente: str | None


def efectos(s: Session, publicacion: Publicacion, limite: int = LIMITE, cursor: str = "") -> Efectos:
    """Los plazos que movería una propuesta si se aprobara ahora; `cursor`: el id del último ya visto."""
    tope, ultimo = acotar(limite), DE_TEXTO.leer(cursor)
    agrega, retira = dias_de(s, publicacion.id or 0)
    cambian = [dia.valor() for dia in (*agrega, *retira)]
    de_unidad = oficinas(s, todas(s), con_propuesta(s, publicacion))
    hoy = reloj.hoy()
    cuenta = dict.fromkeys(("movidos", "se_alejan", "se_acercan", "vencen_ya"), 0)

    def contados() -> Iterator[Efecto]:
        for efecto in _movidos(s, alcanzados(s, cambian), de_unidad):
            cuenta["movidos"] += 1
            antes, despues = efecto.antes.vence, efecto.despues.vence
            if antes and despues:
                cuenta["se_alejan"] += despues > antes
                cuenta["se_acercan"] += despues < antes
                cuenta["vencen_ya"] += despues < hoy <= antes
            if efecto.id > ultimo:
                yield efecto

    # El orden se decide aquí y no en la base: cada una ordena los guiones y los puntos a su manera.
    elementos = nsmallest(tope + 1, contados(), key=attrgetter("id"))
    por_cumplir = s.scalar(select(func.count()).select_from(Plazo).where(col(Plazo.estado).in_(POR_CUMPLIR))) or 0
    tramo = cortar(elementos, tope, cuenta["movidos"], DE_TEXTO, lambda efecto: efecto.id)
    return Efectos(por_cumplir, **cuenta, elementos=tramo.elementos, siguiente=tramo.siguiente)


def cambian_entre(s: Session, desde: int, hasta: int) -> list[DiasInstitucionales]:
    """Los tramos que pusieron o retiraron las publicaciones de orden posterior a `desde` y hasta `hasta`."""
    alta, baja = aliased(Publicacion), aliased(Publicacion)
    consulta = (
        select(DiaInhabil)
        .join(alta, col(alta.id) == DiaInhabil.alta)
        .join(baja, col(baja.id) == DiaInhabil.baja, isouter=True)
        .where(or_(col(alta.orden).between(desde + 1, hasta), col(baja.orden).between(desde + 1, hasta)))
    )
    return [dia.valor() for dia in s.scalars(consulta)]


def alcanzados(s: Session, cambian: Iterable[DiasInstitucionales]) -> ColumnElement[bool]:
    """Condición SQL: el plazo corre en un lugar y entre unas fechas que esos días pueden tocar.

    Lo que se cuenta desde un evento no lo mueve un día posterior a su vencimiento ni anterior al evento; una
    ventana sí puede alargarse hasta un día habilitado después, así que de ella no se mira la fecha.
    """
    de_lugar: dict[tuple[Ambito, str], tuple[date, date]] = {}
    for tramo in cambian:
        llave = (tramo.ambito, tramo.lugar)
        desde, hasta = de_lugar.get(llave, (tramo.inicio, tramo.fin))
        de_lugar[llave] = (min(desde, tramo.inicio), max(hasta, tramo.fin))
    de_entidad = _unidades_por_entidad(s) if any(ambito is Ambito.ENTIDAD for ambito, _ in de_lugar) else {}
    evento = func.substr(col(Plazo.regla)["evento"].as_string(), 1, 10)
    condiciones = [
        and_(
            _del_lugar(ambito, lugar, de_entidad),
            or_(
                col(Plazo.vence).is_(None),
                evento.is_(None),
                # Un día de más: el evento está escrito en un huso y se recibe en otro.
                and_(col(Plazo.vence) >= desde, evento <= (hasta + timedelta(1)).isoformat()),
            ),
        )
        for (ambito, lugar), (desde, hasta) in de_lugar.items()
    ]
    return or_(false(), *condiciones)


def todas(s: Session) -> list[str]:
    """Las claves de todas las unidades."""
    return list(s.scalars(select(col(Unidad.clave))))


def previsto(
    regla: dict[str, Any],
    guardadas: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    perfil: str,
    oficina: Oficina,
) -> Fechas:
    """Las fechas que `modelos.actos.plazos.conteo.contar` le daría a un plazo, sin su explicación ni sus hitos."""
    resuelto = Resuelto.de_json(regla)
    try:
        computo = resuelto.contar(
            oficina.calendarios,
            perfil=perfil,
            horario=oficina.horario,
            suspensiones=suspensiones(guardadas[0]),
            ampliaciones=ampliaciones(guardadas[1]),
        )
    except (CalendarioSinPublicar, PlazoInvalido):
        return Fechas(None, None)
    return Fechas(computo.vence, computo.conservador)


def _movidos(s: Session, condicion: ColumnElement[bool], de_unidad: dict[str, Oficina]) -> Iterator[Efecto]:
    """Los que cambian de fecha, en cualquier orden; un suspendido no: se cuenta al reanudarse."""
    estados = (EstadoPlazo.ABIERTO.value, EstadoPlazo.SIN_CALCULAR.value)
    columnas = ("id", "folio", "unidad", "clave", "que", "perfil", "regla", "vence", "conservador")
    consulta = (
        select(*(getattr(Plazo, c) for c in (*columnas, "suspensiones", "ampliaciones")))
        .where(col(Plazo.estado).in_(estados), condicion)
        .execution_options(yield_per=LOTE)
    )
    for fila in s.execute(consulta):
        if "medida" not in fila.regla:
            continue
        antes = Fechas(fila.vence, fila.conservador)
        guardadas = (fila.suspensiones, fila.ampliaciones)
        despues = previsto(fila.regla, guardadas, fila.perfil, de_unidad[fila.unidad])
        if despues != antes:
            yield Efecto(fila.id, fila.folio, fila.unidad, fila.clave, fila.que, antes, despues)


def _unidades_por_entidad(s: Session) -> dict[str, list[str]]:
    """Las claves de las unidades de cada entidad; un CAST está en la de la unidad de que depende."""
    superior = aliased(Unidad)
    entidad = func.coalesce(col(Unidad.entidad), col(superior.entidad))
    consulta = select(entidad, col(Unidad.clave))
    consulta = consulta.join(superior, col(superior.clave) == Unidad.depende_de, isouter=True)
    de: dict[str, list[str]] = {}
    for donde, clave in s.execute(consulta):
        de.setdefault(donde or "", []).append(clave)
    return de


def _del_lugar(ambito: Ambito, lugar: str, de_entidad: Mapping[str, Collection[str]]) -> ColumnElement[bool]:
    if ambito is Ambito.NACIONAL:
        return true()
    return col(Plazo.unidad).in_(de_entidad.get(lugar, ()) if ambito is Ambito.ENTIDAD else [lugar])
