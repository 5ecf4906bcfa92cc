"""Las órdenes de `./dstc persona` y `./dstc cast`: quién entra y qué centros hay."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from api.arranque.instancia import exigir_base, leer_ajustes
from api.cli.fechas import DiaDado
from api.espanol import typer

if TYPE_CHECKING:
    from modelos.actos.turnos.mover import Contexto

Correo = Annotated[str, typer.Argument(help="Correo con que entra.")]
DeUnidad = Annotated[str, typer.Option("--unidad", help="Clave de la unidad.")]
ConRol = Annotated[str, typer.Option("--rol", help="coordinacion, operacion, direccion o administracion.")]

persona = typer.Typer(help="Personas que entran al sistema.", no_args_is_help=True)
cast = typer.Typer(help="Centros de Asistencia y Servicios Tecnológicos.", no_args_is_help=True)


@persona.command("crear")
def crear_persona(
    correo: Annotated[str, typer.Argument(help="Correo con que entrará.")],
    nombre: Annotated[str, typer.Option(help="Nombre completo.")],
    unidad: Annotated[str, typer.Option(help="Clave de su unidad.")],
    rol: Annotated[str, typer.Option(help="coordinacion, operacion, direccion o administracion.")],
) -> None:
    """Da de alta a una persona; la contraseña se pide, o se toma de DSTC_CLAVE o de la entrada."""
    clave = _clave_nueva()
    from modelos.actos.administracion import personas as administracion

    with _contexto() as ctx:
        administracion.alta_persona(ctx, correo, nombre, unidad, rol, clave)
    typer.echo(f"Se dio de alta a {nombre} ({correo}) en {unidad} como {rol}.")


@persona.command("adscribir")
def adscribir_persona(
    correo: Correo, unidad: DeUnidad, rol: ConRol, desde: DiaDado = None, hasta: DiaDado = None
) -> None:
    """Le da un rol en una unidad, además de los que tenga; sin fechas, desde hoy y sin fin."""
    from modelos.actos.administracion import personas as administracion

    with _contexto() as ctx:
        nueva = administracion.adscribir(ctx, _id(ctx, correo), unidad, rol, desde, hasta)
    hasta_cuando = f"hasta el {nueva.hasta:%Y-%m-%d}" if nueva.hasta else "sin fecha de término"
    typer.echo(f"{correo} queda en {unidad} como {rol} desde el {nueva.desde:%Y-%m-%d}, {hasta_cuando}.")


@persona.command("retirar")
def retirar_persona(correo: Correo, unidad: DeUnidad, rol: ConRol, hasta: DiaDado = None) -> None:
    """Cierra una adscripción; rige todavía el día que se diga en --hasta (si no se da, hoy)."""
    from modelos.actos.administracion import personas as administracion

    with _contexto() as ctx:
        ultimo = administracion.retirar(ctx, _id(ctx, correo), unidad, rol, hasta)
    typer.echo(f"{correo} deja de estar en {unidad} como {rol}; su último día es el {ultimo:%Y-%m-%d}.")


@persona.command("clave")
def cambiar_clave(correo: Correo) -> None:
    """Le pone otra contraseña y cierra sus sesiones; se pide como en `persona crear`."""
    from modelos.actos.administracion import personas as administracion

    clave = _clave_nueva()
    with _contexto() as ctx:
        administracion.restablecer_clave(ctx, _id(ctx, correo), clave)
    typer.echo(f"{correo} tiene otra contraseña y debe entrar de nuevo.")


@persona.command("baja")
def dar_de_baja(correo: Correo) -> None:
    """La deja fuera en este momento: cierra sus sesiones y adscripciones, y suelta sus turnos. Lo que hizo queda."""
    from modelos.actos.administracion import personas as administracion

    with _contexto() as ctx:
        tomados = administracion.baja_persona(ctx, _id(ctx, correo), "")
    typer.echo(f"{correo} ya no puede entrar.")
    if tomados:
        typer.echo(f"Estos turnos, que tenía tomados, vuelven a su unidad: {', '.join(tomados)}.")


@persona.command("reactivar")
def reactivar_persona(correo: Correo) -> None:
    """Deshace una baja, con otra contraseña; después dele sus unidades con `persona adscribir`."""
    from modelos.actos.administracion import personas as administracion

    clave = _clave_nueva()
    with _contexto() as ctx:
        administracion.reactivar_persona(ctx, _id(ctx, correo), clave)
    typer.echo(f"{correo} puede entrar otra vez. Dele sus unidades con `persona adscribir`.")


@persona.command("lista")
def listar_personas(
    unidad: Annotated[str | None, typer.Option(help="Sólo quienes hoy están en esa unidad.")] = None,
    despues: Annotated[str, typer.Option(help="El último correo del tramo anterior.")] = "",
) -> None:
    """Lista a las personas por correo, con lo que hoy les toca; de 50 en 50."""
    from modelos.administracion import personas
    from modelos.sesion import lectura

    with lectura(exigir_base(leer_ajustes())) as sesion:
        fichas = personas.lista(sesion, unidad=unidad, despues=despues)
    for ficha in fichas:
        vigentes = ", ".join(f"{u} ({rol})" for u, rol in ficha.vigentes) or "sin adscripción vigente"
        typer.echo(f"{ficha.correo}  {ficha.nombre}  {vigentes if ficha.activa else 'de baja'}")
    if len(fichas) == personas.LIMITE:
        typer.echo(f"Puede haber más: repita con --despues {fichas[-1].correo}")


@cast.command("crear")
def crear_cast(
    clave: Annotated[str, typer.Argument(help="Clave corta, sin puntos ni espacios.")],
    nombre: Annotated[str, typer.Option(help="Denominación oficial (L-24).")],
    depende_de: Annotated[str, typer.Option(help="Clave de su unidad estatal: CE-01 … CE-32, UODCDMX o RCEO.")],
) -> None:
    """Da de alta un CAST. El catálogo nace vacío: lo captura la institución."""
    from modelos.actos.administracion import unidades

    with _contexto() as ctx:
        clave = unidades.alta_cast(ctx, clave, nombre, depende_de).clave
    typer.echo(f"Se dio de alta {nombre} ({clave}), que depende de {depende_de}.")


@contextmanager
def _contexto() -> Iterator[Contexto]:
    from flujos.catalogo import CATALOGO
    from modelos import reloj
    from modelos.actos.turnos.mover import Contexto
    from modelos.sesion import transaccion

    with transaccion(exigir_base(leer_ajustes())) as s:
        yield Contexto(s, CATALOGO, None, reloj.ahora())


def _id(ctx: Contexto, correo: str) -> int:
    from modelos.errores import NoExiste
    from modelos.organizacion.organigrama import por_correo

    hallada = por_correo(ctx.s, correo)
    if hallada is None or hallada.id is None:
        raise NoExiste("la persona", correo)
    return hallada.id


def _clave_nueva() -> str:
    if "DSTC_CLAVE" in os.environ:
        return os.environ["DSTC_CLAVE"]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    while True:
        clave = getpass.getpass("Contraseña: ")
        if clave == getpass.getpass("Otra vez: "):
            return clave
        typer.echo("No coinciden; escríbala de nuevo.")
