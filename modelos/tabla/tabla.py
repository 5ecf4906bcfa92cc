"""La tabla de un procedimiento: lo que un abogado puede cotejar con su Manual.

Una tabla es un dato, no un programa: actividades en el orden impreso, con su
número, su unidad y adónde sigue cada salida. Una tabla mal hecha no se publica:
el catálogo (`modelos.tabla.catalogo`) las revisa todas y dice todas sus faltas a
la vez. Puro: ni SQL, ni Prefect, ni FastAPI, ni reloj.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from modelos.calendario import POR_DEFECTO
from modelos.tabla.actividad import Actividad, DatosIniciales, es_final
from modelos.tabla.emision import Emision
from modelos.tabla.errores import TablaAlterada
from modelos.tabla.periodo import Ciclo
from modelos.tabla.plazo import Tramo
from modelos.tabla.unidades import Unidad


@dataclass(frozen=True)
class Precedente:
    """Un dato inicial que, si nadie lo da, es el folio del último expediente en que ya se atendió cierta actividad.

    Sólo cuentan los expedientes del mismo procedimiento, en cualquier versión, y de la misma unidad: la que nombra
    el dato con que se reparte esa actividad. Si no hay ninguno queda vacío.
    """

    dato: str
    actividad: str


@dataclass(frozen=True)
class ComoSeCita:
    """Cómo se cita un procedimiento: `M-N-7` es la actividad 7 «del procedimiento Normatividad».

    prefijo: con qué empiezan sus claves (`M-N`); antes del guion, la norma. frase: lo que sigue a «la actividad 7».
    """

    prefijo: str
    frase: str


@dataclass(frozen=True)
class Citable:
    """Lo que se puede citar de un procedimiento: su frase y los números impresos en cualquiera de sus versiones."""

    frase: str
    numeros: frozenset[str]


@dataclass(frozen=True)
class Tabla:
    """Un procedimiento con su versión. La versión es la fecha desde la que rige.

    siglas: con qué empieza el folio de sus expedientes (`NORM-2026-0001`).
    duena: unidad cuya coordinación inicia, reasigna y cancela.
    promueve: el dato inicial que nombra a la unidad estatal que también puede iniciarlo, para sí misma.
    tramos: plazos que abarcan varias actividades. perfil: el calendario con que se cuentan todos.
    mencion: cómo se citan sus actividades; None: sólo se cita por artículos. ajenas: los prefijos de otros
    procedimientos en que también se funda.
    ciclo: cada cuándo se abre solo. precedente: lo que se busca en expedientes anteriores al abrir.
    ausente: no se publicó; está en lugar de una versión que falta, para que lo abierto con ella se pueda mirar.
    """

    clave: str
    siglas: str
    nombre: str
    codigo: str
    revision: str
    vigente_desde: date
    fundamento: str
    duena: Unidad
    actividades: tuple[Actividad, ...]
    periodicidad: str = ""
    datos: type[DatosIniciales] = DatosIniciales
    promueve: str = ""
    tramos: tuple[Tramo, ...] = ()
    perfil: str = POR_DEFECTO
    ciclo: Ciclo | None = None
    precedente: Precedente | None = None
    notas: tuple[str, ...] = ()
    mencion: ComoSeCita | None = None
    ajenas: tuple[str, ...] = ()
    ausente: bool = False

    @property
    def version(self) -> str:
        """Identifica esta versión de la tabla: `AAAA-MM-DD` desde la que rige."""
        return self.vigente_desde.isoformat()

    @property
    def inicio(self) -> Actividad:
        """La primera actividad impresa."""
        return self.actividades[0]

    @property
    def primera_a_mano(self) -> Actividad:
        """La primera que hace una persona: la inicial o, si la decide el sistema, la que sigue en el orden impreso."""
        return next(act for act in self.actividades if act.a_mano)

    @cached_property
    def _por_clave(self) -> dict[str, Actividad]:
        return {actividad.clave: actividad for actividad in self.actividades}

    @cached_property
    def tiene_plazos(self) -> bool:
        """Si algo suyo vence; los expedientes de una tabla sin plazos no los buscan."""
        return self.ausente or bool(self.tramos) or any(actividad.plazo for actividad in self.actividades)

    @cached_property
    def emisiones(self) -> dict[str, Emision]:
        """Lo que la tabla dice de cada oficio, por su clave."""
        return {oficio.clave: oficio for actividad in self.actividades for oficio in actividad.oficios}

    @cached_property
    def tiene_actos(self) -> bool:
        """Si algún plazo suyo se cumple con un acto escrito."""
        reglas = (*(tramo.regla for tramo in self.tramos), *(a.plazo for a in self.actividades if a.plazo))
        return any(regla.acto for regla in reglas)

    def __getitem__(self, clave: str) -> Actividad:
        """La fila con esa clave, para actuar con ella.

        Lanza:
            TablaAlterada: no la tiene.
        """
        try:
            return self._por_clave[clave]
        except KeyError:
            raise TablaAlterada(self.clave, self.version, f"ya no tiene la actividad {clave}") from None

    def fila(self, clave: str) -> Actividad:
        """La fila con esa clave, para mirarla; si ya no está, una que lo dice y por la que no se sale."""
        return self._por_clave.get(clave) or Actividad(clave, self.duena, self.falta(clave), {}, numero="")

    def falta(self, clave: str = "") -> str:
        """Por qué no se puede leer lo de esa actividad, o nada de la tabla; vacío si se puede."""
        if self.ausente:
            return self.fundamento
        if clave and clave not in self:
            que = f"la tabla con que se abrió ya no tiene la actividad {clave}"
            return f"No se puede leer: {que}. Avise a quien administra el sistema."
        return ""

    def __contains__(self, clave: str) -> bool:
        return clave in self._por_clave

    @property
    def finales(self) -> tuple[str, ...]:
        """Los finales con nombre, en el orden en que la tabla los menciona."""
        destinos = (d for act in self.actividades for r in act.salidas.values() for d in r.destinos)
        return tuple(dict.fromkeys(d for d in destinos if es_final(d)))


def citables(tablas: Iterable[Tabla]) -> dict[str, Citable]:
    """Los procedimientos que se citan por su actividad, por prefijo (`M-N`)."""
    hallados: dict[str, Citable] = {}
    for tabla in tablas:
        if tabla.mencion:
            antes = hallados.get(tabla.mencion.prefijo, Citable("", frozenset()))
            numeros = {act.numero_impreso for act in tabla.actividades if act.numero_impreso}
            hallados[tabla.mencion.prefijo] = Citable(tabla.mencion.frase, antes.numeros | numeros)
    return hallados
