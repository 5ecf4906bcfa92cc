"""Las órdenes de `./dstc oficio`: verlos, emitirlos, firmarlos y comprobar si un PDF es el que se firmó.

Leer lo hace el sistema; emitir y firmar, una persona con su correo y su contraseña, como en la página.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from api.arranque.instancia import exigir_base, leer_ajustes
from api.espanol import typer

if TYPE_CHECKING:
    from modelos.actos.turnos.mover import Contexto
    from modelos.ajustes import Ajustes
    from modelos.organizacion.permisos import Quien

Id = Annotated[str, typer.Argument(metavar="ID", help="El que da `oficio lista`.")]
Como = Annotated[str, typer.Option("--como", help="Correo de quien actúa; su contraseña se pide, o va en DSTC_CLAVE.")]
CONSOLA = "consola"

oficio = typer.Typer(help="Oficios: borradores, firma y comprobación.", no_args_is_help=True)


@oficio.command("lista")
def listar(
    estado: Annotated[str, typer.Option(help="borrador, firmado, enviado, cancelado, sustituido o descartado.")] = "",
    unidad: Annotated[str, typer.Option(help="Clave de la unidad que emite.")] = "",
    texto: Annotated[str, typer.Option(help="En el número o en el asunto.")] = "",
    cursor: Annotated[str, typer.Option(help="El que dio el tramo anterior.")] = "",
) -> None:
    """Los oficios, el más reciente primero; de 50 en 50."""
    from modelos.oficios import visibles
    from modelos.sesion import lectura

    with lectura(exigir_base(leer_ajustes())) as s:
        pagina = visibles.lista(s, _quien_lee(), estado=estado, unidad=unidad, texto=texto, cursor=cursor or None)
    for uno in pagina.elementos:
        typer.echo(f"{uno.id}  {uno.estado}  {uno.numero or 'sin número'}  {uno.unidad}  {uno.asunto}")
    if pagina.siguiente:
        typer.echo(f"Hay más: repita con --cursor {pagina.siguiente}")


@oficio.command("ver")
def ver(id_: Id) -> None:
    """Lo que dice un oficio, a quién va y qué le falta."""
    from api.vistas import oficios
    from modelos.oficios import visibles as consultas_oficios
    from modelos.oficios.advertencias import faltantes
    from modelos.sesion import lectura
    from tareas.oficios.redaccion.texto import plano

    with lectura(exigir_base(leer_ajustes())) as s:
        uno = consultas_oficios.visible(s, _quien_lee(), id_)
        a_quien = consultas_oficios.destinatarios_de(s, [id_])[id_]
    typer.echo(f"{uno.numero or 'Sin número'}  {uno.estado}  versión {uno.version}  de {uno.unidad}")
    typer.echo(f"Asunto: {uno.asunto}")
    for d in a_quien:
        acuse = "acusó" if d.acusado else "sin acuse"
        nombre = ", ".join(filter(None, (d.nombre, d.cargo)))
        typer.echo(f"  {'para' if d.clase == 'para' else 'c.c.p.'} {d.unidad or 'externo'}: {nombre} ({acuse})")
    if faltan := faltantes(uno):
        typer.echo(f"Por completar: {', '.join(faltan)}")
    for signo in oficios.sin_letra(uno, a_quien):
        typer.echo(f"No se puede imprimir {signo}")
    typer.echo(f"\n{plano(uno.cuerpo)}")


@oficio.command("emitir")
def emitir(
    folio: Annotated[str, typer.Argument(help="El expediente.")],
    plantilla: Annotated[str, typer.Option(help="La que da `oficio plantillas`.")],
    de: Annotated[str, typer.Option(help="Clave de la unidad que lo emite.")],
    para: Annotated[list[str], typer.Option(help="Clave de la unidad a que va; se puede repetir.")],
    ccp: Annotated[list[str] | None, typer.Option(help="Con copia; se puede repetir.")] = None,
    como: Como = "",
) -> None:
    """Redacta el borrador de un oficio que ningún paso pidió."""
    from tareas.oficios.redaccion import sueltos

    with _como_persona(como) as (ctx, _):
        nuevo = sueltos.emitir(ctx, folio, plantilla, de, para, ccp or ())
        id_, asunto = nuevo.id, nuevo.asunto
    typer.echo(f"Quedó el borrador {id_}: {asunto}")


@oficio.command("firmar")
def firmar(
    id_: Id,
    como: Como = "",
    version: Annotated[int, typer.Option(help="La que usted leyó; 0: la de ahora.")] = 0,
) -> None:
    """Lo firma quien tiene el cargo o lo suple: recibe número, se compone su PDF y sale."""
    from modelos.actos.oficios import firma
    from modelos.oficios import visibles as consultas_oficios
    from tareas.oficios.papel.archivo import Imprenta

    with _como_persona(como) as (ctx, ajustes):
        leida = version or consultas_oficios.visible(ctx.s, _exigido(ctx), id_).version
        reglas = firma.ReglasDeFirma(ajustes.url_publica, ajustes.norma_en_proyecto == "bloquear")
        hecho = firma.firmar(ctx, id_, leida, Imprenta(ajustes), reglas)
        numero, codigo, sha = hecho.numero, hecho.codigo, hecho.sha256
    from modelos.tabla.emision import mostrar_codigo

    typer.echo(f"Se firmó {numero}; código {mostrar_codigo(codigo or '')}; sha256 {sha}.")
    typer.echo("El motor lo envía solo.")


@oficio.command("pdf")
def escribir_pdf(
    id_: Id, en: Annotated[Path, typer.Option("--en", help="Dónde dejarlo; no se sobrescribe nada.")]
) -> None:
    """Deja el PDF en un archivo: el firmado, o el borrador con su marca."""
    from modelos.errores import ArchivoRechazado
    from modelos.oficios import impreso
    from modelos.oficios import visibles as consultas_oficios
    from modelos.sesion import lectura
    from tareas.oficios.papel.archivo import Imprenta, pdf_de

    ajustes = leer_ajustes()
    with lectura(exigir_base(ajustes)) as s:
        uno = consultas_oficios.visible(s, _quien_lee(), id_)
        if uno.sha256:
            pdf = Imprenta(ajustes).leer(uno)
        else:
            a_quien = consultas_oficios.destinatarios_de(s, [id_])[id_]
            pdf = pdf_de(impreso.contenido(s, uno, a_quien, None, ajustes.url_publica))
    try:
        with en.open("xb") as archivo:
            archivo.write(pdf)
    except OSError as error:
        motivo = "ya existe; dé otro nombre" if isinstance(error, FileExistsError) else "no se pudo escribir ahí"
        raise ArchivoRechazado(en.name, motivo) from error
    typer.echo(f"{en}: {'oficio ' + str(uno.numero) if uno.numero else 'borrador, sin validez'}, {len(pdf)} bytes.")


@oficio.command("comprobar")
def comprobar(
    archivo: Annotated[Path, typer.Argument(help="El PDF que se recibió.")],
    codigo: Annotated[str, typer.Argument(help="El código impreso; sin él se busca por su contenido.")] = "",
) -> None:
    """Dice si un PDF es el que se firmó y si su sello electrónico está íntegro; sale con 1 si no."""
    from api.cli import comprobacion

    ajustes = leer_ajustes()
    exigir_base(ajustes)
    hecha = comprobacion.comprobar(ajustes, archivo, codigo)
    for renglon in comprobacion.renglones(hecha):
        typer.echo(renglon)
    if not hecha.vale:
        raise typer.Exit(1)


@oficio.command("plantillas")
def listar_plantillas() -> None:
    """Las plantillas, cuáles editó la administración y cuáles cambió después el sistema."""
    from flujos.catalogo import CATALOGO
    from modelos import reloj
    from modelos.actos.turnos.mover import Contexto
    from modelos.sesion import lectura
    from tareas.oficios.redaccion import edicion

    with lectura(exigir_base(leer_ajustes())) as s:
        grupos = edicion.fichas(Contexto(s, CATALOGO, None, reloj.ahora()))
    for nombre, fichas in grupos:
        typer.echo(nombre)
        for f in fichas:
            estado = f"editada, versión {f.version}" if f.rige_editada else "del sistema"
            typer.echo(f"  {f.clave}  {estado}{'; el sistema trajo otra después' if f.atrasada else ''}")


# --- piezas --------------------------------------------------------------------


@contextmanager
def _como_persona(correo: str) -> Iterator[tuple[Contexto, Ajustes]]:
    """Una transacción en nombre de esa persona, con su contraseña; su sesión se cierra al terminar.

    Lanza:
        FormularioIncompleto, CredencialesInvalidas, DemasiadosIntentos.
    """
    from flujos.catalogo import CATALOGO
    from modelos import reloj
    from modelos.actos.turnos.mover import Contexto
    from modelos.errores import FormularioIncompleto
    from modelos.organizacion import acceso
    from modelos.sesion import transaccion

    ajustes = leer_ajustes()
    url = exigir_base(ajustes)
    if not correo:
        raise FormularioIncompleto({"--como": "diga el correo de quien actúa"})
    entrada = acceso.entrar(ajustes, correo, _clave(), CONSOLA)
    try:
        with transaccion(url) as s:
            yield Contexto(s, CATALOGO, acceso.quien_trae(s, entrada.token), reloj.ahora()), ajustes
    finally:
        with transaccion(url) as s:
            acceso.salir(s, entrada.token)


def _clave() -> str:
    if "DSTC_CLAVE" in os.environ:
        return os.environ["DSTC_CLAVE"]
    return getpass.getpass("Contraseña: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _exigido(ctx: Contexto) -> Quien:
    from modelos.actos.turnos.atender import persona_que_actua

    return persona_que_actua(ctx)


def _quien_lee() -> Quien:
    """Quien corre la orden ya tiene la base en sus manos: lee todo, y no puede actuar por nadie."""
    from modelos.organizacion.permisos import Quien, Rol

    return Quien(0, CONSOLA, frozenset({("DSTC", Rol.DIRECCION)}))
