"""La matriz unidad por actividad: quién ya cumplió y cuándo, quién lo tiene y hasta cuándo, y qué falta.

Sirve a una campaña (un expediente por unidad) y a un abanico (un expediente con un turno por unidad). Cada celda lleva
su palabra además de su signo y su color. Se pinta con la macro de `matriz.html`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
class Columna:
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


def columnas(tabla: Tabla, *, en_abanico: bool = False) -> list[Columna]:
    """Las actividades en el orden de la tabla; en_abanico: sólo las que van a cada unidad de un grupo."""
    filas = [act for act in _de_personas(tabla) if act.por_cada or not en_abanico]
    return [Columna(a.clave, a.numero_impreso or "+", str(a.responsable), frases.recorte(a.accion, 48)) for a in filas]


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
    filas = []
    for unidad in unidades:
        expediente, *otros = de.get(unidad.clave, [None])
        nota = "" if unidad.con_gente else "Hoy no tiene a nadie que atienda."
        if expediente is None:
            vacias = tuple(Celda("sin", "", "Sin expediente") for _ in _de_personas(tabla))
            filas.append(Fila(unidad.clave, unidad.nombre, vacias, nota=nota))
            continue
        suyos = turnos.get(expediente.folio, ())
        celdas = tuple(
            pinta.celda([t for t in suyos if t.actividad == act.clave], unidad.clave, expediente)
            for act in _de_personas(tabla)
        )
        como = en_palabras(expediente.estado)
        tambien = tuple((otro.folio, *en_palabras(otro.estado)) for otro in otros if otro is not None)
        filas.append(Fila(unidad.clave, unidad.nombre, celdas, expediente.folio, como, nota, tambien))
    return filas


def de_abanico(
    s: Session, tabla: Tabla, expediente: Expediente, turnos: Sequence[Turno], nombres: Mapping[str, str]
) -> list[Fila]:
    """Un renglón por unidad a la que fue algún paso de abanico. nombres: de cada unidad, por clave."""
    abanicos = [act for act in tabla.actividades if act.por_cada]
    claves = {act.clave for act in abanicos}
    suyos = [t for t in turnos if t.actividad in claves]
    pinta = _Pintor.leer(s, suyos)
    filas = []
    for unidad in sorted({t.unidad for t in suyos}):
        celdas = tuple(
            pinta.celda([t for t in suyos if t.unidad == unidad and t.actividad == act.clave], unidad, expediente)
            for act in abanicos
        )
        filas.append(Fila(unidad, nombres.get(unidad, unidad), celdas))
    return filas


# --- piezas --------------------------------------------------------------------


def _de_personas(tabla: Tabla) -> list[Actividad]:
    """Sin las que decide el sistema: nadie las debe."""
    return [act for act in tabla.actividades if act.decide is None]


@dataclass(frozen=True)
class _Pintor:
    """Lo leído de una vez para todas las celdas."""

    nombres: Mapping[int, str]
    fechas: Mapping[str, Any]

    @classmethod
    def leer(cls, s: Session, turnos: Iterable[Turno]) -> _Pintor:
        abiertos = [t for t in turnos if t.estado in ABIERTOS]
        return cls(visibles.nombres(s, (t.persona_id for t in abiertos)), vencimientos.fechas_de(s, abiertos))

    def celda(self, turnos: Sequence[Turno], unidad: str, expediente: Expediente) -> Celda:
        """La de una actividad; turnos: los suyos, de todas las vueltas."""
        vuelta = max((t.vuelta for t in turnos), default=0)
        suyos = [t for t in turnos if t.vuelta == vuelta]
        abiertos = [t for t in suyos if t.estado in ABIERTOS]
        if abiertos:
            return self._actual(abiertos, unidad, vuelta)
        hechos = [t.cerrado for t in suyos if t.estado == EstadoTurno.ATENDIDO and t.cerrado]
        if hechos:
            veces = f", {vuelta}.ª vez" if vuelta > 1 else ""
            dia = fecha_corta(reloj.local(max(hechos)).date())
            return Celda("hecha", "✓", "Hecha el", f"{dia}{veces}", _enlace(suyos[0]))
        if suyos:
            return Celda("cancelada", "✕", "Cancelada", "", _enlace(suyos[0]))
        if expediente.estado in EN_TRAMITE:
            return Celda("falta", "○", "Por llegar")
        return Celda("sin", "–", "No hizo falta")

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


def _enlace(turno: Turno) -> str:
    return f"/turnos/{quote(turno.id)}"
