"""Campañas: un procedimiento que llevan muchas unidades; su matriz, y recordar sólo a quien falta."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.campanas import es_periodo, mirable
from api.dependencias import Entrada
from api.web.campanas import nueva
from api.web.campanas.nueva import nombre
from api.web.expedientes import matriz
from api.web.piezas.formularios import Formulario, numero
from api.web.piezas.pagina import pagina
from modelos import reloj
from modelos.actos.conduccion import campanas
from modelos.actos.turnos.atender import persona_que_actua
from modelos.ciclos import campanas as consultas_campanas
from modelos.ciclos.campanas import EN_CURSO
from modelos.errores import NoExiste, NoLeCorresponde
from modelos.expedientes.expediente import EN_TRAMITE
from modelos.organizacion.permisos import puede_atender, ve_tablero

ruta = APIRouter()
ruta.include_router(nueva.ruta)  # antes: su /campanas/{clave}/iniciar lo taparía un periodo
POR_PAGINA = 25
HECHOS = ("abiertos", "saltados", "recordadas", "ya")
"""Lo que se acaba de hacer, en la dirección: recargar no lo repite."""


@ruta.get("/campanas")
def listar(request: Request, puerta: Entrada) -> HTMLResponse:
    """Las que hay, y qué se puede lanzar."""
    with puerta.lectura() as (s, quien):
        tablas = [t for t in puerta.tablas.vigentes(reloj.hoy()) if campanas.puede_mirar(quien, t)]
        if not tablas and not ve_tablero(quien):
            raise NoLeCorresponde("ver las campañas", "la coordinación que conduce esos procedimientos")
        resumenes = consultas_campanas.en_marcha(s, tablas)
    return pagina(
        request,
        "campanas/campanas.html",
        quien,
        resumenes=resumenes,
        tablas={t.clave: t for t in tablas},
        lanzables=[t for t in tablas if campanas.puede_lanzar(quien, t)],
        nombre=nombre,
    )


@ruta.get("/campanas/{clave}/{periodo}")
def ver(
    request: Request,
    clave: str,
    periodo: str,
    puerta: Entrada,
    faltan: str = "",
    desde: str = "",
) -> HTMLResponse:
    """La matriz. faltan: sólo las que siguen en trámite o sin expediente; desde: la unidad en que empieza la página."""
    with puerta.lectura() as (s, quien):
        tabla = mirable(puerta, quien, clave, periodo)
        hay = consultas_campanas.de_cada_unidad(s, tabla, periodo)
        todas = consultas_campanas.de_la_campana(s, tabla, hay)
        if not hay and periodo != EN_CURSO and not es_periodo(tabla, periodo):
            raise NoExiste("la campaña", f"{clave} {periodo}")
        cuenta = consultas_campanas.cuenta(todas, hay)
        if faltan:
            todas = [m for m in todas if m.clave not in hay or hay[m.clave][0].estado in EN_TRAMITE]
        corte = next((i for i, m in enumerate(todas) if m.clave == desde), 0)
        tramo = todas[corte : corte + POR_PAGINA]
        suyos = {m.clave: hay[m.clave] for m in tramo if m.clave in hay}
        turnos = consultas_campanas.turnos_de(s, [los[0].folio for los in suyos.values()])
        filas = matriz.de_campana(s, tabla, tramo, suyos, turnos)
        lanza = campanas.puede_lanzar(quien, tabla)
        por_atender = consultas_campanas.por_atender(s, hay) if lanza else []
    return pagina(
        request,
        "campanas/campana.html",
        quien,
        tabla=tabla,
        periodo=periodo,
        titulo=nombre(periodo),
        columnas=matriz.columnas(tabla),
        filas=filas,
        cuenta=cuenta,
        faltan=bool(faltan),
        total=len(todas),
        primera=corte + 1,
        siguiente=todas[corte + POR_PAGINA].clave if corte + POR_PAGINA < len(todas) else "",
        anterior=todas[max(0, corte - POR_PAGINA)].clave if corte else "",
        lanza=lanza,
        deben=len([t for t in por_atender if not puede_atender(quien, t.unidad)]),
        dicho={n: numero(request.query_params.get(n, "")) for n in HECHOS if n in request.query_params},
    )


@ruta.post("/campanas/{clave}/{periodo}/recordar")
def recordar(clave: str, periodo: str, puerta: Entrada, _captura: Formulario) -> Response:
    """Recuerda a quienes deben algo; a cada persona, una vez al día."""
    with puerta.acto() as ctx:
        tabla = mirable(puerta, persona_que_actua(ctx), clave, periodo)
        hecho = campanas.recordar(ctx, tabla, periodo)
    dicho = urlencode({"recordadas": hecho.personas, "ya": hecho.ya})
    return RedirectResponse(f"/campanas/{quote(clave)}/{quote(periodo)}?{dicho}#confirmacion", 303)


@ruta.get("/campanas/{clave}/{periodo}/recordar")
def volver(clave: str, periodo: str) -> Response:
    """Quien recarga la dirección vuelve a la matriz."""
    return RedirectResponse(f"/campanas/{quote(clave)}/{quote(periodo)}", 303)
