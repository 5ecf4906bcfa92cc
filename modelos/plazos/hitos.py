"""Qué plazos tienen un hito por verse, y dejar constancia de los que se vieron.

Sólo consultas e inserciones, con columnas y no objetos: un barrido puede tocar cien mil plazos el mismo
día. La llave de `Recordatorio` y la de `Notificacion` impiden repetir; quien barre bloquea lo que toma,
y lo que otro ya tiene bloqueado se salta.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, exists, literal_column, select, text, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.columnas import Instante
from modelos.expedientes.expediente import ABIERTOS, Expediente, Turno
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.organizacion.organigrama import Unidad
from modelos.plazos.plazo import Plazo
from modelos.tabla.unidades import TipoUnidad
from modelos.tabla.unidades import Unidad as Sigla

SUPERIORES = (Sigla.CST.value, Sigla.DSTC.value, Sigla.SSI.value)
"""Hacia dónde se escala lo vencido, en orden (dominio 03 §3.1, inferido)."""

# Escrito en la orden y no como valor: así se reconoce la condición del índice parcial.
_tocan = (col(Plazo.estado) == literal_column("'abierto'")) & (col(Plazo.proximo) <= bindparam("dia"))
_orden = tuple_(col(Plazo.proximo), col(Plazo.id))
# Se sigue desde donde se quedó: volver al principio sería recorrer otra vez lo que la base aún no limpia.
_despues = _orden > tuple_(bindparam("desde_dia", type_=Date()), bindparam("desde_id"))
_TOCAN = (
    select(
        col(Plazo.id),
        col(Plazo.folio),
        col(Plazo.turno_id),
        col(Plazo.unidad),
        col(Plazo.perfil),
        col(Plazo.vence),
        col(Plazo.conservador),
        col(Plazo.abierto),
        col(Plazo.hitos),
        col(Plazo.suspensiones),
        col(Plazo.vuelta),
        col(Plazo.vencido_cada),
        col(Plazo.insistencias),
        col(Plazo.compromiso),
        col(Plazo.proximo),
        col(Plazo.atendido),
        col(Turno.estado).label("turno_estado"),
        col(Turno.persona_id).label("tomado_por"),
    )
    .join(Turno, col(Turno.id) == Plazo.turno_id, isouter=True)
    .where(_tocan, _despues)
    .order_by(col(Plazo.proximo), col(Plazo.id))
    .limit(bindparam("lote"))
    .with_for_update(of=Plazo, skip_locked=True)
)
_QUEDAN = select(exists().where(_tocan))


def _de_json(*campos: str) -> str:
    """Las columnas de una fila de `json_each` en SQLite, cada una con su nombre."""
    return ", ".join(f"json_extract(value, '$.{campo}') AS {campo}" for campo in campos)


# Una orden por lote, que recibe sus filas como JSON: fila por fila, preparar los valores cuesta más que guardarlos.
_AVANZAR = {
    "postgresql": text(
        "UPDATE plazo SET hitos = x.quedan, insistencias = x.vistas, proximo = x.sigue FROM "
        "jsonb_to_recordset(CAST(:filas AS jsonb)) AS x(cual text, quedan json, vistas int, sigue date) "
        "WHERE plazo.id = x.cual"
    ),
    "sqlite": text(
        "UPDATE plazo SET hitos = x.quedan, insistencias = x.vistas, proximo = x.sigue FROM "  # noqa: S608 - nombres de columna propios
        f"(SELECT {_de_json('cual', 'quedan', 'vistas', 'sigue')} FROM json_each(:filas)) AS x WHERE plazo.id = x.cual"
    ),
}
_RECORDAR = {
    "postgresql": text(
        "INSERT INTO recordatorio (plazo_id, hito, toca, visto, enviado) SELECT plazo_id, hito, toca, :dia, enviado "
        "FROM jsonb_to_recordset(CAST(:filas AS jsonb)) AS x(plazo_id text, hito text, toca date, enviado boolean) "
        "ON CONFLICT DO NOTHING"
    ),
    "sqlite": text(
        "INSERT INTO recordatorio (plazo_id, hito, toca, enviado, visto) "  # noqa: S608 - nombres de columna propios
        f"SELECT {_de_json('plazo_id', 'hito', 'toca', 'enviado')}, :dia "
        "FROM json_each(:filas) WHERE true ON CONFLICT DO NOTHING"
    ),
}
_NOTIFICAR = {
    "postgresql": text(
        "INSERT INTO notificacion (persona_id, clave, clase, folio, turno_id, plazo_id, datos, creada, dia) "
        "SELECT persona_id, clave, clase, folio, turno_id, plazo_id, datos, :ahora, :dia "
        "FROM jsonb_to_recordset(CAST(:filas AS jsonb)) AS x(persona_id int, clave text, clase text, folio text, "
        "turno_id text, plazo_id text, datos json) ON CONFLICT DO NOTHING"
    ),
    "sqlite": text(
        "INSERT INTO notificacion (persona_id, clave, clase, folio, turno_id, plazo_id, datos, creada, dia) "  # noqa: S608 - nombres de columna propios
        f"SELECT {_de_json('persona_id', 'clave', 'clase', 'folio', 'turno_id', 'plazo_id', 'datos')}, :ahora, :dia "
        "FROM json_each(:filas) WHERE true ON CONFLICT DO NOTHING"
    ),
}
DESDE_EL_PRINCIPIO = (date.min, "")
_TIPOS = (bindparam("ahora", type_=Instante), bindparam("dia", type_=Date()))


@dataclass
class Visto:
    """Lo que un lote deja: constancias, avisos a personas y cómo quedan los plazos; filas con tipos de JSON."""

    recordatorios: list[dict[str, Any]]
    notificaciones: list[dict[str, Any]]
    plazos: list[dict[str, Any]]


def por_ver(s: Session, dia: date, lote: int, desde: tuple[date, str]) -> Sequence[Any]:
    """Hasta `lote` plazos abiertos con un hito en `dia` o antes, bloqueados para quien los pide.

    desde: el (próximo, id) del último que ya se vio; `DESDE_EL_PRINCIPIO` para empezar.
    """
    return s.execute(_TOCAN, {"dia": dia, "lote": lote, "desde_dia": desde[0], "desde_id": desde[1]}).all()


def quedan(s: Session, dia: date) -> bool:
    """Si todavía hay alguno por verse, también los que otro tiene bloqueados."""
    return bool(s.scalar(_QUEDAN, {"dia": dia}))


def ocupadas(s: Session, folios: Iterable[str]) -> dict[str, list[tuple[str, int | None]]]:
    """De cada expediente, sus turnos abiertos a mano: (unidad, quién lo tomó)."""
    pedidos = list(folios)
    if not pedidos:
        return {}
    consulta = select(col(Turno.folio), col(Turno.unidad), col(Turno.persona_id)).where(
        col(Turno.folio).in_(pedidos), col(Turno.estado).in_(ABIERTOS), col(Turno.a_mano).is_(True)
    )
    de: dict[str, list[tuple[str, int | None]]] = {}
    for folio, unidad, persona in s.execute(consulta.order_by(col(Turno.id))):
        de.setdefault(folio, []).append((unidad, persona))
    return de


def procedimientos(s: Session, folios: Iterable[str]) -> dict[str, str]:
    """El procedimiento de cada expediente."""
    pedidos = list(folios)
    consulta = select(col(Expediente.folio), col(Expediente.procedimiento)).where(col(Expediente.folio).in_(pedidos))
    return dict(s.execute(consulta).all()) if pedidos else {}


def estatales_de_cast(s: Session) -> dict[str, str]:
    """De cada CAST, la unidad estatal de que depende."""
    consulta = select(col(Unidad.clave), col(Unidad.depende_de)).where(
        col(Unidad.tipo) == TipoUnidad.CAST.value, col(Unidad.depende_de).is_not(None)
    )
    return {clave: superior for clave, superior in s.execute(consulta) if superior}


def escala(unidad: str, estatales: dict[str, str]) -> tuple[str, ...]:
    """A quiénes se sube lo vencido de esa unidad, del más cercano al último."""
    if unidad in SUPERIORES:
        return SUPERIORES[SUPERIORES.index(unidad) + 1 :]
    return (estatales[unidad], *SUPERIORES) if unidad in estatales else SUPERIORES


def notificacion(
    persona: int,
    clave: str,
    clase: ClaseDeNotificacion,
    folio: str,
    *,
    turno: str | None,
    plazo: str | None,
    datos: dict[str, Any],
) -> dict[str, Any]:
    """Una fila de `Notificacion`, sin cuándo; datos: con tipos de JSON."""
    return {
        "persona_id": persona,
        "clave": clave,
        "clase": clase.value,
        "folio": folio,
        "turno_id": turno,
        "plazo_id": plazo,
        "datos": datos,
    }


def notificar(s: Session, filas: Sequence[dict[str, Any]], ahora: datetime, dia: date) -> None:
    """Guarda las notificaciones que no existan ya (misma persona y clave)."""
    if filas:
        orden = _NOTIFICAR[s.get_bind().dialect.name].bindparams(*_TIPOS)
        s.execute(orden, {"filas": _json(filas), "ahora": ahora, "dia": dia})


def guardar(s: Session, visto: Visto, ahora: datetime, dia: date) -> None:
    """Deja constancia de un lote visto en `dia`, avisa a quien toca y programa el siguiente hito de cada plazo."""
    dialecto = s.get_bind().dialect.name
    notificar(s, visto.notificaciones, ahora, dia)
    recordar = _RECORDAR[dialecto].bindparams(_TIPOS[1])
    s.execute(recordar, {"filas": _json(visto.recordatorios), "dia": dia})
    s.execute(_AVANZAR[dialecto], {"filas": _json(visto.plazos)})


def _json(filas: Sequence[dict[str, Any]]) -> str:
    return json.dumps(filas, ensure_ascii=False)
