"""La tabla de un procedimiento: lo que un abogado puede cotejar con su Manual.

Una tabla es un dato, no un programa: actividades en el orden impreso, con su
número, su unidad y adónde sigue cada salida. Una tabla mal hecha no importa:
`TablaInvalida` dice todas sus faltas a la vez. Puro: ni SQL, ni Prefect, ni
FastAPI, ni reloj.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

from modelos.actividad import (
    FIN,
    SIGUE,
    Actividad,
    DatosIniciales,
    Documento,
    Formulario,
    Pesos,
    PorCada,
    Ruta,
    Tipo,
    a,
    devuelve_a,
    es_final,
    es_grupo,
    texto_salida,
)
from modelos.calendario import POR_DEFECTO, Medida
from modelos.errores import ProcedimientoDesconocido, TablaAlterada, TablaInvalida
from modelos.oficio import (
    Emision,
    Forma,
    a_la_del,
    a_la_estatal_de,
    a_persona,
    a_su_superior,
    a_todas,
    a_unidad,
)
from modelos.periodo import PATRONES, Cada, Ciclo, Periodo
from modelos.plazo import (
    RESPUESTA_OFICIAL,
    Dias,
    EnVentana,
    Hitos,
    ReglaPlazo,
    Tramo,
    UltimoHabilDelMes,
)
from modelos.revision_tabla import faltas
from modelos.unidades import Unidad

__all__ = [
    "FIN",
    "PATRONES",
    "RESPUESTA_OFICIAL",
    "SIGUE",
    "Actividad",
    "Cada",
    "Catalogo",
    "Ciclo",
    "DatosIniciales",
    "Dias",
    "Documento",
    "Emision",
    "EnVentana",
    "Forma",
    "Formulario",
    "Hitos",
    "Medida",
    "Periodo",
    "Pesos",
    "PorCada",
    "Precedente",
    "ReglaPlazo",
    "Ruta",
    "Tabla",
    "Tipo",
    "Tramo",
    "UltimoHabilDelMes",
    "Unidad",
    "a",
    "a_la_del",
    "a_la_estatal_de",
    "a_persona",
    "a_su_superior",
    "a_todas",
    "a_unidad",
    "devuelve_a",
    "es_final",
    "es_grupo",
    "texto_salida",
]


@dataclass(frozen=True)
class Precedente:
    """Un dato inicial que, si nadie lo da, es el folio del último expediente en que ya se atendió cierta actividad.

    Sólo cuentan los expedientes del mismo procedimiento, en cualquier versión, y de la misma unidad: la que nombra
    el dato con que se reparte esa actividad. Si no hay ninguno queda vacío.
    """

    dato: str
    actividad: str


@dataclass(frozen=True)
class Tabla:
    """Un procedimiento con su versión. La versión es la fecha desde la que rige.

    siglas: con qué empieza el folio de sus expedientes (`NORM-2026-0001`).
    duena: unidad cuya coordinación inicia, reasigna y cancela.
    promueve: el dato inicial que nombra a la unidad estatal que también puede iniciarlo, para sí misma.
    tramos: plazos que abarcan varias actividades. perfil: el calendario con que se cuentan todos.
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
    ausente: bool = False

    def __post_init__(self) -> None:
        """Rechaza la tabla mal hecha en el momento de importarla."""
        if encontradas := faltas(self):
            raise TablaInvalida(self.clave, encontradas)

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


class Tramitado(Protocol):
    """Lo que se abrió con una versión de una tabla; `modelos.expedientes.expediente.Expediente` lo cumple."""

    @property
    def procedimiento(self) -> str:
        """La clave de la tabla."""

    @property
    def version(self) -> str:
        """Su versión."""


class Catalogo:
    """Las tablas publicadas, con todas sus versiones."""

    def __init__(self, tablas: Iterable[Tabla]) -> None:
        """Recibe todas las versiones de todas las tablas, en el orden en que se listan."""
        self._tablas: dict[str, dict[str, Tabla]] = {}
        for tabla in tablas:
            versiones = self._tablas.setdefault(tabla.clave, {})
            if tabla.version in versiones:
                raise TablaInvalida(tabla.clave, [f"la versión {tabla.version} está dos veces"])
            versiones[tabla.version] = tabla
        for tabla in self:
            for actividad in tabla.actividades:
                if actividad.subprocedimiento and actividad.subprocedimiento not in self._tablas:
                    falta = f"la {actividad.clave} abre «{actividad.subprocedimiento}», que no está publicado"
                    raise TablaInvalida(tabla.clave, [falta])

    def __iter__(self) -> Iterator[Tabla]:
        return (tabla for versiones in self._tablas.values() for tabla in versiones.values())

    def de(self, caso: Tramitado) -> Tabla:
        """La tabla con que se abrió un expediente, para actuar con ella.

        Lanza:
            TablaAlterada: el catálogo ya no la tiene.
        """
        try:
            return self.version(caso.procedimiento, caso.version)
        except ProcedimientoDesconocido:
            raise TablaAlterada(caso.procedimiento, caso.version, "ya no está en el catálogo") from None

    def para_ver(self, caso: Tramitado) -> Tabla:
        """La tabla con que se abrió un expediente, para mirarlo; si el catálogo ya no la tiene, una que lo dice."""
        try:
            return self.version(caso.procedimiento, caso.version)
        except ProcedimientoDesconocido:
            return self._ausente(caso.procedimiento, caso.version)

    def _ausente(self, clave: str, version: str) -> Tabla:
        """En lugar de una versión que falta: con el nombre del procedimiento, si queda otra, y ninguna de sus filas."""
        otra = next(iter(self._tablas.get(clave, {}).values()), None)
        que = f"la tabla con que se abrió, «{clave}» del {version}, ya no está en el catálogo"
        falta = f"No se puede leer: {que}. Avise a quien administra el sistema."
        unica = Actividad(
            "falta", otra.duena if otra else Unidad.DSTC, falta, {SIGUE: a(FIN)}, numero="", inferido=falta
        )
        try:
            desde = date.fromisoformat(version)
        except ValueError:
            desde = date.min
        return Tabla(
            clave=clave,
            siglas=otra.siglas if otra else "FALTA",
            nombre=otra.nombre if otra else clave,
            codigo=otra.codigo if otra else "—",
            revision=version,
            vigente_desde=desde,
            fundamento=falta,
            duena=unica.unidad,
            actividades=(unica,),
            ausente=True,
        )

    def version(self, clave: str, version: str) -> Tabla:
        """Esa versión de esa tabla, aunque ya no sea la vigente.

        Lanza:
            ProcedimientoDesconocido: esa clave o esa versión no está publicada.
        """
        try:
            return self._tablas[clave][version]
        except KeyError:
            raise ProcedimientoDesconocido(clave, version) from None

    def vigente(self, clave: str, en: date) -> Tabla:
        """La última versión que ya rige en esa fecha.

        Lanza:
            ProcedimientoDesconocido: no hay ninguna que rija.
        """
        rigen = [t for t in self._tablas.get(clave, {}).values() if t.vigente_desde <= en]
        if not rigen:
            raise ProcedimientoDesconocido(clave)
        return max(rigen, key=lambda t: t.vigente_desde)

    def vigentes(self, en: date) -> list[Tabla]:
        """Una por procedimiento: la que rige en esa fecha, en el orden del catálogo."""
        return [
            self.vigente(clave, en)
            for clave, versiones in self._tablas.items()
            if any(t.vigente_desde <= en for t in versiones.values())
        ]
