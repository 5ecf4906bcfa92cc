"""Reproducir una bitácora con su tabla: de los asientos, los turnos y el estado.

Es la prueba de que la bitácora es la verdad (invariante 3) y la manera de rehacer
todo lo demás. Usa la misma función pura que decidió en su momento; los
destinatarios salen de lo asentado, no del catálogo de hoy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modelos.actos.plazos.conteo import ASENTADOS, RECONTADOS
from modelos.actos.plazos.plazos import reemplazados
from modelos.actos.turnos.mover import id_turno
from modelos.actos.turnos.reparto import ya_repartido
from modelos.errores import ErrorGestion
from modelos.expedientes.bitacora import ORIGEN, hash_de
from modelos.expedientes.expediente import EstadoExpediente, EstadoTurno
from modelos.plazos.plazo import EstadoPlazo
from modelos.tabla import Catalogo, Tabla, avance
from modelos.tabla.avance import Movimiento, Pendiente, Situacion
from modelos.tabla.errores import BitacoraIncongruente


@dataclass
class TurnoReproducido:
    """Un turno como debería estar guardado."""

    estado: str
    apertura: int
    version: int = 1
    a_mano: bool = True
    persona: int | None = None
    cierre: int | None = None
    salida: str | None = None


@dataclass
class PlazoReproducido:
    """Un plazo como debería estar guardado; `fijo`: lo que no cambia desde que se abrió.

    apertura, cierre y atencion: el orden de su asiento. cumplio: el oficio que lo cumplió; cumplido: la fecha del
    documento, si se firmó fuera.
    """

    fijo: dict[str, Any]
    estado: str
    vence: str | None
    conservador: str | None
    apertura: int
    calendario: str = ""
    suspensiones: list[dict[str, Any]] = field(default_factory=list)
    ampliaciones: list[dict[str, Any]] = field(default_factory=list)
    compromiso: str | None = None
    cierre: int | None = None
    atencion: int | None = None
    cumplio: str | None = None
    cumplido: str | None = None

    @property
    def falta_atenderlo(self) -> bool:
        """Si no consta que se atendiera, y corre o ya lo cumplió su oficio."""
        return self.atencion is None and (self.cierre is None or self.estado == EstadoPlazo.CUMPLIDO.value)


@dataclass
class Reproducido:
    """El expediente como debería estar guardado; `cierre`: el orden del asiento que lo terminó."""

    folio: str = ""
    procedimiento: str = ""
    version: str = ""
    asunto: str = ""
    padre: str | None = None
    padre_turno: str | None = None
    estado: str = EstadoExpediente.EN_CURSO.value
    desenlace: str | None = None
    datos: dict[str, Any] = field(default_factory=dict)
    situacion: Situacion = field(default_factory=lambda: Situacion(tope=1))
    turnos: dict[tuple[str, str, int], TurnoReproducido] = field(default_factory=dict)
    plazos: dict[str, PlazoReproducido] = field(default_factory=dict)
    cierre: int | None = None


def revisar_cadena(asientos: Sequence[Mapping[str, Any]]) -> int | None:
    """El orden del primer asiento roto, o None si la cadena está íntegra.

    asientos: como los publica la API, con su `hash`, en orden.
    """
    anterior = ORIGEN
    for esperado, asiento in enumerate(asientos, start=1):
        contenido = {campo: valor for campo, valor in asiento.items() if campo != "hash"}
        integro = (
            asiento["orden"] == esperado
            and asiento["hash_anterior"] == anterior
            and asiento["hash"] == hash_de(contenido)
        )
        if not integro:
            return esperado
        anterior = asiento["hash"]
    return None


def reproducir(tablas: Catalogo, asientos: Sequence[Mapping[str, Any]]) -> Reproducido:
    """Aplica los asientos en orden.

    Lanza:
        BitacoraIncongruente: un asiento no corresponde a lo que la tabla tenía pendiente.
    """
    if not asientos or asientos[0]["tipo"] != "apertura":
        raise BitacoraIncongruente(1, "no empieza con una apertura")
    caso = Reproducido()
    tabla: Tabla | None = None
    for asiento in asientos:
        try:
            if asiento["tipo"] == "apertura":
                tabla = tablas.version(asiento["datos"]["procedimiento"], asiento["datos"]["version"])
            if tabla is None:
                raise BitacoraIncongruente(asiento["orden"], "no hay tabla")  # noqa: TRY301
            _PASOS[asiento["tipo"]](caso, tabla, asiento)
        except BitacoraIncongruente as error:
            raise BitacoraIncongruente(asiento["orden"], error.motivo) from error
        except (ErrorGestion, KeyError, TypeError, ValueError) as error:
            raise BitacoraIncongruente(asiento["orden"], f"no se entiende ({error})") from error
    return caso


def _apertura(caso: Reproducido, tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    datos = asiento["datos"]
    caso.folio = datos["folio"]
    caso.procedimiento, caso.version = datos["procedimiento"], datos["version"]
    caso.asunto, caso.datos = datos["asunto"], dict(datos["datos"])
    caso.padre, caso.padre_turno = datos["padre"], datos["padre_turno"]
    movimiento = avance.iniciar(tabla, caso.datos["tope_vueltas"], ya_repartido(datos["abre"]))
    _mover(caso, tabla, movimiento, asiento)


def _decision(caso: Reproducido, tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    datos = asiento["datos"]
    pendiente = Pendiente(datos["actividad"], asiento["unidad"], datos["vuelta"])
    movimiento = avance.atender(tabla, caso.situacion, pendiente, datos["salida"], ya_repartido(datos["abre"]))
    turno = caso.turnos[(pendiente.actividad, pendiente.unidad, pendiente.vuelta)]
    turno.estado, turno.salida = EstadoTurno.ATENDIDO.value, datos["salida"]
    turno.cierre, turno.version = asiento["orden"], turno.version + 1
    if asiento["actor"].startswith("persona:"):
        turno.persona = int(asiento["actor"].removeprefix("persona:"))
    caso.datos.update(datos["datos"])
    _cumplir(caso, tabla, pendiente, asiento)
    _mover(caso, tabla, movimiento, asiento)


def _asignacion(caso: Reproducido, _tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    turno = _turno(caso, asiento)
    turno.persona = asiento["datos"]["persona"]
    turno.estado = (EstadoTurno.TOMADO if turno.persona else EstadoTurno.PENDIENTE).value
    turno.version += 1


def _subcancelacion(caso: Reproducido, _tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    turno = _turno(caso, asiento)
    turno.a_mano, turno.version = True, turno.version + 1


def _cierre_espera(caso: Reproducido, tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    datos = asiento["datos"]
    reparto = ya_repartido(datos["abre"])
    _mover(caso, tabla, avance.cerrar_espera(tabla, caso.situacion, datos["actividad"], reparto), asiento)


def _cancelacion(caso: Reproducido, tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    _mover(caso, tabla, avance.cancelar(caso.situacion), asiento)
    caso.estado, caso.cierre = EstadoExpediente.CANCELADO.value, asiento["orden"]


def _suspension(caso: Reproducido, tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    caso.estado = EstadoExpediente.SUSPENDIDO.value
    _recuento(caso, tabla, asiento)


def _reanudacion(caso: Reproducido, tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    caso.estado = EstadoExpediente.EN_CURSO.value
    _recuento(caso, tabla, asiento)


def _recuento(caso: Reproducido, _tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    """Plazos vueltos a contar: al suspender, reanudar, prorrogar, rectificar o publicar días inhábiles."""
    for guardado in asiento["datos"].get("plazos", ()):
        plazo = caso.plazos[guardado["id"]]
        for campo in RECONTADOS[1:]:
            setattr(plazo, campo, guardado[campo])
        if "regla" in guardado:
            plazo.fijo["regla"] = guardado["regla"]


def _acto_escrito(caso: Reproducido, _tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    """Un oficio salió, o se dijo que se firmó fuera: cumple los plazos que lo esperaban."""
    datos = asiento["datos"]
    for id_ in datos.get("cumple", ()):
        plazo = caso.plazos.get(id_)
        if plazo is None or not plazo.fijo["acto"] or plazo.cierre is not None:
            raise BitacoraIncongruente(asiento["orden"], f"cumple el plazo {id_}, que no esperaba un oficio")
        plazo.cumplio, plazo.cumplido = datos["oficio"], datos.get("fecha")
        _cerrar_plazo(caso, id_, EstadoPlazo.CUMPLIDO, asiento)


def _acto_sin_efecto(caso: Reproducido, tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    """Lo que había cumplido un oficio que ya no rige vuelve a correr."""
    for guardado in asiento["datos"].get("plazos", ()):
        plazo = caso.plazos[guardado["id"]]
        plazo.cierre, plazo.cumplio, plazo.cumplido = None, None, None
    _recuento(caso, tabla, asiento)


def _compromiso(caso: Reproducido, _tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    plazo = caso.plazos.get(asiento["datos"]["plazo"])
    if plazo is None:
        raise BitacoraIncongruente(asiento["orden"], "se comprometió una fecha para un plazo que no se abrió")
    plazo.compromiso = asiento["datos"]["fecha"]


def _no_mueve(_caso: Reproducido, _tabla: Tabla, _asiento: Mapping[str, Any]) -> None:
    """Un oficio no cambia en qué va el expediente; lo suyo lo coteja `modelos.comprobacion.oficios`."""


def _ampliacion(caso: Reproducido, _tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    caso.situacion = avance.ampliar_tope(caso.situacion, asiento["datos"]["tope"]).situacion


def _mover(caso: Reproducido, tabla: Tabla, movimiento: Movimiento, asiento: Mapping[str, Any]) -> None:
    if movimiento.abre() != asiento["datos"].get("abre", {}):
        raise BitacoraIncongruente(asiento["orden"], "los turnos que abrió no son los que dice la tabla")
    _mover_turnos(caso, tabla, movimiento, asiento)
    for id_ in reemplazados(caso.folio, tabla, movimiento):
        _cerrar_plazo(caso, id_, EstadoPlazo.CANCELADO, asiento)
    caso.situacion = movimiento.situacion
    if movimiento.situacion.desenlace or not movimiento.situacion.pendientes:
        for id_, plazo in caso.plazos.items():
            if plazo.atencion is None or not movimiento.situacion.desenlace:
                _cerrar_plazo(caso, id_, EstadoPlazo.CANCELADO, asiento)
    for nuevo in asiento["datos"].get("plazos", ()):
        _abrir_plazo(caso, nuevo, asiento)
    if movimiento.situacion.desenlace:
        caso.estado, caso.desenlace = EstadoExpediente.CONCLUIDO.value, movimiento.situacion.desenlace
        caso.cierre = asiento["orden"]


def _mover_turnos(caso: Reproducido, tabla: Tabla, movimiento: Movimiento, asiento: Mapping[str, Any]) -> None:
    for nuevo in movimiento.abiertos:
        a_mano = tabla[nuevo.actividad].a_mano
        turno = TurnoReproducido(EstadoTurno.PENDIENTE.value, asiento["orden"], a_mano=a_mano)
        caso.turnos[(nuevo.actividad, nuevo.unidad, nuevo.vuelta)] = turno
    for sobra in movimiento.cancelados:
        turno = caso.turnos[(sobra.actividad, sobra.unidad, sobra.vuelta)]
        turno.estado, turno.cierre = EstadoTurno.CANCELADO.value, asiento["orden"]
        turno.version += 1
        _cerrar_plazo(caso, _id(caso, sobra), EstadoPlazo.CANCELADO, asiento)


def _cumplir(caso: Reproducido, tabla: Tabla, atendido: Pendiente, asiento: Mapping[str, Any]) -> None:
    """El plazo del turno atendido y los de los tramos que esa actividad cierra, salvo los que esperan su acto."""
    datos = asiento["datos"]
    debe, turno = tabla[atendido.actividad].debe(datos["salida"], datos["datos"]), _id(caso, atendido)
    claves = {tramo.regla.clave for tramo in tabla.tramos if atendido.actividad in tramo.cumplen}
    for id_, plazo in caso.plazos.items():
        del_tramo = plazo.fijo["turno_id"] is None and plazo.fijo["clave"] in claves
        if id_ != turno and not del_tramo:
            continue
        if plazo.fijo["acto"] not in debe:
            _cerrar_plazo(caso, id_, EstadoPlazo.CUMPLIDO, asiento)
        elif plazo.falta_atenderlo:
            plazo.atencion = asiento["orden"]


def _abrir_plazo(caso: Reproducido, nuevo: Mapping[str, Any], asiento: Mapping[str, Any]) -> None:
    fijo = {campo: nuevo[campo] for campo in ASENTADOS if campo not in RECONTADOS}
    fijo["acto"] = nuevo.get("acto", "")
    plazo = PlazoReproducido(fijo, nuevo["estado"], nuevo["vence"], nuevo["conservador"], asiento["orden"])
    plazo.calendario = nuevo["calendario"]
    caso.plazos[nuevo["id"]] = plazo


def _cerrar_plazo(caso: Reproducido, id_: str, estado: EstadoPlazo, asiento: Mapping[str, Any]) -> None:
    plazo = caso.plazos.get(id_)
    if plazo is not None and plazo.cierre is None:
        plazo.estado, plazo.cierre = estado.value, asiento["orden"]


def _id(caso: Reproducido, turno: Pendiente) -> str:
    return id_turno(caso.folio, turno)


def _turno(caso: Reproducido, asiento: Mapping[str, Any]) -> TurnoReproducido:
    _, actividad, unidad, vuelta = asiento["datos"]["turno"].split(".")
    return caso.turnos[(actividad, unidad, int(vuelta))]


_PASOS = {
    "apertura": _apertura,
    "decision": _decision,
    "toma": _asignacion,
    "liberacion": _asignacion,
    "reasignacion": _asignacion,
    "subcancelacion": _subcancelacion,
    "cierre_espera": _cierre_espera,
    "cancelacion": _cancelacion,
    "suspension": _suspension,
    "reanudacion": _reanudacion,
    "ampliacion": _ampliacion,
    "prorroga": _recuento,
    "rectificacion": _recuento,
    "recuento": _recuento,
    "compromiso": _compromiso,
    "retiro_anexo": _no_mueve,
    "oficio_firma": _no_mueve,
    "oficio_envio": _acto_escrito,
    "oficio_fuera": _acto_escrito,
    "oficio_acuse": _no_mueve,
    "oficio_descarte": _no_mueve,
    "oficio_cancelacion": _acto_sin_efecto,
}
"""Qué hace cada tipo de asiento. Un tipo que no esté aquí es una bitácora que no se entiende."""
