"""El historial de corridas: cada expediente con la suya en Prefect, según lo que sabe nuestra base.

No se le pregunta nada a Prefect: los encargos dicen cuántos efectos se hicieron, cuántos corrieron
allá y cuántos se vieron terminados, y eso sigue ahí cuando él no responde.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import Encargo, Expediente, plegar
from modelos.expedientes.visibles import conciernen
from modelos.listas import LIMITE, Pagina, paginar
from modelos.organizacion.permisos import Quien

ESTADOS = {
    "incidente": "Con incidente",
    "pendiente": "Con algo por hacer o por verse",
    "al_dia": "Al día",
    "sin_corrida": "Sin corrida todavía",
}
_SIN_REGISTRAR = exists().where(col(Encargo.folio) == Expediente.folio, col(Encargo.registrado).is_(None))


@dataclass(frozen=True)
class Corrida:
    """La de un expediente. Los efectos, contados por la última marca que alcanzaron; reintentos: los fallidos.

    ultimo: cuándo se hizo el último efecto. errores: el de cada incidente, con el nombre del efecto.
    """

    expediente: Expediente
    efectos: int
    hechos: int
    mostrados: int
    registrados: int
    reintentos: int
    ultimo: datetime | None
    errores: tuple[tuple[str, str], ...]

    @property
    def estado(self) -> str:
        """Una de las claves de `ESTADOS`."""
        if self.errores:
            return "incidente"
        if self.expediente.corrida is None:
            return "sin_corrida"
        return "al_dia" if self.registrados == self.efectos else "pendiente"


def corridas(
    s: Session,
    quien: Quien,
    max_intentos: int,
    *,
    estado: str = "",
    procedimiento: str = "",
    texto: str = "",
    cursor: str | None = None,
    limite: int = LIMITE,
) -> Pagina[Corrida]:
    """Las de los expedientes que le conciernen, la más reciente primero.

    estado: una clave de `ESTADOS`; max_intentos: desde cuántos un efecto es un incidente.

    Lanza:
        FormularioIncompleto: el estado, el cursor o el límite no sirven.
    """
    condiciones = [*conciernen(quien), *_en_estado(estado, max_intentos)]
    if procedimiento:
        condiciones.append(col(Expediente.procedimiento) == limpiar_texto("procedimiento", procedimiento))
    if buscado := plegar(limpiar_texto("texto", texto)).strip():
        condiciones.append(col(Expediente.busqueda).contains(buscado, autoescape=True))
    base = select(Expediente).where(*condiciones)
    pagina = paginar(s, base, (col(Expediente.abierto), col(Expediente.folio)), cursor, limite, baja=True)
    return pagina.con(_con_efectos(s, pagina.elementos, max_intentos))


def _en_estado(estado: str, max_intentos: int) -> list[ColumnElement[bool]]:
    if not estado:
        return []
    if estado not in ESTADOS:
        raise FormularioIncompleto({"estado": f"use uno de: {', '.join(ESTADOS)}"})
    incidente = col(Expediente.folio).in_(select(col(Encargo.folio)).where(*_es_incidente(max_intentos)))
    sin_corrida = col(Expediente.corrida).is_(None)
    de: dict[str, list[ColumnElement[bool]]] = {
        "incidente": [incidente],
        "sin_corrida": [~incidente, sin_corrida],
        "pendiente": [~incidente, ~sin_corrida, _SIN_REGISTRAR],
        "al_dia": [~incidente, ~sin_corrida, ~_SIN_REGISTRAR],
    }
    return de[estado]


def _es_incidente(max_intentos: int) -> list[ColumnElement[bool]]:
    # Que no esté registrado se repite: es la condición del índice parcial.
    sin_registrar = col(Encargo.registrado).is_(None)
    return [sin_registrar, col(Encargo.hecho).is_(None), col(Encargo.intentos) >= max_intentos]


def _con_efectos(s: Session, expedientes: Iterable[Expediente], max_intentos: int) -> list[Corrida]:
    folios = [e.folio for e in expedientes]
    if not folios:
        return []
    folio = col(Encargo.folio)
    cuenta = select(
        folio,
        func.count(),
        func.count(col(Encargo.hecho)),
        func.count(col(Encargo.mostrado)),
        func.count(col(Encargo.registrado)),
        func.sum(col(Encargo.intentos)),
        func.max(col(Encargo.hecho)),
    )
    filas: dict[str, tuple[Any, ...]] = {
        fila[0]: tuple(fila[1:]) for fila in s.execute(cuenta.where(folio.in_(folios)).group_by(folio))
    }
    errores: dict[str, list[tuple[str, str]]] = {}
    fallidos = select(folio, col(Encargo.nombre), col(Encargo.error)).where(
        folio.in_(folios), *_es_incidente(max_intentos)
    )
    for de, nombre, error in s.execute(fallidos.order_by(folio, col(Encargo.asiento), col(Encargo.efecto))):
        errores.setdefault(de, []).append((nombre, error or ""))
    sin_efectos: tuple[Any, ...] = (0, 0, 0, 0, 0, None)
    hechas: list[Corrida] = []
    for e in expedientes:
        efectos, hechos, mostrados, registrados, reintentos, ultimo = filas.get(e.folio, sin_efectos)
        fallas = tuple(errores.get(e.folio, ()))
        hechas.append(Corrida(e, efectos, hechos, mostrados, registrados, reintentos, ultimo, fallas))
    return hechas
