"""Un cómputo y su explicación: las fechas, lo que se saltó y una frase que cualquiera puede cotejar.

La frase se arma sólo cuando alguien la lee: recalcular cien mil plazos no la paga.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Any

from modelos.calendario.fechas import MESES, fecha_corta
from modelos.calendario.habiles import FIN_DE_SEMANA, DiaInhabil


class Medida(StrEnum):
    """En qué se cuenta un plazo; las dos últimas las usa quien devuelve una ventana."""

    HABILES = "habiles"
    NATURALES = "naturales"
    MESES = "meses"
    ANIOS = "anios"
    VENTANA = "ventana"
    ULTIMO_HABIL = "ultimo_habil"


MEDIDAS = {
    Medida.HABILES: ("día hábil", "días hábiles"),
    Medida.NATURALES: ("día natural", "días naturales"),
    Medida.MESES: ("mes", "meses"),
    Medida.ANIOS: ("año", "años"),
}


@dataclass(frozen=True, slots=True)
class Computo:
    """Un plazo ya contado.

    desde: el evento, si es un instante en el huso de la oficina; en una ventana, su primer día.
    recibido: el día en que se tiene por recibido, bajo el perfil elegido.
    dia_1: el primero que cuenta (DH: hábil; DN, meses y años: el siguiente); en una ventana, su primer hábil.
    sin_ajuste: la fecha antes de pasarla a hábil; en una ventana, su último día natural.
    vence: el vencimiento legal bajo el perfil; en una ventana, su último hábil.
    conservador: el menor de los cuatro perfiles, sin los que ya habían vencido al suspenderse; contra él se recuerda.
    prorroga: en una ventana, el límite si cae en inhábil (LFPA art. 29); None en lo demás.
    saltados: los inhábiles (y suspendidos) que el plazo saltó; con ellos la cuenta cierra.
    por_perfil: el vencimiento en cada perfil. version: la de los calendarios con que se contó.
    nota: por qué `recibido` no es el día del evento; vacía si lo es.
    actos, motivos: lo que alguien hizo con el plazo, y lo que escribió para fundarlo.
    """

    desde: date | datetime
    recibido: date
    dia_1: date
    sin_ajuste: date
    vence: date
    conservador: date
    saltados: tuple[DiaInhabil, ...]
    perfil: str
    version: str
    por_perfil: Mapping[str, date]
    cantidad: int
    medida: Medida
    prorroga: date | None = None
    nota: str = ""
    actos: tuple[str, ...] = field(default=())
    motivos: tuple[str, ...] = field(default=())

    @property
    def explicacion(self) -> str:
        """El cómputo en una frase en español, con el día de la semana de cada fecha."""
        if self.medida in {Medida.VENTANA, Medida.ULTIMO_HABIL}:
            partes = self._de_ventana()
        elif self.es_duracion:
            partes = [f"{self._que()} desde el {_dia(self.desde)}", "es una duración y no se ajusta por inhábiles"]
            partes.append(f"termina el {fecha_corta(self.vence)}")
        else:
            partes = self._de_plazo()
        menores = [perfil for perfil, dia in self.por_perfil.items() if dia == self.conservador]
        if self.conservador != self.vence:
            cuales = ("perfil " if len(menores) == 1 else "perfiles ") + _enumerados(menores)
            partes.append(f"conservador: {fecha_corta(self.conservador)} ({cuales})")
        return "; ".join(partes)

    @property
    def explicacion_reservada(self) -> str:
        """La misma frase sin lo que alguien escribió al suspender o prorrogar: para lo que sale del sistema."""
        frase = self.explicacion
        for motivo in sorted(self.motivos, key=len, reverse=True):
            frase = frase.replace(f": {motivo}", "").replace(f" ({motivo})", "")
        return frase

    @property
    def es_duracion(self) -> bool:
        """Si corre de fecha a fecha desde el propio día, sin recepción ni ajuste (un encargo, una vigencia)."""
        return self.dia_1 == self.desde and self.medida not in {Medida.VENTANA, Medida.ULTIMO_HABIL}

    def como_json(self) -> dict[str, Any]:
        """Todo el cómputo con tipos de JSON, para guardarlo junto al plazo."""
        return {
            "desde": self.desde.isoformat(),
            "recibido": self.recibido.isoformat(),
            "dia_1": self.dia_1.isoformat(),
            "sin_ajuste": self.sin_ajuste.isoformat(),
            "vence": self.vence.isoformat(),
            "conservador": self.conservador.isoformat(),
            "prorroga": self.prorroga.isoformat() if self.prorroga else None,
            "saltados": [
                {"fecha": d.fecha.isoformat(), "motivo": d.motivo, "fundamento": d.fundamento} for d in self.saltados
            ],
            "perfil": self.perfil,
            "version": self.version,
            "por_perfil": {perfil: dia.isoformat() for perfil, dia in self.por_perfil.items()},
            "cantidad": self.cantidad,
            "medida": self.medida.value,
            "explicacion": self.explicacion,
            "explicacion_reservada": self.explicacion_reservada,
        }

    def _que(self) -> str:
        singular, plural = MEDIDAS[self.medida]
        return f"{self.cantidad} {singular if self.cantidad == 1 else plural}"

    def _de_plazo(self) -> list[str]:
        partes = [f"{self._que()} desde el {_dia(self.desde)}"]
        if self.nota:
            partes.append(f"{self.nota}: se tiene por recibido el {fecha_corta(self.recibido)}")
        partes.append(f"el día 1 es el {fecha_corta(self.dia_1)}")
        partes += self.actos
        if self.medida is Medida.HABILES:
            partes += [_saltos(self.saltados)] if self.saltados else []
        elif self.medida is not Medida.NATURALES and self.sin_ajuste.day != self.recibido.day and not self.actos:
            partes.append(f"ese mes no tiene día {self.recibido.day} y pasa al mes siguiente")
        if self.sin_ajuste != self.vence:
            partes.append(f"el {fecha_corta(self.sin_ajuste)} es inhábil y {_saltos(self.saltados)}")
        return [*partes, f"vence el {fecha_corta(self.vence)}"]

    def _de_ventana(self) -> list[str]:
        if self.medida is Medida.ULTIMO_HABIL:
            mes = f"{MESES[self.sin_ajuste.month - 1]} {self.sin_ajuste.year}"
            return [f"El último día hábil de {mes} es el {fecha_corta(self.vence)}"]
        partes = [
            f"Ventana del {_dia(self.desde)} al {fecha_corta(self.sin_ajuste)}",
            f"el primer día hábil es el {fecha_corta(self.dia_1)}",
            f"el límite es el último día hábil, {fecha_corta(self.vence)}",
        ]
        if self.prorroga is not None and self.prorroga != self.vence:
            partes.append(f"con prórroga por caer en inhábil, {fecha_corta(self.prorroga)}")
        return partes


def _dia(momento: date | datetime) -> str:
    """La fecha, y la hora con su huso si la trae."""
    if not isinstance(momento, datetime):
        return fecha_corta(momento)
    huso = momento.strftime("%z")
    return f"{fecha_corta(momento)} a las {momento:%H:%M} (UTC{huso[:3]}:{huso[3:5]})"


def _saltos(dias: tuple[DiaInhabil, ...]) -> str:
    """Los fines de semana, contados; lo demás, por tramos con el mismo motivo."""
    sueltos = [dia for dia in dias if not dia.motivo.startswith(tuple(FIN_DE_SEMANA.values()))]
    de_semana = len(dias) - len(sueltos)
    partes = [_tramo(motivo, list(tramo)) for motivo, tramo in groupby(sueltos, key=attrgetter("motivo"))]
    if de_semana:
        partes.insert(0, "1 sábado o domingo" if de_semana == 1 else f"{de_semana} sábados y domingos")
    return f"{'se salta' if len(dias) == 1 else 'se saltan'} {_enumerados(partes)}"


def _tramo(motivo: str, dias: list[DiaInhabil]) -> str:
    if len(dias) == 1:
        return f"{fecha_corta(dias[0].fecha)} ({motivo})"
    return f"{len(dias)} días del {fecha_corta(dias[0].fecha)} al {fecha_corta(dias[-1].fecha)} ({motivo})"


def _enumerados(partes: list[str]) -> str:
    return " y ".join(filter(None, (", ".join(partes[:-1]), partes[-1])))
