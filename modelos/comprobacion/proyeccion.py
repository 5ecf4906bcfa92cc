"""Lo que debería estar guardado según la bitácora: sirve para comprobarlo y para rehacerlo.

Todo lo demás de un expediente es proyección. Aquí se dice, columna por columna,
qué valor le toca; `modelos.comprobacion.verificacion` lo compara y `reconstruir` lo escribe.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.plazos.conteo import ASENTADOS, RECONTADOS, completo
from modelos.actos.turnos.mover import id_turno
from modelos.comprobacion.reproduccion import PlazoReproducido, Reproducido, reproducir
from modelos.dias.dia import oficinas
from modelos.expedientes.comodidades import CapturaGuardada
from modelos.expedientes.expediente import Anexo, Aviso, Expediente, Turno, plegar
from modelos.expedientes.notificacion import Notificacion
from modelos.oficios.oficio import Oficio
from modelos.plazos.plazo import Plazo, Recordatorio
from modelos.tabla import Catalogo
from modelos.tabla.avance import Pendiente
from modelos.tabla.errores import BitacoraIncongruente

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
        "cerrado": _fecha(asientos, caso.cierre) if caso.cierre else None,
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


def plazos_debidos(asientos: Sequence[Mapping[str, Any]], caso: Reproducido) -> Filas:
    """Las columnas de cada plazo que dice la bitácora, por id; el cómputo y sus hitos se vuelven a sacar."""
    return {
        id_: {
            **plazo.fijo,
            "estado": plazo.estado,
            "vence": date.fromisoformat(plazo.vence) if plazo.vence else None,
            "conservador": date.fromisoformat(plazo.conservador) if plazo.conservador else None,
            "calendario": plazo.calendario,
            "suspensiones": plazo.suspensiones,
            "ampliaciones": plazo.ampliaciones,
            "compromiso": date.fromisoformat(plazo.compromiso) if plazo.compromiso else None,
            "abierto": _fecha(asientos, plazo.apertura),
            "cerrado": _cierre(asientos, plazo),
            "atendido": _fecha(asientos, plazo.atencion) if plazo.atencion else None,
            "cumplio": plazo.cumplio,
        }
        for id_, plazo in caso.plazos.items()
    }


def plazos_guardados(s: Session, folio: str) -> Filas:
    """Las mismas columnas de cada plazo, como están en la base."""
    suyas = {"compromiso", "acto", "abierto", "cerrado", "atendido", "cumplio"}
    columnas = {*ASENTADOS, *RECONTADOS, *suyas} - {"id"}
    plazos = s.scalars(select(Plazo).where(col(Plazo.folio) == folio))
    return {plazo.id: {campo: getattr(plazo, campo) for campo in columnas} for plazo in plazos}


def _rehacer_plazos(s: Session, folio: str, debidos: Filas) -> bool:
    guardados = plazos_guardados(s, folio)
    faltan, sobran = debidos.keys() - guardados.keys(), guardados.keys() - debidos.keys()
    distintos = [id_ for id_ in debidos.keys() & guardados.keys() if plazo_distinto(debidos[id_], guardados[id_])]
    rehechos = _completos(s, folio, {id_: debidos[id_] for id_ in (*faltan, *distintos)})
    for id_ in sorted(faltan):
        s.execute(insert(Plazo), rehechos[id_])
    _quitar_plazos(s, sobran)
    for id_ in distintos:
        # Lo ya recordado se conserva: rehacerlo no debe repetir un aviso.
        valores = {campo: valor for campo, valor in rehechos[id_].items() if campo not in ("insistencias", "vuelta")}
        s.execute(update(Plazo).where(col(Plazo.id) == id_).values(**valores))
    return bool(faltan or sobran or distintos)


def _completos(s: Session, folio: str, debidos: Filas) -> Filas:
    """Los plazos con lo que la bitácora no dice de ellos y se puede volver a contar."""
    de_unidad = oficinas(s, {debido["unidad"] for debido in debidos.values()})
    return {id_: completo(id_, folio, debido, de_unidad[debido["unidad"]]) for id_, debido in debidos.items()}


def plazo_distinto(debido: Mapping[str, Any], guardado: Mapping[str, Any]) -> list[str]:
    """Los campos en que lo guardado no es lo que dice la bitácora.

    El calendario no se compara: una publicación que no movió el plazo lo cambia y no se asienta.
    """
    return [campo for campo, valor in debido.items() if campo != "calendario" and guardado[campo] != valor]


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
    debidos = turnos_debidos(expediente.folio, asientos, caso)
    turnos = _rehacer_turnos(s, expediente.folio, debidos, asientos[-1]["orden"])
    plazos = _rehacer_plazos(s, expediente.folio, plazos_debidos(asientos, caso))
    return bool(cambios or turnos or plazos)


def _rehacer_turnos(s: Session, folio: str, debidos: Filas, orden: int) -> bool:
    """orden: el del último asiento, que se dice si uno de los que sobran no se puede quitar."""
    guardados = turnos_guardados(s, folio)
    for id_ in debidos.keys() - guardados.keys():
        s.execute(insert(Turno), {"id": id_, "anexos": 0, **debidos[id_]})
    _quitar(s, guardados.keys() - debidos.keys(), orden)
    distintos = [id_ for id_ in debidos.keys() & guardados.keys() if debidos[id_] != guardados[id_]]
    for id_ in distintos:
        s.execute(update(Turno).where(col(Turno.id) == id_).values(**debidos[id_]))
    return bool(distintos) or debidos.keys() != guardados.keys()


def _quitar(s: Session, sobran: Collection[str], orden: int) -> None:
    """Quita turnos que la bitácora no abrió, con lo que cuelga de ellos; sus oficios se conservan, sin turno."""
    if not sobran:
        return
    con_evidencia = select(col(Anexo.turno_id)).where(col(Anexo.turno_id).in_(sobran)).order_by(col(Anexo.turno_id))
    if (suyo := s.scalar(con_evidencia.limit(1))) is not None:
        raise BitacoraIncongruente(orden, f"el turno {suyo} no está en la bitácora y tiene evidencia adjunta")
    _quitar_plazos(s, s.scalars(select(col(Plazo.id)).where(col(Plazo.turno_id).in_(sobran))).all())
    for de_turno in (Aviso, CapturaGuardada, Notificacion):
        s.execute(delete(de_turno).where(col(de_turno.turno_id).in_(sobran)))
    s.execute(update(Oficio).where(col(Oficio.turno_id).in_(sobran)).values(turno_id=None))
    s.execute(delete(Turno).where(col(Turno.id).in_(sobran)))


def _quitar_plazos(s: Session, sobran: Collection[str]) -> None:
    for de_plazo in (Recordatorio, Notificacion):
        s.execute(delete(de_plazo).where(col(de_plazo.plazo_id).in_(sobran)))
    s.execute(delete(Plazo).where(col(Plazo.id).in_(sobran)))


def _cierre(asientos: Sequence[Mapping[str, Any]], plazo: PlazoReproducido) -> datetime | None:
    """Cuándo se cerró: al asentarse, o el día del documento que se firmó fuera."""
    if plazo.cierre is None:
        return None
    return reloj.mediodia(date.fromisoformat(plazo.cumplido)) if plazo.cumplido else _fecha(asientos, plazo.cierre)


def _fecha(asientos: Sequence[Mapping[str, Any]], orden: int) -> datetime:
    fecha: str = asientos[orden - 1]["fecha"]
    return datetime.fromisoformat(fecha)
