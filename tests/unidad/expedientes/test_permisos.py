"""¿Cada acto lo puede quien debe, y nadie más? Sobre las dependencias de las oficinas nacionales."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flujos.lineamientos.apertura_cast import PROMUEVE
from flujos.lineamientos.apertura_cast_formularios import Inicio
from modelos.errores import NoLeCorresponde
from modelos.organizacion import permisos
from modelos.organizacion.permisos import (
    NOMBRES,
    Quien,
    Rol,
    atiende,
    conducidas,
    exigir_administracion,
    hacia_arriba,
    puede_atender,
    puede_conducir,
    ve_todo,
)
from modelos.tabla.unidades import ESTATALES, NACIONALES, Unidad
from tests.accesorios.tablas.hechura import poda
from tests.accesorios.tablas.recorridos import RAPIDO

SUPERIORES = {ficha.clave: ficha.depende_de for ficha in (*NACIONALES, *ESTATALES)}
UNIDADES = sorted(SUPERIORES)
NO_ATIENDEN = [Rol.DIRECCION, Rol.ADMINISTRACION]
NO_COORDINAN = [Rol.OPERACION, Rol.DIRECCION, Rol.ADMINISTRACION]


def _quien(*adscripciones: tuple[str, Rol]) -> Quien:
    return Quien(1, "Persona de prueba", frozenset(adscripciones), SUPERIORES)


# --- la tabla de verdad --------------------------------------------------------
# Un expediente de la CST, que depende de la DSTC, con un turno de CE-15; la CSC no tiene que ver.

RAIZ = Path(__file__).parents[3]
YO, OTRA = 1, 2
TURNO, DUENA, SUPERIOR, AJENA = "CE-15", "CST", "DSTC", "CSC"
SIN_PROMOVER, PROMOVIDA = poda(duena=Unidad.CST), poda(duena=Unidad.CST, promueve=PROMUEVE, datos=Inicio)

REGLAS: dict[str, Callable[[Quien], bool]] = {
    "puede_atender": lambda q: permisos.puede_atender(q, TURNO),
    "ve_bandeja": lambda q: permisos.ve_bandeja(q, TURNO),
    "coordina": permisos.coordina,
    "puede_conducir": lambda q: permisos.puede_conducir(q, DUENA),
    "puede_iniciar": lambda q: permisos.puede_iniciar(q, SIN_PROMOVER),
    "puede_iniciar promovido": lambda q: permisos.puede_iniciar(q, PROMOVIDA),
    "puede_iniciar para CE-15": lambda q: permisos.puede_iniciar(q, PROMOVIDA, {PROMUEVE: TURNO}),
    "puede_iniciar para CE-16": lambda q: permisos.puede_iniciar(q, PROMOVIDA, {PROMUEVE: "CE-16"}),
    "puede_liberar el libre": lambda q: permisos.puede_liberar(q, TURNO, None, DUENA),
    "puede_liberar el suyo": lambda q: permisos.puede_liberar(q, TURNO, YO, DUENA),
    "puede_liberar el de otra": lambda q: permisos.puede_liberar(q, TURNO, OTRA, DUENA),
    "puede_reasignar": lambda q: permisos.puede_reasignar(q, TURNO, DUENA),
    "lleva": lambda q: permisos.lleva(q, TURNO, DUENA),
    "ve_todo": permisos.ve_todo,
    "ve_lo_de": lambda q: permisos.ve_lo_de(q, DUENA),
    "ve_tablero": permisos.ve_tablero,
    "ve_entregas": permisos.ve_entregas,
    "dirige": permisos.dirige,
    "administra": permisos.administra,
}
DE_ACCESO = {"puede_dar_acceso", "puede_retirar"}
"""No miran roles sino de quién es lo que se cambia: tienen su propia tabla, más abajo."""

# De cada unidad: operación, coordinación, dirección, administración. s: sí.
TABLA = """
                          CE-15    CST      DSTC     CSC      nadie
                          o c d a  o c d a  o c d a  o c d a
puede_atender             s s - -  - - - -  - - - -  - - - -  -
ve_bandeja                s s s s  - - s s  - s s s  - - s s  -
coordina                  - s - -  - s - -  - s - -  - s - -  -
puede_conducir            - - - -  - s - -  - s - -  - - - -  -
puede_iniciar             - - - -  - s - -  - s - -  - - - -  -
puede_iniciar promovido   s s - -  - s - -  - s - -  - - - -  -
puede_iniciar para CE-15  s s - -  - s - -  - s - -  - - - -  -
puede_iniciar para CE-16  - - - -  - s - -  - s - -  - - - -  -
puede_liberar el libre    s s - -  - s - -  - s - -  - - - -  -
puede_liberar el suyo     s s - -  - s - -  - s - -  - - - -  -
puede_liberar el de otra  - - - -  - s - -  - s - -  - - - -  -
puede_reasignar           - s - -  - s - -  - s - -  - - - -  -
lleva                     s s - -  - s - -  - s - -  - - - -  -
ve_todo                   - - s s  - - s s  - s s s  - - s s  -
ve_lo_de                  - - s s  - s s s  - s s s  - - s s  -
ve_tablero                - s s s  - s s s  - s s s  - s s s  -
ve_entregas               - - s s  - - s s  - - s s  - - s s  -
dirige                    - - s s  - - s s  - - s s  - - s s  -
administra                - - - s  - - - s  - - - s  - - - s  -
"""
ANCHO = len("puede_iniciar para CE-15") + 2
FILAS = {fila[:ANCHO].strip(): fila[ANCHO:].split() for fila in TABLA.strip("\n").splitlines()[2:]}
ACTORES = [_quien(par) for par in product((TURNO, DUENA, SUPERIOR, AJENA), Rol)] + [_quien()]


@pytest.mark.parametrize("regla", REGLAS)
def test_cada_regla_responde_lo_que_dice_la_tabla(regla: str) -> None:
    assert ["s" if REGLAS[regla](quien) else "-" for quien in ACTORES] == FILAS[regla]


def test_la_tabla_tiene_todas_las_reglas_y_a_todos_los_que_actuan() -> None:
    publicas = inspect.getmembers(permisos, inspect.isfunction)
    de_si_o_no = {n for n, f in publicas if f.__module__ == permisos.__name__ and f.__annotations__["return"] == "bool"}
    assert {regla.split()[0] for regla in REGLAS} | DE_ACCESO == de_si_o_no
    assert set(FILAS) == set(REGLAS)
    assert {len(fila) for fila in FILAS.values()} == {4 * len(Rol) + 1} == {len(ACTORES)}


def test_nadie_mas_pregunta_por_un_rol() -> None:
    """Si hace falta una regla nueva, va en permisos.py y en la tabla: ahí se ve a quién más alcanza."""
    ajenas = [
        archivo.relative_to(RAIZ).as_posix()
        for piso in ("modelos", "tareas", "flujos", "api")
        for archivo in sorted((RAIZ / piso).rglob("*.py"))
        if archivo != Path(permisos.__file__) and re.search(r"quien\.tiene\(", archivo.read_text())
    ]
    assert not ajenas


@pytest.mark.parametrize(
    ("de_quien", "rol", "da", "retira"),
    [
        pytest.param(OTRA, Rol.ADMINISTRACION, True, True, id="administración-de-otra"),
        pytest.param(OTRA, Rol.OPERACION, True, True, id="otro-rol-de-otra"),
        pytest.param(YO, Rol.ADMINISTRACION, False, False, id="administración-propia"),
        pytest.param(YO, Rol.OPERACION, False, True, id="otro-rol-propio"),
    ],
)
def test_nadie_se_da_acceso_ni_se_quita_su_administracion(
    de_quien: int,
    rol: Rol,
    da: bool,  # noqa: FBT001
    retira: bool,  # noqa: FBT001
) -> None:
    quien = _quien(("DSTC", Rol.ADMINISTRACION))
    assert permisos.puede_dar_acceso(quien, de_quien) is da
    assert permisos.puede_retirar(quien, de_quien, rol) is retira
    # La línea de órdenes no es nadie: con ella se sale de cualquier enredo.
    assert permisos.puede_dar_acceso(None, de_quien)
    assert permisos.puede_retirar(None, de_quien, rol)


@pytest.mark.parametrize("quien", [*ACTORES, None])
def test_se_exige_la_administracion_a_quien_no_la_tiene(quien: Quien | None) -> None:
    if quien is not None and permisos.administra(quien):
        assert exigir_administracion(quien, "publicar días") is quien
    else:
        with pytest.raises(NoLeCorresponde, match="publicar días"):
            exigir_administracion(quien, "publicar días")


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


def test_conduce_lo_de_las_unidades_que_coordina_y_de_las_suyas_que_dependen_de_ellas() -> None:
    quien = _quien(("DSTC", Rol.COORDINACION), ("CST", Rol.OPERACION), ("DCAJ", Rol.OPERACION))
    assert set(conducidas(quien)) == {"DSTC", "CST"}


def test_hacia_arriba_va_de_la_unidad_a_la_junta() -> None:
    assert hacia_arriba("CST", SUPERIORES)[:3] == ["CST", "DSTC", "SSI"]
    assert hacia_arriba("A", {"A": "B", "B": "A"}) == ["A", "B"]


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

ADSCRIPCIONES = st.frozensets(
    st.tuples(st.sampled_from([*"ABCDE", TURNO, DUENA, SUPERIOR]), st.sampled_from(list(Rol))), max_size=4
)
DEPENDENCIAS = st.dictionaries(st.sampled_from("ABCDE"), st.none() | st.sampled_from("ABCDE"))


@RAPIDO
@given(ADSCRIPCIONES, ADSCRIPCIONES, DEPENDENCIAS)
def test_otra_adscripcion_nunca_quita_permisos(
    unas: frozenset[tuple[str, Rol]], otras: frozenset[tuple[str, Rol]], superiores: dict[str, str | None]
) -> None:
    antes, despues = Quien(1, "P", unas, superiores), Quien(1, "P", unas | otras, superiores)
    assert atiende(antes) <= atiende(despues)
    assert all(regla(antes) <= regla(despues) for regla in REGLAS.values())
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
