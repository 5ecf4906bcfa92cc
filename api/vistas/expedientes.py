"""De lo guardado a las formas del contrato. Sin reglas: sólo nombres y acomodo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from api.vistas import plazos as vistas_plazos
from api.vistas import reglas_plazo
from modelos import listas, reloj
from modelos.ajustes import Ajustes
from modelos.expedientes import visibles
from modelos.expedientes.expediente import ABIERTOS, Anexo, EstadoExpediente, Expediente, Turno
from modelos.motor import encargos
from modelos.oficios import deuda
from modelos.organizacion.organigrama import activas
from modelos.organizacion.permisos import Quien
from modelos.plazos import vencimientos
from modelos.plazos.plazo import EstadoPlazo, Plazo
from modelos.plazos.vencimientos import ConFecha
from modelos.reloj import iso
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.actividad import Actividad, Formulario
from modelos.tabla.unidades import Unidad


def persona(quien: Quien) -> dict[str, Any]:
    """Quien tiene la sesión."""
    pares = sorted((unidad, rol.value) for unidad, rol in quien.adscripciones)
    return {
        "id": quien.persona,
        "nombre": quien.nombre,
        "adscripciones": [{"unidad": unidad, "rol": rol} for unidad, rol in pares],
    }


def procedimiento(tabla: Tabla) -> dict[str, Any]:
    """La tabla entera, como la coteja un abogado o la recorre un programa."""
    return {
        "clave": tabla.clave,
        "nombre": tabla.nombre,
        "codigo": tabla.codigo,
        "revision": tabla.revision,
        "version": tabla.version,
        "vigente_desde": tabla.vigente_desde.isoformat(),
        "fundamento": tabla.fundamento,
        "unidad": tabla.duena.value,
        "periodicidad": tabla.periodicidad or None,
        "notas": list(tabla.notas),
        "formulario": _esquema(tabla.datos),
        "actividades": [_actividad(tabla, actividad) for actividad in tabla.actividades],
        "plazos": [reglas_plazo.tramo_de_tabla(tabla, tramo) for tramo in tabla.tramos],
        "ciclo": reglas_plazo.ciclo_de_tabla(tabla.ciclo) if tabla.ciclo else None,
    }


def _actividad(tabla: Tabla, actividad: Actividad) -> dict[str, Any]:
    abanico = actividad.por_cada
    return {
        "clave": actividad.clave,
        "numero": actividad.numero_impreso,
        "unidad": actividad.unidad.value,
        "captura": actividad.captura.value if actividad.captura else None,
        "accion": actividad.accion,
        "pregunta": actividad.pregunta or None,
        "tipo": actividad.tipo.value,
        "salidas": {etiqueta: list(ruta.destinos) for etiqueta, ruta in actividad.salidas.items()},
        "salidas_inferidas": {e: r.inferida for e, r in actividad.salidas.items() if r.inferida},
        "salidas_con_motivo": [e for e, r in actividad.salidas.items() if r.devuelve],
        "por_cada": {"grupo": abanico.grupo.value, "union": abanico.union, "n": abanico.n} if abanico else None,
        "une": list(actividad.une),
        "plazo": reglas_plazo.plazo_de_tabla(tabla, actividad.plazo) if actividad.plazo else None,
        "evidencia": _evidencia(actividad),
        "formulario": _esquema(actividad.formulario) if actividad.formulario else None,
        "subprocedimiento": actividad.subprocedimiento,
        "fundamento": actividad.fundamento,
        "inferido": actividad.todo_lo_inferido or None,
        "nota": actividad.nota or None,
    }


def _evidencia(actividad: Actividad) -> list[dict[str, Any]]:
    return [{"clave": d.clave, "nombre": d.nombre, "obligatoria": d.obligatoria} for d in actividad.evidencia]


@lru_cache(maxsize=512)
def _esquema(modelo: type[Formulario]) -> dict[str, Any]:
    return modelo.model_json_schema()


def esquema_turno(s: Session, actividad: Actividad) -> dict[str, Any] | None:
    """El formulario de una actividad, con la lista de unidades posibles donde se elige una."""
    return esquema_elegible(s, actividad.formulario) if actividad.formulario else None


def esquema_elegible(s: Session, formulario: type[Formulario], suyas: Iterable[str] | None = None) -> dict[str, Any]:
    """Un formulario con la lista de unidades posibles donde se elige una; `suyas`: sólo entre ésas."""
    esquema = _esquema(formulario)
    elegibles = {n: c["x-grupo"] for n, c in esquema.get("properties", {}).items() if "x-grupo" in c}
    if not elegibles:
        return esquema
    solo = None if suyas is None else set(suyas)
    campos = {
        n: {**esquema["properties"][n], "enum": [u for u in activas(s, Unidad(g)) if solo is None or u in solo]}
        for n, g in elegibles.items()
    }
    return {**esquema, "properties": {**esquema["properties"], **campos}}


def turno(
    s: Session,
    tablas: Catalogo,
    fila: Turno,
    expediente: Expediente,
    nombres: Mapping[int, str],
    plazo: ConFecha | None = None,
) -> dict[str, Any]:
    """Un turno, con lo que hace falta para atenderlo. plazo: el que lo rige, si vence."""
    tabla = tablas.para_ver(expediente)
    actividad = tabla.fila(fila.actividad)
    abierto = fila.estado in ABIERTOS
    return {
        "id": fila.id,
        "folio": fila.folio,
        "procedimiento": fila.procedimiento,
        "asunto": expediente.asunto,
        "actividad": {"clave": actividad.clave, "numero": actividad.numero_impreso, "accion": actividad.accion},
        "tipo": actividad.tipo.value,
        "unidad": fila.unidad,
        "en_nombre_de": actividad.unidad.value if actividad.captura else None,
        "vuelta": fila.vuelta,
        "estado": fila.estado,
        "persona": {"id": fila.persona_id, "nombre": nombres.get(fila.persona_id, "")} if fila.persona_id else None,
        "abierto": iso(fila.abierto),
        "cerrado": iso(fila.cerrado) if fila.cerrado else None,
        "vence": vistas_plazos.fecha(plazo.vence) if plazo else None,
        "suspendido": plazo is not None and plazo.estado == EstadoPlazo.SUSPENDIDO,
        "conservador": vistas_plazos.fecha(plazo.conservador) if plazo else None,
        "version": fila.version,
        "incidente": ilegible(tabla, expediente, fila.actividad) or None,
        "salidas": list(actividad.salidas) if abierto and fila.a_mano and not expediente.cuarentena else [],
        "formulario": esquema_turno(s, actividad) if fila.a_mano else None,
        "evidencia": _evidencia(actividad),
    }


def turnos(s: Session, tablas: Catalogo, filas: Iterable[Turno]) -> list[dict[str, Any]]:
    """Varios turnos, quizá de distintos expedientes."""
    lista = list(filas)
    de = visibles.asuntos(s, (fila.folio for fila in lista))
    citadas = visibles.nombres(s, (fila.persona_id for fila in lista))
    con_plazos = {e.folio for e in de.values() if tablas.para_ver(e).tiene_plazos}
    rigen = vencimientos.fechas_de(s, [fila for fila in lista if fila.folio in con_plazos])
    return [turno(s, tablas, fila, de[fila.folio], citadas, rigen.get(fila.id)) for fila in lista]


def expediente(
    s: Session,
    tablas: Catalogo,
    ajustes: Ajustes,
    fila: Expediente,
    abiertos: list[Turno] | None = None,
    plazos: list[Plazo] | None = None,
    debe: int | None = None,
) -> dict[str, Any]:
    """Un expediente con sus turnos abiertos, sus plazos y cuántos oficios debe; lo que ya se tiene no se lee."""
    if abiertos is None:
        abiertos = visibles.turnos_abiertos(s, fila.folio)
    citadas = visibles.nombres(s, (t.persona_id for t in abiertos))
    tabla = tablas.para_ver(fila)
    if plazos is None:
        plazos = vencimientos.de_expedientes(s, [fila.folio])[fila.folio] if tabla.tiene_plazos else []
    if debe is None:
        debe = deuda.cuantos(s, [fila.folio]).get(fila.folio, 0) if tabla.emisiones else 0
    rigen, hoy = vencimientos.rigen(abiertos, plazos), reloj.hoy()
    # Sólo pueden tener subexpedientes los que ya pasaron por una actividad que los abre.
    pudo_abrir = any(a.subprocedimiento and a.clave in fila.situacion["vueltas"] for a in tabla.actividades)
    return {
        **_resumen(fila),
        "subexpedientes": visibles.subexpedientes(s, fila.folio) if pudo_abrir else [],
        "turnos": [turno(s, tablas, t, fila, citadas, rigen.get(t.id)) for t in abiertos],
        "plazos": [vistas_plazos.plazo(p, hoy) for p in plazos],
        "incidentes": [*_de_su_tabla(tabla, fila, abiertos), *_incidentes(s, ajustes, fila)],
        "oficios_pendientes": debe,
        "estado_legible": estado_legible(fila.estado, debe),
    }


def estado_legible(estado: str, debe: int) -> str:
    """En qué va un expediente, en palabras; el que terminó debiendo oficios lo dice hasta que se saldan."""
    en_palabras = estado.replace("_", " ").capitalize()
    return f"{en_palabras} con oficios pendientes" if debe and estado == EstadoExpediente.CONCLUIDO else en_palabras


def ilegible(tabla: Tabla, expediente: Expediente, actividad: str = "") -> str:
    """Por qué no se puede leer ni mover el expediente, o una actividad suya; vacío si se puede."""
    return expediente.cuarentena or tabla.falta(actividad)


def _de_su_tabla(tabla: Tabla, fila: Expediente, abiertos: Iterable[Turno]) -> list[str]:
    dichas = (ilegible(tabla, fila), *(ilegible(tabla, fila, turno.actividad) for turno in abiertos))
    return list(dict.fromkeys(filter(None, dichas)))


def _incidentes(s: Session, ajustes: Ajustes, fila: Expediente) -> list[str]:
    if not fila.detenido:
        return []
    return [i.nombre for i in encargos.incidentes(s, fila.folio, ajustes.encargos_intentos)]


def expedientes(s: Session, tablas: Catalogo, ajustes: Ajustes, filas: Iterable[Expediente]) -> list[dict[str, Any]]:
    """Varios expedientes, con los turnos abiertos y los plazos de cada uno; se leen de una vez."""
    lista = list(filas)
    de_cada_uno: dict[str, list[Turno]] = {fila.folio: [] for fila in lista}
    for turno_abierto in visibles.turnos_abiertos(s, *de_cada_uno):
        de_cada_uno[turno_abierto.folio].append(turno_abierto)
    con_plazos = [f.folio for f in lista if tablas.para_ver(f).tiene_plazos]
    plazos = vencimientos.de_expedientes(s, con_plazos)
    deben = deuda.cuantos(s, de_cada_uno)
    return [
        expediente(s, tablas, ajustes, f, de_cada_uno[f.folio], plazos.get(f.folio, []), deben.get(f.folio, 0))
        for f in lista
    ]


def _resumen(fila: Expediente) -> dict[str, Any]:
    return {
        "folio": fila.folio,
        "procedimiento": fila.procedimiento,
        "version": fila.version,
        "asunto": fila.asunto,
        "datos": fila.datos,
        "estado": fila.estado,
        "desenlace": fila.desenlace,
        "abierto": iso(fila.abierto),
        "cerrado": iso(fila.cerrado) if fila.cerrado else None,
        "padre": fila.padre,
        "corrida": fila.corrida,
    }


def anexo(fila: Anexo) -> dict[str, Any]:
    """Un archivo de evidencia."""
    return {
        "id": fila.id,
        "folio": fila.folio,
        "turno": fila.turno_id,
        "evidencia": fila.evidencia,
        "nombre": fila.nombre,
        "tipo": fila.tipo,
        "tamano": fila.tamano,
        "sha256": fila.sha256,
        "subido": iso(fila.subido),
    }


def lista(pagina: listas.Pagina[Any], elementos: list[dict[str, Any]]) -> dict[str, Any]:
    """Un tramo de lista del contrato."""
    return {"elementos": elementos, "total": pagina.total, "siguiente": pagina.siguiente}
