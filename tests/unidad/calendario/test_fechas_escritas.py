"""Una fecha se entiende igual, y se rechaza con las mismas palabras, en cada puerta."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.cli.fechas import _leida as de_consola
from api.espanol import typer
from api.v1.esquemas import administracion, comunes, papeleria  # noqa: F401 - declaran solicitudes
from flujos.catalogo import CATALOGO
from modelos import fechas
from modelos.administracion.carga import hojas
from modelos.dias import archivo
from modelos.errores import FormularioIncompleto
from modelos.tabla.actividad import Formulario
from modelos.tabla.formularios import mensajes
from modelos.tablero import filtro

DIA = date(2026, 12, 1)
BUENAS = ("2026-12-01", "2026-12-1", "01/12/2026", "1-12-2026", " 2026-12-01\u00a0", "\u200b1/12/2026")
MALAS = ("2026-02-30", "31/11/2026", "20261201", "2026-W49-2", "1/12/26", "12/31/2026", "mañana", "2026-12-01T10:00")
TABLAS = CATALOGO  # importarlo declara los formularios


def _todos(clase: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for suya in clase.__subclasses__():
        yield suya
        yield from _todos(suya)


def _campos_de_fecha() -> dict[str, Any]:
    """Cada campo de fecha que entra por la API o por un formulario, con su tipo."""
    hallados = {}
    for raiz in (comunes.Solicitud, Formulario):
        for clase in _todos(raiz):
            if clase.__module__.startswith("tests."):
                continue
            for nombre, tipo in get_type_hints(clase, include_extras=True).items():
                if nombre in clase.model_fields and date in (tipo, *_partes(tipo)):
                    hallados[f"{clase.__module__}.{clase.__name__}.{nombre}"] = tipo
    return hallados


def _partes(tipo: Any) -> Iterator[Any]:
    for parte in get_args(tipo):
        yield parte
        yield from _partes(parte)


CAMPOS = _campos_de_fecha()


def test_hay_fechas_en_la_api_y_en_los_formularios() -> None:
    modulos = {campo.split(".")[0] for campo in CAMPOS}
    assert modulos == {"api", "flujos"}
    assert len(CAMPOS) > 20


@pytest.mark.parametrize("campo", CAMPOS)
def test_cada_campo_la_lee_y_la_rechaza_igual(campo: str) -> None:
    adaptador = TypeAdapter(CAMPOS[campo])
    for escrita in BUENAS:
        assert adaptador.validate_python(escrita, strict=True) == DIA
    for mala in (*MALAS, 0, 1796083200):
        with pytest.raises(ValidationError) as error:
            adaptador.validate_python(mala, strict=True)
        assert set(mensajes(error.value.errors()).values()) == {fechas.COMO_FECHA}


def _de_tablero(texto: str) -> date:
    return filtro._fechas(texto, "2026-12-31")[0]


def _de_celda(texto: str) -> date:
    leida = hojas.fecha(texto.strip("\u200b\u00a0 "))
    assert leida
    return leida


def _de_csv(texto: str) -> date:
    renglon = f"{texto},{texto},suspension_labores,nacional,,Motivo,Fuente,\n"
    leidos = archivo.leer("d.csv", f"{','.join(archivo.COLUMNAS)}\n{renglon}".encode())
    buenos, faltas = archivo.entender(leidos, DIA)
    archivo.exigir(faltas)
    return buenos[0][1].inicio


PUERTAS = {
    "páginas": lambda texto: fechas.obligatoria("dia", texto),
    "tablero": _de_tablero,
    "Excel": _de_celda,
    "CSV": _de_csv,
    "consola": de_consola,
}


@pytest.mark.parametrize("puerta", PUERTAS)
def test_las_demas_puertas_tambien(puerta: str) -> None:
    leer = PUERTAS[puerta]
    for escrita in BUENAS:
        assert leer(escrita) == DIA
    for mala in MALAS:
        with pytest.raises((FormularioIncompleto, ValueError, typer.BadParameter)) as error:
            leer(mala)
        if isinstance(error.value, FormularioIncompleto):
            assert fechas.COMO_FECHA in error.value.campos.values()
        else:
            assert str(error.value).startswith(fechas.COMO_FECHA)
