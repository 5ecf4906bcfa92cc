"""Si una tabla cita lo que existe: las actividades de su propio procedimiento, y de otros sólo las que declara.

Si la norma o el artículo existen lo sabe el registro de ordenamientos: se cotejan al revisar las plantillas
(`tareas.oficios.redaccion.catalogo`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from modelos.tabla.actividad import Actividad
from modelos.tabla.tabla import Citable, Tabla, citables

_CITA = re.compile(r"([A-Za-z]+(?:-[A-Z]\d?)?)-(\w+)")
_PARTE = re.compile(r"[A-Za-z]+(?:-\w+)+(?:/\w+)?(?: ¶\d+| \(\w+\))?")
"""Una cita entera, entre comas: «L-22 ¶1», «M-P-6/A», «M-P-6 (primera)»."""
_PARECE = re.compile(r"[A-Za-z] ?[-\u2013\u2014] ?\w*\d")
"""Letras, guion o raya y números: quien lo escribió quiso citar."""


def citas(fundamento: str) -> list[tuple[str, str]]:
    """Cada cita de un fundamento, con su prefijo y su número: «L-22 ¶1, M-N-7» → («L», «22»), («M-N», «7»)."""
    return _CITA.findall(fundamento)


def mal_escritas(fundamento: str) -> list[str]:
    """Las partes de un fundamento que parecen citas y no lo son del todo («M-N-3 y 9»): no se pueden comprobar."""
    partes = [parte.strip() for parte in re.split("[;,]", fundamento)]
    return [parte for parte in partes if _PARECE.search(parte) and not _PARTE.fullmatch(parte)]


def de_procedimientos(fundamento: str, hay: Mapping[str, Citable]) -> list[tuple[str, str]]:
    """Las citas de actividades de un fundamento, con su prefijo y su número; las de artículos no."""
    normas = {prefijo.partition("-")[0] for prefijo in hay}
    return [(prefijo, numero) for prefijo, numero in citas(fundamento) if prefijo.partition("-")[0] in normas]


def mal_citadas(tabla: Tabla, citas: Sequence[tuple[str, str]], hay: Mapping[str, Citable]) -> Iterator[str]:
    """De esas citas, las que no son de la tabla ni de las que declara, o cuyo número no existe."""
    for prefijo, numero in citas:
        if prefijo in tabla.ajenas and prefijo not in hay:
            continue  # ya se dijo que ningún procedimiento lo usa
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
        for que, fundamento in fundamentos(act):
            yield from (f"la {act.clave} {que} «{parte}», que no se entiende" for parte in mal_escritas(fundamento))
            suyas = de_procedimientos(fundamento, hay)
            yield from (f"la {act.clave} {que} {falta}" for falta in _mal_citadas(tabla, act, suyas, hay))


def fundamentos(act: Actividad) -> Iterator[tuple[str, str]]:
    """Todo lo que se funda en una actividad: ella, su plazo y sus oficios, con la frase que lo dice."""
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
    if suyos and act.numero_impreso and not any(re.fullmatch(rf"{n}[a-z]?[A-Z]?", act.clave) for n in suyos):
        yield f"{', '.join(f'{propio}-{n}' for n in suyos)}, y no en sí misma"
