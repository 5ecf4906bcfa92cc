"""Qué rige un día, con su gemela en la base; qué días quedan cubiertos por varias vigencias, y qué años se creen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import BindParameter, ColumnElement, bindparam, create_engine, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.oficios.titulares import Titularidad
from modelos.organizacion import vigencia_sql
from modelos.organizacion.vigencia import (
    cubiertos,
    dura_mas,
    falta_de_anio,
    ha_acabado,
    primer_descubierto,
    rige,
    se_enciman,
)
from tests.accesorios.tablas.fechas import fecha

AYER, HOY = fecha("jue 2026-11-19"), fecha("vie 2026-11-20")
MANANA, LUNES = fecha("sáb 2026-11-21"), fecha("lun 2026-11-23")
Vigencias = list[tuple[date, date | None]]
RAIZ = Path(__file__).parents[3]
AJENAS = ("modelos/calendario/", "modelos/tabla/", "modelos/tablero/", "modelos/bpmn/", "modelos/migraciones/")
"""Cuentan días hábiles, periodos o dibujos: ahí `desde` y `hasta` no son una vigencia."""


@pytest.mark.parametrize(
    ("desde", "hasta", "si"),
    [
        pytest.param(HOY, None, True, id="empieza-hoy-y-no-tiene-fin"),
        pytest.param(HOY, HOY, True, id="sólo-hoy"),
        pytest.param(AYER, HOY, True, id="hoy-es-su-último-día-y-cuenta"),
        pytest.param(AYER, MANANA, True, id="en-medio"),
        pytest.param(AYER, AYER, False, id="terminó-ayer"),
        pytest.param(MANANA, None, False, id="empieza-mañana"),
        pytest.param(MANANA, AYER, False, id="se-terminó-antes-de-empezar"),
        pytest.param(HOY, AYER, False, id="se-cortó-antes-de-regir"),
    ],
)
def test_rige_de_su_primer_dia_a_su_ultimo_inclusive(desde: date, hasta: date | None, si: bool) -> None:  # noqa: FBT001
    assert rige(desde, hasta, HOY) is si


def test_lo_que_ya_acabo_es_lo_que_tuvo_su_ultimo_dia_antes() -> None:
    assert [ha_acabado(hasta, HOY) for hasta in (AYER, HOY, MANANA, None)] == [True, False, False, False]


def test_dura_mas_lo_que_acaba_despues_y_sin_fin_es_lo_que_mas() -> None:
    assert [dura_mas(hasta, HOY) for hasta in (AYER, HOY, MANANA, None)] == [False, False, True, True]
    assert [dura_mas(hasta, None) for hasta in (HOY, None)] == [False, False]


def test_se_enciman_las_que_algun_dia_rigen_a_la_vez() -> None:
    dias = [AYER + timedelta(n) for n in range(5)]
    vigencias = [(a, b) for a, b in product(dias, [*dias, None]) if b is None or a <= b]
    for una, otra in product(vigencias, vigencias):
        juntas = any(rige(*una, dia) and rige(*otra, dia) for dia in dias)
        assert se_enciman(*una, *otra) is juntas, (una, otra)


@pytest.mark.parametrize("como", ["valor", "parametro"])
def test_la_base_responde_lo_mismo_que_la_regla(como: str) -> None:
    """Todas las combinaciones alrededor de hoy, con el día escrito y con el día como parámetro."""
    dias = [HOY + timedelta(n) for n in range(-3, 4)]
    base = create_engine("sqlite://")
    Titularidad.__table__.create(base)  # type: ignore[attr-defined]
    filas = dict(enumerate(product(dias, [*dias, None]), 1))
    with Session(base) as s:
        s.add_all(
            Titularidad(id=n, unidad="DSTC", persona_id=1, cargo="x", desde=desde, hasta=hasta)
            for n, (desde, hasta) in filas.items()
        )
        s.flush()

        def halladas(condicion: ColumnElement[bool], dia: date) -> set[int | None]:
            return set(s.scalars(select(col(Titularidad.id)).where(condicion), {"hoy": dia}))

        for dia in dias:
            en: date | BindParameter[date] = dia if como == "valor" else bindparam("hoy")
            desde, hasta = col(Titularidad.desde), col(Titularidad.hasta)
            assert halladas(vigencia_sql.rige(desde, hasta, en), dia) == {n for n, f in filas.items() if rige(*f, dia)}
            vivas = {n for n, (_, ultimo) in filas.items() if not ha_acabado(ultimo, dia)}
            assert halladas(vigencia_sql.no_ha_acabado(hasta, en), dia) == vivas
    base.dispose()


def test_nadie_vuelve_a_escribir_a_mano_lo_que_rige() -> None:
    """Estuvo escrita en quince sitios, tres de ellos sobre quién puede firmar: bastaba un `<` por un `<=`."""
    a_mano = []
    for piso in ("modelos", "tareas", "flujos", "api"):
        for archivo in sorted((RAIZ / piso).rglob("*.py")):
            camino = archivo.relative_to(RAIZ).as_posix()
            if not camino.startswith(AJENAS) and "organizacion/vigencia" not in camino:
                a_mano += [f"{camino}:{n}" for n in _vigencias_a_mano(ast.parse(archivo.read_text()))]
    assert not a_mano, f"use modelos.organizacion.vigencia, o vigencia_sql en una consulta: {a_mano}"


@pytest.mark.parametrize(
    "escrito",
    [
        "a.hasta is None or a.hasta >= hoy",
        "hasta is not None and hasta < hoy",
        "a.desde <= hoy and hoy <= a.hasta",
        "a.desde <= hoy <= a.hasta",
        "norma.vigente_desde <= en <= norma.vigente_hasta",
        "or_(col(A.hasta).is_(None), col(A.hasta) >= hoy)",
        "(col(A.desde) <= hoy) & (col(A.hasta) >= hoy)",
        "col(A.hasta).is_(None) | (col(A.hasta) >= hoy)",
    ],
)
def test_se_reconoce_lo_escrito_a_mano(escrito: str) -> None:
    assert list(_vigencias_a_mano(ast.parse(escrito)))


def _vigencias_a_mano(arbol: ast.AST) -> Iterator[int]:
    """Renglones con una condición que compara un último día y además pregunta si lo hay, o compara el primero."""
    for nodo in ast.walk(arbol):
        if isinstance(nodo, ast.Compare):
            partes = [_nombre(parte) for parte in (nodo.left, *nodo.comparators)]
            if len(partes) > 2 and partes[0].endswith("desde") and partes[-1].endswith("hasta"):
                yield nodo.lineno
        elif isinstance(nodo, ast.expr) and _junta(nodo):
            comparados = {nombre for c in ast.walk(nodo) if isinstance(c, ast.Compare) for nombre in _en_orden(c)}
            ultimo = {nombre for nombre in comparados if nombre.endswith("hasta")}
            if ultimo and (ultimo & set(_preguntados(nodo)) or any(n.endswith("desde") for n in comparados)):
                yield nodo.lineno


def _junta(nodo: ast.expr) -> bool:
    """`and`, `or`, `&`, `|`, `and_(…)`, `or_(…)`."""
    if isinstance(nodo, ast.BinOp):
        return isinstance(nodo.op, ast.BitAnd | ast.BitOr)
    return isinstance(nodo, ast.BoolOp) or (isinstance(nodo, ast.Call) and _nombre(nodo.func) in {"or_", "and_"})


def _en_orden(comparacion: ast.Compare) -> Iterator[str]:
    if any(isinstance(signo, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for signo in comparacion.ops):
        yield from (_nombre(parte) for parte in (comparacion.left, *comparacion.comparators))


def _preguntados(nodo: ast.AST) -> Iterator[str]:
    """Los que se comparan con None, o con `.is_(None)`."""
    for parte in ast.walk(nodo):
        if isinstance(parte, ast.Compare) and isinstance(parte.ops[0], ast.Is | ast.IsNot):
            yield _nombre(parte.left)
        elif isinstance(parte, ast.Call) and isinstance(parte.func, ast.Attribute) and parte.func.attr == "is_":
            yield _nombre(parte.func.value)


def _nombre(nodo: ast.AST) -> str:
    """El último nombre: de `fila.hasta` y de `col(Fila.hasta)`, «hasta»."""
    match nodo:
        case ast.Name(id=nombre) | ast.Attribute(attr=nombre):
            return nombre
        case ast.Call(func=ast.Name(id="col"), args=[cual]):
            return _nombre(cual)
    return ""


@pytest.mark.parametrize(
    ("antes", "despues", "descubierto"),
    [
        pytest.param([(HOY, None), (HOY, None)], [(HOY, None)], None, id="queda-otra-sin-fin"),
        pytest.param([(HOY, None), (HOY, MANANA)], [(HOY, MANANA)], date(2026, 11, 22), id="sólo-queda-hasta-mañana"),
        pytest.param([(HOY, LUNES), (HOY, MANANA)], [(HOY, LUNES)], None, id="queda-la-que-más-dura"),
        pytest.param([(HOY, None), (LUNES, None)], [(LUNES, None)], HOY, id="la-otra-aún-no-rige"),
        pytest.param([(HOY, None), (MANANA, None)], [(HOY, HOY), (MANANA, None)], None, id="una-releva-a-la-otra"),
        pytest.param([(HOY, HOY), (LUNES, None)], [(HOY, HOY)], LUNES, id="el-hueco-que-ya-había-no-cuenta"),
        pytest.param([(HOY, None)], [], HOY, id="nadie"),
        pytest.param([(date(2020, 1, 1), date(2025, 1, 1))], [], None, id="lo-que-ya-terminó-no-cuenta"),
        pytest.param([], [], None, id="no-había-nadie"),
    ],
)
def test_se_halla_el_primer_dia_que_se_quedaria_sin_nadie(
    antes: Vigencias, despues: Vigencias, descubierto: date | None
) -> None:
    assert primer_descubierto(cubiertos(antes, HOY), cubiertos(despues, HOY)) == descubierto


@pytest.mark.parametrize("anio", [1, 1800, 1999, 2101, 9999])
def test_un_anio_que_nadie_quiso_escribir_no_se_cree(anio: int) -> None:
    assert falta_de_anio(date(anio, 1, 1)) == "revise el año: va de 2000 a 2100"


def test_los_anios_de_este_siglo_y_la_fecha_vacia_se_creen() -> None:
    assert [falta_de_anio(d) for d in (None, date(2000, 1, 1), date(2100, 12, 31))] == ["", "", ""]
