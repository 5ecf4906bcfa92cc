"""Lo que debería estar guardado según la bitácora: sirve para comprobarlo y para rehacerlo.

Todo lo demás de un expediente es proyección. Aquí se dice, columna por columna,
qué valor le toca; `modelos.verificacion` lo compara y `reconstruir` lo escribe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.actos.mover import id_turno
from modelos.avance import Pendiente
from modelos.errores import BitacoraIncongruente
from modelos.expediente import TERMINADOS, Anexo, Aviso, Expediente, Turno, plegar
from modelos.reproduccion import Reproducido, reproducir
from modelos.tabla import Catalogo

Filas = dict[str, dict[str, Any]]


def expediente_debido(folio: str, asientos: Sequence[Mapping[str, Any]], caso: Reproducido) -> dict[str, Any]:
    """Las columnas del expediente; `corrida` y `detenido` no son historia y no están."""
    ultimo = asientos[-1]
    return {
        "procedimiento": caso.procedimiento,
        "version": caso.version,
        "asunto": caso.asunto,
        "busqueda": plegar(f"{folio} {caso.asunto}"),
        "padre": caso.padre,
        "padre_turno": caso.padre_turno,
        "estado": caso.estado,
        "desenlace": caso.desenlace,
        "datos": caso.datos,
        "situacion": caso.situacion.a_json(),
        "abierto": _fecha(asientos, 1),
        "cerrado": _fecha(asientos, ultimo["orden"]) if caso.estado in TERMINADOS else None,
        "asientos": ultimo["orden"],
        "ultimo_hash": ultimo["hash"],
    }


def turnos_debidos(folio: str, asientos: Sequence[Mapping[str, Any]], caso: Reproducido) -> Filas:
    """Las columnas de cada turno, por id; `anexos` no es historia hasta que se asienta y no está."""
    debidos: Filas = {}
    for clave, turno in caso.turnos.items():
        actividad, unidad, vuelta = clave
        debidos[id_turno(folio, Pendiente(*clave))] = {
            "folio": folio,
            "procedimiento": caso.procedimiento,
            "actividad": actividad,
            "unidad": unidad,
            "vuelta": vuelta,
            "estado": turno.estado,
            "version": turno.version,
            "a_mano": turno.a_mano,
            "persona_id": turno.persona,
            "abierto": _fecha(asientos, turno.apertura),
            "cerrado": _fecha(asientos, turno.cierre) if turno.cierre else None,
            "apertura": turno.apertura,
            "cierre": turno.cierre,
            "salida": turno.salida,
        }
    return debidos


def turnos_guardados(s: Session, folio: str) -> Filas:
    """Las mismas columnas de cada turno, como están en la base."""
    columnas = [c for c in Turno.__table__.c if c.name not in ("id", "anexos")]  # type: ignore[attr-defined]
    turnos = s.scalars(select(Turno).where(col(Turno.folio) == folio))
    return {turno.id: {c.name: getattr(turno, c.name) for c in columnas} for turno in turnos}


def reconstruir(s: Session, tablas: Catalogo, expediente: Expediente, asientos: Sequence[Mapping[str, Any]]) -> bool:
    """Rehace el expediente y sus turnos desde su bitácora; devuelve si algo cambió.

    Exige tener el expediente bloqueado en esta transacción y la cadena ya revisada.

    Lanza:
        BitacoraIncongruente: la bitácora no se puede reproducir, o sobra un turno que tiene evidencia.
    """
    caso = reproducir(tablas, asientos)
    debido = expediente_debido(expediente.folio, asientos, caso)
    cambios = {campo: valor for campo, valor in debido.items() if getattr(expediente, campo) != valor}
    for campo, valor in cambios.items():
        setattr(expediente, campo, valor)
    guardados = turnos_guardados(s, expediente.folio)
    debidos = turnos_debidos(expediente.folio, asientos, caso)
    for id_ in debidos.keys() - guardados.keys():
        s.execute(insert(Turno), {"id": id_, "anexos": 0, **debidos[id_]})
    for id_ in guardados.keys() - debidos.keys():
        _quitar(s, id_, asientos[-1]["orden"])
    distintos = [id_ for id_ in debidos.keys() & guardados.keys() if debidos[id_] != guardados[id_]]
    for id_ in distintos:
        s.execute(update(Turno).where(col(Turno.id) == id_).values(**debidos[id_]))
    return bool(cambios or distintos or debidos.keys() != guardados.keys())


def _quitar(s: Session, id_: str, orden: int) -> None:
    if s.scalar(select(col(Anexo.id)).where(col(Anexo.turno_id) == id_).limit(1)) is not None:
        raise BitacoraIncongruente(orden, f"el turno {id_} no está en la bitácora y tiene evidencia adjunta")
    s.execute(delete(Aviso).where(col(Aviso.turno_id) == id_))
    s.execute(delete(Turno).where(col(Turno.id) == id_))


def _fecha(asientos: Sequence[Mapping[str, Any]], orden: int) -> datetime:
    fecha: str = asientos[orden - 1]["fecha"]
    return datetime.fromisoformat(fecha)
