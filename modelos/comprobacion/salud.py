"""¿Avanza? Cada cosa que puede dejar de avanzar, con una función que dice qué pasa y qué hacer.

Se pregunta por efectos (lo más viejo sin registrar, lo último que terminó), no por procesos vivos: uno
vivo puede no estar haciendo nada. Vigilar algo más es escribir su función y ponerla en `DE_LA_MAQUINA`
(lo que se sabe sin la base) o en `DE_LA_BASE`. Lo responde `/salud` a quien no ha entrado: ni folios,
ni nombres, ni el texto de un error ajeno.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.avisos import cola, mensajes
from modelos.ciclos.ciclo import DIARIOS, Jornada
from modelos.disco import probar
from modelos.errores import BaseInaccesible, BaseSinPreparar
from modelos.expedientes.expediente import en_cuarentena
from modelos.motor import encargos, latido, senales
from modelos.sesion import lectura

SENAL_VIEJA_S = 120.0
"""Un motor anota lo que ve en Prefect mucho más seguido que esto."""
RECIEN_S = 60.0
"""Lo que tardan un motor en dar de alta su obrero y Prefect en programar lo que se le acaba de registrar."""
ERRORES_QUE_SE_REPITEN = 3
"""El mismo error esta cantidad de veces en una hora ya no es un tropiezo: algo falla en cada vuelta."""
TOLERANCIA_MIN = 30
"""Minutos después de su hora en que la jornada de hoy ya debió terminar."""


@dataclass(frozen=True)
class Causa:
    """Algo que no avanza: cuál de lo vigilado es, qué pasa y qué hacer."""

    vigilado: str
    que: str
    haga: str


@dataclass(frozen=True)
class Mirada:
    """Con qué juzga cada vigilado: la base, los ajustes, lo último anotado y los motores vivos."""

    s: Session
    ajustes: Ajustes
    senales: dict[str, senales.Senal]
    motores: list[latido.Latido]

    @property
    def prefect(self) -> dict[str, Any]:
        """Lo que un motor vio hace poco en Prefect; vacío si ninguno lo ve."""
        vista = self.senales.get(senales.PREFECT)
        reciente = vista is not None and vista.visto >= latido.pulso() - SENAL_VIEJA_S
        return vista.datos if vista and reciente and self.ve_prefect else {}

    @property
    def ve_prefect(self) -> bool:
        """Si algún motor vivo dice que Prefect le responde."""
        return any(m.prefect for m in self.motores)

    def con_motor_desde(self, segundos: float) -> bool:
        """Si algún motor lleva vivo más que eso: uno recién llegado todavía no debe nada."""
        return any(m.desde <= latido.pulso() - segundos for m in self.motores)


@dataclass(frozen=True)
class Diagnostico:
    """Cómo está todo. prefect: lo que dice un motor vivo; None si no hay quien lo diga. detalle: las cifras."""

    base: bool
    motor: bool
    prefect: bool | None
    causas: tuple[Causa, ...]
    detalle: dict[str, Any]


def diagnostico(ajustes: Ajustes) -> Diagnostico:
    """Mira todo lo vigilado; no lanza si la base no responde: lo dice."""
    causas = [causa for vigilado in DE_LA_MAQUINA if (causa := vigilado(ajustes))]
    try:
        with lectura(ajustes.url_base) as s:
            mirada = Mirada(s, ajustes, senales.ultimas(s), latido.vivos(s))
            causas += [causa for vigilado in DE_LA_BASE if (causa := vigilado(mirada))]
            hay_motor = bool(mirada.motores)
            prefect = mirada.ve_prefect if hay_motor else None
            return Diagnostico(True, hay_motor, prefect, tuple(causas), _detalle(mirada))
    except (BaseInaccesible, BaseSinPreparar, DatabaseError) as error:
        return Diagnostico(False, False, None, (*causas, _sin_base(error)), {})


def _sin_base(error: Exception) -> Causa:
    if isinstance(error, BaseSinPreparar):
        return Causa("base", "A la base de datos le faltan tablas.", "Corra ./dstc migrar.")
    haga = "Revise su servidor o su archivo, lo que dice DSTC_BASE y el registro de la web."
    return Causa("base", "La base de datos no responde o está dañada: no se registra nada.", haga)


def disco(ajustes: Ajustes) -> Causa | None:
    """Que se pueda escribir: se prueba, donde están la base, los anexos y los oficios."""
    carpetas = [ajustes.datos, ajustes.carpeta_anexos, ajustes.carpeta_oficios]
    if ajustes.url_base.startswith("sqlite"):
        carpetas.append(Path(ajustes.url_base.removeprefix("sqlite:///")).parent)
    falla = next(filter(None, (probar(carpeta) for carpeta in dict.fromkeys(carpetas))), "")
    if not falla:
        return None
    haga = "Libere espacio en el disco de los datos, o dele permiso de escritura; nada más hay que reiniciar."
    return Causa("disco", f"No se puede escribir: {falla}. Lo que se envía no se registra.", haga)


def motor(m: Mirada) -> Causa | None:
    """Que haya un motor: sin él nada se conduce, se avisa ni se recuerda."""
    if m.motores:
        return None
    haga = "Levántelo con ./dstc motor (./dstc servir lo repone solo) y vea el final de registros/motor.log."
    return Causa("motor", "No hay ningún motor en marcha: no salen avisos, oficios ni recordatorios.", haga)


def prefect(m: Mirada) -> Causa | None:
    """Que un motor vea a Prefect, y que sea el de esta instancia."""
    if not m.motores or m.ve_prefect:
        return None
    vista = m.senales.get(senales.PREFECT)
    if vista and (ajeno := vista.datos.get("ajeno")) and vista.visto >= latido.pulso() - SENAL_VIEJA_S:
        haga = "Termine ese programa, o dé a esta instancia otro puerto con DSTC_PUERTO_PREFECT."
        if m.ajustes.prefect_url:
            haga = "Revise DSTC_PREFECT_URL y DSTC_PREFECT_CREDENCIAL."
        return Causa("prefect", f"En el puerto de Prefect responde otro: {ajeno}.", haga)
    haga = "Levántelo con ./dstc prefect (./dstc servir lo repone solo) y vea el final de registros/prefect.log."
    return Causa("prefect", "Prefect no responde: los efectos se cumplen sin él y el historial espera.", haga)


def atraso(m: Mirada) -> Causa | None:
    """Que lo encargado llegue a verse terminado en Prefect."""
    lleva = encargos.atraso(m.s, m.ajustes.encargos_intentos)
    if lleva is None or lleva < m.ajustes.atraso_max_s:
        return None
    haga = "Si no baja en unos minutos, reinicie el motor y vea el final de registros/motor.log."
    return Causa("encargos", f"El efecto más viejo sin registrar en Prefect lleva {_rato(lleva)}.", haga)


def obrero(m: Mirada) -> Causa | None:
    """Que en Prefect haya un obrero en línea: sin él, nada de lo que Prefect programa corre."""
    if m.prefect.get("obrero") is not False or not m.con_motor_desde(RECIEN_S):
        return None
    haga = "Reinicie el motor. Si vuelve a pasar, vea el final de registros/motor.log."
    return Causa("obrero", "Prefect no tiene ningún obrero en línea: lo que programa no corre.", haga)


def programacion(m: Mirada) -> Causa | None:
    """Que Prefect programe: que haya corridas futuras de cada horario nuestro, y ninguna atrasada."""
    if (sin := m.prefect.get("sin_programar")) and m.con_motor_desde(RECIEN_S):
        haga = "Vea en Prefect que sus horarios no estén en pausa; si no lo están, reinicie el servidor de Prefect."
        return Causa("programacion", f"Prefect no tiene programada ninguna corrida de: {', '.join(sin)}.", haga)
    if atrasadas := m.prefect.get("atrasadas"):
        haga = "Si no baja en unos minutos, reinicie el motor."
        return Causa("programacion", f"En Prefect hay corridas que ya debían haber empezado: {atrasadas}.", haga)
    return None


def errores_de_prefect(m: Mirada) -> Causa | None:
    """Que el servidor de Prefect no falle en cada vuelta: lo dice sólo en su registro."""
    repetidos = [e for e in m.prefect.get("errores", []) if e["veces"] >= ERRORES_QUE_SE_REPITEN]
    if not repetidos:
        return None
    peor = max(repetidos, key=lambda e: int(e["veces"]))
    haga = "Vea el final de registros/prefect.log; si no cede, reinicie el servidor de Prefect."
    que = f"El servidor de Prefect falló {peor['veces']} veces en la última hora: {peor['clase']} en {peor['donde']}."
    return Causa("errores_prefect", que, haga)


def conciliacion(m: Mirada) -> Causa | None:
    """Que termine una conciliación cada poco, y que sea Prefect quien la pida."""
    paciencia = m.ajustes.conciliacion_paciencia_s
    if not m.con_motor_desde(paciencia):
        return None
    if (lleva := _desde(m, senales.CONCILIACION)) is None or lleva > 2 * paciencia:
        cuanto = "nunca ha terminado" if lleva is None else f"terminó hace {_rato(lleva)}"
        haga = "Vea que Prefect responda y el final de registros/motor.log."
        return Causa(
            "conciliacion", f"La última conciliación {cuanto}: nadie repara lo que se cambie en Prefect.", haga
        )
    if (lleva := _desde(m, senales.CONCILIACION_PREFECT)) is None or lleva > paciencia:
        haga = "Vea en Prefect las corridas de «conciliacion»: si están en pausa, atrasadas o fallan."
        return Causa("conciliacion", "Prefect no termina sus conciliaciones; las hace el motor en su lugar.", haga)
    return None


def cuarentena(m: Mirada) -> Causa | None:
    """Que no haya expedientes detenidos porque su tabla cambió después de publicada."""
    cuantos = m.s.scalar(select(func.count()).select_from(en_cuarentena().subquery()))
    if not cuantos:
        return None
    haga = "Reponga las tablas como se publicaron y reinicie; ./dstc migrar dice cuáles y qué cambió."
    return Causa("tablas", f"Expedientes en cuarentena porque su tabla cambió: {cuantos}.", haga)


def jornada(m: Mirada) -> Causa | None:
    """Que hoy se haya terminado lo de cada día."""
    ahora = reloj.local(reloj.ahora())
    if (ahora.hour - m.ajustes.jornada_hora) * 60 + ahora.minute < TOLERANCIA_MIN:
        return None
    faltan = [que for trabajo, que in DIARIOS.items() if trabajo not in _hechos_hoy(m)]
    if not faltan:
        return None
    que = f"Hoy no se ha terminado de {'; '.join(faltan)}. Debía empezar a las {m.ajustes.jornada_hora}:00."
    haga = "Vea en el final de registros/motor.log qué se lo impide; el motor lo sigue intentando."
    return Causa("jornada", que, haga)


def correo(m: Mirada) -> Causa | None:
    """Que los mensajes se tomen para enviarse, y que el correo llegue: que falle con una persona puede ser su buzón."""
    # Antes del barrido de hoy los resúmenes de otro día esperan a propósito.
    esperan = () if "recordatorios" in _hechos_hoy(m) else mensajes.resumenes_atrasados(m.s, reloj.hoy())
    lleva = cola.sin_tomar(m.s, esperan) if m.con_motor_desde(m.ajustes.atraso_max_s) else None
    if lleva is not None and lleva > m.ajustes.atraso_max_s:
        haga = "Si no baja en unos minutos, reinicie el motor y vea el final de registros/motor.log."
        return Causa("correo", f"Hay mensajes que ya debían haber salido; el más viejo lleva {_rato(lleva)}.", haga)
    if (personas := cola.sin_correo(m.s)) > 1:
        haga = "Revise el servidor de DSTC_CORREO; en Administración, Mensajes, está el motivo y se reintentan todos."
        return Causa("correo", f"Personas a las que no les está llegando su correo: {personas}.", haga)
    return None


def _hechos_hoy(m: Mirada) -> set[str]:
    return set(m.s.scalars(select(col(Jornada.trabajo)).where(col(Jornada.dia) == reloj.hoy())))


Vigilado = Callable[[Mirada], Causa | None]
DE_LA_MAQUINA: tuple[Callable[[Ajustes], Causa | None], ...] = (disco,)
"""Lo que se mira aunque la base no responda."""
DE_LA_BASE: tuple[Vigilado, ...] = (
    motor,
    prefect,
    atraso,
    obrero,
    programacion,
    errores_de_prefect,
    conciliacion,
    jornada,
    correo,
    cuarentena,
)


def _desde(m: Mirada, clave: str) -> float | None:
    senal = m.senales.get(clave)
    return None if senal is None else latido.pulso() - senal.visto


def _rato(segundos: float) -> str:
    if segundos < 120:
        return f"{segundos:.0f} s"
    return f"{segundos / 60:.0f} min" if segundos < 7200 else f"{segundos / 3600:.0f} h"


def _detalle(m: Mirada) -> dict[str, Any]:
    """Las cifras detrás de las causas, para quien grafica."""
    visto = m.prefect
    return {
        "encargo_mas_viejo_s": _redondo(encargos.atraso(m.s, m.ajustes.encargos_intentos)),
        "obrero": visto.get("obrero"),
        "conciliacion_hace_s": _redondo(_desde(m, senales.CONCILIACION)),
        "ultimo_barrido": _ultima(m, "recordatorios"),
        "ultima_apertura_de_ciclos": _ultima(m, "ciclos"),
        "errores_prefect_hora": sum(e["veces"] for e in visto["errores"]) if "errores" in visto else None,
        "programadas": visto.get("programadas"),
        "atrasadas": visto.get("atrasadas"),
    }


def _redondo(segundos: float | None) -> int | None:
    return None if segundos is None else round(segundos)


def _ultima(m: Mirada, trabajo: str) -> str | None:
    terminada = m.s.scalar(select(func.max(col(Jornada.terminada))).where(col(Jornada.trabajo) == trabajo))
    return None if terminada is None else reloj.iso(terminada)
