"""Periodos y ciclos: cada cuándo se abre solo un procedimiento, y para qué unidades.

Puro. Un periodo se escribe como se dice: `2028` (ejercicio), `2027-S1`, `2027-T3`, `2027-05`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from modelos.calendario import NOMBRES_MESES, Calendarios, Ventana, computar_ventana, fecha_corta, sumar_meses
from modelos.calendario.errores import PlazoInvalido
from modelos.tabla.unidades import Unidad

_FORMA = re.compile(r"(?P<anio>20\d\d)(-(S(?P<semestre>[12])|T(?P<trimestre>[1-4])|(?P<mes>0[1-9]|1[0-2])))?")
_ORDINALES = ("primer", "segundo", "tercer", "cuarto")


class Cada(StrEnum):
    """Cada cuándo; el valor es lo que se muestra."""

    ANUAL = "anual"
    SEMESTRAL = "semestral"
    TRIMESTRAL = "trimestral"
    MENSUAL = "mensual"


MESES = {Cada.ANUAL: 12, Cada.SEMESTRAL: 6, Cada.TRIMESTRAL: 3, Cada.MENSUAL: 1}
PATRONES = {
    Cada.ANUAL: r"^20\d\d$",
    Cada.SEMESTRAL: r"^20\d\d-S[12]$",
    Cada.TRIMESTRAL: r"^20\d\d-T[1-4]$",
    Cada.MENSUAL: r"^20\d\d-(0[1-9]|1[0-2])$",
}


@dataclass(frozen=True, slots=True)
class Periodo:
    """Un año, semestre, trimestre o mes; `numero` va desde 1 dentro de su año."""

    cada: Cada
    anio: int
    numero: int = 1

    @classmethod
    def leer(cls, clave: str) -> Periodo:
        """El periodo que dice la clave.

        Lanza:
            PlazoInvalido: no tiene ninguna de las formas.
        """
        partes = _FORMA.fullmatch(clave)
        if partes is None:
            raise PlazoInvalido(f"«{clave}» no es un periodo", "Escriba 2028, 2027-S1, 2027-T3 o 2027-05.")
        anio = int(partes["anio"])
        for cada, grupo in ((Cada.SEMESTRAL, "semestre"), (Cada.TRIMESTRAL, "trimestre"), (Cada.MENSUAL, "mes")):
            if partes[grupo]:
                return cls(cada, anio, int(partes[grupo]))
        return cls(Cada.ANUAL, anio)

    @property
    def clave(self) -> str:
        """Como se guarda y se captura."""
        colas = {
            Cada.ANUAL: "",
            Cada.SEMESTRAL: f"-S{self.numero}",
            Cada.TRIMESTRAL: f"-T{self.numero}",
            Cada.MENSUAL: f"-{self.numero:02d}",
        }
        return f"{self.anio}{colas[self.cada]}"

    @property
    def ventana(self) -> Ventana:
        """Del primero al último día natural, ambos incluidos."""
        largo = MESES[self.cada]
        inicio = date(self.anio, (self.numero - 1) * largo + 1, 1)
        return Ventana(inicio, sumar_meses(inicio, largo) - timedelta(1))

    @property
    def cierra_trimestre(self) -> bool:
        """Si termina con un trimestre: marzo, junio, septiembre, diciembre, o uno más largo."""
        return self.ventana.fin.month % 3 == 0


def nombre_periodo(periodo: Periodo) -> str:
    """Como se lee: «2028», «segundo semestre de 2027», «mayo de 2027»."""
    if periodo.cada is Cada.ANUAL:
        return str(periodo.anio)
    if periodo.cada is Cada.MENSUAL:
        return f"{NOMBRES_MESES[periodo.numero - 1]} de {periodo.anio}"
    que = "semestre" if periodo.cada is Cada.SEMESTRAL else "trimestre"
    return f"{_ORDINALES[periodo.numero - 1]} {que} de {periodo.anio}"


@dataclass(frozen=True)
class Ciclo:
    """Cuándo se abre solo, por cada periodo y cada unidad activa del grupo.

    desfase: meses del inicio del periodo al mes en que se abre, el primer día hábil; negativo: antes.
    dura: meses durante los que abrirlo todavía sirve; pasados, un periodo que nadie abrió ya no se abre solo.
    grupo: una apertura por unidad activa; None: una sola para todos. `dato`: el campo inicial que la nombra.
    """

    cada: Cada
    desfase: int
    dura: int
    fundamento: str
    grupo: Unidad | None = None
    dato: str = ""
    inferido: str = ""

    def apertura(self, periodo: Periodo, calendarios: Calendarios | None = None) -> date:
        """El primer día hábil del mes en que se abre ese periodo.

        Lanza:
            CalendarioSinPublicar: falta ese año.
        """
        return computar_ventana(self._mes(periodo), calendarios=calendarios).dia_1

    def natural(self, periodo: Periodo) -> date:
        """El primer día natural del mes en que se abre: el orden de los periodos, sin calendario."""
        return self._mes(periodo).inicio

    def limite(self, periodo: Periodo) -> date:
        """El último día en que abrirlo todavía sirve."""
        return sumar_meses(self.natural(periodo), self.dura) - timedelta(1)

    def periodos(self, desde: date, hasta: date) -> Iterator[Periodo]:
        """Los que se abren en un mes que toca ese tramo, en orden; ambas fechas incluidas."""
        por_anio = 12 // MESES[self.cada]
        for anio in range(desde.year - 2, hasta.year + 3):
            for numero in range(1, por_anio + 1):
                periodo = Periodo(self.cada, anio, numero)
                mes = self._mes(periodo)
                if mes.inicio <= hasta and mes.fin >= desde:
                    yield periodo

    def _mes(self, periodo: Periodo) -> Ventana:
        inicio = sumar_meses(periodo.ventana.inicio, self.desfase)
        return Ventana(inicio, sumar_meses(inicio, 1) - timedelta(1))

    def frase(self, periodo: Periodo) -> str:
        """Cuándo se abre, para quien lo lee: «se abre el jue 1 abr 2027»."""
        return f"se abre el {fecha_corta(self.apertura(periodo))}"
