"""Los canales de Apprise: a dónde más se avisa, además del correo.

Sólo administración los captura: una dirección de Apprise puede llegar a cualquier servidor. Las que
escriben en la propia máquina no se admiten. Llevan secretos: nunca se devuelven enteras.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pydantic import TypeAdapter
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.avisos.entrega import Canal
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.escritura import limpiar_texto
from modelos.listas import LIMITE, Cursor, Instante, Numero, Pagina, acotar, cortar
from modelos.organizacion.organigrama import Persona, Unidad, por_correo
from modelos.organizacion.permisos import Quien, exigir_administracion

if TYPE_CHECKING:
    from apprise import NotifyBase

LARGO_NOMBRE = 100
LARGO_DIRECCION = 2000
LOCALES = frozenset({"blink1", "dbus", "glib", "gnome", "macosx", "syslog", "windows"})
"""Módulos de Apprise que escriben en la máquina donde corre el motor."""
LOCALES_POR_ESQUEMA = frozenset({"file", "memory", "dbus", "qt", "kde", "glib", "gio", "gnome", "macosx"})
"""Ídem, por su esquema: Apprise ni los reconoce si a la máquina le falta con qué."""
_LEEN_ARCHIVOS = re.compile(r"pgp\w*|wkd|keyfile|subfile|template")
"""Parámetros con que un servicio lee archivos de la máquina."""


class _Bitacora(logging.Handler):
    """Lo que Apprise dice de un envío, por hilo: `notify` sólo responde sí o no."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._por_hilo: dict[int, list[str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self._por_hilo.setdefault(get_ident(), []).append(record.getMessage())

    def vaciar(self) -> list[str]:
        """Lo dicho en este hilo desde la última vez."""
        return self._por_hilo.pop(get_ident(), [])


BITACORA = _Bitacora()
_cargando = Lock()


@cache
def _apprise() -> Any:  # noqa: ANN401 - se importa tarde: cuesta medio segundo y casi nadie lo usa
    """Apprise, callado: sus avisos llevan direcciones y correos, que no van al registro."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # de sus servicios y lo que arrastran: no son nuestros
        import apprise

        apprise.Apprise.instantiate("json://localhost")  # los carga todos
    registro = logging.getLogger("apprise")
    registro.propagate = False
    registro.setLevel(logging.WARNING)
    registro.handlers = [BITACORA]
    return apprise


def instanciar(direccion: str) -> NotifyBase | None:
    """El servicio de esa dirección, listo para notificar; None si no se entiende."""
    with _cargando:
        servicio: NotifyBase | None = _apprise().Apprise.instantiate(direccion)
        BITACORA.vaciar()
    return servicio


def falta_de_direccion(direccion: str) -> str:
    """Por qué esa dirección de Apprise no sirve; vacío si sirve."""
    esquema, separador, _ = direccion.partition("://")
    esquema = esquema.strip().lower()
    if not separador or len(direccion) > LARGO_DIRECCION or not direccion.isprintable():
        return "escriba una dirección de Apprise en un renglón, como tgram://… o mailto://…"
    if esquema in LOCALES_POR_ESQUEMA | LOCALES:
        return f"«{esquema}» escribe en la máquina del sistema y no se admite; use un servicio que llegue a la persona"
    parametros = [clave.lower() for clave, _ in parse_qsl(direccion.partition("?")[2], keep_blank_values=True)]
    if any(_LEEN_ARCHIVOS.fullmatch(clave) for clave in parametros):
        return "la dirección pide leer archivos de la máquina del sistema y no se admite"
    servicio = instanciar(direccion)
    if servicio is None:
        return f"Apprise no reconoce esa dirección de «{esquema[:30]}»; revise el servicio y lo que sigue a ://"
    if type(servicio).__module__.rpartition(".")[2] in LOCALES:
        return f"«{esquema}» escribe en la máquina del sistema y no se admite; use un servicio que llegue a la persona"
    return ""


def resguardada(direccion: str) -> str:
    """La dirección sin lo secreto: servicio y destino, nunca la ruta ni los parámetros."""
    servicio = instanciar(direccion)
    if servicio is None:
        return direccion.partition("://")[0][:30] + "://…"
    mostrable: str = servicio.url(privacy=True)  # type: ignore[no-untyped-call]
    esquema, _, resto = mostrable.partition("://")
    return f"{esquema}://{resto.partition('/')[0].partition('?')[0]}/…"


# --- catálogo --------------------------------------------------------------------


@dataclass(frozen=True)
class FichaDeCanal:
    """Un canal para verse. de: el nombre de la persona o la clave de la unidad."""

    id: int
    nombre: str
    de: str
    es_unidad: bool
    direccion: str
    activo: bool
    creado: datetime


VER_O_CAMBIAR = "ver o cambiar los canales de aviso"
_CURSOR = Cursor(TypeAdapter(tuple[Instante, Numero]))


def listar(s: Session, *, cursor: str | None = None, limite: int = LIMITE) -> Pagina[FichaDeCanal]:
    """Los canales, el más reciente primero; también los desactivados. Lanza FormularioIncompleto."""
    tope = acotar(limite)
    total = s.scalar(select(func.count()).select_from(Canal)) or 0
    consulta = select(Canal, col(Persona.nombre)).join(Persona, col(Persona.id) == Canal.persona_id, isouter=True)
    if cursor:
        consulta = consulta.where(tuple_(col(Canal.creado), col(Canal.id)) < _CURSOR.leer(cursor))
    filas = s.execute(consulta.order_by(col(Canal.creado).desc(), col(Canal.id).desc()).limit(tope + 1)).all()
    fichas = [_ficha(canal, nombre) for canal, nombre in filas]
    return cortar(fichas, tope, total, _CURSOR, lambda ficha: (ficha.creado, ficha.id))


def ver(s: Session, id_: int) -> FichaDeCanal:
    """Uno. Lanza NoExiste."""
    canal = leer(s, id_)
    persona = s.get(Persona, canal.persona_id) if canal.persona_id else None
    return _ficha(canal, persona.nombre if persona else None)


def leer(s: Session, id_: int) -> Canal:
    """La fila, con su dirección entera; para enviar. Lanza NoExiste."""
    canal = s.get(Canal, id_)
    if canal is None:
        raise NoExiste("el canal", str(id_))
    return canal


def agregar(
    s: Session, *, nombre: str, direccion: str, correo: str = "", unidad: str = "", por: Quien | None = None
) -> Canal:
    """Da de alta un canal de una persona (por su correo) o de una unidad (por su clave), y no de ambas.

    por: quien lo agrega; None es la línea de órdenes.

    Lanza:
        NoLeCorresponde.
        FormularioIncompleto: dice qué falta o qué no sirve; una dirección que no sirve no se repite en el error.
    """
    autor = None if por is None else exigir_administracion(por, VER_O_CAMBIAR).persona
    nombre, direccion = limpiar_texto("nombre", nombre).strip(), direccion.strip()
    correo, unidad = limpiar_texto("correo", correo).strip(), limpiar_texto("unidad", unidad).strip()
    persona = por_correo(s, correo) if correo else None
    if faltas := _faltas_de_canal(nombre, direccion) | _faltas_de_quien(s, correo, persona, unidad):
        raise FormularioIncompleto(faltas)
    canal = Canal(
        persona_id=persona.id if persona else None,
        unidad=unidad or None,
        nombre=nombre,
        direccion=direccion,
        creado=reloj.ahora(),
        creado_por=autor,
    )
    s.add(canal)
    s.flush()
    return canal


def _faltas_de_canal(nombre: str, direccion: str) -> dict[str, str]:
    faltas = {}
    if not 1 <= len(nombre) <= LARGO_NOMBRE or not nombre.isprintable():
        faltas["nombre"] = f"escriba cómo reconocerlo, en un renglón de {LARGO_NOMBRE} caracteres a lo más"
    if falta := falta_de_direccion(direccion):
        faltas["direccion"] = falta
    return faltas


def _faltas_de_quien(s: Session, correo: str, persona: Persona | None, unidad: str) -> dict[str, str]:
    """persona: la de ese correo, si la hay."""
    if bool(correo) == bool(unidad):
        return {"de": "diga de quién es: el correo de una persona o la clave de una unidad, sólo uno"}
    if correo and (persona is None or not persona.activa):
        return {"correo": "no hay una persona activa con ese correo"}
    if unidad and s.get(Unidad, unidad) is None:
        return {"unidad": "no hay una unidad con esa clave"}
    return {}


def quitar(s: Session, id_: int, por: Quien | None = None) -> FichaDeCanal:
    """Lo desactiva: lo que iba a salir por él se descarta. Repetirlo no cambia nada.

    Lanza:
        NoLeCorresponde, NoExiste.
    """
    if por is not None:
        exigir_administracion(por, VER_O_CAMBIAR)
    canal = leer(s, id_)
    canal.activo = False
    s.flush()
    return ver(s, id_)


def de_destinos(canales: Iterable[Canal]) -> tuple[dict[int, list[Canal]], dict[str, list[Canal]]]:
    """Los canales por persona y por unidad."""
    de_persona: dict[int, list[Canal]] = {}
    de_unidad: dict[str, list[Canal]] = {}
    for canal in canales:
        if canal.persona_id is not None:
            de_persona.setdefault(canal.persona_id, []).append(canal)
        elif canal.unidad is not None:
            de_unidad.setdefault(canal.unidad, []).append(canal)
    return de_persona, de_unidad


def _ficha(canal: Canal, persona: str | None) -> FichaDeCanal:
    return FichaDeCanal(
        canal.id or 0,
        canal.nombre,
        persona or canal.unidad or "",
        canal.unidad is not None,
        resguardada(canal.direccion),
        canal.activo,
        canal.creado,
    )
