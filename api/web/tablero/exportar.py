"""Llevarse los datos del tablero: Excel, XES y el informe en PDF, con el mismo filtro y la misma visibilidad.

Se escriben en un archivo que se borra al entregarlo: la memoria no crece, la base no espera a
quien baja con una conexión lenta, y lo que falle se dice antes de empezar a bajar.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from api.archivos.oficios import POLITICA_PDF
from api.dependencias import Entrada, Puerta
from api.web.piezas import graficas
from api.web.piezas.pagina import puesto
from api.web.tablero.rutas import en_palabras, pedido
from modelos import reloj
from modelos.expedientes import visibles
from modelos.organizacion.permisos import Quien, ve_todo
from modelos.tablero import cifras, eventos, filtro, listas
from modelos.tablero.conjuntos import CONJUNTOS
from modelos.tablero.filtro import Filtro
from modelos.tablero.nombres import tablas_por_clave
from tareas import informe_trimestral
from tareas.hojas import excel, xes
from tareas.hojas.exportacion import Traductor

ruta = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XES = "application/xml"
PDF = "application/pdf"


@ruta.get("/tablero/exportar.xlsx")
def en_excel(request: Request, puerta: Entrada, que: str = "") -> Response:
    """Expedientes, turnos y plazos del periodo, o sólo la lista que se pida. Lanza FormularioIncompleto."""
    with puerta.lectura() as (s, quien):
        filtro.exigir_tablero(quien, "exportar los datos del tablero")
        pedidos = [listas.conjunto(que)] if que else [CONJUNTOS[clave] for clave in listas.AL_EXPORTAR.values()]
        pedido_ = filtro.revisar(s, filtro.leer(pedido(request), reloj.hoy()), puerta.tablas)
        listas.exigir_que_quepan(s, quien, pedido_, *pedidos)
        traductor = Traductor(puerta.tablas, cifras.dias_habiles(s), pedido_)
        de = f"{'; '.join(c.titulo for c in pedidos)}: {_dicho(puerta, pedido_)}"

        def escribir(destino: Path) -> None:
            hojas = (traductor.hoja(c, listas.renglones(s, quien, pedido_, c)) for c in pedidos)
            excel.escribir(destino, de[:200], (*hojas, traductor.fuente(de, _quien_ve(quien))))

        return _entregar(escribir, _nombre(pedido_, que or "tablero", "xlsx"), XLSX)


@ruta.get("/tablero/exportar.xes")
def en_xes(request: Request, puerta: Entrada) -> Response:
    """Lo ocurrido en los expedientes del periodo, para minería de procesos. Lanza FormularioIncompleto."""
    with puerta.lectura() as (s, quien):
        filtro.exigir_tablero(quien, "exportar los datos del tablero")
        pedido_ = filtro.revisar(s, filtro.leer(pedido(request), reloj.hoy()), puerta.tablas)
        eventos.exigir_que_quepan(s, quien, pedido_)

        def escribir(destino: Path) -> None:
            with destino.open("wb") as archivo:
                xes.escribir(archivo, _dicho(puerta, pedido_), eventos.trazas(s, quien, pedido_, puerta.tablas))

        return _entregar(escribir, _nombre(pedido_, "bitacora", "xes"), XES)


@ruta.get("/tablero/informe.pdf")
def en_pdf(request: Request, puerta: Entrada) -> Response:
    """El informe del periodo: palabras, cifras, gráficas y la fuente de cada una. Lanza FormularioIncompleto."""
    with puerta.lectura() as (s, quien):
        filtro.exigir_tablero(quien, "ver el informe")
        pedido_ = filtro.revisar(s, filtro.leer(pedido(request), reloj.hoy()), puerta.tablas)
        calculado = cifras.calcular(s, quien, pedido_)
        nombres = visibles.unidades(s)
    dibujos = {clave: str(svg) for clave, svg in graficas.de(calculado, puerta.tablas).items()}
    documento = informe_trimestral.contenido(calculado, puerta.tablas, nombres, dibujos)
    pdf = informe_trimestral.componer({**documento, "alcance": _dicho(puerta, pedido_), "ve": _quien_ve(quien)})
    encabezados = {
        "Content-Security-Policy": POLITICA_PDF,
        "Content-Disposition": f'inline; filename="{_nombre(pedido_, "informe", "pdf")}"',
    }
    return Response(pdf, media_type=PDF, headers=encabezados)


def _entregar(escribir: Callable[[Path], None], nombre: str, tipo: str) -> FileResponse:
    with tempfile.NamedTemporaryFile(prefix="dstc-", suffix=Path(nombre).suffix, delete=False) as archivo:
        destino = Path(archivo.name)
    try:
        escribir(destino)
    except BaseException:
        destino.unlink(missing_ok=True)
        raise
    return FileResponse(destino, media_type=tipo, filename=nombre, background=BackgroundTask(destino.unlink, True))


def _nombre(pedido_: Filtro, que: str, extension: str) -> str:
    """«tablero-2026-T3-normatividad-CST.xlsx»: se entiende sin abrirlo."""
    tramo = pedido_.periodo or f"{pedido_.desde}-a-{pedido_.hasta}"
    partes = (que, tramo, pedido_.procedimiento, pedido_.entidad, pedido_.unidad, pedido_.actividad)
    base = "-".join(re.sub(r"[^A-Za-z0-9-]+", "_", parte) for parte in partes if parte)
    return f"{base}.{extension}"


def _dicho(puerta: Puerta, pedido_: Filtro) -> str:
    nombres = {clave: t.nombre for clave, t in tablas_por_clave(puerta.tablas, pedido_.hoy).items()}
    return " · ".join(en_palabras(pedido_, {"nombres_tablas": nombres}, actividad=pedido_.actividad))


def _quien_ve(quien: Quien) -> str:
    """Con qué alcance se sacaron los datos; unidades, no nombres."""
    return "Todos los expedientes." if ve_todo(quien) else f"Los expedientes que conciernen a {puesto(quien)}."
