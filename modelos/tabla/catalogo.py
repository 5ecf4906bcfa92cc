"""Las tablas publicadas: qué versión rige cada día y con cuál se abrió cada expediente."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Protocol

from modelos.tabla import revision
from modelos.tabla.actividad import FIN, SIGUE, Actividad, a
from modelos.tabla.errores import CatalogoInvalido, ProcedimientoDesconocido, TablaAlterada
from modelos.tabla.tabla import Citable, Tabla, citables
from modelos.tabla.unidades import Unidad


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
        """Recibe todas las versiones de todas las tablas, en el orden en que se listan.

        Lanza:
            CatalogoInvalido: dice lo que le falta a cada una, todo a la vez.
        """
        dadas = tuple(tablas)
        if encontradas := revision.faltas_de_todas(dadas):
            raise CatalogoInvalido(encontradas)
        self._tablas: dict[str, dict[str, Tabla]] = {}
        for tabla in dadas:
            self._tablas.setdefault(tabla.clave, {})[tabla.version] = tabla

    def __iter__(self) -> Iterator[Tabla]:
        return (tabla for versiones in self._tablas.values() for tabla in versiones.values())

    @cached_property
    def citables(self) -> dict[str, Citable]:
        """Los procedimientos que se citan por su actividad, por prefijo (`M-N`)."""
        return citables(self)

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
