"""El cursor de una lista: va y vuelve igual, y nada que no haya dado la lista se lee."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter

from modelos.errores import FormularioIncompleto
from modelos.listas import (
    CURSOR_AJENO,
    DE_DIA,
    DE_FECHA,
    DE_INSTANTE,
    DE_NUMERO,
    DE_TEXTO,
    LIMITE_MAXIMO,
    Cursor,
    acotar,
    cortar,
    repartir,
)

QUIZA = Cursor(TypeAdapter(tuple[date | None, str]))
AHORA = datetime(2026, 5, 15, 15, 0, 0, 123456, tzinfo=UTC)
COMPUESTOS = (DE_INSTANTE, DE_DIA, QUIZA)


def cifrado(dicho: object) -> str:
    """Como los escribe la lista."""
    return base64.urlsafe_b64encode(dicho if isinstance(dicho, bytes) else json.dumps(dicho).encode()).decode()


@pytest.mark.parametrize(
    ("forma", "clave"),
    [
        (DE_INSTANTE, (AHORA, "DSTC-1.2")),
        (DE_DIA, (date(2026, 5, 15), "x")),
        (QUIZA, (None, "ñ")),
        (DE_NUMERO, 17),
        (DE_FECHA, date(2026, 5, 15)),
        (DE_TEXTO, "CAST-DEMO-01"),
    ],
)
def test_un_cursor_vuelve_a_ser_su_clave(forma: Cursor[Any], clave: object) -> None:
    assert forma.leer(forma.escribir(clave)) == clave


def test_un_cursor_ya_emitido_con_la_otra_escritura_sigue_valiendo() -> None:
    assert DE_INSTANTE.leer(cifrado(["2026-05-15T09:00:00.123456-06:00", "a"])) == (AHORA, "a")


def test_lo_que_se_lee_esta_en_utc() -> None:
    fuera = AHORA.astimezone(timezone(timedelta(hours=-6)))
    assert DE_INSTANTE.leer(DE_INSTANTE.escribir((fuera, "a")))[0].tzinfo == UTC


@pytest.mark.parametrize("forma", COMPUESTOS)
@pytest.mark.parametrize(
    "malo",
    [
        pytest.param("basura", id="no-es-base64"),
        pytest.param("AAA", id="base64-cortado"),
        pytest.param("ñ\ud800", id="ni-siquiera-es-texto"),
        pytest.param(cifrado(b"\xff\xfe"), id="no-es-utf8"),
        pytest.param(cifrado(b"{"), id="json-roto"),
        pytest.param(cifrado(b"[" * 20_000), id="json-hondo"),
        pytest.param(cifrado(b"[" + b"9" * 100_000 + b"]"), id="numero-sin-fin"),
        pytest.param(cifrado({}), id="objeto"),
        pytest.param(cifrado([]), id="vacio"),
        pytest.param(cifrado(["2026-05-15", "a", "b"]), id="de-mas"),
        pytest.param(cifrado([5, "a"]), id="numero-por-fecha"),
        pytest.param(cifrado([True, "a"]), id="logico-por-fecha"),
        pytest.param(cifrado([["2026-05-15"], "a"]), id="lista-por-fecha"),
        pytest.param(cifrado(["2026-02-30", "a"]), id="30-de-febrero"),
        pytest.param(cifrado(["2026-02-30T00:00:00Z", "a"]), id="instante-del-30-de-febrero"),
        pytest.param(cifrado(["2026-01-01T00:00:00", "a"]), id="sin-zona"),
        pytest.param(cifrado(["9999-12-31T23:59:59-10:00", "a"]), id="no-cabe-en-utc"),
        pytest.param(cifrado(["0001-01-01T00:00:00+10:00", "a"]), id="antes-de-todo"),
    ],
)
def test_lo_que_no_dio_la_lista_no_se_lee(forma: Cursor[Any], malo: str) -> None:
    with pytest.raises(FormularioIncompleto) as falta:
        forma.leer(malo)
    assert falta.value.campos == CURSOR_AJENO


@pytest.mark.parametrize(
    ("forma", "tipo"), [(DE_INSTANTE, "2026-01-01T00:00:00Z"), (DE_DIA, "2026-01-01"), (QUIZA, None)]
)
@pytest.mark.parametrize("ultimo", [1, None, ["a"], {"a": 1}])
def test_el_id_es_un_texto(forma: Cursor[Any], tipo: object, ultimo: object) -> None:
    with pytest.raises(FormularioIncompleto):
        forma.leer(cifrado([tipo, ultimo]))


def test_el_id_no_trae_signos_de_control() -> None:
    with pytest.raises(FormularioIncompleto):
        DE_INSTANTE.leer(cifrado(["2026-01-01T00:00:00Z", "a\x00"]))
    with pytest.raises(FormularioIncompleto):
        DE_TEXTO.leer("a\x00")


@pytest.mark.parametrize("malo", ["", "x", "-1", "9" * 5000, "1.5", "nan", "٣" * 12])
def test_un_numero_que_no_cabe_no_se_lee(malo: str) -> None:
    with pytest.raises(FormularioIncompleto):
        DE_NUMERO.leer(malo)


@pytest.mark.parametrize("malo", ["", "x", "2026-02-30", "2026-13-01", "99999-01-01"])
def test_una_fecha_imposible_no_se_lee(malo: str) -> None:
    with pytest.raises(FormularioIncompleto):
        DE_FECHA.leer(malo)


@pytest.mark.parametrize("limite", [-1, 0, LIMITE_MAXIMO + 1])
def test_un_tramo_tiene_de_uno_a_doscientos(limite: int) -> None:
    with pytest.raises(FormularioIncompleto):
        acotar(limite)


def test_el_ultimo_tramo_no_dice_que_siga_otro() -> None:
    assert cortar([1, 2, 3], 2, 9, DE_NUMERO, lambda n: n).siguiente == "2"
    assert cortar([1, 2], 2, 9, DE_NUMERO, lambda n: n).siguiente is None


def test_repartir_da_todos_una_vez_y_rechaza_al_que_ya_no_esta() -> None:
    todas, cursor = list("abcde"), None
    vistas: list[str] = []
    while True:
        tramo = repartir(todas, cursor, 2, lambda letra: letra)
        vistas += tramo.elementos
        if (cursor := tramo.siguiente) is None:
            break
    assert vistas == todas
    with pytest.raises(FormularioIncompleto):
        repartir(todas, "z", 2, lambda letra: letra)
