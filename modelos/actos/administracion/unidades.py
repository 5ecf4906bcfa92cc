"""Lo que la administración hace con las unidades: dar de alta un CAST, corregir nombres, dar de baja. Nada se borra."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from modelos import reloj
from modelos.actos.administracion.personas import autor_de
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import sin_nadie
from modelos.administracion.quien_administra import LLAVE
from modelos.columnas import de_los
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste
from modelos.escritura import en_un_renglon, limpiar_texto
from modelos.expedientes.expediente import ABIERTOS, Turno
from modelos.organizacion.cambios import Cosa, anotar, foto
from modelos.organizacion.organigrama import Unidad, crear_cast, estatales, falta_de_nombre, faltas_de_cast
from modelos.organizacion.vigencia import faltas_de_anio
from modelos.sesion import serializar
from modelos.tabla.formularios import exigir_motivo
from modelos.tabla.unidades import TipoUnidad

LARGO_FUENTE = 300


def alta_cast(ctx: Contexto, clave: str, nombre: str, depende_de: str, motivo: str = "") -> Unidad:
    """Da de alta un CAST. Lanza NoLeCorresponde, FormularioIncompleto, DatoRepetido."""
    autor = autor_de(ctx, "dar de alta un CAST")
    limpio = en_un_renglon("nombre", nombre)
    serializar(ctx.s, LLAVE)  # dos altas a la vez con la misma clave: la segunda la encuentra
    unidad = crear_cast(ctx.s, clave=clave.strip().upper(), nombre=limpio, depende_de=depende_de.strip())
    anotar(ctx.s, Cosa.UNIDAD, unidad.clave, {}, unidad, autor, ctx.ahora, motivo=motivo)
    return unidad


def corregir_unidad(ctx: Contexto, clave: str, campos: Mapping[str, str], *, confirmada: bool = False) -> Unidad:
    """Corrige la denominación, y de un CAST de qué unidad depende; los turnos ya repartidos no se mueven.

    campos: `nombre`, `depende_de` (sólo CAST; sin él, la que tiene), `fuente` (dónde consta).
    confirmada: el nombre deja de estar por confirmar.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto.
    """
    autor = autor_de(ctx, "corregir una unidad")
    unidad = _unidad(ctx, clave)
    nombre = en_un_renglon("nombre", campos.get("nombre", ""))
    fuente = limpiar_texto("fuente", campos.get("fuente", "")).strip()
    depende_de = unidad.depende_de
    if unidad.tipo == TipoUnidad.CAST.value:
        depende_de = campos.get("depende_de", "").strip() or depende_de
        faltas = faltas_de_cast(clave, nombre, depende_de or "", estatales(ctx.s))
        faltas.pop("clave", None)
    else:
        faltas = {"nombre": falta} if (falta := falta_de_nombre(nombre)) else {}
    if not 1 <= len(fuente) <= LARGO_FUENTE:
        faltas["fuente"] = f"escriba dónde consta, en {LARGO_FUENTE} caracteres o menos"
    if faltas:
        raise FormularioIncompleto(faltas)
    antes = foto(unidad)
    unidad.nombre, unidad.depende_de = nombre, depende_de
    unidad.por_confirmar = unidad.por_confirmar and not confirmada
    ctx.s.flush()
    anotar(ctx.s, Cosa.UNIDAD, clave, antes, unidad, autor, ctx.ahora, fuente=fuente)
    return unidad


def baja_unidad(ctx: Contexto, clave: str, desde: date, motivo: str, vistos: int) -> Unidad:
    """Deja de repartirle turnos a un CAST. Los que tiene abiertos siguen siendo suyos, y su personal los atiende.

    desde: el día en que dejó de operar, hoy o antes. vistos: cuántos turnos abiertos se le dijo a quien decide.

    Lanza:
        NoLeCorresponde, NoExiste, FormularioIncompleto.
        ActoNoProcede: no es un CAST, ya estaba de baja, o hay más turnos abiertos que los vistos.
    """
    autor = autor_de(ctx, "dar de baja un CAST")
    unidad = _unidad(ctx, clave)
    if unidad.tipo != TipoUnidad.CAST.value:
        raise ActoNoProcede("la baja", f"{clave} es una unidad que nombran las tablas", "Sólo se da de baja un CAST.")
    if not unidad.activa:
        raise ActoNoProcede("la baja", f"{clave} ya no está activa", "Recargue para ver desde cuándo.")
    if faltas := faltas_de_anio(desde=desde):
        raise FormularioIncompleto(faltas)
    if desde > reloj.hoy():
        raise FormularioIncompleto({"desde": "todavía no llega; dé la baja ese día"})
    limpio = exigir_motivo(motivo)
    abiertos = turnos_abiertos(ctx, clave)
    if abiertos > vistos:
        cuantos = f"{clave} tiene {abiertos} {'turno abierto' if abiertos == 1 else 'turnos abiertos'}"
        if sin_nadie.de_unidad(ctx.s, clave, reloj.hoy()):
            cuantos += " y a nadie que los atienda"
        raise ActoNoProcede("la baja sin verlos", cuantos, "Revíselos y marque que los vio.")
    antes = foto(unidad)
    unidad.activa = False
    ctx.s.flush()
    anotar(ctx.s, Cosa.UNIDAD, clave, antes, unidad, autor, ctx.ahora, motivo=limpio, baja_desde=desde.isoformat())
    return unidad


def reactivar_unidad(ctx: Contexto, clave: str, motivo: str) -> Unidad:
    """Vuelve a repartirle turnos. Lanza NoLeCorresponde, NoExiste, FormularioIncompleto, ActoNoProcede."""
    autor = autor_de(ctx, "reactivar un CAST")
    unidad, limpio = _unidad(ctx, clave), exigir_motivo(motivo)
    if unidad.activa:
        raise ActoNoProcede("reactivarla", f"{clave} está activa", "Recargue para ver cómo quedó.")
    antes = foto(unidad)
    unidad.activa = True
    ctx.s.flush()
    anotar(ctx.s, Cosa.UNIDAD, clave, antes, unidad, autor, ctx.ahora, motivo=limpio)
    return unidad


def turnos_abiertos(ctx: Contexto, clave: str) -> int:
    """Cuántos turnos tiene sin atender la unidad."""
    suyos = select(func.count()).where(col(Turno.unidad) == clave, de_los(col(Turno.estado), ABIERTOS))
    return ctx.s.scalar(suyos) or 0


def _unidad(ctx: Contexto, clave: str) -> Unidad:
    """Reservada en esta transacción."""
    consulta = select(Unidad).where(col(Unidad.clave) == clave).with_for_update(key_share=True)
    unidad = ctx.s.scalar(consulta.execution_options(populate_existing=True))
    if unidad is None:
        raise NoExiste("la unidad", clave)
    return unidad
