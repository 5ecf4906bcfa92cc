"""En qué va cada actividad de un expediente, y cómo se dice sobre el diagrama: siempre con un signo y palabras.

Puro: recibe los turnos y los plazos ya leídos. Quien tenga mejores palabras para la urgencia (los días hábiles
que faltan dependen del calendario de cada unidad) las pasa; si no, sólo se dice lo que la fecha dice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from modelos.bpmn.grafo import id_de_final
from modelos.calendario import NOMBRES_MESES
from modelos.tabla import Tabla
from modelos.tabla.actividad import es_final

_ABIERTOS = ("pendiente", "tomado")
INTENSIDADES = 5


class Que(StrEnum):
    """En qué va una actividad; omitida: ya no se puede llegar a ella, o no se llegó."""

    HECHA = "hecha"
    ACTUAL = "actual"
    PENDIENTE = "pendiente"
    CANCELADA = "cancelada"
    OMITIDA = "omitida"


@dataclass(frozen=True)
class Estado:
    """Una actividad dentro de un expediente.

    veces: cuántas se ha abierto, 0 si ninguna. vence y urgencia: sólo de la actual; urgencia, en una palabra
    («Vencido», «Hoy»), vacía si falta tiempo. avance: de un abanico abierto, «2 de 3».
    """

    que: Que
    veces: int = 0
    vence: date | None = None
    urgencia: str = ""
    avance: str = ""


@dataclass(frozen=True)
class Marca:
    """Cómo se ve un estado.

    tono: la clave de su color. texto: lo que cabe en el dibujo; frase: entero, para la lista.
    """

    tono: str
    signo: str
    texto: str
    frase: str


class ConTurno(Protocol):
    """Lo que hace falta de un turno; `modelos.expedientes.expediente.Turno` lo cumple."""

    @property
    def id(self) -> str:
        """Con él se buscan su plazo y su urgencia."""

    @property
    def actividad(self) -> str:
        """La clave de su fila."""

    @property
    def vuelta(self) -> int:
        """Qué vez es."""

    @property
    def estado(self) -> str:
        """`pendiente`, `tomado`, `atendido` o `cancelado`."""

    @property
    def salida(self) -> str | None:
        """Cómo se respondió."""


class ConVencimiento(Protocol):
    """Lo que hace falta de un plazo; `vencimientos.Fechas` y `plazo.Plazo` lo cumplen."""

    @property
    def vence(self) -> date | None:
        """Vencimiento legal; nulo si no se pudo calcular."""


def estados(
    tabla: Tabla,
    turnos: Iterable[ConTurno],
    rigen: Mapping[str, ConVencimiento],
    hoy: date,
    desenlace: str | None = None,
    urgencias: Mapping[str, str] | None = None,
) -> dict[str, Estado]:
    """El estado de cada actividad, por su clave, y el del final alcanzado, por su identificador.

    Recibe:
        turnos: todos los del expediente. rigen: el plazo de cada uno, por id de turno (`vencimientos.rigen`).
        desenlace: el final alcanzado, si concluyó. urgencias: la palabra de cada turno, por id, si ya se tiene.
    """
    suyos: dict[str, list[ConTurno]] = defaultdict(list)
    for turno in turnos:
        suyos[turno.actividad].append(turno)
    abiertas = {clave for clave, lista in suyos.items() if any(t.estado in _ABIERTOS for t in lista)}
    alcance = {d for clave in abiertas for d in _alcance(tabla, clave)}
    hechos = {
        act.clave: _estado(suyos[act.clave], act.clave in alcance, rigen, hoy, urgencias or {})
        for act in tabla.actividades
    }
    if desenlace and not abiertas:
        hechos |= dict.fromkeys(_finales(tabla, suyos, desenlace), Estado(Que.HECHA, 1))
    return hechos


def marcas(de: Mapping[str, Estado]) -> dict[str, Marca]:
    """Cómo se ve cada estado."""
    return {clave: _marca(estado) for clave, estado in de.items()}


def marcas_de_calor(calor: Mapping[str, tuple[float, str]]) -> dict[str, Marca]:
    """Un mapa de calor: cinco intensidades según el valor, y el texto que lo dice. valor: 0 o más."""
    tope = max((valor for valor, _ in calor.values()), default=0.0)
    return {
        clave: Marca(f"calor-{_intensidad(valor, tope)}", "▲" if valor == tope and tope else "", texto, texto)
        for clave, (valor, texto) in calor.items()
    }


def _intensidad(valor: float, tope: float) -> int:
    return min(INTENSIDADES, int(valor / tope * INTENSIDADES) + 1) if tope and valor else 0


def _estado(
    suyos: Sequence[ConTurno],
    por_venir: bool,  # noqa: FBT001 - sólo se llama aquí
    rigen: Mapping[str, ConVencimiento],
    hoy: date,
    urgencias: Mapping[str, str],
) -> Estado:
    veces = max((t.vuelta for t in suyos), default=0)
    ultimos = [t for t in suyos if t.vuelta == veces]
    abiertos = [t for t in ultimos if t.estado in _ABIERTOS]
    if abiertos:
        fechas = sorted((f, t.id) for t in abiertos if t.id in rigen and (f := rigen[t.id].vence))
        vence, turno = fechas[0] if fechas else (None, "")
        urgencia = urgencias.get(turno, _urgencia(vence, hoy))
        avance = f"{len(ultimos) - len(abiertos)} de {len(ultimos)}" if len(ultimos) > 1 else ""
        return Estado(Que.ACTUAL, veces, vence, urgencia, avance)
    if any(t.estado == "atendido" for t in ultimos):
        return Estado(Que.HECHA, veces)
    if por_venir:
        return Estado(Que.PENDIENTE, veces)
    return Estado(Que.CANCELADA, veces) if ultimos else Estado(Que.OMITIDA)


def _urgencia(vence: date | None, hoy: date) -> str:
    if vence is None or vence > hoy:
        return ""
    return "Vencido" if vence < hoy else "Hoy"


def _alcance(tabla: Tabla, desde: str) -> set[str]:
    visto: set[str] = set()
    cola = [desde]
    while cola:
        destinos = {d for r in tabla.fila(cola.pop()).salidas.values() for d in r.destinos if not es_final(d)}
        cola += destinos - visto
        visto |= destinos
    return visto


def _finales(tabla: Tabla, suyos: Mapping[str, Sequence[ConTurno]], desenlace: str) -> list[str]:
    """Los finales a los que de verdad se llegó: el de la última respuesta que lleva a ese desenlace."""
    return [
        id_de_final(act.clave, etiqueta)
        for act in tabla.actividades
        for etiqueta, ruta in act.salidas.items()
        if desenlace in ruta.destinos
        and any(t.salida == etiqueta and t.vuelta == max(u.vuelta for u in suyos[act.clave]) for t in suyos[act.clave])
    ]


def _marca(estado: Estado) -> Marca:
    vueltas = f" ↺{estado.veces}" if estado.veces > 1 else ""
    otra = f", va por la {estado.veces}.ª vez" if estado.veces > 1 else ""
    if estado.que is Que.HECHA:
        veces = f"Hecha {estado.veces} veces" if estado.veces > 1 else "Hecha"
        return Marca("hecha", "✓", f"Hecha{vueltas}", veces)
    if estado.que is Que.ACTUAL:
        tono = "vencida" if estado.urgencia.lower() == "vencido" else "actual"
        texto, frase = f"Ahora{vueltas}", f"Ahora{otra}"
        if estado.avance:
            frase += f", {estado.avance} respondieron"
            texto = f"{estado.avance}{vueltas}"
        if estado.vence:
            dia = f"{estado.vence.day} {NOMBRES_MESES[estado.vence.month - 1][:3]}"
            verbo = "venció" if tono == "vencida" else "vence"
            texto = f"{texto} · {verbo} {dia}"
            frase += f", {verbo} el {dia} {estado.vence.year}"
        if estado.urgencia:
            frase += f" ({estado.urgencia.lower()})"
        return Marca(tono, "●", texto, frase)
    if estado.que is Que.PENDIENTE:
        return Marca("pendiente", "○", f"Por venir{vueltas}" if vueltas else "", f"Por venir{otra}")
    if estado.que is Que.CANCELADA:
        return Marca("cancelada", "✕", "Cancelada", "Cancelada")
    return Marca("omitida", "–", "", "No hizo falta")
