"""Lo que cambia en la vida de una persona: de unidad, de contraseña, o que ya no entra.

El alta está en `modelos.organizacion.organigrama`. Nada se borra de lo que ya rigió: una
adscripción se cierra con su último día, que todavía cuenta.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.columnas import de_los
from modelos.errores import DatoRepetido, FormularioIncompleto, NoExiste
from modelos.expedientes.expediente import EstadoTurno, Turno
from modelos.organizacion import acceso, contrasenas
from modelos.organizacion.claves import cifrar, cifrar_generada
from modelos.organizacion.correos import normalizado
from modelos.organizacion.organigrama import (
    Adscripcion,
    Persona,
    Unidad,
    es_de_demostracion,
    faltas_de_persona,
    faltas_de_rol,
    lo_suyo,
    por_correo,
    vigente,
)
from modelos.organizacion.vigencia import dura_mas, falta_de_anio, faltas_de_anio, ha_acabado, se_enciman

LIMITE = 50


@dataclass(frozen=True)
class FichaDePersona:
    """Una persona en la lista. vigentes: sus pares (unidad, rol) de hoy; no cuentan si no está activa."""

    correo: str
    nombre: str
    activa: bool
    vigentes: tuple[tuple[str, str], ...]


def adscribir(
    s: Session, correo: str, *, unidad: str, rol: str, desde: date | None = None, hasta: date | None = None
) -> Adscripcion:
    """Da a una persona un rol en una unidad, además de los que ya tenga.

    desde, hasta: primer y último día en que rige, ambos inclusive; sin `desde`, hoy; sin `hasta`, sin fin.

    Lanza:
        NoExiste: no hay esa persona o esa unidad.
        FormularioIncompleto: el rol, las fechas, la unidad o la persona no sirven; dice por qué.
        DatoRepetido: ya tiene ese rol en esa unidad en alguno de esos días.
    """
    persona = _persona(s, correo)
    desde = desde or reloj.hoy()
    faltas = faltas_de_anio(desde=desde, hasta=hasta) | faltas_de_rol(rol)
    if ha_acabado(hasta, desde):
        faltas.setdefault("hasta", f"no puede ser anterior a {desde:%Y-%m-%d}, el día en que empieza")
    if not persona.activa:
        faltas["correo"] = "está de baja; primero reactívela"
    if not _unidad(s, unidad).activa:
        faltas["unidad"] = f"{unidad} ya no está activa; elija otra"
    if faltas:
        raise FormularioIncompleto(faltas)
    if any(se_enciman(desde, hasta, previa.desde, previa.hasta) for previa in _suyas(s, persona, unidad, rol)):
        raise DatoRepetido("la adscripción en esas fechas", f"{persona.correo}, {unidad}, {rol}")
    nueva = Adscripcion(persona_id=persona.id or 0, unidad=unidad, rol=rol, desde=desde, hasta=hasta)
    s.add(nueva)
    s.flush()
    return nueva


def retirar(s: Session, correo: str, *, unidad: str, rol: str, hasta: date | None = None) -> date:
    """Cierra la adscripción que rige o está por regir; devuelve su último día, que todavía cuenta.

    hasta: sin él, hoy. Ayer la corta en este momento; si así no llegó a regir ningún día, se quita.

    Lanza:
        NoExiste: no hay esa persona, o no tiene ese rol en esa unidad de hoy en adelante.
        FormularioIncompleto: la fecha es anterior a ayer; lo que ya rigió no se reescribe.
    """
    persona = _persona(s, correo)
    hoy = reloj.hoy()
    hasta = hasta or hoy
    ayer = hoy - timedelta(days=1)
    if falta := falta_de_anio(hasta):
        raise FormularioIncompleto({"hasta": falta})
    if hasta < ayer:
        raise FormularioIncompleto({"hasta": f"use {ayer:%Y-%m-%d} (ayer, para cortarla ya) o una fecha posterior"})
    abiertas = [previa for previa in _suyas(s, persona, unidad, rol) if not ha_acabado(previa.hasta, hoy)]
    if not abiertas:
        raise NoExiste(f"de {persona.correo} la adscripción vigente", f"{unidad}, {rol}")
    # Con varias, la primera: las demás empiezan después y se retiran por separado.
    _cerrar(s, abiertas[0], hasta)
    s.flush()
    return hasta


def fijar_ultimo_dia(s: Session, id_: int, hasta: date | None) -> Adscripcion | None:
    """Adelanta o alarga la adscripción; devuelve None si así no llegó a regir ningún día y se quitó.

    hasta: todavía cuenta; None: sin fin. Ayer la corta en este momento.

    Lanza:
        NoExiste: no hay tal adscripción.
        FormularioIncompleto: ya terminó, la fecha es anterior a ayer, o se encima con otra suya.
    """
    fila = s.get(Adscripcion, id_)
    if fila is None:
        raise NoExiste("la adscripción", str(id_))
    persona = reservar(s, fila.persona_id)
    s.refresh(fila)
    otras = [otra for otra in _suyas(s, persona, fila.unidad, fila.rol) if otra.id != fila.id]
    if falta := falta_de_ultimo_dia(fila, hasta, otras, activa=persona.activa):
        raise FormularioIncompleto({"hasta": falta})
    if hasta is None:
        fila.hasta = None
    else:
        _cerrar(s, fila, hasta)
    s.flush()
    return None if ha_acabado(hasta, fila.desde) else fila


def falta_de_ultimo_dia(
    fila: Adscripcion, hasta: date | None, otras: Iterable[Adscripcion], *, activa: bool = True
) -> str:
    """Por qué no se le puede poner ese último día; vacío si se puede.

    otras: las demás de la misma persona, unidad y rol. activa: si la persona no está de baja.
    """
    if falta := falta_de_anio(hasta):
        return falta
    ayer = reloj.hoy() - timedelta(days=1)
    if ha_acabado(fila.hasta, ayer):
        return f"terminó el {fila.hasta:%Y-%m-%d}; lo que ya rigió no se reescribe: dele otra"
    if ha_acabado(hasta, ayer):
        return f"use {ayer:%Y-%m-%d} (ayer, para cortarla ya) o una fecha posterior"
    mas = dura_mas(hasta, fila.hasta)
    if mas and not activa:
        return "la persona está de baja; primero reactívela"
    if mas and any(se_enciman(fila.desde, hasta, otra.desde, otra.hasta) for otra in otras):
        return "se encima con otra suya, de la misma unidad y rol"
    return ""


def corregir(s: Session, id_: int, *, correo: str, nombre: str) -> Persona:
    """Le corrige el nombre o el correo con que entra.

    Lanza:
        NoExiste, FormularioIncompleto. DatoRepetido: ese correo es de otra persona.
    """
    persona = reservar(s, id_)
    correo, nombre = normalizado(correo), " ".join(nombre.split())
    reservados = es_de_demostracion(s)
    if faltas := faltas_de_persona(correo, nombre, ya=persona.correo, reservados=reservados):
        raise FormularioIncompleto(faltas)
    de_quien = por_correo(s, correo)
    if de_quien is not None and de_quien.id != id_:
        raise DatoRepetido("la persona", correo)
    persona.correo, persona.nombre = correo, nombre
    s.flush()
    return persona


def reservar(s: Session, id_: int) -> Persona:
    """La persona, reservada en esta transacción. Lanza NoExiste."""
    consulta = select(Persona).where(col(Persona.id) == id_)
    # Sin excluir a quien sólo la cita: soltar sus turnos espera a los expedientes, y ellos no deben esperarla.
    persona = s.scalar(consulta.with_for_update(key_share=True).execution_options(populate_existing=True))
    if persona is None:
        raise NoExiste("la persona", str(id_))
    return persona


def cambiar_clave(
    s: Session, correo: str, clave: str, *, provisional: bool = True, al_azar: bool = False, cifrada: str = ""
) -> Persona:
    """Le pone otra contraseña y cierra todas sus sesiones: quien conocía la anterior queda fuera.

    provisional: si debe cambiarla al entrar, porque la conoce quien se la puso. al_azar: si salió de
    `claves.generada`. cifrada: su resumen, si ya se hizo; tarda, y mejor antes de la transacción.

    Lanza:
        NoExiste: no hay esa persona.
        FormularioIncompleto: la contraseña no sirve; dice por qué.
    """
    persona = _persona(s, correo)
    if falta := "" if al_azar else contrasenas.falta(clave, lo_suyo(s, persona)):
        raise FormularioIncompleto({"clave": f"la contraseña {falta}"})
    persona.clave_cifrada = cifrada or (cifrar_generada(clave) if al_azar else cifrar(clave))
    persona.clave_provisional = provisional and not persona.es_demo  # la de demostración no se cambia
    acceso.revocar_todas(s, persona.id or 0)
    s.flush()
    return persona


def dar_de_baja(s: Session, correo: str) -> None:
    """La deja fuera en este momento: sin sesiones, sin poder entrar y sin adscripciones después de hoy.

    Los turnos que tenía tomados los suelta quien llama (`modelos.actos.turnos.tenencia`).

    Lanza:
        NoExiste: no hay esa persona. Darla de baja dos veces no cambia nada.
    """
    persona = _persona(s, correo)
    hoy = reloj.hoy()
    persona.activa = False
    acceso.revocar_todas(s, persona.id or 0)
    for suya in s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == persona.id)).all():
        if dura_mas(suya.hasta, hoy):
            _cerrar(s, suya, hoy)
    s.flush()


def reactivar(s: Session, correo: str, clave: str, *, al_azar: bool = False) -> Persona:
    """Deshace una baja, con otra contraseña. Sus adscripciones siguen cerradas: hay que darle las que toquen.

    Lanza:
        NoExiste, FormularioIncompleto: como `cambiar_clave`.
    """
    persona = cambiar_clave(s, correo, clave, al_azar=al_azar)
    persona.activa = True
    s.flush()
    return persona


def lista(s: Session, *, unidad: str | None = None, despues: str = "", limite: int = LIMITE) -> list[FichaDePersona]:
    """Las personas por orden de correo, con lo que hoy les toca, a lo más `limite`.

    unidad: sólo quienes hoy están adscritos a ella. despues: el último correo del tramo anterior.

    Lanza:
        NoExiste: no hay esa unidad.
    """
    de_hoy = vigente(reloj.hoy())
    consulta = select(Persona).where(col(Persona.correo) > normalizado(despues))
    if unidad is not None:
        _unidad(s, unidad)
        consulta = consulta.where(
            col(Persona.id).in_(select(col(Adscripcion.persona_id)).where(col(Adscripcion.unidad) == unidad, de_hoy))
        )
    personas = s.scalars(consulta.order_by(col(Persona.correo)).limit(limite)).all()
    suyas = select(Adscripcion).where(col(Adscripcion.persona_id).in_([p.id for p in personas]), de_hoy)
    vigentes: dict[int, list[tuple[str, str]]] = {}
    for adscripcion in s.scalars(suyas.order_by(col(Adscripcion.unidad), col(Adscripcion.rol))):
        vigentes.setdefault(adscripcion.persona_id, []).append((adscripcion.unidad, adscripcion.rol))
    return [FichaDePersona(p.correo, p.nombre, p.activa, tuple(vigentes.get(p.id or 0, ()))) for p in personas]


# --- piezas --------------------------------------------------------------------


def _persona(s: Session, correo: str) -> Persona:
    """Reservada en esta transacción: dos cambios a la vez a la misma persona se hacen uno tras otro."""
    consulta = select(Persona).where(col(Persona.correo) == normalizado(correo))
    persona = s.scalar(consulta.with_for_update(key_share=True).execution_options(populate_existing=True))
    if persona is None:
        raise NoExiste("la persona", correo)
    return persona


def _unidad(s: Session, clave: str) -> Unidad:
    unidad = s.get(Unidad, clave)
    if unidad is None:
        raise NoExiste("la unidad", clave)
    return unidad


def _suyas(s: Session, persona: Persona, unidad: str, rol: str) -> Sequence[Adscripcion]:
    consulta = select(Adscripcion).where(
        col(Adscripcion.persona_id) == persona.id, col(Adscripcion.unidad) == unidad, col(Adscripcion.rol) == rol
    )
    return s.scalars(consulta.order_by(col(Adscripcion.desde))).all()


def tomados_por(persona: int) -> tuple[ColumnElement[bool], ...]:
    """Condiciones SQL: el turno lo tiene tomado esa persona, como las reconoce su índice (`ix_turno_tomado`)."""
    return col(Turno.persona_id) == persona, de_los(col(Turno.estado), (EstadoTurno.TOMADO.value,))


def _cerrar(s: Session, adscripcion: Adscripcion, hasta: date) -> None:
    """Le pone su último día; la que así no regiría ninguno se quita."""
    if hasta < adscripcion.desde:
        s.delete(adscripcion)
    else:
        adscripcion.hasta = hasta
