"""La jornada en Prefect: a su hora, con su historial y su informe.

Aquí no hay nada que no haga también el motor por su cuenta: si Prefect no está, la jornada ocurre igual; si
está, estas corridas encuentran hecho lo que ya se hizo y lo cuentan.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flujos.catalogo import CATALOGO
from flujos.corridas import SIN_RESULTADOS, con_fecha
from modelos import reloj
from modelos.ajustes import ajustes
from tareas import jornada


@flow(name="ciclos", flow_run_name=con_fecha("Ciclos"), **SIN_RESULTADOS)
async def ciclos() -> State[None]:
    """Abre los expedientes a los que hoy les toca."""
    return await _trabajar("ciclos", ("ciclos",))


@flow(name="recordatorios", flow_run_name=con_fecha("Recordatorios"), **SIN_RESULTADOS)
async def recordatorios() -> State[None]:
    """Suelta lo de quien ya no está, cierra las esperas vencidas y avisa: turnos sin decir, hitos de hoy y acuses."""
    return await _trabajar("recordatorios", ("tenencia", "esperas", "avisos", "recordatorios", "acuses"))


async def _trabajar(clave: str, cuales: Collection[str]) -> State[None]:
    propios = ajustes()
    hora = propios.jornada_hora
    trabajar = partial(jornada.trabajar, reglas=jornada.ReglasDeJornada.de(propios))
    hechos = await asyncio.to_thread(trabajar, propios.url_base, CATALOGO, reloj.ahora(), hora, cuales)
    if not hechos:
        return Completed(message=f"todavía no son las {hora}:00" if hora < jornada.NUNCA else "la jornada está apagada")
    renglones = [
        {"trabajo": trabajo, "resultado": hecho.resultado, "cuándo": "ahora" if hecho.fresco else "ya estaba hecho"}
        for trabajo, hecho in hechos.items()
    ]
    descripcion = f"La jornada del {reloj.hoy():%Y-%m-%d}."
    await acreate_table_artifact(table=renglones, key=f"jornada-{clave}", description=descripcion)
    return Completed(message="; ".join(f"{r['trabajo']}: {r['resultado']} ({r['cuándo']})" for r in renglones))
