"""Las órdenes de `./dstc canal`: a dónde más se avisa, además del correo."""

from __future__ import annotations

import os
import sys
from typing import Annotated

from api.arranque.instancia import exigir_base, leer_ajustes
from api.espanol import typer

canal = typer.Typer(help="Canales de Apprise por los que se avisa, además del correo.", no_args_is_help=True)


@canal.command("agregar")
def agregar_canal(
    nombre: Annotated[str, typer.Argument(help="Cómo reconocerlo.")],
    correo: Annotated[str, typer.Option(help="Correo de la persona de quien es.")] = "",
    unidad: Annotated[str, typer.Option(help="Clave de la unidad de quien es.")] = "",
) -> None:
    """Da de alta un canal; su dirección lleva secretos: se toma de DSTC_CANAL o de la entrada, no de la orden."""
    direccion = os.environ.get("DSTC_CANAL") or _leer_direccion()
    from modelos.avisos import canales
    from modelos.sesion import transaccion

    with transaccion(exigir_base(leer_ajustes())) as sesion:
        nuevo = canales.agregar(sesion, nombre=nombre, direccion=direccion, correo=correo, unidad=unidad)
        ficha = canales.ver(sesion, nuevo.id or 0)
    typer.echo(f"Canal {ficha.id}: {ficha.nombre}, de {ficha.de}, por {ficha.direccion}")


@canal.command("lista")
def listar_canales(cursor: Annotated[str, typer.Option(help="El que dio el tramo anterior.")] = "") -> None:
    """Lista los canales, sin lo secreto de sus direcciones; de 50 en 50."""
    from modelos.avisos import canales
    from modelos.sesion import lectura

    with lectura(exigir_base(leer_ajustes())) as sesion:
        pagina = canales.listar(sesion, cursor=cursor or None)
    for ficha in pagina.elementos:
        estado = "" if ficha.activo else "  desactivado"
        typer.echo(f"{ficha.id}  {ficha.nombre}  {ficha.de}  {ficha.direccion}{estado}")
    if pagina.siguiente:
        typer.echo(f"Hay más: repita con --cursor {pagina.siguiente}")


@canal.command("quitar")
def quitar_canal(numero: Annotated[int, typer.Argument(help="El que da `canal lista`.", min=1, max=2**31 - 1)]) -> None:
    """Lo desactiva: lo que iba a salir por él se descarta."""
    from modelos.avisos import canales
    from modelos.sesion import transaccion

    with transaccion(exigir_base(leer_ajustes())) as sesion:
        ficha = canales.quitar(sesion, numero)
    typer.echo(f"{ficha.nombre}, de {ficha.de}, ya no se usa.")


def _leer_direccion() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    import getpass

    return getpass.getpass("Dirección de Apprise: ").strip()
