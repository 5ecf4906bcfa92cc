"""Lo que la página de un turno enseña: lo que se pide, cómo llegó aquí y lo ya reunido."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from api.dependencias import Puerta
from api.vistas import expedientes
from api.web.historia import relato
from api.web.historia.relato import Hecho, Historia
from api.web.oficios import vista as oficio_vista
from api.web.piezas import frases, frases_plazos
from api.web.piezas.formularios import Campo, Captura, Falta, campos, faltas, legible, reglas
from api.web.turnos import previsto
from api.web.turnos.previsto import Previsto
from modelos import reloj
from modelos.actos.comodidades import capturas
from modelos.avisos.a_quien import ausentes
from modelos.bandeja import vivo
from modelos.calendario import fecha_corta
from modelos.errores import FormularioIncompleto
from modelos.expedientes import visibles
from modelos.expedientes.anexos import ADMITIDOS
from modelos.expedientes.expediente import ABIERTOS, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.oficios import visibles as consultas_oficios
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import responsables
from modelos.organizacion.permisos import Quien, puede_atender, puede_liberar, puede_reasignar
from modelos.plazos import vencimientos
from modelos.plazos.plazo import POR_CUMPLIR, Plazo
from modelos.tabla import Actividad, Tabla
from modelos.tabla.avance import Pendiente
from modelos.tabla.emision import VIGENTES
from modelos.tabla.formularios import mensajes

COMPROBABLES = (
    "missing",
    "string_too_long",
    "string_pattern_mismatch",
    "int_parsing",
    "date_parsing",
    "greater_than_equal",
    "less_than_equal",
)
"""Las faltas que el navegador sabe ver; las demás las dice el servidor."""
COTAS = {cota: f"{{{cota}}}" for cota in ("max_length", "ge", "le")}
"""Para que el texto llegue con el hueco, que llena el navegador."""
OFICIOS_A_LA_VISTA = 50


def datos(
    s: Session, puerta: Puerta, quien: Quien, id_: str, captura: Captura | None, errores: Mapping[str, str]
) -> dict[str, Any]:
    """Todo lo que la plantilla necesita, leído de una vez.

    captura: lo que se acaba de enviar; sin ella, lo que la persona dejó guardado sin registrar.
    """
    turno, expediente = visibles.turno_visible(s, quien, id_)
    tabla = puerta.tablas.para_ver(expediente)
    actividad = tabla.fila(turno.actividad)
    turnos = visibles.turnos_de(s, expediente.folio)
    nombres = visibles.nombres(s, (t.persona_id for t in turnos))
    unidades = visibles.unidades(s)
    pasado = relato.contar(s, tabla, expediente)
    esquema = expedientes.esquema_turno(s, actividad)
    propios = visibles.anexos_de(s, [turno.id])
    incidente = visibles.ilegible(tabla, expediente, turno.actividad)
    permitido = _permitido(s, quien, turno, expediente, incidente)
    guardada = capturas.leer(s, quien.persona, turno.id)
    if guardada and turno.estado == EstadoTurno.ATENDIDO and permitido["propio"]:
        guardada = None  # la registró por otra puerta: lo que valió está en la respuesta
    textos = captura.textos if captura else guardada.textos if guardada else None
    controles = campos(esquema, textos, errores, unidades)
    return {
        "turno": turno,
        "marca": vivo.marca(s, quien, f"turno:{turno.id}"),
        "expediente": expediente,
        "tabla": tabla,
        "actividad": actividad,
        "incidente": incidente,
        "persona": nombres.get(turno.persona_id, "") if turno.persona_id else "",
        "unidades": unidades,
        "antecedentes": _antecedentes(tabla, turno, pasado),
        "previos": [h for h in pasado.hechos if h.anexos and h.orden <= turno.apertura],
        "respuesta": pasado[turno.cierre] if turno.cierre else None,
        "campos": controles,
        "reglas": _reglas(controles),
        "textos": textos or {},
        "guardada": guardada,
        "guardada_escrito": legible(guardada.textos) if guardada else [],
        "anexos": propios,
        "cumplidas": {x.evidencia for x in propios},
        "caminos": frases.caminos(tabla, actividad),
        "previstos": _previstos(s, tabla, expediente, turno) if permitido["atiende"] else {},
        "boton": frases.boton(actividad),
        "extensiones": ",".join(e for lista in ADMITIDOS.values() for e in lista),
        "subexpediente": _subexpediente(s, turno),
        "escrito": legible(textos or {}),
        "frases": frases,
        "plazos": frases_plazos.explicados(s, _plazos(s, tabla, turno)),
        "acto_del_plazo": actividad.plazo.acto if actividad.plazo else "",
        "del_paso": oficio_vista.de_turno(s, puerta, quien, turno, actividad),
        "estados_oficio": oficio_vista.ESTADOS,
        "oficios_previos": _oficios_previos(s, quien, turno),
        **permitido,
    }


def _reglas(controles: list[Campo]) -> dict[str, Any]:
    """Lo que el navegador comprueba antes de enviar, con los mismos textos que diría el servidor."""
    hoy = reloj.hoy()
    return {
        "titulo": FormularioIncompleto.titulo,
        "campos": reglas(controles),
        "textos": mensajes([{"loc": (tipo,), "type": tipo, "ctx": COTAS} for tipo in COMPROBABLES]),
        "salida": "elija una",
        "devolucion": "escriba el motivo de la devolución",
        "futura": f"ya ocurrió: no puede ser posterior a hoy, {fecha_corta(hoy)}",
        "hoy": hoy.isoformat(),
    }


def _previstos(s: Session, tabla: Tabla, expediente: Expediente, turno: Turno) -> dict[str, Previsto]:
    """Lo que pasará con cada respuesta."""
    pendiente = Pendiente(turno.actividad, turno.unidad, turno.vuelta)
    return previsto.al_responder(s, tabla, expediente, pendiente, reloj.ahora())


def _oficios_previos(s: Session, quien: Quien, turno: Turno) -> list[Oficio]:
    """Los ya firmados de otros pasos, el más reciente primero."""
    todos = consultas_oficios.del_expediente(s, quien, turno.folio, limite=OFICIOS_A_LA_VISTA).elementos
    return [o for o in todos if o.estado in VIGENTES and o.turno_id != turno.id]


def _plazos(s: Session, tabla: Tabla, turno: Turno) -> list[Plazo]:
    """El que rige el turno y, mientras está abierto, los tramos por cumplir que carga quien lo tiene."""
    if not tabla.tiene_plazos:
        return []
    todos = vencimientos.de_expedientes(s, [turno.folio])[turno.folio]
    por_cumplir = [p for p in todos if p.turno_id is None and p.estado in POR_CUMPLIR and p.atendido is None]
    tramos = por_cumplir if turno.estado in ABIERTOS else []
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


def _permitido(s: Session, quien: Quien, turno: Turno, expediente: Expediente, incidente: str) -> dict[str, Any]:
    """Qué botones se ofrecen. Sólo decide qué se ve: la regla la aplica cada acto."""
    abierto = turno.estado in ABIERTOS and turno.a_mano
    en_curso = expediente.estado == EstadoExpediente.EN_CURSO
    mueve = abierto and en_curso and not incidente
    libera = puede_liberar(quien, turno.unidad, turno.persona_id, expediente.duena)
    de_la_unidad = puede_atender(quien, turno.unidad)
    propio = turno.persona_id == quien.persona
    libre = turno.persona_id is None or bool(ausentes(s, [turno]))
    reasigna = mueve and puede_reasignar(quien, turno.unidad, expediente.duena)
    elegibles = [p for p in responsables(s, turno.unidad) if p != turno.persona_id] if reasigna else []
    return {
        "abierto": abierto,
        "en_curso": en_curso,
        "atiende": mueve and de_la_unidad and (propio or libre),
        "de_la_unidad": de_la_unidad,
        "propio": propio,
        "puede_tomar": mueve and de_la_unidad and libre,
        "puede_liberar": mueve and not libre and libera,
        "puede_reasignar": reasigna,
        "elegibles": sorted(visibles.nombres(s, elegibles).items(), key=lambda par: par[1]),
        "solo": abierto and bool(visibles.sin_responsable(s, [turno])),
    }


def _antecedentes(tabla: Tabla, turno: Turno, pasado: Historia) -> list[Hecho]:
    """Lo que trajo el expediente hasta aquí: de un abanico o de ramas paralelas, todas sus respuestas."""
    origen = pasado[turno.apertura]
    fila = tabla.fila(turno.actividad)
    claves = [c for c in (fila.une or (origen.actividad,)) if c]
    if origen.orden > 1 and not claves:  # se cerró una espera: importan las respuestas que sí llegaron
        claves = [act.clave for act in tabla.actividades if act.por_cada and _sigue_a(act, fila.clave)]
    previas = {h.orden: h for clave in claves for h in pasado.decisiones(clave, origen.orden)}
    if fila.une or (claves and tabla.fila(claves[0]).por_cada):
        return [*previas.values(), *([origen] if origen.orden not in previas else [])]
    return [origen]


def _sigue_a(actividad: Actividad, destino: str) -> bool:
    return any(destino in ruta.destinos for ruta in actividad.salidas.values())


def _subexpediente(s: Session, turno: Turno) -> Expediente | None:
    hijos = visibles.asuntos(s, visibles.subexpedientes(s, turno.folio)).values()
    return next((hijo for hijo in hijos if hijo.padre_turno == turno.id), None)
