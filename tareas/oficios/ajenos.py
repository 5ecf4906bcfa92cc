"""Qué signos de un oficio no tienen letra, y dónde están: mientras haya uno, no se firma.

Se busca en todo lo que se imprime (lo que escribió quien lo redactó, los nombres y cargos, la papelería), porque por
cualquiera de esas puertas puede entrar un signo pegado de otra parte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from modelos.oficios import letras
from tareas.oficios.redaccion.texto import SALTO, Nodo, bloques, limpiar

ALREDEDOR = 24
"""Letras que se citan a cada lado del signo, para hallarlo."""
DEL_BORRADOR = ("asunto", "cuerpo", "anexos", "destinatarios", "ccp", "distribucion")
"""Lo que corrige quien redacta; lo demás es de la administración."""
_SIMPLES = {
    "asunto": "el asunto",
    "expediente": "el folio del expediente",
    "numero": "el número",
    "leyenda": "la leyenda del año",
    "lugar_fecha": "el lugar de la fecha",
    "iniciales": "las iniciales",
    "aviso": "el aviso bajo el membrete",
}
_PARTES = {
    "membrete": {"institucion": "el membrete", "jerarquia": "los nombres de las unidades del membrete"},
    "pie": {"domicilio": "el domicilio del pie", "telefono": "el teléfono del pie", "sitio": "el sitio del pie"},
    "atentamente": {
        "nombre": "el nombre de quien firma",
        "cargo": "el cargo de quien firma",
        "suplencia": "la suplencia de quien firma",
    },
}
_DE_CADA = {
    "destinatarios": {"nombre": "el nombre", "cargo": "el cargo", "institucion": "la institución"},
    "distribucion": {"clave": "la clave", "nombre": "el nombre"},
}
_SERIES = {"ccp": "la copia {}", "anexos": "el anexo {}"}
_BLOQUES = {"parrafo": "el párrafo", "titulo": "el subtítulo", "lista": "la lista", "tabla": "la tabla"}


@dataclass(frozen=True)
class Ajeno:
    """Un signo sin letra. campo: la clave del contenido en que está; cita: lo que lo rodea."""

    signo: str
    campo: str
    donde: str
    cita: str

    def __str__(self) -> str:
        return f"{letras.nombre(self.signo)} en {self.donde}, donde dice «{self.cita}»"

    @property
    def de_quien(self) -> str:
        """A quién le toca corregirlo."""
        return "" if self.campo in DEL_BORRADOR else " (lo corrige la administración)"


@dataclass(frozen=True)
class _Impreso:
    """Un texto que sale en el papel. campo: la clave del contenido en que está; donde: su lugar, en palabras."""

    campo: str
    donde: str
    texto: str


def ajenos(contenido: Mapping[str, Any]) -> list[Ajeno]:
    """Los de un contenido, en el orden en que se imprime, sin repetir el mismo en el mismo lugar.

    Lanza:
        SinTipografias, OficioDemasiadoLargo.
    """
    hallados = (
        Ajeno(signo, impreso.campo, impreso.donde, _cita(limpio, desde, signo))
        for impreso in _impresos(contenido)
        if (limpio := limpiar(impreso.texto).replace(SALTO, "\n"))
        for desde, signo in letras.ajenos(limpio)
    )
    return list({(a.signo, a.donde): a for a in hallados}.values())


def _cita(texto: str, desde: int, signo: str) -> str:
    antes, despues = texto[max(0, desde - ALREDEDOR) : desde], texto[desde + len(signo) :][:ALREDEDOR]
    inicio = "…" if desde > ALREDEDOR else ""
    fin = "…" if len(texto) > desde + len(signo) + ALREDEDOR else ""
    return f"{inicio}{' '.join(f'{antes}{signo}{despues}'.split())}{fin}"


# --- todo lo que se imprime, con su lugar en palabras ------------------------------


def _impresos(contenido: Mapping[str, Any]) -> Iterator[_Impreso]:
    for campo, donde in _SIMPLES.items():
        yield _Impreso(campo, donde, str(contenido.get(campo) or ""))
    for campo, partes in _PARTES.items():
        yield from _de_partes(campo, partes, contenido.get(campo) or {})
    for campo, partes in _DE_CADA.items():
        yield from _de_cada(campo, partes, contenido.get(campo) or ())
    for campo, donde in _SERIES.items():
        for i, texto in enumerate(contenido.get(campo) or (), 1):
            yield _Impreso(campo, donde.format(i), str(texto))
    yield from _del_cuerpo(_arbol(contenido))


def _arbol(contenido: Mapping[str, Any]) -> Sequence[Nodo]:
    return contenido["cuerpo"] if "cuerpo" in contenido else bloques(contenido.get("cuerpo_markdown") or "")


def _de_partes(campo: str, partes: Mapping[str, str], valores: Mapping[str, Any]) -> Iterator[_Impreso]:
    for parte, donde in partes.items():
        valor = valores.get(parte) or ""
        yield _Impreso(campo, donde, " / ".join(valor) if isinstance(valor, list) else str(valor))


def _de_cada(campo: str, partes: Mapping[str, str], todos: Sequence[Mapping[str, Any]]) -> Iterator[_Impreso]:
    que = "destinatario" if campo == "destinatarios" else "renglón de la distribución"
    for i, uno in enumerate(todos, 1):
        for parte, donde in partes.items():
            yield _Impreso(campo, f"{donde} del {que} {i}", str(uno.get(parte) or ""))


def _del_cuerpo(arbol: Sequence[Nodo]) -> Iterator[_Impreso]:
    cuenta: dict[str, int] = {}
    for nodo in arbol:
        cuenta[nodo["t"]] = cuenta.get(nodo["t"], 0) + 1
        donde = f"{_BLOQUES[nodo['t']]} {cuenta[nodo['t']]} del texto"
        if nodo["t"] == "tabla":
            for i, fila in enumerate((nodo["encabezado"], *nodo["filas"])):
                de_la = f"la fila {i} de {donde}" if i else f"el encabezado de {donde}"
                yield from (_Impreso("cuerpo", de_la, _corrido(celda)) for celda in fila)
        elif nodo["t"] == "lista":
            for i, elemento in enumerate(nodo["elementos"], 1):
                punto = f"el punto {i} de {donde}"
                yield from (replace(dentro, donde=punto) for dentro in _del_cuerpo(elemento))
        else:
            yield _Impreso("cuerpo", donde, _corrido(nodo["hijos"]))


def _corrido(nodos: Sequence[Nodo]) -> str:
    return "".join(n.get("v", "") or ("\n" if n["t"] == "salto" else _corrido(n.get("hijos", ()))) for n in nodos)
