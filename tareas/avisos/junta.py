"""Juntar lo que cada quien debe saber en una entrega por destino: qué sale, cuándo y a dónde.

Se decide en una transacción y ahí queda escrito; llevarlo es de `tareas.avisos.envio`. Varios motores pueden hacer
ambos a la vez.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from modelos import reloj
from modelos.avisos import canales, cola, de_oficios, mensajes
from modelos.avisos.a_quien import Organigrama
from modelos.avisos.entrega import Canal
from modelos.avisos.mensajes import DestinoDeMensaje
from modelos.calendario import fecha_corta
from modelos.ciclos.previstas import es_habil
from modelos.expedientes import comentarios
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.motor.latido import pulso
from modelos.oficios.oficio import Oficio
from modelos.sesion import lectura, serializar, transaccion
from tareas.avisos import carta_de_oficio
from tareas.avisos.asuntos import Parte, asunto
from tareas.avisos.omitidas import NO_LO_VE, descartar


@dataclass
class _Monton:
    """Lo que va a un destino."""

    filas: list[Any] = field(default_factory=list)

    @property
    def es_del_resumen(self) -> bool:
        """Si trae algo de lo que espera al resumen; los oficios esperan, salvo que los lleve un turno nuevo."""
        return any(_va_en_resumen(f) for f in self.filas) or all(f.oficio for f in self.filas)


def juntar(url: str, ahora: datetime, *, barrido_terminado: bool) -> int:
    """Arma las entregas de lo que falta por salir; devuelve cuántas.

    Recibe:
        ahora: con zona; su día, en el centro de México, es el del resumen.
        barrido_terminado: si ya se vieron todos los hitos de hoy. Hasta entonces sólo salen los turnos nuevos; después,
            un resumen por destino y día. Los hitos y los oficios que aparezcan más tarde esperan al de mañana, aunque a
            los oficios los lleva antes el aviso de un turno nuevo. En día inhábil sólo hay resumen si trae un hito.
    """
    with lectura(url) as s:
        if not _hay_por_salir(s, ahora, con_resumen=barrido_terminado):
            return 0
    with transaccion(url) as s:
        serializar(s, "mensajes")
        return _Junta(s, ahora).armar(con_resumen=barrido_terminado)


def _hay_por_salir(s: Session, ahora: datetime, *, con_resumen: bool) -> bool:
    """Sin bloquear nada: lo que sólo espera al resumen de mañana no es motivo para escribir."""
    if mensajes.hay_por_salir(s):
        return True
    dia = reloj.local(ahora).date()
    if not con_resumen or not (personas := mensajes.esperan_resumen(s, solo_hitos=not es_habil(s, dia))):
        return False
    resumenes = {
        mensajes.id_resumen(DestinoDeMensaje(p, None, alta), dia) for p, alta in mensajes.altas(s, personas).items()
    }
    return len(mensajes.existentes(s, resumenes)) < len(resumenes)


@dataclass(frozen=True)
class _Resumenes:
    """Los resúmenes de hoy. habil: si hoy lo hay también para quien sólo tiene lo que puede esperar."""

    ya_lo_tuvo: Collection[int]
    habil: bool

    def tendra(self, persona: int) -> bool:
        """Si todavía le sale uno, aunque no le toque ningún hito."""
        return self.habil and persona not in self.ya_lo_tuvo

    def queda_para_manana(self, f: Any) -> bool:  # noqa: ANN401 - renglón de SQL
        """Si va en el resumen y el de hoy ya se armó."""
        return _va_en_resumen(f) and f.persona_id in self.ya_lo_tuvo

    def solo_acompana(self, f: Any) -> bool:  # noqa: ANN401 - renglón de SQL
        """Si no es motivo para escribirle: un oficio o, en día inhábil, lo que no es un hito."""
        return bool(f.oficio) or (_va_en_resumen(f) and f.clase != ClaseDeNotificacion.HITO and not self.habil)


class _Junta:
    """Lo que sale en una vuelta y a dónde."""

    def __init__(self, s: Session, ahora: datetime) -> None:
        self.s, self.ahora, self.dia = s, ahora, reloj.local(ahora).date()
        self.de_persona, self.de_unidad = canales.de_destinos(mensajes.canales_activos(s))
        self.por_unidad: dict[int, tuple[str, str]] = {}
        if self.de_unidad:
            self.por_unidad = {id_: (clave, u) for id_, clave, u in mensajes.para_unidades(s, self.de_unidad)}
        altas = mensajes.altas(s, mensajes.personas_por_avisar(s))
        self.correos = {persona: DestinoDeMensaje(persona, None, alta) for persona, alta in altas.items()}
        self.repetidas: set[tuple[str, str]] = set()
        self.montones: dict[DestinoDeMensaje, _Monton] = {}
        self.salieron: list[int] = []

    def armar(self, *, con_resumen: bool) -> int:
        """Guarda las entregas y lo que ya no hacía falta decir; devuelve cuántas."""
        s, dia = self.s, self.dia
        filtro = _Filtro(s, dia)
        self._repartir(filtro, con_resumen=con_resumen)
        armados = mensajes.existentes(
            s, (mensajes.id_resumen(d, dia) for d in (*self.correos.values(), *self.montones))
        )
        _sustituir(filtro, {d: m for d, m in self.montones.items() if _es_resumen(d, m, armados, dia)})
        oficios = de_oficios.oficios(s, (f.oficio for m in self.montones.values() for f in m.filas if f.oficio))
        nuevas = [_entrega(d, m, armados, oficios, self.ahora) for d, m in self.montones.items()]
        mensajes.guardar(s, nuevas, self.salieron, self.ahora)
        descartar(s, filtro.motivos, self.ahora, en_canales=False)
        return len(nuevas)

    def _repartir(self, filtro: _Filtro, *, con_resumen: bool) -> None:
        resumenes = self._resumenes(con_resumen=con_resumen)
        acompanan: list[Any] = []
        for f in mensajes.por_salir(self.s, con_hitos=con_resumen):
            if not filtro.deja(f, f.persona_id):
                self.salieron.append(f.id)
            elif f.persona_id not in self.correos or resumenes.queda_para_manana(f):
                continue
            elif resumenes.solo_acompana(f):
                acompanan.append(f)
            else:
                self._poner(f)
        for f in acompanan:
            if resumenes.tendra(f.persona_id) or self.correos[f.persona_id] in self.montones:
                self._poner(f)

    def _resumenes(self, *, con_resumen: bool) -> _Resumenes:
        armados = mensajes.existentes(self.s, (mensajes.id_resumen(d, self.dia) for d in self.correos.values()))
        ya_lo_tuvo = {p for p, d in self.correos.items() if mensajes.id_resumen(d, self.dia) in armados}
        return _Resumenes(ya_lo_tuvo, habil=con_resumen and es_habil(self.s, self.dia))

    def _poner(self, f: Any) -> None:  # noqa: ANN401 - renglón de SQL
        """En el correo de la persona, en sus canales y en los de la unidad por que lo sabe."""
        self.salieron.append(f.id)
        destinos = [self.correos[f.persona_id], *map(_destino, self.de_persona.get(f.persona_id, ()))]
        # Los canales de una unidad reciben una vez cada cosa, aunque la deban saber varias personas.
        if (suya := self.por_unidad.get(f.id)) and suya not in self.repetidas:
            self.repetidas.add(suya)
            destinos += map(_destino, self.de_unidad[suya[1]])
        for destino in destinos:
            self.montones.setdefault(destino, _Monton()).filas.append(f)


class _Filtro:
    """Qué todavía se dice y a quién; de lo demás guarda por qué no."""

    def __init__(self, s: Session, dia: date) -> None:
        self.s, self.dia, self.organigrama = s, dia, Organigrama(s)
        self.motivos: dict[int, str] = {}

    def deja(self, f: Any, persona: int | None) -> bool:  # noqa: ANN401 - renglón de SQL
        """Si viene al caso decírselo. persona: None si es el canal de una unidad."""
        motivo = self._por_que_no(f, persona)
        if motivo and persona is not None:
            self.motivos[f.id] = motivo
        return not motivo

    def _por_que_no(self, f: Any, persona: int | None) -> str:  # noqa: ANN401 - renglón de SQL
        if f.oficio and not f.rige:
            return de_oficios.SIN_EFECTO
        if f.mencion and not comentarios.lo_ve(self.s, f.persona_id, f.folio):
            return NO_LO_VE
        if persona is not None and not f.activa:
            return mensajes.DE_BAJA
        return mensajes.por_que_no(f, persona, self.organigrama, self.dia)


def _va_en_resumen(f: Any) -> bool:  # noqa: ANN401 - renglón de SQL
    """Los hitos, lo que falta firmar y lo que sólo es para seguimiento."""
    return f.clase in mensajes.DEL_RESUMEN or bool(f.sube)


def _partes(filas: Sequence[Any], oficios: Mapping[str, Oficio]) -> list[Parte]:
    """De cada cosa, lo que basta para el asunto; de un oficio una, aunque le llegue por varias unidades."""
    de: dict[str, list[Any]] = {}
    for f in filas:
        if f.oficio:
            de.setdefault(f.oficio, []).append(f)
    return [_parte(f) for f in filas if not f.oficio] + [
        Parte(
            ClaseDeNotificacion.OFICIO,
            suyas[0].folio,
            None,
            None,
            recuerda=all(f.recuerda for f in suyas),
            que=carta_de_oficio.nombre(oficios[id_]) if id_ in oficios else "",
        )
        for id_, suyas in de.items()
    ]


def _parte(f: Any) -> Parte:  # noqa: ANN401 - renglón de SQL
    dichos = (f.sube, f.mencion, f.recuerda, f.semanal)
    return Parte(f.clase, f.folio, f.vence, f.conservador, *dichos, f.que or "", f.por_firmar or 0)


def _entrega(
    destino: DestinoDeMensaje, monton: _Monton, armados: set[str], oficios: Mapping[str, Oficio], ahora: datetime
) -> dict[str, Any]:
    dia, ids = reloj.local(ahora).date(), [f.id for f in monton.filas]
    resumen = _es_resumen(destino, monton, armados, dia)
    id_ = mensajes.id_resumen(destino, dia) if resumen else mensajes.id_suelta(destino, ids)
    return mensajes.entrega(id_, destino, asunto(_partes(monton.filas, oficios), dia), ids, ahora, pulso())


def _es_resumen(destino: DestinoDeMensaje, monton: _Monton, armados: set[str], dia: date) -> bool:
    return monton.es_del_resumen and mensajes.id_resumen(destino, dia) not in armados


def _sustituir(filtro: _Filtro, resumenes: dict[DestinoDeMensaje, _Monton]) -> None:
    """Descarta los resúmenes anteriores que no han llegado; lo suyo que aún viene al caso pasa al de hoy."""
    s, dia = filtro.s, filtro.dia
    descartados: list[str] = []
    for destino, viejos in mensajes.resumenes_sin_entregar(s, resumenes, dia).items():
        monton = resumenes[destino]
        descartados += [vieja.id for vieja in viejos]
        ya = {f.id for f in monton.filas}
        ids = sorted({id_ for vieja in viejos for id_ in vieja.notificaciones} - ya)
        for f in mensajes.de_nuevo(s, ids):
            if filtro.deja(f, destino.persona):
                monton.filas.append(f)
    mensajes.sustituir(s, descartados, f"{cola.SUSTITUYE}{fecha_corta(dia)}.")


def _destino(canal: Canal) -> DestinoDeMensaje:
    return DestinoDeMensaje(canal.persona_id, canal.id, canal.creado)
