"""Las adscripciones de un libro, juntas: lo que la revisión aprueba entra, y lo que no, se dice en su renglón."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest
from sqlalchemy import select
from sqlmodel import col

from modelos.actos.administracion import carga, personas
from modelos.administracion.personas import adscribir
from modelos.errores import ActoNoProcede, FormularioIncompleto
from modelos.organizacion.organigrama import Adscripcion, por_correo
from tareas.hojas import catalogos as excel
from tests.accesorios.fabricas import Instancia
from tests.integracion.administracion.test_excel import (
    ADSCRIPCIONES,
    PERSONAS,
    UNIDADES,
    Hojas,
    cargar,
    faltas,
    libro,
    planear,
    sin_cambios,
)

HOY, FIN, SIGUIENTE = "2026-11-20", "2026-12-20", "2026-12-21"
Tramos = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{HOY}T10:00:00-06:00")


def con_ana(instancia: Instancia, *tramos: tuple[str, str]) -> None:
    """Ana, de operación en CST en esos tramos; vacío: sin fin."""
    with instancia.como(None) as ctx:
        personas.alta_persona(ctx, "ana@x.mx", "Ana", "CST", "operacion")
        ana = por_correo(ctx.s, "ana@x.mx")
        assert ana
        ctx.s.delete(ctx.s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == ana.id)).one())
        ctx.s.flush()
        for desde, hasta in tramos:
            fin = date.fromisoformat(hasta) if hasta else None
            de = date.fromisoformat(desde)
            ctx.s.add(Adscripcion(persona_id=ana.id or 0, unidad="CST", rol="operacion", desde=de, hasta=fin))


def de_ana(instancia: Instancia) -> Tramos:
    with instancia.leer() as s:
        ana = por_correo(s, "ana@x.mx")
        assert ana
        suyas = select(Adscripcion).where(col(Adscripcion.persona_id) == ana.id).order_by(col(Adscripcion.desde))
        return [(str(f.desde), str(f.hasta or "")) for f in s.scalars(suyas)]


def hojas(tramos: Iterable[tuple[str, str]], correo: str = "ana@x.mx", rol: str = "operacion") -> Hojas:
    return {"Adscripciones": [ADSCRIPCIONES, *((correo, "CST", rol, *tramo) for tramo in tramos)]}


@pytest.mark.parametrize(
    ("previas", "pedidas"),
    [
        pytest.param([(HOY, "")], [(HOY, FIN), (SIGUIENTE, "")], id="corta-y-da-la-siguiente"),
        pytest.param([(HOY, "")], [(SIGUIENTE, ""), (HOY, FIN)], id="da-la-siguiente-y-corta"),
        pytest.param([("2026-01-02", "")], [("2026-01-02", "2026-11-19"), (HOY, "")], id="corta-ya-y-da-otra-hoy"),
        pytest.param(
            [(HOY, "2026-11-30"), ("2027-01-01", "")],
            [("2027-01-01", "2027-06-30"), (HOY, "2026-12-31"), ("2027-07-01", "")],
            id="alarga-corta-y-da",
        ),
    ],
)
def test_cortar_una_y_dar_la_siguiente_cabe_en_el_mismo_libro(
    instancia: Instancia, previas: Tramos, pedidas: Tramos
) -> None:
    con_ana(instancia, *previas)
    assert faltas(instancia, hojas(pedidas)) == []
    cargar(instancia, hojas(pedidas))
    assert de_ana(instancia) == sorted(pedidas)


@pytest.mark.parametrize(
    ("previas", "pedidas", "dicha"),
    [
        pytest.param(
            [(HOY, FIN)],
            [(HOY, ""), (SIGUIENTE, "")],
            f"renglón 3, columna D (Desde): se encima con la que rige desde {HOY} (renglón 2).",
            id="alarga-y-da",
        ),
        pytest.param(
            [(HOY, FIN)],
            [(SIGUIENTE, ""), (HOY, "")],
            f"renglón 3, columna E (Hasta): se encima con la que rige desde {SIGUIENTE} (renglón 2).",
            id="da-y-alarga",
        ),
        pytest.param(
            [(HOY, FIN), (SIGUIENTE, "")],
            [(HOY, SIGUIENTE)],
            f"renglón 2, columna E (Hasta): se encima con la que rige desde {SIGUIENTE}.",
            id="alarga-sobre-la-que-no-viene",
        ),
        pytest.param(
            [(HOY, "")],
            [(HOY, SIGUIENTE), (SIGUIENTE, "")],
            f"renglón 3, columna D (Desde): se encima con la que rige desde {HOY} (renglón 2).",
            id="no-la-corta-bastante",
        ),
    ],
)
def test_lo_que_se_encimaria_se_dice_al_revisar_y_no_entra(
    instancia: Instancia, previas: Tramos, pedidas: Tramos, dicha: str
) -> None:
    con_ana(instancia, *previas)
    assert faltas(instancia, hojas(pedidas)) == [f"Adscripciones, {dicha}"]
    with sin_cambios(instancia), pytest.raises(FormularioIncompleto, match="se encima"):
        cargar(instancia, hojas(pedidas))
    assert de_ana(instancia) == previas


def test_lo_que_ya_se_encimaba_no_impide_volver_a_cargar_ni_cortarlo(instancia: Instancia) -> None:
    con_ana(instancia, (HOY, ""), (SIGUIENTE, ""))
    assert faltas(instancia, hojas([(HOY, ""), (SIGUIENTE, "")])) == []
    cargar(instancia, hojas([(HOY, FIN), (SIGUIENTE, "")]))
    assert de_ana(instancia) == [(HOY, FIN), (SIGUIENTE, "")]


# --- quien administra ---------------------------------------------------------------------


def administrar(instancia: Instancia, correo: str, hasta: date | None) -> None:
    """Da la administración a quien ya está."""
    with instancia.como(None) as ctx:
        adscribir(ctx.s, correo, unidad="DSTC", rol="administracion", hasta=hasta)


def con_fin_para(instancia: Instancia, correo: str, dia: date) -> None:
    """Deja con último día su administración."""
    with instancia.como(None) as ctx:
        persona = por_correo(ctx.s, correo)
        assert persona
        suya = select(Adscripcion).where(
            col(Adscripcion.persona_id) == persona.id, col(Adscripcion.rol) == "administracion"
        )
        ctx.s.scalars(suya).one().hasta = dia


def test_una_carga_no_deja_al_sistema_sin_quien_administre(instancia: Instancia) -> None:
    # Quien carga administra sólo hasta mañana, y le quita la administración a quien la tenía sin fin.
    administrar(instancia, "cst@demo.local", None)
    con_fin_para(instancia, "administracion@demo.local", date(2026, 11, 21))
    corte = ("cst@demo.local", "DSTC", "administracion", HOY, "2026-11-25")
    sola: Hojas = {"Adscripciones": [ADSCRIPCIONES, corte]}
    assert faltas(instancia, sola) == [
        (
            "Adscripciones, renglón 2, columna E (Hasta): desde el jue 26 nov 2026 no habría quien administre el "
            "sistema; antes dé la administración, sin último día, a otra persona."
        )
    ]
    with sin_cambios(instancia), pytest.raises(FormularioIncompleto, match="no habría quien administre"):
        cargar(instancia, sola)
    # Si el mismo libro se la da a otra persona, que además es nueva, sí.
    con_otra: Hojas = {
        "Personas": [PERSONAS, ("beto@x.mx", "Beto")],
        "Adscripciones": [ADSCRIPCIONES, corte, ("beto@x.mx", "DSTC", "administracion", "2026-11-26", "")],
    }
    assert faltas(instancia, con_otra) == []
    assert len(cargar(instancia, con_otra).altas) == 1


def test_la_carga_tambien_lo_exige_aunque_la_revision_no_lo_viera(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrar(instancia, "cst@demo.local", None)
    con_fin_para(instancia, "administracion@demo.local", date(2026, 11, 21))
    corte: Hojas = {"Adscripciones": [ADSCRIPCIONES, ("cst@demo.local", "DSTC", "administracion", HOY, "2026-11-25")]}
    monkeypatch.setattr("modelos.administracion.carga.vigencias.Vigencias.sin_administracion", lambda *_: iter(()))
    with sin_cambios(instancia), pytest.raises(ActoNoProcede, match="no habría quien administre"):
        cargar(instancia, corte)


def test_quien_carga_no_se_da_roles_ni_se_alarga_los_suyos(instancia: Instancia) -> None:
    con_fin_para(instancia, "administracion@demo.local", date(2026, 11, 25))
    propias: Hojas = {
        "Adscripciones": [
            ADSCRIPCIONES,
            ("administracion@demo.local", "DSTC", "direccion", "", ""),
            ("administracion@demo.local", "DSTC", "administracion", "2026-01-02", ""),
        ]
    }
    assert faltas(instancia, propias) == [
        (
            "Adscripciones, renglón 2, columna A (Correo): es usted; pida a otra persona de la administración que se "
            "la dé."
        ),
        (
            "Adscripciones, renglón 3, columna E (Hasta): es suya; pida a otra persona de la administración que se la "
            "alargue."
        ),
    ]
    with sin_cambios(instancia), pytest.raises(FormularioIncompleto, match="es usted"):
        cargar(instancia, propias)


# --- lo escrito -----------------------------------------------------------------------------


def test_lo_que_un_acto_no_guardaria_se_dice_al_revisar(instancia: Instancia) -> None:
    encimado = "CAST de Pru" + "e\u0301" + "\u0301" * 40 + "ba"
    con_signos: Hojas = {
        "Unidades": [UNIDADES, ("CAST-DEMO-01", encimado, "CE-15")],
        "Personas": [PERSONAS, ("ana@x.mx", encimado), ("beto\u200b@x.mx", "Beto \u202eRuiz")],
    }
    dicho = "trae signos encimados (U+0301) después de «CAST de Prué»; bórrelos."
    assert faltas(instancia, con_signos) == [
        f"Unidades, renglón 2, columna B (Denominación): {dicho}",
        f"Personas, renglón 2, columna B (Nombre): {dicho}",
    ]
    (paso,) = planear(instancia, con_signos).pasos
    assert paso.datos == {"correo": "beto@x.mx", "nombre": "Beto Ruiz"}


def test_lo_que_la_revision_no_previo_se_dice_con_su_renglon(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    con_ana(instancia, (HOY, ""))

    def rechaza(*_: object, **__: object) -> None:
        raise FormularioIncompleto({"hasta": "ya no se puede"})

    monkeypatch.setattr(personas, "fijar_ultimo_dia", rechaza)
    with (
        sin_cambios(instancia),
        pytest.raises(FormularioIncompleto, match=r"Adscripciones, renglón 2, columna E \(Hasta\): ya no se puede"),
        instancia.como("administracion") as ctx,
    ):
        carga.cargar(ctx, excel.leer("libro.xlsx", libro(hojas([(HOY, FIN)]))), "Oficio 12")
