"""Qué oficio se emite en cada paso, a quién y cómo se numera: lo que un abogado coteja, sin texto ni papel.

Puro. El texto vive en `plantillas_oficio/`; aquí sólo quién lo emite, a quién va, con copia para quién y
en qué momento se redacta su borrador (dominio 06 §6.1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from modelos.calendario import fecha_larga
from modelos.tabla.unidades import Unidad


class Forma(StrEnum):
    """Qué clase de documento es (dominio 06 §6.1, columna «Tipo»); el valor es lo que se muestra."""

    OFICIO = "oficio"
    CIRCULAR = "oficio circular"
    ACTA = "acta"
    INFORME = "informe"


class EstadoOficio(StrEnum):
    """En qué va un oficio. Al firmarse recibe número, y ya nunca lo pierde."""

    BORRADOR = "borrador"
    FIRMADO = "firmado"
    ENVIADO = "enviado"
    CANCELADO = "cancelado"
    SUSTITUIDO = "sustituido"
    DESCARTADO = "descartado"
    FIRMADO_FUERA = "firmado_fuera"


VIGENTES = (EstadoOficio.FIRMADO.value, EstadoOficio.ENVIADO.value)
CON_NUMERO = (*VIGENTES, EstadoOficio.CANCELADO.value, EstadoOficio.SUSTITUIDO.value)
"""Los que gastaron número. Un descartado nunca lo tuvo, y a uno firmado fuera se lo dio otro."""
POR_SALIR = (EstadoOficio.BORRADOR.value, EstadoOficio.FIRMADO.value)
"""Los que se deben: falta firmarlos o que salgan."""
HECHOS = (*VIGENTES, EstadoOficio.FIRMADO_FUERA.value)
"""Los que existen como acto escrito, aquí o en papel."""


class Hacia(StrEnum):
    """Cómo se dice a quién va."""

    UNIDAD = "unidad"
    TODAS = "todas"
    DATO = "dato"
    ESTATAL_DE = "estatal_de"
    SUPERIOR = "superior"
    PERSONA = "persona"


@dataclass(frozen=True)
class Destino:
    """A quién va un oficio, dicho sin saber todavía quién es. Se escribe con las funciones de abajo."""

    hacia: Hacia
    valor: str = ""


def a_unidad(unidad: Unidad) -> Destino:
    """A una unidad nacional, siempre la misma."""
    return Destino(Hacia.UNIDAD, unidad.value)


def a_todas(grupo: Unidad) -> Destino:
    """A todas las unidades activas de un grupo (`CAST`, `CE`): hace circular."""
    return Destino(Hacia.TODAS, grupo.value)


def a_la_del(dato: str) -> Destino:
    """A la unidad que nombra un dato del expediente (`cast`, `promovente`)."""
    return Destino(Hacia.DATO, dato)


def a_la_estatal_de(dato: str) -> Destino:
    """A la unidad estatal de la que depende el CAST que nombra un dato; si el dato ya es una estatal, a ella."""
    return Destino(Hacia.ESTATAL_DE, dato)


def a_su_superior() -> Destino:
    """A la unidad de la que depende la que emite."""
    return Destino(Hacia.SUPERIOR)


def a_persona(dato: str) -> Destino:
    """A alguien de fuera (USUARIO), con el nombre que trae un dato del expediente; se le entrega en mano."""
    return Destino(Hacia.PERSONA, dato)


@dataclass(frozen=True)
class Emision:
    """Un oficio que el procedimiento produce en una actividad.

    clave: la de dominio 06 §6.1 («OF-03»). plantilla: su texto, `carpeta/archivo` sin extensión.
    de: unidad que lo emite; un grupo (`CAST`, `CE`): la unidad del turno en que se redacta.
    salidas: se redacta al cerrar la actividad por alguna de éstas; vacía: al llegar a ella.
    cumple: documento de la actividad que este oficio es; firmado, no hay que adjuntarlo.
    sin_firma_de: actividades cuyo autor no puede firmarlo, porque es lo que el oficio revisa.
    exigido: la fuente pide expresamente el oficio o el escrito: el expediente no termina sin él.
    salvo: campo de la actividad que, si se marca al responder, dice que esta vez no hace falta.
    fundamento: artículos o actividad, como se citan aquí. inferido: qué se decidió sin que la fuente lo diga.
    por_completar: lo que ningún formulario captura y se escribe a mano al revisar el borrador, como lo dice la
    plantilla en su `[FALTA: …]`; nada más puede faltarle.
    """

    clave: str
    plantilla: str
    de: Unidad
    para: tuple[Destino, ...]
    ccp: tuple[Destino, ...] = ()
    forma: Forma = Forma.OFICIO
    salidas: tuple[str, ...] = ()
    fundamento: str = ""
    cumple: str = ""
    sin_firma_de: tuple[str, ...] = ()
    exigido: bool = False
    salvo: str = ""
    inferido: str = ""
    por_completar: tuple[str, ...] = ()

    def se_debe(self, salida: str, datos: Mapping[str, Any]) -> bool:
        """Si responder por esa salida, con lo capturado en ella, deja debiendo este oficio."""
        return (not self.salidas or salida in self.salidas) and not (self.salvo and datos.get(self.salvo))


FORMATO = "{SIGLA}/{consecutivo:03d}/{anio}"
"""Formato por defecto del número (dominio 06 §6.3); cada unidad puede tener el suyo."""
_PIEZA = re.compile(r"\{(SIGLA|anio|consecutivo(?::0[1-9]d)?)\}")
_LIBRE = re.compile(r"[A-Za-z0-9ÁÉÍÓÚÑáéíóúñ/.\- ]*")
LARGO_FORMATO = 80
_PEGADO = re.compile(r"[^\W_]\{consecutivo|\{consecutivo[^}]*\}[^\W_]|\}\{consecutivo|\{consecutivo[^}]*\}\{")


def falta_de_formato(formato: str) -> str:
    """Por qué no sirve un formato de número; vacío si sirve."""
    piezas = [m[1].partition(":")[0] for m in _PIEZA.finditer(formato)]
    if not formato.strip() or len(formato) > LARGO_FORMATO:
        return f"escríbalo en {LARGO_FORMATO} caracteres o menos"
    if not _LIBRE.fullmatch(_PIEZA.sub("", formato)):
        return "use letras, números, espacios y / . -, con las piezas {SIGLA}, {consecutivo:03d} y {anio}"
    if piezas.count("consecutivo") != 1 or piezas.count("anio") != 1:
        return "lleve una vez {consecutivo:03d} y una vez {anio}: si no, dos oficios tendrían el mismo número"
    if _PEGADO.search(formato):
        return "separe {consecutivo} de lo demás con / . - o un espacio: si no, 1 y 11 podrían ser el mismo número"
    return ""


def numerar(formato: str, sigla: str, consecutivo: int, anio: int) -> str:
    """El número como se imprime: `DSTC/001/2027`."""

    def pieza(hallada: re.Match[str]) -> str:
        nombre, _, ancho = hallada[1].partition(":")
        if nombre == "SIGLA":
            return sigla
        return str(anio) if nombre == "anio" else f"{consecutivo:{ancho or 'd'}}"

    return _PIEZA.sub(pieza, formato)


FALTA = re.compile(r"(?<!\\)\[FALTA: ([^\]\n]{1,200})\]")
"""La marca que deja un dato que la plantilla no encontró; escapada, es texto que alguien escribió."""

ALFABETO = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 de Crockford: sin I, L, O ni U, que se confunden al dictarlas."""
LARGO_SELLO = 64
LARGO_CODIGO = 16
"""80 bits: adivinar uno no es posible aunque se probaran miles por segundo."""
_CONFUSAS = str.maketrans(
    "ILO\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u03a5"
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423",
    "110ABEZH1KMN0PTXYABES1JKMH0PCTXY",
)
"""Las que se confunden al dictarlas, y las letras griegas y cirílicas que se ven igual que una nuestra."""
_EN_HEXADECIMAL = str.maketrans("o\u03bf\u043e\u03b1\u0430\u0435\u03b2\u0432\u0441l\u0456\u03b9", "000aaebbc111")
_DIRECCION = re.compile(r".*/v/", re.DOTALL)


def codigo_de(azar: Iterable[int]) -> str:
    """El código de verificación, a partir de enteros al azar de 0 a 31."""
    return "".join(ALFABETO[n] for n in azar)


def leer_codigo(escrito: str) -> str:
    """El código como se guarda, como sea que se haya copiado; vacío si no puede ser uno.

    No importan guiones, espacios, signos que no se ven, minúsculas ni letras de otro alfabeto que se ven igual; también
    vale la dirección entera que se lee en el QR.
    """
    limpio = solo_letras(_DIRECCION.sub("", escrito)).upper().translate(_CONFUSAS)
    return limpio if len(limpio) == LARGO_CODIGO and set(limpio) <= set(ALFABETO) else ""


def leer_sello(escrito: str) -> str:
    """El sello de texto como se guarda, como sea que se haya copiado; vacío si no puede ser uno."""
    limpio = solo_letras(escrito).lower().translate(_EN_HEXADECIMAL)
    return limpio if len(limpio) == LARGO_SELLO and set(limpio) <= set("0123456789abcdef") else ""


def solo_letras(escrito: str) -> str:
    """Las letras y cifras de un texto copiado de un papel o de un PDF; una de ancho completo es la misma."""
    return "".join(c for c in unicodedata.normalize("NFKC", escrito) if c.isalnum())


def mostrar_codigo(codigo: str) -> str:
    """En grupos de cuatro, para dictarlo: `K7QF-2M9X-…`."""
    return "-".join(codigo[i : i + 4] for i in range(0, len(codigo), 4))


def momento(dia: date, hora: str) -> str:
    """Cuándo se firmó, como se imprime."""
    return f"{fecha_larga(dia)}, {hora} h (hora del centro)"
