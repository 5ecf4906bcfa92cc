"""La administración de lo que rodea a un oficio: la papelería de cada unidad y la leyenda del año."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.dependencias import PuertaDeAdministracion, administracion
from api.web.administracion.piezas import escrito, resumen
from api.web.piezas.formularios import CORTO, Formulario, de_molde, numero
from api.web.piezas.pagina import pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos.oficios import papeleria as actos
from modelos.administracion import papeleria as consultas
from modelos.administracion.papeleria import ROTULOS
from modelos.errores import FormularioIncompleto
from modelos.oficios import papeleria
from modelos.organizacion.cambios import Cosa, historia
from modelos.tabla.emision import FORMATO, LARGO_FORMATO, falta_de_formato
from tareas.oficios.papel import sello

ruta = APIRouter()
VER = "ver la papelería de los oficios"
Administracion = Annotated[PuertaDeAdministracion, administracion(VER)]


class _Hoja(BaseModel):
    formato: str = Field(
        title=ROTULOS["formato"],
        description="Lleva una vez {consecutivo:03d} y una vez {anio}; {SIGLA} es la clave de la unidad.",
        max_length=LARGO_FORMATO,
    )
    lugar: str = Field(
        "",
        title=ROTULOS["lugar"],
        description="Como va en la fecha: «Metepec, Estado de México».",
        max_length=papeleria.LARGOS["lugar"],
    )
    domicilio: str = Field(
        "",
        title=ROTULOS["domicilio"],
        description="Sale al pie, en una o dos líneas.",
        max_length=papeleria.LARGOS["domicilio"],
        json_schema_extra=CORTO,
    )
    telefono: str = Field("", title=ROTULOS["telefono"], max_length=papeleria.LARGOS["telefono"])
    sitio: str = Field("", title=ROTULOS["sitio"], max_length=papeleria.LARGOS["sitio"])


class _Leyenda(BaseModel):
    anio: int = Field(title=ROTULOS["anio"])
    texto: str = Field(
        title=ROTULOS["texto"],
        description="Sin comillas: se ponen al imprimirla.",
        max_length=300,
        json_schema_extra=CORTO,
    )
    fuente: str = Field(
        title=ROTULOS["fuente"],
        description="El decreto o acuerdo, y dónde se publicó.",
        max_length=500,
        json_schema_extra=CORTO,
    )


@ruta.get("/administracion/papeleria")
def lista_papeleria(request: Request, puerta: Administracion) -> HTMLResponse:
    """La de cada unidad, con el número que seguiría."""
    with puerta.lectura() as (s, quien):
        hojas = consultas.hojas(s, reloj.hoy().year)
        faltan = papeleria.sin_leyenda(s, reloj.hoy())
    como_esta = sello.estado(puerta.ajustes)
    return pagina(
        request, "administracion/oficios/papeleria.html", quien, hojas=hojas, sin_leyenda=faltan, sello=como_esta
    )


@ruta.get("/administracion/papeleria/{unidad}")
def ver_papeleria(request: Request, unidad: str, puerta: Administracion, hecho: str = "") -> HTMLResponse:
    """La de una unidad y quién la ha cambiado."""
    return _hoja(request, puerta, unidad, hecho=bool(hecho))


@ruta.post("/administracion/papeleria/{unidad}")
def fijar_papeleria(request: Request, unidad: str, puerta: Administracion, captura: Formulario) -> Response:
    """La fija; con «probar» sólo dice cómo quedaría el número."""
    valores = escrito(_Hoja, captura)
    if captura.texto("acto") == "probar":
        falta = falta_de_formato(valores["formato"].strip() or FORMATO)
        mal = FormularioIncompleto({"formato": falta}) if falta else None
        return _hoja(request, puerta, unidad, Rechazo("probar", captura, mal))
    intento = Intento(captura, vuelve=(FormularioIncompleto,))
    with intento, puerta.acto() as ctx:
        actos.fijar_papeleria(ctx, unidad, valores)
    if intento.rechazo:
        return _hoja(request, puerta, unidad, intento.rechazo)
    return RedirectResponse(f"/administracion/papeleria/{quote(unidad)}?hecho=1#resultado", 303)


@ruta.get("/administracion/leyendas")
def lista_leyendas(request: Request, puerta: Administracion, anio: str = "", hecho: str = "") -> HTMLResponse:
    """Las leyendas, cuáles faltan y el formulario para capturar o corregir una."""
    return _leyendas(request, puerta, anio=numero(anio), hecho=numero(hecho))


@ruta.post("/administracion/leyendas")
def fijar_leyenda(request: Request, puerta: Administracion, captura: Formulario) -> Response:
    """Guarda la leyenda de un año."""
    valores = escrito(_Leyenda, captura)
    anio = numero(valores["anio"].strip())
    intento = Intento(captura, vuelve=(FormularioIncompleto,))
    with intento, puerta.acto() as ctx:
        actos.fijar_leyenda(ctx, anio, valores["texto"], valores["fuente"])
    if intento.rechazo:
        return _leyendas(request, puerta, rechazo=intento.rechazo)
    return RedirectResponse(f"/administracion/leyendas?hecho={anio}#resultado", 303)


# --- piezas --------------------------------------------------------------------


def _hoja(
    request: Request, puerta: PuertaDeAdministracion, clave: str, rechazo: Rechazo | None = None, *, hecho: bool = False
) -> HTMLResponse:
    faltas, anio = rechazo.campos if rechazo else {}, reloj.hoy().year
    with puerta.lectura() as (s, quien):
        hoja = consultas.hoja(s, clave, anio)
        guardado = {nombre: getattr(hoja.papeleria, nombre) for nombre in _Hoja.model_fields}
        puestos = escrito(_Hoja, rechazo.captura) if rechazo else guardado
        formato = puestos["formato"].strip() or FORMATO
        muestra = "" if falta_de_formato(formato) else consultas.ejemplo(s, clave, formato, anio)
        cambios = historia(s, Cosa.PAPELERIA, [clave])
    return mostrar(
        request,
        "administracion/oficios/papeleria_unidad.html",
        quien,
        rechazo,
        hoja=hoja,
        campos=de_molde(_Hoja, puestos, faltas),
        resumen=resumen(_Hoja, faltas),
        muestra=muestra,
        probado=rechazo is not None,
        cambios=cambios,
        rotulos=ROTULOS,
        hecho=hecho,
    )


def _leyendas(
    request: Request,
    puerta: PuertaDeAdministracion,
    *,
    anio: int = 0,
    rechazo: Rechazo | None = None,
    hecho: int = 0,
) -> HTMLResponse:
    faltas = rechazo.campos if rechazo else {}
    with puerta.lectura() as (s, quien):
        lista = consultas.leyendas(s)
        faltan = papeleria.sin_leyenda(s, reloj.hoy())
        cambios = historia(s, Cosa.LEYENDA, [str(fila.anio) for fila in lista])
    elegida = next((fila for fila in lista if fila.anio == anio), None)
    iniciales = {"anio": str(anio or next(iter(faltan), ""))}
    if elegida:
        iniciales |= {"texto": elegida.texto, "fuente": elegida.fuente}
    return mostrar(
        request,
        "administracion/oficios/leyendas.html",
        quien,
        rechazo,
        leyendas=lista,
        sin_leyenda=faltan,
        corrige=elegida is not None,
        campos=de_molde(_Leyenda, escrito(_Leyenda, rechazo.captura) if rechazo else iniciales, faltas),
        resumen=resumen(_Leyenda, faltas),
        cambios=cambios,
        rotulos=ROTULOS,
        hecho=hecho,
    )
