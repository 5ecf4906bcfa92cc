"""Avisar: «tiene un turno nuevo», en la bandeja de cada persona a quien toca, y por correo.

La notificación `turno:<id>` consta una vez por persona; si el turno vuelve a tocarle se le dice con otra.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.turnos.mover import Contexto
from modelos.avisos.a_quien import Interesado, Organigrama
from modelos.columnas import de_los
from modelos.expedientes.expediente import ABIERTOS, Aviso, Encargo, EstadoExpediente, Expediente, Turno
from modelos.expedientes.notificacion import ClaseDeNotificacion, Notificacion
from modelos.plazos import hitos
from modelos.sesion import insertar, lectura, transaccion

LOTE = 500
Par = tuple[Turno, Interesado]


def avisar(ctx: Contexto, encargo: Encargo) -> str:
    """Deja un aviso por persona y turno; nada a quien ya no debe. Repetirlo no añade ninguno.

    El aviso es lo que se ve en la bandeja; la notificación, lo que saldrá en su correo o su canal. `de_nuevo`: se
    dice aunque ya se hubiera dicho, porque el turno se soltó o se dio a otra persona; `menos`: a quien no hace falta.
    """
    abiertos = select(Turno).where(col(Turno.id).in_(encargo.datos["turnos"]), col(Turno.estado).in_(ABIERTOS))
    turnos = ctx.s.scalars(abiertos).all()
    de_nuevo, menos = encargo.datos.get("de_nuevo"), encargo.datos.get("menos")
    pares = [(t, i) for t, i in _pares(Organigrama(ctx.s), turnos) if i.persona != menos]
    _decir(ctx.s, pares, ctx.ahora, de_nuevo)
    return f"{len(pares)} avisos en {len(turnos)} turnos"


def completar(url: str) -> int:
    """Avisa de cada turno abierto del que no consta aviso a nadie de a quienes hoy toca; devuelve cuántos eran.

    Así lo de una unidad que se quedó sin nadie llega al nivel de arriba, y después a quien se adscriba. Es idempotente.
    """
    with lectura(url) as s:
        faltan = sin_decir(s)
    for i in range(0, len(faltan), LOTE):
        with transaccion(url) as s:
            siguen = select(Turno).where(col(Turno.id).in_(faltan[i : i + LOTE]), col(Turno.estado).in_(ABIERTOS))
            _decir(s, _pares(Organigrama(s), s.scalars(siguen).all()), reloj.ahora())
    return len(faltan)


def _pares(organigrama: Organigrama, turnos: Iterable[Turno]) -> list[Par]:
    return [(turno, i) for turno in turnos for i in organigrama.toca(turno.unidad, turno.persona_id)]


def _decir(s: Session, pares: Sequence[Par], ahora: datetime, de_nuevo: int | None = None) -> None:
    avisos = [{"persona_id": i.persona, "turno_id": t.id, "creado": ahora} for t, i in pares if not i.sube]
    if avisos:
        s.execute(insertar(s, Aviso).on_conflict_do_nothing(), avisos)
    dichas = _dichas(s, [(i.persona, _clave(t.id)) for t, i in pares]) if de_nuevo else set()
    filas = [_notificacion(t, i, de_nuevo if (i.persona, _clave(t.id)) in dichas else None) for t, i in pares]
    hitos.notificar(s, filas, ahora, reloj.local(ahora).date())


def _notificacion(turno: Turno, quien: Interesado, de_nuevo: int | None) -> dict[str, Any]:
    return hitos.notificacion(
        quien.persona,
        f"{_clave(turno.id)}:{de_nuevo}" if de_nuevo else _clave(turno.id),
        ClaseDeNotificacion.TURNO,
        turno.folio,
        turno=turno.id,
        plazo=None,
        datos={"para": quien.por, "sube": quien.sube},
    )


def _clave(turno: str) -> str:
    return f"turno:{turno}"


def _dichas(s: Session, pedidas: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """De esas (persona, clave), las que ya constan."""
    persona, clave = col(Notificacion.persona_id), col(Notificacion.clave)
    return {(p, c) for p, c in s.execute(select(persona, clave).where(tuple_(persona, clave).in_(pedidas)))}


def sin_decir(s: Session) -> list[str]:
    """Los turnos abiertos, de expedientes en curso, de los que no consta aviso a nadie de a quienes hoy toca."""
    consulta = (
        select(col(Turno.id), col(Turno.unidad), col(Turno.persona_id))
        .join(Expediente, col(Expediente.folio) == Turno.folio)
        .where(
            de_los(col(Turno.estado), ABIERTOS),
            col(Turno.a_mano).is_(True),
            col(Expediente.estado) != EstadoExpediente.SUSPENDIDO.value,
        )
        .order_by(col(Turno.id))
    )
    organigrama = Organigrama(s).completo()
    faltan: list[str] = []
    for turnos in s.execute(consulta, execution_options={"yield_per": LOTE}).partitions():  # pueden ser cien mil
        deben = {id_: [i.persona for i in organigrama.toca(unidad, tomado_por)] for id_, unidad, tomado_por in turnos}
        dichas = _dichas(s, [(persona, _clave(id_)) for id_, personas in deben.items() for persona in personas])
        sabidos = {clave for _, clave in dichas}
        faltan += [id_ for id_, personas in deben.items() if personas and _clave(id_) not in sabidos]
    return faltan
