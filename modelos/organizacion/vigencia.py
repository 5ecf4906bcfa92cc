"""Lo que rige entre dos fechas: si rige un día, qué años se creen y qué días quedan cubiertos. Puro: ni SQL, ni reloj.

De esto depende quién puede firmar, quién atiende y quién entra: la regla se escribe aquí y, para la base, en
`vigencia_sql`; nadie más la escribe (`tests/unidad/calendario/test_vigencia.py`). Los dos días cuentan; sin último,
no tiene fin.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

PRIMER_ANIO, ULTIMO_ANIO = 2000, 2100
Tramo = tuple[date, date]
_UN_DIA = timedelta(days=1)


def rige(desde: date, hasta: date | None, dia: date) -> bool:
    """Si rige ese día."""
    return desde <= dia and not ha_acabado(hasta, dia)


def ha_acabado(hasta: date | None, dia: date) -> bool:
    """Si su último día es anterior a ése; de lo que todavía no empieza, también dice que no."""
    return hasta is not None and hasta < dia


def dura_mas(hasta: date | None, que: date | None) -> bool:
    """Si ese último día es posterior al otro."""
    return que is not None and (hasta is None or hasta > que)


def se_enciman(desde: date, hasta: date | None, otro_desde: date, otro_hasta: date | None) -> bool:
    """Si algún día rigen las dos."""
    return not ha_acabado(hasta, otro_desde) and not ha_acabado(otro_hasta, desde)


def falta_de_anio(dia: date | None) -> str:
    """Por qué no se cree esa fecha; vacío si se cree o no hay. Casi siempre es un año mal escrito."""
    if dia is None or PRIMER_ANIO <= dia.year <= ULTIMO_ANIO:
        return ""
    return f"revise el año: va de {PRIMER_ANIO} a {ULTIMO_ANIO}"


def faltas_de_anio(**dias: date | None) -> dict[str, str]:
    """Lo mismo de varias, por campo."""
    return {campo: falta for campo, dia in dias.items() if (falta := falta_de_anio(dia))}


def cubiertos(vigencias: Iterable[tuple[date, date | None]], hoy: date) -> list[Tramo]:
    """Los días de hoy en adelante en que rige alguna, en tramos separados y en orden.

    vigencias: primer y último día, inclusive; sin último, sin fin (`date.max`).
    """
    tramos: list[Tramo] = []
    for desde, hasta in sorted((max(d, hoy), h or date.max) for d, h in vigencias if not ha_acabado(h, hoy)):
        if tramos and desde - _UN_DIA <= tramos[-1][1]:
            tramos[-1] = (tramos[-1][0], max(tramos[-1][1], hasta))
        else:
            tramos.append((desde, hasta))
    return tramos


def primer_descubierto(antes: Sequence[Tramo], despues: Sequence[Tramo]) -> date | None:
    """El primer día que antes estaba cubierto y ya no; None si no lo hay. Los dos, de `cubiertos`."""
    for desde, hasta in antes:
        dia = desde
        for otro_desde, otro_hasta in despues:
            if rige(otro_desde, otro_hasta, dia):
                if otro_hasta >= hasta:
                    break
                dia = otro_hasta + _UN_DIA
        else:
            return dia
    return None
