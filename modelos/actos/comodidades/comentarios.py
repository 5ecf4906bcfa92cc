"""Decir algo en un expediente sin decidir nada, mencionar a quien lo ve, y seguirlo.

No deja asiento: un comentario no es parte de la historia que se audita. Sólo se menciona a quien ya puede
leer el expediente; mencionar no da permiso de verlo, y por eso su notificación no lleva `para`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlmodel import col

from modelos import reloj
from modelos.actos.turnos.mover import Contexto
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.expedientes import comentarios, visibles
from modelos.expedientes.comentarios import Lector
from modelos.expedientes.comodidades import Comentario, Mencion, Seguimiento
from modelos.expedientes.expediente import plegar
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.organizacion.correos import normalizado
from modelos.organizacion.permisos import Quien
from modelos.plazos import hitos
from modelos.sesion import insertar, serializar

LARGO = 4000
MENCIONES_MAXIMO = 20
DOBLE_CLIC = timedelta(minutes=1)
_ARROBA = re.compile(r"(?<![\w.+-])@(?=\w)")
_CORREO = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)+")
_PALABRA = re.compile(r"\w[\w.+-]*")


def comentar(ctx: Contexto, folio: str, texto: str, elegidos: Iterable[int] = ()) -> Comentario:
    """Guarda el comentario y hace saber a quien menciona. Repetirlo en menos de un minuto no lo duplica.

    elegidos: personas marcadas en la lista; se suman a las que el texto nombra con @.

    Lanza:
        FormularioIncompleto: está vacío, no cabe, o menciona a quien no ve el expediente.
        NoExiste, NoLeCorresponde.
    """
    quien = _alguien(ctx, "comentar")
    expediente = visibles.expediente_visible(ctx.s, quien, folio)
    limpio = limpiar_texto("comentario", texto).strip()
    if not 1 <= len(limpio) <= LARGO:
        raise FormularioIncompleto({"comentario": f"escriba el comentario, en {LARGO} caracteres o menos"})
    lectores = comentarios.quienes_lo_ven(ctx.s, expediente)
    aludidos = _aludidos(limpio, set(elegidos), lectores) - {quien.persona}
    serializar(ctx.s, f"comentario:{folio}:{quien.persona}")
    if ya := comentarios.repetido(ctx.s, quien.persona, folio, limpio, ctx.ahora - DOBLE_CLIC):
        return _tambien_a(ctx, ya, aludidos)
    nuevo = Comentario(folio=folio, persona_id=quien.persona, texto=limpio, creado=ctx.ahora)
    ctx.s.add(nuevo)
    ctx.s.flush()
    return _tambien_a(ctx, nuevo, aludidos)


def seguir(ctx: Contexto, folio: str) -> None:
    """Empieza a seguirlo desde lo que hay ahora; repetirlo no cambia nada. Lanza NoExiste, NoLeCorresponde."""
    quien = _alguien(ctx, "seguir un expediente")
    expediente = visibles.expediente_visible(ctx.s, quien, folio)
    fila = {"persona_id": quien.persona, "folio": folio, "desde": ctx.ahora, "visto": expediente.asientos}
    ctx.s.execute(insertar(ctx.s, Seguimiento).values(fila).on_conflict_do_nothing())


def dejar(ctx: Contexto, folio: str) -> None:
    """Deja de seguirlo, lo vea todavía o no; repetirlo no cambia nada."""
    quien = _alguien(ctx, "dejar de seguir un expediente")
    suyo = (col(Seguimiento.persona_id) == quien.persona) & (col(Seguimiento.folio) == folio)
    ctx.s.execute(delete(Seguimiento).where(suyo))


def dar_por_visto(ctx: Contexto, folio: str, hasta: int) -> None:
    """Anota hasta qué asiento lo vio, si lo sigue, y que ya vio dónde le mencionan en él."""
    quien = _alguien(ctx, "ver un expediente")
    suyo = (col(Seguimiento.persona_id) == quien.persona) & (col(Seguimiento.folio) == folio)
    sin_sincronizar = {"synchronize_session": False}
    avanza = update(Seguimiento).where(suyo, col(Seguimiento.visto) < hasta).values(visto=hasta)
    ctx.s.execute(avanza, execution_options=sin_sincronizar)
    de_folio = select(col(Comentario.id)).where(col(Comentario.folio) == folio)
    mias = update(Mencion).where(
        col(Mencion.persona_id) == quien.persona, col(Mencion.visto).is_(None), col(Mencion.comentario_id).in_(de_folio)
    )
    ctx.s.execute(mias.values(visto=ctx.ahora), execution_options=sin_sincronizar)


# --- piezas --------------------------------------------------------------------


def _tambien_a(ctx: Contexto, comentario: Comentario, aludidos: set[int]) -> Comentario:
    """El comentario, con esas menciones además de las que ya tenga; sólo se notifica a quien no estaba."""
    ya = set(ctx.s.scalars(select(col(Mencion.persona_id)).where(col(Mencion.comentario_id) == comentario.id)))
    nuevos = sorted(aludidos - ya)
    ctx.s.add_all(Mencion(comentario_id=comentario.id or 0, persona_id=persona) for persona in nuevos)
    ctx.s.flush()
    _notificar(ctx, comentario, nuevos)
    return comentario


def _alguien(ctx: Contexto, acto: str) -> Quien:
    if ctx.quien is None:
        raise NoLeCorresponde(acto, "una persona")
    return ctx.quien


def _aludidos(texto: str, elegidos: set[int], lectores: Sequence[Lector]) -> set[int]:
    """Los ids mencionados. Lanza FormularioIncompleto si alguno no ve el expediente."""
    if elegidos - {lector.id for lector in lectores}:
        raise FormularioIncompleto({"menciones": "una de las personas elegidas ya no ve este expediente; quítela"})
    nombrados, ajenos = _nombrados(texto, lectores)
    if ajenos:
        cuales = ", ".join(f"@{ajeno}" for ajeno in dict.fromkeys(ajenos))
        raise FormularioIncompleto(
            {"comentario": f"nadie que vea este expediente responde a {cuales}; elíjalo de la lista de abajo"}
        )
    hallados = elegidos | nombrados
    if len(hallados) > MENCIONES_MAXIMO:
        raise FormularioIncompleto({"menciones": f"mencione a {MENCIONES_MAXIMO} personas o menos"})
    return hallados


def _nombrados(texto: str, lectores: Sequence[Lector]) -> tuple[set[int], list[str]]:
    """A quiénes nombra con una arroba, por su correo o su nombre; y lo que lleva arroba y no es de nadie."""
    hallados: set[int] = set()
    ajenos: list[str] = []
    por_correo = {lector.correo: lector.id for lector in lectores}
    por_nombre = [(plegar(lector.nombre), lector.id) for lector in lectores]
    for arroba in _ARROBA.finditer(texto):
        resto = texto[arroba.end() :]
        correo = _CORREO.match(resto)
        persona = por_correo.get(normalizado(correo[0].rstrip("."))) if correo else _con_nombre(resto, por_nombre)
        if persona is not None:
            hallados.add(persona)
        else:
            escrito = correo or _PALABRA.match(resto)
            ajenos.append(escrito[0] if escrito else resto[:20])
    return hallados, ajenos


def _con_nombre(resto: str, por_nombre: Iterable[tuple[str, int]]) -> int | None:
    """Aquel con cuyo nombre empieza el texto, el más largo que quepa. Lanza FormularioIncompleto si son varios."""
    plegado = plegar(resto)
    caben = [(nombre, id_) for nombre, id_ in por_nombre if _empieza(plegado, nombre)]
    largo = max((len(nombre) for nombre, _ in caben), default=0)
    suyos = [id_ for nombre, id_ in caben if len(nombre) == largo]
    if len(suyos) > 1:
        homonimos = f"hay {len(suyos)} personas con ese nombre: «@{resto[:largo]}»; use su correo"
        raise FormularioIncompleto({"comentario": f"{homonimos} o elíjala de la lista de abajo"})
    return suyos[0] if suyos else None


def _empieza(texto: str, nombre: str) -> bool:
    return texto.startswith(nombre) and not texto[len(nombre) : len(nombre) + 1].isalnum()


def _notificar(ctx: Contexto, comentario: Comentario, personas: Sequence[int]) -> None:
    # `para` es una unidad que debe saberlo, y da permiso de ver el expediente (`visibles.conciernen`); aquí no va.
    filas = [
        hitos.notificacion(
            persona,
            f"mencion:{comentario.id}",
            ClaseDeNotificacion.TURNO,
            comentario.folio,
            turno=None,
            plazo=None,
            datos={"mencion": comentario.id, "sube": False},
        )
        for persona in personas
    ]
    hitos.notificar(ctx.s, filas, ctx.ahora, reloj.local(ctx.ahora).date())
