"""La huella de una tabla: lo que rige de ella, sin su redacción.

Rige lo que decide a dónde se sigue, quién, con qué y para cuándo: claves, unidades, salidas y destinos, formularios,
documentos, plazos, oficios y ciclo. La redacción (frases, títulos, citas, lo inferido) se puede corregir sin publicar
otra versión. Lo que vale lo mismo que su valor por omisión no cuenta: así un campo nuevo del vocabulario no cambia la
huella de las tablas que no lo usan. Puro.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from modelos.tabla.actividad import Actividad, Documento, Formulario, Ruta
from modelos.tabla.emision import Emision
from modelos.tabla.errores import TablaInvalida
from modelos.tabla.periodo import Ciclo
from modelos.tabla.plazo import ReglaPlazo
from modelos.tabla.tabla import Tabla

FORMATO = 1
"""Se sube cuando la misma tabla se escribe distinto aquí: lo guardado con otro formato no se compara, se rehace."""
_REDACCION: dict[type, frozenset[str]] = {
    Tabla: frozenset(
        {"nombre", "codigo", "revision", "fundamento", "periodicidad", "notas", "mencion", "ajenas", "ausente"}
    ),
    Actividad: frozenset({"accion", "fundamento", "numero", "pregunta", "inferido", "nota"}),
    Ruta: frozenset({"inferida"}),
    Documento: frozenset({"nombre"}),
    ReglaPlazo: frozenset({"que", "fundamento", "inferido"}),
    Emision: frozenset({"fundamento", "inferido", "por_completar"}),
    Ciclo: frozenset({"fundamento", "inferido"}),
}
_REDACCION_DE_CAMPO = frozenset({"title", "description", "examples", "inferido"})
DIFERENCIAS_A_LA_VISTA = 8


def contenido(tabla: Tabla) -> dict[str, Any]:
    """Lo que rige de la tabla, en tipos de JSON: cabe en una columna y se compara parte por parte."""
    dicho = _de_dataclass(tabla)
    # Por su clave y no por su lugar: añadir una fila a media tabla no debe parecer que cambiaron todas las de abajo.
    dicho["actividades"] = {act.clave: _de_dataclass(act) for act in tabla.actividades}
    return {"formato": FORMATO, "inicio": tabla.inicio.clave, **dicho}


def canonico(dicho: Mapping[str, Any]) -> str:
    """Siempre el mismo texto para el mismo contenido."""
    return json.dumps(dicho, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def huella(dicho: Mapping[str, Any]) -> str:
    """sha256 hexadecimal de un contenido."""
    return hashlib.sha256(canonico(dicho).encode()).hexdigest()


def diferencias(antes: Mapping[str, Any], ahora: Mapping[str, Any]) -> list[str]:
    """Qué cambió de un contenido a otro, en frases; las primeras, y cuántas más."""
    todas = list(_distinto((), antes, ahora))
    vistas, resto = todas[:DIFERENCIAS_A_LA_VISTA], len(todas) - DIFERENCIAS_A_LA_VISTA
    return [*vistas, f"y {resto} cambios más"] if resto > 0 else vistas


def _distinto(donde: tuple[str, ...], antes: object, ahora: object) -> Iterator[str]:
    if isinstance(antes, Mapping) and isinstance(ahora, Mapping):
        for clave in dict.fromkeys((*antes, *ahora)):
            yield from _distinto((*donde, clave), antes.get(clave), ahora.get(clave))
    elif antes != ahora:
        cual = ", ".join(donde)
        if antes is None:
            yield f"{cual}: se agregó"
        elif ahora is None:
            yield f"{cual}: se quitó"
        else:
            yield f"{cual}: era {_corto(antes)} y ahora es {_corto(ahora)}"


def _corto(valor: object) -> str:
    texto = json.dumps(valor, ensure_ascii=False)
    return texto if len(texto) <= 80 else f"{texto[:79]}…"


def _valor(cosa: object) -> Any:  # noqa: ANN401 - cualquier tipo de JSON
    match cosa:
        case Enum():
            dicho: Any = cosa.value
        case None | bool() | int() | float() | str():
            dicho = cosa
        case date():
            dicho = cosa.isoformat()
        case type() if issubclass(cosa, Formulario):
            dicho = _sin_redaccion(cosa.model_json_schema())
        case Mapping():
            dicho = {str(clave): _valor(valor) for clave, valor in cosa.items()}
        case tuple() | list():
            dicho = [_valor(uno) for uno in cosa]
        case _ if is_dataclass(cosa):
            dicho = {"es": type(cosa).__name__, **_de_dataclass(cosa)}
        case _ if callable(cosa):
            dicho = _programa(cosa)
        case _:
            falta = f"no se sabe resumir {type(cosa).__name__}: dígalo en modelos/tabla/huella.py"
            raise TablaInvalida("", [falta])
    return dicho


def _de_dataclass(cosa: Any) -> dict[str, Any]:  # noqa: ANN401 - cualquiera del vocabulario de las tablas
    redaccion = _REDACCION.get(type(cosa), frozenset())
    rigen = ((campo, getattr(cosa, campo.name)) for campo in fields(cosa) if campo.name not in redaccion)
    return {campo.name: _valor(valor) for campo, valor in rigen if valor != _por_omision(campo)}


def _por_omision(campo: Field[Any]) -> object:
    return campo.default_factory() if campo.default_factory is not MISSING else campo.default


def _sin_redaccion(esquema: object, *, son_nombres: bool = False) -> Any:  # noqa: ANN401 - cualquier tipo de JSON
    """Un JSON Schema sin lo que sólo se lee. son_nombres: sus claves son nombres de campos, que siempre cuentan."""
    if isinstance(esquema, Mapping):
        return {
            clave: _sin_redaccion(valor, son_nombres=clave in ("properties", "$defs") and not son_nombres)
            for clave, valor in esquema.items()
            if son_nombres or clave not in _REDACCION_DE_CAMPO
        }
    return [_sin_redaccion(uno) for uno in esquema] if isinstance(esquema, list) else esquema


def _programa(funcion: Callable[..., Any]) -> str:
    """Una función por lo que hace: su programa sin comentarios, acomodo ni docstring, ni cómo se llama."""
    fuente = textwrap.dedent(inspect.getsource(funcion))
    try:
        (hecha,) = ast.parse(fuente).body
    except (SyntaxError, ValueError):
        return fuente.strip()  # una lambda a media expresión
    if isinstance(hecha, ast.FunctionDef):
        cuerpo = hecha.body[1:] if ast.get_docstring(hecha) is not None else hecha.body
        return "\n".join((ast.unparse(hecha.args), *(ast.unparse(paso) for paso in cuerpo)))
    return ast.unparse(hecha)
