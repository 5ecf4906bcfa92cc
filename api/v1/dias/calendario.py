"""Cuándo vence un plazo y cuál es el último día hábil de un mes, explicado."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencias import Entrada, Puerta
from api.v1.esquemas import comunes
from api.v1.parametros import PERFIL
from api.v1.respuestas import errores
from modelos.calendario import POR_DEFECTO, Medida, computar, ultimo_habil
from modelos.dias.dia import Oficina, dias_vigentes, oficina, oficinas
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.escritura import limpiar_texto
from modelos.fechas import COMO_FECHA, leer

ruta = APIRouter(tags=["Calendario"])
Perfil = Annotated[
    str,
    Query(
        max_length=20,
        description="A (LFPA art. 28), B (LFT art. 74), C (Calendario Oficial) o F (A y C juntos).",
        json_schema_extra=PERFIL,
    ),
]
Unidad = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Cuenta además con los días institucionales de esa unidad y con su huso; sin ella, los nacionales.",
    ),
]
_CON_HORA = re.compile(r"[\d-]{8,10}T\d", re.ASCII)
_MES = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@ruta.get(
    "/calendario/computo",
    response_model=comunes.Computo,
    responses=errores(401, 404, 422),
    summary="Calcular un vencimiento",
)
def computo(
    puerta: Entrada,
    desde: Annotated[
        str,
        Query(
            max_length=40,
            description="El evento: una fecha (`2027-03-01`), que se entiende en hora hábil, o un instante con zona "
            "(`2027-03-01T19:30:00-06:00`).",
            examples=["2027-03-01", "2027-03-01T19:30:00-06:00"],
        ),
    ],
    dias: Annotated[int | None, Query(ge=1, le=1000, description="Días hábiles.")] = None,
    naturales: Annotated[int | None, Query(ge=1, le=1500, description="Días naturales.")] = None,
    meses: Annotated[int | None, Query(ge=1, le=60, description="Meses.")] = None,
    perfil: Perfil = POR_DEFECTO,
    recepcion: Annotated[
        bool | None,
        Query(
            description="`true`: el evento se recibe y en día u hora inhábil pasa al hábil siguiente; `false`: es un "
            "hecho (un pago, un cierre) y cuenta desde su día. Sin darlo: recepción, salvo en `naturales`."
        ),
    ] = None,
    unidad: Unidad = None,
) -> dict[str, Any]:
    """El vencimiento legal bajo el perfil y el conservador, con los días que se saltaron y por qué.

    Se da uno, y sólo uno, de `dias`, `naturales` y `meses`. El día del evento no cuenta. Cuentan los días
    institucionales publicados; `version` dice con cuáles. Si falta publicar un año, responde 422 y dice qué
    archivo lo lleva.
    """
    con = _oficina(puerta, unidad)
    pedidos = {Medida.HABILES: dias, Medida.NATURALES: naturales, Medida.MESES: meses}
    dados = [(medida, cantidad) for medida, cantidad in pedidos.items() if cantidad is not None]
    if len(dados) != 1:
        falta = "dé uno de dias, naturales o meses" if not dados else "dé sólo uno de dias, naturales o meses"
        raise FormularioIncompleto({"dias": falta})
    [(medida, cantidad)] = dados
    contado = computar(
        _evento(desde),
        cantidad,
        medida,
        perfil=perfil,
        calendarios=con.calendarios,
        horario=con.horario,
        es_recepcion=recepcion,
    )
    return contado.como_json()


@ruta.get(
    "/calendario/ultimo-habil",
    response_model=comunes.UltimoHabil,
    response_model_exclude_none=True,
    responses=errores(401, 404, 422),
    summary="Último día hábil del mes",
)
def ultimo(
    puerta: Entrada,
    mes: Annotated[str, Query(max_length=10, description="El mes, como `2026-12`.", examples=["2026-12"])],
    perfil: Perfil = POR_DEFECTO,
    unidad: Unidad = None,
) -> dict[str, Any]:
    """El último día hábil del mes bajo el perfil; si cuentan días institucionales, `version` dice con cuáles."""
    con = _oficina(puerta, unidad)
    partes = _MES.fullmatch(mes)
    if partes is None:
        raise FormularioIncompleto({"mes": "debe ser un mes como 2026-12"})
    dia = ultimo_habil(int(partes[1]), int(partes[2]), perfil=perfil, calendarios=con.calendarios).vence
    return {"fecha": dia, "version": con.calendarios.version if con.calendarios.institucionales else None}


def _oficina(puerta: Puerta, unidad: str | None) -> Oficina:
    """Con qué se cuenta: los días publicados que alcanzan a esa unidad o, sin ella, los nacionales."""
    with puerta.lectura() as (s, _):
        if not unidad:
            return oficina(*dias_vigentes(s), entidad="", centro="")
        encontradas = oficinas(s, [limpiar_texto("unidad", unidad)])
    if unidad not in encontradas:
        raise NoExiste("la unidad", unidad)
    return encontradas[unidad]


def _evento(texto: str) -> date | datetime:
    """La fecha o el instante escritos. Un «+» sin escapar en la dirección llega como espacio: se restituye."""
    escrito = re.sub(r"(?<=T.{5}) (?=\d{2}:?\d{2}$)|(?<=T.{8}) (?=\d{2}:?\d{2}$)", "+", texto.strip())
    try:
        if not _CON_HORA.match(escrito):
            return leer(escrito)
        instante = datetime.fromisoformat(escrito)
    except ValueError:
        falta = f"{COMO_FECHA}; o con hora y zona, como 2026-12-21T09:00:00-06:00"
        raise FormularioIncompleto({"desde": falta}) from None
    if instante.tzinfo is None:
        raise FormularioIncompleto(
            {"desde": "al instante le falta la zona; escríbalo como 2026-05-15T09:00:00-06:00, o sólo la fecha"}
        )
    return instante
