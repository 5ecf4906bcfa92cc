"""La matriz unidad por actividad: quién ya cumplió y cuándo, quién lo tiene y hasta cuándo, y qué falta.

Sirve a una campaña (un expediente por unidad) y a un abanico (un expediente con un turno por unidad). Cada celda lleva
su palabra además de su signo y su color. Se pinta con la macro de `matriz.html`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from api.web.piezas import frases
from api.web.piezas.pagina import estado as en_palabras
from modelos import reloj
from modelos.calendario import fecha_corta
from modelos.ciclos.campanas import Miembro
from modelos.expedientes import visibles
from modelos.expedientes.expediente import ABIERTOS, EN_TRAMITE, EstadoTurno, Expediente, Turno
from modelos.plazos import vencimientos
from modelos.tabla import Tabla
from modelos.tabla.actividad import Actividad


@dataclass(frozen=True)
class ColumnaDeMatriz:
    """Una actividad."""

    clave: str
    numero: str
    unidad: str
    titulo: str


@dataclass(frozen=True)
class Celda:
    """Cómo va una unidad en una actividad.

    clase: hecha, actual, vencida, cancelada, falta o sin. enlace: a su turno.
    """

    clase: str
    signo: str
    palabra: str
    texto: str = ""
    enlace: str = ""


@dataclass(frozen=True)
class Fila:
    """Una unidad. folio: vacío si no tiene expediente propio; nota: lo que haya que decir de ella.

    tambien: sus otros expedientes (folio, signo y estado), si se le abrió más de uno.
    """

    unidad: str
    nombre: str
    celdas: tuple[Celda, ...]
    folio: str = ""
    estado: tuple[str, str] | None = None
    nota: str = ""
    tambien: tuple[tuple[str, str, str], ...] = ()


def columnas(tabla: Tabla, *, en_abanico: bool = False) -> list[ColumnaDeMatriz]:
    """Las actividades en el orden de la tabla; en_abanico: sólo las que van a cada unidad de un grupo."""
    filas = [act for act in _de_personas(tabla) if act.por_cada or not en_abanico]
    return [
        ColumnaDeMatriz(a.clave, a.numero_impreso or "+", str(a.responsable), frases.recorte(a.accion, 48))
        for a in filas
    ]


def de_campana(
    s: Session,
    tabla: Tabla,
    unidades: Sequence[Miembro],
    de: Mapping[str, Sequence[Expediente]],
    turnos: Mapping[str, Sequence[Turno]],
) -> list[Fila]:
    """Un renglón por unidad, con su expediente y, si tiene más de uno, los demás por su folio.

    de: los de cada unidad, primero el que se pinta. turnos: por folio.
    """
    todos = [t for suyos in de.values() for t in turnos.get(suyos[0].folio, ())]
    pinta = _Pintor.leer(s, todos)
    return [_de_unidad(pinta, tabla, unidad, de.get(unidad.clave, ()), turnos) for unidad in unidades]


def de_abanico(
    s: Session, tabla: Tabla, expediente: Expediente, turnos: Sequence[Turno], nombres: Mapping[str, str]
) -> list[Fila]:
    """Un renglón por unidad a la que fue algún paso de abanico. nombres: de cada unidad, por clave."""
    abanicos = [act for act in tabla.actividades if act.por_cada]
    claves = {act.clave for act in abanicos}
    por_unidad: dict[str, list[Turno]] = {}
    for turno in turnos:
        if turno.actividad in claves:
            por_unidad.setdefault(turno.unidad, []).append(turno)
    pinta = _Pintor.leer(s, chain.from_iterable(por_unidad.values()))
    return [
        Fila(unidad, nombres.get(unidad, unidad), pinta.celdas(abanicos, suyos, unidad, expediente))
        for unidad, suyos in sorted(por_unidad.items())
    ]


# --- piezas --------------------------------------------------------------------


def _de_personas(tabla: Tabla) -> list[Actividad]:
    """Sin las que decide el sistema: nadie las debe."""
    return [act for act in tabla.actividades if act.decide is None]


def _de_unidad(
    pinta: _Pintor,
    tabla: Tabla,
    unidad: Miembro,
    expedientes: Sequence[Expediente],
    turnos: Mapping[str, Sequence[Turno]],
) -> Fila:
    nota = "" if unidad.con_gente else "Hoy no tiene a nadie que atienda."
    actividades = _de_personas(tabla)
    if not expedientes:
        vacias = tuple(Celda("sin", "", "Sin expediente") for _ in actividades)
        return Fila(unidad.clave, unidad.nombre, vacias, nota=nota)
    expediente, *otros = expedientes
    celdas = pinta.celdas(actividades, turnos.get(expediente.folio, ()), unidad.clave, expediente)
    tambien = tuple((otro.folio, *en_palabras(otro.estado)) for otro in otros)
    return Fila(unidad.clave, unidad.nombre, celdas, expediente.folio, en_palabras(expediente.estado), nota, tambien)


@dataclass(frozen=True)
class _Pintor:
    """Lo leído de una vez para todas las celdas."""

    nombres: Mapping[int, str]
    fechas: Mapping[str, Any]

    @classmethod
    def leer(cls, s: Session, turnos: Iterable[Turno]) -> _Pintor:
        abiertos = [t for t in turnos if t.estado in ABIERTOS]
        return cls(visibles.nombres(s, (t.persona_id for t in abiertos)), vencimientos.fechas_de(s, abiertos))

    def celdas(
        self, actividades: Sequence[Actividad], turnos: Sequence[Turno], unidad: str, expediente: Expediente
    ) -> tuple[Celda, ...]:
        """Las de una unidad, en el orden de las actividades."""
        return tuple(
            self.celda([t for t in turnos if t.actividad == act.clave], unidad, expediente) for act in actividades
        )

    def celda(self, turnos: Sequence[Turno], unidad: str, expediente: Expediente) -> Celda:
        """La de una actividad; turnos: los suyos, de todas las vueltas."""
        if not turnos:
            en_tramite = expediente.estado in EN_TRAMITE
            return Celda("falta", "○", "Por llegar") if en_tramite else Celda("sin", "–", "No hizo falta")
        vuelta = max(t.vuelta for t in turnos)
        suyos = [t for t in turnos if t.vuelta == vuelta]
        abiertos = [t for t in suyos if t.estado in ABIERTOS]
        return self._actual(abiertos, unidad, vuelta) if abiertos else _cerrada(suyos, vuelta)

    def _actual(self, abiertos: Sequence[Turno], unidad: str, vuelta: int) -> Celda:
        turno = abiertos[0]
        if not turno.a_mano:
            return Celda("actual", "●", "En curso:", "espera a otro expediente", _enlace(turno))
        persona = self.nombres.get(turno.persona_id or 0, "")
        # De otra unidad, las dos cosas: en el renglón sólo se lee la suya.
        quien = ", ".join(filter(None, (turno.unidad if turno.unidad != unidad or not persona else "", persona)))
        if len(abiertos) > 1:
            quien = f"{len(abiertos)} unidades"
        veces = f", {vuelta}.ª vez" if vuelta > 1 else ""
        fecha = self.fechas.get(turno.id)
        vence = fecha.vence if fecha else None
        if vence is None:
            return Celda("actual", "●", "Lo tiene:", f"{quien}{veces}", _enlace(turno))
        if vence < reloj.hoy():
            return Celda("vencida", "!", "Venció:", f"{fecha_corta(vence)}, {quien}{veces}", _enlace(turno))
        return Celda("actual", "●", "Lo tiene:", f"{quien}{veces}, hasta {fecha_corta(vence)}", _enlace(turno))


def _cerrada(turnos: Sequence[Turno], vuelta: int) -> Celda:
    hechos = [t.cerrado for t in turnos if t.estado == EstadoTurno.ATENDIDO and t.cerrado]
    if not hechos:
        return Celda("cancelada", "✕", "Cancelada", "", _enlace(turnos[0]))
    veces = f", {vuelta}.ª vez" if vuelta > 1 else ""
    dia = fecha_corta(reloj.local(max(hechos)).date())
    return Celda("hecha", "✓", "Hecha el", f"{dia}{veces}", _enlace(turnos[0]))


def _enlace(turno: Turno) -> str:
    return f"/turnos/{quote(turno.id)}"
