"""Publicar días inhábiles institucionales: se proponen, se revisan sus efectos y se aprueban o se descartan.

Aprobada, una publicación no cambia: para deshacerla se publica otra que retira sus días. Los tres actos
hacen fila, de modo que dos administraciones a la vez no aprueban sobre lo que la otra no vio.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.turnos.mover import Contexto
from modelos.calendario import Ambito, DiasInstitucionales, fecha_corta, publicados
from modelos.calendario.errores import PublicacionAtrasada
from modelos.dias.archivo import Escrito, entender, exigir
from modelos.dias.dia import DiaInhabil, Publicacion, orden_vigente
from modelos.dias.publicaciones import una, vigentes
from modelos.errores import ActoNoProcede, FormularioIncompleto
from modelos.organizacion.organigrama import Persona, Unidad
from modelos.organizacion.permisos import exigir_administracion
from modelos.sesion import serializar
from modelos.tabla.formularios import LARGO_MOTIVO, exigir_motivo
from modelos.tabla.unidades import ENTIDADES

_LLAVE = "publicacion"


def proponer(ctx: Contexto, dias: Sequence[Escrito], retira: Sequence[int], motivo: str) -> Publicacion:
    """Guarda una propuesta; todavía no cambia ningún plazo.

    retira: ids de los tramos vigentes que dejarían de regir.

    Lanza:
        NoLeCorresponde: quien lo pide no es de la administración.
        FormularioIncompleto: todas las faltas de todos los renglones; no se guardó nada.
    """
    persona = exigir_administracion(ctx.quien, "proponer días inhábiles").persona
    serializar(ctx.s, _LLAVE)
    por_que, faltas = _motivo(motivo)
    entendidos, mal_escritos = entender(dias, reloj.local(ctx.ahora).date())
    faltas |= mal_escritos
    rigen = vigentes(ctx.s)
    salen = [dia for dia in rigen if dia.id in set(retira)]
    faltas |= _faltas_de_retiro(ctx.s, retira, salen)
    faltas |= _faltas_de_tramos(ctx.s, entendidos, [dia for dia in rigen if dia not in salen])
    if not dias and not retira:
        faltas["dias"] = "agregue al menos un tramo, o diga cuáles retira"
    exigir(faltas)
    propuesta = Publicacion(
        estado="propuesta",
        base=orden_vigente(ctx.s),
        motivo=por_que,
        propuesta=ctx.ahora,
        propuesta_por=persona,
    )
    ctx.s.add(propuesta)
    ctx.s.flush()
    ctx.s.add_all(_fila(tramo, propuesta.id or 0) for _, tramo in entendidos)
    for dia in salen:
        dia.baja = propuesta.id
    ctx.s.flush()
    return propuesta


def descartar(ctx: Contexto, id_: int, motivo: str) -> Publicacion:
    """Cierra una propuesta sin publicarla; `motivo` queda en ella, después del suyo.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto: falta el motivo.
        ActoNoProcede: ya estaba resuelta.
    """
    persona = exigir_administracion(ctx.quien, "descartar una propuesta de días inhábiles").persona
    propuesta = _pendiente(ctx.s, id_, "descartarla")
    por_que, faltas = _motivo(motivo)
    exigir(faltas)
    propuesta.estado = "descartada"
    propuesta.motivo = f"{propuesta.motivo} · Se descartó: {por_que}"[:LARGO_MOTIVO]
    propuesta.resuelta, propuesta.resuelta_por = ctx.ahora, persona
    ctx.s.flush()
    return propuesta


def aprobar(ctx: Contexto, id_: int, base: int) -> Publicacion:
    """Publica los días: desde ahora se cuenta con ellos, y el sistema recuenta lo que ya corría.

    base: el orden de la última publicación aprobada cuando se revisaron los efectos; 0 si no había.

    Lanza:
        NoLeCorresponde, NoExiste.
        FormularioIncompleto: no hay tal base.
        ActoNoProcede: ya estaba resuelta.
        PublicacionAtrasada: otra persona publicó después de esa revisión.
    """
    persona = exigir_administracion(ctx.quien, "aprobar días inhábiles").persona
    propuesta = _pendiente(ctx.s, id_, "aprobarla")
    orden = orden_vigente(ctx.s)
    if base > orden:
        raise FormularioIncompleto({"base": f"la última aprobada es la {orden}; lea otra vez la propuesta"})
    if base < orden:
        raise _atrasada(ctx.s, orden)
    propuesta.estado, propuesta.base, propuesta.orden = "aprobada", base, orden + 1
    propuesta.resuelta, propuesta.resuelta_por = ctx.ahora, persona
    ctx.s.flush()
    return propuesta


def _pendiente(s: Session, id_: int, acto: str) -> Publicacion:
    """La propuesta, con la fila ya formada: lo que se lea de aquí en adelante es lo último."""
    serializar(s, _LLAVE)
    propuesta = una(s, id_)
    if propuesta.estado != "propuesta":
        motivo = f"la publicación {id_} ya está {propuesta.estado}"
        raise ActoNoProcede(acto, motivo, "Para deshacer días publicados, proponga otra que los retire.")
    return propuesta


def _atrasada(s: Session, orden: int) -> PublicacionAtrasada:
    consulta = select(col(Persona.nombre), col(Publicacion.resuelta)).join(
        Persona, col(Persona.id) == Publicacion.resuelta_por
    )
    ultima = s.execute(consulta.where(col(Publicacion.orden) == orden)).one()
    cuando = reloj.local(ultima.resuelta)
    return PublicacionAtrasada(ultima.nombre, f"{fecha_corta(cuando.date())}, {cuando:%H:%M}")


def _motivo(motivo: str) -> tuple[str, dict[str, str]]:
    try:
        return exigir_motivo(motivo), {}
    except FormularioIncompleto as error:
        return "", error.campos


def _faltas_de_tramos(
    s: Session, entendidos: Iterable[tuple[Escrito, DiasInstitucionales]], rigen: Iterable[DiaInhabil]
) -> dict[str, str]:
    """Lo que un tramo bien escrito puede tener de malo: el lugar no existe, su año no está, o ya se publicó."""
    unidades = set(s.scalars(select(col(Unidad.clave))))
    ya = {_identidad(dia.valor()): "ya está publicado igual" for dia in rigen}
    ya |= _pendientes(s)
    faltas: dict[str, str] = {}
    for escrito, tramo in entendidos:
        if falta := _falta_de_anios(tramo):
            faltas[escrito.falta("inicio")] = falta
        if falta := _falta_de_lugar(tramo, unidades):
            faltas[escrito.falta("lugar")] = falta
        identidad = _identidad(tramo)
        if identidad in ya:
            faltas.setdefault(escrito.falta("inicio"), ya[identidad])
        ya[identidad] = f"se repite el tramo del {fecha_corta(tramo.inicio)} al {fecha_corta(tramo.fin)}"
    return faltas


def _falta_de_anios(tramo: DiasInstitucionales) -> str:
    anios = publicados().anios
    sin_publicar = [str(a) for a in range(tramo.inicio.year, tramo.fin.year + 1) if a not in anios]
    if not sin_publicar:
        return ""
    return f"el calendario de {', '.join(sin_publicar)} no está publicado; se puede de {anios[0]} a {anios[-1]}"


def _falta_de_lugar(tramo: DiasInstitucionales, unidades: Container[str]) -> str:
    if tramo.ambito is Ambito.ENTIDAD and tramo.lugar not in ENTIDADES:
        return f"no hay entidad «{tramo.lugar}»; escriba su clave, como MX-SON"
    if tramo.ambito is Ambito.CENTRO and tramo.lugar not in unidades:
        return f"no hay centro ni unidad «{tramo.lugar}»; use su clave del catálogo"
    return ""


def _pendientes(s: Session) -> dict[tuple[object, ...], str]:
    """Los tramos de otras propuestas por resolver: así un doble envío no deja dos iguales."""
    consulta = select(DiaInhabil).join(Publicacion, col(Publicacion.id) == DiaInhabil.alta)
    pendientes = s.scalars(consulta.where(col(Publicacion.estado) == "propuesta"))
    return {_identidad(d.valor()): f"ya está en la propuesta {d.alta}; apruébela o descártela" for d in pendientes}


def _faltas_de_retiro(s: Session, retira: Sequence[int], salen: Sequence[DiaInhabil]) -> Mapping[str, str]:
    faltas = {}
    por_id = {dia.id: dia for dia in salen}
    for id_ in retira:
        dia = por_id.get(id_)
        if dia is None:
            faltas[f"retira.{id_}"] = "no es un tramo vigente; recargue la lista"
        elif dia.baja is not None and una(s, dia.baja).estado == "propuesta":
            faltas[f"retira.{id_}"] = f"ya lo retira la propuesta {dia.baja}; apruébela o descártela"
    return faltas


def _identidad(tramo: DiasInstitucionales) -> tuple[object, ...]:
    return tramo.inicio, tramo.fin, tramo.tipo, tramo.ambito, tramo.lugar


def _fila(tramo: DiasInstitucionales, alta: int) -> DiaInhabil:
    return DiaInhabil(
        inicio=tramo.inicio,
        fin=tramo.fin,
        tipo=tramo.tipo.value,
        ambito=tramo.ambito.value,
        lugar=tramo.lugar,
        motivo=tramo.motivo,
        fuente=tramo.fuente,
        publicado_dof=tramo.publicado_dof,
        alta=alta,
    )
