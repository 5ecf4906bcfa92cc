"""Cómo quedarían las adscripciones con todo lo que trae un libro: sus cortes, sus alargues y sus altas, juntos.

Se mira al final y no renglón por renglón: el que corta una y el que da la siguiente pueden venir en cualquier orden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from modelos.administracion.carga.hojas import RenglonDeHoja
from modelos.calendario import fecha_corta
from modelos.organizacion.organigrama import Adscripcion
from modelos.organizacion.permisos import Rol
from modelos.organizacion.vigencia import Tramo, cubiertos, dura_mas, ha_acabado, primer_descubierto, rige, se_enciman

Llave = tuple[str, str, str]
"""Correo, unidad y rol: lo que no puede tenerse dos veces el mismo día."""
Reparo = tuple[RenglonDeHoja, str, str]
"""El renglón, el campo y qué corregir."""


@dataclass(frozen=True)
class _Final:
    """Una adscripción como quedaría. renglon: el que la da, la corta o la alarga. campo: el que la extiende."""

    desde: date
    hasta: date | None
    renglon: RenglonDeHoja | None = None
    campo: str = ""

    def se_encima(self, otra: _Final) -> bool:
        """Si rigen a la vez algún día."""
        return se_enciman(self.desde, self.hasta, otra.desde, otra.hasta)

    def cede_ante(self, finales: Iterable[_Final]) -> _Final | None:
        """La primera con la que se encima y que va antes; ninguna si el libro no da ni alarga ésta."""
        if not self.campo:
            return None
        return next((otra for otra in finales if otra is not self and _cede(self, otra) and self.se_encima(otra)), None)


class Vigencias:
    """Las que ya hay y lo que el libro va diciendo de ellas."""

    def __init__(self, suyas: Mapping[Llave, Sequence[Adscripcion]]) -> None:
        self._suyas = suyas
        self._cambios: dict[int, tuple[RenglonDeHoja, date | None]] = {}
        self._altas: dict[Llave, list[_Final]] = {}

    def alta(self, llave: Llave, desde: date, hasta: date | None, renglon: RenglonDeHoja) -> None:
        """Una que el libro da."""
        self._altas.setdefault(llave, []).append(_Final(desde, hasta, renglon, "desde"))

    def cambio(self, previa: Adscripcion, hasta: date | None, renglon: RenglonDeHoja) -> None:
        """El último día que el libro le pone a una que ya hay."""
        self._cambios[previa.id or 0] = (renglon, hasta)

    def encimes(self) -> Iterator[Reparo]:
        """De las que el libro da o alarga, las que se encimarían con otra; de dos del libro, la que viene después."""
        tocadas = [llave for llave, filas in self._suyas.items() if self._toca(filas)]
        for llave in dict.fromkeys([*self._altas, *tocadas]):
            finales = self._finales(llave)
            for una in finales:
                otra = una.cede_ante(finales)
                if una.renglon and otra:
                    cual = f" (renglón {otra.renglon.numero})" if otra.renglon else ""
                    yield una.renglon, una.campo, f"se encima con la que rige desde {otra.desde:%Y-%m-%d}{cual}"

    def sin_administracion(self, activas: Iterable[str], hoy: date) -> Iterator[Reparo]:
        """Los cortes por los que algún día, que ya lo tenía, se quedaría sin quien administre.

        activas: los correos de quienes no están de baja, también los que da el libro.
        """
        dentro = set(activas)
        de_rol = [k for k in {**self._suyas, **self._altas} if k[2] == Rol.ADMINISTRACION and k[0] in dentro]
        previas = [fila for llave in de_rol for fila in self._suyas.get(llave, ())]
        finales = [final for llave in de_rol for final in self._finales(llave)]
        dia = primer_descubierto(_cubiertos(previas, hoy), _cubiertos(finales, hoy))
        if dia is None:
            return
        que = (
            f"desde el {fecha_corta(dia)} no habría quien administre el sistema; "
            "antes dé la administración, sin último día, a otra persona"
        )
        for renglon in self._la_cortan(previas, dia):
            yield renglon, "hasta", que

    def _la_cortan(self, previas: Iterable[Adscripcion], dia: date) -> Iterator[RenglonDeHoja]:
        """Los renglones por los que alguna que regía ese día ya no regirá."""
        for previa in previas:
            renglon, hasta = self._cambios.get(previa.id or 0, (None, None))
            if renglon and rige(previa.desde, previa.hasta, dia) and ha_acabado(hasta, dia):
                yield renglon

    def _finales(self, llave: Llave) -> list[_Final]:
        quedan = [self._final(fila) for fila in self._suyas.get(llave, ())]
        return [*quedan, *self._altas.get(llave, ())]

    def _final(self, fila: Adscripcion) -> _Final:
        if fila.id not in self._cambios:
            return _Final(fila.desde, fila.hasta)
        renglon, hasta = self._cambios[fila.id]
        return _Final(fila.desde, hasta, renglon, "hasta" if dura_mas(hasta, fila.hasta) else "")

    def _toca(self, filas: Iterable[Adscripcion]) -> bool:
        return any(fila.id in self._cambios for fila in filas)


def _cubiertos(vigencias: Iterable[Adscripcion | _Final], hoy: date) -> list[Tramo]:
    return cubiertos(((v.desde, v.hasta) for v in vigencias), hoy)


def _cede(una: _Final, otra: _Final) -> bool:
    """Si el reparo toca a la primera: la otra ya estaba así, sólo se corta, o su renglón viene antes."""
    if una.renglon is None or otra.renglon is None or not otra.campo:
        return True
    return otra.renglon.numero < una.renglon.numero
