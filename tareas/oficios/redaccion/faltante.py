"""Lo que falta en los datos de un oficio: qué es, dónde estaba y cómo se porta para no romper la plantilla."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Undefined

Dato = Any
"""Lo que una plantilla tenga entre manos: Jinja no sabe de tipos."""


class NombreInexistente(TemplateRuntimeError):
    """La plantilla usa un nombre que no está en los datos."""


class Faltante(Undefined):
    """Un dato que no está o está vacío.

    Es falso, se puede seguir (`datos.x.y`), comparar, sumar y recorrer; al imprimirse, sale marcado.
    """

    __slots__ = ("ruta", "vacio")

    def __init__(self, hint: str | None = None, obj: object = None, name: str | None = None, *_: object) -> None:
        super().__init__(hint, obj, name, NombreInexistente)
        self.ruta = str(name or "dato")
        self.vacio = False

    @classmethod
    def en(cls, ruta: str, *, vacio: bool = False) -> Faltante:
        """El que falta en esa ruta; vacio: la clave está, pero sin valor."""
        falta = cls(name=ruta)
        falta.vacio = vacio
        return falta

    def __getattr__(self, nombre: str) -> Dato:
        if nombre.startswith("_"):
            raise AttributeError(nombre)
        return Faltante.en(f"{self.ruta}.{nombre}", vacio=self.vacio)

    def __getitem__(self, clave: object) -> Dato:
        return Faltante.en(f"{self.ruta}.{clave}", vacio=self.vacio)

    def __iter__(self) -> Iterator[Any]:
        yield self

    def __call__(self, *_: object, **__: object) -> Dato:
        """`datos.x.items()` de lo que falta también falta; llamar a lo que no existe es falta de la plantilla."""
        if self.ruta.endswith((".items", ".keys", ".values")):
            return self
        raise NombreInexistente(self.ruta)

    def __eq__(self, otro: object) -> bool:
        return otro is None or otro == "" or isinstance(otro, Faltante)

    def __ne__(self, otro: object) -> bool:
        return not self == otro

    def __hash__(self) -> int:
        return hash("")

    def _igual(self, *_: object) -> Dato:
        return self

    def _no(self, *_: object) -> Dato:
        return False

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _igual
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __neg__ = __pos__ = _igual
    __lt__ = __le__ = __gt__ = __ge__ = _no


class NodoConRuta(dict[str, Any]):
    """Un diccionario del contexto que sabe dónde está, para poder decir qué falta."""

    __slots__ = ("ruta",)
    ruta: str


class ListaConRuta(list[Any]):
    """Una lista del contexto que sabe dónde está."""

    __slots__ = ("ruta",)
    ruta: str


def con_rutas(contexto: Mapping[str, Any]) -> dict[str, Any]:
    """El contexto con la ruta de cada cosa anotada; lo vacío, ya como faltante."""
    return {clave: _con_ruta(valor, clave) for clave, valor in contexto.items()}


def _con_ruta(valor: object, ruta: str) -> Dato:
    if valor is None or valor == "":
        return Faltante.en(ruta, vacio=True)
    if isinstance(valor, Mapping):
        nodo = NodoConRuta({str(k): _con_ruta(v, f"{ruta}.{k}") for k, v in valor.items()})
        nodo.ruta = ruta
        return nodo
    if isinstance(valor, list | tuple):
        lista = ListaConRuta(_con_ruta(v, f"{ruta}.{i}") for i, v in enumerate(valor))
        lista.ruta = ruta
        return lista
    return valor
