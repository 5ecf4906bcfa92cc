"""Qué pasará si se elige cada respuesta: a quién le llegará, cuánto tendrá y hasta cuándo.

No se adivina leyendo la tabla: se hace el mismo movimiento que haría el acto y se cuentan sus plazos, sin guardar
nada. Lo que dependa de un dato que aún no se captura se dice así.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.vistas import reglas_plazo
from api.web.piezas import frases
from api.web.piezas.pagina import enumera
from modelos import reloj
from modelos.actos.plazos import plazos
from modelos.actos.turnos.mover import id_turno
from modelos.actos.turnos.reparto import repartir
from modelos.calendario import fecha_corta
from modelos.columnas import de_los
from modelos.errores import FormularioIncompleto
from modelos.expedientes.errores import SinDestinatarios
from modelos.expedientes.expediente import Expediente
from modelos.oficios import deuda
from modelos.organizacion.organigrama import responsables
from modelos.plazos.plazo import POR_CUMPLIR, Plazo
from modelos.tabla import Tabla, avance
from modelos.tabla.actividad import Actividad
from modelos.tabla.avance import Movimiento, Pendiente, Situacion
from modelos.tabla.errores import BitacoraIncongruente, TopeDeVueltas

UNIDADES_A_LA_VISTA = 5


@dataclass(frozen=True)
class Previsto:
    """Lo que pasará, en una frase sin mayúscula ni punto; procede: si hoy se podría registrar."""

    frase: str
    procede: bool = True


@dataclass(frozen=True)
class Primero:
    """A quién le llega el primer turno. unidad: vacía si depende de lo que se capture; personas: cuántas lo ven hoy."""

    frase: str
    unidad: str
    personas: int


def al_responder(
    s: Session, tabla: Tabla, expediente: Expediente, turno: Pendiente, ahora: datetime
) -> dict[str, Previsto]:
    """Lo que pasará con cada salida de un turno abierto, por etiqueta."""
    actividad = tabla[turno.actividad]
    return {salida: _con(s, tabla, expediente, turno, salida, ahora) for salida in actividad.salidas}


def al_iniciar(s: Session, tabla: Tabla, *, en_campana: bool = False) -> Primero:
    """A quién le llegará el primer turno de un expediente nuevo; en_campana: de los que se abren a muchas unidades."""
    primera = tabla.primera_a_mano
    cual = f"{_numero(primera)}: {frases.en_medio(primera.accion)}"
    if primera.segun and en_campana:
        return Primero(f"su {primera.responsable} ({cual}){_regla(tabla, primera)}", "", 0)
    if primera.segun:
        titulo = reglas_plazo.campo(tabla, primera.segun)[0]
        return Primero(f"la unidad que elija en «{titulo}» ({cual}){_regla(tabla, primera)}", "", 0)
    unidad = primera.responsable.value
    return Primero(f"{unidad} ({cual}){_regla(tabla, primera)}", unidad, len(responsables(s, unidad)))


# --- piezas --------------------------------------------------------------------


def _con(s: Session, tabla: Tabla, expediente: Expediente, turno: Pendiente, salida: str, ahora: datetime) -> Previsto:
    situacion = Situacion.de_json(expediente.situacion)
    destinos = repartir(s, expediente.datos)
    try:
        movimiento = avance.atender(tabla, situacion, turno, salida, destinos, expediente.folio)
        movimiento = _y_lo_que_decide_el_sistema(tabla, movimiento, expediente, destinos)
    except TopeDeVueltas as error:
        tope = f"{error.tope} {'vez' if error.tope == 1 else 'veces'}"
        return Previsto(f"ya no procede: se devolvió {tope}, el tope; la coordinación puede ampliarlo", procede=False)
    except SinDestinatarios as error:
        return Previsto(f"no se puede: va a cada {error.tipo} y no hay ninguno activo", procede=False)
    except (FormularioIncompleto, KeyError):
        return Previsto(_de_la_tabla(tabla, turno, salida))  # depende de lo que capture en este mismo paso
    except BitacoraIncongruente:
        return Previsto(_de_la_tabla(tabla, turno, salida), procede=False)
    if movimiento.situacion.desenlace and (faltan := deuda.exigidos_sin_firmar(s, tabla, expediente, (turno, salida))):
        cuales = enumera(f"{emision.clave} de {de}" for _, emision, de in faltan)
        return Previsto(f"terminaría el expediente, y la norma exige que antes se firme {cuales}", procede=False)
    return Previsto(_frase(s, tabla, expediente, turno, salida, movimiento, ahora))


def _y_lo_que_decide_el_sistema(
    tabla: Tabla, movimiento: Movimiento, expediente: Expediente, destinos: avance.Destinatarios
) -> Movimiento:
    """El movimiento, con las actividades automáticas ya decididas."""
    abiertos, cancelados, situacion = list(movimiento.abiertos), movimiento.cancelados, movimiento.situacion
    while sola := next((t for t in abiertos if tabla[t.actividad].decide), None):
        decide = tabla[sola.actividad].decide
        salida = decide(expediente.datos) if decide else ""
        otro = avance.atender(tabla, situacion, sola, salida, destinos, expediente.folio)
        abiertos.remove(sola)
        abiertos += otro.abiertos
        situacion = otro.situacion
    return Movimiento(situacion, tuple(abiertos), cancelados)


def _frase(
    s: Session,
    tabla: Tabla,
    expediente: Expediente,
    turno: Pendiente,
    salida: str,
    movimiento: Movimiento,
    ahora: datetime,
) -> str:
    ids: dict[object, str] = {t: id_turno(expediente.folio, t) for t in movimiento.abiertos}
    contados = plazos.preparar(s, expediente, tabla, movimiento, ids, ahora, (turno.actividad, salida))
    de_turno = {p["turno_id"]: p for p in contados if p["turno_id"]}
    devuelve = tabla[turno.actividad].salidas[salida].devuelve
    corre = _tramo_que_corre(s, tabla, expediente.folio, turno.actividad, contados)
    partes = [
        _pasa(tabla[clave], suyos, turno.unidad, de_turno.get(ids[suyos[0]]) or corre, devuelve=devuelve)
        for clave, suyos in _por_actividad(movimiento.abiertos).items()
    ]
    partes += [_tramo(p) for p in contados if not p["turno_id"]]
    if final := movimiento.situacion.desenlace:
        partes.append(_termina(final))
    return "; además, ".join(partes or [_espera(tabla, turno, movimiento.situacion)])


def _por_actividad(turnos: Iterable[Pendiente]) -> dict[str, list[Pendiente]]:
    juntos: dict[str, list[Pendiente]] = {}
    for turno in turnos:
        juntos.setdefault(turno.actividad, []).append(turno)
    return juntos


def _termina(desenlace: str) -> str:
    como = frases.texto_final(desenlace)
    return f"terminará el expediente{f': {como}' if como else ''}"


def _pasa(
    destino: Actividad, suyos: Sequence[Pendiente], de: str, plazo: Mapping[str, Any] | None, *, devuelve: bool
) -> str:
    cual = f"{_numero(destino)}: {frases.en_medio(destino.accion)}"
    if destino.subprocedimiento:
        return f"se abrirá el expediente de otro procedimiento ({cual}) y se esperará a que concluya"
    unidades = [t.unidad for t in suyos]
    if len(unidades) == 1:
        verbo = "regresará a" if devuelve else "seguirá en" if unidades[0] == de else "pasará a"
        quien = (
            unidades[0] if not destino.captura else f"{unidades[0]}, que responde en nombre {frases.de(destino.unidad)}"
        )
        return f"{verbo} {quien} ({cual}){_tendra(plazo, 'que tendrá')}"
    dichas = (
        enumera(unidades)
        if len(unidades) <= UNIDADES_A_LA_VISTA
        else (f"{', '.join(unidades[:UNIDADES_A_LA_VISTA])} y {len(unidades) - UNIDADES_A_LA_VISTA} más")
    )
    return f"pasará a {len(unidades)} unidades a la vez, {dichas} ({cual}){_tendra(plazo, 'que tendrán')}"


def _tramo_que_corre(
    s: Session, tabla: Tabla, folio: str, actividad: str, contados: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """El plazo de varias actividades que regirá a lo que se abra sin plazo propio; None si ninguno.

    contados: los que empezarán con esta respuesta. Los que con ella se cumplen ya no rigen.
    """
    se_cumplen = {t.regla.clave for t in tabla.tramos if actividad in t.cumplen}
    corren = select(Plazo).where(
        col(Plazo.folio) == folio,
        col(Plazo.turno_id).is_(None),
        col(Plazo.atendido).is_(None),
        de_los(col(Plazo.estado), POR_CUMPLIR),
    )
    suyos: list[Mapping[str, Any]] = [
        {"vence": p.vence, "regla": p.regla, "abierto": p.abierto}
        for p in s.scalars(corren)
        if p.clave not in se_cumplen
    ]
    suyos += [p for p in contados if not p["turno_id"]]
    return min(suyos, key=lambda p: (p["vence"] is None, p["vence"] or date.max), default=None)


def _tendra(plazo: Mapping[str, Any] | None, verbo: str) -> str:
    """«, que tendrá 15 días hábiles: hasta el lun 14 dic 2026»."""
    if plazo is None:
        return ", sin plazo fijado"
    hasta = plazo["vence"]
    if hasta is None:
        return ", con un plazo que todavía no se puede calcular"
    if hasta < reloj.hoy():
        return f", con un plazo que ya venció el {_dia(hasta)}"
    regla = plazo["regla"]
    # Lo que se cuenta desde antes ya va corrido: de eso sólo se dice la fecha.
    desde_que_llega = regla["evento"] == plazo["abierto"].isoformat() and regla["cantidad"]
    cuanto = reglas_plazo.medida(regla["medida"], regla["cantidad"]) if desde_que_llega else ""
    return f", {verbo} {cuanto}: hasta el {_dia(hasta)}" if cuanto else f", {verbo} hasta el {_dia(hasta)}"


def _tramo(plazo: Mapping[str, Any]) -> str:
    hasta = f", que vence el {_dia(plazo['vence'])}" if plazo["vence"] else ""
    return f"empezará a correr «{plazo['que']}»{hasta}"


def _espera(tabla: Tabla, turno: Pendiente, situacion: Situacion) -> str:
    """Por qué no se abre nada todavía."""
    hermanos = [t.unidad for t in situacion.pendientes if t.actividad == turno.actividad]
    if len(hermanos) == 1:
        return f"se seguirá cuando también responda {hermanos[0]}"
    if hermanos:
        return f"se seguirá cuando también respondan {len(hermanos)} unidades más"
    uniones = [tabla[clave] for clave in situacion.llegadas]
    faltan = [frases.rotulo(tabla, c) for u in uniones for c in u.une if c not in situacion.llegadas[u.clave]]
    return f"se seguirá cuando también esté hecha la {enumera(faltan, 'y la')}" if faltan else "no se abre nada más"


def _de_la_tabla(tabla: Tabla, turno: Pendiente, salida: str) -> str:
    camino = next(c for c in frases.caminos(tabla, tabla[turno.actividad]) if c.etiqueta == salida)
    return f"{camino.frase}, según lo que capture" if camino.destinos else camino.frase


def _regla(tabla: Tabla, actividad: Actividad) -> str:
    return f"; su plazo: {reglas_plazo.regla(tabla, actividad.plazo).rstrip(',')}" if actividad.plazo else ""


def _numero(actividad: Actividad) -> str:
    return f"actividad {actividad.numero_impreso}" if actividad.numero_impreso else "actividad añadida"


def _dia(fecha: date) -> str:
    return fecha_corta(fecha)
