"""Quién puede firmar por una unidad: la persona que tiene el cargo, o quien la suple, con su precepto."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos import reloj
from modelos.columnas import Instante, columna_json
from modelos.errores import DatoRepetido, FormularioIncompleto, NoExiste
from modelos.escritura import en_un_renglon, faltas_de_largo
from modelos.oficios import letras
from modelos.organizacion import vigencia_sql
from modelos.organizacion.organigrama import Persona, Unidad, de_la, por_correo
from modelos.organizacion.vigencia import dura_mas

LARGOS = {"cargo": 250, "tratamiento": 20, "iniciales": 10, "precepto": 300, "ausencia": 200}


class Titularidad(SQLModel, table=True):
    """Quién tiene el cargo en una unidad, entre dos fechas inclusive; `hasta` vacío: sin fin.

    tratamiento: como se antepone al nombre («Mtra.»); iniciales: con las que se marca lo que firma.
    """

    id: int | None = Field(default=None, primary_key=True)
    unidad: str = Field(foreign_key="unidad.clave", index=True, max_length=40)
    persona_id: int = Field(foreign_key="persona.id", index=True)
    cargo: str = Field(max_length=250)
    tratamiento: str = Field(default="", max_length=20)
    iniciales: str = Field(default="", max_length=10)
    desde: date
    hasta: date | None = None


class Suplencia(SQLModel, table=True):
    """Quién firma por quien tiene el cargo mientras está ausente, y con qué precepto.

    cargo: el de quien suple. ausencia: por qué no está («comisión oficial»). procedimientos: vacío: todos.
    """

    id: int | None = Field(default=None, primary_key=True)
    unidad: str = Field(foreign_key="unidad.clave", index=True, max_length=40)
    persona_id: int = Field(foreign_key="persona.id", index=True)
    cargo: str = Field(max_length=250)
    tratamiento: str = Field(default="", max_length=20)
    precepto: str = Field(max_length=300)
    ausencia: str = Field(default="", max_length=200)
    procedimientos: list[str] = Field(sa_column=Column(columna_json(), nullable=False))
    desde: date
    hasta: date
    creada: datetime = Field(sa_column=Column(Instante, nullable=False))


@dataclass(frozen=True)
class Firmante:
    """Como se imprime el bloque de firma. suplencia: la leyenda, vacía si firma quien tiene el cargo."""

    persona: int
    nombre: str
    cargo: str
    suplencia: str = ""


def titular(s: Session, unidad: str, en: date) -> tuple[Titularidad, Persona] | None:
    """Quien tiene el cargo en esa fecha; None si está vacante o no se ha capturado."""
    consulta = (
        select(Titularidad, Persona)
        .join(Persona, col(Persona.id) == Titularidad.persona_id)
        .where(col(Titularidad.unidad) == unidad, rige(Titularidad, en), col(Persona.activa).is_(True))
        .order_by(col(Titularidad.desde).desc())
        .limit(1)
    )
    fila = s.execute(consulta).first()
    return (fila[0], fila[1]) if fila else None


def como_firma(s: Session, persona: int, unidad: str, procedimiento: str, en: date) -> Firmante | None:
    """Con qué nombre y cargo firma esa persona por esa unidad hoy; None si no puede."""
    con_cargo = titular(s, unidad, en)
    if con_cargo and con_cargo[0].persona_id == persona:
        return Firmante(persona, con_nombre(con_cargo[0].tratamiento, con_cargo[1].nombre), con_cargo[0].cargo)
    suplencias = select(Suplencia).where(
        col(Suplencia.unidad) == unidad, col(Suplencia.persona_id) == persona, rige(Suplencia, en)
    )
    for suya in s.scalars(suplencias.order_by(col(Suplencia.id))):
        if not suya.procedimientos or procedimiento in suya.procedimientos:
            quien = s.get_one(Persona, persona)
            cargo = con_cargo[0].cargo if con_cargo else f"persona titular {de_la(_nombre(s, unidad))}"
            ausencia = f" ({suya.ausencia})" if suya.ausencia else ""
            con_que = suya.precepto.rstrip(".")
            leyenda = f"En suplencia por ausencia de {_ausente(cargo)}{ausencia}, con fundamento en {con_que}."
            return Firmante(persona, con_nombre(suya.tratamiento, quien.nombre), suya.cargo, leyenda)
    return None


def firman(s: Session, unidad: str, en: date, procedimiento: str | None = None) -> list[int]:
    """Las personas activas que hoy pueden firmar por la unidad, por cargo o por suplencia.

    procedimiento: sólo quienes pueden firmar los de ése; None: quienes puedan firmar alguno.
    """
    con_cargo = select(col(Titularidad.persona_id)).join(Persona, col(Persona.id) == Titularidad.persona_id)
    con_cargo = con_cargo.where(col(Titularidad.unidad) == unidad, rige(Titularidad, en), col(Persona.activa).is_(True))
    suplencias = select(Suplencia).join(Persona, col(Persona.id) == Suplencia.persona_id)
    suplencias = suplencias.where(col(Suplencia.unidad) == unidad, rige(Suplencia, en), col(Persona.activa).is_(True))
    suplentes = {
        suya.persona_id
        for suya in s.scalars(suplencias)
        if procedimiento is None or not suya.procedimientos or procedimiento in suya.procedimientos
    }
    return sorted({*s.scalars(con_cargo), *suplentes})


def lo_que_firma(s: Session, persona: int, en: date) -> dict[str, frozenset[str] | None]:
    """Por cuáles unidades puede firmar hoy, y de qué procedimientos; None: de todos."""
    propias = select(col(Titularidad.unidad)).where(col(Titularidad.persona_id) == persona, rige(Titularidad, en))
    suyas: dict[str, frozenset[str] | None] = dict.fromkeys(s.scalars(propias))
    suplidas = select(Suplencia).where(col(Suplencia.persona_id) == persona, rige(Suplencia, en))
    for suplencia in s.scalars(suplidas):
        previos = suyas.get(suplencia.unidad, frozenset())
        todos = previos is None or not suplencia.procedimientos
        suyas[suplencia.unidad] = None if todos else (previos or frozenset()) | set(suplencia.procedimientos)
    return suyas


def unidades_que_firma(s: Session, persona: int, en: date) -> list[str]:
    """Por cuáles unidades puede firmar algo hoy, por cargo o por suplencia."""
    return sorted(lo_que_firma(s, persona, en))


def nombrar(
    s: Session,
    unidad: str,
    correo: str,
    cargo: str,
    *,
    tratamiento: str = "",
    iniciales: str = "",
    desde: date | None = None,
) -> Titularidad:
    """Registra quién tiene el cargo desde un día; a quien lo tenía le termina el anterior.

    Repetirlo con el mismo día corrige ese nombramiento.

    Lanza:
        NoExiste, FormularioIncompleto. DatoRepetido: ya hay un nombramiento que empieza después.
    """
    persona, desde = _persona(s, unidad, correo), desde or reloj.hoy()
    textos = _limpios({"cargo": cargo, "tratamiento": tratamiento, "iniciales": iniciales}, ("cargo",))
    abiertas = select(Titularidad).where(
        col(Titularidad.unidad) == unidad, vigencia_sql.no_ha_acabado(col(Titularidad.hasta), desde)
    )
    nueva = Titularidad(unidad=unidad, persona_id=0, cargo="", desde=desde)
    for previa in s.scalars(abiertas):
        if previa.desde > desde:
            raise DatoRepetido("un nombramiento posterior a esa fecha en", unidad)
        if previa.desde == desde:
            nueva = previa  # se corrige el que empieza ese mismo día: lo que decía queda en los cambios
        else:
            previa.hasta = date.fromordinal(desde.toordinal() - 1)
    nueva.persona_id, nueva.hasta = persona.id or 0, None
    for campo, valor in textos.items():
        setattr(nueva, campo, valor)
    s.add(nueva)
    s.flush()
    return nueva


def suplir(
    s: Session,
    unidad: str,
    correo: str,
    *,
    cargo: str,
    precepto: str,
    desde: date,
    hasta: date,
    ausencia: str = "",
    tratamiento: str = "",
    procedimientos: Iterable[str] = (),
) -> Suplencia:
    """Registra una suplencia; ambos días inclusive.

    Lanza:
        NoExiste, FormularioIncompleto.
    """
    persona = _persona(s, unidad, correo)
    campos = {"cargo": cargo, "precepto": precepto, "ausencia": ausencia, "tratamiento": tratamiento}
    textos = _limpios(campos, ("cargo", "precepto"))
    if hasta < desde:
        raise FormularioIncompleto({"hasta": "no puede ser anterior al día en que empieza"})
    con_cargo = titular(s, unidad, desde)
    if con_cargo and con_cargo[0].persona_id == persona.id:
        raise FormularioIncompleto({"correo": "es quien tiene el cargo; firma por sí misma, sin suplencia"})
    nueva = Suplencia(
        unidad=unidad,
        persona_id=persona.id or 0,
        desde=desde,
        hasta=hasta,
        procedimientos=sorted(set(procedimientos)),
        creada=reloj.ahora(),
        cargo=textos["cargo"],
        tratamiento=textos["tratamiento"],
        precepto=textos["precepto"],
        ausencia=textos["ausencia"],
    )
    s.add(nueva)
    s.flush()
    return nueva


def terminar(s: Session, suplencia: int, hasta: date) -> Suplencia:
    """Adelanta el último día de una suplencia; lo ya firmado con ella no cambia.

    Lanza:
        NoExiste: no hay tal suplencia. FormularioIncompleto: la fecha la alargaría o es anterior a ayer.
    """
    fila = s.get(Suplencia, suplencia)
    if fila is None:
        raise NoExiste("la suplencia", str(suplencia))
    ayer = date.fromordinal(reloj.hoy().toordinal() - 1)
    if not ayer <= hasta <= fila.hasta:
        raise FormularioIncompleto({"hasta": f"use una fecha entre {ayer:%Y-%m-%d} y {fila.hasta:%Y-%m-%d}"})
    fila.hasta = hasta
    s.flush()
    return fila


def vacar(s: Session, titularidad: int, hasta: date) -> Titularidad:
    """Fija el último día de quien tiene el cargo y lo deja vacante; lo ya firmado no cambia.

    Lanza:
        NoExiste: no hay tal nombramiento. FormularioIncompleto: la fecha lo alargaría o es anterior a ayer.
    """
    fila = s.get(Titularidad, titularidad)
    if fila is None:
        raise NoExiste("el nombramiento", str(titularidad))
    ayer = date.fromordinal(reloj.hoy().toordinal() - 1)
    if hasta < ayer or dura_mas(hasta, fila.hasta):
        tope = f"entre {ayer:%Y-%m-%d} y {fila.hasta:%Y-%m-%d}" if fila.hasta else f"del {ayer:%Y-%m-%d} en adelante"
        raise FormularioIncompleto({"hasta": f"use una fecha {tope}"})
    fila.hasta = hasta
    s.flush()
    return fila


def con_nombre(tratamiento: str, nombre: str) -> str:
    """«Mtra. Nombre»; el nombre solo si no hay tratamiento."""
    return f"{tratamiento} {nombre}".strip()


def rige(tabla: type[Titularidad | Suplencia], en: date) -> ColumnElement[bool]:
    """Condición SQL: el cargo, o la suplencia, rige en esa fecha."""
    return vigencia_sql.rige(col(tabla.desde), col(tabla.hasta), en)


def _persona(s: Session, unidad: str, correo: str) -> Persona:
    if s.get(Unidad, unidad) is None:
        raise NoExiste("la unidad", unidad)
    persona = por_correo(s, correo)
    if persona is None or not persona.activa:
        raise FormularioIncompleto({"correo": "no hay ninguna persona activa con ese correo; dela de alta o revíselo"})
    return persona


def _limpios(campos: dict[str, str], obligatorios: tuple[str, ...]) -> dict[str, str]:
    limpios = {campo: en_un_renglon(campo, valor) for campo, valor in campos.items()}
    faltas = faltas_de_largo(limpios, LARGOS)
    faltas |= {c: "no puede quedar vacío" for c in obligatorios if not limpios[c]}
    faltas |= letras.faltas(limpios)
    if faltas:
        raise FormularioIncompleto(faltas)
    return limpios


def _nombre(s: Session, unidad: str) -> str:
    fila = s.get(Unidad, unidad)
    return fila.nombre if fila else unidad


def _ausente(cargo: str) -> str:
    """A quién se suple, en medio de una frase: «la persona titular de…», «quien tiene el cargo de Directora…»."""
    minuscula = cargo[:1].lower() + cargo[1:]
    if minuscula.startswith(("la ", "el ")):
        return minuscula
    return f"la {minuscula}" if minuscula.startswith("persona ") else f"quien tiene el cargo de {cargo}"
