"""La cola de mensajes: quién toma cada uno para enviarlo, cómo terminó, y los que hay que ver.

Un motor la toma en una transacción, la envía fuera de ella y anota en otra cómo le fue. Si muere en
medio, otro la retoma cuando su latido vence: se prefiere repetir a perder (ADR 0022).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal_column, select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.avisos.entrega import Canal, Entrega, EstadoEntrega
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.listas import DE_INSTANTE, LIMITE, Pagina, acotar, cortar
from modelos.motor.latido import VIVO_S, Latido, pulso
from modelos.organizacion.organigrama import Persona
from modelos.organizacion.permisos import Quien, exigir_administracion, ve_entregas

ESPERAS_S = (60.0, 120.0, 300.0, 900.0, 3600.0)
"""Lo que se espera tras cada intento fallido; el último se repite."""
ABANDONADA_S = 900.0
"""Tomada por más de esto se da por abandonada, aunque su motor lata: ningún envío dura tanto."""


DIA_S = 86_400.0
VARIOS = 2
"""Intentos fallidos desde los que no es un tropiezo: con ellos ya pasó un minuto."""
SUSTITUYE = "Lo sustituye el del "
"""Con qué empieza el motivo de un resumen descartado porque otro posterior lleva lo suyo; no se reintenta."""


@dataclass(frozen=True)
class Tomada:
    """Una entrega en manos de un motor, con lo que hace falta para llevarla."""

    id: str
    persona: int | None
    nombre: str
    correo: str
    direccion: str
    """La dirección de Apprise; vacía si va al correo de la persona."""
    notificaciones: tuple[int, ...]
    activo: bool
    """Falso si la persona se dio de baja o el canal se quitó después de armarse."""


def tomar(s: Session, motor: str, cuantas: int, menos: Collection[str] = ()) -> list[Tomada]:
    """Toma hasta `cuantas` de las que ya toca enviar; dos motores nunca toman la misma.

    También las que tomó un motor que ya no late, o que quedaron tomadas demasiado tiempo.

    menos: las que deben esperar.
    """
    ahora = pulso()
    candidatas = (
        select(col(Entrega.id))
        .where(col(Entrega.estado) == literal_column("'pendiente'"), col(Entrega.proximo) <= ahora, libre(ahora))
        .where(col(Entrega.id).not_in(menos))
        .order_by(col(Entrega.proximo), col(Entrega.id))
        .limit(cuantas)
        .with_for_update(skip_locked=True)
    )
    ids = list(s.scalars(candidatas))
    if not ids:
        return []
    marcar = update(Entrega).where(col(Entrega.id).in_(ids)).values(motor=motor, tomada=ahora)
    s.execute(marcar, execution_options={"synchronize_session": False})
    consulta = (
        select(
            Entrega,
            col(Persona.nombre),
            col(Persona.correo),
            col(Persona.activa),
            col(Canal.direccion),
            col(Canal.activo),
        )
        .join(Persona, col(Persona.id) == Entrega.persona_id, isouter=True)
        .join(Canal, col(Canal.id) == Entrega.canal_id, isouter=True)
        .where(col(Entrega.id).in_(ids))
        .order_by(col(Entrega.proximo), col(Entrega.id))
        .execution_options(populate_existing=True)
    )
    return [
        # De lo que no lleva (persona o canal), la unión da nulos.
        Tomada(
            e.id,
            e.persona_id,
            nombre or "",
            correo or "",
            direccion or "",
            tuple(e.notificaciones),
            activa is not False and activo is not False,
        )
        for e, nombre, correo, activa, direccion, activo in s.execute(consulta).all()
    ]


def libre(ahora: float) -> ColumnElement[bool]:
    """Que nadie la esté enviando: no la tiene ningún motor, o el que la tomó murió o la dejó. ahora: de `pulso`."""
    late = exists().where(col(Latido.motor) == Entrega.motor, col(Latido.visto) >= ahora - VIVO_S)
    tomada = col(Entrega.tomada)
    return col(Entrega.motor).is_(None) | ((tomada < ahora - VIVO_S) & ~late) | (tomada < ahora - ABANDONADA_S)


def sigue_suya(s: Session, id_: str, motor: str) -> bool:
    """Si ese motor la tiene todavía: mientras dormía pudo retomarla otro, o sustituirla un resumen posterior."""
    return s.scalar(_suya(), {"cual": id_, "de_quien": motor}) is not None


@cache
def _suya() -> Select[str]:
    """Se arma una vez: se hace con cada mensaje, y armarla cuesta más que hacerla."""
    suya = (col(Entrega.motor) == bindparam("de_quien")) & (col(Entrega.estado) == EstadoEntrega.PENDIENTE.value)
    return select(col(Entrega.id)).where(col(Entrega.id) == bindparam("cual"), suya)


def hay_que_enviar(s: Session) -> bool:
    """Si hay alguna pendiente a la que ya le toca; sin bloquear nada."""
    return bool(
        s.scalar(
            select(
                exists().where(col(Entrega.estado) == literal_column("'pendiente'"), col(Entrega.proximo) <= pulso())
            )
        )
    )


def sin_tomar(s: Session, menos: Collection[str] = ()) -> float | None:
    """Cuántos segundos lleva la más vieja a la que ya le tocaba y nadie toma; None si no hay, o si se están enviando.

    menos: las que esperan a propósito.
    """
    pendiente = col(Entrega.estado) == literal_column("'pendiente'")
    if s.scalar(select(exists().where(pendiente, ~libre(pulso())))):
        return None
    viejo = s.scalar(select(func.min(col(Entrega.proximo))).where(pendiente, col(Entrega.id).not_in(menos)))
    return None if viejo is None else max(0.0, pulso() - viejo)


def sin_correo(s: Session) -> int:
    """A cuántas personas no les llega su correo: lleva varios intentos, o los agotó hace menos de un día.

    No cuenta el que el servidor rechazó a la primera, por su dirección.
    """
    fallando = col(Entrega.estado).in_((EstadoEntrega.PENDIENTE.value, EstadoEntrega.FALLIDA.value))
    consulta = select(func.count(col(Entrega.persona_id).distinct())).where(
        fallando,
        col(Entrega.intentos) >= VARIOS,
        col(Entrega.canal_id).is_(None),
        # Al fallar se anota cuándo le toca la vez siguiente.
        col(Entrega.proximo) > pulso() - DIA_S,
    )
    return s.scalar(consulta) or 0


def enviada(s: Session, id_: str, asunto: str, ahora: datetime) -> None:
    """Llegó al servidor o al canal; vale aunque entre tanto otro la hubiera retomado."""
    _terminar(s, id_, EstadoEntrega.ENVIADA, {"asunto": asunto[:300], "enviada": ahora, "error": None}, intento=True)


def descartada(s: Session, id_: str, motivo: str) -> None:
    """No se envía, y se dice por qué."""
    _terminar(s, id_, EstadoEntrega.DESCARTADA, {"error": motivo[:2000]}, intento=False)


def fallar(s: Session, id_: str, motor: str, motivo: str, maximo: int) -> EstadoEntrega:
    """Cuenta un intento fallido: se reintenta cada vez más tarde, o queda fallida si llegó a `maximo`.

    Devuelve cómo quedó. No hace nada si otro motor ya la retomó.
    """
    fila = s.scalar(
        select(Entrega).where(col(Entrega.id) == id_).with_for_update().execution_options(populate_existing=True)
    )
    if fila is None or fila.motor != motor or fila.estado != EstadoEntrega.PENDIENTE:
        return EstadoEntrega(fila.estado) if fila else EstadoEntrega.DESCARTADA
    fila.intentos += 1
    fila.error, fila.motor, fila.tomada = motivo[:2000], None, None
    fila.proximo = pulso() + ESPERAS_S[min(fila.intentos, len(ESPERAS_S)) - 1]
    if fila.intentos >= maximo:
        fila.estado = EstadoEntrega.FALLIDA.value
    s.flush()
    return EstadoEntrega(fila.estado)


def _terminar(s: Session, id_: str, estado: EstadoEntrega, valores: dict[str, Any], *, intento: bool) -> None:
    orden = update(Entrega).where(col(Entrega.id) == id_, col(Entrega.estado) != EstadoEntrega.ENVIADA.value)
    suma = {"intentos": col(Entrega.intentos) + 1} if intento else {}
    s.execute(
        orden.values(estado=estado.value, motor=None, tomada=None, **valores, **suma),
        execution_options={"synchronize_session": False},
    )


# --- verlas y reintentarlas ------------------------------------------------------


_REINTENTABLES = (EstadoEntrega.FALLIDA.value, EstadoEntrega.DESCARTADA.value)


@dataclass(frozen=True)
class FichaDeEntrega:
    """Una entrega para verse: a quién, en qué va y por qué no salió; nada de lo que dice."""

    id: str
    destinatario: str
    medio: str
    """«correo», o el nombre que se le dio al canal."""
    estado: str
    asunto: str
    creada: datetime
    intentos: int
    enviada: datetime | None
    error: str

    @property
    def reintentable(self) -> bool:
        """Si falló o se descartó, y ningún resumen posterior lleva ya lo suyo."""
        sustituida = self.error.startswith(SUSTITUYE)
        return self.estado in _REINTENTABLES and not (self.estado == EstadoEntrega.DESCARTADA and sustituida)


def exigir_que_mire(quien: Quien) -> None:
    """Sólo administración y dirección ven qué mensajes salieron. Lanza NoLeCorresponde."""
    if not ve_entregas(quien):
        raise NoLeCorresponde("ver las entregas", "administración o dirección")


def quien_mira(quien: Quien | None) -> Quien:
    """Quien actúa, si puede ver las entregas. Lanza NoLeCorresponde."""
    if quien is None:
        raise NoLeCorresponde("ver las entregas", "administración o dirección")
    exigir_que_mire(quien)
    return quien


def listar(
    s: Session, quien: Quien, *, estado: str | None = None, cursor: str | None = None, limite: int = LIMITE
) -> Pagina[FichaDeEntrega]:
    """Las entregas, la más reciente primero.

    Lanza:
        NoLeCorresponde: no es de administración ni de dirección.
        FormularioIncompleto: estado, cursor o límite no sirven.
    """
    exigir_que_mire(quien)
    tope = acotar(limite)
    condiciones = _en_estado(estado) if estado else []
    total = s.scalar(select(func.count()).select_from(Entrega).where(*condiciones)) or 0
    if cursor:
        condiciones.append(tuple_(col(Entrega.creada), col(Entrega.id)) < DE_INSTANTE.leer(cursor))
    consulta = (
        select(Entrega, col(Persona.nombre), col(Canal.nombre), col(Canal.unidad))
        .join(Persona, col(Persona.id) == Entrega.persona_id, isouter=True)
        .join(Canal, col(Canal.id) == Entrega.canal_id, isouter=True)
        .where(*condiciones)
        .order_by(col(Entrega.creada).desc(), col(Entrega.id).desc())
        .limit(tope + 1)
    )
    fichas = [_ficha(e, nombre or unidad, canal) for e, nombre, canal, unidad in s.execute(consulta)]
    return cortar(fichas, tope, total, DE_INSTANTE, lambda ficha: (ficha.creada, ficha.id))


def _en_estado(estado: str) -> list[ColumnElement[bool]]:
    if estado not in set(EstadoEntrega):
        raise FormularioIncompleto({"estado": f"use uno de: {', '.join(EstadoEntrega)}"})
    return [col(Entrega.estado) == estado]


def _ficha(e: Entrega, de: str | None, canal: str | None) -> FichaDeEntrega:
    return FichaDeEntrega(
        e.id, de or "", canal or "correo", e.estado, e.asunto, e.creada, e.intentos, e.enviada, e.error or ""
    )


def reintentar(s: Session, quien: Quien, id_: str) -> None:
    """Vuelve a poner en la cola una que falló o se descartó; sale con lo que aún se deba.

    Lanza:
        NoLeCorresponde: no es de administración.
        NoExiste: no hay tal entrega.
        ActoNoProcede: ya se envió, está por enviarse, o la sustituye otra.
    """
    sustituida = (col(Entrega.estado) == EstadoEntrega.DESCARTADA.value) & col(Entrega.error).startswith(SUSTITUYE)
    # Una descartada siempre dice por qué, pero con el motivo nulo la condición no sería ni cierta ni falsa.
    sirve = col(Entrega.error).is_(None) | ~sustituida
    if _a_la_cola(s, quien, [col(Entrega.id) == id_, col(Entrega.estado).in_(_REINTENTABLES), sirve]):
        return
    fila = s.get(Entrega, id_)
    if fila is None:
        raise NoExiste("la entrega", id_)
    que = {
        EstadoEntrega.ENVIADA.value: "ya se envió",
        EstadoEntrega.DESCARTADA.value: "un resumen posterior lleva lo que aún se debe",
    }.get(fila.estado, "ya está por enviarse")
    raise ActoNoProcede("reintentar la entrega", que, "Vuelva a mirar la lista.")


def reintentar_fallidas(s: Session, quien: Quien) -> int:
    """Vuelve a poner en la cola todas las que fallaron; devuelve cuántas. Repetirlo no cambia nada.

    Lanza:
        NoLeCorresponde: no es de administración.
    """
    return _a_la_cola(s, quien, [col(Entrega.estado) == EstadoEntrega.FALLIDA.value])


def fallidas(s: Session) -> int:
    """Cuántas agotaron sus intentos y esperan a que alguien las vea."""
    de_falla = col(Entrega.estado) == EstadoEntrega.FALLIDA.value
    return s.scalar(select(func.count()).select_from(Entrega).where(de_falla)) or 0


def _a_la_cola(s: Session, quien: Quien, cuales: list[ColumnElement[bool]]) -> int:
    exigir_administracion(quien, "reintentar una entrega")
    valores = {
        "estado": EstadoEntrega.PENDIENTE.value,
        "intentos": 0,
        "proximo": pulso(),
        "motor": None,
        "tomada": None,
    }
    orden = update(Entrega).where(*cuales).values(**valores).returning(col(Entrega.id))
    return len(s.execute(orden, execution_options={"synchronize_session": False}).all())
