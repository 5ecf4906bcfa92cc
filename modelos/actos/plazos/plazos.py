"""Los plazos dentro de un acto: se abren, se cierran, se detienen y se vuelven a contar con él.

Lo que se asienta de cada plazo basta para reproducirlo: su regla ya resuelta, el evento y el
resultado. Las tablas sin plazos no pagan nada de esto.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, insert, not_, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.plazos.conteo import SIN_FECHA, HitoVisto, contar, exigir_contable, recontado, recontar
from modelos.calendario import fecha_corta
from modelos.calendario.errores import PlazoInvalido
from modelos.dias.dia import Oficina, oficinas
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste
from modelos.expedientes.expediente import Expediente
from modelos.oficios.oficio import Oficio
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo
from modelos.tabla import Tabla
from modelos.tabla.avance import Movimiento
from modelos.tabla.plazo import ReglaPlazo, resolver

_PLAZOS = insert(Plazo.__table__)  # type: ignore[attr-defined]
Nuevo = dict[str, Any]
"""Un plazo recién contado, con las columnas de `Plazo`."""


def preparar(
    s: Session,
    expediente: Expediente,
    tabla: Tabla,
    movimiento: Movimiento,
    ids: Mapping[object, str],
    ahora: datetime,
    atendida: tuple[str, str] | None = None,
) -> list[Nuevo]:
    """Los plazos que empiezan con este movimiento, ya contados y sin guardar.

    ids: el id de cada turno que se abre. atendida: (actividad, salida) que lo produjo, si fue una.
    """
    pedidos: list[tuple[str, str | None, str, ReglaPlazo]] = []
    pedidos += [
        (ids[turno], ids[turno], turno.unidad, regla)
        for turno in movimiento.abiertos
        if (regla := tabla[turno.actividad].plazo)
    ]
    for tramo in tabla.tramos:
        if tramo.empieza == atendida:
            id_ = f"{expediente.folio}.{tramo.regla.clave}.{expediente.asientos + 1}"
            pedidos.append((id_, None, tramo.responde.value, tramo.regla))
    if not pedidos:
        return []
    de_unidad = oficinas(s, {unidad for _, _, unidad, _ in pedidos})
    return [
        _nuevo(id_, turno_id, unidad, regla, expediente, tabla, de_unidad[unidad], ahora)
        for id_, turno_id, unidad, regla in pedidos
    ]


def guardar(s: Session, nuevos: Sequence[Nuevo]) -> None:
    """Inserta los que se prepararon; van después de sus turnos."""
    if nuevos:
        s.connection().execute(_PLAZOS, list(nuevos))


def cerrar(
    s: Session,
    expediente: Expediente,
    tabla: Tabla,
    movimiento: Movimiento,
    ids: Mapping[object, str],
    ahora: datetime,
    atendido: PlazoAtendido | None = None,
) -> None:
    """Cierra lo que este movimiento cierra: el plazo del turno atendido, los tramos que éste termina y lo cancelado.

    El que espera un acto escrito que se quedó a deber no se cumple: se anota que ya se atendió y sigue corriendo.
    Al concluir el expediente se cancela lo demás que quede; al cancelarlo, todo.
    """
    if atendido:
        _atender(s, expediente, tabla, atendido, ahora)
    cancelados = [ids[turno] for turno in movimiento.cancelados if tabla[turno.actividad].plazo]
    cancelados += reemplazados(expediente.folio, tabla, movimiento)
    if cancelados:
        _terminar(s, EstadoPlazo.CANCELADO, ahora, col(Plazo.id).in_(cancelados))
    situacion = movimiento.situacion
    if (tabla.tramos or tabla.tiene_actos) and (situacion.desenlace or not situacion.pendientes):
        suyos = col(Plazo.folio) == expediente.folio
        _terminar(
            s, EstadoPlazo.CANCELADO, ahora, suyos & col(Plazo.atendido).is_(None) if situacion.desenlace else suyos
        )


@dataclass(frozen=True)
class PlazoAtendido:
    """El turno que se respondió. debe: los oficios que su respuesta dejó por firmar y enviar."""

    actividad: str
    turno: str
    debe: frozenset[str]


def _atender(s: Session, expediente: Expediente, tabla: Tabla, atendido: PlazoAtendido, ahora: datetime) -> None:
    """Cumple el plazo del turno y los de tramo que la actividad cierra, salvo los que esperan su acto escrito."""
    claves = [tramo.regla.clave for tramo in tabla.tramos if atendido.actividad in tramo.cumplen]
    if not claves and not tabla[atendido.actividad].plazo:
        return
    de_tramo = and_(col(Plazo.folio) == expediente.folio, col(Plazo.turno_id).is_(None), col(Plazo.clave).in_(claves))
    suyos = or_(col(Plazo.id) == atendido.turno, de_tramo) if claves else col(Plazo.id) == atendido.turno
    espera = col(Plazo.acto).in_(atendido.debe)
    # También el que su oficio ya cumplió: si ese oficio se cancela, vuelve a correr y sólo falta otro.
    vivos = col(Plazo.estado).in_((*POR_CUMPLIR, EstadoPlazo.CUMPLIDO.value))
    esperan = update(Plazo).where(suyos, espera, vivos, col(Plazo.atendido).is_(None))
    s.execute(esperan.values(atendido=ahora), execution_options={"synchronize_session": False})
    _terminar(s, EstadoPlazo.CUMPLIDO, ahora, and_(suyos, not_(espera)))


def reemplazados(folio: str, tabla: Tabla, movimiento: Movimiento) -> list[str]:
    """Los turnos de vueltas anteriores cuyo acto pendiente queda sin objeto: su actividad empieza otra vez."""
    return [
        f"{folio}.{turno.actividad}.{turno.unidad}.{vuelta}"
        for turno in movimiento.abiertos
        if (regla := tabla[turno.actividad].plazo) and regla.acto
        for vuelta in range(1, turno.vuelta)
    ]


def por_cumplir_con(s: Session, oficio: Oficio) -> list[str]:
    """Los plazos por cumplir de su expediente que ese oficio cumple, por su id.

    Uno suelto, los de cualquier turno, si es de la unidad a la que un paso se lo pidió: el de otra no es ese acto.
    """
    consulta = select(col(Plazo.id)).where(
        col(Plazo.folio) == oficio.folio, col(Plazo.estado).in_(POR_CUMPLIR), col(Plazo.acto) == oficio.clave
    )
    if oficio.turno_id is not None:
        consulta = consulta.where(or_(col(Plazo.turno_id).is_(None), col(Plazo.turno_id) == oficio.turno_id))
    else:
        consulta = consulta.where(exists().where(*_pedido_a_la_misma(oficio)))
    return list(s.scalars(consulta.order_by(col(Plazo.id))))


def _pedido_a_la_misma(oficio: Oficio) -> list[ColumnElement[bool]]:
    """Condición: un oficio de esa clave que un paso del expediente pidió a la unidad que emite éste."""
    return [
        col(Oficio.folio) == oficio.folio,
        col(Oficio.clave) == oficio.clave,
        col(Oficio.unidad) == oficio.unidad,
        col(Oficio.turno_id).is_not(None),
    ]


def cumplir_con(s: Session, cuales: Sequence[str], oficio: str, cuando: datetime) -> None:
    """Los da por cumplidos con ese oficio, con la fecha en que se envió o la del documento firmado fuera."""
    if cuales:
        orden = update(Plazo).where(col(Plazo.id).in_(cuales), col(Plazo.estado).in_(POR_CUMPLIR))
        valores = {"estado": EstadoPlazo.CUMPLIDO.value, "cerrado": cuando, "proximo": None, "cumplio": oficio}
        s.execute(orden.values(**valores), execution_options={"synchronize_session": False})


def cumplidos_con(s: Session, folio: str, oficios: Sequence[str]) -> list[Plazo]:
    """Los plazos del expediente que esos oficios cumplieron."""
    suyos = select(Plazo).where(col(Plazo.folio) == folio, col(Plazo.cumplio).in_(oficios))
    return list(s.scalars(suyos.order_by(col(Plazo.id)).execution_options(populate_existing=True)))


def reabrir(s: Session, plazos: Sequence[Plazo], ahora: datetime) -> list[dict[str, Any]]:
    """El oficio que los cumplió quedó sin efecto: vuelven a correr; devuelve lo que se asienta de cada uno."""
    de_unidad = oficinas(s, {plazo.unidad for plazo in plazos})
    for plazo in plazos:
        plazo.cerrado, plazo.cumplio = None, None
        plazo.estado = (EstadoPlazo.ABIERTO if "medida" in plazo.regla else EstadoPlazo.SIN_CALCULAR).value
        recontar(plazo, de_unidad[plazo.unidad], reloj.local(ahora).date())
    s.flush()
    return [recontado(plazo) for plazo in plazos]


def detener(
    s: Session, expediente: Expediente, motivo: str, ahora: datetime, desde: date | None = None
) -> list[dict[str, Any]]:
    """Suspende los que corren; devuelve lo que se asienta de cada uno. El día en que se detienen todavía corrió.

    desde: el día en que se detuvieron; sin él, hoy donde está la oficina.

    A una ventana del año, o a uno ya vencido, suspender el expediente no lo alarga: sólo deja de recordarse.
    """
    detenidos = []
    for plazo, oficina in de_expediente(s, expediente.folio):
        if plazo.estado == EstadoPlazo.SUSPENDIDO or "medida" not in plazo.regla:  # le falta un dato: no corre
            continue
        plazo.estado, plazo.proximo = EstadoPlazo.SUSPENDIDO.value, None
        hoy = ahora.astimezone(oficina.horario.zona).date()
        nueva = {"desde": (desde or hoy).isoformat(), "hasta": None, "motivo": motivo}
        plazo.suspensiones = [*plazo.suspensiones, nueva]
        detenidos.append(recontado(plazo))
    s.flush()
    return detenidos


def continuar(
    s: Session, expediente: Expediente, ahora: datetime, contestado: date | None = None
) -> list[dict[str, Any]]:
    """Reanuda los suspendidos y los vuelve a contar; devuelve lo que se asienta de cada uno.

    contestado: el día en que se contestó y desde el que vuelven a correr (LFPA art. 17-A); sin él, este instante.

    Lanza:
        FormularioIncompleto: se contestó antes de suspenderse.
    """
    recontados = []
    hasta = (contestado or ahora).isoformat()
    for plazo, oficina in de_expediente(s, expediente.folio):
        if plazo.estado == EstadoPlazo.SUSPENDIDO:
            plazo.estado = EstadoPlazo.ABIERTO.value
            if contestado and any(not x["hasta"] and hasta < x["desde"] for x in plazo.suspensiones):
                raise FormularioIncompleto({"fecha": "no puede ser anterior al día en que se suspendió"})
            plazo.suspensiones = [{**x, "hasta": x["hasta"] or hasta} for x in plazo.suspensiones]
            recontar(plazo, oficina, reloj.local(ahora).date(), de_nuevo=True)
            recontados.append(recontado(plazo))
    s.flush()
    return recontados


def rectificar(s: Session, expediente: Expediente, cual: str, desde: date, ahora: datetime) -> list[dict[str, Any]]:
    """Corrige el día desde que corre un plazo y lo vuelve a contar; devuelve lo que se asienta de él, con su regla.

    Lanza:
        NoExiste: no hay ese plazo por cumplir en el expediente.
        ActoNoProcede: es una ventana del año, o está suspendido.
        CalendarioSinPublicar, PlazoInvalido: desde ese día no se puede contar.
    """
    suyos = {plazo.id: (plazo, oficina) for plazo, oficina in de_expediente(s, expediente.folio)}
    if cual not in suyos:
        raise NoExiste("entre los plazos por cumplir", cual)
    plazo, oficina = suyos[cual]
    if plazo.estado == EstadoPlazo.SUSPENDIDO or not plazo.regla.get("evento"):
        raise ActoNoProcede("rectificar", "ese plazo no corre desde una fecha", "Si está suspendido, reanúdelo antes.")
    plazo.regla = {**plazo.regla, "evento": desde.isoformat()}
    exigir_contable(plazo, oficina)
    recontar(plazo, oficina, reloj.local(ahora).date(), de_nuevo=True)
    s.flush()
    return [{**recontado(plazo), "regla": plazo.regla}]


def prorrogables(s: Session, folio: str) -> list[Plazo]:
    """Los plazos de un expediente que corren y se pueden prorrogar, en orden."""
    return [plazo for plazo in rectificables(s, folio) if plazo.estado == EstadoPlazo.ABIERTO]


def rectificables(s: Session, folio: str) -> list[Plazo]:
    """Los que corren desde una fecha que se puede corregir, tengan o no vencimiento, en orden."""
    estados = (EstadoPlazo.ABIERTO.value, EstadoPlazo.SIN_CALCULAR.value)
    suyos = select(Plazo).where(col(Plazo.folio) == folio, col(Plazo.estado).in_(estados))
    return [p for p in s.scalars(suyos.order_by(col(Plazo.vence), col(Plazo.id))) if p.regla.get("evento")]


def prorrogar(
    s: Session,
    expediente: Expediente,
    cual: str | None,
    cantidad: int,
    motivo: str,
    ahora: datetime,
    leido: date | None = None,
) -> list[dict[str, Any]]:
    """Amplía un plazo que corre; devuelve lo que se asienta de él.

    leido: el vencimiento que se leyó; si ya es otro no se amplía, para que repetir la solicitud no la repita.
    cual: su id; se puede omitir si sólo hay uno que se pueda prorrogar. cantidad: en la medida del plazo.

    Lanza:
        NoExiste: no hay ese plazo por cumplir en el expediente.
        ActoNoProcede: ninguno se puede prorrogar (una ventana del año no se mueve), está suspendido, ya venció o
            ya no vence el día que se leyó.
        FormularioIncompleto: hay varios y no se dijo cuál.
        CalendarioSinPublicar: llegaría a un año sin publicar; no se cambia una fecha por ninguna.
        AmpliacionExcesiva: con las anteriores, pasa de la mitad del plazo original (LFPA art. 31).
    """
    plazo, oficina = _el_prorrogable(s, expediente.folio, cual)
    hoy = reloj.local(ahora).date()
    _exigir_que_corra(plazo, hoy, leido)
    plazo.ampliaciones = [*plazo.ampliaciones, {"cantidad": cantidad, "motivo": motivo}]
    exigir_contable(plazo, oficina)
    recontar(plazo, oficina, hoy, de_nuevo=True)
    s.flush()
    return [recontado(plazo)]


def _el_prorrogable(s: Session, folio: str, cual: str | None) -> tuple[Plazo, Oficina]:
    """El que se pide, o el único que hay. Lanza NoExiste, ActoNoProcede, FormularioIncompleto."""
    suyos = {plazo.id: (plazo, oficina) for plazo, oficina in de_expediente(s, folio)}
    if cual is not None and cual not in suyos:
        raise NoExiste("entre los plazos por cumplir", cual)
    pedidos = {cual: suyos[cual]} if cual else suyos
    elegidos = [id_ for id_, (p, _) in pedidos.items() if p.estado == EstadoPlazo.ABIERTO and p.resuelto.se_detiene]
    if not elegidos:
        motivo = "no tiene un plazo que corra y se pueda prorrogar"
        raise ActoNoProcede(
            "prorrogar", motivo, "Una ventana del año no se prorroga, y uno suspendido se reanuda antes."
        )
    if len(elegidos) > 1:
        raise FormularioIncompleto({"plazo": f"diga cuál de los {len(elegidos)}: {', '.join(elegidos)}"})
    return suyos[elegidos[0]]


def _exigir_que_corra(plazo: Plazo, hoy: date, leido: date | None) -> None:
    """Lanza ActoNoProcede si ya venció, o ya no vence el día que se leyó."""
    if plazo.vence and plazo.vence < hoy:
        raise ActoNoProcede(
            "prorrogar", f"venció el {fecha_corta(plazo.vence)}", "Lo vencido ya no se amplía; atiéndalo."
        )
    if leido is not None and plazo.vence != leido:
        raise ActoNoProcede(
            "prorrogar", f"ya vence el {fecha_corta(plazo.vence or hoy)}", "Recargue y revise si todavía hace falta."
        )


def de_expediente(s: Session, folio: str) -> list[tuple[Plazo, Oficina]]:
    """Los plazos por cumplir de un expediente, cada uno con la oficina con que se cuenta."""
    consulta = select(Plazo).where(col(Plazo.folio) == folio, col(Plazo.estado).in_(POR_CUMPLIR))
    plazos = s.scalars(consulta.order_by(col(Plazo.id)).execution_options(populate_existing=True)).all()
    de_unidad = oficinas(s, {plazo.unidad for plazo in plazos})
    return [(plazo, de_unidad[plazo.unidad]) for plazo in plazos]


def _nuevo(
    id_: str,
    turno_id: str | None,
    unidad: str,
    regla: ReglaPlazo,
    expediente: Expediente,
    tabla: Tabla,
    oficina: Oficina,
    ahora: datetime,
) -> Nuevo:
    hitos = {
        "antes": list(regla.hitos.antes),
        "corridos": list(regla.hitos.corridos),
        "vencido_cada": regla.hitos.vencido_cada,
    }
    contado: dict[str, Any]
    try:
        resuelto = resolver(regla, _datos(tabla, expediente.datos), ahora)
        guardada = {**resuelto.a_json(), "hitos": hitos}
        visto = HitoVisto(reloj.local(ahora).date(), ahora)
        contado = contar(resuelto, oficina, perfil=tabla.perfil, hitos=regla.hitos, guardadas=([], []), visto=visto)
    except PlazoInvalido as error:
        guardada = {"hitos": hitos}
        contado = {**SIN_FECHA, "computo": {"error": str(error)}, "calendario": oficina.calendarios.version}
        contado["publicacion"] = oficina.publicacion
    return {
        "id": id_,
        "folio": expediente.folio,
        "turno_id": turno_id,
        "clave": regla.clave,
        "que": regla.que,
        "unidad": unidad,
        "fundamento": regla.fundamento,
        "inferido": regla.inferido,
        "acto": regla.acto,
        "perfil": tabla.perfil,
        "regla": guardada,
        "suspensiones": [],
        "ampliaciones": [],
        "vencido_cada": regla.hitos.vencido_cada,
        "insistencias": 0,
        "abierto": ahora,
        "cerrado": None,
        **contado,
    }


def _datos(tabla: Tabla, datos: Mapping[str, Any]) -> dict[str, Any]:
    """Lo capturado; los parámetros que la tabla ganó después de abrirse el expediente, con su valor por defecto."""
    campos = tabla.datos.model_fields.items()
    return {**{clave: campo.default for clave, campo in campos if not campo.is_required()}, **datos}


def _terminar(s: Session, estado: EstadoPlazo, ahora: datetime, cuales: Any) -> None:  # noqa: ANN401 - condición SQL
    orden = update(Plazo).where(cuales, col(Plazo.estado).in_(POR_CUMPLIR))
    s.execute(
        orden.values(estado=estado.value, cerrado=ahora, proximo=None),
        execution_options={"synchronize_session": False},
    )
