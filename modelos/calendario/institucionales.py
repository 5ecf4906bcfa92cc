"""Días institucionales: lo que un acuerdo quita o devuelve al calendario de la ley.

Vacaciones generales, suspensión de labores y fuerza mayor vuelven inhábil un tramo;
habilitar lo vuelve hábil, aunque sea sábado, y gana a todo lo demás. Aquí sólo se dice qué
son y cómo se ponen encima de un perfil; quién los publica y a quién avisan es de otros.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from modelos.calendario.errores import DiasInstitucionalesInvalidos
from modelos.calendario.fechas import fecha_corta, unidos
from modelos.calendario.habiles import DiaInhabil

MAXIMO_DIAS = 366


class TipoDia(StrEnum):
    """Qué hace el acuerdo con esos días."""

    VACACIONES = "vacaciones_generales"
    SUSPENSION = "suspension_labores"
    FUERZA_MAYOR = "fuerza_mayor"
    HABILITADO = "habilitado"


class Ambito(StrEnum):
    """A quién alcanza."""

    NACIONAL = "nacional"
    ENTIDAD = "entidad"
    CENTRO = "centro"


_TEXTO = {
    TipoDia.VACACIONES: "vacaciones generales",
    TipoDia.SUSPENSION: "suspensión de labores",
    TipoDia.FUERZA_MAYOR: "fuerza mayor",
    TipoDia.HABILITADO: "día habilitado",
}


@dataclass(frozen=True, slots=True)
class DiasInstitucionales:
    """Un tramo de días con su acuerdo.

    inicio, fin: ambos incluidos.
    lugar: clave de la entidad o del centro; vacía si es nacional.
    fuente: dónde consta; publicado_dof: cuándo salió en el DOF, o None si no ha salido.

    Lanza DiasInstitucionalesInvalidos al construirse si algo de esto no cuadra.
    """

    inicio: date
    fin: date
    tipo: TipoDia
    motivo: str
    fuente: str
    ambito: Ambito = Ambito.NACIONAL
    lugar: str = ""
    publicado_dof: date | None = None

    def __post_init__(self) -> None:
        tramo = f"del {fecha_corta(self.inicio)} al {fecha_corta(self.fin)}"
        if self.fin < self.inicio:
            raise DiasInstitucionalesInvalidos(f"{tramo} va hacia atrás", "Ponga primero la fecha más antigua.")
        if (self.fin - self.inicio).days >= MAXIMO_DIAS:
            raise DiasInstitucionalesInvalidos(f"{tramo} pasa de un año", "Revise los años, o cargue un tramo por año.")
        for campo in ("motivo", "fuente"):
            if not getattr(self, campo).strip():
                raise DiasInstitucionalesInvalidos(
                    f"{tramo} no dice su {campo}", f"Escriba {campo}: se muestra en cada plazo que mueve."
                )
        if (self.ambito is Ambito.NACIONAL) == bool(self.lugar.strip()):
            raise DiasInstitucionalesInvalidos(
                f"el ámbito {self.ambito} no cuadra con el lugar «{self.lugar}»",
                "Indique la entidad o el centro, y déjelo vacío si es nacional.",
            )

    @property
    def sustento_pendiente(self) -> bool:
        """Si falta el acuerdo en el DOF: no vale para plazos frente a particulares (dominio 04 §4.3)."""
        return self.publicado_dof is None

    def fechas(self) -> Iterator[date]:
        """Cada día del tramo."""
        return (self.inicio + timedelta(i) for i in range((self.fin - self.inicio).days + 1))

    def esencia(self) -> list[str]:
        """Lo que cambia un cómputo o su explicación; entra a la versión del calendario."""
        return [self.inicio.isoformat(), self.fin.isoformat(), self.tipo, self.motivo, self.fuente]


def aplicables(
    dias: Iterable[DiasInstitucionales], *, entidad: str = "", centro: str = "", frente_a_particulares: bool = False
) -> tuple[DiasInstitucionales, ...]:
    """Los que alcanzan a una oficina: los nacionales y los de su entidad y centro, en orden estable.

    Recibe:
        entidad, centro: claves de quien recibe; vacías si es una oficina nacional.
        frente_a_particulares: True deja fuera los de sustento pendiente.
    """
    lugares = {(Ambito.NACIONAL, ""), (Ambito.ENTIDAD, entidad), (Ambito.CENTRO, centro)}
    elegidos = (
        d for d in dias if (d.ambito, d.lugar) in lugares and not (frente_a_particulares and d.sustento_pendiente)
    )
    return tuple(sorted(elegidos, key=DiasInstitucionales.esencia))


def aplicar(
    inhabiles: Mapping[date, DiaInhabil], dias: Iterable[DiasInstitucionales]
) -> tuple[dict[date, DiaInhabil], frozenset[date]]:
    """Los inhábiles con los institucionales encima, y aparte los habilitados."""
    resultado, habilitados = dict(inhabiles), set[date]()
    for tramo in dias:
        if tramo.tipo is TipoDia.HABILITADO:
            habilitados.update(tramo.fechas())
            continue
        for fecha in tramo.fechas():
            ya = resultado.get(fecha) or DiaInhabil(fecha, "", "")
            resultado[fecha] = DiaInhabil(
                fecha,
                unidos(ya.motivo, f"{_TEXTO[tramo.tipo]}: {tramo.motivo}"),
                unidos(ya.fundamento, tramo.fuente),
                unidos(ya.fuente, tramo.fuente),
                ya.verificacion,
            )
    return resultado, frozenset(habilitados)
