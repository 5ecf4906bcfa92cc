"""Las órdenes de `./dstc dias`: proponer días inhábiles de un archivo, verlos y aprobarlos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from api.arranque.instancia import exigir_base, leer_ajustes
from api.espanol import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from modelos.organizacion.permisos import Quien

Como = Annotated[str, typer.Option("--como", help="Correo de quien actúa; debe ser de la administración.")]

dias = typer.Typer(help="Días inhábiles institucionales.", no_args_is_help=True)


@dias.command("proponer")
def proponer(
    archivo: Annotated[Path, typer.Argument(help="CSV o TOML; vea docs/dias-inhabiles.md.")],
    motivo: Annotated[str, typer.Option(help="Por qué se publican.")],
    como: Como = "",
) -> None:
    """Guarda la propuesta y dice cuántos plazos movería; todavía no cambia ninguno."""
    from modelos import reloj
    from modelos.actos.administracion import dias as actos
    from modelos.actos.turnos.mover import Contexto
    from modelos.dias.archivo import MAXIMO_BYTES, leer
    from modelos.errores import ArchivoRechazado
    from modelos.sesion import transaccion
    from modelos.tabla import Catalogo

    url = exigir_base(leer_ajustes())
    try:
        with archivo.open("rb") as abierto:
            contenido = abierto.read(MAXIMO_BYTES + 1)
    except OSError as error:
        # El sistema operativo da su motivo en inglés.
        motivo = "no existe; revise su nombre y su carpeta" if isinstance(error, FileNotFoundError) else ""
        raise ArchivoRechazado(
            archivo.name, motivo or "no se pudo leer; revise que sea un archivo y sus permisos"
        ) from error
    escritos = leer(archivo.name, contenido)
    with transaccion(url) as s:
        ctx = Contexto(s, Catalogo(()), _quien(s, como), reloj.ahora())
        id_ = actos.proponer(ctx, escritos, (), motivo).id or 0
    typer.echo(f"Quedó la propuesta {id_}, con {_cuantos(len(escritos), 'tramo', 'tramos')}. {_efectos(url, id_)}")
    typer.echo(f"Revísela en /administracion/dias/{id_}, o apruébela con ./dstc dias aprobar {id_} --como …")


@dias.command("lista")
def listar(estado: Annotated[str, typer.Option(help="propuesta, aprobada o descartada.")] = "") -> None:
    """Las últimas publicaciones y los días que rigen."""
    from modelos import reloj
    from modelos.dias import publicaciones
    from modelos.sesion import lectura

    with lectura(exigir_base(leer_ajustes())) as s:
        tramo = publicaciones.lista(s, estado=estado)
        rigen = publicaciones.vigentes(s)
    for p in tramo.elementos:
        avance = (
            f"  {_cuantos(p.movidos, 'se movió', 'se movieron')}, {p.sin_cambio} igual"
            if p.estado == "aprobada"
            else ""
        )
        avance += "" if p.estado != "aprobada" or p.terminada else "; el recuento sigue"
        typer.echo(f"{p.id}  {p.estado}  {reloj.local(p.propuesta):%Y-%m-%d}  {p.motivo}{avance}")
    uno = "Rige 1 tramo institucional:"
    varios = f"Rigen {len(rigen)} tramos institucionales:" if rigen else "No rige ningún día institucional."
    typer.echo(uno if len(rigen) == 1 else varios)
    for dia in rigen:
        sustento = f"DOF {dia.publicado_dof}" if dia.publicado_dof else "sustento pendiente: sin acuerdo en el DOF"
        typer.echo(f"  {dia.inicio} a {dia.fin}  {dia.tipo}  {dia.lugar or dia.ambito}  {dia.fuente}  ({sustento})")


@dias.command("aprobar")
def aprobar(
    id_: Annotated[int, typer.Argument(metavar="ID", help="El número de la propuesta.")],
    como: Como = "",
    base: Annotated[int, typer.Option(help="El orden de la última aprobada que usted revisó; -1: la de ahora.")] = -1,
) -> None:
    """Publica los días; el motor recuenta los plazos y lo asienta en cada expediente."""
    from modelos import reloj
    from modelos.actos.administracion import dias as actos
    from modelos.actos.turnos.mover import Contexto
    from modelos.dias.dia import orden_vigente
    from modelos.sesion import lectura, transaccion
    from modelos.tabla import Catalogo

    url = exigir_base(leer_ajustes())
    with lectura(url) as s:
        vista = orden_vigente(s) if base < 0 else base
        _quien(s, como)
    efectos = _efectos(url, id_)
    with transaccion(url) as s:
        ctx = Contexto(s, Catalogo(()), _quien(s, como), reloj.ahora())
        orden = actos.aprobar(ctx, id_, vista).orden
    typer.echo(f"Se publicó la {id_}; es la número {orden} que se aprueba. {efectos}")
    typer.echo("El motor los recuenta solo; el avance se ve con ./dstc dias lista.")


def _quien(s: Session, correo: str) -> Quien:
    """La persona que actúa. Lanza FormularioIncompleto o NoExiste; si puede o no, lo dice el acto."""
    from modelos.errores import FormularioIncompleto, NoExiste
    from modelos.organizacion.organigrama import por_correo, quien_es

    if not correo:
        raise FormularioIncompleto({"--como": "diga el correo de quien actúa; debe ser de la administración"})
    persona = por_correo(s, correo)
    if persona is None or not persona.activa:
        raise NoExiste("la persona", correo)
    return quien_es(s, persona)


def _efectos(url: str, id_: int) -> str:
    from modelos.dias.efectos import efectos
    from modelos.dias.publicaciones import una
    from modelos.sesion import lectura

    with lectura(url) as s:
        hallados = efectos(s, una(s, id_), limite=1)
    return f"Mueve {hallados.movidos} de {_cuantos(hallados.por_cumplir, 'plazo', 'plazos')} por cumplir."


def _cuantos(numero: int, uno: str, varios: str) -> str:
    return f"{numero} {uno if numero == 1 else varios}"
