"""¿Los días institucionales mueven lo que deben, y lo que no se puede contar dice por qué?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from modelos.calendario import (
    Ambito,
    Ampliacion,
    DiasInstitucionales,
    Medida,
    Suspension,
    TipoDia,
    Ventana,
    aplicables,
    computar,
    computar_ventana,
    duracion,
    meses,
    publicados,
    trimestre,
    ultimo_habil,
)
from modelos.calendario.errores import (
    AmpliacionExcesiva,
    CalendarioSinPublicar,
    DiasInstitucionalesInvalidos,
    PerfilDesconocido,
    PlazoInvalido,
)
from modelos.errores import ErrorGestion
from tests.accesorios.tablas.fechas import fecha


def _tramo(
    inicio: date, dias: int, tipo: TipoDia, ambito: Ambito = Ambito.NACIONAL, lugar: str = ""
) -> DiasInstitucionales:
    return DiasInstitucionales(inicio, inicio + timedelta(dias - 1), tipo, "Prueba", "Acuerdo de prueba", ambito, lugar)


# --- institucionales -----------------------------------------------------------


def test_habilitar_gana_a_todo_y_quita_el_salto() -> None:
    sabado = fecha("sáb 2027-03-06")
    c = computar(
        sabado,
        1,
        calendarios=publicados().con(
            [
                _tramo(sabado, 10, TipoDia.SUSPENSION),
                _tramo(sabado, 1, TipoDia.HABILITADO),
            ]
        ),
    )
    assert c.recibido == sabado
    assert c.vence == fecha("mar 2027-03-16")


def test_el_orden_de_carga_no_cambia_la_version() -> None:
    uno, otro = (_tramo(date(2027, m, 1), 3, TipoDia.FUERZA_MAYOR) for m in (4, 7))
    assert publicados().con([uno, otro]).version == publicados().con([otro, uno]).version
    assert publicados().con([]).version == publicados().version


def test_solo_alcanzan_los_de_su_lugar_y_con_sustento_si_toca_a_particulares() -> None:
    dia = date(2027, 4, 1)
    nacional = DiasInstitucionales(dia, dia, TipoDia.SUSPENSION, "m", "DOF", publicado_dof=date(2027, 3, 1))
    entidad = _tramo(dia, 1, TipoDia.SUSPENSION, ambito=Ambito.ENTIDAD, lugar="SON")
    centro = _tramo(dia, 1, TipoDia.FUERZA_MAYOR, ambito=Ambito.CENTRO, lugar="CAST-1")
    todos = [centro, entidad, nacional]
    assert aplicables(todos) == (nacional,)
    assert set(aplicables(todos, entidad="SON", centro="CAST-1")) == set(todos)
    assert aplicables(todos, entidad="JAL") == (nacional,)
    assert aplicables(todos, entidad="SON", frente_a_particulares=True) == (nacional,)


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        ({"fin": date(2027, 3, 31)}, "va hacia atrás"),
        ({"fin": date(2028, 4, 1)}, "pasa de un año"),
        ({"motivo": " "}, "no dice su motivo"),
        ({"fuente": ""}, "no dice su fuente"),
        ({"ambito": Ambito.ENTIDAD}, "no cuadra"),
        ({"lugar": "SON"}, "no cuadra"),
    ],
)
def test_los_dias_institucionales_mal_capturados_se_rechazan(cambio: dict[str, object], dice: str) -> None:
    bien: dict[str, object] = {"inicio": date(2027, 4, 1), "fin": date(2027, 4, 1), "tipo": TipoDia.SUSPENSION}
    with pytest.raises(DiasInstitucionalesInvalidos, match=dice):
        DiasInstitucionales(**{**bien, "motivo": "m", "fuente": "f", **cambio})  # type: ignore[arg-type]


# --- faltas --------------------------------------------------------------------

MARZO = date(2027, 3, 1)


def _parar(*tramos: tuple[int, int], motivo: str = "x") -> list[Suspension]:
    return [Suspension(MARZO + timedelta(a), MARZO + timedelta(b), motivo) for a, b in tramos]


FALTAS: dict[str, tuple[Callable[[], object], type[ErrorGestion], str]] = {
    "perfil": (lambda: computar(MARZO, 10, perfil="Z"), PerfilDesconocido, "A, B, C, F"),
    "cero": (lambda: computar(MARZO, 0), PlazoInvalido, "de 1 a 10000"),
    "enorme": (lambda: computar(MARZO, 10_001), PlazoInvalido, "de 1 a 10000"),
    "siglos": (lambda: computar(MARZO, 9_999, Medida.ANIOS), PlazoInvalido, "año 9999"),
    "medida": (lambda: computar(MARZO, 1, Medida.VENTANA), PlazoInvalido, "no es una medida"),
    "sin-zona": (lambda: computar(datetime(2027, 3, 1, 9), 1), PlazoInvalido, "zona"),  # noqa: DTZ001
    "desborde": (lambda: computar(datetime.min.replace(tzinfo=UTC), 1), PlazoInvalido, "no se puede contar"),
    "doble": (lambda: computar(MARZO, 10, suspensiones=_parar((1, 4), (3, 8))), PlazoInvalido, "ya estaba suspendido"),
    "antes": (lambda: computar(MARZO, 10, suspensiones=_parar((-3, 4))), PlazoInvalido, "no corría"),
    "al-reves": (lambda: computar(MARZO, 10, suspensiones=_parar((4, 1))), PlazoInvalido, "termina antes"),
    "vencido": (lambda: computar(MARZO, 10, suspensiones=_parar((20, 25))), PlazoInvalido, "mar 16 mar 2027"),
    "vencido-dn": (
        lambda: computar(MARZO, 10, Medida.NATURALES, suspensiones=_parar((20, 25))),
        PlazoInvalido,
        "ya había corrido",
    ),
    "callada": (lambda: computar(MARZO, 10, suspensiones=_parar((1, 4), motivo=" ")), PlazoInvalido, "motivo"),
    "ampliar-cero": (lambda: computar(MARZO, 10, ampliaciones=[Ampliacion(0, "x")]), PlazoInvalido, "1 o más"),
    "ampliar-callado": (lambda: computar(MARZO, 10, ampliaciones=[Ampliacion(1, "")]), PlazoInvalido, "motivo"),
    "ampliar-uno": (lambda: computar(MARZO, 1, ampliaciones=[Ampliacion(1, "x")]), AmpliacionExcesiva, "hasta 0"),
    "duracion": (lambda: duracion(MARZO, 4, Medida.HABILES), PlazoInvalido, "días hábiles"),
    "ventana": (lambda: Ventana(MARZO, MARZO - timedelta(1)), PlazoInvalido, "antes de empezar"),
    "sin-habiles": (lambda: computar_ventana(Ventana(date(2027, 3, 6), date(2027, 3, 7))), PlazoInvalido, "ningún día"),
    "mes": (lambda: ultimo_habil(2027, 13), PlazoInvalido, "de 1 a 12"),
    "anio": (lambda: meses(0, 1), PlazoInvalido, "cuatro cifras"),
    "trimestre": (lambda: trimestre(2027, 5), PlazoInvalido, "de 1 a 4"),
    "ayer": (lambda: computar(date(2024, 12, 31), 1), CalendarioSinPublicar, "2024"),
    "corre": (lambda: computar(date(2028, 12, 1), 30), CalendarioSinPublicar, "2029"),
    "ajusta": (lambda: computar(date(2028, 12, 1), 30, Medida.NATURALES), CalendarioSinPublicar, "2029"),
    "lejos": (lambda: computar(MARZO, 3, Medida.ANIOS), CalendarioSinPublicar, "2030"),
    "prorroga": (lambda: computar_ventana(meses(2028, 12)), CalendarioSinPublicar, "2029"),
}


@pytest.mark.parametrize("cual", FALTAS)
def test_lo_que_no_se_puede_contar_dice_por_que(cual: str) -> None:
    pedir, clase, dice = FALTAS[cual]
    with pytest.raises(ErrorGestion, match=dice) as falta:
        pedir()
    assert type(falta.value) is clase


def test_el_ultimo_mes_publicado_si_se_calcula() -> None:
    assert ultimo_habil(2028, 12).vence == fecha("vie 2028-12-29")
