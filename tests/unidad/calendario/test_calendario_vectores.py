"""¿El cómputo da las fechas de la fuente? Todos los ejemplos trabajados del dominio 03 §3.3 y las cuentas de 04 §4.2.

Copiados de ahí, con su día de la semana: si uno falla, o la regla está mal o la fuente cambió.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from modelos.calendario import (
    Calendarios,
    DiasInstitucionales,
    Medida,
    TipoDia,
    Ventana,
    computar,
    computar_ventana,
    duracion,
    meses,
    publicados,
    quincena,
    trimestre,
    ultimo_habil,
)
from tests.accesorios.tablas.fechas import fecha, filas
from tests.accesorios.tablas.vectores import CUENTAS, DE_F, PL_01, PL_02, PL_11, PL_16, PL_56, PL_57, PL_58, VENTANAS


def _ventana(cual: str, anio: int) -> Ventana:
    """La ventana que abre una fila del catálogo (dominio 03 §3.1) en ese año."""
    return {
        "PL-04": lambda: meses(anio, 4, 6),
        "PL-05": lambda: quincena(anio, 7, 1),
        "PL-06": lambda: trimestre(anio, 2),
        "PL-07": lambda: meses(anio, 4),
        "PL-08": lambda: meses(anio, 5),
        "PL-09": lambda: quincena(anio, 5, 2),
    }[cual]()


def _en_los_cuatro(celdas: list[str], dias: int, *, es_recepcion: bool = True) -> None:
    """Cada columna con su perfil, y el conservador, que es el menor de las cuatro."""
    desde, esperados = fecha(celdas[0]), [fecha(celda) for celda in celdas[1:5]]
    computos = [computar(desde, dias, perfil=perfil, es_recepcion=es_recepcion) for perfil in "ABCF"]
    assert [c.vence for c in computos] == esperados
    assert {c.conservador for c in computos} == {min(esperados)}


@pytest.mark.parametrize("celdas", filas(PL_01), ids=lambda celdas: celdas[0])
def test_pl_01_noventa_dias_habiles_desde_la_recepcion_completa(celdas: list[str]) -> None:
    _en_los_cuatro(celdas, 90)
    hitos = [fecha(celda) for celda in celdas[5:]]
    assert [computar(fecha(celdas[0]), n).vence for n in (45, 75, 85)][: len(hitos)] == hitos


def _vacaciones(inicio: str, fin: str) -> Calendarios:
    dias = DiasInstitucionales(fecha(inicio), fecha(fin), TipoDia.VACACIONES, "Vacaciones de invierno", "Acuerdo")
    return publicados().con([dias])


def test_pl_01_con_vacaciones_cargadas() -> None:
    desde = fecha("lun 2026-08-31")
    assert computar(desde, 90).vence == fecha("mar 2027-01-12")
    cargadas = _vacaciones("lun 2026-12-21", "vie 2027-01-01")
    assert computar(desde, 90, calendarios=cargadas).vence == fecha("vie 2027-01-22")


def test_lo_presentado_en_inhabil_se_tiene_por_recibido_el_habil_siguiente() -> None:
    en = {perfil: computar(fecha("vie 2026-11-20"), 90, perfil=perfil) for perfil in "ABCF"}
    recibidos = {perfil: c.recibido for perfil, c in en.items()}
    viernes, lunes = fecha("vie 2026-11-20"), fecha("lun 2026-11-23")
    assert recibidos == {"A": lunes, "B": viernes, "C": viernes, "F": lunes}
    assert en["F"].vence == fecha("lun 2027-04-05")
    # Cada perfil desde su propia recepción: B y C ganan un día a su renglón de la tabla.
    assert en["F"].conservador == en["B"].vence == en["C"].vence == en["A"].vence == fecha("jue 2027-04-01")


@pytest.mark.parametrize("celdas", filas(PL_02), ids=lambda celdas: celdas[0])
def test_pl_02_tres_meses_igual_en_los_cuatro(celdas: list[str]) -> None:
    acuerdo, vence = map(fecha, celdas)
    for perfil in "ABCF":
        c = computar(acuerdo, 3, Medida.MESES, perfil=perfil)
        assert (c.vence, c.conservador) == (vence, vence)


@pytest.mark.parametrize("celdas", filas(PL_16), ids=lambda celdas: celdas[0])
def test_pl_16_tres_dias_habiles_desde_el_pago(celdas: list[str]) -> None:
    _en_los_cuatro(celdas, 3, es_recepcion=False)


@pytest.mark.parametrize("anio", PL_11)
@pytest.mark.parametrize("perfil", "ABCF")
def test_pl_11_ultimo_dia_habil_de_cada_mes(anio: int, perfil: str) -> None:
    for mes, celda in enumerate(PL_11[anio].split(" | "), 1):
        semana, dia = celda.split()
        c = ultimo_habil(anio, mes, perfil=perfil)
        assert c.vence == fecha(f"{semana} {anio}-{mes:02}-{dia}")
        assert (c.conservador, c.prorroga) == (c.vence, None)


def test_pl_11_con_vacaciones_cargadas() -> None:
    cargadas = _vacaciones("lun 2026-12-21", "jue 2026-12-31")
    assert ultimo_habil(2026, 12, calendarios=cargadas).vence == fecha("vie 2026-12-18")


@pytest.mark.parametrize("celdas", filas(VENTANAS), ids=lambda celdas: f"{celdas[0]}-{celdas[2]}")
def test_ventanas_con_su_limite_y_su_prorroga(celdas: list[str]) -> None:
    cual, primero, limite, *prorroga = celdas
    c = computar_ventana(_ventana(cual, fecha(limite).year))
    assert (c.dia_1, c.vence) == (fecha(primero), fecha(limite))
    assert c.prorroga == fecha(prorroga[0] if prorroga else limite)


@pytest.mark.parametrize("celdas", filas(PL_58), ids=lambda celdas: celdas[0])
@pytest.mark.parametrize("perfil", "ABCF")
def test_pl_58_y_14_diez_dias_habiles_tras_el_trimestre(celdas: list[str], perfil: str) -> None:
    cierre, vence = map(fecha, celdas)
    assert trimestre(cierre.year, (cierre.month + 2) // 3).fin == cierre
    assert computar(cierre, 10, perfil=perfil, es_recepcion=False).vence == vence


@pytest.mark.parametrize("celdas", filas(PL_57), ids=lambda celdas: "-".join(celdas[:2]))
def test_pl_57_captura_y_prorroga(celdas: list[str]) -> None:
    perfil, (fin, captura, prorroga) = celdas[0], map(fecha, celdas[1:])
    assert computar(fin, 10, perfil=perfil, es_recepcion=False).vence == captura
    assert computar(captura, 5, perfil=perfil, es_recepcion=False).vence == prorroga


@pytest.mark.parametrize("celdas", filas(PL_56), ids=lambda celdas: celdas[0])
def test_pl_56_diez_dias_naturales(celdas: list[str]) -> None:
    actividad, sin_ajuste, vence = map(fecha, celdas)
    c = computar(actividad, 10, Medida.NATURALES)
    assert (c.recibido, c.sin_ajuste, c.vence) == (actividad, sin_ajuste, vence)


def test_pl_56_el_16_de_marzo_es_habil_solo_en_a() -> None:
    vence = {p: computar(fecha("vie 2026-03-06"), 10, Medida.NATURALES, perfil=p).vence for p in "ABCF"}
    lunes, martes = fecha("lun 2026-03-16"), fecha("mar 2026-03-17")
    assert vence == {"A": lunes, "B": martes, "C": martes, "F": martes}


@pytest.mark.parametrize("inicio", ["mar 2026-09-01", "lun 2026-11-16", "sáb 2027-01-16"])
def test_pl_19_cuatro_anios_de_encargo_sin_ajuste(inicio: str) -> None:
    dia = fecha(inicio)
    assert duracion(dia, 4, Medida.ANIOS).vence == date(dia.year + 4, dia.month, dia.day)


def test_pl_48_el_convenio_dura_tres_anios_desde_la_firma() -> None:
    assert duracion(fecha("vie 2026-03-27"), 3, Medida.ANIOS).vence == fecha("mar 2029-03-27")


@pytest.mark.parametrize(
    ("aviso", "surte"), [("lun 2027-02-01", "mié 2027-03-03"), ("mar 2026-12-15", "jue 2027-01-14")]
)
def test_pl_50_treinta_dias_naturales_de_aviso(aviso: str, surte: str) -> None:
    # El lun 2027-02-01 es inhábil en F y aun así cuenta: el aviso es un hecho entre las partes.
    assert computar(fecha(aviso), 30, Medida.NATURALES).vence == fecha(surte)


def test_prevencion_de_diez_dias_habiles_explicada() -> None:
    c = computar(fecha("lun 2027-03-01"), 10)
    assert (c.dia_1, c.vence, c.conservador) == tuple(
        map(fecha, ("mar 2027-03-02", "mar 2027-03-16", "lun 2027-03-15"))
    )
    assert c.explicacion == (
        "10 días hábiles desde el lun 1 mar 2027; el día 1 es el mar 2 mar 2027; se saltan 4 sábados y domingos y "
        "lun 15 mar 2027 (Tercer lunes de marzo, por el 21 de marzo); vence el mar 16 mar 2027; "
        "conservador: lun 15 mar 2027 (perfil A)"
    )


@pytest.mark.parametrize("celdas", filas(CUENTAS), ids=lambda celdas: celdas[0])
def test_los_dias_habiles_de_cada_anio_son_los_de_la_fuente(celdas: list[str]) -> None:
    cal = publicados()[celdas[0]]
    for anio, celda in zip(range(2025, 2029), celdas[1:], strict=True):
        dias = [date(anio, 1, 1) + timedelta(i) for i in range(366)]
        dias = [dia for dia in dias if dia.year == anio]
        inhabiles = [dia for dia in dias if dia.weekday() < 5 and not cal.es_habil(dia)]
        assert f"{len(inhabiles)} {sum(map(cal.es_habil, dias))}" == celda
        if celdas[0] == "F":
            assert " ".join(f"{dia:%m-%d}" for dia in inhabiles) == DE_F[anio]


def test_cada_fecha_publicada_dice_quien_lo_dice() -> None:
    for norma in publicados().normas.values():
        for dia in norma.dias.values():
            assert dia.motivo
            assert dia.fundamento
            assert dia.fuente
            assert dia.verificacion == ("M" if norma.archivo.endswith("lfpa_28.toml") else "V")


def test_la_fecha_mal_escrita_de_una_prueba_no_pasa() -> None:
    assert fecha("vie 2026-11-20") == date(2026, 11, 20)
    with pytest.raises(AssertionError, match="ese día es vie"):
        fecha("jue 2026-11-20")
