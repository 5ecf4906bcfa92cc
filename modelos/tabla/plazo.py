"""El plazo como lo escribe una tabla: cuánto, desde qué corre y cuándo se recuerda.

Puro. La tabla dice la regla; al abrirse un turno (o al empezar un tramo) la regla se resuelve con
lo capturado y queda como `Resuelto`, que cabe en JSON y basta para contarla y volverla a contar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from modelos.calendario import (
    Ampliacion,
    Calendarios,
    Computo,
    Horario,
    Medida,
    Suspension,
    Ventana,
    computar,
    computar_ventana,
    meses,
    quincena,
    ultimo_habil,
)
from modelos.calendario.errores import CalendarioSinPublicar, PlazoInvalido
from modelos.tabla.periodo import Periodo
from modelos.tabla.unidades import Unidad

DEL_TURNO = "turno"
DEL_PERIODO = "periodo"


@dataclass(frozen=True)
class Hitos:
    """Cuándo se recuerda, en días hábiles contra la fecha conservadora (dominio 03 §3.1, inferido).

    antes: cuántos faltan; 0 es el propio día. corridos: cuántos van desde que se tiene por recibido.
    vencido_cada: cada cuántos se insiste después de vencer, un nivel más arriba cada vez.
    """

    antes: tuple[int, ...] = (30, 15, 7, 3, 1, 0)
    corridos: tuple[int, ...] = ()
    vencido_cada: int = 3


USUALES = Hitos()
RESPUESTA_OFICIAL = Hitos(antes=(), corridos=(30, 45, 60, 75, 80, 85, 88, 90))
"""Los de PL-01 (dominio 03 §3.1)."""


@dataclass(frozen=True)
class Dias:
    """Tantos días, meses o años desde un evento.

    cantidad: el número, o el nombre del dato que lo lleva (un parámetro que se captura al iniciar).
    desde: `turno` (se abre), `periodo` (termina) o el nombre del dato que lleva la fecha.
    recepcion: si el evento se recibe (en día u hora inhábil pasa al hábil siguiente) o es un hecho (ADR 0020).
    """

    cantidad: int | str
    medida: Medida = Medida.HABILES
    desde: str = DEL_TURNO
    recepcion: bool | None = None


@dataclass(frozen=True)
class EnVentana:
    """Dentro de unos meses del año, completos, o de una quincena del primero.

    anio: años de diferencia con el del periodo (−1: el ejercicio anterior).
    """

    primero: int
    ultimo: int | None = None
    quincena: int | None = None
    anio: int = 0


@dataclass(frozen=True)
class UltimoHabilDelMes:
    """A más tardar el último día hábil del mes en que termina el periodo."""


@dataclass(frozen=True)
class ReglaPlazo:
    """Un plazo de la tabla.

    clave: la del catálogo (`PL-05`), o una propia si la fuente no lo fija. que: qué vence, en pocas palabras.
    acto: el oficio con que se cumple (`OF-29`), si cumplirlo es un acto escrito; vacío: lo cumple atender.
    inferido: qué no dice la fuente y se decidió aquí; vacío si lo dice.
    """

    clave: str
    que: str
    cuenta: Dias | EnVentana | UltimoHabilDelMes
    fundamento: str
    hitos: Hitos = USUALES
    acto: str = ""
    inferido: str = ""


@dataclass(frozen=True)
class Tramo:
    """Un plazo que abarca varias actividades.

    empieza: (actividad, salida) que, al atenderse, lo echa a correr. cumplen: actividades que lo cierran, o las del
    acto escrito con que se cumple.
    responde: la unidad que lo debe, además de quien tenga el turno.
    """

    regla: ReglaPlazo
    empieza: tuple[str, str]
    cumplen: tuple[str, ...]
    responde: Unidad


@dataclass(frozen=True)
class Resuelto:
    """La regla con sus datos puestos: sólo falta el calendario.

    evento: instante o fecha desde que corre; en una ventana, None. ventana: su primer y último día natural.
    """

    medida: Medida
    cantidad: int = 0
    evento: date | datetime | None = None
    recepcion: bool | None = None
    ventana: Ventana | None = None
    anio_mes: tuple[int, int] | None = None

    def a_json(self) -> dict[str, Any]:
        """Como se guarda y se asienta."""
        return {
            "medida": self.medida.value,
            "cantidad": self.cantidad,
            "evento": self.evento.isoformat() if self.evento else None,
            "recepcion": self.recepcion,
            "ventana": [self.ventana.inicio.isoformat(), self.ventana.fin.isoformat()] if self.ventana else None,
            "mes": list(self.anio_mes) if self.anio_mes else None,
        }

    @classmethod
    def de_json(cls, crudo: Mapping[str, Any]) -> Resuelto:
        """Lo guardado con `a_json`."""
        ventana, mes = crudo["ventana"], crudo["mes"]
        return cls(
            Medida(crudo["medida"]),
            crudo["cantidad"],
            leer_momento(crudo["evento"]) if crudo["evento"] else None,
            crudo["recepcion"],
            Ventana(date.fromisoformat(ventana[0]), date.fromisoformat(ventana[1])) if ventana else None,
            (mes[0], mes[1]) if mes else None,
        )

    @property
    def se_detiene(self) -> bool:
        """Si se puede suspender y prorrogar: una ventana del año no se mueve por eso."""
        return self.evento is not None

    def contar(
        self,
        calendarios: Calendarios,
        *,
        perfil: str,
        horario: Horario,
        suspensiones: Sequence[Suspension] = (),
        ampliaciones: Sequence[Ampliacion] = (),
        cantidad: int | None = None,
    ) -> Computo:
        """El vencimiento explicado; `cantidad`: otra que la propia, para fechar un hito.

        Lanza:
            CalendarioSinPublicar, PerfilDesconocido, PlazoInvalido, AmpliacionExcesiva.
        """
        if self.ventana is not None:
            return computar_ventana(self.ventana, perfil=perfil, calendarios=calendarios)
        if self.anio_mes is not None:
            return ultimo_habil(*self.anio_mes, perfil=perfil, calendarios=calendarios)
        if self.evento is None:
            raise PlazoInvalido("no se sabe desde cuándo corre", "Capture la fecha del evento.")
        return computar(
            self.evento,
            self.cantidad if cantidad is None else cantidad,
            self.medida,
            perfil=perfil,
            calendarios=calendarios,
            horario=horario,
            es_recepcion=self.recepcion,
            suspensiones=suspensiones,
            ampliaciones=ampliaciones,
            estricto=False,
        )


def resolver(regla: ReglaPlazo, datos: Mapping[str, Any], abierto: datetime) -> Resuelto:
    """La regla con lo capturado. `datos` lleva `periodo` si alguna regla lo usa; `abierto`: cuándo empieza a correr.

    Lanza:
        PlazoInvalido: falta el dato de que depende, o no se entiende.
    """
    cuenta = regla.cuenta
    if isinstance(cuenta, Dias):
        cantidad = cuenta.cantidad if isinstance(cuenta.cantidad, int) else _dato(regla, datos, cuenta.cantidad)
        return Resuelto(cuenta.medida, int(cantidad), _evento(regla, cuenta, datos, abierto), cuenta.recepcion)
    periodo = Periodo.leer(str(_dato(regla, datos, DEL_PERIODO)))
    if isinstance(cuenta, EnVentana):
        anio = periodo.anio + cuenta.anio
        if cuenta.quincena:
            return Resuelto(Medida.VENTANA, ventana=quincena(anio, cuenta.primero, cuenta.quincena))
        return Resuelto(Medida.VENTANA, ventana=meses(anio, cuenta.primero, cuenta.ultimo))
    fin = periodo.ventana.fin
    return Resuelto(Medida.ULTIMO_HABIL, anio_mes=(fin.year, fin.month))


def leer_momento(texto: str) -> date | datetime:
    """Una fecha (`2027-05-31`) o un instante con zona."""
    return datetime.fromisoformat(texto) if "T" in texto else date.fromisoformat(texto)


def _evento(regla: ReglaPlazo, cuenta: Dias, datos: Mapping[str, Any], abierto: datetime) -> date | datetime:
    if cuenta.desde == DEL_TURNO:
        return abierto
    if cuenta.desde == DEL_PERIODO:
        return Periodo.leer(str(_dato(regla, datos, DEL_PERIODO))).ventana.fin
    return leer_momento(str(_dato(regla, datos, cuenta.desde)))


def _dato(regla: ReglaPlazo, datos: Mapping[str, Any], campo: str) -> Any:  # noqa: ANN401 - viene de JSON
    if datos.get(campo) in (None, ""):
        raise PlazoInvalido(f"«{regla.que}» depende de «{campo}», que no se ha capturado", "Captúrelo.")
    return datos[campo]


@dataclass(frozen=True)
class Programado:
    """Un hito con su día."""

    hito: str
    fecha: date


def programar(
    hitos: Hitos,
    resuelto: Resuelto,
    computo: Computo,
    calendarios: Calendarios,
    *,
    horario: Horario,
    suspensiones: Sequence[Suspension] = (),
) -> list[Programado]:
    """Los hitos de un plazo ya contado, hasta el día en que vence, en orden de fecha.

    Los que caen después de la fecha conservadora no se programan: ese día ya hay uno. Un plazo que
    sólo recuerda por días corridos y se prorrogó recuerda además, de ahí en adelante, los usuales.
    """
    cal = calendarios[computo.perfil]
    antes = hitos.antes or (USUALES.antes if computo.actos else ())
    fechas: dict[str, date] = {}
    for n in antes:
        with suppress(CalendarioSinPublicar):  # cae antes del primer año publicado: ya pasó
            fechas[f"antes-{n}" if n else "dia"] = cal.restar(computo.conservador, n)
    if resuelto.medida is Medida.HABILES and resuelto.evento is not None:
        for n in hitos.corridos:
            fechas[f"corridos-{n}"] = _corridos(n, resuelto, computo.perfil, calendarios, horario, suspensiones)
    en_orden = sorted(fechas.items(), key=lambda par: par[1])
    return [Programado(hito, fecha) for hito, fecha in en_orden if fecha <= computo.conservador]


def _corridos(
    n: int,
    resuelto: Resuelto,
    perfil: str,
    calendarios: Calendarios,
    horario: Horario,
    suspensiones: Sequence[Suspension],
) -> date:
    """El día en que van `n` corridos; sólo lo mueven las suspensiones que empezaron antes de ese día."""
    previas = 0
    while True:
        contado = resuelto.contar(
            calendarios, perfil=perfil, horario=horario, suspensiones=suspensiones[:previas], cantidad=n
        )
        if previas == len(suspensiones) or suspensiones[previas].desde >= contado.vence:
            return contado.conservador
        previas += 1
