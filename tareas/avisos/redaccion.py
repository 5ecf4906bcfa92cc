"""Redactar: de lo que se debe a un asunto, un texto y un HTML que cualquiera entienda.

Dice qué, para cuándo, de qué expediente, quién lo manda y dónde responder (`tareas.avisos.puntos`); cómo se contó la
fecha está detrás del enlace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.tabla import Catalogo
from tareas.avisos.asuntos import Parte, asunto
from tareas.avisos.cartero import Adjunto, Carta
from tareas.avisos.puntos import Lugar, Punto, parte, partes_de_firma, punto, punto_de_firma

MAXIMO = 40
"""Cosas que se detallan en un mensaje; de las demás se dice cuántas son."""
RECIBIDOS = 20
"""Oficios recibidos que se detallan; de los demás se dice cuántos son y dónde están."""
ENTORNO = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "plantillas"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Recibido:
    """Un oficio que llegó, ya en palabras (`tareas.avisos.carta_de_oficio`).

    nombre: «Oficio DSTC/001/2027: Se remite…». aviso: qué se hace con él. falta: sólo se recuerda que no se ha acusado.
    sobre_el_pdf: si va adjunto o por qué no. renglones: quién lo emite, quién lo firma, a quién va.
    """

    folio: str
    nombre: str
    aviso: str
    falta: bool
    renglones: Sequence[tuple[str, str]]
    sobre_el_pdf: str
    enlace: str
    accion: str
    codigo: str
    verificacion: str


@dataclass(frozen=True)
class Recibidos:
    """Los oficios que lleva una carta, primero los que falta acusar, y los PDF que caben."""

    oficios: Sequence[Recibido] = ()
    adjuntos: tuple[Adjunto, ...] = ()


NINGUNO = Recibidos()


@dataclass(frozen=True)
class Seccion:
    """Un tramo de la carta, de puntos o de oficios recibidos. titulo: vacío si la carta sólo tiene uno."""

    titulo: str
    puntos: Sequence[Punto] = ()
    recibidos: Sequence[Recibido] = ()

    @property
    def trae_algo(self) -> bool:
        """Si hay algo que poner bajo su título."""
        return bool(self.puntos or self.recibidos)


def carta(
    id_: str, filas: Sequence[Any], tablas: Catalogo, lugar: Lugar, nombre: str, recibidos: Recibidos = NINGUNO
) -> Carta:
    """La carta con esas cosas: primero lo que le toca a quien la recibe, de lo más a lo menos urgente.

    Recibe:
        filas: renglones de `modelos.avisos.mensajes.contenido`, sin los de firmas ni los de oficios.
        nombre: de quién la recibe; vacío si es un canal de unidad.
    """
    # Un turno nuevo que además está por vencer es una sola cosa: se dice con su plazo, y con su último hito.
    por_cosa: dict[str, Any] = {}
    for f in sorted(filas, key=lambda f: (f.clase == ClaseDeNotificacion.HITO, not f.datos.get("sube"))):
        por_cosa[f.turno_id or f.plazo_id or f.clave] = f
    cosas = list(por_cosa.values())
    puntos = sorted((punto(f, tablas, lugar) for f in cosas), key=lambda p: p.urgencia)
    por_firmar = [punto_de_firma(d, tablas, lugar) for d in lugar.por_firmar.debidos]
    partes = [parte(f, tablas, lugar) for f in cosas]
    partes += partes_de_firma(lugar.por_firmar)
    partes += [
        Parte(ClaseDeNotificacion.OFICIO, o.folio, None, None, recuerda=o.falta, que=o.nombre)
        for o in recibidos.oficios
    ]
    titulo = asunto(partes, lugar.hoy)
    detallados = recibidos.oficios[:RECIBIDOS]
    datos = {
        "titulo": titulo,
        "entrada": _entrada(puntos, por_firmar, recibidos.oficios),
        "nombre": nombre,
        "secciones": _secciones(puntos, por_firmar, detallados),
        "varios": len(puntos) + len(por_firmar) + len(detallados) > 1,
        "otros": len(puntos) - MAXIMO,
        "otros_por_firmar": lugar.por_firmar.total - len(por_firmar),
        "otros_recibidos": len(recibidos.oficios) - len(detallados),
        "direccion": lugar.direccion,
        "id": id_,
    }
    return Carta(
        id_,
        titulo,
        ENTORNO.get_template("mensaje.txt").render(datos),
        ENTORNO.get_template("mensaje.html").render(datos),
        recibidos.adjuntos,
    )


def _secciones(puntos: Sequence[Punto], por_firmar: Sequence[Punto], recibidos: Sequence[Recibido]) -> list[Seccion]:
    """Hasta `MAXIMO` puntos, lo que espera firma y los oficios; con título sólo si los hay de más de una clase."""
    dichos = puntos[:MAXIMO]
    secciones = (
        Seccion("Espera su firma", por_firmar),
        Seccion("Le toca a usted", [p for p in dichos if p.le_toca]),
        Seccion("Oficios que recibió", recibidos=recibidos),
        Seccion("Para su seguimiento", [p for p in dichos if p.nota]),
        Seccion("Le mencionaron", [p for p in dichos if p.mencion]),
    )
    llenas = [seccion for seccion in secciones if seccion.trae_algo]
    return [replace(llenas[0], titulo="")] if len(llenas) == 1 else llenas


def _entrada(puntos: Sequence[Punto], por_firmar: Sequence[Punto], recibidos: Sequence[Recibido]) -> str:
    """Qué trae, en una frase; de un solo oficio, lo que se hace con él."""
    if puntos:
        return _entrada_de_puntos(puntos)
    if por_firmar:
        return "Esto espera su firma; sin ella no sale ni cuenta como cumplido."
    return recibidos[0].aviso if len(recibidos) == 1 else "Estos oficios le llegaron."


def _entrada_de_puntos(puntos: Sequence[Punto]) -> str:
    debidos = [p for p in puntos if not p.mencion]
    if not debidos:
        return "Alguien le mencionó en un comentario; ábralo para leerlo."
    ajenos = sum(bool(p.nota) for p in debidos)
    if 0 < ajenos < len(debidos):
        return "Primero lo que espera su respuesta; después, lo que sigue sin atenderse y se le hace saber."
    que = "Para su seguimiento: esto sigue sin atenderse" if ajenos else "Esto espera su respuesta"
    return f"{que}." if len(puntos) == 1 else f"{que}, de lo más a lo menos urgente."
