"""De lo guardado a las formas del contrato. Sin reglas: sólo nombres y acomodo."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from sqlalchemy.orm import Session

from api.v1.esquemas import comunes as formas
from api.vistas import plazos as vistas_plazos
from api.vistas.comunes import citada, instante
from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.bandeja.renglones import P, Renglon, renglones
from modelos.expedientes import visibles
from modelos.expedientes.expediente import Anexo, EstadoExpediente, Expediente, Turno
from modelos.motor import encargos
from modelos.oficios import deuda
from modelos.organizacion.organigrama import activas
from modelos.organizacion.permisos import Quien
from modelos.plazos import vencimientos
from modelos.plazos.plazo import Plazo
from modelos.reloj import iso
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.actividad import Actividad, Formulario
from modelos.tabla.unidades import Unidad


def persona(quien: Quien) -> formas.Persona:
    """Quien tiene la sesión."""
    pares = sorted((unidad, rol.value) for unidad, rol in quien.adscripciones)
    suyas = [formas.Adscripcion(unidad=unidad, rol=rol) for unidad, rol in pares]
    return formas.Persona(id=quien.persona, nombre=quien.nombre, adscripciones=suyas)


def evidencia(actividad: Actividad) -> list[formas.Evidencia]:
    """Los documentos que pide una actividad."""
    return [formas.Evidencia(clave=d.clave, nombre=d.nombre, obligatoria=d.obligatoria) for d in actividad.evidencia]


@lru_cache(maxsize=512)
def esquema(modelo: type[Formulario]) -> dict[str, Any]:
    """El JSON Schema de un formulario."""
    return modelo.model_json_schema()


def esquema_turno(s: Session, actividad: Actividad) -> dict[str, Any] | None:
    """El formulario de una actividad, con la lista de unidades posibles donde se elige una."""
    return esquema_elegible(s, actividad.formulario) if actividad.formulario else None


def esquema_elegible(s: Session, formulario: type[Formulario], suyas: Iterable[str] | None = None) -> dict[str, Any]:
    """Un formulario con la lista de unidades posibles donde se elige una; `suyas`: sólo entre ésas."""
    base = esquema(formulario)
    elegibles = {n: c["x-grupo"] for n, c in base.get("properties", {}).items() if "x-grupo" in c}
    if not elegibles:
        return base
    solo = None if suyas is None else set(suyas)
    campos = {
        n: {**base["properties"][n], "enum": [u for u in activas(s, Unidad(g)) if solo is None or u in solo]}
        for n, g in elegibles.items()
    }
    return {**base, "properties": {**base["properties"], **campos}}


def turno(s: Session, renglon: Renglon[P]) -> formas.Turno:
    """Un turno, con lo que hace falta para atenderlo."""
    fila, actividad = renglon.turno, renglon.actividad
    return formas.Turno(
        id=fila.id,
        folio=fila.folio,
        procedimiento=fila.procedimiento,
        asunto=renglon.expediente.asunto,
        actividad=formas.ActividadTurno(
            clave=actividad.clave, numero=actividad.numero_impreso, accion=actividad.accion
        ),
        tipo=actividad.tipo.value,
        unidad=fila.unidad,
        en_nombre_de=actividad.unidad.value if actividad.captura else None,
        vuelta=fila.vuelta,
        estado=cast("formas.EstadoTurno", fila.estado),
        persona=citada(fila.persona_id, renglon.tomado_por),
        abierto=iso(fila.abierto),
        cerrado=instante(fila.cerrado),
        vence=renglon.vence,
        suspendido=renglon.suspendido,
        conservador=renglon.conservador,
        version=fila.version,
        incidente=renglon.incidente or None,
        salidas=renglon.salidas,
        formulario=esquema_turno(s, actividad) if fila.a_mano else None,
        evidencia=evidencia(actividad),
    )


def turnos(s: Session, tablas: Catalogo, filas: Iterable[Turno]) -> list[formas.Turno]:
    """Varios turnos, quizá de distintos expedientes."""
    return [turno(s, renglon) for renglon in renglones(s, tablas, list(filas), vencimientos.fechas_de)]


def expediente(
    s: Session, tablas: Catalogo, ajustes: Ajustes, fila: Expediente, abiertos: list[Turno] | None = None
) -> formas.Expediente:
    """Un expediente con sus turnos abiertos, sus plazos y cuántos oficios debe. abiertos: si ya se leyeron."""
    tabla = tablas.para_ver(fila)
    if abiertos is None:
        abiertos = visibles.turnos_abiertos(s, fila.folio)
    plazos = vencimientos.de_expedientes(s, [fila.folio])[fila.folio] if tabla.tiene_plazos else []
    debe = deuda.cuantos(s, [fila.folio]).get(fila.folio, 0) if tabla.emisiones else 0
    return _armado(s, ajustes, tabla, fila, abiertos, plazos, debe)


def expedientes(s: Session, tablas: Catalogo, ajustes: Ajustes, filas: Iterable[Expediente]) -> list[formas.Expediente]:
    """Varios expedientes, con los turnos abiertos y los plazos de cada uno; se leen de una vez."""
    con_que = [(fila, tablas.para_ver(fila)) for fila in filas]
    abiertos: dict[str, list[Turno]] = {fila.folio: [] for fila, _ in con_que}
    for suyo in visibles.turnos_abiertos(s, *abiertos):
        abiertos[suyo.folio].append(suyo)
    plazos = vencimientos.de_expedientes(s, [fila.folio for fila, tabla in con_que if tabla.tiene_plazos])
    deben = deuda.cuantos(s, abiertos)
    return [
        _armado(s, ajustes, tabla, f, abiertos[f.folio], plazos.get(f.folio, []), deben.get(f.folio, 0))
        for f, tabla in con_que
    ]


def _armado(
    s: Session, ajustes: Ajustes, tabla: Tabla, fila: Expediente, abiertos: list[Turno], plazos: list[Plazo], debe: int
) -> formas.Expediente:
    """Con lo suyo ya leído."""
    nombres = visibles.nombres(s, (t.persona_id for t in abiertos))
    rigen, hoy = vencimientos.rigen(abiertos, plazos), reloj.hoy()
    suyos = [Renglon(t, fila, tabla, rigen.get(t.id), nombres.get(t.persona_id or 0, "")) for t in abiertos]
    return formas.Expediente(
        folio=fila.folio,
        procedimiento=fila.procedimiento,
        version=fila.version,
        asunto=fila.asunto,
        datos=fila.datos,
        estado=cast("formas.EstadoExpediente", fila.estado),
        desenlace=fila.desenlace,
        abierto=iso(fila.abierto),
        cerrado=instante(fila.cerrado),
        padre=fila.padre,
        subexpedientes=visibles.subexpedientes(s, fila.folio) if _pudo_abrir_otros(tabla, fila) else [],
        turnos=[turno(s, renglon) for renglon in suyos],
        plazos=[vistas_plazos.plazo(p, hoy) for p in plazos],
        corrida=fila.corrida,
        incidentes=[*_de_su_tabla(tabla, fila, suyos), *_incidentes(s, ajustes, fila)],
        oficios_pendientes=debe,
        estado_legible=estado_legible(fila.estado, debe),
    )


def _pudo_abrir_otros(tabla: Tabla, fila: Expediente) -> bool:
    """Sólo pueden tener subexpedientes los que ya pasaron por una actividad que los abre."""
    return any(a.subprocedimiento and a.clave in fila.situacion["vueltas"] for a in tabla.actividades)


def estado_legible(estado: str, debe: int) -> str:
    """En qué va un expediente, en palabras; el que terminó debiendo oficios lo dice hasta que se saldan."""
    en_palabras = estado.replace("_", " ").capitalize()
    return f"{en_palabras} con oficios pendientes" if debe and estado == EstadoExpediente.CONCLUIDO else en_palabras


def _de_su_tabla(tabla: Tabla, fila: Expediente, abiertos: Iterable[Renglon[Plazo]]) -> list[str]:
    dichas = (visibles.ilegible(tabla, fila), *(renglon.incidente for renglon in abiertos))
    return list(dict.fromkeys(filter(None, dichas)))


def _incidentes(s: Session, ajustes: Ajustes, fila: Expediente) -> list[str]:
    if not fila.detenido:
        return []
    return [i.nombre for i in encargos.incidentes(s, fila.folio, ajustes.encargos_intentos)]


def anexo(fila: Anexo) -> formas.Anexo:
    """Un archivo de evidencia."""
    return formas.Anexo(
        id=fila.id,
        folio=fila.folio,
        turno=fila.turno_id,
        evidencia=fila.evidencia,
        nombre=fila.nombre,
        tipo=fila.tipo,
        tamano=fila.tamano,
        sha256=fila.sha256,
        subido=iso(fila.subido),
    )
