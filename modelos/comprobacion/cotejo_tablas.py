"""Cotejar las tablas del programa con las que esta base publicó, y con lo que se abrió con ellas (ADR 0035).

Lo que no cuadra no deja arrancar, o queda en cuarentena: el expediente se mira, pero nadie actúa sobre él hasta que
su tabla vuelva. Cotejar otra vez con la tabla repuesta lo saca de ahí.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.comprobacion.reproduccion import reproducir, revisar_cadena
from modelos.comprobacion.verificacion import publicados
from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import EN_TRAMITE, Encargo, Expediente
from modelos.expedientes.tablas_publicadas import (
    LARGO_MOTIVO,
    OTRO_FORMATO,
    PRIMERA_VEZ,
    SIN_USAR,
    Clave,
    TablaPublicada,
    en_uso,
    por_version,
    publicadas,
    registrar,
)
from modelos.sesion import lectura, transaccion
from modelos.tabla import Catalogo, Tabla
from modelos.tabla.errores import BitacoraIncongruente, TablaInvalida, TablasAlteradas
from modelos.tabla.huella import contenido, diferencias, huella

registro = logging.getLogger(__name__)
A_LA_VISTA = 5
QUE_HACER = "Avise a quien administra el sistema: debe reponer la tabla como se publicó y volver a arrancar."


@dataclass(frozen=True)
class Cotejo:
    """Qué no cuadró: tablas (frases) y expedientes que no se reproducen, con su motivo."""

    tablas: tuple[str, ...] = ()
    expedientes: tuple[tuple[str, str], ...] = ()

    @property
    def faltas(self) -> list[str]:
        """Todo, en frases."""
        casos = [f"{folio}: {motivo}" for folio, motivo in self.expedientes[:A_LA_VISTA]]
        if (mas := len(self.expedientes) - A_LA_VISTA) > 0:
            casos.append(f"y {mas} expedientes más")
        return [*self.tablas, *casos]


def cotejar(url: str, tablas: Catalogo, *, cuarentena: bool) -> Cotejo:
    """Coteja las huellas, reproduce lo que está en trámite y registra lo que se publica por primera vez.

    cuarentena: qué hacer con lo que no cuadre; si no, no se arranca.

    Lanza:
        TablasAlteradas: algo no cuadra y no se pidió cuarentena; no se cambió nada.
        BaseInaccesible, BaseSinPreparar.
    """
    rotos = tuple(_irreproducibles(url, tablas))
    with transaccion(url) as s:
        cotejo = Cotejo(tuple(_distintas(s, tablas)), tuple((e.folio, motivo) for e, motivo in rotos))
        if cotejo.faltas and not cuarentena:
            raise TablasAlteradas(cotejo.faltas)
        _registrar(s, tablas, {(e.procedimiento, e.version) for e, _ in rotos})
        _separar(s, dict(cotejo.expedientes))
    for falta in cotejo.faltas:
        registro.warning("tablas: %s", falta)
    return cotejo


def comparar(url: str, tablas: Catalogo) -> list[str]:
    """Qué versiones usadas no son las que se publicaron, en frases; sin escribir ni reproducir nada: es para arrancar.

    Lanza:
        BaseInaccesible, BaseSinPreparar.
    """
    with lectura(url) as s:
        return list(_distintas(s, tablas))


def aceptar(url: str, tablas: Catalogo, clave: str, version: str, motivo: str) -> list[str]:
    """Da por buena una versión como es ahora; devuelve qué cambió. Exige que todo lo abierto con ella se reproduzca.

    Lanza:
        ProcedimientoDesconocido: no está en el catálogo.
        FormularioIncompleto: falta el motivo. TablaInvalida: no cambió nada, o algo no se reproduce.
    """
    tabla = tablas.version(clave, version)
    motivo = limpiar_texto("motivo", motivo).strip()
    if not 1 <= len(motivo) <= LARGO_MOTIVO:
        raise FormularioIncompleto({"motivo": f"diga por qué no rompe nada, en {LARGO_MOTIVO} caracteres o menos"})
    with transaccion(url) as s:
        previa = publicadas(s).get((clave, version))
        cambios = diferencias(previa.dicho, contenido(tabla)) if previa else []
        if not cambios:
            raise TablaInvalida(clave, [f"la versión {version} es la que se publicó: no hay cambio que aceptar"])
        de_ella = select(Expediente).where(col(Expediente.procedimiento) == clave, col(Expediente.version) == version)
        rotos = [f"{e.folio} no se reproduce: {m}" for e in s.scalars(de_ella) if (m := _motivo(s, tablas, e))]
        if rotos:
            raise TablaInvalida(clave, [*rotos[:A_LA_VISTA], f"son {len(rotos)}: publíquela como versión nueva"])
        registrar(s, tabla, previa, motivo, reloj.ahora())
    return cambios


# --- piezas --------------------------------------------------------------------


def _distintas(s: Session, tablas: Catalogo) -> Iterator[str]:
    """Una frase por cada versión con que se abrió algo y que cambió o falta."""
    antes, de_ahora = publicadas(s), por_version(tablas)
    for clave, cuantos in sorted(en_uso(s).items()):
        if clave not in de_ahora:
            yield f"«{clave[0]}» del {clave[1]} ya no está en el catálogo, y {_con_ella(cuantos)}"
        elif (previa := antes.get(clave)) and previa.comparable and previa.huella != huella(contenido(de_ahora[clave])):
            yield _cambio(de_ahora[clave], previa, cuantos)


def _registrar(s: Session, tablas: Catalogo, rotas: Collection[Clave]) -> None:
    """Anota lo que esta base no conocía, y lo que cambió sin que nadie lo hubiera usado.

    rotas: versiones con expedientes que no se reproducen; lo que hay ahora no es con lo que se abrieron.
    """
    antes, usos, ahora = publicadas(s), en_uso(s), reloj.ahora()
    for clave, tabla in por_version(tablas).items():
        previa = antes.get(clave)
        if clave in rotas or (previa is not None and previa.huella == huella(contenido(tabla))):
            continue
        if previa is None:
            registrar(s, tabla, previa, PRIMERA_VEZ, ahora)
        elif not previa.comparable:
            registrar(s, tabla, previa, OTRO_FORMATO, ahora)
        elif clave not in usos:
            registrar(s, tabla, previa, SIN_USAR, ahora)


def _cambio(tabla: Tabla, previa: TablaPublicada, cuantos: tuple[int, int]) -> str:
    cambios = "; ".join(diferencias(previa.dicho, contenido(tabla)))
    return f"«{tabla.clave}» del {tabla.version} no es la que se publicó ({cambios}), y {_con_ella(cuantos)}"


def _con_ella(cuantos: tuple[int, int]) -> str:
    todos, vivos = cuantos
    que = "se abrió 1 expediente" if todos == 1 else f"se abrieron {todos} expedientes"
    return f"con ella {que}, {vivos} en trámite"


def _irreproducibles(url: str, tablas: Catalogo) -> Iterator[tuple[Expediente, str]]:
    """Los expedientes en trámite que no se reproducen, con su motivo. Una lectura cada uno: no se retiene la base."""
    with lectura(url) as s:
        folios = s.scalars(
            select(col(Expediente.folio)).where(col(Expediente.estado).in_(EN_TRAMITE)).order_by(col(Expediente.folio))
        ).all()
    for folio in folios:
        with lectura(url) as s:
            expediente = s.get_one(Expediente, folio)
            motivo = _motivo(s, tablas, expediente)
        if motivo:
            yield expediente, motivo


def _motivo(s: Session, tablas: Catalogo, expediente: Expediente) -> str:
    """Por qué no se reproduce con su tabla; vacío si se reproduce, o si lo roto es su cadena y no la tabla."""
    folio = expediente.folio
    asientos = publicados(s, folio)
    if not asientos or revisar_cadena(asientos):
        registro.error("%s tiene rota su bitácora: vea ./dstc bitacora verificar %s", folio, folio)
        return ""
    if tablas.para_ver(expediente).ausente:
        return f"«{expediente.procedimiento}» del {expediente.version} ya no está en el catálogo"
    try:
        caso = reproducir(tablas, asientos)
    except BitacoraIncongruente as error:
        return str(error).rstrip(".")
    if caso.situacion.a_json() != expediente.situacion:
        return "reproducir su bitácora con la tabla de ahora deja otros pendientes"
    return ""


def _separar(s: Session, rotos: dict[str, str]) -> None:
    """Pone en cuarentena los que no se reproducen y saca a los que ya sí."""
    for expediente in s.scalars(select(Expediente).where(col(Expediente.cuarentena).is_not(None))):
        if expediente.folio not in rotos:
            expediente.cuarentena = None
            expediente.detenido = _tiene_incidentes(s, expediente.folio)
    for folio, motivo in rotos.items():
        expediente = s.get_one(Expediente, folio)
        expediente.cuarentena = f"No se puede reproducir con su tabla de ahora: {motivo}. {QUE_HACER}"
        expediente.detenido = True


def _tiene_incidentes(s: Session, folio: str) -> bool:
    agotados = select(func.count()).where(
        col(Encargo.folio) == folio, col(Encargo.hecho).is_(None), col(Encargo.error).is_not(None)
    )
    return bool(s.scalar(agotados))
