"""A quien se menciona, o a quien se recuerda, le llega un correo que dice eso y nada que no deba."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.comodidades import comentarios
from modelos.actos.conduccion import campanas
from modelos.organizacion.organigrama import Adscripcion, por_correo
from tareas.avisos import junta
from tests.accesorios.correo import Buzon, buzon, partes
from tests.accesorios.fabricas import Instancia
from tests.accesorios.oficina import repartir


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
    assert mensaje["Subject"] == f"Le mencionaron en un comentario ({folio})"
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
    assert mensaje["Subject"].endswith(f" ({folio}); además, le mencionaron en un comentario")
    texto, _ = partes(mensaje)
    assert texto.index("LE TOCA A USTED") < texto.index("LE MENCIONARON")


def test_lo_que_se_recuerda_no_se_llama_nuevo(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2026-11-20T12:00:00-06:00")
    folio = instancia.iniciar("registro_mensual", "Mes", cast="CAST-DEMO-01", periodo="2026-11")
    instancia.cumplir_encargos()
    repartir(instancia, smtp.url)
    smtp.recibidos.clear()
    with instancia.como("coordinacion") as ctx:
        campanas.recordar(ctx, CATALOGO.vigente("registro_mensual", reloj.hoy()), "2026-11")
    repartir(instancia, smtp.url)
    (mensaje,) = [m for m in smtp.recibidos if "cast-demo-01@" in m["To"]]
    assert mensaje["Subject"] == f"Se le recuerda. Registrar los servicios del mes: responda antes del 30 nov ({folio})"


@pytest.mark.parametrize("juntada", [False, True], ids=["antes de juntarla", "ya juntada"])
def test_quien_perdio_el_permiso_no_recibe_la_mencion(instancia: Instancia, smtp: Buzon, juntada: bool) -> None:  # noqa: FBT001
    folio = instancia.iniciar("normatividad", "Un asunto reservado")
    with instancia.como("coordinacion") as ctx:
        comentarios.comentar(ctx, folio, "Véalo, @direccion@demo.local")
    if juntada:
        junta.juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    with instancia.como(None) as ctx:
        direccion = por_correo(ctx.s, "direccion@demo.local")
        assert direccion
        ctx.s.execute(delete(Adscripcion).where(col(Adscripcion.persona_id) == direccion.id))
    repartir(instancia, smtp.url)
    assert smtp.recibidos == []
