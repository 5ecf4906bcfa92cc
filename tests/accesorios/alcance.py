"""Qué errores propios puede lanzar una función, ella o lo que llama: se lee del código, sin correrlo.

Sigue los nombres que cada función menciona (módulos, funciones, clases nuestras) hasta donde se acaban. No ve lo que
se decide al correr (un método de un objeto que alguien pasa): por eso acompaña a las pruebas que los provocan.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, MethodType, ModuleType
from typing import Any

from modelos.errores import ErrorGestion

PROPIOS = ("api", "flujos", "modelos", "tareas")


def errores_de(funcion: Callable[..., Any]) -> dict[type[ErrorGestion], str]:
    """Cada clase de error que puede salir de ahí, con el camino por el que se llega a ella."""
    hallados: dict[type[ErrorGestion], str] = {}
    vistas: set[FunctionType] = set()
    faltan = [(_desnuda(funcion), "")]
    while faltan:
        actual, camino = faltan.pop()
        if actual is None or actual in vistas:
            continue
        vistas.add(actual)
        aqui = f"{camino} > {actual.__qualname__}".removeprefix(" > ")
        lanza, llama = _lee(actual)
        for error in lanza:
            hallados.setdefault(error, aqui)
        faltan += [(otra, aqui) for otra in llama]
    return hallados


@cache
def _lee(funcion: FunctionType) -> tuple[frozenset[type[ErrorGestion]], frozenset[FunctionType]]:
    """Lo que lanza y lo que menciona una función, sin seguir más allá."""
    try:
        arbol = ast.parse(textwrap.dedent(inspect.getsource(funcion)))
    except (OSError, SyntaxError):  # hecha al vuelo, como las de una dataclass
        return frozenset(), frozenset()
    nombres = {**vars(sys.modules[funcion.__module__]), **_importados(arbol)}
    lanza: set[type[ErrorGestion]] = set()
    llama: set[FunctionType] = set()
    for nodo in ast.walk(arbol):
        if isinstance(nodo, ast.Raise):
            que = _valor(nodo.exc.func if isinstance(nodo.exc, ast.Call) else nodo.exc, nombres)
            if isinstance(que, type) and issubclass(que, ErrorGestion):
                lanza.add(que)
        elif isinstance(nodo, ast.Name | ast.Attribute):
            llama |= set(_funciones(_valor(nodo, nombres)))
    return frozenset(lanza), frozenset(llama)


def _importados(arbol: ast.AST) -> dict[str, object]:
    """Lo que una función importa dentro de sí."""
    hallado: dict[str, object] = {}
    for nodo in ast.walk(arbol):
        if isinstance(nodo, ast.ImportFrom) and (nodo.module or "").partition(".")[0] in PROPIOS:
            modulo = importlib.import_module(nodo.module or "")
            for alias in nodo.names:
                valor = getattr(modulo, alias.name, None)
                hallado[alias.asname or alias.name] = valor or importlib.import_module(f"{nodo.module}.{alias.name}")
    return hallado


def _valor(nodo: ast.expr | None, nombres: dict[str, object]) -> object:
    if isinstance(nodo, ast.Name):
        return nombres.get(nodo.id)
    if isinstance(nodo, ast.Attribute):
        base = _valor(nodo.value, nombres)
        return inspect.getattr_static(base, nodo.attr, None) if isinstance(base, ModuleType | type) else None
    return None


def _funciones(cosa: object) -> Iterator[FunctionType]:
    """Ella, o los métodos de la clase; sólo lo nuestro."""
    if isinstance(cosa, type) and cosa.__module__.partition(".")[0] in PROPIOS and not issubclass(cosa, BaseException):
        candidatas: list[object] = list(vars(cosa).values())
    else:
        candidatas = [cosa]
    for candidata in candidatas:
        suya = _desnuda(candidata)
        if suya is not None and (suya.__module__ or "").partition(".")[0] in PROPIOS:
            yield suya


def _desnuda(cosa: object) -> FunctionType | None:
    """La función dentro de lo que la envuelve: decoradores, métodos de clase, propiedades."""
    if isinstance(cosa, property):
        cosa = cosa.fget
    cosa = getattr(cosa, "__func__", cosa) if isinstance(cosa, staticmethod | classmethod | MethodType) else cosa
    cosa = inspect.unwrap(cosa) if isinstance(cosa, FunctionType) else cosa
    return cosa if isinstance(cosa, FunctionType) else None
