"""Lo que la administración fija para todos los oficios, y queda anotado: papelería, leyendas, normas y quién firma.

Desde la línea de órdenes actúa el sistema (`ctx.quien` vacío): quien puede correrla ya tiene la base en sus manos.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from modelos.actos.turnos.mover import Contexto
from modelos.errores import FormularioIncompleto
from modelos.oficios import ordenamientos, papeleria, titulares
from modelos.oficios.ordenamientos import Ordenamiento
from modelos.oficios.papeleria import Leyenda, Papeleria
from modelos.oficios.titulares import Suplencia, Titularidad
from modelos.organizacion.cambios import Cosa, anotar, foto
from modelos.organizacion.permisos import exigir_administracion
from modelos.sesion import serializar


def fijar_papeleria(ctx: Contexto, clave: str, campos: Mapping[str, str]) -> Papeleria:
    """El formato del número y lo que se imprime al pie de los oficios de una unidad.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto.
    """
    autor = _autor(ctx, "fijar la papelería de una unidad")
    serializar(ctx.s, "papeleria")  # dos unidades no toman a la vez el mismo formato sin sigla
    antes = foto(ctx.s.get(Papeleria, clave))
    fila = papeleria.fijar(ctx.s, clave, dict(campos), ctx.ahora, autor)
    anotar(ctx.s, Cosa.PAPELERIA, clave, antes, fila, autor, ctx.ahora)
    return fila


def fijar_leyenda(ctx: Contexto, anio: int, texto: str, fuente: str) -> Leyenda:
    """La leyenda de un año, con su fuente.

    Lanza:
        NoLeCorresponde, FormularioIncompleto.
    """
    autor = _autor(ctx, "fijar la leyenda del año")
    serializar(ctx.s, "papeleria")
    antes = foto(ctx.s.get(Leyenda, anio))
    fila = papeleria.fijar_leyenda(ctx.s, anio, texto, fuente)
    anotar(ctx.s, Cosa.LEYENDA, str(anio), antes, fila, autor, ctx.ahora)
    return fila


def fijar_norma(
    ctx: Contexto, clave: str, campos: Mapping[str, str], fechas: Mapping[str, date | None]
) -> Ordenamiento:
    """El estado de una norma, su acuerdo y sus fechas.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto.
    """
    autor = _autor(ctx, "actualizar un ordenamiento")
    antes = foto(ctx.s.get(Ordenamiento, clave))
    fila = ordenamientos.fijar(ctx.s, clave, dict(campos), dict(fechas))
    anotar(ctx.s, Cosa.NORMA, clave, antes, fila, autor, ctx.ahora)
    return fila


def nombrar(ctx: Contexto, unidad: str, correo: str, desde: date | None, campos: Mapping[str, str]) -> Titularidad:
    """Quién tiene el cargo en una unidad desde un día; al anterior le termina la víspera.

    campos: `cargo`, `tratamiento`, `iniciales`. desde: vacío, hoy.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto, DatoRepetido.
    """
    autor = _autor(ctx, "nombrar a quien tiene un cargo")
    serializar(ctx.s, f"cargo-{unidad}")
    de_la_unidad = select(Titularidad).where(col(Titularidad.unidad) == unidad)
    antes = {fila.id: foto(fila) for fila in ctx.s.scalars(de_la_unidad)}
    nueva = titulares.nombrar(
        ctx.s,
        unidad,
        correo,
        campos.get("cargo", ""),
        tratamiento=campos.get("tratamiento", ""),
        iniciales=campos.get("iniciales", ""),
        desde=desde,
    )
    for fila in ctx.s.scalars(de_la_unidad.order_by(col(Titularidad.id))):
        anotar(ctx.s, Cosa.TITULARIDAD, str(fila.id), antes.get(fila.id, {}), fila, autor, ctx.ahora)
    return nueva


def vacar(ctx: Contexto, id_: int, hasta: date) -> Titularidad:
    """Deja vacante un cargo después de ese día.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto.
    """
    autor = _autor(ctx, "terminar un nombramiento")
    antes = foto(ctx.s.get(Titularidad, id_))
    fila = titulares.vacar(ctx.s, id_, hasta)
    anotar(ctx.s, Cosa.TITULARIDAD, str(id_), antes, fila, autor, ctx.ahora)
    return fila


def suplir(
    ctx: Contexto,
    unidad: str,
    correo: str,
    desde: date,
    hasta: date,
    campos: Mapping[str, str],
    procedimientos: Iterable[str] = (),
) -> Suplencia:
    """Quién firma por quien tiene el cargo, entre dos días inclusive.

    campos: `cargo` (el de quien suple), `precepto`, `ausencia`, `tratamiento`. procedimientos: vacío, todos.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto.
    """
    autor = _autor(ctx, "registrar una suplencia")
    cuales = set(procedimientos)
    if ajenos := cuales - {tabla.clave for tabla in ctx.tablas}:
        raise FormularioIncompleto({"procedimientos": f"no existen: {', '.join(sorted(ajenos))}"})
    fila = titulares.suplir(
        ctx.s,
        unidad,
        correo,
        cargo=campos.get("cargo", ""),
        precepto=campos.get("precepto", ""),
        ausencia=campos.get("ausencia", ""),
        tratamiento=campos.get("tratamiento", ""),
        desde=desde,
        hasta=hasta,
        procedimientos=cuales,
    )
    anotar(ctx.s, Cosa.SUPLENCIA, str(fila.id), {}, fila, autor, ctx.ahora)
    return fila


def terminar(ctx: Contexto, id_: int, hasta: date) -> Suplencia:
    """Adelanta el último día de una suplencia.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto.
    """
    autor = _autor(ctx, "terminar una suplencia")
    antes = foto(ctx.s.get(Suplencia, id_))
    fila = titulares.terminar(ctx.s, id_, hasta)
    anotar(ctx.s, Cosa.SUPLENCIA, str(id_), antes, fila, autor, ctx.ahora)
    return fila


def _autor(ctx: Contexto, acto: str) -> int | None:
    """Quien queda en el cambio; vacío si es la línea de órdenes. Lanza NoLeCorresponde."""
    return None if ctx.quien is None else exigir_administracion(ctx.quien, acto).persona
