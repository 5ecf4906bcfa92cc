"""Cómo se cita una norma y cuándo consta que rige, sin base de datos."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from flujos.catalogo import CATALOGO
from modelos.errores import NoExiste
from modelos.oficios.ordenamientos import _INICIALES, Ordenamiento, citar, rige

NORMAS = {norma["clave"]: Ordenamiento(**norma) for norma in _INICIALES}
LINEAMIENTOS = NORMAS["L"].cita
MANUAL = NORMAS["M"].cita
NORMATIVIDAD = "del procedimiento Normatividad"
ESTATUTO = NORMAS["Est"].cita


@pytest.mark.parametrize(
    ("claves", "texto", "normas"),
    [
        (["L-22"], f"Con fundamento en el artículo 22 {LINEAMIENTOS}", ("L",)),
        (["L-8", "L-22"], f"Con fundamento en los artículos 8 y 22 {LINEAMIENTOS}", ("L",)),
        (["L-22", "L-22"], f"Con fundamento en el artículo 22 {LINEAMIENTOS}", ("L",)),
        (
            ["M-N-7", "Est-37"],
            f"Con fundamento en el artículo 37 {ESTATUTO}; y en la actividad 7 {NORMATIVIDAD}, {MANUAL}",
            ("Est", "M"),
        ),
        (["LFPA-17-A"], f"Con fundamento en el artículo 17-A {NORMAS['LFPA'].cita}", ("LFPA",)),
        (
            ["M-S-5", "M-S-8"],
            f"Con fundamento en las actividades 5 y 8 del procedimiento Seguimiento, {MANUAL}",
            ("M",),
        ),
    ],
)
def test_se_cita_con_su_nombre_y_en_orden(claves: list[str], texto: str, normas: tuple[str, ...]) -> None:
    cita = citar(NORMAS, claves, CATALOGO.citables)
    assert (cita.texto, cita.normas) == (texto, normas)


@pytest.mark.parametrize("clave", ["X-1", "L", "22", "M-Z-1", "M-N", "M-N-99", "L-80", "L-0", "B-28", ""])
def test_lo_que_no_esta_registrado_no_se_cita(clave: str) -> None:
    with pytest.raises(NoExiste):
        citar(NORMAS, [clave], CATALOGO.citables)


@pytest.mark.parametrize(
    ("campos", "consta"),
    [
        pytest.param({"estado": "vigente"}, True, id="vigente-sin-fechas"),
        pytest.param({"estado": "proyecto"}, False, id="proyecto"),
        pytest.param({"estado": "abrogado"}, False, id="abrogado"),
        pytest.param({"estado": "vigente", "vigente_desde": date(2026, 11, 20)}, True, id="desde-hoy"),
        pytest.param({"estado": "vigente", "vigente_desde": date(2026, 11, 21)}, False, id="empieza-mañana"),
        pytest.param({"estado": "vigente", "vigente_hasta": date(2026, 11, 20)}, True, id="termina-hoy"),
        pytest.param({"estado": "vigente", "vigente_hasta": date(2026, 11, 19)}, False, id="terminó-ayer"),
    ],
)
def test_una_norma_rige_si_consta_vigente_y_hoy_cae_entre_sus_fechas(campos: dict[str, Any], consta: bool) -> None:  # noqa: FBT001
    norma = Ordenamiento(clave="X", nombre="X", cita="de X", **campos)
    assert rige(norma, date(2026, 11, 20)) is consta


def test_solo_los_lineamientos_se_siembran_en_proyecto_y_ninguna_trae_fecha_que_no_conste() -> None:
    assert [clave for clave, norma in NORMAS.items() if norma.estado == "proyecto"] == ["L"]
    assert NORMAS["L"].acuerdo == ""
    assert NORMAS["L"].vigente_desde is None
