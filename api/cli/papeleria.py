"""Las órdenes de `./dstc titular`, `leyenda` y `norma`: quién firma, qué leyenda va y qué norma rige."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from api.arranque.instancia import exigir_base, leer_ajustes
from api.cli.fechas import Dia, DiaDado
from api.espanol import typer

if TYPE_CHECKING:
    from modelos.actos.turnos.mover import Contexto

Unidad = Annotated[str, typer.Argument(help="Clave de la unidad.")]
Correo = Annotated[str, typer.Argument(help="Correo con que entra.")]
Cargo = Annotated[str, typer.Option(help="Como se imprime bajo su nombre.")]
Tratamiento = Annotated[str, typer.Option(help="Lo que va antes del nombre: «Mtra.».")]

titular = typer.Typer(help="Quién firma por cada unidad.", no_args_is_help=True)
leyenda = typer.Typer(help="La leyenda del año.", no_args_is_help=True)
norma = typer.Typer(help="Las normas en que se fundan los oficios.", no_args_is_help=True)


@titular.command("nombrar")
def nombrar(
    unidad: Unidad,
    correo: Correo,
    cargo: Cargo,
    tratamiento: Tratamiento = "",
    iniciales: Annotated[str, typer.Option(help="Con las que se marca lo que firma: «AAA».")] = "",
    desde: DiaDado = None,
) -> None:
    """Registra quién tiene el cargo, desde hoy si no se dice; al anterior le termina la víspera."""
    from modelos.actos.oficios import papeleria

    campos = {"cargo": cargo, "tratamiento": tratamiento, "iniciales": iniciales}
    with _contexto() as ctx:
        fila = papeleria.nombrar(ctx, unidad, correo, desde, campos)
    typer.echo(f"{correo} tiene el cargo en {unidad} desde el {fila.desde:%Y-%m-%d}: {fila.cargo}.")


@titular.command("suplir")
def suplir(
    unidad: Unidad,
    correo: Correo,
    cargo: Cargo,
    precepto: Annotated[str, typer.Option(help="Sigue a «con fundamento en».")],
    desde: Dia,
    hasta: Dia,
    ausencia: Annotated[str, typer.Option(help="Por qué no está quien tiene el cargo; se imprime.")] = "",
    tratamiento: Tratamiento = "",
    procedimiento: Annotated[list[str] | None, typer.Option(help="Sólo en éste; se puede repetir.")] = None,
) -> None:
    """Registra quién firma por quien tiene el cargo, entre dos días inclusive."""
    from modelos.actos.oficios import papeleria

    campos = {"cargo": cargo, "precepto": precepto, "ausencia": ausencia, "tratamiento": tratamiento}
    with _contexto() as ctx:
        fila = papeleria.suplir(ctx, unidad, correo, desde, hasta, campos, procedimiento or ())
    typer.echo(f"{correo} suple en {unidad} del {fila.desde:%Y-%m-%d} al {fila.hasta:%Y-%m-%d} (suplencia {fila.id}).")


@titular.command("lista")
def listar_titulares() -> None:
    """Quién firma hoy por cada unidad."""
    from modelos import reloj
    from modelos.administracion import papeleria as consultas_papeleria
    from modelos.sesion import lectura

    with lectura(exigir_base(leer_ajustes())) as s:
        for cargo in consultas_papeleria.cargos(s, reloj.hoy()):
            con_cargo = f"{cargo.titular[1].nombre}, {cargo.titular[0].cargo}" if cargo.titular else "vacante"
            suplen = "".join(f"; suple {quien.nombre} hasta el {fila.hasta}" for fila, quien in cargo.suplentes)
            typer.echo(f"{cargo.unidad.clave}  {con_cargo}{suplen}")


@leyenda.command("fijar")
def fijar_leyenda(
    anio: Annotated[int, typer.Argument(metavar="AÑO", help="Con cuatro cifras.")],
    texto: Annotated[str, typer.Argument(help="La leyenda, sin comillas.")],
    fuente: Annotated[str, typer.Option(help="El decreto o acuerdo, y dónde se publicó.")],
) -> None:
    """Captura o corrige la leyenda de un año; dice cuáles faltan."""
    from modelos import reloj
    from modelos.actos.oficios import papeleria as actos
    from modelos.oficios.papeleria import sin_leyenda

    with _contexto() as ctx:
        fila = actos.fijar_leyenda(ctx, anio, texto, fuente)
        faltan = sin_leyenda(ctx.s, reloj.hoy())
    typer.echo(f"Los oficios de {anio} llevan «{fila.texto}».")
    if faltan:
        typer.echo(f"Falta la de {', '.join(map(str, faltan))}.")


@norma.command("lista")
def listar_normas() -> None:
    """Las normas, en qué están y desde cuándo."""
    from modelos import reloj
    from modelos.oficios import ordenamientos
    from modelos.sesion import lectura

    with lectura(exigir_base(leer_ajustes())) as s:
        for fila in ordenamientos.todos(s).values():
            desde = f" desde el {fila.vigente_desde}" if fila.vigente_desde else ""
            no_rige = fila.estado == "vigente" and not ordenamientos.rige(fila, reloj.hoy())
            typer.echo(f"{fila.clave}  {fila.estado}{desde}{'; hoy no rige' if no_rige else ''}  {fila.nombre}")


@norma.command("fijar")
def fijar_norma(
    clave: Annotated[str, typer.Argument(help="La que da `norma lista`.")],
    estado: Annotated[str, typer.Option(help="proyecto, vigente o abrogado; vacío: como estaba.")] = "",
    acuerdo: Annotated[str | None, typer.Option(help="Número de acuerdo.")] = None,
    emitido: DiaDado = None,
    publicado: DiaDado = None,
    desde: DiaDado = None,
    hasta: DiaDado = None,
) -> None:
    """Actualiza lo que consta de una norma; lo que no se da queda como estaba."""
    from modelos.actos.oficios import papeleria
    from modelos.errores import NoExiste
    from modelos.oficios.ordenamientos import Ordenamiento

    with _contexto() as ctx:
        fila = ctx.s.get(Ordenamiento, clave)
        if fila is None:
            raise NoExiste("el ordenamiento", clave)
        campos = fila.model_dump(include={"nombre", "cita", "nota"})
        campos |= {"estado": estado or fila.estado, "acuerdo": fila.acuerdo if acuerdo is None else acuerdo}
        fechas = {
            "emitido": emitido or fila.emitido,
            "publicado": publicado or fila.publicado,
            "vigente_desde": desde or fila.vigente_desde,
            "vigente_hasta": hasta or fila.vigente_hasta,
        }
        papeleria.fijar_norma(ctx, clave, campos, fechas)
        typer.echo(
            f"{fila.clave} queda {fila.estado}{f' desde el {fila.vigente_desde}' if fila.vigente_desde else ''}."
        )


@contextmanager
def _contexto() -> Iterator[Contexto]:
    """Una transacción del sistema: quien corre la orden ya tiene la base en sus manos."""
    from flujos.catalogo import CATALOGO
    from modelos import reloj
    from modelos.actos.turnos.mover import Contexto
    from modelos.sesion import transaccion

    with transaccion(exigir_base(leer_ajustes())) as s:
        yield Contexto(s, CATALOGO, None, reloj.ahora())
