"""Los días inhábiles en pantalla: los que hay, y cómo la administración publica los institucionales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.dependencias import Entrada, PuertaDeAdministracion, administracion
from api.vistas import dias as vistas_dias
from api.web.piezas.formularios import (
    CONDICIONADO,
    CORTO,
    ENTERO_MAXIMO,
    LISTA,
    PREFIJO,
    Falta,
    Formulario,
    LoEscrito,
    de_molde,
    numero,
    titulos,
)
from api.web.piezas.pagina import mas, pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos.administracion import dias as actos
from modelos.calendario import NOMBRES_MESES, POR_DEFECTO, Ambito, fecha_corta
from modelos.calendario.errores import PublicacionAtrasada
from modelos.dias import publicaciones
from modelos.dias.archivo import (
    COLUMNAS,
    LARGOS,
    MAXIMO_BYTES,
    MAXIMO_RENGLONES,
    TODO_EL_PAIS,
    Escrito,
    leer,
)
from modelos.dias.archivo import ROTULOS as TIPOS
from modelos.dias.dia import DiaInhabil
from modelos.errores import ActoNoProcede, ArchivoRechazado, FormularioIncompleto, NoExiste
from modelos.expedientes import visibles
from modelos.tabla.formularios import LARGO_MOTIVO
from modelos.tabla.unidades import ENTIDADES

ruta = APIRouter()
Publica = Annotated[PuertaDeAdministracion, administracion("publicar días inhábiles")]
Propone = Annotated[PuertaDeAdministracion, administracion("proponer días inhábiles")]
POR_PAGINA = 25
EFECTOS_POR_PAGINA = 50
ESTADOS = {"propuesta": ("○", "Propuesta"), "aprobada": ("✓", "Aprobada"), "descartada": ("✕", "Descartada")}
_ACTOS = ("aprobar", "descartar")
_DEL_TRAMO = "dia."
_CONTROLES = {"ambito": "donde", "lugar": "donde", "motivo": "motivo_dia"}


class _Propuesta(BaseModel):
    """Los del tramo pueden quedar vacíos si los días van en un archivo o sólo se retiran otros."""

    motivo: str = Field(
        title="Por qué se publican",
        description="Queda en la bitácora de cada expediente que se mueva.",
        max_length=LARGO_MOTIVO,
    )
    inicio: date = Field(title="Primer día", json_schema_extra=CONDICIONADO)
    fin: date = Field(
        title="Último día", description="Incluido. Si es uno solo, el mismo.", json_schema_extra=CONDICIONADO
    )
    tipo: str = Field(
        title="Tipo",
        description="Un día habilitado se trabaja aunque sea inhábil o sábado, y gana a lo demás.",
        json_schema_extra=LISTA | CONDICIONADO,
    )
    donde: str = Field(title="A quién alcanza", json_schema_extra=LISTA | CONDICIONADO)
    motivo_dia: str = Field(
        title="Motivo que se mostrará",
        description="Se muestra en cada plazo que salta estos días.",
        max_length=LARGOS["motivo"],
        json_schema_extra=CORTO | CONDICIONADO,
    )
    fuente: str = Field(
        title="Fuente",
        description="Dónde consta: el acuerdo, la circular o el oficio.",
        max_length=LARGOS["motivo"],
        json_schema_extra=CORTO | CONDICIONADO,
    )
    publicado_dof: date | None = Field(
        None,
        title="Publicado en el DOF el",
        description="Si aún no sale, déjelo vacío: los días se marcan con su sustento pendiente.",
        json_schema_extra=CONDICIONADO,
    )


_TITULOS = titulos(_Propuesta)
_DE_INICIO = {"donde": "nacional:"}


@ruta.get("/calendario/dias")
def calendario(request: Request, puerta: Entrada, anio: str = "", unidad: str | None = None) -> HTMLResponse:
    """Los días inhábiles de un año, mes por mes y con su fuente."""
    pedido = numero(anio) or reloj.hoy().year
    publicados = publicaciones.anios_publicados()
    with puerta.lectura() as (s, quien):
        nombres = visibles.unidades(s)
        elegida = min(quien.unidades, default="") if unidad is None else unidad
        if elegida not in nombres:
            elegida = ""
        calendarios = publicaciones.calendarios_de(s, elegida)
    meses = []
    if pedido in publicados:
        dias = publicaciones.dias_entre(calendarios, POR_DEFECTO, date(pedido, 1, 1), date(pedido, 12, 31))
        por_mes = {mes: list(suyos) for mes, suyos in groupby(dias, key=lambda dia: dia.fecha.month)}
        meses = [(nombre.capitalize(), por_mes.get(i, [])) for i, nombre in enumerate(NOMBRES_MESES, start=1)]
    return pagina(
        request,
        "calendario/dias.html",
        quien,
        anio=pedido,
        anios=list(publicados),
        meses=meses,
        unidad=elegida,
        unidades=nombres,
    )


@ruta.get("/administracion/dias")
def listar(request: Request, puerta: Publica, cursor: str | None = None) -> HTMLResponse:
    """Lo vigente, lo propuesto y lo que ya se resolvió."""
    with puerta.lectura() as (s, quien):
        tramo = publicaciones.lista(s, cursor=cursor, limite=POR_PAGINA)
        dias = publicaciones.dias_de_varias(s, [p.id or 0 for p in tramo.elementos])
        lista = [{**p, "resumen": _resumen(*dias[p["id"]])} for p in vistas_dias.publicaciones(s, tramo.elementos)]
        vigentes = _vigentes(s)
        lugares = _lugares(s)
    return pagina(
        request,
        "calendario/dias_publicaciones.html",
        quien,
        publicaciones=lista,
        total=tramo.total,
        cursor=cursor,
        mas=mas({}, tramo.siguiente),
        vigentes=vigentes,
        lugares=lugares,
        tipos=TIPOS,
        estados=ESTADOS,
    )


@ruta.get("/administracion/dias/nueva")
def nueva(request: Request, puerta: Propone) -> HTMLResponse:
    """El formulario para proponer."""
    return _formulario(request, puerta)


@ruta.post("/administracion/dias/nueva")
def proponer(request: Request, puerta: Propone, captura: Formulario) -> Response:
    """Guarda la propuesta y lleva a sus efectos; si algo falta, vuelve con todo lo escrito."""
    with Intento(captura, "proponer", vuelve=(FormularioIncompleto, ArchivoRechazado)) as intento:
        puerta.exigir()
        dias = _escritos(captura)
        retira = [n for clave in captura.textos if (n := numero(clave.removeprefix("retira-")))]
        with puerta.acto() as ctx:
            propuesta = actos.proponer(ctx, dias, retira, captura.texto(PREFIJO + "motivo"))
    if intento.rechazo:
        return _formulario(request, puerta, intento.rechazo)
    return RedirectResponse(f"/administracion/dias/{propuesta.id}", 303)


@ruta.get("/administracion/dias/{id}")
def ver(request: Request, id: str, puerta: Publica, cursor: str = "") -> HTMLResponse:  # noqa: A002 - de la dirección
    """Una publicación: qué plazos movería, o cuánto va de su recuento."""
    return _mostrar(request, puerta, id, cursor=cursor[:140])


@ruta.post("/administracion/dias/{id}/{acto}")
def resolver(request: Request, id: str, acto: str, puerta: Publica, captura: Formulario) -> Response:  # noqa: A002
    """Aprueba o descarta una propuesta."""
    if acto not in _ACTOS:
        raise NoExiste("el acto", acto)
    intento = Intento(
        captura,
        acto,
        vuelve=(FormularioIncompleto, PublicacionAtrasada, ActoNoProcede),
        titulos={"motivo": "Motivo", "base": "Base"},
        ancla=lambda campo: campo if campo == "motivo" else "",
    )
    with intento, puerta.acto() as ctx:
        if acto == "aprobar":
            actos.aprobar(ctx, _id(id), captura.entero("base"))
        else:
            actos.descartar(ctx, _id(id), captura.texto("motivo"))
    if intento.rechazo:
        return _mostrar(request, puerta, id, intento.rechazo)
    return RedirectResponse(f"/administracion/dias/{quote(id)}", 303)


@ruta.get("/administracion/dias/{id}/{_acto}")
def volver(id: str, _acto: str) -> Response:  # noqa: A002
    """Quien recarga la dirección de un acto vuelve a la publicación."""
    return RedirectResponse(f"/administracion/dias/{quote(id)}", 303)


# --- piezas --------------------------------------------------------------------


def _mostrar(
    request: Request,
    puerta: PuertaDeAdministracion,
    id_: str,
    rechazo: Rechazo | None = None,
    cursor: str = "",
) -> HTMLResponse:
    with puerta.lectura() as (s, quien):
        detalle = vistas_dias.detalle(s, publicaciones.una(s, _id(id_)), EFECTOS_POR_PAGINA, cursor)
        atrasados = publicaciones.por_recontar(s, detalle["base"]) if detalle["efectos"] else 0
        lugares = _lugares(s)
    siguiente = detalle["efectos"]["siguiente"] if detalle["efectos"] else None
    return mostrar(
        request,
        "calendario/dias_publicacion.html",
        quien,
        rechazo,
        p=detalle,
        faltas=rechazo.resumen if rechazo else [],
        motivo=rechazo.captura.texto("motivo") if rechazo else "",
        cursor=cursor,
        mas=mas({}, siguiente),
        atrasados=atrasados,
        lugares=lugares,
        tipos=TIPOS,
        estados=ESTADOS,
    )


def _formulario(request: Request, puerta: PuertaDeAdministracion, rechazo: Rechazo | None = None) -> HTMLResponse:
    with puerta.lectura() as (s, quien):
        vigentes = _vigentes(s)
        lugares = _lugares(s)
    escrito, faltas = (rechazo.textos, _faltas(rechazo)) if rechazo else ({}, {})
    del_control = {_control(clave): mensaje for clave, mensaje in faltas.items()}
    puestos = {nombre: escrito.get(PREFIJO + nombre, _DE_INICIO.get(nombre, "")) for nombre in _TITULOS}
    return mostrar(
        request,
        "calendario/dias_nueva.html",
        quien,
        rechazo,
        campos=de_molde(_Propuesta, puestos, del_control, {"tipo": TIPOS, "donde": lugares}),
        resumen=[_falta(clave, mensaje) for clave, mensaje in faltas.items()],
        vigentes=vigentes,
        marcados={clave for clave in escrito if clave.startswith("retira-")},
        lugares=lugares,
        tipos=TIPOS,
        columnas=",".join(COLUMNAS),
        todo_el_pais=TODO_EL_PAIS,
        maximo_kb=MAXIMO_BYTES // 1024,
        maximo_renglones=MAXIMO_RENGLONES,
    )


def _faltas(rechazo: Rechazo) -> dict[str, str]:
    """Por campo; lo del archivo, con su punto: es una frase entera."""
    return rechazo.campos or {"archivo": rechazo.frase}


def _escritos(captura: LoEscrito) -> list[Escrito]:
    """Los del archivo, si se eligió uno, y el del formulario, si se escribió algo en él."""
    dias: list[Escrito] = []
    if archivo := captura.archivos.get("archivo"):
        dias += leer(archivo.filename or "", archivo.file.read(MAXIMO_BYTES + 1))
    textos = {nombre: captura.texto(PREFIJO + nombre).strip() for nombre in _TITULOS if nombre != "motivo"}
    ambito, _, lugar = textos.pop("donde").partition(":")
    if any(textos.values()):
        textos["motivo"] = textos.pop("motivo_dia")
        dias.append(Escrito(_DEL_TRAMO, ambito=ambito, lugar=lugar, **textos))
    return dias


def _control(clave: str) -> str:
    """El control al que toca una falta; los del tramo se llaman distinto que sus columnas."""
    if not clave.startswith(_DEL_TRAMO):
        return clave
    campo = clave.removeprefix(_DEL_TRAMO)
    return _CONTROLES.get(campo, campo)


def _falta(clave: str, mensaje: str) -> Falta:
    control = _control(clave)
    if control in _TITULOS:
        return Falta(f"{_TITULOS[control]}: {mensaje}.", PREFIJO + control)
    if clave.startswith("retira."):
        return Falta(f"Un tramo por retirar {mensaje}.", clave.replace(".", "-") if "ya lo" in mensaje else "")
    if clave == "archivo":
        return Falta(mensaje, "archivo")
    return Falta(f"{clave.capitalize()}: {mensaje}.", "archivo" if clave != "dias" else "campo-inicio")


def _vigentes(s: Session) -> list[dict[str, object]]:
    """Lo que rige, con la publicación que lo puso; lo que termina al último, primero."""
    vigentes = sorted(publicaciones.vigentes(s), key=lambda dia: (dia.inicio, dia.fin), reverse=True)
    de = {p: publicaciones.una(s, p) for p in {dia.alta for dia in vigentes}}
    puestas = {p["id"]: p for p in vistas_dias.publicaciones(s, de.values())}
    return [{**vistas_dias.tramo(dia), "publicacion": puestas[dia.alta]} for dia in vigentes]


def _resumen(agrega: Sequence[DiaInhabil], retira: Sequence[DiaInhabil]) -> str:
    """De qué días es: el primer tramo y cuántos más; «retira …» si no agrega ninguno."""
    if not (todos := [*agrega, *retira]):
        return ""
    primero, mas = todos[0], len(todos) - 1
    dias = fecha_corta(primero.inicio)
    if primero.fin != primero.inicio:
        dias += f" a {fecha_corta(primero.fin)}"
    otros = f" y {mas} {'tramo' if mas == 1 else 'tramos'} más" if mas else ""
    return f"{'' if agrega else 'retira '}{dias}{otros}"


def _lugares(s: Session) -> dict[str, str]:
    """Los lugares que se pueden elegir, `ambito:lugar`, con su nombre."""
    entidades = sorted(ENTIDADES.items(), key=lambda par: par[1])
    return {
        f"{Ambito.NACIONAL}:": TODO_EL_PAIS,
        **{f"{Ambito.ENTIDAD}:{clave}": nombre for clave, nombre in entidades},
        **{f"{Ambito.CENTRO}:{clave}": f"{clave}, {nombre}" for clave, nombre in visibles.unidades(s).items()},
    }


def _id(texto: str) -> int:
    id_ = numero(texto)
    if not 0 < id_ <= ENTERO_MAXIMO:
        raise NoExiste("la publicación", texto)
    return id_
