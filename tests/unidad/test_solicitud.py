"""Lo que JSON no tiene (fecha, instante, decimal, UUID, lista cerrada, bytes…) llega como texto y se entiende."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from pydantic import Field, ValidationError

from api.v1.esquemas.comunes import Solicitud


class Turno(Enum):
    """Una lista cerrada."""

    MATUTINO = "matutino"


class Dentro(Solicitud):
    """Una forma dentro de otra."""

    dia: date
    cuantos: int = 1


class Todo(Solicitud):
    """Un campo de cada tipo que JSON no tiene, y de los que sí."""

    dia: date | None = None
    instante: datetime | None = None
    hora: time | None = None
    importe: Decimal | None = None
    identidad: UUID | None = None
    turno: Turno | None = None
    crudo: bytes | None = None
    juntos: set[str] | None = None
    par: tuple[int, date] | None = None
    por_dia: dict[date, int] | None = None
    dentro: list[Dentro] = Field(default_factory=list)
    entero: int | None = None
    texto: str | None = None
    bandera: bool | None = None


@pytest.mark.parametrize(
    ("campo", "enviado", "leido"),
    [
        ("dia", "2026-05-15", date(2026, 5, 15)),
        ("instante", "2026-05-15T10:00:00+00:00", datetime.fromisoformat("2026-05-15T10:00:00+00:00")),
        ("hora", "10:30:00", time(10, 30)),
        ("importe", "1500.50", Decimal("1500.50")),
        ("importe", 1500, Decimal(1500)),
        ("identidad", "12345678-1234-5678-1234-567812345678", UUID("12345678-1234-5678-1234-567812345678")),
        ("turno", "matutino", Turno.MATUTINO),
        ("crudo", "hola", b"hola"),
        ("juntos", ["a", "b"], {"a", "b"}),
        ("par", [1, "2026-05-15"], (1, date(2026, 5, 15))),
        ("por_dia", {"2026-05-15": 3}, {date(2026, 5, 15): 3}),
        ("dentro", [{"dia": "2026-05-15"}], [Dentro.model_validate({"dia": "2026-05-15"})]),
    ],
)
def test_un_valor_valido_de_cada_tipo_se_acepta(campo: str, enviado: object, leido: object) -> None:
    assert getattr(Todo.model_validate({campo: enviado}), campo) == leido


@pytest.mark.parametrize(
    ("cuerpo", "donde", "falta"),
    [
        ({"dia": 20260515}, ("dia",), "date_type"),
        ({"dia": "15/05/2026"}, ("dia",), "date_parsing"),
        ({"entero": "1"}, ("entero",), "int_type"),
        ({"entero": True}, ("entero",), "int_type"),
        ({"texto": 1}, ("texto",), "string_type"),
        ({"bandera": 1}, ("bandera",), "bool_type"),
        ({"dentro": [{"dia": "2026-05-15", "cuantos": "1"}]}, ("dentro", 0, "cuantos"), "int_type"),
        ({"sobra": 1}, ("sobra",), "extra_forbidden"),
    ],
)
def test_sigue_siendo_estricto_y_dice_donde(cuerpo: dict[str, Any], donde: tuple[Any, ...], falta: str) -> None:
    with pytest.raises(ValidationError) as error:
        Todo.model_validate(cuerpo)
    assert [(f["loc"], f["type"]) for f in error.value.errors()] == [(donde, falta)]


def test_en_openapi_cada_forma_tiene_su_nombre() -> None:
    app = FastAPI()

    @app.post("/")
    def recibir(cuerpo: Todo | None = None) -> None:
        """Nada: sólo importa cómo se describe."""
        assert cuerpo is None

    formas = app.openapi()["components"]["schemas"]
    assert formas["Todo"]["properties"]["dentro"]["items"] == {"$ref": "#/components/schemas/Dentro"}
