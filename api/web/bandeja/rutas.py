"""«Lo que le toca»: los turnos que puede atender, buscados y en su orden; tomarlos, soltarlos y darlos desde ahí."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencias import Entrada, Puerta
from api.web.bandeja import filtros as paginas_de_filtros
from api.web.bandeja import inicio, renglones, varios
from api.web.bandeja.renglones import RenglonDeBandeja
from api.web.piezas import frases_plazos
from api.web.piezas.formularios import Formulario, LoEscrito
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos.comodidades import filtros
from modelos.actos.turnos import asignacion
from modelos.actos.turnos.mover import Contexto
from modelos.bandeja import bandeja as consultas_bandeja
from modelos.bandeja import vivo
from modelos.bandeja.pedido import TIENE, PedidoDeBandeja
from modelos.errores import FormularioIncompleto
from modelos.expedientes import visibles
from modelos.expedientes.expediente import EN_TRAMITE
from modelos.organizacion.permisos import Quien, atiende, puede_iniciar, ve_todo
from modelos.tabla.formularios import LARGO_MOTIVO

ruta = APIRouter()
for parte in (inicio, varios, paginas_de_filtros):
    ruta.include_router(parte.ruta)
CAMINO = "/bandeja"
POR_PAGINA = 30
LARGO_TEXTO = 200
FILTROS = ("texto", "procedimiento", "actividad", "unidad", "estado", "tiene", "vence", "orden")
HECHOS = {
    "tomar": "Listo: ahora lo tiene usted.",
    "liberar": "Listo: vuelve a estar a disposición de su unidad.",
    "reasignar": "Listo: se le dio a la persona que eligió.",
}


@ruta.get(CAMINO)
def bandeja(request: Request, puerta: Entrada) -> HTMLResponse:
    """La bandeja de quien entró, o la de la unidad que pida si ve todo. Lo que no se entienda no filtra."""
    return _mostrar(request, puerta, request.query_params)


@ruta.post(f"{CAMINO}/{{id}}/tomar")
def tomar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002 - nombre del contrato
    """Lo aparta para quien lo pide, sin salir de la lista."""
    return _hacer(request, puerta, id, captura, "tomar", lambda ctx, version: asignacion.tomar(ctx, id, version))


@ruta.post(f"{CAMINO}/{{id}}/liberar")
def liberar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Lo devuelve a su unidad, sin salir de la lista."""
    return _hacer(request, puerta, id, captura, "liberar", lambda ctx, version: asignacion.liberar(ctx, id, version))


@ruta.post(f"{CAMINO}/{{id}}/reasignar")
def reasignar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Lo da a otra persona de su unidad, sin salir de la lista."""
    if captura.recupera:
        vuelta = dict(parse_qsl(captura.texto("volver")))
        return _mostrar(request, puerta, vuelta, Rechazo("reasignar", captura), id)
    persona, motivo = captura.entero("persona"), captura.texto("motivo").strip()

    def acto(ctx: Contexto, version: int) -> None:
        faltan = {} if persona else {"persona": "elija a una"}
        if not 1 <= len(motivo) <= LARGO_MOTIVO:
            faltan["motivo"] = f"escriba por qué lo reasigna, en {LARGO_MOTIVO} caracteres o menos"
        if faltan:
            raise FormularioIncompleto(faltan)
        asignacion.reasignar(ctx, id, persona, motivo, version)

    return _hacer(request, puerta, id, captura, "reasignar", acto)


@ruta.get(f"{CAMINO}/{{_id}}/{{_acto}}")
def volver(_id: str, _acto: str) -> Response:
    """Quien recarga la dirección de un acto que no procedió vuelve a la lista."""
    return RedirectResponse(CAMINO, 303)


def leer(parametros: Mapping[str, str]) -> dict[str, str]:
    """Los filtros puestos, sin lo que no se entienda."""
    crudos = {n: parametros.get(n, "").strip()[:LARGO_TEXTO] for n in FILTROS}
    admitidos = {"estado": EN_TRAMITE, "tiene": TIENE, "vence": tuple(frases_plazos.FILTROS), "orden": ("vence",)}
    puestos = {n: v for n, v in crudos.items() if v and (n not in admitidos or v in admitidos[n])}
    if not puestos.get("procedimiento"):
        puestos.pop("actividad", None)  # la clave de una actividad sólo dice algo dentro de su tabla
    return puestos


def pedido(puestos: Mapping[str, str]) -> PedidoDeBandeja:
    """Los filtros, como los entiende la consulta."""
    sin_orden: dict[str, Any] = {n: v for n, v in puestos.items() if n not in ("vence", "orden")}
    corte = frases_plazos.corte(puestos.get("vence", ""), reloj.hoy())
    return PedidoDeBandeja(**sin_orden, corte=corte, por_vencer="orden" in puestos)


# --- piezas --------------------------------------------------------------------


def _hacer(
    request: Request,
    puerta: Puerta,
    id_: str,
    captura: LoEscrito,
    acto: str,
    hacer: Callable[[Contexto, int], object],
) -> Response:
    parametros = dict(parse_qsl(captura.texto("volver")))
    with Intento(captura, acto) as intento, puerta.acto() as ctx:
        hacer(ctx, captura.entero("version"))
    if intento.rechazo:
        return _mostrar(request, puerta, parametros, intento.rechazo, id_)
    vuelta = {**leer(parametros), "hecho": acto, "de": id_}
    if cursor := parametros.get("cursor"):
        vuelta["cursor"] = cursor
    return RedirectResponse(f"{CAMINO}?{urlencode(vuelta)}#hecho", 303)


def _mostrar(
    request: Request, puerta: Puerta, parametros: Mapping[str, str], rechazo: Rechazo | None = None, turno: str = ""
) -> HTMLResponse:
    """La lista. rechazo y turno: lo que no procedió desde ella, y de cuál renglón."""
    puestos, cursor = leer(parametros), parametros.get("cursor")
    with puerta.lectura() as (s, quien):
        tramo = consultas_bandeja.listar(s, quien, pedido(puestos), cursor=cursor, limite=POR_PAGINA)
        pendientes = renglones.armar(s, puerta, quien, tramo.turnos, detalle=True)
        unidades = visibles.unidades(s)
        marca = vivo.marca(s, quien, "bandeja")
        guardados = filtros.propios(s, quien, CAMINO)
    vigentes = puerta.tablas.vigentes(reloj.hoy())
    suyas = sorted(atiende(quien))
    consulta = urlencode(puestos)
    return mostrar(
        request,
        "bandeja/bandeja.html",
        quien,
        rechazo,
        pendientes=pendientes,
        marca=marca,
        tramo=tramo,
        cuantos=renglones.cuantos(tramo.total, son_mas=tramo.son_mas),
        cursor=cursor,
        filtros=puestos,
        filtran=_que_filtran(puestos),
        por_vencer=bool(puestos.keys() & {"orden", "vence"}),
        consulta=consulta,
        volver=urlencode(puestos | ({"cursor": cursor} if cursor else {})),
        mas=f"{CAMINO}?{urlencode({**puestos, 'cursor': tramo.siguiente or ''})}",
        cortes=frases_plazos.FILTROS,
        procedimientos=vigentes,
        la_actividad=_nombre_actividad(vigentes, puestos),
        iniciables=[t for t in vigentes if puede_iniciar(quien, t)],
        atiende=suyas,
        otras=_otras(quien, unidades),
        unidades=unidades,
        guardados=guardados,
        activo=next((f for f in guardados if f.consulta == consulta), None),
        grupos=_grupos(pendientes),
        rechazo=rechazo,
        turno_rechazado=turno,
        rechazo_a_la_vista=any(p.turno.id == turno for p in pendientes),
        hecho=HECHOS.get(parametros.get("hecho", ""), "") if rechazo is None else "",
        de=parametros.get("de", ""),
    )


def _que_filtran(puestos: Mapping[str, str]) -> dict[str, str]:
    """Los que quitan renglones; el orden no quita ninguno."""
    return {n: v for n, v in puestos.items() if n != "orden"}


def _otras(quien: Quien, unidades: Iterable[str]) -> list[str]:
    """Las que no atiende pero puede mirar."""
    return sorted(set(unidades) - set(atiende(quien))) if ve_todo(quien) else []


def _nombre_actividad(tablas: Sequence[Any], puestos: Mapping[str, str]) -> str:
    """Cómo se lee la actividad por la que se filtra; vacío si no se filtra por ninguna que exista."""
    clave = puestos.get("actividad", "")
    return next(
        (t[clave].accion for t in tablas if clave and t.clave == puestos.get("procedimiento") and clave in t), ""
    )


def _grupos(pendientes: Sequence[RenglonDeBandeja]) -> list[tuple[RenglonDeBandeja, int]]:
    """De las actividades que se repiten y pueden responderse de una vez: un renglón de muestra y cuántos hay aquí."""
    veces = Counter((p.turno.procedimiento, p.turno.actividad) for p in pendientes if p.agrupable)
    muestras = {(p.turno.procedimiento, p.turno.actividad): p for p in pendientes if p.agrupable}
    return [(muestras[clave], veces_) for clave, veces_ in veces.most_common() if veces_ > 1]
