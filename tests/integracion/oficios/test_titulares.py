"""Quién firma, con qué papelería y con qué norma: se fija, se suple, se termina y queda quién lo hizo."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from modelos.actos.oficios import papeleria as actos
from modelos.administracion import papeleria as consultas_papeleria
from modelos.administracion.personas import dar_de_baja
from modelos.errores import DatoRepetido, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.oficios import ordenamientos, papeleria, titulares
from modelos.oficios.titulares import Suplencia
from modelos.organizacion.cambios import CONSOLA, Cambio, Cosa, historia
from modelos.organizacion.organigrama import por_correo
from tests.accesorios.fabricas import Instancia
from tests.accesorios.tablas.fechas import fecha

HOY = fecha("vie 2026-11-20")
CARGO = {"cargo": "Directora de Servicios Tecnológicos", "tratamiento": "Mtra.", "iniciales": "AAA"}
SUPLE = {"cargo": "Coordinador de Servicios Tecnológicos", "precepto": "el artículo 9 del Estatuto Orgánico."}


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2026-11-20T10:00:00-06:00")


def nombrar(i: Instancia, alias: str, desde: date | None = None, **campos: str) -> int:
    with i.como("administracion") as ctx:
        return actos.nombrar(ctx, "DSTC", f"{alias}@demo.local", desde, {**CARGO, **campos}).id or 0


def suplir(i: Instancia, desde: str, hasta: str, alias: str = "cst", *procedimientos: str, **campos: str) -> int:
    with i.como("administracion") as ctx:
        campos = {**SUPLE, **campos}
        dias = fecha(desde), fecha(hasta)
        return actos.suplir(ctx, "DSTC", f"{alias}@demo.local", *dias, campos, procedimientos).id or 0


def firmante(i: Instancia, alias: str, en: date = HOY, procedimiento: str = "normatividad") -> Any:
    with i.leer() as s:
        persona = por_correo(s, f"{alias}@demo.local")
        assert persona
        return titulares.como_firma(s, persona.id or 0, "DSTC", procedimiento, en)


def test_nombrar_termina_al_anterior_la_vispera_y_no_borra_a_nadie(instancia: Instancia) -> None:
    nombrar(instancia, "coordinacion", fecha("lun 2026-11-23"))
    assert firmante(instancia, "dstc", fecha("dom 2026-11-22"))
    assert firmante(instancia, "dstc", fecha("lun 2026-11-23")) is None
    nuevo = firmante(instancia, "coordinacion", fecha("lun 2026-11-23"))
    assert (nuevo.nombre, nuevo.cargo, nuevo.suplencia) == (
        "Mtra. Coordinación de la DSTC (demostración)",
        CARGO["cargo"],
        "",
    )
    with instancia.leer() as s:
        filas = consultas_papeleria.nombramientos(s, "DSTC")
        assert [(f.desde, f.hasta) for f, _ in filas] == [
            (date(2026, 11, 23), None),
            (date(2026, 1, 2), date(2026, 11, 22)),
        ]
        cambios = consultas_papeleria.cambios_de_cargos(s, "DSTC")
        assert {c.quien for c in cambios} == {"Administración del sistema (demostración)"}
        assert [c.campos for c in cambios if not c.nuevo] == [(("hasta", "", "2026-11-22"),)]
        assert len(cambios) == 2
    with pytest.raises(DatoRepetido):
        nombrar(instancia, "cst", HOY)


def test_un_nombramiento_equivocado_se_corrige_el_mismo_dia_y_queda_lo_que_decia(instancia: Instancia) -> None:
    uno = nombrar(instancia, "coordinacion")
    assert nombrar(instancia, "cst", cargo="Encargado del despacho") == uno
    assert firmante(instancia, "coordinacion") is None
    assert firmante(instancia, "cst").cargo == "Encargado del despacho"
    with instancia.leer() as s:
        (corregido, _creado) = historia(s, Cosa.TITULARIDAD, [str(uno)])
        assert ("cargo", CARGO["cargo"], "Encargado del despacho") in corregido.campos
        assert (
            "persona_id",
            "Coordinación de la DSTC (demostración)",
            "Personal de CST (demostración)",
        ) in corregido.campos


def test_la_suplencia_rige_sus_dos_dias_y_ninguno_mas(instancia: Instancia) -> None:
    suplir(instancia, "lun 2026-11-23", "mié 2026-11-25")
    for dia, puede in (
        ("dom 2026-11-22", False),
        ("lun 2026-11-23", True),
        ("mié 2026-11-25", True),
        ("jue 2026-11-26", False),
    ):
        assert bool(firmante(instancia, "cst", fecha(dia))) is puede, dia
    suplente = firmante(instancia, "cst", fecha("lun 2026-11-23"))
    assert suplente.cargo == SUPLE["cargo"]
    assert suplente.suplencia == (
        "En suplencia por ausencia de la persona titular de la Dirección de Servicios Tecnológicos y de Capacitación "
        "(demostración), con fundamento en el artículo 9 del Estatuto Orgánico."
    )
    assert firmante(instancia, "dstc", fecha("lun 2026-11-23")), "quien tiene el cargo no deja de poder firmar"


def test_la_leyenda_de_suplencia_se_lee_bien_con_cualquier_cargo(instancia_sqlite: Instancia) -> None:
    nombrar(instancia_sqlite, "coordinacion")
    suplir(instancia_sqlite, "vie 2026-11-20", "vie 2026-11-20", ausencia="comisión oficial")
    assert firmante(instancia_sqlite, "cst").suplencia.startswith(
        "En suplencia por ausencia de quien tiene el cargo de Directora de Servicios Tecnológicos (comisión oficial), "
    )
    with instancia_sqlite.como("administracion") as ctx:
        vigente = titulares.titular(ctx.s, "DSTC", HOY)
        assert vigente
        actos.vacar(ctx, vigente[0].id or 0, fecha("jue 2026-11-19"))
    assert "de la persona titular de la Dirección" in firmante(instancia_sqlite, "cst").suplencia


def test_una_suplencia_puede_ser_solo_de_algunos_procedimientos(instancia_sqlite: Instancia) -> None:
    suplir(instancia_sqlite, "vie 2026-11-20", "lun 2026-11-30", "cst", "seguimiento")
    assert firmante(instancia_sqlite, "cst") is None
    assert firmante(instancia_sqlite, "cst", procedimiento="seguimiento")
    with pytest.raises(FormularioIncompleto, match="no existen: poda"):
        suplir(instancia_sqlite, "vie 2026-11-20", "lun 2026-11-30", "cst", "poda")


def test_terminar_una_suplencia_la_adelanta_y_nunca_la_alarga(instancia: Instancia) -> None:
    id_ = suplir(instancia, "vie 2026-11-20", "lun 2026-11-30")
    with instancia.como("administracion") as ctx:
        for mala in ("mar 2026-12-01", "mié 2026-11-18"):
            with pytest.raises(FormularioIncompleto):
                actos.terminar(ctx, id_, fecha(mala))
        actos.terminar(ctx, id_, fecha("jue 2026-11-19"))
        with pytest.raises(NoExiste):
            actos.terminar(ctx, 999, HOY)
    assert firmante(instancia, "cst") is None
    with instancia.leer() as s:
        assert s.get(Suplencia, id_) is not None
        assert ("hasta", "2026-11-30", "2026-11-19") in historia(s, Cosa.SUPLENCIA, [str(id_)])[0].campos


def test_un_cargo_se_deja_vacante(instancia_sqlite: Instancia) -> None:
    with instancia_sqlite.como("administracion") as ctx:
        vigente = titulares.titular(ctx.s, "DSTC", HOY)
        assert vigente
        with pytest.raises(FormularioIncompleto, match="2026-11-19"):
            actos.vacar(ctx, vigente[0].id or 0, fecha("lun 2026-11-16"))
        actos.vacar(ctx, vigente[0].id or 0, HOY)
    assert firmante(instancia_sqlite, "dstc", HOY)
    assert firmante(instancia_sqlite, "dstc", fecha("sáb 2026-11-21")) is None


@pytest.mark.parametrize(
    ("campos", "campo"),
    [
        ({"alias": "nadie"}, "correo"),
        ({"alias": "dstc"}, "correo"),
        ({"hasta": "jue 2026-11-19"}, "hasta"),
        ({"precepto": " "}, "precepto"),
        ({"cargo": ""}, "cargo"),
        ({"ausencia": "x" * 201}, "ausencia"),
    ],
)
def test_una_suplencia_mal_capturada_dice_en_que_campo(
    instancia_sqlite: Instancia, campos: dict[str, str], campo: str
) -> None:
    con = {"desde": "vie 2026-11-20", "hasta": "lun 2026-11-30", **campos}
    with pytest.raises(FormularioIncompleto) as error:
        suplir(instancia_sqlite, **con)
    assert list(error.value.campos) == [campo]


def test_quien_causo_baja_ya_no_se_nombra(instancia_sqlite: Instancia) -> None:
    with instancia_sqlite.como("administracion") as ctx:
        dar_de_baja(ctx.s, "cst@demo.local")
    with pytest.raises(FormularioIncompleto, match="persona activa"):
        nombrar(instancia_sqlite, "cst")
    with pytest.raises(NoExiste), instancia_sqlite.como("administracion") as ctx:
        actos.nombrar(ctx, "NADA", "dstc@demo.local", None, CARGO)


@pytest.mark.parametrize("alias", ["coordinacion", "dstc", "direccion"])
def test_solo_la_administracion_fija_lo_de_los_oficios(instancia_sqlite: Instancia, alias: str) -> None:
    with instancia_sqlite.como(alias) as ctx:
        for acto in (
            lambda: actos.nombrar(ctx, "DSTC", "cst@demo.local", None, CARGO),
            lambda: actos.vacar(ctx, 1, HOY),
            lambda: actos.suplir(ctx, "DSTC", "cst@demo.local", HOY, HOY, SUPLE),
            lambda: actos.terminar(ctx, 1, HOY),
            lambda: actos.fijar_papeleria(ctx, "DSTC", {}),
            lambda: actos.fijar_leyenda(ctx, 2027, "x", "y"),
            lambda: actos.fijar_norma(ctx, "L", {}, {}),
        ):
            with pytest.raises(NoLeCorresponde):
                acto()


# --- papelería, leyenda y normas --------------------------------------------------


@pytest.mark.parametrize(
    ("formato", "dice"),
    [
        ("{SIGLA}/{anio}", "mismo número"),
        ("{SIGLA}{SIGLA}{SIGLA}{SIGLA}{SIGLA}{SIGLA}{SIGLA}/{consecutivo}/{anio}", "no cabe"),
        ("15-528/{consecutivo:03d}/{anio}", "CE-11 numera igual"),
    ],
)
def test_un_formato_que_repetiria_numeros_no_se_guarda(instancia_sqlite: Instancia, formato: str, dice: str) -> None:
    with instancia_sqlite.como("administracion") as ctx:
        actos.fijar_papeleria(ctx, "CE-11", {"formato": "15-528/{consecutivo:03d}/{anio}"})
    with instancia_sqlite.como("administracion") as ctx, pytest.raises(FormularioIncompleto) as error:
        actos.fijar_papeleria(ctx, "CAST-DEMO-01", {"formato": formato})
    assert dice in error.value.campos["formato"]
    with instancia_sqlite.leer() as s:
        assert consultas_papeleria.hoja(s, "CAST-DEMO-01", 2026).fijada is False


def test_la_papeleria_fijada_queda_con_quien_la_fijo_y_guardar_lo_mismo_no_es_un_cambio(instancia: Instancia) -> None:
    campos = {"formato": "{anio}/{SIGLA}/{consecutivo:04d}", "lugar": "  Toluca,\n Estado de México "}
    for _ in range(2):
        with instancia.como("administracion") as ctx:
            actos.fijar_papeleria(ctx, "DSTC", campos)
    with instancia.como(None) as ctx:
        actos.fijar_papeleria(ctx, "DSTC", {**campos, "telefono": "722 000 0000"})
    with instancia.leer() as s:
        hoja = consultas_papeleria.hoja(s, "DSTC", 2026)
        assert (hoja.ejemplo, hoja.papeleria.lugar) == ("2026/DSTC/0001", "Toluca, Estado de México")
        ultimo, primero = historia(s, Cosa.PAPELERIA, ["DSTC"])
        assert (ultimo.quien, ultimo.campos) == (CONSOLA, (("telefono", "", "722 000 0000"),))
        assert (primero.quien, primero.nuevo) == ("Administración del sistema (demostración)", True)


def test_la_leyenda_que_falta_se_omite_y_se_avisa_y_nunca_se_repite_la_de_otro_anio(instancia: Instancia) -> None:
    with instancia.leer() as s:
        assert papeleria.leyenda(s, 2026) == "«2026, Año de Margarita Maza Parada»"
        assert papeleria.leyenda(s, 2027) == ""
        assert papeleria.sin_leyenda(s, fecha("mié 2026-09-30")) == []
        assert papeleria.sin_leyenda(s, fecha("jue 2026-10-01")) == [2027]
        assert papeleria.sin_leyenda(s, fecha("vie 2027-01-01")) == [2027]
    with instancia.como("administracion") as ctx:
        for anio, texto, campo in (
            (2027, "2026, Año de otra cosa", "texto"),
            (27, "Algo", "anio"),
            (2027, "«»", "texto"),
        ):
            with pytest.raises(FormularioIncompleto) as error:
                actos.fijar_leyenda(ctx, anio, texto, "Una fuente")
            assert list(error.value.campos) == [campo]
        with pytest.raises(FormularioIncompleto, match="dónde se publicó"):
            actos.fijar_leyenda(ctx, 2027, "2027, Año de prueba", "")
        actos.fijar_leyenda(ctx, 2027, "«2027, Año de prueba»", "DOF de prueba")
        assert papeleria.leyenda(ctx.s, 2027) == "«2027, Año de prueba»"
        assert papeleria.sin_leyenda(ctx.s, HOY) == []


def test_una_norma_no_se_da_por_vigente_sin_decir_desde_cuando(instancia: Instancia) -> None:
    def fijar(clave: str, desde: date | None = None, **cambios: str) -> None:
        with instancia.como("administracion") as ctx:
            norma = ordenamientos.todos(ctx.s)[clave]
            campos = {**norma.model_dump(include={"nombre", "cita", "nota", "acuerdo", "estado"}), **cambios}
            actos.fijar_norma(ctx, clave, campos, {"vigente_desde": desde})

    with instancia.leer() as s:
        assert ordenamientos.en_proyecto(s, ["L", "M"]) == [ordenamientos.todos(s)["L"].nombre]
    with pytest.raises(FormularioIncompleto, match="desde cuándo"):
        fijar("L", estado="vigente")
    with pytest.raises(FormularioIncompleto, match="elija uno"):
        fijar("L", estado="quizá")
    fijar("L", fecha("lun 2026-11-23"), estado="vigente", acuerdo="SO/II-26/01")
    with instancia.leer() as s:
        assert ordenamientos.en_proyecto(s, ["L"]), "todavía no empieza a regir"
        assert ordenamientos.en_proyecto(s, ["L"], fecha("lun 2026-11-23")) == []
        (cambio,) = historia(s, Cosa.NORMA, ["L"])
        assert ("estado", "proyecto", "vigente") in cambio.campos
        assert ("acuerdo", "", "SO/II-26/01") in cambio.campos
    fijar("Est", nota="Se corrigió la nota sin conocer la fecha.")
    with pytest.raises(FormularioIncompleto, match="desde cuándo"):
        fijar("L", estado="vigente")


def test_los_cambios_guardan_numeros_de_persona_y_no_nombres_ni_correos(instancia_sqlite: Instancia) -> None:
    nombrar(instancia_sqlite, "coordinacion")
    suplir(instancia_sqlite, "vie 2026-11-20", "lun 2026-11-30")
    with instancia_sqlite.leer() as s:
        guardado = str([(c.antes, c.despues) for c in s.scalars(select(Cambio))])
    assert "persona_id" in guardado
    assert "demo.local" not in guardado
    assert "Coordinación de la DSTC" not in guardado
    assert "Personal de CST" not in guardado
