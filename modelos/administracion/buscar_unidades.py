"""Lo que la administración lee de las unidades: buscarlas, y una con su gente y lo que tiene abierto."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.administracion import sin_nadie
from modelos.columnas import de_los
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import ABIERTOS, Turno, plegar
from modelos.listas import DE_TEXTO, LIMITE, Pagina, acotar, cortar
from modelos.organizacion.cambios import Cambio, Cosa, RenglonDeCambio, historia
from modelos.organizacion.organigrama import Adscripcion, Persona, Unidad, vigente
from modelos.tabla.unidades import ENTIDADES, TipoUnidad

TIPOS = {
    TipoUnidad.NACIONAL.value: "Oficina nacional",
    TipoUnidad.ESTATAL.value: "Unidad estatal",
    TipoUnidad.CAST.value: "CAST",
}
ESTADOS = {"activas": "Activas", "baja": "De baja", "por_confirmar": "Con nombre por confirmar"}
MUESTRA = 50


@dataclass(frozen=True)
class DetalleUnidad:
    """Una unidad con lo suyo.

    personas: quienes hoy están adscritos, con su rol. turnos: los abiertos, a lo más 50 de `abiertos`.
    sin_nadie: cuántos de ellos nadie puede atender hoy.
    dependen: claves de las que dependen de ella. baja: desde cuándo y por qué; vacía si está activa.
    """

    unidad: Unidad
    superior: Unidad | None
    personas: Sequence[tuple[Persona, str]]
    turnos: Sequence[Turno]
    abiertos: int
    sin_nadie: int
    dependen: Sequence[str]
    baja: dict[str, str]
    cambios: Sequence[RenglonDeCambio]


def buscar(
    s: Session, *, texto: str = "", tipo: str = "", estado: str = "", cursor: str = "", limite: int = LIMITE
) -> Pagina[Unidad]:
    """Las unidades por clave. texto: parte de la clave, del nombre o de su entidad, sin acentos ni mayúsculas.

    cursor: la última clave del tramo anterior.
    """
    todas = list(s.scalars(select(Unidad).where(*_condiciones(tipo, estado)).order_by(col(Unidad.clave))))
    if buscado := plegar(limpiar_texto("texto", texto)).strip():
        # Son cientos a lo más: comparar aquí es lo que permite no distinguir acentos en ninguna base.
        todas = [u for u in todas if buscado in plegar(f"{u.clave} {u.nombre} {ENTIDADES.get(u.entidad or '', '')}")]
    desde = DE_TEXTO.leer(cursor)
    siguen = [u for u in todas if u.clave > desde]
    return cortar(siguen, acotar(limite), len(todas), DE_TEXTO, lambda unidad: unidad.clave)


def _condiciones(tipo: str, estado: str) -> list[ColumnElement[bool]]:
    if tipo and tipo not in TIPOS:
        raise FormularioIncompleto({"tipo": f"use uno de: {', '.join(TIPOS)}"})
    if estado and estado not in ESTADOS:
        raise FormularioIncompleto({"estado": f"use uno de: {', '.join(ESTADOS)}"})
    condiciones = [col(Unidad.tipo) == tipo] if tipo else []
    if estado == "por_confirmar":
        condiciones.append(col(Unidad.por_confirmar).is_(True))
    elif estado:
        condiciones.append(col(Unidad.activa).is_(estado == "activas"))
    return condiciones


def una(s: Session, clave: str) -> DetalleUnidad:
    """Una unidad con lo suyo. Lanza NoExiste."""
    unidad = s.get(Unidad, clave)
    if unidad is None:
        raise NoExiste("la unidad", clave)
    adscritas = (
        select(Persona, col(Adscripcion.rol))
        .join(Adscripcion, col(Adscripcion.persona_id) == Persona.id)
        .where(col(Adscripcion.unidad) == clave, col(Persona.activa).is_(True), vigente(reloj.hoy()))
    )
    abiertos = (col(Turno.unidad) == clave) & de_los(col(Turno.estado), ABIERTOS)
    return DetalleUnidad(
        unidad,
        s.get(Unidad, unidad.depende_de) if unidad.depende_de else None,
        [(p, r) for p, r in s.execute(adscritas.order_by(col(Persona.nombre), col(Persona.id)))],
        list(s.scalars(select(Turno).where(abiertos).order_by(col(Turno.abierto), col(Turno.id)).limit(MUESTRA))),
        s.scalar(select(func.count()).select_from(Turno).where(abiertos)) or 0,
        sin_nadie.de_unidad(s, clave, reloj.hoy()),
        list(s.scalars(select(col(Unidad.clave)).where(col(Unidad.depende_de) == clave).order_by(col(Unidad.clave)))),
        {} if unidad.activa else _baja(s, clave),
        historia(s, Cosa.UNIDAD, [clave]),
    )


def de_que_depende(s: Session) -> list[tuple[str, str]]:
    """Las unidades estatales, para elegir de cuál depende un CAST."""
    estatales = select(Unidad).where(col(Unidad.tipo) == TipoUnidad.ESTATAL.value, col(Unidad.activa).is_(True))
    return [(u.clave, f"{u.clave}, {u.nombre}") for u in s.scalars(estatales.order_by(col(Unidad.clave)))]


def activas(s: Session) -> list[tuple[str, str]]:
    """Las unidades a que se puede adscribir a alguien."""
    filas = s.scalars(select(Unidad).where(col(Unidad.activa).is_(True)).order_by(col(Unidad.clave)))
    return [(u.clave, f"{u.clave}, {u.nombre}") for u in filas]


def _baja(s: Session, clave: str) -> dict[str, str]:
    """Lo que se dijo al darla de baja por última vez; vacío si fue antes de que se anotara."""
    suyos = select(Cambio).where(col(Cambio.cosa) == Cosa.UNIDAD.value, col(Cambio.cual) == clave)
    for cambio in s.scalars(suyos.order_by(col(Cambio.id).desc())):
        if "baja_desde" in cambio.despues:
            return {"desde": cambio.despues["baja_desde"], "motivo": cambio.despues.get("motivo", "")}
    return {}
