"""Lo que se lee de los días institucionales: propuestas, lo que rige y los inhábiles de un tramo del año."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from modelos.calendario import Calendarios, DiasInstitucionales, TipoDia, publicados
from modelos.calendario.fechas import DIAS
from modelos.calendario.habiles import DiaInhabil as Inhabil
from modelos.dias.dia import DiaInhabil, Publicacion, oficina, oficinas, orden_vigente
from modelos.dias.dia import dias_vigentes as rigen
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.listas import DE_NUMERO, LIMITE, Pagina, acotar, contar, cortar
from modelos.organizacion.organigrama import Unidad
from modelos.plazos.plazo import POR_CUMPLIR, Plazo

MAXIMO_DIAS = 4 * 366
_HABILITADO = "día habilitado"


def una(s: Session, id_: int) -> Publicacion:
    """La publicación con ese id, como está ahora en la base. Lanza NoExiste."""
    publicacion = s.get(Publicacion, id_, populate_existing=True)
    if publicacion is None:
        raise NoExiste("la publicación", str(id_))
    return publicacion


def lista(s: Session, *, estado: str = "", cursor: str | None = None, limite: int = LIMITE) -> Pagina[Publicacion]:
    """Las publicaciones, la más reciente primero. Lanza FormularioIncompleto."""
    base = select(Publicacion)
    if estado:
        if estado not in ("propuesta", "aprobada", "descartada"):
            raise FormularioIncompleto({"estado": "use uno de: propuesta, aprobada, descartada"})
        base = base.where(col(Publicacion.estado) == estado)
    tope, total = acotar(limite), contar(s, base)
    if cursor:
        base = base.where(col(Publicacion.id) < DE_NUMERO.leer(cursor))
    filas = s.scalars(base.order_by(col(Publicacion.id).desc()).limit(tope + 1)).all()
    return cortar(filas, tope, total, DE_NUMERO, lambda publicacion: publicacion.id or 0)


def dias_de(s: Session, publicacion: int) -> tuple[list[DiaInhabil], list[DiaInhabil]]:
    """Los tramos que una publicación pone y los que retira, en el orden en que se capturaron."""
    return dias_de_varias(s, [publicacion])[publicacion]


def dias_de_varias(s: Session, ids: Iterable[int]) -> dict[int, tuple[list[DiaInhabil], list[DiaInhabil]]]:
    """Como `dias_de`, de varias publicaciones a la vez; por id."""
    de: dict[int, tuple[list[DiaInhabil], list[DiaInhabil]]] = {id_: ([], []) for id_ in ids}
    tocan = or_(col(DiaInhabil.alta).in_(list(de)), col(DiaInhabil.baja).in_(list(de)))
    for dia in s.scalars(select(DiaInhabil).where(tocan).order_by(col(DiaInhabil.id))):
        if dia.alta in de:
            de[dia.alta][0].append(dia)
        if dia.baja in de:
            de[dia.baja][1].append(dia)
    return de


def vigentes(s: Session) -> list[DiaInhabil]:
    """Los tramos que rigen hoy: puestos por una publicación aprobada y no retirados por otra."""
    alta, baja = aliased(Publicacion), aliased(Publicacion)
    consulta = (
        select(DiaInhabil)
        .join(alta, col(alta.id) == DiaInhabil.alta)
        .join(baja, col(baja.id) == DiaInhabil.baja, isouter=True)
        .where(col(alta.orden).is_not(None), col(baja.orden).is_(None))
        .order_by(col(DiaInhabil.id))
    )
    return list(s.scalars(consulta))


def con_propuesta(s: Session, publicacion: Publicacion) -> tuple[int, tuple[DiasInstitucionales, ...]]:
    """El orden que recibiría una propuesta si se aprobara ahora, y los días que regirían con ella."""
    quedan = [dia for dia in vigentes(s) if dia.baja != publicacion.id]
    nuevos, _ = dias_de(s, publicacion.id or 0)
    return orden_vigente(s) + 1, tuple(dia.valor() for dia in (*quedan, *nuevos))


def por_recontar(s: Session, orden: int) -> int:
    """Cuántos plazos por cumplir siguen contados con una publicación anterior a ésa."""
    consulta = select(func.count()).select_from(Plazo)
    return s.scalar(consulta.where(col(Plazo.estado).in_(POR_CUMPLIR), col(Plazo.publicacion) < orden)) or 0


@dataclass(frozen=True)
class Dia:
    """Un día que no se trabaja, o uno habilitado (`habil`), con quién lo dice.

    verificacion: «V» vista en la fuente, «M» de memoria, vacía en institucionales y fines de semana.
    sustento_pendiente: un tramo institucional que lo toca no ha salido en el DOF.
    """

    fecha: date
    habil: bool
    motivo: str
    fundamento: str
    fuente: str
    verificacion: str
    institucional: bool
    sustento_pendiente: bool

    @property
    def dia(self) -> str:
        """El día de la semana: «lun»."""
        return DIAS[self.fecha.weekday()]


def calendarios_de(s: Session, unidad: str = "") -> Calendarios:
    """Los calendarios de hoy para esa unidad; sin ella, los que alcanzan a todo el país. Lanza NoExiste."""
    if not unidad:
        return oficina(*rigen(s), "", "").calendarios
    if s.get(Unidad, unidad) is None:
        raise NoExiste("la unidad", unidad)
    return oficinas(s, [unidad])[unidad].calendarios


def dias_entre(
    calendarios: Calendarios, perfil: str, desde: date, hasta: date, *, fines_de_semana: bool = False
) -> list[Dia]:
    """Los inhábiles y los habilitados, de `desde` a `hasta` incluidos y en orden.

    fines_de_semana: también los sábados y domingos que no tienen otro motivo.

    Lanza:
        FormularioIncompleto: van al revés o son más de cuatro años.
        CalendarioSinPublicar, PerfilDesconocido: no se sabe.
    """
    if hasta < desde:
        raise FormularioIncompleto({"hasta": "debe ser igual o posterior a desde"})
    if (hasta - desde).days >= MAXIMO_DIAS:
        raise FormularioIncompleto({"hasta": "pida cuatro años o menos"})
    cal = calendarios[perfil]
    cal.indice(desde)
    cal.indice(hasta)
    encontrados: list[Dia] = []
    for i in range((hasta - desde).days + 1):
        fecha = desde + timedelta(i)
        tocan = [d for d in calendarios.institucionales if d.inicio <= fecha <= d.fin]
        inhabil = cal.inhabil(fecha)
        if inhabil is None:
            encontrados += _si_se_habilito(fecha, tocan)
        elif inhabil.fuente or tocan or fines_de_semana:
            encontrados.append(_dia(inhabil, tocan, habil=False))
    return encontrados


def _si_se_habilito(fecha: date, tocan: Sequence[DiasInstitucionales]) -> list[Dia]:
    """El día hábil que no lo sería, con quién lo habilitó y por qué; vacío si es uno cualquiera."""
    habilitan = [d for d in tocan if d.tipo is TipoDia.HABILITADO]
    if not habilitan:
        return []
    motivo, fuente = (f"{_HABILITADO}: {_juntos(d.motivo for d in habilitan)}", _juntos(d.fuente for d in habilitan))
    return [_dia(Inhabil(fecha, motivo, fuente, fuente), habilitan, habil=True)]


def _dia(inhabil: Inhabil, tocan: Sequence[DiasInstitucionales], *, habil: bool) -> Dia:
    """tocan: lo que la institución publicó de ese día."""
    return Dia(
        inhabil.fecha,
        habil,
        inhabil.motivo,
        inhabil.fundamento,
        inhabil.fuente,
        inhabil.verificacion,
        bool(tocan),
        any(d.sustento_pendiente for d in tocan),
    )


def anios_publicados() -> range:
    """Los años de que se conocen los inhábiles de ley."""
    return publicados().anios


def _juntos(textos: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(textos))
