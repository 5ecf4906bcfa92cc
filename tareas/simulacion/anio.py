"""Correr un tramo del calendario, día por día, sobre una base nueva: la misma jornada que trabaja el motor.

No usa Prefect: lo que Prefect muestra sale de los mismos encargos. El correo se atrapa, las personas son
de demostración y la base queda en la carpeta para mirarla después.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from sqlite3 import Connection

from sqlalchemy import event

from modelos import reloj
from modelos import sesion as base
from modelos.administracion import demo, siembra
from modelos.ajustes import Ajustes
from modelos.calendario import publicados
from modelos.errores import FormularioIncompleto
from modelos.migraciones import migrar
from modelos.motor import encargos
from modelos.tabla import Catalogo
from modelos.tabla.unidades import ESTATALES
from tareas import jornada
from tareas.avisos.cartero import Cartero
from tareas.efectos import Cual, intentar
from tareas.oficios.papel.archivo import Imprenta
from tareas.simulacion.despacho import Despacho
from tareas.simulacion.informe import InformeDelAnio, LoActuado, escribir
from tareas.simulacion.personal import Personal

LOTE = 200
INTENTOS = 3
HORA_JORNADA, HORA_PERSONAL, HORA_CIERRE = 7, 11, 17
"""A qué horas, del centro, trabajan el motor, el personal y otra vez el motor."""


@dataclass(frozen=True)
class PlanDeSimulacion:
    """Qué se simula: fechas inclusive, en una carpeta vacía, con cuántos CAST de demostración."""

    desde: date
    hasta: date
    carpeta: Path
    casts: int = 40
    semilla: int = 2027

    def __post_init__(self) -> None:
        """Rechaza lo que no se puede simular, con todo lo que hay que corregir."""
        faltas = {}
        if self.hasta < self.desde:
            faltas["hasta"] = f"no puede ser anterior a {self.desde}"
        if not 1 <= self.casts <= 500:
            faltas["casts"] = "simule entre 1 y 500 CAST"
        if self.carpeta.exists() and any(self.carpeta.iterdir()):
            faltas["datos"] = f"{self.carpeta} no está vacía; indique otra carpeta"
        if faltas:
            raise FormularioIncompleto(faltas)
        for anio in range(self.desde.year, self.hasta.year + 1):
            publicados().exigir(anio)


def casts_simulados(cuantos: int) -> list[tuple[str, str, str]]:
    """CAST de demostración repartidos entre las 32 unidades estatales."""
    return [
        (f"CAST-DEMO-{i + 1:02d}", f"CAST de demostración {i + 1:02d}", ESTATALES[i % len(ESTATALES)].clave)
        for i in range(cuantos)
    ]


def simular(
    plan: PlanDeSimulacion, tablas: Catalogo, avance: Callable[[date], None] = lambda _: None
) -> InformeDelAnio:
    """Corre el plan y escribe su informe en la carpeta; devuelve el resumen.

    avance: se llama al terminar cada día.

    Lanza:
        FormularioIncompleto, CalendarioSinPublicar: el plan no se puede correr; no se escribió nada.
    """
    inicio = time.monotonic()
    plan.carpeta.mkdir(parents=True, exist_ok=True)
    ajustes = Ajustes(datos=plan.carpeta.resolve(), base="", demo=True)
    url, cartero = ajustes.url_base, Cartero(ajustes)
    event.listen(base.motor(url), "connect", _sin_esperar_al_disco)
    with _reloj_propio():
        _poner(plan.desde, 6)
        migrar.migrar(url)
        with base.transaccion(url) as s:
            siembra.sembrar(s)
            demo.sembrar_demo(s, casts_simulados(plan.casts))
        personal = Personal(url, tablas, ajustes.carpeta_anexos, Random(plan.semilla))  # noqa: S311 - no cifra nada
        azar = Random(plan.semilla + 1)  # noqa: S311 - no cifra nada
        despacho = Despacho(url, tablas, Imprenta(ajustes), personal.constancia, azar)
        calendario = publicados()
        for dia in _dias(plan.desde, plan.hasta):
            _poner(dia, HORA_JORNADA)
            _motor(url, tablas, cartero)
            if calendario["F"].es_habil(dia):
                _poner(dia, HORA_PERSONAL)
                personal.trabajar()
                despacho.trabajar()
            _poner(dia, HORA_CIERRE)
            _motor(url, tablas, cartero)
            avance(dia)
        with base.lectura(url) as s:
            hecho = LoActuado(personal.atendidos, despacho.firmados, despacho.fuera, despacho.acusados)
            return escribir(s, tablas, plan.carpeta, hecho, time.monotonic() - inicio)


def _motor(url: str, tablas: Catalogo, cartero: Cartero) -> None:
    """Lo que un motor hace en un rato: los efectos pendientes y la jornada."""
    while True:
        with base.lectura(url) as s:
            pendientes = encargos.sin_prefect(s, 0.0, INTENTOS, LOTE)
        if not pendientes:
            break
        for encargo in pendientes:
            intentar(url, tablas, Cual(encargo.folio, encargo.asiento, encargo.efecto), INTENTOS)
    ahora = reloj.ahora()
    jornada.trabajar(url, tablas, ahora, HORA_JORNADA)
    while jornada.repartir(url, tablas, ahora, "simulado", cartero):
        pass


def _sin_esperar_al_disco(conexion: Connection, _entrada: object) -> None:
    """Una simulación que se corta se repite: no hay nada que proteger de un apagón."""
    conexion.execute("PRAGMA synchronous=OFF")


def _dias(desde: date, hasta: date) -> Iterator[date]:
    return (desde + timedelta(i) for i in range((hasta - desde).days + 1))


def _poner(dia: date, hora: int) -> None:
    os.environ["DSTC_RELOJ"] = datetime(dia.year, dia.month, dia.day, hora, tzinfo=reloj.ZONA).isoformat()


@contextmanager
def _reloj_propio() -> Iterator[None]:
    """Devuelve el reloj de este proceso a como estaba."""
    previo = os.environ.get("DSTC_RELOJ")
    try:
        yield
    finally:
        os.environ.pop("DSTC_RELOJ", None)
        if previo is not None:
            os.environ["DSTC_RELOJ"] = previo
