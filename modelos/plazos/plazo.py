"""Los plazos que corren: qué vence, cuándo y por qué esa fecha, y los hitos que ya se vieron.

`Plazo` es proyección de la bitácora, como los turnos; el cómputo entero se guarda a su lado para
poder explicarlo sin volver a contar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from modelos import reloj
from modelos.calendario import Ampliacion, Suspension
from modelos.columnas import Instante, columna_json
from modelos.tabla.plazo import Resuelto, leer_momento


class EstadoPlazo(StrEnum):
    """En qué va un plazo; sin_calcular: falta publicar un año o capturar un dato, y se dice cuál."""

    ABIERTO = "abierto"
    SUSPENDIDO = "suspendido"
    SIN_CALCULAR = "sin_calcular"
    CUMPLIDO = "cumplido"
    CANCELADO = "cancelado"


POR_CUMPLIR = (EstadoPlazo.ABIERTO.value, EstadoPlazo.SUSPENDIDO.value, EstadoPlazo.SIN_CALCULAR.value)
_ABIERTO = text("estado = 'abierto'")
_POR_CUMPLIR = text("estado IN ('abierto', 'suspendido', 'sin_calcular')")
_DE_TRAMO = text("turno_id IS NULL AND estado IN ('abierto', 'suspendido', 'sin_calcular')")


class Plazo(SQLModel, table=True):
    """Lo que vence. El de un turno lleva su id; el de un tramo, folio, clave y el asiento en que empezó.

    unidad: quien lo debe. regla: `Resuelto.a_json()`. computo: `Computo.como_json()`, o `{"error": frase}`.
    calendario y publicacion: con qué calendario y hasta qué publicación de días inhábiles se contó.
    hitos: `[[hito, fecha]]` que faltan por verse; proximo: el día del primero; insistencias: los de vencido ya vistos.
    compromiso: el día para el que alguien se comprometió a atenderlo ya vencido; hasta que pase no se insiste.
    vuelta: cuántas veces su fecha volvió a quedar por delante después de recordarse; sus hitos son otros.
    acto: el oficio con que se cumple (`OF-29`); vacío: lo cumple atender. atendido: cuándo se respondió la actividad,
    si desde entonces sólo espera su acto. cumplio: id del oficio que lo cumplió.
    suspensiones: `[{desde, hasta, motivo}]`, `hasta` nulo mientras dure; ampliaciones: `[{cantidad, motivo}]`.
    """

    __table_args__ = (
        CheckConstraint("estado IN ('abierto', 'suspendido', 'sin_calcular', 'cumplido', 'cancelado')", name="estado"),
        Index("ix_plazo_folio", "folio"),
        Index("ix_plazo_proximo", "proximo", "id", sqlite_where=_ABIERTO, postgresql_where=_ABIERTO),
        Index("ix_plazo_vence", "vence", "id", sqlite_where=_POR_CUMPLIR, postgresql_where=_POR_CUMPLIR),
        Index("ix_plazo_unidad", "unidad", "vence", "id", sqlite_where=_POR_CUMPLIR, postgresql_where=_POR_CUMPLIR),
        Index("ix_plazo_tramo", "vence", "folio", "id", sqlite_where=_DE_TRAMO, postgresql_where=_DE_TRAMO),
        Index("ix_plazo_tablero", "vence", "estado", "cerrado", "unidad", "folio", "abierto"),
        Index("ix_plazo_publicacion", "publicacion", "id", sqlite_where=_POR_CUMPLIR, postgresql_where=_POR_CUMPLIR),
    )

    id: str = Field(primary_key=True, max_length=140)
    folio: str = Field(foreign_key="expediente.folio", max_length=40)
    turno_id: str | None = Field(default=None, foreign_key="turno.id", max_length=140)
    clave: str = Field(max_length=40)
    que: str = Field(max_length=200)
    unidad: str = Field(foreign_key="unidad.clave", max_length=40)
    estado: str = Field(max_length=20)
    fundamento: str = Field(max_length=300)
    inferido: str = Field(default="", max_length=500)
    perfil: str = Field(max_length=10)
    regla: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))
    vence: date | None = None
    conservador: date | None = None
    computo: dict[str, Any] = Field(sa_column=Column(columna_json(), nullable=False))
    calendario: str = Field(default="", max_length=60)
    publicacion: int = 0
    suspensiones: list[dict[str, Any]] = Field(sa_column=Column(columna_json(), nullable=False))
    ampliaciones: list[dict[str, Any]] = Field(sa_column=Column(columna_json(), nullable=False))
    hitos: list[list[str]] = Field(sa_column=Column(columna_json(), nullable=False))
    vencido_cada: int = 3
    insistencias: int = 0
    vuelta: int = 0
    compromiso: date | None = None
    proximo: date | None = None
    abierto: datetime = Field(sa_column=Column(Instante, nullable=False))
    cerrado: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    acto: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})
    atendido: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))
    cumplio: str | None = Field(default=None, max_length=160)

    @property
    def resuelto(self) -> Resuelto:
        """La regla, lista para contarse."""
        return Resuelto.de_json(self.regla)


def base_de_insistencia(
    conservador: date,
    abierto: datetime,
    detenido: Sequence[Mapping[str, Any]] = (),
    compromiso: date | None = None,
) -> date:
    """Desde cuándo se cuentan las insistencias de vencido.

    A quien se le abrió ya vencido no se le cobra el retraso de otro, ni el tiempo en que estuvo suspendido; y a quien
    se comprometió a una fecha, nada hasta que pasa.
    """
    reanudado = [_dia(leer_momento(x["hasta"])) for x in detenido if x["hasta"]]
    comprometido = [compromiso] if compromiso else []
    return max(conservador, _dia(abierto), *reanudado, *comprometido)


def llave_de_hito(hito: str, vuelta: int) -> str:
    """El hito como se recuerda: `antes-7`, o `antes-7.2` si la fecha ya volvió dos veces a quedar por delante."""
    return f"{hito}.{vuelta}" if vuelta else hito


def _dia(momento: date | datetime) -> date:
    return reloj.local(momento).date() if isinstance(momento, datetime) else momento


class Recordatorio(SQLModel, table=True):
    """Un hito de un plazo que ya se vio: su llave impide verlo dos veces (invariante 7).

    toca: el día que le tocaba; visto: el día en que se vio. enviado: falso si otro hito del mismo plazo,
    más reciente, lo sustituyó porque nadie barrió a tiempo.
    """

    plazo_id: str = Field(primary_key=True, foreign_key="plazo.id", max_length=140)
    hito: str = Field(primary_key=True, max_length=20)
    toca: date
    visto: date
    enviado: bool = True


def suspensiones(guardadas: list[dict[str, Any]]) -> tuple[Suspension, ...]:
    """Las ya terminadas, como las cuenta el cómputo."""
    return tuple(
        Suspension(date.fromisoformat(x["desde"]), leer_momento(x["hasta"]), x["motivo"])
        for x in guardadas
        if x["hasta"]
    )


def ampliaciones(guardadas: list[dict[str, Any]]) -> tuple[Ampliacion, ...]:
    """Las prórrogas, como las cuenta el cómputo."""
    return tuple(Ampliacion(x["cantidad"], x["motivo"]) for x in guardadas)
