"""Las órdenes de `./dstc oficio`: verlos, emitirlos, firmarlos y comprobar si un PDF es el que se firmó.

Leer lo hace el sistema; emitir y firmar, una persona con su correo y su contraseña, como en la página.
"""

from __future__ import annotations

import getpass
import hashlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from api.arranque.instancia import exigir_base, leer_ajustes
from api.espanol import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from modelos.actos.turnos.mover import Contexto
    from modelos.ajustes import Ajustes
    from modelos.oficios.oficio import Oficio
    from modelos.oficios.verificacion_publica import Constancia
    from modelos.organizacion.permisos import Quien

Id = Annotated[str, typer.Argument(metavar="ID", help="El que da `oficio lista`.")]
Como = Annotated[str, typer.Option("--como", help="Correo de quien actúa; su contraseña se pide, o va en DSTC_CLAVE.")]
CONSOLA = "consola"
MAXIMO_BYTES = 20 * 1024 * 1024

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
    from tareas.oficios.redaccion import borrador

    with _como_persona(como) as (ctx, _):
        nuevo = borrador.emitir(ctx, folio, plantilla, de, para, ccp or ())
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
        reglas = firma.Reglas(ajustes.url_publica, ajustes.norma_en_proyecto == "bloquear")
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
    from modelos.oficios import verificacion_publica as publica
    from tareas.oficios.errores import PdfIlegible
    from tareas.oficios.papel.sello import Revision, revisar_sello

    ajustes = leer_ajustes()
    exigir_base(ajustes)
    pdf = _leer(archivo)
    try:
        sello, ilegible = revisar_sello(pdf), ""
    except PdfIlegible as error:
        sello, ilegible = Revision(sellado=False), error.motivo
    if codigo:
        dada: Constancia | None = publica.constancia(ajustes, codigo, CONSOLA)
    else:
        dada = _por_contenido(ajustes, hashlib.sha256(pdf).hexdigest())
    identico = dada is not None and publica.es_identico(dada, archivo.name, io.BytesIO(pdf))
    if dada is None:
        typer.echo("✕ No es ninguno de los oficios firmados aquí, o alguien lo cambió.")
    else:
        typer.echo(f"{'✓ Es idéntico al original:' if identico else '✕ No es el mismo documento que'} {dada.numero}")
        estado = f"sustituido por {dada.sustituto}" if dada.sustituto else dada.estado
        typer.echo(f"  {dada.nombre_unidad}, {dada.fecha:%Y-%m-%d}, {dada.asunto} ({estado})")
    if sello.sellado:
        como_esta = "✓ íntegro" if sello.integro else "✕ alterado después de sellarse"
        typer.echo(f"  Sello electrónico de {sello.de or 'titular sin nombre'}: {como_esta}")
    else:
        typer.echo(f"  Su sello no se pudo leer: {ilegible}." if ilegible else "  Sin sello electrónico.")
    if not identico or (sello.sellado and not sello.integro):
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


def _leer(archivo: Path) -> bytes:
    from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado

    try:
        with archivo.open("rb") as abierto:
            pdf = abierto.read(MAXIMO_BYTES + 1)
    except OSError as error:
        motivo = "no existe; revise su nombre y su carpeta" if isinstance(error, FileNotFoundError) else ""
        raise ArchivoRechazado(archivo.name, motivo or "no se pudo leer; revise sus permisos") from error
    if len(pdf) > MAXIMO_BYTES:
        raise ArchivoDemasiadoGrande(archivo.name, "pasa de 20 MB y un oficio nunca pesa tanto")
    return pdf


def _por_contenido(ajustes: Ajustes, resumen: str) -> Constancia | None:
    from modelos.oficios import verificacion_publica as publica
    from modelos.sesion import lectura

    with lectura(ajustes.url_base) as s:
        hallado = _con_resumen(s, resumen)
    return publica.constancia(ajustes, hallado.codigo, CONSOLA) if hallado and hallado.codigo else None


def _con_resumen(s: Session, resumen: str) -> Oficio | None:
    from sqlalchemy import select
    from sqlmodel import col

    from modelos.oficios.oficio import Oficio

    return s.scalar(select(Oficio).where(col(Oficio.sha256) == resumen).limit(1))
