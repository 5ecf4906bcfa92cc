"""Lo que se imprime alrededor de un oficio: formato del número, lugar, domicilio y leyenda del año."""

from __future__ import annotations

import re
from datetime import date, datetime

from sqlalchemy import Column, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos import reloj
from modelos.columnas import Instante
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.escritura import en_un_renglon, faltas_de_largo, limpiar_texto
from modelos.oficios import letras
from modelos.organizacion.organigrama import Unidad
from modelos.tabla.emision import FORMATO, LARGO_FORMATO, falta_de_formato, numerar
from modelos.tabla.unidades import TipoUnidad

INSTITUCION = "Colegio Nacional de Educación Profesional Técnica"
LUGAR = "Metepec, Estado de México"
"""Donde están las oficinas nacionales (dominio 00); las demás unidades fijan el suyo."""
MES_DE_AVISO = 10
"""Desde octubre se avisa que falta la leyenda del año que sigue."""
LARGOS = {"lugar": 120, "domicilio": 300, "telefono": 60, "sitio": 120}


class Papeleria(SQLModel, table=True):
    """La de una unidad; sin fila, la de por defecto."""

    unidad: str = Field(primary_key=True, foreign_key="unidad.clave", max_length=40)
    formato: str = Field(default=FORMATO, max_length=80)
    lugar: str = Field(default="", max_length=120)
    domicilio: str = Field(default="", max_length=300)
    telefono: str = Field(default="", max_length=60)
    sitio: str = Field(default="", max_length=120)
    actualizada: datetime = Field(sa_column=Column(Instante, nullable=False))
    persona_id: int | None = Field(default=None, foreign_key="persona.id")


class Leyenda(SQLModel, table=True):
    """La del año, con la fuente en que consta. Sin fila para un año, se omite y se avisa: nunca se repite otra."""

    anio: int = Field(primary_key=True)
    texto: str = Field(max_length=300)
    fuente: str = Field(max_length=500)


LEYENDAS = (
    (
        2024,
        "2024, Año de Felipe Carrillo Puerto, Benemérito del Proletariado, Revolucionario y Defensor del Mayab",
        "Plantillas públicas de oficio de 2024.",
    ),
    (2025, "2025, Año de la Mujer Indígena", "Senado de la República, comunicado de prensa."),
    (
        2026,
        "2026, Año de Margarita Maza Parada",
        "DOF, decreto del 29 de diciembre de 2025; rige del 1 de enero al 31 de diciembre de 2026.",
    ),
)
"""Las que se conocen (dominio 06 §6.4): año, texto y fuente. La de 2027 no se encontró."""


def sembrar(s: Session) -> None:
    """Captura las leyendas conocidas que falten; no toca las que alguien haya corregido."""
    for anio, texto, fuente in LEYENDAS:
        if s.get(Leyenda, anio) is None:
            s.add(Leyenda(anio=anio, texto=texto, fuente=fuente))
    s.flush()


def de_unidad(s: Session, unidad: Unidad) -> Papeleria:
    """La papelería con que sale lo suyo; la que no se ha fijado lleva lo que se sabe y nada más."""
    fijada = s.get(Papeleria, unidad.clave)
    if fijada is not None:
        return fijada
    nacional = unidad.tipo == TipoUnidad.NACIONAL.value
    return Papeleria(unidad=unidad.clave, lugar=LUGAR if nacional else "", actualizada=reloj.ahora())


def leyenda(s: Session, anio: int) -> str:
    """La del año entre comillas; vacía si no se ha capturado."""
    fila = s.get(Leyenda, anio)
    return f"«{fila.texto}»" if fila else ""


def jerarquia(s: Session, unidad: Unidad) -> list[str]:
    """Los nombres de la unidad y de aquellas de que depende, de la mayor a ella; sin la Dirección General."""
    nombres: list[str] = []
    actual: Unidad | None = unidad
    while actual is not None and actual.nombre not in nombres:
        if actual.clave not in ("DG", "JD") or actual is unidad:
            nombres.append(actual.nombre)
        actual = s.get(Unidad, actual.depende_de) if actual.depende_de else None
    return nombres[::-1]


def fijar(s: Session, clave: str, campos: dict[str, str], ahora: datetime, persona: int | None) -> Papeleria:
    """Fija la papelería de una unidad.

    persona: quién; None desde la línea de órdenes.

    Lanza:
        NoExiste: no hay esa unidad.
        FormularioIncompleto: un campo no cabe o el formato daría números repetidos.
    """
    if s.get(Unidad, clave) is None:
        raise NoExiste("la unidad", clave)
    limpios = {campo: en_un_renglon(campo, campos.get(campo, "")) for campo in LARGOS}
    faltas = faltas_de_largo(limpios, LARGOS) | letras.faltas(limpios)
    formato = limpiar_texto("formato", campos.get("formato", "")).strip() or FORMATO
    if falta := falta_de_formato(formato) or _falta_al_numerar(s, clave, formato):
        faltas["formato"] = falta
    if faltas:
        raise FormularioIncompleto(faltas)
    fila = s.get(Papeleria, clave) or Papeleria(unidad=clave, actualizada=ahora)
    fila.formato, fila.actualizada, fila.persona_id = formato, ahora, persona
    for campo, valor in limpios.items():
        setattr(fila, campo, valor)
    s.add(fila)
    s.flush()
    return fila


def fijar_leyenda(s: Session, anio: int, texto: str, fuente: str) -> Leyenda:
    """Captura o corrige la leyenda de un año. Lo ya firmado no cambia.

    Lanza:
        FormularioIncompleto: el año no es uno, falta el texto o su fuente, o el texto es de otro año.
    """
    faltas = {}
    limpio, origen = (en_un_renglon(c, t) for c, t in (("texto", texto), ("fuente", fuente)))
    limpio = limpio.strip('«»"“” ')
    if not 2000 <= anio <= 2100:
        faltas["anio"] = "escriba el año con cuatro cifras"
    if not 1 <= len(limpio) <= 300:
        faltas["texto"] = "escriba la leyenda, sin comillas, en 300 caracteres o menos"
    elif (dice := re.match(r"\d{4}", limpio)) and int(dice[0]) != anio:
        faltas["texto"] = f"empieza con {dice[0]} y la está guardando para {anio}"
    elif falta := letras.falta(limpio):
        faltas["texto"] = falta
    if not 1 <= len(origen) <= 500:
        faltas["fuente"] = "diga dónde se publicó, en 500 caracteres o menos"
    if faltas:
        raise FormularioIncompleto(faltas)
    fila = s.get(Leyenda, anio) or Leyenda(anio=anio, texto="", fuente="")
    fila.texto, fila.fuente = limpio, origen
    s.add(fila)
    s.flush()
    return fila


def sin_leyenda(s: Session, hoy: date) -> list[int]:
    """Los años cuya leyenda ya debería estar: el de hoy y, desde octubre, el que sigue."""
    esperados = [hoy.year, *([hoy.year + 1] if hoy.month >= MES_DE_AVISO else [])]
    return [anio for anio in esperados if s.get(Leyenda, anio) is None]


def _falta_al_numerar(s: Session, clave: str, formato: str) -> str:
    """Por qué ese formato, en esa unidad, daría un número que no cabe o que otra unidad también daría."""
    if len(numerar(formato, clave, 999_999, 2100)) > LARGO_FORMATO:
        return f"con la clave {clave} el número no cabe en {LARGO_FORMATO} caracteres; acórtelo"
    propios = dict(s.execute(select(col(Papeleria.unidad), col(Papeleria.formato))).all())
    ajenas = s.scalars(select(col(Unidad.clave)).where(col(Unidad.clave) != clave).order_by(col(Unidad.clave)))
    suyo = _molde(formato, clave)
    otra = next((unidad for unidad in ajenas if _molde(propios.get(unidad, FORMATO), unidad) == suyo), None)
    return f"{otra} numera igual: dos oficios tendrían el mismo número" if otra else ""


def _molde(formato: str, clave: str) -> str:
    """El número sin su consecutivo: dos unidades con el mismo molde acabarían por repetir un número."""
    return re.sub(r"\{consecutivo[^}]*\}", "{n}", formato.replace("{SIGLA}", clave)).casefold()
