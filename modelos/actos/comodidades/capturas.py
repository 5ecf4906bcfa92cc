"""Lo que una persona lleva escrito de un turno y aún no registra: se guarda aparte, y es sólo suyo.

No es un acto sobre el expediente: no deja asiento, no lo bloquea ni cambia la versión del turno. Cada guardado
sube la revisión; quien guarda desde una página que leyó otra se entera y decide, y no se pierde ninguna de las dos.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.actos.turnos.atender import exigir_abierto, leer_turno, nombre_de, pendiente_de, persona_que_actua
from modelos.actos.turnos.mover import Contexto
from modelos.actos.turnos.tenencia import la_tiene_otra
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.expedientes.comodidades import CapturaGuardada
from modelos.expedientes.errores import TurnoTomado
from modelos.expedientes.expediente import Turno
from modelos.organizacion.permisos import puede_atender
from modelos.sesion import insertar

LARGO_TOTAL = 400_000
"""Caracteres de todo lo que se guarda de un turno; el mayor formulario, lleno, cabe de sobra."""
REVISION_MAXIMA = 2**31 - 2


def leer(s: Session, persona: int, turno: str) -> CapturaGuardada | None:
    """Lo que esa persona lleva escrito de ese turno, como está en la base."""
    return s.get(CapturaGuardada, (persona, turno), populate_existing=True)


def guardar(
    ctx: Contexto, id_: str, textos: Mapping[str, str], revision: int
) -> tuple[CapturaGuardada | None, CapturaGuardada | None]:
    """Guarda lo escrito si la página leyó la última revisión; 0: no había nada guardado.

    Devuelve:
        (lo guardado, None); (None, lo que otra página guardó después, intacto); o (None, None) si no había nada
        que guardar. Repetir lo mismo no es un choque, aunque la revisión ya sea otra.

    Lanza:
        NoExiste, NoLeCorresponde, ActividadYaAtendida, ActoNoProcede (se canceló), TurnoTomado,
        FormularioIncompleto: pasa de `LARGO_TOTAL`.
    """
    persona = _exigir_que_atienda(ctx, id_)
    limpios = _limpios(textos)
    if not 0 <= revision <= REVISION_MAXIMA:
        raise FormularioIncompleto({"captura_revision": "no es una que se haya dado; recargue la página"})
    if not limpios and not revision:
        return None, None
    valores = {"textos": limpios, "revision": revision + 1, "guardada": ctx.ahora}
    suya = col(CapturaGuardada.persona_id) == persona, col(CapturaGuardada.turno_id) == id_
    subir = update(CapturaGuardada).where(*suya, col(CapturaGuardada.revision) == revision).values(**valores)
    subir = subir.returning(col(CapturaGuardada.revision)).execution_options(synchronize_session=False)
    if ctx.s.execute(subir).first() is None:
        # O nunca hubo, o se descartó en otra página: se guarda como nueva. Si hay una, es de otra página.
        nueva = insertar(ctx.s, CapturaGuardada).values(persona_id=persona, turno_id=id_, **valores)
        ganada = nueva.on_conflict_do_nothing().returning(col(CapturaGuardada.revision))
        if ctx.s.execute(ganada).first() is None:
            otra = leer(ctx.s, persona, id_)
            return (otra, None) if otra is not None and otra.textos == limpios else (None, otra)
    return leer(ctx.s, persona, id_), None


def descartar(ctx: Contexto, id_: str, revision: int) -> CapturaGuardada | None:
    """Tira lo escrito, si es lo que se leyó; devuelve lo que hay si otra página guardó después. Repetirlo no falla."""
    persona = persona_que_actua(ctx).persona
    suya = col(CapturaGuardada.persona_id) == persona, col(CapturaGuardada.turno_id) == id_
    tirar = delete(CapturaGuardada).where(*suya, col(CapturaGuardada.revision) == revision)
    ctx.s.execute(tirar.execution_options(synchronize_session=False))
    return leer(ctx.s, persona, id_)


def registrada(ctx: Contexto, id_: str) -> None:
    """Quita lo escrito de quien acaba de registrar ese turno; lo de los demás sigue, para que lo copien."""
    persona = persona_que_actua(ctx).persona
    suya = col(CapturaGuardada.persona_id) == persona, col(CapturaGuardada.turno_id) == id_
    ctx.s.execute(delete(CapturaGuardada).where(*suya).execution_options(synchronize_session=False))


def _limpios(textos: Mapping[str, str]) -> dict[str, str]:
    """Los que llevan algo. Lanza FormularioIncompleto si entre todos son demasiado."""
    limpios = {nombre: texto for nombre, texto in textos.items() if texto.strip()}
    if sum(len(nombre) + len(texto) for nombre, texto in limpios.items()) > LARGO_TOTAL:
        raise FormularioIncompleto({"datos": "es demasiado largo para guardarse a medias; recorte lo que escribió"})
    return limpios


def _exigir_que_atienda(ctx: Contexto, id_: str) -> int:
    """La persona, si hoy podría responder ese turno; sin bloquear el expediente."""
    quien = persona_que_actua(ctx)
    pendiente_de(id_)
    turno: Turno = leer_turno(ctx, id_)
    if not puede_atender(quien, turno.unidad):
        raise NoLeCorresponde("escribir la respuesta de este turno", f"{turno.unidad}, con rol de operación")
    exigir_abierto(ctx, turno)
    if la_tiene_otra(ctx, turno):
        raise TurnoTomado(id_, nombre_de(ctx, turno.persona_id))
    return quien.persona
