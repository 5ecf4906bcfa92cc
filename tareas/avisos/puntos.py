"""Cada cosa que se debe, en palabras: qué es, para cuándo, quién lo manda y dónde se responde.

De cada una salen dos: el punto que la detalla en la carta y la parte que lleva al asunto. Lo que ya pasó de la fecha
prudente pero no de la legal no está vencido, y así se dice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

from modelos.calendario import fecha_corta
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.oficios.deuda import Debido
from modelos.plazos.plazo import Plazo
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.actividad import Actividad
from tareas.avisos.asuntos import Parte
from tareas.oficios.firmas import PorFirmar

SEMANA = "semana"
"""El hito de lo que va en el resumen de la semana (`tareas.avisos.semana`)."""
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

    @property
    def le_toca(self) -> bool:
        """Si lo debe quien recibe la carta; si no, le mencionaron o sólo se le hace saber."""
        return not self.nota and not self.mencion


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


def partes_de_firma(por_firmar: PorFirmar) -> list[Parte]:
    """De lo que espera firma, una: lo más urgente, y cuántos son."""
    if not por_firmar.total:
        return []
    debido = por_firmar.debidos[0]
    vence = debido.plazo.vence if debido.plazo else None
    oficio = debido.oficio
    return [
        Parte(
            ClaseDeNotificacion.FIRMA,
            oficio.folio,
            vence,
            vence,
            que=f"{oficio.clave}: {oficio.asunto}",
            por_firmar=por_firmar.total,
        )
    ]


def _plazo(f: Any, lugar: Lugar) -> Any:  # noqa: ANN401 - renglón de SQL
    """El plazo con que vence: el suyo o, si es un turno que no tiene, el del tramo en que está."""
    return f if f.plazo_estado is not None else lugar.rigen.get(f.turno_id or "", f)


def parte(f: Any, tablas: Catalogo, lugar: Lugar) -> Parte:  # noqa: ANN401 - renglón de SQL
    """De un renglón de `modelos.avisos.mensajes.contenido`, lo que lleva al asunto."""
    return _parte(f, _plazo(f, lugar), _que(f, tablas, lugar))


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


def punto_de_firma(debido: Debido, tablas: Catalogo, lugar: Lugar) -> Punto:
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


def punto(f: Any, tablas: Catalogo, lugar: Lugar) -> Punto:  # noqa: ANN401 - renglón de SQL
    """El de un renglón de `modelos.avisos.mensajes.contenido`."""
    if f.datos.get("mencion"):
        return _de_mencion(f, lugar)
    tabla = tablas.para_ver(f)
    actividad = tabla.fila(f.actividad) if f.actividad else None
    plazo = _plazo(f, lugar)
    turno = f.turno_id or lugar.atender.get(f.clave)
    unidad = f.turno_unidad or f.plazo_unidad or ""
    nota = _nota(f.datos, f.datos.get("para", unidad), unidad)
    return Punto(
        folio=f.folio,
        asunto=f.asunto,
        que=actividad.accion if actividad else f.que,
        unidad=unidad,
        para_cuando=cuando(plazo.vence, plazo.conservador, lugar.hoy),
        fundamento=citado(_lo_manda(actividad, plazo), tabla, tablas),
        enlace=f"{lugar.direccion}{_ruta(turno, f.folio)}",
        accion="Atenderlo" if turno and not nota else "Verlo",
        nota=nota,
        urgencia=_parte(f, plazo).urgencia,
    )


def _ruta(turno: str | None, folio: str) -> str:
    return f"/turnos/{quote(turno, safe='')}" if turno else f"/expedientes/{quote(folio, safe='')}"


def _lo_manda(actividad: Actividad | None, plazo: Any) -> str:  # noqa: ANN401 - renglón de SQL
    """El fundamento de la actividad o, si no lo tiene, el de su plazo."""
    return (actividad.fundamento if actividad else "") or plazo.fundamento or ""


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


def _nota(datos: dict[str, Any], para: str, unidad: str) -> str:
    """Por qué se entera quien no lo debe."""
    if not datos.get("sube"):
        return ""
    if datos.get("hito") == SEMANA:
        return f"Lo debe {unidad} y sigue sin atenderse; {para} lo recibe para darle seguimiento."
    return f"{unidad} no tiene hoy quien lo atienda; lo recibe {para}."
