"""La administración de las plantillas de oficio: editar, ver cómo quedan de verdad, comparar y volver atrás."""

from __future__ import annotations

import difflib
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.dependencias import PuertaDeAdministracion, administracion
from api.web.administracion.piezas import escrito, resumen
from api.web.piezas.formularios import PREFIJO, SIN_CAPTURA, Formulario, LoEscrito, de_molde, numero
from api.web.piezas.pagina import pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos.oficios import plantillas as actos
from modelos.actos.turnos.atender import nombre_de
from modelos.actos.turnos.mover import Contexto
from modelos.bandeja import expedientes
from modelos.errores import ActoNoProcede, ErrorGestion, FormularioIncompleto, NoExiste
from modelos.tabla.formularios import LARGO_MOTIVO
from tareas.oficios.errores import OficioDemasiadoLargo, PlantillaRota, TallerSinTerminar
from tareas.oficios.papel import archivo
from tareas.oficios.redaccion import borrador, edicion, texto
from tareas.oficios.redaccion.ejemplo import COMUN, diccionario, usos

ruta = APIRouter()
Administracion = Annotated[PuertaDeAdministracion, administracion(actos.ACTO)]
RUTA = "/administracion/plantillas"
RECIENTES = 20
_VUELVE = (FormularioIncompleto, ActoNoProcede)
_AL_PROBAR = (FormularioIncompleto, NoExiste, PlantillaRota, TallerSinTerminar, OficioDemasiadoLargo)


class _Plantilla(BaseModel):
    texto: str = Field(title="Texto de la plantilla", max_length=actos.LARGO)
    motivo: str = Field(title="Por qué se cambia", description="Queda en el historial.", max_length=LARGO_MOTIVO)
    folio: str = Field(
        "", title="Expediente con que se prueba", description="Su folio. No cambia nada en él.", max_length=40
    )


def clave_de(carpeta: str, nombre: str) -> str:
    """La clave de la plantilla que dice la dirección; las comunes no tienen carpeta en el disco."""
    return nombre if carpeta == COMUN else f"{carpeta}/{nombre}"


Clave = Annotated[str, Depends(clave_de)]


def direccion_de(clave: str) -> str:
    """La de su página."""
    carpeta, _, nombre = clave.rpartition("/")
    return f"{RUTA}/{quote(carpeta or COMUN)}/{quote(nombre)}"


@ruta.get(RUTA)
def lista(request: Request, puerta: Administracion) -> HTMLResponse:
    """Todas, por procedimiento: cuáles se editaron y cuáles cambió después el sistema."""
    with puerta.lectura() as (s, quien):
        grupos = edicion.fichas(Contexto(s, puerta.tablas, quien, reloj.ahora()))
    atrasadas = [f.clave for _, fichas in grupos for f in fichas if f.atrasada]
    return pagina(
        request,
        "administracion/oficios/plantillas.html",
        quien,
        grupos=grupos,
        atrasadas=atrasadas,
        direccion_de=direccion_de,
    )


@ruta.get(RUTA + "/{carpeta}/{nombre}")
def ver(request: Request, clave: Clave, puerta: Administracion, hecho: str = "") -> HTMLResponse:
    """La plantilla, para corregirla."""
    return _editor(request, puerta, clave, hecho=numero(hecho))


@ruta.post(RUTA + "/{carpeta}/{nombre}")
def cambiar(request: Request, clave: Clave, puerta: Administracion, captura: Formulario) -> Response:
    """Guarda una versión nueva, o muestra cómo quedaría un oficio con lo escrito."""
    acto = captura.texto("acto")
    if acto in ("probar", "pdf"):
        return _probar(request, puerta, clave, captura, en_pdf=acto == "pdf")
    with Intento(captura, acto, vuelve=_VUELVE) as intento:
        with puerta.lectura() as (s, quien):
            ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
            revisada = edicion.revisada(ctx, clave, captura.texto(PREFIJO + "texto"))
        with puerta.acto() as ctx:
            motivo = captura.texto(PREFIJO + "motivo")
            nueva = actos.editar_plantilla(ctx, revisada, motivo, captura.entero("version"))
    if intento.rechazo:
        return _editor(request, puerta, clave, intento.rechazo)
    return RedirectResponse(f"{direccion_de(clave)}?hecho={nueva.version}#resultado", 303)


@ruta.get(RUTA + "/{carpeta}/{nombre}/historial")
def historial(request: Request, clave: Clave, puerta: Administracion, de: str = "", a: str = "") -> HTMLResponse:
    """Sus versiones y la diferencia entre dos."""
    return _historial(request, puerta, clave, de, a)


@ruta.post(RUTA + "/{carpeta}/{nombre}/volver")
def volver(request: Request, clave: Clave, puerta: Administracion, captura: Formulario) -> Response:
    """Vuelve a una versión anterior o a la del sistema; lo de en medio se conserva."""
    elegida, leida = numero(captura.texto("version")), captura.entero("leida")
    with Intento(captura, vuelve=_VUELVE) as intento:
        with puerta.lectura() as (s, quien):
            ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
            suyo = actos.texto_de(actos.versiones(ctx, clave), clave, elegida)
            revisada = edicion.revisada(ctx, clave, suyo)
        with puerta.acto() as ctx:
            nueva = actos.volver(ctx, revisada, elegida, captura.texto("motivo"), leida)
    if intento.rechazo:
        return _historial(request, puerta, clave, rechazo=intento.rechazo)
    return RedirectResponse(f"{direccion_de(clave)}?hecho={nueva.version}#resultado", 303)


@ruta.get(RUTA + "/{carpeta}/{nombre}/volver")
def recargar(clave: Clave) -> Response:
    """Quien recarga la dirección de un acto vuelve al historial."""
    return RedirectResponse(f"{direccion_de(clave)}/historial", 303)


# --- piezas --------------------------------------------------------------------


def comparar(antes: str, despues: str) -> list[tuple[str, str]]:
    """Renglón por renglón: «+» lo agregado, «−» lo quitado, y lo igual que esté junto."""
    renglones: list[tuple[str, str]] = []
    for linea in difflib.unified_diff(antes.splitlines(), despues.splitlines(), lineterm="", n=2):
        if linea.startswith(("---", "+++")):
            continue
        signo = {"+": "+", "-": "−", "@": "…"}.get(linea[:1], "")
        renglones.append((signo, "" if signo == "…" else linea[1:]))
    return renglones[1:]  # el primero sólo dice dónde empieza


def _probar(
    request: Request, puerta: PuertaDeAdministracion, clave: str, captura: LoEscrito, *, en_pdf: bool
) -> Response:
    folio = captura.texto(PREFIJO + "folio").strip().upper()
    with Intento(captura, "probar", vuelve=(FormularioIncompleto,)) as intento:
        muestra = _muestra(puerta, clave, folio, captura)
    if intento.rechazo:
        return _editor(request, puerta, clave, intento.rechazo)
    if not en_pdf:
        return _editor(request, puerta, clave, Rechazo("probar", captura), muestra=muestra)
    puesto = {"Content-Disposition": f'inline; filename="vista-previa-{folio}.pdf"'}
    return Response(archivo.pdf_de(muestra.contenido), media_type="application/pdf", headers=puesto)


def _muestra(puerta: PuertaDeAdministracion, clave: str, folio: str, captura: LoEscrito) -> edicion.Muestra:
    """El oficio con lo escrito. Lanza FormularioIncompleto: al probar, todo lo que falla es de un campo."""
    try:
        with puerta.lectura() as (s, quien):
            if not folio:
                raise FormularioIncompleto({"folio": "elija o escriba el folio de un expediente"})
            ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
            return edicion.muestra(ctx, folio, clave, captura.texto(PREFIJO + "texto"), puerta.ajustes.url_publica)
    except _AL_PROBAR as error:
        raise FormularioIncompleto(_faltas_al_probar(error)) from error


def _faltas_al_probar(error: ErrorGestion) -> dict[str, str]:
    if isinstance(error, FormularioIncompleto):
        return error.campos
    if isinstance(error, NoExiste):
        return {"folio": str(error).rstrip(".")}
    if isinstance(error, PlantillaRota):
        return {"texto": f"con ese expediente, línea {error.linea}: {error.motivo}"}
    return {"texto": str(error).rstrip(".")}


def _editor(
    request: Request,
    puerta: PuertaDeAdministracion,
    clave: str,
    rechazo: Rechazo | None = None,
    *,
    muestra: edicion.Muestra | None = None,
    hecho: int = 0,
) -> HTMLResponse:
    """La plantilla para corregirla; con `rechazo`, lo que se estaba escribiendo, aunque sólo se haya probado."""
    faltas = rechazo.errores_en("") if rechazo else {}
    with puerta.lectura() as (s, quien):
        ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
        ficha, rige = edicion.ficha(ctx, clave), borrador.vigente(ctx, clave)
        donde = usos(puerta.tablas.vigentes(reloj.hoy()), clave)
        de_quien = {} if clave in borrador.comunes() else {"procedimiento": donde[0].tabla.clave}
        recientes = expedientes.expedientes(s, quien, **de_quien, limite=RECIENTES).elementos
    folios = [(e.folio, e.asunto) for e in recientes]
    puestos = {"texto": rige.texto, "folio": folios[0][0] if folios else ""}
    if rechazo:
        puestos = escrito(_Plantilla, rechazo.captura)
    return mostrar(
        request,
        "administracion/oficios/plantilla.html",
        quien,
        rechazo,
        ficha=ficha,
        direccion=direccion_de(clave),
        campos=de_molde(_Plantilla, puestos, faltas),
        resumen=resumen(_Plantilla, {c: f.rstrip(".") for c, f in faltas.items()}),
        choque=comparar(rige.texto, puestos["texto"].rstrip("\n") + "\n") if "" in faltas else None,
        folios=folios,
        muestra=muestra,
        cuerpo=texto.html(muestra.redactado.cuerpo) if muestra else "",
        nombres=diccionario(donde),
        es_comun=clave in borrador.comunes(),
        hecho=hecho,
    )


def _historial(
    request: Request,
    puerta: PuertaDeAdministracion,
    clave: str,
    de: str = "",
    a: str = "",
    *,
    rechazo: Rechazo | None = None,
) -> HTMLResponse:
    faltas, captura = (rechazo.errores_en(""), rechazo.captura) if rechazo else ({}, SIN_CAPTURA)
    with puerta.lectura() as (s, quien):
        ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
        ficha = edicion.ficha(ctx, clave)
        versiones = actos.versiones(ctx, clave)
        nombres = {v.persona_id: nombre_de(ctx, v.persona_id) for v in versiones}
    sistema = borrador.del_archivo(clave)
    textos = {0: sistema} | {v.version: v.texto if v.texto is not None else sistema for v in versiones}
    una = numero(de) if numero(de) in textos else max(ficha.version - 1, 0)
    otra = numero(a) if a and numero(a) in textos else ficha.version
    return mostrar(
        request,
        "administracion/oficios/plantilla_historial.html",
        quien,
        rechazo,
        ficha=ficha,
        direccion=direccion_de(clave),
        versiones=versiones,
        nombres=nombres,
        numeros=sorted(textos, reverse=True),
        una=una,
        otra=otra,
        diferencia=comparar(textos[una], textos[otra]),
        faltas=resumen(_Plantilla, {c: f.rstrip(".") for c, f in faltas.items()}),
        error_motivo=faltas.get("motivo", ""),
        elegida=captura.texto("version"),
        motivo=captura.texto("motivo"),
    )
