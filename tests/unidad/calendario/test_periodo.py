"""Periodos y ciclos: cuándo se abre cada uno, y que ninguno falte ni sobre."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelos.calendario import Ambito, DiasInstitucionales, TipoDia, publicados
from modelos.calendario.errores import CalendarioSinPublicar, PlazoInvalido
from modelos.tabla.periodo import MESES, PATRONES, Cada, Ciclo, Periodo, nombre_periodo
from tests.accesorios.tablas.fechas import fecha

fechas = st.dates(date(2025, 1, 1), date(2040, 12, 31))
ciclos = st.builds(
    Ciclo, cada=st.sampled_from(Cada), desfase=st.integers(-12, 6), dura=st.integers(1, 12), fundamento=st.just("x")
)


def ciclo(cada: Cada, desfase: int, dura: int = 1) -> Ciclo:
    return Ciclo(cada, desfase, dura, "Prueba")


@pytest.mark.parametrize(
    ("clave", "inicio", "fin"),
    [
        ("2028", "2028-01-01", "2028-12-31"),
        ("2027-S1", "2027-01-01", "2027-06-30"),
        ("2027-S2", "2027-07-01", "2027-12-31"),
        ("2027-T3", "2027-07-01", "2027-09-30"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("2027-12", "2027-12-01", "2027-12-31"),
    ],
)
def test_un_periodo_se_escribe_como_se_dice(clave: str, inicio: str, fin: str) -> None:
    periodo = Periodo.leer(clave)
    assert periodo.clave == clave
    assert (periodo.ventana.inicio.isoformat(), periodo.ventana.fin.isoformat()) == (inicio, fin)


@pytest.mark.parametrize(
    "malo",
    ["", "27", "1999", "2027-13", "2027-00", "2027-1", "2027-S3", "2027-T0", "2027-T5", "2027-t1", " 2027", "2027\n"],
)
def test_lo_que_no_es_un_periodo_se_rechaza(malo: str) -> None:
    with pytest.raises(PlazoInvalido):
        Periodo.leer(malo)


@pytest.mark.parametrize(
    ("que", "clave", "abre"),
    [
        pytest.param(ciclo(Cada.ANUAL, -9), "2028", "jue 2027-04-01", id="abril-del-anio-anterior"),
        pytest.param(ciclo(Cada.ANUAL, -9), "2029", "lun 2028-04-03", id="el-1-y-el-2-son-fin-de-semana"),
        pytest.param(ciclo(Cada.ANUAL, -8), "2028", "lun 2027-05-03", id="el-1-de-mayo-es-sabado"),
        pytest.param(ciclo(Cada.MENSUAL, 0), "2027-01", "lun 2027-01-04", id="salta-anio-nuevo-y-fin-de-semana"),
        pytest.param(ciclo(Cada.MENSUAL, 0), "2027-02", "mar 2027-02-02", id="salta-el-lunes-de-la-constitucion"),
        pytest.param(ciclo(Cada.TRIMESTRAL, 3), "2027-T1", "jue 2027-04-01", id="al-terminar-el-trimestre"),
        pytest.param(ciclo(Cada.SEMESTRAL, 0), "2027-S2", "jue 2027-07-01", id="semestre"),
        pytest.param(ciclo(Cada.TRIMESTRAL, 3), "2026-T4", "lun 2027-01-04", id="el-desfase-cruza-de-anio"),
    ],
)
def test_se_abre_el_primer_dia_habil_de_su_mes(que: Ciclo, clave: str, abre: str) -> None:
    assert que.apertura(Periodo.leer(clave)) == fecha(abre)


def test_un_dia_institucional_mueve_la_apertura() -> None:
    paro = DiasInstitucionales(
        date(2027, 4, 1), date(2027, 4, 2), TipoDia.SUSPENSION, "Prueba", "Prueba", Ambito.NACIONAL
    )
    con_paro = publicados().con((paro,))
    assert ciclo(Cada.ANUAL, -9).apertura(Periodo.leer("2028"), con_paro) == fecha("lun 2027-04-05")


def test_sin_calendario_publicado_no_se_inventa_la_fecha() -> None:
    with pytest.raises(CalendarioSinPublicar):
        ciclo(Cada.ANUAL, 0).apertura(Periodo(Cada.ANUAL, 2099))


def test_la_ventana_dura_meses_completos() -> None:
    planeacion = ciclo(Cada.ANUAL, -9, dura=4)
    assert planeacion.limite(Periodo.leer("2028")) == fecha("sáb 2027-07-31")


@given(ciclos, fechas, st.integers(0, 800))
def test_ningun_periodo_sale_dos_veces_y_van_en_orden(que: Ciclo, desde: date, dias: int) -> None:
    previstos = list(que.periodos(desde, desde + timedelta(dias)))
    claves = [periodo.clave for periodo in previstos]
    assert len(claves) == len(set(claves))
    assert [que.natural(p) for p in previstos] == sorted(que.natural(p) for p in previstos)


@given(ciclos, st.integers(2026, 2038))
def test_en_un_anio_tocan_tantos_periodos_como_caben(que: Ciclo, anio: int) -> None:
    previstos = list(que.periodos(date(anio, 1, 1), date(anio, 12, 31)))
    assert len(previstos) == 12 // MESES[que.cada]
    assert all(que.natural(periodo).year == anio for periodo in previstos)


@given(ciclos, fechas, st.integers(1, 700))
def test_partir_el_tramo_por_meses_da_los_mismos(que: Ciclo, desde: date, dias: int) -> None:
    """Barrer cada día, o de golpe tras estar apagado, abre lo mismo."""
    hasta = desde + timedelta(dias)
    enteros = {periodo.clave for periodo in que.periodos(desde, hasta)}
    por_dia = {p.clave for n in range(dias + 1) for p in que.periodos(desde + timedelta(n), desde + timedelta(n))}
    assert por_dia == enteros


@given(st.integers(2026, 2038))
def test_los_mensuales_cubren_todo_el_anio_sin_encimarse(anio: int) -> None:
    meses = list(ciclo(Cada.MENSUAL, 0).periodos(date(anio, 1, 1), date(anio, 12, 31)))
    dias = [m.ventana.inicio + timedelta(n) for m in meses for n in range((m.ventana.fin - m.ventana.inicio).days + 1)]
    assert dias == [date(anio, 1, 1) + timedelta(n) for n in range((date(anio + 1, 1, 1) - date(anio, 1, 1)).days)]


@given(st.sampled_from(Cada), st.integers(2000, 2099), st.integers(1, 12))
def test_lo_que_se_escribe_se_lee_igual_y_solo_con_su_patron(cada: Cada, anio: int, numero: int) -> None:
    periodo = Periodo(cada, anio, (numero - 1) % (12 // MESES[cada]) + 1)
    assert Periodo.leer(periodo.clave) == periodo
    assert [c for c, patron in PATRONES.items() if re.fullmatch(patron, periodo.clave)] == [cada]


@pytest.mark.parametrize(
    ("clave", "nombre"),
    [
        ("2028", "2028"),
        ("2027-S2", "segundo semestre de 2027"),
        ("2027-T1", "primer trimestre de 2027"),
        ("2027-05", "mayo de 2027"),
    ],
)
def test_un_periodo_se_lee_en_espanol(clave: str, nombre: str) -> None:
    assert nombre_periodo(Periodo.leer(clave)) == nombre


@pytest.mark.parametrize(
    ("clave", "cierra"), [("2027-03", True), ("2027-04", False), ("2027-T1", True), ("2028", True)]
)
def test_cierra_trimestre_el_que_termina_con_el(clave: str, *, cierra: bool) -> None:
    assert Periodo.leer(clave).cierra_trimestre is cierra
