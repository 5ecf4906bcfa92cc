"""Cómo se dice un plazo en pantalla: cuánto falta, qué tan urgente es y por qué esa fecha.

Los días se cuentan con el calendario de quien lo debe, no con el de quien mira.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.vistas import plazos as vistas_plazos
from api.vistas import reglas_plazo
from modelos import reloj
from modelos.calendario import fecha_corta
from modelos.calendario.habiles import FIN_DE_SEMANA
from modelos.dias.dia import Oficina, oficinas
from modelos.plazos import lista as consultas_plazos
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo, Recordatorio
from modelos.tabla.plazo import leer_momento

PRONTO = 3
"""Días hábiles que faltan cuando ya se dice «Pronto»; el hito usual."""
URGENCIAS = {
    "vencido": ("!", "Vencido"),
    "hoy": ("●", "Hoy"),
    "urge": ("●", "Urge"),
    "pronto": ("◐", "Pronto"),
    "holgado": ("○", ""),
    "suspendido": ("‖", "Suspendido"),
    "sin_fecha": ("?", "Sin fecha"),
    "cumplido": ("✓", "Cumplido"),
    "cancelado": ("✕", "Ya no corre"),
}
FILTROS = {"vencido": "Ya venció", "hoy": "Vence hoy", "semana": "Vence esta semana"}
"""Los cortes por fecha que ofrecen las listas."""


@dataclass(frozen=True)
class Vencimiento:
    """Un plazo, dicho. frase: sin mayúscula ni punto; prudente: la fecha conservadora, si es otra.

    compromiso: para cuándo se comprometió alguien a atender lo vencido, y si ya pasó.
    """

    plazo: Plazo
    urgencia: str
    frase: str
    prudente: str = ""
    compromiso: str = ""

    @property
    def signo(self) -> str:
        """La marca que acompaña a la palabra; decorativa."""
        return URGENCIAS[self.urgencia][0]

    @property
    def palabra(self) -> str:
        """Qué tan urgente es, en una palabra; vacía si falta tiempo."""
        return URGENCIAS[self.urgencia][1]


@dataclass(frozen=True)
class DiaSaltado:
    """Un día que no se contó."""

    fecha: str
    motivo: str
    fundamento: str


@dataclass(frozen=True)
class Porque:
    """Lo que explica una fecha, listo para leerse.

    hechos: (qué, fecha) en el orden en que se cuenta. de_semana: cuántos sábados y domingos se saltaron.
    perfiles: (nombre, fecha, si es el que rige). actos: suspensiones y prórrogas. enviados y por_enviar: (hito, fecha).
    """

    vencimiento: Vencimiento
    explicacion: str
    hechos: tuple[tuple[str, str], ...]
    saltos: tuple[DiaSaltado, ...]
    de_semana: int
    perfiles: tuple[tuple[str, str, bool], ...]
    actos: tuple[str, ...]
    enviados: tuple[tuple[str, str], ...]
    por_enviar: tuple[tuple[str, str], ...]


def dichos(s: Session, plazos: Iterable[Plazo]) -> dict[str, Vencimiento]:
    """Cada plazo, dicho; por id. Las oficinas se leen una vez para todos."""
    lista, hoy = list(plazos), reloj.hoy()
    con = oficinas(s, {plazo.unidad for plazo in lista})
    return {plazo.id: decir(plazo, con.get(plazo.unidad), hoy) for plazo in lista}


def explicados(s: Session, plazos: Sequence[Plazo]) -> list[Porque]:
    """Cada plazo con todo lo que explica su fecha, en el orden dado."""
    de = dichos(s, plazos)
    vistos = consultas_plazos.recordados(s, de) if plazos else {}
    return [explicar(de[plazo.id], vistos[plazo.id]) for plazo in plazos]


def decir(plazo: Plazo, oficina: Oficina | None, hoy: date) -> Vencimiento:
    """Cuánto falta o hace cuánto pasó, con su urgencia."""
    if plazo.estado == EstadoPlazo.CUMPLIDO:
        return Vencimiento(plazo, "cumplido", f"se cumplió el {_cierre(plazo)}{_contra(plazo)}")
    if plazo.estado == EstadoPlazo.CANCELADO:
        return Vencimiento(plazo, "cancelado", f"se canceló el {_cierre(plazo)}, sin cumplirse")
    if plazo.estado == EstadoPlazo.SUSPENDIDO:
        return Vencimiento(plazo, "suspendido", _suspendido(plazo))
    if plazo.vence is None or plazo.conservador is None:
        causa = str(plazo.computo["error"]).partition(". ")[0].rstrip(".")
        return Vencimiento(plazo, "sin_fecha", f"sin fecha: {_minuscula(causa)}")
    faltan = vistas_plazos.restantes(plazo, oficina, hoy)
    return _que_corre(plazo, plazo.vence, plazo.conservador, faltan, hoy)


def _que_corre(plazo: Plazo, vence: date, conservador: date, faltan: int | None, hoy: date) -> Vencimiento:
    dia = fecha_corta(vence)
    comprometido = _compromiso(plazo, conservador, hoy)
    if vence < hoy:
        frase = f"venció hace {_habiles(-faltan)}, {dia}" if faltan else f"venció el {dia}"
        return Vencimiento(plazo, "vencido", frase, compromiso=comprometido)
    prudente = "" if conservador == vence else f"por prudencia, a más tardar el {fecha_corta(conservador)}"
    if vence == hoy:
        return Vencimiento(plazo, "hoy", f"vence hoy, {dia}", prudente, comprometido)
    pronto = "pronto" if faltan is not None and faltan <= PRONTO else "holgado"
    frase = f"vence en {_habiles(faltan)}, {dia}" if faltan else f"vence el {dia}"
    return Vencimiento(plazo, "urge" if conservador <= hoy else pronto, frase, prudente, comprometido)


def _compromiso(plazo: Plazo, conservador: date, hoy: date) -> str:
    if plazo.compromiso is None or plazo.compromiso <= conservador or conservador >= hoy:
        return ""
    cuando = fecha_corta(plazo.compromiso)
    return f"se atenderá a más tardar el {cuando}" if plazo.compromiso >= hoy else f"debió atenderse el {cuando}"


def explicar(dicho: Vencimiento, vistos: Sequence[Recordatorio]) -> Porque:
    """Por qué esa fecha. vistos: los recordatorios que ya se vieron."""
    plazo, computo = dicho.plazo, dicho.plazo.computo
    actos = tuple(_movimientos(plazo))
    enviados = tuple(
        (reglas_plazo.hito(v.hito) + ("" if v.enviado else " (lo sustituyó uno posterior)"), fecha_corta(v.visto))
        for v in vistos
    )
    quedan = plazo.hitos if plazo.estado in POR_CUMPLIR else []
    por_enviar = tuple((reglas_plazo.hito(hito), _dia(cuando)) for hito, cuando in quedan)
    if "error" in computo:
        return Porque(dicho, str(computo["error"]), (), (), 0, (), actos, enviados, por_enviar)
    saltos = [
        DiaSaltado(_dia(d["fecha"]), d["motivo"], d["fundamento"]) for d in computo["saltados"] if not _es_semana(d)
    ]
    perfiles = tuple(
        (f"{perfil}: {reglas_plazo.PERFILES.get(perfil, perfil)}", _dia(cuando), perfil == computo["perfil"])
        for perfil, cuando in computo["por_perfil"].items()
    )
    explicacion = f"{computo['explicacion'].rstrip('.')}."
    de_semana = len(computo["saltados"]) - len(saltos)
    hechos = tuple(_hechos(plazo))
    return Porque(dicho, explicacion, hechos, tuple(saltos), de_semana, perfiles, actos, enviados, por_enviar)


def corte(filtro: str, hoy: date) -> tuple[date | None, date | None] | None:
    """De qué día (inclusive) a cuál (exclusive) vence lo que pide un filtro; None si no es ninguno.

    semana: de hoy al domingo.
    """
    cortes: Mapping[str, tuple[date | None, date | None]] = {
        "vencido": (None, hoy),
        "hoy": (hoy, hoy + timedelta(1)),
        "semana": (hoy, hoy + timedelta(7 - hoy.weekday())),
    }
    return cortes.get(filtro)


def _movimientos(plazo: Plazo) -> Iterable[str]:
    """Lo que lo ha movido: cada suspensión y cada prórroga."""
    for suspension in plazo.suspensiones:
        yield _suspension(suspension)
    for ampliacion in plazo.ampliaciones:
        yield f"Se prorrogó en {_cantidad(plazo, ampliacion['cantidad'])}: {ampliacion['motivo']}."


def _hechos(plazo: Plazo) -> Iterable[tuple[str, str]]:
    computo = plazo.computo
    if computo["medida"] in {"ventana", "ultimo_habil"}:
        yield "Empieza", _momento(computo["desde"])
        yield "Primer día hábil", _dia(computo["dia_1"])
        yield "Último día natural", _dia(computo["sin_ajuste"])
        if computo["prorroga"] and computo["prorroga"] != computo["vence"]:
            yield "Con prórroga por caer en inhábil (LFPA art. 29)", _dia(computo["prorroga"])
    else:
        yield "Evento", _momento(computo["desde"])
        if computo["recibido"] != computo["desde"][:10]:
            yield "Se tiene por recibido", _dia(computo["recibido"])
        yield "Día 1", _dia(computo["dia_1"])
    yield "Vence", _dia(computo["vence"])
    yield "Fecha conservadora", _dia(computo["conservador"])


def _suspendido(plazo: Plazo) -> str:
    desde = plazo.suspensiones[-1] if plazo.suspensiones and not plazo.suspensiones[-1]["hasta"] else None
    cuando = f" desde el {_dia(desde['desde'])}" if desde else ""
    fecha = f"; vencía el {fecha_corta(plazo.vence)} y se contará de nuevo al reanudarse" if plazo.vence else ""
    return f"suspendido{cuando}{fecha}"


def _suspension(acto: Mapping[str, str | None]) -> str:
    hasta = f"y se reanudó el {_momento(acto['hasta'], reloj.ZONA)}" if acto["hasta"] else "y sigue suspendido"
    return f"Se suspendió el {_dia(acto['desde'] or '')} {hasta}: {acto['motivo']}."


def _cantidad(plazo: Plazo, cantidad: int) -> str:
    return reglas_plazo.medida(plazo.regla["medida"], cantidad)


def _cierre(plazo: Plazo) -> str:
    return fecha_corta(reloj.local(plazo.cerrado or plazo.abierto).date())


def _contra(plazo: Plazo) -> str:
    if plazo.vence is None:
        return ""
    a_tiempo = reloj.local(plazo.cerrado or plazo.abierto).date() <= plazo.vence
    return f"{', a tiempo' if a_tiempo else ', fuera de plazo'}: vencía el {fecha_corta(plazo.vence)}"


def _es_semana(dia: Mapping[str, str]) -> bool:
    return dia["motivo"] in FIN_DE_SEMANA.values()


def _habiles(cuantos: int | None) -> str:
    return "1 día hábil" if cuantos == 1 else f"{cuantos} días hábiles"


def _dia(iso: str) -> str:
    return fecha_corta(date.fromisoformat(iso))


def _momento(iso: str, zona: ZoneInfo | None = None) -> str:
    """Con su hora, si la trae. zona: en cuál se dice; sin ella, en la que está escrito (la de la oficina)."""
    momento = leer_momento(iso)
    if not isinstance(momento, datetime):
        return fecha_corta(momento)
    suyo = momento.astimezone(zona) if zona else momento
    return f"{fecha_corta(suyo.date())}, {suyo:%H:%M}"


def _minuscula(frase: str) -> str:
    return frase[:1].lower() + frase[1:]
