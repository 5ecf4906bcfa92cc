"""Lo que todo acto comparte: bloquear el expediente, repartir y llevar un movimiento a la base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.actos.plazos import plazos
from modelos.actos.plazos.conteo import asentado
from modelos.actos.turnos.reparto import repartir
from modelos.errores import ActoNoProcede, NoExiste
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import ABIERTOS, Encargo, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.motor.latido import pulso
from modelos.organizacion.permisos import Quien
from modelos.tabla import Catalogo, Tabla, avance
from modelos.tabla.actividad import Actividad, texto_salida
from modelos.tabla.avance import Movimiento, Pendiente, Situacion
from modelos.tabla.emision import Emision
from modelos.tabla.errores import EnCuarentena


@dataclass(frozen=True)
class Contexto:
    """Con qué se hace un acto: la transacción, las tablas, quién actúa y qué hora es.

    quien: None cuando actúa el sistema (el motor al cumplir un encargo).
    """

    s: Session
    tablas: Catalogo
    quien: Quien | None
    ahora: datetime

    @property
    def actor(self) -> str:
        """Cómo firma este actor en la bitácora."""
        return bitacora.actor_persona(self.quien.persona) if self.quien else bitacora.SISTEMA


# Se arman una vez: construir la orden en cada acto cuesta más que ejecutarla.
_RESERVAR = select(Expediente).where(col(Expediente.folio) == bindparam("el_folio"))
# Sin excluir a quien sólo lo cita (el barrido inserta notificaciones): si no, uno y otro se esperan para siempre.
_RESERVAR = _RESERVAR.with_for_update(key_share=True)
# Quien leyó el expediente antes de reservarlo pudo quedarse con lo que había antes de esperar su turno.
_RESERVAR = _RESERVAR.execution_options(populate_existing=True)
_TURNOS = insert(Turno.__table__)  # type: ignore[attr-defined]
_ENCARGOS = insert(Encargo.__table__)  # type: ignore[attr-defined]


def bloquear(ctx: Contexto, folio: str) -> tuple[Expediente, Tabla]:
    """El expediente, reservado para esta transacción, y la tabla con que se abrió.

    Lanza:
        NoExiste: no hay tal folio.
        EnCuarentena, TablaAlterada: su tabla cambió y no se actúa sobre él.
    """
    expediente = ctx.s.scalar(_RESERVAR, {"el_folio": folio})
    if expediente is None:
        raise NoExiste("el expediente", folio)
    if expediente.cuarentena:
        raise EnCuarentena(folio, expediente.cuarentena)
    return expediente, ctx.tablas.de(expediente)


def exigir_en_curso(expediente: Expediente, acto: str) -> None:
    """Rechaza el acto si el expediente está suspendido o ya terminó."""
    if expediente.estado == EstadoExpediente.SUSPENDIDO:
        raise ActoNoProcede(acto, f"{expediente.folio} está suspendido", "Pida a la coordinación que lo reanude.")
    if expediente.estado != EstadoExpediente.EN_CURSO:
        raise ActoNoProcede(acto, f"{expediente.folio} ya está {expediente.estado}", "Recargue para ver cómo quedó.")


def id_turno(folio: str, turno: Pendiente) -> str:
    """El id de un turno dice qué es: `NORM-2026-0001.4.CAST-01.1`."""
    return f"{folio}.{turno.actividad}.{turno.unidad}.{turno.vuelta}"


def fila_turno(expediente: Expediente, tabla: Tabla, turno: Pendiente, orden: int, ahora: datetime) -> dict[str, Any]:
    """El turno recién abierto, como se guarda."""
    return {
        "id": id_turno(expediente.folio, turno),
        "folio": expediente.folio,
        "procedimiento": expediente.procedimiento,
        "actividad": turno.actividad,
        "unidad": turno.unidad,
        "vuelta": turno.vuelta,
        "estado": EstadoTurno.PENDIENTE.value,
        "version": 1,
        "a_mano": tabla[turno.actividad].a_mano,
        "persona_id": None,
        "abierto": ahora,
        "cerrado": None,
        "apertura": orden,
        "cierre": None,
        "anexos": 0,
        "salida": None,
    }


@dataclass(frozen=True)
class EncargoPedido:
    """Un efecto que el motor hará después. nombre: cómo se lee en el historial de Prefect. datos: con qué hacerlo."""

    efecto: str
    nombre: str
    datos: dict[str, Any]


@dataclass(frozen=True)
class Hecho:
    """Un asiento por agregar con lo que mueve.

    tipo, unidad y datos: los del asiento. atendido: el turno que se cierra y por qué salida, si es una decisión.
    encargos: además de los que pide cada turno que se abre.
    """

    tipo: str
    unidad: str
    datos: dict[str, Any]
    atendido: tuple[Pendiente, str] | None = None
    encargos: Sequence[EncargoPedido] = ()


def asentar(
    ctx: Contexto, expediente: Expediente, tabla: Tabla, movimiento: Movimiento, hecho: Hecho
) -> list[dict[str, Any]]:
    """Agrega el asiento y lleva a la base lo que mueve, con sus plazos; devuelve los turnos nuevos que siguen abiertos.

    Lo que se abre y decide el sistema se decide aquí mismo: quien atendió ve ya el turno de la persona que sigue.
    """
    ids: dict[object, str] = {t: id_turno(expediente.folio, t) for t in (*movimiento.abiertos, *movimiento.cancelados)}
    por, atendido = None, None
    if hecho.atendido:
        pendiente, salida = hecho.atendido
        por = (pendiente.actividad, salida)
        debe = tabla[pendiente.actividad].debe(salida, hecho.datos["datos"])
        atendido = plazos.PlazoAtendido(pendiente.actividad, id_turno(expediente.folio, pendiente), debe)
    nuevos_plazos = plazos.preparar(ctx.s, expediente, tabla, movimiento, ids, ctx.ahora, por)
    datos = {**hecho.datos, "plazos": [asentado(p) for p in nuevos_plazos]} if nuevos_plazos else hecho.datos
    orden = bitacora.asentar(ctx.s, expediente, hecho.tipo, ctx.actor, hecho.unidad, datos, ctx.ahora)
    plazos.cerrar(ctx.s, expediente, tabla, movimiento, ids, ctx.ahora, atendido)
    redacta = oficios_pedidos(tabla, movimiento, hecho, ids, atendido.turno if atendido else None)
    nuevos = _aplicar(ctx, expediente, tabla, movimiento, orden, [*hecho.encargos, *redacta])
    plazos.guardar(ctx.s, nuevos_plazos)
    for abierto in movimiento.abiertos:
        if tabla[abierto.actividad].decide:
            decididos = _decidir(ctx, expediente, tabla, abierto)
            nuevos = [fila for fila in nuevos if fila["id"] != ids[abierto]] + decididos
    return nuevos


def _decidir(ctx: Contexto, expediente: Expediente, tabla: Tabla, turno: Pendiente) -> list[dict[str, Any]]:
    """Cierra una actividad automática por la salida que dicen los datos, en nombre del sistema."""
    actividad = tabla[turno.actividad]
    if actividad.decide is None:
        return []
    salida = actividad.decide(expediente.datos)
    situacion = Situacion.de_json(expediente.situacion)
    movimiento = avance.atender(tabla, situacion, turno, salida, repartir(ctx.s, expediente.datos), expediente.folio)
    id_ = id_turno(expediente.folio, turno)
    marcar_atendido(ctx, id_, salida, expediente.asientos + 1)
    asentado = {
        "actividad": turno.actividad,
        "vuelta": turno.vuelta,
        "salida": salida,
        "datos": {},
        "comentario": "",
        "anexos": [],
        "abre": movimiento.abre(),
    }
    encargo = EncargoPedido("actividad", rotulo(actividad, turno.unidad, salida), {"turno": id_})
    hecho = Hecho("decision", turno.unidad, asentado, (turno, salida), [encargo])
    return asentar(replace(ctx, quien=None), expediente, tabla, movimiento, hecho)


def marcar_atendido(ctx: Contexto, id_: str, salida: str, orden: int) -> None:
    """Cierra un turno que no cerró una persona."""
    valores = {
        "estado": EstadoTurno.ATENDIDO.value,
        "version": Turno.version + 1,
        "cerrado": ctx.ahora,
        "cierre": orden,
        "salida": salida,
    }
    marcar = update(Turno).where(col(Turno.id) == id_).values(**valores)
    ctx.s.execute(marcar, execution_options={"synchronize_session": False})


def rotulo(actividad: Actividad, unidad: str, salida: str) -> str:
    """Cómo se llama en el historial de Prefect: «06 DSTC · revisa → no favorable»."""
    final = texto_salida(salida).lower()
    entero = f"{numero(actividad)} {unidad} · {actividad.accion.rstrip('.')} → {final}"
    # Lleva la frase y, si no cabe, se corta la frase: la salida siempre se lee.
    return entero if len(entero) <= 120 else f"{entero[: 115 - len(final)].rstrip()}… → {final}"


def _aplicar(
    ctx: Contexto,
    expediente: Expediente,
    tabla: Tabla,
    movimiento: Movimiento,
    orden: int,
    encargos: Sequence[EncargoPedido] = (),
) -> list[dict[str, Any]]:
    """Lleva a la base lo que el asiento `orden` movió; devuelve los turnos nuevos."""
    nuevos = [fila_turno(expediente, tabla, turno, orden, ctx.ahora) for turno in movimiento.abiertos]
    if nuevos:
        ctx.s.connection().execute(_TURNOS, nuevos)
    if movimiento.cancelados:
        ids = [id_turno(expediente.folio, turno) for turno in movimiento.cancelados]
        cerrar = update(Turno).where(col(Turno.id).in_(ids), col(Turno.estado).in_(ABIERTOS))
        ctx.s.execute(
            cerrar.values(estado=EstadoTurno.CANCELADO, cerrado=ctx.ahora, cierre=orden, version=Turno.version + 1),
            execution_options={"synchronize_session": False},
        )
    expediente.situacion = movimiento.situacion.a_json()
    if movimiento.situacion.desenlace:
        expediente.estado = EstadoExpediente.CONCLUIDO.value
        expediente.desenlace = movimiento.situacion.desenlace
        expediente.cerrado = ctx.ahora
    encargar(ctx, expediente, orden, [*encargos, *_encargos_de(tabla, movimiento, expediente)])
    return nuevos


def encargar(ctx: Contexto, expediente: Expediente, orden: int, encargos: Sequence[EncargoPedido]) -> None:
    """Anota efectos para el motor; la clave (folio, asiento, efecto) impide repetirlos."""
    if encargos:
        comun = {"folio": expediente.folio, "asiento": orden, "creado": ctx.ahora, "proximo": pulso(), "intentos": 0}
        filas = [{**comun, "efecto": e.efecto, "nombre": e.nombre, "datos": e.datos} for e in encargos]
        ctx.s.connection().execute(_ENCARGOS, filas)


def _encargos_de(tabla: Tabla, movimiento: Movimiento, expediente: Expediente) -> list[EncargoPedido]:
    """Avisar de los turnos que se abren, abrir los subexpedientes y, si concluyó, despertar a quien lo espera."""
    pedidos: list[EncargoPedido] = []
    a_mano = [t for t in movimiento.abiertos if tabla[t.actividad].a_mano]
    if a_mano:
        pedidos.append(_aviso(expediente.folio, a_mano))
    pedidos += [_subexpediente(tabla, expediente.folio, t) for t in movimiento.abiertos if _espera_a_otro(tabla, t)]
    if movimiento.situacion.desenlace and expediente.padre:
        pedidos.append(EncargoPedido("padre", f"Despierta a {expediente.padre}", {"padre": expediente.padre}))
    return pedidos


def _aviso(folio: str, turnos: Sequence[Pendiente]) -> EncargoPedido:
    unidades = list(dict.fromkeys(turno.unidad for turno in turnos))
    a_quien = unidades[0] if len(unidades) == 1 else f"{len(unidades)} unidades"
    return EncargoPedido("aviso", f"Aviso a {a_quien}", {"turnos": [id_turno(folio, turno) for turno in turnos]})


def _espera_a_otro(tabla: Tabla, turno: Pendiente) -> bool:
    return bool(tabla[turno.actividad].subprocedimiento)


def _subexpediente(tabla: Tabla, folio: str, turno: Pendiente) -> EncargoPedido:
    actividad = tabla[turno.actividad]
    datos = {"turno": id_turno(folio, turno), "procedimiento": actividad.subprocedimiento}
    nombre = f"{numero(actividad)} abre {actividad.subprocedimiento}"
    return EncargoPedido(f"subprocedimiento:{turno.actividad}", nombre, datos)


def oficios_pedidos(
    tabla: Tabla, movimiento: Movimiento, hecho: Hecho, ids: Mapping[object, str], atendido: str | None
) -> list[EncargoPedido]:
    """Los oficios por redactar: los que pide llegar a una actividad, y los que pide cerrarla por cierta salida.

    ids: de los turnos que se abren. atendido: el del que se cierra, si fue una decisión.
    """
    pedidos: list[tuple[Pendiente, Emision, dict[str, Any]]] = [
        (turno, oficio, {"turno": ids[turno], "salida": "", "comentario": ""})
        for turno in movimiento.abiertos
        for oficio in tabla[turno.actividad].oficios
        if not oficio.salidas
    ]
    if hecho.atendido:
        turno, salida = hecho.atendido
        cierre = {"turno": atendido, "salida": salida, "comentario": hecho.datos.get("comentario", "")}
        suyos = (oficio for oficio in tabla[turno.actividad].oficios if salida in oficio.salidas)
        pedidos += [(turno, oficio, cierre) for oficio in suyos]
    return [
        EncargoPedido(
            f"oficio:{oficio.clave}:{turno.unidad}",
            f"Redacta {oficio.clave} de {(de := tabla[turno.actividad].emisora(oficio, turno.unidad))}",
            {"oficio": oficio.clave, "actividad": turno.actividad, "unidad": de, **datos},
        )
        for turno, oficio, datos in pedidos
    ]


def numero(actividad: Actividad) -> str:
    """El número a dos cifras, para que el historial de Prefect se lea en orden: «06», «10», «A»."""
    impreso = actividad.numero_impreso or actividad.clave
    return impreso.zfill(2) if impreso.isdigit() else impreso
