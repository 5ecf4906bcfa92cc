"""Lo que una plantilla de oficio puede hacer: pocos filtros, pocas funciones y ningún acceso a Python.

`escape` de Jinja es para HTML; aquí cada valor que se imprime pasa por `texto.escapar`. El escapado automático queda
encendido sólo para que Jinja distinga lo ya escrito (un bloque heredado, una macro) de un dato.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from jinja2 import BaseLoader, TemplateError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from markupsafe import Markup

from tareas.oficios.redaccion.faltante import Dato, Faltante, ListaConRuta, NodoConRuta, NombreInexistente
from tareas.oficios.redaccion.palabras import dias, enumera, fecha, pesos
from tareas.oficios.redaccion.texto import escapar

NOMBRE = "plantilla.md.j2"
"""Como se llama en los errores una plantilla que no dijo su nombre."""
ADMITIDOS = (
    *("default", "length", "upper", "lower", "capitalize", "first", "last", "sort", "selectattr", "rejectattr"),
    *("map", "list", "groupby", "round", "sum", "unique", "trim"),
)
_SOBRE_EL_TEXTO = ("upper", "lower", "capitalize", "round", "trim")
POR_CLAVE = ("oficios", "plazos", "ultima", "unidades")
"""Diccionarios cuyas claves dependen del expediente: preguntar por una que no está no es falta de la plantilla."""


class _Compilador(CodeGenerator):
    """`a ~ b` escapa para Markdown lo que no está escrito todavía; la de Jinja escaparía para HTML."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - así lo busca Jinja
        self.write("environment.pegar((")
        for pieza in node.nodes:
            self.visit(pieza, frame)
            self.write(", ")
        self.write("))")


class Entorno(ImmutableSandboxedEnvironment):
    """Jinja2 para oficios. estricto: al imprimir o recorrer un nombre que no existe, falla en vez de marcarlo."""

    code_generator_class: ClassVar[type[CodeGenerator]] = _Compilador  # type: ignore[misc]
    intercepted_binops: ClassVar[frozenset[str]] = frozenset({"+", "%", "*", "**"})  # type: ignore[misc]
    estricto = False

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            autoescape=True,
            finalize=self.escribir,
            undefined=Faltante,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=0,
        )
        self.globals.clear()
        self.globals["range"] = safe_range
        propios: dict[str, Callable[..., Any]] = {"fecha": fecha, "pesos": pesos}
        comunes = {nombre: FILTERS[nombre] for nombre in ADMITIDOS}
        self.filters = {**comunes, **{n: _o_faltante(comunes[n]) for n in _SOBRE_EL_TEXTO}}
        self.filters |= {n: _o_faltante(f) for n, f in propios.items()}

    def escribir(self, valor: object) -> Markup:
        """Lo que se imprime: un dato, escapado; lo que falta, marcado; lo ya escrito, tal cual."""
        if isinstance(valor, Markup):
            return valor
        if isinstance(valor, Faltante):
            if self.estricto and not valor.vacio:
                raise NombreInexistente(valor.ruta)
            ruta = re.sub(r"[^\w.\-]", "", valor.ruta)[:200]
            return Markup("[FALTA: {}]").format(ruta or "dato")
        if valor is None:
            return Markup("[FALTA: dato]")
        if isinstance(valor, bool):
            valor = "sí" if valor else "no"
        return Markup(escapar(valor))  # noqa: S704 - aquí Markup quiere decir «ya es Markdown»

    def pegar(self, piezas: Sequence[object]) -> str:
        """`a ~ b`."""
        if any(isinstance(p, Markup | Faltante) for p in piezas):
            return Markup("").join(map(self.escribir, piezas))
        return "".join(map(str, piezas))

    def getattr(self, obj: object, attribute: str) -> Dato:
        """`datos.items` es el dato «items», no un método."""
        if isinstance(obj, NodoConRuta):
            return self._de_nodo(obj, attribute)
        if isinstance(obj, str | int | float | list | date) or attribute.startswith("_"):
            raise SecurityError(f"no se admite pedir «.{attribute}»; use un filtro")
        return super().getattr(obj, attribute)

    def getitem(self, obj: object, argument: object) -> Dato:
        """Lo mismo con corchetes; los índices de una lista no necesitan existir."""
        if isinstance(obj, NodoConRuta):
            return self._de_nodo(obj, str(argument))
        if isinstance(obj, ListaConRuta) and isinstance(argument, int) and not -len(obj) <= argument < len(obj):
            return Faltante.en(f"{obj.ruta}.{argument}")
        if isinstance(argument, str) and not isinstance(obj, Faltante):
            raise SecurityError(f"no se admite pedir «{argument}» ahí")
        return super().getitem(obj, argument)

    def _de_nodo(self, nodo: NodoConRuta, clave: str) -> Dato:
        if clave in nodo:
            return nodo[clave]
        if clave in {"items", "keys", "values"}:
            return getattr(nodo, clave)
        return Faltante.en(f"{nodo.ruta}.{clave}")

    def call_binop(self, context: Context, operator: str, left: Dato, right: Dato) -> Dato:
        """Ni potencias ni textos repetidos: sólo sirven para agotar la memoria."""
        falta = next((x for x in (left, right) if isinstance(x, Faltante)), None)
        if falta is not None:
            return falta
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return self.pegar((left, right))
        if operator == "+" or (operator != "**" and _son_numeros(left, right)):
            return super().call_binop(context, operator, left, right)
        raise TemplateError(f"no se admite «{operator}» entre esos datos")

    def funciones(self, contexto: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
        """Las de toda plantilla, salvo `fundamento`."""
        unidades = contexto.get("unidades") or {}

        def unidad(clave: object) -> str | Faltante:
            if isinstance(clave, Faltante):
                return clave
            return unidades.get(str(clave)) or Faltante.en(f"unidad.{clave}")

        return {
            "unidad": unidad,
            "dias": dias,
            "enumera": enumera,
            "fecha": _o_faltante(fecha),
            "pesos": _o_faltante(pesos),
        }


def _son_numeros(*valores: Dato) -> bool:
    return all(isinstance(valor, int | float | Decimal) for valor in valores)


def _o_faltante(funcion: Callable[..., Any]) -> Callable[..., Any]:
    """La misma función, que devuelve lo que falta tal como le llegó."""

    def con_faltante(*args: Dato, **kwargs: Dato) -> Dato:
        falta = next((a for a in args if isinstance(a, Faltante)), None)
        return funcion(*args, **kwargs) if falta is None else falta

    return con_faltante
