"""Los días institucionales publicados, y el calendario que le toca a cada unidad.

Una publicación agrega días o retira los de otra anterior; aprobada, recibe su orden y no cambia. Los
días vigentes en un orden son siempre los mismos, así que se leen una vez por proceso y por orden.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Column, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import Field, SQLModel, col

from modelos.calendario import Ambito, Calendarios, DiasInstitucionales, Horario, TipoDia, aplicables, publicados
from modelos.columnas import Instante
from modelos.organizacion.organigrama import Unidad
from modelos.tabla.unidades import HUSOS


class Publicacion(SQLModel, table=True):
    """Un conjunto de días que se propone, se revisa contra los plazos abiertos y se aprueba o se descarta.

    orden: el lugar en que se aprobó, desde 1; base: el último aprobado cuando se revisó.
    motivo: por qué se publica y, si se descartó, por qué no.
    movidos, sin_cambio: plazos ya recontados con ella; terminada: ya no falta ninguno.
    """

    __table_args__ = (CheckConstraint("estado IN ('propuesta', 'aprobada', 'descartada')", name="estado"),)

    id: int | None = Field(default=None, primary_key=True)
    estado: str = Field(max_length=20)
    orden: int | None = Field(default=None, unique=True)
    base: int = 0
    motivo: str = Field(max_length=2000)
    propuesta: datetime = Field(sa_column=Column(Instante, nullable=False))
    propuesta_por: int = Field(foreign_key="persona.id")
    resuelta: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    resuelta_por: int | None = Field(default=None, foreign_key="persona.id")
    movidos: int = 0
    sin_cambio: int = 0
    terminada: bool = False


class DiaInhabil(SQLModel, table=True):
    """Un tramo de días institucionales; alta y baja: las publicaciones que lo pusieron y lo retiraron."""

    id: int | None = Field(default=None, primary_key=True)
    inicio: date
    fin: date
    tipo: str = Field(max_length=30)
    ambito: str = Field(max_length=20)
    lugar: str = Field(default="", max_length=40)
    motivo: str = Field(max_length=300)
    fuente: str = Field(max_length=300)
    publicado_dof: date | None = None
    alta: int = Field(foreign_key="publicacion.id", index=True)
    baja: int | None = Field(default=None, foreign_key="publicacion.id", index=True)

    def valor(self) -> DiasInstitucionales:
        """El tramo, como lo entiende el calendario. Lanza DiasInstitucionalesInvalidos."""
        return DiasInstitucionales(
            self.inicio,
            self.fin,
            TipoDia(self.tipo),
            self.motivo,
            self.fuente,
            Ambito(self.ambito),
            self.lugar,
            self.publicado_dof,
        )


@dataclass(frozen=True)
class Oficina:
    """Con qué se cuentan los plazos de una unidad: sus calendarios, su horario y hasta qué publicación."""

    calendarios: Calendarios
    horario: Horario
    publicacion: int


def orden_vigente(s: Session) -> int:
    """El orden de la última publicación aprobada; 0 si no hay ninguna."""
    return s.scalar(select(func.max(col(Publicacion.orden)))) or 0


def dias_vigentes(s: Session) -> tuple[int, tuple[DiasInstitucionales, ...]]:
    """El orden de la última publicación aprobada y los días que rigen con ella y las anteriores."""
    ultima = s.execute(_ULTIMA).first()
    if ultima is None:
        return 0, ()
    llave = (str(s.get_bind().engine.url), *ultima)
    if llave not in _LEIDOS:
        while len(_LEIDOS) >= 32:
            _LEIDOS.pop(next(iter(_LEIDOS)))
        _LEIDOS[llave] = _leer(s, ultima.orden)
    return ultima.orden, _LEIDOS[llave]


Vigentes = tuple[int, tuple[DiasInstitucionales, ...]]
"""El orden de una publicación y los días que rigen con ella."""


def oficinas(s: Session, unidades: Iterable[str], vigentes: Vigentes | None = None) -> dict[str, Oficina]:
    """La oficina de cada unidad. Un CAST toma la entidad de la unidad estatal de que depende.

    vigentes: los días con que se cuenta, si no son los publicados (una propuesta que se revisa).
    """
    claves = set(unidades)
    if not claves:
        return {}
    orden, dias = vigentes or dias_vigentes(s)
    superior = aliased(Unidad)
    entidad_suya = func.coalesce(col(Unidad.entidad), col(superior.entidad))
    consulta = select(col(Unidad.clave), entidad_suya)
    consulta = consulta.join(superior, col(superior.clave) == Unidad.depende_de, isouter=True)
    if len(claves) <= 100:  # con más, cuesta menos leerlas todas
        consulta = consulta.where(col(Unidad.clave).in_(claves))
    return {
        clave: oficina(orden, dias, entidad or "", clave) for clave, entidad in s.execute(consulta) if clave in claves
    }


@lru_cache(maxsize=512)
def oficina(orden: int, dias: tuple[DiasInstitucionales, ...], entidad: str, centro: str) -> Oficina:
    """La oficina de ese lugar con esos días."""
    calendarios = publicados().con(aplicables(dias, entidad=entidad, centro=centro))
    huso = HUSOS.get(entidad)
    return Oficina(calendarios, Horario(zona=ZoneInfo(huso)) if huso else Horario(), orden)


_ULTIMA = (
    select(col(Publicacion.orden), col(Publicacion.resuelta))
    .where(col(Publicacion.orden).is_not(None))
    .order_by(col(Publicacion.orden).desc())
    .limit(1)
)
_LEIDOS: dict[tuple[object, ...], tuple[DiasInstitucionales, ...]] = {}
"""Días ya leídos, por base, orden e instante de aprobación: si ésta se deshace, otra no hereda los suyos."""


def _leer(s: Session, orden: int) -> tuple[DiasInstitucionales, ...]:
    alta, baja = aliased(Publicacion), aliased(Publicacion)
    consulta = (
        select(DiaInhabil)
        .join(alta, col(alta.id) == DiaInhabil.alta)
        .join(baja, col(baja.id) == DiaInhabil.baja, isouter=True)
        .where(col(alta.orden) <= orden, or_(col(baja.orden).is_(None), col(baja.orden) > orden))
        .order_by(col(DiaInhabil.id))
    )
    return tuple(dia.valor() for dia in s.scalars(consulta))
