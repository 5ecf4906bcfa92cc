"""La tabla de un procedimiento, en la forma del contrato."""

from __future__ import annotations

from api.v1.esquemas import comunes as formas
from api.vistas import reglas_plazo
from api.vistas.expedientes import esquema, evidencia
from modelos.tabla import Tabla
from modelos.tabla.actividad import Actividad
from modelos.tabla.periodo import Ciclo
from modelos.tabla.plazo import ReglaPlazo, Tramo


def procedimiento(tabla: Tabla) -> formas.Procedimiento:
    """La tabla entera, como la coteja un abogado o la recorre un programa."""
    return formas.Procedimiento(
        clave=tabla.clave,
        nombre=tabla.nombre,
        codigo=tabla.codigo,
        revision=tabla.revision,
        version=tabla.version,
        vigente_desde=tabla.vigente_desde.isoformat(),
        fundamento=tabla.fundamento,
        unidad=tabla.duena.value,
        periodicidad=tabla.periodicidad or None,
        notas=list(tabla.notas),
        formulario=esquema(tabla.datos),
        actividades=[_actividad(tabla, actividad) for actividad in tabla.actividades],
        plazos=[_tramo(tabla, tramo) for tramo in tabla.tramos],
        ciclo=_ciclo(tabla.ciclo) if tabla.ciclo else None,
    )


def _actividad(tabla: Tabla, actividad: Actividad) -> formas.ActividadTabla:
    return formas.ActividadTabla(
        clave=actividad.clave,
        numero=actividad.numero_impreso,
        unidad=actividad.unidad.value,
        captura=actividad.captura.value if actividad.captura else None,
        accion=actividad.accion,
        pregunta=actividad.pregunta or None,
        tipo=actividad.tipo.value,
        salidas={etiqueta: list(ruta.destinos) for etiqueta, ruta in actividad.salidas.items()},
        salidas_inferidas=_inferidas(actividad),
        salidas_con_motivo=[e for e, r in actividad.salidas.items() if r.devuelve],
        por_cada=_por_cada(actividad),
        une=list(actividad.une),
        plazo=_plazo(tabla, actividad.plazo) if actividad.plazo else None,
        evidencia=evidencia(actividad),
        formulario=esquema(actividad.formulario) if actividad.formulario else None,
        subprocedimiento=actividad.subprocedimiento,
        fundamento=actividad.fundamento,
        inferido=actividad.todo_lo_inferido or None,
        nota=actividad.nota or None,
    )


def _inferidas(actividad: Actividad) -> dict[str, str]:
    return {etiqueta: ruta.inferida for etiqueta, ruta in actividad.salidas.items() if ruta.inferida}


def _por_cada(actividad: Actividad) -> formas.PorCada | None:
    abanico = actividad.por_cada
    return formas.PorCada(grupo=abanico.grupo.value, union=abanico.union, n=abanico.n) if abanico else None


def _plazo(tabla: Tabla, plazo: ReglaPlazo) -> formas.PlazoTabla:
    return formas.PlazoTabla(
        clave=plazo.clave,
        que=plazo.que,
        regla=reglas_plazo.regla(tabla, plazo),
        acto=plazo.acto or None,
        fundamento=plazo.fundamento,
        inferido=plazo.inferido or None,
        hitos=reglas_plazo.hitos(plazo.hitos),
    )


def _tramo(tabla: Tabla, tramo: Tramo) -> formas.TramoTabla:
    actividad, salida = tramo.empieza
    return formas.TramoTabla(
        **dict(_plazo(tabla, tramo.regla)),
        empieza={"actividad": actividad, "salida": salida},
        cumplen=list(tramo.cumplen),
        unidad=tramo.responde.value,
    )


def _ciclo(ciclo: Ciclo) -> formas.CicloTabla:
    return formas.CicloTabla(
        cada=ciclo.cada.value,
        grupo=ciclo.grupo.value if ciclo.grupo else None,
        regla=reglas_plazo.ciclo_en_palabras(ciclo),
        fundamento=ciclo.fundamento,
        inferido=ciclo.inferido or None,
    )
