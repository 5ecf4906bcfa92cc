"""Un calendario: qué días son hábiles entre el primer y el último año publicado, y cómo se cuentan.

Cada pregunta cuesta lo mismo para 3 días que para 90: la lista de hábiles y su cuenta
acumulada se arman una vez, y contar o saltar es restar o indexar. Fuera de los años
publicados no hay respuesta: se lanza CalendarioSinPublicar, nunca se extrapola.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from modelos.calendario.errores import CalendarioSinPublicar
from modelos.calendario.fechas import unidos

FIN_DE_SEMANA = {5: "sábado", 6: "domingo"}
FUNDAMENTO_FIN_DE_SEMANA = "LFPA art. 28"
CARPETA = "modelos/calendario/datos"


@dataclass(frozen=True, slots=True)
class DiaInhabil:
    """Un día que no se cuenta, y quién lo dice.

    verificacion: «V», vista en la fuente; «M», de memoria; vacía en fines de semana e institucionales.
    """

    fecha: date
    motivo: str
    fundamento: str
    fuente: str = ""
    verificacion: str = ""


class Calendario:
    """Los días hábiles de un perfil en los años publicados, ya con los institucionales que le apliquen."""

    __slots__ = ("_base", "_cuenta", "_habiles", "_inhabiles", "archivo", "hasta_anio", "perfil", "total")

    def __init__(
        self,
        perfil: str,
        anios: range,
        archivo: str,
        inhabiles: Mapping[date, DiaInhabil],
        habilitados: Iterable[date] = (),
    ) -> None:
        """Arma las listas.

        Recibe:
            anios: los publicados, sin huecos.
            archivo: cuál falta editar para publicar el siguiente.
            habilitados: hábiles aunque sean sábado, domingo o estén en `inhabiles`.
        """
        self.perfil, self.archivo, self.hasta_anio = perfil, archivo, anios[-1]
        primero = date(anios[0], 1, 1)
        self._base = primero.toordinal()
        self.total = date(anios[-1], 12, 31).toordinal() - self._base + 1
        forzados = frozenset(habilitados)
        habiles: list[date] = []
        saltados: list[DiaInhabil] = []
        self._cuenta = array("H")
        for i in range(self.total):
            dia = primero + timedelta(i)
            falta = None if dia in forzados else _inhabil(dia, inhabiles.get(dia))
            if falta is None:
                habiles.append(dia)
            else:
                saltados.append(falta)
            self._cuenta.append(len(habiles))
        self._habiles, self._inhabiles = tuple(habiles), tuple(saltados)

    def indice(self, dia: date) -> int:
        """Lugar del día en los años publicados. Lanza CalendarioSinPublicar si no está en ellos."""
        i = dia.toordinal() - self._base
        if not 0 <= i < self.total:
            raise CalendarioSinPublicar(dia.year, self.archivo)
        return i

    def es_habil(self, dia: date) -> bool:
        """Si ese día se trabaja."""
        i = self.indice(dia)
        return self._cuenta[i] > (self._cuenta[i - 1] if i else 0)

    def sumar(self, dia: date, habiles: int) -> date:
        """El n-ésimo día hábil posterior a `dia`, que no cuenta; `habiles`: 1 o más."""
        lugar = self._cuenta[self.indice(dia)] + habiles - 1
        if lugar >= len(self._habiles):
            raise CalendarioSinPublicar(self.hasta_anio + 1, self.archivo)
        return self._habiles[lugar]

    def restar(self, dia: date, habiles: int) -> date:
        """El día hábil tal que de él a `dia` hay tantos hábiles; con 0, el mismo día."""
        if habiles == 0:
            return dia
        lugar = self._cuenta[self.indice(dia)] - 1 - habiles
        if lugar < 0:
            raise CalendarioSinPublicar(dia.year - 1, self.archivo)
        return self._habiles[lugar]

    def siguiente_o_igual(self, dia: date) -> date:
        """El mismo día si es hábil; si no, el hábil que sigue."""
        return dia if self.es_habil(dia) else self.sumar(dia, 1)

    def ultimo_entre(self, inicio: date, fin: date) -> date | None:
        """El último hábil de `inicio` a `fin`, ambos incluidos; None si no hay."""
        cuantos = self._cuenta[self.indice(fin)]
        dia = self._habiles[cuantos - 1] if cuantos else None
        return dia if dia is not None and dia >= inicio else None

    def contar(self, desde: date, hasta: date) -> int:
        """Cuántos hábiles hay después de `desde` y hasta `hasta` incluido; negativo si van al revés."""
        return self._cuenta[self.indice(hasta)] - self._cuenta[self.indice(desde)]

    def habiles_entre(self, desde: date, hasta: date) -> tuple[date, ...]:
        """Los hábiles después de `desde` y hasta `hasta` incluido."""
        return self._habiles[self._cuenta[self.indice(desde)] : self._cuenta[self.indice(hasta)]]

    def inhabiles_entre(self, desde: date, hasta: date) -> tuple[DiaInhabil, ...]:
        """Los inhábiles después de `desde` y hasta `hasta` incluido, con su motivo."""
        i, j = self.indice(desde), self.indice(hasta)
        return self._inhabiles[i + 1 - self._cuenta[i] : j + 1 - self._cuenta[j]]

    def inhabil(self, dia: date) -> DiaInhabil | None:
        """Por qué no se trabaja ese día; None si es hábil."""
        i = self.indice(dia)
        return None if self.es_habil(dia) else self._inhabiles[i - self._cuenta[i]]


def _inhabil(dia: date, senalado: DiaInhabil | None) -> DiaInhabil | None:
    semana = FIN_DE_SEMANA.get(dia.weekday(), "")
    if not semana or senalado is None:
        return senalado or (DiaInhabil(dia, semana, FUNDAMENTO_FIN_DE_SEMANA) if semana else None)
    fundamento = unidos(FUNDAMENTO_FIN_DE_SEMANA, senalado.fundamento)
    return DiaInhabil(dia, unidos(semana, senalado.motivo), fundamento, senalado.fuente, senalado.verificacion)
