"""Cómo quedarían las adscripciones con todo lo que trae un libro: sus cortes, sus alargues y sus altas, juntos.

Se mira al final y no renglón por renglón: el que corta una y el que da la siguiente pueden venir en cualquier orden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from modelos.administracion.carga.hojas import Renglon
from modelos.calendario import fecha_corta
from modelos.organizacion.organigrama import Adscripcion
from modelos.organizacion.permisos import Rol
from modelos.organizacion.vigencia import cubiertos, dura_mas, ha_acabado, primer_descubierto, rige, se_enciman

Llave = tuple[str, str, str]
"""Correo, unidad y rol: lo que no puede tenerse dos veces el mismo día."""
Reparo = tuple[Renglon, str, str]
"""El renglón, el campo y qué corregir."""


@dataclass(frozen=True)
class _Final:
    """Una adscripción como quedaría. renglon: el que la da, la corta o la alarga. campo: el que la extiende."""

    desde: date
    hasta: date | None
    renglon: Renglon | None = None
    campo: str = ""

    def se_encima(self, otra: _Final) -> bool:
        """Si rigen a la vez algún día."""
        return se_enciman(self.desde, self.hasta, otra.desde, otra.hasta)


class Vigencias:
    """Las que ya hay y lo que el libro va diciendo de ellas."""

    def __init__(self, suyas: Mapping[Llave, Sequence[Adscripcion]]) -> None:
        self._suyas = suyas
        self._cambios: dict[int, tuple[Renglon, date | None]] = {}
        self._altas: dict[Llave, list[_Final]] = {}

    def alta(self, llave: Llave, desde: date, hasta: date | None, renglon: Renglon) -> None:
        """Una que el libro da."""
        self._altas.setdefault(llave, []).append(_Final(desde, hasta, renglon, "desde"))

    def cambio(self, previa: Adscripcion, hasta: date | None, renglon: Renglon) -> None:
        """El último día que el libro le pone a una que ya hay."""
        self._cambios[previa.id or 0] = (renglon, hasta)

    def encimes(self) -> Iterator[Reparo]:
        """De las que el libro da o alarga, las que se encimarían con otra; de dos del libro, la que viene después."""
        for llave in {**self._altas, **{k: None for k, filas in self._suyas.items() if self._toca(filas)}}:
            finales = self._finales(llave)
            for una in finales:
                if una.renglon and una.campo:
                    otra = next((o for o in finales if o is not una and _cede(una, o) and una.se_encima(o)), None)
                    if otra:
                        cual = f" (renglón {otra.renglon.numero})" if otra.renglon else ""
                        yield una.renglon, una.campo, f"se encima con la que rige desde {otra.desde:%Y-%m-%d}{cual}"

    def sin_administracion(self, activas: Iterable[str], hoy: date) -> Iterator[Reparo]:
        """Los cortes por los que algún día, que ya lo tenía, se quedaría sin quien administre.

        activas: los correos de quienes no están de baja, también los que da el libro.
        """
        dentro = set(activas)
        de_rol = [k for k in {**self._suyas, **self._altas} if k[2] == Rol.ADMINISTRACION and k[0] in dentro]
        antes = cubiertos(((f.desde, f.hasta) for k in de_rol for f in self._suyas.get(k, ())), hoy)
        despues = cubiertos(((f.desde, f.hasta) for k in de_rol for f in self._finales(k)), hoy)
        dia = primer_descubierto(antes, despues)
        if dia is None:
            return
        que = (
            f"desde el {fecha_corta(dia)} no habría quien administre el sistema; "
            "antes dé la administración, sin último día, a otra persona"
        )
        for previa in (fila for llave in de_rol for fila in self._suyas.get(llave, ())):
            renglon, hasta = self._cambios.get(previa.id or 0, (None, None))
            if renglon and rige(previa.desde, previa.hasta, dia) and ha_acabado(hasta, dia):
                yield renglon, "hasta", que

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


def _cede(una: _Final, otra: _Final) -> bool:
    """Si el reparo toca a la primera: la otra ya estaba así, sólo se corta, o su renglón viene antes."""
    if una.renglon is None or otra.renglon is None or not otra.campo:
        return True
    return otra.renglon.numero < una.renglon.numero
