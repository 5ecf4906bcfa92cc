"""Lo que la bitácora dice de los oficios, en palabras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from api.web.piezas.pagina import enumera
from modelos.calendario import fecha_corta

A_LA_VISTA = 4
"""Con más unidades que éstas se dice cuántas son."""


def firma(asiento: Mapping[str, Any]) -> str:
    """«firmó el oficio DSTC/001/2026, «…», para DCAJ, con copia para CE-15»."""
    datos = asiento["datos"]
    copia = f", con copia para {a_quien(datos['ccp'])}" if datos["ccp"] else ""
    suple = " en suplencia" if datos["suplencia"] else ""
    frase = f"firmó{suple} el oficio {datos['numero']}, «{datos['asunto']}», para {a_quien(datos['para'])}{copia}"
    return f"{frase}; sustituye a uno anterior" if datos.get("sustituye") else frase


def envio(asiento: Mapping[str, Any]) -> str:
    """«envió el oficio DSTC/001/2026 a DCAJ; en JD nadie entra al sistema: falta entregarlo en papel»."""
    datos = asiento["datos"]
    llegan = [unidad for unidad in datos["a"] if unidad not in datos["sin_cuenta"]]
    frases = [f"envió el oficio {datos['numero']} a {a_quien(llegan)}"] if llegan else []
    if datos["sin_cuenta"]:
        frases.append(f"en {a_quien(datos['sin_cuenta'])} nadie entra al sistema: falta entregarlo en papel")
    if fuera := datos["en_papel"]:
        cuantos = "a 1 destinatario externo" if fuera == 1 else f"a {fuera} destinatarios externos"
        frases.append(f"{cuantos} se entrega en papel")
    dicho = "; ".join(frases) if llegan else f"registró el envío del oficio {datos['numero']}: {'; '.join(frases)}"
    return f"{dicho}{_cumple(datos)}"


def fuera(asiento: Mapping[str, Any]) -> str:
    """«registró que OF-29 se firmó fuera del sistema: SSI/045/2027, del 12 mar 2027»."""
    datos = asiento["datos"]
    del_dia = fecha_corta(date.fromisoformat(datos["fecha"]))
    return f"registró que {datos['clave']} se firmó fuera del sistema: {datos['numero']}, del {del_dia}{_cumple(datos)}"


def sin_efecto(asiento: Mapping[str, Any]) -> str:
    """«dejó sin efecto el oficio DSTC/001/2026; el plazo que se había cumplido con él vuelve a correr»."""
    datos = asiento["datos"]
    reabre = "; el plazo que se había cumplido con él vuelve a correr" if datos.get("plazos") else ""
    return f"dejó sin efecto el oficio {datos['numero']}{reabre}"


def _cumple(datos: Mapping[str, Any]) -> str:
    return "; con él se cumplió su plazo" if datos.get("cumple") else ""


def acuse(asiento: Mapping[str, Any]) -> str:
    """«acusó de recibido el oficio DSTC/001/2026 por DCAJ», o que capturó el acuse en papel."""
    datos = asiento["datos"]
    de = "un destinatario externo" if datos["de"] == "externo" else datos["de"]
    if datos["acuse"] == "papel":
        return f"capturó el acuse en papel de {de}, del oficio {datos['numero']}"
    return f"acusó de recibido el oficio {datos['numero']} por {de}"


def a_quien(unidades: Sequence[str]) -> str:
    """«DCAJ y CST», «72 destinatarios»; los de fuera se cuentan aparte."""
    if len(unidades) > A_LA_VISTA:
        return f"{len(unidades)} destinatarios"
    externos = sum(u == "externo" for u in unidades)
    nombrados = [u for u in unidades if u != "externo"]
    if externos:
        nombrados.append("un destinatario externo" if externos == 1 else f"{externos} destinatarios externos")
    return enumera(nombrados)
