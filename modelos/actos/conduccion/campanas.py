"""Lanzar un procedimiento a muchas unidades de una vez, y recordar sólo a quien falta.

Cada expediente se abre en su transacción y con su clave: si algo se cae a la mitad, repetirlo abre los que faltaron
y ninguno de más, lo repita quien lo repita.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos import idempotencia
from modelos.actos.turnos import apertura
from modelos.actos.turnos.mover import Contexto
from modelos.avisos.a_quien import Organigrama
from modelos.ciclos import campanas
from modelos.ciclos.campanas import EN_CURSO, Reparto, reparte
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.escritura import en_un_renglon
from modelos.expedientes.expediente import Turno
from modelos.expedientes.notificacion import ClaseDeNotificacion, Notificacion
from modelos.organizacion.organigrama import Unidad
from modelos.organizacion.permisos import Quien, puede_atender, puede_conducir, ve_lo_de
from modelos.plazos import hitos
from modelos.sesion import serializar
from modelos.tabla import Tabla
from modelos.tabla.formularios import validar
from modelos.tabla.plazo import DEL_PERIODO


@dataclass(frozen=True)
class Abierta:
    """Lo que resultó de una unidad: el folio que se le abrió, o por qué no se le abrió ninguno."""

    unidad: str
    folio: str
    motivo: str = ""


@dataclass(frozen=True)
class Recordados:
    """A cuántas personas se recordó, por cuántos turnos; ya: a cuántas ya se les había recordado hoy.

    solos: las unidades que deben y hoy no tienen a nadie.
    """

    personas: int
    turnos: int
    ya: int
    solos: tuple[str, ...]


def puede_lanzar(quien: Quien, tabla: Tabla) -> bool:
    """Si el procedimiento se lleva por unidad y quien pregunta lo conduce."""
    return reparte(tabla) is not None and puede_conducir(quien, tabla.duena)


def puede_mirar(quien: Quien, tabla: Tabla) -> bool:
    """Si puede ver la matriz entera: quien lo conduce, o quien ve todo."""
    return reparte(tabla) is not None and ve_lo_de(quien, tabla.duena)


def periodo_de(tabla: Tabla, datos: dict[str, Any]) -> str:
    """El periodo de la campaña con esos datos."""
    return str(datos.get(DEL_PERIODO) or "") if campanas.con_periodo(tabla) else EN_CURSO


def exigir_datos(tabla: Tabla, asunto: str, datos: dict[str, Any], unidad: str) -> str:
    """El asunto limpio, si con esos datos se puede abrir el de una unidad. Lanza FormularioIncompleto con todo."""
    faltan: dict[str, str] = {}
    limpio = en_un_renglon("asunto", asunto)
    if not 1 <= len(limpio) <= apertura.LARGO_ASUNTO:
        faltan["asunto"] = f"escriba de qué trata, en {apertura.LARGO_ASUNTO} caracteres o menos"
    try:
        validar(tabla.datos, {**datos, _reparto(tabla).campo: unidad})
    except FormularioIncompleto as error:
        faltan |= error.campos
    if faltan:
        raise FormularioIncompleto(faltan)
    return limpio


def abrir_una(
    ctx: Contexto,
    tabla: Tabla,
    asunto: str,
    datos: dict[str, Any],
    unidad: str,
    ficha: str,
    confirmadas: Collection[str] = (),
) -> Abierta:
    """Abre el de una unidad, o dice por qué se salta. Repetirlo con la misma ficha da el mismo folio.

    asunto: el de la campaña, sin la unidad. confirmadas: las advertencias que quien lanza ya leyó.

    Lanza:
        Lo que `apertura.iniciar`.
    """
    completos = {**datos, _reparto(tabla).campo: unidad}
    periodo = periodo_de(tabla, datos)
    # Dos campañas a la vez sobre la misma unidad hacen fila aquí, y la segunda ve lo que abrió la primera.
    serializar(ctx.s, f"campana:{tabla.clave}:{periodo}:{unidad}")
    clave, suyo = f"campana-{ficha}-{unidad}", _asunto(ctx, asunto, unidad)
    solicitud = ["campana", tabla.clave, suyo, completos]
    if idempotencia.es_repetida(ctx, clave) and (previo := idempotencia.reservar(ctx, clave, solicitud)):
        return Abierta(unidad, previo)
    if salto := campanas.saltos(ctx.s, tabla, periodo, [unidad]).get(unidad):
        return Abierta(unidad, "", salto[1])
    idempotencia.reservar(ctx, clave, solicitud)
    nuevo = apertura.iniciar(ctx, tabla.clave, suyo, completos, confirmadas)
    idempotencia.cumplir(ctx, clave, nuevo.folio)
    return Abierta(unidad, nuevo.folio)


def recordar(ctx: Contexto, tabla: Tabla, periodo: str) -> Recordados:
    """Avisa a quienes deben un turno de la campaña; a cada persona, una vez al día.

    Lo que toca a la unidad de quien recuerda no se recuerda: lo tiene en su propia bandeja.

    Lanza:
        NoLeCorresponde: no conduce el procedimiento.
    """
    quien = ctx.quien
    if quien is None or not puede_lanzar(quien, tabla):
        raise NoLeCorresponde(f"recordar «{tabla.nombre}»", f"la coordinación de la {tabla.duena}")
    serializar(ctx.s, f"recuerda:{tabla.clave}:{periodo}")
    turnos = faltan(ctx, quien, tabla, periodo)
    dia = reloj.local(ctx.ahora).date()
    prefijo = f"recuerda:{dia.isoformat()}:"
    pares, solos = _a_quien(ctx, turnos)
    ya = _ya_avisadas(ctx.s, {persona for persona, _ in pares}, turnos, dia, prefijo)
    nuevos = [(persona, turno) for persona, turno in pares if persona not in ya]
    filas = [
        hitos.notificacion(
            persona,
            f"{prefijo}{turno.id}",
            ClaseDeNotificacion.TURNO,
            turno.folio,
            turno=turno.id,
            plazo=None,
            datos={"para": turno.unidad, "sube": False, "recuerda": True},
        )
        for persona, turno in nuevos
    ]
    hitos.notificar(ctx.s, filas, ctx.ahora, dia)
    return Recordados(len({p for p, _ in nuevos}), len({t.id for _, t in nuevos}), len(ya), tuple(sorted(solos)))


def _ya_avisadas(s: Session, personas: set[int], turnos: Sequence[Turno], dia: date, prefijo: str) -> set[int]:
    """De esas personas, a las que ese día ya se les recordó algo de la campaña."""
    if not personas:
        return set()
    consulta = select(col(Notificacion.persona_id)).where(
        col(Notificacion.persona_id).in_(personas),
        col(Notificacion.folio).in_({turno.folio for turno in turnos}),
        col(Notificacion.dia) == dia,
        col(Notificacion.clave).startswith(prefijo, autoescape=True),
    )
    return set(s.scalars(consulta.distinct()))


def faltan(ctx: Contexto, quien: Quien, tabla: Tabla, periodo: str) -> list[Turno]:
    """Los turnos de la campaña que otros deben."""
    todos = campanas.de_cada_unidad(ctx.s, tabla, periodo)
    return [t for t in campanas.por_atender(ctx.s, todos) if not puede_atender(quien, t.unidad)]


def _a_quien(ctx: Contexto, turnos: Sequence[Turno]) -> tuple[list[tuple[int, Turno]], set[str]]:
    """(persona, turno) de cada quien que debe alguno, y las unidades donde no hay nadie."""
    organigrama = Organigrama(ctx.s)
    pares = [(i.persona, t) for t in turnos for i in organigrama.toca(t.unidad, t.persona_id) if not i.sube]
    return pares, {unidad for unidad in {t.unidad for t in turnos} if not organigrama.de(unidad)}


def _asunto(ctx: Contexto, asunto: str, unidad: str) -> str:
    """«Metas 2028 · CAST de demostración 01», sin pasarse del largo."""
    fila = ctx.s.get(Unidad, unidad)
    nombre = fila.nombre if fila else unidad
    return f"{asunto[: apertura.LARGO_ASUNTO - len(nombre) - 3]} · {nombre}"


def _reparto(tabla: Tabla) -> Reparto:
    reparto = reparte(tabla)
    if reparto is None:
        raise FormularioIncompleto({"procedimiento": "no se lleva uno por unidad; inícielo desde «Iniciar»"})
    return reparto
