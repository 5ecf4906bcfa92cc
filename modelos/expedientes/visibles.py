"""Lo que se lee: qué expedientes le conciernen a cada quien y lo que cuelga de ellos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.errores import NoExiste, NoLeCorresponde
from modelos.expedientes.bitacora import Asiento, actor_persona
from modelos.expedientes.expediente import (
    ABIERTOS,
    EN_TRAMITE,
    Anexo,
    Aviso,
    Expediente,
    Turno,
)
from modelos.expedientes.notificacion import ClaseDeNotificacion, Notificacion
from modelos.listas import LIMITE_MAXIMO
from modelos.organizacion.organigrama import Persona, Unidad, responsables
from modelos.organizacion.permisos import Quien, conducidas, ve_lo_de, ve_todo
from modelos.tabla import Tabla
from modelos.tabla.unidades import TipoUnidad

# --- expedientes ---------------------------------------------------------------


def expediente_visible(s: Session, quien: Quien, folio: str) -> Expediente:
    """El expediente, si a quien pregunta le concierne (`conciernen`); verlo no da derecho a atenderlo.

    Lanza:
        NoExiste: no hay tal folio.
        NoLeCorresponde: ni su unidad participa en él, ni la de un CAST suyo, ni se le avisó de él.
    """
    expediente = s.get(Expediente, folio)
    if expediente is None:
        raise NoExiste("el expediente", folio)
    if not ve_lo_de(quien, expediente.duena) and not _concierne(s, quien, folio):
        raise NoLeCorresponde(f"ver {folio}", "las unidades que participan en él")
    return expediente


def _concierne(s: Session, quien: Quien, folio: str) -> bool:
    return bool(s.scalar(select(exists().where(col(Expediente.folio) == folio, *conciernen(quien)))))


def conciernen(quien: Quien) -> list[ColumnElement[bool]]:
    """Condiciones sobre `Expediente`: los que le conciernen a quien pregunta; ninguna si ve todo.

    Le conciernen aquellos en que participa su unidad o un CAST que depende de ella, los de los procedimientos que
    coordina, y aquellos de que se le avisó por una unidad a la que sigue adscrito (lo vencido sube de nivel, y
    quien recibe el enlace debe poder leerlo). Quien cambia de unidad deja de ver los de la anterior.
    """
    if ve_todo(quien):
        return []
    clave = col(Unidad.clave)
    cast = (col(Unidad.tipo) == TipoUnidad.CAST.value) & col(Unidad.depende_de).in_(quien.unidades)
    ve_lo_de = select(clave).where(clave.in_(quien.unidades) | cast)
    suyos = exists().where(col(Turno.folio) == Expediente.folio, col(Turno.unidad).in_(ve_lo_de))
    avisados = select(col(Notificacion.folio)).where(
        col(Notificacion.persona_id) == quien.persona,
        col(Notificacion.clase)
        != ClaseDeNotificacion.OFICIO.value,  # recibir un oficio no abre el expediente del que salió
        col(Notificacion.datos)["para"].as_string().in_(quien.unidades),
    )
    return [or_(suyos, col(Expediente.folio).in_(avisados), col(Expediente.duena).in_(conducidas(quien)))]


def subexpedientes(s: Session, folio: str) -> list[str]:
    """Folios de los subexpedientes, en el orden en que se abrieron."""
    consulta = select(col(Expediente.folio)).where(col(Expediente.padre) == folio)
    return list(s.scalars(consulta.order_by(col(Expediente.abierto), col(Expediente.folio))))


def recien_abiertos(s: Session, persona: int, procedimiento: str, desde: datetime) -> list[Expediente]:
    """Los que esa persona abrió desde entonces y siguen en trámite, el más reciente primero."""
    apertura = (col(Asiento.folio) == Expediente.folio) & (col(Asiento.orden) == 1)
    consulta = select(Expediente).join(Asiento, apertura)
    consulta = consulta.where(
        col(Expediente.estado).in_(EN_TRAMITE),
        col(Expediente.abierto) >= desde,
        col(Expediente.procedimiento) == procedimiento,
        col(Asiento.actor) == actor_persona(persona),
    )
    return list(s.scalars(consulta.order_by(col(Expediente.abierto).desc(), col(Expediente.folio).desc())))


def ilegible(tabla: Tabla, expediente: Expediente, actividad: str = "") -> str:
    """Por qué no se puede leer ni mover el expediente, o una actividad suya; vacío si se puede."""
    return expediente.cuarentena or tabla.falta(actividad)


# --- turnos --------------------------------------------------------------------


def turno_visible(s: Session, quien: Quien, id_: str) -> tuple[Turno, Expediente]:
    """Un turno y su expediente, si a quien pregunta le concierne el expediente."""
    turno = s.get(Turno, id_)
    if turno is None:
        raise NoExiste("el turno", id_)
    return turno, expediente_visible(s, quien, turno.folio)


def turnos_abiertos(s: Session, *folios: str) -> list[Turno]:
    """Los pendientes y tomados de uno o varios expedientes, en el orden en que se abrieron."""
    consulta = select(Turno).where(col(Turno.folio).in_(folios), col(Turno.estado).in_(ABIERTOS))
    return list(s.scalars(consulta.order_by(col(Turno.apertura), col(Turno.id))))


def turnos_de(s: Session, folio: str) -> list[Turno]:
    """Todos los turnos de un expediente, en el orden en que se abrieron."""
    return list(s.scalars(select(Turno).where(col(Turno.folio) == folio).order_by(col(Turno.apertura), col(Turno.id))))


def sin_responsable(s: Session, turnos: Iterable[Turno]) -> set[str]:
    """Ids de los turnos que nadie activo puede atender hoy (invariante 6)."""
    abiertos = [t for t in turnos if t.a_mano and t.estado in ABIERTOS]
    de_unidad = {unidad: set(responsables(s, unidad)) for unidad in {t.unidad for t in abiertos}}
    # Si lo tomó alguien que ya no está, lo pueden atender sus compañeros (`modelos.actos.turnos.tenencia`).
    return {t.id for t in abiertos if not de_unidad[t.unidad]}


# --- lo demás ------------------------------------------------------------------


def anexos_de(s: Session, turnos: Sequence[str]) -> list[Anexo]:
    """Los anexos de esos turnos, en el orden en que se subieron."""
    consulta = select(Anexo).where(col(Anexo.turno_id).in_(turnos)).order_by(col(Anexo.subido), col(Anexo.id))
    return list(s.scalars(consulta)) if turnos else []


def anexo_visible(s: Session, quien: Quien, id_: str) -> Anexo:
    """El anexo, si a quien pregunta le concierne su expediente."""
    anexo = s.get(Anexo, id_)
    if anexo is None:
        raise NoExiste("el archivo", id_)
    expediente_visible(s, quien, anexo.folio)
    return anexo


def nombres(s: Session, personas: Iterable[int | None]) -> dict[int, str]:
    """El nombre de cada persona citada."""
    ids = {persona for persona in personas if persona is not None}
    filas = s.execute(select(col(Persona.id), col(Persona.nombre)).where(col(Persona.id).in_(ids))) if ids else ()
    return {id_: nombre for id_, nombre in filas if id_ is not None}


def unidades(s: Session) -> dict[str, str]:
    """Nombre de cada unidad del catálogo, por clave."""
    return dict(s.execute(select(col(Unidad.clave), col(Unidad.nombre))).all())


def asuntos(s: Session, folios: Iterable[str]) -> dict[str, Expediente]:
    """Los expedientes de esos folios, para acompañar a sus turnos."""
    pedidos = set(folios)
    consulta = select(Expediente).where(col(Expediente.folio).in_(pedidos))
    return {e.folio: e for e in s.scalars(consulta)} if pedidos else {}


def avisos_nuevos(s: Session, quien: Quien) -> set[str]:
    """Ids de los turnos abiertos de que se le avisó y aún no ha visto."""
    consulta = (
        select(col(Aviso.turno_id))
        .join(Turno, col(Turno.id) == Aviso.turno_id)
        .where(col(Aviso.persona_id) == quien.persona, col(Aviso.visto).is_(None), col(Turno.estado).in_(ABIERTOS))
        .limit(LIMITE_MAXIMO)
    )
    return set(s.scalars(consulta))
