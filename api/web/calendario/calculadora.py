"""La calculadora de plazos: cuándo vence, contado como lo cuenta el sistema, y por qué.

No guarda nada: todo va en la dirección, que se puede enviar a otra persona.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.dependencias import Entrada
from api.vistas import reglas_plazo
from api.web.piezas.formularios import LISTA, PREFIJO, campos, esquema_de, numero, titulos
from api.web.piezas.rechazo import Intento, mostrar
from modelos import reloj
from modelos.calendario import PERFILES, POR_DEFECTO, Computo, Medida, computar
from modelos.calendario.errores import CalendarioSinPublicar, PlazoInvalido
from modelos.calendario.habiles import FIN_DE_SEMANA
from modelos.dias.dia import Oficina, dias_vigentes, oficina, oficinas
from modelos.errores import FormularioIncompleto
from modelos.expedientes import visibles
from modelos.fechas import COMO_FECHA, leer

ruta = APIRouter()
CUENTAS = {"habiles": "Días hábiles", "naturales": "Días naturales", "meses": "Meses"}
RECEPCIONES = {
    "": "Como el plazo acostumbra",
    "recibe": "Algo que la oficina recibe",
    "hecho": "Un hecho: un pago, un cierre",
}
MAXIMOS = {"habiles": 1000, "naturales": 1500, "meses": 60}
_VUELVE = (FormularioIncompleto, CalendarioSinPublicar, PlazoInvalido)
_HORA = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


class _Cuenta(BaseModel):
    desde: date = Field(title="Desde qué día", description="El del evento. No cuenta: el día 1 es el siguiente.")
    hora: str = Field(
        "",
        title="A qué hora",
        description="En la hora local de la oficina. Vacía se entiende en hora hábil, de 8:00 a 18:00.",
        max_length=5,
    )
    cantidad: int = Field(title="Cuánto")
    cuenta: str = Field(title="En qué se cuenta", json_schema_extra=LISTA)
    unidad: str = Field(
        "",
        title="Con el calendario de",
        description="Cuenta además sus días institucionales y su huso horario.",
        json_schema_extra=LISTA,
    )
    recepcion: str = Field(
        "",
        title="Qué ocurre ese día",
        description="Lo que se recibe en día u hora inhábil se tiene por recibido el hábil siguiente; un hecho cuenta "
        "desde su propio día. Lo acostumbrado: recepción, salvo en días naturales.",
        json_schema_extra=LISTA,
    )
    perfil: str = Field(
        "",
        title="Con qué ley",
        description="El de siempre junta la LFPA y el Calendario Oficial. La fecha conservadora es la menor de todos.",
        json_schema_extra=LISTA,
    )


_TITULOS = titulos(_Cuenta)


@dataclass(frozen=True)
class Cuenta:
    """Un cómputo, listo para leerse. saltos: (fecha, motivo, fundamento); perfiles: (cuál, fecha, si es el pedido)."""

    computo: Computo
    saltos: tuple[tuple[date, str, str], ...]
    de_semana: int
    perfiles: tuple[tuple[str, date, bool], ...]


@ruta.get("/calendario/calculadora")
def calcular(request: Request, puerta: Entrada) -> HTMLResponse:
    """El formulario y, si se pidió, el resultado; lo que no se entiende se dice junto a su campo."""
    pedido = {n: v.strip()[:40] for n, v in request.query_params.items() if n.startswith(PREFIJO)}
    valores = pedido or {PREFIJO + "desde": reloj.hoy().isoformat(), PREFIJO + "cuenta": "habiles"}
    cuenta = None
    with puerta.lectura() as (s, quien):
        nombres = visibles.unidades(s)
        with Intento(vuelve=_VUELVE, titulos=_TITULOS, ancla=PREFIJO.__add__) as intento:
            cuenta = _contar(s, valores, nombres) if pedido else None
    rechazo = intento.rechazo
    controles = campos(esquema_de(_Cuenta), valores, rechazo.campos if rechazo else {}, listas=_listas(nombres))
    return mostrar(
        request,
        "calendario/calculadora.html",
        quien,
        rechazo,
        campos={campo.nombre: campo for campo in controles},
        resumen=rechazo.resumen if rechazo else [],
        cuenta=cuenta,
        de=valores.get(PREFIJO + "unidad", ""),
    )


@dataclass(frozen=True)
class CuentaPedida:
    """Lo que se pidió contar, ya leído. hora: None si no se dijo."""

    desde: date
    hora: time | None
    cantidad: int
    medida: Medida
    unidad: str
    perfil: str
    es_recepcion: bool | None

    def evento(self, zona: tzinfo) -> date | datetime:
        """El día o, si se dijo la hora, el instante."""
        return self.desde if self.hora is None else datetime.combine(self.desde, self.hora, zona)


def _contar(s: Session, valores: Mapping[str, str], unidades: Mapping[str, str]) -> Cuenta:
    """Lanza FormularioIncompleto, con todo lo que falta a la vez; CalendarioSinPublicar, PlazoInvalido."""
    pedido = _leer({n: valores.get(PREFIJO + n, "") for n in _TITULOS}, unidades)
    con = _oficina(s, pedido.unidad)
    computo = computar(
        pedido.evento(con.horario.zona),
        pedido.cantidad,
        pedido.medida,
        perfil=pedido.perfil,
        calendarios=con.calendarios,
        horario=con.horario,
        es_recepcion=pedido.es_recepcion,
    )
    sueltos = tuple((d.fecha, d.motivo, d.fundamento) for d in computo.saltados if d.motivo not in _SEMANA)
    perfiles = tuple(
        (f"{p}: {reglas_plazo.PERFILES.get(p, p)}", dia, p == pedido.perfil) for p, dia in computo.por_perfil.items()
    )
    return Cuenta(computo, sueltos, len(computo.saltados) - len(sueltos), perfiles)


def _leer(escrito: Mapping[str, str], unidades: Mapping[str, str]) -> CuentaPedida:
    """Lanza FormularioIncompleto, con todo lo que falta a la vez."""
    if mal := _faltas(escrito, unidades):
        raise FormularioIncompleto(mal)
    hora = _HORA.fullmatch(escrito["hora"])
    return CuentaPedida(
        leer(escrito["desde"]),
        time(int(hora[1]), int(hora[2])) if hora else None,
        numero(escrito["cantidad"]),
        Medida(escrito["cuenta"]),
        escrito["unidad"],
        escrito["perfil"] or POR_DEFECTO,
        {"recibe": True, "hecho": False}.get(escrito["recepcion"]),
    )


def _faltas(escrito: Mapping[str, str], unidades: Mapping[str, str]) -> dict[str, str]:
    """Lo que no se entiende, por campo; sin saber en qué se cuenta no se dice hasta cuánto."""
    tope = MAXIMOS.get(escrito["cuenta"])
    se_entiende = {
        "desde": _es_fecha(escrito["desde"]),
        "hora": not escrito["hora"] or _HORA.fullmatch(escrito["hora"]) is not None,
        "cuenta": tope is not None,
        "cantidad": tope is None or 1 <= numero(escrito["cantidad"]) <= tope,
        "unidad": escrito["unidad"] in {"", *unidades},
        "recepcion": escrito["recepcion"] in RECEPCIONES,
        "perfil": escrito["perfil"] in {"", *PERFILES},
    }
    que_hacer = {
        "desde": COMO_FECHA,
        "hora": "escríbala de 00:00 a 23:59, como 17:30, o déjela vacía",
        "cantidad": f"escriba un número de 1 a {tope}",
        "unidad": "elija una de la lista",
    }
    return {campo: que_hacer.get(campo, "elija una opción") for campo, bien in se_entiende.items() if not bien}


def _es_fecha(texto: str) -> bool:
    try:
        leer(texto)
    except ValueError:
        return False
    return True


_SEMANA = frozenset(FIN_DE_SEMANA.values())


def _oficina(s: Session, unidad: str) -> Oficina:
    return oficinas(s, [unidad])[unidad] if unidad else oficina(*dias_vigentes(s), entidad="", centro="")


def _listas(unidades: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        "cuenta": CUENTAS,
        "recepcion": {valor: rotulo for valor, rotulo in RECEPCIONES.items() if valor},
        "perfil": {p: f"{p}: {reglas_plazo.PERFILES.get(p, p)}" for p in (POR_DEFECTO, "A", "B", "C")},
        "unidad": {clave: f"{clave}, {nombre}" for clave, nombre in unidades.items()},
    }
