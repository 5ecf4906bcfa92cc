"""Lo que no procedió: qué vuelve a la página, con qué código y qué se conserva."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, Field
from starlette.requests import Request

from api.app import crear
from api.web.piezas.formularios import CONDICIONADO, CORTO, LISTA, Falta, LoEscrito, de_molde
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos.ajustes import Ajustes
from modelos.errores import (
    ActoNoProcede,
    BaseInaccesible,
    DatoRepetido,
    ErrorGestion,
    FaltaConfirmar,
    FormularioIncompleto,
    NoExiste,
)
from modelos.organizacion.errores import SinSesion

ESCRITO = LoEscrito({"motivo": "porque sí"}, {})


def test_lo_que_no_procede_queda_con_lo_escrito_y_no_se_lanza() -> None:
    with Intento(ESCRITO, "cancelar", titulos={"motivo": "Motivo"}, ancla="cancelar-{}".format) as intento:
        raise FormularioIncompleto({"motivo": "es muy corto", "otro": "sobra"})
    hecho = intento.rechazo
    assert hecho is not None
    assert (hecho.acto, hecho.status, hecho.textos) == ("cancelar", 422, ESCRITO.textos)
    assert hecho.resumen == [
        Falta("Motivo: es muy corto.", "cancelar-motivo"),
        Falta("otro: sobra.", "cancelar-otro"),
    ]
    assert hecho.frase == ""


@pytest.mark.parametrize("error", [SinSesion(), NoExiste("el turno", "X")])
def test_lo_que_no_tiene_pagina_a_que_volver_sigue_siendo_error(error: ErrorGestion) -> None:
    with pytest.raises(type(error)), Intento(ESCRITO):
        raise error


def test_solo_vuelven_los_errores_que_se_dijo() -> None:
    with pytest.raises(DatoRepetido), Intento(ESCRITO, vuelve=(FormularioIncompleto,)):
        raise DatoRepetido("la clave", "X")
    with pytest.raises(ValueError, match="ajeno"), Intento(ESCRITO):
        raise ValueError("ajeno")


def test_lo_que_no_es_de_un_campo_se_dice_donde_diga_la_pagina() -> None:
    repetido = Rechazo("alta", ESCRITO, DatoRepetido("la clave", "X"))
    assert repetido.errores_en("clave") == {"clave": str(repetido.error).rstrip(".")}
    assert repetido.status == 409
    assert Rechazo("alta", ESCRITO).errores_en("clave") == {}


def test_lo_que_falta_confirmar_no_es_un_error_del_resumen() -> None:
    pregunta = FaltaConfirmar(["hay otro"], ["A-1"], ["A-1"])
    hecho = Rechazo("adelantar", LoEscrito({"confirmar": "A-1"}, {}), pregunta)
    assert (hecho.resumen, hecho.falta, hecho.confirmadas) == ([], pregunta, ["A-1"])
    assert Rechazo("x", ESCRITO, ActoNoProcede("x", "y", "Z.")).resumen == [Falta("No procede x: y. Z.")]


def test_si_de_eso_se_sale_esperando_la_pagina_dice_cuanto(tmp_path: Path) -> None:
    encabezados = [(b"host", b"aqui")]
    pedido = Request({"type": "http", "path": "/x", "headers": encabezados, "app": crear(Ajustes(datos=tmp_path))})
    suyo = dict.fromkeys(("ir", "correo", "error", "aviso", "guardado", "cuentas_demo"), "")
    hecho = mostrar(pedido, "sesion/entrar.html", None, Rechazo("x", ESCRITO, BaseInaccesible()), **suyo)
    assert (hecho.status_code, hecho.headers["retry-after"]) == (503, "30")


def test_los_controles_salen_de_los_campos_del_modelo() -> None:
    class Molde(BaseModel):
        cuando: date = Field(title="Cuándo", json_schema_extra=CONDICIONADO)
        donde: str = Field(title="Dónde", json_schema_extra=LISTA)
        nombre: str = Field("", title="Nombre", description="Completo.", max_length=300, json_schema_extra=CORTO)
        nota: str = Field("", max_length=300)
        cuantos: int | None = None

    campos = de_molde(Molde, {"nombre": "Eva"}, {"donde": "elija"}, {"donde": {"a": "Allá"}})
    assert [(c.nombre, c.control) for c in campos.values()] == [
        ("cuando", "fecha"),
        ("donde", "lista"),
        ("nombre", "renglon"),
        ("nota", "parrafo"),
        ("cuantos", "numero"),
    ]
    assert (campos["cuando"].obligatorio, campos["cuando"].exige) == (True, False)
    assert (campos["donde"].opciones, campos["donde"].error) == ((("a", "Allá"),), "elija")
    nombre = campos["nombre"]
    assert (nombre.valor, nombre.ayuda, nombre.maximo, nombre.obligatorio) == ("Eva", "Completo.", 300, False)
