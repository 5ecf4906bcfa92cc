"""Las plantillas de oficio: leerlas, cambiarlas, probarlas con un expediente y volver atrás. Sólo la administración."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.dependencias import PuertaDeAdministracion, administracion
from api.v1.esquemas import papeleria as formas
from api.v1.esquemas.comunes import Lista
from api.v1.respuestas import errores
from modelos import reloj
from modelos.actos.oficios import plantillas as actos
from modelos.actos.turnos.atender import nombre_de
from modelos.actos.turnos.mover import Contexto
from tareas.oficios.redaccion import borrador, edicion
from tareas.oficios.redaccion.ejemplo import COMUN

UNA = "/plantillas/{carpeta}/{nombre}"
ruta = APIRouter(tags=["Administración de oficios"])
_LEER: dict[str, Any] = {"responses": errores(401, 403, 404)}
_ACTO: dict[str, Any] = {"response_model": formas.PlantillaDetalle, "responses": errores(401, 403, 404, 409, 422)}


def _clave(carpeta: str, nombre: str) -> str:
    return nombre if carpeta == COMUN else f"{carpeta}/{nombre}"


Clave = Annotated[str, Depends(_clave)]
Administracion = Annotated[PuertaDeAdministracion, administracion(actos.ACTO)]


@ruta.get("/plantillas", response_model=Lista[formas.Plantilla], summary="Las plantillas de oficio", **_LEER)
def listar(puerta: Administracion) -> dict[str, Any]:
    """Todas, con cuáles editó la administración y cuáles cambió después el sistema."""
    with puerta.lectura() as (s, quien):
        grupos = edicion.fichas(Contexto(s, puerta.tablas, quien, reloj.ahora()))
    elementos = [_ver(ficha) for _, fichas in grupos for ficha in fichas]
    return {"elementos": elementos, "total": len(elementos), "siguiente": None}


@ruta.get(UNA, response_model=formas.PlantillaDetalle, summary="Una plantilla", **_LEER)
def ver(clave: Clave, puerta: Administracion) -> dict[str, Any]:
    """Con el texto que rige y el que trae el sistema. La carpeta de las que otras heredan es `comun`."""
    return _detalle(puerta, clave)


@ruta.put(UNA, summary="Cambiar una plantilla", **_ACTO)
def cambiar(clave: Clave, cuerpo: formas.PlantillaNueva, puerta: Administracion) -> dict[str, Any]:
    """Guarda una versión nueva, después de probarla; si está rota, 422 con la línea y qué pasa."""
    with puerta.lectura() as (s, quien):
        revisada = edicion.revisada(Contexto(s, puerta.tablas, quien, reloj.ahora()), clave, cuerpo.texto)
    with puerta.acto() as ctx:
        actos.editar_plantilla(ctx, revisada, cuerpo.motivo, cuerpo.version)
    return _detalle(puerta, clave)


@ruta.post(UNA + "/volver", summary="Volver a otra versión", **_ACTO)
def volver(clave: Clave, cuerpo: formas.VueltaAtras, puerta: Administracion) -> dict[str, Any]:
    """Hace una versión nueva con el texto de una anterior, o vuelve a la del sistema; nada se borra."""
    with puerta.lectura() as (s, quien):
        ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
        suyo = actos.texto_de(actos.versiones(ctx, clave), clave, cuerpo.a)
        revisada = edicion.revisada(ctx, clave, suyo)
    with puerta.acto() as ctx:
        actos.volver(ctx, revisada, cuerpo.a, cuerpo.motivo, cuerpo.version)
    return _detalle(puerta, clave)


@ruta.get(
    UNA + "/versiones",
    response_model=Lista[formas.PlantillaVersion],
    summary="Las versiones de una plantilla",
    **_LEER,
)
def versiones(clave: Clave, puerta: Administracion) -> dict[str, Any]:
    """Lo que ha hecho la administración con ella, lo último primero."""
    with puerta.lectura() as (s, quien):
        ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
        borrador.del_archivo(clave)
        elementos = [
            {
                **v.model_dump(include={"version", "texto", "motivo"}),
                "creada": reloj.iso(v.creada),
                "persona": {"id": v.persona_id, "nombre": nombre_de(ctx, v.persona_id)},
            }
            for v in actos.versiones(ctx, clave)
        ]
    return {"elementos": elementos, "total": len(elementos), "siguiente": None}


@ruta.post(
    UNA + "/probar",
    response_model=formas.Probada,
    responses=errores(401, 403, 404, 409, 422),
    summary="Probar un texto con un expediente",
)
def probar(clave: Clave, cuerpo: formas.Prueba, puerta: Administracion) -> dict[str, Any]:
    """Lo que diría el oficio de ese expediente con ese texto, sin guardar nada."""
    with puerta.lectura() as (s, quien):
        ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
        hecho = edicion.muestra(ctx, cuerpo.folio, clave, cuerpo.texto, puerta.ajustes.url_publica).redactado
    return {
        "asunto": hecho.asunto,
        "cuerpo": hecho.cuerpo,
        "faltan": list(hecho.faltan),
        "cita": list(hecho.ordenamientos_citados),
    }


def _detalle(puerta: PuertaDeAdministracion, clave: str) -> dict[str, Any]:
    with puerta.lectura() as (s, quien):
        ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
        ficha = edicion.ficha(ctx, clave)
        return {
            **_ver(ficha),
            "texto": borrador.vigente(ctx, clave).texto,
            "sistema": borrador.del_archivo(clave),
        }


def _ver(ficha: edicion.FichaDePlantilla) -> dict[str, Any]:
    return {
        "clave": ficha.clave,
        "version": ficha.version,
        "editada": ficha.rige_editada,
        "atrasada": ficha.atrasada,
        "pasos": list(ficha.pasos),
    }
