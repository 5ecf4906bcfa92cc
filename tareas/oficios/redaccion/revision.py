"""Qué nombres, filtros y funciones usa una plantilla que no existen, pase o no el ejemplo por ahí.

Se lee la plantilla sin ejecutarla: una rama que sólo ocurre al negar se revisa igual que la de siempre.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import nodes

from tareas.oficios.redaccion.entorno import POR_CLAVE, Entorno

FUNCIONES = frozenset({"fundamento", "unidad", "dias", "enumera", "fecha", "pesos", "range"})
_DE_JINJA = frozenset({"loop", "super", "self", "caller", "varargs", "kwargs"})
_METODOS = frozenset({"items", "keys", "values"})


def faltas_de_nombres(entorno: Entorno, texto: str, ejemplo: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Cada falta con su línea, en orden. Un ejemplo debe traer todas las claves, aunque estén vacías."""
    arbol = entorno.parse(texto)
    propios = {n.name for n in arbol.find_all(nodes.Name) if n.ctx in {"store", "param"}}
    propios |= {n.name for n in arbol.find_all(nodes.Macro)} | _DE_JINJA
    propios |= {n.target for n in arbol.find_all(nodes.Import)}
    faltas = [*_de_filtros(entorno, arbol), *_de_instrucciones(arbol)]
    for nodo in arbol.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)):
        cadena = _cadena(nodo)
        if cadena and cadena[0] not in propios:
            falta = _falta(cadena, ejemplo)
            faltas += [(nodo.lineno, falta)] if falta else []
    return sorted(set(faltas))


def _cadena(nodo: nodes.Node) -> list[str]:
    """`datos.registro` → [datos, registro]; vacía si no nace de un nombre o un paso no es fijo."""
    if isinstance(nodo, nodes.Name):
        return [nodo.name] if nodo.ctx == "load" else []
    if isinstance(nodo, nodes.Getattr):
        antes = _cadena(nodo.node)
        return [*antes, nodo.attr] if antes else []
    if isinstance(nodo, nodes.Getitem) and isinstance(nodo.arg, nodes.Const):
        antes = _cadena(nodo.node)
        return [*antes, str(nodo.arg.value)] if antes else []
    return []


def _falta(cadena: list[str], ejemplo: Mapping[str, Any]) -> str:
    if cadena[0] in FUNCIONES:
        return ""
    donde: Any = ejemplo
    for i, paso in enumerate(cadena):
        if not isinstance(donde, Mapping):
            return ""  # una lista, o un opcional sin valor: no hay con qué compararlo
        if paso not in donde:
            if (i == 1 and cadena[0] in POR_CLAVE) or (i and paso in _METODOS):
                return ""
            return f"«{'.'.join(cadena[: i + 1])}» no existe en los datos"
        donde = donde[paso]
    return ""


def _de_filtros(entorno: Entorno, arbol: nodes.Template) -> Iterator[tuple[int, str]]:
    for filtro in arbol.find_all(nodes.Filter):
        if filtro.name not in entorno.filters:
            yield filtro.lineno, f"no se admite el filtro «{filtro.name}»; hay {', '.join(sorted(entorno.filters))}"
    for prueba in arbol.find_all(nodes.Test):
        if prueba.name not in entorno.tests:
            yield prueba.lineno, f"no se conoce la prueba «is {prueba.name}»"


def _de_instrucciones(arbol: nodes.Template) -> Iterator[tuple[int, str]]:
    for cruda in arbol.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)):
        yield cruda.lineno, "no se admite «autoescape»: los datos siempre salen literales"
