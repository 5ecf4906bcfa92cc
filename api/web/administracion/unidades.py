"""La administración de las unidades: buscarlas, alta y baja de CAST, y sus nombres. Nada se borra."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.dependencias import PuertaDeAdministracion, administracion
from api.web.administracion.parametros import ROTULOS
from api.web.administracion.piezas import escrito, resumen, una_fecha
from api.web.piezas.formularios import CORTO, LISTA, PREFIJO, Falta, Formulario, LoEscrito, de_molde, titulos
from api.web.piezas.pagina import mas, pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos.administracion import unidades as actos
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import buscar_unidades as consultas
from modelos.administracion.buscar_personas import ROLES
from modelos.errores import ActoNoProcede, DatoRepetido, FormularioIncompleto, NoExiste
from modelos.organizacion.organigrama import LARGO_MAXIMO
from modelos.tabla.formularios import LARGO_MOTIVO
from modelos.tabla.unidades import ENTIDADES, TipoUnidad

ruta = APIRouter()
VER = "administrar unidades"
Administracion = Annotated[PuertaDeAdministracion, administracion(VER)]
POR_PAGINA = 50
Nombre = Annotated[str, Field(title="Denominación oficial", max_length=LARGO_MAXIMO)]
Estatal = Annotated[str, Field(title="Unidad estatal de que depende", json_schema_extra=LISTA)]
Fuente = Annotated[
    str,
    Field(
        title="Dónde consta",
        description="El acuerdo, el oficio o la publicación.",
        max_length=actos.LARGO_FUENTE,
        json_schema_extra=CORTO,
    ),
]
Motivo = Annotated[str, Field(title="Motivo", max_length=LARGO_MOTIVO)]
_HECHOS = {
    "alta": "Quedó dado de alta. Ahora adscriba a su personal y diga quién firma.",
    "corregir": "Quedó corregida.",
    "baja": "Quedó de baja: ya no se le reparten turnos.",
    "reactivar": "Está activa otra vez.",
}


class _Alta(BaseModel):
    clave: str = Field(
        title="Clave", description="Mayúsculas, números y guiones: CAST-01. No se cambia después.", max_length=40
    )
    nombre: Nombre
    depende_de: Estatal


class _Corregir(BaseModel):
    nombre: Nombre
    fuente: Fuente


class _CorregirCast(BaseModel):
    nombre: Nombre
    depende_de: Estatal
    fuente: Fuente


class _Baja(BaseModel):
    desde: date = Field(title="Desde qué día dejó de operar", description="Hoy o antes.")
    motivo: Motivo


class _Reactivar(BaseModel):
    motivo: Motivo


@ruta.get("/administracion/unidades")
def buscar(
    request: Request, puerta: Administracion, texto: str = "", tipo: str = "", estado: str = "", cursor: str = ""
) -> HTMLResponse:
    """Las unidades, por clave."""
    tipo, estado = tipo if tipo in consultas.TIPOS else "", estado if estado in consultas.ESTADOS else ""
    with puerta.lectura() as (s, quien):
        tramo = consultas.buscar(s, texto=texto[:200], tipo=tipo, estado=estado, cursor=cursor[:40], limite=POR_PAGINA)
    filtros = {n: v for n, v in (("texto", texto), ("tipo", tipo), ("estado", estado)) if v}
    return pagina(
        request,
        "administracion/unidades.html",
        quien,
        tramo=tramo,
        filtros=filtros,
        cursor=cursor,
        mas=mas(filtros, tramo.siguiente),
        texto=texto,
        tipo=tipo,
        estado_pedido=estado,
        tipos=consultas.TIPOS,
        estados=consultas.ESTADOS,
        entidades=ENTIDADES,
    )


@ruta.get("/administracion/unidades/nueva")
def nueva(request: Request, puerta: Administracion) -> HTMLResponse:
    """El formulario para dar de alta un CAST."""
    return _alta(request, puerta, Rechazo())


@ruta.post("/administracion/unidades/nueva")
def alta(request: Request, puerta: Administracion, captura: Formulario) -> Response:
    """Da de alta un CAST."""
    valores = escrito(_Alta, captura)
    intento = Intento(captura, "alta", vuelve=(FormularioIncompleto, DatoRepetido))
    with intento, puerta.acto() as ctx:
        creada = actos.alta_cast(ctx, valores["clave"], valores["nombre"], valores["depende_de"]).clave
    if intento.rechazo:
        return _alta(request, puerta, intento.rechazo)
    return RedirectResponse(f"/administracion/unidades/{quote(creada)}?hecho=alta#resultado", 303)


@ruta.get("/administracion/unidades/{clave}")
def ver(request: Request, clave: str, puerta: Administracion, hecho: str = "") -> HTMLResponse:
    """Una unidad: quién está, qué tiene abierto y quién la ha cambiado."""
    return _pagina(request, puerta, clave, Rechazo(), hecho=_HECHOS.get(hecho, ""))


@ruta.post("/administracion/unidades/{clave}/{acto}")
def hacer(request: Request, clave: str, acto: str, puerta: Administracion, captura: Formulario) -> Response:
    """Corrige su nombre, la da de baja o la reactiva."""
    hacer_ = _ACTOS.get(acto)
    if hacer_ is None:
        raise NoExiste("el acto", acto)
    intento = Intento(captura, acto, vuelve=(FormularioIncompleto, ActoNoProcede))
    with intento, puerta.acto() as ctx:
        hacer_(ctx, clave, captura)
    if intento.rechazo:
        return _pagina(request, puerta, clave, intento.rechazo)
    return RedirectResponse(f"/administracion/unidades/{quote(clave)}?hecho={acto}#resultado", 303)


@ruta.get("/administracion/unidades/{clave}/{_acto}")
def volver(clave: str, _acto: str) -> Response:
    """Quien recarga la dirección de un acto vuelve a la unidad."""
    return RedirectResponse(f"/administracion/unidades/{quote(clave)}", 303)


# --- actos -----------------------------------------------------------------------


def _corregir(ctx: Contexto, clave: str, captura: LoEscrito) -> None:
    valores = escrito(_CorregirCast, captura)
    actos.corregir_unidad(ctx, clave, valores, confirmada=captura.texto("confirmada") == "on")


def _baja(ctx: Contexto, clave: str, captura: LoEscrito) -> None:
    valores = escrito(_Baja, captura)
    vistos = captura.entero("vistos") if captura.texto("enterada") == "on" else 0
    if not valores["motivo"].strip():
        raise FormularioIncompleto({"motivo": "escriba el motivo"})
    actos.baja_unidad(ctx, clave, una_fecha(valores, "desde"), valores["motivo"], vistos)


def _reactivar(ctx: Contexto, clave: str, captura: LoEscrito) -> None:
    actos.reactivar_unidad(ctx, clave, escrito(_Reactivar, captura)["motivo"])


_ACTOS = {"corregir": _corregir, "baja": _baja, "reactivar": _reactivar}


# --- piezas ----------------------------------------------------------------------


def _alta(request: Request, puerta: PuertaDeAdministracion, rechazo: Rechazo) -> HTMLResponse:
    errores = rechazo.errores_en("clave")
    with puerta.lectura() as (s, quien):
        listas = {"depende_de": dict(consultas.de_que_depende(s))}
    return mostrar(
        request,
        "administracion/unidad_nueva.html",
        quien,
        rechazo,
        campos=de_molde(_Alta, escrito(_Alta, rechazo.captura), errores, listas),
        resumen=resumen(_Alta, errores),
    )


def _pagina(
    request: Request, puerta: PuertaDeAdministracion, clave: str, rechazo: Rechazo, hecho: str = ""
) -> HTMLResponse:
    errores = rechazo.errores_en("")
    with puerta.lectura() as (s, quien):
        detalle = consultas.una(s, clave)
        listas = {"depende_de": dict(consultas.de_que_depende(s))}
    es_cast = detalle.unidad.tipo == TipoUnidad.CAST.value
    moldes = {"corregir": _CorregirCast if es_cast else _Corregir, "baja": _Baja, "reactivar": _Reactivar}
    de_inicio = {
        "nombre": detalle.unidad.nombre,
        "depende_de": detalle.unidad.depende_de or "",
        "desde": reloj.hoy().isoformat(),
    }
    formularios = {}
    for acto, molde in moldes.items():
        este = rechazo.acto == acto
        valores = escrito(molde, rechazo.captura) if este else de_inicio
        formularios[acto] = de_molde(molde, valores, errores if este else {}, listas)
    nombrados = {campo: titulo for molde in moldes.values() for campo, titulo in titulos(molde).items()}
    return mostrar(
        request,
        "administracion/unidad.html",
        quien,
        rechazo,
        d=detalle,
        u=detalle.unidad,
        es_cast=es_cast,
        formularios=formularios,
        acto=rechazo.acto,
        confirmada=rechazo.captura.texto("confirmada") == "on",
        resumen=[
            Falta(f"{nombrados[c]}: {m}.", PREFIJO + c) if c in nombrados else Falta(f"{m}.")
            for c, m in errores.items()
        ],
        tipos=consultas.TIPOS,
        roles=ROLES,
        entidades=ENTIDADES,
        rotulos=ROTULOS,
        hecho=hecho,
    )
