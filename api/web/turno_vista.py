"""Lo que la página de un turno enseña: lo que se pide, cómo llegó aquí y lo ya reunido."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from api import vistas
from api.dependencias import Puerta
from api.web import frases, frases_plazos, historia, oficio_vista
from api.web.formularios import Campo, Captura, Falta, campos, faltas, legible
from api.web.historia import Hecho, Historia
from modelos import consultas, vencimientos
from modelos.anexos import ADMITIDOS
from modelos.expediente import ABIERTOS, EstadoExpediente, Expediente, Turno
from modelos.organizacion import responsables
from modelos.permisos import Quien, puede_atender, puede_liberar, puede_reasignar
from modelos.plazos import POR_CUMPLIR, Plazo
from modelos.tabla import Actividad, Tabla


def datos(
    s: Session, puerta: Puerta, quien: Quien, id_: str, captura: Captura | None, errores: Mapping[str, str]
) -> dict[str, Any]:
    """Todo lo que la plantilla necesita, leído de una vez."""
    turno, expediente = consultas.turno_visible(s, quien, id_)
    tabla = puerta.tablas.version(expediente.procedimiento, expediente.version)
    actividad = tabla[turno.actividad]
    turnos = consultas.turnos_de(s, expediente.folio)
    nombres = consultas.nombres(s, (t.persona_id for t in turnos))
    unidades = consultas.unidades(s)
    pasado = historia.contar(s, tabla, expediente)
    esquema = vistas.esquema_turno(s, actividad)
    propios = consultas.anexos_de(s, [turno.id])
    return {
        "turno": turno,
        "expediente": expediente,
        "tabla": tabla,
        "actividad": actividad,
        "persona": nombres.get(turno.persona_id, "") if turno.persona_id else "",
        "unidades": unidades,
        "antecedentes": _antecedentes(tabla, turno, pasado),
        "previos": [h for h in pasado.hechos if h.anexos and h.orden <= turno.apertura],
        "respuesta": pasado[turno.cierre] if turno.cierre else None,
        "campos": campos(esquema, captura.textos if captura else None, errores, unidades),
        "anexos": propios,
        "cumplidas": {x.evidencia for x in propios},
        "caminos": frases.caminos(tabla, actividad),
        "despues": _despues(tabla, actividad, turno, turnos),
        "boton": frases.boton(actividad),
        "extensiones": ",".join(e for lista in ADMITIDOS.values() for e in lista),
        "subexpediente": _subexpediente(s, turno),
        "escrito": legible(captura.textos) if captura else [],
        "frases": frases,
        "plazos": frases_plazos.explicados(s, _plazos(s, tabla, turno)),
        "del_paso": oficio_vista.de_turno(s, puerta, quien, turno, actividad),
        "estados_oficio": oficio_vista.ESTADOS,
        **_permitido(s, quien, turno, expediente),
    }


def _plazos(s: Session, tabla: Tabla, turno: Turno) -> list[Plazo]:
    """El que rige el turno y, mientras está abierto, los tramos por cumplir que carga quien lo tiene."""
    if not tabla.tiene_plazos:
        return []
    todos = vencimientos.de_expedientes(s, [turno.folio])[turno.folio]
    tramos = [p for p in todos if p.turno_id is None and p.estado in POR_CUMPLIR and turno.estado in ABIERTOS]
    return [*(p for p in todos if p.id == turno.id), *tramos]


def resumen(vista: Mapping[str, Any], errores: Mapping[str, str]) -> list[Falta]:
    """Los renglones del resumen de errores, con su enlace."""
    controles: list[Campo] = vista["campos"]
    otros = {
        "salida": ("Su respuesta", "respuesta"),
        "comentario": ("Comentario", "comentario"),
        "evidencia": ("Documentos", "evidencia"),
        "motivo": ("Motivo de la reasignación", "motivo"),
        "persona": ("Persona", "persona"),
    }
    return faltas(errores, controles, otros)


def _permitido(s: Session, quien: Quien, turno: Turno, expediente: Expediente) -> dict[str, Any]:
    """Qué botones se ofrecen. Sólo decide qué se ve: la regla la aplica cada acto."""
    abierto = turno.estado in ABIERTOS and turno.a_mano
    en_curso = expediente.estado == EstadoExpediente.EN_CURSO
    mueve = abierto and en_curso
    libera = puede_liberar(quien, turno.unidad, turno.persona_id, expediente.duena)
    de_la_unidad = puede_atender(quien, turno.unidad)
    propio = turno.persona_id == quien.persona
    reasigna = mueve and puede_reasignar(quien, turno.unidad, expediente.duena)
    elegibles = [p for p in responsables(s, turno.unidad) if p != turno.persona_id] if reasigna else []
    return {
        "abierto": abierto,
        "en_curso": en_curso,
        "atiende": mueve and de_la_unidad and (propio or turno.persona_id is None),
        "de_la_unidad": de_la_unidad,
        "propio": propio,
        "puede_tomar": mueve and de_la_unidad and turno.persona_id is None,
        "puede_liberar": mueve and turno.persona_id is not None and libera,
        "puede_reasignar": reasigna,
        "elegibles": sorted(consultas.nombres(s, elegibles).items(), key=lambda par: par[1]),
        "solo": abierto and bool(consultas.sin_responsable(s, [turno])),
    }


def _antecedentes(tabla: Tabla, turno: Turno, pasado: Historia) -> list[Hecho]:
    """Lo que trajo el expediente hasta aquí: de un abanico o de ramas paralelas, todas sus respuestas."""
    origen = pasado[turno.apertura]
    fila = tabla[turno.actividad]
    claves = [c for c in (fila.une or (origen.actividad,)) if c]
    if origen.orden > 1 and not claves:  # se cerró una espera: importan las respuestas que sí llegaron
        claves = [act.clave for act in tabla.actividades if act.por_cada and _sigue_a(act, fila.clave)]
    previas = {h.orden: h for clave in claves for h in pasado.decisiones(clave, origen.orden)}
    if fila.une or (claves and tabla[claves[0]].por_cada):
        return [*previas.values(), *([origen] if origen.orden not in previas else [])]
    return [origen]


def _sigue_a(actividad: Actividad, destino: str) -> bool:
    return any(destino in ruta.destinos for ruta in actividad.salidas.values())


def _despues(tabla: Tabla, actividad: Actividad, turno: Turno, turnos: list[Turno]) -> str:
    """De qué más depende que siga, además de esta respuesta."""
    if actividad.por_cada:
        hermanos = [
            t
            for t in turnos
            if t.actividad == actividad.clave and t.vuelta == turno.vuelta and t.estado in ABIERTOS and t.id != turno.id
        ]
        if hermanos:
            quienes = f"{len(hermanos)} unidades más" if len(hermanos) > 1 else hermanos[0].unidad
            return f"cuando también {'respondan' if len(hermanos) > 1 else 'responda'} {quienes}"
    for ruta in actividad.salidas.values():
        for destino in ruta.destinos:
            if destino in tabla and tabla[destino].une:
                otras = [frases.rotulo(tabla, c) for c in tabla[destino].une if c != actividad.clave]
                return f"cuando también esté hecha la {' y la '.join(otras)}"
    return ""


def _subexpediente(s: Session, turno: Turno) -> Expediente | None:
    hijos = consultas.asuntos(s, consultas.subexpedientes(s, turno.folio)).values()
    return next((hijo for hijo in hijos if hijo.padre_turno == turno.id), None)
