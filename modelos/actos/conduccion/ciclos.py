"""Abrir lo que toca: solo, en su fecha; o antes, o nunca, si lo decide con motivo quien conduce el procedimiento.

La llave de `Apertura` (procedimiento, periodo, unidad) y el expediente se confirman juntos: da igual cuántos
motores lo intenten, ni en qué línea muera cualquiera de ellos.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.turnos import apertura
from modelos.actos.turnos.advertencias import exigir_confirmadas, vencidos
from modelos.actos.turnos.mover import Contexto
from modelos.calendario import sumar_meses
from modelos.calendario.errores import CalendarioSinPublicar, PlazoInvalido
from modelos.ciclos.ciclo import PARA_TODOS, Apertura, EstadoApertura, Jornada, ganar, marcar
from modelos.ciclos.previstas import destinos, nacional
from modelos.errores import (
    ActoNoProcede,
    BaseInaccesible,
    BaseSinPreparar,
    ErrorGestion,
    FormularioIncompleto,
    NoLeCorresponde,
)
from modelos.expedientes.expediente import Expediente
from modelos.organizacion.organigrama import Unidad, es_del_grupo
from modelos.organizacion.permisos import puede_conducir
from modelos.sesion import lectura, transaccion
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.formularios import exigir_motivo
from modelos.tabla.periodo import Ciclo, Periodo, nombre_periodo
from modelos.tabla.plazo import DEL_PERIODO

registro = logging.getLogger(__name__)

TRABAJO = "ciclos"
"""El nombre de su jornada."""
AL_CORRIENTE = "ciclos_al_corriente"
"""El día en que no quedó nada sin abrir: desde ahí puede faltar algo, aunque su ventana ya haya pasado."""
ALCANCE_MESES = 12
"""Hasta dónde se adelanta o se dispensa: lo que se ve en «Lo que viene», y otro tanto hacia atrás."""


@dataclass(frozen=True)
class Candidata:
    """Una apertura que ya toca y no está hecha."""

    tabla: Tabla
    periodo: Periodo
    unidad: str
    prevista: date


@dataclass(frozen=True)
class FallaDeCiclo:
    """Lo que no se pudo abrir, y por qué; unidad vacía: para todos."""

    procedimiento: str
    periodo: str
    unidad: str
    motivo: str

    def __str__(self) -> str:
        cual = " ".join(filter(None, (self.procedimiento, self.periodo, self.unidad)))
        return f"{cual}: {self.motivo}"


@dataclass(frozen=True)
class Abiertas:
    """Lo que dejó un barrido de ciclos; quedan: las que el lote no alcanzó."""

    folios: tuple[str, ...]
    fallas: tuple[FallaDeCiclo, ...]
    quedan: int = 0

    def __str__(self) -> str:
        cuantos = len(self.folios)
        abiertos = "1 expediente abierto" if cuantos == 1 else f"{cuantos} expedientes abiertos"
        if not self.fallas:
            return f"{abiertos}."
        return f"{abiertos}; {len(self.fallas)} sin poder abrirse, se reintentan mañana: {self.fallas[0]}"


def abrir_pendientes(url: str, tablas: Catalogo, hoy: date, lote: int | None = None) -> Abiertas:
    """Abre lo que ya toca y falta, una transacción por expediente. Repetirlo no abre nada de más.

    Lo que falla no detiene a lo demás: queda dicho en el resultado y en el registro.

    lote: cuántas a lo más en esta llamada; None: todas.

    Lanza:
        BaseInaccesible, BaseSinPreparar: lo ya abierto queda abierto.
    """
    with lectura(url) as s:
        candidatas, fallas = _pendientes(s, tablas, hoy)
    folios = []
    for candidata in candidatas[:lote]:
        try:
            with transaccion(url) as s:
                folio = _abrir_sola(Contexto(s, tablas, None, reloj.ahora()), candidata)
        except (BaseInaccesible, BaseSinPreparar):
            raise
        except Exception as error:  # noqa: BLE001 - lo de una unidad no deja sin abrir a las demás
            # Sólo se guarda un mensaje nuestro: el de una biblioteca puede traer datos de personas.
            motivo = str(error) if isinstance(error, ErrorGestion) else type(error).__name__
            fallas.append(FallaDeCiclo(candidata.tabla.clave, candidata.periodo.clave, candidata.unidad, motivo))
            registro.debug("detalle", exc_info=error)
            continue
        if folio:
            folios.append(folio)
    for falla in fallas:
        registro.warning("ciclos: no se abrió %s", falla)
    quedan = max(0, len(candidatas) - lote) if lote is not None else 0
    if not fallas and not quedan:
        with transaccion(url) as s:
            marcar(s, AL_CORRIENTE, hoy, reloj.ahora(), "")
    return Abiertas(tuple(folios), tuple(fallas), quedan)


def adelantar(
    ctx: Contexto,
    procedimiento: str,
    periodo: str,
    unidad: str | None,
    motivo: str,
    confirmadas: Collection[str] = (),
) -> list[tuple[Apertura, Expediente]]:
    """Abre ya un periodo que se abriría después, o que pasó sin abrirse.

    unidad: una del grupo; None: todas las que falten. confirmadas: las advertencias que quien adelanta ya leyó.

    Lanza:
        ProcedimientoDesconocido, NoLeCorresponde, FormularioIncompleto (sin motivo, u otro periodo o unidad),
        ActoNoProcede (ya se abrió o se dispensó: dice el folio o quién), FaltaConfirmar (un plazo suyo ya venció).
    """
    pedido = _pedido(ctx, procedimiento, periodo, unidad, motivo, "adelantar")
    filas = [_reservar(ctx, pedido, cual, EstadoApertura.ABIERTA) for cual in pedido.unidades]
    tarde = vencidos(ctx.s, pedido.tabla, {DEL_PERIODO: pedido.periodo.clave}, ctx.ahora)
    exigir_confirmadas(tarde, confirmadas)
    return [(fila, _abrir(ctx, pedido.tabla, pedido.periodo, fila)) for fila in filas]


def dispensar(ctx: Contexto, procedimiento: str, periodo: str, unidad: str | None, motivo: str) -> list[Apertura]:
    """Deja dicho que un periodo no se abrirá, quién lo decidió y por qué. Recibe y lanza lo mismo que `adelantar`."""
    pedido = _pedido(ctx, procedimiento, periodo, unidad, motivo, "dispensar")
    return [_reservar(ctx, pedido, cual, EstadoApertura.DISPENSADA) for cual in pedido.unidades]


# --- lo que se abre solo ---------------------------------------------------------


def _pendientes(s: Session, tablas: Catalogo, hoy: date) -> tuple[list[Candidata], list[FallaDeCiclo]]:
    ultima = s.scalar(
        select(func.max(col(Jornada.dia))).where(col(Jornada.trabajo) == AL_CORRIENTE, col(Jornada.dia) < hoy)
    )
    calendarios = nacional(s)
    candidatas: list[Candidata] = []
    fallas: list[FallaDeCiclo] = []
    for tabla in tablas.vigentes(hoy):
        if tabla.ciclo is None:
            continue
        ya = _hechas(s, tabla.clave)
        for periodo in _de_ahora(tabla.ciclo, hoy, ultima):
            faltan = [u for u in destinos(s, tabla.ciclo) if (periodo.clave, u) not in ya]
            if not faltan:
                continue
            try:
                abre = tabla.ciclo.apertura(periodo, calendarios)
            except (CalendarioSinPublicar, PlazoInvalido) as error:
                fallas.append(FallaDeCiclo(tabla.clave, periodo.clave, PARA_TODOS, str(error)))
                continue
            if _toca(tabla.ciclo, periodo, abre, hoy, ultima):
                candidatas += [Candidata(tabla, periodo, unidad, abre) for unidad in faltan]
    return candidatas, fallas


def _toca(ciclo: Ciclo, periodo: Periodo, abre: date, hoy: date, ultima: date | None) -> bool:
    """Si ya se puede abrir y sigue a tiempo: en su ventana, o tocó mientras nadie barría."""
    mientras_nadie = ultima is not None and abre > ultima
    return abre <= hoy and (ciclo.limite(periodo) >= hoy or mientras_nadie)


def _de_ahora(ciclo: Ciclo, hoy: date, ultima: date | None) -> Iterator[Periodo]:
    """Los que pueden estar en su ventana, o tocaron mientras nadie barría."""
    atras = sumar_meses(hoy.replace(day=1), -ciclo.dura)
    return ciclo.periodos(min(atras, ultima) if ultima else atras, hoy)


def _hechas(s: Session, procedimiento: str) -> set[tuple[str, str]]:
    consulta = select(col(Apertura.periodo), col(Apertura.unidad)).where(col(Apertura.procedimiento) == procedimiento)
    return {(periodo, unidad) for periodo, unidad in s.execute(consulta)}


def _abrir_sola(ctx: Contexto, cual: Candidata) -> str | None:
    """El folio, o None si otro motor ya lo abrió, se dispensó o la unidad se dio de baja."""
    grupo = cual.tabla.ciclo.grupo if cual.tabla.ciclo else None
    if grupo and not es_del_grupo(ctx.s, cual.unidad, grupo):
        return None
    fila = ganar(
        ctx.s,
        cual.tabla,
        cual.periodo,
        cual.unidad,
        estado=EstadoApertura.ABIERTA,
        prevista=cual.prevista,
        hecha=ctx.ahora,
    )
    return _abrir(ctx, cual.tabla, cual.periodo, fila).folio if fila else None


# --- lo común --------------------------------------------------------------------


def _abrir(ctx: Contexto, tabla: Tabla, periodo: Periodo, fila: Apertura) -> Expediente:
    datos = {DEL_PERIODO: periodo.clave}
    if fila.unidad and tabla.ciclo:
        datos[tabla.ciclo.dato] = fila.unidad
    expediente = apertura.abrir(ctx, tabla, asunto(ctx.s, tabla, periodo, fila.unidad), datos)
    fila.folio = expediente.folio
    ctx.s.flush()
    return expediente


def asunto(s: Session, tabla: Tabla, periodo: Periodo, unidad: str) -> str:
    """«Planeación y metas 2028 · CAST de demostración 01»."""
    titulo = nombre_periodo(periodo)
    que = f"{tabla.nombre} {titulo}" if titulo.isdigit() else f"{tabla.nombre}, {titulo}"
    if not unidad:
        return que[: apertura.LARGO_ASUNTO]
    fila = s.get(Unidad, unidad)
    quien = fila.nombre if fila else unidad
    return f"{que[: apertura.LARGO_ASUNTO - len(quien) - 3]} · {quien}"


# --- lo que decide una persona ---------------------------------------------------


@dataclass(frozen=True)
class _Pedido:
    tabla: Tabla
    periodo: Periodo
    unidades: tuple[str, ...]
    prevista: date
    motivo: str
    acto: str


def _pedido(ctx: Contexto, procedimiento: str, clave: str, unidad: str | None, motivo: str, acto: str) -> _Pedido:
    hoy = reloj.local(ctx.ahora).date()
    tabla = ctx.tablas.vigente(procedimiento, hoy)
    if ctx.quien is None or not puede_conducir(ctx.quien, tabla.duena):
        raise NoLeCorresponde(f"{acto} «{tabla.nombre}»", f"la coordinación de la {tabla.duena}")
    if tabla.ciclo is None:
        raise FormularioIncompleto({"procedimiento": "no se abre solo; inícielo desde «Procedimientos»"})
    limpio = exigir_motivo(motivo)
    periodo = leer_periodo(tabla.ciclo, clave, hoy)
    natural = tabla.ciclo.natural(periodo)
    try:
        prevista = tabla.ciclo.apertura(periodo, nacional(ctx.s))
    except (CalendarioSinPublicar, PlazoInvalido):
        prevista = natural  # falta publicar ese año: se sabe el mes, no el día
    unidades = _unidades(ctx, tabla, periodo, unidad, acto)
    return _Pedido(tabla, periodo, unidades, prevista, limpio, acto)


def leer_periodo(ciclo: Ciclo, clave: str, hoy: date) -> Periodo:
    """El periodo, si es de ese ciclo y está a la vista. Lanza FormularioIncompleto."""
    try:
        periodo = Periodo.leer(clave)
    except PlazoInvalido as error:
        raise FormularioIncompleto({"periodo": str(error).rstrip(".")}) from error
    if periodo.cada is not ciclo.cada:
        raise FormularioIncompleto({"periodo": f"«{clave}» no es un periodo de este ciclo, que es {ciclo.cada}"})
    if not sumar_meses(hoy, -ALCANCE_MESES) <= ciclo.limite(periodo) or ciclo.natural(periodo) > sumar_meses(
        hoy, ALCANCE_MESES
    ):
        raise FormularioIncompleto({"periodo": f"«{clave}» queda a más de un año; elija uno de «Lo que viene»"})
    return periodo


def _unidades(ctx: Contexto, tabla: Tabla, periodo: Periodo, unidad: str | None, acto: str) -> tuple[str, ...]:
    ciclo = tabla.ciclo
    if ciclo is None or ciclo.grupo is None:
        if unidad:
            raise FormularioIncompleto({"unidad": "este procedimiento es uno para todos; no diga ninguna"})
        return (PARA_TODOS,)
    if unidad is not None:
        if not es_del_grupo(ctx.s, unidad, ciclo.grupo):
            raise FormularioIncompleto({"unidad": f"elija un {ciclo.grupo} activo de la lista"})
        return (unidad,)
    ya = _hechas(ctx.s, tabla.clave)
    faltan = tuple(u for u in destinos(ctx.s, ciclo) if (periodo.clave, u) not in ya)
    if not faltan:
        motivo = "ya se abrió o se dispensó para todas las unidades"
        raise ActoNoProcede(acto, motivo, "Recargue para ver cómo quedó.")
    return faltan


def _reservar(ctx: Contexto, pedido: _Pedido, unidad: str, estado: EstadoApertura) -> Apertura:
    fila = ganar(
        ctx.s,
        pedido.tabla,
        pedido.periodo,
        unidad,
        estado=estado,
        prevista=pedido.prevista,
        hecha=ctx.ahora,
        persona=ctx.quien.persona if ctx.quien else None,
        motivo=pedido.motivo,
    )
    if fila is not None:
        return fila
    hecha = ctx.s.get_one(Apertura, (pedido.tabla.clave, pedido.periodo.clave, unidad), populate_existing=True)
    cuando = f"{reloj.local(hecha.hecha):%Y-%m-%d}"
    para = f" para {unidad}" if unidad else ""
    if hecha.estado == EstadoApertura.DISPENSADA:
        motivo = f"se dispensó{para} el {cuando}: {hecha.motivo}"
        raise ActoNoProcede(pedido.acto, motivo.rstrip("."), "Si hace falta, inícielo a mano en «Procedimientos».")
    raise ActoNoProcede(pedido.acto, f"ya se abrió{para} el {cuando}, con el folio {hecha.folio}", "Siga ahí su curso.")
