"""Los plazos dentro de un acto: se abren, se cierran, se detienen y se vuelven a contar con él.

Lo que se asienta de cada plazo basta para reproducirlo: su regla ya resuelta, el evento y el
resultado. Las tablas sin plazos no pagan nada de esto.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.avance import Movimiento
from modelos.calendario.errores import CalendarioSinPublicar, PlazoInvalido
from modelos.dias_inhabiles import Oficina, oficinas
from modelos.expediente import Expediente
from modelos.plazo import Hitos, ReglaPlazo, Resuelto, programar, resolver
from modelos.plazos import POR_CUMPLIR, EstadoPlazo, Plazo, ampliaciones, suspensiones
from modelos.tabla import Tabla

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


def asentado(nuevo: Mapping[str, Any]) -> dict[str, Any]:
    """Lo que se asienta de un plazo que empieza o se vuelve a contar."""
    return {campo: _llano(nuevo[campo]) for campo in ASENTADOS}


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


def cerrar(
    s: Session,
    expediente: Expediente,
    tabla: Tabla,
    movimiento: Movimiento,
    ids: Mapping[object, str],
    ahora: datetime,
    atendido: tuple[str, str] | None = None,
) -> None:
    """Cumple el plazo del turno atendido y los tramos que éste cierra; cancela los de turnos cancelados.

    atendido: (actividad, id de su turno). Al concluir el expediente, lo que quede se cancela.
    """
    cumplidos: list[str] = []
    if atendido:
        actividad, turno = atendido
        if tabla[actividad].plazo:
            cumplidos.append(turno)
        if claves := [t.regla.clave for t in tabla.tramos if actividad in t.cumplen]:
            del_tramo = select(col(Plazo.id)).where(
                col(Plazo.folio) == expediente.folio,
                col(Plazo.turno_id).is_(None),
                col(Plazo.clave).in_(claves),
                col(Plazo.estado).in_(POR_CUMPLIR),
            )
            cumplidos += s.scalars(del_tramo).all()
    if cumplidos:
        _terminar(s, EstadoPlazo.CUMPLIDO, ahora, col(Plazo.id).in_(cumplidos))
    cancelados = [ids[turno] for turno in movimiento.cancelados if tabla[turno.actividad].plazo]
    if cancelados:
        _terminar(s, EstadoPlazo.CANCELADO, ahora, col(Plazo.id).in_(cancelados))
    if tabla.tramos and (movimiento.situacion.desenlace or not movimiento.situacion.pendientes):
        _terminar(s, EstadoPlazo.CANCELADO, ahora, col(Plazo.folio) == expediente.folio)


def detener(s: Session, expediente: Expediente, motivo: str, ahora: datetime) -> None:
    """Suspende los plazos por cumplir. El día en que se detienen todavía corrió."""
    for plazo, oficina in de_expediente(s, expediente.folio):
        plazo.proximo = None
        if plazo.estado != EstadoPlazo.ABIERTO:
            continue
        plazo.estado = EstadoPlazo.SUSPENDIDO.value
        hoy = ahora.astimezone(oficina.horario.zona).date()
        if plazo.resuelto.se_detiene and plazo.vence and hoy < plazo.vence:
            desde = max(hoy, date.fromisoformat(plazo.computo["recibido"]))
            nueva = {"desde": desde.isoformat(), "hasta": None, "motivo": motivo}
            plazo.suspensiones = [*plazo.suspensiones, nueva]
    s.flush()


def continuar(s: Session, expediente: Expediente, ahora: datetime) -> list[dict[str, Any]]:
    """Reanuda los suspendidos y los vuelve a contar; devuelve lo que se asienta de cada uno."""
    recontados = []
    for plazo, oficina in de_expediente(s, expediente.folio):
        if plazo.estado == EstadoPlazo.SUSPENDIDO:
            plazo.estado = EstadoPlazo.ABIERTO.value
            plazo.suspensiones = [{**x, "hasta": x["hasta"] or ahora.isoformat()} for x in plazo.suspensiones]
        recontar(plazo, oficina, reloj.local(ahora).date())
        recontados.append(recontado(plazo))
    s.flush()
    return recontados


def recontar(plazo: Plazo, oficina: Oficina, hoy: date) -> bool:
    """Vuelve a contar un plazo por cumplir con los calendarios de hoy; devuelve si su fecha cambió.

    Los hitos que ya pasaron no vuelven; un suspendido conserva su fecha hasta que se reanude.
    """
    antes = (plazo.vence, plazo.conservador)
    if plazo.estado == EstadoPlazo.SUSPENDIDO or "medida" not in plazo.regla:  # le falta un dato, no el calendario
        plazo.publicacion = oficina.publicacion
        return False
    nuevo = contar(
        plazo.resuelto,
        oficina,
        perfil=plazo.perfil,
        hitos=leer_hitos(plazo.regla),
        guardadas=(plazo.suspensiones, plazo.ampliaciones),
        hoy=hoy,
    )
    for campo, valor in nuevo.items():
        setattr(plazo, campo, valor)
    if plazo.vence and plazo.conservador and plazo.conservador >= hoy:
        plazo.insistencias = 0
    return antes != (plazo.vence, plazo.conservador)


def recontado(plazo: Plazo) -> dict[str, Any]:
    """Lo que se asienta de un plazo vuelto a contar."""
    return {campo: _llano(getattr(plazo, campo)) for campo in RECONTADOS}


def contar(
    resuelto: Resuelto,
    oficina: Oficina,
    *,
    perfil: str,
    hitos: Hitos,
    guardadas: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    hoy: date,
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
        insistencia = oficina.calendarios[perfil].sumar(computo.conservador, hitos.vencido_cada)
    except (CalendarioSinPublicar, PlazoInvalido) as error:
        return {**comunes, **SIN_FECHA, "computo": {"error": str(error)}}
    futuros = [[p.hito, p.fecha.isoformat()] for p in programados if p.fecha > hoy]
    return {
        **comunes,
        "estado": EstadoPlazo.ABIERTO.value,
        "vence": computo.vence,
        "conservador": computo.conservador,
        "computo": computo.como_json(),
        "hitos": futuros,
        "proximo": date.fromisoformat(futuros[0][1]) if futuros else insistencia,
    }


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
        hoy = reloj.local(ahora).date()
        contado = contar(resuelto, oficina, perfil=tabla.perfil, hitos=regla.hitos, guardadas=([], []), hoy=hoy)
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


def _llano(valor: object) -> object:
    return valor.isoformat() if isinstance(valor, date) else valor


def de_turnos(s: Session, folios: Iterable[str]) -> list[Plazo]:
    """Los plazos por cumplir de esos expedientes, el que vence antes primero."""
    consulta = select(Plazo).where(col(Plazo.folio).in_(list(folios)), col(Plazo.estado).in_(POR_CUMPLIR))
    return list(s.scalars(consulta.order_by(col(Plazo.vence), col(Plazo.id))))
