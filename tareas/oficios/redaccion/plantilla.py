"""De una plantilla y los datos de un expediente, a un asunto y un cuerpo en Markdown.

El valor de un dato nunca es Markdown: sale escapado, aunque traiga tablas o llaves. Lo que falta sale
`[FALTA: datos.registro]`, a la vista de quien revisa. El texto legal no se escribe al redactar: queda apartado su lugar
y `citar` lo pone después, porque el registro de ordenamientos vive en la base y una plantilla editada por
administración se redacta en otro proceso (`taller.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from traceback import walk_tb
from typing import Any

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.runtime import Context
from markupsafe import Markup

from modelos.errores import ErrorGestion
from tareas.oficios.errores import OficioDemasiadoLargo, PlantillaRota
from tareas.oficios.redaccion.entorno import NOMBRE, Entorno
from tareas.oficios.redaccion.faltante import NombreInexistente, con_rutas
from tareas.oficios.redaccion.revision import faltas_de_nombres
from tareas.oficios.redaccion.texto import MAXIMO, SALTO, escapar, faltantes, limpiar, plano

CARPETA = Path(__file__).parents[3] / "plantillas_oficio"
EXTENSION = ".md.j2"
Citar = Callable[[Sequence[str]], str]

_CITA = re.compile("\ufdd0([0-9]+)\ufdd1")
"""El lugar de una cita. Son señas que nunca serán letras, y que `limpiar` quita de los datos y de la plantilla."""


_FRASES: dict[type[Exception], str] = {
    ZeroDivisionError: "divide entre cero",
    OverflowError: "un ciclo o una cuenta es demasiado grande",
    RecursionError: "se llama a sí misma sin fin",
    TypeError: "una función, un filtro o una cuenta no admite ese dato",
    ValueError: "un valor no es de los que se admiten ahí",
}


@dataclass(frozen=True)
class Borrador:
    """Lo redactado, con el lugar de cada cita apartado. Viaja entre procesos."""

    asunto: str
    cuerpo: str
    citas: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Redactado:
    """Un oficio redactado. cuerpo: Markdown; asunto: un renglón sin marcas; faltan: lo que hay que completar.

    ordenamientos_citados: las claves como se escribieron («M-N-7»), en su orden y sin repetir.
    """

    asunto: str
    cuerpo: str
    ordenamientos_citados: tuple[str, ...]
    faltan: tuple[str, ...]


def redactar(
    texto: str,
    contexto: Mapping[str, Any],
    citar: Citar,
    *,
    editadas: Mapping[str, str] | None = None,
    nombre: str = NOMBRE,
) -> Redactado:
    """Redacta con una plantilla de confianza, en este proceso.

    Recibe:
        contexto: sólo datos de JSON. `unidad()` busca en `contexto["unidades"]`: clave → nombre.
        citar: de las claves citadas, la frase que las funda. editadas: las plantillas comunes que administración
        cambió («_base.md.j2» → texto); tapan a las del repositorio.

    Lanza:
        PlantillaRota: no se pudo leer o redactar, con su línea.
    """
    return terminar(texto, bosquejar(texto, contexto, editadas=editadas, nombre=nombre), citar, nombre)


def bosquejar(
    texto: str,
    contexto: Mapping[str, Any],
    *,
    editadas: Mapping[str, str] | None = None,
    nombre: str = NOMBRE,
    estricto: bool = False,
) -> Borrador:
    """Redacta dejando apartadas las citas. estricto: un nombre que no existe es falta de la plantilla."""
    texto = limpiar(texto)
    citas: list[tuple[str, ...]] = []

    def fundamento(*claves: object) -> Markup:
        citas.append(tuple(str(clave) for clave in claves))
        return Markup(f"\ufdd0{len(citas) - 1}\ufdd1")  # noqa: S704 - lo escapa `terminar`

    entorno = _entorno(texto, editadas, nombre)
    entorno.estricto = estricto
    variables = {**con_rutas(contexto), **entorno.funciones(contexto), "fundamento": fundamento}
    try:
        plantilla = entorno.get_template(nombre)
        ctx: Context = plantilla.new_context(variables)
        cuerpo = _juntar(plantilla.root_render_func(ctx))
        asunto = _juntar(ctx.blocks["asunto"][0](ctx)) if "asunto" in ctx.blocks else None
    except (ErrorGestion, MemoryError):
        raise
    except Exception as error:  # la plantilla es código ajeno: cualquier cosa que haga mal es falta suya
        raise _rota(error, nombre) from error
    if asunto is None:
        raise PlantillaRota(nombre, 1, "le falta el bloque «asunto»")
    return Borrador(asunto, _ordenar(cuerpo), tuple(citas))


def terminar(texto: str, borrador: Borrador, citar: Citar, nombre: str = NOMBRE) -> Redactado:
    """Pone cada cita en su lugar y deja el asunto en un renglón."""
    frases = [_citada(texto, claves, citar, nombre) for claves in borrador.citas]

    def cita(hallada: re.Match[str]) -> str:
        return escapar(frases[int(hallada[1])])

    cuerpo, asunto = _CITA.sub(cita, borrador.cuerpo), _CITA.sub(cita, borrador.asunto)
    if len(cuerpo) > MAXIMO:
        raise OficioDemasiadoLargo(len(cuerpo), MAXIMO)
    citados = dict.fromkeys(clave for claves in borrador.citas for clave in claves)
    return Redactado(
        asunto=" ".join(plano(asunto).split()),
        cuerpo=cuerpo,
        ordenamientos_citados=tuple(citados),
        faltan=faltantes(f"{asunto}\n{cuerpo}"),
    )


def revisar(
    texto: str,
    ejemplo: Mapping[str, Any],
    citar: Citar | None = None,
    *,
    editadas: Mapping[str, str] | None = None,
    nombre: str = NOMBRE,
) -> None:
    """Falla si la plantilla no sirve para expedientes como el ejemplo, aunque el ejemplo no pase por la falta.

    Recibe:
        ejemplo: un contexto con todas las claves que puede haber; las opcionales, en `None` o vacías.

    Lanza:
        PlantillaRota: la primera falta, con su línea: sintaxis, filtro no admitido, nombre que no existe, cita
        desconocida (si se da `citar`).
    """
    terminar(texto, ensayar(texto, ejemplo, editadas=editadas, nombre=nombre), citar or ", ".join, nombre)


def ensayar(
    texto: str, ejemplo: Mapping[str, Any], *, editadas: Mapping[str, str] | None = None, nombre: str = NOMBRE
) -> Borrador:
    """Lo de `revisar` que no necesita `citar`: lee la plantilla y la redacta en modo estricto."""
    entorno = _entorno(limpiar(texto), editadas, nombre)
    try:
        faltas = faltas_de_nombres(entorno, limpiar(texto), ejemplo)
    except TemplateError as error:
        raise _rota(error, nombre) from error
    for linea, motivo in faltas:
        raise PlantillaRota(nombre, linea, motivo)
    return bosquejar(texto, ejemplo, editadas=editadas, nombre=nombre, estricto=True)


# --- por dentro --------------------------------------------------------------


def _entorno(texto: str, editadas: Mapping[str, str] | None, nombre: str) -> Entorno:
    propias = DictLoader({**{k: limpiar(v) for k, v in (editadas or {}).items()}, nombre: texto})
    return Entorno(loader=ChoiceLoader([propias, _del_repositorio()]))


class _SoloOficios(FileSystemLoader):
    """No sale de su carpeta (rechaza «..» y rutas absolutas), y de ella sólo da plantillas, no la composición."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if not template.endswith(EXTENSION):
            raise TemplateNotFound(template)
        return super().get_source(environment, template)


@cache
def _del_repositorio() -> FileSystemLoader:
    return _SoloOficios(CARPETA)


def _juntar(trozos: Iterable[str]) -> str:
    partes, largo = [], 0
    for trozo in trozos:
        largo += len(trozo)
        if largo > MAXIMO:
            raise OficioDemasiadoLargo(largo, MAXIMO)
        partes.append(trozo)
    return "".join(partes)


def _ordenar(cuerpo: str) -> str:
    """Los saltos de los datos, como los escribiría una persona; en una tabla no caben y son espacios."""
    renglones = []
    for renglon in cuerpo.split("\n"):
        en_tabla = renglon.lstrip().startswith("|")
        renglones.append(renglon.rstrip().replace(SALTO, " " if en_tabla else "\\\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(renglones)).strip() + "\n"


def _citada(texto: str, claves: tuple[str, ...], citar: Citar, nombre: str) -> str:
    try:
        return citar(claves)
    except (ErrorGestion, LookupError, ValueError) as error:
        primera = f"«{'», «'.join(claves)}»"
        linea = next((n for n, renglon in enumerate(texto.split("\n"), 1) if any(c in renglon for c in claves)), 0)
        motivo = str(error) if isinstance(error, ErrorGestion) else f"cita {primera}, que no se conoce"
        raise PlantillaRota(nombre, linea, motivo.rstrip(".")) from error


def _rota(error: Exception, nombre: str) -> PlantillaRota:
    """La falta con la plantilla y la línea donde de veras ocurrió, que puede ser una heredada."""
    if isinstance(error, TemplateSyntaxError):
        return PlantillaRota(error.name or nombre, error.lineno, f"no se entiende: {error.message or 'sintaxis'}")
    donde, linea = nombre, 0
    for marco, renglon in walk_tb(error.__traceback__):
        plantilla = marco.f_globals.get("__jinja_template__")
        if plantilla is not None:
            donde, linea = plantilla.name, plantilla.get_corresponding_lineno(renglon)
    return PlantillaRota(donde, linea, _que_paso(error))


def _que_paso(error: Exception) -> str:
    if isinstance(error, NombreInexistente):
        return f"«{error}» no existe en los datos"
    if isinstance(error, TemplateNotFound):
        return f"usa la plantilla «{error.name}», que no existe o no se admite"
    if isinstance(error, TemplateError):
        return f"no se pudo redactar: {error}"
    return next((frase for clase, frase in _FRASES.items() if isinstance(error, clase)), "no se pudo redactar")
