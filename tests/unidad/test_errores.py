"""¿Los errores hablan? Cada uno sobrevive a pickle con sus datos y da una frase en español.

Los recorre todos solos: quien añade un error, en el módulo que sea, ya tiene estas pruebas.
"""

from __future__ import annotations

import importlib
import inspect
import pickle
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_type_hints

import pytest

from api.arranque.instancia import RAIZ
from modelos import errores
from modelos.errores import ErrorGestion, FormularioIncompleto
from modelos.organizacion.errores import DemasiadosIntentos
from modelos.tabla.errores import SalidaInexistente, TablaInvalida

EJEMPLOS: dict[Any, Any] = {
    str: "dato",
    int: 4321,
    Sequence[str]: ["una cosa", "otra cosa"],
    tuple[str, ...]: ("una cosa", "otra cosa"),
    Mapping[str, str]: {"campo": "es obligatorio"},
    dict[str, str]: {"campo": "es obligatorio"},
}
"""Un valor por tipo de argumento; un error con otro tipo pide añadirlo aquí."""

EN_INGLES = re.compile(r"\b(the|not|error|invalid|failed|missing|please|with|and)\b", re.IGNORECASE)


def _subclases(clase: type[ErrorGestion]) -> Iterator[type[ErrorGestion]]:
    for hija in clase.__subclasses__():
        yield hija
        yield from _subclases(hija)


def _importar_los_que_declaran() -> None:
    """Importa cada módulo que declara un error: sin eso, cuáles se ven depende de qué pruebas corrieron antes."""
    for piso in PISOS:
        for archivo in (RAIZ / piso).rglob("*.py"):
            if "(ErrorGestion)" in archivo.read_text(encoding="utf-8"):
                importlib.import_module(".".join(archivo.relative_to(RAIZ).with_suffix("").parts))


PISOS = ("modelos", "tareas", "flujos", "api")
_importar_los_que_declaran()
REGLAS = {c for c in _subclases(ErrorGestion) if c.__module__.split(".")[0] in PISOS}
CLASES = sorted(REGLAS, key=lambda clase: clase.__name__)
POR_CLASE = pytest.mark.parametrize("clase", CLASES, ids=lambda clase: clase.__name__)


def _argumentos(clase: type[ErrorGestion]) -> dict[str, Any]:
    """Un ejemplo por argumento; los de texto llevan su nombre, para reconocerlos en la frase."""
    # Sin __init__ propio no hay firma que leer: BaseException admite lo que sea y no se le da nada.
    if clase.__init__ is Exception.__init__:
        return {}
    tipos = get_type_hints(clase.__init__)
    nombres = list(inspect.signature(clase).parameters)
    assert set(nombres) <= set(tipos), f"{clase.__name__}: anote el tipo de cada argumento"
    sin_ejemplo = [f"{n}: {tipos[n]}" for n in nombres if tipos[n] not in EJEMPLOS]
    assert not sin_ejemplo, f"{clase.__name__}: añada a EJEMPLOS un valor para {sin_ejemplo}"
    return {n: f"dato-{n}" if tipos[n] is str else EJEMPLOS[tipos[n]] for n in nombres}


def _ejemplo(clase: type[ErrorGestion]) -> ErrorGestion:
    return clase(**_argumentos(clase))


def test_se_encuentran_los_errores_de_modelos() -> None:
    propias = {c for _, c in inspect.getmembers(errores, inspect.isclass) if c.__module__ == errores.__name__}
    assert propias - {ErrorGestion} <= set(CLASES), "un error no desciende de ErrorGestion"
    assert len(CLASES) > 20


@POR_CLASE
def test_sobrevive_a_pickle_con_todos_sus_datos(clase: type[ErrorGestion]) -> None:
    original = _ejemplo(clase)
    copia = pickle.loads(pickle.dumps(original))  # noqa: S301 — lo escribió esta misma línea
    assert type(copia) is clase
    assert vars(copia) == vars(original)
    assert (copia.args, str(copia)) == (original.args, str(original))


@POR_CLASE
def test_guarda_cada_argumento_con_su_nombre(clase: type[ErrorGestion]) -> None:
    error = _ejemplo(clase)
    for nombre, valor in _argumentos(clase).items():
        guardado = getattr(error, nombre)
        assert guardado == (tuple(valor) if isinstance(valor, list) else valor)


@POR_CLASE
def test_dice_una_frase_en_espanol(clase: type[ErrorGestion]) -> None:
    frase = str(_ejemplo(clase))
    assert frase, "sin frase, quien lo lee no sabe qué hacer"
    assert frase[0].isupper() or frase.startswith(("«", "dato-"))
    # Las frases que terminan con lo que les pasan terminan como se lo pasen.
    assert frase.endswith((".", "dato-que_hacer", "dato-motivo")), frase
    assert not EN_INGLES.search(frase.replace("Idempotency-Key", "")), frase
    assert not re.search(r"[{}]|None|\[|\(\)", frase), f"se asoma Python: {frase}"
    assert ".." not in frase
    assert "  " not in frase


@POR_CLASE
def test_lleva_un_titulo_propio_y_corto(clase: type[ErrorGestion]) -> None:
    assert "titulo" in vars(clase), "el título heredado no dice qué pasó"
    assert 0 < len(clase.titulo) <= 40
    assert clase.titulo[0].isupper()
    assert not clase.titulo.endswith(".")
    assert not EN_INGLES.search(clase.titulo.replace("Idempotency-Key", ""))


def test_dos_errores_no_comparten_titulo() -> None:
    titulos = [clase.titulo for clase in CLASES]
    assert sorted(set(titulos)) == sorted(titulos)


@POR_CLASE
def test_explica_la_situacion_en_su_docstring(clase: type[ErrorGestion]) -> None:
    assert (clase.__doc__ or "").strip().endswith(".")


# --- frases con cuidado --------------------------------------------------------


def test_la_tabla_invalida_lista_todas_sus_faltas() -> None:
    assert str(TablaInvalida("PODA", ["falta una", "falta otra"])) == (
        "La tabla «PODA» no se puede publicar: falta una; falta otra."
    )


def test_la_salida_inexistente_dice_las_que_hay_o_que_no_hay() -> None:
    assert "Elija una de: si, no." in str(SalidaInexistente("4", "quizá", ["si", "no"]))
    assert "ninguna" in str(SalidaInexistente("4", "quizá", []))


def test_el_formulario_incompleto_no_cambia_si_cambia_lo_que_recibio() -> None:
    campos = {"asunto": "es obligatorio"}
    error = FormularioIncompleto(campos)
    campos.clear()
    assert error.campos == {"asunto": "es obligatorio"}
    assert "asunto: es obligatorio" in str(error)


@pytest.mark.parametrize("espera_s", [1, 30, 60, 61, 80, 150, 600])
def test_la_espera_que_se_pide_nunca_es_menor_que_la_real(espera_s: int) -> None:
    dicho = re.search(r"Espere (\d+) (s|min) y", str(DemasiadosIntentos(espera_s)))
    assert dicho
    unidad = 60 if dicho[2] == "min" else 1
    assert espera_s <= unidad * int(dicho[1]) < espera_s + unidad
