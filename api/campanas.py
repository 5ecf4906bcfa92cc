"""Revisar y lanzar una campaña, igual para la API que para las páginas."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.dependencias import Puerta
from modelos import reloj
from modelos.actos.conduccion import campanas
from modelos.actos.conduccion.campanas import Abierta
from modelos.actos.turnos.advertencias import por_confirmar, vencidos
from modelos.actos.turnos.atender import persona_que_actua
from modelos.calendario.errores import PlazoInvalido
from modelos.ciclos import campanas as consultas_campanas
from modelos.ciclos.campanas import EN_CURSO, Miembro
from modelos.errores import (
    BaseInaccesible,
    BaseSinPreparar,
    ClaveRepetida,
    ErrorGestion,
    FaltaConfirmar,
    FormularioIncompleto,
    NoExiste,
    NoLeCorresponde,
)
from modelos.organizacion.errores import SinSesion
from modelos.organizacion.permisos import Quien
from modelos.tabla import Tabla
from modelos.tabla.periodo import Periodo

LOTE = 60
"""Cuántos se abren por envío: lo que falte se sigue con otro igual, y nadie espera más de unos segundos."""


@dataclass(frozen=True)
class RevisionDeCampana:
    """Lo que hará una campaña, ya revisado: a quiénes se les abrirá y a quiénes no, con por qué.

    falta: lo que falta confirmar, que algún plazo de ese periodo ya venció; None si nada.
    """

    asunto: str
    datos: dict[str, Any]
    periodo: str
    abrir: list[Miembro]
    saltar: list[tuple[Miembro, str, str]]
    falta: FaltaConfirmar | None


@dataclass(frozen=True)
class Lanzamiento:
    """Lo que dejó un envío: lo que se abrió, lo que no se pudo y cuántas faltan."""

    abiertas: list[Abierta] = field(default_factory=list)
    fallas: list[tuple[str, str]] = field(default_factory=list)
    quedan: int = 0


def mirable(puerta: Puerta, quien: Quien, clave: str, periodo: str) -> Tabla:
    """La tabla de esa campaña, si quien pregunta puede verla entera.

    Lanza:
        ProcedimientoDesconocido, NoLeCorresponde; NoExiste: no se lleva por unidad, o no por periodo.
    """
    tabla = puerta.tablas.vigente(clave, reloj.hoy())
    if consultas_campanas.reparte(tabla) is None or consultas_campanas.con_periodo(tabla) == (periodo == EN_CURSO):
        raise NoExiste("la campaña", f"{clave} {periodo}")
    if not campanas.puede_mirar(quien, tabla):
        raise NoLeCorresponde(f"ver la campaña de «{tabla.nombre}»", f"la coordinación de la {tabla.duena}")
    return tabla


def es_periodo(tabla: Tabla, periodo: str) -> bool:
    """Si puede ser un periodo de ese procedimiento, tenga o no expedientes."""
    try:
        leido = Periodo.leer(periodo)
    except PlazoInvalido:
        return False
    return tabla.ciclo is None or leido.cada is tabla.ciclo.cada


def lanzable(puerta: Puerta, quien: Quien, clave: str) -> Tabla:
    """La tabla vigente, si quien pregunta puede lanzarla. Lanza lo que `mirable`."""
    tabla = puerta.tablas.vigente(clave, reloj.hoy())
    if consultas_campanas.reparte(tabla) is None:
        raise NoExiste("la campaña", tabla.nombre)
    if not campanas.puede_lanzar(quien, tabla):
        raise NoLeCorresponde(f"lanzar «{tabla.nombre}»", f"la coordinación de la {tabla.duena}")
    return tabla


def revisar(
    puerta: Puerta,
    clave: str,
    asunto: str,
    datos: dict[str, Any],
    elegidas: Collection[str] | None,
    confirmadas: Collection[str],
) -> RevisionDeCampana:
    """Lo que haría. elegidas: las unidades; None: todas las activas del grupo.

    Lanza:
        FormularioIncompleto: con todo lo que falte. Lo que `lanzable`.
    """
    with puerta.lectura() as (s, quien):
        tabla = lanzable(puerta, quien, clave)
        reparto = consultas_campanas.reparte(tabla)
        todas = consultas_campanas.miembros(s, reparto.grupo) if reparto else []
        suyas, faltan = _elegidas(todas, elegidas)
        limpio = _asunto_de(tabla, asunto, datos, todas[0].clave if todas else "-", faltan)
        periodo = campanas.periodo_de(tabla, datos)
        saltos = consultas_campanas.saltos(s, tabla, periodo, [m.clave for m in suyas])
        tarde = vencidos(s, tabla, datos, reloj.ahora())
    por_abrir = [m for m in suyas if m.clave not in saltos]
    saltar = [(m, *saltos[m.clave]) for m in suyas if m.clave in saltos]
    falta = por_confirmar(tarde, confirmadas) if por_abrir else None
    return RevisionDeCampana(limpio, datos, periodo, por_abrir, saltar, falta)


def abrir(
    puerta: Puerta, clave: str, ficha: str, revision: RevisionDeCampana, confirmadas: Collection[str]
) -> Lanzamiento:
    """Cada uno en su transacción; lo de una unidad no detiene a las demás. ficha: repetirla no abre de más."""
    hecho = Lanzamiento(quedan=max(0, len(revision.abrir) - LOTE))
    for miembro in revision.abrir[:LOTE]:
        pedido = (revision.asunto, revision.datos, miembro.clave, ficha, confirmadas)
        try:
            with puerta.acto() as ctx:
                una = campanas.abrir_una(ctx, lanzable(puerta, persona_que_actua(ctx), clave), *pedido)
        except (SinSesion, NoLeCorresponde, BaseInaccesible, BaseSinPreparar):
            raise
        except ClaveRepetida:
            hecho.fallas.append((miembro.clave, "esta página ya lo abrió con otros datos"))
        except ErrorGestion as error:
            hecho.fallas.append((miembro.clave, str(error)))
        else:
            if una.folio:
                hecho.abiertas.append(una)
    return hecho


def _asunto_de(tabla: Tabla, asunto: str, datos: dict[str, Any], muestra: str, faltan: dict[str, str]) -> str:
    """El asunto limpio, si lo capturado sirve. muestra: una unidad con que probarlo.

    Lanza:
        FormularioIncompleto: con lo que le falte y lo que ya faltaba.
    """
    try:
        limpio = campanas.exigir_datos(tabla, asunto, datos, muestra)
    except FormularioIncompleto as error:
        raise FormularioIncompleto({**error.campos, **faltan}) from error
    if faltan:
        raise FormularioIncompleto(faltan)
    return limpio


def _elegidas(todas: Sequence[Miembro], elegidas: Collection[str] | None) -> tuple[list[Miembro], dict[str, str]]:
    """Las que se pidieron, en el orden de siempre, y lo que falte decir de ellas."""
    if elegidas is None:
        return list(todas), {}
    ajenas = sorted(set(elegidas) - {m.clave for m in todas})
    if ajenas:
        return [], {"unidades": f"no son unidades activas de este grupo: {', '.join(ajenas[:5])}"}
    suyas = [m for m in todas if m.clave in elegidas]
    return suyas, {} if suyas else {"unidades": "elija al menos una"}
