"""Las hojas con que se cargan unidades, personas y adscripciones: sus columnas y cómo se entiende cada celda.

Puro: no abre archivos ni mira la base. Cada falta dice hoja, renglón y columna, para corregirla sin buscarla.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from modelos.errores import FormularioIncompleto
from modelos.fechas import COMO_FECHA, leer
from modelos.organizacion.vigencia import falta_de_anio

MAXIMO_RENGLONES = 2000
_MAXIMO_EMPACADO = 4 * 1024 * 1024
_ULTIMO_RENGLON = 1_048_576
"""De una hoja de Excel."""
_NO_CONSERVADO = "la página no conservó lo que traía; vuelva a subirlo"
UNIDADES, PERSONAS, ADSCRIPCIONES = "Unidades", "Personas", "Adscripciones"


@dataclass(frozen=True)
class Columna:
    """Una columna. otros: cómo más puede llamarse; su nombre y éstos se reconocen sin acentos ni mayúsculas."""

    campo: str
    titulo: str
    obligatoria: bool = False
    otros: tuple[str, ...] = ()


HOJAS: dict[str, tuple[Columna, ...]] = {
    UNIDADES: (
        Columna("clave", "Clave", obligatoria=True, otros=("unidad",)),
        Columna("nombre", "Denominación", obligatoria=True, otros=("nombre",)),
        Columna("tipo", "Tipo"),
        Columna("depende_de", "Depende de", otros=("unidad estatal",)),
        Columna("entidad", "Entidad", otros=("estado",)),
        Columna("activa", "Activa"),
        Columna("por_confirmar", "Por confirmar"),
    ),
    PERSONAS: (
        Columna("correo", "Correo", obligatoria=True, otros=("correo electronico", "email", "e-mail")),
        Columna("nombre", "Nombre", obligatoria=True, otros=("nombre completo",)),
        Columna("activa", "Activa"),
    ),
    ADSCRIPCIONES: (
        Columna("correo", "Correo", obligatoria=True, otros=("correo electronico", "email", "e-mail")),
        Columna("unidad", "Unidad", obligatoria=True, otros=("clave", "clave de la unidad")),
        Columna("rol", "Rol", obligatoria=True),
        Columna("desde", "Desde", otros=("primer dia",)),
        Columna("hasta", "Hasta", otros=("ultimo dia",)),
    ),
}
FECHAS = frozenset({"desde", "hasta"})
_NUMERO = re.compile(r"\d+(\.\d+)?", re.ASCII)
_SI, _NO = frozenset({"si", "s", "verdadero", "true", "1"}), frozenset({"no", "n", "falso", "false", "0"})


@dataclass(frozen=True)
class RenglonDeHoja:
    """Un renglón con algo escrito. numero: el de la hoja de cálculo; valores: por campo, como texto."""

    hoja: str
    numero: int
    valores: Mapping[str, str]

    def texto(self, campo: str) -> str:
        """Lo escrito en esa columna; vacío si la hoja no la trae."""
        return self.valores.get(campo, "")


@dataclass(frozen=True)
class Defecto:
    """Algo que corregir. letra: la columna, vacía si es de todo el renglón; numero: 0 si es de toda la hoja."""

    hoja: str
    numero: int
    letra: str
    titulo: str
    que: str

    @property
    def donde(self) -> str:
        """«Personas, renglón 7, columna B (Correo)»."""
        renglon = f", renglón {self.numero}" if self.numero else ""
        columna = f", columna {self.letra} ({self.titulo})" if self.letra else ""
        return f"{self.hoja}{renglon}{columna}"

    def __str__(self) -> str:
        return f"{self.donde}: {self.que}."


@dataclass(frozen=True)
class Libro:
    """Lo leído de un archivo. letras: de cada hoja, la letra de cada campo. notas: lo que se pasó por alto."""

    renglones: Sequence[RenglonDeHoja]
    letras: Mapping[str, Mapping[str, str]]
    faltas: Sequence[Defecto] = ()
    notas: Sequence[str] = field(default=())

    def de(self, hoja: str) -> list[RenglonDeHoja]:
        """Los renglones de una hoja."""
        return [renglon for renglon in self.renglones if renglon.hoja == hoja]

    def falta(self, renglon: RenglonDeHoja, campo: str, que: str) -> Defecto:
        """Una falta de esa celda."""
        letra = self.letras.get(renglon.hoja, {}).get(campo, "")
        return Defecto(renglon.hoja, renglon.numero, letra, titulo(renglon.hoja, campo), que)


def titulo(hoja: str, campo: str) -> str:
    """Cómo se llama la columna de ese campo."""
    return next((c.titulo for c in HOJAS.get(hoja, ()) if c.campo == campo), campo)


def plegado(texto: str) -> str:
    """Sin acentos, mayúsculas ni espacios de más."""
    sueltas = unicodedata.normalize("NFD", " ".join(texto.split()).casefold())
    return "".join(letra for letra in sueltas if not unicodedata.combining(letra))


def hoja_de(nombre: str) -> str | None:
    """La hoja que se llama así, o None si no es ninguna de las que se cargan."""
    return next((hoja for hoja in HOJAS if plegado(hoja) == plegado(nombre)), None)


def campo_de(hoja: str, encabezado: str) -> str | None:
    """El campo al que corresponde ese encabezado, o None."""
    pedido = plegado(encabezado.rstrip("* "))
    return next((c.campo for c in HOJAS[hoja] if pedido in (plegado(c.titulo), c.campo, *c.otros)), None)


def fecha(texto: str) -> date | None:
    """La fecha escrita `AAAA-MM-DD` o `DD/MM/AAAA`; None si está vacía.

    Lanza:
        ValueError: no es una fecha; el mensaje dice cómo escribirla.
    """
    if not texto:
        return None
    if _NUMERO.fullmatch(texto):
        raise ValueError(f"{COMO_FECHA}; es un número: dé a la celda formato de fecha")
    escrita = leer(texto)
    if falta := falta_de_anio(escrita):
        raise ValueError(falta)
    return escrita


def si_o_no(texto: str) -> bool | None:
    """Sí, no, o None si está vacío. Lanza ValueError."""
    pedido = plegado(texto)
    if pedido and pedido not in _SI | _NO:
        raise ValueError("escriba Sí o No")
    return pedido in _SI if pedido else None


def empacar(libro: Libro) -> str:
    """El libro en un texto que cabe en un formulario, para confirmarlo sin volver a subirlo."""
    crudo = [[r.hoja, r.numero, dict(r.valores)] for r in libro.renglones]
    junto = json.dumps([crudo, {h: dict(ls) for h, ls in libro.letras.items()}], ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(junto.encode(), 9)).decode()


def desempacar(texto: str) -> Libro:
    """El libro de `empacar`; lo que traiga se vuelve a revisar entero.

    Lanza:
        FormularioIncompleto: no lo escribió esta página.
    """
    try:
        # Lo que pase del máximo se corta y ya no es JSON.
        crudo = zlib.decompressobj().decompress(base64.urlsafe_b64decode(texto.encode()), _MAXIMO_EMPACADO)
        leido = json.loads(crudo)
        json.dumps(leido, ensure_ascii=False).encode()  # ValueError si trae mitades sueltas de un carácter
        renglones, letras = leido
        hechos = [_renglon(*partes) for partes in renglones]
        de_cada = {_hoja(hoja): _campos(hoja, suyas) for hoja, suyas in letras.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, zlib.error, binascii.Error) as error:
        raise FormularioIncompleto({"archivo": _NO_CONSERVADO}) from error
    if len({(r.hoja, r.numero) for r in hechos}) < len(hechos):
        raise FormularioIncompleto({"archivo": _NO_CONSERVADO})
    if any(sum(1 for r in hechos if r.hoja == hoja) > MAXIMO_RENGLONES for hoja in HOJAS):
        raise FormularioIncompleto({"archivo": f"trae más de {MAXIMO_RENGLONES} renglones en una hoja; divídalo"})
    return Libro(hechos, de_cada)


def _renglon(hoja: object, numero: object, valores: object) -> RenglonDeHoja:
    """Lanza ValueError: no es un renglón de `empacar`."""
    if type(numero) is not int or not 1 <= numero <= _ULTIMO_RENGLON:
        raise ValueError("el número del renglón")
    return RenglonDeHoja(_hoja(hoja), numero, _campos(hoja, valores))


def _hoja(nombre: object) -> str:
    if not isinstance(nombre, str) or nombre not in HOJAS:
        raise ValueError(str(nombre)[:40])
    return nombre


def _campos(hoja: object, valores: object) -> dict[str, str]:
    """Lo de cada campo de esa hoja, sólo texto."""
    campos = {c.campo for c in HOJAS[_hoja(hoja)]}
    if not isinstance(valores, dict) or any(c not in campos or not isinstance(v, str) for c, v in valores.items()):
        raise ValueError("los campos del renglón")
    return valores
