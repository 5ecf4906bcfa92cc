"""«Historial de corridas»: cada expediente con su corrida de Prefect, cuánto lleva y qué falló; y si algo no avanza."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import prefect_visto
from api.dependencias import Entrada
from api.v1 import salud
from api.web.piezas.pagina import mas, pagina
from modelos import reloj
from modelos.expedientes.expediente import Expediente
from modelos.tablero import cifras, filtro
from modelos.tablero import corridas as historial
from modelos.tablero.instantes import numero_de_dia
from modelos.tablero.nombres import tablas_por_clave
from modelos.tablero.palabras import dias as en_palabras

ruta = APIRouter()
POR_PAGINA = 25


@ruta.get("/corridas")
def listar(
    request: Request,
    puerta: Entrada,
    texto: str = "",
    procedimiento: str = "",
    estado: str = "",
    cursor: str | None = None,
) -> HTMLResponse:
    """Las corridas de los expedientes que conciernen a quien mira, la más reciente primero."""
    hoy = reloj.hoy()
    estado, texto = estado if estado in historial.ESTADOS else "", texto[:200]
    with puerta.lectura() as (s, quien):
        filtro.exigir_tablero(quien, "ver el historial de corridas")
        tramo = historial.corridas(
            s,
            quien,
            puerta.ajustes.encargos_intentos,
            estado=estado,
            procedimiento=procedimiento,
            texto=texto,
            cursor=cursor,
            limite=POR_PAGINA,
        )
        habiles = cifras.dias_habiles(s)

    def duracion(e: Expediente) -> str:
        hasta = reloj.local(e.cerrado).date() if e.cerrado else hoy
        cuantos = habiles.entre(numero_de_dia(reloj.local(e.abierto).date()), numero_de_dia(hasta))
        dicho = "sin calendario publicado" if cuantos is None else en_palabras(cuantos)
        return dicho if e.cerrado else f"{dicho} hasta hoy"

    ids = [c.expediente.corrida for c in tramo.elementos if c.expediente.corrida]
    filtros = {n: v for n, v in (("texto", texto), ("procedimiento", procedimiento), ("estado", estado)) if v}
    return pagina(
        request,
        "tablero/corridas.html",
        quien,
        tramo=tramo,
        cursor=cursor,
        filtros=filtros,
        mas=mas(filtros, tramo.siguiente, "/corridas"),
        duracion=duracion,
        visto=prefect_visto.ver(puerta.ajustes, ids),
        causas=salud.actual(puerta.ajustes)["causas"],
        estados=historial.ESTADOS,
        # Sin dirección pública no se enlaza: la de la API de Prefect casi nunca se alcanza desde otra máquina.
        prefect=puerta.ajustes.enlace_prefect,
        procedimientos=puerta.tablas.vigentes(hoy),
        nombres_tablas={clave: t.nombre for clave, t in tablas_por_clave(puerta.tablas, hoy).items()},
    )
