"""Redactar: de lo que se debe a un asunto, un texto y un HTML que cualquiera entienda.

Dice qué, de qué expediente, para cuándo y por qué esa fecha, quién lo manda y dónde responder. Lo que ya
pasó de la fecha prudente pero no de la legal no está vencido, y así se dice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from modelos.calendario import fecha_corta
from modelos.notificaciones import Clase
from modelos.tabla import Catalogo
from tareas.cartero import Carta

MAXIMO = 40
"""Cosas que se detallan en un mensaje; de las demás se dice cuántas son."""
ENTORNO = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "plantillas"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Punto:
    """Una cosa que se debe, ya en palabras. para_cuando: la frase del vencimiento, vacía si no tiene."""

    folio: str
    asunto: str
    que: str
    unidad: str
    para_cuando: str
    explicacion: str
    fundamento: str
    inferido: str
    enlace: str
    nota: str
    urgencia: tuple[date, str]


def cuando(vence: date | None, conservador: date | None, hoy: date) -> str:
    """El vencimiento en una frase, según en qué día se lee; vacía si no hay fecha."""
    if vence is None or conservador is None:
        return ""
    legal, prudente = fecha_corta(vence), fecha_corta(conservador)
    if vence <= hoy:
        frase = f"vence hoy, {legal}" if vence == hoy else f"venció el {legal}"
    elif conservador <= hoy:
        que = "hoy es la fecha prudente" if conservador == hoy else f"la fecha prudente fue el {prudente}"
        frase = f"{que}; el plazo legal vence el {legal}"
    else:
        cuidado = "" if conservador == vence else f"; lo prudente es concluir a más tardar el {prudente}"
        frase = f"vence el {legal}{cuidado}"
    return frase


@dataclass(frozen=True)
class Parte:
    """De una cosa que se debe, lo que basta para el asunto."""

    clase: str
    folio: str
    vence: date | None
    conservador: date | None

    @property
    def urgencia(self) -> tuple[date, str]:
        """Con qué se ordena: primero lo que vence antes; lo que no vence, al final."""
        return (self.conservador or date.max, self.folio)


def asunto(primera: Parte, cuantas: int, hitos: int, hoy: date) -> str:
    """El asunto del mensaje; sin nada de lo capturado en los expedientes.

    primera: la más urgente de las que lleva. hitos: cuántas son de plazos; las demás son turnos nuevos.
    """
    frase = cuando(primera.vence, primera.conservador, hoy)
    if cuantas == 1:
        return f"{primera.folio}: {frase if hitos and frase else 'tiene un turno nuevo'}"
    que = f"{cuantas} pendientes" if hitos else f"{cuantas} turnos nuevos"
    return f"{que}; el más urgente, {primera.folio}" + (f": {frase}" if frase else "")


def carta(id_: str, filas: Sequence[Any], tablas: Catalogo, direccion: str, hoy: date, nombre: str) -> Carta:
    """La carta con esas cosas, de la más urgente a la menos.

    Recibe:
        filas: renglones de `modelos.mensajes.contenido`; al menos uno.
        direccion: con qué empiezan los enlaces.
        nombre: de quién la recibe; vacío si es un canal de unidad.
    """
    # Un turno nuevo que además está por vencer es una sola cosa: se dice con su plazo.
    por_cosa: dict[str, Any] = {}
    for f in filas:
        llave = f.turno_id or f.clave
        if llave not in por_cosa or f.clase == Clase.HITO:
            por_cosa[llave] = f
    cosas = list(por_cosa.values())
    puntos = sorted((_punto(f, tablas, direccion, hoy) for f in cosas), key=lambda p: p.urgencia)
    partes = [Parte(f.clase, f.folio, f.vence, f.conservador) for f in cosas]
    hitos = sum(p.clase == Clase.HITO for p in partes)
    titulo = asunto(min(partes, key=lambda p: p.urgencia), len(partes), hitos, hoy)
    datos = {
        "titulo": titulo,
        "entrada": _entrada(puntos),
        "nombre": nombre,
        "puntos": puntos[:MAXIMO],
        "otros": len(puntos) - MAXIMO,
        "direccion": direccion,
        "id": id_,
    }
    return Carta(
        id_,
        titulo,
        ENTORNO.get_template("mensaje.txt").render(datos),
        ENTORNO.get_template("mensaje.html").render(datos),
    )


def _punto(f: Any, tablas: Catalogo, direccion: str, hoy: date) -> Punto:  # noqa: ANN401 - renglón de SQL
    actividad = tablas.version(f.procedimiento, f.version)[f.actividad] if f.actividad else None
    ruta = f"/turnos/{quote(f.turno_id, safe='')}" if f.turno_id else f"/expedientes/{quote(f.folio, safe='')}"
    unidad = f.turno_unidad or f.plazo_unidad or ""
    para = f.datos.get("para", unidad)
    return Punto(
        f.folio,
        f.asunto,
        actividad.accion if actividad else f.que,
        unidad,
        cuando(f.vence, f.conservador, hoy),
        f.computo.get("explicacion_reservada", "") if f.computo and f.vence else "",
        f.fundamento or (actividad.fundamento if actividad else ""),
        f.inferido or "",
        f"{direccion}{ruta}",
        _nota(f.datos, para, unidad),
        Parte(f.clase, f.folio, f.vence, f.conservador).urgencia,
    )


def _entrada(puntos: Sequence[Punto]) -> str:
    ajeno = all(p.nota for p in puntos)
    que = "Esto sigue sin atenderse y se le hace saber" if ajeno else "Esto espera su respuesta"
    return f"{que}." if len(puntos) == 1 else f"{que}, de lo más a lo menos urgente."


def _nota(datos: dict[str, Any], para: str, unidad: str) -> str:
    """Por qué se entera quien no lo debe."""
    if not datos.get("sube"):
        return ""
    if str(datos.get("hito", "")).startswith("vencido-"):
        return f"Lo debe {unidad} y sigue sin atenderse; {para} lo recibe para darle seguimiento."
    return f"{unidad} no tiene hoy quien lo atienda; lo recibe {para}."
