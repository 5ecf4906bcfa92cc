"""De qué se habla: qué periodo, qué procedimiento, qué entidad o unidad. Cabe entero en una dirección.

El periodo cuenta lo que ocurrió en él; lo abierto, lo vencido y lo que está por vencer se
cuentan siempre como están hoy, porque nadie guarda cómo estaban.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from modelos import fechas, reloj
from modelos.calendario import fecha_corta, sumar_meses
from modelos.calendario.errores import PlazoInvalido
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.organizacion.organigrama import Unidad
from modelos.organizacion.permisos import Quien, ve_tablero
from modelos.tabla import Catalogo
from modelos.tabla.periodo import MESES, Cada, Periodo, nombre_periodo
from modelos.tabla.unidades import ENTIDADES
from modelos.tablero.instantes import inicio_del_dia

MAXIMO_ANIOS = 6
_NOMBRADOS = ("procedimiento", "entidad", "unidad", "actividad")
_OFRECIDOS = {Cada.ANUAL: 4, Cada.SEMESTRAL: 4, Cada.TRIMESTRAL: 6, Cada.MENSUAL: 13}
"""Cuántos periodos de cada clase se ofrecen en la lista; por la dirección se puede pedir cualquiera."""
GRUPOS = {Cada.ANUAL: "Año", Cada.SEMESTRAL: "Semestre", Cada.TRIMESTRAL: "Trimestre", Cada.MENSUAL: "Mes"}


def exigir_tablero(quien: Quien, acto: str = "ver el tablero") -> Quien:
    """La persona, si mira el tablero. Lanza NoLeCorresponde."""
    if not ve_tablero(quien):
        raise NoLeCorresponde(acto, "dirección, administración o coordinación")
    return quien


@dataclass(frozen=True)
class Filtro:
    """Lo pedido, ya revisado. desde y hasta, ambos incluidos; periodo: su clave, vacía si son dos fechas sueltas.

    unidad y entidad: de quien lo debe o, tratándose de expedientes, de quien participa. Vacío: sin ese límite.
    """

    desde: date
    hasta: date
    hoy: date
    periodo: str = ""
    procedimiento: str = ""
    unidad: str = ""
    entidad: str = ""
    actividad: str = ""

    @property
    def inicio(self) -> datetime:
        """El primer instante del periodo."""
        return inicio_del_dia(self.desde)

    @property
    def fin(self) -> datetime:
        """El primer instante que ya no es del periodo."""
        return reloj.fin_del_dia(self.hasta)

    @property
    def llega_a_hoy(self) -> bool:
        """Si hoy está en el periodo: entonces lo que sigue abierto también cuenta."""
        return self.desde <= self.hoy <= self.hasta

    @property
    def nombre_periodo(self) -> str:
        """«tercer trimestre de 2026», «2026» o «del vie 2 ene 2026 al lun 5 ene 2026»."""
        if self.periodo:
            return nombre_periodo(Periodo.leer(self.periodo))
        return f"del {fecha_corta(self.desde)} al {fecha_corta(self.hasta)}"

    def parametros(self) -> dict[str, str]:
        """Como va en la dirección."""
        tramo = (
            {"periodo": self.periodo}
            if self.periodo
            else {"desde": self.desde.isoformat(), "hasta": self.hasta.isoformat()}
        )
        demas = {c: getattr(self, c) for c in _NOMBRADOS}
        return {**tramo, **{c: v for c, v in demas.items() if v}}

    def con(self, **cambios: str) -> Filtro:
        """El mismo con otros valores; `periodo` cambia también sus fechas."""
        otro = replace(self, **{c: v for c, v in cambios.items() if c != "periodo"})  # type: ignore[arg-type]
        if "periodo" not in cambios:
            return otro
        ventana = Periodo.leer(cambios["periodo"]).ventana
        return replace(otro, periodo=cambios["periodo"], desde=ventana.inicio, hasta=ventana.fin)


def leer(crudo: Mapping[str, str], hoy: date) -> Filtro:
    """El filtro de una dirección; sin periodo, el año en curso.

    Lanza:
        FormularioIncompleto: qué campo no se entiende, y qué escribir.
    """
    periodo, desde, hasta = (crudo.get(c, "").strip() for c in ("periodo", "desde", "hasta"))
    comunes: dict[str, Any] = {c: limpiar_texto(c, crudo.get(c, "")).strip() for c in _NOMBRADOS}
    if not periodo and (desde or hasta):
        return Filtro(*_fechas(desde, hasta), hoy, **comunes)
    try:
        pedido = Periodo.leer(periodo or str(hoy.year))
    except PlazoInvalido as error:
        raise FormularioIncompleto({"periodo": "escriba 2026, 2026-S1, 2026-T3 o 2026-05"}) from error
    return Filtro(pedido.ventana.inicio, pedido.ventana.fin, hoy, pedido.clave, **comunes)


def revisar(s: Session, filtro: Filtro, tablas: Catalogo) -> Filtro:
    """El filtro, si lo que nombra existe: un error de dedo no debe leerse como «cero».

    Lanza:
        FormularioIncompleto: no hay ese procedimiento, esa entidad o esa unidad.
    """
    faltas = {}
    if filtro.procedimiento and filtro.procedimiento not in {t.clave for t in tablas}:
        faltas["procedimiento"] = "elija uno de la lista"
    if filtro.entidad and filtro.entidad not in ENTIDADES:
        faltas["entidad"] = "elija una de la lista"
    if filtro.unidad and (len(filtro.unidad) > 40 or s.get(Unidad, filtro.unidad) is None):
        faltas["unidad"] = "elija una de la lista"
    if faltas:
        raise FormularioIncompleto(faltas)
    return filtro


def ofrecidos(hoy: date) -> dict[str, list[tuple[str, str]]]:
    """Los periodos que se ofrecen, por grupo: (clave, nombre), el más reciente primero."""
    listas: dict[str, list[tuple[str, str]]] = {}
    for cada, cuantos in _OFRECIDOS.items():
        largo = MESES[cada]
        inicio = date(hoy.year, (hoy.month - 1) // largo * largo + 1, 1)
        periodos = []
        for n in range(cuantos):
            dia = sumar_meses(inicio, -largo * n)
            periodos.append(Periodo(cada, dia.year, (dia.month - 1) // largo + 1))
        listas[GRUPOS[cada]] = [(p.clave, nombre_periodo(p).capitalize()) for p in periodos]
    return listas


def _fechas(desde: str, hasta: str) -> tuple[date, date]:
    leidas: dict[str, date] = {}
    faltas: dict[str, str] = {}
    for campo, texto in (("desde", desde), ("hasta", hasta)):
        try:
            leidas[campo] = fechas.leer(texto)
        except ValueError:
            faltas[campo] = fechas.COMO_FECHA
        else:
            if not 2000 <= leidas[campo].year <= 2099:
                faltas[campo] = "escriba una fecha de este siglo"
    if not faltas and leidas["hasta"] < leidas["desde"]:
        faltas["hasta"] = "debe ser igual o posterior a «desde»"
    elif not faltas and leidas["hasta"].year - leidas["desde"].year > MAXIMO_ANIOS:
        faltas["hasta"] = f"pida {MAXIMO_ANIOS} años o menos"
    if faltas:
        raise FormularioIncompleto(faltas)
    return leidas["desde"], leidas["hasta"]
