"""Los bloques de la página de un expediente: en qué va, sus plazos, quién puede conducirlo y lo que lo acompaña."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.dependencias import Puerta
from api.web.historia.recorrido import PasoDelRecorrido, TurnoVisto, recorrer
from api.web.piezas import frases_plazos
from api.web.piezas.frases_plazos import Porque, Vencimiento
from api.web.piezas.pagina import enumera
from modelos import reloj
from modelos.actos.comodidades import comentarios as actos_comentarios
from modelos.actos.conduccion import suspension
from modelos.actos.plazos import compromisos
from modelos.actos.plazos import plazos as actos_plazos
from modelos.ciclos import hermanos
from modelos.expedientes import comentarios as consultas_comentarios
from modelos.expedientes import visibles
from modelos.expedientes.comentarios import ComentarioDicho, Lector
from modelos.expedientes.comodidades import Seguimiento
from modelos.expedientes.expediente import TERMINADOS, EstadoExpediente, Expediente, Turno
from modelos.organizacion.permisos import Quien, puede_atender, puede_conducir
from modelos.plazos import vencimientos
from modelos.plazos.plazo import POR_CUMPLIR, Plazo
from modelos.tabla import Tabla

COMENTARIOS = 20
LECTORES_A_LA_VISTA = 60
"""Con más personas que éstas no se ofrecen casillas para todas: a las demás se les menciona por su correo."""


@dataclass(frozen=True)
class Marcha:
    """En qué va. actuales: los pasos donde está; suyos: los turnos que le tocan a quien mira."""

    pasos: Sequence[PasoDelRecorrido]
    actuales: Sequence[PasoDelRecorrido]
    suyos: Sequence[TurnoVisto]

    @property
    def ahora(self) -> str:
        """Quién lo tiene; vacío si terminó."""
        return quien_lo_tiene(self.actuales)

    @property
    def esperas(self) -> list[PasoDelRecorrido]:
        """Los abanicos donde está y que no esperan a que respondan todos."""
        return [p for p in self.actuales if p.actividad.por_cada and p.actividad.por_cada.union == "al_vencer"]


def marcha(
    s: Session, quien: Quien, fila: Expediente, tabla: Tabla, turnos: Sequence[Turno], hijos: Iterable[Expediente]
) -> Marcha:
    """El recorrido y dónde está."""
    nombres = visibles.nombres(s, (t.persona_id for t in turnos))
    pasos = recorrer(tabla, fila, turnos, nombres, visibles.sin_responsable(s, turnos), hijos)
    actuales = [paso for paso in pasos if paso.estado == "actual"]
    return Marcha(pasos, actuales, [r for paso in actuales for r in paso.respuestas if _le_toca(quien, r)])


def quien_lo_tiene(actuales: Sequence[PasoDelRecorrido]) -> str:
    """«CST: 5, elabora el proyecto»; de un abanico, las unidades que faltan; vacío si terminó."""
    partes = []
    for paso in actuales:
        faltan = [r.unidad for r in paso.respuestas if r.abierto]
        cuales = enumera(faltan) if len(faltan) <= 3 else f"{len(faltan)} unidades"
        numero_ = f" (actividad {paso.actividad.numero_impreso})" if paso.actividad.numero_impreso else ""
        partes.append(f"{cuales}{numero_}: «{paso.actividad.accion.rstrip('.')}»")
    return enumera(partes)


@dataclass(frozen=True)
class PlazosDelExpediente:
    """Sus plazos. porque: por turno, el que lo rige; rigen: ídem, como está guardado.

    comprometibles: los vencidos a que quien mira puede ponerles fecha.
    """

    explicados: Sequence[Porque]
    porque: Mapping[str, Porque]
    rigen: Mapping[str, Plazo]
    comprometibles: Sequence[Plazo]

    @property
    def por_cumplir(self) -> list[Porque]:
        """Los que siguen pendientes."""
        return [p for p in self.explicados if p.vencimiento.plazo.estado in POR_CUMPLIR]

    @property
    def cerrados(self) -> list[Porque]:
        """Los que ya se cumplieron o dejaron de correr."""
        return [p for p in self.explicados if p.vencimiento.plazo.estado not in POR_CUMPLIR]

    @property
    def vence(self) -> dict[str, Vencimiento]:
        """Por turno, cuándo vence."""
        return {id_: p.vencimiento for id_, p in self.porque.items()}

    @property
    def palabras(self) -> dict[str, str]:
        """Por turno, la urgencia con que se pinta."""
        return {id_: p.vencimiento.palabra for id_, p in self.porque.items()}


def plazos(
    s: Session, quien: Quien, fila: Expediente, turnos: Sequence[Turno], todos: Sequence[Plazo]
) -> PlazosDelExpediente:
    """Los de un expediente, en palabras; todos: los suyos."""
    explicados = frases_plazos.explicados(s, todos)
    dichos = {p.vencimiento.plazo.id: p for p in explicados}
    rigen = vencimientos.rigen(turnos, todos)
    return PlazosDelExpediente(
        explicados,
        {id_: dichos[plazo.id] for id_, plazo in rigen.items()},
        rigen,
        [p for p in todos if _puede_comprometer(s, quien, fila, p)],
    )


@dataclass(frozen=True)
class Conduccion:
    """Lo que puede hacer quien lo conduce. actos: los que traen formulario; detenido_con: con qué otro se suspendió."""

    conduce: bool
    actos: Sequence[str]
    hijos_por_suspender: Sequence[str]
    hijos_por_reanudar: Sequence[str]
    detenido_con: str
    prorrogables: Sequence[Plazo]
    rectificables: Sequence[Plazo]


def conduccion(
    s: Session, quien: Quien, fila: Expediente, marcha_: Marcha, *, comprometibles: Collection[Plazo]
) -> Conduccion:
    """Los actos de conducción; el de comprometer una fecha lo tiene también quien debe algo vencido."""
    conduce = puede_conducir(quien, fila.duena)
    propios = _actos(fila, marcha_) if conduce else ()
    return Conduccion(
        conduce=conduce,
        actos=(*propios, "comprometer") if comprometibles else propios,
        hijos_por_suspender=suspension.hijos_por_suspender(s, fila.folio) if conduce else [],
        hijos_por_reanudar=suspension.hijos_por_reanudar(s, fila.folio) if conduce else [],
        detenido_con=suspension.detenido_con(s, fila.folio) if fila.estado == EstadoExpediente.SUSPENDIDO else "",
        prorrogables=actos_plazos.prorrogables(s, fila.folio) if conduce else [],
        rectificables=actos_plazos.rectificables(s, fila.folio) if conduce else [],
    )


@dataclass(frozen=True)
class Familia:
    """Los expedientes que abrió, el que lo abrió y los de la misma unidad y periodo. nombres: de cada tabla."""

    hijos: Sequence[Expediente]
    padre: Expediente | None
    parientes: Sequence[Expediente]
    nombres: Mapping[str, str]


def familia(
    s: Session, puerta: Puerta, quien: Quien, fila: Expediente, tabla: Tabla, hijos: Iterable[Expediente]
) -> Familia:
    """Los suyos, los que abrió por fecha."""
    return Familia(
        sorted(hijos, key=lambda hijo: hijo.abierto),
        visibles.asuntos(s, [fila.padre] if fila.padre else ()).get(fila.padre or ""),
        hermanos.del_mismo_periodo(s, quien, puerta.tablas, tabla, fila),
        {t.clave: t.nombre for t in puerta.tablas},
    )


@dataclass(frozen=True)
class Conversacion:
    """Lo que se ha comentado y a quién se puede mencionar.

    antes: desde cuál siguen los anteriores; vacío si no hay más. otros_lectores: cuántos no caben en la lista.
    """

    dichos: Sequence[ComentarioDicho]
    total: int
    antes: str
    lectores: Sequence[Lector]
    otros_lectores: int
    largo: int = actos_comentarios.LARGO


def comentarios(s: Session, quien: Quien, fila: Expediente, antes: int, *, todos: bool) -> Conversacion:
    """Una página de comentarios; todos: para imprimir."""
    dichos = consultas_comentarios.de_expediente(
        s, quien, fila.folio, antes=antes, limite=200 if todos else COMENTARIOS
    )
    lectores = [x for x in consultas_comentarios.quienes_lo_ven(s, fila) if x.id != quien.persona]
    otros = max(0, len(lectores) - LECTORES_A_LA_VISTA)
    return Conversacion(dichos.elementos, dichos.total, dichos.siguiente or "", lectores[:LECTORES_A_LA_VISTA], otros)


@dataclass(frozen=True)
class LoNuevo:
    """Si lo sigue quien mira, y lo que pasó desde su última visita.

    desde: el último asiento que vio; novedad: hay algo que dar por visto.
    """

    sigue: Seguimiento | None
    desde: int
    nuevos: int
    novedad: bool


def seguimiento(s: Session, quien: Quien, fila: Expediente) -> LoNuevo:
    """Lo nuevo para quien mira."""
    sigue = consultas_comentarios.seguimiento(s, quien, fila.folio)
    desde = sigue.visto if sigue else fila.asientos
    aludido = any(a.comentario.folio == fila.folio for a in consultas_comentarios.menciones_nuevas(s, quien, 200))
    return LoNuevo(sigue, desde, fila.asientos - desde, fila.asientos > desde or aludido)


# --- piezas --------------------------------------------------------------------


def _puede_comprometer(s: Session, quien: Quien, fila: Expediente, plazo: Plazo) -> bool:
    en_curso = fila.estado == EstadoExpediente.EN_CURSO
    vencido = en_curso and compromisos.esta_vencido(plazo, reloj.hoy())
    return vencido and compromisos.puede_comprometerse(s, quien, plazo, fila.duena)


def _actos(fila: Expediente, marcha_: Marcha) -> tuple[str, ...]:
    """Los actos de conducción cuyo formulario trae la página."""
    if fila.estado in TERMINADOS:
        return ()
    suspendido = fila.estado == EstadoExpediente.SUSPENDIDO
    otros = ("reanudar",) if suspendido else ("prorrogar", "ampliar-vueltas", "suspender")
    return ("cancelar", *otros, *(("cerrar-espera",) if marcha_.esperas else ()))


def _le_toca(quien: Quien, respuesta: TurnoVisto) -> bool:
    turno = respuesta.turno
    return respuesta.abierto and turno.a_mano and puede_atender(quien, turno.unidad)
