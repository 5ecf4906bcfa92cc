"""Dónde va un expediente dentro de su tabla: lo hecho, lo de ahora y lo que falta.

«Lo que falta» no es «lo que sigue en la lista»: unas actividades son inevitables,
otras sólo tocan si algo se devuelve y otras ya no harán falta. Se mira el grafo.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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
class TurnoVisto:
    """Un turno como se muestra: de quién es, quién lo tiene o lo atendió, y qué respondió."""

    turno: Turno
    unidad: str
    persona: str
    salida: str
    abierto: bool
    sin_responsable: bool


@dataclass(frozen=True)
class PasoDelRecorrido:
    """Una fila de la tabla y en qué va."""

    actividad: Actividad
    estado: str
    respuestas: tuple[TurnoVisto, ...] = ()
    anteriores: tuple[TurnoVisto, ...] = ()
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
        hechas = self._unidades({EstadoTurno.ATENDIDO})
        faltan = self._unidades(ABIERTOS)
        sobran = self._unidades({EstadoTurno.CANCELADO})
        frase = f"{len(hechas)} de {len(self.respuestas)} {'respondió' if len(hechas) == 1 else 'respondieron'}"
        if faltan:
            frase += f"; {'falta' if len(faltan) == 1 else 'faltan'} {_hasta_cinco(faltan)}"
        return f"{frase}; se siguió sin {_hasta_cinco(sobran)}" if sobran else frase

    def _unidades(self, estados: Collection[str]) -> list[str]:
        """Las de las respuestas cuyo turno está en uno de esos estados."""
        return [r.unidad for r in self.respuestas if r.turno.estado in estados]


def recorrer(
    tabla: Tabla,
    expediente: Expediente,
    turnos: Sequence[Turno],
    nombres: Mapping[int, str],
    solos: set[str],
    hijos: Iterable[Expediente],
) -> list[PasoDelRecorrido]:
    """Todas las actividades, en el orden de la tabla, con su estado.

    solos: ids de los turnos que nadie activo puede atender. hijos: los subexpedientes.
    """
    por_actividad: dict[str, list[TurnoVisto]] = defaultdict(list)
    for turno in turnos:
        por_actividad[turno.actividad].append(_respuesta(turno, nombres, solos))
    avance = _Avance(
        expediente,
        _Grafo(tabla),
        {t.actividad for t in turnos if t.estado in ABIERTOS},
        {hijo.padre_turno: hijo for hijo in hijos},
    )
    return [avance.paso(actividad, por_actividad[actividad.clave]) for actividad in tabla.actividades]


@dataclass(frozen=True)
class _Avance:
    """Dónde está el expediente. actuales: las actividades con turno abierto; abrio: por turno, su subexpediente."""

    expediente: Expediente
    grafo: _Grafo
    actuales: set[str]
    abrio: Mapping[str | None, Expediente]

    def paso(self, actividad: Actividad, respuestas: Sequence[TurnoVisto]) -> PasoDelRecorrido:
        """La fila de una actividad; respuestas: las suyas, de todas las vueltas."""
        ultima = max((r.turno.vuelta for r in respuestas), default=0)
        suyas = tuple(r for r in respuestas if r.turno.vuelta == ultima)
        anteriores = tuple(r for r in respuestas if r.turno.vuelta != ultima)
        abiertos = [self.abrio[r.turno.id] for r in suyas if r.turno.id in self.abrio]
        return PasoDelRecorrido(
            actividad,
            self._estado(actividad.clave, suyas),
            suyas,
            anteriores,
            abiertos[0] if abiertos else None,
            self._esperando(actividad),
        )

    def _estado(self, clave: str, suyas: Sequence[TurnoVisto]) -> str:
        if clave in self.actuales:
            return "actual"
        inevitable = any(self.grafo.inevitable(clave, desde) for desde in self.actuales)
        if any(r.turno.estado == EstadoTurno.ATENDIDO for r in suyas):
            return "repite" if inevitable else "hecha"
        if inevitable:
            return "por_venir"
        return "cancelada" if suyas else self._sin_tocar(clave)

    def _sin_tocar(self, clave: str) -> str:
        if self.expediente.estado == EstadoExpediente.CANCELADO:
            return "no_llego"
        return "quiza" if any(clave in self.grafo.alcance(desde) for desde in self.actuales) else "omitida"

    def _esperando(self, actividad: Actividad) -> tuple[str, ...]:
        """De las que une, las que faltan, si ya llegó alguna."""
        llegaron = self.expediente.situacion["llegadas"].get(actividad.clave, ())
        return tuple(clave for clave in actividad.une if llegaron and clave not in llegaron)


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


def _respuesta(turno: Turno, nombres: Mapping[int, str], solos: set[str]) -> TurnoVisto:
    return TurnoVisto(
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
