"""¿Cada acto lo puede quien debe, y nadie más? Sobre las dependencias de las oficinas nacionales."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelos.organizacion.permisos import NOMBRES, Quien, Rol, atiende, puede_atender, puede_conducir, ve_todo
from modelos.tabla.unidades import ESTATALES, NACIONALES
from tests.accesorios.tablas.recorridos import RAPIDO

SUPERIORES = {ficha.clave: ficha.depende_de for ficha in (*NACIONALES, *ESTATALES)}
UNIDADES = sorted(SUPERIORES)
NO_ATIENDEN = [Rol.DIRECCION, Rol.ADMINISTRACION]
NO_COORDINAN = [Rol.OPERACION, Rol.DIRECCION, Rol.ADMINISTRACION]


def _quien(*adscripciones: tuple[str, Rol]) -> Quien:
    return Quien(1, "Persona de prueba", frozenset(adscripciones), SUPERIORES)


# --- atender -------------------------------------------------------------------


@pytest.mark.parametrize("rol", [Rol.OPERACION, Rol.COORDINACION])
def test_atiende_los_turnos_de_la_unidad_donde_opera_o_coordina(rol: Rol) -> None:
    assert puede_atender(_quien(("CST", rol)), "CST")


@pytest.mark.parametrize("rol", NO_ATIENDEN)
def test_la_direccion_y_la_administracion_no_atienden_turnos(rol: Rol) -> None:
    assert not puede_atender(_quien(("CST", rol)), "CST")


@pytest.mark.parametrize("rol", Rol)
def test_nadie_atiende_turnos_de_otra_unidad_aunque_dependa_de_la_suya(rol: Rol) -> None:
    quien = _quien(("DSTC", rol))
    assert not any(puede_atender(quien, unidad) for unidad in UNIDADES if unidad != "DSTC")


def test_atiende_en_cada_unidad_segun_el_rol_que_tiene_ahi() -> None:
    quien = _quien(("CST", Rol.OPERACION), ("DCAJ", Rol.DIRECCION), ("CE-15", Rol.COORDINACION))
    assert atiende(quien) == {"CST", "CE-15"}
    assert quien.unidades == {"CST", "DCAJ", "CE-15"}


def test_quien_no_tiene_adscripcion_no_puede_nada() -> None:
    nadie = _quien()
    assert atiende(nadie) == frozenset()
    assert not ve_todo(nadie)
    assert not any(puede_conducir(nadie, unidad) for unidad in UNIDADES)
    assert not nadie.tiene(*Rol)


# --- conducir ------------------------------------------------------------------


@pytest.mark.parametrize("coordina", ["CST", "DSTC", "SSI", "DG", "JD"])
def test_conduce_quien_coordina_la_duena_o_una_de_sus_superiores(coordina: str) -> None:
    assert puede_conducir(_quien((coordina, Rol.COORDINACION)), "CST")


@pytest.mark.parametrize("coordina", ["CST", "CSC", "DCAJ", "DVS", "CE-15", "RCEO"])
def test_no_conduce_quien_coordina_una_subordinada_o_una_ajena(coordina: str) -> None:
    assert not puede_conducir(_quien((coordina, Rol.COORDINACION)), "DSTC")


@pytest.mark.parametrize("rol", NO_COORDINAN)
def test_no_conduce_quien_no_coordina_aunque_sea_de_la_duena(rol: Rol) -> None:
    assert not puede_conducir(_quien(("DSTC", rol)), "DSTC")


def test_la_coordinacion_de_una_unidad_y_otro_rol_en_la_duena_no_se_suman() -> None:
    assert not puede_conducir(_quien(("DSTC", Rol.OPERACION), ("DCAJ", Rol.COORDINACION)), "DSTC")


def test_un_ciclo_de_dependencias_no_deja_pensando_ni_da_permiso() -> None:
    ciclo = {"A": "B", "B": "C", "C": "B"}
    assert not puede_conducir(Quien(1, "Persona", frozenset({("Z", Rol.COORDINACION)}), ciclo), "A")
    assert puede_conducir(Quien(1, "Persona", frozenset({("C", Rol.COORDINACION)}), ciclo), "A")


def test_sin_saber_de_quien_depende_solo_conduce_la_propia_unidad() -> None:
    quien = Quien(1, "Persona", frozenset({("DSTC", Rol.COORDINACION)}))
    assert puede_conducir(quien, "DSTC")
    assert not puede_conducir(quien, "CST")


# --- ver todo ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unidad", "rol"),
    [
        pytest.param("DSTC", Rol.COORDINACION, id="coordinacion-de-la-dstc"),
        pytest.param("DCAJ", Rol.DIRECCION, id="direccion"),
        pytest.param("CE-15", Rol.ADMINISTRACION, id="administracion"),
    ],
)
def test_ve_todo_la_coordinacion_de_la_dstc_la_direccion_y_la_administracion(unidad: str, rol: Rol) -> None:
    assert ve_todo(_quien((unidad, rol)))


@pytest.mark.parametrize(
    ("unidad", "rol"),
    [
        pytest.param("DSTC", Rol.OPERACION, id="operacion-de-la-dstc"),
        pytest.param("CST", Rol.COORDINACION, id="coordinacion-de-una-subordinada"),
        pytest.param("DCAJ", Rol.COORDINACION, id="coordinacion-ajena"),
        pytest.param("CE-15", Rol.OPERACION, id="operacion-de-un-colegio"),
    ],
)
def test_los_demas_solo_ven_lo_de_su_unidad(unidad: str, rol: Rol) -> None:
    assert not ve_todo(_quien((unidad, rol)))


# --- en general ----------------------------------------------------------------

ADSCRIPCIONES = st.frozensets(st.tuples(st.sampled_from("ABCDE"), st.sampled_from(list(Rol))), max_size=4)
DEPENDENCIAS = st.dictionaries(st.sampled_from("ABCDE"), st.none() | st.sampled_from("ABCDE"))


@RAPIDO
@given(ADSCRIPCIONES, ADSCRIPCIONES, DEPENDENCIAS)
def test_otra_adscripcion_nunca_quita_permisos(
    unas: frozenset[tuple[str, Rol]], otras: frozenset[tuple[str, Rol]], superiores: dict[str, str | None]
) -> None:
    antes, despues = Quien(1, "P", unas, superiores), Quien(1, "P", unas | otras, superiores)
    assert atiende(antes) <= atiende(despues)
    assert ve_todo(antes) <= ve_todo(despues)
    assert all(puede_conducir(antes, unidad) <= puede_conducir(despues, unidad) for unidad in "ABCDE")


@RAPIDO
@given(ADSCRIPCIONES, DEPENDENCIAS)
def test_conducir_es_coordinar_la_unidad_o_poder_conducir_su_superior(
    adscripciones: frozenset[tuple[str, Rol]], superiores: dict[str, str | None]
) -> None:
    quien = Quien(1, "P", adscripciones, superiores)
    for unidad in "ABCDE":
        superior = superiores.get(unidad)
        coordina = (unidad, Rol.COORDINACION) in adscripciones
        assert puede_conducir(quien, unidad) == (coordina or (superior is not None and puede_conducir(quien, superior)))


def test_cada_rol_se_explica_por_su_nombre() -> None:
    assert set(NOMBRES) == set(Rol)
    for rol, nombre in NOMBRES.items():
        assert nombre.translate(str.maketrans("áéíóú", "aeiou")).startswith(f"{rol}: ")
