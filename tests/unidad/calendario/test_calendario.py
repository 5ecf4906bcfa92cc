"""¿Las reglas de cómputo son leyes? Propiedades para cualquier fecha, y cada falta con su mensaje."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelos import reloj
from modelos.calendario import (
    PERFILES,
    Ampliacion,
    Computo,
    DiasInstitucionales,
    Horario,
    Medida,
    Suspension,
    TipoDia,
    Ventana,
    computar,
    computar_ventana,
    duracion,
    publicados,
    quincena,
    semestre,
    sumar_meses,
    transcurridos,
    ultimo_habil,
)
from modelos.calendario.errores import (
    AmpliacionExcesiva,
    PlazoInvalido,
)
from tests.accesorios.tablas.fechas import fecha
from tests.accesorios.tablas.recorridos import RAPIDO

DIAS = st.dates(date(2025, 1, 2), date(2027, 6, 30))
CUANTOS = st.integers(1, 120)
PERFIL = st.sampled_from(tuple(PERFILES))
MEDIDAS = st.sampled_from([Medida.HABILES, Medida.NATURALES])


def _tramo(inicio: date, dias: int, tipo: TipoDia) -> DiasInstitucionales:
    return DiasInstitucionales(inicio, inicio + timedelta(dias - 1), tipo, "Prueba", "Acuerdo de prueba")


# --- leyes ---------------------------------------------------------------------


@RAPIDO
@given(DIAS, CUANTOS, PERFIL)
def test_contar_deshace_lo_que_se_suma_y_vence_en_habil(dia: date, n: int, perfil: str) -> None:
    cal = publicados()[perfil]
    vence = cal.sumar(dia, n)
    assert cal.contar(dia, vence) == n
    assert cal.es_habil(vence)
    assert len(cal.habiles_entre(dia, vence)) == n


@RAPIDO
@given(DIAS, CUANTOS, PERFIL, st.booleans())
def test_dias_contados_y_saltados_suman_los_naturales(dia: date, n: int, perfil: str, es_recepcion: bool) -> None:  # noqa: FBT001
    c = computar(dia, n, perfil=perfil, es_recepcion=es_recepcion)
    assert (c.vence - c.recibido).days == n + len(c.saltados)
    assert c.recibido < c.dia_1 <= c.vence
    assert not any(publicados()[perfil].es_habil(saltado.fecha) for saltado in c.saltados)


@RAPIDO
@given(DIAS, DIAS, CUANTOS, CUANTOS, PERFIL, MEDIDAS)
def test_mas_tarde_o_mas_dias_nunca_vence_antes(
    uno: date, otro: date, n: int, m: int, perfil: str, medida: Medida
) -> None:
    antes = computar(min(uno, otro), min(n, m), medida, perfil=perfil)
    despues = computar(max(uno, otro), max(n, m), medida, perfil=perfil)
    assert antes.vence <= despues.vence
    assert antes.conservador <= despues.conservador


@RAPIDO
@given(DIAS, st.integers(1, 18), st.sampled_from([Medida.HABILES, Medida.NATURALES, Medida.MESES]))
def test_el_conservador_es_el_menor_de_los_cuatro_y_f_nunca_es_menor(dia: date, n: int, medida: Medida) -> None:
    por_perfil = {perfil: computar(dia, n, medida, perfil=perfil) for perfil in PERFILES}
    vencimientos = {perfil: c.vence for perfil, c in por_perfil.items()}
    for c in por_perfil.values():
        assert c.conservador == min(vencimientos.values())
        assert c.por_perfil == vencimientos
    assert vencimientos["F"] == max(vencimientos.values())


@RAPIDO
@given(DIAS, CUANTOS, DIAS, st.integers(1, 40))
def test_las_vacaciones_nunca_adelantan_y_habilitar_nunca_atrasa(dia: date, n: int, inicio: date, dura: int) -> None:
    base = computar(dia, n).vence
    cerrado = publicados().con([_tramo(inicio, dura, TipoDia.VACACIONES)])
    abierto = publicados().con([_tramo(inicio, dura, TipoDia.HABILITADO)])
    assert computar(dia, n, calendarios=abierto).vence <= base <= computar(dia, n, calendarios=cerrado).vence
    assert not any(cal.es_habil(inicio) for cal in cerrado.todos)
    assert all(cal.es_habil(inicio) for cal in abierto.todos)
    assert len({publicados().version, cerrado.version, abierto.version}) == 3


@RAPIDO
@given(DIAS, st.integers(10, 90), st.integers(0, 8), st.integers(0, 60), PERFIL)
def test_la_suspension_recorre_exactamente_los_habiles_suspendidos(
    dia: date, n: int, corridos: int, dura: int, perfil: str
) -> None:
    cal = publicados()[perfil]
    libre = computar(dia, n, perfil=perfil)
    alto = cal.sumar(libre.recibido, corridos) if corridos else libre.recibido
    contesta = cal.siguiente_o_igual(alto + timedelta(dura))
    c = computar(dia, n, perfil=perfil, suspensiones=[Suspension(alto, contesta, "prevención")])
    assert cal.contar(libre.vence, c.vence) == cal.contar(alto, contesta)
    assert (c.vence - c.recibido).days == n + len(c.saltados)
    assert transcurridos(c.recibido, alto, perfil=perfil) == corridos


@RAPIDO
@given(DIAS, st.integers(1, 18), PERFIL)
def test_un_mes_despues_es_el_mismo_numero_o_el_primer_habil_del_siguiente(dia: date, n: int, perfil: str) -> None:
    c = computar(dia, n, Medida.MESES, perfil=perfil)
    base, llega = c.recibido, c.sin_ajuste
    assert llega.day == base.day or (llega.day == 1 and (llega - timedelta(1)).day < base.day)
    assert (llega.year - base.year) * 12 + llega.month - base.month == n + (llega.day != base.day)
    assert c.vence == publicados()[perfil].siguiente_o_igual(llega)


@RAPIDO
@given(st.dates(date(2025, 1, 1), date(2028, 11, 1)), st.integers(0, 59), PERFIL)
def test_el_limite_de_una_ventana_esta_dentro_y_la_prorroga_no_antes(inicio: date, dura: int, perfil: str) -> None:
    ventana = Ventana(inicio, inicio + timedelta(dura))
    try:
        c = computar_ventana(ventana, perfil=perfil)
    except PlazoInvalido:
        assert dura < 4
        return
    assert ventana.inicio <= c.dia_1 <= c.vence <= ventana.fin
    assert c.prorroga is not None
    assert c.prorroga >= ventana.fin or c.prorroga == c.vence
    assert c.conservador <= c.vence


# --- reglas con nombre ---------------------------------------------------------


@pytest.mark.parametrize(
    ("instante", "recibido"),
    [
        pytest.param("2027-03-01T08:00:00-06:00", "lun 2027-03-01", id="al-abrir"),
        pytest.param("2027-03-01T18:00:00-06:00", "lun 2027-03-01", id="al-cerrar"),
        pytest.param("2027-03-01T18:00:01-06:00", "mar 2027-03-02", id="un-segundo-tarde"),
        pytest.param("2027-03-01T07:59:00-06:00", "mar 2027-03-02", id="antes-de-abrir-es-hora-inhabil"),
        pytest.param("2027-03-02T00:30:00Z", "mar 2027-03-02", id="18-30-del-lunes-en-mexico"),
        pytest.param("2027-03-01T23:30:00Z", "lun 2027-03-01", id="17-30-en-mexico"),
        pytest.param("2027-02-26T19:00:00-06:00", "lun 2027-03-01", id="viernes-tarde"),
        pytest.param("2027-02-27T10:00:00-06:00", "lun 2027-03-01", id="sabado"),
    ],
)
def test_lo_que_llega_en_hora_inhabil_se_recibe_el_habil_siguiente(instante: str, recibido: str) -> None:
    c = computar(datetime.fromisoformat(instante), 10)
    assert c.recibido == fecha(recibido)
    assert ("se tiene por recibido" in c.explicacion) == (c.recibido != reloj.local(c.desde).date())  # type: ignore[arg-type]


def test_cuenta_la_hora_de_la_autoridad_que_recibe() -> None:
    a_las_ocho_en_el_centro = datetime(2027, 3, 2, 0, 30, tzinfo=UTC)  # 17:30 en Sonora, 19:30 en Quintana Roo
    sonora = Horario(zona=ZoneInfo("America/Hermosillo"))
    quintana_roo = Horario(time(9), time(15), ZoneInfo("America/Cancun"))
    assert computar(a_las_ocho_en_el_centro, 10, horario=sonora).recibido == fecha("lun 2027-03-01")
    tarde = computar(a_las_ocho_en_el_centro, 10, horario=quintana_roo)
    assert tarde.recibido == fecha("mar 2027-03-02")
    assert "llegó a las 19:30, fuera del horario de 09:00 a 15:00" in tarde.explicacion


def test_ampliar_noventa_en_cuarenta_y_cinco_y_ni_uno_mas() -> None:
    desde = fecha("lun 2027-03-01")
    tope = computar(desde, 90, ampliaciones=[Ampliacion(30, "volumen"), Ampliacion(15, "peritaje")])
    assert tope.vence == computar(desde, 135).vence
    assert "ampliado en 30 (volumen); ampliado en 15 (peritaje)" in tope.explicacion
    with pytest.raises(AmpliacionExcesiva, match="hasta 45") as falta:
        computar(desde, 90, ampliaciones=[Ampliacion(30, "volumen"), Ampliacion(16, "peritaje")])
    assert falta.value.tope == 45


def test_la_suspension_se_explica_y_detiene_tambien_los_naturales() -> None:
    parado = Suspension(
        fecha("vie 2027-03-05"), datetime(2027, 3, 12, 19, tzinfo=timezone(timedelta(hours=-6))), "falta acta"
    )
    c = computar(fecha("lun 2027-03-01"), 10, suspensiones=[parado])
    # Contestó el viernes 12 a las 19:00: se tiene por recibido el mar 16 (lun 15 es inhábil) y sigue el 17.
    assert "suspendido el vie 5 mar 2027 y reanudado el mié 17 mar 2027 (falta acta)" in c.explicacion
    assert c.vence == fecha("mié 2027-03-24")
    assert {s.motivo for s in c.saltados if s.fecha == fecha("mar 2027-03-09")} == {"plazo suspendido: falta acta"}
    naturales = computar(fecha("lun 2027-03-01"), 10, Medida.NATURALES, suspensiones=[parado])
    assert naturales.sin_ajuste == fecha("lun 2027-03-22")


def test_el_perfil_que_ya_habia_vencido_al_suspenderse_no_hace_de_conservador() -> None:
    # En A (lun 15 mar hábil) los 10 DH acaban el lunes 15; en F, el martes 16. Recordar en marzo ya no sirve a nadie.
    c = computar(
        fecha("lun 2027-03-01"), 10, suspensiones=[Suspension(fecha("lun 2027-03-15"), fecha("vie 2027-03-19"), "x")]
    )
    assert (c.conservador, c.vence) == (fecha("lun 2027-03-22"), fecha("lun 2027-03-22"))
    assert c.por_perfil["A"] == fecha("lun 2027-03-15")


@pytest.mark.parametrize(
    ("suspensiones", "vence"),
    [
        # Se suspendió y reanudó antes de que corriera: no detuvo nada.
        ([("2027-02-01", "2027-02-10")], "mar 2027-03-16"),
        # Contestada el viernes por la noche y vuelta a suspender ese mismo viernes: se encadenan.
        ([("2027-03-03", "2027-03-05T19:30:00-06:00"), ("2027-03-05", "2027-03-12")], "jue 2027-03-25"),
        # Ya había corrido: conserva su fecha.
        ([("2027-04-01", "2027-04-10")], "mar 2027-03-16"),
    ],
)
def test_lo_ya_asentado_se_vuelve_a_contar_aunque_otro_calendario_lo_desacomode(
    suspensiones: list[tuple[str, str]], vence: str
) -> None:
    actos = [Suspension(date.fromisoformat(d), _momento(h), "motivo") for d, h in suspensiones]
    assert computar(fecha("lun 2027-03-01"), 10, suspensiones=actos, estricto=False).vence == fecha(vence)
    with pytest.raises(PlazoInvalido):
        computar(fecha("lun 2027-03-01"), 10, suspensiones=actos)


def _momento(texto: str) -> date | datetime:
    return datetime.fromisoformat(texto) if "T" in texto else date.fromisoformat(texto)


def test_la_explicacion_reservada_no_lleva_lo_que_alguien_escribio() -> None:
    parado = Suspension(fecha("vie 2027-03-05"), fecha("vie 2027-03-12"), "licencia de una persona")
    c = computar(fecha("lun 2027-03-01"), 10, suspensiones=[parado], ampliaciones=[Ampliacion(2, "otra razón privada")])
    assert "licencia de una persona" in c.explicacion
    assert "licencia" not in c.explicacion_reservada
    assert "privada" not in c.explicacion_reservada
    assert "ampliado en 2" in c.explicacion_reservada


def test_los_saltos_largos_se_cuentan_por_tramos() -> None:
    cierre = publicados().con([_tramo(fecha("lun 2026-12-21"), 12, TipoDia.VACACIONES)])
    texto = computar(fecha("vie 2026-12-18"), 1, calendarios=cierre).explicacion
    assert "4 días del lun 21 dic 2026 al jue 24 dic 2026 (vacaciones generales: Prueba)" in texto
    assert "vie 25 dic 2026 (Navidad; vacaciones generales: Prueba)" in texto


def test_la_explicacion_de_ventanas_meses_y_duraciones() -> None:
    casos: list[tuple[Computo, str]] = [
        (computar_ventana(quincena(2028, 7, 1)), "con prórroga por caer en inhábil, lun 17 jul 2028"),
        (computar(fecha("lun 2026-11-30"), 3, Medida.MESES), "ese mes no tiene día 30 y pasa al mes siguiente"),
        (computar(fecha("vie 2026-03-27"), 3, Medida.MESES), "el sáb 27 jun 2026 es inhábil y se saltan 2 sábados y"),
        (ultimo_habil(2026, 5), "El último día hábil de may 2026 es el vie 29 may 2026"),
        (duracion(fecha("sáb 2027-01-16"), 4), "4 años desde el sáb 16 ene 2027; es una duración"),
        (computar(fecha("lun 2027-03-01"), 1), "1 día hábil desde"),
    ]
    for computo, dice in casos:
        assert dice in computo.explicacion
        assert computo.como_json()["explicacion"] == computo.explicacion


def test_sumar_meses_y_anios_en_los_bordes() -> None:
    assert sumar_meses(date(2027, 12, 31), 2) == date(2028, 3, 1)
    assert sumar_meses(date(2028, 2, 29), 12) == date(2029, 3, 1)
    assert sumar_meses(date(2026, 12, 31), 1) == date(2027, 1, 31)
    assert computar(fecha("lun 2026-03-02"), 1, Medida.ANIOS).vence == fecha("mar 2027-03-02")
    assert (semestre(2027, 2).inicio, semestre(2027, 2).fin) == (date(2027, 7, 1), date(2027, 12, 31))
    assert quincena(2028, 2, 2) == Ventana(date(2028, 2, 16), date(2028, 2, 29))
