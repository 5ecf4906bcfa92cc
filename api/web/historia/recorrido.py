"""Dónde va un expediente dentro de su tabla: lo hecho, lo de ahora y lo que falta.

«Lo que falta» no es «lo que sigue en la lista»: unas actividades son inevitables,
otras sólo tocan si algo se devuelve y otras ya no harán falta. Se mira el grafo.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from api.web.piezas.pagina import enumera
from modelos.expedientes.expediente import ABIERTOS, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.tabla import Tabla
from modelos.tabla.actividad import SIGUE, Actividad, es_final, texto_salida

SIGNOS = {
    "hecha": ("✓", "Hecha"),
    "actual": ("●", "Ahora"),
    "repite": ("↻", "Se repetirá"),
    "por_venir": ("○", "Por venir"),
    "quiza": ("◌", "Sólo si hace falta"),
    "omitida": ("–", "No hizo falta"),
    "cancelada": ("✕", "Cancelada"),
    "no_llego": ("–", "No se llegó"),
}


@dataclass(frozen=True)
class Respuesta:
    """Un turno como se muestra: de quién es, quién lo tiene o lo atendió, y qué respondió."""

    turno: Turno
    unidad: str
    persona: str
    salida: str
    abierto: bool
    sin_responsable: bool


@dataclass(frozen=True)
class Paso:
    """Una fila de la tabla y en qué va."""

    actividad: Actividad
    estado: str
    respuestas: tuple[Respuesta, ...] = ()
    anteriores: tuple[Respuesta, ...] = ()
    subexpediente: Expediente | None = None
    esperando: tuple[str, ...] = field(default=())

    @property
    def signo(self) -> tuple[str, str]:
        """La marca y su palabra."""
        return SIGNOS[self.estado]

    @property
    def vuelta(self) -> int:
        """En qué vez va; 0 si no ha tocado."""
        return self.respuestas[0].turno.vuelta if self.respuestas else 0

    @property
    def en_abanico(self) -> bool:
        """Si va a varias unidades a la vez."""
        return self.actividad.por_cada is not None

    @property
    def reunion(self) -> str:
        """De un abanico: «2 de 3 respondieron; falta CAST-03»."""
        hechas = [r for r in self.respuestas if r.turno.estado == EstadoTurno.ATENDIDO]
        faltan = [r.unidad for r in self.respuestas if r.turno.estado in ABIERTOS]
        sobran = [r.unidad for r in self.respuestas if r.turno.estado == EstadoTurno.CANCELADO]
        frase = f"{len(hechas)} de {len(self.respuestas)} {'respondió' if len(hechas) == 1 else 'respondieron'}"
        if faltan:
            frase += f"; {'falta' if len(faltan) == 1 else 'faltan'} {_hasta_cinco(faltan)}"
        return f"{frase}; se siguió sin {_hasta_cinco(sobran)}" if sobran else frase


def recorrer(
    tabla: Tabla,
    expediente: Expediente,
    turnos: Sequence[Turno],
    nombres: Mapping[int, str],
    solos: set[str],
    hijos: Iterable[Expediente],
) -> list[Paso]:
    """Todas las actividades, en el orden de la tabla, con su estado.

    solos: ids de los turnos que nadie activo puede atender. hijos: los subexpedientes.
    """
    por_actividad: dict[str, list[Respuesta]] = defaultdict(list)
    for turno in turnos:
        por_actividad[turno.actividad].append(_respuesta(turno, nombres, solos))
    de_turno = {hijo.padre_turno: hijo for hijo in hijos}
    actuales = {t.actividad for t in turnos if t.estado in ABIERTOS}
    grafo = _Grafo(tabla)
    pasos = []
    for actividad in tabla.actividades:
        todas = por_actividad[actividad.clave]
        ultima = max((r.turno.vuelta for r in todas), default=0)
        suyas = tuple(r for r in todas if r.turno.vuelta == ultima)
        subs = [de_turno[r.turno.id] for r in suyas if r.turno.id in de_turno]
        llegaron = expediente.situacion["llegadas"].get(actividad.clave, ())
        pasos.append(
            Paso(
                actividad,
                _estado(grafo, expediente, actividad.clave, suyas, actuales),
                suyas,
                tuple(r for r in todas if r.turno.vuelta != ultima),
                subs[0] if subs else None,
                tuple(clave for clave in actividad.une if llegaron and clave not in llegaron),
            )
        )
    return pasos


def _estado(grafo: _Grafo, expediente: Expediente, clave: str, suyas: Sequence[Respuesta], actuales: set[str]) -> str:
    if clave in actuales:
        return "actual"
    inevitable = any(grafo.inevitable(clave, desde) for desde in actuales)
    if any(r.turno.estado == EstadoTurno.ATENDIDO for r in suyas):
        return "repite" if inevitable else "hecha"
    if inevitable:
        return "por_venir"
    if suyas:
        return "cancelada"
    if expediente.estado == EstadoExpediente.CANCELADO:
        return "no_llego"
    return "quiza" if any(clave in grafo.alcance(desde) for desde in actuales) else "omitida"


class _Grafo:
    """Adónde se puede llegar desde cada actividad."""

    def __init__(self, tabla: Tabla) -> None:
        self.sigue = {
            act.clave: {d for ruta in act.salidas.values() for d in ruta.destinos} for act in tabla.actividades
        }

    def alcance(self, desde: str, sin: str = "") -> set[str]:
        """Todo lo alcanzable, sin pasar por `sin`."""
        visto: set[str] = set()
        cola = [desde]
        while cola:
            nuevos = {d for d in self.sigue.get(cola.pop(), ()) if d != sin and d not in visto}
            visto |= nuevos
            cola += nuevos
        return visto

    def inevitable(self, clave: str, desde: str) -> bool:
        """Si no hay manera de terminar desde ahí sin pasar por ella."""
        return not any(es_final(d) for d in self.alcance(desde, sin=clave))


def _respuesta(turno: Turno, nombres: Mapping[int, str], solos: set[str]) -> Respuesta:
    return Respuesta(
        turno,
        turno.unidad,
        nombres.get(turno.persona_id, "") if turno.persona_id else "",
        texto_salida(turno.salida) if turno.salida not in (None, SIGUE) else "",
        turno.estado in ABIERTOS,
        turno.id in solos,
    )


def _hasta_cinco(unidades: list[str]) -> str:
    if len(unidades) <= 5:
        return enumera(unidades)
    return f"{', '.join(unidades[:5])} y {len(unidades) - 5} más"
