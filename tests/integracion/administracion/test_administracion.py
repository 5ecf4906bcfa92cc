"""Lo que cuida la administración de sí misma, sobre las dos bases: siempre queda quien administre, y nada a la vez."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from modelos import reloj
from modelos.actos.administracion import personas, unidades
from modelos.actos.turnos.mover import Contexto
from modelos.errores import ActoNoProcede, DatoRepetido, ErrorGestion, FormularioIncompleto
from modelos.organizacion.organigrama import Adscripcion, por_correo
from tests.accesorios.fabricas import Instancia

MANANA = timedelta(days=1)
Acto = Callable[[Contexto], object]


@pytest.fixture
def otra(instancia: Instancia) -> int:
    """Otra persona que administra sin fin, con el alias `otra`; su id."""
    with instancia.como("administracion") as ctx:
        alta = personas.alta_persona(ctx, "otra@demo.local", "Otra", "DSTC", "administracion")
        return alta.persona.id or 0


def id_de(instancia: Instancia, alias: str = "administracion") -> int:
    with instancia.leer() as s:
        persona = por_correo(s, f"{alias}@demo.local")
        assert persona
        return persona.id or 0


def adscripcion(instancia: Instancia, persona: int) -> Adscripcion:
    with instancia.leer() as s:
        return s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == persona)).one()


def fijar(instancia: Instancia, quien: str | None, persona: int, hasta: date | None) -> None:
    suya = adscripcion(instancia, persona).id or 0
    with instancia.como(quien) as ctx:
        personas.fijar_ultimo_dia(ctx, persona, suya, hasta)


def a_la_vez(instancia: Instancia, *actos: tuple[str, Acto]) -> list[str]:
    """Qué le pasó a cada una: «bien» o el nombre de su error. Con PostgreSQL, ya dentro de su transacción."""
    barrera, finales = threading.Barrier(len(actos)), [""] * len(actos)
    dentro = instancia.url.startswith("postgresql")

    def hacer(i: int, alias: str, acto: Acto) -> None:
        try:
            if not dentro:
                barrera.wait(30)
            with instancia.como(alias) as ctx:
                if dentro:
                    barrera.wait(30)
                acto(ctx)
            finales[i] = "bien"
        except Exception as error:  # noqa: BLE001 - lo que sea, para decirlo en la aserción
            finales[i] = type(error).__name__

    hilos = [threading.Thread(target=hacer, args=(i, *acto)) for i, acto in enumerate(actos)]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join(60)
    return sorted(finales)


# --- siempre queda quien administre ---------------------------------------------------


def test_dos_que_se_dan_de_baja_a_la_vez_no_dejan_a_nadie_fuera_de_las_dos(instancia: Instancia, otra: int) -> None:
    yo = id_de(instancia)
    finales = a_la_vez(
        instancia,
        ("administracion", lambda ctx: personas.baja_persona(ctx, otra, "Cruce")),
        ("otra", lambda ctx: personas.baja_persona(ctx, yo, "Cruce")),
    )
    assert finales in (["ActoNoProcede", "bien"], ["NoLeCorresponde", "bien"])


def test_dos_que_se_ponen_ultimo_dia_a_la_vez_no_dejan_el_manana_sin_nadie(instancia: Instancia, otra: int) -> None:
    yo, hoy = id_de(instancia), reloj.hoy()
    suyas = {persona: adscripcion(instancia, persona).id or 0 for persona in (yo, otra)}
    finales = a_la_vez(
        instancia,
        ("administracion", lambda ctx: personas.fijar_ultimo_dia(ctx, otra, suyas[otra], hoy)),
        ("otra", lambda ctx: personas.fijar_ultimo_dia(ctx, yo, suyas[yo], hoy)),
    )
    assert finales == ["ActoNoProcede", "bien"]
    assert [adscripcion(instancia, p).hasta for p in (yo, otra)].count(None) == 1


def test_quien_administra_hasta_manana_no_quita_a_quien_administra_sin_fin(instancia: Instancia, otra: int) -> None:
    yo, hoy = id_de(instancia), reloj.hoy()
    fijar(instancia, "administracion", otra, hoy + MANANA)
    with pytest.raises(ActoNoProcede, match="no habría quien administre") as error, instancia.como("otra") as ctx:
        personas.baja_persona(ctx, yo, "Ya no")
    assert "dé la administración, sin último día, a otra persona" in str(error.value)
    with pytest.raises(ActoNoProcede):
        fijar(instancia, "otra", yo, hoy + 2 * MANANA)
    with pytest.raises(ActoNoProcede), instancia.como(None) as ctx:
        personas.retirar(ctx, yo, "DSTC", "administracion")
    assert adscripcion(instancia, yo).hasta is None


def test_si_nadie_la_tiene_sin_fin_basta_otra_que_dure_tanto(instancia: Instancia, otra: int) -> None:
    yo, hoy = id_de(instancia), reloj.hoy()
    fijar(instancia, "administracion", otra, hoy + 5 * MANANA)
    with instancia.como(None) as ctx:  # como quedó en una instancia vieja: nadie sin fin
        ctx.s.get_one(Adscripcion, adscripcion(instancia, yo).id).hasta = hoy + 3 * MANANA
    with pytest.raises(ActoNoProcede), instancia.como("administracion") as ctx:
        personas.baja_persona(ctx, otra, "Se fue")
    with instancia.como("otra") as ctx:
        personas.baja_persona(ctx, yo, "Se fue")
    with instancia.como(None) as ctx:  # ni desde la línea de órdenes
        with pytest.raises(ActoNoProcede):
            personas.baja_persona(ctx, otra, "")
        ctx.s.rollback()


def test_lo_que_se_hace_junto_cuenta_por_como_queda(instancia: Instancia, otra: int) -> None:
    from modelos.administracion.quien_administra import exigir_que_quede_administracion

    yo, hoy, suya = id_de(instancia), reloj.hoy(), adscripcion(instancia, otra).id or 0
    fijar(instancia, "administracion", otra, hoy + MANANA)
    with instancia.como(None) as ctx, exigir_que_quede_administracion(ctx.s):
        personas.retirar(ctx, yo, "DSTC", "administracion")
        personas.fijar_ultimo_dia(ctx, otra, suya, None)
    with pytest.raises(ActoNoProcede), instancia.como(None) as ctx, exigir_que_quede_administracion(ctx.s):
        personas.fijar_ultimo_dia(ctx, otra, suya, hoy)
    assert adscripcion(instancia, otra).hasta is None


def test_nadie_se_da_un_rol_ni_se_alarga_lo_suyo(instancia: Instancia, otra: int) -> None:
    hoy = reloj.hoy()
    fijar(instancia, "administracion", otra, hoy + MANANA)
    for hasta in (None, hoy + 2 * MANANA):
        with pytest.raises(ActoNoProcede, match="Pídalo a otra persona de la administración"):
            fijar(instancia, "otra", otra, hasta)
    with (
        pytest.raises(ActoNoProcede, match="Pídalo a otra persona de la administración"),
        instancia.como("otra") as ctx,
    ):
        personas.adscribir(ctx, otra, "DSTC", "coordinacion")
    with instancia.como("administracion") as ctx:
        suya = personas.adscribir(ctx, otra, "CST", "operacion", hasta=hoy + 5 * MANANA).id or 0
    with pytest.raises(ActoNoProcede), instancia.como("otra") as ctx:
        personas.fijar_ultimo_dia(ctx, otra, suya, None)
    with instancia.como("otra") as ctx:  # dejarla antes sí
        personas.fijar_ultimo_dia(ctx, otra, suya, hoy)


# --- a la vez -------------------------------------------------------------------------


def test_dos_altas_o_correcciones_a_la_vez_con_lo_mismo_dan_repetido_y_no_una_falla(
    instancia: Instancia, otra: int
) -> None:
    una, dos = id_de(instancia, "cst"), id_de(instancia, "dvs")
    repetidas: tuple[tuple[Acto, Acto], ...] = (
        (lambda ctx: personas.alta_persona(ctx, "eva@x.mx", "Eva", "CST", "operacion"),) * 2,
        (lambda ctx: unidades.alta_cast(ctx, "CAST-Z", "CAST Zeta", "CE-15"),) * 2,
        (lambda ctx: personas.adscribir(ctx, una, "DVS", "operacion"),) * 2,
        (
            lambda ctx: personas.corregir_persona(ctx, una, "misma@x.mx", "Una"),
            lambda ctx: personas.corregir_persona(ctx, dos, "misma@x.mx", "Dos"),
        ),
    )
    assert otra
    for uno, otro in repetidas:
        assert a_la_vez(instancia, ("administracion", uno), ("otra", otro)) == [DatoRepetido.__name__, "bien"]


# --- fechas -----------------------------------------------------------------------------


@pytest.mark.parametrize("imposible", [date(1, 1, 1), date(1800, 5, 5), date(9999, 12, 31)])
def test_las_fechas_imposibles_no_se_guardan(instancia_sqlite: Instancia, imposible: date) -> None:
    cst = id_de(instancia_sqlite, "cst")
    suya = adscripcion(instancia_sqlite, cst).id or 0
    actos: dict[str, Acto] = {
        "desde": lambda ctx: personas.adscribir(ctx, cst, "DVS", "operacion", imposible),
        "hasta": lambda ctx: personas.adscribir(ctx, cst, "DVS", "operacion", None, imposible),
        " hasta": lambda ctx: personas.fijar_ultimo_dia(ctx, cst, suya, imposible),
        "  hasta": lambda ctx: personas.retirar(ctx, cst, "CST", "operacion", imposible),
        " desde": lambda ctx: unidades.baja_unidad(ctx, "CAST-DEMO-01", imposible, "Cerró", 99),
    }
    for campo, acto in actos.items():
        with pytest.raises(ErrorGestion) as error, instancia_sqlite.como("administracion") as ctx:
            acto(ctx)
        assert isinstance(error.value, FormularioIncompleto)
        assert error.value.campos == {campo.strip(): "revise el año: va de 2000 a 2100"}
