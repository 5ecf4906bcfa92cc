"""Las cifras del tablero, para otros programas."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.dependencias import Entrada
from api.v1.respuestas import errores
from modelos import reloj
from modelos.errores import NoExiste
from modelos.tablero import calor, cifras, filtro
from modelos.tablero.nombres import nombre_actividad, tablas_por_clave
from modelos.tablero.tiempos import Medida

ruta = APIRouter(tags=["Tablero"])
Periodo = Annotated[
    str, Query(description="2026, 2026-S1, 2026-T3 o 2026-05; por defecto, el año en curso.", examples=["2026-T3"])
]
Fecha = Annotated[str, Query(description="Sin `periodo`: AAAA-MM-DD, inclusive.", examples=["2026-05-15"])]
Clave = Annotated[str, Query(description="Clave del procedimiento.")]
Entidad = Annotated[str, Query(description="Clave ISO 3166-2.", examples=["MX-MEX"])]
Unidad = Annotated[str, Query(description="Clave de la unidad.")]


class Tiempo(BaseModel):
    """Lo que tardan unos turnos a cargo de personas, en días hábiles del calendario publicado."""

    atendidos: int
    esperan: int = Field(description="Siguen abiertos; 0 si el periodo no llega a hoy.")
    mediana: float | None
    p90: int | None
    dias: int = Field(description="Los que acumulan todos.")
    repetidos: int = Field(description="De segunda vuelta o más.")
    vuelta_mayor: int
    sin_contar: int = Field(description="Con alguna fecha en un año sin calendario publicado.")


class TiempoActividad(Tiempo):
    """El de una actividad."""

    procedimiento: str
    actividad: str
    nombre: str


class TiempoUnidad(Tiempo):
    """El de una unidad."""

    unidad: str


class CifrasMes(BaseModel):
    """Un mes; los plazos, por el mes en que vencían."""

    mes: str
    iniciados: int
    concluidos: int
    a_tiempo: int
    tarde: int
    sin_cumplir: int


class Tablero(BaseModel):
    """Las cifras de lo que le concierne a quien pregunta."""

    desde: date
    hasta: date
    cuentas: dict[str, int]
    cumplimiento: int | None = Field(description="De cada cien plazos vencidos en el periodo, cuántos a tiempo.")
    por_actividad: list[TiempoActividad]
    por_unidad: list[TiempoUnidad]
    tendencia: list[CifrasMes]


class Calor(BaseModel):
    """Una actividad en el mapa de calor."""

    actividad: str
    numero: str
    dias: float | None = Field(description="Días hábiles medianos; nulo si nadie la atendió en el periodo.")
    vueltas: int = Field(description="Turnos de segunda vuelta o más.")
    nivel: int = Field(description="De 0 (sin datos) a 4 (muy lenta).")


@ruta.get("/tablero", response_model=Tablero, responses=errores(401, 403, 404, 422), summary="Cómo vamos")
def ver(
    puerta: Entrada,
    periodo: Periodo = "",
    desde: Fecha = "",
    hasta: Fecha = "",
    procedimiento: Clave = "",
    entidad: Entidad = "",
    unidad: Unidad = "",
) -> dict[str, Any]:
    """Las cifras del tablero: cómo está todo hoy, y qué ocurrió en el periodo."""
    crudo = {"periodo": periodo, "desde": desde, "hasta": hasta, "procedimiento": procedimiento}
    with puerta.lectura() as (s, quien):
        filtro.exigir_tablero(quien)
        leido = filtro.leer({**crudo, "entidad": entidad, "unidad": unidad}, reloj.hoy())
        pedido = filtro.revisar(s, leido, puerta.tablas)
        calculado = cifras.calcular(s, quien, pedido)
    tiempos = calculado.tiempos
    return {
        "desde": pedido.desde,
        "hasta": pedido.hasta,
        "cuentas": calculado.cuentas,
        "cumplimiento": calculado.cumplimiento,
        "por_actividad": [
            {
                "procedimiento": clave[0],
                "actividad": clave[1],
                "nombre": nombre_actividad(puerta.tablas, pedido.hoy, *clave),
                **_medida(medida),
            }
            for clave, medida in sorted(tiempos.por_actividad.items())
        ],
        "por_unidad": [{"unidad": u, **_medida(medida)} for u, medida in sorted(tiempos.por_unidad.items())],
        "tendencia": [
            {
                "mes": m.periodo.clave,
                "iniciados": m.iniciados,
                "concluidos": m.concluidos,
                "a_tiempo": m.a_tiempo,
                "tarde": m.tarde,
                "sin_cumplir": m.sin_cumplir,
            }
            for m in calculado.tendencia
        ],
    }


@ruta.get(
    "/tablero/calor/{clave}",
    response_model=list[Calor],
    responses=errores(401, 403, 404, 422),
    summary="Dónde se detiene un procedimiento",
)
def mapa(clave: str, puerta: Entrada, periodo: Periodo = "", desde: Fecha = "", hasta: Fecha = "") -> list[Any]:
    """Lo que tarda y se repite cada actividad de su tabla vigente, en su orden, para pintarlo sobre el diagrama."""
    with puerta.lectura() as (s, quien):
        filtro.exigir_tablero(quien)
        tabla = tablas_por_clave(puerta.tablas, reloj.hoy()).get(clave)
        if tabla is None:
            raise NoExiste("el procedimiento", clave)
        crudo = {"periodo": periodo, "desde": desde, "hasta": hasta, "procedimiento": clave}
        pedido = filtro.leer(crudo, reloj.hoy())
        de = calor.calor(tabla, cifras.tiempos(s, quien, pedido))
    return [
        {
            "actividad": a.clave,
            "numero": a.numero_impreso,
            "dias": de[a.clave].dias,
            "vueltas": de[a.clave].vueltas,
            "nivel": de[a.clave].nivel,
        }
        for a in tabla.actividades
    ]


def _medida(medida: Medida) -> dict[str, Any]:
    return {campo: getattr(medida, campo) for campo in Tiempo.model_fields}
