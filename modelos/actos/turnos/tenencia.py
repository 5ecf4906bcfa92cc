"""Quién tiene un turno, y soltarlo cuando quien lo tomó ya no puede atenderlo.

Se suelta al darla de baja o al cortar su adscripción, en la jornada si sólo pasó la fecha, y en el propio acto de
quien llega antes que la jornada. Siempre con su asiento, y avisando a quienes les vuelve a tocar.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from modelos import reloj
from modelos.actos.turnos.mover import Contexto, EncargoPedido, bloquear, encargar
from modelos.avisos import a_quien
from modelos.errores import BaseInaccesible, BaseSinPreparar, ErrorGestion
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import EstadoTurno, Expediente, Turno
from modelos.organizacion.organigrama import responsables
from modelos.sesion import lectura, transaccion
from modelos.tabla import Catalogo
from modelos.tabla.errores import EnCuarentena, TablaAlterada

registro = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sueltos:
    """Lo que dejó un barrido: los turnos que se soltaron, y los que no se pudieron."""

    turnos: tuple[str, ...]
    fallas: tuple[str, ...]

    def __str__(self) -> str:
        cuantos = len(self.turnos)
        sueltos = "1 turno se liberó" if cuantos == 1 else f"{cuantos} turnos se liberaron"
        return f"{sueltos} de quien ya no está." + (f" {len(self.fallas)} no se pudieron." if self.fallas else "")


def asignar(ctx: Contexto, expediente: Expediente, turno: Turno, tipo: str, persona: int | None, motivo: str) -> int:
    """Asienta quién lo tiene ahora (None: nadie) y lo escribe en el turno; devuelve el orden del asiento."""
    asentado = {"turno": turno.id, "persona": persona, "motivo": motivo}
    orden = bitacora.asentar(ctx.s, expediente, tipo, ctx.actor, turno.unidad, asentado, ctx.ahora)
    turno.persona_id = persona
    turno.estado = (EstadoTurno.TOMADO if persona else EstadoTurno.PENDIENTE).value
    turno.version += 1
    ctx.s.add(turno)
    ctx.s.flush()
    return orden


def avisar_de_nuevo(ctx: Contexto, expediente: Expediente, orden: int, turnos: Sequence[Turno]) -> None:
    """Encarga que se diga a quienes ahora les tocan, menos a quien actúa, aunque ya se les hubiera dicho."""
    unidades = sorted({turno.unidad for turno in turnos})
    a_quien_ = unidades[0] if len(unidades) == 1 else f"{len(unidades)} unidades"
    menos = {"menos": ctx.quien.persona} if ctx.quien else {}
    datos = {"turnos": [turno.id for turno in turnos], "de_nuevo": orden, **menos}
    encargar(ctx, expediente, orden, [EncargoPedido("aviso", f"Aviso a {a_quien_}", datos)])


def la_tiene_otra(ctx: Contexto, turno: Turno) -> bool:
    """Si lo tomó otra persona que hoy puede atenderlo; a quien ya no está no se le espera."""
    actual = ctx.quien.persona if ctx.quien else None
    return turno.persona_id not in (None, actual) and turno.persona_id in responsables(ctx.s, turno.unidad)


def soltar_si_no_esta(ctx: Contexto, expediente: Expediente, turno: Turno, *, avisa: bool = True) -> bool:
    """Suelta el turno si lo tomó alguien que ya no puede atenderlo; el expediente ya está bloqueado.

    avisa: si se dice a quienes les vuelve a tocar; no hace falta cuando uno de ellos es quien actúa.
    """
    if turno.estado != EstadoTurno.TOMADO or turno.persona_id in responsables(ctx.s, turno.unidad):
        return False
    motivo = f"Quien lo tomó ya no atiende los turnos de {turno.unidad}."
    # Lo hace el sistema, aunque lo provoque quien da la baja o quien llega a tomarlo: ninguno decidió soltarlo.
    orden = asignar(replace(ctx, quien=None), expediente, turno, "liberacion", None, motivo)
    if avisa:
        avisar_de_nuevo(ctx, expediente, orden, [turno])
    return True


def soltar_los_de(ctx: Contexto, persona: int) -> list[str]:
    """Suelta los turnos que esa persona tomó y ya no puede atender; devuelve cuáles. Los de cuarentena, no."""
    ctx.s.flush()
    sueltos = []
    for id_ in a_quien.tomados_por_ausentes(ctx.s, persona):
        try:
            if _soltar(ctx, id_):
                sueltos.append(id_)
        except (EnCuarentena, TablaAlterada) as error:
            # Que alguien se vaya no espera a que se arregle su tabla; la jornada insiste.
            registro.warning("tenencia: no se liberó %s: %s", id_, error)
    return sueltos


def soltar_pendientes(url: str, tablas: Catalogo) -> Sueltos:
    """Suelta los de quienes ya no están porque pasó su último día; una transacción cada uno. Es idempotente.

    Lanza:
        BaseInaccesible, BaseSinPreparar: lo ya soltado queda suelto.
    """
    with lectura(url) as s:
        candidatos = a_quien.tomados_por_ausentes(s)
    sueltos, fallas = [], []
    for id_ in candidatos:
        try:
            with transaccion(url) as s:
                if _soltar(Contexto(s, tablas, None, reloj.ahora()), id_):
                    sueltos.append(id_)
        except (BaseInaccesible, BaseSinPreparar):
            raise
        except ErrorGestion as error:
            fallas.append(id_)
            registro.warning("tenencia: no se liberó %s: %s", id_, error)
    return Sueltos(tuple(sueltos), tuple(fallas))


def _soltar(ctx: Contexto, id_: str) -> bool:
    expediente, _ = bloquear(ctx, id_.partition(".")[0])
    turno = ctx.s.get_one(Turno, id_, populate_existing=True)
    return soltar_si_no_esta(ctx, expediente, turno)
