"""El mapa de calor de un procedimiento: cuánto tarda y cuánto se repite cada actividad, para pintar su diagrama."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from modelos.tabla import Tabla
from modelos.tablero.tiempos import Medida, Tiempos

VECES = (1.25, 2, 4)
"""Cuántas veces lo que tarda la actividad típica hay que rebasar para subir a los niveles 2, 3 y 4."""
NIVELES = ("sin datos", "lo usual", "algo lenta", "lenta", "muy lenta")


@dataclass(frozen=True)
class Calor:
    """Lo de una actividad. nivel: de 0 (sin datos) a 4 (muy lenta), por su mediana contra la de la actividad típica."""

    medida: Medida
    nivel: int

    @property
    def dias(self) -> float | None:
        """Días hábiles medianos; None si nadie la ha atendido en el periodo."""
        return self.medida.mediana

    @property
    def vueltas(self) -> int:
        """Cuántos de sus turnos fueron de segunda vuelta o más."""
        return self.medida.repetidos

    @property
    def palabra(self) -> str:
        """El nivel, dicho; el color nunca va solo."""
        return NIVELES[self.nivel]


def calor(tabla: Tabla, tiempos: Tiempos) -> dict[str, Calor]:
    """El calor de cada actividad de la tabla, por su clave y en su orden; las que nadie ha hecho, en 0."""
    medidas = {a.clave: tiempos.por_actividad.get((tabla.clave, a.clave), Medida()) for a in tabla.actividades}
    con_datos = [m.mediana for m in medidas.values() if m.mediana is not None]
    tipica = max(1.0, median(con_datos)) if con_datos else 1.0
    return {clave: Calor(m, _nivel(m.mediana, tipica)) for clave, m in medidas.items()}


def _nivel(mediana: float | None, tipica: float) -> int:
    if mediana is None:
        return 0
    return 1 + sum(mediana > tipica * veces for veces in VECES)
