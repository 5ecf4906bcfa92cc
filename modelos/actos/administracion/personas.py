"""Lo que la administración hace con las personas, anotado con quién y por qué. Nada de lo que rigió se borra.

Desde la línea de órdenes actúa el sistema (`ctx.quien` vacío): quien puede correrla ya tiene la base en sus manos.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from modelos.actos.turnos import tenencia
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import personas
from modelos.administracion.quien_administra import LLAVE, exigir_que_quede_administracion
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste
from modelos.escritura import en_un_renglon, limpiar_texto
from modelos.expedientes.expediente import Turno
from modelos.organizacion.cambios import Cosa, anotar, foto
from modelos.organizacion.claves import generada
from modelos.organizacion.organigrama import (
    Adscripcion,
    Persona,
    Unidad,
    crear_persona,
    es_de_demostracion,
    faltas_de_persona,
    faltas_de_rol,
)
from modelos.organizacion.permisos import exigir_administracion, puede_dar_acceso, puede_retirar
from modelos.organizacion.vigencia import dura_mas
from modelos.sesion import serializar
from modelos.tabla.formularios import exigir_motivo

LO_SUYO = "Pídalo a otra persona de la administración, para que alguien conserve el acceso."


@dataclass(frozen=True)
class Alta:
    """A quien se dio de alta, y la contraseña con que entra por primera vez: no se guarda y no vuelve a mostrarse."""

    persona: Persona
    clave: str


def alta_persona(ctx: Contexto, correo: str, nombre: str, unidad: str, rol: str, clave: str = "") -> Alta:
    """Da de alta a una persona con su primera adscripción, desde hoy. clave: vacía, se genera sola.

    Lanza:
        NoLeCorresponde, FormularioIncompleto, DatoRepetido.
    """
    autor = autor_de(ctx, "dar de alta a una persona")
    limpio, inicial = en_un_renglon("nombre", nombre), clave or generada()
    faltas = faltas_de_persona(correo, limpio, reservados=es_de_demostracion(ctx.s))
    faltas |= faltas_de_rol(rol)
    de_unidad = ctx.s.get(Unidad, unidad)
    if ctx.quien is not None and (de_unidad is None or not de_unidad.activa):
        faltas["unidad"] = "elija una unidad activa de la lista"
    if faltas:
        raise FormularioIncompleto(faltas)
    serializar(ctx.s, LLAVE)  # dos altas a la vez con el mismo correo: la segunda lo encuentra
    persona = crear_persona(
        ctx.s, correo=correo, nombre=limpio, clave=inicial, unidad=unidad, rol=rol, al_azar=not clave
    )
    anotar(ctx.s, Cosa.PERSONA, str(persona.id), {}, persona, autor, ctx.ahora)
    for primera in _suyas(ctx, persona.id or 0):
        anotar(ctx.s, Cosa.ADSCRIPCION, str(persona.id), {}, primera, autor, ctx.ahora)
    return Alta(persona, inicial)


def corregir_persona(ctx: Contexto, id_: int, correo: str, nombre: str, motivo: str = "") -> Persona:
    """Le corrige el nombre o el correo. Lanza NoLeCorresponde, NoExiste, FormularioIncompleto, DatoRepetido."""
    autor = autor_de(ctx, "corregir los datos de una persona")
    serializar(ctx.s, LLAVE)
    antes = foto(personas.reservar(ctx.s, id_))
    persona = personas.corregir(ctx.s, id_, correo=correo, nombre=limpiar_texto("nombre", nombre))
    anotar(ctx.s, Cosa.PERSONA, str(id_), antes, persona, autor, ctx.ahora, motivo=motivo)
    return persona


def adscribir(
    ctx: Contexto,
    id_: int,
    unidad: str,
    rol: str,
    desde: date | None = None,
    hasta: date | None = None,
    motivo: str = "",
) -> Adscripcion:
    """Le da un rol en una unidad.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto, DatoRepetido. ActoNoProcede: es quien actúa.
    """
    autor = autor_de(ctx, "adscribir a una persona")
    exigir_que_sea_otra(ctx, id_, "darse un rol")
    persona = personas.reservar(ctx.s, id_)
    with _constancia(ctx, id_, autor, motivo):
        return personas.adscribir(ctx.s, persona.correo, unidad=unidad, rol=rol, desde=desde, hasta=hasta)


def retirar(ctx: Contexto, id_: int, unidad: str, rol: str, hasta: date | None = None) -> date:
    """Cierra la que rige o está por regir; devuelve su último día.

    Lanza:
        Como `personas.retirar`. ActoNoProcede: no quedaría quien administre.
    """
    autor = autor_de(ctx, "retirar una adscripción")
    with exigir_que_quede_administracion(ctx.s):
        persona = personas.reservar(ctx.s, id_)
        with _constancia(ctx, id_, autor):
            return personas.retirar(ctx.s, persona.correo, unidad=unidad, rol=rol, hasta=hasta)


def fijar_ultimo_dia(ctx: Contexto, persona: int, id_: int, hasta: date | None, motivo: str = "") -> Adscripcion | None:
    """Retira o alarga una adscripción; None si se quitó porque no llegó a regir.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto.
        ActoNoProcede: es con la que administra quien actúa, o se alarga una suya; o no quedaría quien administre.
    """
    autor = autor_de(ctx, "retirar una adscripción")
    with exigir_que_quede_administracion(ctx.s):
        personas.reservar(ctx.s, persona)
        previa = ctx.s.get(Adscripcion, id_, populate_existing=True)
        if previa is None or previa.persona_id != persona:
            raise NoExiste("la adscripción", str(id_))
        if hasta is not None and not puede_retirar(ctx.quien, previa.persona_id, previa.rol):
            raise ActoNoProcede("retirarse la administración", "es la suya", LO_SUYO)
        if dura_mas(hasta, previa.hasta):
            exigir_que_sea_otra(ctx, persona, "alargarse una adscripción")
        with _constancia(ctx, persona, autor, motivo):
            return personas.fijar_ultimo_dia(ctx.s, id_, hasta)


def exigir_que_sea_otra(ctx: Contexto, persona: int, acto: str) -> None:
    """Lo que da acceso lo decide alguien más: nadie se lo da ni se lo alarga. Lanza ActoNoProcede."""
    if not puede_dar_acceso(ctx.quien, persona):
        raise ActoNoProcede(acto, "es usted", LO_SUYO)


def restablecer_clave(ctx: Contexto, id_: int, clave: str = "") -> Alta:
    """Le pone otra contraseña y cierra sus sesiones. clave: vacía, se genera sola.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto. ActoNoProcede: está de baja.
    """
    autor = autor_de(ctx, "restablecer la contraseña de una persona")
    persona = personas.reservar(ctx.s, id_)
    if not persona.activa:
        raise ActoNoProcede("restablecer su contraseña", "está de baja", "Reactívela; al hacerlo recibe otra.")
    inicial = clave or generada()
    personas.cambiar_clave(ctx.s, persona.correo, inicial, al_azar=not clave)
    hecho = "Se restableció su contraseña y se cerraron sus sesiones"
    anotar(ctx.s, Cosa.PERSONA, str(id_), foto(persona), persona, autor, ctx.ahora, hecho=hecho)
    return Alta(persona, inicial)


def baja_persona(ctx: Contexto, id_: int, motivo: str) -> list[str]:
    """La deja fuera en este momento; devuelve los turnos que tenía tomados y volvieron a su unidad.

    Los de un expediente en cuarentena no vuelven hasta que se arregle su tabla: la jornada insiste.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto. ActoNoProcede: es quien actúa, o no quedaría quien administre.
    """
    autor = autor_de(ctx, "dar de baja a una persona")
    limpio = exigir_motivo(motivo) if ctx.quien else motivo
    exigir_que_sea_otra(ctx, id_, "darse de baja")
    with exigir_que_quede_administracion(ctx.s):
        persona = personas.reservar(ctx.s, id_)
        antes = foto(persona)
        tomados = select(col(Turno.id)).where(*personas.tomados_por(id_)).order_by(col(Turno.id))
        tenia = list(ctx.s.scalars(tomados))
        with _constancia(ctx, id_, autor, limpio):
            personas.dar_de_baja(ctx.s, persona.correo)
    anotar(ctx.s, Cosa.PERSONA, str(id_), antes, persona, autor, ctx.ahora, motivo=limpio)
    aun = set(ctx.s.scalars(tomados))
    return [turno for turno in tenia if turno not in aun]


def reactivar_persona(ctx: Contexto, id_: int, clave: str = "") -> Alta:
    """Deshace una baja con otra contraseña; sus adscripciones siguen cerradas.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto. ActoNoProcede: no está de baja.
    """
    autor = autor_de(ctx, "reactivar a una persona")
    persona = personas.reservar(ctx.s, id_)
    if ctx.quien is not None and persona.activa:
        raise ActoNoProcede("reactivarla", "no está de baja", "Recargue para ver cómo quedó.")
    antes, inicial = foto(persona), clave or generada()
    personas.reactivar(ctx.s, persona.correo, inicial, al_azar=not clave)
    anotar(ctx.s, Cosa.PERSONA, str(id_), antes, persona, autor, ctx.ahora)
    return Alta(persona, inicial)


# --- piezas ----------------------------------------------------------------------


def autor_de(ctx: Contexto, acto: str) -> int | None:
    """Quien queda en el cambio; vacío si es la línea de órdenes. Lanza NoLeCorresponde."""
    return None if ctx.quien is None else exigir_administracion(ctx.quien, acto).persona


@contextmanager
def _constancia(ctx: Contexto, persona: int, autor: int | None, motivo: str = "") -> Iterator[None]:
    """Anota lo que cambie en las adscripciones de esa persona mientras dura, y suelta lo que por ello ya no atiende."""
    antes = {fila.id: foto(fila) for fila in _suyas(ctx, persona)}
    yield
    ctx.s.flush()
    quedan = {fila.id: fila for fila in _suyas(ctx, persona)}
    for id_ in dict.fromkeys((*antes, *quedan)):
        previa, fila = antes.get(id_, {}), quedan.get(id_)
        cual = f"{previa['unidad']}, {previa['rol']}" if previa else ""
        hecho = "" if fila else "Se quitó: no llegó a regir"
        anotar(
            ctx.s,
            Cosa.ADSCRIPCION,
            str(persona),
            previa,
            fila,
            autor,
            ctx.ahora,
            adscripcion=cual,
            hecho=hecho,
            motivo=motivo,
        )
    tenencia.soltar_los_de(ctx, persona)


def _suyas(ctx: Contexto, persona: int) -> list[Adscripcion]:
    consulta = select(Adscripcion).where(col(Adscripcion.persona_id) == persona)
    return list(ctx.s.scalars(consulta.order_by(col(Adscripcion.id))))
