"""Redactar: de lo que se debe a un asunto, un texto y un HTML que cualquiera entienda.

Dice qué, para cuándo, de qué expediente, quién lo manda y dónde responder; cómo se contó la fecha está detrás del
enlace. Lo que ya pasó de la fecha prudente pero no de la legal no está vencido, y así se dice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from modelos.calendario import fecha_corta
from modelos.expedientes.notificacion import Clase
from modelos.oficios.deuda import Debido
from modelos.plazos.plazo import Plazo
from modelos.tabla import Catalogo, Tabla
from tareas.avisos.asuntos import Parte, asunto
from tareas.avisos.cartero import Adjunto, Carta
from tareas.oficios.firmas import PorFirmar

SEMANA = "semana"
"""El hito de lo que va en el resumen de la semana (`tareas.avisos.semana`)."""
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


_PIE = re.compile(r", (?:artículos? |pp?\. |instrucción |\d+\.\d)")
"""Con qué empieza, en el fundamento de una tabla, lo que ya no es el nombre del ordenamiento."""
_CITA = re.compile(r"\b([A-Z])-[A-Z0-9]")


@dataclass(frozen=True)
class Punto:
    """Una cosa que se debe, ya en palabras. para_cuando: la frase del vencimiento, vacía si no tiene.

    fundamento: quién manda lo que se debe. Cómo se contó la fecha está en la página del enlace.
    nota: por qué se entera quien no lo debe; vacía si le toca. accion: qué puede hacer con el enlace.
    mencion: no se debe nada; le nombraron en un comentario.
    """

    folio: str
    asunto: str
    que: str
    unidad: str
    para_cuando: str
    fundamento: str
    enlace: str
    accion: str
    nota: str
    urgencia: tuple[int, date, str]
    mencion: bool = False


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
class Lugar:
    """Dónde y cuándo se lee una carta, y lo que hay que saber de sus turnos.

    direccion: con qué empiezan los enlaces. rigen: el plazo de cada turno, suyo o del tramo en que está.
    atender: de cada notificación de tramo, el turno con que quien la recibe le responde. por_firmar: lo que espera su
    firma.
    """

    direccion: str
    hoy: date
    rigen: Mapping[str, Plazo]
    atender: Mapping[str, str]
    por_firmar: PorFirmar = field(default_factory=PorFirmar)


@dataclass(frozen=True)
class Seccion:
    """Un tramo de la carta, de puntos o de oficios recibidos. titulo: vacío si la carta sólo tiene uno."""

    titulo: str
    puntos: Sequence[Punto] = ()
    recibidos: Sequence[Recibido] = ()


def cuando(vence: date | None, conservador: date | None, hoy: date) -> str:
    """El vencimiento en una frase, según en qué día se lee; vacía si no hay fecha."""
    if vence is None or conservador is None:
        return ""
    legal = fecha_corta(vence)
    if vence <= hoy:
        return f"vence hoy, {legal}" if vence == hoy else f"venció el {legal}"
    if conservador == vence:
        return f"vence el {legal}"
    mejor = "responder hoy" if conservador <= hoy else f"responder a más tardar el {fecha_corta(conservador)}"
    return f"vence el {legal}; conviene {mejor}"


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
    for f in sorted(filas, key=lambda f: (f.clase == Clase.HITO, not f.datos.get("sube"))):
        por_cosa[f.turno_id or f.plazo_id or f.clave] = f
    cosas = list(por_cosa.values())
    puntos = sorted((_punto(f, tablas, lugar) for f in cosas), key=lambda p: p.urgencia)
    por_firmar = [_de_firma(d, tablas, lugar) for d in lugar.por_firmar.debidos]
    partes = [_parte(f, _plazo(f, lugar), _que(f, tablas, lugar)) for f in cosas]
    partes += _partes_de_firma(lugar.por_firmar)
    partes += [Parte(Clase.OFICIO, o.folio, None, None, recuerda=o.falta, que=o.nombre) for o in recibidos.oficios]
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


def _partes_de_firma(por_firmar: PorFirmar) -> list[Parte]:
    """De lo que espera firma, una: lo más urgente, y cuántos son."""
    if not por_firmar.total:
        return []
    debido = por_firmar.debidos[0]
    vence = debido.plazo.vence if debido.plazo else None
    oficio = debido.oficio
    return [
        Parte(
            Clase.FIRMA, oficio.folio, vence, vence, que=f"{oficio.clave}: {oficio.asunto}", por_firmar=por_firmar.total
        )
    ]


def _plazo(f: Any, lugar: Lugar) -> Any:  # noqa: ANN401 - renglón de SQL
    """El plazo con que vence: el suyo o, si es un turno que no tiene, el del tramo en que está."""
    return f if f.plazo_estado is not None else lugar.rigen.get(f.turno_id or "", f)


def _parte(f: Any, plazo: Any, que: str = "") -> Parte:  # noqa: ANN401 - renglones de SQL
    ajena, mencion, recuerda = (bool(f.datos.get(como)) for como in ("sube", "mencion", "recuerda"))
    semanal = f.datos.get("hito") == SEMANA
    return Parte(f.clase, f.folio, plazo.vence, plazo.conservador, ajena, mencion, recuerda, semanal, que)


def _que(f: Any, tablas: Catalogo, lugar: Lugar) -> str:  # noqa: ANN401 - renglón de SQL
    """Lo que se debe, en pocas palabras: como lo llama su plazo o, si no tiene, su actividad."""
    plazo = lugar.rigen.get(f.turno_id or "", f)
    suyo = str(getattr(plazo, "que", "") or "") if f.turno_id is None or plazo.turno_id else ""
    return suyo or (tablas.para_ver(f).fila(f.actividad).accion if f.actividad else "")


def _de_mencion(f: Any, lugar: Lugar) -> Punto:  # noqa: ANN401 - renglón de SQL
    """Le nombraron en un comentario; lo que dice se lee en el expediente, con permiso."""
    ruta = f"/expedientes/{quote(f.folio, safe='')}#comentario-{f.datos['mencion']}"
    return Punto(
        folio=f.folio,
        asunto=f.asunto,
        que="Le mencionaron en un comentario",
        unidad="",
        para_cuando="",
        fundamento="",
        enlace=f"{lugar.direccion}{ruta}",
        accion="Leerlo",
        nota="",
        urgencia=_parte(f, f).urgencia,
        mencion=True,
    )


def _de_firma(debido: Debido, tablas: Catalogo, lugar: Lugar) -> Punto:
    """Un oficio que espera su firma, con el plazo que se cumple al enviarlo."""
    oficio, plazo = debido.oficio, debido.plazo
    caso = lugar.por_firmar.expedientes[oficio.folio]
    tabla = tablas.para_ver(caso)
    vence = cuando(plazo.vence, plazo.conservador, lugar.hoy) if plazo else ""
    return Punto(
        folio=oficio.folio,
        asunto=caso.asunto,
        que=f"Firmar {oficio.clave}: {oficio.asunto}",
        unidad=oficio.unidad,
        para_cuando=f"{vence}; se cumple al enviarlo" if vence else "",
        fundamento=citado(debido.fundamento, tabla, tablas) if debido.exigido else "",
        enlace=f"{lugar.direccion}/oficios/{quote(oficio.id, safe='')}",
        accion="Revisarlo y firmarlo",
        nota="",
        urgencia=(0, plazo.conservador or date.max if plazo else date.max, oficio.folio),
    )


def _punto(f: Any, tablas: Catalogo, lugar: Lugar) -> Punto:  # noqa: ANN401 - renglón de SQL
    if f.datos.get("mencion"):
        return _de_mencion(f, lugar)
    tabla = tablas.para_ver(f)
    actividad = tabla.fila(f.actividad) if f.actividad else None
    plazo = _plazo(f, lugar)
    turno = f.turno_id or lugar.atender.get(f.clave)
    ruta = f"/turnos/{quote(turno, safe='')}" if turno else f"/expedientes/{quote(f.folio, safe='')}"
    unidad = f.turno_unidad or f.plazo_unidad or ""
    nota = _nota(f.datos, f.datos.get("para", unidad), unidad)
    manda = (actividad.fundamento if actividad else "") or plazo.fundamento or ""
    return Punto(
        f.folio,
        f.asunto,
        actividad.accion if actividad else f.que,
        unidad,
        cuando(plazo.vence, plazo.conservador, lugar.hoy),
        citado(manda, tabla, tablas),
        f"{lugar.direccion}{ruta}",
        "Atenderlo" if turno and not nota else "Verlo",
        nota,
        _parte(f, plazo).urgencia,
    )


def citado(fundamento: str, tabla: Tabla, tablas: Catalogo) -> str:
    """El fundamento con el nombre del ordenamiento de que es cada clave; igual si no cita por clave.

    La clave empieza con la inicial del ordenamiento: M-N-4, del Manual; L-51, de los Lineamientos.
    """
    nombres = []
    for inicial in dict.fromkeys(_CITA.findall(fundamento)):
        suya = next((t for t in (tabla, *tablas) if t.fundamento.startswith(inicial)), None)
        if suya:
            nombres.append(_PIE.split(suya.fundamento)[0])
    return ", ".join((fundamento, " y ".join(nombres))) if nombres else fundamento


def _secciones(puntos: Sequence[Punto], por_firmar: Sequence[Punto], recibidos: Sequence[Recibido]) -> list[Seccion]:
    """Hasta `MAXIMO` puntos, lo que espera firma y los oficios; con título sólo si los hay de más de una clase."""
    dichos = puntos[:MAXIMO]
    secciones = (
        Seccion("Espera su firma", por_firmar),
        Seccion("Le toca a usted", [p for p in dichos if not p.nota and not p.mencion]),
        Seccion("Oficios que recibió", recibidos=recibidos),
        Seccion("Para su seguimiento", [p for p in dichos if p.nota]),
        Seccion("Le mencionaron", [p for p in dichos if p.mencion]),
    )
    llenas = [seccion for seccion in secciones if seccion.puntos or seccion.recibidos]
    return llenas if len(llenas) > 1 else [replace(seccion, titulo="") for seccion in llenas]


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


def _nota(datos: dict[str, Any], para: str, unidad: str) -> str:
    """Por qué se entera quien no lo debe."""
    if not datos.get("sube"):
        return ""
    if datos.get("hito") == SEMANA:
        return f"Lo debe {unidad} y sigue sin atenderse; {para} lo recibe para darle seguimiento."
    return f"{unidad} no tiene hoy quien lo atienda; lo recibe {para}."
