"""Una dirección de correo es una sola, se escriba como se escriba, y sólo entra si le llega un mensaje."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from modelos.ajustes import Ajustes
from modelos.organizacion import correos
from tareas.avisos.cartero import Carta, Cartero, EntregaImposible
from tests.accesorios.correo import buzon


@pytest.mark.parametrize(
    "escrito",
    [
        "ana.lopez@conalep.edu.mx",
        "Ana.Lopez@CONALEP.EDU.MX",
        "  ana.lopez@conalep.edu.mx\u00a0",
        "\u200bana.lo\u00adpez@conalep.edu.mx\ufeff",
    ],
)
def test_la_misma_direccion_da_lo_mismo(escrito: str) -> None:
    assert correos.normalizado(escrito) == "ana.lopez@conalep.edu.mx"


def test_compuesta_o_suelta_y_con_letras_o_en_xn_es_la_misma() -> None:
    una = correos.normalizado("ana@peñón.mx")
    assert una == correos.normalizado("ana@pen\u0303o\u0301n.mx") == correos.normalizado("ana@xn--pen-8mak.mx")
    assert correos.normalizado("n\u0303u@x.mx") == correos.normalizado("Ñu@x.mx")  # aunque no sirva: hay que hallarla
    assert correos.normalizado(una) == una


@pytest.mark.parametrize(
    ("escrito", "dice"),
    [
        ("ñandú@dominio-ñ.mx", "lleva «ñú»"),
        ("josé@conalep.edu.mx", "lleva «é»"),
        ("ana@sinpunto", "como nombre@"),
        ("ana@demo.local", "dominio reservado"),
        ("ana@x.localhost", "dominio reservado"),
        ("ana", "como nombre@"),
        ("ana lopez@x.mx", "como nombre@"),
        ("ana@x..mx", "como nombre@"),
        ("ana..b@x.mx", "como nombre@"),
        ("ana@x.mx.", "como nombre@"),
        ("ana@x_y.mx", "como nombre@"),
        ("Ana <ana@x.mx>", "como nombre@"),
        ("ana@x.mx\nBcc: b@x.mx", "como nombre@"),
        ("ana@[127.0.0.1]", "como nombre@"),
        (f"{'a' * 65}@x.mx", "como nombre@"),
        (f"{'a' * 60}@{'b' * 63}.{'c' * 63}.{'d' * 20}.mx", "demasiado largo"),
        ("a\x07na@x.mx", "carácter de control (U+0007)"),
    ],
)
def test_la_que_no_recibiria_nada_no_entra_y_se_dice_por_que(escrito: str, dice: str) -> None:
    assert dice in correos.falta(escrito)


def test_el_dominio_de_la_demostracion_solo_entra_en_la_demostracion() -> None:
    assert correos.falta("cst@demo.local", reservados=True) == ""
    assert correos.falta("c st@demo.local", reservados=True)


@pytest.mark.parametrize("buena", ["ana@x.mx", "o'neil+cast@sub.dominio.mx", "ana@peñón.mx", "a!b#c@x-y.mx", "1@2.mx"])
def test_la_que_entra_la_envia_el_cartero_a_un_servidor_sin_smtputf8(buena: str, tmp_path: Path) -> None:
    assert correos.falta(buena) == ""
    with buzon() as recibe:
        ajustes = Ajustes(datos=tmp_path, correo=SecretStr(recibe.url))
        Cartero(ajustes).por_correo(Carta("1", "Asunto", "texto", ""), "Ana", correos.normalizado(buena))
        assert recibe.para == [correos.en_la_red(buena)]
        assert recibe.para[0].isascii()


def test_una_que_entro_antes_de_la_regla_no_tira_al_cartero(tmp_path: Path) -> None:
    cartero = Cartero(Ajustes(datos=tmp_path, correo=SecretStr("mailto://127.0.0.1:1?from=avisos@x.mx")))
    with pytest.raises(EntregaImposible, match="mal formado"):
        cartero.por_correo(Carta("1", "Asunto", "texto", ""), "Ana", "ñandú@dominio-ñ.mx")
