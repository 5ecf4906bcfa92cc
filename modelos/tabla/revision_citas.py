"""Si una tabla cita lo que existe: las actividades de su propio procedimiento, y de otros sólo las que declara.

Las citas de artículos no se revisan aquí: qué normas hay lo sabe el registro de ordenamientos, y se cotejan al
redactar cada plantilla (`tareas.oficios.redaccion.catalogo`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from modelos.tabla.actividad import Actividad
from modelos.tabla.tabla import Citable, Tabla, citables

_CITA = re.compile(r"\b([A-Za-z]+(?:-[A-Z]\d?)?)-(\w+)")
"""Prefijo y número: («L», «25»), («M-N», «7»)."""


def citas(fundamento: str) -> list[tuple[str, str]]:
    """Cada cita de un fundamento, con su prefijo y su número: «L-22 ¶1, M-N-7» → («L», «22»), («M-N», «7»)."""
    return _CITA.findall(fundamento)


def de_procedimientos(fundamento: str, hay: Mapping[str, Citable]) -> list[tuple[str, str]]:
    """Las citas de actividades de un fundamento, con su prefijo y su número; las de artículos no."""
    normas = {prefijo.partition("-")[0] for prefijo in hay}
    return [(prefijo, numero) for prefijo, numero in citas(fundamento) if prefijo.partition("-")[0] in normas]


def mal_citadas(tabla: Tabla, citas: Sequence[tuple[str, str]], hay: Mapping[str, Citable]) -> Iterator[str]:
    """De esas citas, las que no son de la tabla ni de las que declara, o cuyo número no existe."""
    for prefijo, numero in citas:
        if prefijo not in {tabla.mencion.prefijo if tabla.mencion else "", *tabla.ajenas}:
            yield f"{prefijo}-{numero}, que es de otro procedimiento; si de veras se funda en él, dígalo en «ajenas»"
        elif numero not in hay[prefijo].numeros:
            yield f"{prefijo}-{numero}, que no existe"


def faltas_de_citas(tabla: Tabla, todas: Sequence[Tabla]) -> Iterator[str]:
    """Las citas de actividades que no existen, que son de otro procedimiento o que no son de la fila que se funda.

    todas: las que se publican con ella, para saber qué procedimientos se pueden citar y con qué números.
    """
    hay = citables(todas)
    yield from (f"se funda en «{ajena}», que ningún procedimiento usa" for ajena in tabla.ajenas if ajena not in hay)
    for act in tabla.actividades:
        for que, fundamento in _fundamentos(act):
            suyas = de_procedimientos(fundamento, hay)
            yield from (f"la {act.clave} {que} {falta}" for falta in _mal_citadas(tabla, act, suyas, hay))


def _fundamentos(act: Actividad) -> Iterator[tuple[str, str]]:
    yield "se funda en", act.fundamento
    if act.plazo:
        yield "tiene un plazo que se funda en", act.plazo.fundamento
    yield from ((f"emite {oficio.clave}, que se funda en", oficio.fundamento) for oficio in act.oficios)


def _mal_citadas(
    tabla: Tabla, act: Actividad, citas: Sequence[tuple[str, str]], hay: Mapping[str, Citable]
) -> Iterator[str]:
    yield from mal_citadas(tabla, citas, hay)
    propio = tabla.mencion.prefijo if tabla.mencion else ""
    suyos = [numero for prefijo, numero in citas if prefijo == propio and numero in hay[propio].numeros]
    # Las filas que añadió el producto no tienen número, y una rama («6aA») se cita por el de su actividad.
    if suyos and act.numero_impreso and not any(act.clave.startswith(numero) for numero in suyos):
        yield f"{', '.join(f'{propio}-{n}' for n in suyos)}, y no en sí misma"
