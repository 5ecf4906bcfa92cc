"""Quién de la unidad tiene el turno: tomar, liberar, reasignar."""

from __future__ import annotations

from modelos.actos.turnos import tenencia
from modelos.actos.turnos.atender import exigir_abierto, leer_turno, nombre_de, pendiente_de, persona_que_actua
from modelos.actos.turnos.mover import Contexto, bloquear, exigir_en_curso
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.expedientes.errores import TurnoTomado, VersionVieja
from modelos.expedientes.expediente import Expediente, Turno
from modelos.organizacion.organigrama import responsables
from modelos.organizacion.permisos import puede_atender, puede_liberar, puede_reasignar


def tomar(ctx: Contexto, id_: str, version: int | None = None) -> Turno:
    """Aparta el turno para quien lo pide, para que su unidad sepa que ya lo atiende.

    Lanza:
        NoExiste, NoLeCorresponde, ActividadYaAtendida, TurnoTomado, VersionVieja, ActoNoProcede.
    """
    quien = persona_que_actua(ctx)
    expediente, turno = _leer(ctx, id_)
    if not puede_atender(quien, turno.unidad):
        raise NoLeCorresponde("tomar este turno", f"{turno.unidad}, con rol de operación o coordinación")
    _exigir_movible(ctx, expediente, turno, version)
    if not turno.a_mano:
        raise ActoNoProcede("tomar el turno", "espera a su subexpediente", "Atienda los turnos de éste.")
    if turno.persona_id == quien.persona:
        return turno
    if tenencia.la_tiene_otra(ctx, turno):
        raise TurnoTomado(id_, nombre_de(ctx, turno.persona_id))
    tenencia.soltar_si_no_esta(ctx, expediente, turno, avisa=False)
    tenencia.asignar(ctx, expediente, turno, "toma", quien.persona, "")
    return turno


def liberar(ctx: Contexto, id_: str, version: int | None = None, motivo: str = "") -> Turno:
    """Devuelve el turno a su unidad, y se avisa a los demás; puede hacerlo quien lo tomó o quien conduce el expediente.

    Lanza:
        NoExiste, NoLeCorresponde, ActividadYaAtendida, VersionVieja, ActoNoProcede.
    """
    quien = persona_que_actua(ctx)
    expediente, turno = _leer(ctx, id_)
    if not puede_liberar(quien, turno.unidad, turno.persona_id, expediente.duena):
        raise NoLeCorresponde("liberar este turno", f"quien lo tomó o la coordinación de la {expediente.duena}")
    _exigir_movible(ctx, expediente, turno, version)
    if turno.persona_id is None:
        return turno
    orden = tenencia.asignar(ctx, expediente, turno, "liberacion", None, limpiar_texto("motivo", motivo).strip())
    tenencia.avisar_de_nuevo(ctx, expediente, orden, [turno])
    return turno


def reasignar(ctx: Contexto, id_: str, persona: int, motivo: str, version: int | None = None) -> Turno:
    """Da el turno a otra persona de la misma unidad, y se le avisa; la unidad la fija la tabla y no se cambia.

    Lanza:
        NoExiste, NoLeCorresponde, FormularioIncompleto, ActividadYaAtendida, VersionVieja, ActoNoProcede.
    """
    quien = persona_que_actua(ctx)
    expediente, turno = _leer(ctx, id_)
    if not puede_reasignar(quien, turno.unidad, expediente.duena):
        raise NoLeCorresponde("reasignar este turno", f"la coordinación de la {expediente.duena}")
    _exigir_movible(ctx, expediente, turno, version)
    if persona not in responsables(ctx.s, turno.unidad):
        raise FormularioIncompleto({"persona": f"elija a alguien activo que atienda los turnos de {turno.unidad}"})
    orden = tenencia.asignar(ctx, expediente, turno, "reasignacion", persona, limpiar_texto("motivo", motivo).strip())
    if persona != quien.persona:
        tenencia.avisar_de_nuevo(ctx, expediente, orden, [turno])
    return turno


# --- piezas ------------------------------------------------------------------


def _leer(ctx: Contexto, id_: str) -> tuple[Expediente, Turno]:
    pendiente_de(id_)
    expediente, _ = bloquear(ctx, id_.partition(".")[0])
    return expediente, leer_turno(ctx, id_)


def _exigir_movible(ctx: Contexto, expediente: Expediente, turno: Turno, version: int | None) -> None:
    """Después del permiso: lo que aquí se dice (quién lo atendió, en qué versión va) no es para cualquiera."""
    exigir_abierto(ctx, turno)
    exigir_en_curso(expediente, "mover el turno")
    if version is not None and version != turno.version:
        raise VersionVieja(turno.id, version, turno.version)
