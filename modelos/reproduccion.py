"""Reproducir una bitácora con su tabla: de los asientos, los turnos y el estado.

Es la prueba de que la bitácora es la verdad (invariante 3) y la manera de rehacer
todo lo demás. Usa la misma función pura que decidió en su momento; los
destinatarios salen de lo asentado, no del catálogo de hoy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modelos import avance
from modelos.actividad import Tipo
from modelos.actos.mover import ya_repartido
from modelos.avance import Movimiento, Pendiente, Situacion
from modelos.bitacora import ORIGEN, hash_de
from modelos.errores import BitacoraIncongruente, ErrorGestion
from modelos.expediente import EstadoExpediente, EstadoTurno
from modelos.tabla import Catalogo, Tabla


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
class Reproducido:
    """El expediente como debería estar guardado."""

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
    caso.estado = EstadoExpediente.CANCELADO.value


def _suspension(caso: Reproducido, _tabla: Tabla, _asiento: Mapping[str, Any]) -> None:
    caso.estado = EstadoExpediente.SUSPENDIDO.value


def _reanudacion(caso: Reproducido, _tabla: Tabla, _asiento: Mapping[str, Any]) -> None:
    caso.estado = EstadoExpediente.EN_CURSO.value


def _ampliacion(caso: Reproducido, _tabla: Tabla, asiento: Mapping[str, Any]) -> None:
    caso.situacion = avance.ampliar_tope(caso.situacion, asiento["datos"]["tope"]).situacion


def _mover(caso: Reproducido, tabla: Tabla, movimiento: Movimiento, asiento: Mapping[str, Any]) -> None:
    if movimiento.abre() != asiento["datos"].get("abre", {}):
        raise BitacoraIncongruente(asiento["orden"], "los turnos que abrió no son los que dice la tabla")
    for nuevo in movimiento.abiertos:
        a_mano = tabla[nuevo.actividad].tipo is not Tipo.SUBPROCEDIMIENTO
        turno = TurnoReproducido(EstadoTurno.PENDIENTE.value, asiento["orden"], a_mano=a_mano)
        caso.turnos[(nuevo.actividad, nuevo.unidad, nuevo.vuelta)] = turno
    for sobra in movimiento.cancelados:
        turno = caso.turnos[(sobra.actividad, sobra.unidad, sobra.vuelta)]
        turno.estado, turno.cierre = EstadoTurno.CANCELADO.value, asiento["orden"]
        turno.version += 1
    caso.situacion = movimiento.situacion
    if movimiento.situacion.desenlace:
        caso.estado, caso.desenlace = EstadoExpediente.CONCLUIDO.value, movimiento.situacion.desenlace


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
}
"""Qué hace cada tipo de asiento. Un tipo que no esté aquí es una bitácora que no se entiende."""
