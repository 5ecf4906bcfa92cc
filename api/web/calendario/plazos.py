"""«Plazos»: todo lo que vence en los expedientes que a uno le conciernen, lo más urgente primero."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencias import Entrada
from api.web.piezas import frases_plazos
from api.web.piezas.pagina import mas, pagina
from modelos import reloj
from modelos.expedientes import visibles
from modelos.plazos import lista

ruta = APIRouter()
POR_PAGINA = 30
ESTADOS = {
    "vencido": "Vencidos",
    "abierto": "Corren",
    "suspendido": "Suspendidos",
    "sin_calcular": "Sin fecha",
    "cumplido": "Cumplidos",
    "cancelado": "Cancelados",
}


@ruta.get("/plazos")
def listar(
    request: Request,
    puerta: Entrada,
    estado: str = "",
    unidad: str = "",
    procedimiento: str = "",
    vence: str = "",
    cursor: str | None = None,
) -> HTMLResponse:
    """Los plazos por cumplir, o los del estado que se pida. vence: `hoy` o `semana`, con lo ya vencido."""
    hoy = reloj.hoy()
    corte = frases_plazos.corte(vence, hoy)
    estado, vence = estado if estado in ESTADOS else "", vence if corte else ""
    with puerta.lectura() as (s, quien):
        tramo = lista.plazos(
            s,
            quien,
            hoy,
            estado=estado or None,
            vence_antes=corte[1] if corte else None,
            unidad=unidad or None,
            procedimiento=procedimiento or None,
            cursor=cursor,
            limite=POR_PAGINA,
        )
        plazos = frases_plazos.explicados(s, tramo.elementos)
        de = visibles.asuntos(s, (p.folio for p in tramo.elementos))
        unidades = visibles.unidades(s)
    puestos = _puestos(estado=estado, unidad=unidad, procedimiento=procedimiento, vence=vence)
    return pagina(
        request,
        "calendario/plazos.html",
        quien,
        plazos=plazos,
        de=de,
        total=tramo.total,
        cursor=cursor,
        filtros=puestos,
        mas=mas(puestos, tramo.siguiente, "/plazos"),
        estados=ESTADOS,
        cortes={"hoy": "Hoy o antes", "semana": "Esta semana o antes"},
        mias=sorted(quien.unidades),
        unidades=unidades,
        procedimientos=puerta.tablas.vigentes(hoy),
        nombres_tablas={t.clave: t.nombre for t in puerta.tablas},
    )


def _puestos(**filtros: str) -> dict[str, str]:
    """Los que dicen algo."""
    return {nombre: valor for nombre, valor in filtros.items() if valor}
