"""Contar un plazo y volverlo a contar: las columnas que salen del cómputo y lo que se asienta de ellas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from modelos import reloj
from modelos.calendario import Computo
from modelos.calendario.errores import CalendarioSinPublicar, PlazoInvalido
from modelos.dias.dia import Oficina
from modelos.plazos.plazo import EstadoPlazo, Plazo, ampliaciones, base_de_insistencia, suspensiones
from modelos.tabla.plazo import Hitos, Resuelto, programar

ASENTADOS = (
    "id",
    "turno_id",
    "clave",
    "que",
    "unidad",
    "estado",
    "fundamento",
    "inferido",
    "perfil",
    "regla",
    "vence",
    "conservador",
    "calendario",
)
RECONTADOS = ("id", "estado", "vence", "conservador", "calendario", "suspensiones", "ampliaciones")
"""Lo que cambia al reanudar, prorrogar o publicar días inhábiles."""


def asentado(nuevo: Mapping[str, Any]) -> dict[str, Any]:
    """Lo que se asienta de un plazo que empieza; `acto`, sólo si se cumple con uno escrito."""
    acto = {"acto": nuevo["acto"]} if nuevo["acto"] else {}
    return {campo: _llano(nuevo[campo]) for campo in ASENTADOS} | acto


def recontar(plazo: Plazo, oficina: Oficina, hoy: date, *, de_nuevo: bool = False) -> bool:
    """Vuelve a contar un plazo por cumplir con los calendarios de hoy; devuelve si su fecha cambió.

    de_nuevo: si su fecha se aleja, se recuerda otra vez desde el principio (una prórroga, una reanudación). Sin
        pedirlo, sólo si ya se había llegado a la fecha anterior y la nueva queda por delante.

    Los hitos ya vistos no vuelven, y los que tocaban y nadie ha visto siguen por verse; un suspendido conserva
    su fecha hasta que se reanude.
    """
    antes = (plazo.vence, plazo.conservador)
    if plazo.estado == EstadoPlazo.SUSPENDIDO or "medida" not in plazo.regla:  # le falta un dato, no el calendario
        plazo.publicacion = oficina.publicacion
        return False
    nuevo = _contado(plazo, oficina, hoy)
    if _vuelve(plazo.conservador, nuevo["conservador"], hoy, de_nuevo=de_nuevo):
        plazo.vuelta, plazo.insistencias, plazo.hitos = plazo.vuelta + 1, 0, []
        nuevo = _contado(plazo, oficina, hoy)
    for campo, valor in nuevo.items():
        setattr(plazo, campo, valor)
    return antes != (plazo.vence, plazo.conservador)


def _contado(plazo: Plazo, oficina: Oficina, hoy: date) -> dict[str, Any]:
    return contar(
        plazo.resuelto,
        oficina,
        perfil=plazo.perfil,
        hitos=leer_hitos(plazo.regla),
        guardadas=(plazo.suspensiones, plazo.ampliaciones),
        visto=HitoVisto(
            hoy, plazo.abierto, plazo.insistencias, frozenset(hito for hito, _ in plazo.hitos), plazo.compromiso
        ),
    )


def _vuelve(antes: date | None, ahora: date | None, hoy: date, *, de_nuevo: bool) -> bool:
    """Si una fecha que ya se había recordado queda otra vez por delante."""
    return antes is not None and ahora is not None and ahora > antes and ahora >= hoy and (de_nuevo or antes <= hoy)


def completo(id_: str, folio: str, debido: Mapping[str, Any], oficina: Oficina) -> dict[str, Any]:
    """Un plazo perdido o alterado, rehecho de lo asentado: se cuenta otra vez, con las fechas de la bitácora."""
    regla = debido["regla"]
    contado: dict[str, Any] = {**SIN_FECHA, "computo": {}, "publicacion": oficina.publicacion}
    if "medida" in regla:
        contado = contar(
            Resuelto.de_json(regla),
            oficina,
            perfil=debido["perfil"],
            hitos=leer_hitos(regla),
            guardadas=(debido["suspensiones"], debido["ampliaciones"]),
            visto=HitoVisto(reloj.hoy(), debido["abierto"], compromiso=debido["compromiso"]),
        )
    if debido["estado"] != EstadoPlazo.ABIERTO:
        contado["proximo"] = None
    cadencia = {"vencido_cada": leer_hitos(regla).vencido_cada, "insistencias": 0, "vuelta": 0}
    return {"id": id_, "folio": folio, **contado, **cadencia, **debido}


def recontado(plazo: Plazo) -> dict[str, Any]:
    """Lo que se asienta de un plazo vuelto a contar."""
    return {campo: _llano(getattr(plazo, campo)) for campo in RECONTADOS}


def exigir_contable(plazo: Plazo, oficina: Oficina) -> None:
    """Lanza lo que impida contar el plazo como está ahora, en vez de dejarlo sin fecha."""
    plazo.resuelto.contar(
        oficina.calendarios,
        perfil=plazo.perfil,
        horario=oficina.horario,
        suspensiones=suspensiones(plazo.suspensiones),
        ampliaciones=ampliaciones(plazo.ampliaciones),
    )


@dataclass(frozen=True)
class HitoVisto:
    """Lo que ya se recordó de un plazo.

    hoy: lo que tocaba hasta este día, incluido, ya no se programa. abierto: cuándo empezó a deberse.
    insistencias: cuántas de vencido se vieron. pendientes: hitos que ya tocaban y nadie ha visto.
    compromiso: el día para el que alguien se comprometió, si lo hizo; `hitos` lleva el que toca al pasar.
    """

    hoy: date
    abierto: datetime
    insistencias: int = 0
    pendientes: frozenset[str] = frozenset()
    compromiso: date | None = None


def contar(
    resuelto: Resuelto,
    oficina: Oficina,
    *,
    perfil: str,
    hitos: Hitos,
    guardadas: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    visto: HitoVisto,
) -> dict[str, Any]:
    """Las columnas de un plazo que salen del cómputo. Si no se puede contar, lo dice y no inventa fecha (invariante 9).

    guardadas: suspensiones y ampliaciones, como están en el plazo.
    """
    detenidas, prorrogas = suspensiones(guardadas[0]), ampliaciones(guardadas[1])
    comunes = {"calendario": oficina.calendarios.version, "publicacion": oficina.publicacion}
    try:
        computo = resuelto.contar(
            oficina.calendarios,
            perfil=perfil,
            horario=oficina.horario,
            suspensiones=detenidas,
            ampliaciones=prorrogas,
        )
        programados = programar(
            hitos, resuelto, computo, oficina.calendarios, horario=oficina.horario, suspensiones=detenidas
        )
    except (CalendarioSinPublicar, PlazoInvalido) as error:
        return {**comunes, **SIN_FECHA, "computo": {"error": str(error)}}
    previstos = [(p.hito, p.fecha) for p in programados]
    if visto.compromiso and computo.conservador < min(visto.compromiso, visto.hoy):
        previstos = [(COMPROMISO, dia_tras_compromiso(oficina, computo.perfil, visto.compromiso))]
    faltan = [[hito, dia.isoformat()] for hito, dia in previstos if dia > visto.hoy or hito in visto.pendientes]
    base = base_de_insistencia(computo.conservador, visto.abierto, guardadas[0], visto.compromiso)
    return {
        **comunes,
        "estado": EstadoPlazo.ABIERTO.value,
        "vence": computo.vence,
        "conservador": computo.conservador,
        "computo": computo.como_json(),
        "hitos": faltan,
        "proximo": date.fromisoformat(faltan[0][1]) if faltan else _insistencia(oficina, computo, hitos, visto, base),
    }


def dia_tras_compromiso(oficina: Oficina, perfil: str, compromiso: date) -> date:
    """El día hábil en que se dice que el compromiso pasó; si falta publicar ese año, el natural que sigue."""
    try:
        return oficina.calendarios[perfil].sumar(compromiso, 1)
    except CalendarioSinPublicar:
        return compromiso + timedelta(1)


def _insistencia(oficina: Oficina, computo: Computo, hitos: Hitos, visto: HitoVisto, base: date) -> date:
    """El día de la siguiente insistencia de vencido; si cae en un año sin publicar, se mira desde el día siguiente."""
    try:
        return oficina.calendarios[computo.perfil].sumar(base, hitos.vencido_cada * (visto.insistencias + 1))
    except CalendarioSinPublicar:
        return base + timedelta(1)


COMPROMISO = "compromiso"
"""El hito que toca al pasar la fecha a que alguien se comprometió; desde ella se vuelve a insistir."""
SIN_FECHA: dict[str, Any] = {
    "estado": EstadoPlazo.SIN_CALCULAR.value,
    "vence": None,
    "conservador": None,
    "hitos": [],
    "proximo": None,
}


def leer_hitos(regla: Mapping[str, Any]) -> Hitos:
    """Los hitos que la tabla fijó para el plazo; van con su regla para poder recontarlo sin ella."""
    guardados = regla["hitos"]
    return Hitos(tuple(guardados["antes"]), tuple(guardados["corridos"]), guardados["vencido_cada"])


def _llano(valor: object) -> object:
    return valor.isoformat() if isinstance(valor, date) else valor
