"""De las notificaciones que faltan por salir a las entregas: una por destino, y qué lleva cada una.

El id de una entrega sale de lo que es (el resumen de tal día para tal destino, o tales notificaciones),
así que armarla dos veces da la misma fila.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid5

from sqlalchemy import Select, bindparam, case, exists, false, func, or_, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.avisos.a_quien import Interesado, Organigrama
from modelos.avisos.cola import libre
from modelos.avisos.entrega import Canal, Entrega, EstadoEntrega
from modelos.columnas import Instante
from modelos.expedientes.expediente import ABIERTOS, EstadoExpediente, Expediente, Turno
from modelos.expedientes.notificacion import ClaseDeNotificacion, Notificacion
from modelos.motor.latido import pulso
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import Adscripcion, Persona, vigente
from modelos.organizacion.permisos import ATIENDEN
from modelos.plazos import hitos
from modelos.plazos.plazo import EstadoPlazo, Plazo
from modelos.reloj import fin_del_dia, hoy, iso, local
from modelos.sesion import insertar
from modelos.tabla.emision import VIGENTES

_ESPACIO = UUID("6f1a2b0e-3c53-5a0b-9d1e-0d57c0de0022")
TRAMO = 500
T = TypeVar("T")
DEL_RESUMEN = (ClaseDeNotificacion.HITO.value, ClaseDeNotificacion.FIRMA.value)
"""Lo que espera al resumen del día; lo demás sale en cuanto se sabe."""
_sin_salir = col(Notificacion.salio).is_(None)
_sube = col(Notificacion.datos)["sube"].as_boolean()
# Por qué unidad lo sabe quien no debe un turno: quien le da seguimiento, o quien carga un tramo.
_para = case(
    (_sube.is_(True) | col(Notificacion.turno_id).is_(None), col(Notificacion.datos)["para"].as_string()),
)
_de_oficio = col(Notificacion.clase) == ClaseDeNotificacion.OFICIO.value
# Con `case` sólo se abre el JSON de los que son de un oficio: puede haber cientos de miles de los otros.
_oficio = case((_de_oficio, col(Notificacion.datos)["oficio"].as_string()))
_por_firmar = case(
    (col(Notificacion.clase) == ClaseDeNotificacion.FIRMA.value, col(Notificacion.datos)["cuantos"].as_integer())
)
_MARCAR = {
    "postgresql": text("UPDATE notificacion SET salio = :ahora WHERE id = ANY(CAST(:ids AS int[]))"),
    "sqlite": text("UPDATE notificacion SET salio = :ahora WHERE id IN (SELECT value FROM json_each(:ids))"),
}


@dataclass(frozen=True)
class DestinoDeMensaje:
    """A dónde va una entrega: el correo de una persona (sin canal), uno de sus canales, o el de una unidad.

    desde: cuándo se dio de alta; distingue a este destino del de otra instancia con los mismos números.
    """

    persona: int | None
    canal: int | None
    desde: datetime


def hay_por_salir(s: Session) -> bool:
    """Si hay alguna notificación que no espera a otra: ni de las del resumen ni de un oficio."""
    return bool(s.scalar(select(exists().where(_sin_salir, ~_de_oficio, *_clases(con_hitos=False)))))


def esperan_resumen(s: Session, *, solo_hitos: bool) -> list[int]:
    """Las personas con algo sin salir que puede ir en su resumen; solo_hitos: que por sí solo lo pide cualquier día."""
    de_hitos = [col(Notificacion.clase) == ClaseDeNotificacion.HITO.value] if solo_hitos else []
    return list(s.scalars(select(col(Notificacion.persona_id)).where(_sin_salir, *de_hitos).distinct()))


def por_salir(s: Session, *, con_hitos: bool) -> Iterator[Any]:
    """Las notificaciones sin salir, por persona y en su orden, con lo que hace falta para `por_que_no`.

    `sube`: verdadero si se le dice para seguimiento; `mencion`: si le nombraron en un comentario; `recuerda`: si
    alguien pidió recordárselo, o que falta su acuse; `oficio`: el id, si es de uno; `rige`: si ese oficio sigue
    vigente; `por_firmar`: cuántos esperan su firma. Se leen por tramos: puede haber cientos de miles.
    """
    consulta = _resumidas().where(_sin_salir, *_clases(con_hitos=con_hitos))
    yield from s.execute(consulta, execution_options={"yield_per": 5000})


def de_nuevo(s: Session, ids: Sequence[int]) -> Iterator[Any]:
    """Esas notificaciones, con las columnas y el orden de `por_salir`."""
    for tramo in _tramos(ids):
        yield from s.execute(_resumidas().where(col(Notificacion.id).in_(tramo)))


def _resumidas() -> Select[Any]:
    # El plazo de un turno lleva el id del turno.
    plazo = func.coalesce(col(Notificacion.plazo_id), col(Notificacion.turno_id))
    rige = exists().where(col(Oficio.id) == _oficio, col(Oficio.estado).in_(VIGENTES))
    return (
        select(
            col(Notificacion.id),
            col(Notificacion.persona_id),
            col(Notificacion.clave),
            col(Notificacion.clase),
            col(Notificacion.folio),
            func.coalesce(_sube, false()).label("sube"),
            col(Notificacion.clave).startswith("mencion:").label("mencion"),
            or_(*(col(Notificacion.clave).startswith(x) for x in ("recuerda:", "oficio:acuse:"))).label("recuerda"),
            col(Notificacion.clave).startswith("semana:").label("semanal"),
            col(Notificacion.turno_id),
            col(Notificacion.plazo_id),
            _para.label("para"),
            col(Turno.estado).label("turno_estado"),
            col(Turno.unidad).label("turno_unidad"),
            col(Turno.persona_id).label("tomado_por"),
            col(Plazo.estado).label("plazo_estado"),
            col(Plazo.compromiso),
            col(Plazo.atendido),
            col(Expediente.procedimiento),
            col(Plazo.que),
            col(Plazo.vence),
            col(Plazo.conservador),
            col(Expediente.estado).label("expediente_estado"),
            col(Persona.activa),
            _oficio.label("oficio"),
            _por_firmar.label("por_firmar"),
            case((_de_oficio, rige), else_=false()).label("rige"),
        )
        .join(Persona, col(Persona.id) == Notificacion.persona_id)
        .join(Expediente, col(Expediente.folio) == Notificacion.folio)
        .join(Turno, col(Turno.id) == Notificacion.turno_id, isouter=True)
        .join(Plazo, col(Plazo.id) == plazo, isouter=True)
        .order_by(col(Notificacion.persona_id), col(Notificacion.id))
    )


def para_unidades(s: Session, unidades: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """(id, clave, unidad) de las que están sin salir y se deben saber por esas unidades; sin las que ya supieron."""
    para = col(Notificacion.datos)["para"].as_string()
    ya = func.coalesce(col(Notificacion.datos)["en_canales"].as_boolean(), false())
    consulta = select(col(Notificacion.id), col(Notificacion.clave), para).where(
        _sin_salir, para.in_(list(unidades)), ya.is_(False)
    )
    for fila in s.execute(consulta.order_by(col(Notificacion.id))):
        yield fila[0], fila[1], fila[2]


def personas_por_avisar(s: Session) -> list[int]:
    """De quiénes son las notificaciones que no han salido."""
    return list(s.scalars(select(col(Notificacion.persona_id)).where(_sin_salir).distinct()))


def altas(s: Session, personas: Iterable[int]) -> dict[int, datetime]:
    """Cuándo se dio de alta a cada persona."""
    pedidas = list(personas)
    de: dict[int, datetime] = {}
    for tramo in _tramos(pedidas):
        consulta = select(col(Persona.id), col(Persona.creada)).where(col(Persona.id).in_(tramo))
        de |= {id_: creada for id_, creada in s.execute(consulta) if id_ is not None}
    return de


YA_NO_SE_DEBE = "Ya se atendió, o dejó de pedirse."
CUMPLIDO = "El plazo se cumplió, o dejó de correr."
SUSPENDIDO = "El expediente está suspendido; al reanudarlo se avisa otra vez."
COMPROMETIDO = "Hay una fecha compromiso para atenderlo."
LO_TIENE_OTRA = "Lo tomó otra persona de la unidad."
NO_LE_TOCA = "Ya no atiende lo de esa unidad."
DE_BAJA = "La persona se dio de baja."


def por_que_no(f: Any, persona: int | None, organigrama: Organigrama, dia: date) -> str:  # noqa: ANN401 - renglón de SQL
    """Por qué ya no se le dice a esa persona; vacío si todavía viene al caso. Una sola regla, al juntar y al enviar.

    Recibe:
        f: un renglón de `por_salir` o de `contenido`; de una mención no decide nada.
        persona: a quién se le diría; None: al canal de una unidad, que lo sabe lo tome quien lo tome.
        dia: el de hoy.
    """
    if f.turno_id or f.plazo_id:
        if motivo := _no_se_debe(f, dia):
            return motivo
    elif f.clase != ClaseDeNotificacion.OFICIO:
        return ""
    return "" if persona is None else _no_es_suyo(f, persona, organigrama)


def _no_es_suyo(f: Any, persona: int, organigrama: Organigrama) -> str:  # noqa: ANN401 - renglón de SQL
    """Por qué ya no le corresponde a esa persona; vacío si le corresponde."""
    if f.clase == ClaseDeNotificacion.OFICIO:
        return "" if persona in organigrama.recibe(f.para) else NO_LE_TOCA
    if f.para and persona in organigrama.de(f.para):
        return ""
    if f.para and f.atendido is not None:
        return "" if persona in _personas(organigrama.firma(f.para, f.procedimiento)) else NO_LE_TOCA
    return _no_es_su_turno(f, persona, organigrama)


def _no_es_su_turno(f: Any, persona: int, organigrama: Organigrama) -> str:  # noqa: ANN401 - renglón de SQL
    unidad = f.turno_unidad or f.para
    if persona in _personas(organigrama.toca(unidad, f.tomado_por)):
        return ""
    return LO_TIENE_OTRA if persona in organigrama.de(unidad) else NO_LE_TOCA


def _personas(interesados: Iterable[Interesado]) -> set[int]:
    return {interesado.persona for interesado in interesados}


def _no_se_debe(f: Any, dia: date) -> str:  # noqa: ANN401 - renglón de SQL
    """Por qué hoy no se le pide a nadie; vacío si se pide."""
    if f.turno_id and f.turno_estado not in ABIERTOS:
        return YA_NO_SE_DEBE
    if f.expediente_estado == EstadoExpediente.SUSPENDIDO:
        return SUSPENDIDO
    if f.clase != ClaseDeNotificacion.HITO:
        return ""
    if f.plazo_estado != EstadoPlazo.ABIERTO:
        return CUMPLIDO
    vencido = f.conservador is not None and f.conservador < dia
    comprometido = f.compromiso is not None and f.compromiso >= dia
    return COMPROMETIDO if vencido and comprometido else ""


def relevos(s: Session, ids: Sequence[int], organigrama: Organigrama, *, en_canales: bool) -> list[dict[str, Any]]:
    """Lo que se dejó de decir a quien ya no atiende, para quienes ahora lo deben o lo reciben; no el seguimiento.

    en_canales: si los canales de sus unidades ya lo dijeron y no deben repetirlo.
    """
    return [
        hitos.notificacion(
            i.persona,
            f.clave,
            ClaseDeNotificacion(f.clase),
            f.folio,
            turno=f.turno_id,
            plazo=f.plazo_id,
            datos={**f.datos, "para": i.por, "sube": i.sube, "en_canales": en_canales},
        )
        for f in (contenido(s, ids) if ids else ())
        for i in _relevan(f, organigrama)
    ]


def _relevan(f: Any, organigrama: Organigrama) -> Sequence[Interesado]:  # noqa: ANN401 - renglón de SQL
    if f.clase == ClaseDeNotificacion.OFICIO:
        # Si en la unidad ya no hay nadie, a la primera de arriba que tenga a alguien.
        for cual in (f.para, *organigrama.escala(f.para)):
            if personas := organigrama.recibe(cual):
                return [Interesado(persona, cual, sube=False) for persona in personas]
        return ()
    return organigrama.toca(f.turno_unidad, f.tomado_por) if f.turno_estado in ABIERTOS and not f.sube else ()


def canales_activos(s: Session) -> list[Canal]:
    """Los canales en uso, de personas y de unidades."""
    return list(s.scalars(select(Canal).where(col(Canal.activo).is_(True)).order_by(col(Canal.id))))


def id_resumen(destino: DestinoDeMensaje, dia: date) -> str:
    """El id de su resumen de ese día: sólo puede haber uno."""
    return _id(destino, f"resumen {dia.isoformat()}")


def id_suelta(destino: DestinoDeMensaje, notificaciones: Iterable[int]) -> str:
    """El id de una entrega que lleva justo esas notificaciones."""
    return _id(destino, "notificaciones " + ",".join(map(str, sorted(notificaciones))))


def existentes(s: Session, ids: Iterable[str]) -> set[str]:
    """Cuáles de esas entregas ya se armaron."""
    pedidos = list(ids)
    hallados: set[str] = set()
    for tramo in _tramos(pedidos):
        hallados |= set(s.scalars(select(col(Entrega.id)).where(col(Entrega.id).in_(tramo))))
    return hallados


def resumenes_sin_entregar(
    s: Session, destinos: Iterable[DestinoDeMensaje], dia: date
) -> dict[DestinoDeMensaje, list[Entrega]]:
    """De cada destino, sus resúmenes de antes de `dia` que no han llegado y nadie está enviando; bloqueados."""
    de_persona = {d.persona: d for d in destinos if d.canal is None}
    de_canal = {d.canal: d for d in destinos if d.canal is not None}
    hallados: dict[DestinoDeMensaje, dict[str, Entrega]] = {}
    for fila in _sin_entregar(s, de_persona, de_canal):
        destino = de_persona.get(fila.persona_id) if fila.canal_id is None else de_canal.get(fila.canal_id)
        if destino and _es_su_resumen(fila, destino, dia):
            # La del canal de una persona se halla por ella y por él.
            hallados.setdefault(destino, {})[fila.id] = fila
    return {destino: list(filas.values()) for destino, filas in hallados.items()}


def _sin_entregar(s: Session, personas: Iterable[int | None], canales: Iterable[int]) -> Iterator[Entrega]:
    sin_entregar = col(Entrega.estado).in_((EstadoEntrega.PENDIENTE.value, EstadoEntrega.FALLIDA.value))
    # La que tomó un motor que murió tampoco llegó: si no se sustituye, al revivir saldría además de la de hoy.
    base = select(Entrega).where(sin_entregar, libre(pulso())).order_by(col(Entrega.creada))
    base = base.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    for columna, ids in ((col(Entrega.persona_id), personas), (col(Entrega.canal_id), canales)):
        for tramo in _tramos([id_ for id_ in ids if id_ is not None]):
            yield from s.scalars(base.where(columna.in_(tramo)))


def _es_su_resumen(fila: Entrega, destino: DestinoDeMensaje, dia: date) -> bool:
    """Si es el de un día anterior. Un resumen se reconoce por su id; lo demás (los turnos nuevos) sigue su camino."""
    armada = local(fila.creada).date()
    return armada < dia and fila.id == id_resumen(destino, armada)


def resumenes_atrasados(s: Session, dia: date) -> list[str]:
    """Los resúmenes de antes de `dia` que no han salido: el de hoy puede llevar lo suyo, y no deben salir los dos."""
    viejas = select(Entrega).where(
        col(Entrega.estado) == EstadoEntrega.PENDIENTE.value, col(Entrega.creada) < fin_del_dia(dia - timedelta(1))
    )
    filas = s.scalars(viejas).all()
    altas_de = altas(s, {f.persona_id for f in filas if f.persona_id is not None and f.canal_id is None})
    canales_de = {c.id: c for c in s.scalars(select(Canal).where(col(Canal.id).in_({f.canal_id for f in filas})))}
    hallados = []
    for fila in filas:
        canal = canales_de.get(fila.canal_id)
        if canal is not None:
            destino = DestinoDeMensaje(canal.persona_id, canal.id, canal.creado)
        elif fila.persona_id in altas_de:
            destino = DestinoDeMensaje(fila.persona_id, None, altas_de[fila.persona_id])
        else:
            continue
        if _es_su_resumen(fila, destino, dia):
            hallados.append(fila.id)
    return hallados


def sustituir(s: Session, ids: Sequence[str], motivo: str) -> None:
    """Descarta esas entregas porque otra ya lleva lo suyo."""
    valores = {"estado": EstadoEntrega.DESCARTADA.value, "error": motivo, "motor": None, "tomada": None}
    for tramo in _tramos(ids):
        orden = update(Entrega).where(col(Entrega.id).in_(tramo)).values(**valores)
        s.execute(orden, execution_options={"synchronize_session": False})


def entrega(
    id_: str, destino: DestinoDeMensaje, asunto: str, notificaciones: list[int], ahora: datetime, proximo: float
) -> dict[str, Any]:
    """Una fila de `Entrega` por enviar."""
    return {
        "id": id_,
        "persona_id": destino.persona,
        "canal_id": destino.canal,
        "estado": EstadoEntrega.PENDIENTE.value,
        "asunto": asunto[:300],
        "notificaciones": notificaciones,
        "creada": ahora,
        "proximo": proximo,
        "intentos": 0,
    }


def descartar(s: Session, motivos: Mapping[int, str]) -> None:
    """Anota por qué no se dijo cada una de esas notificaciones."""
    de: dict[str, list[int]] = {}
    for id_, motivo in motivos.items():
        de.setdefault(motivo, []).append(id_)
    for motivo, ids in de.items():
        for tramo in _tramos(ids):
            orden = update(Notificacion).where(col(Notificacion.id).in_(tramo))
            s.execute(orden.values(descartada=motivo), execution_options={"synchronize_session": False})


def guardar(s: Session, entregas: Sequence[dict[str, Any]], salieron: Sequence[int], ahora: datetime) -> None:
    """Guarda las entregas nuevas y marca como salidas las notificaciones que llevan, o que ya no hacían falta."""
    if entregas:
        s.execute(insertar(s, Entrega).on_conflict_do_nothing(), list(entregas))
    dialecto = s.get_bind().dialect.name
    marcar = _MARCAR[dialecto].bindparams(bindparam("ahora", type_=Instante))
    for tramo in _tramos(salieron, 20 * TRAMO):
        ids = list(tramo)
        s.execute(marcar, {"ahora": ahora, "ids": json.dumps(ids) if dialecto == "sqlite" else ids})


def contenido(s: Session, notificaciones: Sequence[int]) -> Sequence[Any]:
    """Lo que lleva una entrega, con todo lo que se dirá de cada cosa: expediente, turno y plazo como están ahora."""
    filas: list[Any] = []
    for ids in _tramos(sorted(notificaciones)):
        filas += s.execute(_contenido(), {"ids": ids}).all()
    return filas


@cache
def _contenido() -> Select[Any]:
    """Se arma una vez: se hace con cada mensaje, y armarla cuesta más que hacerla."""
    plazo = func.coalesce(col(Notificacion.plazo_id), col(Notificacion.turno_id))
    columnas = select(
        col(Notificacion.id),
        col(Notificacion.clave),
        col(Notificacion.clase),
        col(Notificacion.folio),
        col(Notificacion.datos),
        col(Notificacion.turno_id),
        col(Notificacion.plazo_id),
        func.coalesce(_sube, false()).label("sube"),
        _para.label("para"),
        col(Turno.estado).label("turno_estado"),
        col(Turno.persona_id).label("tomado_por"),
        col(Turno.actividad),
        col(Turno.unidad).label("turno_unidad"),
        col(Expediente.estado).label("expediente_estado"),
        col(Expediente.procedimiento),
        col(Expediente.version),
        col(Expediente.asunto),
        col(Plazo.estado).label("plazo_estado"),
        col(Plazo.que),
        col(Plazo.unidad).label("plazo_unidad"),
        col(Plazo.compromiso),
        col(Plazo.atendido),
        col(Plazo.vence),
        col(Plazo.conservador),
        col(Plazo.fundamento),
        col(Plazo.inferido),
        col(Plazo.computo),
    )
    return (
        columnas.join(Expediente, col(Expediente.folio) == Notificacion.folio)
        .join(Turno, col(Turno.id) == Notificacion.turno_id, isouter=True)
        .join(Plazo, col(Plazo.id) == plazo, isouter=True)
        .where(col(Notificacion.id).in_(bindparam("ids", expanding=True)))
        .order_by(col(Notificacion.id))
    )


def turnos_de(s: Session, filas: Iterable[Any]) -> list[Turno]:
    """Los turnos de que avisan esas filas de `contenido`."""
    ids = list({f.turno_id for f in filas if f.turno_id})
    turnos: list[Turno] = []
    for tramo in _tramos(ids):
        turnos += s.scalars(select(Turno).where(col(Turno.id).in_(tramo)))
    return turnos


def por_atender(s: Session, filas: Iterable[Any], persona: int | None) -> dict[str, str]:
    """De cada notificación de tramo, por su clave, el turno abierto con que se le responde, si hay.

    persona: quien lo atendería; None: cualquiera de la unidad a la que se le dice.
    """
    tramos = [f for f in filas if _es_de_tramo(f)]
    suyas = _unidades_que_atiende(s, persona) if tramos else set()
    abiertos = _abiertos_a_mano(s, list({f.folio for f in tramos}))
    halladas: dict[str, str] = {}
    for f in tramos:
        unidades = {f.datos.get("para")} if persona is None else suyas
        for turno in abiertos.get(f.folio, ()):
            if turno.unidad in unidades and _puede_responder(turno, persona):
                halladas.setdefault(f.clave, turno.id)
    return halladas


def _es_de_tramo(f: Any) -> bool:  # noqa: ANN401 - renglón de SQL
    """De un plazo que abarca varias actividades, a quien lo debe; no a quien sólo le da seguimiento."""
    return not f.turno_id and not f.datos.get("sube")


def _puede_responder(turno: Turno, persona: int | None) -> bool:
    return persona is None or turno.persona_id in (None, persona)


def _unidades_que_atiende(s: Session, persona: int | None) -> set[str]:
    if persona is None:
        return set()
    consulta = select(col(Adscripcion.unidad)).where(col(Adscripcion.persona_id) == persona, vigente(hoy()))
    return set(s.scalars(consulta.where(col(Adscripcion.rol).in_(ATIENDEN))))


def _abiertos_a_mano(s: Session, folios: Sequence[str]) -> dict[str, list[Turno]]:
    """De cada expediente, los turnos que alguien puede atender ya, en el orden en que se abrieron."""
    abiertos: dict[str, list[Turno]] = {}
    for tramo in _tramos(folios):
        consulta = select(Turno).where(
            col(Turno.folio).in_(tramo), col(Turno.estado).in_(ABIERTOS), col(Turno.a_mano).is_(True)
        )
        for turno in s.scalars(consulta.order_by(col(Turno.apertura), col(Turno.id))):
            abiertos.setdefault(turno.folio, []).append(turno)
    return abiertos


def _tramos(cosas: Sequence[T], largo: int = TRAMO) -> Iterator[Sequence[T]]:
    """De a tantas: una consulta no admite cualquier número de parámetros."""
    return (cosas[i : i + largo] for i in range(0, len(cosas), largo))


def _clases(*, con_hitos: bool) -> list[Any]:
    """Sin los hitos, tampoco lo que falta firmar ni lo que sólo es para seguimiento: todo va en el resumen del día."""
    return [] if con_hitos else [col(Notificacion.clase).not_in(DEL_RESUMEN), _sube.is_not(True)]


def _id(destino: DestinoDeMensaje, que: str) -> str:
    return str(uuid5(_ESPACIO, f"{que} para {destino.persona}/{destino.canal} desde {iso(destino.desde)}"))
