"""«Tablero»: cómo vamos, en palabras, en cifras y en gráficas; y la lista que compone cada cifra."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.dependencias import Entrada, Puerta
from api.web.piezas import graficas
from api.web.piezas.pagina import mas, pagina
from api.web.piezas.rechazo import Intento, mostrar
from api.web.procedimientos import diagrama  # noqa: F401 - da a las plantillas `vista_de_diagrama`
from modelos import reloj
from modelos.errores import FormularioIncompleto
from modelos.expedientes import visibles
from modelos.expedientes.expediente import Turno
from modelos.organizacion.permisos import Quien, ve_todo
from modelos.tabla.unidades import ENTIDADES
from modelos.tablero import calor, cifras, conjuntos, filtro, listas, palabras
from modelos.tablero.filtro import Filtro
from modelos.tablero.instantes import numero_de_dia
from modelos.tablero.nombres import nombre_actividad, tablas_por_clave

ruta = APIRouter()
POR_PAGINA = 30
CAMPOS = ("periodo", "desde", "hasta", "procedimiento", "entidad", "unidad", "actividad")


@ruta.get("/tablero")
def ver(request: Request, puerta: Entrada) -> HTMLResponse:
    """El tablero de quien entró. El filtro va en la dirección, para guardarla o mandarla."""
    crudo = pedido(request)
    with puerta.lectura() as (s, quien):
        filtro.exigir_tablero(quien)
        comunes = _comunes(s, puerta, quien)
        with Intento(vuelve=(FormularioIncompleto,)) as intento:
            pedido_ = filtro.revisar(s, filtro.leer(crudo, reloj.hoy()), puerta.tablas)
        if mal := intento.rechazo:
            sin_cifras: dict[str, Any] = {"cifras": None, "errores": mal.campos, "escrito": crudo, "filtro": None}
            return mostrar(request, "tablero/tablero.html", quien, mal, **comunes, **sin_cifras)
        calculado = cifras.calcular(s, quien, pedido_)
    tabla = tablas_por_clave(puerta.tablas, pedido_.hoy).get(pedido_.procedimiento)
    tibio = calor.calor(tabla, calculado.tiempos) if tabla else {}
    return pagina(
        request,
        "tablero/tablero.html",
        quien,
        **comunes,
        errores={},
        escrito={**dict.fromkeys(CAMPOS, ""), **pedido_.parametros()},
        filtro=pedido_,
        cifras=calculado,
        frases=palabras.resumen(calculado, puerta.tablas),
        dias=palabras.dias,
        lista=enlaces(pedido_),
        todo_el_tablero=lambda **cambios: f"/tablero?{urlencode(pedido_.con(**cambios).parametros())}",
        actividad=lambda clave: nombre_actividad(puerta.tablas, pedido_.hoy, *clave),
        graficas=graficas.de(calculado, puerta.tablas),
        tabla=tabla,
        calor=tibio,
        calor_dibujado=_para_dibujar(tibio),
        parametros=urlencode(pedido_.parametros()),
    )


@ruta.get("/tablero/lista")
def lista(request: Request, puerta: Entrada, que: str = "", cursor: str | None = None) -> HTMLResponse:
    """Lo que compone una cifra, con el mismo filtro que ella. Lanza FormularioIncompleto."""
    with puerta.lectura() as (s, quien):
        filtro.exigir_tablero(quien)
        conjunto = listas.conjunto(que)
        pedido_ = filtro.revisar(s, filtro.leer(pedido(request), reloj.hoy()), puerta.tablas)
        tramo = listas.pagina(s, quien, pedido_, conjunto, cursor=cursor, limite=POR_PAGINA)
        dias = cifras.dias_habiles(s)
        de_otra = conjunto.clase != conjuntos.EXPEDIENTES
        comunes = _comunes(s, puerta, quien)
        de = visibles.asuntos(s, (x.folio for x in tramo.elementos)) if de_otra else {}

    def habiles(turno: Turno) -> int | None:
        hasta = reloj.local(turno.cerrado).date() if turno.cerrado else pedido_.hoy
        return dias.entre(numero_de_dia(reloj.local(turno.abierto).date()), numero_de_dia(hasta))

    parametros = {"que": que, **pedido_.parametros()}
    return pagina(
        request,
        "tablero/lista.html",
        quien,
        **comunes,
        conjunto=conjunto,
        filtro=pedido_,
        condiciones=en_palabras(pedido_, comunes, con_periodo=not conjunto.foto, actividad=_actividad(puerta, pedido_)),
        tramo=tramo,
        cursor=cursor,
        de=de,
        hoy=pedido_.hoy,
        habiles=habiles,
        actividad=lambda t: nombre_actividad(puerta.tablas, pedido_.hoy, t.procedimiento, t.actividad),
        principio=f"/tablero/lista?{urlencode(parametros)}",
        mas=mas(parametros, tramo.siguiente, "/tablero/lista"),
        volver=f"/tablero?{urlencode(pedido_.con(actividad='').parametros())}",
        excel=f"/tablero/exportar.xlsx?{urlencode(parametros)}",
    )


def pedido(request: Request) -> dict[str, str]:
    """Lo que la dirección dice del filtro, tal como venía."""
    return {campo: request.query_params.get(campo, "") for campo in CAMPOS}


def enlaces(pedido_: Filtro) -> Any:  # noqa: ANN401 - una función que la plantilla llama con lo que quiera cambiar
    """De una cifra a su lista: `lista('tarde', unidad='CST')`."""

    def enlace(que: str, cambios: Mapping[str, str] | None = None, **mas: str) -> str:
        con = pedido_.con(**{**(cambios or {}), **mas})
        return f"/tablero/lista?{urlencode({'que': que, **con.parametros()})}"

    return enlace


def en_palabras(
    pedido_: Filtro, comunes: Mapping[str, Any], *, con_periodo: bool = True, actividad: str = ""
) -> list[str]:
    """El filtro como se lee: periodo, procedimiento, entidad, unidad y actividad."""
    nombrada = comunes["nombres_tablas"].get(pedido_.procedimiento, "")
    partes = (
        pedido_.nombre_periodo if con_periodo else "como están hoy",
        nombrada,
        ENTIDADES.get(pedido_.entidad, ""),
        pedido_.unidad,
        f"actividad «{actividad}»" if actividad else "",
    )
    dichas = [parte for parte in partes if parte]
    return [dichas[0][0].upper() + dichas[0][1:], *dichas[1:]]


def _para_dibujar(de: Mapping[str, calor.Calor]) -> dict[str, tuple[float, str]]:
    """Lo que el diagrama pinta de cada actividad: su mediana, y el texto que la dice."""
    dichas = {}
    for clave, c in de.items():
        if c.dias is not None:
            texto = palabras.dias(c.dias) + (
                f", {palabras.cuantos(c.vueltas, 'repetido', 'repetidos')}" if c.vueltas else ""
            )
            dichas[clave] = (c.dias, texto)
    return dichas


def _actividad(puerta: Puerta, pedido_: Filtro) -> str:
    if not pedido_.actividad:
        return ""
    return nombre_actividad(puerta.tablas, pedido_.hoy, pedido_.procedimiento, pedido_.actividad)


def _comunes(s: Session, puerta: Puerta, quien: Quien) -> dict[str, Any]:
    """Lo que el filtro ofrece, y los nombres con que se lee."""
    hoy = reloj.hoy()
    return {
        "periodos": filtro.ofrecidos(hoy),
        "entidades": ENTIDADES,
        "unidades": visibles.unidades(s),
        "procedimientos": puerta.tablas.vigentes(hoy),
        "nombres_tablas": {clave: t.nombre for clave, t in tablas_por_clave(puerta.tablas, hoy).items()},
        "ve_todo": ve_todo(quien),
    }
