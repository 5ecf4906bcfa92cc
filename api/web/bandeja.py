"""«Lo que le toca»: los turnos de la persona y, si coordina, lo que acaba de moverse."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencias import Entrada
from api.web.plantillas import pagina
from modelos import consultas, reloj
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


@ruta.get("/")
def bandeja(request: Request, puerta: Entrada, procedimiento: str = "", cursor: str | None = None) -> HTMLResponse:
    """La bandeja de quien entró, lo más antiguo primero."""
    with puerta.lectura() as (s, quien):
        tramo = consultas.bandeja(s, quien, procedimiento=procedimiento or None, cursor=cursor, limite=POR_PAGINA)
        de = consultas.asuntos(s, (t.folio for t in tramo.elementos))
        nombres = consultas.nombres(s, (t.persona_id for t in tramo.elementos))
        nuevos = consultas.avisos_nuevos(s, quien)
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
                )
            )
        vigentes = puerta.tablas.vigentes(reloj.hoy())
        recientes = consultas.expedientes(s, quien, limite=RECIENTES).elementos if _sigue_lo_de_otros(quien) else ()
        unidades = consultas.unidades(s)
    return pagina(
        request,
        "bandeja.html",
        quien,
        pendientes=pendientes,
        total=tramo.total,
        siguiente=tramo.siguiente,
        cursor=cursor,
        procedimiento=procedimiento,
        procedimientos=vigentes,
        iniciables=[t for t in vigentes if puede_iniciar(quien, t)],
        recientes=recientes,
        nombres_tablas={t.clave: t.nombre for t in puerta.tablas},
        atiende=sorted(atiende(quien)),
        unidades=unidades,
    )


def _sigue_lo_de_otros(quien: Quien) -> bool:
    return ve_todo(quien) or any(puede_conducir(quien, unidad) for unidad in quien.unidades)
