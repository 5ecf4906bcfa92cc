"""Buscar expedientes y abrir uno; lo que enseña su página se arma en `vista`."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from api.archivos import anexos
from api.dependencias import Entrada
from api.web.bandeja import vivo
from api.web.expedientes import comentarios
from api.web.expedientes.vista import Rechazo, VistaPedida, mostrar
from api.web.piezas.formularios import numero
from api.web.piezas.pagina import pagina
from api.web.procedimientos import ayuda
from modelos import reloj
from modelos.actos.comodidades import comentarios as actos
from modelos.bandeja import expedientes
from modelos.comprobacion import verificacion
from modelos.expedientes import comentarios as consultas_comentarios
from modelos.expedientes import visibles
from modelos.oficios import deuda

__all__ = ["Rechazo", "mostrar", "ruta"]

ruta = APIRouter()
POR_PAGINA = 25
QUE_VIENE_DE_VIVO = "x-vivo"
"""Encabezado con que `vivo.js` pide la página: la pinta de nuevo, pero nadie la acaba de abrir."""


@ruta.get("/expedientes")
def buscar(
    request: Request,
    puerta: Entrada,
    texto: str = "",
    procedimiento: str = "",
    estado: str = "",
    sigo: str = "",
    cursor: str | None = None,
) -> HTMLResponse:
    """Los expedientes que conciernen a quien busca, el más reciente primero. sigo: sólo los que sigue."""
    if estado not in expedientes.ESTADOS_BUSCADOS:
        estado = ""
    with puerta.lectura() as (s, quien):
        if sigo:
            tramo = consultas_comentarios.seguidos(s, quien, cursor=cursor, limite=POR_PAGINA)
        else:
            tramo = expedientes.expedientes(
                s,
                quien,
                procedimiento=procedimiento or None,
                estado=estado or None,
                texto=texto[:200],
                cursor=cursor,
                limite=POR_PAGINA,
            )
        deben = deuda.cuantos(s, (e.folio for e in tramo.elementos))
        novedades = consultas_comentarios.novedades(s, quien, (e.folio for e in tramo.elementos))
        aludido = consultas_comentarios.menciones_nuevas(s, quien) if sigo and not cursor else []
    pedidos = (("sigo", "1"),) if sigo else (("texto", texto), ("procedimiento", procedimiento), ("estado", estado))
    filtros = {n: v for n, v in pedidos if v}
    return pagina(
        request,
        "expedientes/expedientes.html",
        quien,
        tramo=tramo,
        cursor=cursor,
        filtros=filtros,
        mas=f"?{urlencode({**filtros, 'cursor': tramo.siguiente})}" if tramo.siguiente else "",
        texto=texto,
        procedimiento=procedimiento,
        estado_pedido=estado,
        sigo=bool(sigo),
        novedades=novedades,
        aludido=aludido,
        estados=expedientes.ESTADOS_BUSCADOS,
        deben=deben,
        procedimientos=puerta.tablas.vigentes(reloj.hoy()),
        nombres_tablas={t.clave: t.nombre for t in puerta.tablas},
    )


@ruta.get("/expedientes/{folio}")
def ver(
    request: Request,
    folio: str,
    puerta: Entrada,
    registrado: str = "",
    ver: str = "",
    antes: str = "",
    imprimir: str = "",
) -> HTMLResponse:
    """Un expediente entero; los parámetros son los de `VistaPedida`. Abrirlo da por visto lo nuevo."""
    pedido = VistaPedida(registrado, ver, numero(antes), bool(imprimir))
    respuesta = mostrar(request, puerta, folio, pedido)
    if request.state.visto and QUE_VIENE_DE_VIVO not in request.headers:
        with puerta.acto() as ctx:
            actos.dar_por_visto(ctx, folio, request.state.visto)
    return respuesta


@ruta.get("/expedientes/{folio}/bitacora.json")
def bajar_bitacora(folio: str, puerta: Entrada) -> Response:
    """Todos los asientos, con la forma en que los entrega la API, para verificarlos sin este sistema."""
    with puerta.lectura() as (s, quien):
        expediente = visibles.expediente_visible(s, quien, folio)
        asientos = verificacion.publicados(s, expediente.folio)
    todo = {"elementos": asientos, "total": len(asientos), "siguiente": None}
    nombre = f'attachment; filename="{expediente.folio}-bitacora.json"'
    return JSONResponse(todo, headers={"Content-Disposition": nombre})


@ruta.get("/anexos/{id}")
def descargar(id: str, puerta: Entrada) -> FileResponse:  # noqa: A002 - nombre del contrato
    """Un documento, siempre como descarga."""
    return anexos.entregar(puerta, id)


# Cuelgan de aquí para que «/expedientes/{folio}/comentar» se atienda antes que los actos de conducción.
for parte in (comentarios, vivo, ayuda):
    ruta.include_router(parte.ruta)
