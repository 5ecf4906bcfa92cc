"""Lo que un asiento dice de los plazos, en palabras: los que empezaron a correr y los que cambiaron de fecha."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from api.web.piezas.pagina import enumera
from modelos.calendario import fecha_corta

HASTA = 3
"""Cuántos plazos se nombran uno por uno; si son más, se cuentan."""
Guardado = Mapping[str, Any]


def nombres(asientos: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Qué vence en cada plazo que la bitácora abrió, por id."""
    return {p["id"]: p["que"] for a in asientos for p in a["datos"].get("plazos", ()) if "que" in p}


def empiezan(datos: Mapping[str, Any]) -> str:
    """«Corre el plazo «emitir opinión», que vence el lun 31 may 2027.»; vacío si no empezó ninguno."""
    nuevos: Sequence[Guardado] = datos.get("plazos", ())
    if not nuevos:
        return ""
    grupos = {(p["que"], p["vence"]): 0 for p in nuevos}
    for p in nuevos:
        grupos[(p["que"], p["vence"])] += 1
    if len(grupos) > HASTA:
        return f"Corren {len(nuevos)} plazos."
    dichos = [
        f"«{que}»{f' en {cuantos} unidades' if cuantos > 1 else ''}, {_cuando(vence)}"
        for (que, vence), cuantos in grupos.items()
    ]
    return f"{'Corre el plazo' if len(grupos) == 1 else 'Corren los plazos'} {enumera(dichos)}."


def cambian(datos: Mapping[str, Any], de: Mapping[str, str]) -> str:
    """«Emitir opinión» vence ahora el lun 31 may 2027 (antes, el vie 28 may 2027).»; vacío si ninguno."""
    movidos: Sequence[Guardado] = datos.get("plazos", ())
    if len(movidos) > HASTA:
        return f"Cambian {len(movidos)} plazos."
    return " ".join(_cambio(p, de.get(p["id"], "un plazo")) for p in movidos)


def prorroga(datos: Mapping[str, Any], de: Mapping[str, str]) -> str:
    """Lo que dice la prórroga de un plazo."""
    return f"prorrogó un plazo en {datos['dias']} más. {cambian(datos, de)}"


def rectificacion(datos: Mapping[str, Any], de: Mapping[str, str]) -> str:
    """Lo que dice la corrección de la fecha de que corre un plazo."""
    return f"corrigió desde cuándo corre un plazo: el {_dia(datos['desde'])}. {cambian(datos, de)}"


def compromiso(datos: Mapping[str, Any], de: Mapping[str, str]) -> str:
    """Lo que dice quien se compromete a una fecha para lo vencido."""
    que = de.get(datos["plazo"], "un plazo")
    return f"se comprometió a atender «{que}» a más tardar el {_dia(datos['fecha'])}; hasta entonces no se insiste"


def recuento(datos: Mapping[str, Any], de: Mapping[str, str]) -> str:
    """Lo que dice el recuento por días inhábiles publicados."""
    return f"volvió a contar los plazos con el calendario publicado. {cambian(datos, de)}"


def _cambio(p: Guardado, que: str) -> str:
    if p["estado"] == "suspendido":
        return f"Se detiene «{que}»."
    antes = p.get("antes", {}).get("vence")
    previa = f" (antes, el {_dia(antes)})" if antes and antes != p["vence"] else ""
    return f"«{que}» vence ahora el {_dia(p['vence'])}{previa}." if p["vence"] else f"«{que}» queda sin fecha{previa}."


def _cuando(vence: str | None) -> str:
    return f"que vence el {_dia(vence)}" if vence else "sin fecha por ahora"


def _dia(iso: str) -> str:
    return fecha_corta(date.fromisoformat(iso))
