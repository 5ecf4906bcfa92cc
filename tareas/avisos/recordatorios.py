"""El barrido diario: qué hitos tocan hoy, y a quién se le hace saber cada uno.

Por lotes, cada uno en su transacción: lo visto, los avisos y el siguiente hito del plazo se confirman
juntos, así que puede morir en cualquier línea y correr en varios motores a la vez sin repetir ni faltar.
Si nadie barrió varios días, de cada plazo sólo se avisa el hito más reciente; los otros quedan vistos.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from modelos import reloj
from modelos.avisos.a_quien import Interesado, Organigrama
from modelos.calendario import Calendario
from modelos.calendario.errores import CalendarioSinPublicar
from modelos.dias.dia import Oficina, oficinas
from modelos.expedientes.expediente import ABIERTOS
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.plazos import hitos
from modelos.plazos.hitos import Visto
from modelos.plazos.plazo import base_de_insistencia, llave_de_hito
from modelos.sesion import transaccion

LOTE = 2000
INSISTENCIAS = 5
"""Las del ajuste, si no se dice otra cosa."""
RESPIRO_S = 0.015
"""Pausa entre lotes: en SQLite quien espera para escribir sólo asoma de vez en cuando, y sin ella no entraría."""


@dataclass
class ResumenDeBarrido:
    """Lo que hizo un barrido.

    plazos: los que tenían un hito por verse. recordatorios: hitos que se avisaron; sustituidos: los que no, por haber
    otro más reciente. notificaciones: avisos a personas. sin_calendario: plazos cuya siguiente insistencia cae en un
    año sin publicar, que se vuelven a mirar al día siguiente.
    completo: falso si otro motor tenía tomado alguno; entonces hay que volver a barrer ese día.
    """

    plazos: int = 0
    recordatorios: int = 0
    sustituidos: int = 0
    notificaciones: int = 0
    sin_calendario: int = 0
    completo: bool = False

    def __str__(self) -> str:
        return (
            f"{self.plazos} plazos: {self.recordatorios} recordatorios a {self.notificaciones} personas, "
            f"{self.sustituidos} hitos atrasados sin avisar"
        )


@dataclass(frozen=True)
class Hito:
    """Un aviso de un plazo y el día en que toca."""

    nombre: str
    toca: date


@dataclass(frozen=True)
class _Mirado:
    """Un plazo, mirado hoy. tocan: sus hitos que ya tocan, en orden. avance: cómo queda, para `hitos.guardar`.

    publicado: si su calendario alcanza para saber cuándo se vuelve a mirar.
    """

    tocan: list[Hito]
    avance: dict[str, Any]
    publicado: bool


def barrer(
    url: str,
    dia: date,
    lote: int = LOTE,
    avance: Callable[[int], None] | None = None,
    insistencias: int = INSISTENCIAS,
) -> ResumenDeBarrido:
    """Ve los hitos que tocan en `dia` o antes y aún no se habían visto.

    Recibe:
        dia: fecha del centro de México, inclusive.
        lote: plazos por transacción.
        insistencias: cuántas veces se insiste en lo vencido; después sólo va en el resumen de la semana.
        avance: se llama tras cada lote con cuántos plazos van.
    """
    resumen, organigrama, desde = ResumenDeBarrido(), None, hitos.DESDE_EL_PRINCIPIO
    while True:
        with transaccion(url) as s:
            if organigrama is None:
                organigrama = Organigrama(s).completo()
            organigrama.s = s
            filas = hitos.por_ver(s, dia, lote, desde)
            if filas:
                _ver_lote(s, filas, dia, organigrama, resumen, insistencias)
            elif desde == hitos.DESDE_EL_PRINCIPIO:
                resumen.completo = not hitos.quedan(s, dia)
                return resumen
        # Al llegar al final se vuelve a empezar, por lo que otro tenía tomado o apareció entre tanto.
        desde = (filas[-1].proximo, filas[-1].id) if filas else hitos.DESDE_EL_PRINCIPIO
        if avance and filas:
            avance(resumen.plazos)
        if url.startswith("sqlite"):
            time.sleep(RESPIRO_S)


def _ver_lote(
    s: Session,
    filas: Any,  # noqa: ANN401 - renglones de SQL
    dia: date,
    organigrama: Organigrama,
    resumen: ResumenDeBarrido,
    maximo: int,
) -> None:
    de_unidad = oficinas(s, {f.unidad for f in filas})
    ocupadas = hitos.ocupadas(s, {f.folio for f in filas if f.turno_id is None and f.atendido is None})
    procedimientos = hitos.procedimientos(s, {f.folio for f in filas if f.atendido is not None})
    visto = Visto([], [], [])
    for f in filas:
        mirado = _mirar(f, de_unidad[f.unidad], dia, maximo)
        visto.plazos.append(mirado.avance)
        resumen.sin_calendario += not mirado.publicado
        if not mirado.tocan:
            continue
        vigente = _se_debe_todavia(f)
        visto.recordatorios += _constancias(f, mirado.tocan, enviado=vigente)
        resumen.recordatorios += vigente
        resumen.sustituidos += len(mirado.tocan) - vigente
        if vigente:
            deben = quienes_lo_deben(f, ocupadas, organigrama, procedimientos.get(f.folio, ""))
            visto.notificaciones += _avisos(f, mirado.tocan[-1], deben)
    hitos.guardar(s, visto, reloj.ahora(), dia)
    resumen.plazos += len(filas)
    resumen.notificaciones += len(visto.notificaciones)


def _se_debe_todavia(f: Any) -> bool:  # noqa: ANN401 - renglón de SQL
    """Si nadie lo ha atendido, o se atendió y sólo espera su oficio."""
    return f.atendido is not None or f.turno_estado is None or f.turno_estado in ABIERTOS


def _constancias(
    f: Any,  # noqa: ANN401 - renglón de SQL
    tocan: Sequence[Hito],
    *,
    enviado: bool,
) -> list[dict[str, Any]]:
    """De cada hito que se vio; de los que se juntaron sólo se avisa el último."""
    return [
        {
            "plazo_id": f.id,
            "hito": llave_de_hito(hito.nombre, f.vuelta),
            "toca": hito.toca.isoformat(),
            "enviado": enviado and hito is tocan[-1],
        }
        for hito in tocan
    ]


def _mirar(
    f: Any,  # noqa: ANN401 - renglón de SQL
    oficina: Oficina,
    dia: date,
    maximo: int,
) -> _Mirado:
    limite = dia.isoformat()
    tocan = [Hito(nombre, date.fromisoformat(fecha)) for nombre, fecha in f.hitos if fecha <= limite]
    faltan = f.hitos[len(tocan) :]
    vistas, publicado = f.insistencias, True
    sigue: date | None = None
    if faltan:
        sigue = date.fromisoformat(faltan[0][1])
    elif f.conservador is not None:
        try:
            insisten, sigue = _insistencias(f, oficina.calendarios[f.perfil], dia, maximo)
            tocan += insisten
            vistas += len(insisten)
        except CalendarioSinPublicar:
            sigue, publicado = dia + timedelta(days=1), False
    proximo = sigue.isoformat() if sigue else None
    return _Mirado(tocan, {"cual": f.id, "quedan": faltan, "vistas": vistas, "sigue": proximo}, publicado)


def _insistencias(
    f: Any,  # noqa: ANN401 - renglón de SQL
    calendario: Calendario,
    dia: date,
    maximo: int,
) -> tuple[list[Hito], date | None]:
    """Las insistencias de vencido que ya tocan y no se habían visto, y el día de la siguiente; None: ya no hay más."""
    if f.insistencias >= maximo:
        return [], None
    cada = max(1, f.vencido_cada)
    base = base_de_insistencia(f.conservador, f.abierto, f.suspensiones, f.compromiso)
    ultima = min(maximo, max(f.insistencias, calendario.contar(base, dia) // cada))
    tocan = [Hito(f"vencido-{k}", calendario.sumar(base, cada * k)) for k in range(f.insistencias + 1, ultima + 1)]
    return tocan, calendario.sumar(base, cada * (ultima + 1)) if ultima < maximo else None


def _avisos(
    f: Any,  # noqa: ANN401 - renglón de SQL
    hito: Hito,
    deben: Sequence[Interesado],
) -> list[dict[str, Any]]:
    """Una notificación por persona de quienes lo deben; a los de arriba se les dice en el resumen de la semana.

    Del que ya se atendió y espera su oficio no se nombra el turno: ya no hay qué responder en él.
    """
    clave, fecha = f"hito:{f.id}:{llave_de_hito(hito.nombre, f.vuelta)}", hito.toca.isoformat()
    return [
        hitos.notificacion(
            quien.persona,
            clave,
            ClaseDeNotificacion.HITO,
            f.folio,
            turno=None if f.atendido else f.turno_id,
            plazo=f.id,
            datos={"hito": hito.nombre, "toca": fecha, "para": quien.por, "sube": quien.sube},
        )
        for quien in deben
    ]


def quienes_lo_deben(
    f: Any,  # noqa: ANN401 - renglón de SQL
    ocupadas: dict[str, list[tuple[str, int | None]]],
    organigrama: Organigrama,
    procedimiento: str,
) -> list[Interesado]:
    """Las personas que deben ese plazo, cada una por la primera unidad que le toca.

    ocupadas: de cada expediente, sus turnos abiertos (`hitos.ocupadas`): un tramo lo carga quien los tiene.
    El que ya se atendió y espera su oficio lo debe quien firma los de ese procedimiento.
    """
    if f.atendido is not None:
        return list({quien.persona: quien for quien in organigrama.firma(f.unidad, procedimiento)}.values())
    deben = [(f.unidad, f.tomado_por)] if f.turno_id else [*ocupadas.get(f.folio, ()), (f.unidad, None)]
    para: dict[int, Interesado] = {}
    for unidad, tomado_por in deben:
        for quien in organigrama.toca(unidad, tomado_por):
            para.setdefault(quien.persona, quien)
    return list(para.values())
