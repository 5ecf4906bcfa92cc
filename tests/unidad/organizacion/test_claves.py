"""Adivinar una contraseña guardada cuesta lo que se decidió; en las demás pruebas se abarata (`conftest`)."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from modelos.organizacion import claves


@pytest.fixture(scope="module")
def de_verdad() -> ModuleType:
    """`modelos.organizacion.claves` recién leído, como lo usa el sistema."""
    donde = importlib.util.find_spec("modelos.organizacion.claves")
    assert donde
    assert donde.loader
    modulo = importlib.util.module_from_spec(donde)
    donde.loader.exec_module(modulo)
    return modulo


def test_una_contrasena_pensada_y_la_de_nadie_cuestan_64_mib_y_tres_vueltas(de_verdad: ModuleType) -> None:
    for cifrada in (de_verdad.cifrar("una que alguien pensó"), de_verdad._senuelo()):
        assert cifrada.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert claves.cifrar("una que alguien pensó").startswith("$argon2id$v=19$m=256,"), "las demás la abaratan"


def test_entrar_con_ella_verifica_la_cara(de_verdad: ModuleType) -> None:
    cifrada = de_verdad.cifrar("una que alguien pensó")
    assert de_verdad.coincide("una que alguien pensó", cifrada)
    assert not de_verdad.coincide("otra", cifrada)
    assert not de_verdad.coincide("una que alguien pensó", None)


def test_lo_que_no_se_ve_no_cuenta_en_ninguna_puerta() -> None:
    assert claves.normal("caf\u00e9 con ☎\ufe0f azul") == claves.normal("cafe\u0301 con ☎ azul\u200b")
