"""Hacer lo que dice una carga: todo en una transacción, o nada. Repetirla no duplica."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from modelos.actos.administracion import personas, unidades
from modelos.actos.administracion.personas import Alta, autor_de
from modelos.actos.administracion.unidades import LARGO_FUENTE
from modelos.actos.turnos.mover import Contexto
from modelos.administracion.carga.hojas import ADSCRIPCIONES, PERSONAS, UNIDADES, Libro
from modelos.administracion.carga.plan import Paso, Plan, QueSeHace, planear
from modelos.administracion.quien_administra import exigir_que_quede_administracion
from modelos.errores import ActoNoProcede, DatoRepetido, FormularioIncompleto, NoExiste
from modelos.escritura import en_un_renglon
from modelos.organizacion.cambios import Cosa, anotar_altas
from modelos.organizacion.claves import cifrar_generada, generada
from modelos.organizacion.organigrama import Adscripcion, Persona

CARGAR = "cargar unidades y personas"
_FALTAS_DICHAS = 50
_SIN_FIN = "9999"


@dataclass(frozen=True)
class Cargada:
    """Lo que hizo una carga. altas: las personas nuevas con su contraseña inicial, que no vuelve a mostrarse."""

    plan: Plan
    altas: Sequence[Alta]


def cargar(ctx: Contexto, libro: Libro, motivo: str, huella: str = "") -> Cargada:
    """Da de alta y corrige lo que dice el libro.

    motivo: queda en cada cambio. huella: la del plan que se aprobó; vacía si no se vio ninguno.

    Lanza:
        NoLeCorresponde.
        FormularioIncompleto: falta el motivo, o algún renglón tiene faltas; no entra ninguno.
        ActoNoProcede: lo que haría ya no es lo que se aprobó, o no quedaría quien administre.
    """
    autor = autor_de(ctx, CARGAR)
    limpio = en_un_renglon("motivo", motivo)
    if not 1 <= len(limpio) <= LARGO_FUENTE:
        raise FormularioIncompleto({"motivo": f"escriba por qué, en {LARGO_FUENTE} caracteres o menos"})
    with exigir_que_quede_administracion(ctx.s):
        plan = planear(ctx.s, libro, autor)
        exigir_sin_faltas(plan)
        if huella and huella != plan.huella:
            raise ActoNoProcede("la carga", "algo cambió desde que la revisó", "Revise cómo quedaría ahora y confirme.")
        for paso in plan.de(UNIDADES):
            with _en_su_renglon(libro, paso):
                _unidad(ctx, paso, limpio)
        altas = _personas_nuevas(ctx, plan.de(PERSONAS, QueSeHace.NUEVO), limpio, autor)
        ids = _reservadas(ctx, plan)
        for paso in plan.de(PERSONAS, QueSeHace.CAMBIA):
            correo = paso.datos["correo"]
            with _en_su_renglon(libro, paso):
                personas.corregir_persona(ctx, ids[correo], correo, paso.datos["nombre"], limpio)
        # Primero lo que corta, luego lo que alarga y al final lo nuevo: así nada se encima ni a medio camino.
        for paso in sorted(plan.de(ADSCRIPCIONES, QueSeHace.CAMBIA), key=lambda p: p.datos["hasta"] or _SIN_FIN):
            with _en_su_renglon(libro, paso):
                persona = ids[paso.datos["correo"]]
                personas.fijar_ultimo_dia(ctx, persona, paso.id, _dia(paso.datos["hasta"]), limpio)
        _adscripciones_nuevas(ctx, plan.de(ADSCRIPCIONES, QueSeHace.NUEVO), ids, limpio, autor)
    return Cargada(plan, altas)


def exigir_sin_faltas(plan: Plan) -> None:
    """Lanza FormularioIncompleto con las faltas, por «hoja, renglón, columna»; si son muchas, cuántas más."""
    faltas = {f.donde: f.que for f in plan.faltas}
    if not faltas:
        return
    primeras = dict(list(faltas.items())[:_FALTAS_DICHAS])
    if sobran := len(faltas) - len(primeras):
        primeras["y además"] = f"hay {sobran} faltas más"
    raise FormularioIncompleto(primeras)


@contextmanager
def _en_su_renglon(libro: Libro, paso: Paso) -> Iterator[None]:
    """Lo que un acto rechace, que la revisión no previó, se dice con su hoja y su renglón."""
    try:
        yield
    except FormularioIncompleto as error:
        faltas = {libro.falta(paso.renglon, campo, que).donde: que for campo, que in error.campos.items()}
        raise FormularioIncompleto(faltas) from error
    except (ActoNoProcede, DatoRepetido, NoExiste) as error:
        raise FormularioIncompleto({libro.falta(paso.renglon, "", "").donde: str(error).rstrip(".")}) from error


def _unidad(ctx: Contexto, paso: Paso, motivo: str) -> None:
    datos = paso.datos
    if paso.que is QueSeHace.NUEVO:
        unidades.alta_cast(ctx, datos["clave"], datos["nombre"], datos["depende_de"], motivo)
    elif paso.que is QueSeHace.CAMBIA:
        campos = {"nombre": datos["nombre"], "depende_de": datos["depende_de"], "fuente": motivo}
        unidades.corregir_unidad(ctx, datos["clave"], campos, confirmada=bool(datos["confirmada"]))


def _personas_nuevas(ctx: Contexto, pasos: Sequence[Paso], motivo: str, autor: int | None) -> list[Alta]:
    """Juntas, y no una por una: mientras dura la carga nadie más puede escribir en SQLite."""
    altas = []
    for paso in pasos:
        clave, datos = generada(), paso.datos
        cifrada = cifrar_generada(clave)
        persona = Persona(
            correo=datos["correo"],
            nombre=datos["nombre"],
            clave_cifrada=cifrada,
            clave_provisional=True,
            creada=ctx.ahora,
        )
        altas.append(Alta(persona, clave))
    ctx.s.add_all(alta.persona for alta in altas)
    ctx.s.flush()
    anotar_altas(ctx.s, Cosa.PERSONA, ((str(a.persona.id), a.persona) for a in altas), autor, ctx.ahora, motivo)
    return altas


def _adscripciones_nuevas(
    ctx: Contexto, pasos: Sequence[Paso], ids: Mapping[str, int], motivo: str, autor: int | None
) -> None:
    filas = [
        Adscripcion(
            persona_id=ids[paso.datos["correo"]],
            unidad=paso.datos["unidad"],
            rol=paso.datos["rol"],
            desde=date.fromisoformat(paso.datos["desde"]),
            hasta=_dia(paso.datos["hasta"]),
        )
        for paso in pasos
    ]
    ctx.s.add_all(filas)
    ctx.s.flush()
    anotar_altas(ctx.s, Cosa.ADSCRIPCION, ((str(f.persona_id), f) for f in filas), autor, ctx.ahora, motivo)


def _reservadas(ctx: Contexto, plan: Plan) -> dict[str, int]:
    """El id de cada persona que se toca, por correo, reservada para que nadie la cambie a la vez."""
    correos = {
        p.datos["correo"] for hoja in (PERSONAS, ADSCRIPCIONES) for p in plan.de(hoja) if p.que is not QueSeHace.IGUAL
    }
    consulta = select(Persona).where(col(Persona.correo).in_(correos)).order_by(col(Persona.id))
    return {p.correo: p.id or 0 for p in ctx.s.scalars(consulta.with_for_update(key_share=True))}


def _dia(texto: str) -> date | None:
    return date.fromisoformat(texto) if texto else None
