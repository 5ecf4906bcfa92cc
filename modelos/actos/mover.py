"""Lo que todo acto comparte: bloquear el expediente, repartir y llevar un movimiento a la base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import bitacora
from modelos.actividad import Actividad, Tipo, es_grupo
from modelos.avance import Destinatarios, Movimiento, Pendiente
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, SinDestinatarios
from modelos.expediente import ABIERTOS, Encargo, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.latido import pulso
from modelos.organizacion import activas
from modelos.permisos import Quien
from modelos.tabla import Catalogo, Tabla


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
_RESERVAR = select(Expediente).where(col(Expediente.folio) == bindparam("el_folio")).with_for_update()
# Quien leyó el expediente antes de reservarlo pudo quedarse con lo que había antes de esperar su turno.
_RESERVAR = _RESERVAR.execution_options(populate_existing=True)
_TURNOS = insert(Turno.__table__)  # type: ignore[attr-defined]
_ENCARGOS = insert(Encargo.__table__)  # type: ignore[attr-defined]


def bloquear(ctx: Contexto, folio: str) -> tuple[Expediente, Tabla]:
    """El expediente, reservado para esta transacción, y la tabla con que se abrió."""
    expediente = ctx.s.scalar(_RESERVAR, {"el_folio": folio})
    if expediente is None:
        raise NoExiste("el expediente", folio)
    return expediente, ctx.tablas.version(expediente.procedimiento, expediente.version)


def exigir_en_curso(expediente: Expediente, acto: str) -> None:
    """Rechaza el acto si el expediente está suspendido o ya terminó."""
    if expediente.estado == EstadoExpediente.SUSPENDIDO:
        raise ActoNoProcede(acto, f"{expediente.folio} está suspendido", "Pida a la coordinación que lo reanude.")
    if expediente.estado != EstadoExpediente.EN_CURSO:
        raise ActoNoProcede(acto, f"{expediente.folio} ya está {expediente.estado}", "Recargue para ver cómo quedó.")


def id_turno(folio: str, turno: Pendiente) -> str:
    """El id de un turno dice qué es: `NORM-2026-0001.4.CAST-01.1`."""
    return f"{folio}.{turno.actividad}.{turno.unidad}.{turno.vuelta}"


def repartir(s: Session, datos: dict[str, Any]) -> Destinatarios:
    """Dice a qué unidades va cada actividad: la de la tabla, todas las del grupo, o la que nombran los datos.

    datos: lo capturado hasta ahora en el expediente, para las actividades con `segun`.
    """

    def destinatarios(actividad: Actividad) -> Sequence[str]:
        if actividad.por_cada:
            unidades = activas(s, actividad.por_cada.grupo)
            if not unidades:
                raise SinDestinatarios(actividad.numero_impreso, actividad.por_cada.grupo)
            return unidades
        if actividad.segun:
            if not datos.get(actividad.segun):
                raise FormularioIncompleto({actividad.segun: f"diga qué {actividad.responsable} lo atenderá"})
            return [datos[actividad.segun]]
        if es_grupo(actividad.responsable):
            raise SinDestinatarios(actividad.numero_impreso, actividad.responsable)
        return [actividad.responsable.value]

    return destinatarios


def ya_repartido(abre: dict[str, list[str]]) -> Destinatarios:
    """Los destinatarios que quedaron asentados, para reproducir sin consultar el catálogo de hoy."""
    return lambda actividad: abre.get(actividad.clave, ())


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
        "a_mano": tabla[turno.actividad].tipo is not Tipo.SUBPROCEDIMIENTO,
        "persona_id": None,
        "abierto": ahora,
        "cerrado": None,
        "apertura": orden,
        "cierre": None,
        "anexos": 0,
        "salida": None,
    }


def aplicar(
    ctx: Contexto,
    expediente: Expediente,
    tabla: Tabla,
    movimiento: Movimiento,
    orden: int,
    encargos: Sequence[tuple[str, str, dict[str, Any]]] = (),
) -> list[dict[str, Any]]:
    """Lleva a la base lo que el asiento `orden` movió; devuelve los turnos nuevos.

    encargos: (efecto, nombre legible, datos) además de los que pide cada turno que se abre.
    """
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


def encargar(
    ctx: Contexto, expediente: Expediente, orden: int, encargos: Sequence[tuple[str, str, dict[str, Any]]]
) -> None:
    """Anota efectos para el motor; la clave (folio, asiento, efecto) impide repetirlos."""
    if encargos:
        comun = {"folio": expediente.folio, "asiento": orden, "creado": ctx.ahora, "proximo": pulso(), "intentos": 0}
        filas = [{**comun, "efecto": efecto, "nombre": nombre, "datos": datos} for efecto, nombre, datos in encargos]
        ctx.s.connection().execute(_ENCARGOS, filas)


def _encargos_de(tabla: Tabla, movimiento: Movimiento, expediente: Expediente) -> list[tuple[str, str, dict[str, Any]]]:
    pedidos: list[tuple[str, str, dict[str, Any]]] = []
    a_mano = [t for t in movimiento.abiertos if tabla[t.actividad].tipo is not Tipo.SUBPROCEDIMIENTO]
    if a_mano:
        unidades = list(dict.fromkeys(t.unidad for t in a_mano))
        a_quien = unidades[0] if len(unidades) == 1 else f"{len(unidades)} unidades"
        turnos = [id_turno(expediente.folio, t) for t in a_mano]
        pedidos.append(("aviso", f"Aviso a {a_quien}", {"turnos": turnos}))
    for turno in movimiento.abiertos:
        if sub := tabla[turno.actividad].subprocedimiento:
            turno_id = id_turno(expediente.folio, turno)
            nombre = f"{numero(tabla[turno.actividad])} abre {sub}"
            pedidos.append((f"subprocedimiento:{turno.actividad}", nombre, {"turno": turno_id, "procedimiento": sub}))
    if movimiento.situacion.desenlace and expediente.padre:
        pedidos.append(("padre", f"Despierta a {expediente.padre}", {"padre": expediente.padre}))
    return pedidos


def numero(actividad: Actividad) -> str:
    """El número a dos cifras, para que el historial de Prefect se lea en orden: «06», «10», «A»."""
    impreso = actividad.numero_impreso or actividad.clave
    return impreso.zfill(2) if impreso.isdigit() else impreso
