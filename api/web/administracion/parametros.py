"""Qué decidió el sistema donde la fuente calla, con qué ajustes corre esta instancia, y quién cambió qué."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencias import PuertaDeAdministracion, administracion
from api.web.piezas.pagina import mas, pagina
from api.web.procedimientos import inferidos
from modelos import reloj
from modelos.administracion import buscar_personas
from modelos.administracion.papeleria import ROTULOS as DE_OFICIOS
from modelos.organizacion.cambios import Cosa

ruta = APIRouter()
VeParametros = Annotated[PuertaDeAdministracion, administracion("ver los parámetros")]
VeCambios = Annotated[PuertaDeAdministracion, administracion("ver quién cambió qué")]
POR_PAGINA = 30
ROTULOS = DE_OFICIOS | {
    "nombre": "Nombre",
    "correo": "Correo",
    "activa": "Activa",
    "clave": "Clave",
    "tipo": "Tipo",
    "depende_de": "Depende de",
    "entidad": "Entidad",
    "por_confirmar": "Nombre por confirmar",
    "rol": "Rol",
    "motivo": "Motivo",
    "fuente": "Fuente",
    "hecho": "Qué se hizo",
    "adscripcion": "Adscripción",
    "baja_desde": "De baja desde",
    "es_demo": "De demostración",
}
"""Cómo se lee cada campo en los cambios."""
COSAS = {
    Cosa.UNIDAD.value: "Unidades",
    Cosa.PERSONA.value: "Personas",
    Cosa.ADSCRIPCION.value: "Adscripciones",
    Cosa.TITULARIDAD.value: "Quién firma",
    Cosa.SUPLENCIA.value: "Suplencias",
    Cosa.PAPELERIA.value: "Papelería",
    Cosa.LEYENDA.value: "Leyendas",
    Cosa.NORMA.value: "Ordenamientos",
}


@ruta.get("/administracion/parametros")
def parametros(request: Request, puerta: VeParametros, procedimiento: str = "") -> HTMLResponse:
    """Todo lo inferido de las tablas que rigen, y los ajustes que no son secretos."""
    quien = puerta.exigir()
    rigen = puerta.tablas.vigentes(reloj.hoy())
    pedidas = [t for t in rigen if t.clave == procedimiento] or rigen
    de_tablas = inferidos.de_tablas(pedidas)
    return pagina(
        request,
        "administracion/parametros.html",
        quien,
        tablas=rigen,
        procedimiento=procedimiento,
        inferidos=[par for par in de_tablas if par[1]],
        cuantos=sum(len(lista) for _, lista in de_tablas),
        ajustes=inferidos.ajustes_de(puerta.ajustes),
    )


@ruta.get("/administracion/cambios")
def cambios(request: Request, puerta: VeCambios, cosa: str = "", quien: str = "", cursor: str = "") -> HTMLResponse:
    """Quién cambió qué, por cosa y por persona, lo último primero."""
    cosa = cosa if cosa in COSAS else ""
    with puerta.lectura() as (s, yo):
        autores = buscar_personas.autores(s)
        elegido = quien if quien in dict(autores) else ""
        tramo = buscar_personas.anotados(s, cosa=cosa, quien=elegido, cursor=cursor, limite=POR_PAGINA)
    filtros = {n: v for n, v in (("cosa", cosa), ("quien", elegido)) if v}
    return pagina(
        request,
        "administracion/cambios.html",
        yo,
        tramo=tramo,
        filtros=filtros,
        cursor=cursor,
        mas=mas(filtros, tramo.siguiente),
        cosas=COSAS,
        autores=autores,
        cosa=cosa,
        elegido=elegido,
        rotulos=ROTULOS,
    )
