"""Redactar: de lo que se debe a un asunto, un texto y un HTML que cualquiera entienda.

Dice qué, de qué expediente, para cuándo y por qué esa fecha, quién lo manda y dónde responder. Lo que ya
pasó de la fecha prudente pero no de la legal no está vencido, y así se dice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from modelos.calendario import fecha_corta
from modelos.notificaciones import Clase
from modelos.plazos import Plazo
from modelos.tabla import Catalogo, Tabla
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


_PIE = re.compile(r", (?:artículos? |pp?\. |instrucción |\d+\.\d)")
"""Con qué empieza, en el fundamento de una tabla, lo que ya no es el nombre del ordenamiento."""
_CITA = re.compile(r"\b([A-Z])-[A-Z0-9]")


@dataclass(frozen=True)
class Punto:
    """Una cosa que se debe, ya en palabras. para_cuando: la frase del vencimiento, vacía si no tiene.

    fundamento: quién manda lo que se debe; de_la_fecha: quién manda la fecha, vacío si es lo mismo.
    nota: por qué se entera quien no lo debe; vacía si le toca. accion: qué puede hacer con el enlace.
    mencion: no se debe nada; le nombraron en un comentario.
    """

    folio: str
    asunto: str
    que: str
    unidad: str
    para_cuando: str
    explicacion: str
    fundamento: str
    de_la_fecha: str
    inferido: str
    enlace: str
    accion: str
    nota: str
    urgencia: tuple[int, date, str]
    mencion: bool = False


@dataclass(frozen=True)
class Lugar:
    """Dónde y cuándo se lee una carta, y lo que hay que saber de sus turnos.

    direccion: con qué empiezan los enlaces. rigen: el plazo de cada turno, suyo o del tramo en que está.
    atender: de cada notificación de tramo, el turno con que quien la recibe le responde.
    """

    direccion: str
    hoy: date
    rigen: Mapping[str, Plazo]
    atender: Mapping[str, str]


@dataclass(frozen=True)
class Seccion:
    """Un tramo de la carta. titulo: vacío si la carta sólo tiene uno."""

    titulo: str
    puntos: Sequence[Punto]


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
    """De una cosa que se debe, lo que basta para el asunto. ajena: la debe otro y ésta es para seguimiento.

    mencion: no se debe nada; le nombraron en un comentario. recuerda: alguien pidió recordárselo.
    """

    clase: str
    folio: str
    vence: date | None
    conservador: date | None
    ajena: bool = False
    mencion: bool = False
    recuerda: bool = False

    @property
    def urgencia(self) -> tuple[int, date, str]:
        """Con qué se ordena: primero lo propio y lo que vence antes; lo que no vence, al final."""
        return (2 if self.mencion else int(self.ajena), self.conservador or date.max, self.folio)


def asunto(partes: Sequence[Parte], hoy: date) -> str:
    """El asunto del mensaje con esas partes, al menos una; sin nada de lo capturado en los expedientes."""
    debidas, menciones = [p for p in partes if not p.mencion], [p for p in partes if p.mencion]
    donde = "un comentario" if len(menciones) == 1 else f"{len(menciones)} comentarios"
    if not debidas:
        de = f"{menciones[0].folio}: le" if len({p.folio for p in menciones}) == 1 else "Le"
        return f"{de} mencionaron en {donde}"
    return _asunto(debidas, hoy) + (f"; además, le mencionaron en {donde}" if menciones else "")


def _asunto(partes: Sequence[Parte], hoy: date) -> str:
    primera = min(partes, key=lambda p: p.urgencia)
    frase = cuando(primera.vence, primera.conservador, hoy)
    hitos = any(p.clase == Clase.HITO for p in partes)
    if len(partes) == 1:
        if primera.ajena:
            return f"{primera.folio}: para su seguimiento" + (f"; {frase}" if frase else "")
        if primera.recuerda:
            return f"{primera.folio}: sigue esperando su respuesta" + (f"; {frase}" if frase else "")
        return f"{primera.folio}: {frase if hitos and frase else 'tiene un turno nuevo'}"
    ajenas, nuevos = sum(p.ajena for p in partes), not hitos and not any(p.recuerda for p in partes)
    propias = len(partes) - ajenas
    if not ajenas:
        que = f"{propias} {'turnos nuevos' if nuevos else 'pendientes'}"
    elif not propias:
        que = f"{ajenas} de seguimiento"
    else:
        que = f"{propias} pendiente{'s' * (propias > 1)} suyo{'s' * (propias > 1)} y {ajenas} de seguimiento"
    return f"{que}; el más urgente, {primera.folio}" + (f": {frase}" if frase else "")


def carta(id_: str, filas: Sequence[Any], tablas: Catalogo, lugar: Lugar, nombre: str) -> Carta:
    """La carta con esas cosas: primero lo que le toca a quien la recibe, de lo más a lo menos urgente.

    Recibe:
        filas: renglones de `modelos.mensajes.contenido`; al menos uno.
        nombre: de quién la recibe; vacío si es un canal de unidad.
    """
    # Un turno nuevo que además está por vencer es una sola cosa: se dice con su plazo, y con su último hito.
    por_cosa: dict[str, Any] = {}
    for f in sorted(filas, key=lambda f: (f.clase == Clase.HITO, not f.datos.get("sube"))):
        por_cosa[f.turno_id or f.plazo_id or f.clave] = f
    cosas = list(por_cosa.values())
    puntos = sorted((_punto(f, tablas, lugar) for f in cosas), key=lambda p: p.urgencia)
    titulo = asunto([_parte(f, _plazo(f, lugar)) for f in cosas], lugar.hoy)
    datos = {
        "titulo": titulo,
        "entrada": _entrada(puntos),
        "nombre": nombre,
        "secciones": _secciones(puntos),
        "varios": len(puntos) > 1,
        "otros": len(puntos) - MAXIMO,
        "direccion": lugar.direccion,
        "id": id_,
    }
    return Carta(
        id_,
        titulo,
        ENTORNO.get_template("mensaje.txt").render(datos),
        ENTORNO.get_template("mensaje.html").render(datos),
    )


def _plazo(f: Any, lugar: Lugar) -> Any:  # noqa: ANN401 - renglón de SQL
    """El plazo con que vence: el suyo o, si es un turno que no tiene, el del tramo en que está."""
    return f if f.plazo_estado is not None else lugar.rigen.get(f.turno_id or "", f)


def _parte(f: Any, plazo: Any) -> Parte:  # noqa: ANN401 - renglones de SQL
    dichos = (bool(f.datos.get(como)) for como in ("sube", "mencion", "recuerda"))
    return Parte(f.clase, f.folio, plazo.vence, plazo.conservador, *dichos)


def _de_mencion(f: Any, lugar: Lugar) -> Punto:  # noqa: ANN401 - renglón de SQL
    """Le nombraron en un comentario; lo que dice se lee en el expediente, con permiso."""
    ruta = f"/expedientes/{quote(f.folio, safe='')}#comentario-{f.datos['mencion']}"
    return Punto(
        folio=f.folio,
        asunto=f.asunto,
        que="Le mencionaron en un comentario",
        unidad="",
        para_cuando="",
        explicacion="",
        fundamento="",
        de_la_fecha="",
        inferido="",
        enlace=f"{lugar.direccion}{ruta}",
        accion="Leerlo",
        nota="",
        urgencia=_parte(f, f).urgencia,
        mencion=True,
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
    de_la_fecha = plazo.fundamento if plazo.vence and plazo.fundamento != manda else ""
    return Punto(
        f.folio,
        f.asunto,
        actividad.accion if actividad else f.que,
        unidad,
        cuando(plazo.vence, plazo.conservador, lugar.hoy),
        plazo.computo.get("explicacion_reservada", "") if plazo.computo and plazo.vence else "",
        citado(manda, tabla, tablas),
        citado(de_la_fecha or "", tabla, tablas),
        plazo.inferido or "",
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


def _secciones(puntos: Sequence[Punto]) -> list[Seccion]:
    """Hasta `MAXIMO` puntos; con título sólo si los hay de más de una clase."""
    dichos = puntos[:MAXIMO]
    grupos = (
        ("Le toca a usted", [p for p in dichos if not p.nota and not p.mencion]),
        ("Para su seguimiento", [p for p in dichos if p.nota]),
        ("Le mencionaron", [p for p in dichos if p.mencion]),
    )
    llenos = [Seccion(titulo, suyos) for titulo, suyos in grupos if suyos]
    return llenos if len(llenos) > 1 else [Seccion("", dichos)]


def _entrada(puntos: Sequence[Punto]) -> str:
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
    if str(datos.get("hito", "")).startswith("vencido-"):
        return f"Lo debe {unidad} y sigue sin atenderse; {para} lo recibe para darle seguimiento."
    return f"{unidad} no tiene hoy quien lo atienda; lo recibe {para}."
