"""Un turno con todo lo que hace falta para decirlo; la API y las páginas parten de aquí y sólo lo visten."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from modelos.expedientes import visibles
from modelos.expedientes.expediente import ABIERTOS, Expediente, Turno
from modelos.plazos.plazo import EstadoPlazo
from modelos.plazos.vencimientos import ConFecha
from modelos.tabla import Actividad, Catalogo, Tabla

P = TypeVar("P", bound=ConFecha)


@dataclass(frozen=True)
class Renglon(Generic[P]):
    """Un turno en una lista. rige: el plazo con que vence; tomado_por: vacío si nadie lo tomó."""

    turno: Turno
    expediente: Expediente
    tabla: Tabla
    rige: P | None
    tomado_por: str

    @property
    def actividad(self) -> Actividad:
        """La fila de su tabla."""
        return self.tabla.fila(self.turno.actividad)

    @property
    def vence(self) -> date | None:
        """La fecha legal del plazo que lo rige."""
        return self.rige.vence if self.rige else None

    @property
    def conservador(self) -> date | None:
        """La menor de las fechas del plazo que lo rige."""
        return self.rige.conservador if self.rige else None

    @property
    def suspendido(self) -> bool:
        """Si el plazo que lo rige no corre."""
        return self.rige is not None and self.rige.estado == EstadoPlazo.SUSPENDIDO

    @property
    def salidas(self) -> list[str]:
        """Con qué se puede responder; ninguna si ya se cerró, si lo atiende el sistema o si no se puede mover."""
        cerrado = self.turno.estado not in ABIERTOS or not self.turno.a_mano
        return [] if cerrado or self.expediente.cuarentena else list(self.actividad.salidas)

    @property
    def incidente(self) -> str:
        """Por qué no se puede leer ni mover, si su tabla cambió; vacío si se puede."""
        return visibles.ilegible(self.tabla, self.expediente, self.turno.actividad)


def renglones(
    s: Session,
    tablas: Catalogo,
    turnos: Sequence[Turno],
    rigen: Callable[[Session, Sequence[Turno]], Mapping[str, P]],
) -> list[Renglon[P]]:
    """Los de esos turnos, en su orden y quizá de distintos expedientes; se leen de una vez.

    rigen: con qué se lee el plazo de cada uno, `vencimientos.fechas_de` o `plazos_de`.
    """
    de = visibles.asuntos(s, (turno.folio for turno in turnos))
    nombres = visibles.nombres(s, (turno.persona_id for turno in turnos))
    con_que = {folio: tablas.para_ver(expediente) for folio, expediente in de.items()}
    plazos = rigen(s, [turno for turno in turnos if con_que[turno.folio].tiene_plazos])
    return [
        Renglon(t, de[t.folio], con_que[t.folio], plazos.get(t.id), nombres.get(t.persona_id or 0, "")) for t in turnos
    ]
