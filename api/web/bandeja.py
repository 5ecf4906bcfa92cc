"""«Lo que le toca»: los turnos de la persona y, si coordina, lo que acaba de moverse."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencias import Entrada
from api.web import frases_plazos
from api.web.frases_plazos import Vencimiento
from api.web.plantillas import pagina
from modelos import consultas, consultas_plazos, reloj, vencimientos
from modelos.actos.apertura import puede_iniciar
from modelos.expediente import Expediente, Turno
from modelos.permisos import Quien, atiende, puede_conducir, ve_todo
from modelos.tabla import Actividad, Tabla

ruta = APIRouter()
POR_PAGINA = 30
RECIENTES = 8


@dataclass(frozen=True)
class Pendiente:
    """Un renglón de la bandeja."""

    turno: Turno
    expediente: Expediente
    tabla: Tabla
    actividad: Actividad
    persona: str
    propio: bool
    nuevo: bool
    vencimiento: Vencimiento | None


@ruta.get("/")
def bandeja(
    request: Request,
    puerta: Entrada,
    procedimiento: str = "",
    vence: str = "",
    orden: str = "",
    cursor: str | None = None,
) -> HTMLResponse:
    """La bandeja de quien entró: lo más antiguo primero o, con `orden=vence`, lo que antes vence.

    vence: uno de los cortes de `frases_plazos.FILTROS`.
    """
    corte = frases_plazos.corte(vence, reloj.hoy())
    vence, orden = vence if corte else "", orden if orden == "vence" else ""
    vencen = (vencimientos.entre(*corte, corriendo=True),) if corte else ()
    listar = consultas_plazos.bandeja_por_vencer if orden else consultas.bandeja
    with puerta.lectura() as (s, quien):
        tramo = listar(s, quien, procedimiento=procedimiento or None, vencen=vencen, cursor=cursor, limite=POR_PAGINA)
        de = consultas.asuntos(s, (t.folio for t in tramo.elementos))
        nombres = consultas.nombres(s, (t.persona_id for t in tramo.elementos))
        nuevos = consultas.avisos_nuevos(s, quien)
        rigen = vencimientos.plazos_de(s, tramo.elementos)
        dichos = frases_plazos.dichos(s, rigen.values())
        pendientes = []
        for turno in tramo.elementos:
            expediente = de[turno.folio]
            tabla = puerta.tablas.version(expediente.procedimiento, expediente.version)
            pendientes.append(
                Pendiente(
                    turno,
                    expediente,
                    tabla,
                    tabla[turno.actividad],
                    nombres.get(turno.persona_id, "") if turno.persona_id else "",
                    turno.persona_id == quien.persona,
                    turno.id in nuevos,
                    dichos[rigen[turno.id].id] if turno.id in rigen else None,
                )
            )
        vigentes = puerta.tablas.vigentes(reloj.hoy())
        recientes = consultas.expedientes(s, quien, limite=RECIENTES).elementos if _sigue_lo_de_otros(quien) else ()
        unidades = consultas.unidades(s)
    filtros = {"procedimiento": procedimiento, "vence": vence, "orden": orden}
    return pagina(
        request,
        "bandeja.html",
        quien,
        pendientes=pendientes,
        total=tramo.total,
        siguiente=tramo.siguiente,
        cursor=cursor,
        filtros={n: v for n, v in filtros.items() if v},
        mas=f"/?{urlencode({**{n: v for n, v in filtros.items() if v}, 'cursor': tramo.siguiente or ''})}",
        cortes=frases_plazos.FILTROS,
        procedimientos=vigentes,
        iniciables=[t for t in vigentes if puede_iniciar(quien, t)],
        recientes=recientes,
        nombres_tablas={t.clave: t.nombre for t in puerta.tablas},
        atiende=sorted(atiende(quien)),
        unidades=unidades,
    )


def _sigue_lo_de_otros(quien: Quien) -> bool:
    return ve_todo(quien) or any(puede_conducir(quien, unidad) for unidad in quien.unidades)
