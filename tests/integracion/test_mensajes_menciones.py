"""A quien se menciona en un comentario le llega un correo que dice eso, y nada que no deba."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modelos.actos import comentarios
from tests.correo import Buzon, buzon, partes
from tests.fabricas import Instancia
from tests.oficina import repartir


@pytest.fixture
def smtp() -> Iterator[Buzon]:
    with buzon() as abierto:
        yield abierto


def test_la_mencion_llega_por_correo_con_su_enlace_y_sin_el_comentario(instancia: Instancia, smtp: Buzon) -> None:
    folio = instancia.iniciar("normatividad", "Un asunto")
    with instancia.como("coordinacion") as ctx:
        dicho = comentarios.comentar(ctx, folio, "Esto es reservado, @direccion@demo.local")
    repartir(instancia, smtp.url)
    (mensaje,) = smtp.recibidos
    assert mensaje["Subject"] == f"{folio}: le mencionaron en un comentario"
    for texto in partes(mensaje):
        assert f"/expedientes/{folio}#comentario-{dicho.id}" in texto
        assert "reservado" not in texto
        for ajeno in ("None", "Qué se debe", "turno nuevo", "espera su respuesta"):
            assert ajeno not in texto, ajeno


def test_con_un_turno_nuevo_van_juntos_y_cada_cosa_en_su_lugar(instancia: Instancia, smtp: Buzon) -> None:
    folio = instancia.iniciar("normatividad", "Un asunto")
    instancia.cumplir_encargos()
    with instancia.como("coordinacion") as ctx:
        comentarios.comentar(ctx, folio, "Urge, @dstc@demo.local")
    repartir(instancia, smtp.url)
    (mensaje,) = [m for m in smtp.recibidos if "dstc@" in m["To"]]
    assert mensaje["Subject"] == f"{folio}: tiene un turno nuevo; además, le mencionaron en un comentario"
    texto, _ = partes(mensaje)
    assert texto.index("LE TOCA A USTED") < texto.index("LE MENCIONARON")
