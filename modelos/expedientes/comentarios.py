"""Lo que se lee de comentarios, menciones y seguimiento: quién ve un expediente y qué hay de nuevo para cada quien.

`quienes_lo_ven` es la regla de `visibles.expediente_visible` vuelta del revés (de un expediente a sus
personas); una prueba coteja que digan lo mismo de cada cuenta.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.errores import NoLeCorresponde
from modelos.expedientes import visibles
from modelos.expedientes.comodidades import Comentario, Mencion, Seguimiento
from modelos.expedientes.expediente import Expediente, Turno
from modelos.expedientes.notificacion import ClaseDeNotificacion, Notificacion
from modelos.expedientes.visibles import conciernen, expediente_visible
from modelos.listas import DE_NUMERO, LIMITE, Pagina, acotar, contar, cortar, paginar
from modelos.organizacion.organigrama import Adscripcion, Persona, Unidad, quien_es, vigente
from modelos.organizacion.permisos import DIRIGEN, Quien, Rol, hacia_arriba
from modelos.tabla.unidades import TipoUnidad
from modelos.tabla.unidades import Unidad as Sigla


@dataclass(frozen=True)
class Lector:
    """Alguien que hoy puede leer un expediente; participa: una unidad suya ha tenido turnos en él."""

    id: int
    nombre: str
    correo: str
    unidades: tuple[str, ...]
    participa: bool


@dataclass(frozen=True)
class ComentarioDicho:
    """Un comentario con los nombres de quien lo dijo y de a quién menciona; nuevo: le toca a quien mira y no lo vio."""

    comentario: Comentario
    de: str
    menciona: tuple[str, ...]
    nuevo: bool


@dataclass(frozen=True)
class Aludido:
    """Una mención que la persona no ha visto."""

    comentario: Comentario
    de: str
    asunto: str


def quienes_lo_ven(s: Session, expediente: Expediente) -> list[Lector]:
    """Las personas activas que hoy pueden leer ese expediente; primero las de las unidades que participan."""
    turnos = set(s.scalars(select(col(Turno.unidad)).where(col(Turno.folio) == expediente.folio).distinct()))
    unidades = s.execute(_ORGANIGRAMA).all()
    estatales = {de for clave, de, tipo in unidades if de and clave in turnos and tipo == TipoUnidad.CAST.value}
    participan = turnos | estatales
    avisadas = set(
        s.scalars(
            select(col(Notificacion.datos)["para"].as_string())
            .where(
                col(Notificacion.folio) == expediente.folio, col(Notificacion.clase) != ClaseDeNotificacion.OFICIO.value
            )
            .distinct()
        )
    )
    # Coordina la unidad dueña, o la DSTC, quien coordina alguna de las que están por encima de ellas.
    superiores = {clave: de for clave, de, _ in unidades}
    conducen = {*hacia_arriba(expediente.duena, superiores), *hacia_arriba(Sigla.DSTC.value, superiores)}
    de_aviso = exists().where(
        col(Notificacion.folio) == expediente.folio,
        col(Notificacion.persona_id) == Persona.id,
        col(Notificacion.clase) != ClaseDeNotificacion.OFICIO.value,
        col(Notificacion.datos)["para"].as_string() == Adscripcion.unidad,
    )
    rol, unidad = col(Adscripcion.rol), col(Adscripcion.unidad)
    lee = or_(
        rol.in_(DIRIGEN),
        unidad.in_(participan),
        (rol == Rol.COORDINACION.value) & unidad.in_(conducen),
        unidad.in_(avisadas - {None}) & de_aviso,
    )
    leen = (
        select(col(Adscripcion.persona_id))
        .join(Persona, col(Persona.id) == Adscripcion.persona_id)
        .where(col(Persona.activa).is_(True), vigente(reloj.hoy()), lee)
    )
    ids = set(s.scalars(leen.distinct()))
    consulta = (
        select(col(Persona.id), col(Persona.nombre), col(Persona.correo), unidad)
        .join(Adscripcion, col(Adscripcion.persona_id) == Persona.id)
        .where(col(Persona.id).in_(ids), vigente(reloj.hoy()))
    )
    personas: dict[int, tuple[str, str, set[str]]] = {}
    for id_, nombre, correo, suya in s.execute(consulta) if ids else ():
        personas.setdefault(id_ or 0, (nombre, correo, set()))[2].add(suya)
    lectores = [
        Lector(id_, nombre, correo, tuple(sorted(suyas)), bool(suyas & participan))
        for id_, (nombre, correo, suyas) in personas.items()
    ]
    return sorted(lectores, key=lambda lector: (not lector.participa, lector.unidades, lector.nombre))


def de_expediente(
    s: Session, quien: Quien, folio: str, *, antes: int = 0, limite: int = LIMITE
) -> Pagina[ComentarioDicho]:
    """Los comentarios de un expediente que quien pregunta ya puede ver, el más reciente primero.

    antes: id del último que se vio; 0, desde el principio.
    """
    suyos = select(Comentario).where(col(Comentario.folio) == folio)
    tope, total = acotar(limite), contar(s, suyos)
    if antes:
        suyos = suyos.where(col(Comentario.id) < antes)
    filas = s.scalars(suyos.order_by(col(Comentario.id).desc()).limit(tope + 1)).all()
    tramo = cortar(filas, tope, total, DE_NUMERO, lambda comentario: comentario.id or 0)
    return tramo.con(_dichos(s, quien, tramo.elementos))


def lo_ve(s: Session, persona: int, folio: str) -> bool:
    """Si esa persona puede leer hoy el expediente: entre que se le menciona y sale el correo pudo perder el permiso."""
    suya = s.get(Persona, persona)
    if suya is None or not suya.activa:
        return False
    try:
        expediente_visible(s, quien_es(s, suya), folio)
    except NoLeCorresponde:
        return False
    return True


def menciones_nuevas(s: Session, quien: Quien, limite: int = 8) -> list[Aludido]:
    """Dónde le mencionaron y no lo ha visto, en expedientes que todavía ve; lo más reciente primero."""
    consulta = (
        select(Comentario, col(Persona.nombre), col(Expediente.asunto))
        .join(Mencion, col(Mencion.comentario_id) == Comentario.id)
        .join(Expediente, col(Expediente.folio) == Comentario.folio)
        .join(Persona, col(Persona.id) == Comentario.persona_id)
        .where(col(Mencion.persona_id) == quien.persona, col(Mencion.visto).is_(None), *conciernen(quien))
        .order_by(col(Comentario.id).desc())
        .limit(limite)
    )
    return [Aludido(comentario, nombre, asunto) for comentario, nombre, asunto in s.execute(consulta)]


def seguimiento(s: Session, quien: Quien, folio: str) -> Seguimiento | None:
    """Lo que sigue de ese expediente quien pregunta; None si no lo sigue."""
    return s.get(Seguimiento, (quien.persona, folio))


def seguidos(s: Session, quien: Quien, *, cursor: str | None = None, limite: int = LIMITE) -> Pagina[Expediente]:
    """Los expedientes que sigue y todavía ve, el más reciente primero. Lanza FormularioIncompleto."""
    base = (
        select(Expediente)
        .join(Seguimiento, col(Seguimiento.folio) == Expediente.folio)
        .where(col(Seguimiento.persona_id) == quien.persona, *conciernen(quien))
    )
    return paginar(s, base, (col(Expediente.abierto), col(Expediente.folio)), cursor, limite, baja=True)


def novedades(s: Session, quien: Quien, folios: Iterable[str]) -> dict[str, int]:
    """De los que sigue, cuántos asientos hay desde que lo abrió por última vez; 0 si ninguno."""
    consulta = (
        select(col(Seguimiento.folio), col(Expediente.asientos) - col(Seguimiento.visto))
        .join(Expediente, col(Expediente.folio) == Seguimiento.folio)
        .where(col(Seguimiento.persona_id) == quien.persona, col(Seguimiento.folio).in_(set(folios)))
    )
    return {folio: max(0, cuantos) for folio, cuantos in s.execute(consulta)}


def con_novedad(s: Session, quien: Quien, limite: int = 8) -> list[tuple[Expediente, int]]:
    """Los que sigue y tienen asientos que no ha visto, con cuántos; lo que empezó a seguir después, primero."""
    consulta = (
        select(Expediente, col(Expediente.asientos) - col(Seguimiento.visto))
        .join(Seguimiento, col(Seguimiento.folio) == Expediente.folio)
        .where(
            col(Seguimiento.persona_id) == quien.persona,
            col(Expediente.asientos) > col(Seguimiento.visto),
            *conciernen(quien),
        )
        .order_by(col(Seguimiento.desde).desc(), col(Expediente.folio))
        .limit(limite)
    )
    return [(expediente, cuantos) for expediente, cuantos in s.execute(consulta)]


def repetido(s: Session, persona: int, folio: str, texto: str, desde: datetime) -> Comentario | None:
    """El mismo texto, dicho por la misma persona ahí desde entonces: el segundo clic de un doble clic."""
    consulta = select(Comentario).where(
        col(Comentario.folio) == folio,
        col(Comentario.persona_id) == persona,
        col(Comentario.texto) == texto,
        col(Comentario.creado) >= desde,
    )
    return s.scalars(consulta.order_by(col(Comentario.id).desc())).first()


# --- piezas --------------------------------------------------------------------

_ORGANIGRAMA = select(col(Unidad.clave), col(Unidad.depende_de), col(Unidad.tipo))


def _dichos(s: Session, quien: Quien, tramo: Sequence[Comentario]) -> list[ComentarioDicho]:
    menciones = _menciones(s, [c.id or 0 for c in tramo])
    de = visibles.nombres(s, (c.persona_id for c in tramo))
    return [
        ComentarioDicho(
            c,
            de.get(c.persona_id, "Una persona dada de baja"),
            tuple(nombre for nombre, _, _ in menciones.get(c.id or 0, ())),
            any(p == quien.persona and visto is None for _, p, visto in menciones.get(c.id or 0, ())),
        )
        for c in tramo
    ]


def _menciones(s: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, int, datetime | None]]]:
    """De cada comentario: a quién nombra, por nombre, y cuándo lo vio."""
    menciones: dict[int, list[tuple[str, int, datetime | None]]] = {}
    consulta = (
        select(col(Mencion.comentario_id), col(Persona.nombre), col(Mencion.persona_id), col(Mencion.visto))
        .join(Persona, col(Persona.id) == Mencion.persona_id)
        .where(col(Mencion.comentario_id).in_(ids))
        .order_by(col(Persona.nombre))
    )
    for comentario, nombre, persona, visto in s.execute(consulta) if ids else ():
        menciones.setdefault(comentario, []).append((nombre, persona, visto))
    return menciones
